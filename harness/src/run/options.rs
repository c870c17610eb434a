//! The options of `#[orm_test]`, and the plan that they make with the call site and the environment.

use testudo_sql::schema::Table;

use crate::backend::Backend;
use crate::builder::test_context;
use crate::isolation::Isolation;
use crate::plan::Plan;
use crate::runtime::RuntimeKind;
use crate::settings::Settings;
use crate::site::Site;

/// The options of `#[orm_test]`, as its expansion writes them.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// The backend to run on.
    pub backend: Backend,
    /// The directory of migrations.
    pub migrations: Option<&'static str>,
    /// The tables of the models, for each of them.
    pub models: &'static [TablesOf],
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
    /// Why the body is expected to fail on this backend, if it is.
    pub expected_failure: Option<&'static str>,
}

/// The tables of a model, with those of its many-to-many relations.
pub type TablesOf = fn() -> Vec<&'static Table>;

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
        expected_failure: None,
    };

    pub(super) fn plan(&self, site: &Site, settings: &Settings) -> Plan {
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
