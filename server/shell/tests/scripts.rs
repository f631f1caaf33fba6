//! Script files: their parameters, what they know of themselves, scripts that they call.

#![allow(clippy::unwrap_used)]

mod keeper;

use keeper::Keeper;
use tandem_shell::session::{Input, RunOutcome, Session, SessionOptions};
use tandem_shell::value::Value;

fn run(text: &str, arguments: &[&str], files: &[(&str, &str)]) -> (Vec<String>, RunOutcome) {
    let host = Keeper::default();
    for (path, content) in files {
        let content = content.as_bytes().to_vec();
        host.files.borrow_mut().insert((*path).into(), content);
    }
    let arguments: Vec<Value> = arguments.iter().map(|word| Value::text(*word)).collect();
    let script = Input::Script {
        text,
        file: "/runbooks/main.ps1",
        arguments: &arguments,
    };
    let outcome = Session::new(SessionOptions::default()).run(&host, &script);
    (host.told.into_inner(), outcome)
}

#[test]
fn a_script_is_an_advanced_function_with_a_path() {
    let text = "[CmdletBinding(DefaultParameterSetName = 'B')] \
        param([Parameter(ParameterSetName = 'A')][int]$Number, [switch]$Force, [Parameter(ParameterSetName = 'B')]$Name) \
        begin { \"$($PSCmdlet.ParameterSetName) $Number $Force $Name\" } \
        end { \"$PSScriptRoot $PSCommandPath $($MyInvocation.MyCommand.Name) $($MyInvocation.MyCommand.Path)\" }";
    let own = "/runbooks /runbooks/main.ps1 main.ps1 /runbooks/main.ps1";
    for (arguments, expected) in [
        (&[][..], "B 0 False "),
        (&["-Number", "5"], "A 5 False "),
        (&["-Force:$true", "-Name:x"], "B 0 True x"),
        (&["-Force", "--", "5"], "A 5 True "),
    ] {
        let (told, outcome) = run(text, arguments, &[]);
        assert!(outcome.terminating.is_none(), "{:?}", outcome.terminating);
        assert_eq!(told, [expected, own], "{arguments:?}");
    }
    let (_, outcome) = run(text, &["-Nope", "1"], &[]);
    let error = outcome.terminating.unwrap();
    assert_eq!(error.fully_qualified_id, "NamedParameterNotFound,main.ps1");
}

#[test]
fn a_script_calls_others_and_their_exit_is_their_own() {
    let files = [
        (
            "./lib.ps1",
            "function helper { \"helped $args\" }; $loaded = 1",
        ),
        (
            "/a/sub.ps1",
            "param($p) $x = 2; \"sub $p $PSScriptRoot\"; exit 3; 'never'",
        ),
        ("./bad.ps1", "if ("),
    ];
    for (text, expected) in [
        (". ./lib.ps1; helper 1; $loaded", "helped 1|1"),
        ("& ./lib.ps1; \"[$loaded]\"", "[]"),
        (
            "$x = 1; & /a/sub.ps1 -p q; $?; $LASTEXITCODE; $x",
            "sub q /a|False|3|1",
        ),
        ("/a/sub.ps1 7; 'after'", "sub 7 /a|after"),
    ] {
        let (told, outcome) = run(text, &[], &files);
        assert!(outcome.terminating.is_none(), "{:?}", outcome.terminating);
        assert_eq!(told.join("|"), expected, "{text}");
    }
    let (told, _) = run("./bad.ps1; ./none.ps1; 'after'", &[], &files);
    assert!(told[0].contains("Missing condition"), "{told:?}");
    assert!(
        told[1].contains("'./none.ps1' is not recognized"),
        "{told:?}"
    );
    assert_eq!(told[2], "after");
}

#[test]
fn a_script_runs_only_where_what_it_requires_is_there() {
    let unmatched = "ScriptRequiresUnmatchedPSVersion";
    let missing = "ScriptRequiresMissingModules";
    for (required, expected) in [
        ("-Version 7", ""),
        ("-Version 5.1 -PSEdition Core", ""),
        ("-RunAsAdministrator", ""),
        ("-Modules Microsoft.PowerShell.Utility", ""),
        ("-Version 99", unmatched),
        ("-Version 7.99", unmatched),
        ("-PSEdition Desktop", "ScriptRequiresUnmatchedPSEdition"),
        ("-Modules Nope", missing),
        (
            "-Modules @{ ModuleName = 'Microsoft.PowerShell.Utility'; ModuleVersion = '99.0' }",
            missing,
        ),
        ("-ShellId a", "RequiresShellIDInvalidForSingleShell"),
    ] {
        let script = format!("#requires {required}\n'ran'");
        let (told, outcome) = run(&script, &[], &[]);
        let id = outcome
            .terminating
            .map_or(String::new(), |error| error.fully_qualified_id.into_owned());
        assert_eq!(id, expected, "{script}");
        assert_eq!(told.is_empty(), !expected.is_empty(), "{script}");
        let line = "try { ./lib.ps1 } catch { $_.FullyQualifiedErrorId; $_.TargetObject; $_.InvocationInfo.OffsetInLine }";
        let (told, _) = run(line, &[], &[("./lib.ps1", &script)]);
        let caught = format!("{expected}|lib.ps1|7");
        let whole = if expected.is_empty() { "ran" } else { &caught };
        assert_eq!(told.join("|"), whole, "{script}");
    }
}
