//! The recorded answers of real PowerShell, asked again of Tandem's shell.
//!
//! Prints one line for each case that fails, with the first field that differs, one line a group and the total.

mod bound;
mod canonical;
mod case;
mod completion;
mod console;
mod examples;
mod probes;
mod process;
mod recorder;
mod run;
mod stand_ins;

use std::collections::BTreeMap;
use std::io::Write as _;
use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde::Deserialize;

use case::{Case, Group};
use run::Difference;
use stand_ins::StandIns;

/// Longest part of an expected or found value that a report quotes, in characters.
const MAX_QUOTE: usize = 600;

/// The group of the catalogue's worked examples.
const EXAMPLES: &str = "examples";

/// `differences.toml`: cases that differ on purpose.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Differences {
    /// Reason by case id.
    #[serde(default)]
    intended: BTreeMap<String, String>,
}

fn main() -> ExitCode {
    let done = match std::env::var("TANDEM_CONFORMANCE_ASK") {
        Ok(field) => ask(&field),
        Err(_) => run_all(),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(message) => {
            eprintln!("conformance: {message}");
            ExitCode::FAILURE
        }
    }
}

fn run_all() -> Result<bool, String> {
    let home = Path::new(env!("CARGO_MANIFEST_DIR")).join("conformance");
    let folder =
        std::env::var_os("TANDEM_CONFORMANCE").map_or_else(|| home.join("cases"), PathBuf::from);
    let only = std::env::var("TANDEM_CONFORMANCE_ONLY").ok();
    let groups = case::load(&folder)?;
    let stand_ins = StandIns::load(&home.join("stand-ins"), &home.join("../../proto"))?;
    let differences = intended(&home.join("differences.toml"))?;
    std::panic::set_hook(Box::new(|_| {}));
    let mut report = Report::default();
    for group in &groups {
        report.run(group, only.as_deref(), &stand_ins, &differences);
    }
    // Another folder's cases come without examples.
    if std::env::var_os("TANDEM_CONFORMANCE").is_none()
        && only.as_deref().is_none_or(|only| only == EXAMPLES)
    {
        report.examples(examples::run(&home.join("examples.jsonl"), &stand_ins)?);
    }
    report.print();
    Ok(report.tally.iter().all(|(_, tally)| tally.failed == 0))
}

/// Prints what each line of standard input (`⏎` for a newline, `¶` before each answer to a prompt) is answered with, `field` (`output`, `text`, `clixml`,
/// `rendered`, or how a process is given the line: `command`, `file`, `stdin`, `noninteractive`) as the corpus has it: for
/// trying what no case records.
fn ask(field: &str) -> Result<bool, String> {
    let home = Path::new(env!("CARGO_MANIFEST_DIR")).join("conformance");
    let stand_ins = StandIns::load(&home.join("stand-ins"), &home.join("../../proto"))?;
    for line in std::io::stdin().lines() {
        let line = line.map_err(|e| e.to_string())?.replace('⏎', "\n");
        println!("{:#}", run::ask(&line, field, &stand_ins));
    }
    Ok(true)
}

fn intended(path: &Path) -> Result<Differences, String> {
    let text = std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
    toml::from_str(&text).map_err(|e| format!("{}: {e}", path.display()))
}

#[derive(Default)]
struct Tally {
    passed: usize,
    failed: usize,
    intended: usize,
}

#[derive(Default)]
struct Report {
    tally: Vec<(String, Tally)>,
}

impl Report {
    fn run(
        &mut self,
        group: &Group,
        only: Option<&str>,
        stand_ins: &StandIns,
        differences: &Differences,
    ) {
        let mut tally = Tally::default();
        for case in &group.cases {
            if only.is_some_and(|only| group.name != only && !case.id.starts_with(only)) {
                continue;
            }
            let outcome = std::panic::catch_unwind(AssertUnwindSafe(|| run::run(case, stand_ins)));
            let difference = outcome.unwrap_or_else(|panic| Some(panicked(&*panic)));
            match (difference, differences.intended.get(&case.id)) {
                (None, None) => tally.passed += 1,
                (Some(_), Some(_)) => tally.intended += 1,
                (Some(difference), None) => {
                    tally.failed += 1;
                    describe(case, &difference);
                }
                (None, Some(reason)) => {
                    tally.failed += 1;
                    println!(
                        "FAIL {}: passes, but is listed as different: {reason}",
                        case.id
                    );
                }
            }
        }
        if tally.passed + tally.failed + tally.intended > 0 || only.is_none() {
            self.tally.push((group.name.clone(), tally));
        }
    }

    fn examples(&mut self, outcome: examples::Outcome) {
        for problem in &outcome.problems {
            println!("FAIL {EXAMPLES} | {problem}");
        }
        let tally = Tally {
            passed: outcome.passed,
            failed: outcome.problems.len(),
            intended: 0,
        };
        self.tally.push((EXAMPLES.to_owned(), tally));
    }

    fn print(&self) {
        let mut total = Tally::default();
        for (name, tally) in &self.tally {
            let note = match tally.intended {
                0 => String::new(),
                count => format!(" ({count} differ on purpose)"),
            };
            println!(
                "{name}: {} passed, {} failed{note}",
                tally.passed, tally.failed
            );
            total.passed += tally.passed;
            total.failed += tally.failed;
        }
        println!("{} passed, {} failed", total.passed, total.failed);
        // A closed pipe behind the report is no failure of the shell.
        let _ = std::io::stdout().flush();
    }
}

fn panicked(panic: &(dyn std::any::Any + Send)) -> Difference {
    let message = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("panic");
    Difference {
        field: "panic".into(),
        expected: serde_json::Value::Null,
        found: message.into(),
    }
}

fn describe(case: &Case, difference: &Difference) {
    let quote = |json: &serde_json::Value| -> String {
        let text = json.to_string();
        match text.char_indices().nth(MAX_QUOTE) {
            Some((cut, _)) => format!("{}…", &text[..cut]),
            None => text,
        }
    };
    println!(
        "FAIL {} | {} | {}: expected {}, found {}",
        case.id,
        case.line.replace('\n', "⏎"),
        difference.field,
        quote(&difference.expected),
        quote(&difference.found)
    );
}
