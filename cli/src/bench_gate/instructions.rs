//! What gungraun wrote: `summary.json` for every bench, when it was asked by `--save-summary=json` or
//! `GUNGRAUN_SAVE_SUMMARY=json`.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::SystemTime;

use anyhow::{Context, Result};
use serde_json::Value;

/// The instructions of one bench, as callgrind counted them.
#[derive(Debug, Clone, Copy)]
pub struct Instructions {
    pub count: u64,
    pub written: SystemTime,
}

/// The latest counts of all benches, by their ids: `file::group::function`, and after a blank the id of
/// a case. A folder that is not there holds none.
pub fn read(folder: &Path) -> Result<BTreeMap<String, Instructions>> {
    let mut results = BTreeMap::new();
    visit(folder, &mut results)?;
    Ok(results)
}

fn visit(folder: &Path, results: &mut BTreeMap<String, Instructions>) -> Result<()> {
    for folder in super::results::folders_in(folder)? {
        let summary = folder.join("summary.json");
        if summary.is_file() {
            let (id, instructions) = instructions(&summary)?;
            results.insert(id, instructions);
        } else {
            visit(&folder, results)?;
        }
    }
    Ok(())
}

fn instructions(file: &Path) -> Result<(String, Instructions)> {
    let read = || -> Result<(String, Instructions)> {
        let summary: Value = serde_json::from_str(&std::fs::read_to_string(file)?)?;
        let mut id = summary["module_path"]
            .as_str()
            .context("it has no `module_path`")?
            .to_owned();
        if let Some(case) = summary["id"].as_str() {
            id.push(' ');
            id.push_str(case);
        }
        let count = summary["profiles"]
            .as_array()
            .into_iter()
            .flatten()
            .find_map(|profile| {
                profile
                    .pointer("/data/total/metrics/Ir/values/new")?
                    .as_u64()
            })
            .context("it has no count of instructions (`Ir`)")?;
        let written = std::fs::metadata(file)?.modified()?;
        Ok((id, Instructions { count, written }))
    };
    read().with_context(|| {
        format!(
            "{} is not what gungraun 0.16 and later write",
            file.display()
        )
    })
}
