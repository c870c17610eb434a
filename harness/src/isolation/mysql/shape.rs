//! The schema of a database as text, by object: to find out whether two are the same.

use std::collections::BTreeMap;

use sqlx::MySqlConnection;

use super::MySql;
use super::admin::ask;
use super::packet::{field, text};
use crate::error::Error;

/// What defines each table, view, trigger, routine and event, by kind and name.
pub(super) type Shape = BTreeMap<String, String>;

impl MySql {
    /// Reads the schema from the server's tables: as one packet, in a few milliseconds.
    pub(super) async fn shape(
        &self,
        connection: &mut MySqlConnection,
        database: &str,
    ) -> Result<Shape, Error> {
        let of = text(database);
        // Ordinal positions and names make every row its own. What numbers rows of the data, such as
        // the next automatic key, is not part of it.
        let select = format!(
            "SELECT CONCAT('table `', TABLE_NAME, '`'), CONCAT_WS('|', TABLE_TYPE, ENGINE, \
               ROW_FORMAT, TABLE_COLLATION, TABLE_COMMENT) \
             FROM information_schema.TABLES WHERE TABLE_SCHEMA = {of}; \
             SELECT CONCAT('table `', TABLE_NAME, '`'), CONCAT_WS('|', ORDINAL_POSITION, COLUMN_NAME, \
               COLUMN_TYPE, IS_NULLABLE, IFNULL(COLUMN_DEFAULT, '-'), EXTRA, COLLATION_NAME, \
               GENERATION_EXPRESSION, COLUMN_COMMENT) \
             FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = {of} \
             ORDER BY TABLE_NAME, ORDINAL_POSITION; \
             SELECT CONCAT('table `', TABLE_NAME, '`'), CONCAT_WS('|', INDEX_NAME, SEQ_IN_INDEX, \
               NON_UNIQUE, COLUMN_NAME, SUB_PART, COLLATION, INDEX_TYPE) \
             FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = {of} \
             ORDER BY TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX; \
             SELECT CONCAT('table `', TABLE_NAME, '`'), CONCAT_WS('|', CONSTRAINT_NAME, COLUMN_NAME, \
               ORDINAL_POSITION, REFERENCED_TABLE_NAME, REFERENCED_COLUMN_NAME) \
             FROM information_schema.KEY_COLUMN_USAGE WHERE TABLE_SCHEMA = {of} \
             ORDER BY TABLE_NAME, CONSTRAINT_NAME, ORDINAL_POSITION; \
             SELECT CONCAT('table `', TABLE_NAME, '`'), CONCAT_WS('|', CONSTRAINT_NAME, UPDATE_RULE, \
               DELETE_RULE) FROM information_schema.REFERENTIAL_CONSTRAINTS \
             WHERE CONSTRAINT_SCHEMA = {of} ORDER BY TABLE_NAME, CONSTRAINT_NAME; \
             SELECT CONCAT('check `', CONSTRAINT_NAME, '`'), CHECK_CLAUSE \
             FROM information_schema.CHECK_CONSTRAINTS WHERE CONSTRAINT_SCHEMA = {of} \
             ORDER BY CONSTRAINT_NAME, CHECK_CLAUSE; \
             SELECT CONCAT('view `', TABLE_NAME, '`'), CONCAT_WS('|', VIEW_DEFINITION, SECURITY_TYPE, \
               CHECK_OPTION) FROM information_schema.VIEWS WHERE TABLE_SCHEMA = {of}; \
             SELECT CONCAT('trigger `', TRIGGER_NAME, '`'), CONCAT_WS('|', EVENT_MANIPULATION, \
               EVENT_OBJECT_TABLE, ACTION_TIMING, ACTION_ORDER, ACTION_STATEMENT, SQL_MODE) \
             FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = {of}; \
             SELECT CONCAT('routine `', ROUTINE_NAME, '`'), CONCAT_WS('|', ROUTINE_TYPE, \
               DTD_IDENTIFIER, ROUTINE_DEFINITION, IS_DETERMINISTIC, SQL_DATA_ACCESS, SECURITY_TYPE) \
             FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = {of} ORDER BY ROUTINE_TYPE; \
             SELECT CONCAT('routine `', SPECIFIC_NAME, '`'), CONCAT_WS('|', ORDINAL_POSITION, \
               PARAMETER_MODE, PARAMETER_NAME, DTD_IDENTIFIER) \
             FROM information_schema.PARAMETERS WHERE SPECIFIC_SCHEMA = {of} \
             ORDER BY SPECIFIC_NAME, ROUTINE_TYPE, ORDINAL_POSITION; \
             SELECT CONCAT('event `', EVENT_NAME, '`'), CONCAT_WS('|', EVENT_DEFINITION, EVENT_TYPE, \
               EXECUTE_AT, INTERVAL_VALUE, INTERVAL_FIELD) \
             FROM information_schema.EVENTS WHERE EVENT_SCHEMA = {of}"
        );
        let mut shape = Shape::new();
        for rows in ask(connection, select, "read the schema").await? {
            for row in rows {
                let definition = shape.entry(field(&row, 0).to_owned()).or_default();
                // Views and defaults name their database.
                definition.push_str(&field(&row, 1).replace(&format!("`{database}`."), ""));
                definition.push('\n');
            }
        }
        Ok(shape)
    }
}

/// What one has and the other has not, or has otherwise.
pub(super) fn differences(one: &Shape, other: &Shape) -> Vec<String> {
    let changed = one
        .iter()
        .filter(|(name, definition)| other.get(*name) != Some(definition))
        .map(|(name, _)| name);
    let new = other.keys().filter(|name| !one.contains_key(*name));
    changed.chain(new).cloned().collect()
}
