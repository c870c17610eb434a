//! Section "Create Records".

use shop::models::User;
use testudo::prelude::*;

use crate::{a_user, usernames};

#[orm_test(models(User))]
async fn create_a_single_user(db: Db) -> testudo::Result {
    let mut user = User::builder()
        .username("alice")
        .email("alice@example.com")
        .first_name("Alice")
        .last_name("Smith")
        .create(&db)
        .await?;
    user.set_password("secret123")?;
    user.save(&db).await?;

    assert!(user.id > 0);
    assert_eq!(User::all().count(&db).await?, 1);
    let read = User::get(&db, user.id).await?;
    assert_eq!(read.last_name, "Smith");
    assert!(read.check_password("secret123"));
    Ok(())
}

#[orm_test(models(User))]
async fn a_built_user_is_not_in_the_database_before_it_is_saved(db: Db) -> testudo::Result {
    let mut user = User::builder()
        .username("alice")
        .email("a@example.com")
        .build()?;
    assert_eq!(user.id, 0);
    assert!(!User::all().exists(&db).await?);

    user.save(&db).await?;
    assert!(user.id > 0);
    assert_eq!(User::get(&db, user.id).await?, user);
    Ok(())
}

#[orm_test(models(User))]
async fn all_missing_fields_are_named_at_once(db: Db) {
    let error = User::builder()
        .first_name("Alice")
        .create(&db)
        .await
        .unwrap_err();
    assert!(error.is_validation());
    let message = error.to_string();
    assert!(
        message.contains("username") && message.contains("email"),
        "{message}"
    );
}

#[orm_test(models(User))]
async fn create_multiple_users(db: Db) -> testudo::Result {
    let data = [("bob", "Bob"), ("charlie", "Charlie")];
    let users = data.map(|(username, first_name)| {
        User::builder()
            .username(username)
            .email(format!("{username}@example.com"))
            .first_name(first_name)
            .build()
    });
    let users: Vec<User> = users.into_iter().collect::<Result<_, _>>()?;
    let users = User::bulk_create(&db, users).await?;

    // Each row has got its key, in the order in which they were given.
    assert_eq!(usernames(&users), ["bob", "charlie"]);
    for user in &users {
        assert_eq!(&User::get(&db, user.id).await?, user);
    }
    Ok(())
}

#[orm_test(models(User))]
async fn of_many_users_all_are_created_or_none(db: Db, pool: SqlitePool) -> testudo::Result {
    a_user(&db, "taken").await?;
    let names = ["new", "taken", "newer"];
    let users: Vec<User> = names
        .into_iter()
        .map(|name| {
            User::builder()
                .username(name)
                .email(format!("{name}@example.org"))
                .build()
        })
        .collect::<Result<_, _>>()?;

    let error = User::bulk_create(&db, users).await.unwrap_err();
    assert!(error.is_unique_violation());
    let left: Vec<String> = sqlx::query_scalar("SELECT username FROM users")
        .fetch_all(&pool)
        .await?;
    assert_eq!(left, ["taken"]);
    Ok(())
}

#[orm_test(models(User))]
async fn get_or_create_creates_once(db: Db) -> testudo::Result {
    let david = || {
        User::builder()
            .username("david")
            .email("david@example.com")
            .first_name("David")
    };
    let (user, created) = david().get_or_create(&db, User::username).await?;
    assert!(created);
    assert_eq!(user.first_name, "David");

    // The second time only the username counts: the other values are for a new row.
    let (again, created) = david()
        .first_name("Dave")
        .get_or_create(&db, User::username)
        .await?;
    assert!(!created);
    assert_eq!(again, user);
    assert_eq!(User::all().count(&db).await?, 1);
    Ok(())
}
