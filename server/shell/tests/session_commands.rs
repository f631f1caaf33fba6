//! The commands that tell of the session: its errors, its history, how it styles text; and those that look into texts.

mod keeper;

use keeper::check;

#[test]
fn errors_are_shown_with_all_they_hold() {
    let place = "Line             : NoSuch|    Statement        : NoSuch";
    check(&[
        ("Get-Error", "", ""),
        ("5 | Get-Error", "", ""),
        (
            "Get-Error -Newest 0",
            "",
            "ParameterArgumentValidationError",
        ),
        (
            "Write-Error e; (Get-Error).PSObject.TypeNames",
            "System.Management.Automation.ErrorRecord#PSExtendedError|System.Object",
            "Microsoft.PowerShell.Commands.WriteErrorException",
        ),
        (
            "NoSuch; (Get-Error | Out-String) -split \"`n\" | Select-Object -First 4 -Skip 2",
            "    Type        : System.Management.Automation.CommandNotFoundException|    CommandName : NoSuch|    ErrorRecord : |        Exception             : ",
            "CommandNotFoundException",
        ),
        (
            "try { NoSuch } catch {}; $t = (Get-Error | Out-String -Width 200) -split \"`n\"; ($t -match '^    (Line|Statement)')[0..1] -replace 'Line.*', 'Line             : NoSuch'",
            &format!("    {place}"),
            "",
        ),
        (
            "NoSuch; Write-Error b; (Get-Error -Newest 2 | Out-String) -split \"`n\" -match '^ +ErrorInd'",
            "   ErrorIndex: 0|   ErrorIndex: 1",
            "CommandNotFoundException|Microsoft.PowerShell.Commands.WriteErrorException",
        ),
        (
            "$ErrorView = 'DetailedView'; (Write-Error e 2>&1 | Out-String) -match 'Message : e'",
            "True",
            "",
        ),
    ]);
}

#[test]
fn lines_are_remembered_added_and_forgotten() {
    let add = "[pscustomobject]@{CommandLine='\"hi\"'; ExecutionStatus='Completed'; StartExecutionTime='2026-01-02'; EndExecutionTime='2026-01-02'} | Add-History";
    check(&[
        (&format!("{add} -Passthru | % Id"), "2", ""),
        (&format!("{add}; Invoke-History 2; r '\"h'"), "hi|hi", ""),
        (
            &format!(
                "{add}; {add}; (Get-History 3 -Count 2).Id -join ','; (Get-History -Count 1).Id"
            ),
            "2,3|3",
            "",
        ),
        (
            &format!(
                "{add}; Clear-History -Id 1; (Get-History).Id; Clear-History; (Get-History).Count"
            ),
            "2|0",
            "",
        ),
        (
            &format!(
                "{add}; {add}; Clear-History -CommandLine '\"*' -Count 1 -Newest; (Get-History).Id -join ','"
            ),
            "1,2",
            "",
        ),
        ("Add-History x", "", "AddHistoryInvalidInput"),
        ("Clear-History -Id 9", "", "GetHistoryNoHistoryForId"),
        (
            "Clear-History -Id 1,2 -Count 1",
            "",
            "GetHistoryNoCountWithMultipleIds",
        ),
        (
            "Clear-History -CommandLine a,b -Count 1",
            "",
            "NoCountWithMultipleCmdLine ",
        ),
        ("Invoke-History", "", "InvokeHistoryNoLastHistoryEntryFound"),
        (
            "Invoke-History nope",
            "",
            "InvokeHistoryNoHistoryForCommandline",
        ),
        ("Invoke-History -1", "", "InvokeHistoryInvalidIdGetHistory"),
        ("Invoke-History 5", "", "InvokeHistoryNoHistoryForId"),
        (
            "[pscustomobject]@{CommandLine='r 2'; ExecutionStatus=4; StartExecutionTime='2026-01-02'; EndExecutionTime='2026-01-02'} | Add-History; r 2",
            "",
            "InvokeHistoryLoopDetected",
        ),
    ]);
}

#[test]
fn bytes_are_shown_in_hex() {
    check(&[
        ("'hello' | Format-Hex | % HexBytes", "68 65 6C 6C 6F", ""),
        (
            "'€' | Format-Hex -Encoding unicode | % HexBytes",
            "AC 20",
            "",
        ),
        (
            "1, 2, $true | Format-Hex | % HexBytes",
            "01 00 00 00 02 00 00 00|01 00 00 00",
            "",
        ),
        (
            "[sbyte[]](-15, 18), 'a', [byte[]](1..2) | Format-Hex | % ToString",
            "0000000000000000   F1 12                                            ñ\u{fffd}              |0000000000000000   61                                               a               |0000000000000000   01 02                                            \u{fffd}\u{fffd}              ",
            "",
        ),
        (
            "'hello' | Format-Hex -Offset 1 -Count 2 | % Ascii",
            "el",
            "",
        ),
        (
            ",[byte[]](1..20) | Format-Hex | % HexOffset",
            "0000000000000000|0000000000000010",
            "",
        ),
        ("@{} | Format-Hex", "", "FormatHexTypeNotSupported"),
        ("Format-Hex /nope", "", "FileNotFound"),
        ("Format-Hex -LiteralPath /nope", "", "FormatHexIOError"),
        (
            "Format-Hex a -Count 0",
            "",
            "ParameterArgumentValidationError",
        ),
    ]);
}

#[test]
fn json_is_tested() {
    check(&[
        ("'{\"a\":1}' | Test-Json", "True", ""),
        ("Test-Json '{a:1}'", "False", "InvalidJson"),
        ("Test-Json '[1,]' -Options AllowTrailingCommas", "True", ""),
        ("Test-Json '[1] // c' -Options IgnoreComments", "True", ""),
        ("Test-Json -Path /nope", "", "PathNotFound"),
    ]);
}

#[test]
fn styles_are_texts_that_scripts_use() {
    check(&[
        ("$PSStyle.Bold.Replace(\"`e\", '')", "[1m", ""),
        ("$PSStyle.OutputRendering", "Host", ""),
        (
            "$PSStyle.Foreground.FromRgb(255, 1, 2).Substring(1)",
            "[38;2;255;1;2m",
            "",
        ),
        (
            "$PSStyle.Background.FromRgb(0xff0000).Substring(1)",
            "[48;2;255;0;0m",
            "",
        ),
        (
            "$PSStyle.Foreground.FromConsoleColor('Blue').Substring(1)",
            "[94m",
            "",
        ),
        ("$PSStyle.FormatHyperlink('a', 'http://b').Length", "23", ""),
        (
            "($PSStyle.Formatting | Out-String) -split \"`n\" | Select-Object -Index 1",
            "FormatAccent           : `e[32;1m",
            "",
        ),
    ]);
}

#[test]
fn records_of_information_tell_who_wrote_them() {
    check(&[
        ("(Write-Host h 6>&1).Source", "Write-Host", ""),
        (
            "(Write-Information i -Tags a, b 6>&1).Tags -join ','",
            "a,b",
            "",
        ),
        (
            "(Write-Information i 6>&1).TimeGenerated.GetType().Name",
            "DateTime",
            "",
        ),
    ]);
}

#[test]
fn nobody_is_asked_for_a_password_where_there_is_no_user() {
    check(&[
        ("Get-Credential bob", "", "HostFunctionNotImplemented"),
        (
            "$c = [pscredential]::new('u', (ConvertTo-SecureString x -AsPlainText -Force)); (Get-Credential $c).UserName",
            "u",
            "",
        ),
    ]);
}

#[test]
fn aliases_live_in_scopes_and_have_options() {
    check(&[
        (
            "New-Alias zz Get-Verb -Option ReadOnly; Set-Alias zz x; Set-Alias zz Get-Date -Force; (Get-Alias zz).Definition",
            "Get-Date",
            "AliasNotWritable",
        ),
        (
            "New-Alias zz a -Option Constant; Remove-Alias zz -Force; Set-Alias zz b -Force",
            "",
            "AliasNotRemovable|AliasNotWritable",
        ),
        (
            "Set-Alias zz a; Set-Alias zz b -Option Constant",
            "",
            "AliasCannotBeMadeConstant",
        ),
        (
            "Set-Alias echo x; Set-Alias select x -Force",
            "",
            "AliasAllScopeOptionCannotBeRemoved|AliasAllScopeOptionCannotBeRemoved",
        ),
        (
            "$a = New-Alias ZzTop a -Description d -PassThru; $a.Name, $a.Options, $a.Description",
            "ZzTop|None|d",
            "",
        ),
        (
            "function f { Set-Alias zz Get-Verb; (zz Get).Verb }; f; zz",
            "Get",
            "CommandNotFoundException",
        ),
        (
            "function f { Set-Alias zz Get-Verb -Scope Global }; f; (zz Get).Verb",
            "Get",
            "",
        ),
        (
            "New-Alias zz a; & { New-Alias zz b; New-Alias zz c -Scope Local; (Get-Alias zz).Definition }; (Get-Alias zz).Definition",
            "c|a",
            "AliasAlreadyExists",
        ),
        (
            "Set-Alias zz Get-Verb -Option Private; & { zz }",
            "",
            "CommandNotFoundException",
        ),
        (
            "Set-Alias zz a; & { Get-Alias zz -Scope Local; (Get-Alias zz -Scope 1).Name }",
            "zz",
            "ItemNotFoundException",
        ),
        (
            "Remove-Alias gm; Remove-Alias gm -Force; gm",
            "",
            "AliasNotRemovable|CommandNotFoundException",
        ),
    ]);
}
