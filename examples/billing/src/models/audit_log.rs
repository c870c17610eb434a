//! Who changed what is asked later.

use chrono::{DateTime, Utc};
use testudo_orm::prelude::*;
use uuid::Uuid;

/// That a row was created or changed.
///
/// It points to the row without a foreign key: the log outlives what it speaks of.
#[derive(Model, Debug, Clone)]
#[model(table = "audit_log", ordering("created_at"), index(entity, entity_id))]
pub struct AuditLog {
    /// The key.
    #[field(primary_key)]
    pub id: Uuid,
    /// The kind of row, such as `invoice`.
    #[field(max_length = 32)]
    pub entity: String,
    /// The key of the row.
    pub entity_id: Uuid,
    /// Whether the row was created; it was changed otherwise.
    pub created: bool,
    /// When it happened.
    #[field(auto_now_add)]
    pub created_at: DateTime<Utc>,
    /// When the row was saved last.
    #[field(auto_now)]
    pub updated_at: DateTime<Utc>,
}
