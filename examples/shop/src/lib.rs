//! An online shop: users, orders and articles on Testudo's models.
//!
//! [`models`] has one file for each table, [`services`] what the shop does with them. Everything that
//! talks to the database takes a `&Db`, which is a pool or an open transaction: a service does not care,
//! and so services can be put together and tested.

pub mod models;
pub mod services;
