//! Errors: who is blamed for them, which traps and preferences have a say, what is kept of them.

#![allow(clippy::unwrap_used)]

mod keeper;

use keeper::{check, run};

#[test]
fn traps_and_preferences_say_what_becomes_of_an_error() {
    check(&[
        // A trap reaches into the blocks of statements within its own, not into functions.
        (
            "& { trap { 't'; continue }; if ($true) { 1/0; 'after' } 'end' }",
            "t|after|end",
            "",
        ),
        (
            "& { trap { 't' }; 1/0; 'after' }",
            "t|after",
            "RuntimeException",
        ),
        (
            "& { trap { 't'; break }; 1/0; 'after' }; 'x'",
            "t",
            "RuntimeException",
        ),
        (
            "& { trap [FormatException] { 't' }; 1/0 }; 'x'",
            "",
            "RuntimeException",
        ),
        ("$x = 1; trap { $x = 2; continue } 1/0; $x", "1", ""),
        // What a preference within made the end, none further out hides.
        (
            "$ErrorActionPreference = 'SilentlyContinue'; Write-Error x -ErrorAction Stop; 'after'",
            "",
            "Microsoft.PowerShell.Commands.WriteErrorException",
        ),
        (
            "$ErrorActionPreference = 'SilentlyContinue'; throw 'x'; 'after'",
            "after",
            "",
        ),
        (
            "& { $ErrorActionPreference = 'Stop'; 1/0 }; 'after'",
            "",
            "RuntimeException",
        ),
        ("throw $null", "", "ScriptHalted"),
        (
            "function f { throw 'x' } try { f } catch { $Error.Count }",
            "1",
            "",
        ),
    ]);
}

#[test]
fn an_error_names_who_called_the_script_that_wrote_it() {
    for (line, id, at) in [
        (
            "function f { Write-Error x }\nf",
            "Microsoft.PowerShell.Commands.WriteErrorException,f",
            (2, 1),
        ),
        (
            "& { Write-Error x }",
            "Microsoft.PowerShell.Commands.WriteErrorException",
            (1, 1),
        ),
        (
            "Write-Error x",
            "Microsoft.PowerShell.Commands.WriteErrorException",
            (0, 0),
        ),
        (
            "try { Get-Date nope } catch { Write-Error -ErrorRecord $_ }",
            "CannotConvertArgumentNoMessage",
            (0, 0),
        ),
    ] {
        let line = format!(
            "{line}\n$i = $Error[0].InvocationInfo; \"$($i.ScriptLineNumber),$($i.OffsetInLine)\""
        );
        let (shown, errors, _) = run(&line);
        assert_eq!(errors, [id], "{line}");
        assert_eq!(shown, [format!("{},{}", at.0, at.1)], "{line}");
    }
}

#[test]
fn a_function_keeps_what_the_commands_within_write() {
    check(&[
        (
            "function f { [CmdletBinding()]param() Write-Error a; 1/0; Write-Warning w; Write-Information i }\n\
             f -ErrorVariable e -ErrorAction SilentlyContinue -WarningVariable w -InformationVariable i; $e.Count, $w.Count, $i.Count",
            "2|1|1",
            "",
        ),
        // What a command writes to a pipe of its own is not the function's.
        (
            "function f { [CmdletBinding()]param() $x = Write-Error a; Write-Error b | Out-Null; Write-Error c > $null }\n\
             f -ErrorVariable e -ErrorAction SilentlyContinue; $e | % { \"$_\" }",
            "a|c",
            "",
        ),
        (
            "1 | % { Write-Error a } -ErrorVariable e 2>$null; $e.Count",
            "1",
            "",
        ),
        (
            "Write-Warning a -WarningVariable w -WarningAction Ignore; $w.Count",
            "1",
            "",
        ),
    ]);
}

#[test]
fn pscmdlet_writes_and_ends_as_a_cmdlet_does() {
    let record = "[System.Management.Automation.ErrorRecord]::new([TimeoutException]::new('m'), 'id', 'InvalidData', 5)";
    let function = |body: &str| {
        format!("function f {{ [CmdletBinding()]param() {body} }}\n").replace("REC", record)
    };
    for (body, line, output, errors) in [
        ("$PSCmdlet.WriteError(REC); 'on'", "f; $?", "on|False", "id"),
        (
            "$PSCmdlet.ThrowTerminatingError(REC); 'on'",
            "f; 'next'",
            "next",
            "id",
        ),
        (
            "try { $PSCmdlet.ThrowTerminatingError(REC) } catch { 'caught' }",
            "try { f } catch { $_.FullyQualifiedErrorId; $_.CategoryInfo.Activity }",
            "id,f|f",
            "",
        ),
        (
            "$PSCmdlet.WriteError(REC); 'on'",
            "f -ErrorAction Stop; 'next'",
            "",
            "id",
        ),
        (
            "$PSCmdlet.WriteError(REC)",
            "f -ErrorAction SilentlyContinue -ErrorVariable e; $e.Count",
            "1",
            "",
        ),
        (
            "$PSCmdlet.WriteObject(1..2, $true); $PSCmdlet.GetVariableValue('x', 7)",
            "f",
            "1|2|7",
            "",
        ),
        (
            "$PSCmdlet.ShouldProcess()",
            "f",
            "",
            "MethodCountCouldNotFindBest",
        ),
        (
            "$PSCmdlet.WriteError('x')",
            "f",
            "",
            "MethodArgumentConversionInvalidCastArgument",
        ),
    ] {
        let line = function(body) + line;
        assert_eq!(
            keeper::told(&line),
            (output.to_owned(), errors.to_owned()),
            "{line}"
        );
    }
}

#[test]
fn exceptions_are_made_with_dotnets_own_words() {
    for (line, message) in [
        (
            "[ArgumentException]::new('bad', 'p').Message",
            "bad (Parameter 'p')",
        ),
        (
            "[ArgumentNullException]::new('p').Message",
            "Value cannot be null. (Parameter 'p')",
        ),
        ("[ArgumentNullException]::new('p').ParamName", "p"),
        (
            "[TimeoutException]::new().Message",
            "The operation has timed out.",
        ),
        (
            "[Exception]::new().Message",
            "Exception of type 'System.Exception' was thrown.",
        ),
        (
            "[Exception]::new('a', [Exception]::new('b')).InnerException.Message",
            "b",
        ),
        ("[FormatException]::new('a').HResult", "-2146233033"),
        (
            "try { throw [FormatException]::new('a') } catch { $_.Exception.GetType().Name }",
            "FormatException",
        ),
    ] {
        assert_eq!(keeper::shown(line), [message], "{line}");
    }
}

#[test]
fn records_tell_where_in_the_scripts_they_happened() {
    for (line, expected) in [
        (
            "function f { 1/0 }\nfunction g { f }\ntry { g } catch { $_.ScriptStackTrace }",
            "at f, <No file>: line 1\nat g, <No file>: line 2\nat <ScriptBlock>, <No file>: line 3",
        ),
        (
            "function f { process { 1/0 } } try { 1 | f } catch { $_.ScriptStackTrace }",
            "at f<Process>, <No file>: line 1\nat <ScriptBlock>, <No file>: line 1",
        ),
        (
            "try { 1/0 } catch { $i = $_.InvocationInfo; \"$($i.Statement) $($i.HistoryId) $($i.CommandOrigin)\" }",
            "1/0 1 Internal",
        ),
        (
            "function f($a) { Get-PSCallStack } f 1 2 | % { \"$($_.Command)$($_.Arguments)\" }",
            "f{a=1, 2} <ScriptBlock>{}",
        ),
        (
            "function f { Write-Warning w } f 3>&1 | % { $_.InvocationInfo.InvocationName }",
            "f",
        ),
        (
            "& { $MyInvocation.InvocationName; $MyInvocation.MyCommand.CommandType }",
            "& Script",
        ),
    ] {
        assert_eq!(keeper::answer(line), expected, "{line}");
    }
}

#[test]
fn variables_of_the_session_keep_their_types() {
    check(&[
        ("$ErrorView = 'normalview'; $ErrorView", "NormalView", ""),
        ("$ErrorView = 'Nope'", "", "RuntimeException"),
        (
            "$PSDefaultParameterValues['Bad'] = 1",
            "",
            "InvalidOperation",
        ),
        ("$PSDefaultParameterValues[5] = 1", "", "Argument"),
        (
            "$PSDefaultParameterValues.Add('Bad', 1)",
            "",
            "PSInvalidOperationException",
        ),
        (
            "$PSDefaultParameterValues = @{ Bad = 1 }",
            "",
            "RuntimeException",
        ),
        (
            "$PSDefaultParameterValues = @{ ' Get-Date:Format ' = 'yyyy' }; $PSDefaultParameterValues.Keys; Get-Date",
            "Get-Date:Format|2026",
            "",
        ),
        (
            "Set-Variable x 1 -Option AllScope; & { $x = 2 }; $x",
            "2",
            "",
        ),
    ]);
}

#[test]
fn the_language_blames_the_part_that_fails() {
    for (line, id, offset) in [
        ("[Nope]::X", "TypeNotFound", 1),
        ("[Nope]1", "TypeNotFound", 2),
        ("1 -is [Nope]", "TypeNotFound", 7),
        ("& ''", "BadExpression", 3),
        (". $null", "BadExpression", 3),
        ("$h = @{}; $h[$null] = 1", "NullArrayIndex", 11),
        ("for ($i = 1/0; $false;) { }", "RuntimeException", 6),
        ("switch (1/0) { 1 { } }", "RuntimeException", 9),
        ("switch (1) { (1/0) { } }", "RuntimeException", 14),
        ("exit (1/0)", "RuntimeException", 1),
        ("$x = 1/0 || 5", "RuntimeException", 6),
    ] {
        let line = format!("{line}\n$Error[0].InvocationInfo.OffsetInLine");
        assert_eq!(
            keeper::told(&line),
            (offset.to_string(), id.to_owned()),
            "{line}"
        );
    }
}

#[test]
fn a_handler_names_a_type_that_there_is() {
    for (line, output, errors) in [
        (
            "try { throw 'x' } catch [Nope] { 'caught' }; 'on'",
            "on",
            "TypeNotFound",
        ),
        ("try { throw 'x' } catch { 'all' }", "all", ""),
        (
            "try { throw 'x' } catch [Exception] { 'named' } catch [Nope] { 2 }",
            "",
            "TypeNotFound",
        ),
        ("try { 'fine' } catch [Nope] { 'caught' }", "fine", ""),
        (
            "try { throw 'x' } catch [Nope] { 1 } finally { 'last' }",
            "last",
            "TypeNotFound",
        ),
        (
            "try { throw 'x' } catch [System.Net.WebException] { 1 } catch { 'all' }",
            "all",
            "",
        ),
        (
            "try { try { throw 'x' } catch [Nope] { 1 } } catch { $_.FullyQualifiedErrorId }",
            "TypeNotFound",
            "",
        ),
        (
            "enum E { a }; try { throw 'x' } catch [E] { 1 } catch { 'all' }",
            "all",
            "",
        ),
    ] {
        assert_eq!(
            keeper::told(line),
            (output.to_owned(), errors.to_owned()),
            "{line}"
        );
    }
}
