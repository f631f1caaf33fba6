//! Tab completion in other shells: small scripts that call `tandem --complete` back, which asks the server.

use std::time::Duration;

use tandem::shell::v1::CompleteRequest;
use tandem_client::{Error, Profile, connect};
use tokio::time::timeout;

use super::flags;

/// How long a Tab may take; then there is nothing to offer.
const PATIENCE: Duration = Duration::from_secs(2);

/// Shells with a completion script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shell {
    /// GNU Bash.
    Bash,
    /// Z shell.
    Zsh,
    /// fish.
    Fish,
    /// PowerShell.
    Pwsh,
}

impl Shell {
    /// The shell of that name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        match name.to_ascii_lowercase().as_str() {
            "bash" => Some(Self::Bash),
            "zsh" => Some(Self::Zsh),
            "fish" => Some(Self::Fish),
            "powershell" | "pwsh" => Some(Self::Pwsh),
            _ => None,
        }
    }
}

/// The script that a shell's start-up file evaluates.
pub(crate) fn script(shell: Shell) -> &'static str {
    match shell {
        Shell::Bash => include_str!("completions/tandem.bash"),
        Shell::Zsh => include_str!("completions/tandem.zsh"),
        Shell::Fish => include_str!("completions/tandem.fish"),
        Shell::Pwsh => include_str!("completions/tandem.ps1"),
    }
}

/// What a command's name begins with when nothing of it is typed: all that have a verb and a noun, which are those that
/// somebody looks for who knows no name yet. PowerShell itself would offer nothing.
pub(super) const ANY_COMMAND: &str = "*-*";

/// Whether the name of a command is due behind that text.
pub(super) fn wants_command(before: &str) -> bool {
    let before = before.trim_end();
    before.is_empty() || before.ends_with(['|', ';', '{', '(', '&'])
}

/// Prints what could stand instead of the last word, one candidate a line, its description after a tab. Silent when it cannot know.
pub(crate) async fn complete(profile: Result<Profile, Error>, words: &[String]) {
    for (candidate, description) in candidates(profile, words).await {
        println!("{candidate}\t{}", shown(&candidate, &description));
    }
}

/// A description in one line; nothing where it says no more than the candidate.
fn shown(candidate: &str, description: &str) -> String {
    let mut lines = description.lines().map(str::trim);
    match lines.find(|line| !line.is_empty()) {
        Some(line) if !candidate.ends_with(line) => line.replace('\t', " "),
        _ => String::new(),
    }
}

async fn candidates(profile: Result<Profile, Error>, words: &[String]) -> Vec<(String, String)> {
    let (before, last) = match words.split_last() {
        Some((last, before)) => (before, last.as_str()),
        None => (&[][..], ""),
    };
    if let Some(values) = awaited(before) {
        let fitting = values.iter().filter(|value| value.starts_with(last));
        return fitting
            .map(|value| ((*value).to_owned(), String::new()))
            .collect();
    }
    let command = &before[options_before(before)..];
    if command.is_empty() && last.starts_with('-') {
        let fitting = flags::names().filter(|(name, _)| name.starts_with(last));
        return fitting
            .map(|(name, help)| (name.to_owned(), help.to_owned()))
            .collect();
    }
    let asked = timeout(PATIENCE, async {
        let connection = connect(&profile?).await?;
        let mut line = line(command, last);
        if line.is_empty() {
            line.push_str(ANY_COMMAND);
        }
        let caret = line.encode_utf16().count();
        let request = CompleteRequest {
            caret: u32::try_from(caret).unwrap_or(u32::MAX),
            line: line.clone(),
            session_id: String::new(),
        };
        Ok::<_, Error>((line, connection.shell().complete(request).await?))
    });
    let Ok(Ok((line, answer))) = asked.await else {
        return Vec::new();
    };
    // What the server replaces may be the end of the word only (`-Name:va` → `va`): keep what stands before it.
    let units: Vec<u16> = line.encode_utf16().collect();
    let word_start = match last {
        "" if command.is_empty() => 0,
        _ => units.len() - last.encode_utf16().count(),
    };
    let kept = units
        .get(word_start..answer.replacement_index as usize)
        .unwrap_or_default();
    let kept = String::from_utf16_lossy(kept);
    let matches = answer.r#match.into_iter();
    matches
        .map(|found| {
            (
                format!("{kept}{}", unquoted(&found.completion_text)),
                found.tool_tip,
            )
        })
        .collect()
}

/// The values of the option that the words end with, if it wants one; none but files where they cannot be listed. A line is
/// completed as any other.
fn awaited(words: &[String]) -> Option<&'static [&'static str]> {
    let (option, before) = words.split_last()?;
    let is_option = options_before(before) == before.len() && !before.iter().any(|w| w == "--");
    let flag = flags::find(option).filter(|flag| is_option && !flag.value.is_empty())?;
    (flag.id != flags::Id::Command).then(|| flags::values(flag.id))
}

/// How many of the words are the program's own options.
fn options_before(words: &[String]) -> usize {
    let mut index = 0;
    while let Some(word) = words.get(index).filter(|word| word.starts_with('-')) {
        index += 1 + usize::from(flags::takes_value(word) && !word.contains('='));
        if word == "--" {
            break;
        }
    }
    index.min(words.len())
}

/// The words as a line of PowerShell's language, with the last one as it is being typed.
fn line(command: &[String], last: &str) -> String {
    let mut line: String = command.iter().map(|word| quoted(word) + " ").collect();
    line.push_str(last);
    line
}

fn quoted(word: &str) -> String {
    let is_plain =
        |character: char| character.is_alphanumeric() || "-_./:\\,=+%*?[]".contains(character);
    if !word.is_empty() && word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "''"))
    }
}

/// The value of a completion text: the shell that takes it does its own quoting.
fn unquoted(text: &str) -> String {
    match text
        .strip_prefix('\'')
        .and_then(|text| text.strip_suffix('\''))
    {
        Some(inner) => inner.replace("''", "'"),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    #[test]
    fn the_programs_options_are_not_part_of_the_line() {
        assert_eq!(options_before(&words(&["-o", "json", "Get-CsPool"])), 2);
        assert_eq!(
            options_before(&words(&["--server=a", "--non-interactive", "Get-CsPool"])),
            2
        );
        assert_eq!(options_before(&words(&["Get-CsPool", "-Identity"])), 0);
        assert_eq!(options_before(&words(&["-o"])), 1);
    }

    #[test]
    fn words_become_a_line_that_powershell_reads_back() {
        assert_eq!(
            line(&words(&["Get-CsUser", "-Identity", "a b", "it's"]), "-Fi"),
            "Get-CsUser -Identity 'a b' 'it''s' -Fi"
        );
        assert_eq!(line(&[], "Get-"), "Get-");
    }

    #[test]
    fn quotes_are_left_to_the_shell() {
        assert_eq!(unquoted("'it''s here'"), "it's here");
        assert_eq!(unquoted("plain"), "plain");
    }

    #[test]
    fn a_description_says_more_than_the_name() {
        assert_eq!(shown("pool1.contoso.com", "pool1.contoso.com"), "");
        assert_eq!(shown("-Confirm:$true", "$true"), "");
        assert_eq!(
            shown("Get-CsPool", "\nGet-CsPool [-Identity]"),
            "Get-CsPool [-Identity]"
        );
    }

    #[test]
    fn values_of_options_are_no_commands() {
        let awaited = |line: &[&str]| awaited(&words(line));
        assert!(awaited(&["-o"]).is_some_and(|values| values.contains(&"json")));
        assert_eq!(awaited(&["-o", "csv", "--server"]), Some(&[][..]));
        assert_eq!(awaited(&["--server=a"]), None);
        assert_eq!(awaited(&["Get-CsPool", "-o"]), None);
        assert_eq!(awaited(&["--", "-o"]), None);
        assert_eq!(awaited(&["-c"]), None);
        assert_eq!(awaited(&[]), None);
    }

    #[tokio::test]
    async fn options_complete_without_a_server() {
        let found = candidates(Err(Error::Unfinished), &words(&["--out"])).await;
        assert_eq!(
            found,
            [(
                "--output".to_owned(),
                "Show output as text, table, list, json, csv or clixml".to_owned()
            )]
        );
    }

    #[test]
    fn a_command_is_due_at_the_beginning_of_a_statement() {
        for before in ["", "  ", "Get-CsPool | ", "a; ", "if (", "% { "] {
            assert!(wants_command(before), "{before}");
        }
        for before in ["Get-CsPool ", "$x = 1 ", "Get-CsUser -Filter "] {
            assert!(!wants_command(before), "{before}");
        }
    }

    #[test]
    fn every_script_calls_back() {
        for shell in [Shell::Bash, Shell::Zsh, Shell::Fish, Shell::Pwsh] {
            assert!(script(shell).contains("tandem --complete"), "{shell:?}");
        }
    }
}
