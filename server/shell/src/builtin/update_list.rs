//! `Update-List`: what is to be added to a list and removed from it, as a table or done to a property.

use std::sync::Arc;

use indexmap::IndexMap;

use crate::builtin::declare::{UTILITY, at, command, named};
use crate::builtin::support::{items, text};
use crate::command::{CommandInfo, Validation};
use crate::error_record::{ErrorCategory, ErrorRecord};
use crate::evaluate::dictionary;
use crate::evaluate::hashtable::HASHTABLE;
use crate::evaluate::operator::comparison::equal;
use crate::members::property;
use crate::pipeline::halt::Halt;
use crate::pipeline::stage::{Context, Stage};
use crate::text::write;
use crate::value::{Text, Value};

/// What the binder knows of it.
pub(super) fn info() -> CommandInfo {
    let list = |name| named(name, "object[]").validated(Validation::NotNullOrEmpty);
    command("Update-List", UTILITY)
        .with_default_set("AddRemoveSet")
        .with(list("Add").in_sets(&["AddRemoveSet"]))
        .with(list("Remove").in_sets(&["AddRemoveSet"]))
        .with(list("Replace").mandatory().in_sets(&["ReplaceSet"]))
        .with(
            named("InputObject", "psobject")
                .from_pipeline()
                .validated(Validation::NotNullOrEmpty),
        )
        .with(at(0, "Property", "string").validated(Validation::NotNullOrEmpty))
}

/// One to run.
pub(super) fn create() -> Box<dyn Stage> {
    Box::<UpdateList>::default()
}

#[derive(Default)]
struct UpdateList {
    /// Whether an object came.
    fed: bool,
}

fn refused(id: &'static str, message: String) -> ErrorRecord {
    ErrorRecord::new(
        id,
        ErrorCategory::InvalidOperation,
        "System.InvalidOperationException",
        message,
    )
}

impl Stage for UpdateList {
    fn process(&mut self, context: &mut Context<'_>, input: Option<Value>) -> Result<(), Halt> {
        let object = input.or_else(|| context.parameter("InputObject").cloned());
        self.fed |= object.is_some();
        let Some(name) = text(context, "Property") else {
            return Ok(());
        };
        let Some(object) = object else {
            return context.write_error(refused(
                "MissingInputObjectParameter",
                "You must specify the InputObject parameter when the Property parameter is specified.".into(),
            ));
        };
        let Some(list) = property(&object, &name) else {
            let message = format!("The property '{name}' cannot be found on this object");
            let record = refused("MemberDoesntExist", message);
            return context.write_error(record.with_target(object));
        };
        if !apply(context, &list)? {
            return context.write_error(ErrorRecord::new(
                "ApplyFailed",
                ErrorCategory::InvalidOperation,
                "System.Management.Automation.PSInvalidOperationException",
                "Cannot apply the update because the object is not a supported collection type.",
            ));
        }
        context.write(object)
    }

    fn end(&mut self, context: &mut Context<'_>) -> Result<(), Halt> {
        if context.parameter("Property").is_some() {
            return Ok(());
        }
        if self.fed {
            return Err(context.terminate(refused(
                "MissingPropertyParameter",
                "You must specify the Property parameter when the InputObject parameter is specified.".into(),
            )));
        }
        let mut table = IndexMap::new();
        for name in ["Add", "Remove", "Replace"] {
            if let Some(given) = context.parameter(name).cloned() {
                table.insert(Text::from(name.to_lowercase()), (Value::text(name), given));
            }
        }
        context.write(dictionary(HASHTABLE, table))
    }
}

/// Does to a list what is asked for (`PSListModifier.ApplyTo`); whether it is one.
fn apply(context: &mut Context<'_>, list: &Value) -> Result<bool, Halt> {
    let list = match list.base() {
        Value::List(list) => list,
        Value::Array(_) => {
            let fixed = "System.NotSupportedException";
            return Err(context.terminate(ErrorRecord::new(
                fixed,
                ErrorCategory::NotSpecified,
                fixed,
                "Collection was of a fixed size.",
            )));
        }
        _ => return Ok(false),
    };
    let list = Arc::clone(list);
    let replaced = items(context, "Replace");
    let (removed, added) = (items(context, "Remove"), items(context, "Add"));
    let mut own = write(&list.items);
    if !replaced.is_empty() {
        own.clear();
        own.extend(replaced);
        return Ok(true);
    }
    for gone in removed {
        if let Some(place) = own.iter().position(|item| equal(item, &gone, true)) {
            own.remove(place);
        }
    }
    own.extend(added);
    Ok(true)
}
