//! Tab completion: what could stand at the caret of a line that need not be whole.
//!
//! The text before the caret is scanned for the command that the caret is in (`scan`); the arguments already there
//! are bound in earnest, without values, so that only parameters that can still be given are offered.

mod argument;
mod automatic;
mod declared;
mod operator;
mod pseudo;
mod scan;
pub mod session;
mod variable;

use std::sync::Arc;

use crate::command::CommandInfo;
use crate::help::{syntax, topic};
use crate::value::{Text, Value};
use crate::wildcard::Wildcard;
use scan::{Place, Word};

/// Where the completer learns what there is.
pub trait CompletionSource {
    /// All commands of the session: cmdlets of the catalogue and built-in ones.
    fn commands(&self) -> Vec<Arc<CommandInfo>>;

    /// The command that a name means, through aliases.
    fn find_command(&self, name: &str) -> Option<Arc<CommandInfo>>;

    /// Names of aliases with what they stand for.
    fn aliases(&self) -> Vec<(Text, Text)>;

    /// Names of functions with their text.
    fn functions(&self) -> Vec<(Text, Text)>;

    /// The session's variables: name, value, description.
    fn variables(&self) -> Vec<(Text, Value, Text)>;

    /// What a named list (`pool`, `user`, …; see [`crate::command::ParameterInfo::completer`]) holds that begins
    /// with `prefix`. `given` are the arguments of the line so far, by parameter name.
    fn list(&self, list: &str, prefix: &str, given: &[(Text, Text)]) -> Vec<Text>;

    /// Names of the topics that `Get-Help` knows, sorted.
    fn help_topics(&self) -> Vec<&'static str> {
        topic::offered(&[])
    }

    /// The properties of an output type: name and type as a tooltip shows it.
    fn properties(&self, type_name: &str) -> Vec<(Text, Text)>;
}

/// What could stand at the caret.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Completion {
    /// Beginning of the span that a match replaces, in UTF-8 bytes.
    pub start: usize,
    /// Its length in bytes.
    pub length: usize,
    /// The matches in the order in which they are offered.
    pub matches: Vec<CompletionMatch>,
}

/// One match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompletionMatch {
    /// What to insert.
    pub text: String,
    /// What to list.
    pub list_text: String,
    /// What it is.
    pub kind: MatchKind,
    /// What to say of it.
    pub tooltip: String,
}

/// `System.Management.Automation.CompletionResultType`, as far as it is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MatchKind {
    /// `Command`.
    Command,
    /// `ParameterName`; operators are offered as such too.
    ParameterName,
    /// `ParameterValue`.
    ParameterValue,
    /// `Variable`.
    Variable,
    /// `Property`.
    Property,
}

impl MatchKind {
    /// PowerShell's name for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Command => "Command",
            Self::ParameterName => "ParameterName",
            Self::ParameterValue => "ParameterValue",
            Self::Variable => "Variable",
            Self::Property => "Property",
        }
    }
}

/// Completes `text` at the byte offset `caret`.
pub fn complete(text: &str, caret: usize, source: &dyn CompletionSource) -> Completion {
    let caret = (0..=caret.min(text.len()))
        .rev()
        .find(|at| text.is_char_boundary(*at))
        .unwrap_or(0);
    let Some(place) = scan::place(text, caret) else {
        return Completion {
            start: caret,
            ..Completion::default()
        };
    };
    let whole = Completion {
        start: place.word.start,
        length: place.word_end - place.word.start,
        matches: Vec::new(),
    };
    let prefix = &*place.word.text;
    if prefix.starts_with('$') || prefix.starts_with("@") && !prefix.starts_with("@{") {
        return variable::complete(&place, text, source);
    }
    if place.is_expression() {
        let matches = match prefix.strip_prefix('-') {
            Some(operator) => operator::matching(operator),
            None => Vec::new(),
        };
        return Completion { matches, ..whole };
    }
    match place.words.first() {
        None => Completion {
            matches: with_declared(prefix, text, commands(prefix, source)),
            ..whole
        },
        Some(name) => in_command(&place, name, text, source, whole),
    }
}

/// The arguments of a command: parameter names behind a dash, values elsewhere.
fn in_command(
    place: &Place,
    name: &Word,
    text: &str,
    source: &dyn CompletionSource,
    whole: Completion,
) -> Completion {
    let declared = declared::find(text, &name.text);
    let Some(command) = declared.or_else(|| source.find_command(&name.text)) else {
        return whole;
    };
    argument::complete(place, &command, text, source, whole)
}

/// Puts the functions that the text declares before the commands.
fn with_declared(prefix: &str, text: &str, commands: Vec<CompletionMatch>) -> Vec<CompletionMatch> {
    let pattern = Wildcard::new(&format!("{prefix}*"));
    let mut matches: Vec<_> = declared::names(text)
        .into_iter()
        .rev()
        .filter(|name| {
            let is_known = |known: &CompletionMatch| known.text.eq_ignore_ascii_case(name);
            pattern.matches(name) && !commands.iter().any(is_known)
        })
        .map(|name| CompletionMatch {
            text: name.to_string(),
            list_text: name.to_string(),
            kind: MatchKind::Command,
            tooltip: name.to_string(),
        })
        .collect();
    matches.extend(commands);
    matches
}

/// Commands whose names begin with the prefix or match its wildcards, sorted.
fn commands(prefix: &str, source: &dyn CompletionSource) -> Vec<CompletionMatch> {
    if prefix.starts_with(['"', '\'']) {
        return Vec::new();
    }
    let pattern = Wildcard::new(&format!("{prefix}*"));
    let offer = |name: &Text, tooltip: String| CompletionMatch {
        text: name.to_string(),
        list_text: name.to_string(),
        kind: MatchKind::Command,
        tooltip,
    };
    let fits = |name: &str| pattern.matches(name);
    let mut matches: Vec<_> = source
        .commands()
        .iter()
        .filter(|command| fits(&command.name))
        .map(|command| offer(&command.name, syntax::definition(command)))
        .collect();
    // An alias is offered where it is asked for, not beside every command.
    if !prefix.is_empty() {
        let others = source.aliases().into_iter().chain(source.functions());
        matches.extend(
            others
                .filter(|(name, _)| fits(name))
                .map(|(name, meaning)| offer(&name, meaning.to_string())),
        );
    }
    matches.sort_by_cached_key(|found| found.list_text.to_lowercase());
    matches.dedup_by(|a, b| a.list_text == b.list_text);
    matches
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::command::ParameterInfo;

    /// One command of a catalogue, one variable.
    struct Small;

    impl CompletionSource for Small {
        fn commands(&self) -> Vec<Arc<CommandInfo>> {
            self.find_command("Get-Thing").into_iter().collect()
        }

        fn find_command(&self, name: &str) -> Option<Arc<CommandInfo>> {
            name.eq_ignore_ascii_case("Get-Thing").then(|| {
                Arc::new(
                    CommandInfo::new("Get-Thing", "Get.Thing", "")
                        .with(ParameterInfo::new("Name", "string").at(0))
                        .with(ParameterInfo::new("Day", "System.DayOfWeek")),
                )
            })
        }

        fn aliases(&self) -> Vec<(Text, Text)> {
            Vec::new()
        }

        fn functions(&self) -> Vec<(Text, Text)> {
            Vec::new()
        }

        fn variables(&self) -> Vec<(Text, Value, Text)> {
            vec![("true".into(), Value::Bool(true), "".into())]
        }

        fn list(&self, _list: &str, _prefix: &str, _given: &[(Text, Text)]) -> Vec<Text> {
            Vec::new()
        }

        fn properties(&self, _type_name: &str) -> Vec<(Text, Text)> {
            Vec::new()
        }
    }

    fn texts(text: &str) -> Vec<String> {
        let found = complete(text, text.len(), &Small).matches;
        found.into_iter().map(|found| found.text).collect()
    }

    #[test]
    fn values_of_an_enumeration_follow_the_quotes_begun() {
        assert_eq!(texts("Get-Thing -Day s"), ["Saturday", "Sunday"]);
        assert_eq!(texts("Get-Thing -Day:'su"), ["'Sunday'"]);
        assert_eq!(texts("Get-Thing -Day Monday -d"), ["-Debug"]);
        assert_eq!(texts("get-t"), ["Get-Thing"]);
    }

    proptest! {
        #[test]
        fn no_text_and_no_caret_is_too_odd(
            text in "([A-Za-z]{1,4}-[A-Za-z]{1,5}|-[a-zA-Z]{0,4}:?|[ '\"`$@(){}|;,=#<>\\n]|é|[0-9]){0,20}",
            caret in 0_usize..80,
        ) {
            let found = complete(&text, caret, &Small);
            prop_assert!(found.start <= text.len());
            prop_assert!(text.is_char_boundary(found.start));
            prop_assert!(text.is_char_boundary(found.start + found.length));
        }
    }
}
