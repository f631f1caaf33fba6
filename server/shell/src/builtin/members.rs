//! `Add-Member` and `New-Object`.

use std::sync::Arc;

use crate::builtin::declare::{UTILITY, at, command, named, set, switch};
use crate::builtin::support::text;
use crate::command::{CommandInfo, SetMembership, Validation};
use crate::error_record::{ErrorCategory, ErrorRecord};
use crate::pipeline::halt::Halt;
use crate::pipeline::stage::{Context, Stage};
use crate::text::{Culture, read, to_text};
use crate::type_names::short_name;
use crate::value::{Object, Property, Text, Value};

/// What the binder knows of `Add-Member`.
pub(super) fn add_info() -> CommandInfo {
    let member = "MemberSet";
    let single = "NotePropertySingleMemberSet";
    let multi = "NotePropertyMultiMemberSet";
    let all = &["TypeNameSet", member, single, multi];
    command("Add-Member", UTILITY)
        .with_default_set("TypeNameSet")
        .with(
            named("InputObject", "psobject")
                .mandatory()
                .from_pipeline()
                .in_sets(all),
        )
        .with(
            at(
                0,
                "MemberType",
                "System.Management.Automation.PSMemberTypes",
            )
            .mandatory()
            .alias(&["Type"])
            .in_sets(&[member]),
        )
        .with(at(1, "Name", "string").mandatory().in_sets(&[member]))
        .with(at(2, "Value", "object").in_sets(&[member]))
        .with(at(3, "SecondValue", "object").in_sets(&[member]))
        .with(
            named("TypeName", "string")
                .member(SetMembership {
                    mandatory: true,
                    ..set("TypeNameSet")
                })
                .member(set(member))
                .member(set(single))
                .member(set(multi)),
        )
        .with(switch("Force").in_sets(&[member, single, multi]))
        .with(switch("PassThru").in_sets(all))
        .with(
            at(0, "NotePropertyName", "string")
                .mandatory()
                .validated(Validation::NoMemberType)
                .validated(Validation::NotNullOrEmpty)
                .in_sets(&[single]),
        )
        .with(
            at(1, "NotePropertyValue", "object")
                .mandatory()
                .in_sets(&[single])
                .allow_nothing(),
        )
        .with(
            at(0, "NotePropertyMembers", "System.Collections.IDictionary")
                .mandatory()
                .in_sets(&[multi]),
        )
}

/// What the binder knows of `New-Object`.
pub(super) fn new_info() -> CommandInfo {
    let net = &["Net"][..];
    command("New-Object", UTILITY)
        .with_default_set("Net")
        .with(at(0, "TypeName", "string").mandatory().in_sets(net))
        .with(
            at(1, "ArgumentList", "object[]")
                .alias(&["Args"])
                .in_sets(net),
        )
        .with(named("Property", "System.Collections.IDictionary"))
}

/// One `New-Object` to run.
pub(super) fn new() -> Box<dyn Stage> {
    Box::new(NewObject)
}

struct NewObject;

impl Stage for NewObject {
    fn process(&mut self, context: &mut Context<'_>, _: Option<Value>) -> Result<(), Halt> {
        let Some(name) = text(context, "TypeName") else {
            return Ok(());
        };
        let bare = name.to_ascii_lowercase();
        let is_custom = matches!(short_name(&bare), "psobject" | "pscustomobject" | "object");
        if !is_custom {
            let arguments = crate::builtin::support::items(context, "ArgumentList");
            let known = crate::convert::type_names::resolve(&name).map(|known| known.full_name());
            let exception = || crate::evaluate::find_exception(&name).map(Text::from);
            if let Some(known) = known.or_else(exception) {
                let owner = Value::Type(known);
                return match context.engine.call_static(&owner, "new", &arguments) {
                    Ok(made) => context.write(made),
                    Err(Halt::Error(record))
                        if &*record.fully_qualified_id == "MethodNotFound"
                            || arguments.is_empty() =>
                    {
                        Err(context.terminate(ErrorRecord::new(
                            "CannotFindAppropriateCtor",
                            ErrorCategory::ObjectNotFound,
                            "System.Management.Automation.PSArgumentException",
                            format!(
                                "A constructor was not found. Cannot find an appropriate constructor for type {name}."
                            ),
                        )))
                    }
                    Err(other) => Err(other),
                };
            }
            let record = ErrorRecord::new(
                "TypeNotFound",
                ErrorCategory::InvalidType,
                "System.Management.Automation.PSArgumentException",
                format!(
                    "Cannot find type [{name}]: verify that the assembly containing this type is loaded."
                ),
            );
            return Err(context.terminate(record));
        }
        let mut properties = Vec::new();
        if let Some(Value::Dictionary(table)) = context.parameter("Property") {
            for (key, item) in read(&table.entries).values() {
                properties.push(Property {
                    name: to_text(key, Culture::Invariant).into(),
                    value: item.clone(),
                    note: true,
                });
            }
        }
        context.write(Value::Object(Arc::new(Object::custom(properties))))
    }
}
