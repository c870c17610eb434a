//! Section "One-to-One Relationships (OneToOne)".

use chrono::NaiveDate;
use shop::models::*;
use testudo::prelude::*;

use crate::a_user;

async fn bob_with_a_profile(db: &Db) -> testudo_orm::Result<(User, UserProfile)> {
    let user = a_user(db, "bob").await?;
    let profile = UserProfile::builder()
        .user(&user)
        .bio("Software Developer")
        .phone("+1-555-0123".to_owned())
        .birth_date(NaiveDate::from_ymd_opt(1990, 5, 15).unwrap())
        .create(db)
        .await?;
    Ok((user, profile))
}

#[orm_test(models(User, UserProfile))]
async fn create_a_user_and_a_profile(db: Db) -> testudo::Result {
    let (user, profile) = bob_with_a_profile(&db).await?;
    let read = UserProfile::get(&db, profile.id).await?;
    assert_eq!(read.user.id(), user.id);
    assert_eq!(read.phone.as_deref(), Some("+1-555-0123"));
    assert_eq!(read.birth_date, NaiveDate::from_ymd_opt(1990, 5, 15));
    assert_eq!(read.avatar, None);
    Ok(())
}

#[orm_test(models(User, UserProfile))]
async fn preload_the_profile_in_the_same_query(db: Db) -> testudo::Result {
    let (_, profile) = bob_with_a_profile(&db).await?;
    let user = User::filter(User::username.eq("bob"))
        .select_related(User::profile())
        .get(&db)
        .await?;
    assert_eq!(user.profile.get()?, Some(&profile));
    assert_eq!(
        user.profile.get()?.map(|profile| profile.bio.as_str()),
        Some("Software Developer")
    );
    Ok(())
}

#[orm_test(models(User, UserProfile))]
async fn a_user_without_a_profile_is_found_and_has_none(db: Db) -> testudo::Result {
    a_user(&db, "alice").await?;
    bob_with_a_profile(&db).await?;
    let users = User::all()
        .order_by(User::username.asc())
        .select_related(User::profile())
        .fetch_all(&db)
        .await?;
    let has_profile: Vec<bool> = users
        .iter()
        .map(|user| user.profile.get().map(|p| p.is_some()))
        .collect::<Result<_, _>>()?;
    assert_eq!(has_profile, [false, true]);
    Ok(())
}

#[orm_test(models(User, UserProfile))]
async fn a_second_profile_is_refused(db: Db) -> testudo::Result {
    let (user, _) = bob_with_a_profile(&db).await?;
    let error = UserProfile::builder()
        .user(&user)
        .create(&db)
        .await
        .unwrap_err();
    assert!(error.is_unique_violation());
    assert_eq!(error.integrity().unwrap().columns, ["user_id"]);
    Ok(())
}

#[orm_test(models(User, UserProfile))]
async fn reverse_access(db: Db) -> testudo::Result {
    let (user, profile) = bob_with_a_profile(&db).await?;
    let found = UserProfile::filter(UserProfile::user().username.eq("bob"))
        .select_related(UserProfile::user())
        .get(&db)
        .await?;
    assert_eq!(found.id, profile.id);
    assert_eq!(found.user.get()?.username, "bob");

    // Without `select_related` the user is one more query, and it is written out.
    assert_eq!(profile.user.fetch(&db).await?, user);
    Ok(())
}
