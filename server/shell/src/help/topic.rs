//! Conceptual help: the `about_` topics. Each is a text of its own beside this file, in the shape of PowerShell's own
//! topics, so that what reads those (the synopsis is the fifth line) reads these.

use std::sync::Arc;

use crate::help::object::object;
use crate::value::{Noted, Property, Value};
use crate::wildcard::Wildcard;

/// What the names of topics that are offered begin with.
const PREFIX: &str = "about_";

/// The line, counted from 0, that says in short what a topic is about.
const SYNOPSIS_LINE: usize = 4;

/// What stands before the lines of a topic's sections, before what is typed, and before the further lines of it.
const INDENT: &str = "    ";
const PROMPT: &str = "PS> ";
const PROMPT_OF_MORE: &str = ">> ";

/// One topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Topic {
    /// Its name, as `about_Parsing`; `default` is what `Get-Help` shows when it is asked for nothing.
    pub name: &'static str,
    /// Its text.
    pub text: &'static str,
}

/// Topics with the texts of those names in the folder `topics` beside the file that calls this.
#[macro_export]
macro_rules! topics {
    ($($name:literal),+ $(,)?) => {
        &[$($crate::help::topic::Topic {
            name: $name,
            text: include_str!(concat!("topics/", $name, ".txt")),
        }),+]
    };
}

/// What every session can tell about its language, sorted by name.
pub const LANGUAGE: &[Topic] = topics![
    "about_Classes",
    "about_CommonParameters",
    "about_Comparison_Operators",
    "about_Functions",
    "about_Methods",
    "about_Operators",
    "about_Parsing",
    "about_Pipelines",
    "about_Preference_Variables",
    "about_Quoting_Rules",
    "about_Redirection",
    "about_Script_Blocks",
    "about_Splatting",
    "about_Try_Catch_Finally",
    "about_Type_Conversion",
];

impl Topic {
    /// In one line, what it is about.
    #[must_use]
    pub fn synopsis(&self) -> &'static str {
        self.text.lines().nth(SYNOPSIS_LINE).unwrap_or("").trim()
    }

    /// Whether its text fits.
    pub(crate) fn mentions(&self, pattern: &Wildcard) -> bool {
        pattern.matches(self.text)
    }

    /// The sessions that it shows: each line typed (several with `>> ` before the further ones), and what came of it as
    /// far as it is shown.
    #[must_use]
    pub fn transcript(&self) -> Vec<(String, String)> {
        let mut transcript: Vec<(String, String)> = Vec::new();
        let mut is_open = false;
        for line in self.text.lines() {
            let line = line.strip_prefix(INDENT).unwrap_or("");
            if let Some(typed) = line.strip_prefix(PROMPT) {
                transcript.push((typed.to_owned(), String::new()));
                is_open = true;
            } else if let (true, Some((typed, shown))) = (is_open, transcript.last_mut()) {
                match line.strip_prefix(PROMPT_OF_MORE) {
                    Some(more) => *typed = format!("{typed}\n{more}"),
                    None if line.is_empty() => is_open = false,
                    None => *shown = format!("{shown}{line}\n"),
                }
            }
        }
        transcript
    }

    fn notes(&self) -> Vec<(&'static str, Value)> {
        vec![
            ("Name", Value::text(self.name)),
            ("Category", Value::text("HelpFile")),
            ("Synopsis", Value::text(self.synopsis())),
            ("Component", Value::text("")),
            ("Role", Value::text("")),
            ("Functionality", Value::text("")),
        ]
    }

    /// The topic whole: a string, as PowerShell has it, that knows its name and synopsis.
    pub(crate) fn whole(&self) -> Value {
        let notes: Vec<Property> = self
            .notes()
            .into_iter()
            .map(|(name, value)| Property {
                name: name.into(),
                value,
                note: true,
            })
            .collect();
        Value::Noted(Arc::new(Noted {
            base: Value::text(self.text),
            notes: notes.into(),
            scripts: Default::default(),
        }))
    }

    /// A line of a list of topics and commands.
    pub(crate) fn short(&self) -> Value {
        object(&["HelpInfoShort".to_owned()], self.notes())
    }
}

/// All topics of a session, the host's `own` and the language's, sorted by name.
pub fn all(own: &'static [Topic]) -> Vec<&'static Topic> {
    let mut all: Vec<_> = own.iter().chain(LANGUAGE).collect();
    all.sort_by_cached_key(|topic| topic.name.to_lowercase());
    all
}

/// Names of the topics that are offered to whoever completes a name, sorted.
pub fn offered(own: &'static [Topic]) -> Vec<&'static str> {
    let all = all(own).into_iter();
    all.map(|topic| topic.name)
        .filter(|name| name.starts_with(PREFIX))
        .collect()
}
