//! `Add-Member` and `New-Object`.

use std::sync::{Arc, LazyLock};

use crate::builtin::declare::{UTILITY, at, command, named, switch};
use crate::builtin::support::{input_object, text};
use crate::command::{CommandInfo, ParameterInfo, ParameterType};
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
    command("Add-Member", UTILITY)
        .with_default_set("TypeNameSet")
        .with(named("InputObject", "psobject").mandatory().from_pipeline())
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
                .mandatory()
                .in_sets(&["TypeNameSet"]),
        )
        .with(switch("Force").in_sets(&[member, single, multi]))
        .with(switch("PassThru"))
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

struct AddMember;

impl Stage for AddMember {
    fn process(&mut self, context: &mut Context<'_>, input: Option<Value>) -> Result<(), Halt> {
        let Some(object) = input_object(context, input) else {
            return Ok(());
        };
        let mut notes: Vec<Property> = Vec::new();
        let note = |name: Text, value: Value| Property {
            name,
            value,
            note: true,
        };
        if let Some(name) = text(context, "NotePropertyName") {
            let value = context.parameter("NotePropertyValue").cloned();
            notes.push(note(name, value.unwrap_or_default()));
        } else if let Some(Value::Dictionary(table)) = context.parameter("NotePropertyMembers") {
            for (key, item) in read(&table.entries).values() {
                notes.push(note(to_text(key, Culture::Invariant).into(), item.clone()));
            }
        } else if let Some(name) = text(context, "Name") {
            let value = context.parameter("Value").cloned().unwrap_or_default();
            notes.push(note(name, value));
        }
        let force = context.switch("Force");
        for added in &notes {
            if members::property(&object, &added.name).is_some() && !force {
                let record = ErrorRecord::new(
                    "MemberAlreadyExists",
                    ErrorCategory::InvalidOperation,
                    "System.InvalidOperationException",
                    format!(
                        "Cannot add a member with the name \"{}\" because a member with that name already exists. To overwrite the member anyway, add the Force parameter to your command.",
                        added.name
                    ),
                );
                return context.write_error(record.with_target(object));
            }
        }
        let object = extended(object, notes);
        if let (Some(name), Value::Object(object)) = (text(context, "TypeName"), &object) {
            let mut names = write(&object.type_names);
            *names = std::iter::once(name).chain(names.iter().cloned()).collect();
        }
        if context.switch("PassThru") {
            context.write(object)?;
        }
        Ok(())
    }
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
            write(&noted.notes).extend(notes);
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
                let made = context.engine.call_static(&owner, "new", &arguments)?;
                return context.write(made);
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
