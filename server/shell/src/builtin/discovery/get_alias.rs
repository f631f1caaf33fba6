//! `Get-Alias`.

use std::collections::BTreeMap;

use crate::builtin;
use crate::builtin::discovery::{fits, info, texts};
use crate::command::{CommandInfo, ParameterInfo, SetMembership};
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
        ParameterInfo::new("Name", "string[]").member(SetMembership {
            set: "Default".into(),
            position: Some(0),
            from_pipeline: true,
            from_pipeline_by_property_name: true,
            ..SetMembership::default()
        }),
    )
    .with(ParameterInfo::new("Exclude", "string[]"))
    .with(ParameterInfo::new("Scope", "string"))
    .with(ParameterInfo::new("Definition", "string[]").in_sets(&["Definition"]))
}

/// One to run.
pub fn create() -> Box<dyn Stage> {
    Box::new(GetAlias)
}

struct GetAlias;

/// The aliases of the session by name: its own go before those that every session has.
fn aliases(context: &Context<'_>) -> BTreeMap<Text, Text> {
    let mut all: BTreeMap<Text, Text> = builtin::aliases()
        .iter()
        .map(|(alias, target)| (Text::from(*alias), Text::from(*target)))
        .collect();
    for (alias, target) in &context.engine.session.aliases {
        all.insert(alias.as_str().into(), target.clone());
    }
    all.retain(|_, target| !target.is_empty());
    all
}

impl Stage for GetAlias {
    fn process(&mut self, context: &mut Context<'_>, _input: Option<Value>) -> Result<(), Halt> {
        let excluded = texts(context, "Exclude");
        let definitions = texts(context, "Definition");
        let mut names = texts(context, "Name");
        if names.is_empty() {
            names.push("*".into());
        }
        for name in names {
            let pattern = Wildcard::new(&name);
            let mut any = false;
            for (alias, target) in aliases(context) {
                let wanted = pattern.matches(&alias)
                    && fits(&definitions, &target)
                    && (excluded.is_empty() || !fits(&excluded, &alias));
                if wanted {
                    any = true;
                    context.write(info::alias(&alias, &target))?;
                }
            }
            if !any && (!pattern.is_pattern() || !definitions.is_empty()) {
                let (what, wanted) = match definitions.first() {
                    Some(definition) => ("definition", definition),
                    None => ("name", &name),
                };
                let mut record = ErrorRecord::new(
                    "ItemNotFoundException",
                    ErrorCategory::ObjectNotFound,
                    "System.Management.Automation.ItemNotFoundException",
                    format!(
                        "This command cannot find a matching alias because an alias with the {what} '{wanted}' does \
                         not exist."
                    ),
                );
                record.target = Value::String(wanted.clone());
                context.write_error(record)?;
            }
        }
        Ok(())
    }
}
