//! Where a server keeps its data: a directory in memory if there is room, filled by copying another.

use std::{
    env,
    fs::{self, DirBuilder},
    io,
    os::unix::fs::{DirBuilderExt, chown},
    path::{Path, PathBuf},
    process::Command,
};

use super::account::Account;
use crate::password;

/// File systems in memory are small in containers; a server needs about a tenth of this to begin with.
const ROOM_KILOBYTES: u64 = 1024 * 1024;

/// Makes a new directory for a server, which nobody but `account` may enter.
pub(super) fn make(account: Option<Account>) -> io::Result<PathBuf> {
    let memory = PathBuf::from("/dev/shm");
    let parent = if room(&memory).is_some_and(|room| room >= ROOM_KILOBYTES) {
        memory
    } else {
        env::temp_dir()
    };
    // Short, because the path of a socket has at most 107 bytes.
    let path = parent.join(format!("testudo-{}", &password::generate()[..12]));
    make_private(&path, account)?;
    Ok(path)
}

/// Copies a directory with everything in it, into one that is made for it.
pub(super) fn copy(from: &Path, to: &Path, owner: Option<Account>) -> io::Result<()> {
    make_private(to, owner)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        if entry.file_type()?.is_dir() {
            copy(&source, &target, owner)?;
        } else {
            fs::copy(&source, &target)?;
            own(&target, owner)?;
        }
    }
    Ok(())
}

/// Makes a directory that nobody but its owner may enter.
pub(super) fn make_private(path: &Path, owner: Option<Account>) -> io::Result<()> {
    DirBuilder::new().mode(0o700).create(path)?;
    own(path, owner)
}

/// Gives a file or directory away, if it is to belong to somebody else.
pub(super) fn own(path: &Path, owner: Option<Account>) -> io::Result<()> {
    match owner {
        Some(Account { user, group }) => chown(path, Some(user), Some(group)),
        None => Ok(()),
    }
}

/// How much fits into a file system, in kilobytes; `None` if it is not there.
fn room(path: &Path) -> Option<u64> {
    let output = Command::new("df").arg("-Pk").arg(path).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    text.lines().nth(1)?.split_whitespace().nth(3)?.parse().ok()
}
