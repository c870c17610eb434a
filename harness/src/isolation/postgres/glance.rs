//! A look at a slot that costs the same however much is in it.

use sqlx::AssertSqlSafe;
use sqlx::postgres::PgConnection;

/// Between the fields of a text.
pub(super) const SEPARATOR: char = '\x1f';

/// The fields of a glance, by the row of the slot in `pg_database`. That somebody is connected now is
/// not asked for: it would take longer than the rest, and a session is counted before its first
/// statement runs.
pub(super) const FIELDS: &str =
    "pg_catalog.age('3'::xid), pg_catalog.pg_stat_get_db_sessions(d.oid)";

/// Where they are.
pub(super) const SOURCE: &str =
    "FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database()";

/// A slot when it was clean.
#[derive(Debug, Clone)]
pub(crate) struct Baseline {
    pub(super) slot: String,
    pub(super) glance: Glance,
}

/// What can be seen of a slot without looking at its tables.
#[derive(Debug, Clone)]
pub(super) struct Glance {
    /// How many transactions the server has begun.
    pub(super) clock: i64,
    /// How many sessions there have been on it.
    pub(super) sessions: i64,
}

impl Glance {
    pub(super) async fn at(connection: &mut PgConnection) -> Result<Self, sqlx::Error> {
        let text = format!("SELECT pg_catalog.concat_ws(E'\\x1f', {FIELDS}) {SOURCE}");
        let found: String = sqlx::query_scalar(AssertSqlSafe(text))
            .fetch_one(connection)
            .await?;
        Self::read(&mut found.split(SEPARATOR))
    }

    pub(super) fn read<'t>(
        fields: &mut impl Iterator<Item = &'t str>,
    ) -> Result<Self, sqlx::Error> {
        let mut number = || {
            let field = fields.next().unwrap_or_default();
            field
                .parse::<i64>()
                .map_err(|error| sqlx::Error::Decode(Box::new(error)))
        };
        Ok(Self {
            clock: number()?,
            sessions: number()?,
        })
    }
}
