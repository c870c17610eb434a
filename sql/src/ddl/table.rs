//! CREATE TABLE.

use compact_str::CompactString;

use crate::ddl::default::now;
use crate::ddl::names::{MAX_NAME, Names};
use crate::ddl::{Default, ForeignKey, column_type, literal};
use crate::schema::{ColumnDefault, ColumnType, Index, OnDelete, Table};
use crate::{Dialect, Error, Ident, Value};

/// A CREATE TABLE statement.
#[derive(Debug, Clone)]
pub struct CreateTable {
    /// The table.
    pub name: Ident,
    /// `IF NOT EXISTS`.
    pub if_not_exists: bool,
    /// The columns.
    pub columns: Vec<ColumnDefinition>,
    /// The columns of the primary key; none when empty.
    pub primary_key: Vec<Ident>,
    /// Unique constraints.
    pub uniques: Vec<Unique>,
    /// Check constraints.
    pub checks: Vec<Check>,
    /// Foreign keys.
    pub foreign_keys: Vec<ForeignKey>,
}

/// A column of a new table.
#[derive(Debug, Clone)]
pub struct ColumnDefinition {
    /// Its name.
    pub name: Ident,
    /// What it holds.
    pub ty: ColumnType,
    /// Whether it may be NULL.
    pub nullable: bool,
    /// Whether the server numbers it; it has to be the primary key then.
    pub generated: bool,
    /// What it holds where an INSERT names no value.
    pub default: Option<Default>,
}

/// A unique constraint.
#[derive(Debug, Clone)]
pub struct Unique {
    /// Its name.
    pub name: Ident,
    /// The columns in which no two rows agree.
    pub columns: Vec<Ident>,
}

/// A check that a column holds one of some texts.
#[derive(Debug, Clone)]
pub struct Check {
    /// Its name.
    pub name: Ident,
    /// The column.
    pub column: Ident,
    /// The texts.
    pub choices: Vec<CompactString>,
}

impl CreateTable {
    /// An empty table of this name.
    #[must_use]
    pub fn new(name: impl Into<Ident>) -> CreateTable {
        CreateTable {
            name: name.into(),
            if_not_exists: false,
            columns: Vec::new(),
            primary_key: Vec::new(),
            uniques: Vec::new(),
            checks: Vec::new(),
            foreign_keys: Vec::new(),
        }
    }

    /// The table of a model with all its constraints.
    ///
    /// # Errors
    ///
    /// When a foreign key has not as many columns as the primary key that it points to, or the table's
    /// lists name columns that it does not have.
    pub fn of_model(table: &'static Table) -> Result<CreateTable, Error> {
        CreateTable::named_within(table, &mut Names::default())
    }

    pub(super) fn named_within(
        table: &'static Table,
        names: &mut Names,
    ) -> Result<CreateTable, Error> {
        let mut create = CreateTable::new(table.name);
        create.primary_key = idents(&positions(table, table.primary_key)?);
        for (at, column) in table.columns.iter().enumerate() {
            let own = [column.name];
            create.columns.push(ColumnDefinition {
                name: column.name.into(),
                ty: column.ty,
                nullable: column.nullable,
                generated: column.generated,
                default: column.default.map(|default| match default {
                    ColumnDefault::Value(value) => Default::Value(value()),
                    ColumnDefault::Now => Default::Now,
                }),
            });
            // A primary key is unique as it is.
            if column.unique && *table.primary_key != [at] {
                let name = names.constraint("uq", table.name, &own);
                create.uniques.push(Unique {
                    name,
                    columns: idents(&own),
                });
            }
            if let Some(choices) = column.choices {
                create.checks.push(Check {
                    name: names.constraint("ck", table.name, &own),
                    column: column.name.into(),
                    choices: choices.iter().copied().map(Into::into).collect(),
                });
            }
        }
        for reference in table.references {
            let (own, target) = (positions(table, reference.columns)?, (reference.table)());
            let key = positions(target, target.primary_key)?;
            if key.len() != own.len() {
                return Err(Error::malformed(
                    "CREATE TABLE",
                    format!(
                        "the foreign key `{}` of the model `{}` points to the model `{}`, whose \
                         primary key has another number of columns",
                        own.join("`, `"),
                        table.model,
                        target.model
                    ),
                ));
            }
            create.foreign_keys.push(ForeignKey {
                name: names.constraint("fk", table.name, &own),
                columns: idents(&own),
                table: target.name.into(),
                references: idents(&key),
                on_delete: reference.on_delete,
            });
        }
        for Index { columns, unique } in table.indexes {
            if *unique {
                let columns = positions(table, columns)?;
                let name = names.constraint("uq", table.name, &columns);
                create.uniques.push(Unique {
                    name,
                    columns: idents(&columns),
                });
            }
        }
        Ok(create)
    }

    /// The statement's text.
    ///
    /// # Errors
    ///
    /// When there is no column, a key names a column that is not there, a name or key is longer than
    /// the server takes, a default has no literal, or the dialect lacks what a column or foreign key
    /// asks for.
    pub fn compile(&self, dialect: Dialect) -> Result<String, Error> {
        let mut out = String::with_capacity(128 + 64 * self.columns.len());
        out.push_str("CREATE TABLE ");
        if self.if_not_exists {
            out.push_str("IF NOT EXISTS ");
        }
        check_name(dialect, &self.name)?;
        self.name.write_to(&mut out, dialect.quote_style());
        if self.columns.is_empty() {
            return Err(self.malformed("it has no column"));
        }
        out.push_str(" (");
        let mut inline_key = false;
        for (i, column) in self.columns.iter().enumerate() {
            if i > 0 {
                out.push_str(", ");
            }
            check_name(dialect, &column.name)?;
            inline_key |= self.column(dialect, column, &mut out)?;
        }
        if !self.primary_key.is_empty() && !inline_key {
            self.check_key(dialect, &self.primary_key)?;
            out.push_str(", PRIMARY KEY (");
            list(dialect, &self.primary_key, &mut out);
            out.push(')');
        }
        for unique in &self.uniques {
            self.check_key(dialect, &unique.columns)?;
            constraint(dialect, &unique.name, &mut out);
            out.push_str("UNIQUE (");
            list(dialect, &unique.columns, &mut out);
            out.push(')');
        }
        for check in &self.checks {
            self.check(dialect, check, &mut out)?;
        }
        for key in &self.foreign_keys {
            self.check_foreign_key(key)?;
            out.push_str(", ");
            key.write(dialect, &mut out)?;
        }
        out.push(')');
        out.push_str(dialect.table_options());
        Ok(out)
    }

    fn definition(&self, name: &Ident) -> Result<&ColumnDefinition, Error> {
        self.columns
            .iter()
            .find(|column| column.name == *name)
            .ok_or_else(|| {
                self.malformed(&format!(
                    "a constraint names `{}`, which is no column",
                    name.as_str()
                ))
            })
    }

    /// Writes a column; true if it declares itself the primary key.
    fn column(
        &self,
        dialect: Dialect,
        column: &ColumnDefinition,
        out: &mut String,
    ) -> Result<bool, Error> {
        let name = column.name.as_str();
        column.name.write_to(out, dialect.quote_style());
        out.push(' ');
        if column.generated {
            self.check_generated(dialect, column)?;
            // SQLite numbers the rowid alone, and that is spelt exactly so.
            if dialect == Dialect::Sqlite {
                out.push_str("INTEGER");
                out.push_str(dialect.generated());
                return Ok(true);
            }
        }
        column_type::write(dialect, column.ty, name, out)?;
        if !column.nullable {
            out.push_str(" NOT NULL");
        }
        if column.generated {
            out.push_str(dialect.generated());
        }
        if let Some(default) = &column.default {
            out.push_str(" DEFAULT ");
            let expression = match dialect {
                Dialect::Sqlite | Dialect::Postgres => false,
                Dialect::MySql | Dialect::MariaDb => {
                    column_type::wants_default_expression(column.ty)
                }
            };
            match default {
                Default::Value(value) if expression && !value.is_null() => {
                    out.push('(');
                    literal::write(dialect, value, name, out)?;
                    out.push(')');
                }
                Default::Value(value) => literal::write(dialect, value, name, out)?,
                Default::Now => out.push_str(now(dialect, column.ty).ok_or_else(|| {
                    self.malformed(&format!(
                        "the column `{name}` defaults to the time of the statement but holds none"
                    ))
                })?),
            }
        }
        Ok(false)
    }

    fn check_generated(&self, dialect: Dialect, column: &ColumnDefinition) -> Result<(), Error> {
        let name = column.name.as_str();
        if !matches!(
            column.ty,
            ColumnType::SmallInt | ColumnType::Int | ColumnType::BigInt
        ) {
            return Err(self.malformed(&format!("the column `{name}` is generated but no integer")));
        }
        if column.default.is_some() {
            return Err(self.malformed(&format!(
                "the column `{name}` is generated and has a default too"
            )));
        }
        let alone = self.primary_key.as_slice() == [column.name.clone()];
        match dialect {
            Dialect::Sqlite if !alone => Err(Error::unsupported(
                dialect,
                "a generated column that is not the primary key alone",
                "make it the primary key, and the others unique together",
            )),
            Dialect::MySql | Dialect::MariaDb if self.primary_key.first() != Some(&column.name) => {
                Err(Error::unsupported(
                    dialect,
                    "a generated column that does not lead the primary key",
                    "name it first in the primary key",
                ))
            }
            Dialect::Sqlite | Dialect::Postgres | Dialect::MySql | Dialect::MariaDb => Ok(()),
        }
    }

    fn check_key(&self, dialect: Dialect, key: &[Ident]) -> Result<(), Error> {
        if key.is_empty() {
            return Err(self.malformed("a unique constraint names no column"));
        }
        let columns: Result<Vec<_>, _> = key.iter().map(|name| self.definition(name)).collect();
        let columns = columns?;
        let key = columns
            .iter()
            .map(|column| (column.name.as_str(), column.ty));
        column_type::check_key(dialect, self.name.as_str(), key)
    }

    fn check(&self, dialect: Dialect, check: &Check, out: &mut String) -> Result<(), Error> {
        self.definition(&check.column)?;
        if check.choices.is_empty() {
            return Err(self.malformed(&format!(
                "the column `{}` may hold none of no choices",
                check.column.as_str()
            )));
        }
        constraint(dialect, &check.name, out);
        out.push_str("CHECK (");
        check.column.write_to(out, dialect.quote_style());
        out.push_str(" IN (");
        for (i, choice) in check.choices.iter().enumerate() {
            if i > 0 {
                out.push_str(", ");
            }
            literal::write(
                dialect,
                &Value::Text(choice.clone()),
                check.column.as_str(),
                out,
            )?;
        }
        out.push_str("))");
        Ok(())
    }

    fn check_foreign_key(&self, key: &ForeignKey) -> Result<(), Error> {
        for name in &key.columns {
            let column = self.definition(name)?;
            let problem = match key.on_delete {
                OnDelete::SetNull if !column.nullable => {
                    "becomes NULL when its row goes, but may not be NULL; make it optional"
                }
                OnDelete::SetDefault if column.default.is_none() => {
                    "becomes its default when its row goes, but has none; set one"
                }
                _ => continue,
            };
            return Err(self.malformed(&format!("the foreign key `{}` {problem}", name.as_str())));
        }
        Ok(())
    }

    fn malformed(&self, problem: &str) -> Error {
        Error::malformed(
            "CREATE TABLE",
            format!("`{}`: {problem}", self.name.as_str()),
        )
    }
}

/// Postgres would cut a longer name off without an error.
fn check_name(dialect: Dialect, name: &Ident) -> Result<(), Error> {
    let name = name.as_str();
    let limited = match dialect {
        Dialect::Sqlite => false,
        Dialect::Postgres | Dialect::MySql | Dialect::MariaDb => true,
    };
    let problem = if name.is_empty() {
        "is empty".into()
    } else if name.contains('\0') {
        "contains NUL".into()
    } else if limited && name.len() > MAX_NAME {
        format!(
            "is {} bytes long, and {dialect} takes {MAX_NAME}",
            name.len()
        )
    } else {
        return Ok(());
    };
    Err(Error::malformed(
        "CREATE TABLE",
        format!("the name `{}` {problem}", name.escape_debug()),
    ))
}

fn constraint(dialect: Dialect, name: &Ident, out: &mut String) {
    out.push_str(", CONSTRAINT ");
    name.write_to(out, dialect.quote_style());
    out.push(' ');
}

/// Names separated by commas.
pub(super) fn list(dialect: Dialect, names: &[Ident], out: &mut String) {
    for (i, name) in names.iter().enumerate() {
        if i > 0 {
            out.push_str(", ");
        }
        name.write_to(out, dialect.quote_style());
    }
}

fn idents(names: &[&'static str]) -> Vec<Ident> {
    names.iter().copied().map(Ident::new).collect()
}

/// The names of a table's columns by their positions.
pub(super) fn positions(
    table: &'static Table,
    positions: &[usize],
) -> Result<Vec<&'static str>, Error> {
    let name = |&at: &usize| table.columns.get(at).map(|column| column.name);
    positions
        .iter()
        .map(name)
        .collect::<Option<_>>()
        .ok_or_else(|| {
            Error::malformed(
                "CREATE TABLE",
                format!(
                    "a key of the model `{}` names a column past its last",
                    table.model
                ),
            )
        })
}
