//! Order and equality of values, as sorting, grouping and comparing commands see them.

use std::cmp::Ordering;

use crate::text::{Culture, as_double, to_text};
use crate::value::Value;

/// Which comes first. Numbers compare as numbers, texts as the culture sorts them, what differs in kind as text;
/// null comes first.
pub(super) fn order(a: &Value, b: &Value, case_sensitive: bool) -> Ordering {
    match (a, b) {
        (Value::Null, Value::Null) => Ordering::Equal,
        (Value::Null, _) => Ordering::Less,
        (_, Value::Null) => Ordering::Greater,
        (Value::Noted(a), b) => order(&a.base, b, case_sensitive),
        (a, Value::Noted(b)) => order(a, &b.base, case_sensitive),
        (Value::String(a), Value::String(b)) => order_texts(a, b, case_sensitive),
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        (Value::DateTime(a), Value::DateTime(b)) => a.ticks.cmp(&b.ticks),
        (Value::TimeSpan(a), Value::TimeSpan(b)) => a.cmp(b),
        (Value::Version(a), Value::Version(b)) => a.cmp(b),
        (Value::Enum(a), Value::Enum(b)) => a.number.cmp(&b.number),
        (Value::Int64(a), Value::Int64(b)) => a.cmp(b),
        (Value::Decimal(a), Value::Decimal(b)) => a.cmp(b),
        (Value::BigInteger(a), Value::BigInteger(b)) => a.cmp(b),
        _ => order_mixed(a, b, case_sensitive),
    }
}

/// A number against a text that reads as one compares as numbers; else both compare as text.
fn order_mixed(a: &Value, b: &Value, case_sensitive: bool) -> Ordering {
    let read = |value: &Value| match value {
        Value::String(text) => text.trim().parse::<f64>().ok(),
        Value::Bool(flag) => Some(f64::from(u8::from(*flag))),
        other => as_double(other),
    };
    let is_text = |value: &Value| matches!(value, Value::String(_));
    if !(is_text(a) && is_text(b))
        && let (Some(a), Some(b)) = (read(a), read(b))
    {
        return a
            .partial_cmp(&b)
            .unwrap_or_else(|| a.is_nan().cmp(&b.is_nan()).reverse());
    }
    order_texts(
        &to_text(a, Culture::Current),
        &to_text(b, Culture::Current),
        case_sensitive,
    )
}

/// Whether two values are the same to `-eq`.
pub(super) fn same(a: &Value, b: &Value, case_sensitive: bool) -> bool {
    match (a, b) {
        (Value::String(a), Value::String(b)) if case_sensitive => a == b,
        (Value::String(a), Value::String(b)) => crate::members::same_name(a, b),
        _ => order(a, b, case_sensitive) == Ordering::Equal,
    }
}

/// Order of two texts in en-US: blanks and punctuation before digits before letters; accents count where the letters
/// are the same, then case, small letters first.
pub(super) fn order_texts(a: &str, b: &str, case_sensitive: bool) -> Ordering {
    let primary = a
        .chars()
        .map(primary_weight)
        .cmp(b.chars().map(primary_weight));
    let accents = || a.chars().map(accent).cmp(b.chars().map(accent));
    let case = || {
        let upper = |text: &str| text.chars().map(char::is_uppercase).collect::<Vec<_>>();
        upper(a).cmp(&upper(b))
    };
    primary.then_with(accents).then_with(|| {
        if case_sensitive {
            case()
        } else {
            Ordering::Equal
        }
    })
}

/// Class of a character, and the letter without case and accent.
fn primary_weight(c: char) -> (u8, char) {
    let base = base_letter(c);
    let class = if base.is_whitespace() || base.is_control() {
        0
    } else if base.is_alphabetic() {
        3
    } else if base.is_numeric() {
        2
    } else {
        1
    };
    (class, base)
}

fn accent(c: char) -> char {
    let lower = c.to_lowercase().next().unwrap_or(c);
    if base_letter(c) == lower { '\0' } else { lower }
}

/// The letter of Western European languages without its accent, in lower case.
fn base_letter(c: char) -> char {
    let lower = c.to_lowercase().next().unwrap_or(c);
    match lower {
        'à'..='å' | 'ā' | 'ă' | 'ą' => 'a',
        'ç' | 'ć' | 'č' => 'c',
        'ď' | 'đ' => 'd',
        'è'..='ë' | 'ē' | 'ė' | 'ę' | 'ě' => 'e',
        'ğ' => 'g',
        'ì'..='ï' | 'ī' | 'į' => 'i',
        'ł' => 'l',
        'ñ' | 'ń' | 'ň' => 'n',
        'ò'..='ö' | 'ø' | 'ō' | 'ő' => 'o',
        'ŕ' | 'ř' => 'r',
        'ś' | 'ş' | 'š' => 's',
        'ť' | 'ţ' => 't',
        'ù'..='ü' | 'ū' | 'ů' | 'ű' => 'u',
        'ý' | 'ÿ' => 'y',
        'ź' | 'ż' | 'ž' => 'z',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_sort_as_the_culture_does() {
        let mut texts = ["b", "a", "C", "A", "é", "e", "1", "_", "z"];
        texts.sort_by(|a, b| order_texts(a, b, true));
        assert_eq!(texts, ["_", "1", "a", "A", "b", "C", "e", "é", "z"]);
    }

    #[test]
    fn numbers_and_texts_that_read_as_numbers_compare_as_numbers() {
        let (ten, eight) = (Value::Int32(10), Value::text("8"));
        assert_eq!(order(&ten, &eight, false), Ordering::Greater);
        assert_eq!(order(&Value::Null, &ten, false), Ordering::Less);
    }
}
