//! Whether the schema of a slot is still that of its template.

use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Row};

use super::glance::SEPARATOR;

/// Between the rows of a text.
const ROWS: char = '\x1e';

/// What tells the objects that somebody made from those of Postgres: they have higher numbers. Those
/// that live as long as a session do not count.
const CATALOGS: &[(&str, &str, &str)] = &[
    ("schemas", "pg_namespace", "nspname !~ '^pg_(toast_)?temp_'"),
    (
        "tables",
        "pg_class",
        "oid >= 16384 AND relpersistence <> 't'",
    ),
    (
        "columns",
        "pg_attribute",
        "attrelid >= 16384 AND attrelid NOT IN (SELECT oid FROM brief)",
    ),
    ("defaults", "pg_attrdef", "oid >= 16384"),
    (
        "constraints",
        "pg_constraint",
        "oid >= 16384 AND conrelid NOT IN (SELECT oid FROM brief)",
    ),
    ("indexes", "pg_index", "indexrelid >= 16384"),
    (
        "triggers",
        "pg_trigger",
        "oid >= 16384 AND tgrelid NOT IN (SELECT oid FROM brief)",
    ),
    ("views and rules", "pg_rewrite", "oid >= 16384"),
    ("policies", "pg_policy", "oid >= 16384"),
    (
        "functions",
        "pg_proc",
        "oid >= 16384 AND pronamespace NOT IN (SELECT oid FROM brief)",
    ),
    (
        "types",
        "pg_type",
        "oid >= 16384 AND typnamespace NOT IN (SELECT oid FROM brief)",
    ),
    ("enums", "pg_enum", "true"),
    ("sequences", "pg_sequence", "true"),
    ("inheritance", "pg_inherits", "true"),
    ("extensions", "pg_extension", "true"),
    ("event triggers", "pg_event_trigger", "true"),
    ("default privileges", "pg_default_acl", "true"),
    ("publications", "pg_publication", "true"),
    ("statistics objects", "pg_statistic_ext", "true"),
    ("casts", "pg_cast", "oid >= 16384"),
    ("collations", "pg_collation", "oid >= 16384"),
    ("operators", "pg_operator", "oid >= 16384"),
    ("comments", "pg_description", "objoid >= 16384"),
    ("foreign servers", "pg_foreign_server", "true"),
    ("large objects", "pg_largeobject_metadata", "true"),
];

/// The content of large objects, which is for superusers alone.
const LARGE_OBJECTS: (&str, &str, &str) = ("large objects", "pg_largeobject", "true");

/// `tables` without what TRUNCATE and VACUUM change: where a table is stored.
const TABLES: &str = "
SELECT coalesce(sum(pg_catalog.hashtextextended(row(oid, relname, relnamespace, reloftype, relowner,
           relam, reltablespace, relpersistence, relkind, relnatts, relchecks, relhasrules, relrowsecurity,
           relforcerowsecurity, relispopulated, relreplident, relispartition, relacl, reloptions,
           relpartbound)::text, 0)), 0)::text
  FROM pg_catalog.pg_class WHERE oid >= 16384 AND relpersistence <> 't'";

/// The catalogs of a database, in numbers.
///
/// A copy has the rows of its template with the numbers of the transactions that wrote them. Each
/// change writes a row with a higher number or takes one away, so that the number of rows and the sum
/// of these numbers do not lie. Statistics are left out: ANALYZE is no change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Catalogs {
    sums: Vec<(i64, String)>,
    settings: String,
    tables: String,
}

/// The statement that reads the catalogs.
pub(super) fn query(is_superuser: bool) -> String {
    // One text in place of some thirty rows: a debug build of the driver takes longer over them than the
    // server does.
    let mut text = String::from(
        "SELECT pg_catalog.string_agg(pg_catalog.concat_ws(E'\\x1f', n, rows, sum), E'\\x1e' ORDER BY n) FROM (\
         WITH brief AS MATERIALIZED (SELECT oid FROM pg_catalog.pg_class \
         WHERE oid >= 16384 AND relpersistence = 't' \
         UNION ALL SELECT oid FROM pg_catalog.pg_namespace WHERE nspname ~ '^pg_(toast_)?temp_')",
    );
    for (position, (_, catalog, condition)) in all(is_superuser).enumerate() {
        let union = if position > 0 { " UNION ALL" } else { "" };
        text.push_str(&format!(
            "{union} SELECT {position}, count(*), coalesce(sum(xmin::text::bigint), 0)::text \
             FROM pg_catalog.{catalog} WHERE {condition}"
        ));
    }
    // Settings of the database itself are copied one by one, by other transactions.
    text.push_str(
        " UNION ALL SELECT 1000, 0::bigint, coalesce(string_agg(concat(setrole, ' ', setconfig), ' ' \
         ORDER BY setrole), '') FROM pg_catalog.pg_db_role_setting WHERE setdatabase = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())\
         ) AS catalogs (n, rows, sum)",
    );
    text
}

fn all(
    is_superuser: bool,
) -> impl Iterator<Item = &'static (&'static str, &'static str, &'static str)> {
    let superuser = is_superuser.then_some(&LARGE_OBJECTS);
    CATALOGS.iter().chain(superuser)
}

async fn sums(
    connection: &mut PgConnection,
    query: &str,
) -> Result<(Vec<(i64, String)>, String), sqlx::Error> {
    let found: String = sqlx::query_scalar(AssertSqlSafe(query.to_owned()))
        .fetch_one(connection)
        .await?;
    let mut sums = Vec::new();
    for row in found.split(ROWS) {
        let mut fields = row.split(SEPARATOR).skip(1);
        let rows = fields.next().unwrap_or_default();
        let rows = rows
            .parse()
            .map_err(|error: std::num::ParseIntError| sqlx::Error::Decode(Box::new(error)))?;
        sums.push((rows, fields.collect()));
    }
    let settings = sums.pop().map(|(_, settings)| settings);
    Ok((sums, settings.unwrap_or_default()))
}

async fn tables(connection: &mut PgConnection) -> Result<String, sqlx::Error> {
    sqlx::query(TABLES).fetch_one(connection).await?.try_get(0)
}

/// Reads the catalogs of a template.
pub(super) async fn read(
    connection: &mut PgConnection,
    query: &str,
) -> Result<Catalogs, sqlx::Error> {
    let (sums, settings) = sums(connection, query).await?;
    Ok(Catalogs {
        sums,
        settings,
        tables: tables(connection).await?,
    })
}

/// What kind of thing in a slot is not as in its template, if anything is.
pub(super) async fn difference(
    connection: &mut PgConnection,
    query: &str,
    template: &Catalogs,
) -> Result<Option<&'static str>, sqlx::Error> {
    let (found, settings) = sums(connection, query).await?;
    if settings != template.settings {
        return Ok(Some("settings of the database"));
    }
    for (position, (what, catalog, _)) in all(true).enumerate() {
        if found.get(position) == template.sums.get(position) {
            continue;
        }
        if *catalog == "pg_class" && tables(connection).await? == template.tables {
            continue;
        }
        return Ok(Some(what));
    }
    Ok(None)
}
