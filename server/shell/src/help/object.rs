//! Help as objects: what `Get-Help` emits. A command without written help gets what its declaration says
//! (`ExtendedCmdletHelpInfo`), one with written help PowerShell's own shape of it (`MamlCommandHelpInfo`).

use std::sync::Arc;

use crate::binder::is_common;
use crate::command::{ALL_SETS, CommandInfo, CommandKind, ParameterInfo, SetMembership};
use crate::help::syntax::{
    SetParameter, TypeStyle, definition, is_switch, set_names, set_parameters, type_text,
};
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
        written(command, aliases, detail)
    } else {
        declared(command, aliases, detail)
    }
}

/// Whether somebody wrote help for the command.
pub fn has_written_help(command: &CommandInfo) -> bool {
    !command.help.synopsis.is_empty() || !command.help.description.is_empty()
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

fn text(text: impl AsRef<str>) -> Value {
    Value::text(text.as_ref())
}

fn verb_and_noun(command: &CommandInfo) -> (&str, &str) {
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
/// The family of types of help that somebody wrote.
const WRITTEN: &str = "MamlCommandHelpInfo";

fn part(family: &str, name: &str, properties: Vec<(&str, Value)>) -> Value {
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
fn type_names(family: &str, detail: Detail, bases: &[&str]) -> Vec<String> {
    let mut names = Vec::new();
    if detail != Detail::Normal {
        names.push(format!("{family}{}", detail.suffix()));
    }
    names.push(family.to_owned());
    names.extend(bases.iter().map(|base| (*base).to_owned()));
    names
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
                    ("CommonParameters", Value::Bool(true)),
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
    parameters.sort_by_cached_key(|parameter| parameter.name.to_lowercase());
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
        ("CommonParameters", Value::Bool(true)),
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
        ("Category", text("Cmdlet")),
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
fn input_types(command: &CommandInfo) -> String {
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

fn output_types(command: &CommandInfo) -> String {
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

fn truth(flag: bool) -> Value {
    text(if flag { "true" } else { "false" })
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
    object(&["ExtendedCmdletHelpInfo#parameter".to_owned()], properties)
}

fn written_syntax(command: &CommandInfo) -> Value {
    let lines = set_names(command)
        .iter()
        .map(|set| {
            let line = crate::help::syntax::line(command, set, TypeStyle::Short);
            part(
                WRITTEN,
                "syntaxItem",
                vec![("name", text(&command.name)), ("line", text(line))],
            )
        })
        .collect();
    part(WRITTEN, "syntax", vec![("syntaxItem", Value::array(lines))])
}

fn written_examples(command: &CommandInfo) -> Value {
    const RULE: &str = "--------------------------";
    let examples = command
        .help
        .examples
        .iter()
        .zip(1..)
        .map(|((code, remarks), number)| {
            let title = format!("{RULE} EXAMPLE {number} {RULE}");
            part(
                WRITTEN,
                "example",
                vec![
                    ("title", text(title)),
                    ("code", text(code)),
                    ("remarks", text(remarks)),
                ],
            )
        })
        .collect();
    part(
        WRITTEN,
        "examples",
        vec![("example", Value::array(examples))],
    )
}

fn written(command: &CommandInfo, aliases: &[Text], detail: Detail) -> Value {
    let description = command
        .help
        .description
        .iter()
        .map(|paragraph| part(WRITTEN, "description", vec![("Text", text(paragraph))]))
        .collect();
    let parameters = listed(command)
        .into_iter()
        .map(|parameter| written_parameter(command, parameter))
        .collect();
    // Of a function only what its comments say is told.
    let is_cmdlet = command.kind == CommandKind::Cmdlet;
    let inputs = if command.help.inputs.is_empty() && is_cmdlet {
        input_types(command).trim_end().to_owned()
    } else {
        command.help.inputs.join("\n")
    };
    let outputs = if command.output_types.is_empty() && is_cmdlet {
        output_types(command)
    } else {
        command.output_types.join("\n")
    };
    let links = command.help.links.iter().map(text).collect();
    let parameters = vec![("parameter", Value::array(parameters))];
    object(
        &type_names(WRITTEN, detail, &["HelpInfo"]),
        vec![
            ("Name", text(&command.name)),
            ("Category", text("Cmdlet")),
            ("Synopsis", text(&command.help.synopsis)),
            ("ModuleName", text(&command.module)),
            ("details", details(WRITTEN, command)),
            ("Syntax", written_syntax(command)),
            ("description", Value::array(description)),
            ("parameters", part(WRITTEN, "parameters", parameters)),
            ("examples", written_examples(command)),
            ("inputTypes", text(inputs)),
            ("returnValues", text(outputs)),
            ("notes", text(&command.help.notes)),
            ("aliases", text(alias_text(aliases))),
            ("relatedLinks", Value::array(links)),
        ],
    )
}

fn written_parameter(command: &CommandInfo, parameter: &ParameterInfo) -> Value {
    let default = SetMembership::default();
    let membership = parameter.sets.first().unwrap_or(&default);
    let position = membership
        .position
        .map_or_else(|| "named".to_owned(), |position| (position + 1).to_string());
    let value = type_text(&parameter.parameter_type, TypeStyle::Short);
    // PowerShell's help of functions leaves this line empty.
    let aliases = match command.kind {
        CommandKind::Cmdlet => parameter.aliases.join(", "),
        CommandKind::AdvancedFunction | CommandKind::SimpleFunction => String::new(),
    };
    object(
        &[
            "MamlCommandHelpInfo#parameter".to_owned(),
            "HelpParameter".to_owned(),
        ],
        vec![
            ("name", text(&parameter.name)),
            ("parameterValue", text(value)),
            ("switch", Value::Bool(is_switch(parameter))),
            ("description", text(&parameter.description)),
            ("required", truth(membership.mandatory)),
            ("position", text(position)),
            (
                "defaultValue",
                text(parameter.default_text.as_deref().unwrap_or("")),
            ),
            ("pipelineInput", text(pipeline_input(membership))),
            ("aliases", text(aliases)),
            ("globbing", truth(false)),
        ],
    )
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
