//! What a test leaves on its output: how to look at it, and how to run it again.

use std::path::{Path, PathBuf};

use crate::backend::Backend;
use crate::error::Error;
use crate::plan::Plan;
use crate::settings::Keep;
use crate::site::Site;

/// What is known when a test has ended.
pub(super) struct Report<'t> {
    pub(super) site: &'t Site,
    pub(super) plan: &'t Plan,
    pub(super) keep: Keep,
    /// Where its database was left, if it was.
    pub(super) kept: &'t Result<Option<PathBuf>, Error>,
    /// What the isolation of the test has to do with its failure.
    pub(super) explanation: Option<&'static str>,
}

impl Report<'_> {
    /// Says how to look at a test that failed. Goes to the output of the test, which libtest shows.
    pub(super) fn failed(&self) {
        let mut text = format!(
            "test `{}` failed on {} with seed {}\n  run it again: {}",
            self.site.test_name(),
            self.plan.backend,
            self.plan.seed,
            self.site.command(self.plan.seed)
        );
        match self.kept {
            Ok(Some(path)) => {
                let place = place(self.plan.backend, path);
                text.push_str(&format!("\n  its database: {place}"));
            }
            Ok(None) if self.keep == Keep::None => {
                text.push_str("\n  TESTUDO_KEEP=failed keeps its database");
            }
            Ok(None) => text.push_str(
                "\n  its database could not be kept: the test had closed its pool, or still held its \
                 connection",
            ),
            Err(error) => text.push_str(&format!("\n  {error}")),
        }
        if let Some(explanation) = self.explanation {
            text.push_str(&format!("\n  {explanation}"));
        }
        eprintln!("{text}");
    }

    /// Says where the database of a test that passed was left.
    pub(super) fn passed(&self) {
        if let Ok(Some(path)) = self.kept {
            eprintln!("kept: {}", place(self.plan.backend, path));
        }
    }
}

/// The URL of a database that was kept, or the file that has it: the URL of a server has a password.
fn place(backend: Backend, path: &Path) -> String {
    match backend {
        Backend::Sqlite => format!("sqlite://{}", path.display()),
        Backend::Postgres | Backend::MySql | Backend::MariaDb => {
            format!("its URL is in `{}`", path.display())
        }
    }
}
