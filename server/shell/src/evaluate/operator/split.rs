//! `-split`, binary and unary.

use std::sync::Arc;

use super::strings::{text_array, text_of};
use crate::command::ParameterType;
use crate::error_record::{ErrorCategory, ErrorRecord};
use crate::evaluate::{MAX_GROWTH, as_operand, failure, gathered};
use crate::pipeline::engine::Engine;
use crate::pipeline::halt::Halt;
use crate::regex::{Options, Pattern};
use crate::value::{ScriptBlock, Value};

/// `System.Management.Automation.SplitOptions`.
const SPLIT_OPTIONS: &str = "System.Management.Automation.SplitOptions";
const SIMPLE_MATCH: i64 = 0x01;
const IGNORE_PATTERN_WHITESPACE: i64 = 0x08;
const MULTILINE: i64 = 0x10;
const SINGLELINE: i64 = 0x20;
const IGNORE_CASE: i64 = 0x40;
const EXPLICIT_CAPTURE: i64 = 0x80;

impl Engine<'_> {
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
        let by_block = matches!(delimiter, Value::ScriptBlock(_));
        let options = self.split_options(operands.next(), by_block, case)?;
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
        if options & SIMPLE_MATCH != 0 {
            pattern = crate::regex::escape(&pattern);
        }
        let regex = self.pattern_with(
            &pattern,
            Options {
                ignore_case: options & IGNORE_CASE != 0,
                multiline: options & MULTILINE != 0,
                singleline: options & SINGLELINE != 0,
                explicit_capture: options & EXPLICIT_CAPTURE != 0,
                extended: options & IGNORE_PATTERN_WHITESPACE != 0,
            },
        )?;
        for text in &texts {
            self.split_by_pattern(text, &regex, limit, &mut pieces)?;
        }
        Ok(text_array(pieces))
    }

    /// The third operand, as a number of flags.
    fn split_options(
        &mut self,
        options: Option<Value>,
        by_block: bool,
        case: bool,
    ) -> Result<i64, Halt> {
        let ignore_case = if case { 0 } else { IGNORE_CASE };
        let given = match options {
            None | Some(Value::Null) => return Ok(ignore_case),
            // An empty text is no option, and stops the case from being ignored.
            Some(Value::String(text)) if text.is_empty() => return Ok(0),
            Some(given) => given,
        };
        let flags = match crate::convert::enumerations::find(SPLIT_OPTIONS) {
            Some(definition) => self.cast(&given, &ParameterType::Enum(definition))?,
            None => Value::Null,
        };
        let Value::Enum(flags) = flags else {
            return Ok(ignore_case);
        };
        if by_block {
            return Err(self.refuse_options(
                "InvalidSplitOptionWithPredicate",
                "Options are not allowed on the -split operator with a predicate.",
            ));
        }
        if flags.number & SIMPLE_MATCH != 0 && flags.number & !(SIMPLE_MATCH | IGNORE_CASE) != 0 {
            return Err(self.refuse_options(
                "InvalidSplitOptionCombination",
                "The combination of options with the -split operator is not valid.",
            ));
        }
        Ok(flags.number | ignore_case)
    }

    fn refuse_options(&self, id: &'static str, message: &str) -> Halt {
        self.fail(ErrorRecord::new(
            id,
            ErrorCategory::InvalidOperation,
            "System.Management.Automation.ParseException",
            message,
        ))
    }

    /// At most `limit` pieces; of a negative limit the last ones are cut off, the first keeps the rest.
    fn split_by_pattern(
        &mut self,
        text: &str,
        regex: &Pattern,
        limit: i32,
        into: &mut Vec<String>,
    ) -> Result<(), Halt> {
        let cuts = match limit {
            0 => usize::MAX,
            limit => limit.unsigned_abs() as usize - 1,
        };
        let mut found = Vec::new();
        for one in regex.find_all(text) {
            if limit > 0 && found.len() >= cuts {
                break;
            }
            self.check_stop()?;
            found.push(one.map_err(|_| self.match_too_hard())?);
            if found.len() > MAX_GROWTH {
                return Err(self.fail(failure::too_large()));
            }
        }
        let kept = found.len().saturating_sub(cuts);
        let mut last = 0;
        for one in &found[kept..] {
            let whole = one.range();
            into.push(text[last..whole.start].to_owned());
            // Groups of the delimiter are pieces too.
            into.extend(
                one.groups()
                    .skip(1)
                    .filter_map(|(_, _, span)| span.map(|span| text[span].to_owned())),
            );
            last = whole.end;
        }
        into.push(text[last..].to_owned());
        Ok(())
    }

    /// A block is asked about each character; of a negative limit from the last one on.
    fn split_by_block(
        &mut self,
        text: &str,
        block: &Arc<ScriptBlock>,
        limit: i32,
        into: &mut Vec<String>,
    ) -> Result<(), Halt> {
        let most = match limit {
            0 => usize::MAX,
            limit => limit.unsigned_abs() as usize,
        };
        let whole = Value::text(text);
        let mut characters: Vec<(usize, char)> = text.chars().enumerate().collect();
        if limit < 0 {
            characters.reverse();
        }
        let (mut pieces, mut piece) = (Vec::new(), String::new());
        let mut none = crate::pipeline::sink::Discard;
        for (index, c) in characters {
            let cuts = pieces.len() + 1 < most && {
                let item = Value::text(c.to_string());
                let index = Value::Int32(i32::try_from(index).unwrap_or(i32::MAX));
                let arguments = [whole.clone(), index];
                let outputs = self.gather(&mut none, |engine, sink| {
                    engine.run_block(block, Some(&item), &arguments, sink)
                })?;
                super::truth(&as_operand(gathered(outputs)))
            };
            if cuts {
                pieces.push(std::mem::take(&mut piece));
            } else {
                piece.push(c);
            }
        }
        pieces.push(piece);
        if limit < 0 {
            pieces.reverse();
            let turned = |piece: String| piece.chars().rev().collect();
            pieces = pieces.into_iter().map(turned).collect();
        }
        into.append(&mut pieces);
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
}
