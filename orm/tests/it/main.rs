//! Integration tests of the ORM, in one binary.

mod alike;
mod bulk;
mod coming_from;
mod composition;
mod connect;
mod custom_types;
mod derive;
mod errors;
mod fields;
mod handed_over;
mod long_lists;
mod lookups;
mod querysets;
mod relations;
mod shared_connection;
mod shop;
mod statements;
pub mod strict_lints;
mod transactions;
mod ui;
mod validation;
