//! The definitions of what is in a database, as the server writes them.

use sqlx::MySqlConnection;

use super::admin::ask;
use super::packet::{field, name, text};
use crate::error::Error;

/// A kind of object that `SHOW CREATE` knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Sequence,
    Table,
    Function,
    Procedure,
    View,
    Trigger,
    Event,
}

impl Kind {
    fn keyword(self) -> &'static str {
        match self {
            Kind::Sequence => "SEQUENCE",
            Kind::Table => "TABLE",
            Kind::Function => "FUNCTION",
            Kind::Procedure => "PROCEDURE",
            Kind::View => "VIEW",
            Kind::Trigger => "TRIGGER",
            Kind::Event => "EVENT",
        }
    }

    /// Where the answer has the statement.
    fn statement_at(self) -> usize {
        match self {
            Kind::Sequence | Kind::Table | Kind::View => 1,
            Kind::Function | Kind::Procedure | Kind::Trigger => 2,
            Kind::Event => 3,
        }
    }
}

/// A statement that makes an object, and what the session must be set to for it.
#[derive(Debug)]
pub(super) struct Definition {
    pub(super) name: String,
    pub(super) sql: String,
    /// What the body was written for; it is kept with it.
    sql_mode: Option<String>,
    time_zone: Option<String>,
}

impl Definition {
    /// The statements that make the object in another database, on a connection to that one.
    pub(super) fn statements(&self, from: &str, to: &str) -> String {
        // The server writes the database before names in views and before sequences in defaults.
        let sql = self
            .sql
            .replace(&format!("{}.", name(from)), &format!("{}.", name(to)));
        let mut settings = Vec::new();
        if let Some(mode) = &self.sql_mode {
            settings.push(format!("sql_mode = {}", text(mode)));
        }
        if let Some(zone) = &self.time_zone {
            settings.push(format!("time_zone = {}", text(zone)));
        }
        match settings.is_empty() {
            true => sql,
            false => format!("SET {}; {sql}", settings.join(", ")),
        }
    }
}

/// Reads definitions, as one packet.
pub(super) async fn show(
    connection: &mut MySqlConnection,
    database: &str,
    kind: Kind,
    names: &[String],
) -> Result<Vec<Definition>, Error> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let all: Vec<_> = names
        .iter()
        .map(|of| {
            let keyword = kind.keyword();
            format!("SHOW CREATE {keyword} {}.{}", name(database), name(of))
        })
        .collect();
    let doing = format!("read the definitions in `{database}`");
    let answers = ask(connection, all.join("; "), &doing).await?;
    let definitions = names.iter().zip(answers).map(|(name, rows)| {
        let row = rows.first().map(Vec::as_slice).unwrap_or_default();
        let setting = |at: usize| Some(field(row, at).to_owned());
        // MySQL keeps the semicolon after a trigger that came in a packet with other statements.
        let sql = field(row, kind.statement_at()).trim_end_matches([';', ' ', '\n']);
        if sql.is_empty() {
            return Err(Error::configuration(format!(
                "the server does not show how `{name}` of the database `{database}` is defined: it \
                 takes an administrator's URL"
            )));
        }
        let has_mode = kind.statement_at() > 1;
        Ok(Definition {
            name: name.clone(),
            sql: sql.to_owned(),
            sql_mode: has_mode.then(|| setting(1)).flatten(),
            time_zone: (kind == Kind::Event).then(|| setting(2)).flatten(),
        })
    });
    definitions.collect()
}
