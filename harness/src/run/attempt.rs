//! One try of a test, from its database to the verdict.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::path::PathBuf;

use futures_util::FutureExt;

use super::report::Report;
use super::{BoxedBody, Options, artifacts, explain};
use crate::context::TestContext;
use crate::error::Error;
use crate::plan::Plan;
use crate::settings::Keep;
use crate::site::Site;

/// What every try of a test has in common.
pub(super) struct Attempt<'t> {
    pub(super) site: &'t Site,
    pub(super) options: &'t Options,
    pub(super) keep: Keep,
}

/// How a test ended.
pub(super) enum Ended {
    Well,
    /// The body panicked, which a `#[should_panic]` test is meant to do.
    Panicked(Panic),
    /// The body returned an error.
    Failed(String),
    /// The test could not be started or was not kept apart: a failure, whatever the test expects.
    Broken(String),
    /// There is no server to run it on.
    Unavailable(Error),
}

type Panic = Box<dyn Any + Send>;
/// How the body ended: it returned, or it panicked.
type Returned = Result<Result<(), String>, Panic>;

impl Attempt<'_> {
    /// Runs the test.
    pub(super) async fn run(&self, plan: &Plan, body: &BoxedBody<'_>) -> Ended {
        match self.once(plan, body, false).await {
            Ok(ended) => ended,
            Err(reason) => Ended::Broken(reason),
        }
    }

    /// Runs the test; an error is the reason why it has to be run again in a clone.
    pub(super) async fn run_unless_it_needs_a_clone(
        &self,
        plan: &Plan,
        body: &BoxedBody<'_>,
    ) -> Result<Ended, String> {
        self.once(plan, body, true).await
    }

    async fn once(
        &self,
        plan: &Plan,
        body: &BoxedBody<'_>,
        may_need_a_clone: bool,
    ) -> Result<Ended, String> {
        let context = match TestContext::start(plan).await {
            Ok(context) => context,
            Err(error) if error.is_unavailable() => return Ok(Ended::Unavailable(error)),
            Err(error) => return Ok(Ended::Broken(error.to_string())),
        };
        let returned = AssertUnwindSafe(async { body(context.clone()).await })
            .catch_unwind()
            .await;
        let returned: Returned = match returned {
            Ok(Ok(result)) => Ok(result),
            Ok(Err(error)) => return Ok(Ended::Broken(error.to_string())),
            Err(payload) => Err(payload),
        };
        let said = match &returned {
            Ok(Ok(())) => "",
            Ok(Err(error)) => error,
            Err(payload) => panic_message(payload),
        };
        let failed = self.is_unexpected(&returned);
        let explanation = explain::explain(plan, said);
        let needs_a_clone = may_need_a_clone.then_some(explanation).flatten();
        let mut kept = Ok(None);
        let finished = context
            .end(&mut |lost| {
                if needs_a_clone.is_some() || (lost && may_need_a_clone) {
                    return None;
                }
                kept = self.kept_path(failed || lost);
                kept.as_ref().ok()?.clone()
            })
            .await;
        if let Some(explanation) = needs_a_clone {
            return Err(explanation.to_owned());
        }
        if let Err(error) = &finished
            && error.is_isolation_lost()
            && may_need_a_clone
        {
            return Err(error.to_string());
        }
        let report = Report {
            site: self.site,
            plan,
            keep: self.keep,
            kept: &kept,
            explanation,
        };
        if failed || finished.is_err() {
            report.failed();
        } else {
            report.passed();
        }
        Ok(self.judge(returned, finished))
    }

    /// Whether the body ended otherwise than it should.
    fn is_unexpected(&self, returned: &Returned) -> bool {
        match returned {
            Ok(Ok(())) => self.options.should_panic.is_some() || self.expects_failure(),
            Ok(Err(_)) => !self.expects_failure(),
            Err(_) => self.options.should_panic.is_none() && !self.expects_failure(),
        }
    }

    fn expects_failure(&self) -> bool {
        self.options.expected_failure.is_some()
    }

    fn judge(&self, returned: Returned, finished: Result<(), Error>) -> Ended {
        match (returned, finished) {
            (Ok(Ok(())), Ok(())) => match self.options.expected_failure {
                Some(reason) => Ended::Broken(self.out_of_date(reason)),
                None => Ended::Well,
            },
            (Ok(Err(_)) | Err(_), Ok(())) if self.expects_failure() => Ended::Well,
            (Ok(Err(error)), Ok(())) => Ended::Failed(error),
            (Err(payload), Ok(())) => Ended::Panicked(payload),
            // A failure of the body that nobody expected comes first: the loss may be its consequence.
            (Ok(Err(error)), Err(lost)) if !self.expects_failure() => {
                eprintln!("{lost}");
                Ended::Failed(error)
            }
            (Err(payload), Err(error)) if self.is_panic_unexpected() => {
                eprintln!("{error}");
                Ended::Panicked(payload)
            }
            (_, Err(error)) => Ended::Broken(error.to_string()),
        }
    }

    fn is_panic_unexpected(&self) -> bool {
        self.options.should_panic.is_none() && !self.expects_failure()
    }

    fn out_of_date(&self, reason: &str) -> String {
        format!(
            "test `{}` passes on {}, and `fails_on({} = {reason:?})` says that it fails there: the \
             expectation is out of date, remove it",
            self.site.test_name(),
            self.options.backend,
            self.options.backend
        )
    }

    /// Where to leave a copy of the database, if one is wanted.
    fn kept_path(&self, failed: bool) -> Result<Option<PathBuf>, Error> {
        let kept = || artifacts::kept_database(self.site, self.options.backend).map(Some);
        match self.keep {
            Keep::All => kept(),
            Keep::Failed if failed => kept(),
            Keep::Failed | Keep::None => Ok(None),
        }
    }
}

fn panic_message(payload: &Panic) -> &str {
    match payload.downcast_ref::<String>() {
        Some(text) => text,
        None => payload.downcast_ref::<&str>().copied().unwrap_or_default(),
    }
}
