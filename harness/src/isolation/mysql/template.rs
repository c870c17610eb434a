//! What a template is made of, as far as putting a slot back needs it: read once for each.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, OnceLock};

use sqlx::MySqlConnection;

use super::admin::ask;
use super::packet::{Rows, field, name, text};
use super::{MySql, lock};
use crate::error::Error;

/// A template, which does not change any more.
#[derive(Debug)]
pub(super) struct Template {
    pub(super) name: String,
    tables: OnceLock<Tables>,
    /// By table, as far as somebody has asked.
    checksums: Mutex<HashMap<String, Option<String>>>,
}

pub(super) type Tables = BTreeMap<String, Table>;

/// A table with rows of its own.
#[derive(Debug, Default)]
pub(super) struct Table {
    /// The columns that can be written, as SQL.
    pub(super) columns: String,
    /// Its triggers, which would run when its rows are put back.
    pub(super) triggers: Vec<String>,
}

impl Table {
    /// The statement that fills a table from the one of the same name in another database.
    pub(super) fn fill(&self, table: &str, from: &str, to: &str) -> String {
        let (table, columns) = (name(table), &self.columns);
        format!(
            "INSERT INTO {}.{table} ({columns}) SELECT {columns} FROM {}.{table}",
            name(to),
            name(from)
        )
    }
}

impl MySql {
    pub(super) fn template(&self, database: &str) -> Arc<Template> {
        let mut templates = lock(&self.templates);
        let template = templates.entry(database.to_owned()).or_insert_with(|| {
            Arc::new(Template {
                name: database.to_owned(),
                tables: OnceLock::new(),
                checksums: Mutex::default(),
            })
        });
        Arc::clone(template)
    }

    pub(super) fn forget_template(&self, database: &str) {
        lock(&self.templates).remove(database);
    }
}

impl Template {
    pub(super) async fn tables(&self, connection: &mut MySqlConnection) -> Result<&Tables, Error> {
        if let Some(tables) = self.tables.get() {
            return Ok(tables);
        }
        let tables = tables(connection, &self.name).await?;
        Ok(self.tables.get_or_init(|| tables))
    }
}

/// Reads the tables of a database.
pub(super) async fn tables(
    connection: &mut MySqlConnection,
    database: &str,
) -> Result<Tables, Error> {
    let of = text(database);
    // Sequences and views have no rows of their own.
    let select = format!(
        "SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = {of} \
         AND TABLE_TYPE IN ('BASE TABLE', 'SYSTEM VERSIONED'); \
         SELECT TABLE_NAME, COLUMN_NAME FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = {of} \
         AND IFNULL(GENERATION_EXPRESSION, '') = '' ORDER BY TABLE_NAME, ORDINAL_POSITION; \
         SELECT EVENT_OBJECT_TABLE, TRIGGER_NAME FROM information_schema.TRIGGERS \
         WHERE TRIGGER_SCHEMA = {of} \
         ORDER BY EVENT_OBJECT_TABLE, ACTION_TIMING, EVENT_MANIPULATION, ACTION_ORDER"
    );
    let answers = ask(connection, select, "read the tables").await?;
    let [names, columns, triggers] = &answers[..] else {
        return Err(Error::configuration("the server does not list its tables"));
    };
    let mut tables: Tables = names
        .iter()
        .map(|row| (field(row, 0).to_owned(), Table::default()))
        .collect();
    for row in columns {
        if let Some(table) = tables.get_mut(field(row, 0)) {
            if !table.columns.is_empty() {
                table.columns.push_str(", ");
            }
            table.columns.push_str(&name(field(row, 1)));
        }
    }
    for row in triggers {
        if let Some(table) = tables.get_mut(field(row, 0)) {
            table.triggers.push(field(row, 1).to_owned());
        }
    }
    Ok(tables)
}

/// The statement that computes the checksums of tables, from all of their rows.
pub(super) fn checksum<'t>(database: &str, tables: impl Iterator<Item = &'t String>) -> String {
    let all: Vec<_> = tables
        .map(|table| format!("{}.{}", name(database), name(table)))
        .collect();
    format!("CHECKSUM TABLE {}", all.join(", "))
}

/// The tables whose checksums, in the order of the tables, are not those of the template.
pub(super) async fn different(
    connection: &mut MySqlConnection,
    template: &Template,
    tables: &[String],
    checksums: &Rows,
) -> Result<Vec<String>, Error> {
    let unknown: Vec<_> = {
        let known = lock(&template.checksums);
        let unknown = tables.iter().filter(|table| !known.contains_key(*table));
        unknown.cloned().collect()
    };
    if !unknown.is_empty() {
        let compute = checksum(&template.name, unknown.iter());
        let answers = ask(connection, compute, "read the template").await?;
        let rows = answers.into_iter().next().unwrap_or_default();
        let mut known = lock(&template.checksums);
        for (table, row) in unknown.into_iter().zip(rows) {
            known.insert(table, row.into_iter().nth(1).flatten());
        }
    }
    let known = lock(&template.checksums);
    let mut different = Vec::new();
    for (index, table) in tables.iter().enumerate() {
        let found = checksums.get(index).and_then(|row| row.get(1)?.as_deref());
        let wanted = known.get(table).and_then(Option::as_deref);
        // A table that is not there has none.
        if found.is_none() || found != wanted {
            different.push(table.clone());
        }
    }
    Ok(different)
}
