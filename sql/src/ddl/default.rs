//! Defaults of columns.

use crate::schema::ColumnType;
use crate::{Dialect, Value};

/// The default of a new column.
#[derive(Debug, Clone)]
pub enum Default {
    /// A constant.
    Value(Value),
    /// The time of the statement, in UTC.
    Now,
}

/// The default that is the time of the statement, in the form in which the column stores times.
pub(super) fn now(dialect: Dialect, ty: ColumnType) -> Option<&'static str> {
    let [instant, naive, date, time] = match dialect {
        Dialect::Sqlite => [
            "(strftime('%Y-%m-%dT%H:%M:%f000+00:00', 'now'))",
            "(strftime('%Y-%m-%dT%H:%M:%f000', 'now'))",
            "(date('now'))",
            "(strftime('%H:%M:%f000', 'now'))",
        ],
        Dialect::Postgres => [
            "CURRENT_TIMESTAMP",
            "(CURRENT_TIMESTAMP AT TIME ZONE 'UTC')",
            "(CAST(CURRENT_TIMESTAMP AT TIME ZONE 'UTC' AS DATE))",
            "(CAST(CURRENT_TIMESTAMP AT TIME ZONE 'UTC' AS TIME))",
        ],
        // CURRENT_TIMESTAMP is in the session's zone, and DATETIME keeps none.
        Dialect::MySql | Dialect::MariaDb => [
            "(UTC_TIMESTAMP(6))",
            "(UTC_TIMESTAMP(6))",
            "(UTC_DATE())",
            "(UTC_TIME(6))",
        ],
    };
    match ty {
        ColumnType::DateTime => Some(instant),
        ColumnType::NaiveDateTime => Some(naive),
        ColumnType::Date => Some(date),
        ColumnType::Time => Some(time),
        _ => None,
    }
}
