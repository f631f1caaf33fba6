//! What a script file requires before it runs (`CommandDiscovery.VerifyScriptRequirements`). On Unix everybody counts as
//! an administrator, so `-RunAsAdministrator` refuses nobody.

use crate::builtin::discovery::module_version;
use crate::error_record::{ErrorCategory, ErrorRecord, Invocation};
use crate::language::ast::{
    Block, Command, ModuleSpecification, ScriptRequirements, VersionNumbers,
};
use crate::language::position;
use crate::pipeline::command::{Resolved, Script};
use crate::pipeline::engine::Engine;
use crate::pipeline::halt::Halt;
use crate::pipeline::run::invocation_name;
use crate::text::{Culture, to_text};
use crate::value::Value;

/// The edition that scripts run in.
const EDITION: &str = "Core";

impl Engine<'_> {
    /// What is refused of a file by its name, if its requirements are not met.
    pub(super) fn unmet(&self, body: &Block, name: &str) -> Option<ErrorRecord> {
        let required = body.requirements.as_deref()?;
        refused_version(required, name)
            .or_else(|| refused_edition(required, name))
            .or_else(|| self.refused_module(required, name))
            .or_else(|| refused_shell(required, name))
    }

    /// A script file that a command names, if what it requires is there.
    ///
    /// # Errors
    /// What is not there, where the command's name stands.
    pub(crate) fn required_of(&self, script: Script, command: &Command) -> Result<Resolved, Halt> {
        match self.unmet(&script.body, &script.name) {
            None => Ok(Resolved::Script(script)),
            Some(mut record) => {
                record.invocation = Some(Invocation {
                    invocation_name: invocation_name(command),
                    ..position::invocation(&self.session.source, &command.name.extent)
                });
                Err(self.fail(record))
            }
        }
    }

    fn refused_module(&self, required: &ScriptRequirements, name: &str) -> Option<ErrorRecord> {
        let missing = required.modules.iter().find(|module| !self.has(module))?;
        Some(unavailable(
            "ScriptRequiresMissingModules",
            format!(
                "The script '{name}' cannot be run because the following modules that are specified by the \"#requires\" \
                 statements of the script are missing: {}.",
                not_found(missing)
            ),
            name,
        ))
    }

    fn has(&self, module: &ModuleSpecification) -> bool {
        if !self.has_module(&module.name) {
            return false;
        }
        if module.least.is_none() && module.most.is_none() && module.only.is_none() {
            return true;
        }
        let Value::Version(own) = module_version(&module.name) else {
            return false;
        };
        let most = module
            .most
            .as_deref()
            .map(|most| most.trim_end_matches(".*"));
        module.least.as_ref().is_none_or(|least| *least <= own)
            && module.only.as_ref().is_none_or(|only| *only == own)
            && most.is_none_or(|most| below(&own, most))
    }
}

/// Whether a version is at most another, of which parts may be missing.
fn below(own: &VersionNumbers, most: &str) -> bool {
    let numbers: Vec<i32> = most
        .split('.')
        .filter_map(|part| part.parse().ok())
        .collect();
    own.iter().take(numbers.len()).le(numbers.iter())
}

fn text(version: &VersionNumbers) -> String {
    to_text(&Value::Version(version.clone()), Culture::Invariant)
}

/// `GetRequiredModuleNotFoundVersionMessage`.
fn not_found(module: &ModuleSpecification) -> String {
    let name = &module.name;
    let start = format!("The module '{name}' cannot be found");
    match (&module.only, &module.least, &module.most) {
        (Some(only), ..) => format!("{start} with RequiredVersion '{}'.", text(only)),
        (None, Some(least), Some(most)) => format!(
            "{start} with ModuleVersion '{}' and MaximumVersion '{most}'.",
            text(least)
        ),
        (None, Some(least), None) => format!("{start} with ModuleVersion '{}'.", text(least)),
        (None, None, Some(most)) => format!("{start} with MaximumVersion '{most}'."),
        (None, None, None) => format!("{start}."),
    }
}

fn refused_version(required: &ScriptRequirements, name: &str) -> Option<ErrorRecord> {
    let version = required.version.as_ref()?;
    if crate::binder::is_powershell_version(version) {
        return None;
    }
    Some(unavailable(
        "ScriptRequiresUnmatchedPSVersion",
        format!(
            "The script '{name}' cannot be run because it contained a \"#requires\" statement for PowerShell {}. The version of \
             PowerShell that is required by the script does not match the currently running version of PowerShell 7.6.5.",
            text(version)
        ),
        name,
    ))
}

fn refused_edition(required: &ScriptRequirements, name: &str) -> Option<ErrorRecord> {
    let editions = &required.editions;
    let met = editions
        .iter()
        .any(|edition| edition.eq_ignore_ascii_case(EDITION));
    if editions.is_empty() || met {
        return None;
    }
    let record = ErrorRecord::new(
        "ScriptRequiresUnmatchedPSEdition",
        ErrorCategory::NotSpecified,
        "System.Management.Automation.RuntimeException",
        format!(
            "The script '{name}' cannot be run because it contained a \"#requires\" statement for PowerShell editions '{}'. The \
             edition of PowerShell that is required by the script does not match the currently running PowerShell {EDITION} \
             edition.",
            editions.join(",")
        ),
    );
    Some(record.with_target(Value::text(name)))
}

fn refused_shell(required: &ScriptRequirements, name: &str) -> Option<ErrorRecord> {
    required.shell.as_ref().filter(|shell| !shell.is_empty())?;
    Some(unavailable(
        "RequiresShellIDInvalidForSingleShell",
        "A #requires statement has specified only a shellID. #Requires statements must specify a required PowerShell snap-in \
         when running in PowerShell."
            .to_owned(),
        name,
    ))
}

fn unavailable(id: &'static str, message: String, name: &str) -> ErrorRecord {
    ErrorRecord::new(
        id,
        ErrorCategory::ResourceUnavailable,
        "System.Management.Automation.ScriptRequiresException",
        message,
    )
    .with_target(Value::text(name))
}
