//! The elements of a CLIXML document, one top-level element after the other, as they arrive.

use std::io::BufRead;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use crate::serialise::clixml_read::ClixmlError;

/// Elements that may be open at once.
const MAX_LEVELS: usize = 400;

/// An element with what is in it.
#[derive(Debug, Default)]
pub(super) struct Element {
    pub(super) name: String,
    pub(super) attributes: Vec<(String, String)>,
    pub(super) text: String,
    pub(super) children: Vec<Self>,
    /// About as many bytes as its values keep.
    pub(super) bytes: usize,
}

impl Element {
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|(own, _)| own == name)
            .map(|(_, value)| value.as_str())
    }

    pub(super) fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    pub(super) fn unreadable(&self) -> ClixmlError {
        ClixmlError::Element(self.name.clone())
    }

    fn adopt(&mut self, child: Self) {
        self.bytes += child.bytes;
        self.children.push(child);
    }

    fn append(&mut self, text: &str) {
        self.bytes += text.len();
        self.text.push_str(text);
    }
}

/// Where a reader stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Before,
    Within,
    Behind,
}

/// Reads the elements of one document.
#[derive(Debug)]
pub(super) struct Elements<R> {
    reader: Reader<R>,
    buffer: Vec<u8>,
    place: Place,
}

impl<R: BufRead> Elements<R> {
    pub(super) fn new(from: R) -> Self {
        Self {
            reader: Reader::from_reader(from),
            buffer: Vec::new(),
            place: Place::Before,
        }
    }

    /// Where the document comes from.
    pub(super) fn source(&mut self) -> &mut R {
        self.reader.get_mut()
    }

    /// Where the document comes from: behind its end what follows it.
    pub(super) fn into_inner(self) -> R {
        self.reader.into_inner()
    }

    /// The next element of the list `Objs`, or the document's one element where it is another; `None` at its end.
    pub(super) fn next(&mut self) -> Result<Option<Element>, ClixmlError> {
        let mut open: Vec<Element> = Vec::new();
        while self.place != Place::Behind {
            self.buffer.clear();
            let event = self.reader.read_event_into(&mut self.buffer);
            let closed = match event.map_err(xml_error)? {
                Event::Start(start) => {
                    if open.len() > MAX_LEVELS {
                        return Err(ClixmlError::TooDeep);
                    }
                    let element = element(&start)?;
                    if self.place == Place::Before && element.name == "Objs" {
                        self.place = Place::Within;
                    } else {
                        open.push(element);
                    }
                    continue;
                }
                Event::Empty(start) => element(&start)?,
                Event::End(_) => match open.pop() {
                    Some(closed) => closed,
                    None => {
                        self.place = Place::Behind;
                        continue;
                    }
                },
                Event::Text(text) => {
                    append(&mut open, &text);
                    continue;
                }
                Event::GeneralRef(reference) => {
                    let name = &*reference;
                    let text = entity(name).ok_or_else(|| ClixmlError::Xml(format!("&{name};")))?;
                    append(&mut open, text.encode_utf8(&mut [0; 4]));
                    continue;
                }
                Event::CData(data) => {
                    append(&mut open, &data);
                    continue;
                }
                Event::Eof => return Err(ClixmlError::Xml("the document does not end".into())),
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => continue,
            };
            match open.last_mut() {
                Some(parent) => parent.adopt(closed),
                None => {
                    let is_list = closed.name == "Objs";
                    if self.place == Place::Before {
                        self.place = Place::Behind;
                        if is_list {
                            break;
                        }
                    }
                    return Ok(Some(closed));
                }
            }
        }
        Ok(None)
    }

    /// Reads on behind the document, where nothing may stand.
    pub(super) fn finish(&mut self) -> Result<(), ClixmlError> {
        loop {
            self.buffer.clear();
            let event = self.reader.read_event_into(&mut self.buffer);
            match event.map_err(xml_error)? {
                Event::Eof => return Ok(()),
                Event::Start(_) | Event::Empty(_) | Event::End(_) => {
                    return Err(ClixmlError::Xml("the document does not end".into()));
                }
                _ => {}
            }
        }
    }
}

fn append(open: &mut [Element], text: &str) {
    if let Some(element) = open.last_mut() {
        element.append(text);
    }
}

fn xml_error(error: impl std::fmt::Display) -> ClixmlError {
    ClixmlError::Xml(error.to_string())
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
    let mut bytes = size_of::<Element>() + name.len();
    let mut attributes = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(xml_error)?;
        let key = attribute.key.local_name().as_ref().to_owned();
        let value = quick_xml::escape::unescape(&attribute.value).map_err(xml_error)?;
        bytes += value.len();
        attributes.push((key, value.into_owned()));
    }
    Ok(Element {
        name,
        attributes,
        bytes,
        ..Element::default()
    })
}
