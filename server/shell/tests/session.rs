//! A session as its callers see it: data without text, restricted sessions, scopes, early ends.

#![allow(clippy::unwrap_used)]

mod keeper;

use keeper::Keeper;
use tandem_shell::session::{
    Input, RunOutcome, RunState, Session, SessionOptions, StructuredArgument, StructuredCommand,
    StructuredPipeline,
};
use tandem_shell::value::Value;

fn run(text: &str) -> (Vec<String>, Vec<String>, RunOutcome) {
    let host = Keeper::default();
    let outcome = Session::new(SessionOptions::default()).run(&host, &Input::Text(text));
    (host.shown.into_inner(), host.errors.into_inner(), outcome)
}

fn shown(text: &str) -> Vec<String> {
    let (shown, errors, outcome) = run(text);
    assert!(errors.is_empty(), "{text}: {errors:?}");
    assert!(
        outcome.terminating.is_none(),
        "{text}: {:?}",
        outcome.terminating
    );
    shown
}

#[test]
fn what_a_stage_writes_sees_the_callers_scope() {
    assert_eq!(
        shown(
            "function f { $inner = 1; 1..3 }; $sum = 0; f | ForEach-Object { $sum += $_ }; $sum; $inner"
        ),
        ["6", ""]
    );
    assert_eq!(
        shown("$x = 1; & { $x = 2; $script:y = $x }; \"$x $y\""),
        ["1 2"]
    );
    assert_eq!(shown("$x = 1; . { $x = 2 }; $x"), ["2"]);
}

#[test]
fn a_pipeline_ends_when_downstream_has_enough() {
    assert_eq!(
        shown(
            "$seen = 0; 1..1000000 | ForEach-Object { $seen++; $_ } | Select-Object -First 2; $seen"
        ),
        ["1", "2", "2"]
    );
}

#[test]
fn nothing_is_no_object_but_null_is_one() {
    assert_eq!(
        shown(
            "$none = 1 | Where-Object { $false }; @($none).Count; @($null).Count; $none -eq $null"
        ),
        ["0", "1", "True"]
    );
}

#[test]
fn errors_fly_to_the_nearest_handler_and_finally_runs() {
    assert_eq!(
        shown(
            "function f { try { throw 'a' } finally { 'f' } }; try { f; 'never' } catch { \"c $_\" }"
        ),
        ["f", "c a"]
    );
    assert_eq!(
        shown("try { 1/0 } catch [System.DivideByZeroException] { 'd' } catch { 'any' }").len(),
        1
    );
}

#[test]
fn a_session_remembers_between_lines() {
    let host = Keeper::default();
    let mut session = Session::new(SessionOptions::default());
    session.run(
        &host,
        &Input::Text("$kept = 5; function twice($n) { $n * 2 }"),
    );
    session.run(&host, &Input::Text("twice $kept"));
    assert_eq!(*host.shown.borrow(), ["10"]);
}

#[test]
fn a_redirected_value_goes_to_the_callers_file() {
    for line in ["'x' > out.txt", "Write-Output x > out.txt"] {
        let host = Keeper::default();
        Session::new(SessionOptions::default()).run(&host, &Input::Text(line));
        assert!(host.shown.borrow().is_empty(), "{line}");
        let written = host.written.borrow();
        assert_eq!(written[0].0, "out.txt", "{line}");
        let text: String = written.iter().map(|(_, text, _)| text.as_str()).collect();
        assert!(text.contains('x'), "{line}: {text}");
    }
}

#[test]
fn structured_pipelines_need_no_language() {
    let argument = |name: Option<&str>, value: Option<Value>| StructuredArgument {
        name: name.map(Into::into),
        value,
    };
    let pipeline = StructuredPipeline {
        commands: vec![
            StructuredCommand {
                name: "Write-Output".into(),
                arguments: vec![argument(
                    None,
                    Some(Value::array((1..=5).map(Value::Int32).collect())),
                )],
                merges: Vec::new(),
            },
            StructuredCommand {
                name: "Select-Object".into(),
                arguments: vec![argument(Some("Last"), Some(Value::Int32(2)))],
                merges: Vec::new(),
            },
        ],
    };
    let host = Keeper::default();
    let mut session = Session::new(SessionOptions { no_language: true });
    let outcome = session.run(&host, &Input::Structured(std::slice::from_ref(&pipeline)));
    assert_eq!(outcome.state, RunState::Completed);
    assert_eq!(*host.shown.borrow(), ["4", "5"]);
    let refused = session.run(&host, &Input::Text("Write-Output 1"));
    assert_eq!(refused.state, RunState::Failed);
    assert_eq!(
        refused.terminating.unwrap().fully_qualified_id,
        "ScriptsNotAllowed"
    );
}

#[test]
fn an_endless_pipeline_stops_when_asked() {
    let host = Keeper::default();
    host.patience.set(Some(10));
    let line = Input::Text("while ($true) { 'again' }");
    let outcome = Session::new(SessionOptions::default()).run(&host, &line);
    assert_eq!(outcome.state, RunState::Stopped);
    assert!(outcome.terminating.is_none());
    assert_eq!(host.shown.borrow().len(), 10);
}
