//! `Set-StrictMode`.

use crate::builtin::declare::{CORE, command, named, switch};
use crate::command::{CommandInfo, Validation};
use crate::pipeline::halt::Halt;
use crate::pipeline::stage::{Context, Stage};
use crate::value::Value;

/// What the binder knows of `Set-StrictMode`.
pub(super) fn info() -> CommandInfo {
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

/// One `Set-StrictMode` to run.
pub(super) fn create() -> Box<dyn Stage> {
    Box::new(Strict)
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
