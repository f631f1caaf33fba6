//! Words as a shell handed them over in argv: each is one value already, so nothing in them is quoted, expanded or an
//! operator.

use std::iter::Peekable;
use std::sync::Arc;

use tandem_shell::command::{CommandInfo, ParameterInfo, ParameterType};
use tandem_shell::error_record::{ErrorCategory, ErrorRecord};
use tandem_shell::help::syntax::is_switch;
use tandem_shell::session::{StructuredArgument, StructuredCommand};
use tandem_shell::value::Value;

/// The command that the words are.
///
/// # Errors
/// The record of a switch whose value has vanished on its way through a shell.
pub(super) fn command(
    words: &[String],
    find: impl Fn(&str) -> Option<Arc<CommandInfo>>,
) -> Result<StructuredCommand, Box<ErrorRecord>> {
    let Some((name, rest)) = words.split_first() else {
        return Ok(StructuredCommand::default());
    };
    let info = find(name);
    let mut arguments = Vec::new();
    let mut words = rest.iter().map(String::as_str).peekable();
    while let Some(word) = words.next() {
        if word == "--" {
            arguments.extend(words.by_ref().map(positional));
            break;
        }
        let Some((given, attached)) = parameter_word(word) else {
            arguments.push(positional(word));
            continue;
        };
        let parameter = info.as_deref().and_then(|info| resolve(info, given));
        let value = match (parameter, attached) {
            (Some(parameter), Some(value)) if is_switch(parameter) => {
                let value = if value.is_empty() {
                    words.next_if(|next| truth(next).is_some())
                } else {
                    Some(value)
                };
                Some(Value::Bool(
                    value
                        .and_then(truth)
                        .ok_or_else(|| vanished(&parameter.name, name))?,
                ))
            }
            (Some(parameter), None) if is_switch(parameter) => None,
            (Some(parameter), Some(value)) if !value.is_empty() => {
                Some(typed(parameter, value, &mut words))
            }
            (Some(parameter), _) => {
                let value = words.next_if(|next| !is_parameter(next));
                value.map(|value| typed(parameter, value, &mut words))
            }
            (None, attached) => attached.map(Value::text),
        };
        arguments.push(StructuredArgument {
            name: Some(given.into()),
            value,
        });
    }
    Ok(StructuredCommand {
        name: name.as_str().into(),
        arguments,
        ..StructuredCommand::default()
    })
}

fn positional(word: &str) -> StructuredArgument {
    StructuredArgument {
        name: None,
        value: Some(Value::text(word)),
    }
}

/// `-Name` or `-Name:value`, split at the first colon.
fn parameter_word(word: &str) -> Option<(&str, Option<&str>)> {
    if !is_parameter(word) {
        return None;
    }
    let name = &word[1..];
    Some(
        name.split_once(':')
            .map_or((name, None), |(name, value)| (name, Some(value))),
    )
}

/// Whether a word names a parameter; a dash before a digit begins a number.
fn is_parameter(word: &str) -> bool {
    let mut letters = word.chars();
    letters.next() == Some('-')
        && letters
            .next()
            .is_some_and(|first| first.is_alphabetic() || first == '_' || first == '?')
}

/// The parameter that a name means: exactly, or as the only one that begins so.
fn resolve<'a>(command: &'a CommandInfo, name: &str) -> Option<&'a ParameterInfo> {
    if let Some(exact) = command.parameter(name) {
        return Some(exact);
    }
    let begins = |candidate: &str| {
        candidate
            .get(..name.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(name))
    };
    let mut matches = command.all_parameters().filter(|parameter| {
        begins(&parameter.name) || parameter.aliases.iter().any(|alias| begins(alias))
    });
    let only = matches.next();
    only.filter(|_| matches.next().is_none())
}

/// A word as the parameter's argument: a list takes what commas separate and the words that follow.
fn typed<'a>(
    parameter: &ParameterInfo,
    word: &'a str,
    words: &mut Peekable<impl Iterator<Item = &'a str>>,
) -> Value {
    match &parameter.parameter_type {
        ParameterType::Array(_) | ParameterType::List(..) => {
            let mut items: Vec<Value> = word.split(',').map(Value::text).collect();
            while let Some(next) = words.next_if(|next| !is_parameter(next)) {
                items.extend(next.split(',').map(Value::text));
            }
            Value::array(items)
        }
        ParameterType::Plain(name) if &**name == "System.Boolean" => {
            truth(word).map_or_else(|| Value::text(word), Value::Bool)
        }
        _ => Value::text(word),
    }
}

fn truth(word: &str) -> Option<bool> {
    match word.to_ascii_lowercase().as_str() {
        "true" | "$true" | "1" => Some(true),
        "false" | "$false" | "0" => Some(false),
        _ => None,
    }
}

fn vanished(parameter: &str, command: &str) -> Box<ErrorRecord> {
    let mut record = ErrorRecord::new(
        "SwitchValueMissing",
        ErrorCategory::InvalidArgument,
        "System.Management.Automation.ParameterBindingException",
        format!(
            "The value of the switch -{parameter} is none of True, False, $true, $false, 1, 0. A shell such as bash expands $false to nothing."
        ),
    );
    record.activity = command.to_owned();
    record.recommended_action = Some(format!(
        "Quote it: '-{parameter}:$false', or write -{parameter}:false."
    ));
    Box::new(record)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use tandem_shell::text::{Culture, to_text};

    fn info(name: &str) -> Option<Arc<CommandInfo>> {
        let command = CommandInfo::new("Test-It", "T", "M")
            .with(ParameterInfo::new("Name", "string"))
            .with(ParameterInfo::new("Names", "string[]"))
            .with(ParameterInfo::new("Enabled", "bool"))
            .with(ParameterInfo::switch("Force"));
        name.eq_ignore_ascii_case("Test-It")
            .then(|| Arc::new(command))
    }

    fn bound(words: &[&str]) -> Result<Vec<String>, String> {
        let words: Vec<String> = words.iter().map(ToString::to_string).collect();
        let command =
            command(&words, info).map_err(|record| record.fully_qualified_id.to_string())?;
        let written = |argument: &StructuredArgument| {
            let value = argument
                .value
                .as_ref()
                .map(|value| format!("{:?}", to_text(value, Culture::Invariant)));
            format!(
                "{}={}",
                argument.name.as_deref().unwrap_or(""),
                value.unwrap_or_default()
            )
        };
        Ok(command.arguments.iter().map(written).collect())
    }

    #[test]
    fn words_are_values() {
        assert_eq!(
            bound(&["Test-It", "-Name", "a b", "$x", ""]).unwrap(),
            ["Name=\"a b\"", "=\"$x\"", "=\"\""]
        );
        assert_eq!(
            bound(&["Test-It", "-Name:a:b", "-5"]).unwrap(),
            ["Name=\"a:b\"", "=\"-5\""]
        );
        assert_eq!(bound(&["Test-It", "--", "-Name"]).unwrap(), ["=\"-Name\""]);
    }

    #[test]
    fn switches_read_every_spelling_and_refuse_none() {
        for (word, expected) in [
            ("-Force:False", "False"),
            ("-Force:$true", "True"),
            ("-fo:0", "False"),
        ] {
            let arguments = bound(&["Test-It", word]).unwrap();
            assert!(
                arguments[0].ends_with(&format!("={expected:?}")),
                "{word} gave {arguments:?}"
            );
        }
        assert_eq!(
            bound(&["Test-It", "-Force:", "True", "x"]).unwrap(),
            ["Force=\"True\"", "=\"x\""]
        );
        assert_eq!(
            bound(&["Test-It", "-Force", "x"]).unwrap(),
            ["Force=", "=\"x\""]
        );
        assert_eq!(
            bound(&["Test-It", "-Force:"]).unwrap_err(),
            "SwitchValueMissing"
        );
    }

    #[test]
    fn lists_take_commas_and_further_words() {
        assert_eq!(
            bound(&["Test-It", "-Names", "a,b", "c", "-Force"]).unwrap(),
            ["Names=\"a b c\"", "Force="]
        );
        assert_eq!(
            bound(&["Test-It", "-Name", "a,b"]).unwrap(),
            ["Name=\"a,b\""]
        );
        assert_eq!(
            bound(&["Test-It", "-Enabled", "$false"]).unwrap(),
            ["Enabled=\"False\""]
        );
    }
}
