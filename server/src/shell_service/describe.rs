//! The catalogue for clients: commands in short, and one of them whole.

use tandem::shell::v1 as wire;
use tandem_shell::builtin;
use tandem_shell::command::{ALL_SETS, CommandInfo, ParameterInfo, ParameterType, Validation};
use tandem_shell::help::syntax::{self, TypeStyle};
use tandem_shell::wildcard::Wildcard;

use crate::dispatch::catalogue::Catalogue;

/// The commands whose names fit the pattern; an empty one fits all.
pub(super) fn list(catalogue: &Catalogue, pattern: &str) -> wire::ListCommandsResponse {
    let pattern = Wildcard::new(if pattern.is_empty() { "*" } else { pattern });
    let cmdlets = catalogue
        .cmdlets()
        .iter()
        .map(|cmdlet| summary(&cmdlet.info, cmdlet.entry.rpc));
    let own = builtin::all()
        .iter()
        .map(|command| summary(&command.info, ""));
    let mut command: Vec<_> = cmdlets
        .chain(own)
        .filter(|command| pattern.matches(&command.name))
        .collect();
    command.sort_by(|a, b| a.name.cmp(&b.name));
    wire::ListCommandsResponse { command }
}

/// The command of that name or alias.
pub(super) fn get(catalogue: &Catalogue, name: &str) -> Option<wire::GetCommandResponse> {
    if let Some(cmdlet) = catalogue.by_name(name) {
        return Some(whole(&cmdlet.info, cmdlet.entry.rpc));
    }
    let name = builtin::alias_target(name).unwrap_or(name);
    builtin::find(name).map(|command| whole(&command.info, ""))
}

fn summary(info: &CommandInfo, rpc: &str) -> wire::CommandSummary {
    wire::CommandSummary {
        name: info.name.to_string(),
        synopsis: info.help.synopsis.to_string(),
        rpc: rpc.to_owned(),
    }
}

fn whole(info: &CommandInfo, rpc: &str) -> wire::GetCommandResponse {
    wire::GetCommandResponse {
        summary: Some(summary(info, rpc)),
        syntax: syntax::set_names(info)
            .iter()
            .map(|set| syntax::line(info, set, TypeStyle::Accelerator))
            .collect(),
        parameter: info.parameters.iter().map(parameter).collect(),
        example: info
            .help
            .examples
            .iter()
            .map(|(line, _)| line.to_string())
            .collect(),
        should_process: info.should_process,
    }
}

fn parameter(parameter: &ParameterInfo) -> wire::ParameterSummary {
    let allowed = match (&parameter.parameter_type, parameter.validations.as_slice()) {
        (_, [Validation::Set(members, _), ..]) => members.iter().map(ToString::to_string).collect(),
        (ParameterType::Enum(definition), _) => definition
            .members
            .iter()
            .map(|(name, _)| name.to_string())
            .collect(),
        _ => Vec::new(),
    };
    let named = parameter.sets.iter().filter(|set| &*set.set != ALL_SETS);
    let mandatory = parameter.sets.iter().filter(|set| set.mandatory);
    wire::ParameterSummary {
        name: parameter.name.to_string(),
        r#type: parameter.parameter_type.full_name().to_string(),
        alias: parameter.aliases.iter().map(ToString::to_string).collect(),
        description: parameter.description.to_string(),
        mandatory_in: mandatory.map(|set| set.set.to_string()).collect(),
        set: named.map(|set| set.set.to_string()).collect(),
        allowed,
    }
}
