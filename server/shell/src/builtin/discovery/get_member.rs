//! `Get-Member`.

use std::collections::HashSet;
use std::sync::Arc;

use crate::builtin::discovery::{class_members, fits, texts};
use crate::command::{CommandInfo, ParameterInfo};
use crate::convert::{enumerations, type_names};
use crate::dotnet::{self, Kind, Seen};
use crate::error_record::{ErrorCategory, ErrorRecord};
use crate::evaluate::harmless;
use crate::help::syntax::{TypeStyle, type_text};
use crate::members;
use crate::pipeline::halt::Halt;
use crate::pipeline::stage::{Context, Stage};
use crate::text::{Culture, to_text};
use crate::type_names::type_name;
use crate::value::scripts::{Script, Scripts};
use crate::value::{EnumValue, Object, Text, Value};

/// What the binder knows of it.
pub fn info() -> CommandInfo {
    CommandInfo::new(
        "Get-Member",
        "Microsoft.PowerShell.Commands.GetMemberCommand",
        "Microsoft.PowerShell.Utility",
    )
    .with_output(&["Microsoft.PowerShell.Commands.MemberDefinition"])
    .with(ParameterInfo::new("InputObject", "psobject").from_pipeline())
    .with(
        ParameterInfo::new("Name", "string[]")
            .at(0)
            .validated(crate::command::Validation::NotNullOrEmpty),
    )
    .with(
        ParameterInfo::new("MemberType", "System.Management.Automation.PSMemberTypes")
            .alias(&["Type"]),
    )
    .with(ParameterInfo::new(
        "View",
        "System.Management.Automation.PSMemberViewTypes",
    ))
    .with(ParameterInfo::switch("Static"))
    .with(ParameterInfo::switch("Force"))
}

/// One to run.
pub fn create() -> Box<dyn Stage> {
    Box::<GetMember>::default()
}

#[derive(Default)]
struct GetMember {
    /// Types that were listed already.
    listed: HashSet<Text>,
}

/// A member as it is listed: its kind, its name, its definition.
pub(super) type Member = (i64, Text, String);

/// Bits of `PSMemberTypes`.
const ALIAS_PROPERTY: i64 = 1;
pub(super) const PROPERTY: i64 = 4;
const NOTE_PROPERTY: i64 = 8;
const SCRIPT_PROPERTY: i64 = 16;
pub(super) const METHOD: i64 = 64;
const SCRIPT_METHOD: i64 = 256;
const PARAMETERIZED_PROPERTY: i64 = 512;
const ALL: i64 = 16383;

/// Members that are no values: kind, name, definition.
fn further_members(object: &Value) -> &'static [(i64, &'static str, &'static str)] {
    match object.base() {
        Value::String(_) => &[(
            PARAMETERIZED_PROPERTY,
            "Chars",
            "char Chars(int index) {get;}",
        )],
        Value::Dictionary(table) if &*table.type_name == "System.Collections.Hashtable" => &[(
            PARAMETERIZED_PROPERTY,
            "Item",
            "System.Object Item(System.Object key) {get;set;}",
        )],
        _ => &[],
    }
}

/// The members that the type of a value has, static ones or those of its values.
fn table(object: &Value, is_static: bool) -> &'static [dotnet::Member] {
    let name = match object.base() {
        Value::Type(name) if is_static => name.clone(),
        Value::Object(object) if object.custom => {
            "System.Management.Automation.PSCustomObject".into()
        }
        other => type_name(other),
    };
    match dotnet::members(&name, is_static) {
        [] if !is_static => match object.base() {
            Value::Enum(_) => dotnet::members("System.Enum", false),
            own @ (Value::List(_) | Value::Dictionary(_)) if name.contains('`') => {
                dotnet::members(harmless::family(own), false)
            }
            _ => dotnet::members("System.Object", false),
        },
        found => found,
    }
}

/// How a definition describes a member of a type.
fn described(member: &dotnet::Member, is_static: bool) -> (i64, Text, String) {
    let (kind, definition) = match &member.kind {
        Kind::Alias(of) => (ALIAS_PROPERTY, format!("{} = {of}", member.name)),
        Kind::Property { .. } => (PROPERTY, member.tooltip(Seen::OnValue, is_static)),
        Kind::Method(_) => {
            let overloads = member.tooltip(Seen::OnType, is_static);
            (METHOD, overloads.replace('\n', ", "))
        }
    };
    (kind, member.name.into(), definition)
}

/// Every member of a value, or every static one of its type.
fn all_members(object: &Value, is_static: bool, hidden: bool) -> Vec<(i64, Text, String)> {
    let table = table(object, is_static);
    let mut found: Vec<_> = table.iter().map(|own| described(own, is_static)).collect();
    if is_static {
        return found;
    }
    let inherited = dotnet::members("System.Object", false).iter();
    let inherited = inherited.filter(|all| !table.iter().any(|own| own.name == all.name));
    found.extend(inherited.map(|all| described(all, false)));
    if let Value::Object(of) = object.base()
        && let Some(class) = of.class()
    {
        class_members::merge(&mut found, class_members::of_objects(class, hidden));
    }
    let custom = matches!(object, Value::Object(object) if object.custom);
    let scripts = members::scripts(object).filter(|own| !own.is_empty());
    for property in members::properties(object) {
        let known =
            |(kind, name, _): &(i64, Text, String)| *kind != METHOD && *name == property.name;
        if found.iter().any(known) || scripts.is_some_and(|own| own.find(&property.name).is_some())
        {
            continue;
        }
        let shown = shown_type(&property.value);
        found.push(if custom || property.note {
            let value = to_text(&property.value, Culture::Current);
            let definition = format!("{shown} {}={value}", property.name);
            (NOTE_PROPERTY, property.name, definition)
        } else {
            let definition = format!("{shown} {} {{get;}}", property.name);
            (PROPERTY, property.name, definition)
        });
    }
    for computed in scripts.map(Scripts::all).unwrap_or_default() {
        if matches!(computed.script, Script::Override) {
            continue;
        }
        let definition = computed.definition();
        found.retain(|(_, name, _)| !members::same_name(name, &computed.name));
        found.push((computed.kind(), computed.name, definition));
    }
    let further = further_members(object).iter();
    found.extend(
        further
            .map(|(kind, name, definition)| (*kind, Text::from(*name), (*definition).to_owned())),
    );
    found
}

impl Stage for GetMember {
    fn process(&mut self, context: &mut Context<'_>, input: Option<Value>) -> Result<(), Halt> {
        let Some(object) = input.or_else(|| context.parameter("InputObject").cloned()) else {
            return Ok(());
        };
        let is_static = context.switch("Static");
        let of_type = match object.base() {
            Value::Type(name) if is_static => name.clone(),
            other => type_name(other),
        };
        if matches!(object, Value::Null) || !self.listed.insert(of_type.clone()) {
            return Ok(());
        }
        let names = texts(context, "Name");
        let kinds = match context.parameter("MemberType") {
            Some(Value::Enum(kinds)) => kinds.number,
            _ => ALL,
        };
        let hidden = context.switch("Force");
        let mut found = match context.engine.class_of(object.base()) {
            Some(class) if is_static => class_members::of_class(&class, hidden),
            _ => all_members(&object, is_static, hidden),
        };
        if let Some(Value::Enum(view)) = context.parameter("View") {
            let (extended, adapted) = (view.number & 1 != 0, view.number & 6 != 0);
            found.retain(|(kind, ..)| match *kind {
                ALIAS_PROPERTY | NOTE_PROPERTY | SCRIPT_PROPERTY | SCRIPT_METHOD => extended,
                _ => adapted,
            });
        }
        found.retain(|(kind, name, _)| kind & kinds != 0 && fits(&names, name));
        // By the kind's name, as PowerShell sorts them, then by name.
        found.sort_by_cached_key(|(kind, name, _)| {
            let rank = match *kind {
                ALIAS_PROPERTY => 0,
                METHOD => 1,
                NOTE_PROPERTY => 2,
                PARAMETERIZED_PROPERTY => 3,
                SCRIPT_METHOD => 5,
                SCRIPT_PROPERTY => 6,
                _ => 4,
            };
            (rank, name.to_lowercase())
        });
        for (kind, name, definition) in found {
            context.write(member(&of_type, name, kind, definition))?;
        }
        Ok(())
    }

    fn end(&mut self, context: &mut Context<'_>) -> Result<(), Halt> {
        if !self.listed.is_empty() {
            return Ok(());
        }
        context.write_error(ErrorRecord::new(
            "NoObjectInGetMember",
            ErrorCategory::CloseError,
            "System.InvalidOperationException",
            "You must specify an object for the Get-Member cmdlet.",
        ))
    }
}

/// The type of a value as definitions show it.
fn shown_type(value: &Value) -> String {
    if matches!(value, Value::Null) {
        return "object".into();
    }
    let full = type_name(value);
    type_names::resolve(&full).map_or_else(
        || full.to_string(),
        |resolved| match type_text(&resolved, TypeStyle::Accelerator) {
            object if object.starts_with("Object") => object.replacen('O', "o", 1),
            other => other,
        },
    )
}

fn member(of_type: &Text, name: Text, kind: i64, definition: String) -> Value {
    let kind = enumerations::find("System.Management.Automation.PSMemberTypes").map_or(
        Value::Null,
        |definition| {
            Value::Enum(EnumValue {
                definition,
                number: kind,
            })
        },
    );
    let type_names = [
        "Microsoft.PowerShell.Commands.MemberDefinition",
        "System.Object",
    ]
    .map(Text::from);
    let mut object = Object::typed(
        type_names.into(),
        vec![
            ("TypeName".into(), Value::String(of_type.clone())),
            ("Name".into(), Value::String(name)),
            ("MemberType".into(), kind),
            ("Definition".into(), Value::text(definition.clone())),
        ],
    );
    object.text = Some(definition.into());
    Value::Object(Arc::new(object))
}
