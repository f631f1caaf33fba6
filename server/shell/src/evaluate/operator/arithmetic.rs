//! Arithmetic: which type a result has, what overflows into what, and `+` of texts and collections.

use crate::command::ParameterType;
use crate::decimal;
use crate::error_record::ErrorCategory;
use crate::evaluate::operator::number::{Number, Width, common_width, floating, integer};
use crate::evaluate::operator::size;
use crate::evaluate::{MAX_GROWTH, failure, hashtable};
use crate::language::ast::BinaryOperator;
use crate::pipeline::engine::Engine;
use crate::pipeline::halt::Halt;
use crate::text::{Culture, read, to_text};
use crate::value::{Array, EnumValue, Text, Value};

const DECIMAL_OVERFLOW: &str = "Value was either too large or too small for a Decimal.";

/// The type that a text beside a value is read as: the value's if it is a number's.
pub(super) fn number_type(value: &Value) -> ParameterType {
    match value {
        Value::Enum(member) => ParameterType::Enum(member.definition.clone()),
        other if Number::native(other).is_some() => {
            ParameterType::Plain(crate::type_names::type_name(other))
        }
        _ => int32(),
    }
}

fn int32() -> ParameterType {
    ParameterType::Plain("System.Int32".into())
}

/// The name of an operator as a method, and as it is written.
fn names(operator: BinaryOperator) -> (&'static str, &'static str) {
    match operator {
        BinaryOperator::Add => ("op_Addition", "+"),
        BinaryOperator::Subtract => ("op_Subtraction", "-"),
        BinaryOperator::Multiply => ("op_Multiply", "*"),
        BinaryOperator::Divide => ("op_Division", "/"),
        _ => ("op_Modulus", "%"),
    }
}

impl Engine<'_> {
    /// `+ - * / %`.
    ///
    /// # Errors
    /// When the operator is not for these operands.
    pub fn arithmetic(
        &mut self,
        operator: BinaryOperator,
        left: &Value,
        right: &Value,
    ) -> Result<Value, Halt> {
        let (left, right) = (left.base(), right.base());
        if let (Some(a), Some(b)) = (Number::native(left), Number::native(right)) {
            return self.calculate(operator, &a, &b);
        }
        match operator {
            BinaryOperator::Add => self.add(left, right),
            BinaryOperator::Multiply => self.multiply(left, right),
            _ => self.subtract_or_divide(operator, left, right),
        }
    }

    fn add(&mut self, left: &Value, right: &Value) -> Result<Value, Halt> {
        match (left, right) {
            (Value::Null, other) => Ok(other.clone()),
            (Value::String(text), other) => {
                let mut sum = text.to_string();
                self.push_joined(&mut sum, other);
                if sum.len() > MAX_GROWTH {
                    return Err(self.fail(failure::too_large()));
                }
                Ok(Value::text(sum))
            }
            (Value::Char(unit), other) => {
                let mut sum = crate::text::char_text(*unit);
                self.push_joined(&mut sum, other);
                Ok(Value::text(sum))
            }
            (Value::Array(_) | Value::List(_), other) => {
                let mut items = left.elements().unwrap_or_default();
                match other.elements() {
                    Some(more) => items.extend(more),
                    None => items.push(other.clone()),
                }
                if items.len() > MAX_GROWTH {
                    return Err(self.fail(failure::too_large()));
                }
                Ok(Value::array(items))
            }
            (Value::Dictionary(own), Value::Dictionary(more)) => {
                let mut entries = read(&own.entries).clone();
                for (folded, (key, value)) in read(&more.entries).iter() {
                    if entries.contains_key(folded) {
                        let name = to_text(key, Culture::Invariant);
                        let record = failure::thrown(
                            "System.ArgumentException",
                            format!(
                                "Item has already been added. Key in dictionary: '{name}'  Key being added: '{name}'"
                            ),
                        );
                        return Err(self.fail(record));
                    }
                    entries.insert(folded.clone(), (key.clone(), value.clone()));
                }
                Ok(hashtable::dictionary(hashtable::HASHTABLE, entries))
            }
            (Value::Dictionary(_), _) => Err(self.refuse(
                "AddHashTableToNonHashTable",
                "A hash table can only be added to another hash table.",
            )),
            _ => self.numeric(BinaryOperator::Add, left, right),
        }
    }

    fn multiply(&mut self, left: &Value, right: &Value) -> Result<Value, Halt> {
        match left {
            Value::String(text) => {
                let times = self.repetitions(right)?;
                size::of_text(text, times).map_err(|record| self.fail(*record))?;
                Ok(Value::text(text.repeat(times)))
            }
            Value::Array(array) => {
                let items = self.repeated(left.elements().unwrap_or_default(), right)?;
                Ok(Value::Array(std::sync::Arc::new(Array {
                    element_type: array.element_type.clone(),
                    items: items.into(),
                })))
            }
            Value::List(_) => self
                .repeated(left.elements().unwrap_or_default(), right)
                .map(Value::array),
            Value::Null => Ok(Value::Null),
            // Unlike for the other operators, these two count as no numbers.
            Value::Bool(_) | Value::Char(_) => {
                let (method, symbol) = names(BinaryOperator::Multiply);
                self.operator_method(method, symbol, left, right)
            }
            _ => self.numeric(BinaryOperator::Multiply, left, right),
        }
    }

    fn repeated(&mut self, items: Vec<Value>, times: &Value) -> Result<Vec<Value>, Halt> {
        let times = match times {
            Value::String(text) => self.text_number(text, &int32())?,
            other => other.clone(),
        };
        let times = match self.cast_to(&times, "System.UInt32")? {
            Value::UInt32(times) => times as usize,
            _ => 0,
        };
        if items.is_empty() || times == 0 {
            return Ok(Vec::new());
        }
        size::of_array(items.len(), times).map_err(|record| self.fail(*record))?;
        Ok(std::iter::repeat_n(items, times).flatten().collect())
    }

    fn repetitions(&mut self, value: &Value) -> Result<usize, Halt> {
        let Value::Int32(times) = self.cast_to(value, "System.Int32")? else {
            return Ok(0);
        };
        usize::try_from(times).map_err(|_| {
            self.fail(failure::thrown(
                "System.ArgumentOutOfRangeException",
                format!("times ('{times}') must be a non-negative value. (Parameter 'times')\nActual value was {times}."),
            ))
        })
    }

    fn subtract_or_divide(
        &mut self,
        operator: BinaryOperator,
        left: &Value,
        right: &Value,
    ) -> Result<Value, Halt> {
        match left {
            Value::Null => self.numeric(operator, &Value::Int32(0), right),
            Value::String(text) => {
                let number = self.text_number(text, &number_type(right))?;
                self.numeric(operator, &number, right)
            }
            _ => self.numeric(operator, left, right),
        }
    }

    /// Both operands as numbers, or the operator that a type of theirs defines.
    fn numeric(
        &mut self,
        operator: BinaryOperator,
        left: &Value,
        right: &Value,
    ) -> Result<Value, Halt> {
        if let Some(a) = Number::primitive(left) {
            let b = match right {
                Value::Null => Some(Number::Integer(0, Width::Int)),
                Value::String(text) => {
                    let number = self.text_number(text, &number_type(left))?;
                    return self.numeric(operator, left, &number);
                }
                other => Number::primitive(other),
            };
            if let Some(b) = b {
                if matches!((left, &b), (Value::Bool(_), Number::Decimal(_))) {
                    return Err(self.fail(failure::thrown(
                        "System.InvalidOperationException",
                        "No coercion operator is defined between types 'System.Boolean' and 'System.Decimal'.",
                    )));
                }
                let result = self.calculate(operator, &a, &b)?;
                return match left {
                    Value::Enum(member) => self.member_again(member, result),
                    _ => Ok(result),
                };
            }
        }
        let (method, symbol) = names(operator);
        self.operator_method(method, symbol, left, right)
    }

    /// The result of a calculation with a member of an enumeration: one again, if it is of the enumeration's own width.
    fn member_again(&self, member: &EnumValue, result: Value) -> Result<Value, Halt> {
        if let Value::Int32(number) = result {
            return Ok(Value::Enum(EnumValue {
                definition: member.definition.clone(),
                number: number.into(),
            }));
        }
        let found = crate::type_names::type_name(&result);
        Err(self.fail(failure::thrown(
            "System.InvalidCastException",
            format!(
                "Unable to cast object of type '{found}' to type '{}'.",
                member.definition.name
            ),
        )))
    }

    /// The number that a text is, of the type that it is written as; a text that is none is refused as one of
    /// `target`'s.
    pub(super) fn text_number(
        &mut self,
        text: &Text,
        target: &ParameterType,
    ) -> Result<Value, Halt> {
        let trimmed = text.trim();
        if trimmed.is_empty() {
            return Ok(Value::Int32(0));
        }
        match crate::language::number::parse(trimmed) {
            Some(number) => Ok(number),
            None => self.cast(&Value::text(trimmed), target),
        }
    }

    pub(super) fn calculate(
        &mut self,
        operator: BinaryOperator,
        a: &Number,
        b: &Number,
    ) -> Result<Value, Halt> {
        let divides = matches!(operator, BinaryOperator::Divide | BinaryOperator::Remainder);
        let real = matches!((a, b), (Number::Real(_), _) | (_, Number::Real(_)))
            && !matches!((a, b), (Number::Decimal(_), _) | (_, Number::Decimal(_)));
        if divides && b.is_zero() && !real {
            let record = failure::runtime(
                "RuntimeException",
                ErrorCategory::NotSpecified,
                failure::DIVIDED_BY_ZERO,
            );
            return Err(self.fail(record));
        }
        match (a, b) {
            (Number::Decimal(_), _) | (_, Number::Decimal(_)) => {
                let (Some(x), Some(y)) = (a.to_decimal(), b.to_decimal()) else {
                    return Err(self.fail(failure::thrown(
                        "System.OverflowException",
                        DECIMAL_OVERFLOW,
                    )));
                };
                decimal::calculate(operator, x, y)
                    .map(Value::Decimal)
                    .ok_or_else(|| {
                        self.fail(failure::runtime(
                            "RuntimeException",
                            ErrorCategory::NotSpecified,
                            DECIMAL_OVERFLOW,
                        ))
                    })
            }
            (Number::Integer(x, own), Number::Integer(y, other)) => {
                Ok(match common_width(*own, *x, *other, *y) {
                    Some(width) => integer(operator, *x, *y, width),
                    None => self.signed_with_unsigned(operator, a, b)?,
                })
            }
            _ => Ok(Value::Double(floating(operator, a.to_f64(), b.to_f64()))),
        }
    }

    /// A negative number and one of 64 bits without sign meet as decimals, or as doubles where these are too small.
    fn signed_with_unsigned(
        &mut self,
        operator: BinaryOperator,
        a: &Number,
        b: &Number,
    ) -> Result<Value, Halt> {
        let exact = match (a.to_decimal(), b.to_decimal()) {
            (Some(a), Some(b)) => decimal::calculate(operator, a, b),
            _ => None,
        };
        Ok(exact
            .map(Value::Decimal)
            .unwrap_or_else(|| Value::Double(floating(operator, a.to_f64(), b.to_f64()))))
    }

    /// `a..b`.
    pub(super) fn range(&mut self, left: &Value, right: &Value) -> Result<Value, Halt> {
        if let (Some(first), Some(last)) = (lone_character(left), lone_character(right)) {
            let units: Vec<Value> = if first <= last {
                (first..=last).map(Value::Char).collect()
            } else {
                (last..=first).rev().map(Value::Char).collect()
            };
            return Ok(Value::array(units));
        }
        let first = self.range_bound(left)?;
        let last = self.range_bound(right)?;
        size::of_range(first, last).map_err(|record| self.fail(*record))?;
        let items = if first <= last {
            (first..=last).map(Value::Int32).collect()
        } else {
            (last..=first).rev().map(Value::Int32).collect()
        };
        Ok(Value::array(items))
    }

    /// A bound of a range, as `Convert.ToInt32` has it.
    fn range_bound(&mut self, value: &Value) -> Result<i32, Halt> {
        let overflow = || {
            failure::thrown(
                "System.OverflowException",
                "Value was either too large or too small for an Int32.",
            )
        };
        match value.base() {
            Value::Null => Ok(0),
            Value::DateTime(_) => Err(self.fail(failure::thrown(
                "System.InvalidCastException",
                "Invalid cast from 'DateTime' to 'Int32'.",
            ))),
            Value::String(text) => {
                let trimmed = text.trim();
                let digits = trimmed.strip_prefix(['+', '-']).unwrap_or(trimmed);
                let plain = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
                trimmed.parse().map_err(|_| {
                    self.fail(if plain {
                        overflow()
                    } else {
                        failure::thrown(
                            "System.FormatException",
                            format!("The input string '{text}' was not in a correct format."),
                        )
                    })
                })
            }
            other => match Number::primitive(other) {
                Some(_) => match self.convert_silently(other, "System.Int32") {
                    Some(Value::Int32(number)) => Ok(number),
                    _ => Err(self.fail(overflow())),
                },
                None => {
                    let name = crate::type_names::type_name(other);
                    Err(self.fail(failure::thrown(
                        "System.InvalidCastException",
                        format!(
                            "Unable to cast object of type '{name}' to type 'System.IConvertible'."
                        ),
                    )))
                }
            },
        }
    }

    /// A value as one of a plain type; none if it is not convertible.
    pub(in crate::evaluate) fn convert_silently(
        &self,
        value: &Value,
        target: &str,
    ) -> Option<Value> {
        let target = crate::command::ParameterType::Plain(target.into());
        let context = crate::convert::ConversionContext::invariant(self.host.now());
        crate::convert::convert(value, &target, context).ok()
    }
}

/// A text of one character that is no digit, or a character.
fn lone_character(value: &Value) -> Option<u16> {
    match value {
        Value::Char(unit) => Some(*unit),
        Value::String(text) => {
            let mut units = text.encode_utf16();
            let first = units.next()?;
            let digit = u8::try_from(first).is_ok_and(|byte| byte.is_ascii_digit());
            (units.next().is_none() && !digit).then_some(first)
        }
        _ => None,
    }
}
