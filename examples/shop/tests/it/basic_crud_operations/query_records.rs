//! Section "Query Records", with a module for each of its functions.

mod advanced_filters;
mod basic_queries;
mod complex_queries;
