//! Go: stubs that protoc and Go's generators make of the contracts.

use std::fs;
use std::process::Command;

use super::{CONTRACTS, prepared, python, run, sources};

const NEEDED: &str = "Go";

/// The package of all the stubs of a folder of contracts.
fn package(contract: &str) -> String {
    let folder = contract.rsplit_once('/').unwrap().0;
    format!("M{contract}=tandem.example/client/stubs/{folder}")
}

/// The program that fails a pool over, built.
pub(super) fn program() -> Command {
    let files = ["go.mod", "go.sum"];
    let folder = prepared("go", &files, |folder| {
        for file in files {
            fs::copy(sources("go").join(file), folder.join(file)).unwrap();
        }
        let mut command = Command::new("go");
        command
            .args(["install", "tool"])
            .env("GOBIN", folder.join("bin"));
        run(command.current_dir(folder), NEEDED);
    });
    let stubs = folder.join("stubs");
    fs::create_dir_all(&stubs).unwrap();
    let mut command = python::contracts_compiler();
    for generator in ["go", "go-grpc"] {
        let plugin = folder.join(format!("bin/protoc-gen-{generator}"));
        command
            .arg(format!("--plugin={}", plugin.display()))
            .arg(format!("--{generator}_out={}", stubs.display()))
            .arg(format!("--{generator}_opt=paths=source_relative"));
        for contract in CONTRACTS {
            command.arg(format!("--{generator}_opt={}", package(contract)));
        }
    }
    run(command.args(CONTRACTS), NEEDED);
    let (source, program) = ("pool_fail_over.go", folder.join("bin/pool_fail_over"));
    fs::copy(sources("go").join(source), folder.join(source)).unwrap();
    let mut command = Command::new("go");
    command.args(["build", "-o"]).arg(&program).arg(".");
    run(command.current_dir(&folder), NEEDED);
    Command::new(program)
}
