//! What MySQL and MariaDB refuse, as integrity errors. The names stand in the words alone.

use sqlx::MySqlConnection;
use sqlx::mysql::MySqlDatabaseError;

use crate::error::{IntegrityError, IntegrityKind};

/// The broken constraint, if that is what the error is about.
pub(super) fn integrity(error: &sqlx::Error, sql: &str) -> Option<IntegrityError> {
    let refused: &MySqlDatabaseError = error.as_database_error()?.try_downcast_ref()?;
    parsed(refused.number(), refused.message(), sql)
}

/// Adds the columns of a unique key, which the words leave out. The server is asked; if it does not
/// answer, they stay away.
pub(super) async fn with_columns(
    connection: &mut MySqlConnection,
    mut integrity: IntegrityError,
) -> IntegrityError {
    if integrity.kind != IntegrityKind::Unique {
        return integrity;
    }
    if let (Some(table), Some(key)) = (&integrity.table, &integrity.constraint) {
        // A part of a key that is an expression has no name.
        let columns = sqlx::query_scalar(
            "SELECT CONVERT(COALESCE(COLUMN_NAME, '') USING utf8mb4) FROM information_schema.STATISTICS \
             WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ? AND INDEX_NAME = ? \
             ORDER BY SEQ_IN_INDEX",
        );
        let columns = columns.bind(table).bind(key).fetch_all(connection).await;
        integrity.columns = columns.unwrap_or_default();
        integrity
            .columns
            .retain(|column: &String| !column.is_empty());
    }
    integrity
}

fn parsed(number: u16, message: &str, sql: &str) -> Option<IntegrityError> {
    let of = |kind| IntegrityError {
        kind,
        constraint: None,
        table: changed_table(sql),
        columns: Vec::new(),
        message: message.to_owned(),
    };
    let integrity = match number {
        // Duplicate entry 'a' for key 'users.users_name_key'; MariaDB leaves the table out. The
        // entry may have quotes in it, the key comes last.
        1062 | 1586 => {
            let key = message.trim_end_matches('\'').rsplit_once('\'');
            let key = key.map_or("", |(_, key)| key);
            let (table, constraint) = match key.split_once('.') {
                Some((table, constraint)) => (Some(table.to_owned()), constraint),
                None => (changed_table(sql), key),
            };
            IntegrityError {
                constraint: named(constraint),
                table,
                ..of(IntegrityKind::Unique)
            }
        }
        // .. fails (`shop`.`orders`, CONSTRAINT `orders_user_fkey` FOREIGN KEY (`user_id`) REFERENCES ..
        1451 | 1452 | 1216 | 1217 => {
            let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
            match quoted[..] {
                [_, table, constraint, ..] => IntegrityError {
                    constraint: named(constraint),
                    table: named(table),
                    columns: key_columns(message),
                    ..of(IntegrityKind::ForeignKey)
                },
                _ => of(IntegrityKind::ForeignKey),
            }
        }
        // Column 'name' cannot be null; Field 'name' doesn't have a default value
        1048 | 1364 => IntegrityError {
            columns: between(message, '\'')
                .map(str::to_owned)
                .into_iter()
                .collect(),
            ..of(IntegrityKind::NotNull)
        },
        // Check constraint 'name' is violated.
        3819 => IntegrityError {
            constraint: between(message, '\'').map(str::to_owned),
            ..of(IntegrityKind::Check)
        },
        // CONSTRAINT `name` failed for `shop`.`orders`
        4025 => {
            let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
            IntegrityError {
                constraint: quoted.first().map(|&name| name.to_owned()),
                table: quoted.get(2).map(|&table| table.to_owned()),
                ..of(IntegrityKind::Check)
            }
        }
        _ => return None,
    };
    Some(integrity)
}

fn named(name: &str) -> Option<String> {
    (!name.is_empty()).then(|| name.to_owned())
}

/// The first name between two of these quotes.
fn between(message: &str, quote: char) -> Option<&str> {
    message.split(quote).nth(1)
}

/// The columns of FOREIGN KEY (`a`, `b`).
fn key_columns(message: &str) -> Vec<String> {
    let list = message
        .split_once("FOREIGN KEY (")
        .and_then(|(_, rest)| rest.split_once(')'));
    let Some((list, _)) = list else {
        return Vec::new();
    };
    let names = list.split('`').skip(1).step_by(2);
    names.map(str::to_owned).collect()
}

/// The table that a statement changes.
fn changed_table(sql: &str) -> Option<String> {
    let (verb, mut rest) = first_word(sql)?;
    let before = match verb.to_ascii_uppercase().as_str() {
        "INSERT" | "REPLACE" => Some("INTO"),
        "DELETE" => Some("FROM"),
        "UPDATE" => None,
        _ => return None,
    };
    if let Some(before) = before {
        let mut word;
        loop {
            (word, rest) = first_word(rest)?;
            if word.eq_ignore_ascii_case(before) {
                break;
            }
        }
    }
    let (mut name, rest) = table_name(rest.trim_ascii_start());
    // What came first is the database.
    if let Some(rest) = rest.strip_prefix('.') {
        (name, _) = table_name(rest);
    }
    named(&name)
}

fn first_word(sql: &str) -> Option<(&str, &str)> {
    sql.trim_ascii_start()
        .split_once(|c: char| c.is_ascii_whitespace())
}

/// A name, quoted or not, and what follows it.
fn table_name(sql: &str) -> (String, &str) {
    let Some(quoted) = sql.strip_prefix('`') else {
        let end = sql
            .find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$'))
            .unwrap_or(sql.len());
        return (sql[..end].to_owned(), &sql[end..]);
    };
    let mut name = String::new();
    let mut chars = quoted.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        if c != '`' {
            name.push(c);
        } else if chars.next_if(|&(_, next)| next == '`').is_some() {
            name.push('`');
        } else {
            return (name, &quoted[at + 1..]);
        }
    }
    (name, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(number: u16, message: &str) -> IntegrityError {
        parsed(number, message, "INSERT INTO `users` (`name`) VALUES (?)").unwrap()
    }

    #[test]
    fn the_table_is_found_however_it_is_written() {
        for (sql, table) in [
            ("INSERT INTO `order lines` (`a`) VALUES (?)", "order lines"),
            ("insert ignore into shop.orders(a) values (1)", "orders"),
            ("UPDATE `shop`.`or``ders` SET a = 1", "or`ders"),
            ("DELETE FROM orders WHERE id = 1", "orders"),
        ] {
            assert_eq!(changed_table(sql).as_deref(), Some(table), "{sql}");
        }
        assert_eq!(changed_table("CALL f()"), None);
        assert_eq!(changed_table("UPDATE"), None);
    }

    #[test]
    fn a_duplicate_with_quotes_in_it_names_its_key() {
        let mysql = of(1062, "Duplicate entry 'it''s' for key 'users.name'");
        assert_eq!(mysql.constraint.as_deref(), Some("name"));
        let mariadb = of(
            1062,
            "Duplicate entry 'a for key 'b' for key 'users_name_key'",
        );
        assert_eq!(mariadb.constraint.as_deref(), Some("users_name_key"));
        assert_eq!(mariadb.table.as_deref(), Some("users"));
    }

    #[test]
    fn a_foreign_key_names_table_key_and_columns() {
        let error = of(
            1452,
            "Cannot add or update a child row: a foreign key constraint fails (`shop`.`orders`, \
             CONSTRAINT `orders_user_fkey` FOREIGN KEY (`user_id`, `b`) REFERENCES `users` (`id`, `b`))",
        );
        assert_eq!(error.kind, IntegrityKind::ForeignKey);
        assert_eq!(error.table.as_deref(), Some("orders"));
        assert_eq!(error.constraint.as_deref(), Some("orders_user_fkey"));
        assert_eq!(error.columns, ["user_id", "b"]);
    }

    #[test]
    fn a_check_is_named_in_both_wordings() {
        let mysql = of(3819, "Check constraint 'users_age_check' is violated.");
        assert_eq!(mysql.constraint.as_deref(), Some("users_age_check"));
        let mariadb = of(
            4025,
            "CONSTRAINT `users_age_check` failed for `shop`.`users`",
        );
        assert_eq!(mariadb.constraint.as_deref(), Some("users_age_check"));
        assert_eq!(mariadb.table.as_deref(), Some("users"));
    }
}
