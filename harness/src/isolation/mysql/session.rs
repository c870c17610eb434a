//! What a test can leave in its session: put back where that is cheap, or found so that the
//! connection is replaced.

use super::Flavour;
use super::packet::{Rows, field, value};

/// Who holds the transaction and where: kept in the session, since nothing else knows.
pub(super) const XID: &str = "@testudo_xid";
pub(super) const DATABASE: &str = "@testudo_database";

/// As sqlx connects: three modes on top of the server's (`IGNORE_SPACE` is a flag of its handshake), UTC.
///
/// `DEFAULT` does not do for the two checks: on MySQL it switches them off.
const AS_CONNECTED: &str = "sql_mode = CONCAT(@@GLOBAL.sql_mode, \
     ',PIPES_AS_CONCAT,NO_ENGINE_SUBSTITUTION,IGNORE_SPACE'), time_zone = '+00:00', \
     autocommit = 1, foreign_key_checks = @@GLOBAL.foreign_key_checks, \
     unique_checks = @@GLOBAL.unique_checks";

/// Variables of the session that applications and migrations set.
const VARIABLES: [&str; 17] = [
    "auto_increment_increment",
    "auto_increment_offset",
    "default_storage_engine",
    "default_week_format",
    "div_precision_increment",
    "group_concat_max_len",
    "innodb_lock_wait_timeout",
    "lc_time_names",
    "lock_wait_timeout",
    "max_join_size",
    "max_sp_recursion_depth",
    "optimizer_switch",
    "sql_auto_is_null",
    "sql_safe_updates",
    "sql_select_limit",
    "timestamp",
    "wait_timeout",
];

impl Flavour {
    /// Variables that the two call differently.
    fn own_variables(self) -> &'static [&'static str] {
        match self {
            Flavour::MySql => &[
                "cte_max_recursion_depth",
                "max_execution_time",
                "transaction_isolation",
                "transaction_read_only",
            ],
            Flavour::MariaDb => &[
                "max_recursive_iterations",
                "max_statement_time",
                "tx_isolation",
                "tx_read_only",
            ],
        }
    }

    /// The statements that make a session what it was when it was new.
    pub(super) fn reset(self) -> String {
        let mut sql = format!("SET {AS_CONNECTED}");
        for variable in VARIABLES.iter().chain(self.own_variables()) {
            sql.push_str(", ");
            sql.push_str(variable);
            sql.push_str(" = DEFAULT");
        }
        sql.push_str("; SET NAMES utf8mb4");
        sql
    }

    /// The statements whose answers [`Leftovers::read`] understands.
    pub(super) fn look(self) -> String {
        match self {
            // The first finds out which locks they are, the second frees them.
            Flavour::MySql => format!(
                "SELECT {XID}, {DATABASE}, DATABASE(); \
                 SELECT OBJECT_NAME FROM performance_schema.metadata_locks \
                 WHERE OWNER_THREAD_ID = PS_CURRENT_THREAD_ID() \
                 AND OBJECT_TYPE = 'USER LEVEL LOCK'; \
                 SELECT RELEASE_ALL_LOCKS(); \
                 SELECT COUNT(*) FROM information_schema.INNODB_TEMP_TABLE_INFO; \
                 SELECT COUNT(*) FROM performance_schema.user_variables_by_thread \
                 WHERE THREAD_ID = PS_CURRENT_THREAD_ID() \
                 AND VARIABLE_NAME NOT IN ('testudo_xid', 'testudo_database')"
            ),
            Flavour::MariaDb => format!(
                "SELECT {XID}, {DATABASE}, DATABASE(); \
                 SELECT NULL FROM DUAL WHERE FALSE; \
                 SELECT RELEASE_ALL_LOCKS(); \
                 SELECT VARIABLE_VALUE FROM information_schema.SESSION_STATUS \
                 WHERE VARIABLE_NAME = 'COM_CREATE_TEMPORARY_TABLE'; \
                 SELECT COUNT(*) FROM information_schema.USER_VARIABLES \
                 WHERE VARIABLE_NAME NOT IN ('testudo_xid', 'testudo_database')"
            ),
        }
    }
}

/// How many statements [`Flavour::look`] has.
pub(super) const LOOKS: usize = 5;

/// What a test left in its session.
#[derive(Debug)]
pub(super) struct Leftovers {
    pub(super) xid: Option<String>,
    pub(super) database: Option<String>,
    /// What the session held with `GET_LOCK`, by name where the server tells.
    pub(super) locks: Option<String>,
    /// Temporary tables, user variables or another database: what only a new connection undoes.
    pub(super) is_worn: bool,
}

impl Leftovers {
    pub(super) fn read(answers: &[Rows]) -> Self {
        let empty = Rows::new();
        let answer = |index: usize| answers.get(index).unwrap_or(&empty);
        let first = answer(0).first().map(Vec::as_slice).unwrap_or_default();
        let nonempty = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let counts = |index: usize| value(answer(index)).is_some_and(|count| count != "0");
        let names: Vec<_> = answer(1)
            .iter()
            .map(|row| format!("`{}`", field(row, 0)))
            .collect();
        Leftovers {
            xid: nonempty(field(first, 0)),
            database: nonempty(field(first, 1)),
            locks: counts(2).then(|| names.join(", ")),
            is_worn: field(first, 1) != field(first, 2) || counts(3) || counts(4),
        }
    }
}
