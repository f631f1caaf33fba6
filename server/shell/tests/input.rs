//! Input from outside: every way takes it object by object, and no more of it than is wanted.

#![allow(clippy::unwrap_used)]

mod keeper;

use keeper::Keeper;
use tandem_shell::error_record::{ErrorCategory, ErrorRecord};
use tandem_shell::host::InputFailure;
use tandem_shell::session::{
    Input, RunOutcome, RunState, Session, SessionOptions, StructuredArgument, StructuredCommand,
    StructuredPipeline,
};
use tandem_shell::value::Value;

fn endless() -> keeper::Given {
    Box::new((1..).map(|number| Ok(Value::Int32(number))))
}

fn first(count: i32) -> keeper::Given {
    Box::new((1..=count).map(|number| Ok(Value::Int32(number))))
}

fn run(given: keeper::Given, input: &Input<'_>) -> (Keeper, RunOutcome) {
    let host = Keeper::default();
    *host.input.borrow_mut() = Some(given);
    let mut session = Session::new(SessionOptions::default());
    session.expect_input();
    let outcome = session.run(&host, input);
    assert!(
        session
            .state()
            .variable("input")
            .is_none_or(|left| left.elements().unwrap().is_empty())
    );
    (host, outcome)
}

fn shown(given: keeper::Given, line: &str) -> (Vec<String>, usize) {
    let (host, outcome) = run(given, &Input::Text(line));
    assert_eq!(
        outcome.terminating.map(|error| error.message),
        None,
        "{line}"
    );
    (host.shown.take(), host.taken.get())
}

#[test]
fn no_more_is_taken_than_is_wanted() {
    for (line, output, taken) in [
        ("$input | Select-Object -First 2", "1 2", 2),
        (
            "$INPUT | ForEach-Object { $_ * 2 } | Select-Object -First 2",
            "2 4",
            2,
        ),
        (
            "foreach ($x in $input) { $x; if ($x -eq 3) { break } }",
            "1 2 3",
            3,
        ),
        ("if (1) { $input | Select-Object -First 1 }", "1", 1),
        (
            "$input | Select-Object -First 1; $input | Select-Object -First 1",
            "1 2",
            2,
        ),
        ("$a = $input | Select-Object -First 3; $a[2]", "3", 3),
        (
            "$input | & { begin { 'b' } process { $_ } } | Select-Object -First 2",
            "b 1",
            1,
        ),
        ("1..2", "1 2", 0),
        ("function f { $input }; f; 7 | f", "7", 0),
    ] {
        assert_eq!(
            shown(endless(), line),
            (output.split(' ').map(str::to_owned).collect(), taken),
            "{line}"
        );
    }
}

#[test]
fn what_is_wanted_whole_is_read_to_its_end_and_stays() {
    for (line, output) in [
        ("$input", "1 2 3"),
        ("$input; $input", "1 2 3"),
        ("$input.Count; $input.Count", "3 3"),
        ("@($input).Count", "3"),
        ("\"$input\"", "1 2 3"),
        ("$a = $input; $a[-1]", "3"),
        ("$input | Sort-Object -Descending", "3 2 1"),
        ("$input | Select-Object -First 1; $input.Count", "1 2"),
        ("& { param($x) $x.Count } $input", "3"),
    ] {
        let (shown, taken) = shown(first(3), line);
        assert_eq!((shown.join(" ").as_str(), taken), (output, 3), "{line}");
    }
}

fn structured(names: &[&str]) -> StructuredPipeline {
    let command = |name: &&str| match name.split_once(' ') {
        Some((name, number)) => StructuredCommand {
            name: name.into(),
            arguments: vec![StructuredArgument {
                name: Some("First".into()),
                value: Some(Value::Int32(number.parse().unwrap())),
            }],
            ..StructuredCommand::default()
        },
        None => StructuredCommand {
            name: (*name).into(),
            ..StructuredCommand::default()
        },
    };
    StructuredPipeline {
        commands: names.iter().map(command).collect(),
        ..StructuredPipeline::default()
    }
}

#[test]
fn statements_as_data_take_it_in_the_first_one() {
    let two = [structured(&["Select-Object 2"]), structured(&["Get-Date"])];
    let (host, outcome) = run(endless(), &Input::Structured(&two));
    assert_eq!(outcome.state, RunState::Completed);
    assert_eq!(host.shown.take()[..2], ["1", "2"]);
    assert_eq!((host.taken.get(), host.input_ended.get()), (2, true));

    // No objects are no pipeline.
    let (host, _) = run(first(0), &Input::Structured(&[structured(&["Get-Date"])]));
    assert_eq!(host.shown.take().len(), 1);
}

#[test]
fn what_cannot_be_read_ends_the_line_where_it_stands() {
    let broken = || -> keeper::Given {
        let record = ErrorRecord::new("InputNotReadable", ErrorCategory::InvalidData, "E", "no");
        let failure = InputFailure::Unreadable(Box::new(record));
        Box::new(
            [Ok(Value::Int32(1)), Err(failure)]
                .into_iter()
                .chain((2..).map(|n| Ok(Value::Int32(n)))),
        )
    };
    for (line, output) in [
        ("$input; 'behind'", "1"),
        ("$input | ForEach-Object { $_ }; 'behind'", "1"),
        ("foreach ($x in $input) { $x }; 'behind'", "1"),
        ("$input.Count; 'behind'", ""),
    ] {
        let (host, outcome) = run(broken(), &Input::Text(line));
        assert_eq!(host.shown.take().join(" "), output, "{line}");
        let id = outcome.terminating.unwrap().fully_qualified_id;
        assert_eq!(id, "InputNotReadable", "{line}");
    }
    let (host, outcome) = run(
        broken(),
        &Input::Text("try { $input } catch { 'caught' }; $input"),
    );
    assert_eq!(
        (host.shown.take().join(" "), outcome.state),
        ("1 caught".to_owned(), RunState::Completed)
    );
    let (_, outcome) = run(
        broken(),
        &Input::Structured(&[structured(&["Write-Output"])]),
    );
    assert_eq!(outcome.state, RunState::Failed);

    let stopped: keeper::Given = Box::new(std::iter::once(Err(InputFailure::Cancelled)));
    let (_, outcome) = run(stopped, &Input::Text("$input; 'behind'"));
    assert_eq!(outcome.state, RunState::Stopped);
}
