//! An XML document as a small tree that remembers which of its parts were looked at.
//!
//! Topology documents carry far more than Tandem uses. An administrator must be told what was *not* used, by name; so every
//! access marks what it read, and what is left unmarked is listed. The tree also bounds hostile input: size, depth,
//! numbers of elements and attributes; a document type definition, and with it every entity, is refused.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fmt;

use quick_xml::NsReader;
use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::{NamespaceResolver, ResolveResult};

/// The largest document that is read, in bytes.
pub const MAX_DOCUMENT_BYTES: usize = 16 << 20;
/// How deep elements may be nested.
pub const MAX_DEPTH: usize = 64;
/// How many elements a document may have.
pub const MAX_ELEMENTS: usize = 400_000;
/// How many attributes an element may have.
pub const MAX_ATTRIBUTES: usize = 64;
/// How long a name may be, in bytes.
pub const MAX_NAME_BYTES: usize = 128;
/// How many different unused paths are listed; further ones are counted together.
pub const MAX_IGNORED_PATHS: usize = 1_000;

/// The namespace of what Tandem adds to a published document: facts that Microsoft's form has no place for.
pub(super) const EXTENSION: &str = "urn:tandem:topology:1";
const MICROSOFT: &str = "urn:schema:Microsoft.Rtc.Management.";

/// A place in a document. Lines and columns count from 1; columns count characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The line.
    pub line: u32,
    /// The column.
    pub column: u32,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}

/// Why a document cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// It is larger than [`MAX_DOCUMENT_BYTES`].
    #[error("The document has {bytes} bytes; at most {MAX_DOCUMENT_BYTES} are read.")]
    TooLarge {
        /// Its size.
        bytes: usize,
    },
    /// It exceeds one of the other limits.
    #[error("{at}: the document has more than {limit} {what}.")]
    LimitExceeded {
        /// Where.
        at: Place,
        /// Of what.
        what: &'static str,
        /// The limit.
        limit: usize,
    },
    /// It is not well-formed XML, or not valid TOML.
    #[error("{at}: {reason}")]
    Malformed {
        /// Where.
        at: Place,
        /// What the parser says.
        reason: String,
    },
    /// It has a document type definition.
    #[error("{at}: document type definitions and their entities are not read.")]
    DocumentType {
        /// Where.
        at: Place,
    },
    /// Its root element is neither Topology Builder's nor that of a published topology.
    #[error(
        "{at}: <{root}> is not a topology. A topology starts with <TopologyBuilder> (a Topology Builder file) or <Topology> (a published topology)."
    )]
    NotATopology {
        /// Where.
        at: Place,
        /// The name of its root element.
        root: String,
    },
    /// A part of it contradicts another or lacks something.
    #[error("{path} ({at}): {reason}")]
    Invalid {
        /// Where.
        at: Place,
        /// The path from the root.
        path: String,
        /// What is wrong.
        reason: String,
    },
}

/// An element or attribute that was not used: its path, and how often it occurs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ignored {
    /// `TopologyBuilder/NewTopology/PartialTopology/SimpleUrlConfiguration`; an attribute's last part starts with `@`.
    pub path: String,
    /// How many there are.
    pub count: u64,
}

#[derive(Debug)]
struct Attribute {
    name: String,
    value: String,
    used: Cell<bool>,
}

/// One element.
#[derive(Debug)]
pub(super) struct Element {
    pub(super) name: String,
    pub(super) at: Place,
    /// Whether it is in one of Microsoft's topology namespaces: only such elements are understood.
    is_known: bool,
    attributes: Vec<Attribute>,
    children: Vec<Self>,
    text: String,
    used: Cell<bool>,
    text_used: Cell<bool>,
}

impl Element {
    /// The first child of that name.
    pub(super) fn child(&self, name: &str) -> Option<&Self> {
        let child = self
            .children
            .iter()
            .find(|child| child.is_known && child.name == name)?;
        child.used.set(true);
        Some(child)
    }

    /// The children of that name.
    pub(super) fn children<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children
            .iter()
            .filter(move |child| child.is_known && child.name == name)
            .inspect(|child| child.used.set(true))
    }

    /// The value of an attribute.
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        let attribute = self.attributes.iter().find(|a| a.name == name)?;
        attribute.used.set(true);
        Some(&attribute.value)
    }

    /// The value of an attribute that must be there.
    pub(super) fn required(&self, name: &str) -> Result<&str, ReadError> {
        self.attribute(name)
            .ok_or_else(|| self.invalid(format!("the attribute {name} is missing")))
    }

    /// The value of an attribute of Tandem's own.
    pub(super) fn extension(&self, name: &str) -> Option<&str> {
        self.attribute(&format!("tandem:{name}"))
    }

    /// An attribute that is a number, or whatever else can be parsed.
    pub(super) fn parsed<T>(&self, name: &str) -> Result<Option<T>, ReadError>
    where
        T: std::str::FromStr,
        T::Err: fmt::Display,
    {
        self.attribute(name)
            .map(|text| {
                text.trim().parse().map_err(|error| {
                    self.invalid(format!("the attribute {name} is wrong: {error}"))
                })
            })
            .transpose()
    }

    /// An attribute that is `true` or `false`.
    pub(super) fn flag(&self, name: &str) -> Result<bool, ReadError> {
        match self.attribute(name).map(str::trim) {
            None | Some("false" | "0") => Ok(false),
            Some("true" | "1") => Ok(true),
            Some(_) => Err(self.invalid(format!("the attribute {name} is neither true nor false"))),
        }
    }

    /// The text of the element, without the white space around it.
    pub(super) fn text(&self) -> &str {
        self.text_used.set(true);
        self.text.trim()
    }

    /// An error about this element. Its path is completed by the reader, which knows the root.
    pub(super) fn invalid(&self, reason: String) -> ReadError {
        let named = self
            .attributes
            .iter()
            .find(|a| ["Fqdn", "RoleName", "SiteId", "Name"].contains(&a.name.as_str()))
            .map_or_else(String::new, |a| {
                format!(
                    "[{}={}]",
                    a.name,
                    a.value.chars().take(80).collect::<String>()
                )
            });
        ReadError::Invalid {
            at: self.at,
            path: format!("{}{named}", self.name),
            reason,
        }
    }

    /// What was not used, below and including this element.
    pub(super) fn ignored(&self) -> Vec<Ignored> {
        let mut counts = BTreeMap::new();
        self.collect(self.name.clone(), &mut counts);
        counts
            .into_iter()
            .map(|(path, count)| Ignored { path, count })
            .collect()
    }

    fn collect(&self, path: String, counts: &mut BTreeMap<String, u64>) {
        if self.used.get() {
            for attribute in self.attributes.iter().filter(|a| !a.used.get()) {
                count(counts, format!("{path}/@{}", attribute.name));
            }
            if !self.text_used.get() && !self.text.trim().is_empty() {
                count(counts, format!("{path}/text()"));
            }
        } else {
            // The attributes and the text of an element that is not used go with it.
            count(counts, path.clone());
        }
        for child in &self.children {
            child.collect(format!("{path}/{}", child.name), counts);
        }
    }
}

fn count(counts: &mut BTreeMap<String, u64>, path: String) {
    let path = if counts.len() >= MAX_IGNORED_PATHS && !counts.contains_key(&path) {
        "…".to_owned()
    } else {
        path
    };
    *counts.entry(path).or_default() += 1;
}

/// Reads a document into a tree. The root counts as used.
pub(super) fn parse(text: &str) -> Result<Element, ReadError> {
    if text.len() > MAX_DOCUMENT_BYTES {
        return Err(ReadError::TooLarge { bytes: text.len() });
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut parser = Parser {
        places: Places::new(text),
        open: Vec::new(),
        elements: 0,
        root: None,
    };
    let mut reader = NsReader::from_str(text);
    loop {
        let at = parser.places.at(reader.buffer_position());
        let event = reader.read_event().map_err(|error| {
            let at = parser
                .places
                .at(reader.error_position().max(reader.buffer_position()));
            malformed(at, &error)
        })?;
        match event {
            Event::Start(tag) => {
                let element = parser.element(at, &tag, reader.resolver())?;
                parser.open.push(element);
            }
            Event::Empty(tag) => {
                let element = parser.element(at, &tag, reader.resolver())?;
                parser.close(at, element)?;
            }
            Event::End(_) => {
                let element = parser
                    .open
                    .pop()
                    .ok_or_else(|| misplaced(at, "an end tag"))?;
                parser.close(at, element)?;
            }
            Event::Text(text) => parser.text(at, &text.xml10_content())?,
            Event::CData(text) => parser.text(at, &text.xml10_content())?,
            Event::GeneralRef(reference) => {
                let resolved = match reference.resolve_char_ref() {
                    Ok(Some(character)) => Some(character.to_string()),
                    Ok(None) => quick_xml::escape::resolve_predefined_entity(&reference)
                        .map(ToOwned::to_owned),
                    Err(error) => return Err(malformed(at, &error)),
                };
                let resolved = resolved.ok_or(ReadError::DocumentType { at })?;
                parser.text(at, &resolved)?;
            }
            Event::DocType(_) => return Err(ReadError::DocumentType { at }),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
            Event::Eof => return parser.finish(at),
        }
    }
}

fn malformed(at: Place, error: &quick_xml::Error) -> ReadError {
    ReadError::Malformed {
        at,
        reason: format!("the document is not well-formed XML: {error}"),
    }
}

fn misplaced(at: Place, what: &str) -> ReadError {
    ReadError::Malformed {
        at,
        reason: format!(
            "the document is not well-formed XML: {what} stands outside the root element"
        ),
    }
}

struct Parser<'a> {
    places: Places<'a>,
    open: Vec<Element>,
    elements: usize,
    root: Option<Element>,
}

impl Parser<'_> {
    fn element(
        &mut self,
        at: Place,
        tag: &BytesStart<'_>,
        namespaces: &NamespaceResolver,
    ) -> Result<Element, ReadError> {
        let limit = |what, limit| ReadError::LimitExceeded { at, what, limit };
        self.elements += 1;
        if self.elements > MAX_ELEMENTS {
            return Err(limit("elements", MAX_ELEMENTS));
        }
        if self.open.len() >= MAX_DEPTH {
            return Err(limit("levels of elements", MAX_DEPTH));
        }
        let (namespace, name) = namespaces.resolve_element(tag.name());
        let is_known = is_bound(&namespace, |uri| uri.starts_with(MICROSOFT));
        let mut attributes: Vec<Attribute> = Vec::new();
        for attribute in tag.attributes() {
            let attribute = attribute.map_err(|error| malformed(at, &error.into()))?;
            let key = attribute.key;
            if key.as_ref() == "xmlns" || key.as_ref().starts_with("xmlns:") {
                continue;
            }
            if attributes.len() >= MAX_ATTRIBUTES {
                return Err(limit("attributes in one element", MAX_ATTRIBUTES));
            }
            let (namespace, local) = namespaces.resolve_attribute(key);
            let name = if is_bound(&namespace, |uri| uri == EXTENSION) {
                format!("tandem:{}", local.as_ref())
            } else {
                key.as_ref().to_owned()
            };
            let value = attribute
                .normalized_value(XmlVersion::Implicit1_0)
                .map_err(|error| malformed(at, &error))?;
            attributes.push(Attribute {
                name: bounded_name(at, &name)?,
                value: value.into_owned(),
                used: Cell::new(false),
            });
        }
        Ok(Element {
            name: bounded_name(at, name.as_ref())?,
            at,
            is_known,
            attributes,
            children: Vec::new(),
            text: String::new(),
            used: Cell::new(self.open.is_empty()),
            text_used: Cell::new(false),
        })
    }

    fn close(&mut self, at: Place, element: Element) -> Result<(), ReadError> {
        match self.open.last_mut() {
            Some(parent) => parent.children.push(element),
            None if self.root.is_none() => self.root = Some(element),
            None => return Err(misplaced(at, "a second element")),
        }
        Ok(())
    }

    fn text(&mut self, at: Place, text: &str) -> Result<(), ReadError> {
        match self.open.last_mut() {
            Some(element) => element.text.push_str(text),
            None if text.trim().is_empty() => {}
            None => return Err(misplaced(at, "text")),
        }
        Ok(())
    }

    fn finish(self, at: Place) -> Result<Element, ReadError> {
        let unfinished = |reason: String| ReadError::Malformed { at, reason };
        if let Some(open) = self.open.last() {
            return Err(unfinished(format!(
                "the document ends inside <{}>, which starts at {}",
                open.name, open.at
            )));
        }
        self.root
            .ok_or_else(|| unfinished("the document has no element".to_owned()))
    }
}

fn is_bound(namespace: &ResolveResult<'_>, test: impl Fn(&str) -> bool) -> bool {
    match namespace {
        ResolveResult::Bound(uri) => test(uri.as_ref()),
        ResolveResult::Unbound | ResolveResult::Unknown(_) => false,
    }
}

fn bounded_name(at: Place, name: &str) -> Result<String, ReadError> {
    if name.len() > MAX_NAME_BYTES {
        return Err(ReadError::LimitExceeded {
            at,
            what: "bytes in one name",
            limit: MAX_NAME_BYTES,
        });
    }
    Ok(name.to_owned())
}

/// Turns rising offsets into places without starting over each time.
pub(super) struct Places<'a> {
    text: &'a str,
    offset: usize,
    place: Place,
}

impl<'a> Places<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            text,
            offset: 0,
            place: Place { line: 1, column: 1 },
        }
    }

    pub(super) fn at(&mut self, offset: u64) -> Place {
        let offset = usize::try_from(offset)
            .unwrap_or(usize::MAX)
            .min(self.text.len());
        for character in self
            .text
            .get(self.offset..offset)
            .unwrap_or_default()
            .chars()
        {
            if character == '\n' {
                self.place.line += 1;
                self.place.column = 1;
            } else {
                self.place.column += 1;
            }
        }
        self.offset = self.offset.max(offset);
        self.place
    }
}
