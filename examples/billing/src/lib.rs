//! Invoices, and the payments that settle them.

mod error;
pub mod models;
pub mod services;

pub use crate::error::BillingError;
