//! Arguments of the methods of collections that hold values of one type: each becomes one of that type first.

use std::borrow::Cow;

use crate::command::ParameterType;
use crate::convert::{ConversionContext, generics, net_text, type_names};
use crate::error_record::ErrorRecord;
use crate::evaluate::harmless;
use crate::evaluate::list_method::is_sequence_of;
use crate::evaluate::overload::{argument_as, bind, exception};
use crate::type_names::type_name;
use crate::value::Value;

type Arguments<'v> = Result<Cow<'v, [Value]>, Box<ErrorRecord>>;

/// The arguments of a method of a value: as its overload wants them, or as the elements of the collection.
///
/// # Errors
/// When there is no such overload, or an argument does not convert.
pub(super) fn bound<'v>(
    owner: &Value,
    known: bool,
    method: &str,
    arguments: &'v [Value],
    context: ConversionContext,
) -> Arguments<'v> {
    match owner {
        _ if !known => Ok(Cow::Borrowed(arguments)),
        Value::List(list) if list.type_name.contains('`') => {
            match type_names::resolve(&list.type_name) {
                Some(ParameterType::List(_, element)) => {
                    of_list(&element, method, arguments, context)
                }
                _ => Ok(Cow::Borrowed(arguments)),
            }
        }
        Value::Dictionary(table) => match generics::of_entries(&table.type_name) {
            Some(types) => of_dictionary(&types, method, arguments, context),
            None => bind(harmless::family(owner), false, method, arguments, context),
        },
        Value::List(_) => Ok(Cow::Borrowed(arguments)),
        // A block that stands for a delegate is taken as it is.
        Value::Named(_)
            if arguments
                .iter()
                .any(|own| matches!(own, Value::ScriptBlock(_))) =>
        {
            Ok(Cow::Borrowed(arguments))
        }
        _ => bind(harmless::family(owner), false, method, arguments, context),
    }
}

/// An element is the last argument; some methods take many of them.
fn of_list<'v>(
    element: &ParameterType,
    method: &str,
    arguments: &'v [Value],
    context: ConversionContext,
) -> Arguments<'v> {
    let [leading @ .., item] = arguments else {
        return Ok(Cow::Borrowed(arguments));
    };
    let name = match &*method.to_ascii_lowercase() {
        "addrange" | "insertrange" => return sequence(element, "collection", method, arguments),
        "unionwith"
        | "intersectwith"
        | "exceptwith"
        | "symmetricexceptwith"
        | "overlaps"
        | "setequals"
        | "issubsetof"
        | "issupersetof"
        | "ispropersubsetof"
        | "ispropersupersetof" => return sequence(element, "other", method, arguments),
        "add" | "insert" | "contains" | "indexof" | "lastindexof" | "remove" | "enqueue"
        | "push" => "item",
        _ => return Ok(Cow::Borrowed(arguments)),
    };
    let item = argument_as(item, element, name, method, context)?;
    Ok(Cow::Owned(leading.iter().cloned().chain([item]).collect()))
}

/// A collection that is an argument holds elements of the type already: PowerShell does not convert it.
fn sequence<'v>(
    element: &ParameterType,
    parameter: &str,
    method: &str,
    arguments: &'v [Value],
) -> Arguments<'v> {
    let element = element.full_name();
    match arguments.last() {
        Some(given) if !matches!(given, Value::Null) && !is_sequence_of(given, &element) => {
            let wanted = format!("System.Collections.Generic.IEnumerable`1[{element}]");
            let (text, own) = (net_text(given), type_name(given));
            Err(Box::new(exception(
                "MethodArgumentConversionInvalidCastArgument",
                format!(
                    "Cannot convert argument \"{parameter}\", with value: \"{text}\", for \"{method}\" to type \"{wanted}\": \"Cannot convert the \"{text}\" value of type \"{own}\" to type \"{wanted}\".\""
                ),
            )))
        }
        _ => Ok(Cow::Borrowed(arguments)),
    }
}

/// A key comes first, a value behind it.
fn of_dictionary<'v>(
    (of_key, of_value): &(ParameterType, ParameterType),
    method: &str,
    arguments: &'v [Value],
    context: ConversionContext,
) -> Arguments<'v> {
    let lower = method.to_ascii_lowercase();
    let as_key = |key: &Value| argument_as(key, of_key, "key", method, context);
    let as_value = |value: &Value| argument_as(value, of_value, "value", method, context);
    match (&*lower, arguments) {
        ("containsvalue", [value]) => Ok(Cow::Owned(vec![as_value(value)?])),
        ("add" | "tryadd", [key, value]) => Ok(Cow::Owned(vec![as_key(key)?, as_value(value)?])),
        ("containskey" | "remove" | "trygetvalue", [key, rest @ ..]) => {
            let key = as_key(key)?;
            Ok(Cow::Owned(
                std::iter::once(key).chain(rest.iter().cloned()).collect(),
            ))
        }
        _ => Ok(Cow::Borrowed(arguments)),
    }
}
