//! Script properties, alias properties and script methods at work (`MshMemberInfo.cs`).
//!
//! A computed property stands among the other properties of its object with the value that it had when it was last
//! computed. Whoever may read it next (an expression, a command that is given the object, the end of the line) has it
//! computed first; a session without such members asks one flag.

use crate::error_record::{ErrorCategory, ErrorRecord};
use crate::evaluate::{as_operand, gathered, nothing};
use crate::members::{self, same_name};
use crate::pipeline::engine::Engine;
use crate::pipeline::halt::Halt;
use crate::pipeline::sink::{Discard, Record, Sink};
use crate::text::{Culture, read, to_text, write};
use crate::value::scripts::{Script, ScriptMember, Scripts};
use crate::value::{Property, ScriptBlock, Text, Value};
use std::sync::Arc;

/// How deep in collections and properties what is serialised or shown is looked for computed members.
pub(crate) const DEEP: usize = 8;
/// How deep in what a getter gave others are run: each may give as many objects again.
const WITHIN_GETTERS: usize = 4;
/// Most values that are looked through for one object.
const MOST: usize = 1 << 20;

/// What a property gives, or why it gives nothing.
type Computed = Result<Value, Box<ErrorRecord>>;

/// What stands behind a line: what comes there has its properties computed.
pub(crate) struct Computing<'a>(pub(crate) &'a mut dyn Sink);

impl Sink for Computing<'_> {
    fn output(&mut self, engine: &mut Engine<'_>, value: Value) -> Result<(), Halt> {
        if engine.session.computes {
            engine.compute(&value, DEEP, self.0)?;
        }
        self.0.output(engine, value)
    }

    fn record(&mut self, engine: &mut Engine<'_>, record: Record) -> Result<(), Halt> {
        self.0.record(engine, record)
    }
}

/// What stands behind a getter, whose errors nobody sees.
struct Unseen<'a>(&'a mut dyn Sink);

impl Sink for Unseen<'_> {
    fn output(&mut self, engine: &mut Engine<'_>, value: Value) -> Result<(), Halt> {
        self.0.output(engine, value)
    }

    fn record(&mut self, engine: &mut Engine<'_>, record: Record) -> Result<(), Halt> {
        match record {
            Record::Error(_) => Ok(()),
            other => self.0.record(engine, other),
        }
    }
}

/// The computed members of a value; none if it has none.
fn scripts(value: &Value) -> Option<&Scripts> {
    members::scripts(value).filter(|own| !own.is_empty())
}

/// An exception of the extended type system.
fn refused(id: &'static str, exception: &'static str, message: String) -> Box<ErrorRecord> {
    Box::new(ErrorRecord::new(
        id,
        ErrorCategory::NotSpecified,
        format!("System.Management.Automation.{exception}"),
        message,
    ))
}

fn get_failed(name: &str, why: &ErrorRecord) -> Box<ErrorRecord> {
    refused(
        "ScriptGetValueRuntimeException",
        "GetValueInvocationException",
        format!("Exception getting \"{name}\": \"{}\"", why.message),
    )
}

fn set_failed(name: &str, why: &ErrorRecord) -> String {
    format!("Exception setting \"{name}\": \"{}\"", why.message)
}

/// The name of the property that an alias leads to.
fn target(owner: &Value, alias: &str, of: &Text) -> Result<Text, Box<ErrorRecord>> {
    let mut visited: Vec<Text> = Vec::new();
    let mut at = of.clone();
    loop {
        let next = match scripts(owner).and_then(|own| own.find(&at)) {
            Some(ScriptMember {
                script: Script::Alias { of, .. },
                ..
            }) => of,
            Some(own) if own.script.is_property() => return Ok(at),
            None if members::property(owner, &at).is_some() => return Ok(at),
            _ => {
                let message = format!("The member \"{at}\" is not present.");
                return Err(refused(
                    "AliasLookupMemberNotPresent",
                    "ExtendedTypeSystemException",
                    message,
                ));
            }
        };
        if visited.iter().any(|known| same_name(known, &at)) {
            let message = format!("The alias with name \"{alias}\" contains a cycle.");
            return Err(refused(
                "CycleInAliasLookup",
                "ExtendedTypeSystemException",
                message,
            ));
        }
        visited.push(std::mem::replace(&mut at, next));
    }
}

/// Gives a computed property the value that others will read.
fn store(owner: &Value, name: &str, value: Value) {
    let properties = match owner {
        Value::Object(object) => &object.properties,
        Value::Noted(noted) => &noted.notes,
        _ => return,
    };
    let own = |property: &&mut Property| same_name(&property.name, name);
    // What the value was is let go of once nothing is locked.
    let _old = write(properties)
        .iter_mut()
        .find(own)
        .map(|property| std::mem::replace(&mut property.value, value));
}

impl Engine<'_> {
    /// Computes the property of that name, of a value or of its elements.
    pub(super) fn compute_named(
        &mut self,
        owner: &Value,
        name: &str,
        out: &mut dyn Sink,
    ) -> Result<(), Halt> {
        if !self.session.computes {
            return Ok(());
        }
        let name = (!same_name(name, "PSObject")).then_some(name);
        self.compute_within(owner, name, DEEP, &mut 0, out)
    }

    /// Computes all properties of a value, and of what lies that deep within it.
    ///
    /// # Errors
    /// When a getter ends more than itself.
    pub(crate) fn compute(
        &mut self,
        value: &Value,
        depth: usize,
        out: &mut dyn Sink,
    ) -> Result<(), Halt> {
        self.compute_within(value, None, depth, &mut 0, out)
    }

    fn compute_within(
        &mut self,
        value: &Value,
        name: Option<&str>,
        depth: usize,
        seen: &mut usize,
        out: &mut dyn Sink,
    ) -> Result<(), Halt> {
        *seen += 1;
        if *seen > MOST {
            return Ok(());
        }
        self.compute_own(value, name, out)?;
        let Some(depth) = depth.checked_sub(1) else {
            return Ok(());
        };
        let mut getters: Vec<Value> = Vec::new();
        let parts: Vec<Value> = match value.base() {
            Value::Array(array) => read(&array.items).clone(),
            Value::List(list) => read(&list.items).clone(),
            // A name is asked of the elements of a collection only.
            _ if name.is_some() => return Ok(()),
            Value::Dictionary(table) => {
                let entries = read(&table.entries);
                entries.values().map(|(_, item)| item.clone()).collect()
            }
            Value::Object(object) => {
                let properties = read(&object.properties);
                let (computed, plain) = properties
                    .iter()
                    .partition::<Vec<_>, _>(|own| object.scripts.is_getter(&own.name));
                getters.extend(computed.into_iter().map(|own| own.value.clone()));
                plain.into_iter().map(|own| own.value.clone()).collect()
            }
            _ => return Ok(()),
        };
        parts
            .iter()
            .try_for_each(|part| self.compute_within(part, name, depth, seen, out))?;
        let depth = depth.min(WITHIN_GETTERS);
        getters
            .iter()
            .try_for_each(|part| self.compute_within(part, name, depth, seen, out))
    }

    fn compute_own(
        &mut self,
        owner: &Value,
        name: Option<&str>,
        out: &mut dyn Sink,
    ) -> Result<(), Halt> {
        let Some(own) = scripts(owner) else {
            return Ok(());
        };
        for member in own.all() {
            if let Script::Override = &member.script {
                if name.is_none() {
                    self.compute_text(owner, own)?;
                }
                continue;
            }
            if let Script::Method(block) = &member.script {
                if name.is_none() && same_name(&member.name, "ToString") {
                    let outputs = self.member_outputs(block, owner, &[], out)?;
                    let value = outputs.map_or(Value::Null, |all| as_operand(gathered(all)));
                    own.note_text(to_text(&value, Culture::Invariant).into());
                }
                continue;
            }
            if name.is_some_and(|n| !same_name(n, &member.name)) {
                continue;
            }
            let computed = self.value_of(owner, &member, out)?;
            let (value, failed) = match computed {
                Ok(value) => (value, None),
                Err(record) => (Value::Null, Some(record)),
            };
            store(owner, &member.name, value);
            own.note_failure(&member.name, failed);
        }
        Ok(())
    }

    /// The text that an object's class gives of it. One whose method fails has none of its own; what the method writes
    /// nobody sees, since nobody called it.
    fn compute_text(&mut self, owner: &Value, own: &Scripts) -> Result<(), Halt> {
        let outcome =
            self.nested(|engine| engine.class_method(owner, "ToString", &[], &mut Discard));
        if let Ok(text) = self.session.take_error(outcome)? {
            let text = to_text(&text.unwrap_or_default(), Culture::Invariant);
            own.note_text(text.into());
        }
        Ok(())
    }

    /// What a computed property gives now.
    fn value_of(
        &mut self,
        owner: &Value,
        member: &ScriptMember,
        out: &mut dyn Sink,
    ) -> Result<Computed, Halt> {
        let name = &member.name;
        match &member.script {
            Script::Method(_) | Script::Override => Ok(Ok(Value::Null)),
            Script::Variable { scope, key } => {
                let variable = self.referenced(*scope, key);
                Ok(Ok(match variable {
                    Some(variable) => as_operand(variable.value.clone()),
                    // The variable is gone: what it was last stays.
                    None => members::property(owner, name).unwrap_or_default(),
                }))
            }
            Script::Property { getter: None, .. } => Ok(Err(refused(
                "GetWithoutGetterFromScriptPropertyValue",
                "GetValueException",
                format!("Get accessor for property \"{name}\" is unavailable."),
            ))),
            Script::Property {
                getter: Some(getter),
                ..
            } => {
                let outputs = self.member_outputs(getter, owner, &[], &mut Unseen(out))?;
                Ok(match outputs {
                    Ok(outputs) => Ok(as_operand(gathered(outputs))),
                    Err(record) => Err(get_failed(name, &record)),
                })
            }
            Script::Alias { of, conversion } => {
                let of = match target(owner, name, of) {
                    Ok(of) => of,
                    Err(record) => return Ok(Err(record)),
                };
                let found = match scripts(owner).and_then(|own| own.find(&of)) {
                    Some(member) => self.value_of(owner, &member, out)?,
                    None => Ok(members::property(owner, &of).unwrap_or_default()),
                };
                let (Ok(value), Some(conversion)) = (&found, conversion) else {
                    return Ok(found);
                };
                match self.cast_to(value, conversion) {
                    Err(Halt::Error(record)) => Ok(Err(record)),
                    other => other.map(Ok),
                }
            }
        }
    }

    /// What a block of a member writes, or the error that ended it. Calls that lie too deep end more than the block.
    fn member_outputs(
        &mut self,
        block: &Arc<ScriptBlock>,
        this: &Value,
        arguments: &[Value],
        out: &mut dyn Sink,
    ) -> Result<Result<Vec<Value>, Box<ErrorRecord>>, Halt> {
        self.session.try_depth += 1;
        let this = Some((&super::NAMES.this, this));
        let outcome = self.nested(|engine| engine.block_outputs(block, this, arguments, out));
        self.session.try_depth -= 1;
        self.session.take_error(outcome)
    }

    /// Sets a computed property; false if there is none of that name.
    pub(super) fn set_computed(
        &mut self,
        owner: &Value,
        name: &str,
        value: &Value,
        out: &mut dyn Sink,
    ) -> Result<bool, Halt> {
        if !self.session.computes {
            return Ok(false);
        }
        let Some(member) = scripts(owner).and_then(|own| own.find(name)) else {
            return Ok(false);
        };
        match &member.script {
            Script::Method(_) | Script::Override => Ok(false),
            Script::Variable { scope, key } => {
                let set = self.set_referenced(*scope, key, value);
                self.session.take_error(set)?.map_err(|why| {
                    self.fail(*refused(
                        "ExceptionWhenSetting",
                        "SetValueInvocationException",
                        set_failed(&member.name, &why),
                    ))
                })?;
                store(owner, &member.name, value.clone());
                Ok(true)
            }
            Script::Alias { of, .. } => {
                let of = target(owner, &member.name, of).map_err(|record| self.fail(*record))?;
                self.set_property(owner, &of, value.clone(), out)?;
                Ok(true)
            }
            Script::Property { setter: None, .. } => Err(self.fail(*refused(
                "SetWithoutSetterFromScriptProperty",
                "SetValueException",
                format!(
                    "Set accessor for property \"{}\" is unavailable.",
                    member.name
                ),
            ))),
            Script::Property {
                setter: Some(setter),
                ..
            } => {
                let arguments = [as_operand(value.clone())];
                let outputs = self.member_outputs(setter, owner, &arguments, out)?;
                outputs.map(|_| true).map_err(|why| {
                    self.fail(*refused(
                        "ScriptSetValueRuntimeException",
                        "SetValueInvocationException",
                        set_failed(&member.name, &why),
                    ))
                })
            }
        }
    }

    /// Calls a script method; none if there is no such.
    pub(super) fn script_method(
        &mut self,
        owner: &Value,
        name: &str,
        arguments: &[Value],
        out: &mut dyn Sink,
    ) -> Result<Option<Value>, Halt> {
        let Some(member) = scripts(owner).and_then(|own| own.find(name)) else {
            return Ok(None);
        };
        let Script::Method(block) = &member.script else {
            return Ok(None);
        };
        match self.member_outputs(block, owner, arguments, out)? {
            Ok(outputs) if outputs.is_empty() => Ok(Some(nothing())),
            Ok(outputs) => Ok(Some(gathered(outputs))),
            Err(why) => Err(self.fail(*refused(
                "ScriptMethodRuntimeException",
                "MethodInvocationException",
                format!(
                    "Exception calling \"{name}\" with \"{}\" argument(s): \"{}\"",
                    arguments.len(),
                    why.message
                ),
            ))),
        }
    }
}
