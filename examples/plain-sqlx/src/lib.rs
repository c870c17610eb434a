//! Users who register with a team: plain sqlx, which knows nothing of Testudo, on three databases.

pub mod mysql;
pub mod postgres;
pub mod sqlite;
