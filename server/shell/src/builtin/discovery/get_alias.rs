//! `Get-Alias`.

use crate::builtin::discovery::{fits, texts};
use crate::builtin::variables::scope_of;
use crate::command::{CommandInfo, ParameterInfo, SetMembership, Validation};
use crate::error_record::{ErrorCategory, ErrorRecord};
use crate::pipeline::halt::Halt;
use crate::pipeline::stage::{Context, Stage};
use crate::value::{Text, Value};
use crate::wildcard::Wildcard;

/// What the binder knows of it.
pub fn info() -> CommandInfo {
    CommandInfo::new(
        "Get-Alias",
        "Microsoft.PowerShell.Commands.GetAliasCommand",
        "Microsoft.PowerShell.Utility",
    )
    .with_default_set("Default")
    .with_output(&["System.Management.Automation.AliasInfo"])
    .with_synopsis("Gets the aliases of the session.")
    .with(
        ParameterInfo::new("Name", "string[]")
            .member(SetMembership {
                set: "Default".into(),
                position: Some(0),
                from_pipeline: true,
                from_pipeline_by_property_name: true,
                ..SetMembership::default()
            })
            .validated(Validation::NotNullOrEmpty),
    )
    .with(ParameterInfo::new("Exclude", "string[]"))
    .with(ParameterInfo::new("Scope", "string"))
    .with(
        ParameterInfo::new("Definition", "string[]")
            .validated(Validation::NotNullOrEmpty)
            .in_sets(&["Definition"]),
    )
}

/// One to run.
pub fn create() -> Box<dyn Stage> {
    Box::new(GetAlias)
}

struct GetAlias;

impl Stage for GetAlias {
    fn process(&mut self, context: &mut Context<'_>, _input: Option<Value>) -> Result<(), Halt> {
        let excluded = texts(context, "Exclude");
        let scope = scope_of(context)?;
        let aliases = context.engine.session.scopes.aliases(scope);
        let by_definition = context.parameter_set() == "Definition";
        let mut wanted = texts(context, if by_definition { "Definition" } else { "Name" });
        if wanted.is_empty() {
            wanted.push("*".into());
        }
        for name in wanted {
            let pattern = Wildcard::new(&name);
            let mut any = false;
            for alias in &aliases {
                let held = if by_definition {
                    &alias.target
                } else {
                    &alias.name
                };
                let found =
                    pattern.matches(held) && (excluded.is_empty() || !fits(&excluded, &alias.name));
                if found {
                    any = true;
                    context.write(super::alias(context, alias))?;
                }
            }
            if !any && !pattern.is_pattern() && excluded.is_empty() {
                context.write_error(not_found(&name, by_definition))?;
            }
        }
        Ok(())
    }
}

fn not_found(name: &Text, by_definition: bool) -> ErrorRecord {
    let what = if by_definition { "definition" } else { "name" };
    ErrorRecord::new(
        "ItemNotFoundException",
        ErrorCategory::ObjectNotFound,
        "System.Management.Automation.ItemNotFoundException",
        format!(
            "This command cannot find a matching alias because an alias with the {what} '{name}' does not exist."
        ),
    )
    .with_target(Value::String(name.clone()))
}
