//! Objects as the XML of `ConvertTo-Xml`: `Object` elements with `Property` elements in them (`CustomSerialization`).

use crate::members;
use crate::serialise::clixml_primitive::primitive;
use crate::text::{Culture, read, to_round_trip_text, to_text};
use crate::type_names::type_name;
use crate::value::{Object, Property, Text, Value};

/// Levels that are written whatever the depth says.
const MAX_LEVELS: usize = 100;

/// Most bytes of one object's elements: objects that hold each other many times over have no end.
const MAX_BYTES: usize = 256 << 20;

/// The type of custom objects.
const CUSTOM: &str = "System.Management.Automation.PSCustomObject";

/// Why an object cannot be written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ObjectXmlError {
    /// A character that XML cannot carry.
    #[error("'{}', hexadecimal value 0x{:02X}, is an invalid character.", if *.0 == '\0' { '.' } else { *.0 }, u32::from(*.0))]
    InvalidCharacter(char),
    /// A note of an object that is shown as text is null, which PowerShell's own command does not expect either.
    #[error("Object reference not set to an instance of an object.")]
    NullNote,
    /// The document would be larger than a session may hold.
    #[error("The XML of one object is larger than a session may hold.")]
    TooLarge,
}

/// An element: it has a text, elements in it, or neither.
#[derive(Debug, Default)]
pub struct Element {
    name: &'static str,
    attributes: Vec<(&'static str, Text)>,
    text: Option<String>,
    elements: Vec<Self>,
}

impl Element {
    /// One with others in it.
    pub fn with(name: &'static str, elements: Vec<Self>) -> Self {
        Self {
            name,
            elements,
            ..Self::default()
        }
    }

    /// Appends the element as text, each element in a line of its own and indented by two blanks a level.
    ///
    /// # Errors
    /// When a text holds a character that XML cannot carry.
    pub fn push_indented(&self, out: &mut String, level: usize) -> Result<(), ObjectXmlError> {
        self.push(out, Some(level))
    }

    /// Appends the element as text, in one line.
    ///
    /// # Errors
    /// When a text holds a character that XML cannot carry.
    pub fn push_flat(&self, out: &mut String) -> Result<(), ObjectXmlError> {
        self.push(out, None)
    }

    fn push(&self, out: &mut String, level: Option<usize>) -> Result<(), ObjectXmlError> {
        out.push('<');
        out.push_str(self.name);
        for (name, value) in &self.attributes {
            out.push(' ');
            out.push_str(name);
            out.push_str("=\"");
            push_text(out, value, true)?;
            out.push('"');
        }
        let text = self.text.as_deref().unwrap_or("");
        if text.is_empty() && self.elements.is_empty() {
            out.push_str(" />");
            return Ok(());
        }
        out.push('>');
        push_text(out, text, false)?;
        let line = |out: &mut String, level: usize| {
            out.push('\n');
            crate::format::cell::push_blanks(out, 2 * level);
        };
        for element in &self.elements {
            if let Some(level) = level {
                line(out, level + 1);
            }
            element.push(out, level.map(|level| level + 1))?;
        }
        if let (Some(level), false) = (level, self.elements.is_empty()) {
            line(out, level);
        }
        out.push_str("</");
        out.push_str(self.name);
        out.push('>');
        Ok(())
    }
}

/// Line ends of a text become those of the platform; in an attribute they are escaped.
fn push_text(out: &mut String, text: &str, attribute: bool) -> Result<(), ObjectXmlError> {
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' if attribute => out.push_str("&quot;"),
            '\t' | '\n' | '\r' if attribute => out.push_str(&format!("&#x{:X};", u32::from(c))),
            '\r' => {
                characters.next_if_eq(&'\n');
                out.push('\n');
            }
            '\0'..='\x08' | '\x0b' | '\x0c' | '\x0e'..='\x1f' | '\u{fffe}' | '\u{ffff}' => {
                return Err(ObjectXmlError::InvalidCharacter(c));
            }
            c => out.push(c),
        }
    }
    Ok(())
}

/// Makes the element of one object.
///
/// # Errors
/// As [`ObjectXmlError::NullNote`] says.
pub fn element_of(
    value: &Value,
    depth: usize,
    with_types: bool,
) -> Result<Element, ObjectXmlError> {
    let mut writer = Writer {
        with_types,
        is_first: true,
        level: 0,
        bytes: 0,
    };
    writer.one(value, None, depth)
}

struct Writer {
    with_types: bool,
    /// Whether no element was begun yet: only the outermost one is an `Object`.
    is_first: bool,
    level: usize,
    /// About as many bytes as the elements take.
    bytes: usize,
}

impl Writer {
    fn one(
        &mut self,
        value: &Value,
        property: Option<&str>,
        depth: usize,
    ) -> Result<Element, ObjectXmlError> {
        let value = match value {
            Value::Noted(noted) if primitive(&noted.base).is_some() => noted.base.base(),
            other => other,
        };
        if self.bytes > MAX_BYTES {
            return Err(ObjectXmlError::TooLarge);
        }
        if matches!(value, Value::Null) {
            return Ok(self.start(property, None));
        }
        if primitive(value).is_some() {
            return Ok(self.text(value, property));
        }
        self.level += 1;
        let element = match value.base() {
            Value::Array(_) | Value::List(_) | Value::Dictionary(_) if self.level <= MAX_LEVELS => {
                self.container(value, property, depth)
            }
            _ if depth == 0 || self.level > MAX_LEVELS => self.as_text(value, property),
            _ => self.object(value, property, depth),
        };
        self.level -= 1;
        element
    }

    fn start(&mut self, property: Option<&str>, of_type: Option<Text>) -> Element {
        self.bytes += size_of::<Element>() + property.map_or(0, str::len);
        let is_object = property.is_none() && std::mem::take(&mut self.is_first);
        let mut attributes: Vec<(&'static str, Text)> = Vec::new();
        attributes.extend(property.map(|name| ("Name", Text::from(name))));
        attributes.extend(
            of_type
                .filter(|_| self.with_types)
                .map(|name| ("Type", name)),
        );
        Element {
            name: if is_object { "Object" } else { "Property" },
            attributes,
            ..Element::default()
        }
    }

    fn text(&mut self, value: &Value, property: Option<&str>) -> Element {
        let mut element = self.start(property, Some(own_type(value)));
        let text = own_text(value);
        self.bytes += text.len();
        element.text = Some(text);
        element
    }

    /// Containers count for nothing in the depth.
    fn container(
        &mut self,
        value: &Value,
        property: Option<&str>,
        depth: usize,
    ) -> Result<Element, ObjectXmlError> {
        let mut element = self.start(property, Some(own_type(value)));
        if let Value::Dictionary(dictionary) = value.base() {
            for (key, item) in read(&dictionary.entries).values() {
                element.elements.push(self.one(key, Some("Key"), depth)?);
                element.elements.push(self.one(item, Some("Value"), depth)?);
            }
        } else {
            for item in value.base().elements().unwrap_or_default() {
                element.elements.push(self.one(&item, None, depth)?);
            }
        }
        if let Value::Noted(noted) = value {
            self.notes(&read(&noted.notes), &mut element)?;
        }
        Ok(element)
    }

    fn object(
        &mut self,
        value: &Value,
        property: Option<&str>,
        depth: usize,
    ) -> Result<Element, ObjectXmlError> {
        let mut element = self.start(property, Some(own_type(value)));
        for property in members::properties(value) {
            element.elements.push(match property.value {
                Value::Null => self.start(Some(&property.name), Some("System.Object".into())),
                ref inner => self.one(inner, Some(&property.name), depth - 1)?,
            });
        }
        Ok(element)
    }

    /// What lies too deep: its text, in an element of its own where notes follow it.
    fn as_text(
        &mut self,
        value: &Value,
        property: Option<&str>,
    ) -> Result<Element, ObjectXmlError> {
        let notes: Vec<Property> = match value {
            Value::Object(object) => read(&object.properties)
                .iter()
                .filter(|property| object.custom || property.note)
                .cloned()
                .collect(),
            Value::Noted(noted) => read(&noted.notes).clone(),
            _ => Vec::new(),
        };
        if notes.is_empty() {
            return Ok(self.text(value, property));
        }
        let mut element = self.start(property, Some(own_type(value)));
        let shown = Value::text(to_text(value, Culture::Current));
        element.elements.push(self.text(&shown, None));
        self.notes(&notes, &mut element)?;
        Ok(element)
    }

    fn notes(&mut self, notes: &[Property], into: &mut Element) -> Result<(), ObjectXmlError> {
        for note in notes {
            if matches!(note.value, Value::Null) {
                return Err(ObjectXmlError::NullNote);
            }
            let kind = "System.Management.Automation.PSNoteProperty";
            let mut element = self.start(Some(&note.name), Some(kind.into()));
            element.text = Some(note_text(&note.value));
            into.elements.push(element);
        }
        Ok(())
    }
}

/// `GetType().ToString()`.
fn own_type(value: &Value) -> Text {
    match value.base() {
        Value::Object(object) if object.custom => CUSTOM.into(),
        other => type_name(other),
    }
}

/// `ToString()` of the .NET object.
fn own_text(value: &Value) -> String {
    match value.base() {
        Value::Object(object) if object.custom => String::new(),
        other => note_text(other),
    }
}

/// `ToString()` of what a property holds; an object of PowerShell's shows its properties.
fn note_text(value: &Value) -> String {
    match value.base() {
        number @ (Value::Double(_) | Value::Single(_)) => to_round_trip_text(number),
        Value::Array(_) | Value::List(_) => type_name(value).to_string(),
        Value::Object(object) if !object.custom => object_text(object),
        other => to_text(other, Culture::Current),
    }
}

fn object_text(object: &Object) -> String {
    object.own_text().map_or_else(
        || {
            let names = read(&object.type_names);
            names.first().map_or_else(String::new, ToString::to_string)
        },
        |text| text.to_string(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_escaped_where_they_stand() {
        for (text, inside, attribute) in [
            ("a<b>&\"'", "a&lt;b&gt;&amp;\"'", "a&lt;b&gt;&amp;&quot;'"),
            ("a\r\nb\rc\td", "a\nb\nc\td", "a&#xD;&#xA;b&#xD;c&#x9;d"),
        ] {
            for (expected, is_attribute) in [(inside, false), (attribute, true)] {
                let mut out = String::new();
                push_text(&mut out, text, is_attribute).expect("XML carries it");
                assert_eq!(out, expected, "{text}");
            }
        }
        let error = push_text(&mut String::new(), "\u{1}", false).expect_err("XML does not");
        assert_eq!(
            error.to_string(),
            "'\u{1}', hexadecimal value 0x01, is an invalid character."
        );
    }
}
