//! Worked examples of the catalogue: each of its cmdlets as administrators type it, and what binds to what.
//!
//! The lines are facts of the original's pages and signatures, written down in `examples.jsonl`: `line`, the `answers` to
//! its prompts, and `binds`, every call of a cmdlet of the catalogue as `Name/Set: Parameter=[Type]value; …`.

use std::collections::BTreeSet;
use std::path::Path;

use serde::Deserialize;
use tandem_shell::command::CommandInfo;
use tandem_shell::help::syntax::{set_names, set_parameters};
use tandem_shell::session::{Input, Session, SessionOptions};
use tandem_shell::value::Text;

use crate::recorder::Recorder;
use crate::stand_ins::StandIns;

/// One example.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Example {
    line: String,
    #[serde(default)]
    answers: Vec<String>,
    binds: Vec<String>,
}

/// How the examples went.
pub(crate) struct Outcome {
    /// Examples that bind as they say.
    pub(crate) passed: usize,
    /// What is wrong, a line each.
    pub(crate) problems: Vec<String>,
}

/// Runs all examples of a file; cmdlets and parameter sets of the catalogue that none shows are problems too.
pub(crate) fn run(file: &Path, stand_ins: &StandIns) -> Result<Outcome, String> {
    let text = std::fs::read_to_string(file).map_err(|e| format!("{}: {e}", file.display()))?;
    let mut outcome = Outcome {
        passed: 0,
        problems: Vec::new(),
    };
    let mut shown = BTreeSet::new();
    for (index, line) in text.lines().enumerate() {
        let example: Example = serde_json::from_str(line)
            .map_err(|e| format!("{}:{}: {e}", file.display(), index + 1))?;
        let (calls, errors) = bind(&example, stand_ins);
        shown.extend(calls.iter().map(|call| heading(call).to_owned()));
        if errors.is_empty() && calls == example.binds {
            outcome.passed += 1;
        } else {
            outcome.problems.push(format!(
                "{}: expected {:?}, found {calls:?} {errors:?}",
                example.line, example.binds
            ));
        }
    }
    outcome.problems.extend(not_shown(stand_ins, &shown));
    Ok(outcome)
}

/// `Name/Set` of a call.
fn heading(call: &str) -> &str {
    call.split(": ").next().unwrap_or(call)
}

/// What was bound, and the errors.
fn bind(example: &Example, stand_ins: &StandIns) -> (Vec<String>, Vec<String>) {
    let recorder = Recorder::new(stand_ins, example.answers.clone());
    let mut session = Session::new(SessionOptions::default());
    let outcome = session.run(&recorder, &Input::Text(&example.line));
    let record = recorder.into_record();
    let errors = record.errors.into_iter().chain(outcome.terminating);
    (record.calls, errors.map(|error| error.message).collect())
}

/// Sets of the catalogue that a line could choose and no example does.
fn not_shown(stand_ins: &StandIns, shown: &BTreeSet<String>) -> Vec<String> {
    let mut missing = Vec::new();
    for command in stand_ins.catalogue() {
        for set in set_names(&command) {
            let heading = format!("{}/{set}", command.name);
            if can_be_chosen(&command, &set) && !shown.contains(&heading) {
                missing.push(format!("no example uses {heading}"));
            }
        }
    }
    missing
}

/// Whether some line chooses a set: one that has nothing beyond the default set loses every tie.
fn can_be_chosen(command: &CommandInfo, set: &str) -> bool {
    let parameters = |set: &str| -> BTreeSet<Text> {
        let members = set_parameters(command, set).into_iter();
        members
            .map(|member| member.parameter.name.clone())
            .collect()
    };
    match &command.default_set {
        Some(default) if **default != *set => !parameters(set).is_subset(&parameters(default)),
        _ => true,
    }
}
