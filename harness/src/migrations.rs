//! Migrations in a directory, in sqlx's layout, with a folder for each backend where they differ.

mod statements;

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use sqlx::AssertSqlSafe;
use sqlx::SqlSafeStr;
use sqlx::migrate::{Migration, MigrationType};

use crate::backend::Backend;
use crate::error::{Error, MigrationFailure};

pub(crate) use statements::{Statement, statements};

/// The migrations of one directory, in the order in which they run.
#[derive(Debug)]
pub(crate) struct Migrations {
    pub(crate) files: Vec<MigrationFile>,
}

/// One migration: a file that is run once. The `.down.sql` of a pair is never run.
#[derive(Debug)]
pub(crate) struct MigrationFile {
    pub(crate) path: PathBuf,
    pub(crate) version: i64,
    description: String,
    reversible: bool,
    pub(crate) sql: String,
}

impl Migrations {
    /// Reads the migrations of a backend as `sqlx::migrate!` does: `<version>_<description>.sql`, or `.up.sql`
    /// with a `.down.sql` beside it; other files are passed over.
    ///
    /// They lie in the directory itself, or in a folder in it that is named after the backend.
    pub(crate) fn read(dir: &Path, backend: Backend) -> Result<Self, Error> {
        let Some(own) = folders(dir, backend).find(|folder| folder.is_dir()) else {
            let (files, passed_over) = read_dir(dir)?;
            if files.is_empty() {
                return Err(Error::configuration(nothing_found(dir, &passed_over)));
            }
            return Ok(Self { files });
        };
        let (files, passed_over) = read_dir(&own)?;
        if files.is_empty() {
            return Err(Error::configuration(nothing_found(&own, &passed_over)));
        }
        // Whoever adds a migration to one of the two should not wonder why it does not run.
        if let Some(file) = read_dir(dir)?.0.first() {
            return Err(Error::configuration(format!(
                "the folder `{}` has migrations for {backend}, and `{}` lies beside it; move those of the \
                 other backends into folders of their own, named {}",
                own.display(),
                file.path.display(),
                names()
            )));
        }
        Ok(Self { files })
    }
}

/// Where the migrations of a backend alone may lie, the first that exists before the others.
pub(crate) fn folders(dir: &Path, backend: Backend) -> impl Iterator<Item = PathBuf> {
    // MariaDB reads what MySQL reads, most of the time.
    let other = (backend == Backend::MariaDb).then_some(Backend::MySql);
    [Some(backend), other]
        .into_iter()
        .flatten()
        .map(|backend| dir.join(backend.name()))
}

/// "`sqlite`, `postgres`".
fn names() -> String {
    let names = Backend::ALL.iter().map(|backend| format!("`{backend}`"));
    names.collect::<Vec<_>>().join(", ")
}

/// The migrations in a directory in the order of their versions, and the names of other SQL files.
fn read_dir(dir: &Path) -> Result<(Vec<MigrationFile>, Vec<String>), Error> {
    let entries =
        fs::read_dir(dir).map_err(|e| Error::io("read the migrations directory", dir, e))?;
    let mut files = Vec::new();
    let mut passed_over = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|e| Error::io("read the migrations directory", dir, e))?;
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        if !path.is_file() || !name.ends_with(".sql") {
            continue;
        }
        match name.split_once('_') {
            Some((version, rest)) => files.extend(read_file(&path, version, rest)?),
            None => passed_over.push(name),
        }
    }
    files.sort_by_key(|file: &MigrationFile| file.version);
    refuse_duplicates(&files)?;
    Ok((files, passed_over))
}

impl MigrationFile {
    pub(crate) fn to_sqlx(&self) -> Migration {
        Migration::new(
            self.version,
            self.description.clone().into(),
            if self.reversible {
                MigrationType::ReversibleUp
            } else {
                MigrationType::Simple
            },
            AssertSqlSafe(self.sql.clone()).into_sql_str(),
            // The same words at the same place as sqlx looks for.
            self.sql.starts_with("-- no-transaction"),
        )
    }
}

/// `rest` is the name of the file after `<version>_`.
fn read_file(path: &Path, version: &str, rest: &str) -> Result<Option<MigrationFile>, Error> {
    let kind = MigrationType::from_filename(rest);
    if kind.is_down_migration() {
        return Ok(None);
    }
    let version = version.parse().map_err(|_| {
        Error::migration(MigrationFailure {
            file: path.to_owned(),
            statement: None,
            message: format!(
                "`{version}` is no version: name it `<number>_<description>.sql`, such as `1_init.sql`"
            ),
            source: None,
        })
    })?;
    let sql = fs::read_to_string(path).map_err(|e| Error::io("read the migration", path, e))?;
    Ok(Some(MigrationFile {
        path: path.to_owned(),
        version,
        description: rest.trim_end_matches(kind.suffix()).replace('_', " "),
        reversible: kind.is_reversible(),
        sql,
    }))
}

fn refuse_duplicates(files: &[MigrationFile]) -> Result<(), Error> {
    let mut seen: HashMap<i64, &Path> = HashMap::new();
    let duplicates: Vec<String> = files
        .iter()
        .filter_map(|file| {
            let first = seen.insert(file.version, &file.path)?;
            Some(format!(
                "`{}` and `{}`",
                first.display(),
                file.path.display()
            ))
        })
        .collect();
    if duplicates.is_empty() {
        return Ok(());
    }
    Err(Error::configuration(format!(
        "two migrations have the same version: {}; give each a number of its own",
        duplicates.join(", ")
    )))
}

fn nothing_found(dir: &Path, passed_over: &[String]) -> String {
    let mut text = format!(
        "the directory `{}` has no migrations: they are named `<number>_<description>.sql`, such as \
         `1_init.sql` or `1_init.up.sql`",
        dir.display()
    );
    if !passed_over.is_empty() {
        text.push_str(&format!("; passed over: `{}`", passed_over.join("`, `")));
    }
    text
}
