//! JSON as values, by the rules of `ConvertFrom-Json`: lenient as Newtonsoft's reader is, and with its messages.

use std::sync::Arc;

use indexmap::IndexMap;

use crate::text::read_iso_date;
use crate::value::{Dictionary, Object, Property, Text, Value};

/// How to read.
#[derive(Clone, Copy, Debug)]
pub struct JsonReadOptions {
    /// Objects become ordered hashtables instead of custom objects.
    pub as_hashtable: bool,
    /// Brackets that may be open at once.
    pub max_depth: usize,
}

/// Why a text is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JsonError {
    /// It is not JSON.
    #[error("Conversion from JSON failed with error: {0}")]
    Malformed(String),
    /// An object has a member without a name.
    #[error(
        "The provided JSON includes a property whose name is an empty string, this is only supported using the -AsHashTable switch."
    )]
    EmptyKey,
    /// Two names differ in case only.
    #[error(
        "Cannot convert the JSON string because it contains keys with different casing. Please use the -AsHashTable switch instead. The key that was attempted to be added to the existing key '{0}' was '{1}'."
    )]
    KeysWithDifferentCasing(Text, Text),
}

/// Reads one document.
///
/// # Errors
/// As [`JsonError`] says.
pub fn read_json(text: &str, options: JsonReadOptions) -> Result<Value, JsonError> {
    let mut reader = Reader {
        text,
        at: 0,
        options,
        path: Vec::new(),
    };
    reader.skip_blanks();
    if reader.peek().is_none() {
        return Ok(Value::Null);
    }
    let value = reader.value(0)?;
    reader.skip_blanks();
    match reader.peek() {
        None => Ok(value),
        Some(c) => Err(reader.fail(format_args!(
            "Additional text encountered after finished reading JSON content: {c}."
        ))),
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    options: JsonReadOptions,
    path: Vec<String>,
}

impl Reader<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn bump(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        Some(c)
    }

    /// Blanks and comments.
    fn skip_blanks(&mut self) {
        loop {
            while self.peek().is_some_and(char::is_whitespace) {
                self.bump();
            }
            if self.rest().starts_with("//") {
                self.at += self.rest().find('\n').unwrap_or_else(|| self.rest().len());
            } else if self.rest().starts_with("/*") {
                self.at += self
                    .rest()
                    .find("*/")
                    .map_or_else(|| self.rest().len(), |end| end + 2);
            } else {
                return;
            }
        }
    }

    fn fail(&self, message: std::fmt::Arguments<'_>) -> JsonError {
        let before = &self.text[..self.at];
        let line = before.matches('\n').count() + 1;
        let position = before
            .rsplit('\n')
            .next()
            .map_or(0, |last| last.encode_utf16().count());
        JsonError::Malformed(format!(
            "{message} Path '{}', line {line}, position {position}.",
            self.path_text()
        ))
    }

    fn path_text(&self) -> String {
        let mut out = String::new();
        for part in &self.path {
            if !out.is_empty() && !part.starts_with('[') {
                out.push('.');
            }
            out.push_str(part);
        }
        out
    }

    fn end(&self) -> JsonError {
        self.fail(format_args!("Unexpected end when reading JSON."))
    }

    fn value(&mut self, depth: usize) -> Result<Value, JsonError> {
        if depth > self.options.max_depth {
            return Err(self.fail(format_args!(
                "The reader's MaxDepth of {} has been exceeded.",
                self.options.max_depth
            )));
        }
        match self.peek() {
            None => Err(self.end()),
            Some('{') => self.object(depth),
            Some('[') => self.array(depth),
            Some(quote @ ('"' | '\'')) => {
                let text = self.string(quote)?;
                Ok(read_iso_date(&text).map_or_else(|| Value::text(text), Value::DateTime))
            }
            Some('-' | '0'..='9' | '.') => self.number(),
            Some(_) => self.word(),
        }
    }

    fn word(&mut self) -> Result<Value, JsonError> {
        for (word, value) in [
            ("true", Value::Bool(true)),
            ("false", Value::Bool(false)),
            ("null", Value::Null),
            ("NaN", Value::Double(f64::NAN)),
            ("Infinity", Value::Double(f64::INFINITY)),
            ("undefined", Value::Null),
        ] {
            if self.rest().starts_with(word) {
                self.at += word.len();
                return Ok(value);
            }
        }
        let c = self.peek().unwrap_or('\0');
        Err(self.fail(format_args!(
            "Unexpected character encountered while parsing value: {c}."
        )))
    }

    fn number(&mut self) -> Result<Value, JsonError> {
        if self.rest().starts_with("-Infinity") {
            self.at += "-Infinity".len();
            return Ok(Value::Double(f64::NEG_INFINITY));
        }
        let length = self
            .rest()
            .find(|c: char| !matches!(c, '0'..='9' | '-' | '+' | '.' | 'e' | 'E'))
            .unwrap_or_else(|| self.rest().len());
        let text = self.rest()[..length].to_owned();
        self.at += length;
        let malformed = |reader: &Self| {
            reader.fail(format_args!("Input string '{text}' is not a valid number."))
        };
        if text.contains(['.', 'e', 'E']) {
            return match text.parse::<f64>() {
                Ok(n) => Ok(Value::Double(n)),
                Err(_) => Err(malformed(self)),
            };
        }
        if let Ok(n) = text.parse::<i64>() {
            return Ok(Value::Int64(n));
        }
        let number = (text.len() <= crate::language::number::MAX_LENGTH)
            .then(|| text.parse::<num_bigint::BigInt>().ok());
        match number.flatten() {
            Some(n) => Ok(Value::BigInteger(Arc::new(n))),
            None => Err(malformed(self)),
        }
    }

    fn string(&mut self, quote: char) -> Result<String, JsonError> {
        self.bump();
        let mut units: Vec<u16> = Vec::new();
        loop {
            match self.bump() {
                None => {
                    return Err(self.fail(format_args!(
                        "Unterminated string. Expected delimiter: {quote}."
                    )));
                }
                Some(c) if c == quote => return Ok(String::from_utf16_lossy(&units)),
                Some('\\') => {
                    let unit = self.escape()?;
                    units.push(unit);
                }
                Some(c) => units.extend_from_slice(c.encode_utf16(&mut [0; 2])),
            }
        }
    }

    fn escape(&mut self) -> Result<u16, JsonError> {
        let c = self.bump().ok_or_else(|| self.end())?;
        Ok(match c {
            'b' => 8,
            't' => 9,
            'n' => 10,
            'f' => 12,
            'r' => 13,
            '"' | '\'' | '\\' | '/' => c as u16,
            'u' => {
                let digits = self.rest().get(..4).unwrap_or("");
                let unit = u16::from_str_radix(digits, 16);
                let Ok(unit) = unit else {
                    return Err(self.fail(format_args!(
                        "Unexpected end while parsing Unicode escape sequence."
                    )));
                };
                self.at += 4;
                unit
            }
            other => {
                return Err(self.fail(format_args!("Bad JSON escape sequence: \\{other}.")));
            }
        })
    }

    fn array(&mut self, depth: usize) -> Result<Value, JsonError> {
        self.bump();
        let mut items = Vec::new();
        loop {
            self.skip_blanks();
            match self.peek() {
                None => return Err(self.end()),
                Some(']') => {
                    self.bump();
                    return Ok(Value::array(items));
                }
                Some(_) => {}
            }
            self.path.push(format!("[{}]", items.len()));
            items.push(self.value(depth + 1)?);
            self.skip_blanks();
            match self.peek() {
                Some(',') => {
                    self.bump();
                    self.path.pop();
                }
                Some(']') => {
                    self.path.pop();
                }
                None => {
                    return Err(self.end());
                }
                Some(c) => {
                    return Err(self.fail(format_args!(
                        "After parsing a value an unexpected character was encountered: {c}."
                    )));
                }
            }
        }
    }

    fn name(&mut self) -> Result<String, JsonError> {
        match self.peek() {
            Some(quote @ ('"' | '\'')) => self.string(quote),
            Some(c) if c.is_alphanumeric() || c == '_' || c == '$' => {
                let length = self
                    .rest()
                    .find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$'));
                match length {
                    Some(length) => {
                        let name = self.rest()[..length].to_owned();
                        self.at += length;
                        Ok(name)
                    }
                    None => {
                        self.at = self.text.len();
                        Err(self.fail(format_args!(
                            "Unexpected end while parsing unquoted property name."
                        )))
                    }
                }
            }
            Some(c) => Err(self.fail(format_args!("Invalid property identifier character: {c}."))),
            None => Err(self.end()),
        }
    }

    fn object(&mut self, depth: usize) -> Result<Value, JsonError> {
        self.bump();
        let mut members: IndexMap<Text, (Text, Value)> = IndexMap::new();
        loop {
            self.skip_blanks();
            match self.peek() {
                None => return Err(self.end()),
                Some('}') => {
                    self.bump();
                    return Ok(self.finish(members));
                }
                Some(_) => {}
            }
            let name = self.name()?;
            self.skip_blanks();
            match self.peek() {
                Some(':') => {
                    self.bump();
                }
                Some(c) => {
                    return Err(self.fail(format_args!(
                        "Invalid character after parsing property name. Expected ':' but got: {c}."
                    )));
                }
                None => return Err(self.end()),
            }
            self.path.push(name.clone());
            self.skip_blanks();
            let value = self.value(depth + 1)?;
            self.skip_blanks();
            match self.peek() {
                Some(',') => {
                    self.bump();
                }
                Some('}') => {}
                None => return Err(self.end()),
                Some(c) => {
                    return Err(self.fail(format_args!(
                        "After parsing a value an unexpected character was encountered: {c}."
                    )));
                }
            }
            self.path.pop();
            self.keep(&mut members, name.into(), value)?;
        }
    }

    /// Keeps one member; the last of equal names wins.
    fn keep(
        &self,
        members: &mut IndexMap<Text, (Text, Value)>,
        name: Text,
        value: Value,
    ) -> Result<(), JsonError> {
        if self.options.as_hashtable {
            members.insert(name.clone(), (name, value));
            return Ok(());
        }
        if name.is_empty() {
            return Err(JsonError::EmptyKey);
        }
        let folded = Text::from(name.to_lowercase());
        if let Some((known, _)) = members.get(&folded)
            && *known != name
        {
            return Err(JsonError::KeysWithDifferentCasing(known.clone(), name));
        }
        members.insert(folded, (name, value));
        Ok(())
    }

    fn finish(&self, members: IndexMap<Text, (Text, Value)>) -> Value {
        if self.options.as_hashtable {
            let entries = members
                .into_iter()
                .map(|(key, (name, value))| (key, (Value::String(name), value)))
                .collect::<IndexMap<_, _>>();
            return Value::Dictionary(Arc::new(Dictionary {
                type_name: "System.Management.Automation.OrderedHashtable".into(),
                entries: entries.into(),
            }));
        }
        let properties = members
            .into_values()
            .map(|(name, value)| Property {
                name,
                value,
                note: true,
            })
            .collect();
        Value::Object(Arc::new(Object::custom(properties)))
    }
}
