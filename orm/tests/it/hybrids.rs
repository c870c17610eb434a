//! Computed properties: one method for a row in memory, and for queries.

use rust_decimal::{Decimal, dec};
use testudo::prelude::*;
use testudo_orm::hybrid;
use testudo_orm::sql::Dialect;

#[derive(Model, Debug, Clone)]
#[model(table = "purchases")]
struct Purchase {
    #[field(primary_key)]
    id: i64,
    #[field(max_digits = 8, decimal_places = 2)]
    price: Decimal,
    #[field(max_digits = 8, decimal_places = 0)]
    quantity: Decimal,
    #[field(default = false)]
    paid: bool,
    #[field(related_name = "purchases")]
    buyer: ForeignKey<Buyer>,
}

#[derive(Model, Debug, Clone)]
#[model(table = "buyers")]
struct Buyer {
    #[field(primary_key)]
    id: i64,
    first_name: String,
    last_name: String,
    nick: Option<String>,
    purchases: ReverseRelation<Purchase>,
}

#[hybrid]
impl Purchase {
    /// What it comes to.
    fn total(&self) -> Decimal {
        self.price * self.quantity
    }

    fn is_large(&self) -> bool {
        self.total() > dec!(100) && !self.paid
    }

    fn size(&self) -> String {
        if self.is_large() {
            "large".to_owned()
        } else if dec!(10) < self.total() {
            "middle".to_owned()
        } else {
            "small".to_owned()
        }
    }

    #[sql(|row| row.price + row.price)]
    fn twice(&self) -> Decimal {
        [self.price, self.price].into_iter().sum()
    }
}

#[hybrid]
impl Buyer {
    fn full_name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name)
    }

    fn key(&self) -> String {
        self.last_name.trim().to_lowercase()
    }

    fn is_nameless(&self) -> bool {
        self.nick.is_none() || self.first_name.is_empty()
    }

    fn is_smith(&self) -> bool {
        self.last_name.starts_with("Sm") || self.last_name == "Schmidt"
    }
}

async fn purchases(db: &Db) -> testudo_orm::Result<Vec<Purchase>> {
    let alice = Buyer::builder().first_name("Alice").last_name(" Smith");
    let alice = alice.create(db).await?;
    let bob = Buyer::builder()
        .first_name("")
        .last_name("Schmidt")
        .nick("bob");
    let bob = bob.create(db).await?;
    let row = |price: Decimal, quantity: i32, paid: bool, buyer: &Buyer| {
        let row = Purchase::builder().price(price).quantity(quantity);
        row.paid(paid).buyer(buyer).build()
    };
    Purchase::bulk_create(
        db,
        [
            row(dec!(2.50), 3, false, &alice)?,
            row(dec!(60), 2, false, &alice)?,
            row(dec!(99), 5, true, &bob)?,
        ],
    )
    .await
}

#[test]
fn a_property_is_an_expression_of_its_columns() {
    let query =
        || Purchase::filter(Purchase::this().is_large()).order_by(Purchase::this().total().desc());
    insta::assert_snapshot!(query().sql(Dialect::Sqlite).unwrap(), @r#"SELECT "purchases"."id", "purchases"."price", "purchases"."quantity", "purchases"."paid", "purchases"."buyer_id" FROM "purchases" WHERE "purchases"."price" * "purchases"."quantity" > ? AND "purchases"."paid" <> ? ORDER BY "purchases"."price" * "purchases"."quantity" DESC"#);
    insta::assert_snapshot!(query().sql(Dialect::Postgres).unwrap(), @r#"SELECT "purchases"."id", "purchases"."price", "purchases"."quantity", "purchases"."paid", "purchases"."buyer_id" FROM "purchases" WHERE "purchases"."price" * "purchases"."quantity" > $1 AND "purchases"."paid" <> $2 ORDER BY "purchases"."price" * "purchases"."quantity" DESC"#);
    insta::assert_snapshot!(query().sql(Dialect::MySql).unwrap(), @"SELECT `purchases`.`id`, `purchases`.`price`, `purchases`.`quantity`, `purchases`.`paid`, `purchases`.`buyer_id` FROM `purchases` WHERE `purchases`.`price` * `purchases`.`quantity` > ? AND `purchases`.`paid` <> ? ORDER BY `purchases`.`price` * `purchases`.`quantity` DESC");
    insta::assert_snapshot!(query().sql(Dialect::MariaDb).unwrap(), @"SELECT `purchases`.`id`, `purchases`.`price`, `purchases`.`quantity`, `purchases`.`paid`, `purchases`.`buyer_id` FROM `purchases` WHERE `purchases`.`price` * `purchases`.`quantity` > ? AND `purchases`.`paid` <> ? ORDER BY `purchases`.`price` * `purchases`.`quantity` DESC");
}

#[orm_test(models(Purchase, Buyer))]
async fn a_property_is_the_same_in_memory_and_in_a_query(db: Db) -> testudo::Result {
    let rows = purchases(&db).await?;
    let read = Purchase::all()
        .order_by(Purchase::id.asc())
        .values((
            Purchase::this().total(),
            Purchase::this().size(),
            Purchase::this().twice(),
        ))
        .fetch_all(&db)
        .await?;
    let computed: Vec<_> = rows
        .iter()
        .map(|row| (row.total(), row.size(), row.twice()))
        .collect();
    assert_eq!(read, computed);
    let large = Purchase::filter(Purchase::this().is_large())
        .fetch_all(&db)
        .await?;
    let large: Vec<i64> = large.iter().map(|row| row.id).collect();
    let expected = rows.iter().filter(|row| row.is_large());
    assert_eq!(large, expected.map(|row| row.id).collect::<Vec<_>>());
    Ok(())
}

#[orm_test(models(Purchase, Buyer))]
async fn properties_are_reached_over_relations(db: Db) -> testudo::Result {
    let rows = purchases(&db).await?;
    let names = Purchase::all()
        .order_by((Purchase::buyer().full_name().asc(), Purchase::id.asc()))
        .values((
            Purchase::id,
            Purchase::buyer().full_name(),
            Purchase::buyer().key(),
        ))
        .fetch_all(&db)
        .await?;
    let shown = |id: i64, full: &str, key: &str| (id, full.to_owned(), key.to_owned());
    assert_eq!(
        names,
        [
            shown(rows[2].id, " Schmidt", "schmidt"),
            shown(rows[0].id, "Alice  Smith", "smith"),
            shown(rows[1].id, "Alice  Smith", "smith"),
        ]
    );
    let smiths = Purchase::filter(Purchase::buyer().is_smith() & Purchase::buyer().is_nameless());
    assert_eq!(smiths.count(&db).await?, 1);
    let buyers = Buyer::filter(Buyer::purchases().total().gt(dec!(400)));
    let bob = buyers.get(&db).await?;
    assert_eq!(
        (bob.full_name(), bob.key()),
        (" Schmidt".to_owned(), "schmidt".to_owned())
    );
    assert!(bob.is_smith() && bob.is_nameless());
    Ok(())
}
