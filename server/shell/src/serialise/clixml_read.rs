//! CLIXML as values: what `Import-Clixml` and minishells read back.
//!
//! Objects of types come back with `Deserialized.` before each type name and without methods; custom objects,
//! primitives and containers come back as what they were.

use std::collections::HashMap;
use std::io::BufRead;
use std::sync::{Arc, RwLock};

use indexmap::IndexMap;

use crate::serialise::clixml_element::{Element, Elements};
use crate::serialise::clixml_primitive_read::read_primitive;
use crate::serialise::clixml_progress;
use crate::text::{Culture, to_text};
use crate::value::{Array, Dictionary, List, Noted, Object, Property, Text, Value};

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
    let mut reader = ClixmlReader::new(text.as_bytes(), usize::MAX);
    let mut items = Vec::new();
    while let Some(item) = reader.next()? {
        items.push(item);
    }
    reader.finish()?;
    Ok(items)
}

/// Reads a document value by value, as it arrives.
#[derive(Debug)]
pub struct ClixmlReader<R> {
    elements: Elements<R>,
    state: State,
}

impl<R: BufRead> ClixmlReader<R> {
    /// Reads from `from`. What the document refers back to is found again within about `remembered` bytes of objects; what
    /// has not been referred to for longer is forgotten, so that a document may be endless.
    pub fn new(from: R, remembered: usize) -> Self {
        Self {
            elements: Elements::new(from),
            state: State {
                objects: Remembered::new(remembered),
                type_names: Remembered::new(remembered),
            },
        }
    }

    /// The next value; `None` at the end of the document.
    ///
    /// # Errors
    /// As [`ClixmlError`] says.
    #[expect(
        clippy::should_implement_trait,
        reason = "an iterator would go on after an error"
    )]
    pub fn next(&mut self) -> Result<Option<Item>, ClixmlError> {
        let Some(element) = self.elements.next()? else {
            return Ok(None);
        };
        Ok(Some(Item {
            value: self.state.value(&element)?,
            stream: element.attribute("S").map(str::to_owned),
        }))
    }

    /// Reads on behind the document, where nothing may stand.
    ///
    /// # Errors
    /// When something does, or it cannot be read.
    pub fn finish(&mut self) -> Result<(), ClixmlError> {
        self.elements.finish()
    }

    /// Where the document comes from.
    pub fn source(&mut self) -> &mut R {
        self.elements.source()
    }

    /// Where the document comes from: behind its end what follows it.
    pub fn into_inner(self) -> R {
        self.elements.into_inner()
    }
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
#[derive(Debug)]
struct State {
    objects: Remembered<Value>,
    type_names: Remembered<Vec<Text>>,
}

/// What was met lately, by its id: what was not, for two times `most` bytes, is forgotten.
#[derive(Debug)]
struct Remembered<T> {
    most: usize,
    bytes: usize,
    young: HashMap<String, (T, usize)>,
    old: HashMap<String, (T, usize)>,
}

impl<T: Clone> Remembered<T> {
    fn new(most: usize) -> Self {
        Self {
            most: most / 2,
            bytes: 0,
            young: HashMap::new(),
            old: HashMap::new(),
        }
    }

    fn insert(&mut self, id: &str, thing: T, bytes: usize) {
        if self.bytes >= self.most {
            self.old = std::mem::take(&mut self.young);
            self.bytes = 0;
        }
        self.bytes = self.bytes.saturating_add(bytes);
        self.young.insert(id.to_owned(), (thing, bytes));
    }

    fn get(&mut self, id: &str) -> Result<T, ClixmlError> {
        if let Some((thing, _)) = self.young.get(id) {
            return Ok(thing.clone());
        }
        let (thing, bytes) = self
            .old
            .remove(id)
            .ok_or_else(|| ClixmlError::Reference(id.into()))?;
        self.insert(id, thing.clone(), bytes);
        Ok(thing)
    }
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
                self.objects.get(id)
            }
            name => read_primitive(name, &element.text).ok_or_else(|| element.unreadable()),
        }
    }

    fn object(&mut self, element: &Element) -> Result<Value, ClixmlError> {
        let types = self.types(element)?;
        let value = self.content(element, types)?;
        if let Some(id) = element.attribute("RefId") {
            self.objects.insert(id, value.clone(), element.bytes);
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
            self.type_names.insert(id, types.clone(), names.bytes);
            return Ok(types);
        }
        match element
            .child("TNRef")
            .and_then(|names| names.attribute("RefId"))
        {
            Some(id) => self.type_names.get(id),
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
                        scripts: Default::default(),
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
            keys: None,
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
            comparer: Default::default(),
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
            scripts: Default::default(),
            instance: None,
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

    use std::io::Read;

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
    fn values_come_as_they_arrive_and_what_follows_the_document_stays() {
        let piece = |text: &str| std::io::Cursor::new(text.to_owned());
        let text =
            piece("<Objs><I32>1</I32><S>\u{e4}&amp;").chain(piece("b</S><S>c</S></Objs>behind"));
        let mut reader = ClixmlReader::new(std::io::BufReader::with_capacity(1, text), 1000);
        let mut seen = Vec::new();
        while let Some(item) = reader.next().unwrap() {
            seen.push(to_text(&item.value, Culture::Invariant));
        }
        assert_eq!(seen, ["1", "\u{e4}&b", "c"]);
        let mut behind = String::new();
        reader.into_inner().read_to_string(&mut behind).unwrap();
        assert_eq!(behind, "behind");

        let mut broken = ClixmlReader::new("<Objs><I32>1</I32><I32>x</I32>".as_bytes(), 1000);
        assert!(broken.next().unwrap().is_some());
        assert!(broken.next().is_err());
        let mut cut = ClixmlReader::new("<Objs><I32>1</I32>".as_bytes(), 1000);
        assert!(cut.next().unwrap().is_some());
        assert!(cut.next().is_err());
    }

    #[test]
    fn of_an_endless_document_what_is_referred_to_is_remembered() {
        let object =
            |id: usize| format!("<Obj RefId=\"{id}\"><MS><I32 N=\"a\">{id}</I32></MS></Obj>");
        let mut text = "<Objs>".to_owned();
        for id in 0..100 {
            text.push_str(&object(id));
            text.push_str("<Ref RefId=\"0\" />");
        }
        let read = |document: &str| {
            let mut reader = ClixmlReader::new(document.as_bytes(), 4000);
            while reader.next()?.is_some() {}
            Ok::<usize, ClixmlError>(
                reader.state.objects.young.len() + reader.state.objects.old.len(),
            )
        };
        assert!(read(&format!("{text}</Objs>")).unwrap() < 30);
        let forgotten = read(&format!("{text}<Ref RefId=\"1\" /></Objs>"));
        assert_eq!(forgotten, Err(ClixmlError::Reference("1".into())));
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
