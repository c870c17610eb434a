//! Chapter "Relationship Field Operations".

mod foreign_key_relationships;
mod many_to_many_relationships;
mod one_to_one_relationships;
