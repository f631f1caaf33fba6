//! `-band -bor -bxor -bnot -shl -shr`.

use crate::evaluate::failure;
use crate::evaluate::operator::number::{Number, Width, fitted};
use crate::language::ast::BinaryOperator;
use crate::pipeline::engine::Engine;
use crate::pipeline::halt::Halt;
use crate::value::{EnumValue, Value};

/// An operand's bits.
struct Bits {
    bits: i128,
    width: Width,
    /// Whether it was a real number.
    real: bool,
}

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
        let a = self.bits(left, right, operator)?;
        let b = self.bits(right, left, operator)?;
        let result = combine(operator, a.bits, b.bits);
        if a.real || b.real {
            // Real operands are taken as 64 bits, signed if one of them is negative.
            return Ok(if a.bits < 0 || b.bits < 0 {
                Value::Int64(result as i64)
            } else {
                Value::UInt64(result as u64)
            });
        }
        Ok(fitted(result, a.width.max(b.width)))
    }

    /// The bits of an operand; `beside` is the other one.
    fn bits(
        &mut self,
        value: &Value,
        beside: &Value,
        operator: BinaryOperator,
    ) -> Result<Bits, Halt> {
        let number = match value {
            Value::Noted(noted) => return self.bits(&noted.base, beside, operator),
            Value::Null => Number::Integer(0, Width::Int),
            Value::Bool(flag) | Value::Switch(flag) => Number::Integer((*flag).into(), Width::Int),
            Value::Char(unit) => Number::Integer((*unit).into(), Width::Int),
            Value::String(text) => self.text_number(text, value, beside)?,
            other => match Number::of(other) {
                Some(number) => number,
                None => return Err(self.fail(failure::method_not_found(other, method(operator)))),
            },
        };
        Ok(match number {
            Number::Integer(bits, width) => Bits {
                bits,
                width,
                real: false,
            },
            other => Bits {
                bits: other.to_f64().round_ties_even() as i128,
                width: Width::Int,
                real: true,
            },
        })
    }

    fn shift(
        &mut self,
        operator: BinaryOperator,
        left: &Value,
        right: &Value,
    ) -> Result<Value, Halt> {
        if matches!(left, Value::Char(_) | Value::Bool(_)) {
            let right_number = match right {
                Value::String(text) => crate::language::number::parse(text.trim()),
                _ => None,
            };
            let right_type = crate::type_names::type_name(right_number.as_ref().unwrap_or(right));
            let symbol = if operator == BinaryOperator::ShiftLeft {
                "-shl"
            } else {
                "-shr"
            };
            let record = failure::invalid_operation(
                "NotADefinedOperationForType",
                format!(
                    "The operation '[{}] {symbol} [{right_type}]' is not defined.",
                    crate::type_names::type_name(left)
                ),
            )
            .with_target(left.clone());
            return Err(self.fail(record));
        }
        let Bits { bits, width, real } = self.bits(left, right, operator)?;
        let width = match width {
            _ if real && i32::try_from(bits).is_err() => Width::Long,
            own => own,
        };
        let Value::Int32(count) = self.cast_to(right, "System.Int32")? else {
            return Ok(Value::Null);
        };
        let size = if width <= Width::UInt { 32 } else { 64 };
        let count = (count & (size - 1)) as u32;
        let to_left = operator == BinaryOperator::ShiftLeft;
        Ok(match width {
            Width::Int => {
                let n = bits as i32;
                Value::Int32(if to_left { n << count } else { n >> count })
            }
            Width::UInt => {
                let n = bits as u32;
                Value::UInt32(if to_left { n << count } else { n >> count })
            }
            Width::Long => {
                let n = bits as i64;
                Value::Int64(if to_left { n << count } else { n >> count })
            }
            Width::ULong => {
                let n = bits as u64;
                Value::UInt64(if to_left { n << count } else { n >> count })
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
