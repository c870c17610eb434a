//! Files that a run leaves on purpose, in `target/testudo`.

use std::fs;
use std::path::{Path, PathBuf};

use crate::backend::Backend;
use crate::error::Error;
use crate::site::Site;

/// Where a copy of the database of a test goes, or for a server the URL of the copy; what an earlier run
/// left there is removed.
pub(super) fn kept_database(site: &Site, backend: Backend) -> Result<PathBuf, Error> {
    let dir = directory(site.manifest_dir)?.join("kept");
    fs::create_dir_all(&dir).map_err(|error| Error::io("create the directory", &dir, error))?;
    let krate = site.module_path.split("::").next().unwrap_or_default();
    let name = format!("{krate}-{}", site.test_name().replace("::", "-"));
    let extension = match backend {
        Backend::Sqlite => "sqlite3",
        Backend::Postgres | Backend::MySql | Backend::MariaDb => "url",
    };
    let path = dir.join(format!("{name}.{extension}"));
    match fs::remove_file(&path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Error::io("remove the old database", &path, error))
        }
        _ => Ok(path),
    }
}

/// `target/testudo`, created if it is not there.
pub(super) fn directory(manifest_dir: Option<&str>) -> Result<PathBuf, Error> {
    let dir = target_directory(manifest_dir).join("testudo");
    fs::create_dir_all(&dir).map_err(|error| Error::io("create the directory", &dir, error))?;
    Ok(dir)
}

/// The target directory of this run: the test binary lies in it, and cargo marks it.
pub(super) fn target_directory(manifest_dir: Option<&str>) -> PathBuf {
    let marked = std::env::current_exe().ok().and_then(|exe| {
        exe.ancestors()
            .find(|dir| dir.join("CACHEDIR.TAG").is_file())
            .map(Path::to_owned)
    });
    marked
        .or_else(|| std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from))
        .unwrap_or_else(|| Path::new(manifest_dir.unwrap_or(".")).join("target"))
}
