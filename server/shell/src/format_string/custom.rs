//! The custom formats of numbers (`#,##0.00`), in en-US.

use super::number::Digits;
use crate::value::Value;

/// Longest custom format, in bytes: what its places come to is printed digit by digit.
pub(super) const MAX_CUSTOM: usize = 10_000;
/// Significant digits of a double that a custom format looks at.
const CUSTOM_DIGITS: usize = 15;

/// What a section of a custom format asks for.
#[derive(Default)]
struct Section {
    /// Places for digits, and how many stand before the point.
    places: i32,
    point: Option<i32>,
    /// First and last place that always shows a digit.
    first_zero: Option<i32>,
    last_zero: i32,
    grouped: bool,
    /// Powers of ten that `%`, `‰` and trailing commas shift by.
    shift: i32,
    scientific: bool,
}

impl Section {
    fn read(pattern: &[char]) -> Self {
        let mut section = Self::default();
        let (mut commas_at, mut commas) = (None, 0);
        let mut at = 0;
        while let Some(&c) = pattern.get(at) {
            at += 1;
            match c {
                '#' => section.places += 1,
                '0' => {
                    section.first_zero.get_or_insert(section.places);
                    section.places += 1;
                    section.last_zero = section.places;
                }
                '.' => {
                    section.point.get_or_insert(section.places);
                }
                ',' if section.places > 0 && section.point.is_none() => {
                    if commas_at == Some(section.places) {
                        commas += 1;
                        continue;
                    }
                    section.grouped |= commas_at.is_some();
                    commas_at = Some(section.places);
                    commas = 1;
                }
                '%' => section.shift += 2,
                '\u{2030}' => section.shift += 3,
                '\'' | '"' => {
                    at += pattern[at..].iter().take_while(|q| **q != c).count() + 1;
                }
                '\\' => at += 1,
                'e' | 'E' if exponent_at(pattern, at).is_some() => {
                    section.scientific = true;
                    at = exponent_at(pattern, at).map_or(at, |(_, _, end)| end);
                }
                _ => {}
            }
        }
        let point = *section.point.get_or_insert(section.places);
        if let Some(place) = commas_at {
            if place == point {
                section.shift -= commas * 3;
            } else {
                section.grouped = true;
            }
        }
        section
    }
}

/// Behind an `E`: whether a plus is shown, how many digits at least, and where it ends.
fn exponent_at(pattern: &[char], at: usize) -> Option<(bool, usize, usize)> {
    let sign = pattern.get(at).copied();
    let from = match sign {
        Some('+' | '-') => at + 1,
        _ => at,
    };
    let zeros = pattern
        .get(from..)?
        .iter()
        .take_while(|c| **c == '0')
        .count();
    (zeros > 0).then_some((sign == Some('+'), zeros, from + zeros))
}

/// The sections of a custom format; semicolons in quotes part nothing.
fn sections(specifier: &str) -> Vec<Vec<char>> {
    let mut found = vec![Vec::new()];
    let mut quote = None;
    let mut characters = specifier.chars();
    while let Some(c) = characters.next() {
        match (c, quote) {
            (';', None) => {
                found.push(Vec::new());
                continue;
            }
            ('\'' | '"', None) => quote = Some(c),
            (c, Some(open)) if c == open => quote = None,
            _ => {}
        }
        if let Some(section) = found.last_mut() {
            section.push(c);
            if c == '\\' && quote.is_none() {
                section.extend(characters.next());
            }
        }
    }
    found
}

/// A custom numeric format: sections for positive, negative and zero.
pub(super) fn format_custom(value: &Value, specifier: &str) -> String {
    let sections = sections(specifier);
    let exact = Digits::of(value, CUSTOM_DIGITS);
    let wanted = match (exact.digits.is_empty(), exact.negative) {
        (true, _) => 2,
        (false, true) => 1,
        (false, false) => 0,
    };
    let mut chosen = match sections.get(wanted) {
        Some(section) if !section.is_empty() => wanted,
        _ => 0,
    };
    loop {
        let pattern = &sections[chosen];
        let section = Section::read(pattern);
        let mut number = exact.clone();
        if !number.digits.is_empty() {
            number.scale += section.shift;
            let fraction = section.places - section.point.unwrap_or(0);
            number.round(if section.scientific {
                section.places
            } else {
                number.scale + fraction
            });
            // What rounds to zero is shown as zero.
            if number.digits.is_empty()
                && chosen != 2
                && sections.get(2).is_some_and(|s| !s.is_empty())
            {
                chosen = 2;
                continue;
            }
        }
        let drawn = draw(pattern, &section, &number);
        return match number.negative && chosen == 0 && !drawn.is_empty() {
            true => format!("-{drawn}"),
            false => drawn,
        };
    }
}

/// Hands out the digits of a number to the places of a pattern.
struct Pen<'a> {
    number: &'a Digits,
    section: &'a Section,
    /// Index of the next digit.
    next: usize,
    /// Places that are left before the point; negative behind it.
    place: i32,
    /// Digits beyond the pattern's places, or places beyond the number's digits if negative.
    surplus: i32,
    pointed: bool,
}

impl Pen<'_> {
    fn push(&mut self, out: &mut String, digit: char) {
        out.push(digit);
        if self.section.grouped && self.place > 1 && (self.place - 1) % 3 == 0 {
            out.push(',');
        }
    }

    fn take(&mut self) -> Option<char> {
        let digit = self.number.digits.get(self.next)?;
        self.next += 1;
        Some(char::from(b'0' + digit))
    }

    /// The first place takes what the pattern has no places for.
    fn push_surplus(&mut self, out: &mut String) {
        while self.surplus > 0 {
            let digit = self.take().unwrap_or('0');
            self.push(out, digit);
            self.place -= 1;
            self.surplus -= 1;
        }
    }

    fn push_place(&mut self, out: &mut String) {
        self.push_surplus(out);
        let point = self.section.point.unwrap_or(self.section.places);
        let least = self
            .section
            .first_zero
            .map_or(0, |first| (point - first).max(0));
        let last = (point - self.section.last_zero).min(0);
        let digit = if self.surplus < 0 {
            self.surplus += 1;
            (self.place <= least).then_some('0')
        } else {
            self.take().or_else(|| (self.place > last).then_some('0'))
        };
        if let Some(digit) = digit {
            self.push(out, digit);
        }
        self.place -= 1;
    }

    fn push_point(&mut self, out: &mut String) {
        self.push_surplus(out);
        let point = self.section.point.unwrap_or(self.section.places);
        let digits_left = point < self.section.places && self.next < self.number.digits.len();
        if self.place == 0 && !self.pointed && (self.section.last_zero > point || digits_left) {
            out.push('.');
            self.pointed = true;
        }
    }
}

/// Puts the digits into the places of the pattern, literals around them.
fn draw(pattern: &[char], section: &Section, number: &Digits) -> String {
    let point = section.point.unwrap_or(section.places);
    let (place, surplus) = if section.scientific {
        (point, 0)
    } else {
        (number.scale.max(point), number.scale - point)
    };
    let mut pen = Pen {
        number,
        section,
        next: 0,
        place,
        surplus,
        pointed: false,
    };
    let mut out = String::new();
    let mut at = 0;
    while let Some(&c) = pattern.get(at) {
        at += 1;
        match c {
            '#' | '0' => pen.push_place(&mut out),
            '.' => pen.push_point(&mut out),
            ',' => {}
            '\'' | '"' => {
                let text: String = pattern[at..].iter().take_while(|q| **q != c).collect();
                at += text.chars().count() + 1;
                out.push_str(&text);
            }
            '\\' => {
                out.extend(pattern.get(at));
                at += 1;
            }
            'e' | 'E' => match exponent_at(pattern, at) {
                Some((plus, digits, end)) => {
                    let exponent = if number.digits.is_empty() {
                        0
                    } else {
                        number.scale - point
                    };
                    out.push(c);
                    match exponent {
                        ..0 => out.push('-'),
                        _ if plus => out.push('+'),
                        _ => {}
                    }
                    out.push_str(&format!("{:0digits$}", exponent.abs()));
                    at = end;
                }
                None => out.push(c),
            },
            literal => out.push(literal),
        }
    }
    out
}
