//! Finding what a test left in a slot, and putting the slot back.

use sqlx::MySqlConnection;

use super::MySql;
use super::admin::ask;
use super::definition::{self, Kind};
use super::packet::{Rows, name, send};
use super::shape::differences;
use super::template::{Template, checksum, different};
use super::watch::Reading;
use crate::error::Error;
use crate::isolation::server::engine::Restored;

/// Nobody else is connected any more, so whoever still has a lock keeps it: a prepared XA transaction.
const PATIENCE_S: u32 = 5;

impl MySql {
    /// After a rollback: what somebody has changed on another connection, or in a table that knows no
    /// transactions.
    pub(super) async fn find_leaks(
        &self,
        connection: &mut MySqlConnection,
        template: &str,
        baseline: &mut Reading,
    ) -> Result<Vec<String>, Error> {
        let mut suspects = baseline.loose();
        let mut leaked = Vec::new();
        if !self.was_alone(connection, baseline).await? {
            // A transaction that is left open would keep the next test waiting.
            let now = self.read_alone(connection, &baseline.database).await?;
            let difference = now.since(baseline);
            if difference.maybe_ddl {
                leaked = self
                    .changed_objects(connection, template, &baseline.database)
                    .await?;
            }
            suspects = now.uncounted(baseline);
            baseline.accept(now);
            suspects.extend(difference.touched);
        }
        let template = self.template(template);
        leaked.extend(written(connection, &template, &baseline.database, &suspects).await?);
        Ok(leaked)
    }

    /// After a test that committed: writes the tables anew that are not as in the template.
    pub(super) async fn put_back(
        &self,
        connection: &mut MySqlConnection,
        template: &str,
        baseline: &mut Reading,
    ) -> Result<Restored, Error> {
        let database = baseline.database.clone();
        let now = self.read_alone(connection, &database).await?;
        let difference = now.since(baseline);
        if difference.maybe_ddl {
            let changed = self
                .changed_objects(connection, template, &database)
                .await?;
            if !changed.is_empty() {
                return Ok(Restored::NotInPlace(format!(
                    "the test has changed its schema: {}",
                    changed.join(", ")
                )));
            }
        }
        let template = self.template(template);
        let (mut dirty, unsure) = match baseline.is_known {
            true => (difference.touched, now.uncounted(baseline)),
            false => (Vec::new(), baseline.all_tables()),
        };
        baseline.accept(now);
        dirty.extend(written(connection, &template, &database, &unsure).await?);
        if dirty.is_empty() {
            return Ok(Restored::InPlace);
        }
        self.refill(connection, &template, &database, &dirty, baseline)
            .await
    }

    async fn refill(
        &self,
        connection: &mut MySqlConnection,
        template: &Template,
        database: &str,
        dirty: &[String],
        baseline: &mut Reading,
    ) -> Result<Restored, Error> {
        let all = template.tables(connection).await?;
        let tables = dirty
            .iter()
            .filter_map(|table| Some((table, all.get(table)?)));
        let triggers: Vec<String> = tables
            .clone()
            .flat_map(|(_, table)| table.triggers.clone())
            .collect();
        let created = match triggers.is_empty() {
            true => Vec::new(),
            // Read before they are dropped; the slot's are those of the template.
            false => definition::show(connection, &template.name, Kind::Trigger, &triggers).await?,
        };
        let mut sql = format!(
            "SET foreign_key_checks = 0, unique_checks = 0, sql_mode = 'NO_AUTO_VALUE_ON_ZERO', \
             lock_wait_timeout = {PATIENCE_S}, innodb_lock_wait_timeout = {PATIENCE_S}"
        );
        for trigger in &triggers {
            sql.push_str(&format!(
                "; DROP TRIGGER {}.{}",
                name(database),
                name(trigger)
            ));
        }
        sql.push_str("; START TRANSACTION");
        for (table, definition) in tables {
            sql.push_str(&format!(
                "; DELETE FROM {}.{}; ",
                name(database),
                name(table)
            ));
            sql.push_str(&definition.fill(table, &template.name, database));
        }
        sql.push_str("; COMMIT");
        for trigger in &created {
            sql.push_str("; ");
            sql.push_str(&trigger.statements(&template.name, database));
        }
        sql.push_str(&format!(
            "; {}; {}; {}",
            self.flavour.reset(),
            checksum(database, dirty.iter()),
            self.reading(database)
        ));
        let opened = self.ours.count();
        let answers = match send(connection, sql).await {
            Ok(answers) => answers,
            Err(error) => {
                return Ok(Restored::NotInPlace(format!(
                    "its rows could not be put back: {error}"
                )));
            }
        };
        // The last answers are those of the reading; before them comes that of the checksums.
        let reading_at = answers.len().saturating_sub(Self::READS);
        let (before, reading) = answers.split_at(reading_at);
        let none = Rows::new();
        let checksums = before.last().unwrap_or(&none);
        let wrong = different(connection, template, dirty, checksums).await?;
        if !wrong.is_empty() {
            return Ok(Restored::NotInPlace(format!(
                "the rows of {} are not those of the template after they were put back",
                wrong.join(", ")
            )));
        }
        baseline.accept(self.understand(database, opened, reading));
        Ok(Restored::InPlace)
    }

    /// The objects whose definitions are not those of the template.
    async fn changed_objects(
        &self,
        connection: &mut MySqlConnection,
        template: &str,
        database: &str,
    ) -> Result<Vec<String>, Error> {
        let wanted = self.shape(connection, template).await?;
        let found = self.shape(connection, database).await?;
        Ok(differences(&wanted, &found))
    }
}

/// Which of these tables have other rows than the template.
async fn written(
    connection: &mut MySqlConnection,
    template: &Template,
    database: &str,
    tables: &[String],
) -> Result<Vec<String>, Error> {
    if tables.is_empty() {
        return Ok(Vec::new());
    }
    let compute = checksum(database, tables.iter());
    let answers = ask(connection, compute, "compare the tables with the template").await?;
    let checksums = answers.into_iter().next().unwrap_or_default();
    different(connection, template, tables, &checksums).await
}
