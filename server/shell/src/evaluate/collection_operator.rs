//! `.Where(…)` and `.ForEach(…)` of everything, and `.Invoke(…)` of a script block (`EnumerableOps`).

use std::sync::{Arc, RwLock};

use crate::command::ParameterType;
use crate::convert::enumerations;
use crate::evaluate::method::text_of;
use crate::evaluate::operator::truth;
use crate::evaluate::{as_operand, failure, gathered, nothing, overload};
use crate::members;
use crate::pipeline::call_stack::Frame;
use crate::pipeline::engine::Engine;
use crate::pipeline::halt::Halt;
use crate::pipeline::sink::Sink;
use crate::value::{List, ScriptBlock, Text, Value};

const COLLECTION: &str = "System.Collections.ObjectModel.Collection`1";
const ANYTHING: &str = "System.Management.Automation.PSObject";

/// `WhereOperatorSelectionMode`.
mod mode {
    pub(super) const DEFAULT: i64 = 0;
    pub(super) const FIRST: i64 = 1;
    pub(super) const LAST: i64 = 2;
    pub(super) const SKIP_UNTIL: i64 = 3;
    pub(super) const UNTIL: i64 = 4;
    pub(super) const SPLIT: i64 = 5;
}

fn collection(of: &str, items: Vec<Value>) -> Value {
    Value::List(Arc::new(List {
        keys: None,
        type_name: format!("{COLLECTION}[{of}]").into(),
        items: RwLock::new(items),
    }))
}

impl Engine<'_> {
    /// Calls one of the two operators, if `name` (in lower case) is one; on `$null` they go through nothing.
    pub(super) fn collection_operator(
        &mut self,
        owner: &Value,
        name: &str,
        arguments: &[Value],
        out: &mut dyn Sink,
    ) -> Result<Option<Value>, Halt> {
        let items = || match owner {
            Value::Null => Vec::new(),
            other => other.elements().unwrap_or_else(|| vec![other.clone()]),
        };
        match name {
            "where" | "pswhere" => self.where_operator(items(), arguments, out).map(Some),
            "foreach" | "psforeach" => self.for_each_operator(items(), arguments, out).map(Some),
            _ => Ok(None),
        }
    }

    fn where_operator(
        &mut self,
        items: Vec<Value>,
        arguments: &[Value],
        out: &mut dyn Sink,
    ) -> Result<Value, Halt> {
        if !(1..=3).contains(&arguments.len()) {
            let usage = ".Where({ expression } [, mode [, numberToReturn]])";
            return Err(self.fail(overload::none_found(usage, arguments.len())));
        }
        let block = self.cast_to(&arguments[0], "System.Management.Automation.ScriptBlock")?;
        let mode = match arguments.get(1) {
            Some(mode) => self.selection_mode(mode)?,
            None => mode::DEFAULT,
        };
        let count = match arguments.get(2) {
            Some(count) => self.cast_to(count, "System.Int32")?,
            None => Value::Int32(0),
        };
        let Value::Int32(count) = count else {
            return Ok(Value::Null);
        };
        let Ok(most) = usize::try_from(count) else {
            return Err(self.fail(failure::thrown(
                "System.ArgumentOutOfRangeException",
                format!(
                    "The 'numberToReturn' value provided to the third argument of the Where() operator must be greater \
                     than zero. Please correct the argument's value and try running your script again. (Parameter \
                     'numberToReturn')\nActual value was {count}."
                ),
            )));
        };
        match block {
            Value::ScriptBlock(block) => self.where_block(items, &block, mode, most, out),
            _ if mode == mode::DEFAULT => Err(self.fail(failure::thrown(
                "System.InvalidOperationException",
                "If the expression passed to the Where() operator is null then you must specify a non-Default value for \
                 the selection mode argument. Please change the value of the mode argument to a value other than Default \
                 and try running your script again.",
            ))),
            _ => Ok(sliced(items, mode, most.max(1))),
        }
    }

    fn selection_mode(&mut self, value: &Value) -> Result<i64, Halt> {
        let Some(definition) =
            enumerations::find("System.Management.Automation.WhereOperatorSelectionMode")
        else {
            return Ok(mode::DEFAULT);
        };
        Ok(match self.cast(value, &ParameterType::Enum(definition))? {
            Value::Enum(member) => member.number,
            _ => mode::DEFAULT,
        })
    }

    fn where_block(
        &mut self,
        items: Vec<Value>,
        block: &Arc<ScriptBlock>,
        mode: i64,
        most: usize,
        out: &mut dyn Sink,
    ) -> Result<Value, Halt> {
        let (mut kept, mut rest) = (Vec::new(), Vec::new());
        let mut items = items.into_iter();
        let mut turned = false;
        for item in items.by_ref() {
            if turned {
                kept.push(item);
                if most > 0 && kept.len() >= most {
                    break;
                }
                continue;
            }
            let outputs = self.gather(out, |engine, sink| {
                engine.run_block(block, Some(&item), &[], sink)
            })?;
            match (mode, truth(&as_operand(gathered(outputs)))) {
                (mode::UNTIL, true) => break,
                (mode::UNTIL, false) => {
                    kept.push(item);
                    if most > 0 && kept.len() >= most {
                        break;
                    }
                }
                (mode::LAST, true) => {
                    kept.push(item);
                    if kept.len() > most.max(1) {
                        kept.remove(0);
                    }
                }
                (_, true) => {
                    turned = mode == mode::SKIP_UNTIL;
                    kept.push(item);
                    if (most == 0 && mode == mode::FIRST) || (most > 0 && kept.len() == most) {
                        break;
                    }
                }
                (mode::SPLIT, false) => rest.push(item),
                (_, false) => {}
            }
        }
        let kept = collection(ANYTHING, kept);
        if mode == mode::SPLIT {
            rest.extend(items);
            return Ok(Value::array(vec![kept, collection(ANYTHING, rest)]));
        }
        Ok(kept)
    }

    fn for_each_operator(
        &mut self,
        items: Vec<Value>,
        arguments: &[Value],
        out: &mut dyn Sink,
    ) -> Result<Value, Halt> {
        let Some((first, more)) = arguments.split_first() else {
            let usage = ".ForEach(expression [, arguments...])";
            return Err(self.fail(overload::none_found(usage, 0)));
        };
        let mut results = Vec::new();
        match first.base() {
            Value::Type(name) => return self.for_each_type(name, items),
            Value::ScriptBlock(block) => {
                let body = &block.body;
                let each = body.process.as_deref().unwrap_or(&body.end);
                let begin = body.begin.as_deref().map(|part| (part, None));
                let end = body.process.is_some().then_some((&*body.end, items.last()));
                let parts = begin
                    .into_iter()
                    .chain(items.iter().map(|item| (each, Some(item))))
                    .chain(end);
                for (part, item) in parts {
                    results.extend(self.gather(out, |engine, sink| {
                        engine.run_part(block, part, item, more, sink)
                    })?);
                }
            }
            name => {
                let name = text_of(name);
                for item in &items {
                    if let Some(value) = self.for_each_member(item, &name, more, out)? {
                        results.push(value);
                    }
                }
            }
        }
        Ok(collection(ANYTHING, results))
    }

    /// `.ForEach([type])`: a collection of that type, or one of the type's own kind.
    fn for_each_type(&mut self, name: &Text, items: Vec<Value>) -> Result<Value, Halt> {
        let Some(target) = self.find_type(name) else {
            return Ok(Value::Null);
        };
        match &target {
            ParameterType::Array(_) | ParameterType::List(..) if &**name != "System.Collections.ArrayList" => {
                self.cast(&Value::array(items), &target)
            }
            ParameterType::List(..) => Err(self.refuse(
                "ForEachTypeConversionFailed",
                format!(
                    "Unable to convert input to the target type [{name}] passed to the ForEach() operator. Please check \
                     the specified type and try running your script again."
                ),
            )),
            element => {
                let converted = items.iter().map(|item| self.cast(item, element)).collect::<Result<_, _>>()?;
                Ok(collection(&element.full_name(), converted))
            }
        }
    }

    /// A member of one element, read, set or called; nothing where it was set.
    fn for_each_member(
        &mut self,
        item: &Value,
        name: &str,
        arguments: &[Value],
        out: &mut dyn Sink,
    ) -> Result<Option<Value>, Halt> {
        let table = matches!(item.base(), Value::Dictionary(_));
        if matches!(item, Value::Null) && !arguments.is_empty() {
            return Err(self.fail(failure::method_invocation(
                name,
                arguments.len(),
                "System.NullReferenceException",
                "Object reference not set to an instance of an object.",
            )));
        }
        self.compute_named(item, name, out)?;
        let own = members::property(item, name);
        if own.is_none()
            && let Some(found) = self.script_method(item, name, arguments, out)?
        {
            return Ok(Some(found));
        }
        if own.is_none() && !table && super::harmless::has_method(item.base(), name) {
            return self.call_method(item, name, arguments, out).map(Some);
        }
        match arguments {
            [] => Ok(Some(own.unwrap_or_default())),
            _ if own.is_none() && !table => Err(self.refuse(
                "ForEachNonexistentMemberReference",
                format!(
                    "The ForEach() operator could not find a member '{name}' on the target object. Please verify that \
                     the named member exists and then try running your script again."
                ),
            )),
            [value] => self.set_property(item, name, value.clone(), out).map(|()| None),
            values => self.set_property(item, name, Value::array(values.to_vec()), out).map(|()| None),
        }
    }

    /// `{ … }.Invoke(…)`: in a scope of its own.
    pub(super) fn invoke_block(
        &mut self,
        block: &Arc<ScriptBlock>,
        arguments: &[Value],
        out: &mut dyn Sink,
    ) -> Result<Value, Halt> {
        match self.block_outputs(block, None, arguments, out) {
            Ok(outputs) if outputs.is_empty() => Ok(nothing()),
            Ok(outputs) => Ok(collection(ANYTHING, outputs)),
            // What flies out of the block flies out of a method.
            Err(Halt::Error(record) | Halt::Throw(record)) => {
                Err(self.fail(failure::method_invocation(
                    "Invoke",
                    arguments.len(),
                    &record.exception,
                    &record.message,
                )))
            }
            Err(halt) => Err(halt),
        }
    }

    /// What a block writes that runs in a scope of its own, with a variable of its own if there is one: `$this` of a member, `$_` of a
    /// delegate.
    pub(super) fn block_outputs(
        &mut self,
        block: &Arc<ScriptBlock>,
        own: Option<(&Text, &Value)>,
        arguments: &[Value],
        out: &mut dyn Sink,
    ) -> Result<Vec<Value>, Halt> {
        let closure = block.closure.clone();
        self.enclosed(closure.as_deref(), |engine| {
            engine.open_block_outputs(block, own, arguments, out)
        })
    }

    fn open_block_outputs(
        &mut self,
        block: &Arc<ScriptBlock>,
        own: Option<(&Text, &Value)>,
        arguments: &[Value],
        out: &mut dyn Sink,
    ) -> Result<Vec<Value>, Halt> {
        let depth = self.session.scopes.enter(false);
        if let Some((name, value)) = own {
            self.session.scopes.set_local(name, value.clone());
        }
        let outputs = self.gather(out, |engine, sink| {
            let body = block.body.clone();
            let declared = engine.within(&body, Frame::default(), |engine| {
                engine.declare_script_parameters(&body, arguments, sink)
            });
            declared.and_then(|()| match engine.run_body(&body, sink) {
                Err(Halt::Return) => Ok(()),
                other => other,
            })
        });
        self.session.scopes.leave(depth);
        outputs
    }

    /// Runs statements of a block in the current scope with `$_` and its parameters, which are gone afterwards.
    fn run_part(
        &mut self,
        block: &Arc<ScriptBlock>,
        statements: &[crate::language::ast::Statement],
        dollar: Option<&Value>,
        arguments: &[Value],
        sink: &mut dyn Sink,
    ) -> Result<(), Halt> {
        let names = &*super::NAMES;
        let body = block.body.clone();
        let own = body
            .parameters
            .iter()
            .map(|own| Text::from(own.name.to_lowercase()));
        let keys: Vec<Text> = own
            .chain([names.dollar.clone(), names.args.clone()])
            .collect();
        let scopes = &mut self.session.scopes;
        let saved: Vec<_> = keys.iter().map(|key| scopes.remove_local(key)).collect();
        scopes.set_local(&names.dollar, dollar.cloned().unwrap_or_default());
        let outcome = self.within(&body, Frame::default(), |engine| {
            engine.declare_script_parameters(&body, arguments, sink)?;
            engine.run_statements(statements, sink)
        });
        let scopes = &mut self.session.scopes;
        for (key, saved) in keys.iter().zip(saved) {
            scopes.restore_local(key, saved);
        }
        match outcome {
            Err(Halt::Return) => Ok(()),
            other => other,
        }
    }
}

/// Without a condition the mode and the count cut the list.
fn sliced(mut items: Vec<Value>, mode: i64, most: usize) -> Value {
    match mode {
        mode::SKIP_UNTIL => Value::array(items.split_off(most.min(items.len()))),
        mode::LAST => {
            let from = items.len().saturating_sub(most);
            Value::array(items.split_off(from))
        }
        mode::SPLIT => {
            let rest = items.split_off(most.min(items.len()));
            Value::array(vec![Value::array(items), Value::array(rest)])
        }
        _ => {
            items.truncate(most);
            Value::array(items)
        }
    }
}
