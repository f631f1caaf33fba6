//! `Get-Error`: errors with everything that they hold.

use crate::builtin::declare::{UTILITY, at, command, named};
use crate::builtin::support::{count, input_object};
use crate::command::{CommandInfo, Validation};
use crate::format::error_detail;
use crate::pipeline::halt::Halt;
use crate::pipeline::stage::{Context, Stage};
use crate::value::Value;

/// What the binder knows of it.
pub(super) fn info() -> CommandInfo {
    let positive = Validation::Range(Value::Int32(1), Value::Int32(i32::MAX));
    command("Get-Error", UTILITY)
        .with_default_set("Newest")
        .with_output(&[error_detail::ERROR, error_detail::EXCEPTION])
        .with(
            at(0, "InputObject", "psobject")
                .from_pipeline()
                .validated(Validation::NotNullOrEmpty)
                .in_sets(&["Error"]),
        )
        .with(
            named("Newest", "int")
                .alias(&["Last"])
                .validated(positive)
                .in_sets(&["Newest"]),
        )
}

/// One to run.
pub(super) fn create() -> Box<dyn Stage> {
    Box::new(GetError)
}

struct GetError;

impl Stage for GetError {
    fn process(&mut self, context: &mut Context<'_>, input: Option<Value>) -> Result<(), Halt> {
        let errors = match input_object(context, input) {
            Some(given) => vec![given],
            None => {
                let mut errors = context.engine.session.errors();
                errors.truncate(count(context, "Newest").unwrap_or(1));
                errors
            }
        };
        let many = errors.len() > 1;
        for (index, error) in (0..).zip(errors.iter().filter(|error| is_error(error))) {
            context.write(error_detail::extended(error, many.then_some(index)))?;
        }
        Ok(())
    }
}

fn is_error(value: &Value) -> bool {
    let chain = crate::type_names::type_chain(value.base());
    chain.iter().any(|name| {
        matches!(
            &**name,
            "System.Management.Automation.ErrorRecord" | "System.Exception"
        )
    })
}
