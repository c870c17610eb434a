//! Registering users and finding them.

use chrono::{DateTime, Utc};
use testudo_orm::prelude::*;
use testudo_orm::{Error, Result, ValidationError};
use thiserror::Error as ThisError;

use crate::models::{Account, User, UserProfile};

/// Why a user could not be registered.
#[derive(Debug, ThisError)]
#[non_exhaustive]
pub enum RegistrationError {
    /// Another user has the username.
    #[error("username already exists")]
    UsernameTaken,
    /// Another user has the email address.
    #[error("email already in use")]
    EmailTaken,
    /// A value does not fit its field.
    #[error("data validation failed: {0}")]
    Invalid(ValidationError),
    /// The password cannot be hashed.
    #[error("the password cannot be used: {0}")]
    Password(#[from] argon2::password_hash::Error),
    /// Anything else that the database says.
    #[error(transparent)]
    Database(Error),
}

// With this, `?` turns what the database says into what it means for a registration.
impl From<Error> for RegistrationError {
    fn from(error: Error) -> Self {
        if let Some(invalid) = error.validation() {
            return Self::Invalid(invalid.clone());
        }
        match error.integrity() {
            Some(broken) if broken.columns == ["username"] => Self::UsernameTaken,
            Some(broken) if broken.columns == ["email"] => Self::EmailTaken,
            _ => Self::Database(error),
        }
    }
}

/// Registers a user, with an empty profile and an empty account: all three or none.
///
/// # Errors
/// When the username or the email is taken, a value does not fit, or the database refuses.
pub async fn register(
    db: &Db,
    username: &str,
    email: &str,
    password: &str,
) -> Result<User, RegistrationError> {
    let mut user = User::builder().username(username).email(email).build()?;
    user.set_password(password)?;
    db.transaction(async |tx| {
        user.insert(&tx).await?;
        UserProfile::builder().user(&user).create(&tx).await?;
        Account::builder().user(&user).create(&tx).await?;
        Ok(user)
    })
    .await
}

/// Logs a user in: the user, if there is an active one of this name and the password is right.
///
/// # Errors
/// When the database refuses.
pub async fn log_in(
    db: &Db,
    username: &str,
    password: &str,
    now: DateTime<Utc>,
) -> Result<Option<User>> {
    let found = User::filter(User::username.eq(username) & User::is_active.eq(true))
        .get_or_none(db)
        .await?;
    let Some(mut user) = found.filter(|user| user.check_password(password)) else {
        return Ok(None);
    };
    user.last_login = Some(now);
    // Only this column: another request may be changing the user's email meanwhile.
    user.save_fields(db, User::last_login).await?;
    Ok(Some(user))
}

/// The user with this ID, if there is one.
///
/// # Errors
/// When the database refuses.
pub async fn get_user_safely(db: &Db, user_id: i64) -> Result<Option<User>> {
    match User::get(db, user_id).await {
        Ok(user) => Ok(Some(user)),
        Err(error) if error.is_does_not_exist() => Ok(None),
        Err(error) => Err(error),
    }
}

/// Deactivates everybody who joined before a time, and returns how many there were.
///
/// # Errors
/// When the database refuses.
pub async fn deactivate_joined_before(db: &Db, time: DateTime<Utc>) -> Result<u64> {
    User::filter(User::date_joined.lt(time) & User::is_active.eq(true))
        .update(User::is_active.set(false))
        .execute(db)
        .await
}
