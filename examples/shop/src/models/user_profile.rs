//! What users tell about themselves.

use chrono::{DateTime, NaiveDate, Utc};
use testudo_orm::prelude::*;

use super::User;

/// User profile: a user has at most one.
#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "user_profiles")]
pub struct UserProfile {
    /// Profile ID.
    #[field(primary_key)]
    pub id: i64,
    /// Associated user; the profile goes when the user goes.
    #[field(related_name = "profile", on_delete = Cascade)]
    pub user: OneToOne<User>,
    /// Personal bio.
    #[field(default = "")]
    pub bio: String,
    /// Avatar URL.
    #[field(max_length = 255)]
    pub avatar: Option<String>,
    /// Phone number.
    #[field(max_length = 20)]
    pub phone: Option<String>,
    /// Address.
    #[field(default = "")]
    pub address: String,
    /// Birth date.
    pub birth_date: Option<NaiveDate>,
    /// When the profile was created.
    #[field(auto_now_add)]
    pub created_at: DateTime<Utc>,
    /// When the profile was last saved.
    #[field(auto_now)]
    pub updated_at: DateTime<Utc>,
}
