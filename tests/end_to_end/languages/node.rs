//! Node.js: the contracts are read when the program starts.

use std::fs;
use std::process::Command;

use super::{prepared, root, run, sources};

const NEEDED: &str = "Node.js with npm";

/// A program with its packages and the contracts.
pub(super) fn program(name: &str) -> Command {
    let files = ["package.json", "package-lock.json"];
    let folder = prepared("node", &files, |folder| {
        for file in files {
            fs::copy(sources("node").join(file), folder.join(file)).unwrap();
        }
        let mut command = Command::new("npm");
        command.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]);
        run(command.current_dir(folder), NEEDED);
    });
    // Packages are looked for beside the program.
    let program = folder.join(name);
    fs::copy(sources("node").join(name), &program).unwrap();
    let mut command = Command::new("node");
    command.arg(program).arg(root().join("proto"));
    command
}
