//! Which tables of a slot are not as they were, without looking at what is in them.

use sqlx::AssertSqlSafe;
use sqlx::postgres::PgConnection;

use super::reference::Reference;

/// What the numbers of transactions are measured against: how many the server has begun.
const CLOCK: &str = "pg_catalog.age('3'::xid)::bigint";

/// A statement whose first three numbers have the clock. Then come three for each table, with its number of rows
/// and the age of the youngest in transactions, and for each sequence, with its value and whether it
/// has been called.
pub(super) fn query<'n>(
    tables: impl Iterator<Item = &'n str>,
    sequences: impl Iterator<Item = &'n str>,
) -> String {
    // As one text, for the sake of the driver.
    let mut text = format!(
        "SELECT pg_catalog.string_agg(pg_catalog.concat_ws(' ', n, a, b), ' ' ORDER BY n) \
         FROM (SELECT 0, {CLOCK}, 0::bigint"
    );
    let mut position = 0;
    for table in tables {
        position += 1;
        text.push_str(&format!(
            " UNION ALL SELECT {position}, count(*), \
             coalesce(min(pg_catalog.age(xmin)), 2147483647)::bigint FROM ONLY {table}"
        ));
    }
    for sequence in sequences {
        position += 1;
        text.push_str(&format!(
            " UNION ALL SELECT {position}, last_value, is_called::int::bigint FROM {sequence}"
        ));
    }
    text.push_str(") AS measured (n, a, b)");
    text
}

/// A fingerprint that was read.
#[derive(Debug)]
pub(super) struct Measured(Vec<(i64, i64)>);

impl Measured {
    pub(super) async fn read(
        connection: &mut PgConnection,
        query: &str,
    ) -> Result<Self, sqlx::Error> {
        let text: String = sqlx::query_scalar(AssertSqlSafe(query.to_owned()))
            .fetch_one(connection)
            .await?;
        let numbers = text.split(' ').map(str::parse);
        let numbers = numbers.collect::<Result<Vec<i64>, _>>();
        let numbers = numbers.map_err(|error| sqlx::Error::Decode(Box::new(error)))?;
        let (rows, _) = numbers.as_chunks();
        Ok(Self(
            rows.iter()
                .map(|[_, first, second]| (*first, *second))
                .collect(),
        ))
    }

    fn clock(&self) -> i64 {
        self.0.first().map_or(0, |row| row.0)
    }

    /// Numbers of rows, and ages.
    pub(super) fn tables(&self) -> impl Iterator<Item = (i64, i64)> {
        self.0.iter().skip(1).copied()
    }

    /// Values, and whether they have been called.
    pub(super) fn sequences(&self, tables: usize) -> impl Iterator<Item = (i64, i64)> {
        self.tables().skip(tables)
    }
}

/// What of a slot is not as in its template, by position.
#[derive(Debug, Default)]
pub(super) struct Changes {
    pub(super) tables: Vec<usize>,
    pub(super) sequences: Vec<usize>,
}

impl Changes {
    /// Compares a slot with its template. `clean` is what the clock said when they were the same: a row
    /// that was written since is younger, and one that was deleted since is missing.
    pub(super) async fn read(
        connection: &mut PgConnection,
        reference: &Reference,
        clean: i64,
    ) -> Result<Self, sqlx::Error> {
        let measured = Measured::read(connection, &reference.fingerprint).await?;
        let since = since(clean, measured.clock());
        let tables = reference.tables.iter().zip(measured.tables());
        let sequences = measured.sequences(reference.tables.len());
        Ok(Self {
            tables: positions(
                tables.map(|(table, (rows, age))| rows != table.rows || age <= since),
            ),
            sequences: positions(reference.sequences.iter().zip(sequences).map(
                |(sequence, (value, is_called))| {
                    value != sequence.value || (is_called != 0) != sequence.is_called
                },
            )),
        })
    }
}

fn positions(changed: impl Iterator<Item = bool>) -> Vec<usize> {
    changed
        .enumerate()
        .filter_map(|(position, is_changed)| is_changed.then_some(position))
        .collect()
}

/// The number of transactions between two readings of the clock, which has 32 bits and a sign.
fn since(then: i64, now: i64) -> i64 {
    (now - then).rem_euclid(1 << 32)
}
