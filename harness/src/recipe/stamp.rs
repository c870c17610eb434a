//! Whether the files of a recipe are still those that were read.

use std::ffi::OsString;
use std::fs::{self, Metadata};
use std::path::Path;
use std::time::SystemTime;

use super::Recipe;
use crate::migrations;

/// The names, sizes and times of the files that a recipe names: what tools that build things look at
/// too. To look costs a third of reading ten small files, and next to nothing beside large ones.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    migrations: Vec<(OsString, Option<FileStamp>)>,
    fixtures: Vec<Option<FileStamp>>,
}

#[derive(Debug, PartialEq, Eq)]
struct FileStamp {
    size: u64,
    modified: Option<SystemTime>,
}

impl Stamp {
    /// What is not there has no stamp; that it is missing is found out by reading.
    pub(super) fn of(recipe: &Recipe) -> Self {
        let fixtures = recipe.fixtures.iter().flat_map(|name| {
            ["yml", "yaml"].map(|extension| {
                let path = recipe.fixtures_dir.join(format!("{name}.{extension}"));
                fs::metadata(path).ok().map(FileStamp::of)
            })
        });
        Self {
            migrations: recipe
                .migrations
                .iter()
                .flat_map(|dir| {
                    let own = migrations::folders(dir, recipe.backend);
                    std::iter::once(dir.clone())
                        .chain(own)
                        .flat_map(|dir| files_in(&dir))
                })
                .collect(),
            fixtures: fixtures.collect(),
        }
    }
}

impl FileStamp {
    fn of(metadata: Metadata) -> Self {
        Self {
            size: metadata.len(),
            modified: metadata.modified().ok(),
        }
    }
}

fn files_in(dir: &Path) -> Vec<(OsString, Option<FileStamp>)> {
    let mut files: Vec<_> = fs::read_dir(dir)
        .into_iter()
        .flatten()
        .flatten()
        // Not `entry.metadata()`, which does not follow links.
        .map(|entry| {
            (
                entry.file_name(),
                fs::metadata(entry.path()).ok().map(FileStamp::of),
            )
        })
        .collect();
    files.sort_by(|(a, _), (b, _)| a.cmp(b));
    files
}
