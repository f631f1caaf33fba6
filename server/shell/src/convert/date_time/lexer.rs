//! The tokens of `DateTime.Parse`, in the words of en-US and of the invariant culture, which are the same
//! (.NET's `__DTString` and `DateTimeFormatInfo.Tokenize`).

use super::DateFailure;
use crate::text::{DAY_NAMES, MONTH_NAMES};

/// Digits that a number may have.
const MAX_DIGITS: usize = 8;

/// What a text is read from.
pub(super) struct Cursor {
    characters: Vec<char>,
    /// Of the next character.
    pub(super) at: usize,
}

/// What stands at the cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Word {
    /// Its value, which is none if it has too many digits, and whether it has as many as a year.
    Number {
        value: Option<i64>,
        is_year: bool,
    },
    /// From 1.
    Month(i64),
    /// From 0, which is Sunday.
    DayOfWeek(i64),
    Half(Half),
    Zone,
    Era,
    /// A comma or a full stop.
    Ignorable,
    End,
    Unknown,
}

/// What stands behind a number or a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Separator {
    End,
    Space,
    Half(Half),
    Date,
    Time,
    /// `-`, which may begin the offset of a zone.
    DateOrOffset,
    /// The `T` of ISO 8601.
    TimeMark,
}

/// A half of the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Half {
    Am,
    Pm,
}

impl Cursor {
    pub(super) fn new(text: &str) -> Self {
        Self {
            characters: text.chars().collect(),
            at: 0,
        }
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.characters.get(self.at).copied()
    }

    /// Whether more than one character is left.
    pub(super) fn has_more_than_one(&self) -> bool {
        self.at + 1 < self.characters.len()
    }

    /// Takes a character if it comes next.
    pub(super) fn take(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        self.at += usize::from(found);
        found
    }

    pub(super) fn skip_white_space(&mut self) {
        while self.peek().is_some_and(char::is_whitespace) {
            self.at += 1;
        }
    }

    /// The failure that blames the word at the cursor.
    pub(super) fn unknown_word(&self) -> DateFailure {
        DateFailure::UnknownWord(
            self.characters[..self.at]
                .iter()
                .map(|c| c.len_utf16())
                .sum(),
        )
    }

    /// The digits at the cursor: their value, if they are not too many, and how many there are.
    fn digits(&mut self) -> (Option<i64>, usize) {
        let start = self.at;
        let mut value = 0_i64;
        while let Some(digit) = self.peek().and_then(|c| c.to_digit(10)) {
            value = value.saturating_mul(10).saturating_add(digit.into());
            self.at += 1;
        }
        let length = self.at - start;
        ((length <= MAX_DIGITS).then_some(value), length)
    }

    /// Two digits.
    pub(super) fn two_digits(&mut self) -> Option<i64> {
        let digit = |at: usize| self.characters.get(at)?.to_digit(10).map(i64::from);
        let value = digit(self.at)? * 10 + digit(self.at + 1)?;
        self.at += 2;
        Some(value)
    }

    /// What follows a full stop, as part of a second; none if no digit does.
    pub(super) fn fraction(&mut self) -> Option<f64> {
        let (mut sum, mut weight, start) = (0.0, 0.1, self.at);
        while let Some(digit) = self.peek().and_then(|c| c.to_digit(10)) {
            sum += f64::from(digit) * weight;
            weight *= 0.1;
            self.at += 1;
        }
        (self.at > start).then_some(sum)
    }

    /// The offset of a zone in minutes: `+8`, `+08`, `+0800`, `+8:00`. The cursor stays where none is.
    pub(super) fn offset(&mut self) -> Option<i64> {
        let start = self.at;
        let read = self.offset_after_sign();
        if read.is_none() {
            self.at = start;
        }
        read
    }

    fn offset_after_sign(&mut self) -> Option<i64> {
        let sign = match self.peek()? {
            '+' => 1,
            '-' => -1,
            _ => return None,
        };
        self.at += 1;
        let (value, length) = self.digits();
        let value = value?;
        let (hours, minutes) = match length {
            1 | 2 if self.take(':') => match self.digits() {
                (Some(minutes), 1 | 2) => (value, minutes),
                _ => return None,
            },
            1 | 2 => (value, 0),
            3 | 4 => (value / 100, value % 100),
            _ => return None,
        };
        (minutes < 60).then_some(sign * (hours * 60 + minutes))
    }

    /// The next word. An unknown one stays.
    pub(super) fn word(&mut self) -> Word {
        self.skip_white_space();
        let Some(first) = self.peek() else {
            return Word::End;
        };
        if first.is_ascii_digit() {
            let (value, length) = self.digits();
            let is_year = (3..=MAX_DIGITS).contains(&length);
            return Word::Number { value, is_year };
        }
        if matches!(first, ',' | '.') {
            self.at += 1;
            return Word::Ignorable;
        }
        if let Some(half) = self.half() {
            return Word::Half(half);
        }
        let number_of = |position: usize| i64::try_from(position).unwrap_or(0);
        if let Some(month) = self.name(&MONTH_NAMES) {
            return Word::Month(number_of(month) + 1);
        }
        if let Some(day) = self.name(&DAY_NAMES) {
            return Word::DayOfWeek(number_of(day));
        }
        if self.takes("A.D.") || self.takes("AD") {
            return Word::Era;
        }
        if self.takes("GMT") || self.takes("Z") {
            return Word::Zone;
        }
        Word::Unknown
    }

    /// What stands behind a number or a month: white space, unless it is something else.
    pub(super) fn separator(&mut self) -> Separator {
        const RIGHT_TO_LEFT_MARK: char = '\u{200f}';
        while self
            .peek()
            .is_some_and(|c| c.is_whitespace() || c == RIGHT_TO_LEFT_MARK)
        {
            self.at += 1;
        }
        let separator = match self.peek() {
            None => return Separator::End,
            Some('/') => Separator::Date,
            Some(':') => Separator::Time,
            Some('-') => Separator::DateOrOffset,
            Some(_) if self.takes("T") => return Separator::TimeMark,
            Some(_) => return self.half().map_or(Separator::Space, Separator::Half),
        };
        self.at += 1;
        separator
    }

    fn half(&mut self) -> Option<Half> {
        if self.takes("AM") {
            return Some(Half::Am);
        }
        self.takes("PM").then_some(Half::Pm)
    }

    /// The place of a name in a list, in full or by its first three letters.
    fn name(&mut self, names: &[&str]) -> Option<usize> {
        names
            .iter()
            .position(|name| self.takes(name) || self.takes(&name[..3]))
    }

    /// Takes a word, in any case, that no letter follows.
    fn takes(&mut self, word: &str) -> bool {
        let end = self.at + word.len();
        let matches = self.characters.get(self.at..end).is_some_and(|found| {
            found
                .iter()
                .zip(word.chars())
                .all(|(a, b)| a.eq_ignore_ascii_case(&b))
        });
        let is_whole = !self.characters.get(end).is_some_and(|c| c.is_alphabetic());
        if matches && is_whole {
            self.at = end;
        }
        matches && is_whole
    }

    /// Takes what Visual Basic puts around a date: one pair of `#`; and zeros at the end.
    pub(super) fn punctuation(&mut self) -> bool {
        match self.peek() {
            Some('#') => {
                let text: String = self.characters.iter().collect();
                let mut parts = text.split('#');
                let before = parts.next().unwrap_or_default();
                let behind = parts.nth(1);
                let is_pair = parts.next().is_none()
                    && before.chars().all(char::is_whitespace)
                    && behind.is_some_and(|behind| {
                        behind.chars().all(|c| c.is_whitespace() || c == '\0')
                    })
                    && !text[..text.rfind('#').unwrap_or(0)].contains('\0');
                self.at += usize::from(is_pair);
                is_pair
            }
            Some('\0') if self.characters[self.at..].iter().all(|&c| c == '\0') => {
                self.at = self.characters.len();
                true
            }
            _ => false,
        }
    }
}
