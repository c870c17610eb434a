//! What a test can leave in its session: put back where that is cheap, or found so that the
//! connection is replaced.

use super::Flavour;
use super::packet::{Rows, field};

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
        sql.push_str(", NAMES utf8mb4");
        sql
    }

    /// The statements whose answers [`Leftovers::read`] understands: as few as can be, since every test
    /// ends with them. Without the performance schema, MySQL does not tell what a session has, and its
    /// connection is taken for worn.
    pub(super) fn look(self, has_performance_schema: bool) -> String {
        let first = format!("SELECT {XID}, {DATABASE}, DATABASE(), RELEASE_ALL_LOCKS()");
        let status = "SHOW SESSION STATUS WHERE Variable_name IN \
                      ('Connections', 'Com_create_temporary_table')";
        match self {
            Flavour::MySql if has_performance_schema => format!(
                "{first}, (SELECT COUNT(*) FROM performance_schema.user_variables_by_thread \
                   WHERE THREAD_ID = PS_CURRENT_THREAD_ID() \
                   AND VARIABLE_NAME NOT IN ('testudo_xid', 'testudo_database')), \
                 (SELECT COUNT(*) FROM information_schema.INNODB_TEMP_TABLE_INFO), \
                 (SELECT SUM(TOTAL_CONNECTIONS) FROM performance_schema.accounts)"
            ),
            Flavour::MySql => format!("{first}, 1; {status}"),
            Flavour::MariaDb => format!(
                "{first}, (SELECT COUNT(*) FROM information_schema.USER_VARIABLES \
                   WHERE VARIABLE_NAME NOT IN ('testudo_xid', 'testudo_database')); {status}"
            ),
        }
    }
}

/// What a test left in its session.
#[derive(Debug)]
pub(super) struct Leftovers {
    pub(super) xid: Option<String>,
    pub(super) database: Option<String>,
    /// Whether the session still held a lock that `GET_LOCK` gave it.
    pub(super) has_locks: bool,
    /// Temporary tables, user variables or another database: what only a new connection undoes.
    pub(super) is_worn: bool,
    /// How many connections the server has ever taken.
    pub(super) connections: Option<u64>,
}

impl Leftovers {
    pub(super) fn read(answers: &[Rows]) -> Self {
        let first = answers.first().and_then(|rows| rows.first());
        let row = first.map(Vec::as_slice).unwrap_or_default();
        let status = |name: &str| {
            let mut rows = answers.get(1)?.iter();
            let found = rows.find(|row| field(row, 0).eq_ignore_ascii_case(name))?;
            found.get(1)?.as_deref()
        };
        let own = |at: usize| row.get(at).and_then(Option::as_deref);
        let temporary = own(5).or_else(|| status("Com_create_temporary_table"));
        let connections = own(6).or_else(|| status("Connections"));
        let is_some = |count: Option<&str>| count.is_some_and(|count| count != "0");
        Leftovers {
            xid: own(0).map(str::to_owned),
            database: own(1).map(str::to_owned),
            has_locks: is_some(own(3)),
            is_worn: own(1) != own(2) || is_some(own(4)) || is_some(temporary),
            connections: connections.and_then(|connections| connections.parse().ok()),
        }
    }
}
