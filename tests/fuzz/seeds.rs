//! The real texts that mutations start from.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value as Json;

fn folder(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn files(path: &str, extensions: &[&str]) -> Vec<String> {
    let entries = fs::read_dir(folder(path)).unwrap();
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension()
                .is_some_and(|own| extensions.iter().any(|wanted| own == *wanted))
        })
        .collect();
    paths.sort();
    paths
        .iter()
        .map(|path| fs::read_to_string(path).unwrap())
        .collect()
}

fn recorded() -> impl Iterator<Item = Json> {
    files("conformance/cases", &["jsonl"])
        .into_iter()
        .flat_map(|file| {
            file.lines()
                .map(|line| serde_json::from_str(line).unwrap())
                .collect::<Vec<Json>>()
        })
}

/// Every recorded command line.
pub(crate) fn command_lines() -> Vec<String> {
    recorded()
        .map(|case| case["line"].as_str().unwrap().replace('¦', ""))
        .collect()
}

/// What PowerShell serialised.
pub(crate) fn clixml() -> Vec<String> {
    let documents = recorded().filter_map(|case| case["clixml"].as_array().cloned());
    documents
        .flatten()
        .map(|document| document.as_str().unwrap().to_owned())
        .collect()
}

/// Sample topologies in all three forms, and the example of a deployment.
pub(crate) fn topologies() -> Vec<String> {
    files("../server/domain/testdata", &["tbxml", "xml", "toml"])
}

/// JSON of many shapes: the recorded cases themselves.
pub(crate) fn json() -> Vec<String> {
    recorded()
        .step_by(20)
        .map(|case| case.to_string())
        .collect()
}
