//! Equality and order (`LanguagePrimitives.Equals` and `Compare`).

use std::cmp::Ordering;

use crate::command::ParameterType;
use crate::convert::{ConversionContext, convert};
use crate::evaluate::failure;
use crate::evaluate::operator::number::Number;
use crate::language::ast::BinaryOperator;
use crate::pipeline::engine::Engine;
use crate::pipeline::halt::Halt;
use crate::text::{Culture, to_text};
use crate::type_names::type_name;
use crate::value::Value;

/// Whether two texts are the same.
pub fn same_text(a: &str, b: &str, case_sensitive: bool) -> bool {
    if case_sensitive {
        return a == b;
    }
    if a.is_ascii() && b.is_ascii() {
        return a.eq_ignore_ascii_case(b);
    }
    a.to_lowercase() == b.to_lowercase()
}

/// Order of texts as a culture has it: letters after digits after signs, case counts last, lower before upper.
pub fn compare_text(a: &str, b: &str, case_sensitive: bool) -> Ordering {
    let class = |c: char| match c {
        _ if c.is_alphabetic() => 3,
        _ if c.is_numeric() => 2,
        _ if c.is_whitespace() => 0,
        _ => 1,
    };
    let key = |c: char| (class(c), base_letter(c));
    let order = a.chars().map(key).cmp(b.chars().map(key));
    if order != Ordering::Equal {
        return order;
    }
    let fold = |text: &str| text.to_lowercase();
    let order = fold(a).cmp(&fold(b));
    if order != Ordering::Equal || !case_sensitive {
        return order;
    }
    // Lower case comes first.
    b.cmp(a)
}

/// A letter without case and, for the common ones, without accent.
fn base_letter(c: char) -> char {
    let lower = c.to_lowercase().next().unwrap_or(c);
    match lower {
        'à'..='å' => 'a',
        'ç' => 'c',
        'è'..='ë' => 'e',
        'ì'..='ï' => 'i',
        'ñ' => 'n',
        'ò'..='ö' => 'o',
        'ù'..='ü' => 'u',
        'ý' | 'ÿ' => 'y',
        other => other,
    }
}

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
        (Value::Char(unit), Value::Char(other)) if !case_sensitive => same_text(
            &crate::text::char_text(*unit),
            &crate::text::char_text(*other),
            false,
        ),
        (Value::Char(unit), Value::String(text)) if !case_sensitive => {
            let own = crate::text::char_text(*unit);
            text.chars().count() == 1 && same_text(&own, text, false)
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
