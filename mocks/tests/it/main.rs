//! The mocks as services meet them, with no database.

mod base_model;
mod invoice;
mod transition;
mod ui;
