//! Integration tests of the ORM, in one binary.

mod derive;
mod shop;
