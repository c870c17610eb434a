//! Lookups: from a column or expression and a value to a condition.

use testudo_sql::{Between, CompareOp, Direction, Expr, In, InSet, Like, LikeKind, Regex, Value};

use crate::expression::{Expression, Text, on_columns_and_expressions};
use crate::operand::{IntoOperand, Operand};
use crate::order::Ordering;
use crate::quantify::{quantified, some_row};
use crate::{Column, FieldType, Filter, Model};

impl<M: Model, T> Column<M, T> {
    fn compare(self, op: CompareOp, operand: Operand) -> Filter<M> {
        let column = self.reference();
        match operand {
            Operand::Value(value) => {
                let compared = Expr::Compare { column, op, value };
                Filter::from_expr(some_row(column.path, compared))
            }
            Operand::Expr(right) => condition(Expr::comparison(self.into_expr(), op, right)),
        }
    }

    /// The condition on this column alone.
    fn satisfies(self, condition: impl FnOnce(Expr) -> Expr) -> Filter<M> {
        let path = self.reference().path;
        Filter::from_expr(some_row(path, condition(self.into_expr())))
    }
}

impl<M: Model, T, K> Expression<M, T, K> {
    fn compare(self, op: CompareOp, operand: Operand) -> Filter<M> {
        condition(Expr::comparison(self.into_expr(), op, operand.into_expr()))
    }

    /// The condition on this expression alone.
    fn satisfies(self, condition: impl FnOnce(Expr) -> Expr) -> Filter<M> {
        self::condition(condition(self.into_expr()))
    }
}

fn condition<M>(condition: Expr) -> Filter<M> {
    Filter::from_expr(quantified(condition))
}

/// The expression looked for in a list of values.
fn one_of(expr: Expr, values: Vec<Value>, negated: bool) -> Expr {
    match (expr, InSet::of(values)) {
        (Expr::Column(column), InSet::Values(values)) => Expr::ColumnIn {
            column,
            values,
            negated,
        },
        (expr, set) => Expr::In(Box::new(In { expr, set, negated })),
    }
}

on_columns_and_expressions!(<T: FieldType> {
    /// Equal; `None` means NULL.
    pub fn eq(self, value: impl IntoOperand<M, T>) -> Filter<M> {
        self.compare(CompareOp::Eq, value.into_operand())
    }

    /// Not equal: the opposite of [`eq`](Self::eq), so NULL is not equal to any value.
    pub fn ne(self, value: impl IntoOperand<M, T>) -> Filter<M> {
        self.compare(CompareOp::Ne, value.into_operand())
    }

    /// Greater than.
    pub fn gt(self, value: impl IntoOperand<M, T>) -> Filter<M> {
        self.compare(CompareOp::Gt, value.into_operand())
    }

    /// Greater than or equal to.
    pub fn gte(self, value: impl IntoOperand<M, T>) -> Filter<M> {
        self.compare(CompareOp::Ge, value.into_operand())
    }

    /// Less than.
    pub fn lt(self, value: impl IntoOperand<M, T>) -> Filter<M> {
        self.compare(CompareOp::Lt, value.into_operand())
    }

    /// Less than or equal to.
    pub fn lte(self, value: impl IntoOperand<M, T>) -> Filter<M> {
        self.compare(CompareOp::Le, value.into_operand())
    }

    /// From `low` to `high`, both included.
    pub fn range(
        self,
        low: impl IntoOperand<M, T>,
        high: impl IntoOperand<M, T>,
    ) -> Filter<M> {
        condition(Expr::Between(Box::new(Between {
            expr: self.into_expr(),
            low: low.into_operand().into_expr(),
            high: high.into_operand().into_expr(),
            negated: false,
        })))
    }

    /// One of these; no row when there are none.
    pub fn is_in<V: IntoOperand<M, T>>(self, values: impl IntoIterator<Item = V>) -> Filter<M> {
        self.membership(values, false)
    }

    /// None of these: the opposite of [`is_in`](Self::is_in); every row when there are none.
    pub fn not_in<V: IntoOperand<M, T>>(self, values: impl IntoIterator<Item = V>) -> Filter<M> {
        self.membership(values, true)
    }

    fn membership<V: IntoOperand<M, T>>(
        self,
        values: impl IntoIterator<Item = V>,
        negated: bool,
    ) -> Filter<M> {
        let values = values.into_iter();
        let (mut binds, mut others) = (Vec::with_capacity(values.size_hint().0), Vec::new());
        for value in values {
            match value.into_operand() {
                Operand::Value(value) => binds.push(value),
                Operand::Expr(other) => others.push(other),
            }
        }
        if others.is_empty() {
            return self.satisfies(|expr| one_of(expr, binds, negated));
        }
        let expr = self.into_expr();
        let mut any = one_of(expr.clone(), binds, negated);
        for other in others {
            any = match negated {
                true => any.and(Expr::comparison(expr.clone(), CompareOp::Ne, other)),
                false => any.or(Expr::comparison(expr.clone(), CompareOp::Eq, other)),
            };
        }
        condition(any)
    }

    /// NULL. Over a relation to many rows: some row has NULL there; for "there is no such row" write
    /// `!User::orders().id.is_not_null()`.
    pub fn is_null(self) -> Filter<M> {
        self.satisfies(|expr| Expr::IsNull(Box::new(expr)))
    }

    /// Not NULL.
    pub fn is_not_null(self) -> Filter<M> {
        self.satisfies(|expr| Expr::IsNotNull(Box::new(expr)))
    }

    /// Ascending order.
    #[must_use]
    pub fn asc(self) -> Ordering<M> {
        Ordering::of::<T>(self.into_expr(), Direction::Asc)
    }

    /// Descending order.
    #[must_use]
    pub fn desc(self) -> Ordering<M> {
        Ordering::of::<T>(self.into_expr(), Direction::Desc)
    }
});

macro_rules! text_lookups {
    ($($(#[$doc:meta])* $name:ident: $kind:ident $(, $insensitive:ident)?;)*) => {
        on_columns_and_expressions!(<T: Text> {$(
            $(#[$doc])*
            /// `%` and `_` in the text stand for themselves.
            pub fn $name(self, text: impl AsRef<str>) -> Filter<M> {
                self.satisfies(|expr| {
                    Like::new(expr, LikeKind::$kind, text.as_ref())$(.$insensitive())?.into()
                })
            }
        )*});
    };
}

text_lookups! {
    /// Has the text in it.
    contains: Contains;
    /// Has the text in it, in upper or lower case.
    icontains: Contains, case_insensitive;
    /// Begins with the text.
    startswith: StartsWith;
    /// Begins with the text, in upper or lower case.
    istartswith: StartsWith, case_insensitive;
    /// Ends with the text.
    endswith: EndsWith;
    /// Ends with the text, in upper or lower case.
    iendswith: EndsWith, case_insensitive;
    /// Is the text, in upper or lower case.
    iexact: Exact, case_insensitive;
}

macro_rules! regex_lookups {
    ($($(#[$doc:meta])* $name:ident: $case_insensitive:literal;)*) => {
        on_columns_and_expressions!(<T: Text> {$(
            $(#[$doc])*
            ///
            /// The language is the server's own: [ARE](https://www.postgresql.org/docs/current/functions-matching.html)
            /// on Postgres, [ICU](https://unicode-org.github.io/icu/userguide/strings/regexp.html) on MySQL,
            /// [PCRE](https://www.pcre.org) on MariaDB, and on SQLite that of the crate
            /// [`regex`](https://docs.rs/regex/latest/regex/#syntax), without look-around and back references.
            /// Letters, classes, groups, alternatives, repetitions and anchors are the same in all of them.
            ///
            /// A pool of SQLite that is handed over to `Db` needs `SqliteConnectOptions::with_regexp`.
            pub fn $name(self, pattern: impl AsRef<str>) -> Filter<M> {
                self.satisfies(|expr| {
                    Expr::Regex(Box::new(Regex {
                        expr,
                        pattern: pattern.as_ref().into(),
                        case_insensitive: $case_insensitive,
                    }))
                })
            }
        )*});
    };
}

regex_lookups! {
    /// Has a text in it that a regular expression describes.
    regex: false;
    /// Has a text in it that a regular expression describes, in upper or lower case.
    iregex: true;
}
