//! What a backslash and the characters behind it stand for.

use super::scan::{Fault, Scanner, is_word};

/// An escape sequence.
#[derive(Debug)]
pub(super) enum Escape {
    /// A character.
    Char(char),
    /// `\d`, `\W` and their like: the letter.
    Class(char),
    /// `\p{…}` or `\P{…}`: a property, negated or not.
    Property(String, bool),
    /// `\b`, `\A` and their like: the letter.
    Anchor(char),
    /// A group that matched before, by its number.
    Group(usize),
}

impl Escape {
    /// What stands behind a backslash, outside of a set.
    pub(super) fn scan(scanner: &mut Scanner<'_>) -> Result<Self, Fault> {
        match scanner.peek() {
            Some(c @ ('b' | 'B' | 'A' | 'G' | 'Z' | 'z')) => {
                scanner.at += 1;
                Ok(Self::Anchor(c))
            }
            Some(c @ ('w' | 'W' | 's' | 'S' | 'd' | 'D')) => {
                scanner.at += 1;
                Ok(Self::Class(c))
            }
            Some(c @ ('p' | 'P')) => {
                scanner.at += 1;
                if scanner.groups.is_none() {
                    return Ok(Self::Anchor(c));
                }
                Ok(Self::Property(property(scanner)?, c == 'P'))
            }
            _ => Self::reference(scanner),
        }
    }

    /// `\1`, `\k<name>`, or a character.
    fn reference(scanner: &mut Scanner<'_>) -> Result<Self, Fault> {
        let start = scanner.at;
        let close = Self::opening(scanner)?;
        let first = scanner.peek();
        match (close, first) {
            (Some(close), Some('0'..='9')) => {
                let number = scanner.decimal();
                if scanner.take(close) {
                    return match scanner.groups {
                        Some(groups) if !groups.has_number(number) => {
                            Err(undefined(scanner, number))
                        }
                        _ => Ok(Self::Group(number)),
                    };
                }
            }
            (None, Some('1'..='9')) => {
                let number = scanner.decimal();
                match scanner.groups {
                    Some(groups) if !groups.has_number(number) => {
                        if number <= 9 {
                            return Err(undefined(scanner, number));
                        }
                    }
                    _ => return Ok(Self::Group(number)),
                }
            }
            (Some(close), Some(c)) if is_word(c) => {
                let name = scanner.name();
                if scanner.take(close) {
                    return match scanner.groups.map(|groups| groups.named(&name)) {
                        None => Ok(Self::Group(0)),
                        Some(Some(number)) => Ok(Self::Group(number)),
                        Some(None) => {
                            Err(scanner
                                .fault(format!("Reference to undefined group name '{name}'.")))
                        }
                    };
                }
            }
            _ => {}
        }
        scanner.at = start;
        character(scanner).map(Self::Char)
    }

    /// The `k<`, `k'`, `<` or `'` before a group's name; what closes it.
    fn opening(scanner: &mut Scanner<'_>) -> Result<Option<char>, Fault> {
        let closing = |c: Option<char>| match c {
            Some('<') => Some('>'),
            Some('\'') => Some('\''),
            _ => None,
        };
        match scanner.peek() {
            Some('k') => {
                let close = closing(scanner.ahead(1));
                scanner.at += if scanner.ahead(1).is_some() { 2 } else { 0 };
                if close.is_none() || scanner.at_end() {
                    return Err(scanner.fault("Malformed \\k<...> named back reference."));
                }
                Ok(close)
            }
            other if scanner.ahead(1).is_some() => {
                let close = closing(other);
                scanner.at += usize::from(close.is_some());
                Ok(close)
            }
            _ => Ok(None),
        }
    }
}

fn undefined(scanner: &Scanner<'_>, number: usize) -> Fault {
    scanner.fault(format!("Reference to undefined group number {number}."))
}

/// The name within `{…}` behind `\p`.
pub(super) fn property(scanner: &mut Scanner<'_>) -> Result<String, Fault> {
    const INCOMPLETE: &str = "Incomplete \\p{X} character escape.";
    if scanner.ahead(2).is_none() {
        return Err(scanner.fault(INCOMPLETE));
    }
    if scanner.next() != Some('{') {
        return Err(scanner.fault("Malformed \\p{X} character escape."));
    }
    let start = scanner.at;
    while scanner.peek().is_some_and(|c| is_word(c) || c == '-') {
        scanner.at += 1;
    }
    let name = scanner.pattern[start..scanner.at].iter().collect();
    if scanner.next() != Some('}') {
        return Err(scanner.fault(INCOMPLETE));
    }
    Ok(name)
}

/// The one character that an escape stands for.
pub(super) fn character(scanner: &mut Scanner<'_>) -> Result<char, Fault> {
    let Some(c) = scanner.next() else {
        return Err(scanner.fault("Illegal \\ at end of pattern."));
    };
    Ok(match c {
        '0'..='7' => {
            scanner.at -= 1;
            octal(scanner)
        }
        'x' => hexadecimal(scanner, 2)?,
        'u' => hexadecimal(scanner, 4)?,
        'a' => '\u{7}',
        'b' => '\u{8}',
        'e' => '\u{1b}',
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'v' => '\u{b}',
        'c' => control(scanner)?,
        other if is_word(other) => {
            return Err(scanner.fault(format!("Unrecognized escape sequence \\{other}.")));
        }
        other => other,
    })
}

fn octal(scanner: &mut Scanner<'_>) -> char {
    let mut code = 0;
    for _ in 0..3 {
        let Some(digit) = scanner.peek().and_then(|c| c.to_digit(8)) else {
            break;
        };
        code = code * 8 + digit;
        scanner.at += 1;
    }
    char::from((code & 0xff) as u8)
}

fn hexadecimal(scanner: &mut Scanner<'_>, digits: usize) -> Result<char, Fault> {
    let mut code = 0;
    for _ in 0..digits {
        match scanner.next().and_then(|c| c.to_digit(16)) {
            Some(digit) => code = code * 16 + digit,
            None => return Err(scanner.fault("Insufficient hexadecimal digits.")),
        }
    }
    // Half of a pair is no character here.
    Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER))
}

fn control(scanner: &mut Scanner<'_>) -> Result<char, Fault> {
    match scanner.next().map(|c| c.to_ascii_uppercase()) {
        None => Err(scanner.fault("Missing control character.")),
        Some(c @ '@'..='_') => Ok(char::from(c as u8 - b'@')),
        Some(_) => Err(scanner.fault("Unrecognized control character.")),
    }
}
