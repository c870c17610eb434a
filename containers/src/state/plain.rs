//! Files and directories where there are no permissions of Unix: a user's temporary directory is theirs alone.

use std::{
    fs::{self, File, OpenOptions},
    io,
    path::Path,
};

/// There is nobody to tell apart.
pub(super) fn user() -> u32 {
    0
}

pub(super) fn is_ours(path: &Path) -> bool {
    path.is_dir()
}

pub(super) fn make_directory(path: &Path) -> io::Result<()> {
    fs::create_dir_all(path)
}

/// Opens a file; what it held is gone if `empty`.
pub(super) fn create(path: &Path, empty: bool) -> io::Result<File> {
    OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(empty)
        .open(path)
}
