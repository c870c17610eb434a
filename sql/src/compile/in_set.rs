//! IN: lists and subqueries, NULL in them, and the complement.

use crate::compile::expr::Binding;
use crate::compile::writer::Writer;
use crate::{ColumnRef, Dialect, Error, Expr, In, InSet, Projection, Select, Value};

/// What is looked for.
#[derive(Clone, Copy)]
enum Subject<'q> {
    Column(&'q ColumnRef),
    Expr(&'q Expr),
}

/// How a list reaches the server.
#[derive(Clone, Copy)]
enum List<'q> {
    /// Each value as a bind of its own.
    Binds(&'q [Value]),
    /// All as one array.
    Array(&'q Value),
    /// All as one JSON document.
    Json(&'q Value, Item),
}

/// What survives the way through a JSON document unchanged. Any other value, and text with NUL,
/// where SQLite ends it, keeps a bind of its own, of which a statement takes so many and no more.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Item {
    Integer,
    Text,
    Uuid,
    Date,
}

impl<'q> List<'q> {
    fn of(array: &'q Value, dialect: Dialect) -> Self {
        let Value::Array(values) = array else {
            return List::Binds(std::slice::from_ref(array));
        };
        match dialect {
            // An array has one type, and so has what it is compared with.
            Dialect::Postgres => List::Array(array),
            Dialect::Sqlite | Dialect::MySql | Dialect::MariaDb => match Item::of_all(values) {
                Some(item) => List::Json(array, item),
                None => List::Binds(values),
            },
        }
    }

    fn values(self) -> &'q [Value] {
        match self {
            List::Binds(values) => values,
            List::Array(array) | List::Json(array, _) => match array {
                Value::Array(values) => values,
                single => std::slice::from_ref(single),
            },
        }
    }
}

impl Item {
    fn of(value: &Value) -> Option<Item> {
        match value {
            Value::I16(_) | Value::I32(_) | Value::I64(_) => Some(Item::Integer),
            Value::Text(text) => (!text.contains('\0')).then_some(Item::Text),
            Value::Uuid(_) => Some(Item::Uuid),
            Value::Date(_) => Some(Item::Date),
            _ => None,
        }
    }

    /// What all values are, but for NULL.
    fn of_all(values: &[Value]) -> Option<Item> {
        let mut items = values.iter().filter(|v| !v.is_null()).map(Item::of);
        let first = items.next()??;
        items.all(|item| item == Some(first)).then_some(first)
    }
}

impl<'q> Writer<'q> {
    pub(super) fn in_set(
        &mut self,
        set: &'q In,
        negated: bool,
        place: Binding,
    ) -> Result<(), Error> {
        if let Expr::Row(parts) = &set.expr {
            return self.row_in_set(parts, set, negated, place);
        }
        match &set.set {
            InSet::Values(values) => self.in_list(
                Subject::Expr(&set.expr),
                List::Binds(values),
                negated,
                place,
            ),
            InSet::Array(array) => {
                let list = List::of(array, self.dialect);
                self.in_list(Subject::Expr(&set.expr), list, negated, place)
            }
            InSet::Select(select) => {
                self.one_column(select)?;
                let nullable =
                    negated && (self.nullable(&set.expr) || !self.never_null_select(select));
                self.open(Binding::Comparison, place);
                self.in_head(Subject::Expr(&set.expr), negated, nullable)?;
                self.in_select(select)?;
                self.in_tail(nullable);
                self.close(Binding::Comparison, place);
                Ok(())
            }
        }
    }

    pub(super) fn column_in(
        &mut self,
        column: &'q ColumnRef,
        values: &'q [Value],
        negated: bool,
        place: Binding,
    ) -> Result<(), Error> {
        self.in_list(Subject::Column(column), List::Binds(values), negated, place)
    }

    /// A list with NULL in it means IN the others or IS NULL.
    fn in_list(
        &mut self,
        subject: Subject<'q>,
        list: List<'q>,
        negated: bool,
        place: Binding,
    ) -> Result<(), Error> {
        let values = list.values();
        let nulls = values.iter().filter(|value| value.is_null()).count();
        if values.is_empty() {
            self.constant(negated, place);
            return Ok(());
        }
        if nulls == values.len() {
            return self.in_null(subject, negated, place);
        }
        let (word, operator) = match negated {
            false => (" OR ", Binding::Or),
            true => (" AND ", Binding::And),
        };
        let outer = if nulls > 0 {
            operator
        } else {
            Binding::Comparison
        };
        // With `AND x IS NOT NULL` beside it, a plain NOT IN is never unknown where it counts.
        let nullable = negated && nulls == 0 && self.subject_nullable(subject);
        self.open(outer, place);
        match list {
            List::Binds(values) => {
                self.in_head(subject, negated, nullable)?;
                self.in_binds(values);
            }
            List::Array(array) => {
                self.in_subject(subject, nullable)?;
                self.push(if negated && !nullable {
                    " <> ALL("
                } else {
                    " = ANY("
                });
                self.bind(array);
                self.sql.push(')');
            }
            List::Json(array, item) => {
                self.in_head(subject, negated, nullable)?;
                self.in_json(array, item);
            }
        }
        self.in_tail(nullable);
        if nulls > 0 {
            self.push(word);
            self.in_null(subject, negated, Binding::Comparison)?;
        }
        self.close(outer, place);
        Ok(())
    }

    fn in_binds(&mut self, values: &'q [Value]) {
        self.sql.push('(');
        self.binds.reserve(values.len());
        let mut first = true;
        for value in values.iter().filter(|value| !value.is_null()) {
            if !first {
                self.push(", ");
            }
            first = false;
            self.bind(value);
        }
        self.sql.push(')');
    }

    /// A subquery that takes the items out of a JSON document again.
    fn in_json(&mut self, array: &'q Value, item: Item) {
        match self.dialect {
            Dialect::Sqlite | Dialect::Postgres => {
                self.push(match item {
                    Item::Integer | Item::Text | Item::Date => "(SELECT value FROM json_each(",
                    Item::Uuid => "(SELECT unhex(value) FROM json_each(",
                });
                self.bind(array);
                self.push("))");
            }
            Dialect::MySql | Dialect::MariaDb => {
                self.push(match item {
                    Item::Integer | Item::Text | Item::Date => "(SELECT item FROM JSON_TABLE(",
                    Item::Uuid => "(SELECT UNHEX(item) FROM JSON_TABLE(",
                });
                self.bind(array);
                self.push(match item {
                    Item::Integer => ", '$[*]' COLUMNS (item BIGINT PATH '$')) AS ",
                    Item::Text => ", '$[*]' COLUMNS (item LONGTEXT PATH '$')) AS ",
                    Item::Uuid => ", '$[*]' COLUMNS (item CHAR(32) PATH '$')) AS ",
                    Item::Date => ", '$[*]' COLUMNS (item DATE PATH '$')) AS ",
                });
                let alias = self.new_alias();
                self.alias(alias);
                self.sql.push(')');
            }
        }
    }

    fn subject(&mut self, subject: Subject<'q>) -> Result<(), Error> {
        match subject {
            Subject::Column(column) => self.column(column),
            Subject::Expr(expr) => self.expr(expr, Binding::Sum),
        }
    }

    fn subject_nullable(&self, subject: Subject<'q>) -> bool {
        match subject {
            Subject::Column(column) => self.column_nullable(column),
            Subject::Expr(expr) => self.nullable(expr),
        }
    }

    fn in_null(&mut self, subject: Subject<'q>, not: bool, place: Binding) -> Result<(), Error> {
        self.open(Binding::Comparison, place);
        self.subject(subject)?;
        self.push(if not { " IS NOT NULL" } else { " IS NULL" });
        self.close(Binding::Comparison, place);
        Ok(())
    }

    fn in_head(
        &mut self,
        subject: Subject<'q>,
        negated: bool,
        nullable: bool,
    ) -> Result<(), Error> {
        self.in_subject(subject, nullable)?;
        self.push(if negated && !nullable {
            " NOT IN "
        } else {
            " IN "
        });
        Ok(())
    }

    fn in_subject(&mut self, subject: Subject<'q>, nullable: bool) -> Result<(), Error> {
        if nullable {
            self.sql.push('(');
        }
        self.subject(subject)
    }

    pub(super) fn in_tail(&mut self, nullable: bool) {
        if nullable {
            self.push(") IS NOT TRUE");
        }
    }

    /// MySQL and MariaDB refuse LIMIT directly within IN.
    pub(super) fn in_select(&mut self, select: &'q Select) -> Result<(), Error> {
        let limited = select.limit.limit.is_some() || select.limit.offset > 0;
        let wrapped = match self.dialect {
            Dialect::Sqlite | Dialect::Postgres => false,
            Dialect::MySql | Dialect::MariaDb => limited,
        };
        if !wrapped {
            return self.subquery(select);
        }
        self.push("(SELECT * FROM ");
        self.subquery(select)?;
        let alias = self.new_alias();
        self.push(" AS ");
        self.alias(alias);
        self.sql.push(')');
        Ok(())
    }

    /// Refuses a subquery that yields anything but one column.
    pub(super) fn one_column(&self, select: &Select) -> Result<(), Error> {
        if width(select) == 1 {
            return Ok(());
        }
        Err(self.malformed("a subquery used as a value or behind IN must select one column"))
    }
}

/// How many columns a subquery has; two stand for "more than one" where it joins models.
pub(super) fn width(select: &Select) -> usize {
    match &select.projection {
        Projection::Items(items) => items.len(),
        Projection::One => 1,
        Projection::Model(related) => match &select.source {
            crate::Source::Model(table) | crate::Source::Cte { table, .. }
                if related.is_empty() =>
            {
                table.columns.len()
            }
            _ => 2,
        },
    }
}
