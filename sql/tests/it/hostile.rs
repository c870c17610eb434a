//! Any text is a name, and any name stays one.

use insta::assert_snapshot;
use testudo_sql::ddl::{ColumnDefinition, CreateIndex, CreateTable, DropTable};
use testudo_sql::schema::ColumnType;
use testudo_sql::{
    Assignment, CompareOp, Delete, Dialect, Expr, Insert, InsertTarget, Projection, QualifiedName,
    Select, SelectItem, Source, Update,
};

use crate::snapshot::{Statement, side_by_side};

const NAMES: [&str; 6] = [
    r#"a"b"#,
    "a`b",
    "select",
    "a'; DROP TABLE users; --",
    r"back\slash",
    "größe ☃",
];

/// What stands between quotes, unescaped, in the order of the text.
fn quoted_names(dialect: Dialect, sql: &str) -> Vec<String> {
    let quote = match dialect {
        Dialect::Sqlite | Dialect::Postgres => '"',
        Dialect::MySql | Dialect::MariaDb => '`',
    };
    let (mut names, mut chars) = (Vec::new(), sql.chars().peekable());
    while chars.find(|c| *c == quote).is_some() {
        let mut name = String::new();
        while let Some(c) = chars.next() {
            match c {
                c if c == quote && chars.next_if_eq(&quote).is_none() => break,
                c => name.push(c),
            }
        }
        names.push(name);
    }
    names
}

fn only_quotes(statement: &impl Statement, name: &str) {
    for dialect in Dialect::ALL {
        let sql = statement.compile_for(dialect).unwrap().sql;
        let names = quoted_names(dialect, &sql);
        assert!(!names.is_empty());
        assert!(
            names.iter().all(|quoted| quoted == name),
            "{dialect}: {sql}"
        );
    }
}

fn source(name: &str) -> Source {
    Source::Named {
        table: name.into(),
        alias: None,
    }
}

fn filter(name: &str) -> Expr {
    let column = QualifiedName {
        table: Some(name.into()),
        name: name.into(),
    };
    Expr::comparison(
        Expr::Name(Box::new(column)),
        CompareOp::Eq,
        Expr::Value(name.into()),
    )
}

#[test]
fn a_hostile_name_is_quoted_in_every_statement() {
    for name in NAMES {
        let items = vec![SelectItem {
            expr: Expr::name(name),
            alias: Some(name.into()),
        }];
        let mut select = Select::new(
            Projection::Items(items),
            Source::Named {
                table: name.into(),
                alias: Some(name.into()),
            },
        );
        select.add_filter(filter(name));
        select.order_by = vec![Expr::name(name).asc()];
        only_quotes(&select, name);
        only_quotes(
            &Delete {
                target: source(name),
                filter: Some(filter(name)),
                returning: vec![],
            },
            name,
        );
        let assignments = vec![Assignment::Named(name.into(), Expr::Value(name.into()))];
        only_quotes(
            &Update {
                target: source(name),
                assignments,
                filter: Some(filter(name)),
                returning: vec![],
            },
            name,
        );
        let target = InsertTarget::Named {
            table: name.into(),
            columns: vec![name.into()],
        };
        let values = vec![name.into()];
        only_quotes(
            &Insert {
                target,
                values,
                on_conflict: None,
                returning: vec![],
            },
            name,
        );
    }
}

#[test]
fn quotes_in_names_are_doubled() {
    let select = |name: &str| {
        let items = vec![SelectItem {
            expr: Expr::name(name),
            alias: None,
        }];
        let select = Select::new(Projection::Items(items), source(name));
        side_by_side(|dialect| Ok(select.compile(dialect)?.sql.replace('`', "´")))
    };
    assert_snapshot!(select(r#"a"b"#), @r#"
    SQLite, Postgres: SELECT "a""b" FROM "a""b"
    MySQL, MariaDB: SELECT ´a"b´ FROM ´a"b´
    "#);
    assert_snapshot!(select("a`b"), @r#"
    SQLite, Postgres: SELECT "a´b" FROM "a´b"
    MySQL, MariaDB: SELECT ´a´´b´ FROM ´a´´b´
    "#);
}

#[test]
fn a_hostile_name_is_quoted_in_definitions() {
    for name in NAMES {
        let mut create = CreateTable::new(name);
        create.columns.push(ColumnDefinition {
            name: name.into(),
            ty: ColumnType::Int,
            nullable: false,
            generated: false,
            default: None,
        });
        create.primary_key = vec![name.into()];
        let index = CreateIndex {
            name: name.into(),
            table: name.into(),
            columns: vec![name.into()],
            unique: true,
            if_not_exists: false,
        };
        for dialect in Dialect::ALL {
            let drop = DropTable {
                name: name.into(),
                if_exists: true,
            }
            .compile(dialect);
            for sql in [
                create.compile(dialect).unwrap(),
                index.compile(dialect).unwrap(),
                drop,
            ] {
                let names = quoted_names(dialect, &sql);
                assert!(
                    names.iter().all(|quoted| quoted == name),
                    "{dialect}: {sql}"
                );
            }
        }
    }
}

#[test]
fn a_name_with_nul_is_refused() {
    let select = Select::new(Projection::One, source("a\0b"));
    for dialect in Dialect::ALL {
        assert!(select.compile(dialect).unwrap_err().is_malformed());
    }
    assert_snapshot!(select.compile(Dialect::Sqlite).unwrap_err(), @"cannot compile SELECT: a name contains NUL, where the text of a statement ends for the server");
}
