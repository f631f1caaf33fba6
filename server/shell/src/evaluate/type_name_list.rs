//! `$x.PSObject.TypeNames.Insert(0, 'My.Type')`, `$x.PSObject.Properties.Remove('a')`: the lists of an object that scripts
//! change in place.

use crate::evaluate::method::text_of;
use crate::evaluate::{failure, nothing, reflection};
use crate::language::ast::{Expression, ExpressionKind};
use crate::members::{property, same_name, scripts};
use crate::pipeline::engine::Engine;
use crate::pipeline::halt::Halt;
use crate::pipeline::sink::Sink;
use crate::text::{as_double, write};
use crate::value::{Object, Property, Text, Value};

/// Most type names that a script may give an object.
const MAX_TYPE_NAMES: usize = 64;

impl Engine<'_> {
    /// Calls a method of an object's list of type names or of properties; none if `target` is no such list, or has no such
    /// method.
    pub(super) fn call_type_names(
        &mut self,
        target: &Expression,
        name: &str,
        arguments: &[Value],
        out: &mut dyn Sink,
    ) -> Result<Option<Value>, Halt> {
        if same_name(name, "Remove")
            && let [removed] = arguments
            && let Some(owner) =
                member_of(target, "Properties").and_then(|of| member_of(of, "PSObject"))
        {
            let owner = self.evaluate(owner, out)?;
            remove(&owner, &text_of(removed));
            return Ok(Some(nothing()));
        }
        if same_name(name, "Add")
            && let [added @ Value::Object(_)] = arguments
            && &*crate::type_names::type_name(added) == reflection::NOTE
            && let Some(owner) =
                member_of(target, "Properties").and_then(|of| member_of(of, "PSObject"))
        {
            let owner = self.evaluate(owner, out)?;
            return self.add_note(&owner, added).map(Some);
        }
        let list = member_of(target, "TypeNames").and_then(|of| member_of(of, "PSObject"));
        let Some(owner) = list.or_else(|| member_of(target, "PSTypeNames")) else {
            return Ok(None);
        };
        let Value::Object(object) = self.evaluate(owner, out)? else {
            return Ok(None);
        };
        Ok(change(&object, &name.to_ascii_lowercase(), arguments).then(nothing))
    }
}

impl Engine<'_> {
    /// `$x.PSObject.Properties.Add([psnoteproperty]::new('a', 1))`.
    fn add_note(&self, owner: &Value, added: &Value) -> Result<Value, Halt> {
        let part = |name: &str| property(added, name).unwrap_or_default();
        let name: Text = text_of(&part("Name")).into();
        let properties = match owner {
            Value::Object(object) => &object.properties,
            Value::Noted(noted) => &noted.notes,
            // Nothing else keeps what is added to it.
            _ => return Ok(nothing()),
        };
        let mut properties = write(properties);
        if properties.iter().any(|own| same_name(&own.name, &name)) {
            return Err(self.fail(failure::method_invocation(
                "Add",
                1,
                "System.Management.Automation.ExtendedTypeSystemException",
                &format!("The member \"{name}\" is already present."),
            )));
        }
        properties.push(Property {
            name,
            value: part("Value"),
            note: true,
        });
        Ok(nothing())
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

/// Takes a property away that was added to a value; what its type has stays.
fn remove(owner: &Value, name: &str) {
    let properties = match owner {
        Value::Object(object) => &object.properties,
        Value::Noted(noted) => &noted.notes,
        _ => return,
    };
    let custom = matches!(owner, Value::Object(object) if object.custom);
    write(properties).retain(|own| !(own.note || custom) || !same_name(&own.name, name));
    if let Some(own) = scripts(owner)
        && own.find(name).is_some_and(|own| own.script.is_property())
    {
        own.remove(name);
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
