//! `x.PSObject`: what a value is made of, to be read, and a copy of it.

use std::sync::{Arc, RwLock};

use crate::convert::enumerations;
use crate::members::{properties, same_name, scripts};
use crate::text::read;
use crate::type_names::{type_chain, type_name};
use crate::value::scripts::{Script, ScriptMember};
use crate::value::{EnumValue, List, Object, Property, ScriptBlock, Value};

/// The type of `x.PSObject`.
const REFLECTED: &str = "System.Management.Automation.PSObject";
/// The type of a note.
pub(super) const NOTE: &str = "System.Management.Automation.PSNoteProperty";
/// The type of `x.PSObject.Properties`.
const PROPERTIES: &str = "System.Management.Automation.PSMemberInfoIntegratingCollection`1[System.Management.Automation.PSPropertyInfo]";

/// Most aliases of aliases that are followed.
const MOST_ALIASES: usize = 32;

fn object(type_name: &str, properties: Vec<(&str, Value)>) -> Value {
    Value::Object(Arc::new(Object::typed(
        [type_name.into(), "System.Object".into()].into(),
        properties
            .into_iter()
            .map(|(name, value)| (name.into(), value))
            .collect(),
    )))
}

/// Type names and properties of a value.
pub(super) fn reflection(owner: &Value) -> Value {
    let custom = matches!(owner, Value::Object(object) if object.custom);
    let members = properties(owner).into_iter();
    let scripts = scripts(owner).filter(|own| !own.is_empty());
    let members = members
        .map(
            |own| match scripts.and_then(|scripts| scripts.find(&own.name)) {
                Some(computed) => computed_member(owner, own, &computed),
                None => member(own, custom),
            },
        )
        .collect();
    let names = type_chain(owner).into_iter().map(Value::String);
    object(
        REFLECTED,
        vec![
            (
                "Properties",
                Value::List(Arc::new(List {
                    keys: None,
                    type_name: PROPERTIES.into(),
                    items: RwLock::new(members),
                })),
            ),
            ("TypeNames", Value::array(names.collect())),
            ("BaseObject", owner.clone()),
        ],
    )
}

/// A property as `PSNoteProperty` or `PSProperty`, its own properties in the order of its class.
fn member(own: Property, custom: bool) -> Value {
    let note = own.note || custom;
    // Members of `PSMemberTypes`.
    let (class, kind) = if note {
        ("PSNoteProperty", 8)
    } else {
        ("PSProperty", 4)
    };
    let kind = member_type(kind);
    let of_value = match &own.value {
        Value::Null => "System.Object".into(),
        value => type_name(value),
    };
    let mut parts = vec![("MemberType", kind)];
    if note {
        parts.extend([
            ("IsSettable", Value::Bool(true)),
            ("IsGettable", Value::Bool(true)),
            ("Value", own.value),
        ]);
    } else {
        parts.extend([
            ("Value", own.value),
            ("IsSettable", Value::Bool(false)),
            ("IsGettable", Value::Bool(true)),
        ]);
    }
    parts.extend([
        ("TypeNameOfValue", Value::String(of_value)),
        ("Name", Value::String(own.name)),
        ("IsInstance", Value::Bool(true)),
    ]);
    object(&format!("System.Management.Automation.{class}"), parts)
}

/// `[psnoteproperty]::new(name, value)`.
pub(super) fn note_property(arguments: &[Value]) -> Option<Value> {
    let [name, value] = arguments else {
        return None;
    };
    let own = Property {
        name: super::method::text_of(name).into(),
        value: value.clone(),
        note: true,
    };
    Some(member(own, true))
}

/// A value of `PSMemberTypes`.
fn member_type(number: i64) -> Value {
    enumerations::find("System.Management.Automation.PSMemberTypes")
        .map_or(Value::Null, |definition| {
            Value::Enum(EnumValue { definition, number })
        })
}

/// Whether a property of that name can be set.
fn is_settable(owner: &Value, name: &str, levels: usize) -> bool {
    match scripts(owner).and_then(|own| own.find(name)) {
        Some(own) => match own.script {
            Script::Property { setter, .. } => setter.is_some(),
            Script::Alias { of, .. } => levels > 0 && is_settable(owner, &of, levels - 1),
            Script::Method(_) | Script::Override => false,
            Script::Variable { .. } => true,
        },
        None => properties(owner)
            .iter()
            .any(|own| own.note && same_name(&own.name, name)),
    }
}

/// A computed property as `PSScriptProperty` or `PSAliasProperty`, its own properties in the order of its class.
fn computed_member(owner: &Value, own: Property, computed: &ScriptMember) -> Value {
    let kind = ("MemberType", member_type(computed.kind()));
    let settable = is_settable(owner, &own.name, MOST_ALIASES);
    let settable = ("IsSettable", Value::Bool(settable));
    let block = |block: &Option<Arc<ScriptBlock>>| match block {
        Some(block) => Value::ScriptBlock(Arc::clone(block)),
        None => Value::Null,
    };
    let (class, mut parts) = match &computed.script {
        Script::Alias { of, conversion } => {
            let referenced = crate::members::property(owner, of);
            let of_value = match (conversion, referenced) {
                (Some(conversion), _) => conversion.clone(),
                (None, None | Some(Value::Null)) => "System.Object".into(),
                (None, Some(value)) => type_name(&value),
            };
            let parts = vec![
                ("ReferencedMemberName", Value::String(of.clone())),
                (
                    "ConversionType",
                    conversion.clone().map_or(Value::Null, Value::Type),
                ),
                kind,
                ("TypeNameOfValue", Value::String(of_value)),
                settable,
                ("IsGettable", Value::Bool(true)),
                ("Value", own.value),
            ];
            ("PSAliasProperty", parts)
        }
        Script::Property { getter, setter } => {
            let parts = vec![
                ("GetterScript", block(getter)),
                ("SetterScript", block(setter)),
                kind,
                settable,
                ("IsGettable", Value::Bool(getter.is_some())),
                ("Value", own.value),
                ("TypeNameOfValue", Value::text("System.Object")),
            ];
            ("PSScriptProperty", parts)
        }
        Script::Variable { .. } => return member(own, false),
        Script::Method(_) | Script::Override => return Value::Null,
    };
    parts.extend([
        ("Name", Value::String(own.name)),
        ("IsInstance", Value::Bool(true)),
    ]);
    object(&format!("System.Management.Automation.{class}"), parts)
}

/// Whether a value is a list of properties, which is read only here.
pub(super) fn is_properties(value: &Value) -> bool {
    matches!(value, Value::List(list) if &*list.type_name == PROPERTIES)
}

/// The property that a list of properties has under a name; nothing if the list is of something else, null if there is none.
pub(super) fn property_named(list: &List, index: &Value) -> Option<Value> {
    let Value::String(name) = index.base() else {
        return None;
    };
    (&*list.type_name == PROPERTIES).then(|| {
        let items = read(&list.items);
        let named = |item: &&Value| {
            let own = crate::members::property(item, "Name");
            matches!(own, Some(Value::String(own)) if same_name(&own, name))
        };
        items.iter().find(named).cloned().unwrap_or_default()
    })
}

/// `x.PSObject.Copy()`: an object of its own with the same properties; any other value is its own copy. Nothing if `owner`
/// is no reflection.
pub(super) fn copy(owner: &Value) -> Option<Value> {
    if &*type_name(owner) != REFLECTED {
        return None;
    }
    copy_of(&crate::members::property(owner, "BaseObject")?)
}

/// An object of its own with the same properties; any other value is its own copy.
pub(super) fn copy_of(value: &Value) -> Option<Value> {
    Some(match value {
        Value::Object(own) => Value::Object(Arc::new(Object {
            type_names: RwLock::new(read(&own.type_names).clone()),
            properties: RwLock::new(read(&own.properties).clone()),
            text: own.text.clone(),
            custom: own.custom,
            scripts: own.scripts.clone(),
            instance: own.instance.as_ref().map(|own| Box::new(own.copy())),
        })),
        other => other.clone(),
    })
}
