//! `$x.PSObject.TypeNames.Insert(0, 'My.Type')`: the one list of an object that scripts change in place.

use crate::evaluate::method::text_of;
use crate::evaluate::nothing;
use crate::language::ast::{Expression, ExpressionKind};
use crate::members::same_name;
use crate::pipeline::engine::Engine;
use crate::pipeline::halt::Halt;
use crate::pipeline::sink::Sink;
use crate::text::{as_double, write};
use crate::value::{Object, Text, Value};

/// Most type names that a script may give an object.
const MAX_TYPE_NAMES: usize = 64;

impl Engine<'_> {
    /// Calls a method of an object's list of type names; none if `target` is no such list, or has no such method.
    pub(super) fn call_type_names(
        &mut self,
        target: &Expression,
        name: &str,
        arguments: &[Value],
        out: &mut dyn Sink,
    ) -> Result<Option<Value>, Halt> {
        let Some(owner) = member_of(target, "TypeNames").and_then(|of| member_of(of, "PSObject"))
        else {
            return Ok(None);
        };
        let Value::Object(object) = self.evaluate(owner, out)? else {
            return Ok(None);
        };
        Ok(change(&object, &name.to_ascii_lowercase(), arguments).then(nothing))
    }
}

/// What `expression` takes a member of that name of.
fn member_of<'a>(expression: &'a Expression, wanted: &str) -> Option<&'a Expression> {
    match &expression.kind {
        ExpressionKind::Member {
            target,
            name,
            is_static: false,
            ..
        } => match &name.kind {
            ExpressionKind::Constant(value) if same_name(&text_of(value), wanted) => Some(target),
            _ => None,
        },
        _ => None,
    }
}

/// Changes the list; false if there is no such method.
fn change(object: &Object, method: &str, arguments: &[Value]) -> bool {
    let mut names = write(&object.type_names);
    let mut changed: Vec<Text> = names.to_vec();
    match (method, arguments) {
        ("insert", [place, name]) => {
            let place = as_double(place).map_or(0, |place| place as usize);
            changed.insert(place.min(names.len()), text_of(name).into());
        }
        ("add", [name]) => changed.push(text_of(name).into()),
        ("remove", [name]) => {
            let name = text_of(name);
            if let Some(place) = changed.iter().position(|own| **own == *name) {
                changed.remove(place);
            }
        }
        ("clear", []) => changed.clear(),
        _ => return false,
    }
    changed.truncate(MAX_TYPE_NAMES);
    *names = changed.into();
    true
}
