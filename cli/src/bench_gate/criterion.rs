//! What criterion wrote: `<group>/<bench>/new/{benchmark,sample}.json`, for every bench of a run.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::SystemTime;

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// The samples of one bench.
#[derive(Debug, Clone)]
pub struct Times {
    /// Nanoseconds per iteration.
    pub per_iteration: Vec<f64>,
    /// When they were written.
    pub written: SystemTime,
}

#[derive(Deserialize)]
struct Benchmark {
    full_id: String,
}

#[derive(Deserialize)]
struct Sample {
    iters: Vec<f64>,
    times: Vec<f64>,
}

/// The latest results of all benches, by their ids. A folder that is not there holds none.
pub fn read(folder: &Path) -> Result<BTreeMap<String, Times>> {
    let mut results = BTreeMap::new();
    visit(folder, &mut results)?;
    Ok(results)
}

fn visit(folder: &Path, results: &mut BTreeMap<String, Times>) -> Result<()> {
    for folder in super::results::folders_in(folder)? {
        let sample = folder.join("sample.json");
        if folder.file_name().is_some_and(|name| name == "new") && sample.is_file() {
            let benchmark: Benchmark = json(&folder.join("benchmark.json"))?;
            results.insert(benchmark.full_id, times(&sample)?);
        } else {
            visit(&folder, results)?;
        }
    }
    Ok(())
}

fn times(file: &Path) -> Result<Times> {
    let sample: Sample = json(file)?;
    let per_iteration: Vec<f64> = sample
        .times
        .iter()
        .zip(&sample.iters)
        .map(|(time, iterations)| time / iterations)
        .collect();
    let sound = |time: &f64| time.is_finite() && *time > 0.0;
    if sample.times.len() != sample.iters.len()
        || per_iteration.is_empty()
        || !per_iteration.iter().all(sound)
    {
        bail!("{} holds no sound times; measure it again", file.display());
    }
    let written = std::fs::metadata(file)
        .and_then(|metadata| metadata.modified())
        .with_context(|| format!("cannot look at {}", file.display()))?;
    Ok(Times {
        per_iteration,
        written,
    })
}

fn json<T: DeserializeOwned>(file: &Path) -> Result<T> {
    let text =
        std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    serde_json::from_str(&text)
        .with_context(|| format!("{} is not what criterion writes", file.display()))
}
