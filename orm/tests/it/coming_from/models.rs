//! Models.

use std::fmt;

use chrono::{DateTime, Utc};
use testudo::prelude::*;
use testudo_orm::sql::Dialect;
use testudo_orm::{Result, hybrid, schema, scopes};

use crate::shop::{Article, Category, Job, Order, User, people};

#[derive(ModelFields, Debug, Clone, PartialEq)]
struct Stamps {
    #[field(auto_now_add)]
    created_at: DateTime<Utc>,
}

#[derive(Model, Debug, Clone, PartialEq)]
#[model(
    table = "tickets",
    ordering("-price", "id"),
    index(event, price),
    unique(event, seat),
    default_scope = Ticket::cancelled_at.is_null()
)]
struct Ticket {
    #[field(primary_key)]
    id: i64,
    #[field(max_length = 50, min_length = 2)]
    event: String,
    #[field(min = 1)]
    seat: i64,
    price: i64,
    #[field(default = 1)]
    count: i64,
    cancelled_at: Option<DateTime<Utc>>,
    #[field(flatten)]
    stamps: Stamps,
    #[field(version)]
    version: i64,
}

#[hybrid]
impl Ticket {
    fn total(&self) -> i64 {
        self.price * self.count
    }
}

#[scopes]
impl TicketScopes for QuerySet<Ticket> {
    fn cheap(self) -> Self {
        self.filter(Ticket::price.lt(10))
    }
}

impl fmt::Display for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, seat {}", self.event, self.seat)
    }
}

/// Joined by a key of its own in place of inheritance.
#[derive(Model, Debug, Clone)]
#[model(table = "vip_tickets")]
struct VipTicket {
    #[field(primary_key)]
    id: i64,
    ticket: OneToOne<Ticket>,
    lounge: String,
}

fn ticket(seat: i64, price: i64) -> TicketBuilder {
    Ticket::builder().event("opera").seat(seat).price(price)
}

#[orm_test(models(User))]
async fn a_class_is_a_table(db: Db) -> testudo::Result {
    people(&db, &["alice"]).await?;
    assert_eq!(User::all().get(&db).await?.username, "alice");
    Ok(())
}

#[test]
fn the_table_has_a_name_of_its_own() {
    assert_eq!(User::TABLE.name, "users");
    assert_eq!(Job::TABLE.name, "job");
}

#[orm_test(models(User))]
async fn the_database_numbers_the_rows(db: Db) -> testudo::Result {
    let users = people(&db, &["a", "b"]).await?;
    assert!(users[0].id > 0 && users[0].id != users[1].id);
    Ok(())
}

#[test]
fn the_key_is_a_uuid() -> Result<()> {
    let job = || Job::builder().category_id("misc".to_owned()).build();
    assert_ne!(job()?.id, job()?.id);
    Ok(())
}

#[orm_test(models(Category))]
async fn the_key_is_given_by_the_application(db: Db) -> testudo::Result {
    Category::builder().code("tools").create(&db).await?;
    assert!(
        Category::filter(Category::code.eq("tools"))
            .exists(&db)
            .await?
    );
    Ok(())
}

#[orm_test(models(Ticket))]
async fn fields_that_models_share(db: Db) -> testudo::Result {
    let ticket = ticket(1, 10).create(&db).await?;
    let since = Ticket::filter(Ticket::created_at.gte(ticket.stamps.created_at));
    assert_eq!(since.count(&db).await?, 1);
    Ok(())
}

#[orm_test(models(Ticket, VipTicket))]
async fn joined_table_inheritance(db: Db) -> testudo::Result {
    let base = ticket(1, 10).create(&db).await?;
    VipTicket::builder()
        .ticket(&base)
        .lounge("red")
        .create(&db)
        .await?;
    let vip = VipTicket::all()
        .select_related(VipTicket::ticket())
        .get(&db)
        .await?;
    assert_eq!((vip.ticket.get()?.seat, vip.lounge.as_str()), (1, "red"));
    Ok(())
}

#[orm_test(models(Ticket))]
async fn a_default_order(db: Db) -> testudo::Result {
    Ticket::bulk_create(&db, [ticket(1, 5).build()?, ticket(2, 9).build()?]).await?;
    let prices = Ticket::all().values(Ticket::price).fetch_all(&db).await?;
    assert_eq!(prices, [9, 5]);
    Ok(())
}

#[test]
fn an_index_over_columns() -> Result<()> {
    let statements = schema::generate(Dialect::Postgres, &[Ticket::TABLE])?;
    assert_eq!(
        statements[1],
        r#"CREATE INDEX "ix_tickets_event_price" ON "tickets" ("event", "price")"#
    );
    Ok(())
}

#[orm_test(models(Ticket))]
async fn a_unique_constraint_over_columns(db: Db) -> testudo::Result {
    ticket(1, 10).create(&db).await?;
    let same = ticket(1, 20).create(&db).await.unwrap_err();
    assert!(same.is_unique_violation());
    Ok(())
}

#[orm_test(models(Order, User))]
async fn a_check_constraint(db: Db) -> testudo::Result {
    let _ = people(&db, &["a"]).await?;
    let create = schema::generate(db.dialect(), &[Order::TABLE])?.join(" ");
    assert!(create.contains("CHECK ("), "{create}");
    Ok(())
}

#[orm_test(models(Ticket))]
async fn values_are_validated(db: Db) -> testudo::Result {
    let error = Ticket::builder()
        .event("x")
        .seat(0)
        .price(1)
        .create(&db)
        .await
        .unwrap_err();
    let fields: Vec<_> = error.validations().iter().map(|v| v.field).collect();
    assert_eq!(fields, ["event", "seat"]);
    Ok(())
}

#[orm_test(models(Ticket))]
async fn a_computed_property(db: Db) -> testudo::Result {
    let one = ticket(1, 10).count(3).create(&db).await?;
    assert_eq!(one.total(), 30);
    assert_eq!(
        Ticket::filter(Ticket::this().total().gt(29))
            .count(&db)
            .await?,
        1
    );
    Ok(())
}

#[orm_test(models(Ticket))]
async fn a_manager_with_named_scopes(db: Db) -> testudo::Result {
    ticket(1, 5).create(&db).await?;
    ticket(2, 50).create(&db).await?;
    assert_eq!(Ticket::all().cheap().get(&db).await?.seat, 1);
    Ok(())
}

#[orm_test(models(Ticket))]
async fn rows_that_are_deleted_softly(db: Db) -> testudo::Result {
    let mut gone = ticket(1, 5).create(&db).await?;
    gone.cancelled_at = Some(Utc::now());
    gone.save(&db).await?;
    assert_eq!(Ticket::all().count(&db).await?, 0);
    assert_eq!(Ticket::unscoped().count(&db).await?, 1);
    Ok(())
}

#[orm_test(models(Ticket))]
async fn optimistic_locking(db: Db) -> testudo::Result {
    let mut mine = ticket(1, 5).create(&db).await?;
    let mut theirs = mine.clone();
    theirs.save(&db).await?;
    assert!(mine.save(&db).await.unwrap_err().is_stale());
    Ok(())
}

#[test]
fn a_builder_of_rows() {
    let missing = Ticket::builder().event("opera").build().unwrap_err();
    assert_eq!(missing.missing_fields(), ["seat", "price"]);
}

#[test]
fn text_that_a_row_shows_itself_by() -> Result<()> {
    assert_eq!(ticket(7, 5).build()?.to_string(), "opera, seat 7");
    Ok(())
}

#[test]
fn models_in_files_of_their_own() {
    // `Article` of another module points to `User` by its type.
    let target = Article::author().username;
    assert_eq!(format!("{target:?}"), "User.username");
}
