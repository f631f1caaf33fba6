//! Scalars of JSON: strings with their escapes, words, numbers.

use crate::serialise::json_number::read_number;
use crate::serialise::json_read::JsonError;
use crate::serialise::json_token::{Container, Read, Token, Tokenizer};
use crate::value::Value;

impl Tokenizer<'_> {
    pub(super) fn null_or_new(&mut self) -> Read<Token> {
        match self.text.as_bytes().get(self.at + 1) {
            Some(b'u') => self.word("null", "Error parsing null value.", Value::Null),
            Some(b'e') => self.constructor(),
            Some(_) => Err(self.fail("Unexpected character encountered while parsing value: n.")),
            None => {
                self.at += 1;
                Err(self.end())
            }
        }
    }

    /// `new`, a name and the bracket of its arguments (`JsonTextReader.ParseConstructor`).
    fn constructor(&mut self) -> Read<Token> {
        let same = self.step_along("new");
        if same < "new".len() || !self.is_separated() {
            return Err(self.fail("Unexpected content while parsing JSON."));
        }
        self.skip_blanks();
        loop {
            match self.peek() {
                None => return Err(self.fail("Unexpected end while parsing constructor.")),
                Some(c) if c.is_alphanumeric() => self.at += c.len_utf8(),
                Some(c) if c == '(' || c == '\0' || c.is_whitespace() => break,
                Some(c) => return Err(self.unexpected_in_constructor(c)),
            }
        }
        self.skip_blanks();
        match self.peek() {
            Some('(') => self.at += 1,
            other => return Err(self.unexpected_in_constructor(other.unwrap_or('\0'))),
        }
        self.start(Container::Constructor)
    }

    fn unexpected_in_constructor(&self, found: char) -> JsonError {
        self.fail(format_args!(
            "Unexpected character while parsing constructor: {found}."
        ))
    }

    /// Steps along a word as far as the text follows it, and tells how far that is.
    fn step_along(&mut self, word: &str) -> usize {
        let same = self.text[self.at..]
            .bytes()
            .zip(word.bytes())
            .take_while(|(a, b)| a == b)
            .count();
        self.at += same;
        same
    }

    pub(super) fn real_word(&mut self, word: &str, value: f64) -> Read<Token> {
        self.word(
            word,
            format_args!("Error parsing {word} value."),
            Value::Double(value),
        )
    }

    /// A word, with something that separates it from what follows.
    pub(super) fn word(
        &mut self,
        word: &str,
        problem: impl std::fmt::Display,
        value: Value,
    ) -> Read<Token> {
        let rest = &self.text[self.at..];
        if rest.encode_utf16().take(word.len()).count() < word.len() {
            self.at = self.text.len();
            return Err(self.end());
        }
        if self.step_along(word) < word.len() || !self.is_separated() {
            return Err(self.fail(problem));
        }
        self.begin_scalar();
        Ok(self.scalar(value))
    }

    fn is_separated(&self) -> bool {
        self.peek().is_none_or(|c| {
            matches!(c, '}' | ']' | ',' | '\0')
                || c == ')' && self.is_in_constructor()
                || c.is_whitespace()
                || self.starts_with("//")
                || self.starts_with("/*")
        })
    }

    pub(super) fn number(&mut self) -> Read<Token> {
        let start = self.at;
        while let Some(c) = self.peek() {
            match c {
                '-' | '+' | '.' | '0'..='9' | 'a'..='f' | 'A'..='F' | 'x' | 'X' => self.at += 1,
                '\0' | ',' | '}' | ']' | ')' | '/' => break,
                c if c.is_whitespace() => break,
                c => {
                    return Err(self.fail(format_args!(
                        "Unexpected character encountered while parsing number: {c}."
                    )));
                }
            }
        }
        self.begin_scalar();
        match read_number(&self.text[start..self.at]) {
            Ok(value) => Ok(self.scalar(value)),
            Err(problem) => Err(self.fail(problem)),
        }
    }

    /// What follows an opening quote, up to the closing one.
    pub(super) fn string(&mut self, quote: char) -> Read<String> {
        let mut out = String::new();
        loop {
            let start = self.at;
            let rest = &self.text[start..];
            let length = rest.find(['\\', '\r', '\n', quote]);
            let Some(length) = length else {
                self.at = self.text.len();
                return Err(self.unterminated(quote));
            };
            out.push_str(&rest[..length]);
            self.at += length;
            match self.peek() {
                Some('\\') => self.escape(quote, &mut out)?,
                Some('\r' | '\n') => {
                    let from = self.at;
                    self.line_end();
                    out.push_str(&self.text[from..self.at]);
                }
                _ => {
                    self.at += 1;
                    return Ok(out);
                }
            }
        }
    }

    fn unterminated(&self, quote: char) -> JsonError {
        self.fail(format_args!(
            "Unterminated string. Expected delimiter: {quote}."
        ))
    }

    fn escape(&mut self, quote: char, out: &mut String) -> Read<()> {
        self.at += 1;
        let Some(c) = self.peek() else {
            return Err(self.unterminated(quote));
        };
        self.at += c.len_utf8();
        out.push(match c {
            'b' => '\u{8}',
            't' => '\t',
            'n' => '\n',
            'f' => '\u{c}',
            'r' => '\r',
            '"' | '\'' | '\\' | '/' => c,
            'u' => return self.unicode(out),
            other => {
                return Err(self.fail(format_args!("Bad JSON escape sequence: \\{other}.")));
            }
        });
        Ok(())
    }

    /// The digits of `\u`, and those of the pair's second half; half a pair becomes U+FFFD.
    fn unicode(&mut self, out: &mut String) -> Read<()> {
        let mut units = vec![self.unicode_unit()?];
        while matches!(units.last(), Some(0xd800..=0xdbff)) && self.starts_with("\\u") {
            self.at += 2;
            units.push(self.unicode_unit()?);
        }
        out.push_str(&String::from_utf16_lossy(&units));
        Ok(())
    }

    fn unicode_unit(&mut self) -> Read<u16> {
        let rest = &self.text[self.at..];
        let mut ends = rest.char_indices().map(|(at, _)| at);
        let Some(length) = ends.nth(4) else {
            return Err(self.fail("Unexpected end while parsing Unicode escape sequence."));
        };
        let digits = &rest[..length];
        let unit = digits
            .bytes()
            .all(|digit| digit.is_ascii_hexdigit())
            .then(|| u16::from_str_radix(digits, 16).ok());
        match unit.flatten() {
            Some(unit) => {
                self.at += length;
                Ok(unit)
            }
            None => Err(self.fail(format_args!(
                "Invalid Unicode escape sequence: \\u{digits}."
            ))),
        }
    }
}
