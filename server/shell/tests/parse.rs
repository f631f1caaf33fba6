//! The parser refuses what PowerShell's refuses, in its words, and neither panics nor loops on anything else.

#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use proptest::prelude::*;
use tandem_shell::language::ast::Source;
use tandem_shell::language::parse;
use tandem_shell::language::parse_error::into_record;

/// Id, message and whether the input is incomplete; empty for what parses.
fn refusal(text: &str) -> (String, String) {
    let source = Arc::new(Source {
        text: text.into(),
        file: None,
    });
    match parse(&source) {
        Ok(_) => Default::default(),
        Err(errors) => {
            let record = into_record(&errors, &source);
            (record.fully_qualified_id.into_owned(), record.message)
        }
    }
}

/// Lines that PowerShell refuses, with the id and the message that it gives.
const REFUSED: &[(&str, &str, &str)] = &[
    (
        "| Test-Remaining",
        "EmptyPipeElement",
        "At line:1 char:1\n+ | Test-Remaining\n+ ~\nAn empty pipe element is not allowed.",
    ),
    (
        "Test-Remaining ,a",
        "MissingArgument",
        "At line:1 char:16\n+ Test-Remaining ,a\n+                ~\nMissing argument in parameter list.",
    ),
    (
        "\"Test-Remaining\" a",
        "UnexpectedToken",
        "At line:1 char:18\n+ \"Test-Remaining\" a\n+                  ~\nUnexpected token 'a' in expression or statement.",
    ),
    (
        "Test-Remaining a,,b",
        "MissingExpression",
        "At line:1 char:18\n+ Test-Remaining a,,b\n+                  ~\nMissing expression after ',' in pipeline element.\n\nAt line:1 char:18\n+ Test-Remaining a,,b\n+                  ~\nMissing argument in parameter list.",
    ),
    (
        "Test-Remaining |",
        "EmptyPipeElement",
        "An empty pipe element is not allowed.",
    ),
    (
        "Test-Remaining a <b",
        "RedirectionNotSupported",
        "At line:1 char:18\n+ Test-Remaining a <b\n+                  ~\nThe '<' operator is reserved for future use.",
    ),
    (
        "Test-Remaining \"unterminated",
        "TerminatorExpectedAtEndOfString",
        "The string is missing the terminator: \".",
    ),
    (
        "Test-Remaining a,",
        "MissingExpression",
        "Missing expression after ',' in pipeline element.",
    ),
    (
        "Test-Remaining }",
        "UnexpectedToken",
        "At line:1 char:16\n+ Test-Remaining }\n+                ~\nUnexpected token '}' in expression or statement.",
    ),
    (
        "Test-Remaining @{a=1;a=2}",
        "DuplicateKeyInHashLiteral",
        "At line:1 char:22\n+ Test-Remaining @{a=1;a=2}\n+                      ~\nDuplicate keys 'a' are not allowed in hash literals.",
    ),
    (
        "Test-Remaining @{a}",
        "MissingEqualsInHashLiteral",
        "At line:1 char:19\n+ Test-Remaining @{a}\n+                   ~\nMissing '=' operator after key in hash literal.",
    ),
    (
        "\"a\" \"b\"",
        "UnexpectedToken",
        "At line:1 char:5\n+ \"a\" \"b\"\n+     ~~~\nUnexpected token '\"b\"' in expression or statement.",
    ),
    (
        "1 ++",
        "OperatorRequiresVariableOrProperty",
        "At line:1 char:1\n+ 1 ++\n+ ~\nThe '++' operator works only on variables or on properties.",
    ),
    (
        "1 +",
        "ExpectedValueExpression",
        "You must provide a value expression following the '+' operator.",
    ),
    (
        "$x = ",
        "ExpectedValueExpression",
        "You must provide a value expression following the '=' operator.",
    ),
    (
        "foreach",
        "MissingOpenParenthesisAfterKeyword",
        "Missing opening '(' after keyword 'foreach'.",
    ),
    (
        "Test-Position a -Second:",
        "ParameterRequiresArgument",
        "At line:1 char:25\n+ Test-Position a -Second:\n+                         ~\nParameter -Second: requires an argument.",
    ),
    (
        "\"$((\"\") -notlike (\"1\"))\"",
        "TerminatorExpectedAtEndOfString",
        "The string is missing the terminator: \".",
    ),
];

/// The errors of a line: each id with its place in characters, or the first id alone where more input could mend it.
fn summary(text: &str) -> String {
    let source = Arc::new(Source {
        text: text.into(),
        file: None,
    });
    let Err(errors) = parse(&source) else {
        return String::new();
    };
    if errors[0].incomplete {
        return format!("{} …", errors[0].id);
    }
    let shown: Vec<String> = errors
        .iter()
        .map(|error| format!("{} {}-{}", error.id, error.extent.start, error.extent.end))
        .collect();
    shown.join("; ")
}

/// Every kind of error and the errors that follow from it: the line, then what [`summary`] says of it.
#[test]
fn cascades_go_on_where_powershell_goes_on() {
    let table = include_str!("parse_errors.txt");
    for row in table.lines().filter(|row| !row.starts_with('#')) {
        let (line, expected) = row.split_once(" =>").unwrap();
        let line = line.replace('⏎', "\n");
        assert_eq!(summary(&line), expected.trim(), "{line}");
    }
}

#[test]
fn refusals_are_worded_and_placed_as_powershell_does() {
    for &(text, id, message) in REFUSED {
        assert_eq!(refusal(text), (id.to_owned(), message.to_owned()), "{text}");
    }
}

#[test]
fn what_powershell_accepts_parses() {
    let cases = [
        "trap { 'trapped'; continue } throw 'x'; 'after'",
        "Test-Remaining a`,b --% x",
        "function f { param([Parameter(Mandatory,Position=1)]$b,[Parameter(Position=0)]$a) \"$a-$b\" }; f 1 2",
        ":outer foreach ($i in 1..3) { foreach ($j in 1..3) { if ($j -eq 2) { continue outer }; \"$i$j\" } }",
        "try { 1 }\ncatch [System.ArgumentException], [int] { 2 }\nfinally { 3 }",
        "Get-X a |\n # comment\n Where-Object { $_.Users -gt 5 -and -not $_.Active } | Select-Object Name, @{n='x';e={$_.A}}",
        "@{\na=1\nb=2\n}.Count",
        "[datetime]::new(2026,1,2).Year",
        "$x = if ($true) { 3 } else { 4 }; $x",
        "(Get-Probe 3).Where({$_.Users -gt 2000}).Count",
        "$a, $b = 1, 2; $b",
        "Get-X *> $null 2>&1",
        "1..3 | % { $_ } && 'x' || 'y'",
        "[ValidateRange(1,3)]$v = 2; $v = 9",
        "-split 'a b'; 1,2 -join '-'; $true ? 1 : 2",
        "if (1) { 2 } # c\nelse { 3 }",
        "switch (1) { default { 3 } }",
        "switch -Regex ('abc') { '^a' {$_} default { 1 } }",
        "Test-Remaining C:\\dir\\file.txt \\\\srv\\share *.txt ? %x% !x a#b #c",
        "$x.a[0].b($y, 2)::c; $x?[1]; ${x}?.Length",
        "do { $i++ } until ($i -ge 3); $i",
        "Get-X | Where-Object Users -gt 3 | ForEach-Object -MemberName Name",
    ];
    for text in cases {
        assert_eq!(refusal(text), Default::default(), "{text}");
    }
}

#[test]
fn hostile_nesting_is_refused_and_not_followed() {
    for opening in [
        "(", "@(", "{", "$(", "\"$(", "@{a=", "[int[", "-not ", "!", "$x[", "if(1){", "a -b:(",
    ] {
        let (id, _) = refusal(&opening.repeat(20_000));
        assert!(!id.is_empty(), "{opening}");
    }
    let (id, _) = refusal(&"x".repeat(5 << 20));
    assert_eq!(id, "ScriptTooComplicated");
}

proptest! {
    #[test]
    fn any_text_is_parsed_or_refused(text in ".{0,80}") {
        refusal(&text);
    }

    #[test]
    fn any_mix_of_tokens_is_parsed_or_refused(words in proptest::collection::vec(prop::sample::select(vec![
        "if", "(", ")", "{", "}", "@{", "@(", "$(", "\"", "'", "$x", "-eq", "-Name:", "--", "1", ".5", "a", ",", ";", "|", "||",
        "&", "&&", ">", "2>&1", "<", "[", "]", "::", ".", "..", "=", "+=", "++", "!", "?", ":", "foreach", "in", "try", "catch",
        "function", "param", "\n", " ", "`", "#", "<#", "@'", "'@", "@\"\n", "\n\"@", "$", "${", "switch", "do", "while", "trap",
        "enum", "using", "return", "throw", "%", "é", "\u{2013}", "\u{201C}", "-f", "-split", ":l",
    ]), 0..24)) {
        refusal(&words.concat());
        refusal(&words.join(" "));
    }
}
