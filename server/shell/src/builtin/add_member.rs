//! How `Add-Member` adds a member (`AddMember.cs`).

use std::sync::Arc;

use crate::binder::ADDABLE;
use crate::builtin::support::{input_object, text};
use crate::command::ParameterType;
use crate::convert::type_names;
use crate::dotnet::Kind;
use crate::error_record::{ErrorCategory, ErrorRecord};
use crate::members;
use crate::pipeline::halt::Halt;
use crate::pipeline::stage::{Context, Stage};
use crate::text::{Culture, enum_text, read, to_text, write};
use crate::value::scripts::{Script, ScriptMember, Scripts};
use crate::value::{EnumValue, Noted, Property, ScriptBlock, Text, Value};

/// One `Add-Member` to run.
pub(super) fn add() -> Box<dyn Stage> {
    Box::new(AddMember)
}

/// Bits of `PSMemberTypes`.
const ALIAS_PROPERTY: i64 = 1;
const NOTE_PROPERTY: i64 = 8;
const SCRIPT_PROPERTY: i64 = 16;
const CODE_PROPERTY: i64 = 2;
const PROPERTY_SET: i64 = 32;
const CODE_METHOD: i64 = 128;
const SCRIPT_METHOD: i64 = 256;
const MEMBER_SET: i64 = 1024;
/// Kinds that have one value.
const OF_ONE_VALUE: [i64; 5] = [
    CODE_METHOD,
    MEMBER_SET,
    PROPERTY_SET,
    SCRIPT_METHOD,
    NOTE_PROPERTY,
];
/// Kinds that need their value.
const NEEDS_VALUE: [i64; 4] = [ALIAS_PROPERTY, CODE_METHOD, PROPERTY_SET, SCRIPT_METHOD];
/// Kinds that need one of two values.
const OF_EITHER_VALUE: [i64; 2] = [CODE_PROPERTY, SCRIPT_PROPERTY];
struct AddMember;

/// A member that is to be added.
struct Member {
    name: Text,
    /// What a note holds; of a computed member nothing.
    value: Value,
    script: Option<Script>,
}

impl Member {
    fn note(name: Text, value: Value) -> Self {
        Self {
            name,
            value,
            script: None,
        }
    }
}

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
                    context.engine.session.computes |= member.script.is_some();
                    object = extended(object, member);
                    context.engine.session.memory.suspect(&object);
                    added = true;
                }
            }
        }
        if !added {
            return Ok(());
        }
        if let (Some(name), Value::Object(object)) = (type_name, &object) {
            let name = type_names::resolve(&name).map_or(name, |known| known.full_name());
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
fn members_of(context: &mut Context<'_>) -> Result<Vec<Member>, Halt> {
    if let Some(name) = text(context, "NotePropertyName") {
        let value = context.parameter("NotePropertyValue").cloned();
        return Ok(vec![Member::note(name, value.unwrap_or_default())]);
    }
    if let Some(Value::Dictionary(table)) = context.parameter("NotePropertyMembers") {
        return Ok(read(&table.entries)
            .values()
            .map(|(key, item)| Member::note(to_text(key, Culture::Invariant).into(), item.clone()))
            .collect());
    }
    let (Some(name), Some(Value::Enum(kind))) =
        (text(context, "Name"), context.parameter("MemberType"))
    else {
        return Ok(Vec::new());
    };
    let kind = kind.clone();
    if let Some(record) = unfit(context, &kind) {
        return Err(context.terminate(record));
    }
    let value = context.parameter("Value").cloned().unwrap_or_default();
    let script = match kind.number {
        ALIAS_PROPERTY => alias(context, &value)?,
        SCRIPT_PROPERTY => {
            let second = context.parameter("SecondValue").cloned();
            Script::Property {
                getter: block(context, &value)?,
                setter: block(context, &second.unwrap_or_default())?,
            }
        }
        SCRIPT_METHOD => match block(context, &value)? {
            Some(block) => Script::Method(block),
            None => return Ok(Vec::new()),
        },
        _ => return Ok(vec![Member::note(name, value)]),
    };
    Ok(vec![Member {
        name,
        value: Value::Null,
        script: Some(script),
    }])
}

/// Why a member of that kind cannot be made of the values given.
fn unfit(context: &Context<'_>, kind: &EnumValue) -> Option<ErrorRecord> {
    let shown = enum_text(kind);
    let is_null = |name: &str| matches!(context.parameter(name), None | Some(Value::Null));
    let second = context.parameter("SecondValue");
    let (id, message) = if kind.number.count_ones() != 1 {
        (
            "WrongMemberCount",
            format!(
                "To add a member, only one member type can be specified. The member types specified are: \"{shown}\""
            ),
        )
    } else if !ADDABLE.contains(&kind.number) {
        (
            "CannotAddMemberType",
            format!(
                "Cannot add a member with type \"{shown}\". Specify a different type for the MemberTypes parameter."
            ),
        )
    } else if OF_ONE_VALUE.contains(&kind.number) && second.is_some() {
        (
            "Value2ShouldNotBeSpecified",
            format!(
                "The SecondValue parameter is not necessary for a member of type \"{shown}\", and should not be specified. Do not specify the SecondValue parameter when you add members of this type."
            ),
        )
    } else if NEEDS_VALUE.contains(&kind.number) && is_null("Value") {
        (
            "Value1ShouldNotBeNull",
            format!(
                "The Value parameter should not be null for a member of type \"{shown}\". Specify a non-null value for the Value parameter when adding members of this type."
            ),
        )
    } else if kind.number == ALIAS_PROPERTY && matches!(second, Some(Value::Null)) {
        (
            "Value2ShouldNotBeNull",
            format!(
                "The SecondValue parameter should not be null for a member of type \"{shown}\". Specify a non-null value for the SecondValue parameter when adding members of this type."
            ),
        )
    } else if OF_EITHER_VALUE.contains(&kind.number) && is_null("Value") && is_null("SecondValue") {
        (
            "Value1AndValue2AreNotBothNull",
            format!(
                "Both Value and SecondValue parameters should not be null for a member of type \"{shown}\". Specify a non-null value for one of the two parameters."
            ),
        )
    } else {
        return None;
    };
    Some(refused(id, message))
}

/// A value as another type, as `LanguagePrimitives.ConvertTo` has it.
fn converted(context: &mut Context<'_>, value: &Value, target: &str) -> Result<Value, Halt> {
    let target = ParameterType::Plain(target.into());
    context
        .engine
        .cast(value, &target)
        .map_err(|halt| match halt {
            Halt::Error(mut record) => {
                record.exception = "System.Management.Automation.PSInvalidCastException".into();
                context.terminate(*record)
            }
            other => other,
        })
}

/// The block that a value is; none of null.
fn block(context: &mut Context<'_>, value: &Value) -> Result<Option<Arc<ScriptBlock>>, Halt> {
    if matches!(value, Value::Null) {
        return Ok(None);
    }
    let block = converted(context, value, "System.Management.Automation.ScriptBlock")?;
    Ok(match block {
        Value::ScriptBlock(block) => Some(block),
        _ => None,
    })
}

fn alias(context: &mut Context<'_>, value: &Value) -> Result<Script, Halt> {
    let of = to_text(value, Culture::Invariant);
    if of.is_empty() {
        let name = "referencedMemberName";
        return Err(context.terminate(ErrorRecord::new(
            "Argument",
            ErrorCategory::InvalidArgument,
            "System.Management.Automation.PSArgumentException",
            format!(
                "Cannot process argument because the value of argument \"{name}\" is not valid. Change the value of the \"{name}\" argument and run the operation again."
            ),
        )));
    }
    let conversion = match context.parameter("SecondValue").cloned() {
        Some(second) => match converted(context, &second, "System.Type")? {
            Value::Type(name) => Some(name),
            _ => None,
        },
        None => None,
    };
    Ok(Script::Alias {
        of: of.into(),
        conversion,
    })
}

/// The kind of a member that PowerShell's data on types gave a value; those stay.
fn of_type_data(object: &Value, name: &str) -> Option<&'static str> {
    if matches!(object.base(), Value::DateTime(_)) && members::same_name(name, "DateTime") {
        return Some("ScriptProperty");
    }
    let of_type = crate::type_names::type_name(object.base());
    crate::dotnet::members(&of_type, false)
        .iter()
        .any(|own| matches!(own.kind, Kind::Alias(_)) && members::same_name(own.name, name))
        .then_some("AliasProperty")
}

/// Why a member of that name cannot be added, if it cannot.
fn clash(object: &Value, name: &str, force: bool) -> Option<ErrorRecord> {
    let computed = members::scripts(object).is_some_and(|own| own.find(name).is_some());
    let known = members::matching(object, name);
    let known = known.iter().find(|known| members::same_name(known, name));
    if known.is_none() && !computed {
        return None;
    }
    if !force {
        return Some(refused(
            "MemberAlreadyExists",
            format!(
                "Cannot add a member with the name \"{name}\" because a member with that name already exists. To overwrite the member anyway, add the Force parameter to your command."
            ),
        ));
    }
    let known = known.filter(|_| !computed)?;
    let kind = of_type_data(object, known)?;
    Some(refused(
        "CannotRemoveTypeDataMember",
        format!(
            "Cannot force the member with name \"{name}\" and type \"{kind}\" to be added. A member with that name and type already exists, and the existing member is not an instance extension."
        ),
    ))
}

/// An object takes a member itself; a scalar is wrapped.
fn extended(object: Value, member: Member) -> Value {
    let object = match object {
        Value::Object(_) | Value::Noted(_) => object,
        scalar => Value::Noted(Arc::new(Noted {
            base: scalar,
            notes: Vec::new().into(),
            scripts: Scripts::default(),
        })),
    };
    let Member {
        name,
        value,
        script,
    } = member;
    if let Some(own) = members::scripts(&object) {
        own.remove(&name);
    }
    let properties = match &object {
        Value::Object(object) => &object.properties,
        Value::Noted(noted) => &noted.notes,
        _ => return object,
    };
    let mut properties = write(properties);
    properties.retain(|known| !members::same_name(&known.name, &name));
    if script.as_ref().is_none_or(Script::is_property) {
        properties.push(Property {
            name: name.clone(),
            value,
            note: true,
        });
    }
    drop(properties);
    if let (Some(own), Some(script)) = (members::scripts(&object), script) {
        own.add(ScriptMember {
            name,
            script,
            failed: None,
            text: None,
        });
    }
    object
}
