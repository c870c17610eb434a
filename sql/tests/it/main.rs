//! What the query compiler writes, for all dialects side by side.

mod aggregate;
mod compound;
mod condition;
mod ddl;
mod decimal;
mod delete;
mod function;
mod hostile;
mod insert;
mod join;
mod json;
mod leaf;
mod like;
mod long_list;
mod malformed;
mod misfit;
mod models;
mod null;
mod regex;
mod related;
mod select;
mod snapshot;
mod subquery;
mod unsupported;
mod update;
mod window;
