//! The backends that a test can name, and those that this build of Testudo has.

use syn::{Ident, Type};

use crate::diagnostics::{Diagnostics, listed, suggestion};

/// A backend that `backends(..)` can name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Backend {
    Sqlite,
    Postgres,
    MySql,
    MariaDb,
}

/// Every backend, in the order in which help lists them.
const EVERY: [Backend; 4] = [
    Backend::Sqlite,
    Backend::Postgres,
    Backend::MySql,
    Backend::MariaDb,
];

/// The pools that a test can take.
const POOLS: [(&str, Backend); 3] = [
    ("SqlitePool", Backend::Sqlite),
    ("PgPool", Backend::Postgres),
    ("MySqlPool", Backend::MySql),
];

impl Backend {
    /// As a user writes it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Backend::Sqlite => "sqlite",
            Backend::Postgres => "postgres",
            Backend::MySql => "mysql",
            Backend::MariaDb => "mariadb",
        }
    }

    /// The variant of `testudo::Backend`.
    pub(super) fn variant(self) -> &'static str {
        match self {
            Backend::Sqlite => "Sqlite",
            Backend::Postgres => "Postgres",
            Backend::MySql => "MySql",
            Backend::MariaDb => "MariaDb",
        }
    }

    /// The feature of `testudo` that brings it.
    fn feature(self) -> &'static str {
        match self {
            Backend::Sqlite => "sqlite",
            Backend::Postgres => "postgres",
            Backend::MySql | Backend::MariaDb => "mysql",
        }
    }

    /// The pool that connects to it.
    fn pool(self) -> &'static str {
        match self {
            Backend::Sqlite => "SqlitePool",
            Backend::Postgres => "PgPool",
            Backend::MySql | Backend::MariaDb => "MySqlPool",
        }
    }

    pub(super) fn named(name: &str) -> Option<Self> {
        EVERY.into_iter().find(|backend| backend.name() == name)
    }

    /// The names of all of them.
    pub(super) fn names() -> [&'static str; 4] {
        EVERY.map(Backend::name)
    }

    /// What a user is told who asked for it where it is not built in.
    fn how_to_enable(self) -> String {
        format!(
            "enable it in Cargo.toml: testudo = {{ version = \"..\", features = [\"{}\"] }}",
            self.feature()
        )
    }
}

/// The backends of this build: `testudo` passes its features on.
pub(super) fn of_this_build(backend: Backend) -> bool {
    match backend {
        Backend::Sqlite => cfg!(feature = "sqlite"),
        Backend::Postgres => cfg!(feature = "postgres"),
        Backend::MySql | Backend::MariaDb => cfg!(feature = "mysql"),
    }
}

/// The backends of a list of names, with the name that each has there.
pub(super) fn chosen(
    names: Vec<Ident>,
    is_built: fn(Backend) -> bool,
    mistakes: &mut Diagnostics,
) -> Vec<(Ident, Backend)> {
    let mut chosen: Vec<(Ident, Backend)> = Vec::new();
    for name in names {
        let text = name.to_string();
        let Some(backend) = Backend::named(&text) else {
            mistakes.error(
                &name,
                format!("`{text}` is no backend"),
                suggestion(&text, &Backend::names()),
            );
            continue;
        };
        if chosen.iter().any(|(_, known)| *known == backend) {
            mistakes.error(
                &name,
                format!("`{text}` is given twice"),
                "keep one of them",
            );
        } else if !is_built(backend) {
            mistakes.error(
                &name,
                format!("this build of testudo has no backend `{text}`"),
                backend.how_to_enable(),
            );
        } else {
            chosen.push((name, backend));
        }
    }
    chosen
}

/// The backend of a test that names none, if its pool says which.
///
/// Pools are known by their name here; one with an alias needs `backends(..)`, and the compiler says so.
pub(super) fn of_the_pools<'t>(
    types: impl Iterator<Item = (&'t Ident, &'t Type)>,
    is_built: fn(Backend) -> bool,
    mistakes: &mut Diagnostics,
) -> Option<Backend> {
    let mut found: Option<(String, Backend)> = None;
    for (name, ty) in types {
        let text = name.to_string();
        let Some((_, backend)) = POOLS.iter().find(|(pool, _)| *pool == text) else {
            continue;
        };
        if !is_built(*backend) {
            mistakes.error(
                ty,
                format!(
                    "`{text}` needs the backend `{}`, which this build of testudo does not have",
                    backend.name()
                ),
                backend.how_to_enable(),
            );
        } else if let Some((other, known)) = &found
            && known != backend
        {
            mistakes.error(
                ty,
                format!("`{text}` and `{other}` are pools of two backends, and a test runs on one"),
                "keep one of them, or let the test take `Db`, which serves every backend",
            );
        } else {
            found = Some((text, *backend));
        }
    }
    found.map(|(_, backend)| backend)
}

/// The first backend of the build, which is SQLite where there is SQLite.
pub(super) fn first(is_built: fn(Backend) -> bool) -> Backend {
    let first = EVERY.into_iter().find(|backend| is_built(*backend));
    first.unwrap_or(Backend::Sqlite)
}

/// Complains about a pool that cannot connect to every backend of the test.
pub(super) fn check_pool(
    name: &Ident,
    ty: &Type,
    backends: &[(Ident, Backend)],
    mistakes: &mut Diagnostics,
) {
    let text = name.to_string();
    if !POOLS.iter().any(|(pool, _)| *pool == text) {
        return;
    }
    let others: Vec<&str> = backends
        .iter()
        .filter(|(_, backend)| backend.pool() != text)
        .map(|(_, backend)| backend.name())
        .collect();
    if !others.is_empty() {
        mistakes.error(
            ty,
            format!("`{text}` cannot connect to {}", listed(&others)),
            "let the test take `Db` or `TestContext`, which serve every backend, or leave these backends out",
        );
    }
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::super::parse::{OrmTest, Target, parse};
    use super::*;

    fn sqlite_alone(backend: Backend) -> bool {
        backend == Backend::Sqlite
    }

    fn everything(_: Backend) -> bool {
        true
    }

    fn mistakes(test: syn::Result<OrmTest>) -> Vec<String> {
        let error = test.err().expect("mistakes");
        error.into_iter().map(|error| error.to_string()).collect()
    }

    #[test]
    fn a_backend_that_is_not_built_in_is_a_mistake_that_names_its_feature() {
        let test = parse(
            quote!(backends(sqlite, postgres, mariadb)),
            quote!(
                async fn test(ctx: TestContext) {}
            ),
            sqlite_alone,
        );
        assert_eq!(
            mistakes(test),
            [
                "this build of testudo has no backend `postgres`\n\n\
                 help: enable it in Cargo.toml: testudo = { version = \"..\", features = [\"postgres\"] }",
                "this build of testudo has no backend `mariadb`\n\n\
                 help: enable it in Cargo.toml: testudo = { version = \"..\", features = [\"mysql\"] }",
            ]
        );
    }

    #[test]
    fn a_pool_whose_backend_is_not_built_in_is_a_mistake_that_names_the_feature() {
        let test = parse(
            quote!(),
            quote!(
                async fn test(pool: sqlx::PgPool) {}
            ),
            sqlite_alone,
        );
        assert_eq!(
            mistakes(test),
            [
                "`PgPool` needs the backend `postgres`, which this build of testudo does not have\n\n\
                 help: enable it in Cargo.toml: testudo = { version = \"..\", features = [\"postgres\"] }"
            ]
        );
    }

    #[test]
    fn without_backends_the_pool_says_where_a_test_runs() {
        for (function, backend) in [
            (
                quote!(
                    async fn test(ctx: TestContext) {}
                ),
                Backend::Sqlite,
            ),
            (
                quote!(
                    async fn test(pool: SqlitePool) {}
                ),
                Backend::Sqlite,
            ),
            (
                quote!(
                    async fn test(db: Db, pool: PgPool) {}
                ),
                Backend::Postgres,
            ),
            (
                quote!(
                    async fn test(pool: sqlx::MySqlPool) {}
                ),
                Backend::MySql,
            ),
        ] {
            let test = parse(quote!(), function, everything).expect("a test");
            assert!(matches!(test.target, Target::One(found) if found == backend));
        }
    }

    #[test]
    fn without_sqlite_in_the_build_the_first_backend_that_is_there_is_meant() {
        let test = parse(
            quote!(),
            quote!(
                async fn test(db: Db) {}
            ),
            |backend| backend != Backend::Sqlite,
        );
        let target = test.expect("a test").target;
        assert!(matches!(target, Target::One(Backend::Postgres)));
    }

    #[test]
    fn pools_of_two_backends_are_a_mistake() {
        let test = parse(
            quote!(),
            quote!(
                async fn test(a: SqlitePool, b: PgPool) {}
            ),
            everything,
        );
        assert_eq!(
            mistakes(test),
            [
                "`PgPool` and `SqlitePool` are pools of two backends, and a test runs on one\n\n\
              help: keep one of them, or let the test take `Db`, which serves every backend"
            ]
        );
    }

    #[test]
    fn a_pool_has_to_fit_every_backend_of_the_test() {
        let test = parse(
            quote!(backends(sqlite, mysql, mariadb)),
            quote!(
                async fn test(a: SqlitePool, b: MySqlPool) {}
            ),
            everything,
        );
        let help = "help: let the test take `Db` or `TestContext`, which serve every backend, or leave these backends out";
        assert_eq!(
            mistakes(test),
            [
                format!("`SqlitePool` cannot connect to `mysql` and `mariadb`\n\n{help}"),
                format!("`MySqlPool` cannot connect to `sqlite`\n\n{help}"),
            ]
        );
    }
}
