//! Tab completion: what could stand at the caret of a line that need not be whole.
//!
//! The text before the caret is scanned for the statement and the brackets that the caret is in (`scan`, `place`); the
//! arguments already there are bound in earnest, without values (`pseudo`), so that only parameters that can still be
//! given are offered. What values and types an expression may have is read from the text (`tree`, `assigned`,
//! `inference`): nothing is ever run. The rules are those of PowerShell's `CompletionAnalysis` and
//! `CompletionCompleters`.

mod argument;
mod assigned;
mod assignment;
mod attribute;
mod automatic;
mod comment;
mod completer;
mod declared;
mod hashtable;
mod inference;
mod input;
mod known;
mod member;
mod operator;
mod place;
mod pseudo;
mod quote;
mod scan;
pub mod session;
mod statement;
mod tree;
mod type_name;
mod variable;

use std::sync::Arc;

use crate::command::CommandInfo;
use crate::help::{syntax, topic};
use crate::language::characters::is_dash;
use crate::value::{Text, Value};
use crate::wildcard::Wildcard;
use place::{Place, Word};
use quote::Quoted;
use scan::Whereabouts;

/// Where the completer learns what there is.
pub trait CompletionSource {
    /// All commands of the session: cmdlets of the catalogue and built-in ones.
    fn commands(&self) -> Vec<Arc<CommandInfo>>;

    /// The command that a name means, through aliases.
    fn find_command(&self, name: &str) -> Option<Arc<CommandInfo>>;

    /// Names of aliases with what they stand for.
    fn aliases(&self) -> Vec<(Text, Text)>;

    /// The functions that the session defined.
    fn functions(&self) -> Vec<Arc<CommandInfo>>;

    /// The session's variables: name, value, description.
    fn variables(&self) -> Vec<(Text, Value, Text)>;

    /// What a named list (`pool`, `user`, …; see [`crate::command::ParameterInfo::completer`]) holds that begins
    /// with `prefix`. `given` are the arguments of the line so far, by parameter name.
    fn list(&self, list: &str, prefix: &str, given: &[(Text, Text)]) -> Vec<Text>;

    /// Names of the topics that `Get-Help` knows, sorted.
    fn help_topics(&self) -> Vec<&'static str> {
        topic::offered(&[])
    }

    /// The lines that were run, oldest first, with their numbers.
    fn history(&self) -> Vec<(u64, Text)> {
        Vec::new()
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
    /// Whether nothing can stand there: neither a word is at the caret nor is one due.
    pub nowhere: bool,
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

impl Completion {
    /// Nothing yet, for the span of `length` bytes from `start`.
    fn at(start: usize, length: usize) -> Self {
        Self {
            start,
            length,
            ..Self::default()
        }
    }
}

/// `System.Management.Automation.CompletionResultType`, as far as it is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MatchKind {
    /// `Text`.
    Text,
    /// `History`.
    History,
    /// `Command`.
    Command,
    /// `Property`.
    Property,
    /// `Method`.
    Method,
    /// `ParameterName`; operators are offered as such too.
    ParameterName,
    /// `ParameterValue`.
    ParameterValue,
    /// `Variable`.
    Variable,
    /// `Namespace`.
    Namespace,
    /// `Type`.
    Type,
    /// `Keyword`.
    Keyword,
}

impl MatchKind {
    /// PowerShell's name for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "Text",
            Self::History => "History",
            Self::Command => "Command",
            Self::Property => "Property",
            Self::Method => "Method",
            Self::ParameterName => "ParameterName",
            Self::ParameterValue => "ParameterValue",
            Self::Variable => "Variable",
            Self::Namespace => "Namespace",
            Self::Type => "Type",
            Self::Keyword => "Keyword",
        }
    }
}

/// Completes `text` at the byte offset `caret`.
pub fn complete(text: &str, caret: usize, source: &dyn CompletionSource) -> Completion {
    let caret = (0..=caret.min(text.len()))
        .rev()
        .find(|at| text.is_char_boundary(*at))
        .unwrap_or(0);
    match scan::whereabouts(text, caret) {
        Whereabouts::Comment(start) => comment::complete(text, caret, start, source),
        Whereabouts::Code(place) => in_code(&place, text, caret, source),
    }
}

/// What the word at the caret is decides first: a variable, a member, a type; then the statement that it stands in.
fn in_code(place: &Place, text: &str, caret: usize, source: &dyn CompletionSource) -> Completion {
    if let Some(name) = variable::at_caret(text, place, caret) {
        return variable::complete(name, place, text, source);
    }
    if let Some(access) = member::access(text, place, caret) {
        return member::complete(access, place, text, source);
    }
    let whole = Completion::at(place.word.start, place.word_end - place.word.start);
    if let Some(found) = in_brackets(place, text, caret, source) {
        return found;
    }
    if let Some(matches) = hashtable::complete(place, text, source) {
        return Completion { matches, ..whole };
    }
    if let Some(matches) = attribute::complete(place, text) {
        return Completion { matches, ..whole };
    }
    if let Some(found) = statement::complete(place, text) {
        return found;
    }
    if let Some(matches) = assignment::complete(place, text, source) {
        return Completion { matches, ..whole };
    }
    let prefix = &*place.word.text;
    if place.is_expression() {
        return in_expression(place, text, source, whole);
    }
    if is_redirection(prefix) {
        // The file that it goes to is the caller's.
        return Completion::at(place.word_end, 0);
    }
    match place.words.first() {
        None if prefix.is_empty() => nowhere(text, caret),
        None => match operator::exact(prefix) {
            Some(matches) => Completion { matches, ..whole },
            None => Completion {
                matches: with_declared(prefix, text, commands(prefix, source)),
                ..whole
            },
        },
        Some(name) => in_command(place, name, text, source, whole),
    }
}

/// `>`, `2>>`, `*>`: a file name is due.
fn is_redirection(word: &str) -> bool {
    let stream = word.trim_end_matches('>');
    stream.len() < word.len() && matches!(stream, "" | "*" | "1" | "2" | "3" | "4" | "5" | "6")
}

/// Where no word is at the caret and none is due. A sign right before the caret that could be followed by one is what
/// would be replaced.
fn nowhere(text: &str, caret: usize) -> Completion {
    let sign = ["@(", "(", "=", ",", ";"]
        .into_iter()
        .find(|sign| text[..caret].ends_with(sign));
    match sign.filter(|_| !text[..caret].ends_with("$(")) {
        Some(sign) => Completion::at(caret - sign.len(), sign.len()),
        None => Completion {
            nowhere: true,
            ..Completion::at(caret, 0)
        },
    }
}

/// A type's name behind `[`, or a key behind `$table[`.
fn in_brackets(
    place: &Place,
    text: &str,
    caret: usize,
    source: &dyn CompletionSource,
) -> Option<Completion> {
    let word = text.get(place.word.start..caret)?;
    if scan::open_quote(word).is_some_and(|(quote, _)| quote == '"') && !word.contains('[') {
        return None;
    }
    let open = word.rfind('[').filter(|at| !word[*at..].contains(']'))?;
    let before = &word[..open];
    let start = place.word.start + open + 1;
    let behind = &text[caret..];
    let is_operand = before.starts_with(['$', '(', '@']);
    if is_operand && !before.is_empty() {
        let length = behind
            .find(|c: char| c.is_whitespace() || c == ']' || ",;|)}".contains(c))
            .unwrap_or(behind.len());
        return member::index(text, place, start, caret + length, source);
    }
    let is_type = before.is_empty() || before.ends_with(['[', ']', ',', '!', '-', '=', '(']);
    let in_type = before.starts_with('[');
    if !(is_type || in_type) || scan::open_quote(word).is_some() {
        return None;
    }
    // An argument that begins with a bracket is a text, unless a cast or a static member follows.
    if !place.words.is_empty() && !place.is_expression() && !place.frame().is_called {
        return None;
    }
    let length = behind
        .find(|c: char| !(c.is_alphanumeric() || "._+`".contains(c)))
        .unwrap_or(behind.len());
    let name = &text[start..caret + length];
    let matches = match name.is_empty() {
        true => Vec::new(),
        false => type_name::matching(name, text),
    };
    let nowhere = name.is_empty();
    Some(Completion {
        matches,
        nowhere,
        ..Completion::at(start, caret + length - start)
    })
}

/// Behind an operand: operators, and the values of an enumeration that the operand is compared with.
fn in_expression(
    place: &Place,
    text: &str,
    source: &dyn CompletionSource,
    whole: Completion,
) -> Completion {
    let prefix = &*place.word.text;
    let is_operator = prefix.starts_with(is_dash) && !place.words.is_empty();
    if is_operator {
        let matches = operator::matching(prefix.trim_start_matches(is_dash));
        return Completion { matches, ..whole };
    }
    let matches = assignment::compared(place, text, source);
    let nowhere = prefix.is_empty() && matches.is_empty();
    Completion {
        matches,
        nowhere,
        ..whole
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

/// Commands whose names begin with the prefix or match its wildcards, sorted; failing that, those whose capitals it
/// is. A name in quotes is looked for if it has a dash.
fn commands(prefix: &str, source: &dyn CompletionSource) -> Vec<CompletionMatch> {
    let word = Quoted::of(prefix);
    if word.quote.is_some() && !word.text.contains('-') {
        return Vec::new();
    }
    let (module, name) = match word.text.split_once('\\') {
        Some((module, name)) => (Some(module), name),
        None => (None, word.text),
    };
    let pattern = Wildcard::new(&format!("{name}*"));
    let found = named(&|known| pattern.matches(known), module, word, source);
    if !found.is_empty() {
        return found;
    }
    let abbreviates = |known: &str| {
        let capitals = known.chars().filter(|c| c.is_uppercase() || *c == '-');
        capitals.collect::<String>().eq_ignore_ascii_case(name)
    };
    named(&abbreviates, module, word, source)
}

/// Commands that are no aliases.
fn cmdlets(prefix: &str, source: &dyn CompletionSource) -> Vec<CompletionMatch> {
    let aliases = source.aliases();
    let mut found = commands(prefix, source);
    found.retain(|found| !aliases.iter().any(|(alias, _)| **alias == *found.list_text));
    found
}

/// The commands whose names fit, sorted; with their module if one was typed.
fn named(
    fits: &dyn Fn(&str) -> bool,
    module: Option<&str>,
    word: Quoted<'_>,
    source: &dyn CompletionSource,
) -> Vec<CompletionMatch> {
    let offer = |name: &Text, of: &str, tooltip: String| {
        let quote = word.quote.map_or_else(String::new, String::from);
        let text = match module {
            Some(_) => format!("{quote}{of}\\{name}{quote}"),
            None => format!("{quote}{name}{quote}"),
        };
        CompletionMatch {
            text,
            list_text: name.to_string(),
            kind: MatchKind::Command,
            tooltip,
        }
    };
    let of_module = |own: &str| module.is_none_or(|module| Wildcard::new(module).matches(own));
    let mut matches: Vec<_> = source
        .commands()
        .iter()
        .chain(&source.functions())
        .filter(|command| of_module(&command.module) && fits(&command.name))
        .map(|command| offer(&command.name, &command.module, syntax::definition(command)))
        .collect();
    if module.is_none() {
        let aliases = source.aliases().into_iter();
        matches.extend(
            aliases
                .filter(|(name, _)| fits(name))
                .map(|(name, meaning)| offer(&name, "", meaning.to_string())),
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

        fn functions(&self) -> Vec<Arc<CommandInfo>> {
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
