//! Sets of characters: `[…]`, `\d`, `\p{…}`.

use super::escape::{character, property};
use super::scan::{Fault, Scanner};

/// The blocks of characters that patterns name, and their ranges.
const BLOCKS: &[(&str, &str)] = &[
    ("IsBasicLatin", "\\x00-\\x7f"),
    ("IsLatin-1Supplement", "\\u{80}-\\u{ff}"),
    ("IsLatinExtended-A", "\\u{100}-\\u{17f}"),
    ("IsLatinExtended-B", "\\u{180}-\\u{24f}"),
    ("IsGreek", "\\u{370}-\\u{3ff}"),
    ("IsGreekandCoptic", "\\u{370}-\\u{3ff}"),
    ("IsCyrillic", "\\u{400}-\\u{4ff}"),
    ("IsHebrew", "\\u{590}-\\u{5ff}"),
    ("IsArabic", "\\u{600}-\\u{6ff}"),
    ("IsHiragana", "\\u{3040}-\\u{309f}"),
    ("IsKatakana", "\\u{30a0}-\\u{30ff}"),
    ("IsCJKUnifiedIdeographs", "\\u{4e00}-\\u{9fff}"),
];

/// General categories.
const CATEGORIES: &[&str] = &[
    "C", "Cc", "Cf", "Cn", "Co", "L", "Ll", "Lm", "Lo", "Lt", "Lu", "M", "Mc", "Me", "Mn", "N",
    "Nd", "Nl", "No", "P", "Pc", "Pd", "Pe", "Pf", "Pi", "Po", "Ps", "S", "Sc", "Sk", "Sm", "So",
    "Z", "Zl", "Zp", "Zs",
];

/// A property as the engine writes it.
pub(super) fn property_set(
    scanner: &Scanner<'_>,
    name: &str,
    negated: bool,
) -> Result<String, Fault> {
    if CATEGORIES.contains(&name) {
        let letter = if negated { 'P' } else { 'p' };
        return Ok(format!("\\{letter}{{{name}}}"));
    }
    match BLOCKS.iter().find(|(block, _)| *block == name) {
        Some((_, range)) => {
            let not = if negated { "^" } else { "" };
            Ok(format!("[{not}{range}]"))
        }
        None => Err(scanner.fault(format!("Unknown property '{name}'."))),
    }
}

/// A character within a set, as the engine writes it.
fn push(out: &mut String, c: char) {
    if matches!(c, '\\' | '[' | ']' | '^' | '-' | '&' | '~') {
        out.push('\\');
        out.push(c);
    } else if c.is_control() {
        out.push_str(&format!("\\x{{{:x}}}", u32::from(c)));
    } else {
        out.push(c);
    }
}

/// What a set says next.
enum Item {
    /// A character, and whether it is written as an escape.
    One(char, bool),
    /// A set within the set.
    Set(String),
    Close,
}

fn item(scanner: &mut Scanner<'_>, first: bool, ranged: bool) -> Result<Option<Item>, Fault> {
    let Some(c) = scanner.next() else {
        return Ok(None);
    };
    if c == ']' && !first {
        return Ok(Some(Item::Close));
    }
    if c != '\\' || scanner.at_end() {
        return Ok(Some(Item::One(c, false)));
    }
    let scan_only = scanner.groups.is_none();
    match scanner.peek() {
        Some(letter @ ('d' | 'D' | 's' | 'S' | 'w' | 'W')) => {
            scanner.at += 1;
            if ranged && !scan_only {
                return Err(class_in_range(scanner, letter));
            }
            Ok(Some(Item::Set(format!("\\{letter}"))))
        }
        Some(letter @ ('p' | 'P')) => {
            scanner.at += 1;
            if ranged && !scan_only {
                return Err(class_in_range(scanner, letter));
            }
            let name = property(scanner)?;
            if scan_only {
                return Ok(Some(Item::Set(String::new())));
            }
            property_set(scanner, &name, letter == 'P').map(|set| Some(Item::Set(set)))
        }
        _ => Ok(Some(Item::One(character(scanner)?, true))),
    }
}

fn class_in_range(scanner: &Scanner<'_>, letter: char) -> Fault {
    scanner.fault(format!(
        "Cannot include class \\{letter} in character range."
    ))
}

/// A set behind its opening bracket, as the engine writes it.
pub(super) fn scan(scanner: &mut Scanner<'_>) -> Result<String, Fault> {
    let scan_only = scanner.groups.is_none();
    let negated = scanner.take('^');
    let (mut set, mut subtracted) = (String::new(), String::new());
    let mut from: Option<char> = None;
    let mut first = true;
    let closed = loop {
        let (c, escaped) = match item(scanner, first, from.is_some())? {
            None => break false,
            Some(Item::Close) => break true,
            Some(Item::Set(inner)) => {
                set.push_str(&inner);
                first = false;
                continue;
            }
            Some(Item::One(c, escaped)) => (c, escaped),
        };
        let was_first = std::mem::replace(&mut first, false);
        if let Some(start) = from.take() {
            if c == '[' && !escaped && !was_first && !scan_only {
                push(&mut set, start);
                subtracted = subtraction(scanner)?;
            } else if start > c && !scan_only {
                return Err(scanner.fault("[x-y] range in reverse order."));
            } else {
                push(&mut set, start);
                set.push('-');
                push(&mut set, c);
            }
        } else if scanner.peek() == Some('-') && scanner.ahead(1).is_some_and(|next| next != ']') {
            from = Some(c);
            scanner.at += 1;
        } else if c == '-' && !escaped && scanner.peek() == Some('[') && !was_first {
            scanner.at += 1;
            subtracted = subtraction(scanner)?;
        } else {
            push(&mut set, c);
        }
    };
    if !closed {
        return Err(scanner.fault("Unterminated [] set."));
    }
    Ok(written(&set, negated, &subtracted))
}

fn subtraction(scanner: &mut Scanner<'_>) -> Result<String, Fault> {
    let inner = scan(scanner)?;
    if scanner.groups.is_some() && scanner.peek().is_some_and(|c| c != ']') {
        return Err(scanner.fault("A subtraction must be the last element in a character class."));
    }
    Ok(inner)
}

fn written(set: &str, negated: bool, subtracted: &str) -> String {
    let not = if negated { "^" } else { "" };
    if subtracted.is_empty() {
        format!("[{not}{set}]")
    } else {
        format!("[[{not}{set}]--{subtracted}]")
    }
}
