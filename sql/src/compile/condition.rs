//! Comparisons, BETWEEN, IS NULL, and the complement of each condition.

use crate::compile::expr::Binding;
use crate::compile::kind::{Kind, kind};
use crate::compile::writer::Writer;
use crate::schema::ColumnType;
use crate::{Between, ColumnRef, CompareOp, Comparison, Dialect, Error, Expr, Value};

impl CompareOp {
    fn symbol(self) -> &'static str {
        match self {
            CompareOp::Eq => " = ",
            CompareOp::Ne => " <> ",
            CompareOp::Lt => " < ",
            CompareOp::Le => " <= ",
            CompareOp::Gt => " > ",
            CompareOp::Ge => " >= ",
        }
    }

    fn complement(self) -> CompareOp {
        match self {
            CompareOp::Eq => CompareOp::Ne,
            CompareOp::Ne => CompareOp::Eq,
            CompareOp::Lt => CompareOp::Ge,
            CompareOp::Le => CompareOp::Gt,
            CompareOp::Gt => CompareOp::Le,
            CompareOp::Ge => CompareOp::Lt,
        }
    }
}

/// A comparison as it is written: `<>` is the complement of `=`, and so is `!(a < b)` of `a < b`.
struct Written {
    op: CompareOp,
    /// `(a op b) IS NOT TRUE`
    complement: bool,
}

impl Written {
    fn new(op: CompareOp, negated: bool, nullable: bool) -> Written {
        match (op, negated, nullable) {
            (CompareOp::Ne, true, _) => Written {
                op: CompareOp::Eq,
                complement: false,
            },
            (CompareOp::Ne, false, true) => Written {
                op: CompareOp::Eq,
                complement: true,
            },
            (op, true, true) => Written {
                op,
                complement: true,
            },
            (op, true, false) => Written {
                op: op.complement(),
                complement: false,
            },
            (op, false, _) => Written {
                op,
                complement: false,
            },
        }
    }
}

impl<'q> Writer<'q> {
    /// The most frequent condition: a column and a bind.
    pub(super) fn compare(
        &mut self,
        column: &'q ColumnRef,
        op: CompareOp,
        value: &'q Value,
        place: Binding,
    ) -> Result<(), Error> {
        self.open(Binding::Comparison, place);
        match op {
            CompareOp::Ne => self.compare_or_complement(column, op, false, value)?,
            _ if value.is_null() => self.compare_or_complement(column, op, false, value)?,
            op => {
                self.column(column)?;
                self.push(op.symbol());
                self.operand(column, value);
            }
        }
        self.close(Binding::Comparison, place);
        Ok(())
    }

    fn compare_or_complement(
        &mut self,
        column: &'q ColumnRef,
        op: CompareOp,
        negated: bool,
        value: &'q Value,
    ) -> Result<(), Error> {
        if value.is_null() {
            let not = self.null_test(op, negated)?;
            self.column(column)?;
            self.push(if not { " IS NOT NULL" } else { " IS NULL" });
            return Ok(());
        }
        let nullable = self.column_nullable(column);
        let Written { op, complement } = Written::new(op, negated, nullable);
        if complement {
            self.sql.push('(');
        }
        self.column(column)?;
        self.push(op.symbol());
        self.operand(column, value);
        if complement {
            self.push(") IS NOT TRUE");
        }
        Ok(())
    }

    /// A bind beside a column. MySQL compares a JSON column with text by their texts.
    fn operand(&mut self, column: &ColumnRef, value: &'q Value) {
        let json = self.dialect == Dialect::MySql && column.column.ty == ColumnType::Json;
        if json {
            self.push("CAST(");
        }
        self.bind(value);
        if json {
            self.push(" AS JSON)");
        }
    }

    /// Whether a comparison with NULL is IS NOT NULL.
    fn null_test(&self, op: CompareOp, negated: bool) -> Result<bool, Error> {
        match op {
            CompareOp::Eq => Ok(negated),
            CompareOp::Ne => Ok(!negated),
            CompareOp::Lt | CompareOp::Le | CompareOp::Gt | CompareOp::Ge => {
                Err(self.malformed(format!(
                    "`{}` with NULL is never true; test with `=` or `<>`, which mean IS NULL and \
                     IS NOT NULL",
                    op.symbol().trim()
                )))
            }
        }
    }

    /// One side of a comparison. As a bind beside a column, MySQL takes a document for its text.
    fn side(&mut self, side: &'q Expr, other: &Expr) -> Result<(), Error> {
        match side {
            Expr::Value(value)
                if self.dialect == Dialect::MySql && kind(other) == Some(Kind::Json) =>
            {
                self.push("CAST(");
                self.bind(value);
                self.push(" AS JSON)");
                Ok(())
            }
            side => self.expr(side, Binding::Sum),
        }
    }

    pub(super) fn comparison(
        &mut self,
        comparison: &'q Comparison,
        place: Binding,
    ) -> Result<(), Error> {
        self.comparison_or_complement(comparison, false, place)
    }

    fn comparison_or_complement(
        &mut self,
        comparison: &'q Comparison,
        negated: bool,
        place: Binding,
    ) -> Result<(), Error> {
        let Comparison { left, op, right } = comparison;
        let tested = match (left, right) {
            (tested, Expr::Value(Value::Null)) | (Expr::Value(Value::Null), tested) => Some(tested),
            _ => None,
        };
        if let Some(tested) = tested {
            let not = self.null_test(*op, negated)?;
            return self.is_null(tested, not, place);
        }
        let nullable =
            (negated || *op == CompareOp::Ne) && (self.nullable(left) || self.nullable(right));
        let Written { op, complement } = Written::new(*op, negated, nullable);
        self.open(Binding::Comparison, place);
        if complement {
            self.sql.push('(');
        }
        self.side(left, right)?;
        self.push(op.symbol());
        self.side(right, left)?;
        if complement {
            self.push(") IS NOT TRUE");
        }
        self.close(Binding::Comparison, place);
        Ok(())
    }

    pub(super) fn is_null(
        &mut self,
        expr: &'q Expr,
        not: bool,
        place: Binding,
    ) -> Result<(), Error> {
        self.open(Binding::Comparison, place);
        self.expr(expr, Binding::Sum)?;
        self.push(if not { " IS NOT NULL" } else { " IS NULL" });
        self.close(Binding::Comparison, place);
        Ok(())
    }

    /// The complement of a condition. Nested negations are counted, not descended into.
    pub(super) fn not(&mut self, mut expr: &'q Expr, place: Binding) -> Result<(), Error> {
        let mut negated = true;
        while let Expr::Not(inner) = expr {
            expr = inner;
            negated = !negated;
        }
        if !negated {
            return self.expr(expr, place);
        }
        match expr {
            Expr::Compare { column, op, value } => {
                self.open(Binding::Comparison, place);
                self.compare_or_complement(column, *op, true, value)?;
                self.close(Binding::Comparison, place);
                Ok(())
            }
            Expr::Comparison(comparison) => self.comparison_or_complement(comparison, true, place),
            Expr::IsNull(inner) => self.is_null(inner, true, place),
            Expr::IsNotNull(inner) => self.is_null(inner, false, place),
            Expr::ColumnIn {
                column,
                values,
                negated,
            } => self.column_in(column, values, !negated, place),
            Expr::In(set) => self.in_set(set, !set.negated, place),
            Expr::Between(between) => self.between(between, !between.negated, place),
            Expr::Like(like) => self.like(like, !like.negated, place),
            Expr::And(all) if all.is_empty() => {
                self.constant(false, place);
                Ok(())
            }
            Expr::Or(all) if all.is_empty() => {
                self.constant(true, place);
                Ok(())
            }
            expr if self.nullable(expr) => {
                self.open(Binding::Comparison, place);
                self.expr(expr, Binding::Atom)?;
                self.push(" IS NOT TRUE");
                self.close(Binding::Comparison, place);
                Ok(())
            }
            expr => {
                self.open(Binding::Not, place);
                self.push("NOT ");
                self.expr(expr, Binding::Atom)?;
                self.close(Binding::Not, place);
                Ok(())
            }
        }
    }

    pub(super) fn between(
        &mut self,
        between: &'q Between,
        negated: bool,
        place: Binding,
    ) -> Result<(), Error> {
        let Between {
            expr, low, high, ..
        } = between;
        if [low, high]
            .iter()
            .any(|end| matches!(end, Expr::Value(Value::Null)))
        {
            return Err(
                self.malformed("an end of BETWEEN is NULL; compare with the other end alone")
            );
        }
        let nullable = negated && [expr, low, high].iter().any(|expr| self.nullable(expr));
        self.open(Binding::Comparison, place);
        if nullable {
            self.sql.push('(');
        }
        self.expr(expr, Binding::Sum)?;
        self.push(if negated && !nullable {
            " NOT BETWEEN "
        } else {
            " BETWEEN "
        });
        self.expr(low, Binding::Sum)?;
        self.push(" AND ");
        self.expr(high, Binding::Sum)?;
        if nullable {
            self.push(") IS NOT TRUE");
        }
        self.close(Binding::Comparison, place);
        Ok(())
    }
}
