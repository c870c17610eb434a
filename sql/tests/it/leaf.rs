//! The leaves for what is frequent mean what the general forms mean.

use testudo_sql::schema::{Column, ColumnType, Path, Quoted};
use testudo_sql::{
    Aggregate, ArithmeticOp, ColumnRef, CompareOp, Dialect, Expr, In, InSet, Select, Value,
};

use crate::models::{ORDER, ORDERS, USERS, column, column_ref, filtered, selected};

/// Text and binds in every dialect.
fn compiled(select: &Select) -> Vec<(String, Vec<Value>)> {
    let compile = |dialect: Dialect| {
        let compiled = select.compile(dialect).unwrap();
        (compiled.sql, compiled.binds.into_iter().cloned().collect())
    };
    Dialect::ALL.map(compile).into()
}

#[test]
fn a_column_in_a_list_is_the_same_as_an_expression_in_a_list() {
    let nullable: (&'static Path, &str) = (&ORDERS, "note");
    let required: (&'static Path, &str) = (&ORDERS, "status");
    let lists: [Vec<Value>; 4] = [
        vec![],
        vec!["a".into(), "b".into()],
        vec!["a".into(), Value::Null],
        vec![Value::Null],
    ];
    for (path, field) in [nullable, required] {
        for values in &lists {
            let leaf = Expr::ColumnIn {
                column: column_ref(path, field),
                values: values.clone(),
                negated: false,
            };
            let general = Expr::In(Box::new(In {
                expr: column(path, field),
                set: InSet::Values(values.clone()),
                negated: false,
            }));
            let pairs = [
                (leaf.clone(), general.clone()),
                (leaf.clone().negate(), general.clone().negate()),
                (
                    Expr::Not(Box::new(leaf.and(Expr::Or(vec![])))),
                    Expr::Not(Box::new(general.and(Expr::Or(vec![])))),
                ),
            ];
            for (leaf, general) in pairs {
                assert_eq!(
                    compiled(&filtered(&ORDER, leaf)),
                    compiled(&filtered(&ORDER, general))
                );
            }
        }
    }
}

/// A column of single precision, whose sum Postgres has to be told to widen.
static WEIGHT: Column = Column {
    field: "weight",
    name: "weight",
    quoted: Quoted {
        double: "\"weight\"",
        backtick: "`weight`",
    },
    qualified: Quoted {
        double: "\"orders\".\"weight\"",
        backtick: "`orders`.`weight`",
    },
    ty: ColumnType::Real,
    nullable: false,
    unique: false,
    generated: false,
    default: None,
    choices: None,
};

#[test]
fn an_aggregate_of_a_column_is_the_same_as_a_call() {
    let weight = ColumnRef {
        path: &ORDERS,
        column: &WEIGHT,
    };
    let columns = [
        column_ref(&ORDERS, "id"),
        column_ref(&ORDERS, "total"),
        column_ref(&USERS, "is_staff"),
        weight,
    ];
    let aggregates = [
        Aggregate::Count,
        Aggregate::Sum,
        Aggregate::Avg,
        Aggregate::Min,
        Aggregate::Max,
    ];
    for column in columns {
        for aggregate in aggregates {
            let table = column.path.table;
            let leaf = Expr::Aggregate(aggregate, column);
            let call = Expr::Function(Box::new(leaf.clone().into_call().unwrap()));
            let halved = |expr| Expr::arithmetic(expr, ArithmeticOp::Div, Expr::Value(2.into()));
            let nullable = |expr| Expr::comparison(expr, CompareOp::Ne, Expr::Value(2.into()));
            for wrap in [&halved as &dyn Fn(Expr) -> Expr, &nullable, &|expr| expr] {
                assert_eq!(
                    compiled(&selected(table, wrap(leaf.clone()))),
                    compiled(&selected(table, wrap(call.clone())))
                );
            }
        }
    }
}
