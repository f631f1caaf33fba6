//! Completion, line by line: `¦` marks the caret; what is offered there, in order.

#![allow(clippy::unwrap_used)]

mod keeper;

use keeper::Keeper;
use tandem_shell::completion::session::SessionSource;
use tandem_shell::completion::{Completion, complete};
use tandem_shell::session::{Session, SessionOptions};

fn at(line: &str) -> Completion {
    let host = Keeper::default();
    let session = Session::new(SessionOptions::default());
    let source = SessionSource {
        state: session.state(),
        host: &host,
    };
    let caret = line.find('¦').unwrap();
    complete(&line.replace('¦', ""), caret, &source)
}

/// Lines with all that is offered, joined by blanks; three dots at the end leave the rest open.
const OFFERED: &[(&str, &str)] = &[
    // Members of values that are there, and of types.
    ("\"abc\".Le¦", "Length"),
    ("'abc'.ToU¦", "ToUpper( ToUpperInvariant("),
    ("@{a=1;b=2}.a¦", "Add( a"),
    ("([pscustomobject]@{Alpha=1}).A¦", "Alpha"),
    ("$PSVersionTable.PSVersion.Ma¦", "Major"),
    ("(Get-Date).Ye¦", "Year"),
    ("$x = 'a'; $x.Sub¦", "Substring("),
    ("$d = Get-Date; $d.AddDays(1).Ho¦", "Hour"),
    ("$o = [pscustomobject]@{Alpha=1}; $o.A¦", "Alpha"),
    (
        "[pscustomobject]@{Alpha=1} | ForEach-Object { $_.A¦ }",
        "Alpha",
    ),
    ("'a' | Sort-Object | Select-Object L¦", "Length"),
    (
        "[pscustomobject]@{Alpha=1;Beta=2} | Select-Object Alpha,B¦",
        "BaseObject Beta",
    ),
    ("try { 1 } catch { $_.Ex¦ }", "Exception"),
    ("switch ('a') { 'a' { $_.Le¦ } }", "Length"),
    ("(1..3).Fo¦", "ForEach("),
    ("[int]::M¦", "MaxValue MinValue"),
    ("[DayOfWeek]::T¦", "Thursday Tuesday"),
    ("$undefined.¦", ""),
    (
        "Get-Date | Where-Object DayOfWeek -eq S¦",
        "Sunday Saturday",
    ),
    ("(Get-Date).DayOfWeek -eq 'T¦", "'Tuesday' 'Thursday'"),
    ("$h = @{First=1}; $h['F¦", "'First'"),
    // Values that a parameter's own completer knows.
    (
        "Get-Verb -Group Diagnostic -Verb ¦",
        "Debug Measure Ping Repair Resolve Test Trace",
    ),
    ("Get-Verb W¦", "Watch Write Wait"),
    ("Set-StrictMode -Version ¦", "Latest 3.0 2.0 1.0"),
    (
        "Get-Date -Format FileDateT¦",
        "FileDateTime FileDateTimeUniversal",
    ),
    ("Invoke-Expression Get-Ver¦", "Get-Verb"),
    // Types.
    ("[pscred¦", "pscredential"),
    ("[psc¦", "pscredential pscustomobject"),
    ("[psob¦", "psobject"),
    ("$x -is [securest¦", "securestring"),
    ("param([Param¦", "Parameter"),
    ("[int¦", "Int16 int Int32 Int64"),
    ("[boole¦", "System.Boolean"),
    ("enum Colour { Red }; [Col¦", "Colour"),
    // Keys of hashtables.
    (
        "Format-Table @{¦",
        "Expression FormatString Label Width Alignment",
    ),
    ("Select-Object Name, @{n¦", "Name"),
    ("Sort-Object @{Expression='x'; ¦", "Ascending Descending"),
    ("$p = @{Se¦}; New-TimeSpan @p", "Seconds"),
    ("@{¦", ""),
    ("ft @{Label=¦", ""),
    // Attributes.
    ("param([Parameter(Mand¦", "Mandatory"),
    (
        "function f { param([Parameter(Mandatory, ValueFromP¦)]$x) }",
        "ValueFromPipeline ValueFromPipelineByPropertyName",
    ),
    (
        "[CmdletBinding(Su¦",
        "SupportsShouldProcess SupportsPaging SupportsTransactions",
    ),
    // Variables.
    ("$PSV¦", "$PSVersionTable"),
    ("${PSV¦", "${PSVersionTable}"),
    ("\"a $PSV¦\"", "$PSVersionTable"),
    ("'a $PSV¦'", ""),
    ("$global:PSV¦", "$global:PSVersionTable"),
    ("foreach ($item in 1..3) { $it¦ }", "$item"),
    ("function f($alpha) { $alp¦ }", "$alpha"),
    ("[int]$num = 5; $num¦", "$num"),
    ("Get-Date -OutVariable outv; $outv¦", "$outv"),
    ("param($P¦", ""),
    // Statements.
    ("switch -r¦", "-Regex"),
    (":outer while ($true) { break ¦ }", "outer"),
    ("using n¦", "namespace"),
    ("<#\n.SY¦\n#>", "SYNOPSIS"),
    ("# .SY¦", ""),
    (
        "$ErrorActionPreference = 'S¦",
        "'SilentlyContinue' 'Stop' 'Suspend'",
    ),
    ("[ValidateSet('a','b')]$v = ¦", "'a' 'b'"),
    // Operators.
    ("$x -notl¦", "-notlike"),
    ("if ($x -eq 1 -an¦", "-and"),
    ("-not $x -x¦", "-xor"),
    // Commands and their values.
    ("\"Write-Ou¦", "\"Write-Output\""),
    (
        "Microsoft.PowerShell.Utility\\Get-Da¦",
        "Microsoft.PowerShell.Utility\\Get-Date",
    ),
    ("g-d¦", "Get-Date"),
    ("filter Foo-Bar { }; Foo-¦", "Foo-Bar"),
    ("Get-Command -Noun Da¦", "Date"),
    ("Get-Command -Verb ¦ -Noun Date", "Get"),
    ("Get-Variable PSV¦", "PSVersionTable"),
    ("Get-Alias gal¦", "gal"),
    ("Join-String -Separator ',¦", "',' ', '"),
    ("Write-Host -ForegroundColor -Fo¦", "-ForegroundColor"),
    ("¦", ""),
    ("Get-Date | ¦", ""),
    ("Get-Date –Form¦", "-Format"),
    ("Get-Date —Form¦", "-Format"),
    ("Get-Date –Date 1 –UF¦", "-UFormat"),
    ("1 –eq¦", "-eq"),
];

#[test]
fn what_is_offered() {
    for (line, expected) in OFFERED {
        let found = at(line);
        let texts: Vec<_> = found.matches.iter().map(|found| &*found.text).collect();
        assert_eq!(texts.join(" "), *expected, "{line}");
    }
}

/// Lines with the span that is replaced; none where nothing can stand.
const REPLACED: &[(&str, Option<(usize, usize)>)] = &[
    ("\"abc\".Le¦ngth", Some((6, 6))),
    ("\"a $PSV¦ersion b\"", Some((3, 10))),
    ("[dat¦etime]", Some((1, 8))),
    ("Get-Date > ¦", Some((11, 0))),
    ("Get-Date 2>¦", Some((11, 0))),
    ("Get-Date ¦", Some((9, 0))),
    ("Get-Date; ¦", None),
    ("Get-Date |¦", None),
    ("(¦", Some((0, 1))),
];

#[test]
fn what_is_replaced() {
    for (line, expected) in REPLACED {
        let found = at(line);
        let span = (!found.nowhere).then_some((found.start, found.length));
        assert_eq!(span, *expected, "{line}");
    }
}

/// Lines with the kind and the tooltip of the first match.
const SAID: &[(&str, &str, &str)] = &[
    ("\"abc\".Le¦", "Property", "int Length {get;}"),
    ("$x = 'a'; $x.Le¦", "Property", "int Length { get; }"),
    (
        "\"abc\".Subs¦",
        "Method",
        "string Substring(int startIndex)\r\nstring Substring(int startIndex, int length)",
    ),
    ("[int]::Max¦", "Property", "static int MaxValue {get;}"),
    ("[datet¦", "Type", "Struct System.DateTime"),
    ("[System.Coll¦", "Namespace", "Namespace System.Collections"),
    ("$a = 1; $a¦", "Variable", "[int]$a"),
    ("$a = @{}; $a¦", "Variable", "[hashtable]$a"),
    ("$a = Get-Date; $a¦", "Variable", "a"),
    ("function f([string]$q) { $q¦ }", "Variable", "[string]$q"),
    (
        "ft @{Wid¦",
        "Property",
        "[int]\nSpecifies the maximum column width in a table when the value is displayed.\nThe value must be greater than 0.",
    ),
    (
        "param([Parameter(Man¦",
        "Property",
        "System.Boolean Mandatory",
    ),
    (
        "using n¦",
        "Keyword",
        "Specifies a .NET namespace to resolve types from or a namespace alias.",
    ),
    (
        "Join-String -Separator ';¦",
        "ParameterValue",
        "';' - Semi-Colon",
    ),
    ("$p = @{Se¦}; New-TimeSpan @p", "ParameterName", "[Int32]"),
];

#[test]
fn what_is_said() {
    for (line, kind, tooltip) in SAID {
        let found = at(line);
        let first = found.matches.first().unwrap_or_else(|| panic!("{line}"));
        assert_eq!(
            (first.kind.name(), &*first.tooltip),
            (*kind, *tooltip),
            "{line}"
        );
    }
}

/// Texts that are nested deeper than anybody writes: completion ends, and soon.
#[test]
fn no_nesting_is_too_deep() {
    let many = 10_000;
    let texts = [
        format!("{}$x.¦", "1+".repeat(many)),
        format!("{}¦", "(".repeat(many)),
        format!("$a{}.¦", ".b".repeat(many)),
        format!("$a{}[¦", "[0]".repeat(many)),
        format!("{}¦", "@{a=".repeat(many)),
        format!("$x = {}1; $x.¦", "@(".repeat(many)),
        format!("{}$_.¦", "1 | % { ".repeat(many)),
        format!("{}$x¦", "$x = $x; ".repeat(many)),
        format!("\"{}¦", "$(\"".repeat(many)),
        format!(
            "Get-Date{} | Select-Object ¦",
            " | Sort-Object".repeat(many)
        ),
    ];
    for text in texts {
        let begun = std::time::Instant::now();
        at(&text);
        assert!(begun.elapsed().as_secs() < 20, "{}", &text[..20]);
    }
}
