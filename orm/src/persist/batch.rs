//! How many rows go into one statement.

use std::collections::HashSet;

use testudo_sql::{Dialect, Value};

use crate::{Db, Error, KeyValues, Model, Result};

/// A statement of MySQL or MariaDB holds no more bytes than this, which servers with usual settings
/// take, unless they are those of a single row.
const ENOUGH: usize = 1 << 20;

/// What a statement needs beside its values.
const OVERHEAD: usize = 1 << 12;

/// A statement that rows are put into one by one.
pub(super) struct Batch {
    most_rows: usize,
    /// Whether the server bounds the bytes.
    weighed: bool,
    rows: usize,
    bytes: usize,
    seen: HashSet<KeyValues>,
}

impl Batch {
    /// As many rows as the dialect has binds for, or as few as the user wants.
    pub(super) fn new(
        dialect: Dialect,
        binds_per_row: usize,
        wanted: Option<usize>,
    ) -> Result<Self> {
        let wanted = match wanted {
            Some(0) => {
                return Err(Error::misuse(
                    "a batch of 0 rows saves none; take 1 or more",
                ));
            }
            Some(rows) => rows,
            None => usize::MAX,
        };
        let possible = dialect.max_binds() / binds_per_row.max(1);
        Ok(Batch {
            most_rows: wanted.min(possible).max(1),
            weighed: match dialect {
                Dialect::Sqlite | Dialect::Postgres => false,
                Dialect::MySql | Dialect::MariaDb => true,
            },
            rows: 0,
            bytes: 0,
            seen: HashSet::new(),
        })
    }

    /// How many of these rows the statement can hold.
    pub(super) fn room(&self, rows: usize) -> usize {
        rows.min(self.most_rows)
    }

    /// Puts a row in. If there is no room for it, or a row with the same values in the columns
    /// `apart` is in already, it becomes the first of a new statement.
    pub(super) fn starts_anew(&mut self, row: &[Value], apart: &[usize]) -> bool {
        let bytes = if self.weighed {
            row.iter().map(size).sum()
        } else {
            0
        };
        let key: KeyValues = apart.iter().map(|&at| row[at].clone()).collect();
        let full = self.rows == self.most_rows
            || self.bytes + bytes > ENOUGH
            || !apart.is_empty() && self.seen.contains(&key);
        let anew = self.rows > 0 && full;
        if anew {
            (self.rows, self.bytes) = (0, 0);
            self.seen.clear();
        }
        self.rows += 1;
        self.bytes += bytes;
        if !apart.is_empty() {
            self.seen.insert(key);
        }
        anew
    }
}

/// Refuses what MySQL and MariaDB do not take in one packet: the values of a single row, since more
/// rows were split. They are asked where it matters.
pub(super) async fn check_packet<M: Model>(
    values: &[Value],
    field: impl Fn(usize) -> &'static str,
    db: &Db,
) -> Result<()> {
    match db.speaks().await? {
        Dialect::Sqlite | Dialect::Postgres => return Ok(()),
        Dialect::MySql | Dialect::MariaDb => {}
    }
    let bytes: usize = values.iter().map(size).sum();
    if bytes <= ENOUGH {
        return Ok(());
    }
    let most = db.max_packet().await?.saturating_sub(OVERHEAD);
    if bytes <= most {
        return Ok(());
    }
    let sizes = values.iter().map(size).enumerate();
    let (largest, size) = sizes.max_by_key(|&(_, size)| size).unwrap_or_default();
    Err(Error::validation_of(
        M::TABLE.model,
        field(largest),
        format!(
            "it has {size} bytes, and the server takes {most} in one statement; raise its \
             `max_allowed_packet`"
        ),
    ))
}

/// How many bytes a value takes on its way, at most.
fn size(value: &Value) -> usize {
    match value {
        Value::Text(text) => text.len() + 9,
        Value::Bytes(bytes) => bytes.len() + 9,
        Value::Json(document) => document.to_string().len() + 9,
        _ => 32,
    }
}
