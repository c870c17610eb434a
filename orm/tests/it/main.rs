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
mod pages;
mod picking;
mod projections;
mod querysets;
mod raw;
mod relations;
mod shared_connection;
mod shop;
mod side_by_side;
mod statements;
mod streams;
pub mod strict_lints;
mod transactions;
mod ui;
mod validation;
