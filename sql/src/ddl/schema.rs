//! The tables of several models in an order in which every foreign key finds its target.

use crate::ddl::names::Names;
use crate::ddl::table::positions;
use crate::ddl::{CreateIndex, CreateTable, DropTable, column_type};
use crate::schema::Table;
use crate::{Dialect, Error, Ident};

/// The statements that create the tables of these models, one per string, in order: tables with
/// their constraints, each followed by its indexes.
///
/// A table that a foreign key refers to is created too, whether listed or not; one listed twice is
/// created once. Where tables refer to each other in a circle, the foreign key that closes it is
/// added by ALTER TABLE at the end, but on SQLite, which lets a table refer to one that does not
/// exist yet.
///
/// # Errors
///
/// When two models have a table of the same name, or a table cannot be created on the dialect
/// ([`CreateTable::compile`]).
pub fn create_schema(dialect: Dialect, tables: &[&'static Table]) -> Result<Vec<String>, Error> {
    let order = Order::of(tables)?;
    let mut names = Names::default();
    for table in &order.tables {
        names.take(table.name);
    }
    let (mut statements, mut late) = (Vec::new(), Vec::new());
    for table in &order.tables {
        let mut create = CreateTable::named_within(table, &mut names)?;
        if adds_late(dialect) {
            let keys = std::mem::take(&mut create.foreign_keys);
            let (closing, own): (Vec<_>, Vec<_>) = keys
                .into_iter()
                .partition(|key| order.closes_circle(table, &key.columns));
            create.foreign_keys = own;
            for key in closing {
                let mut statement = alter(dialect, table.name);
                statement.push_str(" ADD ");
                key.write(dialect, &mut statement)?;
                late.push(statement);
            }
        }
        statements.push(create.compile(dialect)?);
        for index in table.indexes.iter().filter(|index| !index.unique) {
            let columns = positions(table, index.columns)?;
            let types = index.columns.iter().filter_map(|&at| table.columns.get(at));
            let types = types.map(|column| (column.name, column.ty));
            column_type::check_key(dialect, table.name, types)?;
            let index = CreateIndex {
                name: names.constraint("ix", table.name, &columns),
                table: table.name.into(),
                columns: columns.into_iter().map(Ident::new).collect(),
                unique: false,
                if_not_exists: false,
            };
            statements.push(index.compile(dialect)?);
        }
    }
    statements.append(&mut late);
    Ok(statements)
}

/// The statements that drop these tables, those that refer to others first, if they exist.
///
/// Tables that are referred to but not listed stay. Where tables refer to each other in a circle:
/// Postgres drops all in one statement; on MySQL and MariaDB the foreign keys that close circles are
/// dropped first, so the tables must exist; on SQLite run the statements in one transaction, since
/// the first then puts checking off to its end.
///
/// # Errors
///
/// When two models have a table of the same name.
pub fn drop_schema(dialect: Dialect, tables: &[&'static Table]) -> Result<Vec<String>, Error> {
    let order = Order::of(tables)?;
    let listed = |table: &&&'static Table| tables.iter().any(|other| other.name == table.name);
    let dropped: Vec<_> = order.tables.iter().rev().filter(listed).collect();
    let mut statements = Vec::new();
    if !order.circles.is_empty() {
        match dialect {
            Dialect::Postgres => {
                let names: Vec<Ident> = dropped.iter().map(|table| table.name.into()).collect();
                let mut statement = String::from("DROP TABLE IF EXISTS ");
                crate::ddl::table::list(dialect, &names, &mut statement);
                return Ok(vec![statement]);
            }
            Dialect::Sqlite => statements.push("PRAGMA defer_foreign_keys = ON".into()),
            Dialect::MySql | Dialect::MariaDb => {
                drop_closing_keys(dialect, &order, &dropped, &mut statements)?;
            }
        }
    }
    for table in dropped {
        statements.push(
            DropTable {
                name: table.name.into(),
                if_exists: true,
            }
            .compile(dialect),
        );
    }
    Ok(statements)
}

fn drop_closing_keys(
    dialect: Dialect,
    order: &Order,
    dropped: &[&&'static Table],
    statements: &mut Vec<String>,
) -> Result<(), Error> {
    // The same names as when they were created, for the same tables.
    let mut names = Names::default();
    for table in &order.tables {
        names.take(table.name);
    }
    for table in &order.tables {
        let create = CreateTable::named_within(table, &mut names)?;
        for key in create.foreign_keys {
            if dropped.iter().any(|other| other.name == table.name)
                && order.closes_circle(table, &key.columns)
            {
                let mut statement = alter(dialect, table.name);
                statement.push_str(" DROP FOREIGN KEY ");
                key.name.write_to(&mut statement, dialect.quote_style());
                statements.push(statement);
            }
        }
    }
    Ok(())
}

fn adds_late(dialect: Dialect) -> bool {
    match dialect {
        Dialect::Sqlite => false,
        Dialect::Postgres | Dialect::MySql | Dialect::MariaDb => true,
    }
}

fn alter(dialect: Dialect, table: &str) -> String {
    let mut statement = String::from("ALTER TABLE ");
    Ident::new(table).write_to(&mut statement, dialect.quote_style());
    statement
}

/// Tables, each behind those that it refers to.
struct Order {
    tables: Vec<&'static Table>,
    /// Table and columns of the foreign keys that close a circle.
    circles: Vec<(&'static str, Vec<&'static str>)>,
}

impl Order {
    fn of(tables: &[&'static Table]) -> Result<Order, Error> {
        let mut order = Order {
            tables: Vec::new(),
            circles: Vec::new(),
        };
        let mut open = Vec::new();
        for table in tables {
            order.visit(table, &mut open)?;
        }
        Ok(order)
    }

    fn visit(
        &mut self,
        table: &'static Table,
        open: &mut Vec<&'static Table>,
    ) -> Result<(), Error> {
        if let Some(known) = self.tables.iter().find(|known| known.name == table.name) {
            return one_model(known, table);
        }
        open.push(table);
        for reference in table.references {
            let target = (reference.table)();
            match open.iter().find(|open| open.name == target.name) {
                Some(known) => {
                    one_model(known, target)?;
                    // A table may refer to itself in its own statement.
                    if target.name != table.name {
                        let columns = positions(table, reference.columns)?;
                        self.circles.push((table.name, columns));
                    }
                }
                None => self.visit(target, open)?,
            }
        }
        open.pop();
        self.tables.push(table);
        Ok(())
    }

    fn closes_circle(&self, table: &Table, columns: &[Ident]) -> bool {
        self.circles.iter().any(|(name, key)| {
            *name == table.name && columns.iter().map(Ident::as_str).eq(key.iter().copied())
        })
    }
}

/// Statics may lie at several addresses, so one model is told by its name.
fn one_model(a: &Table, b: &Table) -> Result<(), Error> {
    if std::ptr::eq(a, b) || a.model == b.model {
        return Ok(());
    }
    Err(Error::malformed(
        "CREATE TABLE",
        format!(
            "the models `{}` and `{}` have one table, `{}`; give one of them another",
            a.model, b.model, a.name
        ),
    ))
}
