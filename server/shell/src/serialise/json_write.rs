//! Values as JSON, by the rules of `ConvertTo-Json`.

use crate::members;
use crate::text::{Culture, date_time_xml, double_round_trip, read, single_round_trip, to_text};
use crate::value::{Property, Value};

/// Which characters of strings are escaped beside quotes, backslashes and controls (`-EscapeHandling`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Escape {
    /// None.
    #[default]
    Default,
    /// All that are not ASCII.
    NonAscii,
    /// `<`, `>`, `&` and `'`.
    Html,
}

/// How to write.
#[derive(Clone, Copy, Debug)]
pub struct JsonOptions {
    /// Levels below the outermost value that are written in full.
    pub depth: usize,
    /// No line feeds and no indentation.
    pub compress: bool,
    /// Names of enumeration members instead of their numbers.
    pub enums_as_strings: bool,
    /// What to escape.
    pub escape: Escape,
}

impl Default for JsonOptions {
    fn default() -> Self {
        Self {
            depth: 2,
            compress: false,
            enums_as_strings: false,
            escape: Escape::Default,
        }
    }
}

/// Longest text that is written of one value, in bytes: values that hold each other many times over would have no end.
const MAX_TEXT: usize = 256 << 20;

/// Why a value cannot be written.
#[derive(Clone, Debug, thiserror::Error)]
pub enum JsonWriteError {
    /// A dictionary whose keys are not all strings.
    #[error(
        "The type '{}' is not supported for serialization or deserialization of a dictionary. Keys must be strings.",
        crate::type_names::type_name(.0)
    )]
    NonStringKey(Value),
    /// The text would be longer than a session may hold.
    #[error("The JSON of one object is larger than a session may hold.")]
    TooLarge,
}

/// Writes values one after the other.
#[derive(Debug)]
pub struct JsonWriter {
    options: JsonOptions,
    /// Whether anything lay deeper than the depth and was written as text.
    pub truncated: bool,
    /// How long the text may become with the value at hand.
    end: usize,
}

/// Whether a value that is known by its text is written as that: an address of the web, and what has no parts.
fn is_text(value: &Value, type_name: &str) -> bool {
    matches!(type_name, "System.Uri" | "System.Xml.XmlDocument")
        || members::properties(value).is_empty()
}

impl JsonWriter {
    /// A writer with these options.
    pub fn new(options: JsonOptions) -> Self {
        Self {
            options,
            truncated: false,
            end: usize::MAX,
        }
    }

    /// Appends one value as it stands `level` brackets deep; its own depth counts from 0.
    ///
    /// # Errors
    /// As [`JsonWriteError`] says.
    pub fn write(
        &mut self,
        value: &Value,
        level: usize,
        out: &mut String,
    ) -> Result<(), JsonWriteError> {
        self.end = out.len().saturating_add(MAX_TEXT);
        self.value(value, 0, level, out)
    }

    /// Appends a value that is an element of an outer array.
    ///
    /// # Errors
    /// As [`JsonWriteError`] says.
    pub fn write_element(&mut self, value: &Value, out: &mut String) -> Result<(), JsonWriteError> {
        self.end = out.len().saturating_add(MAX_TEXT);
        self.value(value, 1, 1, out)
    }

    /// Appends a line feed and the indentation of `level`.
    pub fn line(&self, level: usize, out: &mut String) {
        if !self.options.compress {
            out.push('\n');
            crate::format::cell::push_blanks(out, 2 * level);
        }
    }

    fn value(
        &mut self,
        value: &Value,
        depth: usize,
        level: usize,
        out: &mut String,
    ) -> Result<(), JsonWriteError> {
        if out.len() > self.end {
            return Err(JsonWriteError::TooLarge);
        }
        if self.scalar(value, out) {
            return Ok(());
        }
        if depth > self.options.depth {
            self.truncated = true;
            self.string(&to_text(value, Culture::Invariant), out);
            return Ok(());
        }
        match value {
            Value::Array(array) => self.items(&read(&array.items).clone(), depth, level, out),
            Value::List(list) => self.items(&read(&list.items).clone(), depth, level, out),
            Value::Dictionary(dictionary) => {
                let entries = read(&dictionary.entries);
                let mut members = Vec::with_capacity(entries.len());
                for (key, item) in entries.values() {
                    let Value::String(key) = key else {
                        return Err(JsonWriteError::NonStringKey(value.clone()));
                    };
                    members.push((key.clone(), item.clone()));
                }
                drop(entries);
                let members = members.iter().map(|(key, item)| (&**key, item));
                self.members(members, depth, level, out)
            }
            Value::Object(object) => {
                if object.instance.is_some() {
                    let properties = members::net_properties(object);
                    return self.members(named(&properties), depth, level, out);
                }
                let properties = read(&object.properties);
                self.members(named(&properties), depth, level, out)
            }
            Value::Noted(noted) => {
                let notes = read(&noted.notes);
                let own = std::iter::once(("value", &noted.base));
                self.members(own.chain(named(&notes)), depth, level, out)
            }
            other => {
                let mut properties = members::properties(other);
                if matches!(other, Value::Named(_)) {
                    // What PowerShell's type table adds stands behind the type's own.
                    let type_name = crate::type_names::type_name(other);
                    properties.sort_by_key(|property| members::is_added(&type_name, property));
                }
                self.members(named(&properties), depth, level, out)
            }
        }
    }

    /// Writes a scalar; false if the value has parts.
    fn scalar(&self, value: &Value, out: &mut String) -> bool {
        match value {
            Value::Null => out.push_str("null"),
            Value::Bool(flag) => out.push_str(if *flag { "true" } else { "false" }),
            Value::String(text) => self.string(text, out),
            Value::Int8(_)
            | Value::UInt8(_)
            | Value::Int16(_)
            | Value::UInt16(_)
            | Value::Int32(_)
            | Value::UInt32(_)
            | Value::Int64(_)
            | Value::UInt64(_)
            | Value::BigInteger(_) => crate::text::push_text(out, value, Culture::Invariant),
            Value::Double(n) if n.is_finite() => push_real(out, &double_round_trip(*n)),
            Value::Single(n) if n.is_finite() => push_real(out, &single_round_trip(*n)),
            Value::Double(n) => self.string(non_finite(*n), out),
            Value::Single(n) => self.string(non_finite(f64::from(*n)), out),
            Value::Decimal(n) => push_real(out, &n.to_string()),
            Value::DateTime(date) => self.string(&date_time_xml(*date), out),
            Value::Enum(member) if !self.options.enums_as_strings => {
                out.push_str(&member.number.to_string());
            }
            Value::Char(_)
            | Value::Guid(_)
            | Value::Enum(_)
            | Value::ScriptBlock(_)
            | Value::Type(_) => self.string(&crate::convert::net_text(value), out),
            Value::Named(scalar) if is_text(value, &scalar.type_name) => {
                self.string(&scalar.text, out);
            }
            // Notes on strings and dates are passed over (`JsonObject.AppendPsProperties`).
            Value::Noted(noted)
                if matches!(noted.base, Value::String(_) | Value::DateTime(_))
                    || read(&noted.notes).is_empty() =>
            {
                return self.scalar(&noted.base, out);
            }
            _ => return false,
        }
        true
    }

    fn items(
        &mut self,
        items: &[Value],
        depth: usize,
        level: usize,
        out: &mut String,
    ) -> Result<(), JsonWriteError> {
        out.push('[');
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                out.push(',');
            }
            self.line(level + 1, out);
            self.value(item, depth + 1, level + 1, out)?;
        }
        if !items.is_empty() {
            self.line(level, out);
        }
        out.push(']');
        Ok(())
    }

    fn members<'a>(
        &mut self,
        members: impl Iterator<Item = (&'a str, &'a Value)>,
        depth: usize,
        level: usize,
        out: &mut String,
    ) -> Result<(), JsonWriteError> {
        out.push('{');
        let mut empty = true;
        for (name, item) in members {
            if !empty {
                out.push(',');
            }
            empty = false;
            self.line(level + 1, out);
            self.string(name, out);
            out.push_str(if self.options.compress { ":" } else { ": " });
            self.value(item, depth + 1, level + 1, out)?;
        }
        if !empty {
            self.line(level, out);
        }
        out.push('}');
        Ok(())
    }

    fn string(&self, text: &str, out: &mut String) {
        out.push('"');
        let mut plain = 0;
        for (at, c) in text.char_indices() {
            if !self.needs_escape(c) {
                continue;
            }
            out.push_str(&text[plain..at]);
            plain = at + c.len_utf8();
            push_escape(out, c);
        }
        out.push_str(&text[plain..]);
        out.push('"');
    }

    fn needs_escape(&self, c: char) -> bool {
        match c {
            '"' | '\\' | '\0'..='\x1f' | '\u{85}' | '\u{2028}' | '\u{2029}' => true,
            '<' | '>' | '&' | '\'' => self.options.escape == Escape::Html,
            _ => !c.is_ascii() && self.options.escape == Escape::NonAscii,
        }
    }
}

fn named(properties: &[Property]) -> impl Iterator<Item = (&str, &Value)> {
    properties
        .iter()
        .map(|property| (&*property.name, &property.value))
}

/// Appends a character of a quoted text, escaped where it must be.
pub(super) fn push_char(out: &mut String, c: char) {
    match c {
        '"' | '\\' | '\0'..='\x1f' | '\u{85}' | '\u{2028}' | '\u{2029}' => push_escape(out, c),
        c => out.push(c),
    }
}

fn push_escape(out: &mut String, c: char) {
    match c {
        '"' => out.push_str("\\\""),
        '\\' => out.push_str("\\\\"),
        '\x08' => out.push_str("\\b"),
        '\x0c' => out.push_str("\\f"),
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        other => {
            for unit in other.encode_utf16(&mut [0; 2]) {
                out.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
}

/// A real number always shows that it is one.
fn push_real(out: &mut String, text: &str) {
    out.push_str(text);
    if !text.contains(['.', 'E']) {
        out.push_str(".0");
    }
}

fn non_finite(n: f64) -> &'static str {
    if n.is_nan() {
        "NaN"
    } else if n > 0.0 {
        "Infinity"
    } else {
        "-Infinity"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(value: &Value) -> String {
        let mut out = String::new();
        let mut writer = JsonWriter::new(JsonOptions::default());
        writer.write(value, 0, &mut out).expect("keys are strings");
        out
    }

    #[test]
    fn scalars_and_containers() {
        assert_eq!(json(&Value::Double(1.0)), "1.0");
        assert_eq!(json(&Value::Double(1e20)), "1E+20");
        assert_eq!(json(&Value::text("a\"\\\u{1}é<")), "\"a\\\"\\\\\\u0001é<\"");
        assert_eq!(json(&Value::array(vec![])), "[]");
        assert_eq!(json(&Value::array(vec![Value::Int32(1)])), "[\n  1\n]");
    }
}
