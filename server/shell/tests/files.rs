//! The caller's files: what redirections and the commands that write leave in them, byte for byte.

#![allow(clippy::unwrap_used)]

mod keeper;

use std::collections::BTreeMap;

use keeper::Keeper;
use tandem_shell::session::{Input, Session, SessionOptions};

/// What a line left behind.
struct Left {
    files: BTreeMap<String, Vec<u8>>,
    output: Vec<String>,
    errors: Vec<String>,
    warnings: Vec<String>,
}

impl Left {
    fn text(&self, path: &str) -> &str {
        let bytes = self.files.get(path).unwrap_or_else(|| panic!("no {path}"));
        std::str::from_utf8(bytes).unwrap()
    }
}

fn run(line: &str) -> Left {
    let desk = Keeper::default();
    let outcome = Session::new(SessionOptions::default()).run(&desk, &Input::Text(line));
    let mut errors = desk.errors.into_inner();
    errors.extend(
        outcome
            .terminating
            .map(|error| error.fully_qualified_id.into_owned()),
    );
    Left {
        files: desk.files.take(),
        output: desk.shown.into_inner(),
        errors,
        warnings: desk.warnings.into_inner(),
    }
}

#[test]
fn each_stream_goes_to_its_own_file() {
    let left = run("& { Write-Error bad; Write-Warning careful; 'good' } 2> e 3> w > o; 'after'");
    assert_eq!(left.output, ["after"]);
    assert!(left.errors.is_empty() && left.warnings.is_empty());
    assert!(left.text("e").contains("bad"), "{}", left.text("e"));
    assert_eq!((left.text("w"), left.text("o")), ("careful\n", "good\n"));
}

#[test]
fn a_redirected_stream_leaves_the_others_where_they_were() {
    let left = run("& { Write-Error bad; Write-Warning careful; 'good' } 2> e");
    assert_eq!(left.output, ["good"]);
    assert_eq!(left.warnings, ["careful"]);
    assert!(left.errors.is_empty(), "{:?}", left.errors);

    let left = run("Write-Output 1 2 3 3> w | ForEach-Object { $_ * 2 }");
    assert_eq!(left.output, ["2", "4", "6"]);
    assert_eq!(left.text("w"), "");
}

#[test]
fn all_streams_go_to_one_file_in_their_order() {
    let left = run("& { 'first'; Write-Warning second; 'third' } *> all");
    assert_eq!(left.text("all"), "first\nsecond\nthird\n");
    assert!(left.output.is_empty() && left.warnings.is_empty());
}

#[test]
fn two_signs_keep_what_the_file_holds() {
    let left = run("'a' > o; 'b' >> o; Write-Warning c 3>> o; Write-Warning d 3>> new");
    assert_eq!((left.text("o"), left.text("new")), ("a\nb\nc\n", "d\n"));
}

#[test]
fn the_streams_of_an_expression_are_redirected_too() {
    let left = run("$(Write-Warning careful; 1) 3> w");
    assert_eq!(
        (left.text("w"), &*left.output),
        ("careful\n", &["1".to_owned()][..])
    );
    let left = run("$(Write-Error bad; 1) 2> $null; $(Write-Warning w; 2) 3>&1");
    assert_eq!(left.output, ["1", "w", "2"]);
    assert!(left.errors.is_empty(), "{:?}", left.errors);
    let left = run("$(Write-Warning w; 2) *> all");
    assert_eq!(left.text("all"), "w\n2\n");
}

#[test]
fn a_file_that_cannot_be_written_is_an_error_before_anything_runs() {
    let left = run("& { $global:ran = 1 } 2> /sealed/e; \"ran: $ran\"");
    assert_eq!(left.output, ["ran: "]);
    assert_eq!(
        left.errors,
        ["FileOpenFailure,Microsoft.PowerShell.Commands.OutFileCommand"]
    );
}

#[test]
fn files_are_written_in_the_encoding_that_was_asked_for() {
    let bytes = |line: &str| run(line).files["f"].clone();
    assert_eq!(bytes("'ü' | Out-File f"), b"\xc3\xbc\n");
    assert_eq!(bytes("'ü' | Out-File f utf8BOM"), b"\xef\xbb\xbf\xc3\xbc\n");
    assert_eq!(bytes("'ü' | Out-File f -Encoding ascii"), b"?\n");
    assert_eq!(
        bytes("'ü' | Set-Content f -Encoding Unicode"),
        b"\xff\xfe\xfc\0\n\0"
    );
    assert_eq!(bytes("'ü€' | Out-File f -Encoding ansi"), b"\xfc\x80\n");
    assert_eq!(bytes("'ü' | Out-File f -Encoding oem"), b"\xc3\xbc\n");
    assert_eq!(
        bytes("'a','b' | Set-Content f -Encoding bigendianunicode"),
        b"\xfe\xff\0a\0\n\0b\0\n"
    );
    assert_eq!(
        bytes("'a' | Tee-Object f -Encoding utf32"),
        b"\xff\xfe\0\0a\0\0\0\n\0\0\0"
    );
    assert_eq!(
        bytes("[pscustomobject]@{ A = 1 } | Export-Csv f -Encoding utf8BOM"),
        b"\xef\xbb\xbf\"A\"\n\"1\"\n"
    );
    assert!(bytes("1 | Export-Clixml f -Encoding unicode").starts_with(b"\xff\xfe<\0"));
}

#[test]
fn the_objects_of_a_file_are_read_by_the_page() {
    for (line, output) in [
        (
            "1..5 | Export-Clixml f; Import-Clixml f -Skip 1 -First 2",
            &["2", "3"][..],
        ),
        (
            "(1,2),3 | Export-Clixml f; Import-Clixml f -First 2",
            &["1", "2"],
        ),
        (
            "1 | Export-Clixml f; Import-Clixml f -IncludeTotalCount",
            &["0", "1"],
        ),
    ] {
        assert_eq!(run(line).output, output, "{line}");
    }
}

#[test]
fn what_is_added_has_no_second_mark() {
    let bytes = |line: &str| run(line).files["f"].clone();
    let twice = "'a' | Out-File f -Encoding utf8BOM; 'b' | Out-File f -Encoding utf8BOM -Append";
    assert_eq!(bytes(twice), b"\xef\xbb\xbfa\nb\n");
    let new = "'a' | Add-Content f -Encoding unicode; 'b' | Add-Content f -Encoding unicode";
    assert_eq!(bytes(new), b"\xff\xfea\0\n\0b\0\n\0");
    let csv = "$o = [pscustomobject]@{ A = 1 }; $o | Export-Csv f -Encoding unicode; $o | Export-Csv f -Append";
    assert_eq!(
        bytes(csv),
        b"\xff\xfe\"\0A\0\"\0\n\0\"\x001\0\"\0\n\0\"\x001\0\"\0\n\0"
    );
}

#[test]
fn a_file_is_read_by_its_mark_or_as_it_is_said_to_be() {
    let left = run("'ü' | Out-File f -Encoding bigendianunicode; Get-Content f");
    assert_eq!(left.output, ["ü"]);
    let left =
        run("'ü' | Out-File f -Encoding latin1; Get-Content f -Encoding 28591; Get-Content f");
    assert_eq!(left.output, ["ü", "\u{fffd}"]);
}

#[test]
fn an_encoding_that_is_obsolete_or_unknown_is_refused() {
    for name in ["utf7", "klingon", "99", "-1"] {
        let left = run(&format!("'x' | Out-File f -Encoding {name}"));
        assert_eq!(
            left.errors,
            ["ParameterArgumentTransformationError,Microsoft.PowerShell.Commands.OutFileCommand"]
        );
        assert!(left.files.is_empty(), "{name}");
    }
}

#[test]
fn a_file_that_is_there_is_spared() {
    for line in [
        "'b' | Out-File f -NoClobber",
        "[pscustomobject]@{ A = 1 } | Export-Csv f -NoClobber",
        "1 | Export-Clixml f -NoClobber",
    ] {
        let left = run(&format!("'a' | Out-File f; {line}"));
        assert_eq!(left.text("f"), "a\n", "{line}");
        assert!(
            left.errors[0].starts_with("NoClobber,"),
            "{:?}",
            left.errors
        );
    }
}

#[test]
fn objects_become_text_and_objects_again() {
    let left = run(
        "$x = @{ a = 1 }, 'b' | ConvertTo-CliXml | ConvertFrom-CliXml; $x.Count; $x[0].a; $x[1]",
    );
    assert_eq!(left.output, ["2", "1", "b"]);
    let left = run("1 | ConvertTo-CliXml | ConvertFrom-CliXml; '<x' | ConvertFrom-CliXml");
    assert_eq!(left.output, ["1"]);
    assert_eq!(
        left.errors,
        ["System.Xml.XmlException,Microsoft.PowerShell.Commands.ConvertFromClixmlCommand"]
    );
}

#[test]
fn a_redirection_may_go_to_a_variable() {
    for (line, expected) in [
        ("1..3 > variable:x; $x.Count; \"$x\"", "3|1 2 3"),
        ("'a' > Variable:x; $x; $x.GetType().Name", "a|String"),
        ("$x = 1; 2, 3 >> variable:x; \"$x\"", "1 2 3"),
        (
            "Write-Output 5 | ForEach-Object { $_ + 1 } > variable:x; $x",
            "6",
        ),
        (
            "Write-Warning w 3> variable:x; \"[$x]\"; $x.GetType().Name",
            "[w]|WarningRecord",
        ),
        (
            "function f { 'out'; Write-Error e } f *> variable:x; $x.Count",
            "2",
        ),
        ("$n = 'variable:y'; 'b' > $n; $y", "b"),
    ] {
        assert_eq!(keeper::shown(line).join("|"), expected, "{line}");
    }
}

#[test]
fn a_data_file_gives_its_table_and_nothing_of_it_is_run() {
    let left = run(
        "'@{ a = 1; b = @(''x'', -2); c = $true; d = @{ e = [int]''3'' } }' | Set-Content t.psd1; $t = Import-PowerShellDataFile t.psd1; $t.a; $t.b[1]; $t.c; $t.d.e; $t.GetType().Name",
    );
    assert_eq!(
        left.output,
        ["1", "-2", "True", "3", "Hashtable"],
        "{:?}",
        left.errors
    );
    for (text, id) in [
        (
            "@{ a = Get-Date }",
            "System.InvalidOperationException,Microsoft.PowerShell.Commands.ImportPowerShellDataFileCommand",
        ),
        (
            "@{ a = 1 + 1 }",
            "System.InvalidOperationException,Microsoft.PowerShell.Commands.ImportPowerShellDataFileCommand",
        ),
        (
            "@{ a = ",
            "CouldNotParseAsPowerShellDataFile,Microsoft.PowerShell.Commands.ImportPowerShellDataFileCommand",
        ),
        (
            "1",
            "CouldNotParseAsPowerShellDataFileNoHashtableRoot,Microsoft.PowerShell.Commands.ImportPowerShellDataFileCommand",
        ),
    ] {
        let left = run(&format!(
            "'{text}' | Set-Content t.psd1; Import-PowerShellDataFile t.psd1"
        ));
        assert_eq!(left.errors, [id], "{text}");
    }
    let left = run("Import-PowerShellDataFile nope.psd1");
    assert_eq!(
        left.errors,
        ["PathNotFound,Microsoft.PowerShell.Commands.ImportPowerShellDataFileCommand"]
    );
}
