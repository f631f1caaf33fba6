//! `T.Parse(…)`.

use crate::command::ParameterType;
use crate::convert::{self, ConversionContext, number};
use crate::evaluate::method::Outcome;
use crate::text::{Culture, to_text};
use crate::value::Value;

/// `T.Parse(text)`: a cast's reading of a text, but whole numbers have digits only, and what fails is the method.
pub(super) fn parse(
    target: &ParameterType,
    argument: &Value,
    context: ConversionContext,
) -> Outcome {
    let text = to_text(argument, Culture::Invariant);
    if let Some(flag) = truth(target, &text) {
        return Outcome::Value(Value::Bool(flag));
    }
    match refused_by_parse(target, &text) {
        Some(refusal) => refused(target, refusal),
        None => made(target, &text, context),
    }
}

/// What a constructor makes of a text, which is what a cast makes of it.
pub(super) fn made(target: &ParameterType, text: &str, context: ConversionContext) -> Outcome {
    match convert::convert(&Value::text(text), target, context) {
        Ok(value) => Outcome::Value(value),
        Err(error) => {
            let reason = error
                .message
                .split_once("Error: \"")
                .and_then(|(_, rest)| rest.strip_suffix('"'));
            refused(target, reason.unwrap_or(&error.message).to_owned())
        }
    }
}

fn refused(target: &ParameterType, refusal: String) -> Outcome {
    let exception = if &*target.full_name() == "System.Text.RegularExpressions.Regex" {
        "System.Text.RegularExpressions.RegexParseException"
    } else if &*target.full_name() == "System.Uri" {
        "System.UriFormatException"
    } else if refusal.starts_with("Value was either too") || refusal.contains("range") {
        "System.OverflowException"
    } else if refusal.ends_with("(Parameter 'input')") {
        "System.ArgumentException"
    } else {
        "System.FormatException"
    };
    Outcome::Thrown(exception, refusal)
}

/// What `Boolean.Parse` reads.
fn truth(target: &ParameterType, text: &str) -> Option<bool> {
    let is_bool = matches!(target, ParameterType::Plain(name) if &**name == "System.Boolean");
    match text.trim().to_ascii_lowercase().as_str() {
        "true" if is_bool => Some(true),
        "false" if is_bool => Some(false),
        _ => None,
    }
}

/// What `Parse` refuses, though a cast reads it.
fn refused_by_parse(target: &ParameterType, text: &str) -> Option<String> {
    let ParameterType::Plain(name) = target else {
        return None;
    };
    let bare = text.trim();
    match &**name {
        "System.Boolean" => Some(format!(
            "String '{text}' was not recognized as a valid Boolean."
        )),
        "System.Single" | "System.Double" | "System.Decimal" => {
            let known = bare.ends_with(|c: char| c.is_ascii_digit() || c == '.');
            let known = known || matches!(bare.trim_start_matches('-'), "NaN" | "Infinity" | "∞");
            (!known).then(|| format!("The input string '{text}' was not in a correct format."))
        }
        other if number::Kind::of_type(other).is_some() => {
            let digits = bare.strip_prefix(['+', '-']).unwrap_or(bare);
            let known = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
            (!known).then(|| format!("The input string '{text}' was not in a correct format."))
        }
        _ => None,
    }
}
