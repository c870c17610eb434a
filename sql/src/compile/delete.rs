//! DELETE.

use crate::compile::writer::Writer;
use crate::{Delete, Dialect, Error, Source};

impl<'q> Writer<'q> {
    pub(super) fn delete(&mut self, delete: &'q Delete) -> Result<(), Error> {
        if let (Source::Named { alias: Some(_), .. }, Dialect::MariaDb) =
            (&delete.target, self.dialect)
        {
            return Err(
                self.unsupported("an alias of the table that DELETE empties", "leave it out")
            );
        }
        self.push("DELETE FROM ");
        self.target(&delete.target)?;
        self.changed_rows(&delete.target, delete.filter.as_ref())?;
        self.returning(&delete.returning, self.dialect.has_returning().delete)
    }
}
