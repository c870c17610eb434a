//! Single rows by their place in an order, and rows by their keys.

use insta::assert_snapshot;
use testudo::prelude::*;
use testudo_orm::Result;

use crate::shop::{User, people};
use crate::side_by_side::sql_of;

/// Alice logged in first, Carol last, Bob never.
async fn logins(db: &Db) -> Result<Vec<User>> {
    let mut users = people(db, &["alice", "bob", "carol"]).await?;
    for (user, day) in [(0, "2024-01-01"), (2, "2024-03-01")] {
        users[user].last_login = Some(format!("{day}T00:00:00Z").parse().unwrap());
        users[user].save(db).await?;
    }
    Ok(users)
}

#[orm_test(models(User))]
async fn the_latest_and_the_earliest_row_have_a_value(db: Db) -> testudo::Result {
    logins(&db).await?;
    let latest = User::all().latest(User::last_login).get(&db).await?;
    let earliest = User::all().earliest(User::last_login).get(&db).await?;
    assert_eq!(
        (latest.username.as_str(), earliest.username.as_str()),
        ("carol", "alice")
    );
    let nobody = User::filter(User::username.eq("dave")).latest(User::last_login);
    assert!(nobody.clone().first(&db).await?.is_none());
    assert!(nobody.get(&db).await.unwrap_err().is_does_not_exist());
    Ok(())
}

#[test]
fn the_latest_row_is_the_first_of_an_order_with_nulls_at_the_end() {
    let latest = || User::all().latest(User::last_login).values(User::id);
    assert_snapshot!(sql_of(|dialect| latest().sql(dialect)), @r#"
    SQLite, Postgres: SELECT "users"."id" FROM "users" ORDER BY "users"."last_login" DESC NULLS LAST LIMIT 1
    MySQL, MariaDB: SELECT "users"."id" FROM "users" ORDER BY "users"."last_login" DESC LIMIT 1
    "#);
    let earliest = || User::all().earliest(User::last_login).values(User::id);
    assert_snapshot!(sql_of(|dialect| earliest().sql(dialect)), @r#"
    SQLite, Postgres: SELECT "users"."id" FROM "users" ORDER BY "users"."last_login" NULLS LAST LIMIT 1
    MySQL, MariaDB: SELECT "users"."id" FROM "users" ORDER BY "users"."last_login" IS NULL, "users"."last_login" LIMIT 1
    "#);
}

#[orm_test(models(User))]
async fn the_last_row_is_the_first_of_the_opposite_order(db: Db) -> testudo::Result {
    logins(&db).await?;
    let name = |user: Option<User>| user.map(|user| user.username);
    let by_name = || User::all().order_by(User::username.asc());
    assert_eq!(name(by_name().last(&db).await?).as_deref(), Some("carol"));
    // By the primary key where there is no order.
    assert_eq!(name(User::all().last(&db).await?).as_deref(), Some("carol"));
    // NULL is the smallest, and stays at the end that the order put it to.
    let by_login = || User::all().order_by(User::last_login.asc());
    assert_eq!(name(by_login().first(&db).await?).as_deref(), Some("bob"));
    assert_eq!(name(by_login().last(&db).await?).as_deref(), Some("carol"));
    let nulls_last = User::all().order_by(User::last_login.asc().nulls_last());
    assert_eq!(name(nulls_last.last(&db).await?).as_deref(), Some("bob"));
    let none = User::filter(User::id.lt(0)).last(&db).await?;
    assert!(none.is_none());
    Ok(())
}

#[orm_test(models(User))]
async fn the_last_row_of_a_slice_is_refused_and_not_guessed(db: Db) -> testudo::Result {
    let error = User::all().limit(3).last(&db).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "`last` of a query set of `User` with a limit or an offset; call it before them, or take the last \
         of `fetch_all`"
    );
    Ok(())
}

#[orm_test(models(User))]
async fn rows_come_in_bulk_by_their_keys(db: Db) -> testudo::Result {
    let users = logins(&db).await?;
    let keys = [users[0].id, users[2].id, -1, users[0].id];
    let found = User::all().in_bulk(&db, keys).await?;
    assert_eq!(found.len(), 2);
    assert_eq!(found[&users[2].id].username, "carol");
    let with_login = User::filter(User::last_login.is_not_null());
    let found = with_login
        .in_bulk(&db, users.iter().map(|user| user.id))
        .await?;
    assert!(!found.contains_key(&users[1].id) && found.len() == 2);
    let none: [i64; 0] = [];
    assert!(User::all().in_bulk(&db, none).await?.is_empty());
    assert!(User::all().limit(1).in_bulk(&db, [1]).await.is_err());
    Ok(())
}

#[orm_test(models(User))]
async fn more_keys_than_a_statement_can_bind_go_in_several(db: Db) -> testudo::Result {
    let users = logins(&db).await?;
    let many = (-70_000..0).chain(users.iter().map(|user| user.id));
    let found = User::filter(User::username.ne("bob"))
        .in_bulk(&db, many)
        .await?;
    assert_eq!(found.len(), 2);
    Ok(())
}
