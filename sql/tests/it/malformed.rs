//! Statements that make no sense are errors that say why, never panics.

use insta::assert_snapshot;
use testudo_sql::{
    Assignment, Case, CompareOp, Delete, Dialect, Expr, Function, FunctionCall, In, InSet, Insert,
    InsertTarget, Join, JoinKind, OnConflict, Projection, Select, Source, Update, Value,
};

use crate::models::*;
use crate::snapshot::error;

fn insert(target: InsertTarget, values: usize) -> Insert {
    Insert {
        target,
        values: vec![Value::Bool(true); values],
        on_conflict: None,
        returning: vec![],
    }
}

fn update(assignments: Vec<Assignment>) -> Update {
    Update {
        target: Source::Model(&ORDER),
        assignments,
        filter: None,
        returning: vec![],
    }
}

#[test]
fn comparing_with_null() {
    assert_snapshot!(error(&orders_where(gt(&ORDERS, "note", Value::Null))), @"cannot compile SELECT: `>` with NULL is never true; test with `=` or `<>`, which mean IS NULL and IS NOT NULL");
    let expr = Expr::comparison(
        Expr::Value(Value::Null),
        CompareOp::Le,
        column(&ORDERS, "id"),
    );
    assert_snapshot!(error(&orders_where(expr.negate())), @"cannot compile SELECT: `<=` with NULL is never true; test with `=` or `<>`, which mean IS NULL and IS NOT NULL");
}

#[test]
fn a_column_of_a_model_that_is_not_in_the_query() {
    assert_snapshot!(error(&orders_where(eq(&TAGS, "name", "x"))), @"cannot compile SELECT: the column `name` of the model `Tag` is used in a statement that queries the model `Order`; join the model, or reach the column through a relation");
    assert_snapshot!(error(&orders_where(any(&USER_ORDERS, Expr::And(vec![])))), @"cannot compile SELECT: a path from the model `User` is used in a statement that queries the model `Order`; join the model, or reach the column through a relation");
    let named = Source::Named {
        table: "orders".into(),
        alias: None,
    };
    let mut select = Select::new(Projection::One, named);
    select.add_filter(eq(&ORDERS, "status", "x"));
    assert_snapshot!(error(&select), @"cannot compile SELECT: the column `status` of the model `Order` is used in a statement that queries no model; join the model, or reach the column through a relation");
}

#[test]
fn an_outer_column_without_a_query_around() {
    let filter = Expr::IsNull(Box::new(Expr::Outer(column_ref(&ORDERS, "note"))));
    assert_snapshot!(error(&orders_where(any(&ORDER_ITEMS, filter))), @"cannot compile SELECT: the outer column `note` is used outside a subquery; use the column itself");
}

#[test]
fn a_named_table_that_hides_the_one_meant() {
    let named = Source::Named {
        table: "Orders".into(),
        alias: None,
    };
    let mut inner = Select::new(Projection::One, named);
    inner.add_filter(Expr::IsNull(Box::new(Expr::Outer(column_ref(
        &ORDERS, "note",
    )))));
    assert_snapshot!(error(&orders_where(Expr::Exists(Box::new(inner)))), @"cannot compile SELECT: the table `orders` of a subquery hides the one of the query around it; give it an alias");
}

#[test]
fn an_alias_that_the_compiler_gave_away() {
    let named = Source::Named {
        table: "items".into(),
        alias: Some("t1".into()),
    };
    let inner = Select::new(Projection::One, named);
    let filter = eq(&USER_MANAGER, "username", "x").and(Expr::Exists(Box::new(inner)));
    assert_snapshot!(error(&filtered(&USER, filter)), @"cannot compile SELECT: the name `t1` of a subquery's table is one that the compiler gave to another; choose an alias that does not look like `t1`");
}

#[test]
fn projections_that_select_nothing_or_no_model() {
    let nothing = Select::new(Projection::Items(vec![]), Source::Model(&ORDER));
    assert_snapshot!(error(&nothing), @"cannot compile SELECT: it selects nothing; name at least one expression");
    let named = Source::Named {
        table: "orders".into(),
        alias: None,
    };
    assert_snapshot!(error(&Select::new(Projection::Model(vec![]), named)), @"cannot compile SELECT: it selects the columns of a model from what is no model; name the expressions");
}

#[test]
fn a_subquery_of_several_columns_used_as_a_value() {
    let set = In {
        expr: column(&ORDERS, "id"),
        set: InSet::Select(Box::new(Select::model(&TAG))),
        negated: false,
    };
    assert_snapshot!(error(&orders_where(Expr::In(Box::new(set)))), @"cannot compile SELECT: a subquery used as a value or behind IN must select one column");
}

#[test]
fn joins_with_the_wrong_condition() {
    let join = |kind, on| {
        let mut select = Select::new(Projection::One, Source::Model(&ORDER));
        select.clauses_mut().joins = vec![Join {
            kind,
            source: Source::Model(&TAG),
            on,
        }];
        error(&select)
    };
    assert_snapshot!(join(JoinKind::Inner, None), @"cannot compile SELECT: a join has no condition; give it one, or make it a CROSS JOIN");
    assert_snapshot!(join(JoinKind::Cross, Some(eq(&TAGS, "name", "x"))), @"cannot compile SELECT: a CROSS JOIN takes no condition; make it an INNER JOIN");
    let mut select = Select::new(Projection::One, Source::Model(&ORDER));
    let source = Source::Model(&ORDER);
    select.clauses_mut().joins = vec![Join {
        kind: JoinKind::Cross,
        source,
        on: None,
    }];
    assert_snapshot!(error(&select), @"cannot compile SELECT: the model `Order` is joined to itself; reach it through a relation, or name its table with an alias");
}

#[test]
fn functions_with_the_wrong_arguments() {
    let call = |function, args: Vec<Expr>, distinct| {
        let filter = None;
        let call = FunctionCall {
            function,
            args,
            distinct,
            filter,
        };
        error(&selected(&ORDER, Expr::Function(Box::new(call))))
    };
    assert_snapshot!(call(Function::Sum, vec![], false), @"cannot compile SELECT: SUM does not take 0 arguments");
    assert_snapshot!(call(Function::Count, vec![], true), @"cannot compile SELECT: COUNT(DISTINCT *) is not SQL; name an expression");
    assert_snapshot!(call(Function::Lower, vec![column(&ORDERS, "note")], true), @"cannot compile SELECT: LOWER is no aggregate, so it takes neither DISTINCT nor FILTER");
    assert_snapshot!(call(Function::Named("sleep(1); --"), vec![], false), @"cannot compile SELECT: `sleep(1); --` is not a function's name: letters, digits, `_` and `.` only");
    let case = Case {
        branches: vec![],
        otherwise: None,
    };
    assert_snapshot!(error(&selected(&ORDER, Expr::Case(Box::new(case)))), @"cannot compile SELECT: a CASE has no branch; give it at least one WHEN");
}

#[test]
fn values_that_do_not_fill_their_rows() {
    assert_snapshot!(error(&insert(InsertTarget::Model(&TAG), 3)), @"cannot compile INSERT: 3 values do not make full rows of 2 columns");
    assert_snapshot!(error(&insert(InsertTarget::Model(&TAG), 0)), @"cannot compile INSERT: it has no row; give it at least one");
    assert_snapshot!(error(&insert(InsertTarget::Columns(&TAG, vec![]), 1)), @"cannot compile INSERT: 1 values do not make full rows of 0 columns");
}

#[test]
fn more_binds_than_a_statement_takes() {
    assert_snapshot!(error(&insert(InsertTarget::Model(&TAG), 70_000)), @"
    cannot compile INSERT: it has 70000 bind parameters and SQLite takes 32766; split it into several
    cannot compile INSERT: it has 70000 bind parameters and Postgres takes 65535; split it into several
    cannot compile INSERT: it has 70000 bind parameters and MySQL takes 65535; split it into several
    cannot compile INSERT: it has 70000 bind parameters and MariaDB takes 65535; split it into several
    ");
    let set = In {
        expr: column(&ORDERS, "id"),
        set: InSet::Values(vec![1.into(); 40_000]),
        negated: false,
    };
    let select = orders_where(Expr::In(Box::new(set)));
    assert!(select.compile(Dialect::Postgres).is_ok());
    assert_snapshot!(select.compile(Dialect::Sqlite).unwrap_err(), @"cannot compile SELECT: it has 40000 bind parameters and SQLite takes 32766; split it into several");
}

#[test]
fn updates_that_assign_nothing_or_something_else() {
    assert_snapshot!(error(&update(vec![])), @"cannot compile UPDATE: it assigns nothing; name at least one column");
    let name = || Expr::Value("x".into());
    assert_snapshot!(error(&update(vec![Assignment::Column(&TAG.columns[1], name())])), @"cannot compile UPDATE: the model `Order` has no column `name`");
    let related = column(&ORDER_USER, "username");
    assert_snapshot!(error(&update(vec![Assignment::Column(&ORDER.columns[4], related)])), @"cannot compile UPDATE: the value for `status` is a column of a related table; take it from a subquery");
}

#[test]
fn an_upsert_that_changes_nothing() {
    let mut statement = insert(InsertTarget::Model(&TAG), 2);
    let target = vec!["name".into()];
    statement.on_conflict = Some(OnConflict::Update {
        target,
        overwrite: vec![],
        assignments: vec![],
    });
    assert_snapshot!(error(&statement), @"cannot compile INSERT: an upsert changes no column; do nothing instead");
}

#[test]
fn a_subquery_as_the_target_of_a_change() {
    let select = Box::new(Select::model(&TAG));
    let target = Source::Subquery {
        select,
        alias: "x".into(),
    };
    assert_snapshot!(error(&Delete { target, filter: None, returning: vec![] }), @"cannot compile DELETE: its target is a subquery; name a table");
}

#[test]
fn a_path_that_leads_nowhere() {
    assert_snapshot!(error(&orders_where(any(&ORDERS, Expr::And(vec![])))), @"cannot compile SELECT: the path of a condition on related rows leads nowhere; it needs a relation");
}

#[test]
fn nesting_without_end() {
    let mut filter = eq(&ORDERS, "id", 1_i64);
    for n in 0..2_000_i64 {
        filter = Expr::Or(vec![eq(&ORDERS, "id", n), Expr::And(vec![filter])]).negate();
    }
    assert_snapshot!(error(&orders_where(filter)), @"cannot compile SELECT: an expression is nested more than 1000 levels deep; collect the operands of AND and OR in one list");
}
