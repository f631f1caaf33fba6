//! Order and equality of values, as sorting, grouping and comparing commands see them.

use std::cmp::Ordering;

use crate::evaluate::operator::comparison;
use crate::text::{Culture, to_text};
use crate::value::Value;

/// Which comes first (`ObjectCommandComparer`): the second is read as the first one's type; what has no order compares
/// as text. Custom objects are all the same, for what holds their properties is one and the same.
pub(super) fn order(a: &Value, b: &Value, case_sensitive: bool) -> Ordering {
    let (a, b) = (a.base(), b.base());
    match (a, b) {
        (Value::String(a), Value::String(b)) => return order_texts(a, b, case_sensitive),
        (Value::Int32(a), Value::Int32(b)) => return a.cmp(b),
        (Value::Object(a), Value::Object(b)) if a.custom && b.custom => return Ordering::Equal,
        _ => {}
    }
    comparison::order(a, b, case_sensitive)
        .unwrap_or_else(|_| order_texts(&shown(a), &shown(b), case_sensitive))
}

/// What an object is as text when its properties do not count.
fn shown(value: &Value) -> String {
    match value {
        Value::Object(object) if object.custom => String::new(),
        other => to_text(other, Culture::Current),
    }
}

/// Whether neither of two values comes first.
pub(super) fn same(a: &Value, b: &Value, case_sensitive: bool) -> bool {
    order(a, b, case_sensitive) == Ordering::Equal
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
