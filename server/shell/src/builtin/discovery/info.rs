//! Commands, aliases and functions as the objects that `Get-Command` emits.

use std::sync::Arc;

use crate::builtin::discovery::parameter_info;
use crate::builtin::variables;
use crate::command::CommandInfo;
use crate::convert::{enumerations, type_names};
use crate::evaluate::scope::{Alias, Function, Options};
use crate::evaluate::script_block;
use crate::help::attribute;
use crate::help::function::{command_of, is_advanced};
use crate::help::syntax::definition;
use crate::language::ast::Block;
use crate::text::{Culture, to_text};
use crate::value::{EnumValue, Object, Text, Value};

/// `CommandTypes.Alias`.
pub(super) const ALIAS: i64 = 1;
/// `CommandTypes.Function`.
pub(super) const FUNCTION: i64 = 2;
/// `CommandTypes.Filter`.
pub(super) const FILTER: i64 = 4;
/// `CommandTypes.Cmdlet`.
pub(super) const CMDLET: i64 = 8;
/// `CommandTypes.ExternalScript`.
const EXTERNAL_SCRIPT: i64 = 16;

/// Versions of PowerShell's own modules: that of the engine, and that of the others.
const ENGINE: (&str, [i32; 4]) = ("Microsoft.PowerShell.Core", [7, 6, 5, 500]);
const OTHERS: (&str, [i32; 4]) = ("Microsoft.PowerShell.", [7, 0, 0, 0]);

/// A member of `System.Management.Automation.CommandTypes`.
pub(super) fn command_type(number: i64) -> Value {
    enumerations::find("System.Management.Automation.CommandTypes")
        .map_or(Value::Null, |definition| {
            Value::Enum(EnumValue { definition, number })
        })
}

/// An object of a type of `System.Management.Automation`, with the bases that it has there; `text` is what it reads
/// like, where that is not the name of its type.
pub(super) fn object(
    type_names: &[&str],
    text: Option<Text>,
    properties: Vec<(&str, Value)>,
) -> Value {
    let type_names: Vec<Text> = type_names
        .iter()
        .map(|name| Text::from(format!("System.Management.Automation.{name}")))
        .chain([Text::from("System.Object")])
        .collect();
    let mut object = Object::typed(
        type_names.into(),
        properties
            .into_iter()
            .map(|(name, value)| (Text::from(name), value))
            .collect(),
    );
    object.text = text;
    Value::Object(Arc::new(object))
}

/// The version of a module of PowerShell's own; null of any other.
pub(crate) fn module_version(module: &str) -> Value {
    let known = [ENGINE, OTHERS]
        .into_iter()
        .find(|(name, _)| module.starts_with(name));
    known.map_or(Value::Null, |(_, parts)| {
        Value::Version(parts.as_slice().into())
    })
}

fn text_or_null(text: Option<&Text>) -> Value {
    text.cloned().map_or(Value::Null, Value::String)
}

/// A cmdlet as `CmdletInfo`.
pub(crate) fn cmdlet(command: &CommandInfo) -> Value {
    let (verb, noun) = command.name.split_once('-').unwrap_or((&command.name, ""));
    let output = command
        .output_types
        .iter()
        .map(|name| Value::String(name.clone()))
        .collect();
    let own = vec![
        ("HelpUri", Value::text("")),
        // Where the type's assembly lies: a session's commands have none.
        ("DLL", Value::text("")),
        ("Verb", Value::text(verb)),
        ("Noun", Value::text(noun)),
        ("HelpFile", Value::text(help_file(&command.module))),
        ("PSSnapIn", Value::Null),
        ("Version", module_version(&command.module)),
        (
            "ImplementingType",
            Value::Type(command.implementing_type.clone()),
        ),
        ("Definition", Value::text(definition(command))),
        (
            "DefaultParameterSet",
            text_or_null(command.default_set.as_ref()),
        ),
        ("OutputType", Value::array(output)),
        ("Options", variables::options(Options(Options::READ_ONLY))),
        ("Name", Value::String(command.name.clone())),
        ("CommandType", command_type(CMDLET)),
        ("Source", Value::String(command.module.clone())),
    ];
    let module = Value::String(command.module.clone());
    object(
        &["CmdletInfo", "CommandInfo"],
        Some(command.name.clone()),
        own.into_iter()
            .chain(of_every_command(module))
            .chain([
                ("Parameters", parameter_info::by_name(command)),
                ("ParameterSets", parameter_info::sets(command)),
            ])
            .collect(),
    )
}

/// The file that has the help of a module's cmdlets.
fn help_file(module: &str) -> &'static str {
    match module {
        "Microsoft.PowerShell.Core" => "System.Management.Automation.dll-Help.xml",
        "Microsoft.PowerShell.Management" => {
            "Microsoft.PowerShell.Commands.Management.dll-Help.xml"
        }
        "Microsoft.PowerShell.Security" => "Microsoft.PowerShell.Security.dll-Help.xml",
        "Microsoft.PowerShell.Utility" => "Microsoft.PowerShell.Commands.Utility.dll-Help.xml",
        _ => "",
    }
}

/// What every command says of itself behind its source (`CommandInfo`); a module is no object here.
fn of_every_command(module: Value) -> [(&'static str, Value); 4] {
    let public = "System.Management.Automation.SessionStateEntryVisibility";
    let capability = "System.Management.Automation.RemotingCapability";
    [
        ("Visibility", enumerations::value(public, 0)),
        ("ModuleName", module),
        ("Module", Value::Null),
        ("RemotingCapability", enumerations::value(capability, 1)),
    ]
}

/// An alias as `AliasInfo`; `resolved` is the command that it ends at.
pub(super) fn alias(alias: &Alias, resolved: Value) -> Value {
    let (name, target) = (&alias.name, &alias.target);
    let options = variables::options(alias.options);
    let ends_at = crate::members::property(&resolved, "Name").unwrap_or_default();
    let shown = match &ends_at {
        Value::String(ends_at) => ends_at,
        _ => target,
    };
    // What has a verb and a noun is shown as it is.
    let display = match name.contains('-') {
        true => name.to_string(),
        false => format!("{name} -> {shown}"),
    };
    object(
        &["AliasInfo", "CommandInfo"],
        Some(name.clone()),
        vec![
            ("HelpUri", Value::text("")),
            ("ResolvedCommandName", ends_at.clone()),
            ("DisplayName", Value::text(display)),
            ("ReferencedCommand", resolved.clone()),
            ("ResolvedCommand", resolved),
            ("Definition", Value::String(target.clone())),
            ("Options", options),
            ("Description", Value::String(alias.description.clone())),
            ("Name", Value::String(name.clone())),
            ("CommandType", command_type(ALIAS)),
            ("Source", Value::text("")),
            ("Version", Value::Null),
            ("ModuleName", Value::text("")),
        ],
    )
}

/// A function or filter as `FunctionInfo` or `FilterInfo`.
pub(crate) fn function(function: &Function) -> Value {
    let command = command_of(&function.name, &function.body);
    let (verb, noun) = command.name.split_once('-').unwrap_or(("", ""));
    let body = &function.body;
    let block = script_block(body);
    let text = Text::from(to_text(&block, Culture::Invariant));
    let (types, kind): (&[&str], _) = if function.filter {
        (&["FilterInfo", "FunctionInfo", "CommandInfo"], FILTER)
    } else {
        (&["FunctionInfo", "CommandInfo"], FUNCTION)
    };
    let own = vec![
        ("HelpUri", Value::text(attribute::help_uri(body))),
        ("ScriptBlock", block),
        ("CmdletBinding", Value::Bool(is_advanced(body))),
        (
            "DefaultParameterSet",
            text_or_null(command.default_set.as_ref()),
        ),
        ("Definition", Value::String(text)),
        ("Options", variables::options(Options(0))),
        ("Description", Value::Null),
        ("Verb", Value::text(verb)),
        ("Noun", Value::text(noun)),
        ("HelpFile", Value::text("")),
        ("OutputType", output_types(body)),
        ("Name", Value::String(command.name.clone())),
        ("CommandType", command_type(kind)),
        ("Source", Value::text("")),
        ("Version", Value::Null),
    ];
    object(
        types,
        Some(command.name.clone()),
        own.into_iter()
            .chain(of_every_command(Value::text("")))
            .chain([
                ("Parameters", parameter_info::by_name(&command)),
                ("ParameterSets", parameter_info::sets(&command)),
            ])
            .collect(),
    )
}

/// A script file as `ExternalScriptInfo`.
pub(crate) fn script(name: &str, path: &str) -> Value {
    object(
        &["ExternalScriptInfo", "CommandInfo"],
        Some(name.into()),
        vec![
            ("Path", Value::text(path)),
            ("Definition", Value::text(path)),
            ("Source", Value::text(path)),
            ("Name", Value::text(name)),
            ("CommandType", command_type(EXTERNAL_SCRIPT)),
            ("Version", Value::Null),
            ("ModuleName", Value::text("")),
        ],
    )
}

/// The types that a function says it gives, as `PSTypeName`.
fn output_types(body: &Block) -> Value {
    let named = attribute::output_types(body).into_iter();
    let types = named.map(|name| {
        let known = type_names::resolve(&name).map_or(Value::Null, |_| Value::Type(name.clone()));
        object(
            &["PSTypeName"],
            Some(name.clone()),
            vec![("Name", Value::String(name)), ("Type", known)],
        )
    });
    Value::array(types.collect())
}
