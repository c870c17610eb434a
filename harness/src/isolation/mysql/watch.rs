//! What the server notes about a slot anyway: who has connected, which tables have changed, whether
//! there was DDL.

use std::collections::BTreeMap;

use sqlx::MySqlConnection;

use super::packet::{Rows, column, field, text};
use super::{Flavour, MySql, lock};
use crate::error::Error;

const LOOK: &str = "look at the database";

/// What a slot looked like at one time.
///
/// Its numbers are compared with those of another time, never read: most of them count what was rolled
/// back, too.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Reading {
    pub(super) database: String,
    /// How many connections the server has ever taken that this process has not opened, if that can be
    /// told.
    strangers: Option<u64>,
    /// The tables, and of each whether a rollback undoes what is written to it.
    tables: Vec<(String, bool)>,
    /// Whether the slot is known to have been clean: counters of one that another process left say
    /// nothing about what that process did.
    pub(super) is_known: bool,
    /// How many statements the whole server has been sent that change a schema.
    ddl: Rows,
    /// What InnoDB counts, by its own name of the table: the number of the table, which is another one
    /// after TRUNCATE and most ALTER TABLE; how many rows were written, which goes down to 0 when
    /// the table was forgotten and read anew; and how many rows there are, which tells the difference then.
    counters: BTreeMap<String, String>,
}

/// How a reading differs from an earlier one.
#[derive(Debug, Default)]
pub(super) struct Difference {
    /// Tables to which somebody may have written, by name.
    pub(super) touched: Vec<String>,
    /// Somebody on the server has changed a schema, or the slot has other tables.
    pub(super) maybe_ddl: bool,
}

impl MySql {
    /// What a clean slot looks like.
    pub(super) async fn first_reading(
        &self,
        connection: &mut MySqlConnection,
        database: &str,
    ) -> Result<Reading, Error> {
        let select = format!(
            "SELECT TABLE_NAME, ENGINE FROM information_schema.TABLES WHERE TABLE_SCHEMA = {} \
             AND TABLE_TYPE IN ('BASE TABLE', 'SYSTEM VERSIONED')",
            text(database)
        );
        let answers = super::admin::ask(connection, select, LOOK).await?;
        let tables = answers.first().map(Rows::as_slice).unwrap_or_default();
        // Whoever is there before the first test is none of its business, and must not become so.
        let mut reading = self.read_alone(connection, database).await?;
        let is_undone = |row: &Vec<_>| field(row, 1).eq_ignore_ascii_case("InnoDB");
        let tables = tables
            .iter()
            .map(|row| (field(row, 0).to_owned(), is_undone(row)));
        reading.tables = tables.collect();
        reading.is_known = false;
        Ok(reading)
    }

    /// Looks at the counters of a database to which nobody else is connected any more. Whoever still is,
    /// is sent away; mostly nobody is, and one packet does.
    pub(super) async fn read_alone(
        &self,
        connection: &mut MySqlConnection,
        database: &str,
    ) -> Result<Reading, Error> {
        let before = self.ours.count();
        let both = format!("{}; {}", self.list_connections(), self.reading(database));
        let answers = super::admin::ask(connection, both, LOOK).await?;
        let others = Self::others_on(database, &answers);
        if others.is_empty() {
            let (_, reading) = answers.split_at(answers.len().saturating_sub(Self::READS));
            return Ok(self.understand(database, before, reading));
        }
        self.send_away(connection, &others).await?;
        self.read(connection, database).await
    }

    /// Looks at the counters of a database, as one packet.
    async fn read(
        &self,
        connection: &mut MySqlConnection,
        database: &str,
    ) -> Result<Reading, Error> {
        let before = self.ours.count();
        let answers = super::admin::ask(connection, self.reading(database), LOOK).await?;
        Ok(self.understand(database, before, &answers))
    }

    /// Whether nobody can have written but this process on the connections that it opened: nobody has
    /// connected since the reading, and those who had were sent away. The cheapest of all looks.
    pub(super) async fn was_alone(
        &self,
        connection: &mut MySqlConnection,
        since: &Reading,
    ) -> Result<bool, Error> {
        let noted = lock(&self.visitors).remove(&since.database);
        let strangers = match noted {
            Some(strangers) => strangers,
            None => {
                let before = self.ours.count();
                let look = self.count_connections().to_owned();
                let answers = super::admin::ask(connection, look, LOOK).await?;
                let connections = answers.first().and_then(number_of);
                self.strangers(before, connections)
            }
        };
        Ok(strangers.is_some() && strangers == since.strangers)
    }

    /// Keeps what the end of a transaction has seen for the question that comes next.
    pub(super) fn note_visitors(
        &self,
        slot: &str,
        opened_before: Option<u64>,
        connections: Option<u64>,
    ) {
        let strangers = self.strangers(opened_before, connections);
        lock(&self.visitors).insert(slot.to_owned(), strangers);
    }

    /// Those whom the server has counted and this process has not opened. Not to be told while it opens
    /// one, which either may have counted already.
    fn strangers(&self, opened_before: Option<u64>, connections: Option<u64>) -> Option<u64> {
        let opened = self.ours.count()?;
        let all = connections.filter(|_| opened_before == Some(opened))?;
        Some(all.wrapping_sub(opened))
    }

    fn count_connections(&self) -> &'static str {
        match self.flavour {
            // A fifth of what the status variable costs.
            Flavour::MySql if self.has_performance_schema => {
                "SELECT SUM(TOTAL_CONNECTIONS) FROM performance_schema.accounts"
            }
            Flavour::MySql | Flavour::MariaDb => "SHOW GLOBAL STATUS LIKE 'Connections'",
        }
    }

    /// The statements whose answers [`understand`](Self::understand) takes.
    pub(super) fn reading(&self, database: &str) -> String {
        // Temporary tables belong to a session, and databases that are made are not this one.
        let counted = "(VARIABLE_NAME LIKE 'Com\\_create\\_%' OR VARIABLE_NAME LIKE 'Com\\_alter\\_%' \
             OR VARIABLE_NAME LIKE 'Com\\_drop\\_%' OR VARIABLE_NAME LIKE 'Com\\_rename\\_%') \
             AND VARIABLE_NAME NOT LIKE '%temporary%' AND VARIABLE_NAME NOT LIKE '%\\_db'";
        // Of as few columns as can be: a debug build of the driver takes longer over them than the server.
        let (ddl, statistics) = match self.flavour {
            // It has these counters in no table.
            Flavour::MySql => ("SHOW GLOBAL STATUS WHERE", "INNODB_TABLESTATS"),
            Flavour::MariaDb => (
                "SELECT CAST(SUM(VARIABLE_VALUE) AS UNSIGNED) FROM information_schema.GLOBAL_STATUS WHERE",
                "INNODB_SYS_TABLESTATS",
            ),
        };
        format!(
            "{}; {ddl} {counted}; \
             SELECT CONCAT_WS(' ', TABLE_ID, MODIFIED_COUNTER, NUM_ROWS, NAME) \
             FROM information_schema.{statistics} WHERE LEFT(NAME, {}) = {}",
            self.count_connections(),
            database.chars().count() + 1,
            text(&format!("{database}/"))
        )
    }

    /// How many answers a reading has.
    pub(super) const READS: usize = 3;

    pub(super) fn understand(
        &self,
        database: &str,
        opened_before: Option<u64>,
        answers: &[Rows],
    ) -> Reading {
        let empty = Rows::new();
        let answer = |index: usize| answers.get(index).unwrap_or(&empty);
        let counters = column(answer(2)).filter_map(|row| row.split_once('/'));
        Reading {
            database: database.to_owned(),
            strangers: self.strangers(opened_before, number_of(answer(0))),
            tables: Vec::new(),
            is_known: true,
            ddl: answer(1).clone(),
            counters: counters
                .map(|(counters, table)| (table.to_owned(), counters.to_owned()))
                .collect(),
        }
    }
}

/// The one number of an answer: MySQL's row has it alone, that of a status variable after the name.
fn number_of(rows: &Rows) -> Option<u64> {
    rows.first()?.last()?.as_deref()?.parse().ok()
}

impl Reading {
    /// Tables whose engine knows no transactions.
    pub(super) fn loose(&self) -> Vec<String> {
        let loose = self.tables.iter().filter(|(_, is_undone)| !is_undone);
        loose.map(|(table, _)| table.clone()).collect()
    }

    /// Of the tables of an earlier reading those for which InnoDB does not count under a name that is plain
    /// to read: tables of other engines, and on MySQL partitioned ones. They have to be looked at each time.
    pub(super) fn uncounted(&self, earlier: &Reading) -> Vec<String> {
        let uncounted = earlier
            .tables
            .iter()
            .filter(|(table, _)| !is_plain(table) || !self.counters.contains_key(table));
        uncounted.map(|(table, _)| table.clone()).collect()
    }

    pub(super) fn all_tables(&self) -> Vec<String> {
        self.tables.iter().map(|(table, _)| table.clone()).collect()
    }

    /// What is different in this reading, which is the later one.
    pub(super) fn since(&self, earlier: &Reading) -> Difference {
        let mut difference = Difference {
            touched: Vec::new(),
            maybe_ddl: self.ddl != earlier.ddl,
        };
        for (name, now) in &self.counters {
            // An auxiliary table of a full text index or a partition: its table is looked at itself.
            if !is_plain(name) || is_auxiliary(name) {
                continue;
            }
            match earlier.counters.get(name) {
                Some(before) if before == now => {}
                // A sequence of MariaDB is no table with rows to put back.
                Some(_) if earlier.tables.iter().all(|(table, _)| table != name) => {}
                Some(_) => difference.touched.push(name.clone()),
                None => difference.maybe_ddl = true,
            }
        }
        let gone = |name: &String| is_plain(name) && !self.counters.contains_key(name);
        difference.maybe_ddl |= earlier.counters.keys().any(gone);
        difference
    }

    /// Replaces it by a later one of the same, clean slot.
    pub(super) fn accept(&mut self, later: Reading) {
        let tables = std::mem::take(&mut self.tables);
        *self = Reading { tables, ..later };
    }
}

/// InnoDB writes other characters as `@` and digits, and joins partitions with `#`.
fn is_plain(name: &str) -> bool {
    name.bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

fn is_auxiliary(name: &str) -> bool {
    name.len() > 20 && name[..4].eq_ignore_ascii_case("fts_")
}
