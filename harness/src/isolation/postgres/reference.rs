//! What is in a template: the measure of what a slot should look like, and the rows to put back.

use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Row};

use super::catalog::{self, Catalogs};
use super::fingerprint::{self, Measured};

/// Tables with more bytes than this are not put back row by row: a new copy of the template is as fast.
const LARGEST: i64 = 256 * 1024;

/// What a test can write to: tables, materialised views and sequences.
const RELATIONS: &str = "
SELECT pg_catalog.format('%I.%I', n.nspname, c.relname),
       CASE WHEN n.nspname = 'public' THEN c.relname::text ELSE n.nspname || '.' || c.relname END,
       c.relkind::text,
       CASE WHEN c.relkind = 'r' THEN pg_catalog.pg_table_size(c.oid) ELSE 0 END,
       ARRAY(SELECT pg_catalog.quote_ident(a.attname) FROM pg_catalog.pg_attribute a
              WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
              ORDER BY a.attnum),
       EXISTS (SELECT FROM pg_catalog.pg_trigger t WHERE t.tgrelid = c.oid AND t.tgenabled IN ('A', 'R'))
           OR EXISTS (SELECT FROM pg_catalog.pg_rewrite r
                       WHERE r.ev_class = c.oid AND r.ev_enabled IN ('A', 'R'))
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE (c.relkind IN ('r', 'S') OR c.relkind = 'm' AND c.relispopulated) AND c.relpersistence <> 't'
   AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
 ORDER BY c.oid";

/// What is in a template.
#[derive(Debug)]
pub(super) struct Reference {
    pub(super) catalogs: Catalogs,
    pub(super) tables: Vec<Table>,
    pub(super) sequences: Vec<Sequence>,
    /// The statement that reads the fingerprint of all of these.
    pub(super) fingerprint: String,
}

/// A table or a materialised view.
#[derive(Debug)]
pub(super) struct Table {
    /// Quoted.
    pub(super) name: String,
    pub(super) shown: String,
    pub(super) rows: i64,
    /// Why its rows are not put back in place, if they are not.
    pub(super) obstacle: Option<&'static str>,
    /// Of all rows; the same for the same rows.
    pub(super) hash: String,
    /// `INSERT ..` of all rows; empty without any.
    pub(super) insert: String,
}

#[derive(Debug)]
pub(super) struct Sequence {
    /// Quoted.
    pub(super) name: String,
    pub(super) value: i64,
    pub(super) is_called: bool,
}

/// A sum that does not depend on the order of rows.
pub(super) fn hash(table: &str) -> String {
    format!(
        "(SELECT coalesce(sum(pg_catalog.hashtextextended(testudo_row::text, 0)), 0)::text \
         FROM ONLY {table} AS testudo_row)"
    )
}

impl Reference {
    pub(super) async fn read(
        template: &mut PgConnection,
        catalogs: &str,
    ) -> Result<Self, sqlx::Error> {
        let mut tables = Vec::new();
        let mut columns = Vec::new();
        let mut sequences = Vec::new();
        for row in sqlx::query(RELATIONS).fetch_all(&mut *template).await? {
            let (name, shown) = (row.try_get(0)?, row.try_get(1)?);
            let kind: String = row.try_get(2)?;
            if kind == "S" {
                sequences.push(Sequence {
                    name,
                    value: 0,
                    is_called: false,
                });
                continue;
            }
            let of_table: Vec<String> = row.try_get(4)?;
            let obstacle = if kind == "m" {
                Some("is a materialised view, which can only be refreshed")
            } else if row.try_get(5)? {
                Some("has a trigger or a rule that always fires")
            } else if row.try_get::<i64, _>(3)? > LARGEST {
                Some("is so large that a new copy is as fast")
            } else if of_table.is_empty() {
                Some("has no column that can be written")
            } else {
                None
            };
            columns.push(of_table);
            tables.push(Table {
                name,
                shown,
                rows: 0,
                obstacle,
                hash: String::new(),
                insert: String::new(),
            });
        }
        let mut reference = Self {
            catalogs: catalog::read(template, catalogs).await?,
            fingerprint: fingerprint::query(
                tables.iter().map(|table: &Table| table.name.as_str()),
                sequences
                    .iter()
                    .map(|sequence: &Sequence| sequence.name.as_str()),
            ),
            tables,
            sequences,
        };
        reference.measure(template).await?;
        reference.read_rows(template, &columns).await?;
        Ok(reference)
    }

    async fn measure(&mut self, template: &mut PgConnection) -> Result<(), sqlx::Error> {
        let measured = Measured::read(template, &self.fingerprint).await?;
        for (table, (rows, _)) in self.tables.iter_mut().zip(measured.tables()) {
            table.rows = rows;
        }
        let sequences = measured.sequences(self.tables.len());
        for (sequence, (value, is_called)) in self.sequences.iter_mut().zip(sequences) {
            sequence.value = value;
            sequence.is_called = is_called != 0;
        }
        Ok(())
    }

    /// As the text of an INSERT, which brings them back in the packet that deletes what a test left.
    async fn read_rows(
        &mut self,
        template: &mut PgConnection,
        columns: &[Vec<String>],
    ) -> Result<(), sqlx::Error> {
        let mut text = String::new();
        for (position, (table, columns)) in self.tables.iter().zip(columns).enumerate() {
            if table.obstacle.is_some() {
                continue;
            }
            if !text.is_empty() {
                text.push_str(" UNION ALL ");
            }
            let values = columns
                .iter()
                .map(|column| format!("pg_catalog.format('%L', testudo_row.{column})"))
                .collect::<Vec<_>>()
                .join(" || ',' || ");
            let (name, hash) = (&table.name, hash(&table.name));
            text.push_str(&format!(
                "SELECT {position}, {hash}, pg_catalog.string_agg('(' || {values} || ')', ',') \
                 FROM ONLY {name} AS testudo_row"
            ));
        }
        if text.is_empty() {
            return Ok(());
        }
        let rows: Vec<(i32, String, Option<String>)> = sqlx::query_as(AssertSqlSafe(text))
            .fetch_all(template)
            .await?;
        for (position, hash, values) in rows {
            let position = usize::try_from(position).unwrap_or(usize::MAX);
            if let (Some(table), Some(columns)) =
                (self.tables.get_mut(position), columns.get(position))
            {
                table.hash = hash;
                if let Some(values) = values {
                    let (name, columns) = (&table.name, columns.join(", "));
                    table.insert = format!(
                        "INSERT INTO {name} ({columns}) OVERRIDING SYSTEM VALUE VALUES {values}; "
                    );
                }
            }
        }
        Ok(())
    }
}
