//! The constants that a `#requires` comment may give (`IsConstantValueVisitor`).

use crate::command::ParameterType;
use crate::convert::{self, ConversionContext};
use crate::evaluate::lone_expression;
use crate::language::ast::{Expression, ExpressionKind, UnaryOperator, VersionNumbers};
use crate::text::{Culture, to_text};
use crate::value::{Text, Value};

/// A constant.
pub(super) enum Constant {
    One(Value),
    Many(Vec<Self>),
    /// A hashtable, its keys in order.
    Table(Vec<(String, Value)>),
}

impl Constant {
    /// The text that it is.
    pub(super) fn text(&self) -> Option<Text> {
        match self {
            Self::One(Value::String(text)) => Some(text.clone()),
            _ => None,
        }
    }

    /// Its items, or itself.
    pub(super) fn items(self) -> Vec<Self> {
        match self {
            Self::Many(items) => items,
            other => vec![other],
        }
    }
}

/// The constant that an expression is.
pub(super) fn constant(expression: &Expression) -> Option<Constant> {
    Some(match &expression.kind {
        ExpressionKind::Constant(value) | ExpressionKind::BareWord(value, _) => {
            Constant::One(value.clone())
        }
        ExpressionKind::Variable(path) if path.scope.is_none() && !path.splatted => {
            Constant::One(match &*path.key {
                "true" => Value::Bool(true),
                "false" => Value::Bool(false),
                "null" => Value::Null,
                _ => return None,
            })
        }
        ExpressionKind::Unary(UnaryOperator::Minus, operand) => match constant(operand)? {
            Constant::One(Value::Int32(number)) => {
                Constant::One(Value::Int32(number.checked_neg()?))
            }
            Constant::One(Value::Double(number)) => Constant::One(Value::Double(-number)),
            _ => return None,
        },
        ExpressionKind::Parenthesis(statement) => constant(lone_expression(statement)?)?,
        ExpressionKind::ArrayLiteral(items) => {
            Constant::Many(items.iter().map(constant).collect::<Option<_>>()?)
        }
        ExpressionKind::Hashtable(entries) => Constant::Table(
            entries
                .iter()
                .map(|(key, value)| {
                    let Constant::One(key) = constant(key)? else {
                        return None;
                    };
                    let Constant::One(value) = constant(lone_expression(value)?)? else {
                        return None;
                    };
                    Some((to_text(&key, Culture::Invariant), value))
                })
                .collect::<Option<_>>()?,
        ),
        _ => return None,
    })
}

/// A version; one number alone has a zero behind it (`Utils.StringToVersion`).
pub(super) fn to_version(written: &str) -> Option<VersionNumbers> {
    let whole = match written.contains('.') {
        true => written.to_owned(),
        false => format!("{written}.0"),
    };
    as_version(&Value::text(whole)).ok()
}

/// A value as a version, as a cast makes one.
pub(super) fn as_version(value: &Value) -> Result<VersionNumbers, String> {
    let target = ParameterType::Plain("System.Version".into());
    match convert::convert(value, &target, ConversionContext::default()) {
        Ok(Value::Version(numbers)) => Ok(numbers),
        Ok(_) => Err(String::new()),
        Err(error) => Err(error.message),
    }
}
