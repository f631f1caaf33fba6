//! The parameters that every command has, and `$PSDefaultParameterValues`: what a session's lines see of them.

#![allow(clippy::unwrap_used)]

mod keeper;

use keeper::Keeper;
use tandem_shell::session::{Input, Session, SessionOptions};

fn told(line: &str) -> (Vec<String>, Vec<String>) {
    let host = Keeper::default();
    Session::new(SessionOptions::default()).run(&host, &Input::Text(line));
    (host.told.into_inner(), host.warnings.into_inner())
}

#[test]
fn variables_keep_what_a_command_writes() {
    for (line, expected) in [
        (
            "Write-Output a b -OutVariable o | Out-Null; $o.Count; $o.GetType().Name",
            "2 ArrayList",
        ),
        (
            "$o = 'x'; Write-Output a -OutVariable +o | Out-Null; $o",
            "x a",
        ),
        (
            "$o = 'x', 'y'; Write-Output a -OutVariable +o | Out-Null; $o.Count; $o.GetType().Name",
            "3 ArrayList",
        ),
        (
            "Write-Output a -ErrorVariable +e | Out-Null; $e.GetType().Name; $e.Count",
            "ArrayList 0",
        ),
        (
            "$e = 5; Write-Output a -ErrorVariable +e | Out-Null; $e.GetType().Name; $e",
            "ArrayList 5",
        ),
        ("Write-Output a -OutVariable o > $null; $o", "a"),
        (
            "Write-Output a b -PipelineVariable p | ForEach-Object { \"$p$_\" }; \"[$p]\"",
            "aa bb []",
        ),
        (
            "$p = 1; Write-Output a -PipelineVariable p | ForEach-Object { $p }; \"[$p]\"",
            "a []",
        ),
        (
            "Write-Error m -ErrorVariable e -ErrorAction SilentlyContinue; $e[0].GetType().Name",
            "ErrorRecord",
        ),
        (
            "try { Write-Error m -ErrorAction Stop -ErrorVariable e } catch { }; $e.Count; $e[0].GetType().Name; $e[0].Message",
            "1 ActionPreferenceStopException The running command stopped because the preference variable \
             \"ErrorActionPreference\" or common parameter is set to Stop: m",
        ),
        (
            "try { ConvertFrom-Json '{' -ErrorVariable e } catch { }; $e[0].GetType().Name; $e[0].ErrorRecord.GetType().Name",
            "CmdletInvocationException ErrorRecord",
        ),
    ] {
        assert_eq!(told(line).0.join(" "), expected, "{line}");
    }
}

#[test]
fn a_buffer_lets_objects_wait_for_the_next_command() {
    let line = "1..3 | ForEach-Object { $seen += 1; $_ } -OutBuffer 1 | ForEach-Object { \"$_ of $seen\" }";
    assert_eq!(told(line).0, ["1 of 2", "2 of 2", "3 of 3"]);
}

#[test]
fn defaults_are_bound_by_whole_names_and_patterns() {
    for (key, expected) in [
        ("Write-Warning:Message", "d"),
        ("write-*:Message", "d"),
        ("Write-Warning:Mes*", "d"),
        (" 'Write-Warning' : \"Message\" ", "d"),
    ] {
        let line = format!("$PSDefaultParameterValues[@'\n{key}\n'@] = 'd'; Write-Warning");
        assert_eq!(told(&line).1, [expected], "{key}");
    }
    for (line, expected) in [
        (
            "$PSDefaultParameterValues['Write-Output:NoEn'] = $true; (Write-Output 1, 2).Count",
            "2",
        ),
        (
            "$PSDefaultParameterValues['select:First'] = 1; 1..3 | Select-Object",
            "1",
        ),
        (
            "$PSDefaultParameterValues['Select-Object:First'] = { 2 }; (1..3 | Select-Object).Count",
            "2",
        ),
        (
            "$PSDefaultParameterValues['Select-Object:First'] = 1; $PSDefaultParameterValues['Disabled'] = $true; \
             (1..3 | Select-Object).Count",
            "3",
        ),
    ] {
        assert_eq!(told(line).0.join(" "), expected, "{line}");
    }
}

#[test]
fn an_error_names_the_defaults_that_were_bound() {
    let line = "$PSDefaultParameterValues['Select-Object:First'] = 1; 1 | Select-Object -Bogus";
    let (told, _) = told(line);
    assert!(
        told[0].starts_with(
            "A parameter cannot be found that matches parameter name 'Bogus'. This failure might be caused by"
        ) && told[0].ends_with("when the error occurred: -First"),
        "{told:?}"
    );
}

#[test]
fn defaults_that_do_not_fit_are_warned_of() {
    for (line, expected) in [
        (
            "$PSDefaultParameterValues['Select-Object:First'] = 'x'; 1 | Select-Object",
            "The binding of default value 'x' to parameter 'First' failed: ",
        ),
        (
            "$PSDefaultParameterValues['Select-Object:S*'] = 1; 1 | Select-Object",
            "The following name or alias defined in $PSDefaultParameterValues for this cmdlet resolves to multiple",
        ),
        (
            "$PSDefaultParameterValues['Select-Object:First'] = 1; $PSDefaultParameterValues['Select-*:First'] = 2; \
             1 | Select-Object",
            "Multiple different default values are defined in $PSDefaultParameterValues",
        ),
    ] {
        let (_, warnings) = told(line);
        assert!(warnings[0].starts_with(expected), "{line}: {warnings:?}");
    }
    let quiet = "$WarningPreference = 'Ignore'; $PSDefaultParameterValues['Select-Object:First'] = 'x'; 1 | Select-Object";
    assert!(told(quiet).1.is_empty());
}

#[test]
fn a_script_block_is_no_object_for_a_parameter_that_takes_input() {
    let (told, _) = told("Get-Member -InputObject { 1 }");
    assert!(
        told[0].starts_with("Cannot evaluate parameter 'InputObject' because its argument is specified as a script block"),
        "{told:?}"
    );
}
