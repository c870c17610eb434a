//! UPDATE.

use crate::compile::writer::Writer;
use crate::{Error, Update};

impl<'q> Writer<'q> {
    pub(super) fn update(&mut self, update: &'q Update) -> Result<(), Error> {
        if update.assignments.is_empty() {
            return Err(self.malformed("it assigns nothing; name at least one column"));
        }
        self.check_targets(&update.target, &update.assignments)?;
        self.push("UPDATE ");
        self.target(&update.target)?;
        self.push(" SET ");
        self.assignments(&update.assignments)?;
        self.changed_rows(&update.target, update.filter.as_ref())?;
        self.returning(&update.returning, self.dialect.has_returning().update)
    }
}
