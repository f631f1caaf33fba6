//! Operators on texts: `-like`, `-match`, `-replace`, `-split`, `-join`, `-f`.

use indexmap::IndexMap;

use crate::evaluate::hashtable::{HASHTABLE, dictionary, fold};
use crate::evaluate::regex_member::pattern_of;
use crate::evaluate::{MAX_GROWTH, NAMES, as_operand, failure, gathered};
use crate::format_string::FormatError;
use crate::language::ast::BinaryOperator;
use crate::pipeline::engine::Engine;
use crate::pipeline::halt::Halt;
use crate::regex::{Options, Pattern, compile_with, expand, match_object};
use crate::text::{Culture, to_text};
use crate::value::{Array, Value};
use crate::wildcard::Wildcard;

pub(super) fn text_of(value: &Value) -> String {
    to_text(value, Culture::Invariant)
}

pub(super) fn text_array(items: Vec<String>) -> Value {
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
    fn pattern(&mut self, value: &Value, case: bool) -> Result<Pattern, Halt> {
        pattern_of(value, case).map_err(|reason| self.no_pattern(reason))
    }

    fn no_pattern(&self, reason: String) -> Halt {
        self.fail(failure::thrown(
            "System.Text.RegularExpressions.RegexParseException",
            reason,
        ))
    }

    pub(super) fn pattern_with(&mut self, text: &str, options: Options) -> Result<Pattern, Halt> {
        compile_with(text, options).map_err(|reason| self.no_pattern(reason))
    }

    /// Whether a text matches; the groups go to `$Matches`.
    pub(in crate::evaluate) fn matches(
        &mut self,
        pattern: &Pattern,
        text: &str,
    ) -> Result<bool, Halt> {
        let found = pattern.find(text, 0).map_err(|_| self.match_too_hard())?;
        let Some(found) = found else {
            return Ok(false);
        };
        let mut entries = IndexMap::new();
        for (number, name, span) in found.groups() {
            let Some(span) = span else { continue };
            let key = match name {
                Some(name) => Value::text(name),
                None => Value::Int32(i32::try_from(number).unwrap_or(i32::MAX)),
            };
            entries.insert(fold(&key), (key, Value::text(&text[span])));
        }
        let table = dictionary(HASHTABLE, entries);
        self.session.scopes.set_local(&NAMES.matches, table);
        Ok(true)
    }

    pub(super) fn match_too_hard(&self) -> Halt {
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
        let regex = self.pattern(right, case)?;
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
        let regex = pattern_of(&pattern, case).map_err(|_| {
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
        regex: &Pattern,
        text: &str,
        replacement: &Value,
    ) -> Result<String, Halt> {
        let template = match replacement {
            Value::ScriptBlock(_) => String::new(),
            other => text_of(other),
        };
        let (mut out, mut last) = (String::with_capacity(text.len()), 0);
        for found in regex.find_all(text) {
            self.check_stop()?;
            let found = found.map_err(|_| self.match_too_hard())?;
            let whole = found.range();
            out.push_str(&text[last..whole.start]);
            if let Value::ScriptBlock(block) = replacement {
                let mut none = crate::pipeline::sink::Discard;
                let item = match_object(&found);
                let outputs = self.gather(&mut none, |engine, sink| {
                    engine.run_block(block, Some(&item), &[], sink)
                })?;
                out.push_str(&text_of(&as_operand(gathered(outputs))));
            } else {
                expand(&template, &found, &mut out);
            }
            last = whole.end;
            if out.len() > MAX_GROWTH {
                return Err(self.fail(failure::too_large()));
            }
        }
        out.push_str(&text[last..]);
        Ok(out)
    }

    /// An error whose target is the operand that it is about.
    pub(super) fn refuse_operand(
        &self,
        operand: &Value,
        id: &'static str,
        message: impl Into<String>,
    ) -> Halt {
        self.fail(failure::invalid_operation(id, message).with_target(operand.clone()))
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
