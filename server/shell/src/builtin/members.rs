//! `Add-Member` and `New-Object`.

use std::sync::{Arc, LazyLock};

use crate::builtin::declare::{UTILITY, at, command, named, set, switch};
use crate::builtin::support::{input_object, text};
use crate::command::{CommandInfo, ParameterInfo, ParameterType, SetMembership};
use crate::error_record::{ErrorCategory, ErrorRecord};
use crate::members;
use crate::pipeline::halt::Halt;
use crate::pipeline::stage::{Context, Stage};
use crate::text::{Culture, read, to_text, write};
use crate::type_names::short_name;
use crate::value::{EnumDefinition, Noted, Object, Property, Text, Value};

static MEMBER_TYPES: LazyLock<Arc<EnumDefinition>> = LazyLock::new(|| {
    let members: [(&str, i64); 18] = [
        ("AliasProperty", 1),
        ("CodeProperty", 2),
        ("Property", 4),
        ("NoteProperty", 8),
        ("ScriptProperty", 16),
        ("Properties", 31),
        ("PropertySet", 32),
        ("Method", 64),
        ("CodeMethod", 128),
        ("ScriptMethod", 256),
        ("Methods", 448),
        ("ParameterizedProperty", 512),
        ("MemberSet", 1024),
        ("Event", 2048),
        ("Dynamic", 4096),
        ("InferredProperty", 8192),
        ("All", 16383),
        ("None", 0),
    ];
    Arc::new(EnumDefinition {
        name: "System.Management.Automation.PSMemberTypes".into(),
        flags: true,
        members: members
            .iter()
            .map(|(name, number)| (Text::from(*name), *number))
            .collect(),
    })
});

fn member_types(name: &str) -> ParameterInfo {
    ParameterInfo::of_type(name, ParameterType::Enum(Arc::clone(&MEMBER_TYPES)))
}

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
            member_types("MemberType")
                .at(0)
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

/// One `Add-Member` to run.
pub(super) fn add() -> Box<dyn Stage> {
    Box::new(AddMember)
}

/// One `New-Object` to run.
pub(super) fn new() -> Box<dyn Stage> {
    Box::new(NewObject)
}

/// Bit of `PSMemberTypes`.
const NOTE_PROPERTY: i64 = 8;
/// The kinds of members that can be added: alias, code, note and script properties, property and member sets, code and
/// script methods.
const ADDABLE: [i64; 8] = [1, 2, NOTE_PROPERTY, 16, 32, 128, 256, 1024];

struct AddMember;

/// What the command refuses.
fn refused(id: &'static str, message: String) -> ErrorRecord {
    ErrorRecord::new(
        id,
        ErrorCategory::InvalidOperation,
        "System.InvalidOperationException",
        message,
    )
}

impl Stage for AddMember {
    fn process(&mut self, context: &mut Context<'_>, input: Option<Value>) -> Result<(), Halt> {
        let Some(mut object) = input_object(context, input) else {
            return Ok(());
        };
        let type_name = text(context, "TypeName");
        if type_name
            .as_ref()
            .is_some_and(|name| name.trim().is_empty())
        {
            let message =
                "The TypeName parameter should not be null, empty, or contain only white spaces.";
            let record = refused("TypeNameShouldNotBeEmpty", message.into());
            return Err(context.terminate(record));
        }
        let mut added = context.parameter_set() == "TypeNameSet";
        for member in members_of(context)? {
            if member.name.is_empty() {
                let message =
                    "The name for a NoteProperty member should not be null or an empty string.";
                context.write_error(refused("NotePropertyNameShouldNotBeNull", message.into()))?;
                continue;
            }
            match clash(&object, &member.name, context.switch("Force")) {
                Some(record) => context.write_error(record.with_target(object.clone()))?,
                None => {
                    object = extended(object, vec![member]);
                    added = true;
                }
            }
        }
        if !added {
            return Ok(());
        }
        if let (Some(name), Value::Object(object)) = (type_name, &object) {
            let name =
                crate::convert::type_names::resolve(&name).map_or(name, |known| known.full_name());
            let mut names = write(&object.type_names);
            *names = std::iter::once(name).chain(names.iter().cloned()).collect();
        }
        if context.switch("PassThru") {
            context.write(object)?;
        }
        Ok(())
    }
}

/// The members that are to be added.
fn members_of(context: &mut Context<'_>) -> Result<Vec<Property>, Halt> {
    let note = |name: Text, value: Value| Property {
        name,
        value,
        note: true,
    };
    if let Some(name) = text(context, "NotePropertyName") {
        let value = context.parameter("NotePropertyValue").cloned();
        return Ok(vec![note(name, value.unwrap_or_default())]);
    }
    if let Some(Value::Dictionary(table)) = context.parameter("NotePropertyMembers") {
        return Ok(read(&table.entries)
            .values()
            .map(|(key, item)| note(to_text(key, Culture::Invariant).into(), item.clone()))
            .collect());
    }
    let (Some(name), Some(Value::Enum(kind))) =
        (text(context, "Name"), context.parameter("MemberType"))
    else {
        return Ok(Vec::new());
    };
    let kind_text = crate::text::enum_text(kind);
    let record = if kind.number.count_ones() != 1 {
        refused(
            "WrongMemberCount",
            format!(
                "To add a member, only one member type can be specified. The member types specified are: \"{kind_text}\""
            ),
        )
    } else if kind.number == NOTE_PROPERTY && context.parameter("SecondValue").is_some() {
        refused(
            "Value2ShouldNotBeSpecified",
            format!(
                "The SecondValue parameter is not necessary for a member of type \"{kind_text}\", and should not be specified. Do not specify the SecondValue parameter when you add members of this type."
            ),
        )
    } else if !ADDABLE.contains(&kind.number) {
        refused(
            "CannotAddMemberType",
            format!(
                "Cannot add a member with type \"{kind_text}\". Specify a different type for the MemberTypes parameter."
            ),
        )
    } else {
        let value = context.parameter("Value").cloned().unwrap_or_default();
        return Ok(vec![note(name, value)]);
    };
    Err(context.terminate(record))
}

/// Why a member of that name cannot be added, if it cannot.
fn clash(object: &Value, name: &str, force: bool) -> Option<ErrorRecord> {
    let known = members::matching(object, name);
    let known = known.iter().find(|known| members::same_name(known, name))?;
    if !force {
        return Some(refused(
            "MemberAlreadyExists",
            format!(
                "Cannot add a member with the name \"{name}\" because a member with that name already exists. To overwrite the member anyway, add the Force parameter to your command."
            ),
        ));
    }
    let property = members::properties(object)
        .into_iter()
        .find(|property| members::same_name(&property.name, known));
    let custom = matches!(object, Value::Object(object) if object.custom);
    let kind = match property {
        Some(property) if property.note || custom => return None,
        Some(_) => "Property",
        None => "Method",
    };
    Some(refused(
        "CannotRemoveTypeDataMember",
        format!(
            "Cannot force the member with name \"{name}\" and type \"{kind}\" to be added. A member with that name and type already exists, and the existing member is not an instance extension."
        ),
    ))
}

/// An object takes notes itself; a scalar is wrapped.
fn extended(object: Value, notes: Vec<Property>) -> Value {
    if notes.is_empty() {
        return object;
    }
    match object {
        Value::Object(object) => {
            let mut properties = write(&object.properties);
            for note in notes {
                properties.retain(|known| !members::same_name(&known.name, &note.name));
                properties.push(note);
            }
            drop(properties);
            Value::Object(object)
        }
        Value::Noted(noted) => {
            let mut known = write(&noted.notes);
            for note in notes {
                known.retain(|own| !members::same_name(&own.name, &note.name));
                known.push(note);
            }
            drop(known);
            Value::Noted(noted)
        }
        scalar => Value::Noted(Arc::new(Noted {
            base: scalar,
            notes: notes.into(),
        })),
    }
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
