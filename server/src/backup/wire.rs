//! Documents between store and wire.

use tandem::peer::v1 as wire;
use tandem_domain::backup::DocumentKind;
use tandem_domain::ownership::{Epoch, Position};

use crate::peer::Refusal;
use crate::peer::wire::{INVALID_MESSAGE, moment, timestamp};
use crate::store::{ContentReference, Document, DocumentKey};

/// A key as a message.
#[must_use]
pub fn document_key(key: DocumentKey) -> wire::DocumentKey {
    wire::DocumentKey {
        owner: key.owner,
        kind: key.kind.name().to_owned(),
        key: key.key,
    }
}

/// A key from a message.
///
/// # Errors
/// A refusal when the kind is not known.
pub fn from_document_key(key: wire::DocumentKey) -> Result<DocumentKey, Refusal> {
    let kind = DocumentKind::from_name(&key.kind).ok_or_else(|| {
        Refusal::new(
            INVALID_MESSAGE,
            format!("there is no kind of document \"{}\"", key.kind),
        )
    })?;
    Ok(DocumentKey {
        owner: key.owner,
        kind,
        key: key.key,
    })
}

/// A document as a message.
#[must_use]
pub fn document(document: Document) -> wire::Document {
    wire::Document {
        key: Some(document_key(document.key)),
        body: document.body.into(),
        version: document.version,
        epoch: document.position.epoch.0,
        sequence: document.position.sequence,
        deleted: document.deleted,
        written: Some(timestamp(document.written)),
        content_hash: document
            .content
            .map(|content| content.hash.to_string())
            .unwrap_or_default(),
        content_length: document.content.map_or(0, |content| content.length),
    }
}

/// A document from a message.
///
/// # Errors
/// A refusal when it has no key, an unknown kind or a hash that is none.
pub fn from_document(message: wire::Document) -> Result<Document, Refusal> {
    let key = message
        .key
        .ok_or_else(|| Refusal::new(INVALID_MESSAGE, "a document has no key"))?;
    let content = if message.content_hash.is_empty() {
        None
    } else {
        let hash = message
            .content_hash
            .parse()
            .map_err(|error: crate::store::Error| {
                Refusal::new(INVALID_MESSAGE, error.to_string())
            })?;
        Some(ContentReference {
            hash,
            length: message.content_length,
        })
    };
    Ok(Document {
        key: from_document_key(key)?,
        body: message.body.into(),
        version: message.version,
        position: Position {
            epoch: Epoch(message.epoch),
            sequence: message.sequence,
        },
        deleted: message.deleted,
        written: moment(message.written),
        content,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::store::ContentHash;
    use std::time::{Duration, UNIX_EPOCH};

    #[test]
    fn a_document_survives_the_wire() {
        let original = Document {
            key: DocumentKey {
                owner: "sip:kenmyer@contoso.com".to_owned(),
                kind: DocumentKind::ConferenceContent,
                key: "slides.pptx".to_owned(),
            },
            body: bytes::Bytes::from_static(b"{}"),
            version: 3,
            position: Position {
                epoch: Epoch(2),
                sequence: 17,
            },
            deleted: false,
            written: UNIX_EPOCH + Duration::from_secs(99),
            content: Some(ContentReference {
                hash: ContentHash::of(b"bytes"),
                length: 5,
            }),
        };
        assert_eq!(from_document(document(original.clone())).unwrap(), original);
        let mut unknown = document(original);
        unknown.key.as_mut().unwrap().kind = "recipe".to_owned();
        assert_eq!(from_document(unknown).unwrap_err().id, INVALID_MESSAGE);
    }
}
