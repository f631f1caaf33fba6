//! How objects look: lines and what they print, by the rules of PowerShell's formatting (its `FormatAndOutput`).

#![allow(clippy::unwrap_used)]

mod keeper;

use keeper::Keeper;
use tandem_shell::session::{Input, Session, SessionOptions};

/// Three objects with a name, a number and a flag.
const OBJECTS: &str =
    "$o = 1..3 | ForEach-Object { [pscustomobject]@{Name=\"n$_\";Size=$_*1500;On=($_ -lt 3)} };";

/// What a line prints in a window of 40 cells, and the ids of its errors.
fn printed(line: &str) -> (String, Vec<String>) {
    let host = Keeper::default();
    let text = format!("{OBJECTS} {line} | Out-String -Width 40");
    let outcome = Session::new(SessionOptions::default()).run(&host, &Input::Text(&text));
    assert!(outcome.terminating.is_none(), "{line}");
    (host.shown.into_inner().concat(), host.errors.into_inner())
}

fn check(cases: &[(&str, &str)]) {
    for (line, expected) in cases {
        let (text, errors) = printed(line);
        assert!(errors.is_empty(), "{line}: {errors:?}");
        assert_eq!(text, *expected, "{line}");
    }
}

#[test]
fn tables_wrap_without_blanks_at_the_end() {
    check(&[
        (
            "[pscustomobject]@{A='one two three four';B=1} | Format-Table @{e='A';w=9},B -Wrap",
            "\nA                                      B\n-                                      -\none two                                1\nthree\nfour\n\n",
        ),
        (
            "[pscustomobject]@{A=1;B='one two three four'} | Format-Table @{e='A';w=28},B -Wrap",
            "\n                           A B\n                           - -\n                           1 one two\n                             three four\n\n",
        ),
    ]);
}

#[test]
fn groups_go_by_the_value_of_a_property_or_block() {
    check(&[
        (
            "$o | Format-Table Name -GroupBy On",
            "\n   On: True\n\nName\n----\nn1\nn2\n\n   On: False\n\nName\n----\nn3\n\n",
        ),
        (
            "$o | Format-Table Name -GroupBy Nope",
            "\nName\n----\nn1\nn2\nn3\n\n",
        ),
        (
            "$o[0] | Format-List Name -GroupBy @{n='Large';e={$_.Size};f='N2'}",
            "\n   Large: 1500\n\nName : n1\n\n",
        ),
        (
            "$o | Format-Wide Name -Column 2 -GroupBy On",
            "\n   On: True\n\nn1                   n2\n\n   On: False\n\nn3                   \n\n",
        ),
    ]);
}

#[test]
fn custom_views_open_objects_and_collections() {
    check(&[
        (
            "[pscustomobject]@{A=1,2;B=@{k=1}} | Format-Custom -Depth 2",
            "\nclass PSCustomObject\n{\n  A = \n    [\n      1\n      2\n    ]\n    \n  B = \n    [\n      class DictionaryEntry\n      {\n        Key = k\n        Value = 1\n        Name = k\n      }\n    ]\n    \n}\n\n\n",
        ),
        (
            "[pscustomobject]@{Long='one two three four five six seven eight nine'} | Format-Custom",
            "\nclass PSCustomObject\n{\n  Long = one two three four five six \n  seven eight nine\n}\n\n\n",
        ),
    ]);
}

#[test]
fn what_goes_wrong_in_a_cell_shows_where_it_is_asked_for() {
    check(&[
        ("$o[0] | Format-List @{n='X';e={1/0}}", "\nX : \n\n"),
        (
            "$o[0] | Format-List @{n='X';e={1/0}} -DisplayError",
            "\nX : #ERR\n\n",
        ),
        (
            "$o[0] | Format-List @{n='X';e={1/0}} -ShowError",
            "\nX : \n\nInvalidArgument: Failed to evaluate expression \"1/0\".\n",
        ),
        (
            "$o[0] | Format-List @{n='X';e='Size';f='Q'} -DisplayError",
            "\nX : #FMTERR\n\n",
        ),
    ]);
}

#[test]
fn collections_are_laid_out_by_their_elements_or_themselves() {
    check(&[
        (
            "@{a=1.5}",
            "\nName                           Value\n----                           -----\na                              1.5\n\n",
        ),
        ("1,2 | Format-Table -Expand Both", "1\n2\n"),
        (
            "Write-Output @(1,2) -NoEnumerate | Format-List -Expand Both",
            "The following object supports IEnumerable:\n\nLength         : 2\nLongLength     : 2\nRank           : 1\nSyncRoot       : {1, 2}\nIsReadOnly     : False\nIsFixedSize    : True\nIsSynchronized : False\nCount          : 2\n\nThe IEnumerable contains the following 2 objects:\n1\n2\n",
        ),
    ]);
}

#[test]
fn calculated_properties_must_be_in_order() {
    let wrong = [
        ("5", "DictionaryKeyUnknownType"),
        ("''", "ExpressionEmptyString2"),
        ("@{e=''}", "ExpressionEmptyString1"),
        ("@{n='X'}", "DictionaryKeyMandatoryEntry"),
        ("@{e='Name';foo=1}", "DictionaryKeyIllegal"),
        ("@{e='Name';1=1}", "DictionaryKeyNonString"),
        ("@{e='Name';n=1}", "DictionaryKeyIllegalValue2"),
        ("@{e=1}", "DictionaryKeyIllegalValue1"),
        ("@{e='Name';n=$null}", "DictionaryKeyMissingValue"),
        ("@{e='Name';w=0}", "WidthOutOfRange"),
        ("@{e='Name';a='x'}", "AlignmentIllegalValue"),
        ("@{e='Name';f=''}", "FormatStringEmpty"),
        ("Name -View x", "FormatCannotSpecifyViewAndProperty"),
    ];
    for (arguments, id) in wrong {
        let (_, errors) = printed(&format!("$o | Format-Table {arguments}"));
        let full = format!("{id},Microsoft.PowerShell.Commands.FormatTableCommand");
        assert_eq!(errors, [full], "{arguments}");
    }
    let (_, errors) = printed("$o | Format-Wide Name,Size");
    assert_eq!(
        errors,
        ["DictionaryKeyUnknownType,Microsoft.PowerShell.Commands.FormatWideCommand"]
    );
}

#[test]
fn blocks_that_compute_run_apart_and_end_at_their_first_error() {
    check(&[
        (
            "$i = 0; 1..2 | Select-Object @{n='I';e={$i++; $i}}",
            "\nI\n-\n1\n1\n\n",
        ),
        ("1 | Select-Object @{n='I';e={1/0; 5}}", "\nI\n-\n\n\n"),
    ]);
    let (text, errors) = printed("2,1 | Sort-Object { throw 'x' }");
    assert_eq!(text, "2\n1\n");
    assert_eq!(
        errors,
        ["ExpressionEvaluation,Microsoft.PowerShell.Commands.SortObjectCommand"; 2]
    );
}

#[test]
fn output_to_no_window_has_lines_as_long_as_they_are() {
    let host = Keeper::default();
    let text = "[pscustomobject]@{A='x '*100} | Format-List | Out-String; \"a`nb\" | Out-String -Stream; \"a`nb\",'c' | Out-String -NoNewline";
    let _ = Session::new(SessionOptions::default()).run(&host, &Input::Text(text));
    let long = format!("\nA : {}\n\n", "x ".repeat(100));
    assert_eq!(host.shown.into_inner(), [long.as_str(), "a\nb", "a\nbc"]);
}

#[test]
fn views_are_those_of_powershell() {
    check(&[
        (
            "[timespan]'00:05:00' | Format-Table",
            "\nDays Hours Minutes Seconds Milliseconds\n---- ----- ------- ------- ------------\n0    0     5       0       0\n\n",
        ),
        (
            "[timespan]'00:00:05' | Format-Wide",
            "\n5000                 \n\n",
        ),
        ("@{a=1} | Format-List", "\nName  : a\nValue : 1\n\n"),
        ("'abc','xbx' | Select-String b", "\nabc\nxbx\n\n"),
        (
            "[guid]::Empty | Format-List",
            "\nVariant : 0\nVersion : 0\nGuid    : 00000000-0000-0000-0000-000000\n          000000\n\n",
        ),
        (
            "1,1 | Group-Object | Format-List",
            "\nName   : 1\nCount  : 2\nGroup  : {1, 1}\nValues : {1}\n\n",
        ),
        (
            "Get-Alias gm | Format-List",
            "\nDisplayName       : gm -> Get-Member\nCommandType       : Alias\nDefinition        : Get-Member\nReferencedCommand : Get-Member\nResolvedCommand   : Get-Member\n\n",
        ),
        (
            "[datetime]'2026-01-02' | Format-Wide",
            "\n1/2/2026 12:00:00\u{202f}AM \n\n",
        ),
    ]);
}

#[test]
fn syntax_tells_of_functions_and_aliases_too() {
    let wide = |line: &str| {
        let host = Keeper::default();
        let _ = Session::new(SessionOptions::default()).run(&host, &Input::Text(line));
        host.shown.into_inner().concat()
    };
    for (line, expected) in [
        ("function f {1}; Get-Command f -Syntax", "\nf \n"),
        (
            "function f([int]$a,[switch]$b){}; Get-Command f -Syntax",
            "\nf [[-a] <int>] [-b]\n",
        ),
        (
            "function f {[CmdletBinding()]param($x)}; Get-Command f -Syntax",
            "\nf [[-x] <Object>] [<CommonParameters>]\n",
        ),
        (
            "Get-Command gu -Syntax",
            "gu (alias) -> Get-Unique\n\ngu [-InputObject <psobject>] [-AsString] [-CaseInsensitive] [<CommonParameters>]\n\ngu [-InputObject <psobject>] [-OnType] [-CaseInsensitive] [<CommonParameters>]\n",
        ),
        (
            "(Get-Command Get-Unique).ParameterSets | ForEach-Object Name",
            "AsStringUniqueByType",
        ),
        (
            "(Get-Command -ParameterName CaseInsensitive -Noun Unique).Name",
            "Get-Unique",
        ),
    ] {
        assert_eq!(wide(line), expected, "{line}");
    }
}

#[test]
fn help_in_comments_is_drawn_by_powershells_views() {
    let function = "function Get-It {\n<#\n.SYNOPSIS\nGets it.\n.DESCRIPTION\n  Gets.\n    It.\n.PARAMETER Day\nWhen.\n.INPUTS\nA\n.INPUTS\nB\n.NOTES\nA note.\n.LINK\nSet-It\n.EXAMPLE\nPS C:\\> Get-It\n-Day Monday\n\nGets it.\n#>\n[CmdletBinding()]param([DayOfWeek]$Day, [Parameter(Position=0)][string[]]$Name)}\n";
    let drawn = |line: &str| {
        let host = Keeper::default();
        let text = format!("{function}{line} | Out-String -Width 80");
        let _ = Session::new(SessionOptions::default()).run(&host, &Input::Text(&text));
        host.shown.into_inner().concat()
    };
    for (line, expected) in [
        (
            "(Get-Help Get-It).Syntax",
            "\nGet-It [-Day {Sunday | Monday | Tuesday | Wednesday | Thursday | Friday | \nSaturday}] [[-Name] <String[]>] [<CommonParameters>]\n\n\n\n",
        ),
        ("(Get-Help Get-It).description", "\nGets.\n  It.\n\n\n"),
        ("(Get-Help Get-It).relatedLinks", "\nSet-It \n\n\n"),
        ("(Get-Help Get-It).inputTypes", "\nA\n\nB\n\n\n\n"),
        ("(Get-Help Get-It).alertSet", "\n\n\n    A note.\n\n\n"),
        (
            "(Get-Help Get-It).examples",
            "\n-------------------------- EXAMPLE 1 --------------------------\n\nPS C:\\>Get-It\n-Day Monday\n\nGets it.\n\n\n\n\n\n\n",
        ),
        (
            "(Get-Help Get-It).examples.example.code",
            "Get-It\n-Day Monday\n",
        ),
        ("(Get-It -?).Name", "Get-It\n"),
    ] {
        assert_eq!(drawn(line), expected, "{line}");
    }
    assert!(
        drawn("Get-Help Get-It -Full")
            .contains("OUTPUTS\n    \nNOTES\n    \n    \n        A note.\n    \n    ----")
    );
}

#[test]
fn addresses_show_their_parts() {
    check(&[
        (
            "[uri]'http://a:81/b?c#d' | Format-List Host,Port,Segments",
            "\nHost     : a\nPort     : 81\nSegments : {/, b}\n\n",
        ),
        (
            "[ipaddress]'10.0.0.1' | Format-List *S*",
            "\nIPAddressToString  : 10.0.0.1\nAddressFamily      : InterNetwork\nScopeId            : \nIsIPv6Multicast    : False\nIsIPv6LinkLocal    : False\nIsIPv6SiteLocal    : False\nIsIPv6Teredo       : False\nIsIPv6UniqueLocal  : False\nIsIPv4MappedToIPv6 : False\nAddress            : 16777226\n\n",
        ),
        ("([mailaddress]'a@b.c').Host", "b.c\n"),
        (
            "\"$([pscustomobject]@{U=[uri]'http://a'})\"",
            "@{U=http://a/}\n",
        ),
    ]);
}

#[test]
fn colours_take_no_cells() {
    check(&[
        (
            "[pscustomobject]@{A=\"`e[31mred`e[0m\";B=1}",
            "\nA   B\n-   -\nred 1\n\n",
        ),
        (
            "[pscustomobject]@{A=\"`e[31m\" + 'x'*50;B=1} | Format-Table @{e='A';w=5},@{e='B';w=1}",
            "\nA     B\n-     -\nxxxx… 1\n\n",
        ),
        (
            "[pscustomobject]@{A=\"`e[31mon`e[0m \" * 20} | Format-List",
            "\nA : on on on on on on on on on on on on \n    on on on on on on on on \n\n",
        ),
    ]);
}
