//! `-band -bor -bxor -bnot -shl -shr`.

use crate::evaluate::failure;
use crate::evaluate::operator::arithmetic::{Number, Width, fitted};
use crate::language::ast::BinaryOperator;
use crate::pipeline::engine::Engine;
use crate::pipeline::halt::Halt;
use crate::value::{EnumValue, Value};

fn method(operator: BinaryOperator) -> &'static str {
    match operator {
        BinaryOperator::BitwiseAnd => "op_BitwiseAnd",
        BinaryOperator::BitwiseOr => "op_BitwiseOr",
        BinaryOperator::BitwiseXor => "op_ExclusiveOr",
        BinaryOperator::ShiftLeft => "op_LeftShift",
        _ => "op_RightShift",
    }
}

impl Engine<'_> {
    pub(super) fn bitwise(
        &mut self,
        operator: BinaryOperator,
        left: &Value,
        right: &Value,
    ) -> Result<Value, Halt> {
        if let (Value::Enum(a), Value::Enum(b)) = (left, right)
            && a.definition == b.definition
        {
            let number = match operator {
                BinaryOperator::BitwiseAnd => a.number & b.number,
                BinaryOperator::BitwiseOr => a.number | b.number,
                _ => a.number ^ b.number,
            };
            return Ok(Value::Enum(EnumValue {
                definition: a.definition.clone(),
                number,
            }));
        }
        let shift = matches!(
            operator,
            BinaryOperator::ShiftLeft | BinaryOperator::ShiftRight
        );
        if shift {
            return self.shift(operator, left, right);
        }
        if let (Value::Bool(_), Value::Bool(_)) = (left, right) {
            let (a, b) = (self.bits(left, operator)?, self.bits(right, operator)?);
            return Ok(fitted(combine(operator, a.0, b.0), Width::Int));
        }
        let a = self.bits(left, operator)?;
        let b = self.bits(right, operator)?;
        let real = a.2 || b.2;
        let width = a.1.max(b.1);
        let result = fitted(combine(operator, a.0, b.0), width);
        if real {
            // With a real operand the result is shown as the integer type that holds it.
            return Ok(result);
        }
        Ok(result)
    }

    /// The bits of an operand, their width, and whether it was a real number.
    fn bits(
        &mut self,
        value: &Value,
        operator: BinaryOperator,
    ) -> Result<(i128, Width, bool), Halt> {
        if let Value::Noted(noted) = value {
            return self.bits(&noted.base, operator);
        }
        match Number::of(value) {
            Some(Number::Integer(n, width)) => return Ok((n, width, false)),
            Some(Number::Real(n)) => return Ok(whole(n)),
            Some(Number::Decimal(n)) => {
                return Ok(whole(Number::Decimal(n).to_f64()));
            }
            Some(Number::Big(_)) => {}
            None => {}
        }
        match value {
            Value::Null => Ok((0, Width::Int, false)),
            Value::Bool(flag) | Value::Switch(flag) => Ok(((*flag).into(), Width::Int, false)),
            Value::Char(unit) => Ok(((*unit).into(), Width::Int, false)),
            Value::String(text) => {
                if let Some(Number::Real(n)) = crate::language::number::parse(text.trim())
                    .as_ref()
                    .and_then(Number::plain)
                {
                    return Ok(whole(n));
                }
                let converted = self.cast_to(value, "System.Int32")?;
                match Number::plain(&converted) {
                    Some(Number::Integer(n, width)) => Ok((n, width, false)),
                    _ => Ok((0, Width::Int, false)),
                }
            }
            other => Err(self.fail(failure::method_not_found(other, method(operator)))),
        }
    }

    fn shift(
        &mut self,
        operator: BinaryOperator,
        left: &Value,
        right: &Value,
    ) -> Result<Value, Halt> {
        if matches!(left, Value::Char(_)) {
            let name = |value: &Value| crate::type_names::type_name(value);
            let symbol = if operator == BinaryOperator::ShiftLeft {
                "-shl"
            } else {
                "-shr"
            };
            return Err(self.refuse(
                "NotADefinedOperationForType",
                format!(
                    "The operation '[{}] {symbol} [{}]' is not defined.",
                    name(left),
                    name(right)
                ),
            ));
        }
        let (number, width, _) = self.bits(left, operator)?;
        let Value::Int32(count) = self.cast_to(right, "System.Int32")? else {
            return Ok(Value::Null);
        };
        let bits = if width <= Width::UInt { 32 } else { 64 };
        let count = (count & (bits - 1)) as u32;
        let left_shift = operator == BinaryOperator::ShiftLeft;
        Ok(match width {
            Width::Int => {
                let n = number as i32;
                Value::Int32(if left_shift { n << count } else { n >> count })
            }
            Width::UInt => {
                let n = number as u32;
                Value::UInt32(if left_shift { n << count } else { n >> count })
            }
            Width::Long => {
                let n = number as i64;
                Value::Int64(if left_shift { n << count } else { n >> count })
            }
            Width::ULong => {
                let n = number as u64;
                Value::UInt64(if left_shift { n << count } else { n >> count })
            }
        })
    }

    /// `-bnot`.
    pub(in crate::evaluate) fn bitwise_not(&mut self, value: &Value) -> Result<Value, Halt> {
        Ok(match value {
            Value::UInt32(n) => Value::UInt32(!n),
            Value::Int64(n) => Value::Int64(!n),
            Value::UInt64(n) => Value::UInt64(!n),
            Value::Noted(noted) => return self.bitwise_not(&noted.base),
            other => match self.cast_to(other, "System.Int32")? {
                Value::Int32(n) => Value::Int32(!n),
                converted => converted,
            },
        })
    }
}

fn combine(operator: BinaryOperator, a: i128, b: i128) -> i128 {
    match operator {
        BinaryOperator::BitwiseAnd => a & b,
        BinaryOperator::BitwiseOr => a | b,
        _ => a ^ b,
    }
}

/// A real number rounded to the narrowest integer that holds it.
fn whole(number: f64) -> (i128, Width, bool) {
    let rounded = number.round_ties_even() as i128;
    let width = if i32::try_from(rounded).is_ok() {
        Width::Int
    } else {
        Width::Long
    };
    (rounded, width, true)
}
