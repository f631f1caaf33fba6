//! Python: stubs that `grpc_tools` makes of the contracts.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use super::{CONTRACTS, prepared, root, run, sources};

const NEEDED: &str = "Python 3 with venv";

/// A Python with grpcio, and the folder of its stubs.
fn python() -> &'static (PathBuf, PathBuf) {
    static READY: OnceLock<(PathBuf, PathBuf)> = OnceLock::new();
    READY.get_or_init(|| {
        let folder = prepared("python", &["requirements.txt"], packages);
        let (python, stubs) = (interpreter(&folder), folder.join("stubs"));
        fs::create_dir_all(&stubs).unwrap();
        let mut command = protoc(&python);
        command
            .arg(format!("--python_out={}", stubs.display()))
            .arg(format!("--grpc_python_out={}", stubs.display()))
            .args(CONTRACTS);
        run(&mut command, NEEDED);
        (python, stubs)
    })
}

fn packages(folder: &Path) {
    let environment = folder.join("venv");
    let mut command = Command::new("python3");
    run(command.args(["-m", "venv"]).arg(environment), NEEDED);
    let mut command = Command::new(interpreter(folder));
    command.args(["-m", "pip", "install", "--quiet"]);
    command.args(["--disable-pip-version-check", "-r"]);
    let wanted = sources("python").join("requirements.txt");
    run(command.arg(wanted), NEEDED);
}

fn interpreter(folder: &Path) -> PathBuf {
    folder.join("venv/bin/python")
}

fn protoc(python: &Path) -> Command {
    let mut command = Command::new(python);
    command
        .args(["-m", "grpc_tools.protoc"])
        .arg(format!("-I{}", root().join("proto").display()));
    command
}

/// The protoc that came with Python's packages, for other languages too.
pub(super) fn contracts_compiler() -> Command {
    protoc(&python().0)
}

/// A program with its stubs.
pub(super) fn program(name: &str) -> Command {
    let (python, stubs) = python();
    let mut command = Command::new(python);
    command.arg(sources("python").join(name)).arg(stubs);
    command
}
