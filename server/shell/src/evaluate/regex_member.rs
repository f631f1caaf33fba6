//! `[regex]::…`.

use std::sync::Arc;

use crate::evaluate::MAX_GROWTH;
use crate::evaluate::method::{Outcome, text_of};
use crate::regex::{Match, Options, compile_with, escape, expand, match_object};
use crate::value::{Array, Value};

/// A static method of `System.Text.RegularExpressions.Regex`.
pub(super) fn call(name: &str, arguments: &[Value]) -> Outcome {
    if let ("escape", [text]) = (name, arguments) {
        return Outcome::Value(Value::text(escape(&text_of(text))));
    }
    let (replacement, options) = match (name, arguments) {
        ("replace", [_, _, replacement, options @ ..]) => (text_of(replacement), options),
        ("match" | "matches" | "ismatch" | "split", [_, _, options @ ..]) => {
            (String::new(), options)
        }
        _ => return Outcome::Unknown,
    };
    let (input, pattern) = (text_of(&arguments[0]), text_of(&arguments[1]));
    let options = match options {
        [] => Options::default(),
        [one] => read_options(&text_of(one)),
        _ => return Outcome::Unknown,
    };
    let pattern = match compile_with(&pattern, options) {
        Ok(pattern) => pattern,
        Err(reason) => {
            return Outcome::Thrown("System.Text.RegularExpressions.RegexParseException", reason);
        }
    };
    let found: Result<Vec<Match<'_>>, _> = match name {
        "match" | "ismatch" => pattern.find_all(&input).take(1).collect(),
        _ => pattern.find_all(&input).take(MAX_GROWTH).collect(),
    };
    match found {
        Ok(found) => result(name, &input, &found, &replacement),
        Err(_) => Outcome::Thrown(
            "System.Text.RegularExpressions.RegexMatchTimeoutException",
            "The Regex engine has timed out while trying to match a pattern to an input string."
                .into(),
        ),
    }
}

fn read_options(text: &str) -> Options {
    let text = text.to_ascii_lowercase();
    let has = |option: &str| text.split(',').any(|own| own.trim() == option);
    Options {
        ignore_case: has("ignorecase"),
        multiline: has("multiline"),
        singleline: has("singleline"),
        explicit_capture: has("explicitcapture"),
        extended: has("ignorepatternwhitespace"),
    }
}

fn result(name: &str, input: &str, found: &[Match<'_>], replacement: &str) -> Outcome {
    match name {
        "ismatch" => Outcome::Value(Value::Bool(!found.is_empty())),
        "match" => Outcome::Value(match found.first() {
            Some(one) => match_object(one),
            None => crate::regex::no_match(),
        }),
        "matches" => Outcome::Value(Value::array(found.iter().map(match_object).collect())),
        "replace" => {
            let (mut out, mut last) = (String::with_capacity(input.len()), 0);
            for one in found {
                let whole = one.range();
                out.push_str(&input[last..whole.start]);
                expand(replacement, one, &mut out);
                last = whole.end;
                if out.len() > MAX_GROWTH {
                    return Outcome::too_large();
                }
            }
            out.push_str(&input[last..]);
            Outcome::Value(Value::text(out))
        }
        _ => {
            let (mut pieces, mut last) = (Vec::new(), 0);
            for one in found {
                let whole = one.range();
                pieces.push(Value::text(&input[last..whole.start]));
                pieces.extend(
                    one.groups()
                        .skip(1)
                        .filter_map(|(_, _, span)| span.map(|span| Value::text(&input[span]))),
                );
                last = whole.end;
            }
            pieces.push(Value::text(&input[last..]));
            Outcome::Value(Value::Array(Arc::new(Array {
                element_type: "System.String".into(),
                items: pieces.into(),
            })))
        }
    }
}
