//! A variable as an object (`PSVariable`), and the variables that no scope holds.

use std::sync::Arc;

use crate::convert::enumerations;
use crate::evaluate::scope::{Options, Variable};
use crate::pipeline::stage::Context;
use crate::value::{EnumValue, List, Object, Text, Value};

/// The enumeration of what may be done with a variable.
pub(super) const OPTIONS: &str = "System.Management.Automation.ScopedItemOptions";
/// The enumeration of who sees a variable.
pub(super) const VISIBILITY: &str = "System.Management.Automation.SessionStateEntryVisibility";

fn member(enumeration: &str, number: i64) -> Value {
    enumerations::find(enumeration).map_or(Value::Null, |definition| {
        Value::Enum(EnumValue { definition, number })
    })
}

/// What may be done with a variable or an alias.
pub(in crate::builtin) fn options(options: Options) -> Value {
    member(OPTIONS, options.0.into())
}

/// `System.Management.Automation.PSVariable`.
pub(super) fn variable_object(variable: &Variable) -> Value {
    let types: [Text; 2] = [
        "System.Management.Automation.PSVariable".into(),
        "System.Object".into(),
    ];
    let description = variable.description.clone().unwrap_or_else(|| "".into());
    let attributes = Value::List(Arc::new(List {
        keys: None,
        type_name: "System.Management.Automation.PSVariableAttributeCollection".into(),
        items: Vec::new().into(),
    }));
    let properties: Vec<(Text, Value)> = [
        ("Name", Value::String(variable.name.clone())),
        ("Description", Value::String(description)),
        ("Value", variable.value.clone()),
        ("Visibility", member(VISIBILITY, 0)),
        ("Module", Value::Null),
        ("ModuleName", Value::text("")),
        ("Options", options(variable.options)),
        ("Attributes", attributes),
    ]
    .into_iter()
    .map(|(name, value)| (Text::from(name), value))
    .collect();
    Value::Object(Arc::new(Object::typed(types.into(), properties)))
}

/// A variable that is built into the language.
pub(super) fn constant(context: &Context<'_>, name: &str) -> Option<Variable> {
    let session = &context.engine.session;
    let constant = Options::CONSTANT | Options::ALL_SCOPE;
    let (name, value, options) = match name.to_ascii_lowercase().as_str() {
        "true" => ("true", Value::Bool(true), constant),
        "false" => ("false", Value::Bool(false), constant),
        "null" => ("null", Value::Null, 0),
        "?" => (
            "?",
            Value::Bool(session.success),
            Options::READ_ONLY | Options::ALL_SCOPE,
        ),
        "error" => (
            "Error",
            Value::List(session.errors.clone()),
            Options::CONSTANT,
        ),
        _ => return None,
    };
    let mut variable = Variable::new(name, value);
    variable.options = Options(options);
    Some(variable)
}
