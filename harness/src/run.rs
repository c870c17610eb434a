//! What a test written with `#[orm_test]` does: start, run the body, finish, report.

mod artifacts;
mod outcome;
mod skip;

use std::any::Any;
use std::panic::{AssertUnwindSafe, panic_any, resume_unwind};
use std::path::PathBuf;
use std::pin::Pin;

use futures_util::FutureExt;
use testudo_sql::schema::Table;

use crate::backend::Backend;
use crate::builder::test_context;
use crate::context::TestContext;
use crate::error::Error;
use crate::isolation::Isolation;
use crate::plan::Plan;
use crate::runtime::{self, RuntimeKind};
use crate::settings::{Keep, Settings};
use crate::site::Site;

pub use outcome::Outcome;

/// The options of `#[orm_test]`, as its expansion writes them.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// The backend to run on.
    pub backend: Backend,
    /// The directory of migrations.
    pub migrations: Option<&'static str>,
    /// The tables of the models, for each of them.
    pub models: &'static [fn() -> Vec<&'static Table>],
    /// The names of fixture files.
    pub fixtures: &'static [&'static str],
    /// How the test is kept apart.
    pub isolation: Isolation,
    /// Which runtime drives it.
    pub runtime: RuntimeKind,
    /// The seed, if the test sets one.
    pub seed: Option<u64>,
    /// The message that `#[should_panic]` expects, if the test has that attribute.
    pub should_panic: Option<&'static str>,
}

impl Options {
    /// What a test gets that sets nothing.
    pub const DEFAULT: Self = Options {
        backend: Backend::Sqlite,
        migrations: None,
        models: &[],
        fixtures: &[],
        isolation: Isolation::Rollback,
        runtime: RuntimeKind::Shared,
        seed: None,
        should_panic: None,
    };

    fn plan(&self, site: &Site, settings: &Settings) -> Plan {
        let mut builder = test_context()
            .backend(self.backend)
            .isolation(self.isolation)
            .fixtures(self.fixtures.iter().copied())
            .models(self.models.iter().flat_map(|tables| tables()))
            .seed(self.seed.unwrap_or_else(|| stable_hash(&site.test_name())));
        if let Some(dir) = self.migrations {
            builder = builder.migrations(dir);
        }
        if let Some(dir) = site.manifest_dir {
            builder = builder.manifest_dir(dir);
        }
        builder.plan(settings)
    }
}

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
    if !settings.selects(options.backend) {
        skip::record(options.backend, &site.test_name(), site.manifest_dir);
        // A test that should panic fails if it does not.
        if let Some(message) = options.should_panic {
            resume_unwind(Box::new(message));
        }
        return;
    }
    let plan = options.plan(site, settings);
    let test = one_test(
        site,
        &plan,
        settings.keep,
        options.should_panic.is_some(),
        body,
    );
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
    }
}

/// How a test ended.
enum Ended {
    Well,
    /// The body panicked, which a `#[should_panic]` test is meant to do.
    Panicked(Box<dyn Any + Send>),
    /// The body returned an error.
    Failed(String),
    /// The test could not be started or was not kept apart: a failure, whatever the test expects.
    Broken(String),
}

/// Fails the test because of something outside its body.
fn fail(options: &Options, message: &str) {
    if options.should_panic.is_none() {
        panic_any(message.to_owned());
    }
    // To panic would be to pass. To return fails the test, and the reason is in its output.
    eprintln!("{message}");
}

async fn one_test(
    site: &Site,
    plan: &Plan,
    keep: Keep,
    should_panic: bool,
    body: &BoxedBody<'_>,
) -> Ended {
    let context = match TestContext::start(plan).await {
        Ok(context) => context,
        Err(error) => return Ended::Broken(error.to_string()),
    };
    let returned = AssertUnwindSafe(async { body(context.clone()).await })
        .catch_unwind()
        .await;
    let returned = match returned {
        Ok(Ok(result)) => Ok(result),
        Ok(Err(error)) => return Ended::Broken(error.to_string()),
        Err(payload) => Err(payload),
    };
    let failed = matches!(&returned, Ok(Err(_))) || (returned.is_err() != should_panic);
    let mut kept = Ok(None);
    let finished = context
        .end(&mut |lost| {
            kept = kept_path(site, keep, failed || lost);
            kept.as_ref().ok()?.clone()
        })
        .await;
    let said = match &returned {
        Ok(Ok(())) => String::new(),
        Ok(Err(error)) => error.clone(),
        Err(payload) => panic_message(payload),
    };
    if failed || finished.is_err() {
        report(site, plan, &said, keep, &kept);
    } else if let Ok(Some(path)) = &kept {
        eprintln!("kept: sqlite://{}", path.display());
    }
    match (returned, finished) {
        (Ok(Ok(())), Ok(())) => Ended::Well,
        (Ok(Err(error)), _) => Ended::Failed(error),
        (Err(payload), Ok(())) => Ended::Panicked(payload),
        // A panic of the body that nobody expected comes first: the loss may be its consequence.
        (Err(payload), Err(error)) if !should_panic => {
            eprintln!("{error}");
            Ended::Panicked(payload)
        }
        (_, Err(error)) => Ended::Broken(error.to_string()),
    }
}

/// Where to leave a copy of the database, if one is wanted.
fn kept_path(site: &Site, keep: Keep, failed: bool) -> Result<Option<PathBuf>, Error> {
    match keep {
        Keep::All => artifacts::kept_database(site).map(Some),
        Keep::Failed if failed => artifacts::kept_database(site).map(Some),
        Keep::Failed | Keep::None => Ok(None),
    }
}

/// Says how to look at a failed test. Goes to the output of the test, which libtest shows.
fn report(site: &Site, plan: &Plan, said: &str, keep: Keep, kept: &Result<Option<PathBuf>, Error>) {
    let mut text = format!(
        "test `{}` failed on {} with seed {}\n  run it again: {}",
        site.test_name(),
        plan.backend,
        plan.seed,
        site.command(plan.seed)
    );
    match kept {
        Ok(Some(path)) => text.push_str(&format!("\n  its database: sqlite://{}", path.display())),
        Ok(None) if keep == Keep::None => {
            text.push_str("\n  TESTUDO_KEEP=failed keeps its database");
        }
        Ok(None) => text.push_str(
            "\n  its database could not be kept: the test had closed its pool, or still held its \
             connection",
        ),
        Err(error) => text.push_str(&format!("\n  {error}")),
    }
    // The texts of `sqlx::Error::PoolTimedOut`, as `{}` and as `{:?}`.
    let timed_out = said.contains("pool timed out") || said.contains("PoolTimedOut");
    if timed_out && plan.isolation == Isolation::Rollback {
        text.push_str(
            "\n  the pool timed out: with isolation = \"rollback\" it has one connection, and the code \
             under test asked for a second one while it held the first; pass the open transaction on, \
             or use isolation = \"clone\"",
        );
    }
    eprintln!("{text}");
}

fn panic_message(payload: &Box<dyn Any + Send>) -> String {
    match payload.downcast_ref::<String>() {
        Some(text) => text.clone(),
        None => payload
            .downcast_ref::<&str>()
            .map(ToString::to_string)
            .unwrap_or_default(),
    }
}

/// FNV-1a with 64 bits: the same in every build, which the hasher of the standard library does not
/// promise. It makes the seed of a test that sets none.
fn stable_hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_seed_of_a_test_is_the_same_in_every_build() {
        // Test vectors of draft-eastlake-fnv, appendix C.
        assert_eq!(stable_hash("a"), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(stable_hash("foobar"), 0x8594_4171_f739_67e8);
    }
}
