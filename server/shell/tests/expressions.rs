//! `[regex]`: its methods, its options, what it finds, and blocks that stand for a delegate.

mod keeper;

use keeper::check;

#[test]
fn a_block_makes_what_a_match_is_replaced_by() {
    check(&[
        (
            "[regex]::Replace('abc', '[bc]', { param($m) $m.Value.ToUpper() + $m.Index })",
            "aB1C2",
            "",
        ),
        (
            "([regex]'\\d').Replace('a1b2', { \"<$($_.Value)>\" }, 1)",
            "a<1>b2",
            "",
        ),
        (
            "[regex]::Replace('abc', 'b', { throw 'bad' })",
            "",
            "RuntimeException",
        ),
    ]);
}

#[test]
fn matches_go_on_and_know_their_groups() {
    check(&[
        (
            "$m = [regex]::Match('a1b22', '(?<n>\\d)+'); while ($m.Success) { $m.Value; $m.Groups['n'].Index; $m = $m.NextMatch() }; $m.NextMatch().Success",
            "1|1|22|4|False",
            "",
        ),
        (
            "[regex]::Match('ab', '(?<x>a)').Result('[$1-${x}]'); [regex]::Match('a', 'a').Groups['z'].Success",
            "[a-a]|False",
            "",
        ),
        (
            "$m = [regex]::Matches('a1b2', '\\d'); $m.Count; $m.GetType().Name; $m[1].Value; $m.Value -join ','",
            "2|MatchCollection|2|1,2",
            "",
        ),
    ]);
}

#[test]
fn an_expression_keeps_its_options() {
    check(&[
        (
            "$r = [regex]::new('(?<n>a)(x)?', 'IgnoreCase'); $r.Options; $r.GetGroupNames() -join ','; $r.GroupNumberFromName('n'); $r.IsMatch('A'); 'A' -match $r",
            "IgnoreCase|0,1,n|2|True|True",
            "",
        ),
        (
            "'A' -match [regex]'a'; 'A' -cmatch [regex]::new('a', 'IgnoreCase'); 'A' -replace [regex]'a', 'x'; switch -regex ('A') { ([regex]'a') { 1 } default { 2 } }",
            "False|True|A|2",
            "",
        ),
        (
            "$r = [regex]'\\d'; $r.Match('a1b2', 2).Value; $r.Split('a1b2c', 2) -join '|'; $r.Replace('112', '_', 2); $r.IsMatch('a1', 2); $r.Count('12')",
            "2|a|b2c|__2|False|2",
            "",
        ),
        (
            "[regex]::Unescape('a\\.b'); [regex]::IsMatch(\"a`nb\", '^b', 'Multiline')",
            "a.b|True",
            "",
        ),
        ("[regex]::new('(')", "", "RegexParseException"),
        (
            "[regex]::Match('a', 'a', 'RightToLeft')",
            "",
            "NotSupportedException",
        ),
    ]);
}

#[test]
fn attributes_read_their_patterns_under_their_options() {
    let refused = "ParameterArgumentValidationError";
    check(&[
        (
            "function f { param([ValidatePattern('^a$', Options = 'None')]$x) $x }; f a; f A",
            "a",
            refused,
        ),
        (
            "function f { param([ValidatePattern('(')]$x) $x }; f A",
            "",
            refused,
        ),
        (
            "function f { param([ValidateScript('x')]$x) $x }; f A",
            "",
            "MethodArgumentConversionInvalidCastArgument",
        ),
    ]);
}
