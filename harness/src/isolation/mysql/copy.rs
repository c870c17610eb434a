//! A database copied: its definitions run again, and its rows read from the original.

use sqlx::{Connection, MySqlConnection};

use super::MySql;
use super::admin::ask;
use super::definition::{Definition, Kind, show};
use super::packet::{Rows, column, field, name, send, text, value};
use super::template::tables;
use crate::error::Error;

/// The smallest packet that a server takes without being told is 1 MiB, on old ones.
const PACKET: usize = 512 * 1024;

/// What is in a database, by name.
struct Contents {
    sequences: Vec<String>,
    tables: Vec<String>,
    /// Tables whose counters need a word of their own to be kept.
    innodb: Vec<String>,
    views: Vec<String>,
    functions: Vec<String>,
    procedures: Vec<String>,
    triggers: Vec<String>,
    events: Vec<String>,
}

impl MySql {
    /// Copies a database, in place of one of the copy's name.
    ///
    /// Events are there but do not run: a test that nobody else writes to is what a slot is for.
    pub(super) async fn copy_database(
        &self,
        lease: &mut MySqlConnection,
        from: &str,
        to: &str,
    ) -> Result<(), Error> {
        self.drop(lease, to).await?;
        let select = format!(
            "SELECT DEFAULT_CHARACTER_SET_NAME, DEFAULT_COLLATION_NAME \
             FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = {}",
            text(from)
        );
        let answers = ask(lease, select, "look at the template").await?;
        let Some(row) = answers.first().and_then(|rows| rows.first()) else {
            return Err(Error::missing_database(from));
        };
        let create = format!(
            "CREATE DATABASE {} CHARACTER SET {} COLLATE {}",
            name(to),
            field(row, 0),
            field(row, 1)
        );
        ask(lease, create, &format!("create the database `{to}`")).await?;
        // Of its own, so that its settings end with it.
        let mut connection = self.connect_to(Some(to)).await?;
        self.replay(&mut connection, from, to).await?;
        let _ = connection.close().await;
        Ok(())
    }

    async fn replay(
        &self,
        connection: &mut MySqlConnection,
        from: &str,
        to: &str,
    ) -> Result<(), Error> {
        let prepare = "SET foreign_key_checks = 0, unique_checks = 0, \
                       sql_mode = 'NO_AUTO_VALUE_ON_ZERO'";
        ask(connection, prepare.to_owned(), "copy the template").await?;
        let contents = contents(connection, from).await?;
        let mut replay = Replay::new(from, to);

        for sequence in show(connection, from, Kind::Sequence, &contents.sequences).await? {
            let next = format!(
                "SELECT next_not_cached_value FROM {}.{}",
                name(from),
                name(&sequence.name)
            );
            let answers = ask(connection, next, "read a sequence of the template").await?;
            let next = answers.first().and_then(value).unwrap_or("1").to_owned();
            replay.add(&sequence);
            replay.push(&format!("DO SETVAL({}, {next}, 0)", name(&sequence.name)));
        }
        for mut table in show(connection, from, Kind::Table, &contents.tables).await? {
            if self.recalculates && contents.innodb.contains(&table.name) {
                keep_counters(&mut table.sql);
            }
            replay.add(&table);
        }
        for (table, definition) in &tables(connection, from).await? {
            replay.push(&definition.fill(table, from, to));
        }
        for kind in [Kind::Function, Kind::Procedure] {
            let names = match kind {
                Kind::Function => &contents.functions,
                _ => &contents.procedures,
            };
            for routine in show(connection, from, kind, names).await? {
                replay.add(&routine);
            }
        }
        let views = show(connection, from, Kind::View, &contents.views).await?;
        let (views, entangled) = in_order(views);
        for view in &views {
            replay.add(view);
        }
        for trigger in show(connection, from, Kind::Trigger, &contents.triggers).await? {
            replay.add(&trigger);
        }
        for event in show(connection, from, Kind::Event, &contents.events).await? {
            // The original must not run either: it would change the template.
            let disable = format!("ALTER EVENT {}.{} DISABLE", name(from), name(&event.name));
            ask(connection, disable, "disable an event of the template").await?;
            replay.add(&event);
            replay.push(&format!("ALTER EVENT {} DISABLE", name(&event.name)));
        }
        replay.run(connection).await?;
        by_trial(connection, entangled, from, to).await
    }
}

/// Statements, collected to packets.
struct Replay<'d> {
    from: &'d str,
    to: &'d str,
    packets: Vec<String>,
}

impl<'d> Replay<'d> {
    fn new(from: &'d str, to: &'d str) -> Self {
        Self {
            from,
            to,
            packets: vec![String::new()],
        }
    }

    fn add(&mut self, definition: &Definition) {
        self.push(&definition.statements(self.from, self.to));
    }

    fn push(&mut self, statements: &str) {
        match self.packets.last_mut() {
            Some(packet) if packet.is_empty() => packet.push_str(statements),
            Some(packet) if packet.len() + statements.len() < PACKET => {
                packet.push_str(";\n");
                packet.push_str(statements);
            }
            _ => self.packets.push(statements.to_owned()),
        }
    }

    async fn run(self, connection: &mut MySqlConnection) -> Result<(), Error> {
        let doing = format!("copy the database `{}` to `{}`", self.from, self.to);
        for packet in self.packets {
            if !packet.is_empty() {
                ask(connection, packet, &doing).await?;
            }
        }
        Ok(())
    }
}

async fn contents(connection: &mut MySqlConnection, database: &str) -> Result<Contents, Error> {
    let of = text(database);
    let select = format!(
        "SELECT TABLE_NAME, TABLE_TYPE, ENGINE FROM information_schema.TABLES \
         WHERE TABLE_SCHEMA = {of}; \
         SELECT ROUTINE_NAME, ROUTINE_TYPE FROM information_schema.ROUTINES \
         WHERE ROUTINE_SCHEMA = {of}; \
         SELECT TRIGGER_NAME FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = {of} \
         ORDER BY EVENT_OBJECT_TABLE, ACTION_TIMING, EVENT_MANIPULATION, ACTION_ORDER; \
         SELECT EVENT_NAME FROM information_schema.EVENTS WHERE EVENT_SCHEMA = {of}"
    );
    let answers = ask(connection, select, "list what is in the template").await?;
    let [tables, routines, triggers, events] = &answers[..] else {
        return Err(Error::configuration(
            "the server does not list what is in the template",
        ));
    };
    let of_type = |rows: &Rows, is: &dyn Fn(&str) -> bool| -> Vec<String> {
        let found = rows.iter().filter(|row| is(field(row, 1)));
        found.map(|row| field(row, 0).to_owned()).collect()
    };
    let innodb = tables
        .iter()
        .filter(|row| field(row, 2).eq_ignore_ascii_case("InnoDB"));
    Ok(Contents {
        sequences: of_type(tables, &|kind| kind == "SEQUENCE"),
        tables: of_type(tables, &|kind| {
            kind == "BASE TABLE" || kind == "SYSTEM VERSIONED"
        }),
        innodb: innodb.map(|row| field(row, 0).to_owned()).collect(),
        views: of_type(tables, &|kind| kind == "VIEW"),
        functions: of_type(routines, &|kind| kind == "FUNCTION"),
        procedures: of_type(routines, &|kind| kind == "PROCEDURE"),
        triggers: column(triggers).map(str::to_owned).collect(),
        events: column(events).map(str::to_owned).collect(),
    })
}

/// Tells InnoDB not to start its counters of a table anew by itself: the slot is watched by them.
///
/// The options follow the last line that begins with a bracket; partitions come after them.
fn keep_counters(sql: &mut String) {
    if sql.contains("STATS_AUTO_RECALC=") || sql.contains("STATS_PERSISTENT=") {
        return;
    }
    if let Some(at) = sql.rfind("\n) ENGINE=InnoDB") {
        sql.insert_str(
            at + "\n) ENGINE=InnoDB".len(),
            " STATS_PERSISTENT=1 STATS_AUTO_RECALC=0",
        );
    }
}

/// Views, those first that others are made of; and those of which the text does not tell.
fn in_order(mut views: Vec<Definition>) -> (Vec<Definition>, Vec<Definition>) {
    let mut ordered = Vec::with_capacity(views.len());
    loop {
        let names: Vec<_> = views.iter().map(|view| view.name.clone()).collect();
        let needs_another = |view: &Definition| {
            let mut others = names.iter().filter(|other| **other != view.name);
            others.any(|other| view.sql.contains(&name(other)))
        };
        let (waiting, ready): (Vec<_>, Vec<_>) = views.into_iter().partition(needs_another);
        if ready.is_empty() {
            return (ordered, waiting);
        }
        ordered.extend(ready);
        views = waiting;
    }
}

/// Views with columns that are called like views: each is tried until no more of them can be made.
async fn by_trial(
    connection: &mut MySqlConnection,
    mut views: Vec<Definition>,
    from: &str,
    to: &str,
) -> Result<(), Error> {
    while !views.is_empty() {
        let mut failed = Vec::new();
        let mut last = None;
        let all = views.len();
        for view in views {
            if let Err(error) = send(connection, view.statements(from, to)).await {
                last = Some((view.name.clone(), error));
                failed.push(view);
            }
        }
        if let (true, Some((view, error))) = (failed.len() == all, last) {
            return Err(Error::database(format!("copy the view `{view}`"), error));
        }
        views = failed;
    }
    Ok(())
}
