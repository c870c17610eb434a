//! Section "Update Records".

use chrono::{TimeZone, Utc};
use rust_decimal::{Decimal, dec};
use shop::models::*;
use shop::services::{orders, users};
use testudo::prelude::*;

use crate::{a_user, day, usernames};

#[orm_test(models(User))]
async fn update_a_single_record(db: Db) -> testudo::Result {
    a_user(&db, "alice").await?;
    a_user(&db, "bob").await?;
    let now = Utc.with_ymd_and_hms(2025, 5, 1, 12, 30, 0).unwrap();

    let mut user = User::filter(User::username.eq("alice")).get(&db).await?;
    user.last_login = Some(now);
    user.save(&db).await?;

    let logged_in = User::filter(User::last_login.eq(now))
        .fetch_all(&db)
        .await?;
    assert_eq!(usernames(&logged_in), ["alice"]);
    Ok(())
}

#[orm_test(models(User))]
async fn save_fields_leaves_the_other_columns_alone(db: Db) -> testudo::Result {
    let mut mine = a_user(&db, "alice").await?;
    let mut theirs = User::get(&db, mine.id).await?;

    theirs.email = "new@example.com".to_owned();
    theirs.save(&db).await?;
    mine.first_name = "Alice".to_owned();
    mine.save_fields(&db, User::first_name).await?;

    let read = User::get(&db, mine.id).await?;
    assert_eq!(
        (read.email.as_str(), read.first_name.as_str()),
        ("new@example.com", "Alice")
    );
    Ok(())
}

#[orm_test(models(User, Order, Article, Tag), fixtures("shop"))]
async fn batch_update(db: Db) -> testudo::Result {
    let now = day(2025, 5, 1);
    let updated = User::filter(User::is_active.eq(true))
        .update(User::last_login.set(now))
        .execute(&db)
        .await?;
    assert_eq!(updated, 43);
    let carol = User::filter(User::username.eq("carol")).get(&db).await?;
    assert_eq!(carol.last_login, None);
    Ok(())
}

#[orm_test(models(User, Order, Article, Tag), fixtures("shop"))]
async fn conditional_update_returns_how_many_rows_it_touched(db: Db) -> testudo::Result {
    // Carol joined before 2023 too, but is not active any more.
    let deactivated = users::deactivate_joined_before(&db, day(2023, 1, 1)).await?;
    assert_eq!(deactivated, 1);
    let inactive = User::filter(User::is_active.eq(false))
        .order_by(User::username.asc())
        .fetch_all(&db)
        .await?;
    assert_eq!(usernames(&inactive), ["admin", "carol"]);
    Ok(())
}

#[orm_test(models(User))]
async fn f_expressions_take_the_row_s_own_columns(db: Db) -> testudo::Result {
    let alice = a_user(&db, "alice").await?;
    let bob = a_user(&db, "bob").await?;
    let updated = User::all()
        .update(User::id.set(User::id + 1000))
        .execute(&db)
        .await?;
    assert_eq!(updated, 2);
    for user in [alice, bob] {
        let moved = User::get(&db, user.id + 1000).await?;
        assert_eq!(moved.username, user.username);
    }
    Ok(())
}

#[orm_test(models(User, Order, Article, Tag), fixtures("shop"))]
async fn f_expressions_count_exactly_with_decimals(db: Db) -> testudo::Result {
    assert_eq!(orders::add_postage(&db, dec!(4.95)).await?, 2);
    let amounts: Vec<Decimal> = Order::all()
        .order_by(Order::order_number.asc())
        .values(Order::total_amount)
        .fetch_all(&db)
        .await?;
    // The second order is on its way already and pays no postage.
    assert_eq!(amounts, [dec!(104.94), dec!(149.99), dec!(24.95)]);
    Ok(())
}
