//! CLIXML as values: what `Import-Clixml` and minishells read back.
//!
//! Objects of types come back with `Deserialized.` before each type name and without methods; custom objects,
//! primitives and containers come back as what they were.

use std::collections::HashMap;
use std::sync::{Arc, RwLock};

use indexmap::IndexMap;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use crate::serialise::clixml_primitive_read::read_primitive;
use crate::serialise::clixml_progress;
use crate::text::{Culture, to_text};
use crate::value::{Array, Dictionary, List, Noted, Object, Property, Text, Value};

/// Elements that may be open at once.
const MAX_LEVELS: usize = 400;

/// Why a document is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClixmlError {
    /// It is not XML.
    #[error("{0}")]
    Xml(String),
    /// An element that has no place here, or no sense in its text.
    #[error("The element '{0}' cannot be read.")]
    Element(String),
    /// A reference to nothing.
    #[error("RefId '{0}' has not been read before.")]
    Reference(String),
    /// Too many levels.
    #[error("The document is nested too deeply.")]
    TooDeep,
}

/// One value of a document, and the stream that it belongs to.
#[derive(Clone, Debug)]
pub struct Item {
    /// The value.
    pub value: Value,
    /// The `S` attribute.
    pub stream: Option<String>,
}

/// Reads a document.
///
/// # Errors
/// As [`ClixmlError`] says.
pub fn read_clixml(text: &str) -> Result<Vec<Item>, ClixmlError> {
    let root = parse(text)?;
    let mut state = State::default();
    match root.name.as_str() {
        "Objs" => root
            .children
            .iter()
            .map(|element| {
                Ok(Item {
                    value: state.value(element)?,
                    stream: element.attribute("S").map(str::to_owned),
                })
            })
            .collect(),
        _ => Ok(vec![Item {
            value: state.value(&root)?,
            stream: None,
        }]),
    }
}

/// An element with what is in it.
#[derive(Debug, Default)]
struct Element {
    name: String,
    attributes: Vec<(String, String)>,
    text: String,
    children: Vec<Self>,
}

impl Element {
    fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|(own, _)| own == name)
            .map(|(_, value)| value.as_str())
    }

    fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    fn unreadable(&self) -> ClixmlError {
        ClixmlError::Element(self.name.clone())
    }
}

fn xml_error(error: impl std::fmt::Display) -> ClixmlError {
    ClixmlError::Xml(error.to_string())
}

fn parse(text: &str) -> Result<Element, ClixmlError> {
    let mut reader = Reader::from_str(text);
    let mut open: Vec<Element> = vec![Element::default()];
    loop {
        match reader.read_event().map_err(xml_error)? {
            Event::Start(start) => {
                if open.len() > MAX_LEVELS {
                    return Err(ClixmlError::TooDeep);
                }
                open.push(element(&start)?);
            }
            Event::Empty(start) => {
                let element = element(&start)?;
                if let Some(parent) = open.last_mut() {
                    parent.children.push(element);
                }
            }
            Event::End(_) => {
                let closed = open.pop().unwrap_or_default();
                match open.last_mut() {
                    Some(parent) => parent.children.push(closed),
                    None => return Err(ClixmlError::Xml("an element is closed twice".into())),
                }
            }
            Event::Text(text) => {
                if let Some(element) = open.last_mut() {
                    element.text.push_str(&text);
                }
            }
            Event::GeneralRef(reference) => {
                let name = &*reference;
                let text = entity(name).ok_or_else(|| ClixmlError::Xml(format!("&{name};")))?;
                if let Some(element) = open.last_mut() {
                    element.text.push(text);
                }
            }
            Event::CData(data) => {
                if let Some(element) = open.last_mut() {
                    element.text.push_str(&data);
                }
            }
            Event::Eof => break,
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
        }
    }
    let mut root = open.pop().unwrap_or_default();
    if !open.is_empty() || root.children.len() != 1 {
        return Err(ClixmlError::Xml("the document does not end".into()));
    }
    Ok(root.children.swap_remove(0))
}

fn entity(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        number => {
            let digits = number.strip_prefix('#')?;
            let code = match digits.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => digits.parse().ok()?,
            };
            char::from_u32(code)
        }
    }
}

fn element(start: &BytesStart<'_>) -> Result<Element, ClixmlError> {
    let name = start.local_name().as_ref().to_owned();
    let mut attributes = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(xml_error)?;
        let key = attribute.key.local_name().as_ref().to_owned();
        let value = quick_xml::escape::unescape(&attribute.value).map_err(xml_error)?;
        attributes.push((key, value.into_owned()));
    }
    Ok(Element {
        name,
        attributes,
        ..Element::default()
    })
}

/// `_xHHHH_` back to UTF-16 units.
pub(super) fn unescape(text: &str) -> String {
    if !text.contains("_x") && !text.contains("_X") {
        return text.to_owned();
    }
    let mut units: Vec<u16> = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let code = rest
            .get(..7)
            .filter(|part| part.starts_with("_x") || part.starts_with("_X"))
            .filter(|part| part.ends_with('_'))
            .and_then(|part| u16::from_str_radix(&part[2..6], 16).ok());
        match code {
            Some(unit) => {
                units.push(unit);
                rest = &rest[7..];
            }
            None => {
                units.extend_from_slice(c.encode_utf16(&mut [0; 2]));
                rest = &rest[c.len_utf8()..];
            }
        }
    }
    String::from_utf16_lossy(&units)
}

/// What references go back to.
#[derive(Default)]
struct State {
    objects: HashMap<String, Value>,
    type_names: HashMap<String, Vec<Text>>,
}

impl State {
    fn value(&mut self, element: &Element) -> Result<Value, ClixmlError> {
        match element.name.as_str() {
            "Nil" => Ok(Value::Null),
            "Obj" => self.object(element),
            "PR" => {
                let operation = match element.children.get(2) {
                    Some(operation) => self.value(operation)?,
                    None => Value::Null,
                };
                let text = |name: &str| element.child(name).map(|child| unescape(&child.text));
                clixml_progress::from_parts(text, operation).ok_or_else(|| element.unreadable())
            }
            "Ref" => {
                let id = element.attribute("RefId").unwrap_or_default();
                self.objects
                    .get(id)
                    .cloned()
                    .ok_or_else(|| ClixmlError::Reference(id.into()))
            }
            name => read_primitive(name, &element.text).ok_or_else(|| element.unreadable()),
        }
    }

    fn object(&mut self, element: &Element) -> Result<Value, ClixmlError> {
        let types = self.types(element)?;
        let value = self.content(element, types)?;
        if let Some(id) = element.attribute("RefId") {
            self.objects.insert(id.to_owned(), value.clone());
        }
        Ok(value)
    }

    fn types(&mut self, element: &Element) -> Result<Vec<Text>, ClixmlError> {
        if let Some(names) = element.child("TN") {
            let types: Vec<Text> = names
                .children
                .iter()
                .map(|name| Text::from(unescape(&name.text)))
                .collect();
            let id = names.attribute("RefId").unwrap_or_default();
            self.type_names.insert(id.to_owned(), types.clone());
            return Ok(types);
        }
        match element
            .child("TNRef")
            .and_then(|names| names.attribute("RefId"))
        {
            Some(id) => self
                .type_names
                .get(id)
                .cloned()
                .ok_or_else(|| ClixmlError::Reference(id.into())),
            None => Ok(Vec::new()),
        }
    }

    fn content(&mut self, element: &Element, types: Vec<Text>) -> Result<Value, ClixmlError> {
        for (index, child) in element.children.iter().enumerate() {
            match child.name.as_str() {
                "LST" | "IE" | "STK" | "QUE" => return self.list(child, &types),
                "DCT" => return self.dictionary(child, &types),
                "TN" | "TNRef" | "ToString" | "Props" | "MS" => {}
                _ if is_enum(&types) => {}
                _ => {
                    let base = self.value(child)?;
                    let notes = match element.children[index..].iter().find(|c| c.name == "MS") {
                        Some(members) => self.members(members, true)?,
                        None => Vec::new(),
                    };
                    if notes.is_empty() || matches!(base, Value::Null) {
                        return Ok(base);
                    }
                    return Ok(Value::Noted(Arc::new(Noted {
                        base,
                        notes: notes.into(),
                    })));
                }
            }
        }
        self.properties(element, types)
    }

    fn list(&mut self, element: &Element, types: &[Text]) -> Result<Value, ClixmlError> {
        let items = element
            .children
            .iter()
            .map(|child| self.value(child))
            .collect::<Result<Vec<_>, _>>()?;
        let own = types.first().map_or("", |name| &**name);
        if own.ends_with("[]") {
            return Ok(Value::Array(Arc::new(Array {
                element_type: "System.Object".into(),
                items: items.into(),
            })));
        }
        Ok(Value::List(Arc::new(List {
            type_name: "System.Collections.ArrayList".into(),
            items: items.into(),
        })))
    }

    fn dictionary(&mut self, element: &Element, types: &[Text]) -> Result<Value, ClixmlError> {
        let mut entries = IndexMap::new();
        for entry in &element.children {
            let [key, item] = entry.children.as_slice() else {
                return Err(entry.unreadable());
            };
            let key = self.value(key)?;
            let item = self.value(item)?;
            let folded = to_text(&key, Culture::Invariant).to_lowercase();
            entries.insert(Text::from(folded), (key, item));
        }
        let ordered = types.first().is_some_and(|name| name.contains("Ordered"));
        let type_name = if ordered {
            "System.Collections.Specialized.OrderedDictionary"
        } else {
            "System.Collections.Hashtable"
        };
        Ok(Value::Dictionary(Arc::new(Dictionary {
            type_name: type_name.into(),
            entries: entries.into(),
        })))
    }

    fn members(&mut self, element: &Element, note: bool) -> Result<Vec<Property>, ClixmlError> {
        element
            .children
            .iter()
            .map(|child| {
                Ok(Property {
                    name: unescape(child.attribute("N").unwrap_or_default()).into(),
                    value: self.value(child)?,
                    note,
                })
            })
            .collect()
    }

    fn properties(&mut self, element: &Element, types: Vec<Text>) -> Result<Value, ClixmlError> {
        let mut properties = Vec::new();
        for child in &element.children {
            match child.name.as_str() {
                "Props" => properties.extend(self.members(child, false)?),
                "MS" => properties.extend(self.members(child, true)?),
                _ => {}
            }
        }
        let custom = types
            .iter()
            .any(|name| &**name == "System.Management.Automation.PSCustomObject")
            || types.is_empty();
        let text = element
            .child("ToString")
            .map(|text| Text::from(unescape(&text.text)));
        let types: Arc<[Text]> = if custom {
            types.into()
        } else {
            types.iter().map(deserialized).collect()
        };
        Ok(Value::Object(Arc::new(Object {
            type_names: RwLock::new(types),
            properties: RwLock::new(properties),
            text: if custom { None } else { text },
            custom,
        })))
    }
}

/// The name that a type goes by once it was read back; that of an object read back before stays.
fn deserialized(name: &Text) -> Text {
    const PREFIX: &str = "Deserialized.";
    match name.get(..PREFIX.len()) {
        Some(start) if start.eq_ignore_ascii_case(PREFIX) => name.clone(),
        _ => format!("{PREFIX}{name}").into(),
    }
}

fn is_enum(types: &[Text]) -> bool {
    types.iter().any(|name| &**name == "System.Enum")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::serialise::clixml_write::{ClixmlOptions, to_clixml};

    fn round_trip(value: &Value) -> Value {
        let options = ClixmlOptions {
            depth: 2,
            indent: true,
        };
        let text = to_clixml(value, options).unwrap();
        read_clixml(&text).unwrap().swap_remove(0).value
    }

    #[test]
    fn scalars_come_back() {
        for value in [
            Value::text("a<b&\"\r\n\u{1}_x0041_ 😀"),
            Value::Int64(i64::MIN),
            Value::Double(0.1),
            Value::TimeSpan(-937_840_000_001),
            Value::Bool(true),
            Value::Null,
            Value::Char(65),
        ] {
            assert_eq!(format!("{:?}", round_trip(&value)), format!("{value:?}"));
        }
    }

    #[test]
    fn an_object_that_occurs_twice_is_one_object_again() {
        let inner = Value::array(vec![Value::Int32(1)]);
        let outer = round_trip(&Value::array(vec![inner.clone(), inner]));
        let Some([Value::Array(a), Value::Array(b)]) = outer
            .elements()
            .and_then(|items| <[Value; 2]>::try_from(items).ok())
        else {
            panic!("two arrays were written");
        };
        assert!(Arc::ptr_eq(&a, &b));
    }

    #[test]
    fn what_is_no_document_is_refused() {
        for text in [
            "",
            "<a>",
            "<Objs><X/></Objs>",
            "<Objs><Ref RefId=\"7\"/></Objs>",
            "<I32>x</I32>",
        ] {
            assert!(read_clixml(text).is_err(), "{text}");
        }
        let deep = format!("{}{}", "<Obj>".repeat(5000), "</Obj>".repeat(5000));
        assert_eq!(read_clixml(&deep).unwrap_err(), ClixmlError::TooDeep);
    }
}
