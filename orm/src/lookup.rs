//! Lookups: from a column or expression and a value to a condition.

use testudo_sql::schema::Path;
use testudo_sql::{Between, CompareOp, Direction, Expr, In, InSet, Like, LikeKind, Value};

use crate::column::quantified;
use crate::expression::Expression;
use crate::operand::{IntoOperand, Operand};
use crate::order::Ordering;
use crate::{Column, FieldType, Filter, Model};

/// A type that text lookups work on.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not text",
    note = "`contains`, `startswith` and their kin need a column of `String` or `Option<String>`"
)]
pub trait Text: FieldType {}

impl Text for String {}
impl Text for Option<String> {}

impl<M: Model, T> Column<M, T> {
    fn compare(self, op: CompareOp, operand: Operand) -> Filter<M> {
        let column = self.reference();
        let paths = [Some(column.path), operand.path()];
        let compared = match operand {
            Operand::Value(value) => Expr::Compare { column, op, value },
            Operand::Expr(right, _) => Expr::comparison(self.expr(), op, right),
        };
        condition(paths, compared)
    }

    fn condition(self, condition: Expr) -> Filter<M> {
        self::condition([Some(self.reference().path)], condition)
    }

    fn subject(self) -> (Expr, Option<&'static Path>) {
        (self.expr(), Some(self.reference().path))
    }
}

impl<M: Model, T> Expression<M, T> {
    fn compare(self, op: CompareOp, operand: Operand) -> Filter<M> {
        let paths = [self.path(), operand.path()];
        condition(
            paths,
            Expr::comparison(self.into_expr(), op, operand.into_expr()),
        )
    }

    fn subject(self) -> (Expr, Option<&'static Path>) {
        let path = self.path();
        (self.into_expr(), path)
    }
}

fn condition<M>(
    paths: impl IntoIterator<Item = Option<&'static Path>>,
    condition: Expr,
) -> Filter<M> {
    Filter::from_expr(quantified(paths, condition))
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

macro_rules! lookups {
    ($subject:ident) => {
        impl<M: Model, T: FieldType> $subject<M, T> {
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
                let (expr, path) = self.subject();
                let (low, high) = (low.into_operand(), high.into_operand());
                let paths = [path, low.path(), high.path()];
                let (low, high) = (low.into_expr(), high.into_expr());
                condition(
                    paths,
                    Expr::Between(Box::new(Between {
                        expr,
                        low,
                        high,
                        negated: false,
                    })),
                )
            }

            /// One of these; no row when there are none.
            pub fn is_in<V: IntoOperand<M, T>>(
                self,
                values: impl IntoIterator<Item = V>,
            ) -> Filter<M> {
                self.membership(values, false)
            }

            /// None of these: the opposite of [`is_in`](Self::is_in); every row when there are none.
            pub fn not_in<V: IntoOperand<M, T>>(
                self,
                values: impl IntoIterator<Item = V>,
            ) -> Filter<M> {
                self.membership(values, true)
            }

            fn membership<V: IntoOperand<M, T>>(
                self,
                values: impl IntoIterator<Item = V>,
                negated: bool,
            ) -> Filter<M> {
                let values = values.into_iter();
                let (mut binds, mut others) =
                    (Vec::with_capacity(values.size_hint().0), Vec::new());
                for value in values {
                    match value.into_operand() {
                        Operand::Value(value) => binds.push(value),
                        Operand::Expr(other, path) => others.push((other, path)),
                    }
                }
                let (expr, path) = self.subject();
                if others.is_empty() {
                    return condition([path], one_of(expr, binds, negated));
                }
                let mut paths = vec![path];
                let mut any = one_of(expr.clone(), binds, negated);
                for (other, path) in others {
                    paths.push(path);
                    let op = if negated {
                        CompareOp::Ne
                    } else {
                        CompareOp::Eq
                    };
                    let one = Expr::comparison(expr.clone(), op, other);
                    any = if negated { any.and(one) } else { any.or(one) };
                }
                condition(paths, any)
            }

            /// NULL. Over a relation to many rows: some row has NULL there; for "there is no such row" write
            /// `!User::orders().id.is_not_null()`.
            pub fn is_null(self) -> Filter<M> {
                let (expr, path) = self.subject();
                condition([path], Expr::IsNull(Box::new(expr)))
            }

            /// Not NULL.
            pub fn is_not_null(self) -> Filter<M> {
                let (expr, path) = self.subject();
                condition([path], Expr::IsNotNull(Box::new(expr)))
            }

            /// Ascending order.
            #[must_use]
            pub fn asc(self) -> Ordering<M> {
                Ordering::of::<T>(self.subject().0, Direction::Asc)
            }

            /// Descending order.
            #[must_use]
            pub fn desc(self) -> Ordering<M> {
                Ordering::of::<T>(self.subject().0, Direction::Desc)
            }
        }
    };
}

lookups!(Column);
lookups!(Expression);

macro_rules! text_lookups {
    ($($(#[$doc:meta])* $name:ident: $kind:ident $(, $insensitive:ident)?;)*) => {
        impl<M: Model, T: Text> Column<M, T> {$(
            $(#[$doc])*
            /// `%` and `_` in the text stand for themselves.
            pub fn $name(self, text: impl AsRef<str>) -> Filter<M> {
                let like = Like::new(self.expr(), LikeKind::$kind, text.as_ref());
                self.condition(like$(.$insensitive())?.into())
            }
        )*}
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
