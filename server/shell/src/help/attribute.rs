//! Attributes of functions and parameters as declared: their names whatever their form, their arguments as constants.

use std::sync::Arc;

use crate::convert::{self, ConversionContext, type_names};
use crate::error_record::ErrorRecord;
use crate::evaluate::{constant_member, failure, lone_expression, script_block};
use crate::language::ast::{
    Attribute, BinaryOperator, Block, Expression, ExpressionKind, ParameterDeclaration, Source,
    Statement, UnaryOperator,
};
use crate::language::position;
use crate::text::{Culture, to_text};
use crate::value::{Text, Value};

/// The attributes that there are, without namespace and without `Attribute` at their ends.
const KNOWN: &[&str] = &[
    "Alias",
    "AllowEmptyCollection",
    "AllowEmptyString",
    "AllowNull",
    "ArgumentCompleter",
    "ArgumentCompletions",
    "Cmdlet",
    "CmdletBinding",
    "Credential",
    "DscLocalConfigurationManager",
    "DscProperty",
    "DscResource",
    "Experimental",
    "Flags",
    "Hidden",
    "NoRunspaceAffinity",
    "Obsolete",
    "OutputType",
    "Parameter",
    "PSDefaultValue",
    "PSTypeName",
    "SupportsWildcards",
    "ValidateCount",
    "ValidateDrive",
    "ValidateLength",
    "ValidateNotNull",
    "ValidateNotNullOrEmpty",
    "ValidateNotNullOrWhiteSpace",
    "ValidatePattern",
    "ValidateRange",
    "ValidateScript",
    "ValidateSet",
    "ValidateTrustedData",
    "ValidateUserDrive",
];

/// The name of an attribute in PowerShell's spelling.
pub(crate) fn spelled(short: &str) -> &str {
    KNOWN
        .iter()
        .find(|known| known.eq_ignore_ascii_case(short))
        .unwrap_or(&short)
}

/// Whether there is an attribute of that name. One with a namespace of .NET's says something to other tools only.
pub(crate) fn is_known(name: &str) -> bool {
    let short = short_name(name);
    short.contains('.') || KNOWN.iter().any(|known| known.eq_ignore_ascii_case(short))
}

/// What is said of an attribute of a text whose type there is not.
pub(crate) fn refused(attribute: &Attribute, source: &Arc<Source>) -> Option<ErrorRecord> {
    if is_known(&attribute.name) {
        return None;
    }
    let message = format!(
        "Cannot find the type for custom attribute '{}'. Make sure that the assembly that contains this type is loaded.",
        attribute.name
    );
    let written = source
        .text
        .get(attribute.extent.start..attribute.extent.end);
    Some(ErrorRecord {
        target_name: written.map(str::to_owned),
        target_type: Some("AttributeAst".to_owned()),
        invocation: Some(position::invocation(source, &attribute.extent)),
        ..failure::invalid_operation("CustomAttributeTypeNotFound", message)
    })
}

/// Whether an attribute is of that type: `Parameter`, `ParameterAttribute`, either of them with its namespace.
pub(super) fn is(attribute: &Attribute, short: &str) -> bool {
    short_name(&attribute.name).eq_ignore_ascii_case(short)
}

/// The name of an attribute without namespace and without `Attribute` at its end.
pub(crate) fn short_name(name: &str) -> &str {
    let namespace = "system.management.automation.";
    let bare = match name.get(..namespace.len()) {
        Some(start) if start.eq_ignore_ascii_case(namespace) => &name[namespace.len()..],
        _ => name,
    };
    let end = "attribute";
    match bare.len().checked_sub(end.len()) {
        Some(at)
            if at > 0
                && bare
                    .get(at..)
                    .is_some_and(|tail| tail.eq_ignore_ascii_case(end)) =>
        {
            &bare[..at]
        }
        _ => bare,
    }
}

/// The attributes of a type that a parameter has.
pub(super) fn attributes<'a>(
    parameter: &'a ParameterDeclaration,
    short: &'a str,
) -> impl Iterator<Item = &'a Attribute> {
    let all = parameter.attributes.iter();
    all.filter(move |attribute| is(attribute, short))
}

/// What an attribute says under a key: none if the key is missing, nothing inside if it stands alone.
pub(super) fn named<'a>(attribute: &'a Attribute, key: &str) -> Option<Option<&'a Expression>> {
    attribute
        .named
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(key))
        .map(|(_, value)| value.as_ref())
}

/// Whether an attribute says yes under a key.
pub(super) fn flag(attribute: &Attribute, key: &str) -> bool {
    named(attribute, key).is_some_and(|value| match value.map(argument) {
        None | Some(None) => true,
        Some(Some(value)) => convert::is_true(&value),
    })
}

/// The text that an attribute gives under a key.
pub(super) fn text(attribute: &Attribute, key: &str) -> Option<String> {
    let value = argument(named(attribute, key)??)?;
    Some(to_text(&value, Culture::Invariant))
}

/// The texts that an attribute lists; a list among them counts for its elements.
pub(super) fn texts(expressions: &[Expression]) -> Vec<Text> {
    arguments(expressions)
        .iter()
        .map(|value| Text::from(to_text(value, Culture::Invariant)))
        .collect()
}

/// The arguments of an attribute by position; a list among them counts for its elements.
pub(super) fn arguments(expressions: &[Expression]) -> Vec<Value> {
    expressions
        .iter()
        .filter_map(argument)
        .flat_map(|value| value.elements().unwrap_or_else(|| vec![value]))
        .collect()
}

/// The types that `[OutputType(…)]` names, in full.
pub(crate) fn output_types(body: &Block) -> Vec<Text> {
    let named = body
        .attributes
        .iter()
        .filter(|attribute| is(attribute, "OutputType"));
    let values = named.flat_map(|attribute| arguments(&attribute.positional));
    values
        .map(|value| match value {
            Value::Type(name) => name,
            other => to_text(&other, Culture::Invariant).into(),
        })
        .collect()
}

/// The address that `[CmdletBinding(HelpUri = …)]` gives, or nothing.
pub(crate) fn help_uri(body: &Block) -> String {
    let mut own = body
        .attributes
        .iter()
        .filter(|own| is(own, "CmdletBinding"));
    own.find_map(|own| text(own, "HelpUri")).unwrap_or_default()
}

/// The constant or script block that an argument of an attribute is.
pub(super) fn argument(expression: &Expression) -> Option<Value> {
    Some(match &expression.kind {
        ExpressionKind::Constant(value) | ExpressionKind::BareWord(value, _) => value.clone(),
        ExpressionKind::Variable(path) => match &*path.key {
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            _ => Value::Null,
        },
        ExpressionKind::Unary(UnaryOperator::Minus, operand) => match argument(operand)? {
            Value::Int32(number) => Value::Int32(number.checked_neg()?),
            Value::Int64(number) => Value::Int64(number.checked_neg()?),
            Value::Double(number) => Value::Double(-number),
            _ => return None,
        },
        ExpressionKind::Binary {
            operator,
            left,
            right,
            ..
        } => match (argument(left)?, argument(right)?, operator) {
            (Value::Int32(left), Value::Int32(right), BinaryOperator::Add) => {
                Value::Int32(left.checked_add(right)?)
            }
            (Value::Int32(left), Value::Int32(right), BinaryOperator::Subtract) => {
                Value::Int32(left.checked_sub(right)?)
            }
            (Value::Int32(left), Value::Int32(right), BinaryOperator::Multiply) => {
                Value::Int32(left.checked_mul(right)?)
            }
            (Value::String(left), right, BinaryOperator::Add) => {
                Value::text(format!("{left}{}", to_text(&right, Culture::Invariant)))
            }
            _ => return None,
        },
        ExpressionKind::Cast(literal, operand) => {
            let target = type_names::resolve(&literal.name)?;
            convert::convert(&argument(operand)?, &target, ConversionContext::default()).ok()?
        }
        ExpressionKind::Type(literal) => {
            Value::Type(type_names::resolve(&literal.name)?.full_name())
        }
        ExpressionKind::Member {
            target,
            name,
            is_static: true,
            ..
        } => match (argument(target)?, argument(name)?) {
            (Value::Type(owner), Value::String(name)) => constant_member(&owner, &name)?,
            _ => return None,
        },
        ExpressionKind::ArrayLiteral(items) => {
            Value::array(items.iter().map(argument).collect::<Option<_>>()?)
        }
        ExpressionKind::Parenthesis(statement) => of_statement(statement)?,
        ExpressionKind::ArrayExpression(statements) => {
            let values: Option<Vec<Value>> = statements.iter().map(of_statement).collect();
            let items = values?.into_iter();
            Value::array(
                items
                    .flat_map(|value| value.elements().unwrap_or_else(|| vec![value]))
                    .collect(),
            )
        }
        ExpressionKind::ScriptBlock(body) => script_block(body),
        _ => return None,
    })
}

fn of_statement(statement: &Statement) -> Option<Value> {
    argument(lone_expression(statement)?)
}
