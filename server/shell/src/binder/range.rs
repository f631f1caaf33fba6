//! `ValidateRange`: a value becomes of the limits' type before it is held against them.

use std::cmp::Ordering;

use crate::binder::validate::Refusal;
use crate::command::{ParameterType, RangeKind};
use crate::convert;
use crate::text::{Culture, as_double, to_text};
use crate::type_names::{short_name, type_name};
use crate::value::Value;

/// `ValidateRange` between two limits of one type.
pub(crate) fn within(element: &Value, least: &Value, most: &Value) -> Result<(), Refusal> {
    let text = |value: &Value| to_text(value, Culture::Invariant);
    let limit = limits_type(least, most);
    let element = &as_type(element, &limit)?;
    if order(least, element) == Ordering::Greater {
        return Err(format!(
            "The {} argument is less than the minimum allowed range of {least}. Supply an argument that is greater \
             than or equal to {least} and then try the command again.",
            text(element),
            least = text(least)
        )
        .into());
    }
    if order(most, element) == Ordering::Less {
        return Err(format!(
            "The {} argument is greater than the maximum allowed range of {most}. Supply an argument that is less \
             than or equal to {most} and then try the command again.",
            text(element),
            most = text(most)
        )
        .into());
    }
    Ok(())
}

/// The type that a value must become to be held against the limits: theirs, or what both can become.
fn limits_type(least: &Value, most: &Value) -> ParameterType {
    let (least, most) = (type_name(least), type_name(most));
    ParameterType::Plain(if least == most {
        least
    } else if [&least, &most]
        .iter()
        .any(|name| &***name == "System.Decimal")
    {
        "System.Decimal".into()
    } else if [&least, &most]
        .iter()
        .any(|name| &***name == "System.Double")
    {
        "System.Double".into()
    } else {
        "System.Int64".into()
    })
}

fn as_type(element: &Value, limit: &ParameterType) -> Result<Value, Refusal> {
    let context = convert::ConversionContext::default();
    convert::convert(element, limit, context).map_err(|_| {
        let name = limit.full_name();
        let limit = short_name(&name);
        format!(
            "The argument cannot be validated because its type \"{}\" is not the same type ({limit}) as the maximum \
             and minimum limits of the parameter. Make sure the argument is of type {limit} and then try the command \
             again.",
            short_name(&type_name(element))
        )
        .into()
    })
}

pub(crate) fn order(a: &Value, b: &Value) -> Ordering {
    match (a, b) {
        (Value::TimeSpan(a), Value::TimeSpan(b)) => a.cmp(b),
        (Value::DateTime(a), Value::DateTime(b)) => a.ticks.cmp(&b.ticks),
        (Value::Version(a), Value::Version(b)) => a.cmp(b),
        (Value::Decimal(a), Value::Decimal(b)) => a.cmp(b),
        (Value::Int64(a), Value::Int64(b)) => a.cmp(b),
        _ => match (as_double(a), as_double(b)) {
            (Some(a), Some(b)) => a.partial_cmp(&b).unwrap_or(Ordering::Less),
            _ => to_text(a, Culture::Invariant).cmp(&to_text(b, Culture::Invariant)),
        },
    }
}

/// `ValidateRange` by the name of a side of zero.
pub(crate) fn of_kind(element: &Value, kind: RangeKind) -> Result<(), Refusal> {
    let number = match element {
        Value::TimeSpan(ticks) => Value::Int64(*ticks),
        Value::Double(_) | Value::Single(_) | Value::Decimal(_) => element.clone(),
        other if convert::number::is_number(other) => other.clone(),
        other => as_type(other, &ParameterType::Plain("System.Int32".into()))?,
    };
    let sign = order(&number, &Value::Int32(0));
    let (allowed, wanted) = match kind {
        RangeKind::Positive => (sign.is_gt(), "greater than zero"),
        RangeKind::NonNegative => (sign.is_ge(), "greater than or equal to zero"),
        RangeKind::Negative => (sign.is_lt(), "less than zero"),
        RangeKind::NonPositive => (sign.is_le(), "less than or equal to zero"),
    };
    if allowed {
        return Ok(());
    }
    Err(format!(
        "The argument \"{}\" cannot be validated because its value is not {wanted}.",
        to_text(element, Culture::Invariant)
    )
    .into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(outcome: Result<(), Refusal>) -> Option<String> {
        match outcome {
            Err(Refusal::Text(text)) => Some(text),
            _ => None,
        }
    }

    #[test]
    fn a_value_is_rounded_before_it_is_compared() {
        let check = |value| refusal(within(&value, &Value::Int32(1), &Value::Int32(10)));
        assert_eq!(check(Value::Double(10.4)), None);
        assert_eq!(check(Value::text("3")), None);
        assert!(check(Value::Double(10.6)).is_some_and(|text| text.starts_with("The 11 argument")));
        assert!(check(Value::text("x")).is_some_and(|text| text.contains("its type \"String\"")));
    }

    #[test]
    fn sides_of_zero_have_names() {
        let check = |kind, number| refusal(of_kind(&Value::Int32(number), kind)).is_none();
        assert!(check(RangeKind::Positive, 1) && !check(RangeKind::Positive, 0));
        assert!(check(RangeKind::NonNegative, 0) && !check(RangeKind::NonNegative, -1));
        assert!(check(RangeKind::Negative, -1) && !check(RangeKind::Negative, 0));
        assert!(check(RangeKind::NonPositive, 0) && !check(RangeKind::NonPositive, 1));
    }
}
