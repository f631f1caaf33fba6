//! The arguments of `-Property` and its like: names, blocks, and tables whose keys each command allows for itself
//! (`MshParameter`).

use crate::builtin::expression::{Expression, Source};
use crate::builtin::support::items;
use crate::error_record::{ErrorCategory, ErrorRecord};
use crate::evaluate::is_nothing;
use crate::pipeline::halt::Halt;
use crate::pipeline::stage::Context;
use crate::text::read;
use crate::type_names::{short_type_name, type_name};
use crate::value::{Dictionary, Text, Value};
use crate::wildcard::Wildcard;

/// Which command reads the arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Definition {
    /// `Select-Object`.
    Select,
    /// `Sort-Object`.
    Sort,
    /// `Group-Object` and `Compare-Object`.
    Group,
    /// `Format-Table`.
    Table,
    /// `Format-List`.
    List,
    /// `Format-Wide`.
    Wide,
    /// `Format-Custom`.
    Custom,
    /// `-GroupBy` of the formatting commands.
    GroupBy,
    /// `ConvertTo-Html`.
    Html,
}

/// A key that a table may have.
struct Key {
    /// Its name in messages.
    name: &'static str,
    /// What it may be called too.
    other: Option<&'static str>,
    /// What [`Expression::option`] calls it.
    option: &'static str,
    /// The types that its value may have; none for any.
    types: &'static [&'static str],
}

const STRING: &str = "System.String";
const BLOCK: &str = "System.Management.Automation.ScriptBlock";
const INT: &str = "System.Int32";

const fn key(
    name: &'static str,
    other: Option<&'static str>,
    option: &'static str,
    types: &'static [&'static str],
) -> Key {
    Key {
        name,
        other,
        option,
        types,
    }
}

const EXPRESSION: Key = key("expression", None, "Expression", &[STRING, BLOCK]);
const NAME: Key = key("name", Some("label"), "Label", &[STRING]);
const LABEL: Key = key("label", Some("name"), "Label", &[STRING]);
const FORMAT: Key = key("formatString", None, "FormatString", &[STRING]);
const WIDTH: Key = key("width", None, "Width", &[INT]);
const ALIGNMENT: Key = key("alignment", None, "Alignment", &[STRING]);
const ASCENDING: Key = key("ascending", None, "Ascending", &[]);
const DESCENDING: Key = key("descending", None, "Descending", &[]);
const DEPTH: Key = key("depth", None, "Depth", &[INT]);
const HTML_WIDTH: Key = key("width", None, "Width", &[STRING, INT]);

impl Definition {
    fn keys(self) -> &'static [Key] {
        match self {
            Self::Select => &[EXPRESSION, NAME],
            Self::Sort => &[EXPRESSION, ASCENDING, DESCENDING],
            Self::Group => &[EXPRESSION],
            Self::Table => &[EXPRESSION, FORMAT, WIDTH, ALIGNMENT, LABEL],
            Self::List | Self::GroupBy => &[EXPRESSION, FORMAT, LABEL],
            Self::Wide => &[EXPRESSION, FORMAT],
            Self::Custom => &[EXPRESSION, DEPTH],
            Self::Html => &[EXPRESSION, LABEL, ALIGNMENT, HTML_WIDTH],
        }
    }
}

/// The arguments of a parameter such as `-Property`.
///
/// # Errors
/// An argument that is none of a name, a block and a table, and a table with keys or values that the command does not know.
pub(super) fn expressions(
    context: &mut Context<'_>,
    parameter: &str,
    definition: Definition,
) -> Result<Vec<Expression>, Halt> {
    if matches!(context.parameter(parameter), Some(Value::Null)) {
        return Ok(Vec::new());
    }
    let arguments = items(context, parameter);
    arguments
        .iter()
        .map(|argument| expression(argument, definition))
        .collect::<Result<_, _>>()
        .map_err(|record| context.terminate(*record))
}

/// A single argument.
pub(super) fn expression(
    argument: &Value,
    definition: Definition,
) -> Result<Expression, Box<ErrorRecord>> {
    let allowed = type_list(EXPRESSION.types);
    match argument.base() {
        Value::Dictionary(table) => from_table(table, definition),
        Value::ScriptBlock(block) => Ok(Expression::block(block)),
        Value::String(name) => {
            check_name(name, definition, false)?;
            Ok(Expression::name(name.clone()))
        }
        Value::Null => refuse(
            "DictionaryKeyUnknownType",
            format!(
                "The value of a parameter was null; one of the following types was expected: {allowed}."
            ),
        ),
        other => refuse(
            "DictionaryKeyUnknownType",
            format!(
                "Cannot convert {} to one of the following types {allowed}.",
                net_type(other)
            ),
        ),
    }
}

fn from_table(table: &Dictionary, definition: Definition) -> Result<Expression, Box<ErrorRecord>> {
    let mut found: Vec<(&'static Key, Value)> = Vec::new();
    for (name, value) in read(&table.entries).values() {
        let Value::String(name) = name.base() else {
            return refuse(
                "DictionaryKeyNonString",
                format!(
                    "The {} key type is not valid. The key must be a string.",
                    short_type_name(name)
                ),
            );
        };
        let key = matching(name, definition)?;
        if found.iter().any(|(known, _)| known.name == key.name) {
            return refuse(
                "DictionaryKeyDuplicate",
                format!(
                    "The duplicated key \"{name}\" conflicts with \"{}\".",
                    key.name
                ),
            );
        }
        check_type(name, key, value)?;
        found.push((key, value.base().clone()));
    }
    let mut expression = None;
    let mut label = None;
    let mut options = Vec::new();
    for key in definition.keys() {
        let value = found
            .iter()
            .find(|(known, _)| known.name == key.name)
            .map(|(_, value)| value.clone());
        match (key.option, value) {
            ("Expression", Some(Value::ScriptBlock(block))) => {
                expression = Some(Source::Block(block));
            }
            ("Expression", Some(Value::String(name))) => {
                check_name(&name, definition, true)?;
                expression = Some(Source::Name(name));
            }
            ("Expression", _) => {
                return refuse(
                    "DictionaryKeyMandatoryEntry",
                    format!("A mandatory entry for {} is missing.", key.name),
                );
            }
            (_, None) => {}
            ("Label", Some(Value::String(text))) => {
                label = (!text.is_empty()).then_some(text);
            }
            (option, Some(value)) => {
                check_value(key, &value, definition)?;
                options.push((option, value));
            }
        }
    }
    Ok(Expression {
        source: expression.unwrap_or_else(|| Source::Name("".into())),
        label,
        options,
    })
}

/// The key that a name means: any beginning of it will do, as long as it is the beginning of one only.
fn matching(name: &str, definition: Definition) -> Result<&'static Key, Box<ErrorRecord>> {
    let begins = |full: &str| {
        full.get(..name.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(name))
    };
    let mut fitting = definition
        .keys()
        .iter()
        .filter(|key| begins(key.name) || key.other.is_some_and(begins));
    match (fitting.next(), fitting.next()) {
        (Some(key), None) => Ok(key),
        (Some(first), Some(second)) => refuse(
            "DictionaryKeyAmbiguous",
            format!(
                "The {name} key is ambiguous; {} and {} conflict.",
                first.name, second.name
            ),
        ),
        (None, _) => refuse(
            "DictionaryKeyIllegal",
            format!("The {name} key is not valid."),
        ),
    }
}

fn check_type(name: &str, key: &Key, value: &Value) -> Result<(), Box<ErrorRecord>> {
    if key.types.is_empty() {
        return Ok(());
    }
    let value = value.base();
    if matches!(value, Value::Null) || is_nothing(value) {
        return refuse(
            "DictionaryKeyMissingValue",
            format!("The {name} key has no value."),
        );
    }
    let own = net_type(value);
    if key.types.contains(&&*own) {
        return Ok(());
    }
    match key.types {
        [only] => refuse(
            "DictionaryKeyIllegalValue2",
            format!(
                "The \"{name}\" key has a type, {own}, that is not valid; expected type is {only}."
            ),
        ),
        several => refuse(
            "DictionaryKeyIllegalValue1",
            format!(
                "The \"{name}\" key has a type, {own}, that is not valid; expected types are {}.",
                type_list(several)
            ),
        ),
    }
}

/// Names are not empty; where objects are put together by them, they are no patterns.
fn check_name(name: &str, definition: Definition, in_table: bool) -> Result<(), Box<ErrorRecord>> {
    if name.is_empty() {
        return if in_table {
            refuse(
                "ExpressionEmptyString1",
                "The \"expression\" key cannot have an empty string value.".into(),
            )
        } else {
            refuse(
                "ExpressionEmptyString2",
                "An empty string value is not allowed.".into(),
            )
        };
    }
    if definition != Definition::Group || !Wildcard::new(name).is_pattern() {
        return Ok(());
    }
    if in_table {
        refuse(
            "ExpressionGlobbing1",
            format!("The \"expression\" key cannot have wildcard characters in value \"{name}\"."),
        )
    } else {
        refuse(
            "ExpressionGlobbing2",
            format!("Wildcard characters are not allowed in \"{name}\"."),
        )
    }
}

/// What the formatting commands ask of the values of their keys.
fn check_value(key: &Key, value: &Value, definition: Definition) -> Result<(), Box<ErrorRecord>> {
    if definition == Definition::Html {
        return Ok(());
    }
    match (key.option, value) {
        ("Width", Value::Int32(width)) if *width <= 0 => refuse(
            "WidthOutOfRange",
            format!("The value \"{width}\" for key \"width\" should be greater than 0."),
        ),
        ("FormatString", Value::String(format)) if format.is_empty() => refuse(
            "FormatStringEmpty",
            "Cannot have an empty formatting string for key \"formatString\".".into(),
        ),
        ("Alignment", Value::String(word)) => {
            let known = ["left", "center", "right"];
            let begins = |full: &&str| {
                full.get(..word.len())
                    .is_some_and(|start| start.eq_ignore_ascii_case(word))
            };
            if !word.is_empty() && known.iter().any(begins) {
                return Ok(());
            }
            refuse(
                "AlignmentIllegalValue",
                format!(
                    "The value \"{word}\" for key \"alignment\" is not valid; valid values are {}.",
                    type_list(&known)
                ),
            )
        }
        _ => Ok(()),
    }
}

/// `{a, b}`.
fn type_list(types: &[&str]) -> String {
    format!("{{{}}}", types.join(", "))
}

fn net_type(value: &Value) -> Text {
    match value {
        Value::Object(object) if object.custom => {
            "System.Management.Automation.PSCustomObject".into()
        }
        other => type_name(other),
    }
}

fn refuse<T>(id: &'static str, message: String) -> Result<T, Box<ErrorRecord>> {
    let mut record = ErrorRecord::new(
        id,
        ErrorCategory::InvalidArgument,
        "System.NotSupportedException",
        "Specified method is not supported.",
    );
    record.details = Some(message);
    Err(Box::new(record))
}
