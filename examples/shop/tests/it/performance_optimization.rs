//! Chapter "Performance Optimization".

mod query_optimization;
