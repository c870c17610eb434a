//! What the shop does with its models.

pub mod orders;
pub mod publishing;
pub mod statistics;
pub mod transfers;
pub mod users;
