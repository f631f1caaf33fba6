//! `x.Name(…)`: the harmless methods on texts, dates, time spans and collections that runbooks use.

use std::sync::Arc;

use crate::evaluate::hashtable::fold;
use crate::evaluate::operator::{comparison, truth};
use crate::evaluate::types::{exception_object, find_exception};
use crate::evaluate::{as_operand, failure, gathered, nothing, static_member};
use crate::language::ast::Expression;
use crate::pipeline::engine::Engine;
use crate::pipeline::halt::Halt;
use crate::pipeline::sink::Sink;
use crate::text::{Culture, TICKS_PER_DAY, TICKS_PER_SECOND, as_double, read, to_text, write};
use crate::value::{Array, DateTime, Value};

/// What a method call came to.
enum Outcome {
    /// Its result.
    Value(Value),
    /// There is no such method, or not for these arguments.
    Unknown,
    /// An exception of .NET's.
    Thrown(&'static str, String),
}

fn text_of(value: &Value) -> String {
    to_text(value, Culture::Invariant)
}

impl Engine<'_> {
    pub(super) fn call(
        &mut self,
        target: &Expression,
        name: &Expression,
        is_static: bool,
        null_conditional: bool,
        arguments: &[Expression],
        out: &mut dyn Sink,
    ) -> Result<Value, Halt> {
        let owner = self.evaluate(target, out)?;
        if null_conditional && matches!(owner, Value::Null) {
            return Ok(Value::Null);
        }
        let name = text_of(&self.evaluate(name, out)?);
        let arguments = arguments
            .iter()
            .map(|argument| self.evaluate(argument, out))
            .collect::<Result<Vec<_>, _>>()?;
        if is_static {
            return self.call_static(&owner, &name, &arguments);
        }
        self.call_method(&owner, &name, &arguments, out)
    }

    /// Calls a method of a value.
    ///
    /// # Errors
    /// When there is none, or it fails.
    pub fn call_method(
        &mut self,
        owner: &Value,
        name: &str,
        arguments: &[Value],
        out: &mut dyn Sink,
    ) -> Result<Value, Halt> {
        let lower = name.to_ascii_lowercase();
        if matches!(owner, Value::Null) {
            return Err(self.fail(failure::method_on_null()));
        }
        if let Some(found) = self.block_method(owner, &lower, arguments, out)? {
            return Ok(found);
        }
        let outcome = match owner {
            Value::String(text) => text_method(text, &lower, arguments),
            Value::DateTime(date) => date_method(*date, &lower, arguments),
            Value::TimeSpan(ticks) => time_span_method(*ticks, &lower, arguments),
            Value::Array(_) | Value::List(_) | Value::Dictionary(_) => {
                collection_method(owner, &lower, arguments)
            }
            _ => Outcome::Unknown,
        };
        let outcome = match outcome {
            Outcome::Unknown => common_method(owner, &lower, arguments),
            other => other,
        };
        match outcome {
            Outcome::Value(value) => Ok(value),
            Outcome::Thrown(exception, message) => {
                let mut record = crate::error_record::ErrorRecord::new(
                    exception.rsplit('.').next().unwrap_or_default().to_owned(),
                    crate::error_record::ErrorCategory::NotSpecified,
                    "System.Management.Automation.MethodInvocationException",
                    format!(
                        "Exception calling \"{name}\" with \"{}\" argument(s): \"{message}\"",
                        arguments.len()
                    ),
                );
                record.reason = "MethodInvocationException".into();
                Err(self.fail(record))
            }
            Outcome::Unknown => match owner {
                // A method of the elements, as member enumeration has it.
                Value::Array(_) | Value::List(_) if !collection_has(&lower) => {
                    let items = owner.elements().unwrap_or_default();
                    let mut results = Vec::new();
                    for item in &items {
                        results.push(self.call_method(item, name, arguments, out)?);
                    }
                    Ok(as_operand(gathered(results)))
                }
                other => Err(self.fail(failure::method_not_found(other, name))),
            },
        }
    }

    /// `.Where{}` and `.ForEach{}` of everything, `.Invoke()` of a script block.
    fn block_method(
        &mut self,
        owner: &Value,
        name: &str,
        arguments: &[Value],
        out: &mut dyn Sink,
    ) -> Result<Option<Value>, Halt> {
        let items = || owner.elements().unwrap_or_else(|| vec![owner.clone()]);
        match (name, arguments.first(), owner) {
            ("where", Some(Value::ScriptBlock(block)), _) => {
                let mut kept = Vec::new();
                for item in items() {
                    let outputs = self.gather(out, |engine, sink| {
                        engine.run_block(block, Some(&item), &[], sink)
                    })?;
                    if truth(&as_operand(gathered(outputs))) {
                        kept.push(item);
                    }
                }
                Ok(Some(Value::array(kept)))
            }
            ("foreach", Some(Value::ScriptBlock(block)), _) => {
                let mut results = Vec::new();
                for item in items() {
                    results.extend(self.gather(out, |engine, sink| {
                        engine.run_block(block, Some(&item), &[], sink)
                    })?);
                }
                Ok(Some(Value::array(results)))
            }
            ("setshouldexit", Some(Value::Int32(code)), Value::Object(_))
                if super::is_host(owner) =>
            {
                self.session.exit_request = Some(*code);
                Ok(Some(nothing()))
            }
            ("invoke", _, Value::ScriptBlock(block)) => {
                let outputs = self.gather(out, |engine, sink| {
                    engine.run_block(block, None, arguments, sink)
                })?;
                Ok(Some(Value::array(outputs)))
            }
            _ => Ok(None),
        }
    }

    pub(crate) fn call_static(
        &mut self,
        owner: &Value,
        name: &str,
        arguments: &[Value],
    ) -> Result<Value, Halt> {
        let Value::Type(type_name) = owner else {
            return Err(self.fail(failure::method_not_found(owner, name)));
        };
        if name.eq_ignore_ascii_case("new")
            && let Some(exception) = find_exception(type_name)
        {
            let message = arguments
                .first()
                .map(text_of)
                .unwrap_or_else(|| format!("Exception of type '{exception}' was thrown."));
            return Ok(exception_object(exception, &message));
        }
        let parses = name.eq_ignore_ascii_case("parse")
            || name.eq_ignore_ascii_case("new")
                && !matches!(&**type_name, "System.TimeSpan" | "System.DateTime");
        if let (true, Some(target), [argument]) = (parses, self.find_type(type_name), arguments) {
            return self.cast(argument, &target);
        }
        if let Some(value) = static_member::call(type_name, name, arguments) {
            return Ok(value);
        }
        Err(self.fail(failure::method_not_found_in(type_name, name)))
    }
}

fn collection_has(name: &str) -> bool {
    matches!(
        name,
        "add"
            | "addrange"
            | "remove"
            | "removeat"
            | "clear"
            | "contains"
            | "indexof"
            | "insert"
            | "gettype"
            | "tostring"
            | "equals"
            | "getenumerator"
            | "toarray"
            | "count"
            | "reverse"
            | "sort"
    )
}

/// Methods of everything.
fn common_method(owner: &Value, name: &str, arguments: &[Value]) -> Outcome {
    match (name, arguments) {
        ("tostring", []) => Outcome::Value(Value::text(match owner {
            Value::Array(_) | Value::List(_) | Value::Dictionary(_) => {
                crate::type_names::type_name(owner).to_string()
            }
            other => to_text(other, Culture::Current),
        })),
        ("tostring", [format, ..]) => {
            match crate::format_string::format_value(owner, &text_of(format)) {
                Ok(text) => Outcome::Value(Value::text(text)),
                Err(error) => Outcome::Thrown("System.FormatException", error.to_string()),
            }
        }
        ("gettype", []) => Outcome::Value(Value::Type(crate::type_names::type_name(owner))),
        ("equals", [other]) => Outcome::Value(Value::Bool(equals(owner, other))),
        ("compareto", [other]) => match comparison::order(owner, other, true) {
            Ok(order) => Outcome::Value(Value::Int32(order as i32)),
            Err(_) => Outcome::Unknown,
        },
        ("gethashcode", []) => Outcome::Unknown,
        _ => Outcome::Unknown,
    }
}

/// `Equals`: no conversion between types.
fn equals(owner: &Value, other: &Value) -> bool {
    crate::type_names::type_name(owner) == crate::type_names::type_name(other)
        && comparison::equal(owner, other, true)
}

fn text_method(text: &Arc<str>, name: &str, arguments: &[Value]) -> Outcome {
    let argument = |index: usize| arguments.get(index).map(text_of);
    let number = |index: usize| arguments.get(index).and_then(as_double).map(|n| n as i64);
    let flag = |found: bool| Outcome::Value(Value::Bool(found));
    let string = |text: &str| Outcome::Value(Value::text(text));
    let trimmed: Vec<char> = arguments
        .iter()
        .flat_map(|argument| text_of(argument).chars().collect::<Vec<_>>())
        .collect();
    let drops = |c: char| {
        if arguments.is_empty() {
            c.is_whitespace()
        } else {
            trimmed.contains(&c)
        }
    };
    match (name, arguments.len()) {
        ("toupper" | "toupperinvariant", 0) => string(&text.to_uppercase()),
        ("tolower" | "tolowerinvariant", 0) => string(&text.to_lowercase()),
        ("trim", _) => string(text.trim_matches(drops)),
        ("trimstart", _) => string(text.trim_start_matches(drops)),
        ("trimend", _) => string(text.trim_end_matches(drops)),
        ("startswith" | "endswith" | "contains", 1 | 2) => {
            let ignore_case =
                argument(1).is_some_and(|mode| mode.to_lowercase().contains("ignorecase"));
            let fold = |text: &str| {
                if ignore_case {
                    text.to_lowercase()
                } else {
                    text.to_owned()
                }
            };
            let (own, part) = (fold(text), fold(&argument(0).unwrap_or_default()));
            flag(match name {
                "startswith" => own.starts_with(&part),
                "endswith" => own.ends_with(&part),
                _ => own.contains(&part),
            })
        }
        ("indexof" | "lastindexof", 1) => {
            let part = argument(0).unwrap_or_default();
            let at = if name == "indexof" {
                text.find(&part)
            } else {
                text.rfind(&part)
            };
            let index = at.map_or(-1, |at| text[..at].encode_utf16().count() as i32);
            Outcome::Value(Value::Int32(index))
        }
        ("replace", 2) => {
            let from = argument(0).unwrap_or_default();
            if from.is_empty() {
                return Outcome::Thrown(
                    "System.ArgumentException",
                    "String cannot be of zero length. (Parameter 'oldValue')".into(),
                );
            }
            string(&text.replace(&from, &argument(1).unwrap_or_default()))
        }
        ("split", _) => split_text(text, arguments),
        ("substring", 1 | 2) => substring(text, number(0), number(1)),
        ("padleft" | "padright", 1 | 2) => {
            let width = usize::try_from(number(0).unwrap_or(0))
                .unwrap_or(0)
                .min(super::MAX_GROWTH);
            let fill = argument(1)
                .and_then(|text| text.chars().next())
                .unwrap_or(' ');
            let padding: String =
                std::iter::repeat_n(fill, width.saturating_sub(text.chars().count())).collect();
            string(&if name == "padleft" {
                format!("{padding}{text}")
            } else {
                format!("{text}{padding}")
            })
        }
        ("insert", 2) => splice(text, number(0), Some(0), &argument(1).unwrap_or_default()),
        ("remove", 1 | 2) => splice(text, number(0), number(1), ""),
        ("tochararray", 0) => Outcome::Value(Value::Array(Arc::new(Array {
            element_type: "System.Char".into(),
            items: text
                .encode_utf16()
                .map(Value::Char)
                .collect::<Vec<_>>()
                .into(),
        }))),
        ("tostring", _) => string(text),
        _ => Outcome::Unknown,
    }
}

fn split_text(text: &str, arguments: &[Value]) -> Outcome {
    let separators: Vec<char> = arguments
        .first()
        .map(|first| match first.elements() {
            Some(items) => items
                .iter()
                .flat_map(|item| text_of(item).chars().collect::<Vec<_>>())
                .collect(),
            None => text_of(first).chars().collect(),
        })
        .unwrap_or_default();
    let drop_empty = arguments
        .get(1)
        .is_some_and(|options| text_of(options).to_lowercase().contains("removeempty"));
    let whole = arguments.first().map(text_of).unwrap_or_default();
    let pieces: Vec<&str> = if separators.is_empty() {
        text.split(char::is_whitespace).collect()
    } else if matches!(arguments.first(), Some(Value::String(_))) {
        text.split(whole.as_str()).collect()
    } else {
        text.split(separators.as_slice()).collect()
    };
    let items: Vec<Value> = pieces
        .into_iter()
        .filter(|piece| !(drop_empty && piece.is_empty()))
        .map(Value::text)
        .collect();
    Outcome::Value(Value::Array(Arc::new(Array {
        element_type: "System.String".into(),
        items: items.into(),
    })))
}

const OUTSIDE: &str =
    "Index and length must refer to a location within the string. (Parameter 'length')";

fn substring(text: &str, start: Option<i64>, length: Option<i64>) -> Outcome {
    let units: Vec<u16> = text.encode_utf16().collect();
    let start = start
        .and_then(|n| usize::try_from(n).ok())
        .filter(|start| *start <= units.len());
    let Some(start) = start else {
        return Outcome::Thrown(
            "System.ArgumentOutOfRangeException",
            "startIndex cannot be larger than length of string. (Parameter 'startIndex')".into(),
        );
    };
    let length = match length {
        None => Some(units.len() - start),
        Some(length) => usize::try_from(length)
            .ok()
            .filter(|length| start + length <= units.len()),
    };
    match length {
        Some(length) => Outcome::Value(Value::text(String::from_utf16_lossy(
            &units[start..start + length],
        ))),
        None => Outcome::Thrown("System.ArgumentOutOfRangeException", OUTSIDE.into()),
    }
}

/// Takes `length` units out at `start` and puts `replacement` there.
fn splice(text: &str, start: Option<i64>, length: Option<i64>, replacement: &str) -> Outcome {
    let mut units: Vec<u16> = text.encode_utf16().collect();
    let start = start
        .and_then(|n| usize::try_from(n).ok())
        .unwrap_or(usize::MAX);
    let end = match length {
        Some(length) => start.saturating_add(usize::try_from(length).unwrap_or(usize::MAX)),
        None => units.len(),
    };
    if start > units.len() || end > units.len() {
        return Outcome::Thrown("System.ArgumentOutOfRangeException", OUTSIDE.into());
    }
    units.splice(start..end, replacement.encode_utf16());
    Outcome::Value(Value::text(String::from_utf16_lossy(&units)))
}

fn date_method(date: DateTime, name: &str, arguments: &[Value]) -> Outcome {
    let amount = arguments.first().and_then(as_double);
    let unit = match name {
        "adddays" => TICKS_PER_DAY,
        "addhours" => 3600 * TICKS_PER_SECOND,
        "addminutes" => 60 * TICKS_PER_SECOND,
        "addseconds" => TICKS_PER_SECOND,
        "addmilliseconds" => TICKS_PER_SECOND / 1000,
        "addticks" => 1,
        "addmonths" | "addyears" => return add_months(date, name, amount),
        "touniversaltime" | "tolocaltime" => {
            let kind = if name == "tolocaltime" {
                crate::value::DateTimeKind::Local
            } else {
                crate::value::DateTimeKind::Utc
            };
            return Outcome::Value(Value::DateTime(DateTime { kind, ..date }));
        }
        "toshortdatestring" => return formatted(date, "d"),
        "tolongdatestring" => return formatted(date, "D"),
        "toshorttimestring" => return formatted(date, "t"),
        "tolongtimestring" => return formatted(date, "T"),
        "add" | "subtract" => return date_plus_span(date, name, arguments),
        _ => return Outcome::Unknown,
    };
    match amount {
        Some(amount) => in_calendar(date, (amount * unit as f64) as i64),
        None => Outcome::Unknown,
    }
}

fn formatted(date: DateTime, format: &str) -> Outcome {
    match crate::format_string::format_date(date, format) {
        Ok(text) => Outcome::Value(Value::text(text)),
        Err(_) => Outcome::Unknown,
    }
}

fn in_calendar(date: DateTime, ticks: i64) -> Outcome {
    match date.ticks.checked_add(ticks).filter(|ticks| (0..=3_155_378_975_999_999_999).contains(ticks)) {
        Some(ticks) => Outcome::Value(Value::DateTime(DateTime { ticks, ..date })),
        None => Outcome::Thrown(
            "System.ArgumentOutOfRangeException",
            "The added or subtracted value results in an un-representable DateTime. (Parameter 'value')".into(),
        ),
    }
}

fn date_plus_span(date: DateTime, name: &str, arguments: &[Value]) -> Outcome {
    match (name, arguments) {
        ("add", [Value::TimeSpan(ticks)]) => in_calendar(date, *ticks),
        ("subtract", [Value::TimeSpan(ticks)]) => in_calendar(date, -ticks),
        ("subtract", [Value::DateTime(other)]) => {
            Outcome::Value(Value::TimeSpan(date.ticks - other.ticks))
        }
        _ => Outcome::Unknown,
    }
}

fn add_months(date: DateTime, name: &str, amount: Option<f64>) -> Outcome {
    let Some(amount) = amount else {
        return Outcome::Unknown;
    };
    let months = amount as i64 * if name == "addyears" { 12 } else { 1 };
    let parts = crate::text::date_parts(date);
    let first = jiff::civil::date(parts.year, parts.month, parts.day);
    let moved = jiff::Span::new()
        .try_months(months)
        .ok()
        .and_then(|span| first.checked_add(span).ok());
    match moved {
        Some(moved) => {
            let days = first
                .until(moved)
                .map(|span| i64::from(span.get_days()))
                .unwrap_or(0);
            in_calendar(date, days * TICKS_PER_DAY)
        }
        None => Outcome::Unknown,
    }
}

fn time_span_method(ticks: i64, name: &str, arguments: &[Value]) -> Outcome {
    let span = |ticks: Option<i64>| {
        ticks.map_or(Outcome::Unknown, |ticks| {
            Outcome::Value(Value::TimeSpan(ticks))
        })
    };
    match (name, arguments) {
        ("add", [Value::TimeSpan(other)]) => span(ticks.checked_add(*other)),
        ("subtract", [Value::TimeSpan(other)]) => span(ticks.checked_sub(*other)),
        ("negate", []) => span(ticks.checked_neg()),
        ("duration", []) => span(ticks.checked_abs()),
        _ => Outcome::Unknown,
    }
}

fn collection_method(owner: &Value, name: &str, arguments: &[Value]) -> Outcome {
    match owner {
        Value::Dictionary(dictionary) => {
            let key = arguments.first();
            match (name, key) {
                ("containskey" | "contains", Some(key)) => Outcome::Value(Value::Bool(
                    read(&dictionary.entries).contains_key(&fold(key)),
                )),
                ("add", Some(key)) => {
                    let mut entries = write(&dictionary.entries);
                    if entries.contains_key(&fold(key)) {
                        let name = text_of(key);
                        return Outcome::Thrown(
                            "System.ArgumentException",
                            format!(
                                "Item has already been added. Key in dictionary: '{name}'  Key being added: '{name}'"
                            ),
                        );
                    }
                    let value = arguments.get(1).cloned().unwrap_or_default();
                    entries.insert(fold(key), (key.clone(), value));
                    Outcome::Value(nothing())
                }
                ("remove", Some(key)) => {
                    write(&dictionary.entries).shift_remove(&fold(key));
                    Outcome::Value(nothing())
                }
                ("clear", None) => {
                    write(&dictionary.entries).clear();
                    Outcome::Value(nothing())
                }
                _ => Outcome::Unknown,
            }
        }
        Value::List(list) => list_method(list, name, arguments),
        other => {
            let items = other.elements().unwrap_or_default();
            match (name, arguments) {
                ("contains", [item]) => {
                    Outcome::Value(Value::Bool(items.iter().any(|own| equals(own, item))))
                }
                ("indexof", [item]) => index_of(&items, item),
                _ => Outcome::Unknown,
            }
        }
    }
}

fn index_of(items: &[Value], item: &Value) -> Outcome {
    let at = items.iter().position(|own| equals(own, item));
    Outcome::Value(Value::Int32(at.map_or(-1, |at| at as i32)))
}

fn list_method(list: &crate::value::List, name: &str, arguments: &[Value]) -> Outcome {
    let mut items = write(&list.items);
    let place = arguments
        .first()
        .and_then(as_double)
        .and_then(|n| usize::try_from(n as i64).ok());
    match (name, arguments) {
        ("add", [item]) if items.len() < super::MAX_GROWTH => {
            items.push(item.clone());
            Outcome::Value(match &*list.type_name {
                "System.Collections.ArrayList" => Value::Int32(items.len() as i32 - 1),
                _ => nothing(),
            })
        }
        ("addrange", [more]) if items.len() < super::MAX_GROWTH => {
            items.extend(more.elements().unwrap_or_else(|| vec![more.clone()]));
            Outcome::Value(nothing())
        }
        ("clear", []) => {
            items.clear();
            Outcome::Value(nothing())
        }
        ("contains", [item]) => {
            Outcome::Value(Value::Bool(items.iter().any(|own| equals(own, item))))
        }
        ("indexof", [item]) => index_of(&items, item),
        ("remove", [item]) => {
            let at = items.iter().position(|own| equals(own, item));
            if let Some(at) = at {
                items.remove(at);
            }
            Outcome::Value(Value::Bool(at.is_some()))
        }
        ("removeat", [_]) => match place.filter(|place| *place < items.len()) {
            Some(place) => {
                items.remove(place);
                Outcome::Value(nothing())
            }
            None => Outcome::Thrown(
                "System.ArgumentOutOfRangeException",
                "Index was out of range.".into(),
            ),
        },
        ("insert", [_, item]) => match place.filter(|place| *place <= items.len()) {
            Some(place) => {
                items.insert(place, item.clone());
                Outcome::Value(nothing())
            }
            None => Outcome::Thrown(
                "System.ArgumentOutOfRangeException",
                "Index was out of range.".into(),
            ),
        },
        ("toarray", []) => Outcome::Value(Value::array(items.clone())),
        _ => Outcome::Unknown,
    }
}
