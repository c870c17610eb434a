//! Section "Error Handling": `safe_user_operations` is `users::register`.

use shop::models::*;
use shop::services::users::{self, RegistrationError};
use testudo::prelude::*;
use testudo_orm::IntegrityKind;

use crate::a_user;

#[orm_test(models(Account, UserProfile))]
async fn safe_user_operations_register_a_user_with_profile_and_account(db: Db) -> testudo::Result {
    let user = users::register(&db, "newuser", "new@example.com", "secret123").await?;
    let read = User::filter(User::id.eq(user.id))
        .select_related((User::profile(), User::account()))
        .get(&db)
        .await?;
    assert!(read.check_password("secret123"));
    assert!(read.profile.get()?.is_some());
    assert!(read.account.get()?.is_some());
    Ok(())
}

#[orm_test(models(Account, UserProfile))]
async fn safe_user_operations_tell_which_value_is_taken(db: Db) -> testudo::Result {
    a_user(&db, "alice").await?;
    let error = users::register(&db, "alice", "new@example.com", "secret123")
        .await
        .unwrap_err();
    assert!(matches!(error, RegistrationError::UsernameTaken));
    assert_eq!(error.to_string(), "username already exists");

    let error = users::register(&db, "newuser", "alice@example.com", "secret123")
        .await
        .unwrap_err();
    assert!(matches!(error, RegistrationError::EmailTaken));
    assert_eq!(error.to_string(), "email already in use");

    // Neither of the two is half registered.
    assert_eq!(User::all().count(&db).await?, 1);
    assert!(!UserProfile::all().exists(&db).await?);
    Ok(())
}

#[orm_test(models(Account, UserProfile))]
async fn safe_user_operations_validate_before_they_send_anything(db: Db) -> testudo::Result {
    let too_long = "x".repeat(51);
    let error = users::register(&db, &too_long, "new@example.com", "secret123")
        .await
        .unwrap_err();
    let RegistrationError::Invalid(invalid) = &error else {
        panic!("{error}")
    };
    assert_eq!(invalid.field, "username");
    assert_eq!(
        error.to_string(),
        "data validation failed: invalid value for `User.username`: it has 51 characters, and at most 50 fit"
    );
    assert!(!User::all().exists(&db).await?);
    Ok(())
}

#[orm_test(models(User))]
async fn a_length_counts_characters_and_not_bytes(db: Db) -> testudo::Result {
    let name = "ü".repeat(50);
    let user = User::builder()
        .username(&name)
        .email("u@example.com")
        .create(&db)
        .await?;
    assert_eq!(User::get(&db, user.id).await?.username, name);
    Ok(())
}

#[orm_test(models(User))]
async fn a_unique_violation_names_table_and_column(db: Db) -> testudo::Result {
    a_user(&db, "alice").await?;
    let again = User::builder()
        .username("alice")
        .email("another@example.com");
    let error = again.create(&db).await.unwrap_err();
    assert!(error.is_unique_violation());
    let broken = error.integrity().unwrap();
    assert_eq!(broken.kind, IntegrityKind::Unique);
    assert_eq!(broken.table.as_deref(), Some("users"));
    assert_eq!(broken.columns, ["username"]);
    Ok(())
}

#[orm_test(models(User))]
async fn a_refused_row_does_not_spoil_what_follows(db: Db) -> testudo::Result {
    a_user(&db, "alice").await?;
    assert!(a_user(&db, "alice").await.is_err());
    a_user(&db, "bob").await?;
    assert_eq!(User::all().count(&db).await?, 2);
    Ok(())
}

#[orm_test(models(User))]
async fn get_user_safely_is_none_where_there_is_no_user(db: Db) -> testudo::Result {
    let user = a_user(&db, "alice").await?;
    assert_eq!(users::get_user_safely(&db, user.id).await?, Some(user));
    assert_eq!(users::get_user_safely(&db, 404).await?, None);
    Ok(())
}

// No table at all: a real failure is not taken for "no such user".
#[orm_test]
async fn get_user_safely_passes_other_errors_on(db: Db) {
    let error = users::get_user_safely(&db, 1).await.unwrap_err();
    assert!(!error.is_does_not_exist());
    assert!(error.to_string().contains("users"), "{error}");
}
