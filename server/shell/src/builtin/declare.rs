//! Short forms for declaring commands.

use crate::command::{CommandInfo, ParameterInfo, SetMembership};

/// `Microsoft.PowerShell.Utility`.
pub(super) const UTILITY: &str = "Microsoft.PowerShell.Utility";
/// `Microsoft.PowerShell.Core`.
pub(super) const CORE: &str = "Microsoft.PowerShell.Core";
/// `Microsoft.PowerShell.Management`.
pub(super) const MANAGEMENT: &str = "Microsoft.PowerShell.Management";
/// `Microsoft.PowerShell.Security`.
pub(super) const SECURITY: &str = "Microsoft.PowerShell.Security";

/// A command of a module; its class is named as PowerShell's own are.
pub(super) fn command(name: &str, module: &str) -> CommandInfo {
    let class = format!(
        "Microsoft.PowerShell.Commands.{}Command",
        name.replace('-', "")
    );
    CommandInfo::new(name, class, module)
}

/// A named parameter.
pub(super) fn named(name: &str, type_name: &str) -> ParameterInfo {
    ParameterInfo::new(name, type_name)
}

/// A parameter at a position.
pub(super) fn at(position: i32, name: &str, type_name: &str) -> ParameterInfo {
    ParameterInfo::new(name, type_name).at(position)
}

/// A switch.
pub(super) fn switch(name: &str) -> ParameterInfo {
    ParameterInfo::switch(name)
}

/// `-InputObject`, which takes what comes down the pipeline.
pub(super) fn input() -> ParameterInfo {
    ParameterInfo::new("InputObject", "psobject").from_pipeline()
}

/// Membership in one set.
pub(super) fn set(name: &str) -> SetMembership {
    SetMembership {
        set: name.into(),
        ..SetMembership::default()
    }
}
