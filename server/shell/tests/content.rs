//! The content of the caller's files, read and written by parameter.

#![allow(clippy::unwrap_used)]

mod keeper;

use keeper::Keeper;
use tandem_shell::session::{Input, Session, SessionOptions};

/// What a line shows, joined by `|`, then the ids of errors; and what it leaves in the file `f`.
fn answer(line: &str) -> (String, Vec<u8>) {
    let desk = Keeper::default();
    desk.files
        .borrow_mut()
        .insert("a.txt".into(), b"one\r\ntwo\rthree\nfour\n".to_vec());
    let outcome = Session::new(SessionOptions::default()).run(&desk, &Input::Text(line));
    let mut told = desk.shown.into_inner();
    told.extend(desk.errors.into_inner());
    told.extend(desk.warnings.into_inner());
    told.extend(
        outcome
            .terminating
            .map(|error| error.fully_qualified_id.into_owned()),
    );
    let file = desk.files.borrow().get("f").cloned().unwrap_or_default();
    (told.join("|"), file)
}

#[test]
fn content_is_read_in_pieces() {
    const ID: &str = ",Microsoft.PowerShell.Commands.GetContentCommand";
    for (line, expected) in [
        ("Get-Content a.txt", "one|two|three|four".to_owned()),
        ("Get-Content a.txt -TotalCount 2", "one|two".into()),
        ("Get-Content a.txt -First 0", String::new()),
        ("Get-Content a.txt -Tail 1", "four".into()),
        (
            "Get-Content a.txt -ReadCount 3",
            "one two three|four".into(),
        ),
        ("Get-Content a.txt -ReadCount 0 | % Count", "4".into()),
        ("(Get-Content a.txt -Raw).Length", "20".into()),
        (
            "Get-Content a.txt -Delimiter t",
            "one\r\nt|wo\rt|hree\nfour\n".replace("t|", "|"),
        ),
        (
            "Get-Content a.txt -AsByteStream -First 3",
            "111|110|101".into(),
        ),
        (
            "(Get-Content a.txt -AsByteStream -Raw).GetType().Name",
            "Byte[]".into(),
        ),
        (
            "Get-Content a.txt -First 1 -Tail 1",
            format!("TailAndHeadCannotCoexist{ID}"),
        ),
        (
            "Get-Content a.txt -Raw -Tail 1",
            format!("InvalidOperation{ID}"),
        ),
        ("Get-Content nowhere", format!("PathNotFound{ID}")),
        (
            "Get-Content a.txt -AsByteStream -Delimiter x",
            format!("GetContentReaderArgumentError{ID}"),
        ),
    ] {
        assert_eq!(answer(line).0, expected, "{line}");
    }
}

#[test]
fn content_is_written_as_it_was_asked_for() {
    for (line, told, file) in [
        ("'a','b' | Set-Content f", "", &b"a\nb\n"[..]),
        ("'a','b' | Set-Content f -NoNewline", "", b"ab"),
        ("1,$null,(2,3) | Set-Content f", "", b"1\n2\n3\n"),
        (
            "Set-Content f ([datetime]'2026-01-02T03:04:05')",
            "",
            "1/2/2026 3:04:05\u{202f}AM\n".as_bytes(),
        ),
        ("[byte[]](65,0) | Set-Content f -AsByteStream", "", b"A\0"),
        (
            "Set-Content f x -AsByteStream",
            "ProviderContentWriteError,Microsoft.PowerShell.Commands.SetContentCommand",
            b"",
        ),
        (
            "Set-Content f x -AsByteStream -Encoding ascii 2> $null",
            "Encoding not used when '-AsByteStream' specified.",
            b"",
        ),
        (
            "Set-Content f a; Add-Content f b -NoNewline; Add-Content f c",
            "",
            b"a\nbc\n",
        ),
        ("Set-Content f a -PassThru", "a", b"a\n"),
        ("Set-Content f a; Clear-Content f", "", b""),
        (
            "Clear-Content f",
            "PathNotFound,Microsoft.PowerShell.Commands.ClearContentCommand",
            b"",
        ),
        (
            "Set-Content /sealed/f a",
            "GetContentWriterUnauthorizedAccessError,Microsoft.PowerShell.Commands.SetContentCommand",
            b"",
        ),
    ] {
        assert_eq!(answer(line), (told.to_owned(), file.to_vec()), "{line}");
    }
}

#[test]
fn a_switch_tests_the_lines_of_a_file() {
    for (line, expected) in [
        (
            "switch -file a.txt { one { 'first' } default { \"<$_>\" } }",
            "first|<two>|<three>|<four>",
        ),
        (
            "switch -regex -file a.txt { '^t' { $_; continue } 'o' { break } }",
            "",
        ),
        ("switch -wildcard -file a.txt { 't*' { $_ } }", "two|three"),
        ("switch -file none.txt { x { 1 } }", "PathNotFound"),
        ("switch -file '' { x { 1 } }", "InvalidFilenameOption"),
    ] {
        assert_eq!(answer(line).0, expected, "{line}");
    }
}
