//! One case run against a session of its own, and the first field that differs.

use std::sync::Arc;

use serde_json::{Value as Json, json};
use tandem_shell::error_record::ErrorRecord;
use tandem_shell::format::error_view::{ErrorView, render};
use tandem_shell::format::formatter::Formatter;
use tandem_shell::format::view::ViewRegistry;
use tandem_shell::serialise::clixml_write::{ClixmlOptions, to_clixml};
use tandem_shell::session::{Input, RunOutcome, Session, SessionOptions};
use tandem_shell::text::as_double;
use tandem_shell::value::Value;

use crate::canonical;
use crate::case::Case;
use crate::completion;
use crate::process;
use crate::recorder::{Record, Recorder};
use crate::stand_ins::StandIns;

/// The field that differs first.
pub(crate) struct Difference {
    /// Which.
    pub(crate) field: String,
    /// As recorded.
    pub(crate) expected: Json,
    /// As found.
    pub(crate) found: Json,
}

/// Fields that describe the case rather than its result.
const INPUTS: &[&str] = &["id", "group", "line", "answers", "mode", "stdin"];

/// What the recording host said where nobody answered; here the engine says so in PowerShell's own words.
const UNANSWERED: &[&str] = &[
    "no answer scripted for choice",
    "no answer scripted for Prompt p",
];

/// PowerShell's own words for it.
const NONINTERACTIVE: &str =
    "PowerShell is in NonInteractive mode. Read and Prompt functionality is not available.";

/// Cells of the window that `text` and `rendered` were drawn for.
const TEXT_WIDTH: usize = 80;

/// Runs a case; the first difference, if any.
pub(crate) fn run(case: &Case, stand_ins: &StandIns) -> Option<Difference> {
    let found = observe(case, stand_ins);
    let names = case.fields.keys().chain(found.keys());
    for name in names.filter(|name| !INPUTS.contains(&name.as_str())) {
        let expected = translate(case.fields.get(name).cloned().unwrap_or(Json::Null));
        let found = found.get(name).cloned().unwrap_or(Json::Null);
        if !same(&expected, &found) {
            return Some(first_difference(name, expected, found));
        }
    }
    None
}

/// What a line is answered with, in the corpus's form. `¶` begins each answer to a prompt.
pub(crate) fn ask(line: &str, field: &str, stand_ins: &StandIns) -> Json {
    let field = if line.contains('¦') {
        "matches"
    } else {
        field
    };
    let mut parts = line.split('¶');
    let line = parts.next().unwrap_or_default().to_owned();
    let answers: Vec<&str> = parts.collect();
    let (field, value) = if process::MODES.contains(&field) {
        ("mode", json!(field))
    } else {
        (field, Json::Null)
    };
    let case = Case {
        id: String::new(),
        line,
        fields: [
            (field.to_owned(), value),
            ("stdin".to_owned(), json!(answers.join("\n"))),
            ("answers".to_owned(), json!(answers)),
        ]
        .into_iter()
        .collect(),
    };
    Json::Object(observe(&case, stand_ins))
}

/// Replaces the recording host's own words.
fn translate(expected: Json) -> Json {
    match expected {
        Json::String(text) if UNANSWERED.contains(&text.as_str()) => json!(NONINTERACTIVE),
        Json::Array(items) => items.into_iter().map(translate).collect(),
        Json::Object(fields) => fields
            .into_iter()
            .map(|(name, value)| (name, translate(value)))
            .collect(),
        other => other,
    }
}

/// Equal, a `Hashtable`'s entries in any order.
fn same(expected: &Json, found: &Json) -> bool {
    match (expected, found) {
        (Json::Array(a), Json::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Json::Object(a), Json::Object(b)) => {
            if a.get("t") == Some(&json!("Hashtable")) && b.get("t") == a.get("t") {
                return same_entries(&expected["entries"], &found["entries"]);
            }
            a.len() == b.len()
                && a.iter()
                    .all(|(name, value)| b.get(name).is_some_and(|found| same(value, found)))
        }
        (Json::Number(a), Json::Number(b)) => a.as_f64() == b.as_f64(),
        _ => expected == found,
    }
}

fn same_entries(expected: &Json, found: &Json) -> bool {
    let (Some(expected), Some(found)) = (expected.as_array(), found.as_array()) else {
        return expected == found;
    };
    expected.len() == found.len()
        && expected
            .iter()
            .all(|entry| found.iter().any(|other| same(entry, other)))
}

/// Narrows a difference down to the innermost member that differs.
fn first_difference(field: &str, expected: Json, found: Json) -> Difference {
    match (&expected, &found) {
        (Json::Array(a), Json::Array(b)) if a.len() == b.len() => {
            let differing = a.iter().zip(b).position(|(a, b)| !same(a, b));
            if let Some(index) = differing {
                let (a, b) = (a[index].clone(), b[index].clone());
                return first_difference(&format!("{field}[{index}]"), a, b);
            }
        }
        (Json::Object(a), Json::Object(b)) => {
            for name in a.keys().chain(b.keys()) {
                let (a, b) = (&expected[name], &found[name]);
                if !same(a, b) {
                    return first_difference(&format!("{field}.{name}"), a.clone(), b.clone());
                }
            }
        }
        _ => {}
    }
    Difference {
        field: field.into(),
        expected,
        found,
    }
}

type Fields = serde_json::Map<String, Json>;

fn strings(json: Option<&Json>) -> Vec<String> {
    json.and_then(Json::as_array)
        .into_iter()
        .flatten()
        .filter_map(Json::as_str)
        .map(str::to_owned)
        .collect()
}

fn observe(case: &Case, stand_ins: &StandIns) -> Fields {
    if case.fields.contains_key("matches") {
        return completion::observe(&case.line, stand_ins);
    }
    if case.fields.contains_key("mode") {
        return process::observe(case, stand_ins);
    }
    let answers = strings(case.fields.get("answers"));
    let recorder = Recorder::new(stand_ins, answers);
    let mut session = Session::new(SessionOptions::default());
    let outcome = session.run(&recorder, &Input::Text(&case.line));
    describe(case, &recorder.into_record(), &session, &outcome)
}

/// Everything that a session left, in the corpus's form.
fn describe(case: &Case, record: &Record, session: &Session, outcome: &RunOutcome) -> Fields {
    let mut found = Fields::new();
    if case.fields.contains_key("text") {
        found.insert("text".into(), json!(text(record, session, TEXT_WIDTH)));
    } else if case.fields.contains_key("clixml") {
        found.insert("clixml".into(), record.output.iter().map(clixml).collect());
    } else {
        let output: Vec<Json> = record.output.iter().map(canonical::value).collect();
        found.insert("output".into(), Json::Array(output));
    }
    let mut put = |name: &str, items: Vec<Json>| {
        if !items.is_empty() {
            found.insert(name.into(), Json::Array(items));
        }
    };
    let texts = |texts: &[String]| texts.iter().map(|text| json!(text)).collect::<Vec<_>>();
    put(
        "errors",
        record.errors.iter().map(canonical::error).collect(),
    );
    put("warning", texts(&record.warning));
    put("verbose", texts(&record.verbose));
    put("debug", texts(&record.debug));
    put("information", texts(&record.information));
    put("progress", record.progress.clone());
    put("prompts", record.prompts.clone());
    if let Some(error) = &outcome.terminating {
        found.insert("terminating".into(), canonical::error(error));
    }
    if case.fields.contains_key("rendered") {
        let errors = record.errors.iter().chain(&outcome.terminating);
        found.insert("rendered".into(), errors.map(rendered).collect());
    }
    if !record.host.is_empty() {
        found.insert("host".into(), json!(record.host));
    }
    if let Some(code) = outcome.exit_code {
        found.insert("exit".into(), json!(code));
    }
    found.insert("state".into(), json!(state(outcome)));
    found.insert("hadErrors".into(), json!(outcome.had_errors));
    found
}

/// The objects as the session's default formatting shows them.
fn text(record: &Record, session: &Session, width: usize) -> String {
    let mut formatter = formatter(session, width);
    let mut out = String::new();
    for value in &record.output {
        formatter.push(value, 0, &mut out);
    }
    formatter.finish(0, &mut out);
    out
}

fn clixml(value: &Value) -> Json {
    let options = ClixmlOptions {
        depth: 2,
        indent: true,
    };
    match to_clixml(value, options) {
        Ok(text) => json!(text),
        Err(_) => json!("!ArgumentException"),
    }
}

fn formatter(session: &Session, width: usize) -> Formatter {
    let mut formatter = Formatter::new(Arc::new(ViewRegistry::standard()), width).plain();
    if let Some(limit) = session.state().variable("FormatEnumerationLimit") {
        formatter.set_enumeration_limit(as_double(&limit).map_or(4, |limit| limit as i64));
    }
    formatter
}

/// How a line ended: the class of the exception that ended it.
fn state(outcome: &RunOutcome) -> String {
    outcome
        .exception
        .map_or_else(|| format!("{:?}", outcome.state), str::to_owned)
}

fn rendered(error: &ErrorRecord) -> Json {
    json!({
        "ConciseView": render(error, ErrorView::ConciseView, 80),
        "NormalView": render(error, ErrorView::NormalView, 80),
        "CategoryView": render(error, ErrorView::CategoryView, 80),
    })
}
