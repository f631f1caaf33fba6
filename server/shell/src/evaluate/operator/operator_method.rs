//! Operators as the methods of .NET's types (`op_Addition`, …): what is tried where neither operand makes the other a
//! number, a text or a collection.

use std::sync::Arc;

use num_bigint::BigInt;
use num_traits::Zero as _;

use crate::command::ParameterType;
use crate::convert::net_text;
use crate::decimal;
use crate::error_record::{ErrorCategory, ErrorRecord};
use crate::evaluate::operator::number::Number;
use crate::evaluate::{failure, overload};
use crate::language::ast::BinaryOperator;
use crate::pipeline::engine::Engine;
use crate::pipeline::halt::Halt;
use crate::type_names::type_name;
use crate::value::{DateTime, Value};

const TIME_SPAN: &str = "System.TimeSpan";
const DATE_TIME: &str = "System.DateTime";
const DOUBLE: &str = "System.Double";
const DECIMAL: &str = "System.Decimal";
/// Longest `BigInteger` that an operator makes, in bits: a text may not grow without bound, a number neither.
const MAX_BITS: u64 = 1 << 18;
const TOO_LARGE: Thrown = (
    "System.OutOfMemoryException",
    "The result is larger than a session may hold.",
);
const BIG_INTEGER: &str = "System.Numerics.BigInteger";

/// 9999-12-31T23:59:59.9999999.
const MAX_DATE: i64 = 3_155_378_975_999_999_999;

/// An exception of .NET's, by its full name, and its message.
type Thrown = (&'static str, &'static str);

const SPAN_OVERFLOW: Thrown = (
    "System.OverflowException",
    "TimeSpan overflowed because the duration is too long.",
);
const ZERO_DIVISION: Thrown = (
    "System.DivideByZeroException",
    "Attempted to divide by zero.",
);

/// Whether .NET counts the type among its primitive ones, which have no operators of their own.
fn is_primitive(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Decimal(_) | Value::Enum(_) => false,
        other => Number::primitive(other).is_some(),
    }
}

fn name_or_null(value: &Value) -> crate::value::Text {
    match value {
        Value::Null => "$null".into(),
        other => type_name(other),
    }
}

impl Engine<'_> {
    /// The operator of the left operand's type; of the right one's if the left is of a primitive type.
    ///
    /// # Errors
    /// When there is no such operator, or it refuses its operands.
    pub(super) fn operator_method(
        &mut self,
        method: &'static str,
        symbol: &str,
        left: &Value,
        right: &Value,
    ) -> Result<Value, Halt> {
        let owner = match (is_primitive(left), is_primitive(right)) {
            (false, _) => left,
            (true, false) => right,
            (true, true) => {
                let record = failure::invalid_operation(
                    "NotADefinedOperationForType",
                    format!(
                        "The operation '[{}] {symbol} [{}]' is not defined.",
                        name_or_null(left),
                        name_or_null(right)
                    ),
                );
                return Err(self.fail(record.with_target(left.clone())));
            }
        };
        let operands = [left.clone(), right.clone()];
        if let Some(value) = self.operator_of_class(owner, method, &operands)? {
            return Ok(value);
        }
        let parameters = match (owner, method) {
            (Value::TimeSpan(_), "op_Addition" | "op_Subtraction") => (TIME_SPAN, TIME_SPAN),
            (Value::TimeSpan(_), "op_Multiply" | "op_Division") => {
                self.span_overload(method, left, right)?
            }
            (Value::DateTime(_), "op_Addition") => (DATE_TIME, TIME_SPAN),
            (Value::DateTime(_), "op_Subtraction") => self.date_overload(method, left, right)?,
            (
                Value::Decimal(_),
                "op_Addition" | "op_Subtraction" | "op_Multiply" | "op_Division" | "op_Modulus",
            ) => (DECIMAL, DECIMAL),
            (Value::BigInteger(_), "op_LeftShift" | "op_RightShift") => {
                (BIG_INTEGER, "System.Int32")
            }
            (Value::BigInteger(_), _) => (BIG_INTEGER, BIG_INTEGER),
            _ => return Err(self.fail(failure::method_not_found(owner, method))),
        };
        let first = self.method_argument(method, 0, left, parameters.0)?;
        let second = self.method_argument(method, 1, right, parameters.1)?;
        apply(method, &first, &second).map_err(|(exception, message)| {
            self.fail(failure::method_invocation(method, 2, exception, message))
        })
    }

    /// The overload of a span's `*` or `/` that takes the operands.
    fn span_overload(
        &self,
        method: &'static str,
        left: &Value,
        right: &Value,
    ) -> Result<(&'static str, &'static str), Halt> {
        if !matches!(left, Value::TimeSpan(_)) {
            return Ok(match method {
                "op_Multiply" => (DOUBLE, TIME_SPAN),
                _ => (TIME_SPAN, TIME_SPAN),
            });
        }
        match right {
            Value::TimeSpan(_) if method == "op_Division" => Ok((TIME_SPAN, TIME_SPAN)),
            Value::Null if method == "op_Division" => Ok((TIME_SPAN, TIME_SPAN)),
            Value::Null | Value::String(_) => Ok((TIME_SPAN, DOUBLE)),
            Value::Bool(_) | Value::DateTime(_) if method == "op_Division" => {
                Err(self.fail(overload::ambiguous(method, 2)))
            }
            Value::DateTime(_) | Value::BigInteger(_) => Ok((TIME_SPAN, DOUBLE)),
            other if Number::primitive(other).is_some() => Ok((TIME_SPAN, DOUBLE)),
            _ => Err(self.fail(overload::none_found(method, 2))),
        }
    }

    /// The overload of a date's `-`: numbers and texts make a date as well as a span.
    fn date_overload(
        &self,
        method: &'static str,
        left: &Value,
        right: &Value,
    ) -> Result<(&'static str, &'static str), Halt> {
        match right {
            Value::DateTime(_) => Ok((DATE_TIME, DATE_TIME)),
            Value::TimeSpan(_) | Value::Null => Ok((DATE_TIME, TIME_SPAN)),
            Value::String(_) if matches!(left, Value::DateTime(_)) => {
                Err(self.fail(overload::ambiguous(method, 2)))
            }
            other if Number::primitive(other).is_some() => {
                Err(self.fail(overload::ambiguous(method, 2)))
            }
            _ => Err(self.fail(overload::none_found(method, 2))),
        }
    }

    fn method_argument(
        &self,
        method: &str,
        index: usize,
        value: &Value,
        target: &str,
    ) -> Result<Value, Halt> {
        let target = ParameterType::Plain(target.into());
        let context = crate::convert::ConversionContext::invariant(self.host.now());
        crate::convert::convert(value, &target, context).map_err(|error| {
            self.fail(method_exception(
                "MethodArgumentConversionInvalidCastArgument",
                format!(
                    "Cannot convert argument \"{index}\", with value: \"{}\", for \"{method}\" to type \"{}\": \"{}\"",
                    net_text(value),
                    target.full_name(),
                    error.message
                ),
            ))
        })
    }
}

/// A `MethodException`: no overload, or not for these arguments.
fn method_exception(id: &'static str, message: String) -> ErrorRecord {
    ErrorRecord::new(
        id,
        ErrorCategory::NotSpecified,
        "System.Management.Automation.MethodException",
        message,
    )
}

fn span(ticks: Option<i64>) -> Result<Value, Thrown> {
    ticks.map(Value::TimeSpan).ok_or(SPAN_OVERFLOW)
}

/// A span of a number of ticks that is no whole one yet.
fn scaled_span(ticks: f64) -> Result<Value, Thrown> {
    let rounded = ticks.round_ties_even();
    if rounded.is_nan() || rounded > i64::MAX as f64 || rounded < i64::MIN as f64 {
        return Err(SPAN_OVERFLOW);
    }
    Ok(Value::TimeSpan(rounded as i64))
}

/// A date moved by ticks.
fn moved(date: DateTime, ticks: Option<i64>, parameter: &'static str) -> Result<Value, Thrown> {
    match ticks {
        Some(ticks @ 0..=MAX_DATE) => Ok(Value::DateTime(DateTime { ticks, ..date })),
        _ => Err(("System.ArgumentOutOfRangeException", parameter)),
    }
}

/// The operator itself, its operands of the overload's types.
fn apply(method: &str, first: &Value, second: &Value) -> Result<Value, Thrown> {
    match (first, second) {
        (Value::TimeSpan(a), Value::TimeSpan(b)) => match method {
            "op_Addition" => span(a.checked_add(*b)),
            "op_Subtraction" => span(a.checked_sub(*b)),
            _ => Ok(Value::Double(*a as f64 / *b as f64)),
        },
        (Value::TimeSpan(ticks), Value::Double(factor))
        | (Value::Double(factor), Value::TimeSpan(ticks)) => {
            scale_span(method, *ticks as f64, *factor)
        }
        (Value::DateTime(date), Value::TimeSpan(ticks)) => match method {
            "op_Addition" => moved(
                *date,
                date.ticks.checked_add(*ticks),
                "The added or subtracted value results in an un-representable DateTime. (Parameter 'value')",
            ),
            _ => moved(
                *date,
                date.ticks.checked_sub(*ticks),
                "The added or subtracted value results in an un-representable DateTime. (Parameter 'value')",
            ),
        },
        (Value::DateTime(a), Value::DateTime(b)) => span(a.ticks.checked_sub(b.ticks)),
        (Value::Decimal(a), Value::Decimal(b)) => {
            if b.is_zero() && matches!(method, "op_Division" | "op_Modulus") {
                return Err(ZERO_DIVISION);
            }
            decimal::calculate(operator_of(method), *a, *b)
                .map(Value::Decimal)
                .ok_or((
                    "System.OverflowException",
                    "Value was either too large or too small for a Decimal.",
                ))
        }
        (Value::BigInteger(a), Value::BigInteger(b)) => big(method, a, b),
        (Value::BigInteger(a), Value::Int32(count)) => {
            let left = (method == "op_LeftShift") == (*count >= 0);
            let count = count.unsigned_abs();
            if left && a.bits().saturating_add(count.into()) > MAX_BITS {
                return Err(TOO_LARGE);
            }
            let shifted = if left { &**a << count } else { &**a >> count };
            Ok(Value::BigInteger(Arc::new(shifted)))
        }
        _ => Ok(Value::Null),
    }
}

fn scale_span(method: &str, ticks: f64, factor: f64) -> Result<Value, Thrown> {
    let divides = method == "op_Division";
    match (factor.is_nan(), divides) {
        (true, true) => Err((
            "System.ArgumentException",
            "TimeSpan does not accept floating point Not-a-Number values. (Parameter 'divisor')",
        )),
        (true, false) => Err((
            "System.ArgumentException",
            "TimeSpan does not accept floating point Not-a-Number values. (Parameter 'factor')",
        )),
        (false, true) => scaled_span(ticks / factor),
        (false, false) => scaled_span(ticks * factor),
    }
}

fn operator_of(method: &str) -> BinaryOperator {
    match method {
        "op_Addition" => BinaryOperator::Add,
        "op_Subtraction" => BinaryOperator::Subtract,
        "op_Multiply" => BinaryOperator::Multiply,
        "op_Division" => BinaryOperator::Divide,
        _ => BinaryOperator::Remainder,
    }
}

fn big(method: &str, a: &BigInt, b: &BigInt) -> Result<Value, Thrown> {
    if b.is_zero() && matches!(method, "op_Division" | "op_Modulus") {
        return Err(ZERO_DIVISION);
    }
    if method == "op_Multiply" && a.bits() + b.bits() > MAX_BITS {
        return Err(TOO_LARGE);
    }
    let result = match method {
        "op_Addition" => a + b,
        "op_Subtraction" => a - b,
        "op_Multiply" => a * b,
        "op_Division" => a / b,
        "op_Modulus" => a % b,
        "op_BitwiseAnd" => a & b,
        "op_BitwiseOr" => a | b,
        _ => a ^ b,
    };
    Ok(Value::BigInteger(Arc::new(result)))
}
