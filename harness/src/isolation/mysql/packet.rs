//! Several statements in one packet, and their rows as text: what the engine itself says to the server.

use futures_util::TryStreamExt;
use sqlx::{AssertSqlSafe, Either, MySqlConnection, Row};

/// The rows of one statement; a NULL is `None`.
pub(super) type Rows = Vec<Vec<Option<String>>>;

/// Sends statements that are separated by semicolons, and returns the rows of each. What comes after one
/// that fails does not run.
pub(super) async fn send(
    connection: &mut MySqlConnection,
    statements: String,
) -> Result<Vec<Rows>, sqlx::Error> {
    let mut answers = Vec::new();
    let mut rows = Rows::new();
    let mut stream = sqlx::raw_sql(AssertSqlSafe(statements)).fetch_many(connection);
    while let Some(answer) = stream.try_next().await? {
        match answer {
            Either::Left(_) => answers.push(std::mem::take(&mut rows)),
            Either::Right(row) => {
                let values = (0..row.len()).map(|column| row.try_get_unchecked(column));
                rows.push(values.collect::<Result<_, _>>()?);
            }
        }
    }
    Ok(answers)
}

/// The server's number of an error, if it came from there.
pub(super) fn number(error: &sqlx::Error) -> Option<u16> {
    let error = error.as_database_error()?;
    Some(
        error
            .try_downcast_ref::<sqlx::mysql::MySqlDatabaseError>()?
            .number(),
    )
}

/// The first value of the first row of an answer.
pub(super) fn value(rows: &Rows) -> Option<&str> {
    rows.first()?.first()?.as_deref()
}

/// The first column of an answer.
pub(super) fn column(rows: &Rows) -> impl Iterator<Item = &str> {
    rows.iter().filter_map(|row| row.first()?.as_deref())
}

/// A field of a row; NULL and a column that is not there are empty.
pub(super) fn field(row: &[Option<String>], index: usize) -> &str {
    row.get(index)
        .and_then(Option::as_deref)
        .unwrap_or_default()
}

/// A name as SQL.
pub(super) fn name(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

/// A text as SQL, whatever the session's SQL mode says about backslashes and quotes.
pub(super) fn text(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-:. +,/".contains(&byte);
    if text.bytes().all(plain) {
        return format!("'{text}'");
    }
    let mut sql = String::with_capacity(12 + text.len() * 2);
    sql.push_str("_utf8mb4 X'");
    for byte in text.bytes() {
        sql.push_str(&format!("{byte:02X}"));
    }
    sql.push('\'');
    sql
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_names_and_texts_stay_what_they_are() {
        assert_eq!(name("a`b"), "`a``b`");
        assert_eq!(text("seat:1"), "'seat:1'");
        assert_eq!(text("it's"), "_utf8mb4 X'69742773'");
        assert_eq!(text(r"\"), "_utf8mb4 X'5C'");
    }
}
