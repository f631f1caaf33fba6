//! The views of commands and of what is known of their parameters.

use crate::format::standard_views::{add, list};
use crate::format::view::{ViewBody, ViewColumn, ViewRegistry};
use crate::members::property;
use crate::value::Value;

/// Registers them.
pub(super) fn register(registry: &mut ViewRegistry) {
    let column = ViewColumn::property;
    let automation = "System.Management.Automation.";
    let info = |kind: &str| format!("{automation}{kind}Info");
    let kind_and = |name: &str| vec![column("CommandType").wide(15), column(name)];
    add(
        registry,
        &info("Command"),
        "CommandInfo",
        ViewBody::Table(kind_and("Name")),
    );
    for kind in ["Alias", "Cmdlet", "Filter", "Function"] {
        let columns = vec![
            column("CommandType").wide(15),
            ViewColumn::computed("Name", command_name).wide(50),
            column("Version").wide(10),
            column("Source"),
        ];
        add(
            registry,
            &info(kind),
            "CommandInfo",
            ViewBody::Table(columns),
        );
    }
    for kind in ["Function", "Filter"] {
        let mut columns = kind_and("Name");
        columns.push(column(kind));
        let own = format!("{kind}Info");
        add(registry, &info(kind), &own, ViewBody::Table(columns));
        let body = list(&["Name", "CommandType", "Definition"]);
        add(registry, &info(kind), &info("Command"), body);
    }
    let alias = info("Alias");
    add(
        registry,
        &alias,
        "AliasInfo",
        ViewBody::Table(kind_and("DisplayName")),
    );
    let facts = [
        "DisplayName",
        "CommandType",
        "Definition",
        "ReferencedCommand",
        "ResolvedCommand",
    ];
    add(registry, &alias, &alias, list(&facts));
    let cmdlet = info("Cmdlet");
    let facts = [
        "Name",
        "CommandType",
        "Definition",
        "Path",
        "DLL",
        "HelpFile",
        "ParameterSets",
        "ImplementingType",
        "Verb",
        "Noun",
    ];
    add(registry, &cmdlet, &cmdlet, list(&facts));
    add(
        registry,
        &info("CommandParameterSet"),
        "CommandParameterSetInfo",
        ViewBody::Text(parameter_set),
    );
}

/// An alias shows what it stands for.
fn command_name(command: &Value) -> Value {
    property(command, "DisplayName")
        .filter(|name| !matches!(name, Value::Null))
        .or_else(|| property(command, "Name"))
        .unwrap_or_default()
}

fn fact(value: &Value, name: &str) -> String {
    let found = property(value, name).unwrap_or_default();
    let options = crate::format::cell_text::TextOptions {
        enumeration_limit: 4,
        fixed_decimals: false,
    };
    crate::format::cell_text::cell_text(&found, options).to_string()
}

/// A parameter set, parameter by parameter.
fn parameter_set(set: &Value, _width: usize) -> String {
    let mut out = format!(
        "Parameter Set Name: {}\nIs default parameter set: {}\n",
        fact(set, "Name"),
        fact(set, "IsDefault")
    );
    let parameters = property(set, "Parameters").and_then(|all| all.elements());
    for parameter in parameters.unwrap_or_default() {
        push_parameter(&mut out, &parameter);
    }
    out.push_str("\n\n");
    out
}

fn push_parameter(out: &mut String, parameter: &Value) {
    out.push_str(&format!(
        "\n  Parameter Name: {}\n",
        fact(parameter, "Name")
    ));
    for name in [
        "ParameterType",
        "Position",
        "IsMandatory",
        "IsDynamic",
        "HelpMessage",
        "ValueFromPipeline",
        "ValueFromPipelineByPropertyName",
        "ValueFromRemainingArguments",
        "Aliases",
    ] {
        out.push_str(&format!("    {name} = {}\n", fact(parameter, name)));
    }
    out.push_str("    Attributes =\n");
    let attributes = property(parameter, "Attributes").and_then(|all| all.elements());
    // Each is drawn by a view that says nothing but a line of its own.
    out.push_str(&"      \n".repeat(attributes.unwrap_or_default().len()));
}
