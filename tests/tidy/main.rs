//! The house style as a test: who may import whom, how long files and functions are, what every module says of itself.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

/// Files over 500 lines, each with the reason why it stays whole.
const LONG_FILES: &[(&str, &str)] = &[];

/// Functions over 70 lines, each with the reason why it stays whole.
const LONG_FUNCTIONS: &[(&str, &str, &str)] = &[
    (
        "server/domain/src/refusal/recommendation.rs",
        "of",
        "a table: what each refusal recommends, checked for completeness by the compiler",
    ),
    (
        "server/src/frontend/refuse.rs",
        "store",
        "a table: the status of each error of the store, checked for completeness by the compiler",
    ),
    (
        "server/shell/tests/parse.rs",
        "refusals_are_worded_and_placed_as_powershell_does",
        "a table: a script, and the refusal that PowerShell gives it",
    ),
    (
        "server/tests/pair/cmdlets.rs",
        "failing_over_asks_tells_and_returns",
        "one story: refused, declined, run and repeated, each step on what the one before left",
    ),
    (
        "server/tests/pair/cmdlets.rs",
        "salvage_is_written_to_a_file_and_applied",
        "one story: a disaster, the bundle that it leaves, its export and its application",
    ),
    (
        "server/tests/pair/front_end.rs",
        "users_are_served_redirected_and_told",
        "one story: a user's connection before, during and after a failover",
    ),
    (
        "server/tests/pair/front_end.rs",
        "conference_files_go_up_and_come_down",
        "one story: a file refused, stored, and read back the same",
    ),
    (
        "server/tests/pair/main.rs",
        "a_planned_move_and_its_return_lose_nothing",
        "one story: a failover and the failback that follows it",
    ),
    (
        "server/tests/pair/main.rs",
        "a_disaster_keeps_what_the_lost_pool_alone_had",
        "one story: a loss, a takeover, the return of the lost pool and the failback",
    ),
    (
        "server/tests/store_conformance/ownership.rs",
        "a_planned_move_there_and_back_keeps_both_copies_equal",
        "one story: ownership goes to the backup pool and comes back",
    ),
    (
        "server/tests/store_conformance/ownership.rs",
        "modules_that_were_copied_unevenly_lose_nothing_at_a_takeover",
        "one story: uneven copies, a takeover on them, and the reconciliation",
    ),
    (
        "tests/end_to_end/disaster.rs",
        "the_loss_is_inside_the_statement_and_every_lost_write_is_salvaged",
        "one story: the loss stated, the loss found, the salvage and the failback",
    ),
];

const FILE_LINES_MAX: usize = 500;
const FUNCTION_LINES_MAX: usize = 70;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_owned()
}

fn sources() -> Vec<(String, String)> {
    let mut files = Vec::new();
    for folder in ["proto", "server", "client", "tests"] {
        collect(&root().join(folder), &mut files);
    }
    files.push(root().join("build.rs"));
    files.sort();
    files
        .into_iter()
        .map(|path| {
            let name = path
                .strip_prefix(root())
                .unwrap()
                .to_string_lossy()
                .into_owned();
            (name, fs::read_to_string(path).unwrap())
        })
        .collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            if path.file_name().is_some_and(|name| name != "target") {
                collect(&path, files);
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

fn complain(what: &str, lines: &[String]) {
    assert!(lines.is_empty(), "{what}\n  {}", lines.join("\n  "));
}

#[test]
fn every_module_says_why_it_exists() {
    let silent: Vec<String> = sources()
        .into_iter()
        .filter(|(_, text)| !text.starts_with("//!"))
        .map(|(name, _)| name)
        .collect();
    complain("these modules do not begin with `//!`:", &silent);
}

#[test]
fn no_file_is_too_long() {
    let long: Vec<String> = sources()
        .into_iter()
        .map(|(name, text)| (name, text.lines().count()))
        .filter(|(name, lines)| {
            *lines > FILE_LINES_MAX && !LONG_FILES.iter().any(|(listed, _)| listed == name)
        })
        .map(|(name, lines)| format!("{name}: {lines} lines"))
        .collect();
    complain(
        "these files are too long; split them, or list them with the reason:",
        &long,
    );
}

#[test]
fn no_function_is_too_long() {
    let mut long = Vec::new();
    for (name, text) in sources() {
        for (function, lines) in functions(&text) {
            let listed = LONG_FUNCTIONS
                .iter()
                .any(|(file, listed, _)| *file == name && *listed == function);
            if lines > FUNCTION_LINES_MAX && !listed {
                long.push(format!("{name}: {function}: {lines} lines"));
            }
        }
    }
    complain(
        "these functions are too long; split them, or list them with the reason:",
        &long,
    );
}

/// Names and lengths of functions. rustfmt puts the closing brace at the column where the item begins.
fn functions(text: &str) -> Vec<(String, usize)> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    for (start, line) in lines.iter().enumerate() {
        let indent = line.len() - line.trim_start().len();
        let words: Vec<&str> = line.split_whitespace().collect();
        let Some(at) = words.iter().position(|word| *word == "fn") else {
            continue;
        };
        let modifiers = [
            "pub",
            "pub(crate)",
            "pub(super)",
            "const",
            "async",
            "extern",
        ];
        if !words[..at].iter().all(|word| modifiers.contains(word)) || at + 1 >= words.len() {
            continue;
        }
        let function: String = words[at + 1]
            .chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect();
        // A signature ends with the brace of its body; a trait's method without one ends with a semicolon.
        let signature_end = lines[start..]
            .iter()
            .find(|line| line.ends_with(['{', '}', ';']));
        if !signature_end.is_some_and(|line| line.ends_with('{')) {
            continue;
        }
        let close = format!("{}}}", " ".repeat(indent));
        if let Some(length) = lines[start..].iter().position(|line| *line == close) {
            found.push((function, length + 1));
        }
    }
    found
}

#[test]
fn the_pure_packages_name_no_runtime_and_no_contract() {
    for package in ["server/shell/Cargo.toml", "server/domain/Cargo.toml"] {
        let manifest: toml::Table = fs::read_to_string(root().join(package))
            .unwrap()
            .parse()
            .unwrap();
        let dependencies = manifest["dependencies"].as_table().unwrap();
        for banned in ["tokio", "tonic", "prost", "tandem", "sqlx", "tower"] {
            assert!(
                !dependencies.contains_key(banned),
                "{package} depends on {banned}"
            );
        }
    }
}

#[test]
fn the_client_knows_nothing_of_the_server() {
    let manifest: toml::Table = fs::read_to_string(root().join("client/Cargo.toml"))
        .unwrap()
        .parse()
        .unwrap();
    let dependencies = manifest["dependencies"].as_table().unwrap();
    for banned in ["tandem-server", "tandem-shell", "tandem-domain", "sqlx"] {
        assert!(
            !dependencies.contains_key(banned),
            "the client depends on {banned}"
        );
    }
}

#[test]
fn cmdlets_see_neither_the_transport_nor_a_concrete_store() {
    let mut breaches = Vec::new();
    for (name, text) in sources() {
        if !name.starts_with("server/src/cmdlets/") {
            continue;
        }
        for banned in ["tonic::", "sqlx::", "store::sqlite"] {
            if text.contains(banned) {
                breaches.push(format!("{name}: {banned}"));
            }
        }
    }
    complain("cmdlets that see too much:", &breaches);
}

#[test]
fn only_the_assembly_names_the_concrete_store() {
    let mut breaches = Vec::new();
    for (name, text) in sources() {
        let inside = name.starts_with("server/src/store/") || name == "server/src/lib.rs";
        let outside = name.starts_with("server/src/") && !inside;
        if outside && (text.contains("store::sqlite") || text.contains("sqlx::")) {
            breaches.push(name);
        }
    }
    complain("modules that name the concrete store:", &breaches);
}
