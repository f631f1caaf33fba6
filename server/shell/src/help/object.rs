//! Help as objects: what `Get-Help` emits. A command without written help gets what its declaration says
//! (`ExtendedCmdletHelpInfo`), one with written help PowerShell's own shape of it (`MamlCommandHelpInfo`).

use std::sync::Arc;

use crate::binder::is_common;
use crate::command::{
    ALL_SETS, CommandInfo, CommandKind, ParameterInfo, ParameterType, SetMembership, Validation,
};
use crate::help::syntax::{
    SetParameter, TypeStyle, definition, is_switch, set_names, set_parameters, type_text,
};
use crate::help::written::{written, written_parameter};
use crate::value::{Object, Text, Value};

/// How much of it is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Detail {
    /// Name, synopsis, syntax, description.
    #[default]
    Normal,
    /// With parameters and examples.
    Detailed,
    /// With everything.
    Full,
    /// Name, synopsis and examples.
    Examples,
}

impl Detail {
    /// What PowerShell adds to the type name for it.
    pub fn suffix(self) -> &'static str {
        match self {
            Self::Normal => "",
            Self::Detailed => "#DetailedView",
            Self::Full => "#FullView",
            Self::Examples => "#ExamplesView",
        }
    }
}

/// Help of a command. `aliases` are other names of the command.
pub fn command_help(command: &CommandInfo, aliases: &[Text], detail: Detail) -> Value {
    if has_written_help(command) {
        written(command, detail)
    } else {
        declared(command, aliases, detail)
    }
}

/// Whether somebody wrote help for the command.
pub fn has_written_help(command: &CommandInfo) -> bool {
    let help = &command.help;
    let said = [&help.description, &help.links, &help.inputs];
    !help.synopsis.is_empty()
        || !help.notes.is_empty()
        || !help.examples.is_empty()
        || said.iter().any(|said| !said.is_empty())
}

pub(crate) fn object(type_names: &[String], properties: Vec<(&str, Value)>) -> Value {
    let names: Vec<Text> = type_names.iter().map(|name| Text::from(&**name)).collect();
    let mut made = Object::typed(
        names.into(),
        properties
            .into_iter()
            .map(|(name, value)| (Text::from(name), value))
            .collect(),
    );
    made.custom = true;
    Value::Object(Arc::new(made))
}

pub(super) fn text(text: impl AsRef<str>) -> Value {
    Value::text(text.as_ref())
}

/// The category of help that a command counts to.
pub(crate) fn category(command: &CommandInfo) -> &'static str {
    match command.kind {
        CommandKind::Cmdlet => "Cmdlet",
        CommandKind::AdvancedFunction | CommandKind::SimpleFunction => "Function",
    }
}

pub(super) fn verb_and_noun(command: &CommandInfo) -> (&str, &str) {
    command.name.split_once('-').unwrap_or((&command.name, ""))
}

/// Parameters that help lists: all but the common ones.
pub(crate) fn listed(command: &CommandInfo) -> Vec<&ParameterInfo> {
    command
        .all_parameters()
        .filter(|parameter| {
            matches!(&*parameter.name, "WhatIf" | "Confirm") || !is_common(command, &parameter.name)
        })
        .collect()
}

/// The family of types of help that comes from a declaration.
const DECLARED: &str = "ExtendedCmdletHelpInfo";

pub(super) fn part(family: &str, name: &str, properties: Vec<(&str, Value)>) -> Value {
    object(&[format!("{family}#{name}")], properties)
}

fn details(family: &str, command: &CommandInfo) -> Value {
    let (verb, noun) = verb_and_noun(command);
    part(
        family,
        "details",
        vec![
            ("name", text(&command.name)),
            ("noun", text(noun)),
            ("verb", text(verb)),
        ],
    )
}

/// The family's type name for what is shown, then the family and what `bases` it has.
pub(super) fn type_names(family: &str, detail: Detail, bases: &[&str]) -> Vec<String> {
    let mut names = Vec::new();
    if detail != Detail::Normal {
        names.push(format!("{family}{}", detail.suffix()));
    }
    names.push(family.to_owned());
    names.extend(bases.iter().map(|base| (*base).to_owned()));
    names
}

fn has_common(command: &CommandInfo) -> Value {
    Value::Bool(command.kind != CommandKind::SimpleFunction)
}

fn declared_syntax(command: &CommandInfo) -> Value {
    let items = set_names(command)
        .iter()
        .map(|set| {
            let parameters = set_parameters(command, set)
                .into_iter()
                .map(|member| declared_parameter(member.parameter, Some(member)))
                .collect();
            part(
                DECLARED,
                "syntaxItem",
                vec![
                    ("name", text(&command.name)),
                    ("CommonParameters", has_common(command)),
                    ("parameter", Value::array(parameters)),
                ],
            )
        })
        .collect();
    part(
        DECLARED,
        "syntax",
        vec![("syntaxItem", Value::array(items))],
    )
}

fn declared_parameters(command: &CommandInfo) -> Value {
    let mut parameters = listed(command);
    parameters.sort_by(|a, b| a.name.cmp(&b.name));
    let parameters = parameters
        .into_iter()
        .map(|parameter| declared_parameter(parameter, None))
        .collect();
    part(
        DECLARED,
        "parameters",
        vec![("parameter", Value::array(parameters))],
    )
}

fn declared(command: &CommandInfo, aliases: &[Text], detail: Detail) -> Value {
    let inputs = vec![("inputType", type_part("inputType", &input_types(command)))];
    let outputs = vec![(
        "returnValue",
        type_part("returnValue", &output_types(command)),
    )];
    let mut properties = vec![
        ("CommonParameters", has_common(command)),
        ("details", details(DECLARED, command)),
        ("Syntax", declared_syntax(command)),
        ("parameters", declared_parameters(command)),
        ("inputTypes", part(DECLARED, "inputTypes", inputs)),
        ("returnValues", part(DECLARED, "returnValues", outputs)),
        ("aliases", text(format!("{}\n", alias_text(aliases)))),
        ("remarks", text("None")),
    ];
    properties.extend(unwritten(command));
    let names = type_names(DECLARED, detail, &["CmdletHelpInfo", "HelpInfo"]);
    object(&names, properties)
}

/// What help that nobody wrote has beside the declaration: the same for every command, but for its names.
fn unwritten(command: &CommandInfo) -> Vec<(&'static str, Value)> {
    const MAML: &str = "http://schemas.microsoft.com/maml";
    vec![
        ("PSSnapIn", Value::Null),
        ("alertSet", Value::Null),
        ("description", Value::Null),
        ("examples", Value::Null),
        ("Synopsis", text(definition(command))),
        ("ModuleName", text(&command.module)),
        ("nonTerminatingErrors", text("")),
        ("xmlns:command", text(format!("{MAML}/dev/command/2004/10"))),
        ("xmlns:dev", text(format!("{MAML}/dev/2004/10"))),
        ("xmlns:maml", text(format!("{MAML}/2004/10"))),
        ("Name", text(&command.name)),
        ("Category", text(category(command))),
        ("Component", Value::Null),
        ("Role", Value::Null),
        ("Functionality", Value::Null),
    ]
}

fn type_part(name: &str, shown: &str) -> Value {
    let of_type = object(
        &["ExtendedCmdletHelpInfo#type".to_owned()],
        vec![("name", text(shown))],
    );
    object(
        &[format!("ExtendedCmdletHelpInfo#{name}")],
        vec![("type", of_type)],
    )
}

fn alias_text(aliases: &[Text]) -> String {
    if aliases.is_empty() {
        "None".into()
    } else {
        aliases.join("\n")
    }
}

/// The types that come in by the pipeline, each on its line.
pub(super) fn input_types(command: &CommandInfo) -> String {
    let mut types: Vec<String> = Vec::new();
    for parameter in &command.parameters {
        let takes = |set: &SetMembership| set.from_pipeline || set.from_pipeline_by_property_name;
        let name = parameter.parameter_type.full_name().to_string();
        if parameter.sets.iter().any(takes) && !types.contains(&name) {
            types.push(name);
        }
    }
    if types.is_empty() {
        types.push("None".into());
    }
    types.into_iter().map(|name| name + "\n").collect()
}

pub(super) fn output_types(command: &CommandInfo) -> String {
    if command.output_types.is_empty() {
        "System.Object".into()
    } else {
        command.output_types.join("\n")
    }
}

/// `true (ByValue, ByPropertyName)` or `false`.
pub(crate) fn pipeline_input(membership: &SetMembership) -> &'static str {
    match (
        membership.from_pipeline,
        membership.from_pipeline_by_property_name,
    ) {
        (true, true) => "true (ByValue, ByPropertyName)",
        (true, false) => "true (ByValue)",
        (false, true) => "true (ByPropertyName)",
        (false, false) => "false",
    }
}

pub(super) fn truth(flag: bool) -> Value {
    text(if flag { "true" } else { "false" })
}

/// What a parameter takes where that is no more than a few words: of `ValidateSet`, else of an enumeration.
fn possible_values(parameter: &ParameterInfo) -> Option<Vec<Text>> {
    let sets = parameter
        .validations
        .iter()
        .filter_map(|check| match check {
            Validation::Set(words, _) => Some(words),
            _ => None,
        });
    let words: Vec<Text> = sets.flatten().cloned().collect();
    if !words.is_empty() {
        return Some(words);
    }
    members_of(&parameter.parameter_type)
}

/// The names of an enumeration's members in order of their values, of one in a list too.
pub(super) fn members_of(of_type: &ParameterType) -> Option<Vec<Text>> {
    match of_type {
        ParameterType::Enum(definition) => {
            let mut members = definition.members.clone();
            members.sort_by_key(|(_, number)| (*number).cast_unsigned());
            Some(members.into_iter().map(|(name, _)| name).collect())
        }
        ParameterType::Array(element)
        | ParameterType::Nullable(element)
        | ParameterType::List(_, element) => members_of(element),
        _ => None,
    }
}

fn declared_parameter(parameter: &ParameterInfo, member: Option<SetParameter<'_>>) -> Value {
    let default = SetMembership::default();
    let membership = member.map_or_else(
        || parameter.sets.first().unwrap_or(&default),
        |member| member.membership,
    );
    let sets: Vec<&str> = parameter
        .sets
        .iter()
        .map(|set| match &*set.set {
            ALL_SETS => "(All)",
            named => named,
        })
        .collect();
    let mut properties = vec![
        ("name", text(&parameter.name)),
        ("required", truth(membership.mandatory)),
        ("pipelineInput", text(pipeline_input(membership))),
        ("isDynamic", truth(false)),
        ("globbing", truth(false)),
        ("parameterSetName", text(sets.join(", "))),
    ];
    if let Some(message) = &parameter.help_message {
        properties.push(("description", text(format!("{message}\n"))));
    }
    let type_name = type_text(&parameter.parameter_type, TypeStyle::Accelerator);
    if !is_switch(parameter) {
        properties.push(("parameterValue", text(&type_name)));
    }
    properties.push((
        "type",
        object(
            &["ExtendedCmdletHelpInfo#type".to_owned()],
            vec![("name", text(&type_name))],
        ),
    ));
    let position = membership
        .position
        .map_or_else(|| "Named".to_owned(), |position| position.to_string());
    properties.push(("position", text(position)));
    let aliases = if parameter.aliases.is_empty() {
        "None".to_owned()
    } else {
        parameter.aliases.join(", ")
    };
    properties.push(("aliases", text(aliases)));
    if let (Some(_), Some(values)) = (member, possible_values(parameter)) {
        let values = Value::array(values.iter().map(text).collect());
        let group = part(
            DECLARED,
            "parameterValueGroup",
            vec![("parameterValue", values)],
        );
        properties.push(("parameterValueGroup", group));
    }
    object(&["ExtendedCmdletHelpInfo#parameter".to_owned()], properties)
}

/// The help objects of a command's parameters, by which `-Parameter` picks.
pub fn parameters(command: &CommandInfo) -> Vec<(Text, Value)> {
    let with_help = has_written_help(command);
    let mut parameters = listed(command);
    if !with_help {
        parameters.sort_by_cached_key(|parameter| parameter.name.to_lowercase());
    }
    parameters
        .into_iter()
        .map(|parameter| {
            let help = if with_help {
                written_parameter(command, parameter)
            } else {
                declared_parameter(parameter, None)
            };
            (parameter.name.clone(), help)
        })
        .collect()
}
