//! Who a server runs as: servers refuse to be started by root.

use std::{fs, os::unix::process::CommandExt, process::Command};

use crate::Engine;

/// A user of this machine, by numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Account {
    pub(super) user: u32,
    pub(super) group: u32,
}

impl Account {
    /// Whom to become before a server is started: nobody else, unless this is root.
    pub(super) fn of(engine: Engine) -> Option<Self> {
        let root = fs::metadata("/proc/self")
            .is_ok_and(|file| std::os::unix::fs::MetadataExt::uid(&file) == 0);
        root.then(|| {
            Self::among(
                &fs::read_to_string("/etc/passwd").unwrap_or_default(),
                engine,
            )
        })
    }

    /// The account that a package made for such servers, or that of nobody.
    fn among(passwd: &str, engine: Engine) -> Self {
        let usual = match engine {
            Engine::Postgres => "postgres",
            Engine::MySql | Engine::MariaDb => "mysql",
        };
        [usual, "nobody"]
            .iter()
            .find_map(|name| {
                let line = passwd
                    .lines()
                    .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
                let mut fields = line.split(':').skip(1);
                let user = fields.next()?.parse().ok()?;
                let group = fields.next()?.parse().ok()?;
                Some(Self { user, group })
            })
            .unwrap_or(Self {
                user: 65534,
                group: 65534,
            })
    }

    /// A program as this account, or as whoever we are.
    pub(super) fn command(account: Option<Self>, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        if let Some(Self { user, group }) = account {
            command.uid(user).gid(group);
        }
        // Whoever started us may be in a directory that this account cannot enter.
        command.current_dir("/");
        command
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_account_of_a_package_comes_before_nobody() {
        let passwd = "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65533::/:\npostgres:x:106:113::/var/lib:/bin/sh\n";
        let postgres = Account::among(passwd, Engine::Postgres);
        assert_eq!(
            postgres,
            Account {
                user: 106,
                group: 113
            }
        );
        let mysql = Account::among(passwd, Engine::MySql);
        assert_eq!(
            mysql,
            Account {
                user: 65534,
                group: 65533
            }
        );
    }
}
