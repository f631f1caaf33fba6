//! Arithmetic: which type a result has, what overflows into what, and `+` of texts and collections.

use crate::error_record::ErrorCategory;
use crate::evaluate::operator::number::{
    Number, Width, big, common_width, decimal, floating, integer,
};
use crate::evaluate::{MAX_GROWTH, failure, hashtable};
use crate::language::ast::BinaryOperator;
use crate::pipeline::engine::Engine;
use crate::pipeline::halt::Halt;
use crate::text::{Culture, read, to_text};
use crate::value::{DateTime, Value};

fn symbol_method(operator: BinaryOperator) -> &'static str {
    match operator {
        BinaryOperator::Add => "op_Addition",
        BinaryOperator::Subtract => "op_Subtraction",
        BinaryOperator::Multiply => "op_Multiply",
        BinaryOperator::Divide => "op_Division",
        _ => "op_Modulus",
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
        if let (Some(a), Some(b)) = (Number::plain(left), Number::plain(right)) {
            return self.calculate(operator, &a, &b);
        }
        match operator {
            BinaryOperator::Add => self.add(left, right),
            BinaryOperator::Multiply => self.multiply(left, right),
            BinaryOperator::Subtract => self.subtract(left, right),
            _ => self.numeric(operator, left, right),
        }
    }

    fn add(&mut self, left: &Value, right: &Value) -> Result<Value, Halt> {
        match (left, right) {
            (Value::Noted(noted), other) => self.add(&noted.base, other),
            (Value::Null, other) => Ok(other.clone()),
            (Value::String(text), other) => {
                let mut sum = text.to_string();
                self.push_joined(&mut sum, other);
                if sum.len() > MAX_GROWTH {
                    return Err(self.fail(failure::too_large()));
                }
                Ok(Value::text(sum))
            }
            (Value::Char(unit), Value::String(_) | Value::Char(_)) => {
                let mut sum = crate::text::char_text(*unit);
                self.push_joined(&mut sum, right);
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
            (Value::DateTime(date), other) => {
                let ticks = self.time_span_argument(other, "op_Addition")?;
                Ok(Value::DateTime(DateTime {
                    ticks: date.ticks.saturating_add(ticks),
                    kind: date.kind,
                }))
            }
            (Value::TimeSpan(ticks), other) => {
                let more = self.time_span_argument(other, "op_Addition")?;
                Ok(Value::TimeSpan(ticks.saturating_add(more)))
            }
            _ => self.numeric(BinaryOperator::Add, left, right),
        }
    }

    fn subtract(&mut self, left: &Value, right: &Value) -> Result<Value, Halt> {
        match (left, right) {
            (Value::Noted(noted), other) => self.subtract(&noted.base, other),
            (Value::DateTime(date), Value::DateTime(other)) => {
                Ok(Value::TimeSpan(date.ticks - other.ticks))
            }
            (Value::DateTime(date), other) => {
                let ticks = self.time_span_argument(other, "op_Subtraction")?;
                Ok(Value::DateTime(DateTime {
                    ticks: date.ticks.saturating_sub(ticks),
                    kind: date.kind,
                }))
            }
            (Value::TimeSpan(ticks), other) => {
                let less = self.time_span_argument(other, "op_Subtraction")?;
                Ok(Value::TimeSpan(ticks.saturating_sub(less)))
            }
            _ => self.numeric(BinaryOperator::Subtract, left, right),
        }
    }

    fn time_span_argument(&mut self, value: &Value, method: &str) -> Result<i64, Halt> {
        let target = crate::command::ParameterType::Plain("System.TimeSpan".into());
        let context = crate::convert::ConversionContext::invariant(self.host.now());
        match crate::convert::convert(value, &target, context) {
            Ok(Value::TimeSpan(ticks)) => Ok(ticks),
            Ok(_) => Ok(0),
            Err(error) => {
                let record = crate::error_record::ErrorRecord::new(
                    "MethodArgumentConversionInvalidCastArgument",
                    ErrorCategory::NotSpecified,
                    "System.Management.Automation.MethodException",
                    format!(
                        "Cannot convert argument \"1\", with value: \"{}\", for \"{method}\" to type \"System.TimeSpan\": \"{}\"",
                        to_text(value, Culture::Current),
                        error.message
                    ),
                );
                Err(self.fail(record))
            }
        }
    }

    fn multiply(&mut self, left: &Value, right: &Value) -> Result<Value, Halt> {
        match left {
            Value::Noted(noted) => self.multiply(&noted.base, right),
            Value::String(text) => {
                let times = self.repetitions(right)?;
                if text.len().saturating_mul(times) > MAX_GROWTH {
                    return Err(self.fail(failure::too_large()));
                }
                Ok(Value::text(text.repeat(times)))
            }
            Value::Array(_) | Value::List(_) => {
                let items = left.elements().unwrap_or_default();
                let times = match self.cast_to(right, "System.UInt32")? {
                    Value::UInt32(times) => times as usize,
                    _ => 0,
                };
                if items.len().saturating_mul(times) > MAX_GROWTH {
                    return Err(self.fail(failure::too_large()));
                }
                let repeated = std::iter::repeat_n(items, times).flatten().collect();
                Ok(Value::array(repeated))
            }
            Value::Null => Ok(Value::Null),
            _ => self.numeric(BinaryOperator::Multiply, left, right),
        }
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

    /// Both operands as numbers.
    fn numeric(
        &mut self,
        operator: BinaryOperator,
        left: &Value,
        right: &Value,
    ) -> Result<Value, Halt> {
        let method = symbol_method(operator);
        let a = self.number_operand(left, right, method)?;
        // What is no number on the right may have the operator of its own type.
        match right {
            Value::TimeSpan(_) | Value::DateTime(_)
                if matches!(operator, BinaryOperator::Add | BinaryOperator::Subtract) =>
            {
                return self.time_on_the_right(operator, left, right, method);
            }
            Value::Array(_)
            | Value::List(_)
            | Value::Dictionary(_)
            | Value::Object(_)
            | Value::Version(_)
            | Value::Guid(_)
            | Value::ScriptBlock(_)
            | Value::Type(_)
            | Value::DateTime(_) => {
                return Err(self.fail(failure::method_not_found(right, method)));
            }
            _ => {}
        }
        let b = self.number_operand(right, left, method)?;
        self.calculate(operator, &a, &b)
    }

    /// A number and a time: the number is taken as a span of ticks.
    fn time_on_the_right(
        &mut self,
        operator: BinaryOperator,
        left: &Value,
        right: &Value,
        method: &str,
    ) -> Result<Value, Halt> {
        let more = self.time_span_argument(right, method)?;
        let own = self.time_span_argument(left, method)?;
        Ok(Value::TimeSpan(if operator == BinaryOperator::Add {
            own.saturating_add(more)
        } else {
            own.saturating_sub(more)
        }))
    }

    /// An operand as a number; a text that is none is refused as one of the other operand's type.
    fn number_operand(
        &mut self,
        value: &Value,
        beside: &Value,
        method: &str,
    ) -> Result<Number, Halt> {
        if let Some(number) = Number::of(value) {
            return Ok(number);
        }
        match value {
            Value::Null => Ok(Number::Integer(0, Width::Int)),
            Value::Bool(flag) | Value::Switch(flag) => {
                Ok(Number::Integer((*flag).into(), Width::Int))
            }
            Value::Char(unit) => Ok(Number::Integer((*unit).into(), Width::Int)),
            Value::String(text) => self.text_number(text, value, beside),
            Value::Noted(noted) => self.number_operand(&noted.base, beside, method),
            other => Err(self.fail(failure::method_not_found(other, method))),
        }
    }

    /// The number that a text is.
    pub(super) fn text_number(
        &mut self,
        text: &str,
        value: &Value,
        beside: &Value,
    ) -> Result<Number, Halt> {
        let trimmed = text.trim();
        if trimmed.is_empty() {
            return Ok(Number::Integer(0, Width::Int));
        }
        if let Some(number) = crate::language::number::parse(trimmed)
            .as_ref()
            .and_then(Number::plain)
        {
            return Ok(number);
        }
        let target = match beside {
            Value::Int64(_)
            | Value::UInt64(_)
            | Value::UInt32(_)
            | Value::Double(_)
            | Value::Single(_)
            | Value::Decimal(_) => crate::type_names::type_name(beside),
            _ => "System.Int32".into(),
        };
        let converted = self.cast_to(value, &target)?;
        Ok(Number::plain(&converted).unwrap_or(Number::Integer(0, Width::Int)))
    }

    fn calculate(
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
                "Attempted to divide by zero.",
            );
            return Err(self.fail(record));
        }
        let value = match (a, b) {
            (Number::Big(_), _) | (_, Number::Big(_)) => match (a.to_big(), b.to_big()) {
                (Some(a), Some(b)) => Some(big(operator, &a, &b)),
                _ => None,
            },
            (Number::Decimal(_), _) | (_, Number::Decimal(_)) => {
                match (a.to_decimal(), b.to_decimal()) {
                    (Some(a), Some(b)) => decimal(operator, a, b),
                    _ => None,
                }
            }
            (Number::Integer(x, own), Number::Integer(y, other)) => Some(integer(
                operator,
                *x,
                *y,
                common_width(*own, *x, *other, *y),
            )),
            _ => Some(Value::Double(floating(operator, a.to_f64(), b.to_f64()))),
        };
        value.ok_or_else(|| {
            self.fail(failure::runtime(
                "RuntimeException",
                ErrorCategory::NotSpecified,
                "Value was either too large or too small for a Decimal.",
            ))
        })
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
        let length = i64::from(first).abs_diff(i64::from(last));
        if length > MAX_GROWTH as u64 {
            return Err(self.fail(failure::too_large()));
        }
        let items = if first <= last {
            (first..=last).map(Value::Int32).collect()
        } else {
            (last..=first).rev().map(Value::Int32).collect()
        };
        Ok(Value::array(items))
    }

    /// A bound of a range, as `Convert.ToInt32` has it.
    fn range_bound(&mut self, value: &Value) -> Result<i32, Halt> {
        match value {
            Value::Array(_)
            | Value::List(_)
            | Value::Dictionary(_)
            | Value::TimeSpan(_)
            | Value::Version(_)
            | Value::Guid(_)
            | Value::Object(_) => {
                let name = crate::type_names::type_name(value);
                Err(self.fail(failure::thrown(
                    "System.InvalidCastException",
                    format!(
                        "Unable to cast object of type '{name}' to type 'System.IConvertible'."
                    ),
                )))
            }
            Value::DateTime(_) => Err(self.fail(failure::thrown(
                "System.InvalidCastException",
                "Invalid cast from 'DateTime' to 'Int32'.",
            ))),
            Value::String(text) => text.trim().parse().map_err(|_| {
                self.fail(failure::thrown(
                    "System.FormatException",
                    format!("The input string '{text}' was not in a correct format."),
                ))
            }),
            other => match self.cast_to(other, "System.Int32")? {
                Value::Int32(number) => Ok(number),
                _ => Ok(0),
            },
        }
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
