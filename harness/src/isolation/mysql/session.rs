//! What a test can leave in its session: put back where that is cheap, or found so that the
//! connection is replaced.

use super::packet::{Rows, text, value};
use super::{Flavour, MySql};

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
        sql.push_str(", NAMES utf8mb4");
        sql
    }
}

impl MySql {
    /// The statement whose answer [`Leftovers::read`] understands: one text, since a debug build of the
    /// driver takes longer over a column more than the server over the rest. Without the performance
    /// schema, MySQL does not tell what a session has, and its connection is taken for worn.
    pub(super) fn look(&self, slot: &str) -> String {
        let status = "SELECT GROUP_CONCAT(VARIABLE_VALUE ORDER BY VARIABLE_NAME SEPARATOR ' ') \
                      FROM information_schema.SESSION_STATUS \
                      WHERE VARIABLE_NAME IN ('Com_create_temporary_table', 'Connections')";
        // User variables, temporary tables, and all connections that there have ever been.
        let rest = match self.flavour {
            Flavour::MySql if self.has_performance_schema => {
                "(SELECT COUNT(*) FROM performance_schema.user_variables_by_thread \
                  WHERE THREAD_ID = PS_CURRENT_THREAD_ID()), \
                 (SELECT COUNT(*) FROM information_schema.INNODB_TEMP_TABLE_INFO), \
                 (SELECT SUM(TOTAL_CONNECTIONS) FROM performance_schema.accounts)"
                    .to_owned()
            }
            Flavour::MySql => "1, 1".to_owned(),
            Flavour::MariaDb => {
                format!("(SELECT COUNT(*) FROM information_schema.USER_VARIABLES), ({status})")
            }
        };
        format!(
            "SELECT CONCAT_WS(' ', DATABASE() <=> {}, RELEASE_ALL_LOCKS(), {rest})",
            text(slot)
        )
    }
}

/// What a test left in its session.
#[derive(Debug)]
pub(super) struct Leftovers {
    /// Whether the session still held a lock that `GET_LOCK` gave it.
    pub(super) has_locks: bool,
    /// Temporary tables, user variables or another database: what only a new connection undoes.
    pub(super) is_worn: bool,
    /// How many connections the server has ever taken.
    pub(super) connections: Option<u64>,
}

impl Leftovers {
    pub(super) fn read(answers: &[Rows]) -> Self {
        let found = answers.first().and_then(value).unwrap_or_default();
        let mut numbers = found.split(' ').map(str::parse::<u64>);
        let mut next = || numbers.next()?.ok();
        let (is_at_home, locks) = (next() == Some(1), next());
        let (variables, temporary) = (next(), next());
        Leftovers {
            has_locks: locks != Some(0),
            is_worn: !is_at_home || variables != Some(0) || temporary != Some(0),
            connections: next(),
        }
    }
}
