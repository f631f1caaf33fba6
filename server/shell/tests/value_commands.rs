//! The commands that work on the session and on single values, line by line: what each writes, and the ids of its errors
//! (before their comma).

mod keeper;

use keeper::{Keeper, check, shown};
use tandem_shell::session::{Input, Session, SessionOptions};

#[test]
fn random_numbers_come_from_the_host_or_from_a_seed() {
    check(&[
        ("Get-Random -Maximum 0", "", "MinGreaterThanOrEqualMax"),
        (
            "Get-Random -SetSeed 1 -Maximum 100; Get-Random -SetSeed 1 -Maximum 100 | Out-Null; (Get-Random -Maximum 5) -lt 5",
            "1|True",
            "",
        ),
        (
            "(1..5 | Get-Random -Shuffle | Sort-Object) -join ''",
            "12345",
            "",
        ),
        ("New-Guid", "01020304-0506-4708-890a-0b0c0d0e0f10", ""),
        ("New-Guid x", "", "StringNotRecognizedAsGuid"),
    ]);
}

#[test]
fn text_and_blocks_run_where_they_are_invoked() {
    check(&[
        ("$a = 1; Invoke-Expression '$a = 2'; $a", "2", ""),
        ("Invoke-Expression '1 +'", "", "ExpectedValueExpression"),
        (
            "Invoke-Command { param($x) $x * 2 } -ArgumentList 5",
            "10",
            "",
        ),
        (
            "1..3 | Invoke-Command { ($input | Measure-Object -Sum).Sum }",
            "6",
            "",
        ),
        (
            "$q = 1; Invoke-Command { $q = 2 }; $q; Invoke-Command { $q = 3 } -NoNewScope; $q",
            "1|3",
            "",
        ),
    ]);
    let host = Keeper::default();
    let mut session = Session::new(SessionOptions {
        no_language: true,
        ..SessionOptions::default()
    });
    let refused = session.run(&host, &Input::Commands("Invoke-Expression '1+1'"));
    assert!(host.shown.borrow().is_empty());
    let ids = host.errors.into_inner();
    let refused = refused
        .terminating
        .map(|record| record.fully_qualified_id.to_string());
    assert!(
        ids.into_iter()
            .chain(refused)
            .any(|id| id.starts_with("ScriptsNotAllowed"))
    );
}

#[test]
fn paths_and_data_are_taken_apart() {
    check(&[
        ("Split-Path a/b/c.txt -LeafBase", "c", ""),
        ("Split-Path C:\\a\\b -NoQualifier", "\\a\\b", ""),
        ("Split-Path a/b -Qualifier", "", "ParsePathFormatError"),
        ("Join-Path C:\\ x", "", "DriveNotFound"),
        ("Join-Path a b c d", "a/b/c/d", ""),
        (
            "('a=1', 'b = x\\ty' -join \"`n\" | ConvertFrom-StringData).b",
            "x\ty",
            "",
        ),
        ("ConvertFrom-StringData foo", "", "InvalidOperation"),
        ("(Get-Verb get).AliasPrefix", "g", ""),
        (
            "(Get-Verb).Group | Get-Unique",
            "Common|Communications|Data|Diagnostic|Lifecycle|Other|Security",
            "",
        ),
    ]);
}

#[test]
fn variables_have_scopes_and_options() {
    check(&[
        (
            "New-Variable q 1 -Option ReadOnly; Set-Variable q 2; Set-Variable q 3 -Force; $q",
            "3",
            "VariableNotWritable",
        ),
        (
            "New-Variable q 1 -Option Constant; Remove-Variable q -Force; Set-Variable q 2 -Force; $q",
            "1",
            "VariableNotRemovable|VariableNotWritable",
        ),
        (
            "$q = 1; Set-Variable q 2 -Option Constant",
            "",
            "VariableCannotBeMadeConstant",
        ),
        (
            "New-Variable q 1; New-Variable q 2; (New-Variable q 3 -Force -PassThru).Value",
            "3",
            "VariableAlreadyExists",
        ),
        (
            "$x = 1; function f { Set-Variable x 2; Set-Variable x 3 -Scope 1; $x }; f; $x",
            "2|3",
            "",
        ),
        ("Get-Variable q -Scope 9", "", "ArgumentOutOfRange"),
        ("Get-Variable q -Scope nope", "", "Argument"),
        (
            "Set-Variable v 1 -Append; Set-Variable v 2 -Append; $v",
            "1|2",
            "",
        ),
        ("1..3 | Set-Variable v; $v.Count", "3", ""),
        (
            "$abc = 1; $abd = 2; Get-Variable ab* -Exclude abd -ValueOnly",
            "1",
            "",
        ),
        (
            "Remove-Variable nop*; Remove-Variable nope",
            "",
            "VariableNotFound",
        ),
        ("(Get-Variable true).Options", "Constant, AllScope", ""),
        ("Set-Variable true 5", "", "VariableNotWritable"),
    ]);
}

#[test]
fn dates_carry_what_is_shown_of_them() {
    check(&[
        ("(Get-Date 2026-01-31 -Month 2).Day", "28", ""),
        (
            "(Get-Date 2026-01-02 -DisplayHint Date).DateTime",
            "Friday, January 2, 2026",
            "",
        ),
        ("(Get-Date 2026-01-02).AddDays(1).Day", "3", ""),
        (
            "((Get-Date 2026-01-05) - (Get-Date 2026-01-02)).Days",
            "3",
            "",
        ),
        (
            "(New-TimeSpan (Get-Date 2026-01-02) (Get-Date 2026-01-05)).Days",
            "3",
            "",
        ),
        ("Get-Date 9999-12-31 -Day 31 | % Year", "9999", ""),
        (
            "Write-Information x -Tags PSx",
            "",
            "PSPrefixReservedInInformationTag",
        ),
    ]);
}

#[test]
fn aliases_are_set_kept_and_removed() {
    check(&[
        (
            "Set-Alias zz Get-Verb; (zz get).Verb; (Get-Alias zz).Definition",
            "Get|Get-Verb",
            "",
        ),
        ("Set-Alias gm Get-Verb", "", "AliasNotWritable"),
        ("Set-Alias gm Get-Verb -Force; (gm get).Verb", "Get", ""),
        ("New-Alias gm Get-Verb", "", "AliasAlreadyExists"),
        (
            "Set-Alias zz Get-Verb; Remove-Alias zz; zz",
            "",
            "CommandNotFoundException",
        ),
        (
            "Remove-Alias nope; Remove-Alias gm",
            "",
            "ItemNotFoundException|AliasNotRemovable",
        ),
        ("Remove-Alias gm -Force; gm", "", "CommandNotFoundException"),
    ]);
}

#[test]
fn members_are_added_where_there_are_none() {
    check(&[
        (
            "$o = [pscustomobject]@{a=1}; $o | Add-Member b 2; $o | Add-Member @{c=3}; $o",
            "@{a=1; b=2; c=3}",
            "",
        ),
        (
            "[pscustomobject]@{a=1} | Add-Member a 2 -PassThru",
            "",
            "MemberAlreadyExists",
        ),
        (
            "[pscustomobject]@{a=1} | Add-Member a 2 -Force -PassThru",
            "@{a=2}",
            "",
        ),
        (
            "('x' | Add-Member Length 2 -Force -PassThru).Length; Add-Member -InputObject @(1) Count 2 -Force",
            "2",
            "CannotRemoveTypeDataMember",
        ),
        (
            "[pscustomobject]@{a=1} | Add-Member -MemberType 'NoteProperty,Method' -Name b -Value 1",
            "",
            "WrongMemberCount",
        ),
        (
            "[pscustomobject]@{a=1} | Add-Member -MemberType Method -Name b -Value 1",
            "",
            "CannotAddMemberType",
        ),
        (
            "[pscustomobject]@{a=1} | Add-Member -TypeName X -PassThru | % { $_.PSObject.TypeNames[0] }",
            "X",
            "",
        ),
        (
            "\"it's\",$null,2 | Join-String -SingleQuote -Separator ','",
            "'it's','2'",
            "",
        ),
        ("1,2 | Join-String -UseCulture", "12", ""),
    ]);
}

#[test]
fn objects_are_made_and_looked_at() {
    check(&[
        (
            "$l = New-Object System.Collections.ArrayList; $l += 1; $l.Count",
            "1",
            "",
        ),
        ("New-Object System.Version 1,2", "1.2", ""),
        ("New-Object string", "", "CannotFindAppropriateCtor"),
        (
            "[pscustomobject]@{a=1} | Get-Member -View Extended | % Name",
            "a",
            "",
        ),
        ("[pscustomobject]@{a=1} | Get-Member -View Base a", "", ""),
        ("Get-History -Id 5", "", "GetHistoryNoHistoryForId"),
        (
            "(Set-Alias zz Get-Verb -PassThru).DisplayName",
            "zz -> Get-Verb",
            "",
        ),
    ]);
}

#[test]
fn parameters_take_names_and_blocks() {
    check(&[
        ("1,2 | Measure-Object { $_ * 2 } -Sum | % Sum", "6", ""),
        (
            "1 | Measure-Object @{e={1}}",
            "",
            "CannotConvertArgumentNoMessage",
        ),
        (
            "'a','bb' | Join-String -Property Length -Separator '-'",
            "1-2",
            "",
        ),
        (
            "@{} | Get-Member Keys,SyncRoot | % Definition",
            "System.Collections.ICollection Keys {get;}|System.Object SyncRoot {get;}",
            "",
        ),
        (
            "'a' | Get-Member Chars | % MemberType",
            "ParameterizedProperty",
            "",
        ),
    ]);
}

#[test]
fn exceptions_and_collections_are_made_with_new() {
    for (line, expected) in [
        (
            "[Exception]::new('m', [Exception]::new('inner')).InnerException.Message",
            "inner",
        ),
        (
            "[ArgumentException]::new('bad', 'p').Message",
            "bad (Parameter 'p')",
        ),
        (
            "[ArgumentNullException]::new('p').Message",
            "Value cannot be null. (Parameter 'p')",
        ),
        (
            "[InvalidOperationException]::new().Message",
            "Operation is not valid due to the current state of the object.",
        ),
        (
            "$l = [System.Collections.Generic.List[int]]::new(); $l.Add('5'); $l.AddRange([int[]](6, 7)); $l.Count; $l[0].GetType().Name",
            "3 Int32",
        ),
        (
            "$l = New-Object 'System.Collections.Generic.List[string]' (, [string[]]('a', 'b')); $l -join '+'",
            "a+b",
        ),
        (
            "$l = [System.Collections.ArrayList]::new(@(1, 2)); $l.Count",
            "2",
        ),
        ("$h = [hashtable]::new(); $h.a = 1; $h.Count", "1"),
        (
            "$e = New-Object System.Management.Automation.ErrorRecord ([Exception]::new('m')), 'Id', 'NotSpecified', 5; $e.TargetObject; $e.FullyQualifiedErrorId",
            "5 Id",
        ),
    ] {
        assert_eq!(shown(line).join(" "), expected, "{line}");
    }
}

#[test]
fn the_properties_of_an_object_are_found_by_name_and_copied() {
    for (line, expected) in [
        ("$o.PSObject.Properties['name'].Value", "n"),
        ("$null -eq $o.PSObject.Properties['Nope']", "True"),
        ("$o.PSObject.Properties.Name -contains 'Size'", "True"),
        ("$o.PSObject.Properties[1].Name", "Size"),
        (
            "$o.PSObject.Properties | ForEach-Object { \"$($_.Name) $($_.MemberType) $($_.TypeNameOfValue)\" }",
            "Name NoteProperty System.String Size NoteProperty System.Int32",
        ),
        ("'ab'.PSObject.Properties['Length'].MemberType", "Property"),
        (
            "$c = $o.PSObject.Copy(); $c.Name = 'c'; $o.Name; $c.Name; $c.Size",
            "n c 3",
        ),
    ] {
        let text = format!("$o = [pscustomobject]@{{ Name = 'n'; Size = 3 }}; {line}");
        assert_eq!(shown(&text).join(" "), expected, "{line}");
    }
}
