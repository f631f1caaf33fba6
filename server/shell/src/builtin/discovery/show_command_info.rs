//! What `Get-Command -ShowCommandInfo` tells of a command: as a form for filling it in would need it.

use std::sync::{Arc, RwLock};

use crate::builtin::discovery::info::command_type;
use crate::builtin::discovery::parameter_info::member_of;
use crate::command::{CommandInfo, ParameterInfo, ParameterType, SetMembership, Validation};
use crate::help::syntax::set_names;
use crate::value::{Array, EnumDefinition, EnumValue, List, Object, Property, Text, Value};

/// The position of a parameter that has none.
const NOWHERE: i32 = i32::MIN;

fn notes(notes: Vec<(&str, Value)>) -> Value {
    let notes = notes.into_iter().map(|(name, value)| Property {
        name: name.into(),
        value,
        note: true,
    });
    Value::Object(Arc::new(Object::custom(notes.collect())))
}

/// A `PSObject[]`.
fn objects(items: Vec<Value>) -> Value {
    Value::Array(Arc::new(Array {
        element_type: "System.Management.Automation.PSObject".into(),
        items: RwLock::new(items),
    }))
}

fn list(type_name: &str, items: Vec<Value>) -> Value {
    Value::List(Arc::new(List {
        keys: None,
        type_name: type_name.into(),
        items: RwLock::new(items),
    }))
}

/// One command; an alias has no parameters of its own.
pub(super) fn of(
    name: &str,
    module: &str,
    kind: i64,
    definition: Value,
    command: Option<&CommandInfo>,
) -> Value {
    let sets = command.map_or_else(Vec::new, |command| {
        set_names(command)
            .iter()
            .map(|set| parameter_set(command, set))
            .collect()
    });
    notes(vec![
        ("Name", Value::text(name)),
        ("ModuleName", Value::text(module)),
        ("Module", notes(vec![("Name", Value::text(module))])),
        ("CommandType", command_type(kind)),
        ("Definition", definition),
        ("ParameterSets", objects(sets)),
    ])
}

fn parameter_set(command: &CommandInfo, set: &Text) -> Value {
    let is_default = command
        .default_set
        .as_ref()
        .is_some_and(|default| default.eq_ignore_ascii_case(set));
    let parameters = command
        .all_parameters()
        .filter_map(|parameter| Some(of_parameter(parameter, member_of(parameter, set)?)))
        .collect();
    notes(vec![
        ("Name", Value::String(set.clone())),
        ("IsDefault", Value::Bool(is_default)),
        ("Parameters", objects(parameters)),
    ])
}

fn of_parameter(parameter: &ParameterInfo, set: &SetMembership) -> Value {
    let members = parameter.validations.iter().rev().find_map(|check| {
        let mut check = check;
        while let Validation::Worded(inner, _) = check {
            check = inner;
        }
        match check {
            Validation::Set(members, _) => Some(Value::strings(members.iter().cloned())),
            _ => None,
        }
    });
    notes(vec![
        ("Name", Value::String(parameter.name.clone())),
        ("IsMandatory", Value::Bool(set.mandatory)),
        ("ValueFromPipeline", Value::Bool(set.from_pipeline)),
        ("Position", Value::Int32(set.position.unwrap_or(NOWHERE))),
        ("ParameterType", of_type(&parameter.parameter_type)),
        ("HasParameterSet", Value::Bool(members.is_some())),
        (
            "ValidParamSetValues",
            members.unwrap_or_else(|| {
                list(
                    "System.Collections.Generic.List`1[System.String]",
                    Vec::new(),
                )
            }),
        ),
    ])
}

fn of_type(parameter_type: &ParameterType) -> Value {
    let (members, element) = match parameter_type {
        ParameterType::Enum(definition) => (members(definition), None),
        ParameterType::Array(element) => (Vec::new(), Some(of_type(element))),
        _ => (Vec::new(), None),
    };
    notes(vec![
        ("FullName", Value::String(parameter_type.full_name())),
        (
            "IsEnum",
            Value::Bool(matches!(parameter_type, ParameterType::Enum(_))),
        ),
        ("IsArray", Value::Bool(element.is_some())),
        ("EnumValues", list("System.Collections.ArrayList", members)),
        // Only arrays are asked for it, and none has it.
        ("HasFlagAttribute", Value::Bool(false)),
        ("ElementType", element.unwrap_or_default()),
        ("ImplementsDictionary", Value::Bool(false)),
    ])
}

/// As `Enum.GetValues` gives them: by their numbers without sign.
fn members(definition: &Arc<EnumDefinition>) -> Vec<Value> {
    let mut numbers: Vec<i64> = definition
        .members
        .iter()
        .map(|(_, number)| *number)
        .collect();
    numbers.sort_by_key(|number| number.cast_unsigned());
    numbers
        .into_iter()
        .map(|number| {
            Value::Enum(EnumValue {
                definition: Arc::clone(definition),
                number,
            })
        })
        .collect()
}
