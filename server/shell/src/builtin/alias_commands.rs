//! `Set-Alias`, `New-Alias` and `Remove-Alias`.

use crate::builtin::declare::{UTILITY, at, command, named, switch};
use crate::builtin::support::{text, texts};
use crate::builtin::variables::{option, scope_of};
use crate::command::{CommandInfo, ConfirmImpact};
use crate::error_record::{ErrorCategory, ErrorRecord};
use crate::evaluate::scope::{Alias, Options};
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

/// What the binder knows of `Set-Alias`.
pub(super) fn set_info() -> CommandInfo {
    alias_info("Set-Alias")
}

/// What the binder knows of `New-Alias`.
pub(super) fn new_info() -> CommandInfo {
    alias_info("New-Alias")
}

/// What the binder knows of `Remove-Alias`.
pub(super) fn remove_info() -> CommandInfo {
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

/// One `Set-Alias` to run.
pub(super) fn set() -> Box<dyn Stage> {
    Box::new(Define { replace: true })
}

/// One `New-Alias` to run.
pub(super) fn new() -> Box<dyn Stage> {
    Box::new(Define { replace: false })
}

/// One `Remove-Alias` to run.
pub(super) fn remove() -> Box<dyn Stage> {
    Box::new(RemoveAlias)
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
        let scope = scope_of(context)?;
        if !self.replace && !force && there_is(context, scope, &name) {
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
        let options = match context.parameter("Option") {
            Some(Value::Enum(options)) => Options(options.number as u8),
            _ => Options::default(),
        };
        let alias = Alias {
            name,
            target,
            options,
            description: text(context, "Description").unwrap_or_else(|| "".into()),
        };
        let scopes = &mut context.engine.session.scopes;
        let place = scope.unwrap_or_else(|| scopes.depth() - 1);
        let refusal = scopes
            .alias_at(place, &alias.name)
            .and_then(|old| refusal(&old, &alias, force));
        if let Some(record) = refusal {
            return context.write_error(record);
        }
        scopes.put_alias(place, alias.clone());
        if context.switch("PassThru") {
            let alias = super::discovery::alias(context, &alias);
            context.write(alias)?;
        }
        Ok(())
    }
}

/// Whether a name is an alias already, in one scope or anywhere.
fn there_is(context: &Context<'_>, scope: Option<usize>, name: &str) -> bool {
    let scopes = &context.engine.session.scopes;
    match scope {
        Some(scope) => scopes.alias_at(scope, name).is_some(),
        None => scopes.alias(name).is_some(),
    }
}

/// Why an alias cannot take the place of the one that its scope has (`SessionStateScope.SetAliasItem`).
fn refusal(old: &Alias, new: &Alias, force: bool) -> Option<ErrorRecord> {
    let name = &new.name;
    let constant = old.options.has(Options::CONSTANT);
    if constant || old.options.has(Options::READ_ONLY) && !force {
        let message = format!(
            "Alias is not writeable because alias {name} is read-only or constant and cannot be written to."
        );
        return Some(fixed("AliasNotWritable", name, message));
    }
    if new.options.has(Options::CONSTANT) {
        let message = format!(
            "Alias {name} cannot be made constant after it has been created. Aliases can only be made constant at creation time."
        );
        return Some(fixed("AliasCannotBeMadeConstant", name, message));
    }
    let shared = |alias: &Alias| alias.options.has(Options::ALL_SCOPE);
    (shared(old) && !shared(new)).then(|| {
        let message = format!("The AllScope option cannot be removed from the alias '{name}'.");
        fixed("AliasAllScopeOptionCannotBeRemoved", name, message)
    })
}

fn fixed(id: &'static str, name: &Text, message: String) -> ErrorRecord {
    ErrorRecord::new(
        id,
        ErrorCategory::WriteError,
        "System.Management.Automation.SessionStateUnauthorizedAccessException",
        message,
    )
    .with_target(Value::String(name.clone()))
}

struct RemoveAlias;

impl Stage for RemoveAlias {
    fn process(&mut self, context: &mut Context<'_>, _: Option<Value>) -> Result<(), Halt> {
        let force = context.switch("Force");
        let scope = scope_of(context)?;
        for name in texts(context, "Name") {
            let scopes = &mut context.engine.session.scopes;
            let in_scope = scope.is_none_or(|scope| scopes.alias_at(scope, &name).is_some());
            let Some((place, alias)) = scopes.alias(&name).filter(|_| in_scope) else {
                let record = ErrorRecord::new(
                    "ItemNotFoundException",
                    ErrorCategory::ObjectNotFound,
                    "System.Management.Automation.ItemNotFoundException",
                    format!(
                        "This command cannot find a matching alias because an alias with the name '{name}' does not exist."
                    ),
                );
                context.write_error(record.with_target(Value::String(name)))?;
                continue;
            };
            let constant = alias.options.has(Options::CONSTANT);
            if constant || alias.options.has(Options::READ_ONLY) && !force {
                let message =
                    format!("Alias was not removed because alias {name} is constant or read-only.");
                context.write_error(fixed("AliasNotRemovable", &name, message))?;
                continue;
            }
            scopes.remove_alias(place, &name);
        }
        Ok(())
    }
}
