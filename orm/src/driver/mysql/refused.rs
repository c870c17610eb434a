//! What MySQL and MariaDB refuse, as integrity errors. The names stand in the words alone.

use sqlx::mysql::MySqlDatabaseError;

use crate::Error;
use crate::error::{IntegrityError, IntegrityKind};

pub(super) fn refine(error: sqlx::Error, sql: &str) -> Error {
    let refused = error
        .as_database_error()
        .and_then(|error| error.try_downcast_ref::<MySqlDatabaseError>());
    let Some(refused) = refused else {
        return Error::database(error, Some(sql));
    };
    match integrity(refused.number(), refused.message(), sql) {
        Some(integrity) => Error::integrity_of(integrity),
        None => Error::database(error, Some(sql)),
    }
}

fn integrity(number: u16, message: &str, sql: &str) -> Option<IntegrityError> {
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

/// The table that the statement changes, where it is one of the compiler's.
fn changed_table(sql: &str) -> Option<String> {
    ["INSERT INTO `", "UPDATE `", "DELETE FROM `"]
        .iter()
        .find_map(|head| sql.strip_prefix(head))
        .and_then(|rest| rest.split('`').next())
        .map(str::to_owned)
}
