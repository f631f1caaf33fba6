//! Numbers of every kind, and the type that a result has.

use std::cmp::Ordering;

use num_bigint::BigInt;
use num_traits::{FromPrimitive, Signed, ToPrimitive, Zero};
use rust_decimal::Decimal;

use crate::language::ast::BinaryOperator;
use crate::value::Value;

/// A number in one of the four kinds that arithmetic is done in.
#[derive(Clone, Debug)]
pub enum Number {
    /// Any integer type of at most 64 bits, and how wide the result may be.
    Integer(i128, Width),
    /// Single and double.
    Real(f64),
    /// Decimal.
    Decimal(Decimal),
    /// `BigInteger`.
    Big(BigInt),
}

/// The integer types that results have, narrowest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Width {
    /// `Int32`.
    Int,
    /// `UInt32`.
    UInt,
    /// `Int64`.
    Long,
    /// `UInt64`.
    ULong,
}

impl Number {
    /// The number that a value of a numeric type is; none for anything else.
    pub fn plain(value: &Value) -> Option<Self> {
        Some(match value {
            Value::Int8(n) => Self::Integer((*n).into(), Width::Int),
            Value::UInt8(n) => Self::Integer((*n).into(), Width::Int),
            Value::Int16(n) => Self::Integer((*n).into(), Width::Int),
            Value::UInt16(n) => Self::Integer((*n).into(), Width::Int),
            Value::Int32(n) => Self::Integer((*n).into(), Width::Int),
            Value::UInt32(n) => Self::Integer((*n).into(), Width::UInt),
            Value::Int64(n) => Self::Integer((*n).into(), Width::Long),
            Value::UInt64(n) => Self::Integer((*n).into(), Width::ULong),
            Value::Single(n) => Self::Real((*n).into()),
            Value::Double(n) => Self::Real(*n),
            Value::Decimal(n) => Self::Decimal(*n),
            Value::BigInteger(n) => Self::Big((**n).clone()),
            Value::Noted(noted) => return Self::plain(&noted.base),
            _ => return None,
        })
    }

    /// The number of a value of a type that .NET calculates with itself: all but `BigInteger`.
    pub fn native(value: &Value) -> Option<Self> {
        Self::plain(value).filter(|number| !matches!(number, Self::Big(_)))
    }

    /// The number of a value of a numeric, enumeration or primitive type: truth values and characters are numbers too.
    pub fn primitive(value: &Value) -> Option<Self> {
        match value {
            Value::Bool(flag) => Some(Self::Integer((*flag).into(), Width::Int)),
            Value::Char(unit) => Some(Self::Integer((*unit).into(), Width::Int)),
            Value::Enum(member) => Some(Self::Integer(member.number.into(), Width::Int)),
            other => Self::native(other),
        }
    }

    /// The number of a numeric or enumeration value.
    pub fn of(value: &Value) -> Option<Self> {
        match value {
            Value::Enum(member) => Some(Self::Integer(member.number.into(), Width::Int)),
            other => Self::plain(other),
        }
    }

    pub(super) fn is_zero(&self) -> bool {
        match self {
            Self::Integer(n, _) => *n == 0,
            Self::Real(n) => *n == 0.0,
            Self::Decimal(n) => n.is_zero(),
            Self::Big(n) => n.is_zero(),
        }
    }

    /// Whether it is below zero.
    pub fn is_negative(&self) -> bool {
        match self {
            Self::Integer(n, _) => *n < 0,
            Self::Real(n) => *n < 0.0,
            Self::Decimal(n) => n.is_sign_negative() && !n.is_zero(),
            Self::Big(n) => n.is_negative(),
        }
    }

    /// As a double.
    pub fn to_f64(&self) -> f64 {
        match self {
            Self::Integer(n, _) => *n as f64,
            Self::Real(n) => *n,
            Self::Decimal(n) => n.to_f64().unwrap_or(f64::NAN),
            Self::Big(n) => n.to_f64().unwrap_or(f64::NAN),
        }
    }

    pub(super) fn to_decimal(&self) -> Option<Decimal> {
        match self {
            Self::Integer(n, _) => Decimal::from_i128(*n),
            Self::Real(n) => Decimal::from_f64(*n),
            Self::Decimal(n) => Some(*n),
            Self::Big(n) => n.to_string().parse().ok(),
        }
    }

    pub(super) fn to_big(&self) -> Option<BigInt> {
        match self {
            Self::Integer(n, _) => Some(BigInt::from(*n)),
            Self::Real(n) => BigInt::from_f64(*n),
            Self::Decimal(n) => n.trunc().to_i128().map(BigInt::from),
            Self::Big(n) => Some(n.clone()),
        }
    }

    /// Order; none for NaN.
    pub fn compare(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Integer(a, _), Self::Integer(b, _)) => Some(a.cmp(b)),
            (Self::Big(_), _) | (_, Self::Big(_)) => Some(self.to_big()?.cmp(&other.to_big()?)),
            (Self::Decimal(_), _) | (_, Self::Decimal(_)) => {
                match (self.to_decimal(), other.to_decimal()) {
                    (Some(a), Some(b)) => Some(a.cmp(&b)),
                    _ => self.to_f64().partial_cmp(&other.to_f64()),
                }
            }
            _ => self.to_f64().partial_cmp(&other.to_f64()),
        }
    }
}

/// Whether a value is of a numeric type.
pub fn is_number(value: &Value) -> bool {
    Number::plain(value).is_some()
}

/// The width that two integers meet in; none if no integer type holds both.
pub(super) fn common_width(own: Width, x: i128, other: Width, y: i128) -> Option<Width> {
    let wider = own.max(other);
    match wider {
        Width::UInt if x < 0 || y < 0 => Some(Width::Long),
        Width::ULong if x < 0 || y < 0 => None,
        _ => Some(wider),
    }
}

pub(super) fn integer(operator: BinaryOperator, x: i128, y: i128, width: Width) -> Value {
    let result = match operator {
        BinaryOperator::Add => x + y,
        BinaryOperator::Subtract => x - y,
        BinaryOperator::Multiply => match x.checked_mul(y) {
            Some(product) => product,
            None => return Value::Double(x as f64 * y as f64),
        },
        BinaryOperator::Divide if x % y == 0 => x / y,
        BinaryOperator::Divide => return Value::Double(x as f64 / y as f64),
        _ => x % y,
    };
    fitted(result, width)
}

/// The result in its width; a double if it does not fit.
pub(super) fn fitted(result: i128, width: Width) -> Value {
    let fits = match width {
        Width::Int => i32::try_from(result).ok().map(Value::Int32),
        Width::UInt => u32::try_from(result).ok().map(Value::UInt32),
        Width::Long => i64::try_from(result).ok().map(Value::Int64),
        Width::ULong => u64::try_from(result).ok().map(Value::UInt64),
    };
    fits.unwrap_or(Value::Double(result as f64))
}

pub(super) fn floating(operator: BinaryOperator, a: f64, b: f64) -> f64 {
    match operator {
        BinaryOperator::Add => a + b,
        BinaryOperator::Subtract => a - b,
        BinaryOperator::Multiply => a * b,
        BinaryOperator::Divide => a / b,
        _ => a % b,
    }
}
