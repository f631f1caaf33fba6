//! A topology together with the document that it was read from.

use super::model::Topology;
use super::read_xml::read_xml;
use super::readable::read_toml;
use super::tree::{Ignored, ReadError};
use super::write_xml::write_xml;

/// A topology, what of its document was not used, and the document itself where it was XML.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// The model.
    pub topology: Topology,
    /// Every element and attribute that was not used, by path. Empty for the readable form, which refuses what it does
    /// not know.
    pub ignored: Vec<Ignored>,
    /// The text, when it was XML: `Get-CsTopology -AsXml` gives it back as it was published.
    pub original_xml: Option<String>,
}

impl Document {
    /// A topology that was not read from a document.
    #[must_use]
    pub fn of(topology: Topology) -> Self {
        Self {
            topology,
            ignored: Vec::new(),
            original_xml: None,
        }
    }

    /// Reads a document in any of the three forms; XML starts with `<`.
    pub fn read(text: &str) -> Result<Self, ReadError> {
        let start = text.strip_prefix('\u{feff}').unwrap_or(text).trim_start();
        if start.starts_with('<') {
            read_xml(text)
        } else {
            read_toml(text).map(Self::of)
        }
    }

    /// The document as XML: the original where there is one, else the published form.
    #[must_use]
    pub fn to_xml(&self) -> String {
        self.original_xml
            .clone()
            .unwrap_or_else(|| write_xml(&self.topology))
    }
}
