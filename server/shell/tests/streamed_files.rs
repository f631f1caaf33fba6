//! The caller's files as streams: no more of them is read than is wanted, and what goes wrong on the way is told.

#![allow(clippy::unwrap_used)]

mod keeper;

use keeper::{Keeper, answer, told};
use tandem_shell::session::{Input, Session, SessionOptions};

#[test]
fn a_file_without_end_is_read_as_far_as_it_is_wanted() {
    for (line, shown) in [
        (
            "Get-Content /endless | Select-Object -First 3",
            "yes|yes|yes",
        ),
        ("Get-Content /endless -TotalCount 2", "yes|yes"),
        (
            "Get-Content /endless -TotalCount 3 -ReadCount 2 | ForEach-Object { \"$_\" }",
            "yes yes|yes",
        ),
        ("Get-Content /endless -Delimiter es -TotalCount 2", "y|\ny"),
        (
            "Get-Content /endless -AsByteStream -TotalCount 2",
            "121|101",
        ),
        (
            "Import-Csv /endless -Header a, b | Select-Object -First 1 | ForEach-Object a",
            "yes",
        ),
        (
            "Get-Content /endless | ConvertFrom-Csv -Header a | Select-Object -First 1 | ForEach-Object a",
            "yes",
        ),
        (
            "Select-String e /endless | Select-Object -First 1 | ForEach-Object LineNumber",
            "1",
        ),
        ("Select-String e /endless -Quiet", "True"),
        (
            "Select-String e /endless -List | ForEach-Object Line",
            "yes",
        ),
        ("switch -file /endless { yes { \"$_!\"; break } }", "yes!"),
        (
            "Get-Content /endless | Get-Content -Path { '/endless' } -TotalCount 1 | Select-Object -First 2",
            "yes|yes",
        ),
        (
            "Get-Content /endless | Set-Content f -PassThru | Select-Object -First 2; Get-Content f",
            "yes|yes|yes|yes",
        ),
        (
            "Get-Content /endless | Tee-Object f | Select-Object -First 1; Get-Content f",
            "yes|yes",
        ),
        (
            "1..3 | Export-Clixml f; Import-Clixml f | Select-Object -First 2",
            "1|2",
        ),
        (
            "Import-Clixml /endless.xml | Select-Object -First 2",
            "yes|yes",
        ),
        ("Import-Clixml /endless.xml -Skip 3 -First 1", "yes"),
        (
            "Test-Path /endless, /folder, /missing/a, a",
            "True|True|False|False",
        ),
    ] {
        assert_eq!(told(line), (shown.to_owned(), String::new()), "{line}");
    }
}

#[test]
fn what_is_wanted_whole_is_bounded() {
    let whole = answer("Get-Content /endless -Raw");
    assert!(whole.contains("longer than 67108864 bytes"), "{whole}");
    assert!(whole.contains("Get-Content without -Raw"), "{whole}");
    assert_eq!(
        told("Get-Content /endless -Raw").1,
        "GetContentReaderIOError"
    );
    assert_eq!(
        told("Get-Content /endless -Raw -AsByteStream").1,
        "GetContentReaderIOError"
    );
    // What is kept of a file counts as what any pipeline keeps.
    for line in [
        "Get-Content /endless -ReadCount 0",
        "Get-Content /endless -Tail 100000000",
        "$x = Get-Content /endless",
    ] {
        let host = Keeper::default();
        let options = SessionOptions {
            memory: Some(32 << 20),
            ..SessionOptions::default()
        };
        let outcome = Session::new(options).run(&host, &Input::Text(line));
        let mut errors = host.errors.into_inner();
        errors.extend(
            outcome
                .terminating
                .map(|error| error.fully_qualified_id.into_owned()),
        );
        assert!(
            errors[0].starts_with("SessionMemoryExceeded"),
            "{line}: {errors:?}"
        );
    }
}

#[test]
fn a_file_that_breaks_off_gives_what_it_gave() {
    const READ: &str = "The invocation of Read on the 'FileSystem' provider's content reader failed for path '/broken'. The disk is gone.";
    for (line, shown) in [
        ("Get-Content /broken", format!("a,b 1,2 {READ}")),
        ("Get-Content /broken -Tail 1", format!("1,2 {READ}")),
        ("Get-Content /broken -ReadCount 9", READ.to_owned()),
        ("Get-Content /broken -TotalCount 1", "a,b".to_owned()),
        (
            "Import-Csv /broken | ForEach-Object b",
            "2 The disk is gone.".to_owned(),
        ),
        (
            "Select-String 1 /broken -Raw",
            "1,2 The file /broken cannot be read: The disk is gone.".to_owned(),
        ),
        (
            "switch -file /broken { default { $_ } }",
            "a,b 1,2 The file could not be read: The disk is gone.".to_owned(),
        ),
        ("Import-Clixml /broken", "The disk is gone.".to_owned()),
    ] {
        assert_eq!(answer(line), shown, "{line}");
    }
}

/// Lines, what they say, and the ids of it.
const UNUSABLE: &[(&str, &str, &str)] = &[
    (
        "Get-Content a",
        "Cannot find path 'a' because it does not exist.",
        "PathNotFound",
    ),
    (
        "Get-Content /missing/a",
        "Cannot find path '/missing/a' because it does not exist.",
        "PathNotFound",
    ),
    (
        "Get-Content /folder",
        "Unable to get content because it is a directory: '/folder'. Please use 'Get-ChildItem' instead.",
        "GetContainerContentException",
    ),
    (
        "Import-Csv a",
        "Could not find file 'a'.",
        "FileOpenFailure",
    ),
    (
        "Import-Csv /missing/a",
        "Could not find a part of the path '/missing/a'.",
        "FileOpenFailure",
    ),
    (
        "Import-Csv /folder",
        "Access to the path '/folder' is denied.",
        "FileOpenFailure",
    ),
    (
        "Import-Clixml /missing/a",
        "Could not find a part of the path '/missing/a'.",
        "FileOpenFailure",
    ),
    (
        "1 > /missing/a",
        "Could not find a part of the path '/missing/a'.",
        "FileOpenFailure",
    ),
    (
        "1 | Out-File /folder",
        "Access to the path '/folder' is denied.",
        "FileOpenFailure",
    ),
    (
        "1 | Tee-Object /missing/a",
        "Could not find a part of the path '/missing/a'.",
        "FileOpenFailure",
    ),
    (
        "1 | Export-Csv /missing/a",
        "Could not find a part of the path '/missing/a'.",
        "FileOpenFailure",
    ),
    (
        "1 | Export-Csv /missing/a -Append",
        "Could not find a part of the path '/missing/a'.",
        "FileOpenFailure",
    ),
    (
        "1 | Export-Clixml /missing/a",
        "Could not find a part of the path '/missing/a'.",
        "FileOpenFailure",
    ),
    (
        "1 | Out-File /sealed/a",
        "Access to the path '/sealed/a' is denied.",
        "FileOpenFailure",
    ),
    (
        "Set-Content /missing/a 1",
        "Could not find a part of the path '/missing/a'.",
        "GetContentWriterDirectoryNotFoundError",
    ),
    (
        "Set-Content /folder 1",
        "Unable to clear content of '/folder' because it is a directory. Clear-Content is only supported on files.",
        "ClearDirectoryContent",
    ),
    (
        "Add-Content /folder 1",
        "Unable to write content because it is a directory: '/folder'.",
        "WriteContainerContentException",
    ),
    (
        "Clear-Content /folder",
        "Unable to clear content of '/folder' because it is a directory. Clear-Content is only supported on files.",
        "ClearDirectoryContent",
    ),
    (
        "Clear-Content /missing/a",
        "Cannot find path '/missing/a' because it does not exist.",
        "PathNotFound",
    ),
    (
        "Set-Content /used 1",
        "The process cannot access the file '/used' because it is being used by another process.",
        "GetContentWriterIOError",
    ),
    (
        "1 > /used",
        "The process cannot access the file '/used' because it is being used by another process.",
        "FileOpenFailure",
    ),
    (
        "Set-Content f a; 1 | Out-File f -NoClobber",
        "File f already exists and NoClobber was specified.",
        "NoClobber",
    ),
    // What is known only at the end.
    (
        "1 > /full",
        "No space left on device",
        "System.IO.IOException",
    ),
    (
        "Set-Content /full 1",
        "The invocation of Write on the 'FileSystem' provider's content writer failed for path '/full'. No space left on device",
        "ProviderContentWriteError",
    ),
];

#[test]
fn files_that_cannot_be_used_are_told_apart() {
    for (line, message, id) in UNUSABLE {
        assert_eq!(answer(line), *message, "{line}");
        assert_eq!(told(line), (String::new(), (*id).to_owned()), "{line}");
    }
}

#[test]
fn of_several_files_the_missing_ones_are_told_of_first() {
    let line = "Set-Content a 1; Get-Content a, b, /folder, a";
    let answer = answer(line);
    let position = |text: &str| answer.find(text).unwrap_or_else(|| panic!("{answer}"));
    assert!(position("'b'") < position("'/folder'"), "{answer}");
    assert!(answer.ends_with("1 1"), "{answer}");
}
