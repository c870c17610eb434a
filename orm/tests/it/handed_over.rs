//! Pools and schemas that the application brings: sessions in another time zone, columns of other
//! types than those that Testudo would make.

use std::str::FromStr;

use chrono::{DateTime, Utc};
use rust_decimal::{Decimal, dec};
use serde_json::json;
use sqlx::mysql::{MySqlConnectOptions, MySqlPoolOptions};
use sqlx::postgres::PgPoolOptions;
use testudo::prelude::*;
use testudo_orm::IntegrityKind;
use testudo_orm::sql::Dialect;
use uuid::Uuid;

#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "tickets")]
struct Ticket {
    #[field(primary_key)]
    id: i64,
    #[field(max_length = 20, unique)]
    code: String,
    state: Option<String>,
    seats: Option<i64>,
    #[field(max_digits = 20, decimal_places = 0)]
    large: Option<Decimal>,
    document: Option<serde_json::Value>,
    token: Option<Uuid>,
    #[field(default = Utc::now())]
    at: DateTime<Utc>,
}

/// The same database through a pool whose sessions are nine hours ahead.
async fn in_tokyo(ctx: &TestContext) -> testudo::Result<Db> {
    Ok(match ctx.db().dialect() {
        Dialect::Postgres => {
            let pool = PgPoolOptions::new().after_connect(|connection, _| {
                Box::pin(async move {
                    sqlx::raw_sql("SET TIME ZONE 'Asia/Tokyo'")
                        .execute(connection)
                        .await?;
                    Ok(())
                })
            });
            Db::from(pool.connect(ctx.url()).await?)
        }
        Dialect::MySql | Dialect::MariaDb => {
            let options = MySqlConnectOptions::from_str(ctx.url())?.timezone("+09:00".to_owned());
            Db::from(MySqlPoolOptions::new().connect_with(options).await?)
        }
        Dialect::Sqlite => Db::connect(ctx.url()).await?,
    })
}

#[orm_test(models(Ticket), isolation = "clone")]
async fn times_are_utc_whatever_the_session_thinks(ctx: TestContext) -> testudo::Result {
    let tokyo = in_tokyo(&ctx).await?;
    let late: DateTime<Utc> = "2023-12-31T23:30:00.000001Z".parse()?;
    Ticket::builder().code("1").at(late).create(&tokyo).await?;
    for db in [&tokyo, ctx.db()] {
        assert_eq!(Ticket::filter(Ticket::at.eq(late)).get(db).await?.at, late);
        let parts = Ticket::all().values((Ticket::at.year(), Ticket::at.hour(), Ticket::at.date()));
        assert_eq!(parts.fetch_all(db).await?, [(2023, 23, late.date_naive())]);
    }
    Ok(())
}

#[orm_test(models(Ticket), isolation = "clone")]
async fn a_pool_that_was_handed_over_learns_which_server_it_has(
    ctx: TestContext,
) -> testudo::Result {
    let db = in_tokyo(&ctx).await?;
    // MySQL and MariaDB tell the keys of new rows in different ways.
    let rows = (0..3).map(|n| Ticket::builder().code(n.to_string()).build());
    let rows = Ticket::bulk_create(&db, rows.collect::<Result<Vec<_>, _>>()?).await?;
    assert_eq!(db.dialect(), ctx.db().speaks().await?);
    for row in rows {
        assert_eq!(Ticket::get(&db, row.id).await?.code, row.code);
    }
    Ok(())
}

/// Values of every optional column, and none of any: whichever comes first, a statement that was
/// prepared for one serves the other.
async fn fits(db: &Db, state: &str) -> testudo::Result {
    let full = || {
        Ticket::builder()
            .code("full")
            .state(state)
            .seats(7)
            .large(dec!(18446744073709551615))
            .document(json!({ "a": [1, null] }))
            .token(Uuid::from_u128(7))
            .at("2024-02-29T12:00:00Z"
                .parse::<DateTime<Utc>>()
                .unwrap_or_default())
    };
    for full_first in [true, false] {
        let empty = Ticket::builder().code("empty");
        if full_first {
            full().create(db).await?;
            empty.create(db).await?;
        } else {
            empty.create(db).await?;
            full().create(db).await?;
        }
        let mut row = Ticket::filter(Ticket::state.eq(state)).get(db).await?;
        assert_eq!((row.seats, row.token), (Some(7), Some(Uuid::from_u128(7))));
        assert_eq!(row.large, Some(dec!(18446744073709551615)));
        assert_eq!(row.document, Some(json!({ "a": [1, null] })));
        assert_eq!(row.at.to_rfc3339(), "2024-02-29T12:00:00+00:00");
        assert_eq!(Ticket::filter(Ticket::seats.gt(6)).count(db).await?, 1);
        assert_eq!(
            Ticket::filter(Ticket::token.eq(Uuid::from_u128(7)))
                .count(db)
                .await?,
            1
        );
        row.seats = None;
        row.state = None;
        row.save(db).await?;
        assert_eq!(Ticket::filter(Ticket::seats.is_null()).count(db).await?, 2);
        Ticket::all().delete(db).await?;
    }
    Ok(())
}

#[orm_test(backends(postgres), isolation = "fresh")]
async fn postgres_columns_of_ones_own_types_are_written_and_read(db: Db) -> testudo::Result {
    db.script(
        "CREATE TYPE state AS ENUM ('open', 'sold');
         CREATE DOMAIN code AS VARCHAR(20) CHECK (VALUE <> '');
         CREATE TABLE tickets (
             id SERIAL PRIMARY KEY,
             code code NOT NULL UNIQUE,
             state state,
             seats SMALLINT,
             large NUMERIC(20, 0),
             document JSON,
             token UUID,
             at TIMESTAMP NOT NULL
         )",
    )
    .await?;
    fits(&db, "open").await?;
    // Refused by the server, or here, where the statement was prepared for the column's own type.
    let many = Ticket::builder().code("many").seats(40_000);
    let message = many.create(&db).await.unwrap_err().to_string();
    assert!(
        message.contains("out of range") || message.contains("40000 does not fit"),
        "{message}"
    );
    let empty = Ticket::builder().code("").create(&db).await.unwrap_err();
    assert_eq!(
        empty.integrity().map(|e| e.kind),
        Some(IntegrityKind::Check)
    );
    Ok(())
}

#[orm_test(backends(mysql, mariadb), isolation = "fresh")]
async fn mysql_columns_of_ones_own_types_are_written_and_read(db: Db) -> testudo::Result {
    db.script(
        "CREATE TABLE tickets (
             id INT UNSIGNED AUTO_INCREMENT PRIMARY KEY,
             code VARCHAR(20) NOT NULL UNIQUE,
             state ENUM('open', 'sold'),
             seats TINYINT UNSIGNED,
             large BIGINT UNSIGNED,
             document JSON,
             token BINARY(16),
             at TIMESTAMP(6) NOT NULL
         )",
    )
    .await?;
    fits(&db, "open").await?;
    // An unsigned number that no i64 holds is an error, and not another number.
    db.execute(
        "INSERT INTO tickets (code, large, at) VALUES ('x', 18446744073709551615, NOW())",
        &[],
    )
    .await?;
    let rows = db.fetch_all("SELECT large FROM tickets", &[]).await?;
    let error = rows[0].get::<i64>(0).unwrap_err();
    assert!(
        error.to_string().contains("18446744073709551615"),
        "{error}"
    );
    Ok(())
}
