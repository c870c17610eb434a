//! MySQL and MariaDB: what ran before a refusal stays, so the refused statement is found by counting the
//! answers that came before it.

use futures_util::TryStreamExt;
use sqlx::migrate::{Migrate, Migration};
use sqlx::{AssertSqlSafe, Connection, Executor, MySql, MySqlConnection};
use testudo_sql::Dialect;

use super::{Driver, MIGRATIONS_TABLE, Refused, shown, unwrapped};
use crate::migrations::{MigrationFile, Statement, statements};

impl Driver for MySql {
    const IS_SERVER: bool = true;

    async fn execute(connection: &mut MySqlConnection, sql: String) -> Result<(), sqlx::Error> {
        connection.execute(AssertSqlSafe(sql)).await.map(drop)
    }

    async fn migrate(
        connection: &mut MySqlConnection,
        file: &MigrationFile,
        migration: &Migration,
    ) -> Result<(), Refused> {
        let refused = |error| Refused {
            error,
            statement: None,
        };
        let mut done = 0;
        // As sqlx does: rows go in at once, though DDL ends the transaction.
        let mut transaction = connection.begin().await.map_err(refused)?;
        if let Err(error) = run(&mut transaction, &file.sql, &mut done).await {
            let statement = refused_statement(&file.sql, done);
            return Err(Refused { error, statement });
        }
        transaction.commit().await.map_err(refused)?;
        // The script has run: this only notes it.
        connection
            .skip(MIGRATIONS_TABLE, migration)
            .await
            .map_err(|error| refused(unwrapped(error)))
    }
}

async fn run(
    connection: &mut MySqlConnection,
    script: &str,
    done: &mut usize,
) -> Result<(), sqlx::Error> {
    let mut answers = connection.fetch_many(AssertSqlSafe(script.to_owned()));
    while let Some(answer) = answers.try_next().await? {
        // The rows of an answer come before its end.
        *done += usize::from(answer.is_left());
    }
    Ok(())
}

/// The statement after this many answers; none after a CALL, which gives any number of them.
fn refused_statement(script: &str, answers: usize) -> Option<(usize, String)> {
    let statements = statements(script, Dialect::MySql);
    let calls = |statement: &Statement<'_>| {
        let word = statement.text.split_whitespace().next();
        word.is_some_and(|word| word.eq_ignore_ascii_case("call"))
    };
    let refused = *statements.get(answers)?;
    let countable = !statements[..answers].iter().any(calls);
    countable.then(|| shown(refused))
}
