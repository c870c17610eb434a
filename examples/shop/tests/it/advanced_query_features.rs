//! Chapter "Advanced Query Features".

mod aggregation_queries;
mod transaction_management;
