//! Section "Query Optimization": no N+1 queries, only what is needed, many rows at once.

use shop::models::*;
use testudo::prelude::*;
use testudo::sql::Value;

use crate::usernames;

#[orm_test(models(User, Order, Article, Tag), fixtures("shop"))]
async fn select_related_preloads_foreign_keys(db: Db) -> testudo::Result {
    let orders = Order::all()
        .order_by(Order::order_number.asc())
        .select_related(Order::user())
        .fetch_all(&db)
        .await?;
    let users: Vec<&str> = orders
        .iter()
        .map(|order| Ok(order.user.get()?.username.as_str()))
        .collect::<testudo::Result<_>>()?;
    assert_eq!(users, ["alice", "alice", "bob"]);
    Ok(())
}

// This is how N+1 queries are ruled out: what was not fetched is an error, never one more query.
#[orm_test(models(User, Order, Article, Tag), fixtures("shop"))]
async fn a_relation_that_was_not_fetched_is_an_error_that_says_what_to_do(
    db: Db,
) -> testudo::Result {
    let order = Order::filter(Order::order_number.eq("ORD-001"))
        .get(&db)
        .await?;
    let error = order.user.get().unwrap_err();
    assert!(error.is_not_loaded());
    assert!(error.to_string().contains("Order::user()"), "{error}");

    let user = User::filter(User::username.eq("alice")).get(&db).await?;
    assert!(user.orders.get().unwrap_err().is_not_loaded());
    assert!(user.profile.get().unwrap_err().is_not_loaded());
    let article = Article::filter(Article::title.eq("News")).get(&db).await?;
    assert!(article.tags.get().unwrap_err().is_not_loaded());
    Ok(())
}

#[orm_test(models(User, Order, Article, Tag), fixtures("shop"))]
async fn prefetch_related_preloads_reverse_and_many_to_many_relationships(
    db: Db,
) -> testudo::Result {
    let users = User::filter(User::username.is_in(["admin", "alice", "bob"]))
        .order_by(User::username.asc())
        .prefetch_related((User::orders(), User::articles().tags()))
        .fetch_all(&db)
        .await?;
    let mut shown = Vec::new();
    for user in &users {
        let orders = user.orders.get()?.len();
        let mut tags = Vec::new();
        for article in user.articles.get()? {
            tags.extend(article.tags.get()?.iter().map(|tag| tag.name.as_str()));
        }
        tags.sort_unstable();
        shown.push(format!("{}: {orders} orders, {tags:?}", user.username));
    }
    assert_eq!(
        shown,
        [
            // Nothing to fetch is fetched too: an empty list, and no error.
            "admin: 0 orders, []",
            r#"alice: 2 orders, ["Async Programming", "Async Programming", "Rust"]"#,
            "bob: 1 orders, []",
        ]
    );
    Ok(())
}

#[orm_test(models(User, Order, Article, Tag), fixtures("shop"))]
async fn only_select_needed_fields(db: Db) -> testudo::Result {
    let gmail = User::filter(User::email.endswith("@gmail.com")).order_by(User::username.asc());

    let names = gmail.clone().values(User::username).fetch_all(&db).await?;
    assert_eq!(names, ["bob", "carol"]);

    // A tuple has the types of its columns: (i64, String, String).
    let info = gmail
        .values((User::id, User::username, User::email))
        .fetch_all(&db)
        .await?;
    let (id, username, email) = &info[0];
    assert_eq!(
        (username.as_str(), email.as_str()),
        ("bob", "bob@gmail.com")
    );
    assert_eq!(User::get(&db, *id).await?.username, "bob");
    Ok(())
}

// Each backend has an EXPLAIN of its own.
#[orm_test(models(User), backends(sqlite))]
async fn a_filter_by_an_indexed_field_uses_the_index(db: Db) -> testudo::Result {
    let active = User::filter(User::is_active.eq(true)).sql(db.dialect())?;
    let plan = db
        .fetch_all(format!("EXPLAIN QUERY PLAN {active}"), &[Value::Bool(true)])
        .await?;
    let step: String = plan[0].get(3)?;
    assert!(step.contains("USING INDEX ix_users_is_active"), "{step}");
    Ok(())
}

#[orm_test(models(User))]
async fn batch_operations(db: Db) -> testudo::Result {
    let users: Vec<User> = (0..100)
        .map(|i| {
            User::builder()
                .username(format!("user_{i}"))
                .email(format!("user_{i}@example.com"))
                .build()
        })
        .collect::<Result<_, _>>()?;
    let created = User::bulk_create(&db, users).await?;

    let read = User::all().order_by(User::id.asc()).fetch_all(&db).await?;
    assert_eq!(usernames(&created), usernames(&read));
    assert_eq!(created, read);
    Ok(())
}

#[orm_test(models(User, Order, Article, Tag), fixtures("shop"))]
async fn use_exists_to_check_existence(ctx: TestContext) -> testudo::Result {
    let alice: User = ctx.get("users.alice").await?;
    let carol: User = ctx.get("users.carol").await?;
    assert!(
        Order::filter(Order::user_id.eq(alice.id))
            .exists(ctx.db())
            .await?
    );
    assert!(
        !Order::filter(Order::user_id.eq(carol.id))
            .exists(ctx.db())
            .await?
    );
    Ok(())
}
