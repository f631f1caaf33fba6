//! What concerns the session itself: `Set-Alias`, `New-Alias`, `Remove-Alias` and `Set-StrictMode`.

use crate::builtin::declare::{CORE, UTILITY, at, command, named, switch};
use crate::builtin::support::{text, texts};
use crate::builtin::variables::option;
use crate::command::{CommandInfo, ConfirmImpact, Validation};
use crate::error_record::{ErrorCategory, ErrorRecord};
use crate::host::ShouldProcess;
use crate::pipeline::halt::Halt;
use crate::pipeline::stage::{Context, Stage};
use crate::value::{Text, Value};

fn alias_info(name: &str) -> CommandInfo {
    command(name, UTILITY)
        .with_should_process(ConfirmImpact::Medium)
        .with_output(&["System.Management.Automation.AliasInfo"])
        .with(at(0, "Name", "string").mandatory().from_property())
        .with(at(1, "Value", "string").mandatory().from_property())
        .with(named("Description", "string"))
        .with(option())
        .with(switch("PassThru"))
        .with(named("Scope", "string"))
        .with(switch("Force"))
}

/// What the binder knows of `Remove-Alias`.
pub(super) fn remove_alias_info() -> CommandInfo {
    command("Remove-Alias", UTILITY)
        .with(
            at(0, "Name", "string[]")
                .mandatory()
                .from_pipeline()
                .from_property(),
        )
        .with(named("Scope", "string"))
        .with(switch("Force"))
}

/// What the binder knows of `Set-Alias`.
pub(super) fn set_alias_info() -> CommandInfo {
    alias_info("Set-Alias")
}

/// What the binder knows of `New-Alias`.
pub(super) fn new_alias_info() -> CommandInfo {
    alias_info("New-Alias")
}

/// What the binder knows of `Set-StrictMode`.
pub(super) fn strict_info() -> CommandInfo {
    command("Set-StrictMode", CORE)
        .with_default_set("Version")
        .with(switch("Off").mandatory().in_sets(&["Off"]))
        .with(
            named("Version", "version")
                .alias(&["v"])
                .mandatory()
                .validated(Validation::PowerShellVersion)
                .in_sets(&["Version"]),
        )
}

/// One `Set-Alias` to run.
pub(super) fn set_alias() -> Box<dyn Stage> {
    Box::new(Define { replace: true })
}

/// One `New-Alias` to run.
pub(super) fn new_alias() -> Box<dyn Stage> {
    Box::new(Define { replace: false })
}

/// One `Remove-Alias` to run.
pub(super) fn remove_alias() -> Box<dyn Stage> {
    Box::new(RemoveAlias)
}

/// One `Set-StrictMode` to run.
pub(super) fn strict() -> Box<dyn Stage> {
    Box::new(Strict)
}

struct Define {
    replace: bool,
}

impl Stage for Define {
    fn process(&mut self, context: &mut Context<'_>, _: Option<Value>) -> Result<(), Halt> {
        let (Some(name), Some(target)) = (text(context, "Name"), text(context, "Value")) else {
            return Ok(());
        };
        let force = context.switch("Force");
        let key = name.to_lowercase();
        let own = context.engine.session.aliases.contains_key(&key);
        let built_in = !own && super::alias_target(&key).is_some();
        if (own || built_in) && !self.replace && !force {
            let record = ErrorRecord::new(
                "AliasAlreadyExists",
                ErrorCategory::ResourceExists,
                "System.Management.Automation.SessionStateException",
                format!(
                    "The alias is not allowed, because an alias with the name '{name}' already exists."
                ),
            );
            return context.write_error(record.with_target(Value::String(name)));
        }
        let action = if self.replace {
            "Set Alias"
        } else {
            "New Alias"
        };
        let asked =
            ShouldProcess::TargetAndAction(format!("Name: {name} Value: {target}"), action.into());
        if !context.should_process(&asked)? {
            return Ok(());
        }
        if built_in && super::is_read_only_alias(&key) && !force {
            let message = format!(
                "Alias is not writeable because alias {name} is read-only or constant and cannot be written to."
            );
            return context.write_error(fixed("AliasNotWritable", name, message));
        }
        context.engine.session.aliases.insert(key, target.clone());
        if context.switch("PassThru") {
            let alias = super::discovery::alias(context, &name, &target);
            context.write(alias)?;
        }
        Ok(())
    }
}

fn fixed(id: &'static str, name: Text, message: String) -> ErrorRecord {
    ErrorRecord::new(
        id,
        ErrorCategory::WriteError,
        "System.Management.Automation.SessionStateUnauthorizedAccessException",
        message,
    )
    .with_target(Value::String(name))
}

struct RemoveAlias;

impl Stage for RemoveAlias {
    fn process(&mut self, context: &mut Context<'_>, _: Option<Value>) -> Result<(), Halt> {
        for name in texts(context, "Name") {
            let key = name.to_lowercase();
            let force = context.switch("Force");
            let aliases = &mut context.engine.session.aliases;
            let built_in = super::alias_target(&key).is_some();
            let own = aliases.get(&key).is_some_and(|target| !target.is_empty());
            if own && !built_in {
                aliases.remove(&key);
            } else if !own && (!built_in || aliases.contains_key(&key)) {
                let record = ErrorRecord::new(
                    "ItemNotFoundException",
                    ErrorCategory::ObjectNotFound,
                    "System.Management.Automation.ItemNotFoundException",
                    format!(
                        "This command cannot find a matching alias because an alias with the name '{name}' does not exist."
                    ),
                );
                context.write_error(record.with_target(Value::String(name)))?;
            } else if !own && super::is_read_only_alias(&key) && !force {
                let message =
                    format!("Alias was not removed because alias {name} is constant or read-only.");
                context.write_error(fixed("AliasNotRemovable", name, message))?;
            } else {
                // An alias that stands for nothing hides the one that every session has.
                aliases.insert(key, "".into());
            }
        }
        Ok(())
    }
}

struct Strict;

impl Stage for Strict {
    fn process(&mut self, context: &mut Context<'_>, _: Option<Value>) -> Result<(), Halt> {
        let version = match context.parameter("Version") {
            Some(Value::Version(parts)) if !context.switch("Off") => parts.first().copied(),
            _ => None,
        };
        let scopes = &mut context.engine.session.scopes;
        scopes.set_strict_version(version.unwrap_or_default());
        Ok(())
    }
}
