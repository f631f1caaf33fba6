//! The commands that work on objects, line by line: what each writes, and the ids of its errors (before their comma).

#![allow(clippy::unwrap_used)]

mod keeper;

use keeper::Keeper;
use tandem_shell::session::{Input, Session, SessionOptions};

/// What a line tells: texts of objects and ids of errors, each joined with `|`.
fn told(line: &str) -> (String, String) {
    let host = Keeper::default();
    let outcome = Session::new(SessionOptions::default()).run(&host, &Input::Text(line));
    let mut errors = host.errors.into_inner();
    errors.extend(
        outcome
            .terminating
            .map(|record| record.fully_qualified_id.to_string()),
    );
    let ids: Vec<&str> = errors
        .iter()
        .map(|id| id.split(',').next().unwrap())
        .collect();
    (host.shown.into_inner().join("|"), ids.join("|"))
}

fn check(table: &[(&str, &str, &str)]) {
    for (line, output, errors) in table {
        assert_eq!(
            told(line),
            ((*output).to_owned(), (*errors).to_owned()),
            "{line}"
        );
    }
}

const PROBES: &str = "$p = [pscustomobject]@{N='a';U=1},[pscustomobject]@{N='b';U=2}; ";

fn check_probes(table: &[(&str, &str, &str)]) {
    for (line, output, errors) in table {
        let line = format!("{PROBES}{line}");
        check(&[(&line, output, errors)]);
    }
}

#[test]
fn select_object_lets_objects_through_in_turn() {
    check(&[
        (
            "1..10 | Select-Object -Skip 1 -First 2 -Last 2",
            "2|3|9|10",
            "",
        ),
        ("1..10 | Select-Object -Skip 2 -Last 3", "6|7|8", ""),
        ("1..10 | Select-Object -SkipLast 3 -Skip 5", "6|7", ""),
        ("1..5 | Select-Object -Index 3,1,9", "2|4", ""),
        ("1..5 | Select-Object -SkipIndex 0,2", "2|4|5", ""),
        ("1,1,2,'1' | Select-Object -Unique", "1|2", ""),
        ("1,1,2 | Select-Object -Unique -First 2", "1", ""),
        (
            "$n = 0; 1..3 | % { $n++; $_ } | Select-Object -First 0; $n",
            "3",
            "",
        ),
        ("$null,1 | Select-Object -First 1", "1", ""),
    ]);
}

#[test]
fn select_object_puts_properties_together() {
    check_probes(&[
        (
            "$p | Select-Object @{n='X';e={$_.U + 1}}",
            "@{X=2}|@{X=3}",
            "",
        ),
        (
            "$p[0] | Select-Object @{n='X';e={throw 'bad'}}",
            "@{X=}",
            "",
        ),
        (
            "$i = 0; $p | Select-Object @{n='X';e={$i++; $i}}; $i",
            "@{X=1}|@{X=1}|0",
            "",
        ),
        (
            "$p[0] | Select-Object N,n",
            "@{N=a}",
            "AlreadyExistingUserSpecifiedPropertyNoExpand",
        ),
        ("$p[0] | Select-Object -ExcludeProperty n", "@{U=1}", ""),
        (
            "$p[0] | Select-Object @{n='X';e='*'}",
            "",
            "RenamingMultipleResults",
        ),
        ("$p[0] | Select-Object 5", "", "DictionaryKeyUnknownType"),
        ("$p[0] | Select-Object @{foo=1}", "", "DictionaryKeyIllegal"),
        (
            "$p[0] | Select-Object @{n='X'}",
            "",
            "DictionaryKeyMandatoryEntry",
        ),
        (
            "$p[0] | Select-Object @{n=5;e={1}}",
            "",
            "DictionaryKeyIllegalValue2",
        ),
        ("$p[0] | Select-Object ''", "", "ExpressionEmptyString2"),
        ("$p | Select-Object -ExpandProperty [NX]", "a|b", ""),
        (
            "$p[0] | Select-Object -ExpandProperty *",
            "",
            "MutlipleExpandProperties",
        ),
        (
            "[pscustomobject]@{a=$null} | Select-Object -ExpandProperty a",
            "",
            "",
        ),
        ("@{a=1} | Select-Object *", "@{a=1}", ""),
        ("[ordered]@{a=1} | Select-Object a", "@{a=}", ""),
        (
            "($p[0] | Select-Object N).GetType().FullName",
            "System.Management.Automation.PSCustomObject",
            "",
        ),
    ]);
}

#[test]
fn sort_object_sorts_as_net_does() {
    check(&[
        ("'b','B','a' | Sort-Object", "a|B|b", ""),
        ("'10','9',8 | Sort-Object", "10|8|9", ""),
        ("$null,1,-1 | Sort-Object", "-1|1", ""),
        ("5,1,3 | Sort-Object -Bottom 2", "3|5", ""),
        (
            "1..3 | Sort-Object { throw 'x' }",
            "1|2|3",
            "ExpressionEvaluation|ExpressionEvaluation|ExpressionEvaluation",
        ),
        (
            "1,2 | Sort-Object @{e={$_};w=1}",
            "",
            "DictionaryKeyIllegal",
        ),
    ]);
    check_probes(&[
        ("$p | Sort-Object @{e='U';d=$true} | % N", "b|a", ""),
        ("$p | Sort-Object @{e='U';a=$true;d=$true} | % N", "a|b", ""),
        ("$p | Sort-Object [UX] -Descending | % N", "b|a", ""),
    ]);
}

#[test]
fn group_object_and_measure_object_count() {
    check(&[
        (
            "'a','B','b' | Group-Object | % { \"$($_.Name)$($_.Count)\" }",
            "a1|B2",
            "",
        ),
        (
            "1,'1',2 | Group-Object | % { \"$($_.Name)$($_.Count)\" }",
            "12|21",
            "",
        ),
        ("1,2 | Group-Object { 1,$_ } | % Name", "{1, 1}|{1, 2}", ""),
        ("1,2 | Group-Object -AsString", "", "ArgumentException"),
        ("1,2 | Group-Object N*", "", "ExpressionGlobbing2"),
        (
            "'x',1 | Measure-Object -Sum | % { $_.Count; $null -eq $_.Sum }",
            "2|True",
            "NonNumericInputObject",
        ),
        ("@() | Measure-Object -Sum | % Sum", "0", ""),
        ("1 | Measure-Object Nope -Sum", "", ""),
        (
            "'b','C','a' | Measure-Object -Maximum -Minimum | % { $_.Maximum; $_.Minimum }",
            "C|a",
            "",
        ),
        (
            "1..10 | Measure-Object -StandardDeviation | % StandardDeviation",
            "3.02765035409749",
            "",
        ),
    ]);
}

#[test]
fn compare_object_and_get_unique_see_what_is_the_same() {
    check(&[
        ("Compare-Object 1,2,3 3,2,1", "", ""),
        (
            "Compare-Object 1,2,3 3,2,1 -SyncWindow 0 | % SideIndicator",
            "=>|<=|=>|<=",
            "",
        ),
        (
            "Compare-Object a,b b,c -ExcludeDifferent | % InputObject",
            "b",
            "",
        ),
        ("1,'1',2 | Get-Unique", "1|2", ""),
    ]);
    check_probes(&[
        ("Compare-Object $p $p[0] | % { $_.InputObject.N }", "b", ""),
        ("$p | Get-Unique | % N", "a", ""),
        ("$p | Get-Unique -AsString | % N", "a|b", ""),
    ]);
}

#[test]
fn where_object_and_for_each_object_find_members() {
    check(&[
        ("'abc' | % Len*", "3", ""),
        (
            "'abc' | % { $_ } -WhatIf",
            "",
            "NoShouldProcessForScriptBlockSet",
        ),
        (
            "1..3 | % -Begin { 'b' } -Process { $_ },{ 'e' }",
            "b|1|2|3|e",
            "",
        ),
        ("'a' | ? ToString", "a", ""),
        ("'a' | ? Length -match '('", "", "BadOperatorArgument"),
        ("1,2 | ? x -is nope", "", "InvalidCastFromStringToType"),
    ]);
    check_probes(&[
        ("$p | ? N* -eq b | % U", "2", ""),
        ("$p[0] | ? * -eq b", "", "AmbiguousPropertyName"),
        ("$p[0] | % *", "", "AmbiguousPropertyOrMethodName"),
    ]);
}

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
    let mut session = Session::new(SessionOptions { no_language: true });
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
            "'x' | Add-Member Length 2 -Force -PassThru",
            "",
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
