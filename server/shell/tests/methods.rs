//! Methods of values and types: which overload is called, and what .NET says when it refuses.

#![allow(clippy::unwrap_used)]

mod keeper;

use keeper::answer;

fn hold(table: &[(&str, &str)]) {
    for (line, expected) in table {
        assert_eq!(answer(line), *expected, "{line}");
    }
}

#[test]
fn overloads_are_chosen_by_their_conversions() {
    hold(&[
        ("[math]::Round('2.567', 2)", "2.57"),
        ("[math]::Round(5).GetType().Name", "Decimal"),
        ("[math]::Max(1, 2.5)", "2"),
        ("[math]::Max('1', '2').GetType().Name", "Double"),
        ("'abc'.IndexOf(98)", "1"),
        ("[string]::Join('-', 'a')", "a"),
        ("[string]::Join('-', 1, 'b')", "1-b"),
        ("[string]::Join('-', @(1, 2))", "1-2"),
        ("[string]::new('abc')", "abc"),
        ("[string]::new('a', 3)", "aaa"),
        ("([version]'1.2').CompareTo($null)", "1"),
        (
            "([datetime]'2026-01-02').Subtract('1:00')",
            "Multiple ambiguous overloads found for \"Subtract\" and the argument count: \"1\".",
        ),
        (
            "[math]::Abs($true)",
            "Multiple ambiguous overloads found for \"Abs\" and the argument count: \"1\".",
        ),
        (
            "[math]::Round(1, 2, 3, 4)",
            "Cannot find an overload for \"Round\" and the argument count: \"4\".",
        ),
    ]);
}

#[test]
fn sums_that_leave_their_range_say_so() {
    hold(&[
        ("([datetime]'2026-01-31').AddMonths(1).Day", "28"),
        (
            "([datetime]'2026-01-02').AddYears(9000)",
            "Exception calling \"AddYears\" with \"1\" argument(s): \"The added or subtracted value results in an \
             un-representable DateTime. (Parameter 'value')\"",
        ),
        (
            "([datetime]'2026-01-02').AddYears(10001)",
            "Exception calling \"AddYears\" with \"1\" argument(s): \"Years value must be between +/-10000. \
             (Parameter 'years')\"",
        ),
        (
            "([datetime]'2026-01-02').AddDays(1e9)",
            "Exception calling \"AddDays\" with \"1\" argument(s): \"Value to add was out of range. (Parameter \
             'value')\"",
        ),
        (
            "[timespan]::FromDays(1e10)",
            "Exception calling \"FromDays\" with \"1\" argument(s): \"TimeSpan overflowed because the duration is too \
             long.\"",
        ),
    ]);
}

#[test]
fn texts_change_their_case_character_by_character() {
    hold(&[
        ("'Straße ÄÖ'.ToUpper()", "STRAßE ÄÖ"),
        ("'ÄÖ'.ToLower()", "äö"),
        (
            "'Straße x'.IndexOf('X', [System.StringComparison]::OrdinalIgnoreCase)",
            "7",
        ),
    ]);
}

#[test]
fn versions_count_their_fields() {
    hold(&[
        ("([version]'1.2.3').ToString(2)", "1.2"),
        (
            "([version]'1.2').ToString(3)",
            "Exception calling \"ToString\" with \"1\" argument(s): \"Argument must be between 0 and 2. (Parameter \
             'fieldCount')\"",
        ),
    ]);
}
