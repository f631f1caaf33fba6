//! Operators on values, with PowerShell's conversions.

pub mod arithmetic;
pub mod bitwise;
pub mod comparison;
pub mod number;
mod operator_method;
mod sign;
mod size;
mod split;
mod strings;

use num_traits::Zero;

use crate::evaluate::types::is_of_type;
use crate::language::ast::BinaryOperator;
use crate::pipeline::engine::Engine;
use crate::pipeline::halt::Halt;
use crate::text::read;
use crate::value::Value;

/// What a condition makes of a value (`LanguagePrimitives.IsTrue`).
pub fn truth(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(flag) | Value::Switch(flag) => *flag,
        Value::Int8(n) => *n != 0,
        Value::UInt8(n) => *n != 0,
        Value::Int16(n) => *n != 0,
        Value::UInt16(n) => *n != 0,
        Value::Int32(n) => *n != 0,
        Value::UInt32(n) => *n != 0,
        Value::Int64(n) => *n != 0,
        Value::UInt64(n) => *n != 0,
        Value::Single(n) => *n != 0.0,
        Value::Double(n) => *n != 0.0,
        Value::Decimal(n) => !n.is_zero(),
        Value::BigInteger(n) => !n.is_zero(),
        Value::Char(unit) => *unit != 0,
        Value::String(text) => !text.is_empty(),
        Value::Enum(value) => value.number != 0,
        Value::Array(array) => truth_of_items(&read(&array.items)),
        Value::List(list) => truth_of_items(&read(&list.items)),
        Value::Noted(noted) => truth(&noted.base),
        Value::DateTime(_)
        | Value::TimeSpan(_)
        | Value::Guid(_)
        | Value::Version(_)
        | Value::Named(_)
        | Value::Dictionary(_)
        | Value::Object(_)
        | Value::ScriptBlock(_)
        | Value::Type(_)
        | Value::SecureString(_)
        | Value::Error(_)
        | Value::Format(_) => true,
    }
}

fn truth_of_items(items: &[Value]) -> bool {
    match items {
        [] => false,
        [Value::Array(inner)] => !read(&inner.items).is_empty(),
        [Value::List(inner)] => !read(&inner.items).is_empty(),
        [one] => truth(one),
        _ => true,
    }
}

impl Engine<'_> {
    /// `left op right`, both evaluated.
    ///
    /// # Errors
    /// When the operator is not for these operands.
    pub fn binary(
        &mut self,
        operator: BinaryOperator,
        left: Value,
        right: Value,
    ) -> Result<Value, Halt> {
        use BinaryOperator as B;
        match operator {
            B::Add | B::Subtract | B::Multiply | B::Divide | B::Remainder => {
                self.arithmetic(operator, &left, &right)
            }
            B::Range => self.range(&left, &right),
            B::Format => self.format_operator(&left, &right),
            B::And | B::Or => Ok(Value::Bool(truth(&right))),
            B::Xor => Ok(Value::Bool(truth(&left) != truth(&right))),
            B::BitwiseAnd | B::BitwiseOr | B::BitwiseXor | B::ShiftLeft | B::ShiftRight => {
                self.bitwise(operator, &left, &right)
            }
            B::Equal(_)
            | B::NotEqual(_)
            | B::GreaterThan(_)
            | B::GreaterOrEqual(_)
            | B::LessThan(_)
            | B::LessOrEqual(_) => self.compare(operator, &left, &right),
            B::Like(_) | B::NotLike(_) => self.like(operator, &left, &right),
            B::Match(_) | B::NotMatch(_) => self.match_operator(operator, &left, &right),
            B::Contains(case) => self.contains(&left, &right, case).map(Value::Bool),
            B::NotContains(case) => Ok(Value::Bool(!self.contains(&left, &right, case)?)),
            B::In(case) => self.contains(&right, &left, case).map(Value::Bool),
            B::NotIn(case) => Ok(Value::Bool(!self.contains(&right, &left, case)?)),
            B::Replace(case) => self.replace(&left, &right, case),
            B::Split(case) => self.split(&left, &right, case),
            B::Join => {
                let mut separator = String::new();
                self.push_joined(&mut separator, &right);
                self.join(&left, &separator)
            }
            B::Is | B::IsNot => {
                let target = self.type_operand(operator, &right)?;
                Ok(Value::Bool(
                    is_of_type(&left, &target) == (operator == B::Is),
                ))
            }
            B::As => {
                let target = self.type_operand(operator, &right)?;
                Ok(self.convert_quietly(&left, &target)?.unwrap_or_default())
            }
            B::Coalesce => Ok(right),
        }
    }

    /// The right operand of `-is` and `-as`: a type, or what names one.
    fn type_operand(
        &mut self,
        operator: BinaryOperator,
        value: &Value,
    ) -> Result<crate::command::ParameterType, Halt> {
        let name = match value {
            Value::Type(name) => Some(name.clone()),
            Value::String(name) => Some(name.clone()),
            Value::Null => {
                return Err(if operator == BinaryOperator::As {
                    self.refuse(
                        "AsOperatorRequiresType",
                        "The right operand of '-as' must be a type.",
                    )
                } else {
                    self.refuse(
                        "IsOperatorRequiresType",
                        "The right operand of '-is' must be a type.",
                    )
                });
            }
            _ => None,
        };
        if let Some(found) = name.and_then(|name| self.find_type(&name)) {
            return Ok(found);
        }
        let target = crate::command::ParameterType::Plain("System.Type".into());
        self.cast(value, &target).map(|_| target)
    }
}
