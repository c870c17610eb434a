//! Users, who order and write.

use std::fmt;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{Error as PasswordError, PasswordHasher, PasswordVerifier};
use chrono::{DateTime, Utc};
use testudo_orm::prelude::*;

use super::{Account, Article, Order, UserProfile};

/// Somebody who can log in.
// `username` and `email` need no index of their own: `unique` makes one.
#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "users", index(is_active), index(date_joined))]
pub struct User {
    /// User ID.
    #[field(primary_key)]
    pub id: i64,
    /// Username, to log in with.
    #[field(max_length = 50, unique)]
    pub username: String,
    /// Email.
    #[field(max_length = 255, unique)]
    pub email: String,
    /// Password hash; empty until a password is set, and no password fits it then.
    #[field(max_length = 255, default = "")]
    pub password_hash: String,
    /// First name.
    #[field(max_length = 30, default = "")]
    pub first_name: String,
    /// Last name.
    #[field(max_length = 30, default = "")]
    pub last_name: String,
    /// Whether the user may log in.
    #[field(default = true)]
    pub is_active: bool,
    /// Whether the user works for the shop.
    #[field(default = false)]
    pub is_staff: bool,
    /// Registration time.
    #[field(auto_now_add)]
    pub date_joined: DateTime<Utc>,
    /// Last login time; `None` until the first.
    pub last_login: Option<DateTime<Utc>>,

    /// The profile, if there is one.
    pub profile: ReverseOneToOne<UserProfile>,
    /// The account, if there is one.
    pub account: ReverseOneToOne<Account>,
    /// What the user has ordered.
    pub orders: ReverseRelation<Order>,
    /// What the user has written.
    pub articles: ReverseRelation<Article>,
}

impl User {
    /// Sets the password; the row is not saved.
    ///
    /// # Errors
    /// When the password is too long to be hashed.
    pub fn set_password(&mut self, password: &str) -> Result<(), PasswordError> {
        // Argon2 salts each hash: two users with the same password have different ones.
        let hash = Argon2::default().hash_password(password.as_bytes())?;
        self.password_hash = hash.to_string();
        Ok(())
    }

    /// Whether this is the user's password.
    #[must_use]
    pub fn check_password(&self, password: &str) -> bool {
        PasswordHash::new(&self.password_hash).is_ok_and(|hash| {
            Argon2::default()
                .verify_password(password.as_bytes(), &hash)
                .is_ok()
        })
    }
}

impl fmt::Display for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "User(username={})", self.username)
    }
}
