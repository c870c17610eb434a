//! fixtures-macros
