//! The signs `+` and `-` before a value. Numbers keep their type, but a byte becomes an `Int32`; what has no sign in .NET
//! is refused as .NET's expressions refuse it.

use crate::convert::number::is_number;
use crate::evaluate::failure;
use crate::language::ast::{BinaryOperator, UnaryOperator};
use crate::pipeline::engine::Engine;
use crate::pipeline::halt::Halt;
use crate::value::Value;

impl Engine<'_> {
    /// `-value`, else `+value`.
    pub(in crate::evaluate) fn signed(
        &mut self,
        operator: UnaryOperator,
        value: &Value,
    ) -> Result<Value, Halt> {
        let minus = operator == UnaryOperator::Minus;
        Ok(match value.base() {
            Value::Int8(n) => Value::Int32(if minus { -i32::from(*n) } else { (*n).into() }),
            Value::UInt8(n) => Value::Int32(if minus { -i32::from(*n) } else { (*n).into() }),
            Value::Enum(member) => return Err(self.no_sign(minus, &member.definition.name)),
            unsigned @ (Value::UInt16(_) | Value::UInt32(_) | Value::UInt64(_)) if minus => {
                return Err(self.no_sign(minus, &crate::type_names::type_name(unsigned)));
            }
            Value::Int16(n) if minus => Value::Int16(n.wrapping_neg()),
            Value::Int32(n) if minus => Value::Int32(n.wrapping_neg()),
            Value::Int64(n) if minus => Value::Int64(n.wrapping_neg()),
            Value::Single(n) if minus => Value::Single(-n),
            Value::Double(n) if minus => Value::Double(-n),
            Value::Decimal(n) if minus => Value::Decimal(-*n),
            number if is_number(number) => number.clone(),
            other => {
                let binary = if minus {
                    BinaryOperator::Subtract
                } else {
                    BinaryOperator::Add
                };
                return self.arithmetic(binary, &Value::Int32(0), other);
            }
        })
    }

    fn no_sign(&self, minus: bool, type_name: &str) -> Halt {
        let operator = if minus { "Negate" } else { "UnaryPlus" };
        self.fail(failure::thrown(
            "System.InvalidOperationException",
            format!("The unary operator {operator} is not defined for the type '{type_name}'."),
        ))
    }
}
