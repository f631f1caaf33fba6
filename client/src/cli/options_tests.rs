//! How command lines are read.

#![allow(clippy::unwrap_used)]

use super::super::flags::{FLAGS, help};
use super::*;

fn of(words: &[&str]) -> Result<Invocation, String> {
    read(
        std::iter::once("tandem")
            .chain(words.iter().copied())
            .map(OsString::from),
    )
}

fn words(words: &[&str]) -> Mode {
    Mode::Words(words.iter().map(|word| (*word).to_owned()).collect())
}

#[test]
fn words_from_the_command_on_belong_to_the_command() {
    let read = of(&["-o", "json", "Get-CsPool", "-o", "-Identity", "--", "x", ""]).unwrap();
    assert_eq!(read.form, Some(OutputForm::Json));
    assert_eq!(
        read.mode,
        words(&["Get-CsPool", "-o", "-Identity", "--", "x", ""])
    );
}

#[test]
fn two_dashes_end_the_options() {
    assert_eq!(
        of(&["--", "-odd-command", "x"]).unwrap().mode,
        words(&["-odd-command", "x"])
    );
}

#[test]
fn options_may_stand_after_a_line_but_words_may_not() {
    let read = of(&["-c", "Get-CsPool | ft", "-o", "csv"]).unwrap();
    assert_eq!(
        (read.mode, read.form),
        (Mode::Line("Get-CsPool | ft".into()), Some(OutputForm::Csv))
    );
    assert!(of(&["-c", "Get-CsPool", "-Identity", "x"]).is_err());
    assert!(
        of(&["-c", "Get-CsPool", "x"])
            .unwrap_err()
            .contains("quotes")
    );
}

#[test]
fn everything_after_a_script_is_its_arguments() {
    let read = of(&["-File", "a.ps1", "-o", "json"]).unwrap();
    assert_eq!(
        read.mode,
        Mode::File("a.ps1".into(), vec!["-o".into(), "json".into()])
    );
    assert_eq!(of(&["-f", "-"]).unwrap().mode, Mode::Session);
    // A script stands where a cmdlet does, and `-` is standard input.
    assert_eq!(
        of(&["-o", "csv", "./Run Book.PS1", "-o", "json"])
            .unwrap()
            .mode,
        Mode::File("./Run Book.PS1".into(), vec!["-o".into(), "json".into()])
    );
    assert_eq!(of(&["-c", "-"]).unwrap().mode, Mode::Session);
}

#[test]
fn a_script_block_makes_a_minishell_whatever_the_order() {
    // `Get-CsPool` and an empty ArrayList, as PowerShell encodes them.
    let command = encoded::encode("Get-CsPool");
    let arguments = encoded::encode("<Objs/>");
    let read = of(&[
        "-encodedarguments",
        &arguments,
        "-encodedCommand",
        &command,
        "-inputFormat",
        "xml",
        "-outputFormat",
        "text",
    ])
    .unwrap();
    assert_eq!(read.mode, Mode::Line("Get-CsPool".into()));
    assert_eq!(
        (read.input, read.form),
        (Some(InputForm::Clixml), Some(OutputForm::Text))
    );
    assert_eq!(read.argument_clixml, "<Objs/>");
    let read = of(&[
        "-encodedCommand",
        &command,
        "-outputFormat",
        "xml",
        "-inputFormat",
        "xml",
    ])
    .unwrap();
    assert_eq!(read.form, Some(OutputForm::Clixml));
}

#[test]
fn powershells_options_are_read_in_any_case_and_its_empty_ones_ignored() {
    let read = of(&["-NOPROFILE", "-NoLogo", "-noninteractive", "-COMMAND", "1"]).unwrap();
    assert!(read.non_interactive);
    assert_eq!(read.mode, Mode::Line("1".into()));
}

#[test]
fn a_link_named_for_a_cmdlet_runs_it_and_reads_no_option() {
    let arguments = ["/usr/local/bin/Invoke-CsPoolFailOver", "-c", "x"];
    let read = read(arguments.into_iter().map(OsString::from)).unwrap();
    assert_eq!(read.mode, words(&["Invoke-CsPoolFailOver", "-c", "x"]));
    for program in [
        "tandem",
        "tandem-0.1",
        "/opt/my-tools/tandem",
        "x-",
        "-x",
        "a-b-c",
    ] {
        assert_eq!(linked_command(program), None, "{program}");
    }
}

#[test]
fn connection_flags_are_kept_and_servers_add_up() {
    let read = of(&["--server", "a", "-s", "b:1", "--ca=ca.pem", "Get-CsPool"]).unwrap();
    assert_eq!(read.settings.servers, Some(vec!["a".into(), "b:1".into()]));
    assert_eq!(read.settings.ca, Some("ca.pem".into()));
}

#[test]
fn wrong_options_are_refused() {
    for (line, part) in [
        (&["--nope"][..], "--nope"),
        (&["--server"], "wants HOST"),
        (&["-o", "yaml"], "yaml"),
        (&["--operation-id", "7"], "UUID"),
        (&["--non-interactive=yes"], "no value"),
        (&["-c", "1", "-f", "x"], "after another"),
        (&["-encodedCommand", "?"], "base64"),
        (&["--completions", "tcsh"], "tcsh"),
    ] {
        let refusal = of(line).unwrap_err();
        assert!(refusal.contains(part), "{line:?}: {refusal}");
    }
}

#[test]
fn no_name_stands_for_two_options() {
    let mut names: Vec<&str> = FLAGS
        .iter()
        .flat_map(|flag| flag.names.iter().copied())
        .collect();
    names.sort_unstable();
    let before = names.len();
    names.dedup();
    assert_eq!(names.len(), before);
}

#[test]
fn the_help_names_every_option_that_people_use_and_fits_the_screen() {
    let help = help();
    for flag in FLAGS.iter().filter(|flag| !flag.help.is_empty()) {
        assert!(help.contains(flag.help));
    }
    assert!(
        help.lines().all(|line| line.chars().count() <= 110),
        "{help}"
    );
}
