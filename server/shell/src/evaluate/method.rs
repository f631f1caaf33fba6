//! `x.Name(…)`: the harmless methods on texts, dates, time spans and collections that runbooks use.

use crate::convert::{ConversionContext, net_text};
use crate::dotnet;
use crate::evaluate::collection_method::collection_method;
use crate::evaluate::date_method::date_method;
use crate::evaluate::operator::comparison;
use crate::evaluate::reflection;
use crate::evaluate::span_member;
use crate::evaluate::text_method::text_method;
use crate::evaluate::{
    as_operand, element_argument, enum_member, failure, gathered, harmless, nothing, overload,
    regex_member,
};
use crate::language::ast::Expression;
use crate::pipeline::engine::Engine;
use crate::pipeline::halt::Halt;
use crate::pipeline::sink::Sink;
use crate::text::{Culture, to_text};
use crate::value::Value;

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
            return self.call_static(&owner, &name, &arguments, out);
        }
        if let Some(done) = self.call_of_base(target, &owner, &name, &arguments, out)? {
            return Ok(done);
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
        if let Some(found) = self.enumerator_method(owner.base(), &lower, arguments) {
            return Ok(found);
        }
        if let Some(found) = self.block_method(owner, &lower, arguments, out)? {
            return Ok(found);
        }
        if matches!(owner, Value::Null) {
            return Err(self.fail(failure::method_on_null()));
        }
        if let Some(found) = self.object_method(owner, name, arguments, out)? {
            return Ok(found);
        }
        // A scalar with notes has the methods of the scalar.
        let owner = owner.base();
        let known = harmless::has_method(owner, name) && !reflection::is_properties(owner);
        let context = ConversionContext::invariant(self.host.now());
        let bound = element_argument::bound(owner, known, name, arguments, context)
            .map_err(|record| self.fail(*record))?;
        let arguments = &*bound;
        let outcome = match known {
            true => self.known_method(owner, &lower, arguments, out)?,
            false => Outcome::Unknown,
        };
        match outcome {
            Outcome::Value(value) => Ok(value),
            Outcome::Thrown(exception, message) => {
                let spelled = dotnet::spelled(harmless::family(owner), false, name);
                Err(self.fail(failure::method_invocation(
                    spelled.unwrap_or(name),
                    arguments.len(),
                    exception,
                    &message,
                )))
            }
            Outcome::Unknown => match owner {
                // A method of the elements, as member enumeration has it.
                Value::Array(_) | Value::List(_) if !collection_has(&lower) => {
                    let items = owner.elements().unwrap_or_default();
                    let mut results = Vec::new();
                    for item in &items {
                        self.check_stop()?;
                        let result =
                            self.nested(|engine| engine.call_method(item, name, arguments, out))?;
                        self.session.memory.count_value(&result);
                        results.push(result);
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

    /// A method that the type of `owner` has, itself or as every type has it.
    fn known_method(
        &mut self,
        owner: &Value,
        name: &str,
        arguments: &[Value],
        out: &mut dyn Sink,
    ) -> Result<Outcome, Halt> {
        let own = match owner {
            Value::Named(scalar) if &*scalar.type_name == regex_member::TYPE => {
                self.regex_method(Some(scalar), name, arguments, out)?
            }
            other => self.own_method(other, name, arguments),
        };
        Ok(match own {
            Outcome::Unknown => common_method(owner, name, arguments),
            other => other,
        })
    }

    /// A method that an object has beside those of its type's values: one that was added to it, one of `$PSCmdlet`, `Copy`.
    fn object_method(
        &mut self,
        owner: &Value,
        name: &str,
        arguments: &[Value],
        out: &mut dyn Sink,
    ) -> Result<Option<Value>, Halt> {
        if self.session.computes
            && let Some(found) = self.script_method(owner, name, arguments, out)?
        {
            return Ok(Some(found));
        }
        if let Some(found) = self.class_method(owner, name, arguments, out)? {
            return Ok(Some(found));
        }
        if &*crate::type_names::type_name(owner) == crate::pipeline::running::CMDLET
            && let Some(found) = self.cmdlet_method(name, arguments, out)?
        {
            return Ok(Some(found));
        }
        if let Some(found) = self.match_method(owner, &name.to_ascii_lowercase(), arguments)? {
            return Ok(Some(found));
        }
        if let Some(found) = crate::style::method(owner, name, arguments) {
            return Ok(Some(found));
        }
        if name.eq_ignore_ascii_case("getmessage")
            && arguments.is_empty()
            && &*crate::type_names::type_name(owner) == crate::members::error::CATEGORY_INFO
        {
            return Ok(Some(Value::text(text_of(owner))));
        }
        if name.eq_ignore_ascii_case("copy") && arguments.is_empty() {
            return Ok(reflection::copy(owner));
        }
        Ok(None)
    }

    /// A method that the type of `owner` has itself.
    fn own_method(&mut self, owner: &Value, name: &str, arguments: &[Value]) -> Outcome {
        match owner {
            Value::String(text) => text_method(text, name, arguments),
            Value::DateTime(date) => date_method(*date, name, arguments),
            Value::TimeSpan(ticks) => span_member::method(*ticks, name, arguments),
            Value::Enum(member) => enum_member::method(member, name, arguments),
            Value::Version(parts) => version_method(parts, name, arguments),
            Value::Array(_) | Value::List(_) | Value::Dictionary(_) => {
                let memory = &self.session.memory;
                arguments
                    .iter()
                    .for_each(|own| memory.count_taken(owner, own));
                collection_method(owner, name, arguments)
            }
            _ => Outcome::Unknown,
        }
    }

    /// Methods that run script blocks, and the host's `SetShouldExit`.
    fn block_method(
        &mut self,
        owner: &Value,
        name: &str,
        arguments: &[Value],
        out: &mut dyn Sink,
    ) -> Result<Option<Value>, Halt> {
        match (name, arguments.first(), owner) {
            ("setshouldexit", Some(Value::Int32(code)), Value::Object(_))
                if super::is_host(owner) =>
            {
                self.session.exit_request = Some(*code);
                Ok(Some(nothing()))
            }
            ("getnewclosure", None, Value::ScriptBlock(block)) => Ok(Some(self.closed(block))),
            ("invoke" | "invokereturnasis", _, Value::ScriptBlock(block)) => {
                self.invoke_block(block, arguments, out).map(Some)
            }
            _ => match self.predicate_method(owner.base(), name, arguments, out)? {
                None => match self.try_get(owner.base(), name, arguments)? {
                    None => self.collection_operator(owner, name, arguments, out),
                    found => Ok(found),
                },
                found => Ok(found),
            },
        }
    }
}

/// Methods that collections have themselves, some of them for no arguments that a session knows.
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
            | "clone"
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

/// `Version.ToString(fieldCount)`: no more parts than the version has.
fn version_method(parts: &[i32], name: &str, arguments: &[Value]) -> Outcome {
    let ("tostring", [Value::Int32(count)]) = (name, arguments) else {
        return Outcome::Unknown;
    };
    let most = parts.len();
    match usize::try_from(*count) {
        Ok(count) if count <= most => {
            let shown: Vec<String> = parts[..count].iter().map(i32::to_string).collect();
            Outcome::Value(Value::text(shown.join(".")))
        }
        _ => Outcome::Thrown(
            "System.ArgumentException",
            format!("Argument must be between 0 and {most}. (Parameter 'fieldCount')"),
        ),
    }
}

/// Methods of everything.
fn common_method(owner: &Value, name: &str, arguments: &[Value]) -> Outcome {
    match (name, arguments) {
        ("tostring", []) => Outcome::Value(Value::text(match owner {
            Value::Array(_) | Value::List(_) | Value::Dictionary(_) => {
                crate::type_names::type_name(owner).to_string()
            }
            // .NET's own text has all digits; PowerShell's has fifteen.
            number @ (Value::Double(_) | Value::Single(_)) => net_text(number),
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
        ("compareto", [Value::Null]) => Outcome::Value(Value::Int32(1)),
        ("compareto", [other]) => {
            let own = crate::type_names::type_name(owner);
            match comparison::order(owner, other, true) {
                // .NET compares what is of one type.
                Ok(order) if own == crate::type_names::type_name(other) => {
                    Outcome::Value(Value::Int32(order as i32))
                }
                _ => Outcome::Thrown(
                    "System.ArgumentException",
                    format!(
                        "Object must be of type {}.",
                        crate::type_names::short_name(&own)
                    ),
                ),
            }
        }
        ("gethashcode", []) => Outcome::Unknown,
        _ => Outcome::Unknown,
    }
}

/// `Equals`: no conversion between types.
pub(super) fn equals(owner: &Value, other: &Value) -> bool {
    crate::type_names::type_name(owner) == crate::type_names::type_name(other)
        && comparison::equal(owner, other, true)
}
