//! `Select-String`: lines of texts and of the caller's files, and the lines around them.

#![allow(clippy::unwrap_used)]

mod keeper;

use keeper::Keeper;
use tandem_shell::session::{Input, Session, SessionOptions};

/// What a line shows, joined by `|`; then the ids of errors.
fn answer(line: &str) -> String {
    let desk = Keeper::default();
    desk.files
        .borrow_mut()
        .insert("a.txt".into(), b"one\r\ntwo\r\nthree\r\nfour".to_vec());
    let outcome = Session::new(SessionOptions::default()).run(&desk, &Input::Text(line));
    let mut told = desk.shown.into_inner();
    told.extend(desk.errors.into_inner());
    told.extend(
        outcome
            .terminating
            .map(|error| error.fully_qualified_id.into_owned()),
    );
    told.join("|")
}

#[test]
fn lines_are_searched() {
    for (line, expected) in [
        ("'abc','xbx','z' | Select-String b", "abc|xbx"),
        ("'abc','z' | Select-String b -NotMatch", "z"),
        ("'abc','abd' | Select-String b -Quiet", "True"),
        // Who is asked quietly about what comes down a pipeline says nothing at all if nothing is found.
        ("'z' | Select-String b -Quiet", ""),
        ("Select-String b a.txt -Quiet", "False"),
        ("'ABC' | Select-String b -CaseSensitive", ""),
        (
            "'abab' | Select-String b -AllMatches | % { $_.Matches.Count }",
            "2",
        ),
        ("('a.c' | Select-String . -SimpleMatch).Matches.Count", "0"),
        ("'b','b' | Select-String b | % LineNumber", "1|2"),
        ("'abc' | Select-String b | Select-String c | % Pattern", "b"),
        (
            "('abc' | Select-String 'a(b)').Matches.Groups[1].Index",
            "1",
        ),
        (
            "'a' | Select-String '('",
            "InvalidRegex,Microsoft.PowerShell.Commands.SelectStringCommand",
        ),
    ] {
        assert_eq!(answer(line), expected, "{line}");
    }
}

#[test]
fn files_are_searched() {
    for (line, expected) in [
        (
            "Select-String o a.txt",
            "a.txt:1:one|a.txt:2:two|a.txt:4:four",
        ),
        ("Select-String o a.txt -List | % Filename", "a.txt"),
        ("Select-String '^t' a.txt -Raw", "two|three"),
        (
            "Select-String x nowhere",
            "PathNotFound,Microsoft.PowerShell.Commands.SelectStringCommand",
        ),
        (
            "Select-String x -LiteralPath nowhere",
            "ProcessingFile,Microsoft.PowerShell.Commands.SelectStringCommand",
        ),
    ] {
        assert_eq!(answer(line), expected, "{line}");
    }
}

#[test]
fn lines_around_are_shown_once() {
    for (line, expected) in [
        (
            "Select-String two a.txt -Context 1",
            "  a.txt:1:one\n> a.txt:2:two\n  a.txt:3:three",
        ),
        (
            "'a','X','b','X','c','d' | Select-String X -Context 1",
            "  a\n> X\n  b|> X\n  c",
        ),
        (
            "'a','X','b','X','c' | Select-String X -Context 1,2 | % { $_.Context.PostContext -join '' }",
            "bX|c",
        ),
        ("'a','X' | Select-String X -Context 5", "  a\n> X"),
    ] {
        assert_eq!(answer(line), expected, "{line}");
    }
}
