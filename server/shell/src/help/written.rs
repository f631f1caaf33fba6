//! Help that somebody wrote as objects: what comments say of a function, and contracts of a cmdlet.

use std::sync::Arc;

use crate::command::{ALL_SETS, CommandInfo, CommandKind, ParameterInfo, SetMembership};
use crate::help::object::{
    Detail, category, input_types, listed, members_of, object, output_types, part, pipeline_input,
    text, truth, type_names, verb_and_noun,
};
use crate::help::syntax::{TypeStyle, is_switch, set_names, type_text};
use crate::value::{Noted, Property, Text, Value};

/// The family of types of such help.
const WRITTEN: &str = "MamlCommandHelpInfo";

/// A paragraph, as its own object.
fn paragraph(said: &str) -> Value {
    object(
        &["MamlParaTextItem".to_owned(), "MamlTextItem".to_owned()],
        vec![("Text", text(said))],
    )
}

fn paragraphs<'a>(said: impl IntoIterator<Item = &'a Text>) -> Value {
    Value::array(said.into_iter().map(|said| paragraph(said)).collect())
}

fn written_details(command: &CommandInfo) -> Value {
    let mut properties = vec![("name", text(&command.name))];
    if command.kind == CommandKind::Cmdlet {
        let (verb, noun) = verb_and_noun(command);
        properties.extend([("noun", text(noun)), ("verb", text(verb))]);
    }
    let synopsis = &command.help.synopsis;
    if !synopsis.is_empty() {
        properties.push(("description", paragraphs([synopsis])));
    }
    part(WRITTEN, "details", properties)
}

fn written_syntax(command: &CommandInfo) -> Value {
    let items = set_names(command)
        .iter()
        .map(|set| {
            let parameters = listed(command)
                .into_iter()
                .filter_map(|parameter| {
                    let member = |name: &str| parameter.sets.iter().find(|own| &*own.set == name);
                    let membership = member(set).or_else(|| member(ALL_SETS))?;
                    Some(written_usage(parameter, membership))
                })
                .collect();
            part(
                WRITTEN,
                "syntaxItem",
                vec![
                    ("name", text(&command.name)),
                    ("parameter", Value::array(parameters)),
                ],
            )
        })
        .collect();
    part(WRITTEN, "syntax", vec![("syntaxItem", Value::array(items))])
}

/// A parameter as a line of syntax has it.
fn written_usage(parameter: &ParameterInfo, membership: &SetMembership) -> Value {
    let mut properties = written_facts(parameter, membership);
    properties.extend(written_value(parameter, true));
    part(WRITTEN, "parameter", properties)
}

fn written_facts(
    parameter: &ParameterInfo,
    membership: &SetMembership,
) -> Vec<(&'static str, Value)> {
    let position = membership
        .position
        .map_or_else(|| "named".to_owned(), |position| (position + 1).to_string());
    let mut properties = Vec::new();
    if !parameter.description.is_empty() {
        properties.push(("description", paragraphs([&parameter.description])));
    }
    properties.extend([
        ("name", text(&parameter.name)),
        ("required", truth(membership.mandatory)),
        ("globbing", truth(false)),
        ("pipelineInput", text(pipeline_input(membership))),
        ("position", text(position)),
    ]);
    properties
}

/// What a parameter takes: the members of an enumeration, or a type; a switch has none in a line of syntax.
fn written_value(parameter: &ParameterInfo, in_syntax: bool) -> Option<(&'static str, Value)> {
    if let Some(members) = members_of(&parameter.parameter_type) {
        let members = Value::array(members.iter().map(text).collect());
        let group = part(
            WRITTEN,
            "parameterValueGroup",
            vec![("parameterValue", members)],
        );
        return Some(("parameterValueGroup", group));
    }
    let is_switch = is_switch(parameter);
    if is_switch && in_syntax {
        return None;
    }
    let required = Property {
        name: "required".into(),
        value: truth(!is_switch),
        note: true,
    };
    let value = Value::Noted(Arc::new(Noted {
        base: text(type_text(&parameter.parameter_type, TypeStyle::Short)),
        notes: vec![required].into(),
        scripts: Default::default(),
    }));
    Some(("parameterValue", value))
}

fn written_examples(command: &CommandInfo) -> Value {
    const RULE: &str = "--------------------------";
    /// Empty paragraphs that keep examples apart.
    const APART: usize = 4;
    let examples = command
        .help
        .examples
        .iter()
        .zip(1..)
        .map(|((code, remarks), number)| {
            let title = format!("{RULE} EXAMPLE {number} {RULE}");
            // What stands before a `>` in the first line is the prompt.
            let first = code.lines().next().unwrap_or("");
            let (prompt, code) = match first.find('>') {
                Some(end) => code.split_at(end + 1),
                None => ("PS > ", &**code),
            };
            let mut said = vec![paragraph(remarks)];
            said.extend((0..APART).map(|_| paragraph("")));
            part(
                WRITTEN,
                "example",
                vec![
                    ("title", text(title)),
                    ("introduction", Value::array(vec![paragraph(prompt)])),
                    ("code", text(code.trim())),
                    ("remarks", Value::array(said)),
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

/// Types that are taken or given, each with its name.
fn written_types(name: &str, types: &[Text]) -> Value {
    let types = types
        .iter()
        .map(|of_type| {
            let named = part(WRITTEN, "type", vec![("name", text(of_type.trim()))]);
            part(WRITTEN, name, vec![("type", named)])
        })
        .collect();
    Value::array(types)
}

fn written_links(command: &CommandInfo) -> Value {
    let links = command
        .help
        .links
        .iter()
        .map(|link| {
            let is_address = link.contains("://") && !link.contains(char::is_whitespace);
            let name = if is_address { "uri" } else { "linkText" };
            part(WRITTEN, "navigationLink", vec![(name, text(link))])
        })
        .collect();
    part(
        WRITTEN,
        "relatedLinks",
        vec![("navigationLink", Value::array(links))],
    )
}

/// Help that somebody wrote, in PowerShell's shape of it (`MamlCommandHelpInfo`).
pub(super) fn written(command: &CommandInfo, detail: Detail) -> Value {
    let help = &command.help;
    // Of a function only what its comments say is told.
    let is_cmdlet = command.kind == CommandKind::Cmdlet;
    let lines = |types: String| types.lines().map(Text::from).collect::<Vec<_>>();
    let inputs = match help.inputs.is_empty() && is_cmdlet {
        true => lines(input_types(command)),
        false => help.inputs.clone(),
    };
    let outputs = match command.output_types.is_empty() && is_cmdlet {
        true => lines(output_types(command)),
        false => command.output_types.clone(),
    };
    let parameters = listed(command)
        .into_iter()
        .map(|parameter| written_parameter(command, parameter))
        .collect();
    let mut properties = vec![
        ("details", written_details(command)),
        ("Syntax", written_syntax(command)),
        (
            "parameters",
            part(
                WRITTEN,
                "parameters",
                vec![("parameter", Value::array(parameters))],
            ),
        ),
    ];
    if !help.description.is_empty() {
        properties.push(("description", paragraphs(&help.description)));
    }
    if !help.notes.is_empty() {
        let alert = vec![("alert", paragraphs([&help.notes]))];
        properties.push(("alertSet", part(WRITTEN, "alertSet", alert)));
    }
    if !help.examples.is_empty() {
        properties.push(("examples", written_examples(command)));
    }
    for (set, one, types) in [
        ("inputTypes", "inputType", &inputs),
        ("returnValues", "returnValue", &outputs),
    ] {
        if !types.is_empty() {
            let types = vec![(one, written_types(one, types))];
            properties.push((set, part(WRITTEN, set, types)));
        }
    }
    if !help.links.is_empty() {
        properties.push(("relatedLinks", written_links(command)));
    }
    properties.extend([
        ("Name", text(&command.name)),
        ("Category", text(category(command))),
        ("Synopsis", text(&help.synopsis)),
        ("Component", Value::Null),
        ("Role", Value::Null),
        ("Functionality", Value::Null),
        ("ModuleName", text(&command.module)),
    ]);
    object(&type_names(WRITTEN, detail, &["HelpInfo"]), properties)
}

/// Help of one parameter.
pub(super) fn written_parameter(command: &CommandInfo, parameter: &ParameterInfo) -> Value {
    let default = SetMembership::default();
    let membership = parameter.sets.first().unwrap_or(&default);
    let mut properties = written_facts(parameter, membership);
    properties.extend(written_value(parameter, false));
    let type_name = text(type_text(&parameter.parameter_type, TypeStyle::Short));
    properties.extend([
        ("type", part(WRITTEN, "type", vec![("name", type_name)])),
        (
            "defaultValue",
            text(parameter.default_text.as_deref().unwrap_or("")),
        ),
    ]);
    // PowerShell's help of functions leaves this line empty.
    if command.kind == CommandKind::Cmdlet && !parameter.aliases.is_empty() {
        properties.push(("aliases", text(parameter.aliases.join(", "))));
    }
    object(
        &[
            "MamlCommandHelpInfo#parameter".to_owned(),
            "HelpParameter".to_owned(),
        ],
        properties,
    )
}
