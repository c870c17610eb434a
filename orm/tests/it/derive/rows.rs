//! Rows of derived models in a database.

use chrono::DateTime;
use rust_decimal::dec;
use testudo_orm::prelude::*;
use testudo_orm::schema::{generate_schemas, tables_of};
use testudo_orm::{Error, Result};

use crate::shop::{Article, Category, Job, Order, OrderStatus, Tag, User, UserProfile};

async fn empty_shop() -> Result<Db> {
    let pool = sqlx::sqlite::SqlitePoolOptions::new()
        .max_connections(1)
        .connect("sqlite::memory:")
        .await?;
    let db = Db::from(pool);
    let tables = [
        tables_of::<User>(),
        tables_of::<UserProfile>(),
        tables_of::<Order>(),
        tables_of::<Article>(),
        tables_of::<Tag>(),
        tables_of::<Category>(),
        tables_of::<Job>(),
    ];
    generate_schemas(&db, &tables.concat()).await?;
    Ok(db)
}

async fn alice(db: &Db) -> Result<User> {
    User::builder()
        .username("alice")
        .email("alice@example.com")
        .first_name("Alice")
        .create(db)
        .await
}

#[tokio::test]
async fn a_created_row_reads_back_equal() -> Result<()> {
    let db = empty_shop().await?;
    let user = alice(&db).await?;
    assert_eq!(User::get(&db, user.id).await?, user);

    let order = Order::builder()
        .order_number("ORD-001")
        .user(&user)
        .total_amount(dec!(99.90))
        .previous_status(OrderStatus::OnHold)
        .create(&db)
        .await?;
    let read = Order::get(&db, order.id).await?;
    assert_eq!(read, order);
    assert_eq!(read.total_amount.to_string(), "99.90");
    assert_eq!(read.previous_status, Some(OrderStatus::OnHold));
    Ok(())
}

#[tokio::test]
async fn columns_and_paths_build_conditions() -> Result<()> {
    let db = empty_shop().await?;
    let user = alice(&db).await?;
    let order = |number: &'static str| {
        Order::builder()
            .order_number(number)
            .user_id(user.id)
            .total_amount(1)
    };
    let first = order("ORD-1").create(&db).await?;
    order("ORD-2")
        .status(OrderStatus::Shipped)
        .create(&db)
        .await?;

    let pending = Order::filter(
        Order::user().username.icontains("ALI") & Order::status.eq(OrderStatus::Pending),
    );
    assert_eq!(pending.fetch_all(&db).await?, [first]);
    assert_eq!(
        Order::filter(Order::previous_status.is_null())
            .count(&db)
            .await?,
        2
    );
    assert_eq!(
        Order::filter(Order::user_id.eq(user.id)).count(&db).await?,
        2
    );
    let owners = User::filter(User::orders().status.eq(OrderStatus::Shipped));
    assert_eq!(owners.fetch_all(&db).await?, [user]);
    Ok(())
}

#[tokio::test]
async fn relations_are_attached_to_the_fields() -> Result<()> {
    let db = empty_shop().await?;
    let user = alice(&db).await?;
    UserProfile::builder()
        .user(&user)
        .bio("engineer")
        .create(&db)
        .await?;
    let article = Article::builder()
        .title("Guide")
        .author(&user)
        .create(&db)
        .await?;
    let tag = Tag::builder().name("rust").create(&db).await?;
    article.tags.add(&db, [&tag]).await?;

    let user = User::all()
        .select_related(User::profile())
        .prefetch_related(User::articles().tags())
        .get(&db)
        .await?;
    assert_eq!(
        user.profile.get()?.map(|profile| profile.bio.as_str()),
        Some("engineer")
    );
    assert_eq!(user.articles.get()?[0].tags.get()?[0].name, "rust");
    assert_eq!(tag.articles.all().fetch_all(&db).await?, [article]);
    assert!(user.orders.get().is_err_and(|error| error.is_not_loaded()));
    Ok(())
}

#[tokio::test]
async fn a_model_that_points_to_itself_goes_up_down_and_across() -> Result<()> {
    let db = empty_shop().await?;
    let root = Category::builder().code("root").create(&db).await?;
    let books = Category::builder()
        .code("books")
        .parent(&root)
        .create(&db)
        .await?;
    let films = Category::builder()
        .code("films")
        .parent_id("root")
        .create(&db)
        .await?;
    books.related.add(&db, [&films]).await?;

    assert_eq!(root.children.all().count(&db).await?, 2);
    assert_eq!(films.related_to.all().fetch_all(&db).await?, [books]);
    let below = Category::filter(Category::parent().code.eq("root"));
    assert_eq!(below.count(&db).await?, 2);
    let read = Category::filter(Category::code.eq("films"))
        .select_related(Category::parent())
        .get(&db)
        .await?;
    assert_eq!(
        read.parent
            .map(|parent| parent.get().cloned())
            .transpose()?,
        Some(root)
    );
    Ok(())
}

#[test]
fn auto_now_follows_every_save_and_auto_now_add_the_first_alone() -> Result<()> {
    let mut profile = UserProfile::builder().user_id(1).build()?;
    let at = |second: i64| DateTime::from_timestamp(second, 123_456_789).unwrap_or_default();
    let kept = |second: i64| DateTime::from_timestamp(second, 123_456_000).unwrap_or_default();
    profile.touch(at(1), true);
    assert_eq!((profile.created_at, profile.updated_at), (kept(1), kept(1)));
    profile.touch(at(2), false);
    assert_eq!((profile.created_at, profile.updated_at), (kept(1), kept(2)));
    Ok(())
}

#[tokio::test]
async fn a_text_that_is_no_variant_is_an_error_that_lists_them() -> Result<()> {
    let db = empty_shop().await?;
    let user = alice(&db).await?;
    Order::builder()
        .order_number("1")
        .user(&user)
        .total_amount(1)
        .create(&db)
        .await?;
    db.execute("PRAGMA ignore_check_constraints = ON", &[])
        .await?;
    db.execute("UPDATE orders SET status = 'lost'", &[]).await?;
    let error: Error = Order::all()
        .first(&db)
        .await
        .expect_err("`lost` is no variant");
    assert_eq!(
        error.to_string(),
        "cannot read `Order.status`: `lost` is no `OrderStatus`; \
         known are `pending`, `confirmed`, `sent`, `on_hold`"
    );
    Ok(())
}
