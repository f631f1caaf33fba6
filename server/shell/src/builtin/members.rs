//! `Add-Member` and `New-Object`.

use std::sync::Arc;

use indexmap::IndexMap;

use crate::builtin::declare::{UTILITY, at, command, named, set, switch};
use crate::builtin::support::text;
use crate::command::{CommandInfo, ParameterType, SetMembership, Validation};
use crate::convert::number::is_number;
use crate::convert::{ConversionContext, convert};
use crate::error_record::{ErrorCategory, ErrorRecord};
use crate::evaluate::dictionary;
use crate::evaluate::hashtable::{HASHTABLE, as_custom_object};
use crate::pipeline::halt::Halt;
use crate::pipeline::stage::{Context, Stage};
use crate::text::{Culture, as_double, read, to_text};
use crate::type_names::short_name;
use crate::value::class::Class;
use crate::value::{Array, Object, Text, Value};

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
            if let Some(ParameterType::Class(class)) = context.engine.find_type(&name)
                && let Some(class) = class.class()
            {
                return of_class(context, &class, &name, &arguments);
            }
            let known = crate::convert::type_names::resolve(&name).map(|known| known.full_name());
            let exception = || crate::evaluate::find_exception(&name).map(Text::from);
            if let Some(known) = known.or_else(exception) {
                if let Some(made) = made_of_nothing(context, &known, &arguments)? {
                    return context.write(made);
                }
                let owner = Value::Type(known);
                return match context
                    .engine
                    .call_static(&owner, "new", &arguments, context.tail)
                {
                    Ok(made) => context.write(made),
                    Err(Halt::Error(record))
                        if &*record.fully_qualified_id == "MethodNotFound"
                            || arguments.is_empty() =>
                    {
                        Err(context.terminate(no_constructor(&name)))
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
        if bare.ends_with("object") && !bare.ends_with("psobject") && !bare.contains("custom") {
            let types: [Text; 1] = ["System.Object".into()];
            let made = Object::typed(types.into(), Vec::new()).with_text("System.Object");
            return context.write(Value::Object(Arc::new(made)));
        }
        let properties = context.parameter("Property").cloned();
        let properties = properties.unwrap_or_else(|| dictionary(HASHTABLE, IndexMap::new()));
        context.write(as_custom_object(&properties))
    }
}

/// An object of a class that a script defines, with the properties that are to be set.
fn of_class(
    context: &mut Context<'_>,
    class: &Arc<Class>,
    name: &str,
    arguments: &[Value],
) -> Result<(), Halt> {
    let made = match context.engine.construct(class, arguments, context.tail) {
        Ok(made) => made,
        Err(Halt::Error(record))
            if &*record.fully_qualified_id == "MethodCountCouldNotFindBest" =>
        {
            return Err(context.terminate(no_constructor(name)));
        }
        Err(other) => return Err(other),
    };
    if let Some(Value::Dictionary(table)) = context.parameter("Property").cloned() {
        let entries: Vec<(Value, Value)> = read(&table.entries).values().cloned().collect();
        for (key, value) in entries {
            let key = to_text(&key, Culture::Invariant);
            let tail = &mut *context.tail;
            let set = context
                .engine
                .set_class_property(&made, &key, &value, tail)?;
            if set.is_none() {
                return Err(context.terminate(ErrorRecord::new(
                    "InvalidOperationException",
                    ErrorCategory::InvalidOperation,
                    "System.InvalidOperationException",
                    format!("The member \"{key}\" was not found for the specified .NET object."),
                )));
            }
        }
    }
    context.write(made)
}

fn no_constructor(name: &str) -> ErrorRecord {
    ErrorRecord::new(
        "CannotFindAppropriateCtor",
        ErrorCategory::ObjectNotFound,
        "System.Management.Automation.PSArgumentException",
        format!(
            "A constructor was not found. Cannot find an appropriate constructor for type {name}."
        ),
    )
}

/// A character, or an array of a length, whose elements are nothing yet.
fn made_of_nothing(
    context: &mut Context<'_>,
    of_type: &str,
    arguments: &[Value],
) -> Result<Option<Value>, Halt> {
    match (of_type.strip_suffix("[]"), arguments) {
        (None, []) if of_type == "System.Char" => Ok(Some(Value::Char(0))),
        (Some(element), [length]) => {
            let length = as_double(length).map_or(0, |length| length as usize);
            if length > crate::evaluate::MAX_GROWTH {
                return Err(context.engine.fail(crate::evaluate::failure::too_large()));
            }
            let target = ParameterType::Plain(element.into());
            let nothing = match element {
                "System.Char" => Value::Char(0),
                _ => convert(&Value::Int32(0), &target, ConversionContext::default())
                    .ok()
                    .filter(|nothing| is_number(nothing) || matches!(nothing, Value::Bool(_)))
                    .unwrap_or_default(),
            };
            Ok(Some(Value::Array(Arc::new(Array {
                element_type: element.into(),
                items: vec![nothing; length].into(),
            }))))
        }
        _ => Ok(None),
    }
}
