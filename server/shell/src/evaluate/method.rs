//! `x.Name(…)`: the harmless methods on texts, dates, time spans and collections that runbooks use.

use crate::convert::{ConversionContext, default_parameters};
use crate::evaluate::hashtable::fold;
use crate::evaluate::operator::{comparison, truth};
use crate::evaluate::text_method::text_method;
use crate::evaluate::time_method::{date_method, time_span_method};
use crate::evaluate::{
    MAX_ENTRIES, MAX_GROWTH, as_operand, failure, gathered, harmless, nothing, overload,
};
use crate::language::ast::Expression;
use crate::pipeline::engine::Engine;
use crate::pipeline::halt::Halt;
use crate::pipeline::sink::Sink;
use crate::text::{Culture, as_double, read, to_text, write};
use crate::value::{Dictionary, Value};

/// What a method call came to.
pub(super) enum Outcome {
    /// Its result.
    Value(Value),
    /// There is no such method, or not for these arguments.
    Unknown,
    /// An exception of .NET's.
    Thrown(&'static str, String),
}

impl Outcome {
    /// What would be larger than a session may hold.
    pub(super) fn too_large() -> Self {
        let record = failure::too_large();
        Self::Thrown("System.OutOfMemoryException", record.message)
    }
}

pub(super) fn text_of(value: &Value) -> String {
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
        if let Some(done) = self.call_type_names(target, &name, &arguments, out)? {
            return Ok(done);
        }
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
        if &*crate::type_names::type_name(owner) == crate::pipeline::running::CMDLET
            && let Some(found) = self.cmdlet_method(name, arguments, out)?
        {
            return Ok(found);
        }
        // A scalar with notes has the methods of the scalar.
        let owner = owner.base();
        let known = harmless::has_method(owner, name);
        let context = ConversionContext::invariant(self.host.now());
        let bound = overload::bound(owner, known, name, arguments, context)
            .map_err(|record| self.fail(*record))?;
        let arguments = &*bound;
        let outcome = match owner {
            _ if !known => Outcome::Unknown,
            Value::String(text) => text_method(text, &lower, arguments),
            Value::DateTime(date) => date_method(*date, &lower, arguments),
            Value::TimeSpan(ticks) => time_span_method(*ticks, &lower, arguments),
            Value::Array(_) | Value::List(_) | Value::Dictionary(_) => {
                let memory = &self.session.memory;
                arguments.iter().for_each(|own| memory.count_value(own));
                collection_method(owner, &lower, arguments)
            }
            _ => Outcome::Unknown,
        };
        let outcome = match outcome {
            Outcome::Unknown if known => common_method(owner, &lower, arguments),
            other => other,
        };
        match outcome {
            Outcome::Value(value) => Ok(value),
            Outcome::Thrown(exception, message) => Err(self.fail(failure::method_invocation(
                name,
                arguments.len(),
                exception,
                &message,
            ))),
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
                other if known && !matches!(other, Value::Dictionary(_) | Value::Noted(_)) => {
                    Err(self.fail(overload::none_found(name, arguments.len())))
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
            ("where", Some(Value::ScriptBlock(block)), _) => self
                .where_items(items(), block, &arguments[1..], out)
                .map(Some),
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

    /// `.Where({ … }, mode, count)`.
    fn where_items(
        &mut self,
        items: Vec<Value>,
        block: &std::sync::Arc<crate::value::ScriptBlock>,
        options: &[Value],
        out: &mut dyn Sink,
    ) -> Result<Value, Halt> {
        let mode = options
            .first()
            .map(text_of)
            .unwrap_or_default()
            .to_lowercase();
        let count = options
            .get(1)
            .and_then(as_double)
            .map_or(0, |count| count.max(0.0) as usize);
        let (mut kept, mut rest, mut turned) = (Vec::new(), Vec::new(), false);
        for item in items {
            // Before it turns, `Until` keeps and `SkipUntil` drops; afterwards the other way round.
            let holds = turned || {
                let outputs = self.gather(out, |engine, sink| {
                    engine.run_block(block, Some(&item), &[], sink)
                })?;
                truth(&as_operand(gathered(outputs)))
            };
            match mode.as_str() {
                "until" if holds => break,
                "until" => kept.push(item),
                "skipuntil" => {
                    turned |= holds;
                    if holds {
                        kept.push(item);
                    }
                }
                _ if holds => kept.push(item),
                _ => rest.push(item),
            }
            if mode == "first" && kept.len() >= count.max(1) {
                break;
            }
        }
        match mode.as_str() {
            "last" => drop(kept.drain(..kept.len().saturating_sub(count.max(1)))),
            "split" => return Ok(Value::array(vec![Value::array(kept), Value::array(rest)])),
            _ if count > 0 => kept.truncate(count),
            _ => {}
        }
        Ok(Value::array(kept))
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
        ("gettype", []) => Outcome::Value(Value::Type(match owner {
            Value::Object(object) if object.custom => {
                "System.Management.Automation.PSCustomObject".into()
            }
            other => crate::type_names::type_name(other),
        })),
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

/// `Add` of a dictionary.
fn add_entry(dictionary: &Dictionary, key: &Value, value: Option<&Value>) -> Outcome {
    let of_defaults = &*dictionary.type_name == default_parameters::TYPE;
    let key = &match of_defaults.then(|| default_parameters::key(key)) {
        None => key.clone(),
        Some(Ok(key)) => Value::String(key),
        Some(Err((exception, message))) => return Outcome::Thrown(exception, message),
    };
    let folded = fold(key);
    let mut entries = write(&dictionary.entries);
    if entries.len() >= MAX_ENTRIES {
        return Outcome::too_large();
    }
    if entries.contains_key(&folded) {
        let name = text_of(key);
        return match of_defaults {
            true => Outcome::Thrown(
                "System.Management.Automation.PSArgumentException",
                format!(
                    "The key '{name}' has already been added to the dictionary. (Parameter 'key')"
                ),
            ),
            false => Outcome::Thrown(
                "System.ArgumentException",
                format!(
                    "Item has already been added. Key in dictionary: '{name}'  Key being added: '{name}'"
                ),
            ),
        };
    }
    entries.insert(folded, (key.clone(), value.cloned().unwrap_or_default()));
    Outcome::Value(nothing())
}

fn collection_method(owner: &Value, name: &str, arguments: &[Value]) -> Outcome {
    match owner {
        Value::Dictionary(dictionary) => {
            let key = arguments.first();
            match (name, key) {
                ("containskey" | "contains", Some(key)) => Outcome::Value(Value::Bool(
                    read(&dictionary.entries).contains_key(&fold(key)),
                )),
                ("add", Some(key)) => add_entry(dictionary, key, arguments.get(1)),
                ("remove", Some(key)) => {
                    write(&dictionary.entries).shift_remove(&fold(key));
                    Outcome::Value(nothing())
                }
                ("getenumerator", None) => {
                    Outcome::Value(Value::array(crate::format::elements::elements(owner)))
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
                ("getenumerator", []) => Outcome::Value(Value::array(items)),
                _ => Outcome::Unknown,
            }
        }
    }
}

fn index_of(items: &[Value], item: &Value) -> Outcome {
    let at = items.iter().position(|own| equals(own, item));
    Outcome::Value(Value::Int32(at.map_or(-1, |at| at as i32)))
}

fn out_of_range() -> Outcome {
    Outcome::Thrown(
        "System.ArgumentOutOfRangeException",
        "Index was out of range.".into(),
    )
}

fn list_method(list: &crate::value::List, name: &str, arguments: &[Value]) -> Outcome {
    // Arguments may hold the list itself, so they are looked into before it is locked.
    let items = || read(&list.items).clone();
    let more = match (name, arguments) {
        ("contains", [item]) => {
            return Outcome::Value(Value::Bool(items().iter().any(|own| equals(own, item))));
        }
        ("indexof", [item]) => return index_of(&items(), item),
        ("toarray", []) => return Outcome::Value(Value::array(items())),
        ("remove", [item]) => {
            let at = items().iter().position(|own| equals(own, item));
            return Outcome::Value(Value::Bool(at.is_some_and(|at| {
                let mut items = write(&list.items);
                at < items.len() && {
                    items.remove(at);
                    true
                }
            })));
        }
        ("addrange", [more]) => more.elements().unwrap_or_else(|| vec![more.clone()]),
        _ => Vec::new(),
    };
    let place = arguments
        .first()
        .and_then(as_double)
        .and_then(|n| usize::try_from(n as i64).ok());
    let mut items = write(&list.items);
    let grows = matches!(name, "add" | "addrange" | "insert");
    if grows && items.len() + more.len().max(1) > MAX_GROWTH {
        return Outcome::too_large();
    }
    match (name, arguments) {
        ("add", [item]) => {
            items.push(item.clone());
            Outcome::Value(match &*list.type_name {
                "System.Collections.ArrayList" => Value::Int32(items.len() as i32 - 1),
                _ => nothing(),
            })
        }
        ("addrange", [_]) => {
            items.extend(more);
            Outcome::Value(nothing())
        }
        ("clear", []) => {
            items.clear();
            Outcome::Value(nothing())
        }
        ("removeat", [_]) => match place.filter(|place| *place < items.len()) {
            Some(place) => {
                items.remove(place);
                Outcome::Value(nothing())
            }
            None => out_of_range(),
        },
        ("insert", [_, item]) => match place.filter(|place| *place <= items.len()) {
            Some(place) => {
                items.insert(place, item.clone());
                Outcome::Value(nothing())
            }
            None => out_of_range(),
        },
        _ => Outcome::Unknown,
    }
}
