//! What a test can require of a backend, and which backends have it.
//!
//! The documentation of `orm_test` lists the same table, and `harness/tests/it/capabilities.rs` tries each
//! line of it on real servers, where a backend has it and where it has not.

use syn::Ident;

use super::backends::Backend::{self, MariaDb, MySql, Postgres, Sqlite};
use crate::diagnostics::{Diagnostics, suggestion};

/// Something that not every backend can do.
#[derive(Debug, Clone, Copy)]
pub(super) struct Capability {
    /// As a user writes it.
    pub(super) name: &'static str,
    has: &'static [Backend],
}

/// Every capability. Sources: sqlite.org/lang.html, postgresql.org/docs/14, dev.mysql.com/doc/refman/8.4,
/// mariadb.com/kb for 10.11; the oldest version that is supported decides.
const EVERY: &[Capability] = &[
    // `INSERT .. RETURNING` and `DELETE .. RETURNING`.
    Capability {
        name: "returning",
        has: &[Sqlite, Postgres, MariaDb],
    },
    // `UPDATE .. RETURNING`.
    Capability {
        name: "update_returning",
        has: &[Sqlite, Postgres],
    },
    // `SELECT .. FOR UPDATE`.
    Capability {
        name: "row_locks",
        has: &[Postgres, MySql, MariaDb],
    },
    // `SELECT .. FOR UPDATE SKIP LOCKED`.
    Capability {
        name: "skip_locked",
        has: &[Postgres, MySql, MariaDb],
    },
    // Two transactions that write at once. SQLite has one writer for the whole database.
    Capability {
        name: "concurrent_writes",
        has: &[Postgres, MySql, MariaDb],
    },
    // `CREATE TABLE` and the like, undone by a rollback.
    Capability {
        name: "transactional_ddl",
        has: &[Sqlite, Postgres],
    },
    // `FOREIGN KEY .. DEFERRABLE INITIALLY DEFERRED`.
    Capability {
        name: "deferred_constraints",
        has: &[Sqlite, Postgres],
    },
    // `CREATE INDEX .. WHERE ..`.
    Capability {
        name: "partial_indexes",
        has: &[Sqlite, Postgres],
    },
    // `FULL OUTER JOIN`.
    Capability {
        name: "full_join",
        has: &[Sqlite, Postgres],
    },
    // `count(*) FILTER (WHERE ..)`.
    Capability {
        name: "aggregate_filter",
        has: &[Sqlite, Postgres],
    },
    // Decimals of more than 15 digits, kept as they are.
    Capability {
        name: "exact_decimals",
        has: &[Postgres, MySql, MariaDb],
    },
    // `pg_advisory_lock`, `GET_LOCK`.
    Capability {
        name: "advisory_locks",
        has: &[Postgres, MySql, MariaDb],
    },
    // `LISTEN` and `NOTIFY`.
    Capability {
        name: "listen_notify",
        has: &[Postgres],
    },
];

/// The capabilities of these names. One that none of the test's backends has is a mistake: the test
/// would never run.
pub(super) fn required(names: Vec<Ident>, mistakes: &mut Diagnostics) -> Vec<(Ident, Capability)> {
    let mut required: Vec<(Ident, Capability)> = Vec::new();
    for name in names {
        let text = name.to_string();
        let Some(capability) = EVERY.iter().find(|known| known.name == text) else {
            let all: Vec<&str> = EVERY.iter().map(|known| known.name).collect();
            mistakes.error(
                &name,
                format!("`{text}` is no capability of a database"),
                suggestion(&text, &all),
            );
            continue;
        };
        if required.iter().any(|(_, known)| known.name == text) {
            mistakes.error(
                &name,
                format!("`{text}` is given twice"),
                "keep one of them",
            );
        } else {
            required.push((name, *capability));
        }
    }
    required
}

/// Complains about what no backend of the test has.
pub(super) fn check(
    required: &[(Ident, Capability)],
    backends: &[Backend],
    mistakes: &mut Diagnostics,
) {
    for (name, capability) in required {
        if !backends
            .iter()
            .any(|backend| capability.has.contains(backend))
        {
            let has: Vec<&str> = capability
                .has
                .iter()
                .map(|backend| backend.name())
                .collect();
            mistakes.error(
                name,
                format!("no backend of this test has `{name}`, so that it would never run"),
                format!("write `backends({})`", has.join(", ")),
            );
        }
    }
}

/// Why a test cannot run on this backend, if it cannot.
pub(super) fn missing(required: &[(Ident, Capability)], backend: Backend) -> Option<String> {
    let missing: Vec<String> = required
        .iter()
        .filter(|(_, capability)| !capability.has.contains(&backend))
        .map(|(_, capability)| format!("`{}`", capability.name))
        .collect();
    (!missing.is_empty()).then(|| format!("{} has no {}", backend.name(), missing.join(", no ")))
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::super::{expand::expand, parse::parse};

    fn expansion(options: proc_macro2::TokenStream) -> String {
        let function = quote!(
            async fn test(ctx: TestContext) {}
        );
        let test = parse(options, function, |_| true).expect("a test");
        expand(&test).to_string()
    }

    #[test]
    fn a_backend_without_what_the_test_requires_is_ignored_with_the_reason() {
        let text = expansion(quote!(
            backends(sqlite, mysql, mariadb),
            requires(returning, skip_locked)
        ));
        assert_eq!(text.matches("ignore").count(), 2, "{text}");
        assert!(text.contains("\"sqlite has no `skip_locked`\""), "{text}");
        assert!(text.contains("\"mysql has no `returning`\""), "{text}");
        let text = expansion(quote!(
            backends(sqlite, postgres, mysql),
            requires(transactional_ddl, deferred_constraints)
        ));
        let reason = "\"mysql has no `transactional_ddl`, no `deferred_constraints`\"";
        assert!(text.contains(reason), "{text}");
    }

    #[test]
    fn a_backend_on_which_a_test_is_expected_to_fail_carries_the_reason() {
        let text = expansion(quote!(
            backends(sqlite, mysql),
            fails_on(mysql = "an old bug")
        ));
        assert_eq!(text.matches("\"an old bug\"").count(), 1, "{text}");
    }
}
