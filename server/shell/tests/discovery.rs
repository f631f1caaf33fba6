//! The commands that say what there is, line by line: what each writes, and the ids of its errors (before their comma).

mod keeper;

use keeper::check;

#[test]
fn a_module_before_a_name_is_that_of_the_command() {
    check(&[
        (
            "(Get-Command Microsoft.PowerShell.Utility\\Get-Date).Name",
            "Get-Date",
            "",
        ),
        (
            "(Get-Command microsoft.powershell.utility\\Get-D*).Name",
            "Get-Date",
            "",
        ),
        (
            "Get-Command Microsoft.PowerShell.Core\\Get-Date",
            "",
            "CommandNotFoundException",
        ),
        ("Microsoft.PowerShell.Utility\\Write-Output 1", "1", ""),
        (
            "Microsoft.PowerShell.Core\\Write-Output 1",
            "",
            "CommandNotFoundException",
        ),
        ("Nope\\Write-Output 1", "", "CouldNotAutoLoadModule"),
        (".\\nope", "", "CommandNotFoundException"),
    ]);
}

#[test]
fn get_command_finds_by_all_its_rules() {
    check(&[
        (
            "function where { }; (Get-Command where -All).CommandType",
            "Alias|Function",
            "",
        ),
        (
            "function Get-Date { }; (Get-Command Get-Date).CommandType",
            "Function",
            "",
        ),
        (
            "function Get-Date { }; (Get-Command Get-Date -CommandType Cmdlet).CommandType",
            "Cmdlet",
            "",
        ),
        (
            "Get-Command gte-date -UseFuzzyMatching -FuzzyMinimumDistance 1 | % { \"$_ $($_.Score)\" }",
            "Get-Date 1",
            "",
        ),
        ("Get-Command zz -UseAbbreviationExpansion", "", ""),
        (
            "Get-Command Get-Date -ShowCommandInfo -Syntax",
            "",
            "GetCommandCannotSpecifySyntaxAndShowCommandInfoTogether",
        ),
        (
            "$i = Get-Command Get-Date -ShowCommandInfo; $i.Module.Name; $p = $i.ParameterSets[0].Parameters[0]; $p.Name, $p.Position, $p.ParameterType.FullName",
            "Microsoft.PowerShell.Utility|Date|0|System.DateTime",
            "",
        ),
    ]);
}

#[test]
fn help_is_never_online() {
    check(&[
        ("Get-Help Get-Date -Online", "", "InvalidOperation"),
        ("Get-Help Nope -Online", "", "HelpNotFound"),
        ("Get-Help x -Category Provider -Role y", "", "Argument"),
    ]);
}

#[test]
fn a_function_has_its_whole_text() {
    check(&[
        (
            "function f($a, [int]$b = 3) { $a }; (Get-Command f).Definition",
            "param($a, [int]$b = 3)\n $a ",
            "",
        ),
        (
            "function f { param($a) $a }; (Get-Command f).Definition",
            " param($a) $a ",
            "",
        ),
        ("function f() { 5 }; \"${function:f}\"", " 5 ", ""),
    ]);
}

#[test]
fn a_command_says_all_that_powershell_says_of_it() {
    check(&[
        (
            "(Get-Command Get-Date | select *).PSObject.Properties.Name -join ' '",
            "HelpUri DLL Verb Noun HelpFile PSSnapIn Version ImplementingType Definition DefaultParameterSet OutputType Options Name CommandType Source Visibility ModuleName Module RemotingCapability Parameters ParameterSets",
            "",
        ),
        (
            "function f { [CmdletBinding(HelpUri = 'http://x')] param() 1 }; (Get-Command f | select *).PSObject.Properties.Name -join ' '; (Get-Command f).HelpUri; (Get-Command f).CmdletBinding; (Get-Command f).Options; (Get-Command Get-Date).Options",
            "HelpUri ScriptBlock CmdletBinding DefaultParameterSet Definition Options Description Verb Noun HelpFile OutputType Name CommandType Source Version Visibility ModuleName Module RemotingCapability Parameters ParameterSets|http://x|True|None|ReadOnly",
            "",
        ),
    ]);
}
