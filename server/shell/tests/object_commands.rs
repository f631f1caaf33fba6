//! The commands that work on objects, line by line: what each writes, and the ids of its errors (before their comma).

mod keeper;

use keeper::check;

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
        ("'a-b','ab','a_b','a b' | Sort-Object", "a b|a_b|a-b|ab", ""),
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
fn lists_are_updated_in_place_or_described() {
    let object = "$o = [pscustomobject]@{a = [System.Collections.ArrayList]@(1, 2, 3)}";
    check(&[
        (
            &format!("{object}; ($o | Update-List a -Remove 2 -Add 4, 5).a -join ','"),
            "1,3,4,5",
            "",
        ),
        (
            &format!("{object}; ($o | Update-List a -Replace 7).a -join ','"),
            "7",
            "",
        ),
        (
            "$t = Update-List -Add a, b -Remove c; $t.Add -join ','; $t.Remove",
            "a,b|c",
            "",
        ),
        (
            &format!(
                "{object}; $o | Update-List b -Add 1; Update-List a -Add 1; $o | Update-List -Add 1"
            ),
            "",
            "MemberDoesntExist|MissingInputObjectParameter|MissingPropertyParameter",
        ),
        (
            "[pscustomobject]@{a = 1} | Update-List a -Add 1; [pscustomobject]@{a = 1, 2} | Update-List a -Add 1",
            "",
            "ApplyFailed|System.NotSupportedException",
        ),
    ]);
}

#[test]
fn type_names_are_given_and_read() {
    check(&[
        (
            "$o = [pscustomobject]@{PSTypeName = 'My.Type'; a = 1}; $o.PSTypeNames[0]; $o.PSObject.Properties.Name",
            "My.Type|a",
            "",
        ),
        (
            "$o = New-Object psobject -Property @{PSTypeName = 'My.Type'}; $o.PSTypeNames.Insert(0, 'X'); $o.PSTypeNames[0..1]",
            "X|My.Type",
            "",
        ),
        (
            "(New-Object 'int[]' 3) -join ','; [int](New-Object char)",
            "0,0,0|0",
            "",
        ),
    ]);
}

#[test]
fn texts_of_numbers_are_those_of_their_type_where_it_is_asked() {
    check(&[
        (
            "(1/3).ToString(); \"$(1/3)\"",
            "0.3333333333333333|0.333333333333333",
            "",
        ),
        (
            "(0.1 + 0.2).ToString(); [Convert]::ToString(0.1 + 0.2)",
            "0.30000000000000004|0.30000000000000004",
            "",
        ),
        ("([single](1/3)).ToString()", "0.33333334", ""),
        (
            "('a,b,c', 'd,e' | Measure-Object -Word { $_ -split ',' }).Words",
            "5",
            "",
        ),
        (
            "try { 1/0 } catch { $_.CategoryInfo.GetMessage() }",
            "NotSpecified: (:) [], RuntimeException",
            "",
        ),
    ]);
}

#[test]
fn texts_stand_as_the_culture_has_them_that_is_asked_for() {
    check(&[
        ("'z', 'ä', 'a' | Sort-Object -Culture sv-SE", "a|z|ä", ""),
        ("'z', 'ä', 'a' | Sort-Object -Culture de-DE", "a|ä|z", ""),
        ("'z', 'ä' | Group-Object -Culture sv-SE | % Name", "z|ä", ""),
        (
            "Compare-Object a A -Culture sv-SE; Compare-Object a A -Culture sv-SE -CaseSensitive | % SideIndicator",
            "=>|<=",
            "",
        ),
        (
            "(1, 1 | Group-Object).Group.GetType().FullName",
            "System.Collections.ObjectModel.Collection`1[[System.Management.Automation.PSObject, System.Management.Automation, Version=7.6.5.500, Culture=neutral, PublicKeyToken=31bf3856ad364e35]]",
            "",
        ),
    ]);
}
