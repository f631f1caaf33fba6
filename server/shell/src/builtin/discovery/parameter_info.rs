//! What `Get-Command` tells of a command's parameters: by name, and set by set.

use std::sync::{Arc, RwLock};

use indexmap::IndexMap;

use crate::builtin::discovery::info::object;
use crate::command::{ALL_SETS, CommandInfo, ParameterInfo, SetMembership, Validation};
use crate::help::syntax::{is_switch, set_names, usage};
use crate::value::{Dictionary, Text, Value};

/// The position of a parameter that has none.
const NOWHERE: i32 = i32::MIN;

fn dictionary(of: &str, entries: impl Iterator<Item = (Text, Value)>) -> Value {
    let entries: IndexMap<Text, (Value, Value)> = entries
        .map(|(name, value)| {
            let key = Text::from(name.to_lowercase());
            (key, (Value::String(name), value))
        })
        .collect();
    Value::Dictionary(Arc::new(Dictionary {
        comparer: Default::default(),
        type_name: format!(
            "System.Collections.Generic.Dictionary`2[System.String,System.Management.Automation.{of}]"
        )
        .into(),
        entries: RwLock::new(entries),
    }))
}

/// Parameters by name, as `ParameterMetadata`.
pub(super) fn by_name(command: &CommandInfo) -> Value {
    let entries = command
        .all_parameters()
        .map(|parameter| (parameter.name.clone(), metadata(parameter)));
    dictionary("ParameterMetadata", entries)
}

fn metadata(parameter: &ParameterInfo) -> Value {
    let sets = parameter
        .sets
        .iter()
        .map(|set| (set.set.clone(), set_metadata(parameter, set)));
    object(
        &["ParameterMetadata"],
        None,
        vec![
            ("Name", Value::String(parameter.name.clone())),
            (
                "ParameterType",
                Value::Type(parameter.parameter_type.full_name()),
            ),
            ("ParameterSets", dictionary("ParameterSetMetadata", sets)),
            ("IsDynamic", Value::Bool(false)),
            ("Aliases", Value::strings(parameter.aliases.iter().cloned())),
            ("Attributes", attributes(parameter)),
            ("SwitchParameter", Value::Bool(is_switch(parameter))),
        ],
    )
}

/// What a membership says: whether the parameter must be given, where it stands, what it takes from the pipeline.
fn membership(set: &SetMembership) -> Vec<(&'static str, Value)> {
    vec![
        ("IsMandatory", Value::Bool(set.mandatory)),
        ("Position", Value::Int32(set.position.unwrap_or(NOWHERE))),
        ("ValueFromPipeline", Value::Bool(set.from_pipeline)),
        (
            "ValueFromPipelineByPropertyName",
            Value::Bool(set.from_pipeline_by_property_name),
        ),
        (
            "ValueFromRemainingArguments",
            Value::Bool(set.from_remaining_arguments),
        ),
    ]
}

fn help_message(parameter: &ParameterInfo) -> Value {
    Value::text(parameter.help_message.as_deref().unwrap_or(""))
}

fn set_metadata(parameter: &ParameterInfo, set: &SetMembership) -> Value {
    let mut properties = membership(set);
    properties.push(("HelpMessage", help_message(parameter)));
    object(&["ParameterSetMetadata"], None, properties)
}

/// The attributes that the parameter is declared with.
fn attributes(parameter: &ParameterInfo) -> Value {
    let mut all: Vec<Value> = parameter
        .sets
        .iter()
        .map(|set| parameter_attribute(parameter, set))
        .collect();
    let plain = |name: &str| object(&[name], None, Vec::new());
    if !parameter.aliases.is_empty() {
        all.push(object(
            &["AliasAttribute"],
            None,
            vec![(
                "AliasNames",
                Value::strings(parameter.aliases.iter().cloned()),
            )],
        ));
    }
    for (allowed, name) in [
        (parameter.allow_null, "AllowNullAttribute"),
        (parameter.allow_empty_string, "AllowEmptyStringAttribute"),
        (
            parameter.allow_empty_collection,
            "AllowEmptyCollectionAttribute",
        ),
    ] {
        all.extend(allowed.then(|| plain(name)));
    }
    all.extend(parameter.validations.iter().map(|check| plain(kind(check))));
    Value::array(all)
}

fn kind(check: &Validation) -> &'static str {
    match check {
        Validation::Set(..) => "ValidateSetAttribute",
        Validation::Range(..) | Validation::RangeKind(_) => "ValidateRangeAttribute",
        Validation::Length(..) => "ValidateLengthAttribute",
        Validation::Count(..) => "ValidateCountAttribute",
        Validation::Pattern(..) => "ValidatePatternAttribute",
        Validation::NotNull => "ValidateNotNullAttribute",
        _ => "ValidateNotNullOrEmptyAttribute",
    }
}

fn parameter_attribute(parameter: &ParameterInfo, set: &SetMembership) -> Value {
    let mut properties = membership(set);
    properties[0].0 = "Mandatory";
    properties.swap(0, 1);
    properties.insert(1, ("ParameterSetName", Value::String(set.set.clone())));
    properties.push(("HelpMessage", help_message(parameter)));
    properties.push(("DontShow", Value::Bool(false)));
    object(&["ParameterAttribute"], None, properties)
}

/// The parameter sets, as `CommandParameterSetInfo`.
pub(super) fn sets(command: &CommandInfo) -> Value {
    let sets = set_names(command)
        .iter()
        .map(|set| {
            let parameters = command
                .all_parameters()
                .filter_map(|parameter| {
                    let membership = member_of(parameter, set)?;
                    Some(in_set(parameter, membership))
                })
                .collect();
            let is_default = command
                .default_set
                .as_ref()
                .is_some_and(|default| default.eq_ignore_ascii_case(set));
            object(
                &["CommandParameterSetInfo"],
                Some(usage(command, set).into()),
                vec![
                    ("Name", Value::String(set.clone())),
                    ("IsDefault", Value::Bool(is_default)),
                    ("Parameters", Value::array(parameters)),
                ],
            )
        })
        .collect();
    Value::array(sets)
}

pub(super) fn member_of<'a>(parameter: &'a ParameterInfo, set: &str) -> Option<&'a SetMembership> {
    let named = |name: &str| parameter.sets.iter().find(|own| &*own.set == name);
    named(set).or_else(|| named(ALL_SETS))
}

/// A parameter as one set has it, as `CommandParameterInfo`.
fn in_set(parameter: &ParameterInfo, set: &SetMembership) -> Value {
    let mut properties = vec![
        ("Name", Value::String(parameter.name.clone())),
        (
            "ParameterType",
            Value::Type(parameter.parameter_type.full_name()),
        ),
    ];
    let mut member = membership(set).into_iter();
    properties.extend(member.next());
    properties.push(("IsDynamic", Value::Bool(false)));
    properties.extend(member);
    properties.extend([
        ("HelpMessage", help_message(parameter)),
        ("Aliases", Value::strings(parameter.aliases.iter().cloned())),
        ("Attributes", attributes(parameter)),
    ]);
    object(&["CommandParameterInfo"], None, properties)
}
