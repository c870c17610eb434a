//! Writing.

use rust_decimal::dec;
use testudo::prelude::*;
use testudo_orm::{IntegrityKind, Result};

use crate::shop::{Article, Order, OrderStatus, Tag, User, UserProfile, people};

fn alice() -> <User as Model>::Builder {
    User::builder()
        .username("alice")
        .email("a@example.com")
        .first_name("Alice")
}

fn tag(name: &str) -> Tag {
    Tag::builder().name(name).build().unwrap()
}

#[orm_test(models(User))]
async fn a_row_is_created(db: Db) -> testudo::Result {
    let user = alice().create(&db).await?;
    assert_eq!(User::get(&db, user.id).await?, user);
    Ok(())
}

#[orm_test(models(User))]
async fn a_row_is_built_first_and_saved_later(db: Db) -> testudo::Result {
    let mut user = alice().build()?;
    user.first_name = "Al".to_owned();
    user.save(&db).await?;
    assert_eq!(User::get(&db, user.id).await?.first_name, "Al");
    Ok(())
}

#[orm_test(models(User))]
async fn a_row_that_was_changed_is_saved(db: Db) -> testudo::Result {
    let mut user = alice().create(&db).await?;
    user.is_active = false;
    user.save(&db).await?;
    assert!(!User::get(&db, user.id).await?.is_active);
    Ok(())
}

#[orm_test(models(User))]
async fn some_fields_are_saved(db: Db) -> testudo::Result {
    let mut user = alice().create(&db).await?;
    (user.first_name, user.email) = ("Al".to_owned(), "unsaved@example.com".to_owned());
    user.save_fields(&db, User::first_name).await?;
    let saved = User::get(&db, user.id).await?;
    assert_eq!(
        (saved.first_name.as_str(), saved.email.as_str()),
        ("Al", "a@example.com")
    );
    Ok(())
}

#[orm_test(models(User))]
async fn changes_are_written_by_themselves(db: Db) -> testudo::Result {
    let mut user = alice().create(&db).await?;
    user.first_name = "Al".to_owned();
    // Nobody sends what was not saved.
    assert_eq!(User::get(&db, user.id).await?.first_name, "Alice");
    user.save(&db).await?;
    assert_eq!(User::get(&db, user.id).await?.first_name, "Al");
    Ok(())
}

#[orm_test(models(User))]
async fn a_row_is_read_again(db: Db) -> testudo::Result {
    let mut user = alice().create(&db).await?;
    User::all()
        .update(User::first_name.set("Al"))
        .execute(&db)
        .await?;
    user.refresh(&db).await?;
    assert_eq!(user.first_name, "Al");
    Ok(())
}

#[orm_test(models(User))]
async fn a_row_is_deleted(db: Db) -> testudo::Result {
    let user = alice().create(&db).await?;
    user.delete(&db).await?;
    assert!(user.delete(&db).await.unwrap_err().is_does_not_exist());
    Ok(())
}

#[orm_test(models(User, UserProfile))]
async fn deleting_a_row_deletes_what_belongs_to_it(db: Db) -> testudo::Result {
    let user = alice().create(&db).await?;
    UserProfile::builder().user(&user).create(&db).await?;
    user.delete(&db).await?;
    assert_eq!(UserProfile::all().count(&db).await?, 0);
    Ok(())
}

#[orm_test(models(User))]
async fn all_rows_of_a_query_are_updated(db: Db) -> testudo::Result {
    people(&db, &["alice", "bob", "carol"]).await?;
    let some = User::filter(User::username.ne("bob"));
    assert_eq!(
        some.update(User::is_active.set(false)).execute(&db).await?,
        2
    );
    Ok(())
}

#[orm_test(models(User, Order))]
async fn a_column_is_updated_by_an_expression(db: Db) -> testudo::Result {
    let user = alice().create(&db).await?;
    let order = Order::builder()
        .order_number("1")
        .user(&user)
        .total_amount(dec!(1.50));
    let order = order.create(&db).await?;
    let more = Order::total_amount.set(Order::total_amount + 10);
    Order::all().update(more).execute(&db).await?;
    assert_eq!(Order::get(&db, order.id).await?.total_amount, dec!(11.50));
    Ok(())
}

#[orm_test(models(User))]
async fn all_rows_of_a_query_are_deleted(db: Db) -> testudo::Result {
    people(&db, &["alice", "bob", "carol"]).await?;
    assert_eq!(User::filter(User::username.ne("bob")).delete(&db).await?, 2);
    assert_eq!(User::all().count(&db).await?, 1);
    Ok(())
}

#[orm_test(models(Tag))]
async fn many_rows_are_created(db: Db) -> testudo::Result {
    let tags = Tag::bulk_create(&db, ["a", "b"].map(tag)).await?;
    assert_eq!(Tag::get(&db, tags[1].id).await?.name, "b");
    Ok(())
}

#[orm_test(models(Tag))]
async fn many_rows_are_created_in_batches(db: Db) -> testudo::Result {
    Tag::bulk(["a", "b", "c"].map(tag))
        .batch_size(2)
        .create(&db)
        .await?;
    assert_eq!(Tag::all().count(&db).await?, 3);
    Ok(())
}

#[orm_test(models(Tag))]
async fn rows_that_are_there_already_are_left_alone(db: Db) -> testudo::Result {
    let old = Tag::bulk_create(&db, [tag("a")]).await?;
    let tags = Tag::bulk(["a", "b"].map(tag))
        .on_conflict(Tag::name)
        .do_nothing();
    assert_eq!(tags.create(&db).await?[0].id, old[0].id);
    assert_eq!(Tag::all().count(&db).await?, 2);
    Ok(())
}

#[orm_test(models(User))]
async fn rows_that_are_there_already_are_changed(db: Db) -> testudo::Result {
    let old = alice().create(&db).await?;
    let new = alice().first_name("Al").build()?;
    User::bulk([new])
        .on_conflict(User::email)
        .update(User::first_name)
        .execute(&db)
        .await?;
    assert_eq!(User::get(&db, old.id).await?.first_name, "Al");
    Ok(())
}

#[orm_test(models(User))]
async fn rows_that_are_there_already_are_changed_by_an_expression(db: Db) -> testudo::Result {
    let old = alice().create(&db).await?;
    let name = User::first_name.set(excluded(User::username));
    User::bulk([alice().build()?])
        .on_conflict(User::email)
        .update(name)
        .execute(&db)
        .await?;
    assert_eq!(User::get(&db, old.id).await?.first_name, "alice");
    Ok(())
}

#[orm_test(models(User))]
async fn many_rows_are_updated_each_by_its_own_values(db: Db) -> testudo::Result {
    let mut users = people(&db, &["alice", "bob"]).await?;
    for user in &mut users {
        user.first_name = user.username.to_uppercase();
    }
    assert_eq!(
        User::bulk_update(&db, &mut users, User::first_name).await?,
        2
    );
    assert_eq!(User::get(&db, users[1].id).await?.first_name, "BOB");
    Ok(())
}

#[orm_test(models(User))]
async fn a_row_is_got_or_created(db: Db) -> testudo::Result {
    let (user, created) = alice().get_or_create(&db, User::username).await?;
    assert!(created);
    let (same, created) = alice().get_or_create(&db, User::username).await?;
    assert!(!created && same == user);
    Ok(())
}

#[orm_test(models(User))]
async fn a_row_is_updated_or_created(db: Db) -> testudo::Result {
    alice().create(&db).await?;
    let changed = alice().first_name("Al");
    let (user, created) = changed
        .update_or_create(&db, User::username, User::first_name)
        .await?;
    assert_eq!((created, user.first_name.as_str()), (false, "Al"));
    Ok(())
}

#[orm_test(models(User, Article, Tag))]
async fn a_row_is_created_with_what_is_related_to_it(db: Db) -> testudo::Result {
    let article = db
        .transaction(async |tx| -> Result<Article> {
            let author = alice().create(&tx).await?;
            let article = Article::builder()
                .title("Guide")
                .author(&author)
                .create(&tx)
                .await?;
            let tags = Tag::bulk_create(&tx, ["a", "b"].map(tag)).await?;
            article.tags.add(&tx, &tags).await?;
            Ok(article)
        })
        .await?;
    assert_eq!(article.tags.all().count(&db).await?, 2);
    Ok(())
}

#[orm_test(models(User))]
async fn a_value_that_does_not_fit_is_refused(db: Db) -> testudo::Result {
    let long = alice()
        .username("x".repeat(51))
        .create(&db)
        .await
        .unwrap_err();
    let validation = long.validation().unwrap();
    assert_eq!((validation.model, validation.field), ("User", "username"));
    Ok(())
}

#[test]
fn a_field_that_was_not_given_is_refused() {
    let error = User::builder().username("alice").build().unwrap_err();
    assert_eq!(error.missing_fields(), ["email", "first_name"]);
}

#[orm_test(models(User))]
async fn a_broken_constraint_is_an_error_of_its_own(db: Db) -> testudo::Result {
    alice().create(&db).await?;
    let twice = alice().create(&db).await.unwrap_err();
    let integrity = twice.integrity().unwrap();
    assert_eq!(integrity.kind, IntegrityKind::Unique);
    assert_eq!(integrity.table.as_deref(), Some("users"));
    Ok(())
}

#[orm_test(models(User, Order))]
async fn a_value_is_never_part_of_the_statement(db: Db) -> testudo::Result {
    let hostile = "'; DROP TABLE users; --";
    let user = alice().first_name(hostile).create(&db).await?;
    assert_eq!(
        User::filter(User::first_name.eq(hostile)).get(&db).await?,
        user
    );
    let status = Order::filter(Order::status.eq(OrderStatus::Pending));
    assert_eq!(status.count(&db).await?, 0);
    Ok(())
}
