//! Python programs made of nothing but the contracts: one fails a pool over, follows it, and reads the typed result; one gives and
//! gets the bytes of files.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Mutex;

use serde::Deserialize;
use tandem_lab::laboratory::{ADMINISTRATOR, POOL1, POOL2};

use crate::deployment::{Deployment, USERS};

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

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_owned()
}

fn run(command: &mut Command) -> Output {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}; the tests need Python 3 with venv"));
    assert!(
        output.status.success(),
        "{command:?}\n{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    output
}

/// A Python with grpcio, made once in the build folder.
fn python() -> PathBuf {
    static MADE: Mutex<()> = Mutex::new(());
    let _alone = MADE.lock();
    let clients = root().join("tests/clients/python");
    let environment = root().join("target/python-client");
    let python = environment.join("bin/python");
    let requirements = std::fs::read_to_string(clients.join("requirements.txt")).unwrap();
    let stamp = environment.join("requirements.txt");
    if std::fs::read_to_string(&stamp).is_ok_and(|installed| installed == requirements) {
        return python;
    }
    run(Command::new("python3")
        .args(["-m", "venv", "--clear"])
        .arg(&environment));
    run(Command::new(&python)
        .args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "-r",
        ])
        .arg(clients.join("requirements.txt")));
    std::fs::write(stamp, requirements).unwrap();
    python
}

fn stubs(python: &Path, folder: &Path) {
    let contracts = root().join("proto");
    let mut command = Command::new(python);
    command.args(["-m", "grpc_tools.protoc"]);
    command.arg(format!("-I{}", contracts.display()));
    command.arg(format!("--python_out={}", folder.display()));
    command.arg(format!("--grpc_python_out={}", folder.display()));
    for area in [
        "cmdlet/v1/annotations",
        "cmdlet/v1/records",
        "pool/v1/pool",
        "shell/v1/shell",
    ] {
        command.arg(contracts.join(format!("tandem/{area}.proto")));
    }
    run(&mut command);
}

/// What a program says that is called with where the stubs are, the first pool's node, certificates and these words.
async fn said<R: for<'a> Deserialize<'a>>(
    deployment: &Deployment,
    program: &str,
    words: &[&str],
) -> R {
    let folder = tempfile::tempdir().unwrap();
    let (program, words) = (program.to_owned(), words.join(" "));
    let laboratory = &deployment.laboratory;
    let files = laboratory.cast().holder(ADMINISTRATOR);
    let endpoint = laboratory.pool(POOL1).address.to_string();
    let authority = laboratory.cast().authority();
    let output = tokio::task::spawn_blocking(move || {
        let python = python();
        stubs(&python, folder.path());
        let mut command = Command::new(python);
        command
            .arg(root().join("tests/clients/python").join(program))
            .arg(folder.path())
            .arg(endpoint)
            .args([POOL1.into(), authority, files.certificate, files.key])
            .args(words.split_whitespace());
        run(&mut command)
    });
    serde_json::from_slice(&output.await.unwrap().stdout).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn python_fails_a_pool_over() {
    let deployment = Deployment::start().await;
    let report: Report = said(&deployment, "pool_fail_over.py", &[POOL1]).await;

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
    let files: Files = said(&deployment, "caller_files.py", &[]).await;
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
