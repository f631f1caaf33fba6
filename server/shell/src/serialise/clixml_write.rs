//! Values as CLIXML: what `Export-Clixml`, minishells and remoting exchange.

use std::collections::HashMap;
use std::sync::Arc;

use crate::error_record::ErrorRecord;
use crate::format::error_view;
use crate::members;
use crate::serialise::clixml_primitive::primitive;
use crate::serialise::clixml_progress::{self, Part};
use crate::serialise::clixml_records::{error_notes, record_notes};
use crate::text::{Culture, read, to_text};
use crate::type_names::type_chain;
use crate::value::{Object, Property, Text, Value};

/// Levels that are written whatever the depth says.
const MAX_LEVELS: usize = 50;

/// How to write.
#[derive(Clone, Copy, Debug)]
pub struct ClixmlOptions {
    /// Steps through properties of types that are written in full: 2 for files, 1 for remoting.
    pub depth: usize,
    /// One element a line, as files have it.
    pub indent: bool,
}

/// A character that XML cannot carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{}', hexadecimal value 0x{:04X}, is an invalid character.", *.0, u32::from(*.0))]
pub struct InvalidCharacter(pub char);

/// Writes one document.
#[derive(Debug)]
pub struct ClixmlWriter {
    options: ClixmlOptions,
    out: String,
    level: usize,
    objects: usize,
    /// RefId by chain of type names.
    type_names: HashMap<Vec<Text>, usize>,
    /// RefId by identity of what was written before; the value is kept so that its address stays taken.
    written: HashMap<usize, (usize, Value)>,
}

/// One document with one value.
///
/// # Errors
/// When a text holds a character that XML cannot carry.
pub fn to_clixml(value: &Value, options: ClixmlOptions) -> Result<String, InvalidCharacter> {
    let mut writer = ClixmlWriter::new(options);
    writer.push(value, None)?;
    Ok(writer.finish())
}

/// Attributes of an element: member name and stream.
#[derive(Clone, Copy, Default)]
struct Tag<'a> {
    name: Option<&'a str>,
    stream: Option<&'a str>,
}

impl<'a> Tag<'a> {
    fn member(name: &'a str) -> Self {
        Self {
            name: Some(name),
            stream: None,
        }
    }
}

impl ClixmlWriter {
    /// A document with nothing in it yet.
    pub fn new(options: ClixmlOptions) -> Self {
        let mut writer = Self {
            options,
            out: String::new(),
            level: 0,
            objects: 0,
            type_names: HashMap::new(),
            written: HashMap::new(),
        };
        writer.out.push_str(
            "<Objs Version=\"1.1.0.1\" xmlns=\"http://schemas.microsoft.com/powershell/2004/04\">",
        );
        writer.level = 1;
        writer
    }

    /// Adds a value; `stream` is the `S` attribute of documents that carry several streams.
    ///
    /// # Errors
    /// When a text holds a character that XML cannot carry.
    pub fn push(&mut self, value: &Value, stream: Option<&str>) -> Result<(), InvalidCharacter> {
        let tag = Tag { name: None, stream };
        self.value(value, tag, self.options.depth)
    }

    /// Takes what has been written so far, so that a long document can be sent as it grows.
    pub fn drain(&mut self) -> String {
        std::mem::take(&mut self.out)
    }

    /// The document, or what is left of it.
    pub fn finish(mut self) -> String {
        self.level = 0;
        self.line();
        self.out.push_str("</Objs>");
        self.out
    }

    fn line(&mut self) {
        if self.options.indent {
            self.out.push('\n');
            crate::format::cell::push_blanks(&mut self.out, 2 * self.level);
        }
    }

    fn attributes(&mut self, tag: Tag<'_>) -> Result<(), InvalidCharacter> {
        if let Some(stream) = tag.stream {
            self.out.push_str(&format!(" S=\"{stream}\""));
        }
        if let Some(name) = tag.name {
            self.out.push_str(" N=\"");
            self.text(name, true)?;
            self.out.push('"');
        }
        Ok(())
    }

    /// `<name …>text</name>`.
    fn leaf(&mut self, name: &str, tag: Tag<'_>, text: &str) -> Result<(), InvalidCharacter> {
        self.line();
        self.out.push('<');
        self.out.push_str(name);
        self.attributes(tag)?;
        self.out.push('>');
        self.text(text, false)?;
        self.out.push_str("</");
        self.out.push_str(name);
        self.out.push('>');
        Ok(())
    }

    /// `<name … />`.
    fn empty(&mut self, name: &str, tag: Tag<'_>) -> Result<(), InvalidCharacter> {
        self.line();
        self.out.push('<');
        self.out.push_str(name);
        self.attributes(tag)?;
        self.out.push_str(" />");
        Ok(())
    }

    fn open(&mut self, name: &str) {
        self.line();
        self.out.push('<');
        self.out.push_str(name);
        self.out.push('>');
        self.level += 1;
    }

    fn close(&mut self, name: &str) {
        self.level -= 1;
        self.line();
        self.out.push_str("</");
        self.out.push_str(name);
        self.out.push('>');
    }

    fn value(&mut self, value: &Value, tag: Tag<'_>, depth: usize) -> Result<(), InvalidCharacter> {
        if let Some((name, text)) = primitive(value) {
            return self.leaf(name, tag, &text);
        }
        match value {
            Value::Null => self.empty("Nil", tag),
            Value::Noted(noted) if read(&noted.notes).is_empty() => {
                self.value(&noted.base, tag, depth)
            }
            _ if self.level > MAX_LEVELS => {
                self.leaf("S", tag, &to_text(value, Culture::Invariant))
            }
            _ => self.object(value, tag, depth),
        }
    }

    /// Everything that has an identity or parts.
    fn object(
        &mut self,
        value: &Value,
        tag: Tag<'_>,
        depth: usize,
    ) -> Result<(), InvalidCharacter> {
        let identity = identity(value);
        if let Some((id, _)) = identity.and_then(|identity| self.written.get(&identity)) {
            let id = *id;
            self.line();
            self.out.push_str("<Ref");
            self.attributes(tag)?;
            self.out.push_str(&format!(" RefId=\"{id}\" />"));
            return Ok(());
        }
        if let Some(parts) = clixml_progress::parts(value) {
            return self.progress(parts, tag);
        }
        let is_complex = match value {
            Value::Object(object) => !object.custom,
            Value::Enum(_) | Value::Named(_) => true,
            _ => false,
        };
        if depth == 0 && is_complex {
            return self.leaf("S", tag, &to_text(value, Culture::Invariant));
        }
        let id = self.objects;
        self.objects += 1;
        if let Some(identity) = identity {
            self.written.insert(identity, (id, value.clone()));
        }
        self.line();
        self.out.push_str("<Obj");
        self.attributes(tag)?;
        self.out.push_str(&format!(" RefId=\"{id}\">"));
        self.level += 1;
        self.body(value, depth)?;
        self.close("Obj");
        Ok(())
    }

    fn progress(&mut self, parts: Vec<Part>, tag: Tag<'_>) -> Result<(), InvalidCharacter> {
        self.line();
        self.out.push_str("<PR");
        self.attributes(tag)?;
        self.out.push('>');
        self.level += 1;
        for part in parts {
            match part {
                Part::Text(element, text) => self.leaf(element, Tag::default(), &text)?,
                Part::Value(value) => self.value(&value, Tag::default(), 1)?,
            }
        }
        self.close("PR");
        Ok(())
    }

    fn body(&mut self, value: &Value, depth: usize) -> Result<(), InvalidCharacter> {
        match value {
            Value::Noted(noted) => {
                if primitive(&noted.base).is_some() {
                    self.value(&noted.base, Tag::default(), depth)?;
                } else {
                    self.body(&noted.base, depth)?;
                }
                let mut notes = read(&noted.notes).clone();
                notes.retain(|own| crate::members::failure(value, &own.name).is_none());
                self.members("MS", &notes, depth)
            }
            Value::Array(array) => {
                self.type_names(value)?;
                self.items("LST", &read(&array.items), depth)
            }
            Value::List(list) => {
                self.type_names(value)?;
                let element = match &*list.type_name {
                    name if name.contains(".Stack") => "STK",
                    name if name.contains(".Queue") => "QUE",
                    name if name.contains("HashSet") || name.contains("SortedSet") => "IE",
                    _ => "LST",
                };
                self.items(element, &read(&list.items), depth)
            }
            Value::Dictionary(dictionary) => {
                self.type_names(value)?;
                self.entries(&read(&dictionary.entries), depth)
            }
            Value::Enum(member) => {
                self.type_names(value)?;
                self.leaf(
                    "ToString",
                    Tag::default(),
                    &to_text(value, Culture::Invariant),
                )?;
                self.leaf("I32", Tag::default(), &member.number.to_string())
            }
            Value::Error(record) => self.error(record, depth),
            Value::Object(object) => self.typed_object(value, object, depth),
            other => {
                self.type_names(other)?;
                self.leaf(
                    "ToString",
                    Tag::default(),
                    &crate::text::to_round_trip_text(other),
                )?;
                let mut properties = members::properties(other);
                let type_name = crate::type_names::type_name(other);
                // What PowerShell's type table adds is not written, nor what cannot be read.
                properties.retain(|property| {
                    !members::is_added(&type_name, property)
                        && !matches!(property.value, Value::Null)
                });
                let depth = depth_of_type(&type_name).unwrap_or(depth);
                self.members("Props", &properties, depth.saturating_sub(1))
            }
        }
    }

    /// An object: its own properties, then its notes; a custom object has notes only.
    fn typed_object(
        &mut self,
        value: &Value,
        object: &Object,
        depth: usize,
    ) -> Result<(), InvalidCharacter> {
        let mut properties = read(&object.properties).clone();
        if !object.scripts.is_empty() {
            properties.retain(|own| crate::members::failure(value, &own.name).is_none());
        }
        if object.custom && depth == 0 {
            self.leaf("S", Tag::default(), &to_text(value, Culture::Invariant))?;
            return self.members("MS", &properties, 0);
        }
        self.type_names(value)?;
        if object.custom {
            return self.members("MS", &properties, depth);
        }
        self.leaf(
            "ToString",
            Tag::default(),
            &to_text(value, Culture::Invariant),
        )?;
        if let Some(notes) = record_notes(value) {
            return self.members("MS", &notes, depth);
        }
        let (notes, own): (Vec<_>, Vec<_>) =
            properties.into_iter().partition(|property| property.note);
        let type_name = crate::type_names::type_name(value);
        let own = match properties_of_type(&type_name) {
            Some(names) => names
                .iter()
                .filter_map(|name| own.iter().find(|own| &*own.name == *name).cloned())
                .collect(),
            None => own,
        };
        let depth = depth_of_type(&type_name).unwrap_or(depth);
        self.members("Props", &own, depth.saturating_sub(1))?;
        self.members("MS", &notes, depth)
    }

    fn type_names(&mut self, value: &Value) -> Result<(), InvalidCharacter> {
        let names = type_chain(value);
        if names.is_empty() {
            return Ok(());
        }
        if let Some(id) = self.type_names.get(&names) {
            let id = *id;
            self.line();
            self.out.push_str(&format!("<TNRef RefId=\"{id}\" />"));
            return Ok(());
        }
        let id = self.type_names.len();
        self.line();
        self.out.push_str(&format!("<TN RefId=\"{id}\">"));
        self.level += 1;
        for name in &names {
            self.leaf("T", Tag::default(), name)?;
        }
        self.close("TN");
        self.type_names.insert(names, id);
        Ok(())
    }

    fn members(
        &mut self,
        element: &str,
        properties: &[Property],
        depth: usize,
    ) -> Result<(), InvalidCharacter> {
        if properties.is_empty() {
            return Ok(());
        }
        self.open(element);
        for property in properties {
            self.value(&property.value, Tag::member(&property.name), depth)?;
        }
        self.close(element);
        Ok(())
    }

    fn items(
        &mut self,
        element: &str,
        items: &[Value],
        depth: usize,
    ) -> Result<(), InvalidCharacter> {
        if items.is_empty() {
            return self.empty(element, Tag::default());
        }
        self.open(element);
        for item in items {
            self.value(item, Tag::default(), depth)?;
        }
        self.close(element);
        Ok(())
    }

    fn entries(
        &mut self,
        entries: &indexmap::IndexMap<Text, (Value, Value)>,
        depth: usize,
    ) -> Result<(), InvalidCharacter> {
        if entries.is_empty() {
            return self.empty("DCT", Tag::default());
        }
        self.open("DCT");
        for (key, item) in entries.values() {
            self.open("En");
            self.value(key, Tag::member("Key"), depth)?;
            self.value(item, Tag::member("Value"), depth)?;
            self.close("En");
        }
        self.close("DCT");
        Ok(())
    }

    /// The notes that remoting reads an error record back from.
    fn error(&mut self, record: &ErrorRecord, depth: usize) -> Result<(), InvalidCharacter> {
        self.type_names(&Value::Error(Arc::new(record.clone())))?;
        self.leaf(
            "ToString",
            Tag::default(),
            error_view::shown_message(record),
        )?;
        self.members("MS", &error_notes(record), depth)
    }

    fn text(&mut self, text: &str, attribute: bool) -> Result<(), InvalidCharacter> {
        for (at, c) in text.char_indices() {
            match c {
                '&' => self.out.push_str("&amp;"),
                '<' => self.out.push_str("&lt;"),
                '>' => self.out.push_str("&gt;"),
                '"' if attribute => self.out.push_str("&quot;"),
                '\0'..='\x1f' | '\x7f'..='\u{9f}' => self.escape(c),
                '_' if text[at + 1..].starts_with(['x', 'X']) => self.escape(c),
                '\u{fffe}' | '\u{ffff}' => return Err(InvalidCharacter(c)),
                c if c.len_utf16() == 2 => self.escape(c),
                c => self.out.push(c),
            }
        }
        Ok(())
    }

    fn escape(&mut self, c: char) {
        for unit in c.encode_utf16(&mut [0; 2]) {
            self.out.push_str(&format!("_x{unit:04X}_"));
        }
    }
}

/// The depth that PowerShell's type table sets for a type (`SerializationDepth`).
fn depth_of_type(type_name: &str) -> Option<usize> {
    matches!(
        type_name,
        "System.Globalization.CultureInfo"
            | "System.Management.Automation.PSCredential"
            | "System.Net.IPAddress"
            | "System.Net.Mail.MailAddress"
    )
    .then_some(1)
}

/// The properties that PowerShell's type table lets be written of a type, if not all (`PropertySerializationSet`).
fn properties_of_type(type_name: &str) -> Option<&'static [&'static str]> {
    (type_name == "System.Globalization.CultureInfo").then_some(&[
        "LCID",
        "Name",
        "DisplayName",
        "IetfLanguageTag",
        "ThreeLetterISOLanguageName",
        "ThreeLetterWindowsLanguageName",
        "TwoLetterISOLanguageName",
    ])
}

/// What a reference goes by: the address of what is shared.
fn identity(value: &Value) -> Option<usize> {
    Some(match value {
        Value::Array(array) => Arc::as_ptr(array).cast::<()>() as usize,
        Value::List(list) => Arc::as_ptr(list).cast::<()>() as usize,
        Value::Dictionary(dictionary) => Arc::as_ptr(dictionary).cast::<()>() as usize,
        Value::Object(object) => Arc::as_ptr(object).cast::<()>() as usize,
        Value::Noted(noted) => Arc::as_ptr(noted).cast::<()>() as usize,
        _ => return None,
    })
}
