//! The URL of a server: what of it matters before a driver sees it.

use crate::{Engine, Error};

/// The parts of `scheme://user:password@host:port/database?name=value`.
#[derive(Debug, PartialEq)]
pub(crate) struct Url<'a> {
    pub(crate) scheme: &'a str,
    pub(crate) host: &'a str,
    /// `None` where the URL has none.
    pub(crate) port: Option<&'a str>,
    pub(crate) database: &'a str,
    pub(crate) query: &'a str,
}

/// Where to knock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Address {
    Tcp {
        host: String,
        port: u16,
    },
    /// A socket in the file system: the driver is the one to find out.
    Socket,
}

impl<'a> Url<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let (scheme, rest) = text.split_once("://")?;
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, database) = rest.split_once('/').unwrap_or((rest, ""));
        let place = authority
            .rsplit_once('@')
            .map_or(authority, |(_, place)| place);
        // The colons of an IPv6 address are within its brackets.
        let (host, port) = match place.rsplit_once(':') {
            Some((host, port)) if !port.contains(']') => (host, Some(port)),
            _ => (place, None),
        };
        Some(Self {
            scheme,
            host,
            port,
            database,
            query,
        })
    }

    /// Takes a user's URL of a server apart, if it can be one of `engine`.
    pub(crate) fn of(engine: Engine, text: &'a str, source: &str) -> Result<Self, Error> {
        let wanted = format!(
            "{}://user:password@host:{}/database",
            engine.schemes()[0],
            engine.port()
        );
        let Some(url) = Self::parse(text) else {
            return Err(Error::new(format!(
                "{source} is no URL; it looks like `{wanted}`"
            )));
        };
        if !engine.schemes().contains(&url.scheme) {
            return Err(Error::new(format!(
                "{source} begins with `{}://`, and {engine} is wanted; it looks like `{wanted}`",
                url.scheme
            )));
        }
        Ok(url)
    }

    /// What the query says last about `name`, as drivers read it.
    fn parameter(&self, name: &str) -> Option<&'a str> {
        self.query
            .split('&')
            .filter_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
            .next_back()
    }

    /// Where the server listens.
    pub(crate) fn address(&self, engine: Engine, source: &str) -> Result<Address, Error> {
        if self.parameter("socket").is_some() || self.host.to_lowercase().starts_with("%2f") {
            return Ok(Address::Socket);
        }
        let host = match self.parameter("hostaddr").or(self.parameter("host")) {
            Some(host) if host.starts_with('/') || host.to_lowercase().starts_with("%2f") => {
                return Ok(Address::Socket);
            }
            Some(host) => host,
            None if self.host.is_empty() => "localhost",
            None => self.host.trim_start_matches('[').trim_end_matches(']'),
        };
        let port = match self.parameter("port").or(self.port) {
            None => engine.port(),
            Some(port) => port.parse().map_err(|_| {
                Error::new(format!(
                    "the port in {source} is `{port}`, and has to be a number up to 65535"
                ))
            })?,
        };
        Ok(Address::Tcp {
            host: host.to_owned(),
            port,
        })
    }

    /// Refuses a database with a name of its own that does not say that it is for tests.
    ///
    /// Tests get databases of their own, but a URL that was copied from an application leads to a server where
    /// nobody wants them either.
    pub(crate) fn check_database(&self, engine: Engine, source: &str) -> Result<(), Error> {
        // Postgres takes it from the query as well, and that one counts.
        let name = self.parameter("dbname").unwrap_or(self.database);
        if name.is_empty() || engine.maintenance_databases().contains(&name) || is_for_tests(name) {
            return Ok(());
        }
        Err(Error::refused(format!(
            "{source} leads to the database `{name}`, whose name does not say that it is for tests; put the word \
             `test` into it (`{name}_test`), leave it out (tests get databases of their own on that server), or \
             set `TESTUDO_ALLOW_NON_TEST_DATABASE=1`"
        )))
    }

    /// A URL as it may be shown.
    ///
    /// A password that should have been escaped has to stay hidden as well, so the login ends at the last `@`. The
    /// query is left out: some drivers take a password there.
    pub(crate) fn without_password(text: &str) -> String {
        let Some((scheme, rest)) = text.split_once("://") else {
            // Whatever it is, it may hold a password.
            return "***".to_owned();
        };
        let (login, place) = rest.rsplit_once('@').unwrap_or(("", rest));
        let user = login.split([':', '/', '?']).next().unwrap_or_default();
        let place = place.split('?').next().unwrap_or_default();
        let at = if user.is_empty() { "" } else { "@" };
        format!("{scheme}://{user}{at}{place}")
    }
}

/// Whether a word of a name is `test`, `tests`, `testing` or `testudo`.
fn is_for_tests(name: &str) -> bool {
    name.to_lowercase()
        .split(|character: char| !character.is_ascii_alphabetic())
        .any(|word| matches!(word, "test" | "tests" | "testing" | "testudo"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> Address {
        Url::parse(text)
            .unwrap()
            .address(Engine::Postgres, "it")
            .unwrap()
    }

    fn tcp(host: &str, port: u16) -> Address {
        Address::Tcp {
            host: host.to_owned(),
            port,
        }
    }

    #[test]
    fn an_address_is_found_in_every_form_of_a_url() {
        assert_eq!(address("postgres://u:p@db:6000/app"), tcp("db", 6000));
        assert_eq!(address("postgres://db"), tcp("db", 5432));
        assert_eq!(address("postgres://u:p@/app"), tcp("localhost", 5432));
        assert_eq!(address("postgres://u:p@[::1]:6000/app"), tcp("::1", 6000));
        assert_eq!(address("postgres://[::1]/app"), tcp("::1", 5432));
        assert_eq!(
            address("postgres://u:p%40ss@db/app?host=other&port=1"),
            tcp("other", 1)
        );
        assert_eq!(
            address("postgres:///app?host=/run/postgresql"),
            Address::Socket
        );
        assert_eq!(
            address("postgres://%2Frun%2Fpostgresql/app"),
            Address::Socket
        );
    }

    #[test]
    fn a_shown_url_has_no_password() {
        let shown = Url::without_password;
        assert_eq!(
            shown("mysql://root:secret@db:1/app?ssl=no"),
            "mysql://root@db:1/app"
        );
        assert_eq!(
            shown("mysql://root:se/c@r?et@db/app"),
            "mysql://root@db/app"
        );
        assert_eq!(shown("mysql://db/app?password=secret"), "mysql://db/app");
        assert_eq!(shown("root:secret"), "***");
    }

    #[test]
    fn the_database_in_the_query_is_the_one_that_is_checked() {
        let check = |text| {
            Url::parse(text)
                .unwrap()
                .check_database(Engine::Postgres, "it")
        };
        let refused = check("postgres://db/test?dbname=shop&application_name=x").unwrap_err();
        assert!(
            refused
                .to_string()
                .starts_with("it leads to the database `shop`"),
            "{refused}"
        );
        assert!(check("postgres://db/shop?dbname=shop_test").is_ok());
        assert!(check("postgres://db?dbname=postgres").is_ok());
    }

    #[test]
    fn only_a_whole_word_says_that_a_database_is_for_tests() {
        for name in [
            "test",
            "app_test",
            "test-app",
            "Testing",
            "testudo",
            "app_tests_2",
        ] {
            assert!(is_for_tests(name), "{name}");
        }
        for name in ["app", "contest", "latest", "testament"] {
            assert!(!is_for_tests(name), "{name}");
        }
    }
}
