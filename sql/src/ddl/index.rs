//! CREATE INDEX and DROP INDEX.

use crate::ddl::table::list;
use crate::{Dialect, Error, Ident};

/// A CREATE INDEX statement.
#[derive(Debug, Clone)]
pub struct CreateIndex {
    /// Its name.
    pub name: Ident,
    /// The table.
    pub table: Ident,
    /// The columns, the most significant first.
    pub columns: Vec<Ident>,
    /// Whether no two rows may agree in them.
    pub unique: bool,
    /// `IF NOT EXISTS`; MySQL has none.
    pub if_not_exists: bool,
}

impl CreateIndex {
    /// The statement's text.
    ///
    /// # Errors
    ///
    /// When no column is named, or for IF NOT EXISTS on MySQL.
    pub fn compile(&self, dialect: Dialect) -> Result<String, Error> {
        if self.columns.is_empty() {
            let name = self.name.as_str();
            return Err(Error::malformed(
                "CREATE INDEX",
                format!("`{name}` names no column"),
            ));
        }
        let style = dialect.quote_style();
        let mut out = String::from("CREATE ");
        if self.unique {
            out.push_str("UNIQUE ");
        }
        out.push_str("INDEX ");
        if self.if_not_exists {
            conditional(dialect, "CREATE INDEX IF NOT EXISTS")?;
            out.push_str("IF NOT EXISTS ");
        }
        self.name.write_to(&mut out, style);
        out.push_str(" ON ");
        self.table.write_to(&mut out, style);
        out.push_str(" (");
        list(dialect, &self.columns, &mut out);
        out.push(')');
        Ok(out)
    }
}

/// A DROP INDEX statement.
#[derive(Debug, Clone)]
pub struct DropIndex {
    /// Its name.
    pub name: Ident,
    /// The table; MySQL and MariaDB find the index there.
    pub table: Ident,
    /// `IF EXISTS`; MySQL has none.
    pub if_exists: bool,
}

impl DropIndex {
    /// The statement's text.
    ///
    /// # Errors
    ///
    /// For IF EXISTS on MySQL.
    pub fn compile(&self, dialect: Dialect) -> Result<String, Error> {
        let style = dialect.quote_style();
        let mut out = String::from("DROP INDEX ");
        if self.if_exists {
            conditional(dialect, "DROP INDEX IF EXISTS")?;
            out.push_str("IF EXISTS ");
        }
        self.name.write_to(&mut out, style);
        match dialect {
            Dialect::Sqlite | Dialect::Postgres => {}
            Dialect::MySql | Dialect::MariaDb => {
                out.push_str(" ON ");
                self.table.write_to(&mut out, style);
            }
        }
        Ok(out)
    }
}

fn conditional(dialect: Dialect, construct: &'static str) -> Result<(), Error> {
    match dialect {
        Dialect::Sqlite | Dialect::Postgres | Dialect::MariaDb => Ok(()),
        Dialect::MySql => Err(Error::unsupported(
            dialect,
            construct,
            "look into information_schema.statistics first",
        )),
    }
}
