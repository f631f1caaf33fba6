//! What the binder knows of the commands for variables.

use crate::builtin::declare::{UTILITY, at, command, named, switch};
use crate::builtin::variables::object::{OPTIONS, VISIBILITY};
use crate::command::{CommandInfo, ConfirmImpact, ParameterInfo, ParameterType, Validation};
use crate::convert::enumerations;

const PSVARIABLE: &[&str] = &["System.Management.Automation.PSVariable"];

fn enumeration(name: &str, type_name: &str) -> ParameterInfo {
    let kind = enumerations::find(type_name).map_or_else(
        || ParameterType::Plain("System.String".into()),
        ParameterType::Enum,
    );
    ParameterInfo::of_type(name, kind)
}

/// `-Option` of variables and aliases.
pub(in crate::builtin) fn option() -> ParameterInfo {
    enumeration("Option", OPTIONS)
}

fn visibility() -> ParameterInfo {
    enumeration("Visibility", VISIBILITY)
}

fn scope() -> ParameterInfo {
    named("Scope", "string").validated(Validation::NotNullOrEmpty)
}

fn names() -> ParameterInfo {
    at(0, "Name", "string[]").from_property().mandatory()
}

fn value() -> ParameterInfo {
    at(1, "Value", "object").from_pipeline().from_property()
}

/// What the binder knows of `Get-Variable`.
pub(in crate::builtin) fn get_info() -> CommandInfo {
    command("Get-Variable", UTILITY)
        .with_output(PSVARIABLE)
        .with(
            at(0, "Name", "string[]")
                .from_pipeline()
                .from_property()
                .validated(Validation::NotNullOrEmpty),
        )
        .with(switch("ValueOnly"))
        .with(named("Include", "string[]"))
        .with(named("Exclude", "string[]"))
        .with(scope())
}

/// What the binder knows of `Set-Variable`.
pub(in crate::builtin) fn set_info() -> CommandInfo {
    command("Set-Variable", UTILITY)
        .with_output(PSVARIABLE)
        .with_should_process(ConfirmImpact::Medium)
        .with(names())
        .with(value())
        .with(named("Include", "string[]"))
        .with(named("Exclude", "string[]"))
        .with(named("Description", "string"))
        .with(option())
        .with(switch("Force"))
        .with(visibility())
        .with(switch("PassThru"))
        .with(switch("Append"))
        .with(scope())
}

/// What the binder knows of `New-Variable`.
pub(in crate::builtin) fn new_info() -> CommandInfo {
    command("New-Variable", UTILITY)
        .with_output(PSVARIABLE)
        .with_should_process(ConfirmImpact::Low)
        .with(at(0, "Name", "string").from_property().mandatory())
        .with(value())
        .with(named("Description", "string"))
        .with(option())
        .with(visibility())
        .with(switch("Force"))
        .with(switch("PassThru"))
        .with(scope())
}

/// What the binder knows of `Clear-Variable`.
pub(in crate::builtin) fn clear_info() -> CommandInfo {
    command("Clear-Variable", UTILITY)
        .with_output(PSVARIABLE)
        .with_should_process(ConfirmImpact::Medium)
        .with(names())
        .with(named("Include", "string[]"))
        .with(named("Exclude", "string[]"))
        .with(switch("Force"))
        .with(switch("PassThru"))
        .with(scope())
}

/// What the binder knows of `Remove-Variable`.
pub(in crate::builtin) fn remove_info() -> CommandInfo {
    command("Remove-Variable", UTILITY)
        .with_should_process(ConfirmImpact::Medium)
        .with(names())
        .with(named("Include", "string[]"))
        .with(named("Exclude", "string[]"))
        .with(switch("Force"))
        .with(scope())
}
