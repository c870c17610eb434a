//! Files and directories that other users can neither read nor replace.

use std::{
    env,
    fs::{self, DirBuilder, File, OpenOptions},
    io,
    os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt},
    path::Path,
};

/// The number of the user that runs this process.
///
/// The standard library does not tell; on Linux `/proc` does, elsewhere the owner of the home directory is the
/// best guess, and a wrong one is found out when the directory is checked.
pub(super) fn user() -> u32 {
    fs::metadata("/proc/self")
        .or_else(|_| fs::metadata(env::var_os("HOME").unwrap_or_default()))
        .map_or(0, |file| file.uid())
}

/// Whether a directory is there and belongs to this user.
pub(super) fn is_ours(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|file| file.is_dir() && file.uid() == user())
}

/// Makes a directory for this user alone. One that is there has to be such a one: in a directory for temporary
/// files, anybody may have made it.
pub(super) fn make_directory(path: &Path) -> io::Result<()> {
    match DirBuilder::new().mode(0o700).create(path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    let found = fs::symlink_metadata(path)?;
    if found.is_dir() && found.uid() == user() && found.mode() & 0o077 == 0 {
        Ok(())
    } else {
        Err(io::Error::other(
            "it is not a directory of this user that nobody else may enter",
        ))
    }
}

/// Opens a file for this user alone; what it held is gone if `empty`.
pub(super) fn create(path: &Path, empty: bool) -> io::Result<File> {
    OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(empty)
        .mode(0o600)
        .open(path)
}
