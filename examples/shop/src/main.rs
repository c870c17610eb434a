//! Fills a shop and prints what is in it: `cargo run -p shop` does so in memory, and
//! `cargo run -p shop 'sqlite://shop.db?mode=rwc'` in a new file.
#![expect(clippy::print_stdout, reason = "printing is what this program is for")]

use rust_decimal::dec;
use shop::models::{Account, Article, Order, Product, Tag, User, UserProfile};
use shop::services::{orders, publishing, users};
use testudo_orm::prelude::*;
use testudo_orm::schema::{generate_schemas, tables_of};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let url = std::env::args().nth(1);
    let db = Db::connect(url.as_deref().unwrap_or("sqlite::memory:")).await?;
    // A shop that is in production already runs the files in `migrations/` instead.
    let tables = [
        tables_of::<User>(),
        tables_of::<UserProfile>(),
        tables_of::<Account>(),
        tables_of::<Order>(),
        tables_of::<Article>(),
        tables_of::<Tag>(),
        tables_of::<Product>(),
    ];
    generate_schemas(&db, &tables.concat()).await?;

    let alice = users::register(&db, "alice", "alice@example.com", "secret123").await?;
    orders::place_order(&db, &alice, "ORD-001", dec!(99.99)).await?;
    orders::place_order(&db, &alice, "ORD-002", dec!(149.99)).await?;
    let tags = ["Rust", "Async Programming"];
    publishing::publish_article(&db, &alice, "Testudo Guide", "About Testudo.", &tags).await?;

    for order in orders::pending_orders(&db).await? {
        println!(
            "order {} of {}: {}",
            order.order_number,
            order.user.get()?.username,
            order.total_amount
        );
    }
    for article in publishing::articles_about(&db, "Rust").await? {
        let tags: Vec<&str> = article
            .tags
            .get()?
            .iter()
            .map(|tag| tag.name.as_str())
            .collect();
        println!("article `{}` about {}", article.title, tags.join(", "));
    }
    Ok(())
}
