//! YAML fixtures: files of labelled rows, checked against the live schema and loaded in one transaction.

mod convert;
mod diagnostic;
mod document;
mod expression;
mod fingerprint;
mod id;
mod labels;
mod load;
mod order;
mod parse;
mod range;
mod resolve;
mod row;
mod rows;
mod schema;
mod source;

use std::path::Path;
use std::sync::Arc;

use chrono::{Timelike, Utc};
use testudo_orm::Db;
use testudo_sql::Dialect;

use diagnostic::Mistakes;
pub use diagnostic::{FixtureErrors, Mistake};
pub use labels::Labels;
use resolve::{Resolved, Settings};
pub(crate) use row::get;
pub(crate) use schema::KnownSchema;
use schema::LiveSchema;
use source::SourceFile;

/// The text of fixture files, ready to be loaded into any number of databases.
///
/// ```yaml
/// # fixtures/shop.yml
/// users:
///   alice: { username: alice, email: alice@example.com }
///   customer_{1..200}: { username: "customer_${n}", date_joined: "${now - 30d}" }
/// orders:
///   first: { order_number: ORD-001, user: alice, total_amount: 99.99 }
/// articles:
///   intro: { title: Guide, author: alice, tags: [rust, async] }
/// ```
///
/// - **Rows** stand under their table, each with a label. A row needs no key: it follows from the label,
///   the same on every run. Text keys are the label, UUIDs are version 5 over `table.label`, integers a
///   hash of at most 30 bits (14 for a SMALLINT) to which the number at the label's end is added.
/// - **References** are labels: `user: alice` sets `user_id`. A whole number is a raw key; quote a label that
///   looks like one. A list of labels fills a join table: `tags: [rust, async]`.
/// - **Ranges** in labels make many rows: `customer_{1..200}`, `row_{001..100}`.
/// - **Expressions** stand in `${...}`: `now`, `today`, durations (`30d`, `1h30m`; units s, m, h, d, w), `uuid`,
///   `label`, `n` (the row's number in its range), `env.NAME`, `env("NAME", "default")`, and
///   `+ - * / %` on them. `$${` is a literal `${`.
/// - **Types** are the columns': a plain `007` is text in a text column and 7 in an integer column.
///   `~` is NULL. Bytes are `!!binary` and base64, or `0x` and hexadecimal; JSON columns take any YAML. The values of an
///   enum of the database are known. What only a server can read (an array, an interval, an address) is text in
///   the server's own form: `'{a, b}'`, `1 day`.
/// - **Anchors and merge keys** work; top-level keys that start with `x-` hold anchors and no rows.
///
/// - **Order** follows from the foreign keys. Where tables or rows refer to each other in a circle, a nullable
///   foreign key in it is inserted as NULL and set by an UPDATE at the end; a circle of NOT NULL keys is
///   loaded if the constraints of one of its tables are `DEFERRABLE INITIALLY DEFERRED`, else it is a mistake.
/// - **Sequences** of Postgres are moved behind the keys that were loaded, so that rows of the test get others.
/// - **Refusals** of the database (CHECK, UNIQUE, a raw key that leads nowhere) are traced to their rows.
///
/// On Postgres the tables are those of the schemas in the `search_path`, on MySQL those of the current database.
///
/// One load takes at most 32 MiB of files, 4 million values and 500,000 rows.
#[derive(Debug, Clone)]
pub struct Fixtures {
    files: Arc<[SourceFile]>,
}

impl Fixtures {
    /// Reads `<dir>/<name>.yml` (or `.yaml`) for each name. Nothing is parsed yet.
    ///
    /// Files of one load share their labels: a row may refer to a row of any other file.
    ///
    /// # Errors
    /// When a file is missing (the error names the nearest one, or those that exist), cannot be read,
    /// is not UTF-8, or is too large.
    pub fn read(dir: &Path, names: &[impl AsRef<str>]) -> Result<Self, FixtureErrors> {
        let names: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
        source::read(dir, &names).map(|files| Self {
            files: files.into(),
        })
    }

    /// Whether there is nothing to load.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Everything that a loaded database depends on, for the key of a template: the files, the
    /// environment variables that they name, and the seed if any expression depends on it.
    ///
    /// The time is not part of it: `now` is the moment at which the template was made. On a server, where
    /// templates outlive the process, that is within the current hour.
    #[must_use]
    pub fn fingerprint_bytes(&self, seed: u64) -> Vec<u8> {
        fingerprint::bytes(&self.files, seed)
    }

    /// Whether a row depends on the time at which it is loaded.
    pub(crate) fn reads_the_clock(&self) -> bool {
        fingerprint::reads_the_clock(&self.files)
    }

    /// The names of the environment variables that the files read.
    pub(crate) fn variables(&self) -> impl Iterator<Item = &str> {
        fingerprint::variables(&self.files)
    }

    /// Loads all rows into a database, in one transaction (a savepoint when `db` is on one), and
    /// gives the keys of the rows by label.
    ///
    /// Everything is checked against the schema of the database before the first row is sent.
    ///
    /// # Errors
    /// Every mistake in the files, all at once, with nothing loaded; likewise the rows that the
    /// database refuses. The database's own failure otherwise.
    pub async fn load(&self, db: &Db, seed: u64) -> Result<Labels, FixtureErrors> {
        let known = KnownSchema::default();
        // In a box, so that the futures of callers stay small.
        Box::pin(self.load_knowing(&known, db, seed)).await
    }

    /// The same, with the schema read only if it is not known yet.
    pub(crate) async fn load_knowing(
        &self,
        known: &KnownSchema,
        db: &Db,
        seed: u64,
    ) -> Result<Labels, FixtureErrors> {
        if self.files.is_empty() {
            return Ok(Labels::default());
        }
        let (dialect, schema) = known.of(db).await?;
        let mut mistakes = Mistakes::default();
        let loaded = match self.resolve(schema, dialect, seed, &mut mistakes) {
            Some((resolved, order)) => {
                load::load(db, dialect, resolved, &order, schema, &mut mistakes).await?
            }
            None => Labels::default(),
        };
        match mistakes.into_errors(&self.files) {
            Some(errors) => Err(errors),
            None => Ok(loaded),
        }
    }

    /// The rows and their order; `None` after a mistake.
    fn resolve(
        &self,
        schema: &LiveSchema,
        dialect: Dialect,
        seed: u64,
        mistakes: &mut Mistakes,
    ) -> Option<(Resolved, order::Order)> {
        let document = parse::parse(&self.files, mistakes);
        let now = Utc::now();
        let settings = Settings {
            // Every backend keeps microseconds: what a test reads back equals what was meant.
            now: now
                .with_nanosecond(now.nanosecond() / 1_000 * 1_000)
                .unwrap_or(now),
            seed,
            dialect,
        };
        let resolved = resolve::resolve(&document, schema, settings, mistakes);
        if mistakes.count() > 0 {
            return None;
        }
        let order = order::order(&resolved, schema, mistakes);
        (mistakes.count() == 0).then_some((resolved, order))
    }
}
