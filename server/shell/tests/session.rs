//! A session as its callers see it: data without text, restricted sessions, scopes, early ends.

#![allow(clippy::unwrap_used)]

mod keeper;

use std::panic::{AssertUnwindSafe, catch_unwind};

use keeper::{Keeper, shown};
use tandem_shell::language::ast::Stream;
use tandem_shell::pipeline::engine::Engine;
use tandem_shell::pipeline::halt::Halt;
use tandem_shell::pipeline::sink::{Record, Sink};
use tandem_shell::session::{
    Input, RunOutcome, RunState, Session, SessionOptions, StructuredArgument, StructuredCommand,
    StructuredPipeline, StructuredRedirection, StructuredTarget, When,
};
use tandem_shell::value::Value;

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
fn the_most_specific_handler_takes_an_error_with_any_of_its_exceptions() {
    for (line, expected) in [
        (
            "try { Write-Error x -ErrorAction Stop } catch [System.Management.Automation.ActionPreferenceStopException] { 'stop' }",
            "stop",
        ),
        (
            "try { Write-Error x -ErrorAction Stop } catch [System.Management.Automation.ActionPreferenceStopException] { 'stop' } \
             catch [Microsoft.PowerShell.Commands.WriteErrorException] { 'own' }",
            "stop",
        ),
        (
            "try { Write-Error x -ErrorAction Stop } catch [Microsoft.PowerShell.Commands.WriteErrorException] { 'own' } catch { 'any' }",
            "own",
        ),
        (
            "try { Write-Warning x -WarningAction Stop } catch { $_.Exception.GetType().Name; $_.CategoryInfo.Reason }",
            "ActionPreferenceStopException ActionPreferenceStopException",
        ),
        (
            "try { throw [System.TimeoutException]::new('t') } catch [System.Management.Automation.RuntimeException] { 'outer' }",
            "outer",
        ),
        (
            "try { throw [System.TimeoutException]::new('t') } catch [System.Management.Automation.RuntimeException] { 'outer' } catch { 'any' }",
            "outer",
        ),
        (
            "try { 1/0 } catch { $_.Exception.GetType().Name; $_.Exception.InnerException.GetType().Name }",
            "RuntimeException DivideByZeroException",
        ),
        (
            "try { 'abc'.Substring(9) } catch { $_.Exception.InnerException.Message }",
            "startIndex cannot be larger than length of string. (Parameter 'startIndex')",
        ),
        (
            "try { Get-Date -Bogus } catch { $_.InvocationInfo.MyCommand.Name; \"$($_.InvocationInfo.MyCommand)\" }",
            "Get-Date Get-Date",
        ),
    ] {
        assert_eq!(shown(line).join(" "), expected, "{line}");
    }
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
        when: When::Always,
        commands: vec![
            StructuredCommand {
                name: "Write-Output".into(),
                arguments: vec![argument(
                    None,
                    Some(Value::array((1..=5).map(Value::Int32).collect())),
                )],
                ..StructuredCommand::default()
            },
            StructuredCommand {
                name: "Select-Object".into(),
                arguments: vec![argument(Some("Last"), Some(Value::Int32(2)))],
                ..StructuredCommand::default()
            },
        ],
    };
    let host = Keeper::default();
    let mut session = Session::new(SessionOptions {
        no_language: true,
        ..SessionOptions::default()
    });
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

fn restricted() -> Session {
    Session::new(SessionOptions {
        no_language: true,
        ..SessionOptions::default()
    })
}

/// What a line of commands shows in a restricted session, or the id of its error.
fn commands(line: &str) -> Result<Vec<String>, String> {
    let host = Keeper::default();
    let outcome = restricted().run(&host, &Input::Commands(line));
    match outcome.terminating {
        Some(error) => Err(error.fully_qualified_id.into_owned()),
        None => Ok(host.shown.into_inner()),
    }
}

#[test]
fn restricted_sessions_run_lines_of_nothing_but_commands() {
    let shown = |line: &str| commands(line).unwrap();
    assert_eq!(shown("Write-Output 1, 2 | Select-Object -Last 1"), ["2"]);
    assert_eq!(shown("Write-Output 'a b'; & Write-Output c"), ["a b", "c"]);
    assert_eq!(
        shown("Write-Output -InputObject @(1, -2) -NoEnumerate:$false"),
        ["1", "-2"]
    );
    assert_eq!(
        shown("Write-Warning x 3>&1 | Measure-Object | Select-Object -Expand Count"),
        ["1"]
    );
    assert_eq!(
        shown("Write-Output @{a = 1; b = 'x'} | Select-Object -Expand Count"),
        ["2"]
    );
    assert_eq!(shown(""), [""; 0]);
    for line in [
        "1 + 1",
        "'text'",
        "Write-Output (1 + 1)",
        "Write-Output (Get-Date)",
        "Write-Output $x",
        "Write-Output \"a $true\"",
        "Write-Output a > file.txt",
        "Write-Output a && Write-Output b",
        "Write-Output a | ForEach-Object { $_ }",
        "Write-Output @args",
        "Write-Output $env:PATH",
        "Write-Output 'a'.Length.ToString()",
        "$x = 1",
        "if ($true) { Write-Output a }",
        "function f { 1 }",
        "exit 1",
        ". Write-Output a",
        "& { Write-Output a }",
        "Write-Output ([int]'1')",
        "param($a) Write-Output a",
    ] {
        assert_eq!(commands(line), Err("ScriptsNotAllowed".into()), "{line}");
    }
    assert_eq!(
        commands("Write-Output 'a"),
        Err("TerminatorExpectedAtEndOfString".into())
    );
}

#[test]
fn a_session_can_be_restricted_and_never_freed() {
    let host = Keeper::default();
    let mut session = Session::new(SessionOptions::default());
    session.run(
        &host,
        &Input::Text("function Get-Secret { 'secret' }; $kept = 1"),
    );
    session.restrict();
    assert!(session.is_restricted());
    let refused = session.run(&host, &Input::Text("$kept"));
    assert_eq!(
        refused.terminating.unwrap().fully_qualified_id,
        "ScriptsNotAllowed"
    );
    let script = Input::Script {
        text: "1",
        file: "runbook.ps1",
        arguments: &[],
    };
    let refused = session.run(&host, &script);
    assert_eq!(
        refused.terminating.unwrap().fully_qualified_id,
        "ScriptsNotAllowed"
    );
}

fn named(name: &str, value: Option<Value>) -> StructuredArgument {
    StructuredArgument {
        name: Some(name.into()),
        value,
    }
}

fn script(text: &str) -> StructuredCommand {
    StructuredCommand {
        name: text.into(),
        is_script: true,
        ..StructuredCommand::default()
    }
}

fn one(command: StructuredCommand) -> StructuredPipeline {
    StructuredPipeline {
        commands: vec![command],
        ..StructuredPipeline::default()
    }
}

fn run_structured(pipelines: &[StructuredPipeline]) -> (Keeper, RunOutcome) {
    let host = Keeper::default();
    let outcome = Session::new(SessionOptions::default()).run(&host, &Input::Structured(pipelines));
    (host, outcome)
}

#[test]
fn scripts_are_commands_of_structured_pipelines() {
    let mut sum =
        script("param($Start) $sum = $Start; foreach ($n in $input) { $sum += $n }; $sum");
    sum.arguments = vec![named("Start", Some(Value::Int32(10)))];
    let range = StructuredPipeline {
        commands: vec![script("1..4"), sum],
        ..StructuredPipeline::default()
    };
    let (host, outcome) = run_structured(&[range]);
    assert!(outcome.terminating.is_none(), "{:?}", outcome.terminating);
    assert_eq!(*host.shown.borrow(), ["20"]);

    let mut local = script("$a = 2");
    local.use_local_scope = true;
    let (host, _) = run_structured(&[one(script("$a = 1")), one(local), one(script("$a"))]);
    assert_eq!(
        *host.shown.borrow(),
        ["1"],
        "what a local script sets stays in it"
    );

    let (_, outcome) = run_structured(&[one(script("1 +"))]);
    assert_eq!(
        outcome.terminating.unwrap().fully_qualified_id,
        "ExpectedValueExpression"
    );
}

#[test]
fn restricted_sessions_refuse_scripts_in_structured_pipelines() {
    let block = shown_block();
    let nested = Value::array(vec![Value::Int32(1), Value::array(vec![block.clone()])]);
    let mut filter = StructuredCommand {
        name: "Where-Object".into(),
        ..StructuredCommand::default()
    };
    filter.arguments = vec![named("FilterScript", Some(block))];
    let mut output = StructuredCommand {
        name: "Write-Output".into(),
        ..StructuredCommand::default()
    };
    output.arguments = vec![named("InputObject", Some(nested))];
    for refused in [script("1"), filter, output] {
        let host = Keeper::default();
        let outcome = restricted().run(&host, &Input::Structured(&[one(refused)]));
        assert_eq!(
            outcome.terminating.unwrap().fully_qualified_id,
            "ScriptsNotAllowed"
        );
    }
}

/// A script block as a value.
fn shown_block() -> Value {
    let host = Keeper::default();
    let mut session = Session::new(SessionOptions::default());
    session.run(&host, &Input::Text("$block = { $true }"));
    session.state().variable("block").unwrap()
}

#[test]
fn structured_pipelines_redirect_and_follow_each_other() {
    let redirected = |stream: Stream, target: StructuredTarget| StructuredCommand {
        name: "Write-Warning".into(),
        arguments: vec![named("Message", Some(Value::text("low")))],
        redirections: vec![StructuredRedirection { stream, target }],
        ..StructuredCommand::default()
    };
    let file = |path: &str, append: bool| StructuredTarget::File {
        path: path.into(),
        append,
    };
    let (host, _) = run_structured(&[
        one(redirected(Stream::Warning, StructuredTarget::Output)),
        one(redirected(Stream::Warning, file("w.txt", true))),
        one(redirected(Stream::Warning, file("", false))),
    ]);
    assert_eq!(*host.shown.borrow(), ["low"]);
    let written = host.written.borrow();
    let texts: Vec<_> = written
        .iter()
        .map(|(path, text, _)| (&**path, text.trim()))
        .collect();
    assert!(texts.iter().all(|(path, _)| *path == "w.txt"), "{texts:?}");
    assert_eq!(texts.last(), Some(&("w.txt", "low")));

    let then = |when: When, text: &str| StructuredPipeline {
        when,
        ..one(script(text))
    };
    let failing = StructuredCommand {
        name: "Write-Error".into(),
        arguments: vec![named("Message", Some(Value::text("bad")))],
        ..StructuredCommand::default()
    };
    let (host, _) = run_structured(&[
        one(failing),
        then(When::AfterSuccess, "'not run'"),
        then(When::AfterFailure, "'after failure'"),
        then(When::AfterSuccess, "'after success'"),
        then(When::AfterFailure, "'not run either'"),
    ]);
    assert_eq!(*host.shown.borrow(), ["after failure", "after success"]);
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

#[test]
fn a_session_outlives_a_fault() {
    /// A sink that is at fault.
    struct Faulty;

    impl Sink for Faulty {
        fn output(&mut self, _: &mut Engine<'_>, _: Value) -> Result<(), Halt> {
            panic!("a fault");
        }
        fn record(&mut self, _: &mut Engine<'_>, _: Record) -> Result<(), Halt> {
            Ok(())
        }
    }

    let host = Keeper::default();
    let mut session = Session::new(SessionOptions::default());
    session.run(&host, &Input::Text("$x = 'outside'"));
    let line = "function f { $x = 'inside'; try { 1 } finally { } }; & { f }";
    let run = || session.run_into(&host, &Input::Text(line), &mut Faulty);
    assert!(catch_unwind(AssertUnwindSafe(run)).is_err());
    session.run(&host, &Input::Text("$x; & { $y = 1 }; $null -eq $y"));
    assert_eq!(host.shown.take(), ["outside", "True"]);
}
