//! Foreign keys.

use crate::ddl::table::list;
use crate::schema::OnDelete;
use crate::{Dialect, Error, Ident};

/// A foreign key.
#[derive(Debug, Clone)]
pub struct ForeignKey {
    /// Its name.
    pub name: Ident,
    /// The columns that refer.
    pub columns: Vec<Ident>,
    /// The table referred to.
    pub table: Ident,
    /// The columns referred to.
    pub references: Vec<Ident>,
    /// What happens when the row referred to is deleted.
    pub on_delete: OnDelete,
}

impl ForeignKey {
    /// Appends the constraint.
    pub(super) fn write(&self, dialect: Dialect, out: &mut String) -> Result<(), Error> {
        if self.columns.len() != self.references.len() || self.columns.is_empty() {
            return Err(Error::malformed(
                "CREATE TABLE",
                format!(
                    "the foreign key `{}` has {} columns for {}",
                    self.name.as_str(),
                    self.columns.len(),
                    self.references.len()
                ),
            ));
        }
        let style = dialect.quote_style();
        out.push_str("CONSTRAINT ");
        self.name.write_to(out, style);
        out.push_str(" FOREIGN KEY (");
        list(dialect, &self.columns, out);
        out.push_str(") REFERENCES ");
        self.table.write_to(out, style);
        out.push_str(" (");
        list(dialect, &self.references, out);
        out.push_str(") ON DELETE ");
        out.push_str(match (self.on_delete, dialect) {
            (OnDelete::Cascade, _) => "CASCADE",
            (OnDelete::Restrict, _) => "RESTRICT",
            (OnDelete::SetNull, _) => "SET NULL",
            (OnDelete::NoAction, _) => "NO ACTION",
            (OnDelete::SetDefault, Dialect::Sqlite | Dialect::Postgres) => "SET DEFAULT",
            (OnDelete::SetDefault, Dialect::MySql | Dialect::MariaDb) => {
                return Err(Error::unsupported(
                    dialect,
                    "ON DELETE SET DEFAULT",
                    "set NULL, or update the rows before the deletion",
                ));
            }
        });
        Ok(())
    }
}
