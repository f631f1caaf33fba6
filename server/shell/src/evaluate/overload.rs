//! Which overload of a method takes the arguments that it is given, and what is said when none does.

use std::borrow::Cow;

use crate::command::ParameterType;
use crate::convert::{ConversionContext, convert, net_text};
use crate::error_record::{ErrorCategory, ErrorRecord};
use crate::evaluate::harmless;
use crate::value::{List, Value};

/// The parameters of an overload: name and type.
type Overload = &'static [(&'static str, &'static str)];

const INT: &str = "System.Int32";
const TEXT: &str = "System.String";
const CHAR: &str = "System.Char";
const DOUBLE: &str = "System.Double";
const SPAN: &str = "System.TimeSpan";
const COMPARISON: &str = "System.StringComparison";

/// The overloads of the methods of a type, as far as a session has them. A method that is not listed takes what it is
/// given.
const OVERLOADS: &[(&str, &str, &[Overload])] = &[
    (
        "System.String",
        "substring",
        &[
            &[("startIndex", INT)],
            &[("startIndex", INT), ("length", INT)],
        ],
    ),
    (
        "System.String",
        "padleft",
        &[
            &[("totalWidth", INT)],
            &[("totalWidth", INT), ("paddingChar", CHAR)],
        ],
    ),
    (
        "System.String",
        "padright",
        &[
            &[("totalWidth", INT)],
            &[("totalWidth", INT), ("paddingChar", CHAR)],
        ],
    ),
    (
        "System.String",
        "insert",
        &[&[("startIndex", INT), ("value", TEXT)]],
    ),
    (
        "System.String",
        "remove",
        &[
            &[("startIndex", INT)],
            &[("startIndex", INT), ("count", INT)],
        ],
    ),
    (
        "System.String",
        "replace",
        &[&[("oldValue", TEXT), ("newValue", TEXT)]],
    ),
    ("System.String", "toupper", &[&[]]),
    ("System.String", "tolower", &[&[]]),
    ("System.String", "toupperinvariant", &[&[]]),
    ("System.String", "tolowerinvariant", &[&[]]),
    (
        "System.String",
        "tochararray",
        &[&[], &[("startIndex", INT), ("length", INT)]],
    ),
    (
        "System.String",
        "contains",
        &[
            &[("value", TEXT)],
            &[("value", TEXT), ("comparisonType", COMPARISON)],
        ],
    ),
    (
        "System.String",
        "startswith",
        &[
            &[("value", TEXT)],
            &[("value", TEXT), ("comparisonType", COMPARISON)],
        ],
    ),
    (
        "System.String",
        "endswith",
        &[
            &[("value", TEXT)],
            &[("value", TEXT), ("comparisonType", COMPARISON)],
        ],
    ),
    (
        "System.String",
        "indexof",
        &[
            &[("value", TEXT)],
            &[("value", TEXT), ("startIndex", INT)],
            &[("value", TEXT), ("comparisonType", COMPARISON)],
            &[("value", TEXT), ("startIndex", INT), ("count", INT)],
        ],
    ),
    (
        "System.String",
        "lastindexof",
        &[
            &[("value", TEXT)],
            &[("value", TEXT), ("startIndex", INT)],
            &[("value", TEXT), ("comparisonType", COMPARISON)],
        ],
    ),
    ("System.DateTime", "adddays", &[&[("value", DOUBLE)]]),
    ("System.DateTime", "addhours", &[&[("value", DOUBLE)]]),
    ("System.DateTime", "addminutes", &[&[("value", DOUBLE)]]),
    ("System.DateTime", "addseconds", &[&[("value", DOUBLE)]]),
    (
        "System.DateTime",
        "addmilliseconds",
        &[&[("value", DOUBLE)]],
    ),
    ("System.DateTime", "addmonths", &[&[("months", INT)]]),
    ("System.DateTime", "addyears", &[&[("value", INT)]]),
    (
        "System.DateTime",
        "addticks",
        &[&[("value", "System.Int64")]],
    ),
    ("System.DateTime", "add", &[&[("value", SPAN)]]),
    (
        "System.DateTime",
        "subtract",
        &[&[("value", "System.DateTime")], &[("value", SPAN)]],
    ),
    ("System.DateTime", "touniversaltime", &[&[]]),
    ("System.DateTime", "tolocaltime", &[&[]]),
    ("System.DateTime", "toshortdatestring", &[&[]]),
    ("System.DateTime", "tolongdatestring", &[&[]]),
    ("System.DateTime", "toshorttimestring", &[&[]]),
    ("System.DateTime", "tolongtimestring", &[&[]]),
    ("System.TimeSpan", "add", &[&[("ts", SPAN)]]),
    ("System.TimeSpan", "subtract", &[&[("ts", SPAN)]]),
    ("System.TimeSpan", "multiply", &[&[("factor", DOUBLE)]]),
    (
        "System.TimeSpan",
        "divide",
        &[&[("ts", SPAN)], &[("divisor", DOUBLE)]],
    ),
    ("System.TimeSpan", "negate", &[&[]]),
    ("System.TimeSpan", "duration", &[&[]]),
    ("System.Math", "ceiling", &[&[("a", DOUBLE)]]),
    ("System.Math", "floor", &[&[("d", DOUBLE)]]),
    ("System.Math", "truncate", &[&[("d", DOUBLE)]]),
    ("System.Math", "sqrt", &[&[("d", DOUBLE)]]),
    ("System.Math", "cbrt", &[&[("d", DOUBLE)]]),
    ("System.Math", "exp", &[&[("d", DOUBLE)]]),
    ("System.Math", "sin", &[&[("a", DOUBLE)]]),
    ("System.Math", "cos", &[&[("d", DOUBLE)]]),
    ("System.Math", "tan", &[&[("a", DOUBLE)]]),
    ("System.Math", "asin", &[&[("d", DOUBLE)]]),
    ("System.Math", "acos", &[&[("d", DOUBLE)]]),
    ("System.Math", "atan", &[&[("d", DOUBLE)]]),
    ("System.Math", "atan2", &[&[("y", DOUBLE), ("x", DOUBLE)]]),
    (
        "System.Math",
        "log",
        &[&[("d", DOUBLE)], &[("a", DOUBLE), ("newBase", DOUBLE)]],
    ),
    ("System.Math", "log10", &[&[("d", DOUBLE)]]),
    ("System.Math", "log2", &[&[("x", DOUBLE)]]),
    ("System.Math", "pow", &[&[("x", DOUBLE), ("y", DOUBLE)]]),
    ("System.DateTime", "isleapyear", &[&[("year", INT)]]),
    (
        "System.DateTime",
        "daysinmonth",
        &[&[("year", INT), ("month", INT)]],
    ),
    ("System.String", "isnullorempty", &[&[("value", TEXT)]]),
    ("System.String", "isnullorwhitespace", &[&[("value", TEXT)]]),
];

/// `Cannot find an overload …`.
pub(crate) fn none_found(method: &str, arguments: usize) -> ErrorRecord {
    exception(
        "MethodCountCouldNotFindBest",
        format!(
            "Cannot find an overload for \"{method}\" and the argument count: \"{arguments}\"."
        ),
    )
}

fn overloads(family: &str, method: &str) -> Option<&'static [Overload]> {
    OVERLOADS
        .iter()
        .find(|(of, name, _)| *of == family && name.eq_ignore_ascii_case(method))
        .map(|(_, _, overloads)| *overloads)
}

/// The arguments as the method's overload wants them.
///
/// # Errors
/// When no overload takes as many, or one of them does not convert.
pub(super) fn bind<'v>(
    family: &str,
    method: &str,
    arguments: &'v [Value],
    context: ConversionContext,
) -> Result<Cow<'v, [Value]>, Box<ErrorRecord>> {
    // A decimal keeps its digits where an overload for decimals is another implementation of the same.
    let exact = family == "System.Math" && matches!(arguments, [Value::Decimal(_)]);
    let Some(overloads) = overloads(family, method).filter(|_| !exact) else {
        return Ok(Cow::Borrowed(arguments));
    };
    let fitting: Vec<Overload> = overloads
        .iter()
        .copied()
        .filter(|overload| overload.len() == arguments.len())
        .collect();
    for overload in &fitting {
        match converted(overload, method, arguments, context) {
            Ok(values) => return Ok(Cow::Owned(values)),
            Err(refusal) if fitting.len() == 1 => return Err(refusal),
            Err(_) => {}
        }
    }
    Err(Box::new(none_found(method, arguments.len())))
}

fn converted(
    overload: Overload,
    method: &str,
    arguments: &[Value],
    context: ConversionContext,
) -> Result<Vec<Value>, Box<ErrorRecord>> {
    overload
        .iter()
        .zip(arguments)
        .map(|((parameter, wanted), argument)| {
            let wanted = match crate::convert::enumerations::find(wanted) {
                Some(definition) => ParameterType::Enum(definition),
                None => ParameterType::Plain((*wanted).into()),
            };
            argument_as(argument, &wanted, parameter, method, context)
        })
        .collect()
}

fn argument_as(
    argument: &Value,
    wanted: &ParameterType,
    parameter: &str,
    method: &str,
    context: ConversionContext,
) -> Result<Value, Box<ErrorRecord>> {
    convert(argument, wanted, context).map_err(|error| {
        Box::new(exception(
            "MethodArgumentConversionInvalidCastArgument",
            format!(
                "Cannot convert argument \"{parameter}\", with value: \"{}\", for \"{method}\" to type \"{}\": \"{}\"",
                net_text(argument),
                wanted.full_name(),
                error.message
            ),
        ))
    })
}

/// The arguments of a method of a value: as its overload wants them, or as the elements of the list.
///
/// # Errors
/// As [`bind`] and [`elements`].
pub(super) fn bound<'v>(
    owner: &Value,
    known: bool,
    method: &str,
    arguments: &'v [Value],
    context: ConversionContext,
) -> Result<Cow<'v, [Value]>, Box<ErrorRecord>> {
    match owner {
        Value::List(list) => elements(list, method, arguments, context),
        _ if known => bind(harmless::family(owner), method, arguments, context),
        _ => Ok(Cow::Borrowed(arguments)),
    }
}

/// What is added to a list of elements of one type, as such elements.
///
/// # Errors
/// When one does not convert.
fn elements<'v>(
    list: &List,
    method: &str,
    arguments: &'v [Value],
    context: ConversionContext,
) -> Result<Cow<'v, [Value]>, Box<ErrorRecord>> {
    let adds = ["add", "insert", "addrange"]
        .iter()
        .any(|name| name.eq_ignore_ascii_case(method));
    let Some(ParameterType::List(_, element)) = (adds && list.type_name.contains('['))
        .then(|| crate::convert::type_names::resolve(&list.type_name))
        .flatten()
    else {
        return Ok(Cow::Borrowed(arguments));
    };
    let [leading @ .., item] = arguments else {
        return Ok(Cow::Borrowed(arguments));
    };
    let one = |item: &Value| argument_as(item, &element, "item", method, context);
    let item = match item.elements() {
        Some(items) if method.eq_ignore_ascii_case("addrange") => {
            Value::array(items.iter().map(one).collect::<Result<_, _>>()?)
        }
        _ => one(item)?,
    };
    Ok(Cow::Owned(leading.iter().cloned().chain([item]).collect()))
}

fn exception(id: &'static str, message: String) -> ErrorRecord {
    ErrorRecord::new(
        id,
        ErrorCategory::NotSpecified,
        "System.Management.Automation.MethodException",
        message,
    )
}
