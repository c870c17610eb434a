//! Fixtures of 10,000 rows in five tables, beside the same rows inserted by hand in prepared
//! multi-row statements, and beside the empty database that both start from.

use std::fmt::Write;
use std::hint::black_box;
use std::path::{Path, PathBuf};

use criterion::{Criterion, criterion_group, criterion_main};
use sqlx::{AssertSqlSafe, Connection, SqliteConnection};
use testudo::prelude::*;
use testudo_benches::{MIGRATIONS, SCHEMA, runtime};

const ROWS_PER_TABLE: i64 = 2_000;
/// Well below SQLite's limit of binds, and one text for all statements of a table.
const ROWS_PER_STATEMENT: u16 = 500;
const JOINED: &str = "2024-01-01T00:00:00.000000+00:00";

/// One file, each row written out with a label of its own, references by label.
fn yaml() -> String {
    let mut yaml = String::new();
    let mut table = |name: &str, row: &dyn Fn(i64) -> String| {
        writeln!(yaml, "{name}:").unwrap();
        for n in 0..ROWS_PER_TABLE {
            writeln!(yaml, "  {name}_{n}: {{ {} }}", row(n)).unwrap();
        }
    };
    table("users", &|n| {
        format!("username: user-{n}, email: {n}@example.com, date_joined: 2024-01-01")
    });
    table("categories", &|n| format!("name: category-{n}"));
    table("products", &|n| {
        format!("category: categories_{n}, sku: sku-{n}, name: product {n}, price: 9.99")
    });
    table("orders", &|n| {
        format!("user: users_{n}, number: no-{n}, status: pending, created_at: 2024-01-01")
    });
    table("order_items", &|n| {
        format!("order: orders_{n}, product: products_{n}, quantity: {n}")
    });
    yaml
}

/// A package directory with the fixtures file in it.
fn package() -> PathBuf {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("fixtures-bench");
    std::fs::create_dir_all(dir.join("fixtures")).unwrap();
    std::fs::write(dir.join("fixtures/many.yml"), yaml()).unwrap();
    dir
}

async fn fixtures(dir: &Path) {
    let ctx = test_context()
        .migrations(MIGRATIONS)
        .fixtures_dir(dir.join("fixtures"))
        .fixtures(["many"])
        .isolation(Isolation::Fresh)
        .start()
        .await
        .unwrap();
    ctx.finish().await.unwrap();
}

async fn empty() -> SqliteConnection {
    let mut connection = SqliteConnection::connect("sqlite::memory:").await.unwrap();
    sqlx::raw_sql(SCHEMA)
        .execute(&mut connection)
        .await
        .unwrap();
    connection
}

/// The statements, written once: `INSERT INTO .. VALUES (?, ?), (?, ?), ..`.
fn statements() -> [String; 5] {
    let insert = |head: &str, columns: usize| {
        let row = format!("({})", vec!["?"; columns].join(", "));
        format!(
            "INSERT INTO {head} VALUES {}",
            vec![row; usize::from(ROWS_PER_STATEMENT)].join(", ")
        )
    };
    [
        insert("users (id, username, email, date_joined)", 4),
        insert("categories (id, name)", 2),
        insert("products (id, category_id, sku, name, price)", 5),
        insert("orders (id, user_id, number, status, created_at)", 5),
        insert("order_items (id, order_id, product_id, quantity)", 4),
    ]
}

async fn by_hand(statements: &[String; 5]) {
    let mut connection = empty().await;
    let mut tx = connection.begin().await.unwrap();
    macro_rules! insert {
        ($statement:expr, |$n:ident| $($value:expr),+) => {
            for start in (0..ROWS_PER_TABLE).step_by(usize::from(ROWS_PER_STATEMENT)) {
                // The text is this file's own.
                let mut query = sqlx::query(AssertSqlSafe($statement.as_str()));
                for $n in start..start + i64::from(ROWS_PER_STATEMENT) {
                    $(query = query.bind($value);)+
                }
                query.execute(&mut *tx).await.unwrap();
            }
        };
    }
    let [users, categories, products, orders, items] = statements;
    insert!(
        users,
        |n| n,
        format!("user-{n}"),
        format!("{n}@example.com"),
        JOINED
    );
    insert!(categories, |n| n, format!("category-{n}"));
    insert!(
        products,
        |n| n,
        n,
        format!("sku-{n}"),
        format!("product {n}"),
        9.99
    );
    insert!(orders, |n| n, n, format!("no-{n}"), "pending", JOINED);
    insert!(items, |n| n, n, n, n);
    tx.commit().await.unwrap();
}

fn load(c: &mut Criterion) {
    let runtime = runtime();
    let dir = package();
    let statements = statements();
    let mut group = c.benchmark_group("fixtures");
    group.sample_size(20);
    group.bench_function("sqlite/empty", |b| {
        b.iter(|| runtime.block_on(empty()));
    });
    group.bench_function("sqlite/by-hand", |b| {
        b.iter(|| runtime.block_on(by_hand(&statements)))
    });
    group.bench_function("sqlite/yaml", |b| {
        b.iter(|| runtime.block_on(fixtures(black_box(&dir))))
    });
    group.finish();
}

criterion_group!(benches, load);
criterion_main!(benches);
