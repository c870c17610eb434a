//! What a test written with `#[orm_test]` does: start, run the body, finish, report.

mod artifacts;
mod attempt;
mod explain;
mod options;
mod outcome;
mod report;
mod skip;

use std::io::{self, Write};
use std::panic::{panic_any, resume_unwind};
use std::pin::Pin;

use crate::context::TestContext;
use crate::error::Error;
use crate::isolation::Isolation;
use crate::runtime::{self, RuntimeKind};
use crate::settings::Settings;
use crate::site::Site;
use attempt::{Attempt, Ended};

pub use options::{Options, TablesOf};
pub use outcome::Outcome;

/// Runs one test. Panics if it failed, which is how libtest learns of it.
#[doc(hidden)]
pub fn run<F, O, B>(site: Site, options: Options, body: B)
where
    B: Fn(TestContext) -> F,
    F: Future<Output = Result<O, Error>>,
    O: Outcome,
{
    // Boxed, so that everything else is compiled once and not for each test.
    run_boxed(&site, &options, &|context| {
        let body = body(context);
        Box::pin(async move { Ok(body.await?.into_result()) })
    });
}

/// The body of a test, with its parameters: an error if one of them could not be had, or else how the
/// body ended.
type BoxedBody<'b> = dyn Fn(TestContext) -> BoxedEnd<'b> + 'b;
type BoxedEnd<'b> = Pin<Box<dyn Future<Output = Result<Result<(), String>, Error>> + 'b>>;

fn run_boxed(site: &Site, options: &Options, body: &BoxedBody<'_>) {
    let settings = match Settings::of_process() {
        Ok(settings) => settings,
        Err(error) => return fail(options, &format!("{}: {error}", site.test_name())),
    };
    skip::forget_another_run(site);
    if !settings.selects(options.backend) {
        return pass_over(site, options, &skip::Reason::NotAsked);
    }
    let test = test(site, options, settings, body);
    let ended = match options.runtime {
        RuntimeKind::Shared => runtime::shared().map(|runtime| runtime.block_on(test)),
        RuntimeKind::Own => runtime::own().map(|runtime| runtime.block_on(test)),
    };
    match ended.unwrap_or_else(|error| Ended::Broken(error.to_string())) {
        Ended::Well => {}
        // The hook has already printed the message; a second `panic!` would print another.
        Ended::Panicked(payload) => resume_unwind(payload),
        Ended::Failed(message) => panic_any(message),
        Ended::Broken(message) => fail(options, &message),
        Ended::Unavailable(error) => match settings.insists_on(options.backend) {
            Some(why) => fail(options, &format!("{error}\n{why}")),
            None => pass_over(site, options, &skip::Reason::NotThere(&error)),
        },
    }
}

/// The test, once or, where the isolation is chosen by what happens, up to twice.
async fn test(site: &Site, options: &Options, settings: &Settings, body: &BoxedBody<'_>) -> Ended {
    let mut plan = options.plan(site, settings);
    let attempt = Attempt {
        site,
        options,
        keep: settings.keep,
    };
    if options.isolation != Isolation::Auto {
        return attempt.run(&plan, body).await;
    }
    match attempt.run_unless_it_needs_a_clone(&plan, body).await {
        Ok(ended) => ended,
        Err(reason) => {
            // Not `eprintln!`: libtest would capture it, and this is about the test, not from it.
            let _ = writeln!(
                io::stderr(),
                "testudo: test `{}` on {} needs isolation = \"clone\", and runs again in one: {reason}",
                site.test_name(),
                options.backend
            );
            plan.isolation = Isolation::Clone;
            attempt.run(&plan, body).await
        }
    }
}

/// Fails the test because of something outside its body.
fn fail(options: &Options, message: &str) {
    if options.should_panic.is_none() {
        panic_any(message.to_owned());
    }
    // To panic would be to pass. To return fails the test, and the reason is in its output.
    eprintln!("{message}");
}

/// Lets the test pass without running it.
fn pass_over(site: &Site, options: &Options, reason: &skip::Reason<'_>) {
    skip::record(options.backend, site, reason);
    // A test that should panic fails if it does not.
    if let Some(message) = options.should_panic {
        resume_unwind(Box::new(message));
    }
}
