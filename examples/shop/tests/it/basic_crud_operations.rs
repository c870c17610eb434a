//! Chapter "Basic CRUD Operations".

mod create_records;
mod delete_records;
mod query_records;
mod update_records;
