//! What the derives produce: tables, relations, builders, enums.

mod rows;
