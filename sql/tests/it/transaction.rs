//! The beginning of a transaction.

use insta::assert_snapshot;
use testudo_sql::{Begin, Dialect, IsolationLevel, TransactionBehavior};

use crate::snapshot::side_by_side;

fn begin(begin: Begin) -> String {
    side_by_side(|dialect| {
        Ok(begin
            .compile(dialect)
            .unwrap_or("BEGIN".into())
            .into_owned())
    })
}

fn at(level: IsolationLevel) -> Begin {
    Begin {
        isolation: Some(level),
        ..Begin::default()
    }
}

fn read_only() -> Begin {
    Begin {
        read_only: true,
        ..Begin::default()
    }
}

fn on_sqlite(sqlite: TransactionBehavior) -> Begin {
    Begin {
        sqlite,
        ..Begin::default()
    }
}

#[test]
fn a_level_is_part_of_the_beginning_where_the_server_knows_levels() {
    assert_snapshot!(begin(Begin::default()), @"BEGIN");
    assert_snapshot!(begin(at(IsolationLevel::ReadUncommitted)), @"
    SQLite: BEGIN
    Postgres: BEGIN ISOLATION LEVEL READ UNCOMMITTED
    MySQL, MariaDB: SET TRANSACTION ISOLATION LEVEL READ UNCOMMITTED; START TRANSACTION
    ");
    assert_snapshot!(begin(at(IsolationLevel::ReadCommitted)), @"
    SQLite: BEGIN
    Postgres: BEGIN ISOLATION LEVEL READ COMMITTED
    MySQL, MariaDB: SET TRANSACTION ISOLATION LEVEL READ COMMITTED; START TRANSACTION
    ");
    assert_snapshot!(begin(at(IsolationLevel::RepeatableRead)), @"
    SQLite: BEGIN
    Postgres: BEGIN ISOLATION LEVEL REPEATABLE READ
    MySQL, MariaDB: SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; START TRANSACTION
    ");
    assert_snapshot!(begin(at(IsolationLevel::Serializable)), @"
    SQLite: BEGIN
    Postgres: BEGIN ISOLATION LEVEL SERIALIZABLE
    MySQL, MariaDB: SET TRANSACTION ISOLATION LEVEL SERIALIZABLE; START TRANSACTION
    ");
}

#[test]
fn a_read_only_transaction_says_so_and_sqlite_takes_it_back_at_the_end() {
    assert_snapshot!(begin(read_only()), @"
    SQLite: BEGIN; PRAGMA query_only = 1
    Postgres: BEGIN READ ONLY
    MySQL, MariaDB: START TRANSACTION READ ONLY
    ");
    let all = Begin {
        read_only: true,
        ..at(IsolationLevel::Serializable)
    };
    assert_snapshot!(begin(all), @"
    SQLite: BEGIN; PRAGMA query_only = 1
    Postgres: BEGIN ISOLATION LEVEL SERIALIZABLE READ ONLY
    MySQL, MariaDB: SET TRANSACTION ISOLATION LEVEL SERIALIZABLE; START TRANSACTION READ ONLY
    ");
    let undo = |dialect| Ok(read_only().undo(dialect).unwrap_or("nothing").to_owned());
    assert_snapshot!(side_by_side(undo), @"
    SQLite: PRAGMA query_only = 0
    Postgres, MySQL, MariaDB: nothing
    ");
}

#[test]
fn sqlite_locks_when_it_is_told_to() {
    assert_snapshot!(begin(on_sqlite(TransactionBehavior::Deferred)), @"BEGIN");
    assert_snapshot!(begin(on_sqlite(TransactionBehavior::Immediate)), @"
    SQLite: BEGIN IMMEDIATE
    Postgres, MySQL, MariaDB: BEGIN
    ");
    assert_snapshot!(begin(on_sqlite(TransactionBehavior::Exclusive)), @"
    SQLite: BEGIN EXCLUSIVE
    Postgres, MySQL, MariaDB: BEGIN
    ");
}

#[test]
fn a_savepoint_has_what_its_transaction_has_and_no_more() {
    let missing = |inner: Begin, outer: Begin| {
        side_by_side(|dialect| {
            Ok(inner
                .missing_in(&outer, dialect)
                .unwrap_or("nothing".into()))
        })
    };
    let serializable = at(IsolationLevel::Serializable);
    let plain = Begin::default();
    assert_snapshot!(missing(plain, plain), @"nothing");
    assert_snapshot!(missing(serializable, plain), @"
    SQLite: nothing
    Postgres, MySQL, MariaDB: isolation level SERIALIZABLE
    ");
    assert_snapshot!(missing(serializable, at(IsolationLevel::RepeatableRead)), @"
    SQLite: nothing
    Postgres, MySQL, MariaDB: isolation level SERIALIZABLE
    ");
    assert_snapshot!(missing(at(IsolationLevel::ReadCommitted), serializable), @"nothing");
    assert_snapshot!(missing(read_only(), serializable), @"read only");
    assert_snapshot!(missing(read_only(), read_only()), @"nothing");
    let immediate = on_sqlite(TransactionBehavior::Immediate);
    assert_snapshot!(missing(immediate, plain), @"
    SQLite: BEGIN IMMEDIATE
    Postgres, MySQL, MariaDB: nothing
    ");
    assert_snapshot!(missing(immediate, on_sqlite(TransactionBehavior::Exclusive)), @"nothing");
    for dialect in Dialect::ALL {
        for level in IsolationLevel::ALL {
            assert_eq!(at(level).missing_in(&at(level), dialect), None);
        }
    }
}
