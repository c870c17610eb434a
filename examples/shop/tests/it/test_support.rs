//! Chapter "Test Support".

mod test_database_configuration;
mod test_examples;
