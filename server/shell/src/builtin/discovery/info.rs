//! Commands, aliases and functions as the objects that `Get-Command` emits.

use std::sync::{Arc, RwLock};

use indexmap::IndexMap;

use crate::command::{CommandInfo, ParameterInfo};
use crate::convert::enumerations;
use crate::help::syntax::{definition, is_switch};
use crate::value::{Array, Dictionary, EnumValue, Object, Text, Value};

/// A member of `System.Management.Automation.CommandTypes`.
pub(super) fn command_type(number: i64) -> Value {
    enumerations::find("System.Management.Automation.CommandTypes")
        .map_or(Value::Null, |definition| {
            Value::Enum(EnumValue { definition, number })
        })
}

fn object(type_name: &str, name: &str, properties: Vec<(&str, Value)>) -> Value {
    let type_names = [
        format!("System.Management.Automation.{type_name}"),
        "System.Management.Automation.CommandInfo".to_owned(),
        "System.Object".to_owned(),
    ]
    .map(Text::from);
    let mut object = Object::typed(
        type_names.into(),
        properties
            .into_iter()
            .map(|(name, value)| (Text::from(name), value))
            .collect(),
    );
    object.text = Some(name.into());
    Value::Object(Arc::new(object))
}

fn strings(items: &[Text]) -> Value {
    Value::Array(Arc::new(Array {
        element_type: "System.String".into(),
        items: RwLock::new(items.iter().cloned().map(Value::String).collect()),
    }))
}

/// A cmdlet as `CmdletInfo`.
pub(super) fn cmdlet(command: &CommandInfo) -> Value {
    let (verb, noun) = command.name.split_once('-').unwrap_or((&command.name, ""));
    let output = command
        .output_types
        .iter()
        .map(|name| Value::String(name.clone()))
        .collect();
    object(
        "CmdletInfo",
        &command.name,
        vec![
            ("Verb", Value::text(verb)),
            ("Noun", Value::text(noun)),
            ("Definition", Value::text(definition(command))),
            (
                "DefaultParameterSet",
                command
                    .default_set
                    .clone()
                    .map_or(Value::Null, Value::String),
            ),
            ("OutputType", Value::array(output)),
            ("Name", Value::String(command.name.clone())),
            ("CommandType", command_type(8)),
            ("Source", Value::String(command.module.clone())),
            ("Version", Value::Null),
            ("ModuleName", Value::String(command.module.clone())),
            (
                "ImplementingType",
                Value::Type(command.implementing_type.clone()),
            ),
            ("Parameters", parameters(command)),
        ],
    )
}

/// Parameters by name, as `ParameterMetadata`.
fn parameters(command: &CommandInfo) -> Value {
    let entries: IndexMap<Text, (Value, Value)> = command
        .all_parameters()
        .map(|parameter| {
            let key = Text::from(parameter.name.to_lowercase());
            (
                key,
                (Value::String(parameter.name.clone()), metadata(parameter)),
            )
        })
        .collect();
    Value::Dictionary(Arc::new(Dictionary {
        type_name: "System.Collections.Generic.Dictionary`2[System.String,System.Management.Automation.ParameterMetadata]".into(),
        entries: RwLock::new(entries),
    }))
}

fn metadata(parameter: &ParameterInfo) -> Value {
    let type_names = [
        "System.Management.Automation.ParameterMetadata",
        "System.Object",
    ]
    .map(Text::from);
    Value::Object(Arc::new(Object::typed(
        type_names.into(),
        vec![
            ("Name".into(), Value::String(parameter.name.clone())),
            (
                "ParameterType".into(),
                Value::Type(parameter.parameter_type.full_name()),
            ),
            ("IsDynamic".into(), Value::Bool(false)),
            ("Aliases".into(), strings(&parameter.aliases)),
            ("SwitchParameter".into(), Value::Bool(is_switch(parameter))),
        ],
    )))
}

/// An alias as `AliasInfo`.
pub(in crate::builtin) fn alias(name: &str, target: &str) -> Value {
    object(
        "AliasInfo",
        name,
        vec![
            ("DisplayName", Value::text(format!("{name} -> {target}"))),
            ("Definition", Value::text(target)),
            ("Name", Value::text(name)),
            ("CommandType", command_type(1)),
            ("Source", Value::text("")),
            ("Version", Value::Null),
            ("ModuleName", Value::text("")),
            ("ResolvedCommandName", Value::text(target)),
        ],
    )
}

/// A function as `FunctionInfo`.
pub(super) fn function(name: &str) -> Value {
    object(
        "FunctionInfo",
        name,
        vec![
            ("Name", Value::text(name)),
            ("CommandType", command_type(2)),
            ("Source", Value::text("")),
            ("Version", Value::Null),
            ("ModuleName", Value::text("")),
        ],
    )
}
