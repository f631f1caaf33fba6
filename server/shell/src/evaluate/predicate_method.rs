//! Methods of lists that ask a block about each element: `Find`, `FindAll`, `RemoveAll`.

use std::sync::Arc;

use crate::evaluate::operator::truth;
use crate::evaluate::{NAMES, as_operand, gathered};
use crate::pipeline::engine::Engine;
use crate::pipeline::halt::Halt;
use crate::pipeline::sink::Sink;
use crate::text::{read, write};
use crate::value::{Comparer, List, ScriptBlock, Value};

const METHODS: &[&str] = &[
    "exists",
    "find",
    "findall",
    "findindex",
    "findlast",
    "removeall",
    "trueforall",
];

impl Engine<'_> {
    /// What a block gives that stands for a delegate: its argument is `$_` as well.
    ///
    /// # Errors
    /// What ended the block.
    pub(super) fn call_delegate(
        &mut self,
        block: &Arc<ScriptBlock>,
        argument: &Value,
        out: &mut dyn Sink,
    ) -> Result<Value, Halt> {
        let dollar = Some((&NAMES.dollar, argument));
        let arguments = std::slice::from_ref(argument);
        let outputs = self.block_outputs(block, dollar, arguments, out)?;
        Ok(as_operand(gathered(outputs)))
    }

    /// Calls one of these methods; none if `name` (in lower case) is another one.
    pub(super) fn predicate_method(
        &mut self,
        owner: &Value,
        name: &str,
        arguments: &[Value],
        out: &mut dyn Sink,
    ) -> Result<Option<Value>, Halt> {
        let (Value::List(list), [Value::ScriptBlock(block)]) = (owner, arguments) else {
            return Ok(None);
        };
        if !METHODS.contains(&name)
            || !list
                .type_name
                .starts_with("System.Collections.Generic.List`1")
        {
            return Ok(None);
        }
        self.asked(list, name, block, out).map(Some)
    }

    fn asked(
        &mut self,
        list: &List,
        name: &str,
        block: &Arc<ScriptBlock>,
        out: &mut dyn Sink,
    ) -> Result<Value, Halt> {
        let mut items = read(&list.items).clone();
        if name == "findlast" {
            items.reverse();
        }
        let ends = |answer: bool| match name {
            "exists" | "find" | "findindex" | "findlast" => answer,
            "trueforall" => !answer,
            _ => false,
        };
        let (mut kept, mut rest, mut found) = (Vec::new(), Vec::new(), None);
        for (at, item) in items.into_iter().enumerate() {
            self.check_stop()?;
            let answer = truth(&self.call_delegate(block, &item, out)?);
            if ends(answer) {
                found = Some((at, item));
                break;
            }
            if answer { &mut kept } else { &mut rest }.push(item);
        }
        let place = |n: usize| Value::Int32(i32::try_from(n).unwrap_or(i32::MAX));
        Ok(match name {
            "exists" => Value::Bool(found.is_some()),
            "trueforall" => Value::Bool(found.is_none()),
            "findindex" => found.map_or(Value::Int32(-1), |(at, _)| place(at)),
            "findall" => Value::List(Arc::new(List::new(
                list.type_name.clone(),
                kept,
                Comparer::Exact,
            ))),
            "removeall" => {
                *write(&list.items) = rest;
                place(kept.len())
            }
            _ => match found {
                Some((_, item)) => item,
                None => self.zero_of(list),
            },
        })
    }

    /// What a list's elements are where there is none: zero, or null.
    fn zero_of(&self, list: &List) -> Value {
        let element = list
            .type_name
            .split_once('[')
            .map(|(_, rest)| &rest[..rest.len() - 1]);
        element
            .and_then(|element| self.find_type(element))
            .filter(|element| &*element.full_name() != "System.String")
            .and_then(|element| super::constructor::of_nothing(&element))
            .unwrap_or_default()
    }
}
