//! What the derives produce: tables, relations, builders, enums.

mod builder;
mod db_enum;
mod rows;
mod table;
