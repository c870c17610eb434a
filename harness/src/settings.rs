//! What the environment says about a run.

use std::sync::OnceLock;

use crate::backend::Backend;
use crate::error::Error;
use crate::suggest;

/// Every backend there is. A build may have fewer: a matrix of backends runs over crates that use one of
/// them alone, and there is nothing to run in the others.
const BACKENDS: [Backend; 4] = [
    Backend::Sqlite,
    Backend::Postgres,
    Backend::MySql,
    Backend::MariaDb,
];

/// The variables of the environment, read once per process.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Settings {
    /// `TESTUDO_BACKENDS`: the backends whose tests run; `None` is every one there is.
    backends: Option<Vec<Backend>>,
    /// `CI`: nobody looks at lines on stderr, so that nothing may be left out.
    is_ci: bool,
    /// `TESTUDO_SEED`: the seed of every test.
    pub(crate) seed: Option<u64>,
    /// `TESTUDO_KEEP`: whose databases are kept.
    pub(crate) keep: Keep,
}

/// Which tests leave a copy of their database in `target/testudo/kept`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Keep {
    #[default]
    None,
    Failed,
    All,
}

impl Settings {
    /// The settings of this process.
    ///
    /// # Errors
    /// When a variable has a value that means nothing; all such variables are named.
    pub(crate) fn of_process() -> Result<&'static Self, Error> {
        static SETTINGS: OnceLock<Result<Settings, String>> = OnceLock::new();
        SETTINGS
            .get_or_init(|| {
                Settings::read(|name| {
                    std::env::var_os(name).map(|v| v.to_string_lossy().into_owned())
                })
            })
            .as_ref()
            .map_err(|problem| Error::configuration(problem.as_str()))
    }

    /// Whether tests on this backend run.
    pub(crate) fn selects(&self, backend: Backend) -> bool {
        self.backends
            .as_ref()
            .is_none_or(|backends| backends.contains(&backend))
    }

    /// Why a test on this backend fails where there is no server for it, if it is not just skipped.
    pub(crate) fn insists_on(&self, backend: Backend) -> Option<&'static str> {
        let named = self.backends.as_ref();
        if named.is_some_and(|backends| backends.contains(&backend)) {
            Some("`TESTUDO_BACKENDS` asks for this backend, so its tests are not skipped")
        } else if self.is_ci {
            Some(
                "`CI` is set, so its tests are not skipped; `TESTUDO_BACKENDS` says which backends are to \
                 run",
            )
        } else {
            None
        }
    }

    fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Self, String> {
        let mut settings = Settings::default();
        let mut problems = Vec::new();
        // A variable that is set to nothing is not set: CI files cannot unset one.
        let variable = |name| {
            variable(name)
                .map(|value| value.trim().to_owned())
                .filter(|v| !v.is_empty())
        };
        if let Some(value) = variable("TESTUDO_BACKENDS") {
            settings.backends = backends(&value, &mut problems);
        }
        settings.is_ci = variable("CI").is_some_and(|value| !matches!(&*value, "false" | "0"));
        if let Some(value) = variable("TESTUDO_SEED") {
            match value.parse() {
                Ok(seed) => settings.seed = Some(seed),
                Err(_) => problems.push(format!(
                    "`TESTUDO_SEED` is `{value}`; give it a whole number from 0 to {}",
                    u64::MAX
                )),
            }
        }
        if let Some(value) = variable("TESTUDO_KEEP") {
            match value.as_str() {
                "none" => settings.keep = Keep::None,
                "failed" => settings.keep = Keep::Failed,
                "all" => settings.keep = Keep::All,
                _ => problems.push(format!(
                    "`TESTUDO_KEEP` is `{value}`; give it `failed`, `all` or `none`"
                )),
            }
        }
        if problems.is_empty() {
            Ok(settings)
        } else {
            Err(problems.join("\n"))
        }
    }
}

/// The backends of a comma list.
fn backends(value: &str, problems: &mut Vec<String>) -> Option<Vec<Backend>> {
    let mut chosen = Vec::new();
    let names = value
        .split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty());
    for name in names {
        if name == "all" {
            chosen.extend(BACKENDS);
        } else if let Some(backend) = BACKENDS.iter().find(|backend| backend.name() == name) {
            chosen.push(*backend);
        } else {
            problems.push(unknown_backend(name));
        }
    }
    if chosen.is_empty() && problems.is_empty() {
        problems.push(format!(
            "`TESTUDO_BACKENDS` is `{value}`, which names no backend"
        ));
    }
    Some(chosen)
}

fn unknown_backend(name: &str) -> String {
    let known = || {
        let names = BACKENDS.iter().map(|backend| backend.name());
        names.chain(["all"])
    };
    let hint = match suggest::nearest(name, known()) {
        Some(right) => format!("did you mean `{right}`?"),
        None => format!("known are {}", suggest::listed(known())),
    };
    format!("`TESTUDO_BACKENDS` names `{name}`, which is no backend; {hint}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<Settings, String> {
        Settings::read(|name| {
            variables
                .iter()
                .find(|(known, _)| *known == name)
                .map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn without_variables_every_backend_runs_and_nothing_is_kept() {
        let settings = read(&[]).unwrap();
        for backend in BACKENDS {
            assert!(settings.selects(backend));
            assert_eq!(settings.insists_on(backend), None);
        }
        assert_eq!((settings.seed, settings.keep), (None, Keep::None));
    }

    #[test]
    fn variables_are_read() {
        let settings = read(&[
            ("TESTUDO_BACKENDS", " sqlite, "),
            ("TESTUDO_SEED", "7"),
            ("TESTUDO_KEEP", "failed"),
        ])
        .unwrap();
        assert!(settings.selects(Backend::Sqlite));
        assert_eq!((settings.seed, settings.keep), (Some(7), Keep::Failed));
    }

    #[test]
    fn all_selects_every_backend_and_insists_on_it() {
        let settings = read(&[("TESTUDO_BACKENDS", "all")]).unwrap();
        for backend in BACKENDS {
            assert!(settings.selects(backend));
            assert!(settings.insists_on(backend).is_some());
        }
    }

    #[test]
    fn a_backend_that_is_named_has_to_be_there() {
        let settings = read(&[("TESTUDO_BACKENDS", "mariadb,sqlite")]).unwrap();
        assert!(settings.selects(Backend::MariaDb) && !settings.selects(Backend::MySql));
        assert!(settings.insists_on(Backend::MariaDb).is_some());
        assert_eq!(settings.insists_on(Backend::MySql), None);
    }

    #[test]
    fn in_ci_every_backend_has_to_be_there() {
        for (value, insists) in [("true", true), ("1", true), ("false", false), ("", false)] {
            let settings = read(&[("CI", value)]).unwrap();
            assert!(settings.selects(Backend::Postgres));
            assert_eq!(settings.insists_on(Backend::Postgres).is_some(), insists);
        }
    }

    #[test]
    fn an_empty_variable_is_not_set() {
        assert_eq!(
            read(&[("TESTUDO_SEED", ""), ("TESTUDO_BACKENDS", " ")]),
            Ok(Settings::default())
        );
    }

    #[test]
    fn all_mistakes_are_named_at_once() {
        let problems = read(&[
            ("TESTUDO_BACKENDS", "sqlit"),
            ("TESTUDO_SEED", "x"),
            ("TESTUDO_KEEP", "some"),
        ])
        .unwrap_err();
        assert_eq!(
            problems,
            "`TESTUDO_BACKENDS` names `sqlit`, which is no backend; did you mean `sqlite`?\n\
             `TESTUDO_SEED` is `x`; give it a whole number from 0 to 18446744073709551615\n\
             `TESTUDO_KEEP` is `some`; give it `failed`, `all` or `none`"
        );
    }

    #[test]
    fn a_backend_that_is_not_in_this_build_leaves_nothing_to_run() {
        let settings = read(&[("TESTUDO_BACKENDS", "postgres")]).unwrap();
        assert!(!settings.selects(Backend::Sqlite));
    }

    #[test]
    fn a_list_that_names_nothing_is_a_mistake() {
        assert_eq!(
            read(&[("TESTUDO_BACKENDS", ",")]).unwrap_err(),
            "`TESTUDO_BACKENDS` is `,`, which names no backend"
        );
    }
}
