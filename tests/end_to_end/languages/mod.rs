//! Programs in other languages made of nothing but the contracts: each fails a pool over, follows it, and reads the typed result;
//! one gives and gets the bytes of files. Their packages are fetched once, into the build folder.

mod go;
mod node;
mod python;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde::Deserialize;
use tandem_lab::laboratory::{ADMINISTRATOR, POOL1, POOL2};

use crate::deployment::{Deployment, USERS};

/// The contracts that the programs use.
const CONTRACTS: [&str; 4] = [
    "tandem/cmdlet/v1/annotations.proto",
    "tandem/cmdlet/v1/records.proto",
    "tandem/pool/v1/pool.proto",
    "tandem/shell/v1/shell.proto",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_owned()
}

/// The folder of the programs of a language.
fn sources(language: &str) -> PathBuf {
    root().join("tests/clients").join(language)
}

/// The folder that holds a language's packages, made anew by `make` when one of its `files` has changed since.
fn prepared(language: &str, files: &[&str], make: impl FnOnce(&Path)) -> PathBuf {
    let folder = root().join(format!("target/{language}-client"));
    let wanted: Vec<_> = files
        .iter()
        .map(|file| fs::read_to_string(sources(language).join(file)).unwrap())
        .collect();
    let stamp = folder.join("made-of");
    let wanted = wanted.join("\n");
    if fs::read_to_string(&stamp).is_ok_and(|made_of| made_of == wanted) {
        return folder;
    }
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    make(&folder);
    fs::write(stamp, wanted).unwrap();
    folder
}

/// Runs a program that must succeed; `needed` is what the tests need for it.
fn run(command: &mut Command, needed: &str) -> Output {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}; the tests need {needed}"));
    assert!(
        output.status.success(),
        "{command:?}\n{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    output
}

/// What a program says that `made` makes ready, called with the first pool's node, certificates and these words.
async fn said<R: for<'a> Deserialize<'a>>(
    deployment: &Deployment,
    made: impl FnOnce() -> Command + Send + 'static,
    words: &'static [&'static str],
) -> R {
    let laboratory = &deployment.laboratory;
    let files = laboratory.cast().holder(ADMINISTRATOR);
    let endpoint = laboratory.pool(POOL1).address.to_string();
    let authority = laboratory.cast().authority();
    let output = tokio::task::spawn_blocking(move || {
        let mut command = made();
        command
            .arg(endpoint)
            .args([POOL1.into(), authority, files.certificate, files.key])
            .args(words);
        run(&mut command, "what it was made with")
    });
    serde_json::from_slice(&output.await.unwrap().stdout).unwrap()
}

#[derive(Debug, Deserialize)]
struct Report {
    asked_operation: String,
    plan: String,
    steps: Vec<String>,
    progress: Vec<String>,
    verbose: Vec<String>,
    operation: String,
    outcome: String,
    serving_pool: String,
    executed_plan: String,
    users: u64,
    again: Vec<String>,
    refusal: Option<Refusal>,
}

#[derive(Debug, Deserialize)]
struct Refusal {
    code: String,
    details: String,
}

async fn fails_a_pool_over(made: impl FnOnce() -> Command + Send + 'static) {
    let deployment = Deployment::start().await;
    let report: Report = said(&deployment, made, &[POOL1]).await;

    assert_eq!(report.operation, report.asked_operation);
    assert_eq!(report.outcome, "Committed");
    assert_eq!(report.serving_pool, POOL2);
    assert_eq!(report.users, USERS as u64);
    assert_eq!(report.executed_plan, report.plan);
    assert!(
        report.steps.iter().any(|step| step == "Freeze"),
        "{report:?}"
    );
    assert!(
        !report.progress.is_empty() && !report.verbose.is_empty(),
        "{report:?}"
    );
    assert_eq!(report.again, std::slice::from_ref(&report.operation));
    let refusal = report.refusal.expect("the second failover is refused");
    assert_eq!(refusal.code, "FAILED_PRECONDITION");
    assert!(refusal.details.contains(POOL1), "{refusal:?}");
    deployment.serving(POOL1, POOL2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn python_fails_a_pool_over() {
    fails_a_pool_over(|| python::program("pool_fail_over.py")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn node_fails_a_pool_over() {
    fails_a_pool_over(|| node::program("pool_fail_over.js")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn go_fails_a_pool_over() {
    fails_a_pool_over(go::program).await;
}

#[derive(Debug, Deserialize)]
struct Files {
    text: String,
    errors: Vec<String>,
    state: String,
    written: BTreeMap<String, String>,
    endless_sent: u64,
}

#[tokio::test(flavor = "multi_thread")]
async fn python_gives_and_gets_files() {
    let deployment = Deployment::start().await;
    let made = || python::program("caller_files.py");
    let files: Files = said(&deployment, made, &[]).await;
    assert_eq!(files.state, "PIPELINE_STATE_COMPLETED");
    assert_eq!(files.text, "again and again\nagain and again\n");
    assert_eq!(
        files.errors,
        ["PathNotFound,Microsoft.PowerShell.Commands.GetContentCommand"]
    );
    assert_eq!(files.written["notes.txt"], "one\ntwo\n");
    let chosen = &files.written["dublin.csv"];
    assert!(chosen.starts_with("\"Name\",\"Site\"\n\"user0\",\"Dublin\"\n"));
    assert_eq!(chosen.lines().count(), 101);
    assert!(files.endless_sent <= 2 << 20, "{}", files.endless_sent);
}
