//! The application does not change for its tests: it gets a pool.

mod mysql;
mod postgres;
mod sqlite;
