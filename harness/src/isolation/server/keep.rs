//! The database of a failed test, left for somebody to look at.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;

use sha2::{Digest, Sha256};

use super::engine::{Engine, State};
use super::slot::note;
use super::template::hex;
use super::{SharedHost, names};
use crate::error::Error;

/// Copies a database of the server to one that no test uses, and writes its URL to a file: it has a
/// password, which is why it is not printed.
pub(super) async fn database<E: Engine>(
    host: &SharedHost<E>,
    database: &str,
    path: &Path,
) -> Result<(), Error> {
    // One for each test: what an earlier run of it left goes away.
    let name = names::kept(&hex(&Sha256::digest(path.as_os_str().as_encoded_bytes())));
    {
        let mut lease = host.lease().await;
        host.engine.copy(&mut lease, database, &name).await?;
        // Sweeping finds it by this.
        note(host, &mut lease, &name, State::Ready).await?;
    }
    write_private(path, &host.engine.url(&name))
        .map_err(|error| Error::io("write where the database of the test is to", path, error))
}

fn write_private(path: &Path, url: &str) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    writeln!(options.open(path)?, "{url}")
}
