//! Prompts as PowerShell's console draws them, and what an answer means. Pure: asking happens in `run`.

use tandem::cmdlet::v1::{Value, ValueList, value::Kind};
use tandem::shell::v1::{Choice, Choices, Field, Fields};

/// The label without its `&`, and the key after it in upper case.
struct Label {
    plain: String,
    key: String,
}

impl Label {
    fn of(choice: &Choice) -> Self {
        match choice.label.split_once('&') {
            Some((before, after)) => Self {
                plain: format!("{before}{after}"),
                key: after
                    .chars()
                    .next()
                    .map(|key| key.to_uppercase().to_string())
                    .unwrap_or_default(),
            },
            None => Self {
                plain: choice.label.clone(),
                key: String::new(),
            },
        }
    }

    fn name(&self) -> &str {
        if self.key.is_empty() {
            &self.plain
        } else {
            &self.key
        }
    }
}

/// What an answer to a choice means.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Chosen {
    /// The choice of that index.
    Index(u32),
    /// The help is wanted.
    Help,
    /// Nothing; ask again.
    Nothing,
}

/// What an answer to a field means.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Entered {
    /// The text.
    Text(String),
    /// `!$null`.
    Null,
    /// Not an answer: show this and ask again.
    Again(String),
}

/// An empty line, the heading and the message.
pub(crate) fn heading(caption: &str, message: &str) -> String {
    let mut text = String::new();
    if !caption.is_empty() {
        text.push_str(&format!("\n{caption}\n"));
    }
    if !message.is_empty() {
        text.push_str(&format!("{message}\n"));
    }
    text
}

/// The line of choices, wrapped at the window between choices as the console does.
pub(crate) fn choice_line(choices: &Choices, width: u16) -> String {
    let mut pieces: Vec<String> = choices
        .choice
        .iter()
        .map(Label::of)
        .map(|label| format!("[{}] {}  ", label.key, label.plain))
        .collect();
    pieces.push("[?] Help ".to_owned());
    if let Some(default) = choices.choice.get(choices.default as usize) {
        pieces.push(format!("(default is \"{}\"): ", Label::of(default).name()));
    }

    let room = usize::from(width.saturating_sub(1));
    let (mut text, mut used) = (String::new(), 0);
    for piece in pieces {
        let length = piece.chars().count();
        if used + length > room {
            text.push('\n');
            text.push_str(piece.trim_end());
            used = length;
        } else {
            text.push_str(&piece);
            used += length;
        }
    }
    text
}

/// What the answer means: nothing typed is the default; key or whole label, in any case.
pub(crate) fn chosen(choices: &Choices, answer: &str) -> Chosen {
    let answer = answer.trim();
    if answer.is_empty() {
        return Chosen::Index(choices.default);
    }
    if answer == "?" {
        return Chosen::Help;
    }
    let same = |name: &str| !name.is_empty() && name.to_lowercase() == answer.to_lowercase();
    let labels = || choices.choice.iter().map(Label::of);
    let found = labels()
        .position(|label| same(&label.key))
        .or_else(|| labels().position(|label| same(&label.plain)));
    match found.map(u32::try_from) {
        Some(Ok(index)) => Chosen::Index(index),
        _ => Chosen::Nothing,
    }
}

/// One line of help a choice.
pub(crate) fn choice_help(choices: &Choices) -> String {
    let line = |choice: &Choice| format!("{} - {}\n", Label::of(choice).name(), choice.help);
    choices.choice.iter().map(line).collect()
}

/// The heading of a request for values; the hint about help only where there is any.
pub(crate) fn field_heading(caption: &str, message: &str, fields: &Fields) -> String {
    let mut text = heading(caption, message);
    if fields
        .field
        .iter()
        .any(|field| !field.help_message.is_empty())
    {
        text.push_str("(Type !? for Help.)\n");
    }
    text
}

/// What stands before the answer: the field's label, with the index of the element in a list.
pub(crate) fn field_line(field: &Field, element: Option<usize>) -> String {
    let name = if field.label.is_empty() {
        field.name.clone()
    } else {
        field.label.replacen('&', "", 1)
    };
    match element {
        Some(index) => format!("{name}[{index}]: "),
        None => format!("{name}: "),
    }
}

/// Whether a field takes several values, one a line.
pub(crate) fn is_list(field: &Field) -> bool {
    field.r#type.ends_with("[]")
        || field.r#type.contains("IList")
        || field.r#type.contains(".List`1")
}

/// What the answer means: `!?` and its kin are for the console, the rest is the text, checked where the type is a number.
pub(crate) fn entered(field: &Field, answer: &str) -> Entered {
    let Some(command) = answer.strip_prefix('!').filter(|_| !field.secret) else {
        return checked(field, answer);
    };
    match command {
        _ if command.starts_with('!') => checked(field, command),
        "?" if field.help_message.is_empty() => {
            Entered::Again(format!("No help is available for {}.", field.name))
        }
        "?" => Entered::Again(field.help_message.clone()),
        "\"\"" => Entered::Text(String::new()),
        _ if command.eq_ignore_ascii_case("$null") => Entered::Null,
        _ => Entered::Again(format!(
            "\"{answer}\" cannot be recognized as a valid Prompt command."
        )),
    }
}

fn checked(field: &Field, answer: &str) -> Entered {
    let element = field.r#type.trim_end_matches("[]");
    if answer.trim().is_empty() || is_number_of(element, answer.trim()) {
        Entered::Text(answer.to_owned())
    } else {
        Entered::Again(format!(
            "Cannot recognize \"{answer}\" as a {element} due to a format error."
        ))
    }
}

/// Whether the text can be a value of the type; the server has the last word, so anything but numbers can.
fn is_number_of(type_name: &str, text: &str) -> bool {
    let is_integer = matches!(
        type_name,
        "System.SByte"
            | "System.Byte"
            | "System.Int16"
            | "System.UInt16"
            | "System.Int32"
            | "System.UInt32"
            | "System.Int64"
            | "System.UInt64"
    );
    let is_fraction = matches!(
        type_name,
        "System.Single" | "System.Double" | "System.Decimal"
    );
    let hexadecimal = || {
        let digits = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"));
        is_integer && digits.is_some_and(|digits| u64::from_str_radix(digits, 16).is_ok())
    };
    !(is_integer || is_fraction) || text.parse::<f64>().is_ok_and(f64::is_finite) || hexadecimal()
}

/// A field's answers as a value: a list for a list, the text for a scalar.
pub(crate) fn value(field: &Field, answers: Vec<Option<String>>) -> Value {
    let mut values = answers.into_iter().map(|answer| Value {
        kind: answer.map(Kind::String),
    });
    if is_list(field) {
        let list = ValueList {
            r#type: "System.Object[]".to_owned(),
            item: values.collect(),
        };
        return Value {
            kind: Some(Kind::List(list)),
        };
    }
    values.next().unwrap_or_default()
}

#[cfg(test)]
#[path = "prompt_tests.rs"]
mod tests;
