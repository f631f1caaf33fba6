//! `System.TimeSpan`: what makes one, and what is too long for one.

#![allow(clippy::unwrap_used)]

mod keeper;

use keeper::answer;

#[test]
fn spans_are_made_of_amounts_and_never_overflow() {
    let too_long = "TimeSpan overflowed because the duration is too long.";
    let thrown = |call: &str, count: usize| {
        format!("Exception calling \"{call}\" with \"{count}\" argument(s): \"{too_long}\"")
    };
    for (line, expected) in [
        ("\"$([timespan]::FromDays(1, 2, 3))\"", "1.02:03:00"),
        ("\"$([timespan]::FromHours(1))\"", "01:00:00"),
        ("\"$([timespan]::FromSeconds(1.5))\"", "00:00:01.5000000"),
        ("\"$([timespan]::new(1, 2, 3))\"", "01:02:03"),
        (
            "\"$([timespan]::new(1, 2, 3, 4, 5))\"",
            "1.02:03:04.0050000",
        ),
        ("[timespan]::new(5).Ticks", "5"),
        (
            "[timespan]::FromDays([double]::NaN)",
            "Exception calling \"FromDays\" with \"1\" argument(s): \"TimeSpan does not accept floating point Not-a-Number values.\"",
        ),
        ("[timespan]::FromDays(1e300)", &*thrown("FromDays", 1)),
        ("[timespan]::FromHours(2147483647)", &thrown("FromHours", 1)),
        (
            "[timespan]::new(2147483647, 2147483647, 2147483647, 2147483647)",
            &thrown(".ctor", 4),
        ),
        ("New-TimeSpan -Days 2147483647", too_long),
        (
            "[datetime]::MinValue.Subtract([timespan]::MinValue)",
            "Exception calling \"Subtract\" with \"1\" argument(s): \"The added or subtracted value results in an un-representable DateTime. (Parameter 'value')\"",
        ),
    ] {
        assert_eq!(answer(line), expected, "{line}");
    }
}
