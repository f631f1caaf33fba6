//! Operators on texts: `-like`, `-match`, `-replace`, `-split`, `-join`, `-f`.

use fancy_regex::Regex;
use indexmap::IndexMap;

use crate::evaluate::hashtable::{HASHTABLE, dictionary, fold};
use crate::evaluate::regex::{compile, expand, match_object};
use crate::evaluate::{MAX_GROWTH, NAMES, as_operand, failure, gathered};
use crate::format_string::FormatError;
use crate::language::ast::BinaryOperator;
use crate::pipeline::engine::Engine;
use crate::pipeline::halt::Halt;
use crate::text::{Culture, to_text};
use crate::value::{Array, Value};
use crate::wildcard::Wildcard;

fn text_of(value: &Value) -> String {
    to_text(value, Culture::Invariant)
}

fn text_array(items: Vec<String>) -> Value {
    Value::Array(std::sync::Arc::new(Array {
        element_type: "System.String".into(),
        items: items
            .into_iter()
            .map(Value::text)
            .collect::<Vec<_>>()
            .into(),
    }))
}

impl Engine<'_> {
    /// A pattern, compiled; .NET's own exception if it is none.
    fn pattern(&mut self, text: &str, case: bool) -> Result<Regex, Halt> {
        compile(text, case).map_err(|reason| {
            self.fail(failure::thrown(
                "System.Text.RegularExpressions.RegexParseException",
                reason,
            ))
        })
    }

    /// Whether a text matches; the groups go to `$Matches`.
    pub(in crate::evaluate) fn matches(&mut self, regex: &Regex, text: &str) -> Result<bool, Halt> {
        let captures = regex.captures(text).map_err(|_| self.match_too_hard())?;
        let Some(captures) = captures else {
            return Ok(false);
        };
        let mut entries = IndexMap::new();
        let names: Vec<Option<&str>> = regex.capture_names().collect();
        for (index, group) in captures.iter().enumerate() {
            let Some(group) = group else { continue };
            let key = match names.get(index).copied().flatten() {
                Some(name) => Value::text(name),
                None => Value::Int32(i32::try_from(index).unwrap_or(i32::MAX)),
            };
            entries.insert(fold(&key), (key, Value::text(group.as_str())));
        }
        let table = dictionary(HASHTABLE, entries);
        self.session.scopes.set_local(&NAMES.matches, table);
        Ok(true)
    }

    fn match_too_hard(&self) -> Halt {
        self.fail(failure::thrown(
            "System.Text.RegularExpressions.RegexMatchTimeoutException",
            "The Regex engine has timed out while trying to match a pattern to an input string.",
        ))
    }

    pub(super) fn match_operator(
        &mut self,
        operator: BinaryOperator,
        left: &Value,
        right: &Value,
    ) -> Result<Value, Halt> {
        let (case, wanted) = match operator {
            BinaryOperator::Match(case) => (case, true),
            BinaryOperator::NotMatch(case) => (case, false),
            _ => (false, true),
        };
        let regex = self.pattern(&text_of(right), case)?;
        match left.elements() {
            Some(items) => {
                let mut kept = Vec::new();
                for item in items {
                    let found = regex
                        .is_match(&text_of(&item))
                        .map_err(|_| self.match_too_hard())?;
                    if found == wanted {
                        kept.push(item);
                    }
                }
                Ok(Value::array(kept))
            }
            None => Ok(Value::Bool(self.matches(&regex, &text_of(left))? == wanted)),
        }
    }

    pub(super) fn like(
        &mut self,
        operator: BinaryOperator,
        left: &Value,
        right: &Value,
    ) -> Result<Value, Halt> {
        let (case, wanted) = match operator {
            BinaryOperator::Like(case) => (case, true),
            BinaryOperator::NotLike(case) => (case, false),
            _ => (false, true),
        };
        let text = text_of(right);
        if !Wildcard::is_valid(&text) {
            return Err(self.fail(crate::error_record::ErrorRecord::new(
                "RuntimeException",
                crate::error_record::ErrorCategory::NotSpecified,
                "System.Management.Automation.WildcardPatternException",
                format!("The specified wildcard character pattern is not valid: {text}"),
            )));
        }
        let pattern = Wildcard::with_case(&text, case);
        match left.elements() {
            Some(items) => {
                let kept = items
                    .into_iter()
                    .map(|item| text_of(&item))
                    .filter(|item| pattern.matches(item) == wanted)
                    .map(Value::text)
                    .collect();
                Ok(Value::array(kept))
            }
            None => Ok(Value::Bool(pattern.matches(&text_of(left)) == wanted)),
        }
    }

    pub(super) fn replace(
        &mut self,
        left: &Value,
        right: &Value,
        case: bool,
    ) -> Result<Value, Halt> {
        let operands = right.elements().unwrap_or_else(|| vec![right.clone()]);
        if operands.len() > 2 {
            return Err(self.refuse_operand(
                right,
                "BadReplaceArgument",
                format!(
                    "The {} operator allows only two elements to follow it, not {}.",
                    if case { "-creplace" } else { "-replace" },
                    operands.len()
                ),
            ));
        }
        let mut operands = operands.into_iter();
        let pattern = operands.next().unwrap_or_default();
        let replacement = operands.next().unwrap_or_default();
        let text = text_of(&pattern);
        let regex = compile(&text, case).map_err(|_| {
            self.refuse_operand(
                &pattern,
                "InvalidRegularExpression",
                format!("The regular expression pattern {text} is not valid."),
            )
        })?;
        match left.elements() {
            Some(items) => {
                let replaced = items
                    .iter()
                    .map(|item| {
                        self.replace_in(&regex, &text_of(item), &replacement)
                            .map(Value::text)
                    })
                    .collect::<Result<Vec<_>, _>>()?;
                Ok(Value::array(replaced))
            }
            None => self
                .replace_in(&regex, &text_of(left), &replacement)
                .map(Value::text),
        }
    }

    fn replace_in(
        &mut self,
        regex: &Regex,
        text: &str,
        replacement: &Value,
    ) -> Result<String, Halt> {
        let template = match replacement {
            Value::ScriptBlock(_) => String::new(),
            other => text_of(other),
        };
        let (mut out, mut last) = (String::with_capacity(text.len()), 0);
        for found in regex.captures_iter(text) {
            self.check_stop()?;
            let captures = found.map_err(|_| self.match_too_hard())?;
            let Some(whole) = captures.get(0) else {
                continue;
            };
            out.push_str(&text[last..whole.start()]);
            if let Value::ScriptBlock(block) = replacement {
                let mut none = crate::pipeline::sink::Discard;
                let item = match_object(text, &captures);
                let outputs = self.gather(&mut none, |engine, sink| {
                    engine.run_block(block, Some(&item), &[], sink)
                })?;
                out.push_str(&text_of(&as_operand(gathered(outputs))));
            } else {
                expand(&template, &captures, &mut out);
            }
            last = whole.end();
            if out.len() > MAX_GROWTH {
                return Err(self.fail(failure::too_large()));
            }
        }
        out.push_str(&text[last..]);
        Ok(out)
    }

    pub(super) fn split(&mut self, left: &Value, right: &Value, case: bool) -> Result<Value, Halt> {
        let mut operands = right
            .elements()
            .unwrap_or_else(|| vec![right.clone()])
            .into_iter();
        let Some(delimiter) = operands.next() else {
            return Err(self.refuse_operand(
                right,
                "BadOperatorArgument",
                format!(
                    "The argument to operator '-split' is not valid: {}.",
                    crate::convert::net_text(right)
                ),
            ));
        };
        let limit = match operands.next() {
            Some(limit) => match self.cast_to(&limit, "System.Int32")? {
                Value::Int32(limit) => limit,
                _ => 0,
            },
            None => 0,
        };
        let options = operands
            .next()
            .map_or_else(String::new, |options| text_of(&options).to_lowercase());
        let chosen = |option: &str| options.split(',').any(|own| own.trim() == option);
        let texts: Vec<String> = match left.elements() {
            Some(items) => items.iter().map(text_of).collect(),
            None => vec![text_of(left)],
        };
        let mut pieces = Vec::new();
        if let Value::ScriptBlock(block) = &delimiter {
            for text in &texts {
                self.split_by_block(text, block, limit, &mut pieces)?;
            }
            return Ok(text_array(pieces));
        }
        let mut pattern = text_of(&delimiter);
        if chosen("simplematch") {
            pattern = fancy_regex::escape(&pattern).into_owned();
        }
        for (option, flag) in [
            ("multiline", 'm'),
            ("singleline", 's'),
            ("ignorepatternwhitespace", 'x'),
        ] {
            if chosen(option) {
                pattern = format!("(?{flag}){pattern}");
            }
        }
        let regex = self.pattern(&pattern, case && !chosen("ignorecase"))?;
        for text in &texts {
            self.split_by_pattern(text, &regex, limit, &mut pieces)?;
        }
        Ok(text_array(pieces))
    }

    /// An error whose target is the operand that it is about.
    fn refuse_operand(
        &self,
        operand: &Value,
        id: &'static str,
        message: impl Into<String>,
    ) -> Halt {
        self.fail(failure::invalid_operation(id, message).with_target(operand.clone()))
    }

    /// At most `limit` pieces; of a negative limit the last ones are cut off, the first keeps the rest.
    fn split_by_pattern(
        &mut self,
        text: &str,
        regex: &Regex,
        limit: i32,
        into: &mut Vec<String>,
    ) -> Result<(), Halt> {
        let cuts = match limit {
            0 => usize::MAX,
            limit => limit.unsigned_abs() as usize - 1,
        };
        let mut found = Vec::new();
        for captures in regex.captures_iter(text) {
            if limit > 0 && found.len() >= cuts {
                break;
            }
            self.check_stop()?;
            found.push(captures.map_err(|_| self.match_too_hard())?);
            if found.len() > MAX_GROWTH {
                return Err(self.fail(failure::too_large()));
            }
        }
        let kept = found.len().saturating_sub(cuts);
        let mut last = 0;
        for captures in &found[kept..] {
            let Some(whole) = captures.get(0) else {
                continue;
            };
            into.push(text[last..whole.start()].to_owned());
            // Groups of the delimiter are pieces too.
            into.extend(
                captures
                    .iter()
                    .skip(1)
                    .flatten()
                    .map(|group| group.as_str().to_owned()),
            );
            last = whole.end();
        }
        into.push(text[last..].to_owned());
        Ok(())
    }

    fn split_by_block(
        &mut self,
        text: &str,
        block: &std::sync::Arc<crate::value::ScriptBlock>,
        limit: i32,
        into: &mut Vec<String>,
    ) -> Result<(), Halt> {
        let most = usize::try_from(limit).ok().filter(|limit| *limit > 0);
        let before = into.len();
        let mut none = crate::pipeline::sink::Discard;
        let mut piece = String::new();
        for c in text.chars() {
            if most.is_some_and(|most| into.len() - before + 1 >= most) {
                piece.push(c);
                continue;
            }
            let item = Value::text(c.to_string());
            let outputs = self.gather(&mut none, |engine, sink| {
                engine.run_block(block, Some(&item), &[], sink)
            })?;
            if super::truth(&as_operand(gathered(outputs))) {
                into.push(std::mem::take(&mut piece));
            } else {
                piece.push(c);
            }
        }
        into.push(piece);
        Ok(())
    }

    /// Unary `-split`: at blanks, none of them kept.
    pub(in crate::evaluate) fn split_blanks(&mut self, value: &Value) -> Result<Value, Halt> {
        let texts: Vec<String> = match value.elements() {
            Some(items) => items.iter().map(text_of).collect(),
            None => vec![text_of(value)],
        };
        let mut pieces = Vec::new();
        for text in &texts {
            let before = pieces.len();
            pieces.extend(text.split_whitespace().map(str::to_owned));
            if pieces.len() == before {
                pieces.push(String::new());
            }
        }
        Ok(text_array(pieces))
    }

    pub(in crate::evaluate) fn join(
        &mut self,
        value: &Value,
        separator: &str,
    ) -> Result<Value, Halt> {
        let Some(items) = value.elements() else {
            return Ok(Value::text(text_of(value)));
        };
        let mut out = String::new();
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                out.push_str(separator);
            }
            crate::text::push_element(&mut out, item);
            if out.len() > MAX_GROWTH {
                return Err(self.fail(failure::too_large()));
            }
        }
        Ok(Value::text(out))
    }

    pub(super) fn format_operator(&mut self, left: &Value, right: &Value) -> Result<Value, Halt> {
        // Only an array of objects or of a class holds the arguments; anything else is the one argument.
        let objects = crate::command::ParameterType::Array(Box::new(
            crate::command::ParameterType::Plain("System.Object".into()),
        ));
        let arguments = match right.elements() {
            Some(items) if crate::convert::is_instance(right, &objects) => items,
            _ => vec![right.clone()],
        };
        let template = text_of(left);
        crate::format_string::format(&template, &arguments)
            .map(Value::text)
            .map_err(|reason| match reason {
                FormatError::TooLarge => self.fail(failure::too_large()),
                _ => self.refuse_operand(
                    &Value::text(template.as_str()),
                    "FormatError",
                    format!("Error formatting a string: {reason}."),
                ),
            })
    }
}
