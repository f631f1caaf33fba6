//! Patterns as .NET reads them, and what it says of those that it refuses.

#![allow(clippy::unwrap_used)]
use super::*;

fn groups(pattern: &str, text: &str) -> Vec<String> {
    let found = compile(pattern, false)
        .unwrap()
        .find(text, 0)
        .unwrap()
        .unwrap();
    found
        .groups()
        .map(|(number, name, span)| {
            let name = name.map_or_else(|| number.to_string(), str::to_owned);
            format!("{name}={}", span.map_or("-", |span| &text[span]))
        })
        .collect()
}

#[test]
fn faults_are_named_as_dotnet_names_them() {
    for (pattern, offset, reason) in [
        ("(", 1, "Not enough )'s."),
        ("(?", 2, "Unrecognized grouping construct."),
        ("(?<n", 4, "Unrecognized grouping construct."),
        (
            "(?<>a)",
            3,
            "Invalid group name: Group names must begin with a word character.",
        ),
        ("(?z)", 3, "Unrecognized grouping construct."),
        (")", 1, "Too many )'s."),
        ("[a", 2, "Unterminated [] set."),
        ("[b-a]", 4, "[x-y] range in reverse order."),
        ("*a", 1, "Quantifier '*' following nothing."),
        ("a**", 3, "Nested quantifier '*'."),
        ("a++", 3, "Nested quantifier '+'."),
        ("a{2}{3}", 5, "Nested quantifier '{'."),
        ("a{2,1}", 6, "Illegal {x,y} with x > y."),
        ("a\\", 2, "Illegal \\ at end of pattern."),
        ("\\q", 2, "Unrecognized escape sequence \\q."),
        ("\\_", 2, "Unrecognized escape sequence \\_."),
        ("\\1", 2, "Reference to undefined group number 1."),
        ("\\k<x>", 5, "Reference to undefined group name 'x'."),
        ("\\p{Foo}", 7, "Unknown property 'Foo'."),
        ("\\x4", 3, "Insufficient hexadecimal digits."),
        ("\\c", 2, "Missing control character."),
        ("[\\d-z]\u{1f600}(", 9, "Not enough )'s."),
    ] {
        assert_eq!(
            compile(pattern, false).err(),
            Some(format!(
                "Invalid pattern '{pattern}' at offset {offset}. {reason}"
            )),
        );
    }
}

#[test]
fn patterns_match_as_in_dotnet() {
    for (pattern, text, expected) in [
        ("[[]", "a[b", true),
        ("[a[]b", "a[b", true),
        ("^[&&]b", "&b", true),
        ("[]a]", "]", true),
        ("[^]a]", "]a", false),
        ("[a-z-[aeiou]]", "e", false),
        ("[a-z-[aeiou]]", "f", true),
        ("c$", "abc\n", true),
        ("c\\Z", "abc\n", true),
        ("c\\z", "abc\n", false),
        ("^b", "a\nb", false),
        ("(?m)^b$", "a\nb\nc", true),
        ("a.b", "a\nb", false),
        ("(?s:a.b)", "a\nb", true),
        ("(?-i)B", "b", false),
        ("(?x) a b # c", "ab", true),
        ("a{,2}", "a{,2}", true),
        ("\\<", "a<b", true),
        ("\\p{Lu}", "abc", false),
        ("\\p{IsBasicLatin}", "é", false),
        ("(a)\\1", "aa", true),
        ("(?<x>a)\\k<x>", "aa", true),
        ("(?<=a+)b", "aab", true),
        ("^(a)?(?(1)b|c)$", "ab", true),
        ("^(a)?(?(1)b|c)$", "b", false),
        ("\\u0020\\x20\\40", "   ", true),
    ] {
        let found = compile(pattern, false).unwrap().is_match(text).unwrap();
        assert_eq!(found, expected, "{pattern} in {text:?}");
    }
}

#[test]
fn groups_without_a_name_are_counted_first() {
    assert_eq!(groups("(?<first>a)(b)", "ab"), ["0=ab", "1=b", "first=a"]);
    assert_eq!(groups("(?<5>a)(b)", "ab"), ["0=ab", "1=b", "5=a"]);
    assert_eq!(groups("(?<n>a)|(?<n>b)", "b"), ["0=b", "n=b"]);
    assert_eq!(groups("(a)(x)?", "a"), ["0=a", "1=a", "2=-"]);
    assert_eq!(groups("(?n)(a)(?<x>b)", "ab"), ["0=ab", "x=b"]);
}

#[test]
fn replacements_stand_for_parts() {
    let found = compile("(b)(?<n>c)", false).unwrap();
    let found = found.find("abcd", 0).unwrap().unwrap();
    for (template, expected) in [
        ("$1$2", "bc"),
        ("${1}${n}", "bc"),
        ("$&|$`|$'|$+|$_|$$", "bc|a|d|c|abcd|$"),
        ("$10", "$10"),
        ("${x}", "${x}"),
        ("$", "$"),
        ("${1", "${1"),
    ] {
        let mut out = String::new();
        expand(template, &found, &mut out);
        assert_eq!(out, expected);
    }
}

#[test]
fn an_empty_match_may_stand_behind_another() {
    let spans = |pattern: &str, text: &str| -> Vec<Range<usize>> {
        let pattern = compile(pattern, false).unwrap();
        pattern
            .find_all(text)
            .map(|found| found.unwrap().range())
            .collect()
    };
    assert_eq!(spans("a*", "aab"), [0..2, 2..2, 3..3]);
    assert_eq!(spans("", "ab"), [0..0, 1..1, 2..2]);
}
