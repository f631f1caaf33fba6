//! Equality and order (`LanguagePrimitives.Equals` and `Compare`).

use std::cmp::Ordering;

use crate::command::ParameterType;
use crate::convert::semantic_version::SemanticVersion;
use crate::convert::{ConversionContext, convert};
use crate::evaluate::failure;
use crate::evaluate::operator::number::Number;
use crate::language::ast::BinaryOperator;
use crate::pipeline::engine::Engine;
use crate::pipeline::halt::Halt;
use crate::text::collation::{compare as compare_text, same as same_text};
use crate::text::{Culture, to_text};
use crate::type_names::type_name;
use crate::value::Value;

fn text_of(value: &Value) -> String {
    to_text(value, Culture::Invariant)
}

/// The second operand as the first one's type, as far as equality and order look at types.
fn as_type_of(first: &Value, second: &Value) -> Result<Value, crate::convert::ConversionError> {
    let target = match first {
        Value::Enum(value) => ParameterType::Enum(value.definition.clone()),
        other => ParameterType::Plain(type_name(other)),
    };
    convert(second, &target, ConversionContext::default())
}

/// `-eq` of two single values.
pub fn equal(first: &Value, second: &Value, case_sensitive: bool) -> bool {
    match (first, second) {
        (Value::Null, Value::Null) => true,
        (Value::Null, _) | (_, Value::Null) => false,
        (Value::Noted(noted), other) => equal(&noted.base, other, case_sensitive),
        (other, Value::Noted(noted)) => equal(other, &noted.base, case_sensitive),
        (Value::String(text), other) => same_text(text, &text_of(other), case_sensitive),
        (Value::Char(unit), Value::Char(other)) if !case_sensitive => same_char(*unit, *other),
        (Value::Char(unit), Value::String(text)) if !case_sensitive => {
            let mut units = text.encode_utf16();
            matches!((units.next(), units.next()), (Some(only), None) if same_char(*unit, only))
        }
        _ => {
            if let Some((a, b)) = numbers(first, second) {
                return b.is_ok_and(|b| a.compare(&b) == Some(Ordering::Equal));
            }
            if same_reference(first, second) {
                return true;
            }
            match as_type_of(first, second) {
                Ok(converted) => same_value(first, &converted, case_sensitive),
                Err(_) => false,
            }
        }
    }
}

/// Whether two characters are the same but for case (`char.ToUpperInvariant`).
fn same_char(a: u16, b: u16) -> bool {
    let upper = |unit: u16| char::from_u32(unit.into()).map(crate::text::char_to_upper);
    a == b || upper(a).is_some_and(|a| upper(b) == Some(a))
}

/// Both values as numbers, where the first is of a numeric type and the second may stand beside it: a number, a truth
/// value, a character, or a text that is read as it is written.
fn numbers(
    first: &Value,
    second: &Value,
) -> Option<(Number, Result<Number, crate::convert::ConversionError>)> {
    let a = Number::of(first)?;
    if let Value::String(text) = second {
        let written = crate::language::number::parse(text.trim());
        let b = match written.as_ref().and_then(Number::plain) {
            Some(number) => Ok(number),
            None => as_type_of(first, second)
                .map(|converted| Number::of(&converted).unwrap_or_else(|| a.clone())),
        };
        return Some((a, b));
    }
    let b = match &a {
        Number::Big(_) => Number::plain(second)?,
        _ => Number::primitive(second).or_else(|| Number::plain(second))?,
    };
    Some((a, Ok(b)))
}

/// Whether two collections or objects are one and the same.
fn same_reference(a: &Value, b: &Value) -> bool {
    use std::sync::Arc;
    match (a, b) {
        (Value::Object(a), Value::Object(b)) => Arc::ptr_eq(a, b),
        (Value::Array(a), Value::Array(b)) => Arc::ptr_eq(a, b),
        (Value::List(a), Value::List(b)) => Arc::ptr_eq(a, b),
        (Value::Dictionary(a), Value::Dictionary(b)) => Arc::ptr_eq(a, b),
        (Value::ScriptBlock(a), Value::ScriptBlock(b)) => Arc::ptr_eq(a, b),
        (Value::Error(a), Value::Error(b)) => Arc::ptr_eq(a, b),
        _ => false,
    }
}

/// The order of two values that are both semantic versions.
fn versions(a: &Value, b: &Value) -> Option<Ordering> {
    Some(SemanticVersion::of(a)?.compare(&SemanticVersion::of(b)?))
}

/// Equality of two values of one type.
fn same_value(a: &Value, b: &Value, case_sensitive: bool) -> bool {
    if let (Some(a), Some(b)) = (Number::of(a), Number::of(b)) {
        return a.compare(&b) == Some(Ordering::Equal);
    }
    match (a, b) {
        (Value::Bool(a) | Value::Switch(a), Value::Bool(b) | Value::Switch(b)) => a == b,
        (Value::DateTime(a), Value::DateTime(b)) => a.ticks == b.ticks,
        (Value::TimeSpan(a), Value::TimeSpan(b)) => a == b,
        (Value::Guid(a), Value::Guid(b)) => a == b,
        (Value::Version(a), Value::Version(b)) => a == b,
        (Value::Enum(a), Value::Enum(b)) => a.number == b.number,
        (Value::Type(a), Value::Type(b)) => a == b,
        (Value::Char(a), Value::Char(b)) => a == b,
        (Value::Named(_), Value::Named(_)) if let Some(order) = versions(a, b) => order.is_eq(),
        (Value::Named(a), Value::Named(b)) => same_text(&a.text, &b.text, case_sensitive),
        (Value::String(a), Value::String(b)) => same_text(a, b, case_sensitive),
        _ => same_reference(a, b),
    }
}

/// `-contains`: whether a collection, or a single value, holds another.
pub fn contains(collection: &Value, item: &Value, case_sensitive: bool) -> bool {
    match collection.elements() {
        Some(items) => items.iter().any(|own| equal(own, item, case_sensitive)),
        None => equal(collection, item, case_sensitive),
    }
}

/// Why two values have no order.
pub enum Unordered {
    /// The second is a text beside a number, and no number.
    Text(crate::convert::ConversionError),
    /// The second does not convert to the first one's type.
    Conversion(crate::convert::ConversionError),
    /// One is no number at all: neither more nor less than anything.
    NotANumber,
    /// The first is of a type without order.
    NotComparable,
}

/// Order of two single values.
///
/// # Errors
/// When they have none.
pub fn order(first: &Value, second: &Value, case_sensitive: bool) -> Result<Ordering, Unordered> {
    match (first, second) {
        (Value::Null, Value::Null) => return Ok(Ordering::Equal),
        (Value::Null, other) => return Ok(order_to_null(other).reverse()),
        (other, Value::Null) => return Ok(order_to_null(other)),
        (Value::Noted(noted), other) => return order(&noted.base, other, case_sensitive),
        (other, Value::Noted(noted)) => return order(other, &noted.base, case_sensitive),
        (Value::String(text), other) => {
            return Ok(compare_text(text, &text_of(other), case_sensitive));
        }
        _ => {}
    }
    if let Some((a, b)) = numbers(first, second) {
        let b = b.map_err(Unordered::Text)?;
        return a.compare(&b).ok_or(Unordered::NotANumber);
    }
    let converted = as_type_of(first, second).map_err(Unordered::Conversion)?;
    if let (Some(a), Some(b)) = (Number::of(first), Number::of(&converted)) {
        return Ok(a.compare(&b).unwrap_or(Ordering::Less));
    }
    Ok(match (first, &converted) {
        (Value::Bool(a) | Value::Switch(a), Value::Bool(b) | Value::Switch(b)) => a.cmp(b),
        (Value::DateTime(a), Value::DateTime(b)) => a.ticks.cmp(&b.ticks),
        (Value::TimeSpan(a), Value::TimeSpan(b)) => a.cmp(b),
        (Value::Guid(a), Value::Guid(b)) => a.cmp(b),
        (Value::Version(a), Value::Version(b)) => a.cmp(b),
        (Value::Enum(a), Value::Enum(b)) => a.number.cmp(&b.number),
        (Value::Char(a), Value::Char(b)) => a.cmp(b),
        (a, b) if let Some(order) = versions(a, b) => order,
        _ if equal(first, second, case_sensitive) => Ordering::Equal,
        _ => return Err(Unordered::NotComparable),
    })
}

/// A value against null: everything is more, but negative numbers.
fn order_to_null(value: &Value) -> Ordering {
    match Number::plain(value) {
        Some(number) if number.is_negative() => Ordering::Less,
        _ => Ordering::Greater,
    }
}

impl Engine<'_> {
    /// The comparison operators: a collection on the left is filtered.
    pub(super) fn compare(
        &mut self,
        operator: BinaryOperator,
        left: &Value,
        right: &Value,
    ) -> Result<Value, Halt> {
        match left.elements() {
            Some(items) => {
                let mut kept = Vec::new();
                for item in items {
                    if self.compare_one(operator, &item, right)? {
                        kept.push(item);
                    }
                }
                Ok(Value::array(kept))
            }
            None => self.compare_one(operator, left, right).map(Value::Bool),
        }
    }

    fn compare_one(
        &mut self,
        operator: BinaryOperator,
        left: &Value,
        right: &Value,
    ) -> Result<bool, Halt> {
        use BinaryOperator as B;
        if let Some(answer) = self.compared_by_class(operator, left, right)? {
            return Ok(answer);
        }
        let (case, holds): (bool, fn(Ordering) -> bool) = match operator {
            B::Equal(case) => return Ok(equal(left, right, case)),
            B::NotEqual(case) => return Ok(!equal(left, right, case)),
            B::GreaterThan(case) => (case, Ordering::is_gt),
            B::GreaterOrEqual(case) => (case, Ordering::is_ge),
            B::LessThan(case) => (case, Ordering::is_lt),
            B::LessOrEqual(case) => (case, Ordering::is_le),
            _ => return Ok(false),
        };
        Ok(self.ordered(left, right, case)?.is_some_and(holds))
    }

    /// The order of two values; none if one is no number at all.
    fn ordered(
        &mut self,
        left: &Value,
        right: &Value,
        case: bool,
    ) -> Result<Option<Ordering>, Halt> {
        match order(left, right, case) {
            Ok(order) => Ok(Some(order)),
            Err(Unordered::NotANumber) => Ok(None),
            Err(Unordered::Text(error)) => Err(self.fail(failure::conversion(error))),
            Err(Unordered::Conversion(error)) => Err(self.refuse(
                "ComparisonFailure",
                format!(
                    "Could not compare \"{}\" to \"{}\". Error: \"{}\"",
                    text_of(left),
                    text_of(right),
                    error.message
                ),
            )),
            Err(Unordered::NotComparable) => Err(self.refuse(
                "NotIcomparable",
                format!(
                    "Cannot compare \"{}\" because it is not IComparable.",
                    text_of(left)
                ),
            )),
        }
    }
}
