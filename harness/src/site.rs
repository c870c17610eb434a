//! Where a test stands in the source, and how to run it alone.

/// What only the place of a test knows about it.
#[derive(Debug, Clone, Copy)]
pub struct Site {
    /// The package.
    pub package: &'static str,
    /// The root of the package.
    pub manifest_dir: Option<&'static str>,
    /// The path of the module, starting with the crate.
    pub module_path: &'static str,
    /// The name of the test function.
    pub function: &'static str,
    /// The source file.
    pub file: &'static str,
    /// Whether the crate is an integration test or a bench.
    pub is_integration: bool,
    /// The name of the binary target, if it is one.
    pub binary: Option<&'static str>,
}

/// Captures a [`Site`].
#[doc(hidden)]
#[macro_export]
macro_rules! __site {
    ($function:expr) => {
        $crate::__private::Site {
            package: match ::core::option_env!("CARGO_PKG_NAME") {
                ::core::option::Option::Some(name) => name,
                ::core::option::Option::None => "",
            },
            manifest_dir: ::core::option_env!("CARGO_MANIFEST_DIR"),
            module_path: ::core::module_path!(),
            function: $function,
            file: ::core::file!(),
            // Cargo sets it for these targets alone.
            is_integration: ::core::option_env!("CARGO_TARGET_TMPDIR").is_some(),
            binary: ::core::option_env!("CARGO_BIN_NAME"),
        }
    };
}

pub use crate::__site as site;

impl Site {
    /// The name by which libtest knows the test.
    pub(crate) fn test_name(&self) -> String {
        match self.module_path.split_once("::") {
            Some((_, modules)) => format!("{modules}::{}", self.function),
            None => self.function.to_owned(),
        }
    }

    /// The command that runs this test alone, with this seed.
    pub(crate) fn command(&self, seed: u64) -> String {
        let package = match self.package {
            "" => String::new(),
            name => format!(" -p {name}"),
        };
        format!(
            "TESTUDO_SEED={seed} cargo test{package} {} {} -- --exact",
            self.target(),
            self.test_name()
        )
    }

    fn target(&self) -> String {
        let krate = self
            .module_path
            .split("::")
            .next()
            .unwrap_or(self.module_path);
        if let Some(binary) = self.binary {
            return format!("--bin {binary}");
        }
        if !self.is_integration {
            return "--lib".to_owned();
        }
        // A target may have dashes where its crate has underscores; its file knows.
        let target = self
            .file
            .split(['/', '\\'])
            .map(|part| part.trim_end_matches(".rs"))
            .find(|part| part.contains('-') && part.replace('-', "_") == krate);
        format!("--test {}", target.unwrap_or(krate))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SITE: Site = Site {
        package: "shop",
        manifest_dir: None,
        module_path: "shop::orders",
        function: "settles",
        file: "src/orders.rs",
        is_integration: false,
        binary: None,
    };

    #[test]
    fn a_unit_test_is_run_by_its_library() {
        assert_eq!(
            SITE.command(7),
            "TESTUDO_SEED=7 cargo test -p shop --lib orders::settles -- --exact"
        );
    }

    #[test]
    fn an_integration_test_is_run_by_its_target() {
        let site = Site {
            module_path: "end_to_end",
            file: "tests/end-to-end.rs",
            is_integration: true,
            ..SITE
        };
        assert_eq!(
            site.command(7),
            "TESTUDO_SEED=7 cargo test -p shop --test end-to-end settles -- --exact"
        );
    }

    #[test]
    fn a_test_of_a_binary_is_run_by_it() {
        let site = Site {
            module_path: "shopd",
            binary: Some("shopd"),
            ..SITE
        };
        assert_eq!(
            site.command(7),
            "TESTUDO_SEED=7 cargo test -p shop --bin shopd settles -- --exact"
        );
    }
}
