//! What is deployed: the model, the documents it is read from, whether a document is acceptable and what it changes.
//!
//! Three forms are read: Topology Builder's working file (`.tbxml`), the published document, and a readable TOML form of
//! the same model. All meet in [`Topology`]; what a document has beyond it is named in [`Document::ignored`].

mod difference;
mod document;
mod model;
mod publish;
mod raw;
mod read_xml;
mod readable;
mod role;
mod tree;
mod usual;
mod validate;
mod write_xml;

pub use difference::{Change, difference};
pub use document::Document;
pub use model::{
    BackEndAvailability, Dependency, Hosting, Machine, NetInterface, Pool, PoolKind, Port, Service,
    SipDomain, Site, Topology,
};
pub use publish::check_publish;
pub use raw::{MAX_MACHINES_PER_POOL, MAX_POOLS, MAX_SERVICES, MAX_SITES};
pub use read_xml::read_xml;
pub use readable::{read_toml, write_toml};
pub use role::Role;
pub use tree::{
    Ignored, MAX_ATTRIBUTES, MAX_DEPTH, MAX_DOCUMENT_BYTES, MAX_ELEMENTS, MAX_IGNORED_PATHS,
    MAX_NAME_BYTES, Place, ReadError,
};
pub use validate::{Finding, Severity, validate};
pub use write_xml::write_xml;

/// The enum value of a word, by the names that serde gives it.
fn keyword<T: serde::de::DeserializeOwned>(word: &str) -> Result<T, String> {
    use serde::de::IntoDeserializer;
    let deserializer: serde::de::value::StrDeserializer<'_, serde::de::value::Error> =
        word.into_deserializer();
    T::deserialize(deserializer).map_err(|error| error.to_string())
}

/// The word of an enum value, by the names that serde gives it.
fn keyword_of<T: serde::Serialize>(value: &T) -> String {
    match toml::Value::try_from(value) {
        Ok(toml::Value::String(word)) => word,
        Ok(other) => other.to_string(),
        Err(error) => error.to_string(),
    }
}

#[cfg(test)]
mod tests;
