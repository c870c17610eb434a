//! Section "Model Definition": what the models say, and what the database makes of it.

use shop::models::{User, UserProfile};
use testudo::prelude::*;

use crate::a_user;

#[orm_test(models(User))]
async fn a_new_user_has_the_defaults_of_the_model(db: Db) -> testudo::Result {
    let user = a_user(&db, "alice").await?;
    let read = User::get(&db, user.id).await?;
    assert!(read.is_active);
    assert!(!read.is_staff);
    assert_eq!(read.password_hash, "");
    assert_eq!(
        (read.first_name.as_str(), read.last_name.as_str()),
        ("", "")
    );
    assert_eq!(read.last_login, None);
    // Everything came back as it was sent, the registration time to the microsecond.
    assert_eq!(read, user);
    Ok(())
}

#[orm_test(models(User))]
async fn a_user_is_shown_by_name(db: Db) -> testudo::Result {
    assert_eq!(
        a_user(&db, "alice").await?.to_string(),
        "User(username=alice)"
    );
    Ok(())
}

// A `SqlitePool` shows what the database itself has: no model is in between.
#[orm_test(models(UserProfile))]
async fn the_tables_are_named_as_the_models_say(pool: SqlitePool) -> testudo::Result {
    // `UserProfile` refers to `User`, whose table is therefore there too.
    let tables: Vec<String> = sqlx::query_scalar(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name",
    )
    .fetch_all(&pool)
    .await?;
    assert_eq!(tables, ["user_profiles", "users"]);
    Ok(())
}

#[orm_test(models(User))]
async fn columns_that_users_are_found_by_have_an_index(pool: SqlitePool) -> testudo::Result {
    let indexed: Vec<String> = sqlx::query_scalar(
        "SELECT DISTINCT ii.name FROM pragma_index_list('users') AS il
         JOIN pragma_index_info(il.name) AS ii ORDER BY ii.name",
    )
    .fetch_all(&pool)
    .await?;
    assert_eq!(indexed, ["date_joined", "email", "is_active", "username"]);
    Ok(())
}

#[orm_test(models(User))]
async fn a_password_is_kept_as_a_hash_and_checked(db: Db) -> testudo::Result {
    let mut user = a_user(&db, "alice").await?;
    user.set_password("secret123")?;
    user.save(&db).await?;

    let read = User::get(&db, user.id).await?;
    assert!(read.check_password("secret123"));
    assert!(!read.check_password("wrongpassword"));
    assert!(!read.password_hash.contains("secret123"));
    Ok(())
}

#[orm_test(models(User))]
async fn no_password_fits_a_user_without_one(db: Db) -> testudo::Result {
    let user = a_user(&db, "alice").await?;
    assert!(!user.check_password(""));
    Ok(())
}

#[orm_test(models(User, UserProfile))]
async fn a_profile_knows_when_it_was_created_and_saved(db: Db) -> testudo::Result {
    let user = a_user(&db, "alice").await?;
    let mut profile = UserProfile::builder().user(&user).create(&db).await?;
    assert_eq!(profile.created_at, profile.updated_at);

    // As if it had been created long ago: `update` leaves `auto_now` fields alone.
    let long_ago = crate::day(2020, 1, 1);
    UserProfile::all()
        .update((
            UserProfile::created_at.set(long_ago),
            UserProfile::updated_at.set(long_ago),
        ))
        .execute(&db)
        .await?;
    profile.refresh(&db).await?;
    assert_eq!(profile.updated_at, long_ago);

    profile.bio = "Software Developer".to_owned();
    profile.save(&db).await?;
    let read = UserProfile::get(&db, profile.id).await?;
    assert_eq!(read.created_at, long_ago);
    assert!(read.updated_at > long_ago);
    Ok(())
}
