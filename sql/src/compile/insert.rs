//! INSERT.

use crate::compile::names::TableName;
use crate::compile::number::{digits_up_to, push_placeholder_rows};
use crate::compile::scope::Root;
use crate::compile::writer::Writer;
use crate::dialect::Placeholder;
use crate::schema::{Column, Table};
use crate::{Assignment, ColumnRef, Dialect, Error, Ident, Insert, InsertTarget, OnConflict};

/// What an upsert calls the row that was to be inserted.
#[derive(Debug, Clone, Copy)]
pub(super) enum NewRow {
    /// `excluded.a`
    Excluded,
    /// `t1.a`
    Alias(u32),
    /// `VALUES(a)`: MariaDB has no alias for the new row, and MySQL is about to drop this.
    Values,
}

impl InsertTarget {
    /// How many values a row has.
    fn width(&self) -> usize {
        match self {
            InsertTarget::Model(table) => table.columns.len(),
            InsertTarget::ModelGenerated(table) => table
                .columns
                .iter()
                .filter(|column| !column.generated)
                .count(),
            InsertTarget::Columns(_, columns) => columns.len(),
            InsertTarget::Named { columns, .. } => columns.len(),
        }
    }
}

impl InsertTarget {
    /// The model and field at this position of a row, where it is a model's.
    fn field_at(&self, position: usize) -> Option<(&'static str, &'static str)> {
        let named = |table: &'static Table, column: Option<&Column>| {
            column.map(|column| (table.model, column.field))
        };
        match self {
            InsertTarget::Model(table) => named(table, table.columns.get(position)),
            InsertTarget::ModelGenerated(table) => {
                let mut columns = table.columns.iter().filter(|column| !column.generated);
                named(table, columns.nth(position))
            }
            InsertTarget::Columns(table, columns) => named(table, columns.get(position).copied()),
            InsertTarget::Named { .. } => None,
        }
    }
}

impl Insert {
    /// The size of the text: exact for head and rows, a guess for what follows them.
    pub(super) fn text_size(&self, dialect: Dialect) -> usize {
        let style = dialect.quote_style();
        let head = match &self.target {
            InsertTarget::Model(table) => table.insert_head.in_style(style).len(),
            InsertTarget::ModelGenerated(table) => {
                table.insert_head_generated.in_style(style).len()
            }
            InsertTarget::Columns(_, columns) => 64 + 24 * columns.len(),
            InsertTarget::Named { columns, .. } => 64 + 24 * columns.len(),
        };
        let count = self.values.len();
        let rows = count / self.target.width().max(1);
        let placeholders = match dialect.placeholder() {
            Placeholder::QuestionMark => count,
            Placeholder::Numbered => count + digits_up_to(count),
        };
        // Parentheses for every row and `, ` for every value but one.
        let tail = if self.on_conflict.is_some() || !self.returning.is_empty() {
            256
        } else {
            16
        };
        head + placeholders + 2 * rows + 2 * count + tail
    }
}

impl<'q> Writer<'q> {
    pub(super) fn insert(&mut self, insert: &'q Insert) -> Result<(), Error> {
        let (width, count) = (insert.target.width(), insert.values.len());
        self.check_shape(width, count)?;
        self.insert_target(&insert.target)?;
        if width == 0 {
            return self.default_row(insert);
        }
        self.insert_head(&insert.target);
        match self.dialect.placeholder() {
            Placeholder::QuestionMark => self.rows_of_marks(count / width, width),
            Placeholder::Numbered => {
                push_placeholder_rows(&mut self.sql, count / width, width);
            }
        }
        for (at, value) in insert.values.iter().enumerate() {
            if value.misfit(self.dialect).is_some() {
                self.beside = insert.target.field_at(at % width);
                self.check(value);
            }
            self.binds.push(value);
        }
        self.insert_tail(insert)
    }

    fn check_shape(&self, width: usize, count: usize) -> Result<(), Error> {
        if count > self.dialect.max_binds() {
            return Err(self.too_many_binds(count));
        }
        if width > 0 && count == 0 {
            return Err(self.malformed("it has no row; give it at least one"));
        }
        if count.checked_rem(width).unwrap_or(count) != 0 {
            return Err(self.malformed(format!(
                "{count} values do not make full rows of {width} columns"
            )));
        }
        Ok(())
    }

    /// The table that upserts and RETURNING refer to.
    fn insert_target(&mut self, target: &'q InsertTarget) -> Result<(), Error> {
        match target {
            InsertTarget::Model(table)
            | InsertTarget::ModelGenerated(table)
            | InsertTarget::Columns(table, _) => {
                self.changed = Some(table.name);
                let name = self.claim(table, 0);
                self.scope.roots.push(Root { table, name });
            }
            InsertTarget::Named { table, .. } => {
                self.changed = Some(table.as_str());
                self.scope.chosen.push(table.as_str());
            }
        }
        Ok(())
    }

    fn insert_head(&mut self, target: &'q InsertTarget) {
        match target {
            InsertTarget::Model(table) => self.quoted(&table.insert_head),
            InsertTarget::ModelGenerated(table) => self.quoted(&table.insert_head_generated),
            InsertTarget::Columns(table, columns) => {
                self.push("INSERT INTO ");
                self.quoted(&table.quoted);
                self.push(" (");
                for (i, column) in columns.iter().enumerate() {
                    if i > 0 {
                        self.push(", ");
                    }
                    self.quoted(&column.quoted);
                }
                self.push(") VALUES ");
            }
            InsertTarget::Named { table, columns } => {
                self.push("INSERT INTO ");
                self.ident(table);
                self.push(" (");
                self.idents(columns);
                self.push(") VALUES ");
            }
        }
    }

    /// A row of defaults: no columns, no values.
    fn default_row(&mut self, insert: &'q Insert) -> Result<(), Error> {
        self.push("INSERT INTO ");
        match &insert.target {
            InsertTarget::Model(table)
            | InsertTarget::ModelGenerated(table)
            | InsertTarget::Columns(table, _) => self.quoted(&table.quoted),
            InsertTarget::Named { table, .. } => self.ident(table),
        }
        if insert.on_conflict.is_some() {
            return Err(
                self.malformed("an upsert of a row without values; name at least one column")
            );
        }
        self.push(match self.dialect {
            Dialect::Sqlite | Dialect::Postgres => " DEFAULT VALUES",
            Dialect::MySql | Dialect::MariaDb => " () VALUES ()",
        });
        self.returning(&insert.returning, self.dialect.has_returning().insert)
    }

    fn rows_of_marks(&mut self, rows: usize, width: usize) {
        let start = self.sql.len();
        self.push("(?");
        for _ in 1..width {
            self.push(", ?");
        }
        self.push(")");
        let row = self.sql[start..].to_owned();
        for _ in 1..rows {
            self.push(", ");
            self.push(&row);
        }
    }

    fn insert_tail(&mut self, insert: &'q Insert) -> Result<(), Error> {
        if let Some(on_conflict) = &insert.on_conflict {
            match self.dialect {
                Dialect::Sqlite | Dialect::Postgres => self.on_conflict(on_conflict)?,
                Dialect::MySql | Dialect::MariaDb => {
                    self.on_duplicate_key(on_conflict, &insert.target)?;
                }
            }
        }
        self.returning(&insert.returning, self.dialect.has_returning().insert)
    }

    fn on_conflict(&mut self, on_conflict: &'q OnConflict) -> Result<(), Error> {
        match on_conflict {
            OnConflict::DoNothing { target } => {
                self.push(" ON CONFLICT ");
                if !target.is_empty() {
                    self.push("(");
                    self.idents(target);
                    self.push(") ");
                }
                self.push("DO NOTHING");
                Ok(())
            }
            OnConflict::Update {
                target,
                overwrite,
                assignments,
            } => {
                self.check_upsert(overwrite, assignments)?;
                if target.is_empty() {
                    return Err(self.unsupported(
                        "an upsert that names no unique columns",
                        "name the columns of the unique constraint",
                    ));
                }
                self.push(" ON CONFLICT (");
                self.idents(target);
                self.push(") DO UPDATE SET ");
                self.new_row = Some(NewRow::Excluded);
                self.upsert_assignments(overwrite, assignments)
            }
        }
    }

    fn on_duplicate_key(
        &mut self,
        on_conflict: &'q OnConflict,
        insert_target: &'q InsertTarget,
    ) -> Result<(), Error> {
        match on_conflict {
            // INSERT IGNORE would pass over every other error too: a column set to itself instead.
            OnConflict::DoNothing { target } => {
                self.push(" ON DUPLICATE KEY UPDATE ");
                self.unchanged_column(target, insert_target)
            }
            OnConflict::Update {
                overwrite,
                assignments,
                ..
            } => {
                self.check_upsert(overwrite, assignments)?;
                let new_row = match self.dialect {
                    Dialect::MySql => NewRow::Alias(self.new_alias()),
                    Dialect::MariaDb | Dialect::Sqlite | Dialect::Postgres => NewRow::Values,
                };
                if let NewRow::Alias(alias) = new_row {
                    self.push(" AS ");
                    self.alias(alias);
                }
                self.push(" ON DUPLICATE KEY UPDATE ");
                self.new_row = Some(new_row);
                self.upsert_assignments(overwrite, assignments)
            }
        }
    }

    fn check_upsert(&self, overwrite: &[Ident], assignments: &[Assignment]) -> Result<(), Error> {
        if overwrite.is_empty() && assignments.is_empty() {
            return Err(self.malformed("an upsert changes no column; do nothing instead"));
        }
        Ok(())
    }

    fn upsert_assignments(
        &mut self,
        overwrite: &'q [Ident],
        assignments: &'q [Assignment],
    ) -> Result<(), Error> {
        for (i, column) in overwrite.iter().enumerate() {
            if i > 0 {
                self.push(", ");
            }
            self.ident(column);
            self.push(" = ");
            self.new_value(|writer| writer.ident(column))?;
        }
        if !overwrite.is_empty() && !assignments.is_empty() {
            self.push(", ");
        }
        self.assignments(assignments)?;
        self.check_order(assignments, overwrite)
    }

    /// A column of the row that was to be inserted.
    pub(super) fn excluded(&mut self, column: &'q ColumnRef) -> Result<(), Error> {
        let own = column.path.hop.is_none()
            && matches!(
                &self.scope.roots[..],
                [root] if std::ptr::eq(root.table, column.path.table)
            );
        if !own {
            let (model, field) = (column.path.table.model, column.column.field);
            return Err(self.malformed(format!(
                "`{model}.{field}` is no column of the row that was to be inserted"
            )));
        }
        self.beside = Some((column.path.table.model, column.column.field));
        self.new_value(|writer| writer.quoted(&column.column.quoted))
    }

    fn new_value(&mut self, name: impl FnOnce(&mut Self)) -> Result<(), Error> {
        match self.new_row {
            Some(NewRow::Excluded) => self.push("excluded."),
            Some(NewRow::Alias(alias)) => {
                self.alias(alias);
                self.push(".");
            }
            Some(NewRow::Values) => self.push("VALUES("),
            None => {
                return Err(self.malformed(
                    "it names the row that was to be inserted, and there is none; that is for what \
                     an upsert assigns",
                ));
            }
        }
        name(self);
        if let Some(NewRow::Values) = self.new_row {
            self.push(")");
        }
        Ok(())
    }

    fn unchanged_column(
        &mut self,
        conflict: &'q [Ident],
        target: &'q InsertTarget,
    ) -> Result<(), Error> {
        let (table, columns) = match target {
            InsertTarget::Model(table)
            | InsertTarget::ModelGenerated(table)
            | InsertTarget::Columns(table, _) => {
                let key = table
                    .primary_key
                    .first()
                    .and_then(|&at| table.columns.get(at));
                let Some(column) = key.or(table.columns.first()) else {
                    return Err(self.malformed("the table has no columns"));
                };
                self.quoted(&column.quoted);
                self.push(" = ");
                self.named_column((table, TableName::Own), column);
                return Ok(());
            }
            InsertTarget::Named { table, columns } => (table, columns),
        };
        let Some(column) = conflict.first().or(columns.first()) else {
            return Err(self.malformed("it names no column"));
        };
        self.ident(column);
        self.push(" = ");
        self.ident(table);
        self.push(".");
        self.ident(column);
        Ok(())
    }
}
