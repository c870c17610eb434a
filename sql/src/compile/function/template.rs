//! The spelling of functions where dialects differ, as texts with places for the arguments.

use crate::{CastType, DateUnit, Dialect, Function};

/// How a dialect spells a function.
pub(super) enum Spelling {
    /// By the name that most dialects know, its arguments in parentheses.
    Same,
    Template(&'static str),
    /// It has none: what is missing, and what to do instead.
    None(&'static str, &'static str),
}

use Spelling::{Same, Template};

pub(super) fn spelling(function: Function, args: usize, dialect: Dialect) -> Spelling {
    use Dialect::{MariaDb, MySql, Postgres, Sqlite};
    const MATH: &str = "SQLite has it only where it was compiled with \
                        SQLITE_ENABLE_MATH_FUNCTIONS: name it by `sql_function!` there, or calculate it in Rust";
    match (function, dialect) {
        // Our columns' own collation knows the case of ASCII alone; the result is compared by it again.
        (Function::Lower, Postgres) => Template("LOWER({0!} COLLATE \"default\") COLLATE \"C\""),
        (Function::Upper, Postgres) => Template("UPPER({0!} COLLATE \"default\") COLLATE \"C\""),
        (Function::Length, MySql | MariaDb) => Template("CHAR_LENGTH({0})"),
        // Postgres knows no function of these names that takes a BIGINT.
        (Function::Substr, Postgres) => {
            Template("SUBSTR({0}, CAST({1} AS INTEGER), CAST({2} AS INTEGER))")
        }
        (Function::Left, Postgres) => Template("LEFT({0}, CAST({1} AS INTEGER))"),
        (Function::Right, Postgres) => Template("RIGHT({0}, CAST({1} AS INTEGER))"),
        (Function::Left, Sqlite) => Template("SUBSTR({0}, 1, {1})"),
        (Function::Right, Sqlite) => Template("SUBSTR({0}, -{1!}, {1})"),
        // With digits, Postgres rounds NUMERIC alone, and takes an INTEGER for them.
        (Function::Round, Postgres) if args == 2 => {
            Template("ROUND(CAST({0} AS NUMERIC), CAST({1} AS INTEGER))")
        }
        (Function::Round, MySql | MariaDb | Sqlite | Postgres) => Same,
        // True is 1.
        (Function::Ceil, Sqlite) => {
            Template("(CAST({0} AS INTEGER) + ({0} > CAST({0} AS INTEGER)))")
        }
        (Function::Floor, Sqlite) => {
            Template("(CAST({0} AS INTEGER) - ({0} < CAST({0} AS INTEGER)))")
        }
        (Function::Power, Sqlite) => Spelling::None("POWER", MATH),
        (Function::Sqrt, Sqlite) => Spelling::None("SQRT", MATH),
        // Of NUMERIC, Postgres makes another number of digits than the others.
        (Function::Power, Postgres) => {
            Template("POWER(CAST({0} AS DOUBLE PRECISION), CAST({1} AS DOUBLE PRECISION))")
        }
        (Function::Sqrt, Postgres) => Template("SQRT(CAST({0} AS DOUBLE PRECISION))"),
        // 53 bits of an integer: what a double holds exactly.
        (Function::Random, Sqlite) => {
            Template("((RANDOM() & 9007199254740991) / 9007199254740992.0)")
        }
        (Function::Random, MySql | MariaDb) => Template("RAND()"),
        _ => Same,
    }
}

/// A cast; a fraction is cut off before it becomes an integer, since servers round.
pub(super) fn cast(to: CastType, fraction: bool, dialect: Dialect) -> &'static str {
    match (to, dialect) {
        (CastType::Integer, Dialect::Sqlite) => "CAST({0} AS INTEGER)",
        (CastType::Integer, Dialect::Postgres) if fraction => "CAST(TRUNC({0}) AS BIGINT)",
        (CastType::Integer, Dialect::Postgres) => "CAST({0} AS BIGINT)",
        (CastType::Integer, Dialect::MySql | Dialect::MariaDb) if fraction => {
            "CAST(TRUNCATE({0}, 0) AS SIGNED)"
        }
        (CastType::Integer, Dialect::MySql | Dialect::MariaDb) => "CAST({0} AS SIGNED)",
        (CastType::Double, Dialect::Sqlite) => "CAST({0} AS REAL)",
        (CastType::Double, Dialect::Postgres) => "CAST({0} AS DOUBLE PRECISION)",
        (CastType::Double, Dialect::MySql | Dialect::MariaDb) => "CAST({0} AS DOUBLE)",
        (CastType::Text, Dialect::Sqlite | Dialect::Postgres) => "CAST({0} AS TEXT)",
        (CastType::Text, Dialect::MySql | Dialect::MariaDb) => {
            "CAST({0} AS CHAR CHARACTER SET utf8mb4)"
        }
    }
}

/// The beginning of a unit of the calendar. The fraction of a second goes first on SQLite, which would
/// round it.
pub(super) fn truncate(unit: DateUnit, instant: bool, dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Sqlite => match unit {
            DateUnit::Year => "strftime('%Y-01-01T00:00:00', SUBSTR({0}, 1, 19))",
            DateUnit::Quarter => {
                "strftime('%Y-', SUBSTR({0}, 1, 19)) || printf('%02d', (CAST(strftime('%m', SUBSTR({0}, 1, 19)) \
                 AS INTEGER) + 2) / 3 * 3 - 2) || '-01T00:00:00'"
            }
            DateUnit::Month => "strftime('%Y-%m-01T00:00:00', SUBSTR({0}, 1, 19))",
            DateUnit::Week => {
                "strftime('%Y-%m-%dT00:00:00', SUBSTR({0}, 1, 19), '-6 days', 'weekday 1')"
            }
            DateUnit::Day => "strftime('%Y-%m-%dT00:00:00', SUBSTR({0}, 1, 19))",
            DateUnit::Hour => "strftime('%Y-%m-%dT%H:00:00', SUBSTR({0}, 1, 19))",
            DateUnit::Minute => "strftime('%Y-%m-%dT%H:%M:00', SUBSTR({0}, 1, 19))",
            DateUnit::Second => "strftime('%Y-%m-%dT%H:%M:%S', SUBSTR({0}, 1, 19))",
        },
        // Postgres cuts a TIMESTAMPTZ in the session's zone unless told otherwise.
        Dialect::Postgres if instant => match unit {
            DateUnit::Year => "'year', {0!} AT TIME ZONE 'UTC'",
            DateUnit::Quarter => "'quarter', {0!} AT TIME ZONE 'UTC'",
            DateUnit::Month => "'month', {0!} AT TIME ZONE 'UTC'",
            DateUnit::Week => "'week', {0!} AT TIME ZONE 'UTC'",
            DateUnit::Day => "'day', {0!} AT TIME ZONE 'UTC'",
            DateUnit::Hour => "'hour', {0!} AT TIME ZONE 'UTC'",
            DateUnit::Minute => "'minute', {0!} AT TIME ZONE 'UTC'",
            DateUnit::Second => "'second', {0!} AT TIME ZONE 'UTC'",
        },
        Dialect::Postgres => match unit {
            DateUnit::Year => "'year', {0}",
            DateUnit::Quarter => "'quarter', {0}",
            DateUnit::Month => "'month', {0}",
            DateUnit::Week => "'week', {0}",
            DateUnit::Day => "'day', {0}",
            DateUnit::Hour => "'hour', {0}",
            DateUnit::Minute => "'minute', {0}",
            DateUnit::Second => "'second', {0}",
        },
        Dialect::MySql | Dialect::MariaDb => match unit {
            DateUnit::Year => "MAKEDATE(YEAR({0}), 1)",
            DateUnit::Quarter => "MAKEDATE(YEAR({0}), 1) + INTERVAL QUARTER({0}) - 1 QUARTER",
            DateUnit::Month => "DATE({0}) - INTERVAL DAY({0}) - 1 DAY",
            DateUnit::Week => "DATE({0}) - INTERVAL WEEKDAY({0}) DAY",
            DateUnit::Day => "DATE({0})",
            DateUnit::Hour => "DATE_FORMAT({0}, '%Y-%m-%d %H:00:00')",
            DateUnit::Minute => "DATE_FORMAT({0}, '%Y-%m-%d %H:%i:00')",
            DateUnit::Second => "DATE_FORMAT({0}, '%Y-%m-%d %H:%i:%s')",
        },
    }
}

/// A time some microseconds later or earlier. SQLite's own modifiers know milliseconds: the seconds since
/// the year 1 and the digits behind the point are calculated in one integer there.
pub(super) fn shift(later: bool, dialect: Dialect) -> &'static str {
    macro_rules! sqlite {
        ($sign:literal) => {
            concat!(
                "(strftime('%Y-%m-%dT%H:%M:%S', (", sqlite!(@total $sign),
                ") / 1000000 - 62135596800, 'unixepoch') || printf('.%06d', (", sqlite!(@total $sign),
                ") % 1000000)"
            )
        };
        (@total $sign:literal) => {
            concat!(
                "(CAST(strftime('%s', SUBSTR({0}, 1, 19)) AS INTEGER) + 62135596800) * 1000000 + \
                 CAST(SUBSTR({0}, 21, 6) AS INTEGER) ",
                $sign,
                " {1!}"
            )
        };
    }
    match (dialect, later) {
        (Dialect::Sqlite, true) => sqlite!("+"),
        (Dialect::Sqlite, false) => sqlite!("-"),
        (Dialect::Postgres, true) => "({0!} + {1!} * INTERVAL '1 microsecond')",
        (Dialect::Postgres, false) => "({0!} - {1!} * INTERVAL '1 microsecond')",
        (Dialect::MySql | Dialect::MariaDb, true) => "DATE_ADD({0}, INTERVAL {1} MICROSECOND)",
        (Dialect::MySql | Dialect::MariaDb, false) => "DATE_SUB({0}, INTERVAL {1} MICROSECOND)",
    }
}
