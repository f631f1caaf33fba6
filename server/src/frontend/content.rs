//! Conference files: uploaded in pieces, named by a document once they are durable.

use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};
use serde::Serialize;
use tandem::frontend::v1 as wire;
use tandem_domain::backup::DocumentKind;
use tandem_domain::identity::SipUri;
use tandem_domain::sign_in::UserOperation;
use tonic::Status;

use super::documents::position;
use super::{CONFERENCE_FILE_BYTES_MAX, FrontEnd, refuse, user};
use crate::ownership::HomePool;
use crate::store::{
    CONTENT_CHUNK_BYTES, ContentHash, ContentReference, DocumentKey, StoredContent, Write, Written,
};
use crate::windows_services::Service;

/// The body of a conference file's document.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FileBody<'a> {
    conference: &'a str,
    name: &'a str,
    content_hash: String,
    length: u64,
}

impl FrontEnd {
    /// Uploads a conference file; it is durable when this has answered.
    pub(super) async fn put_content(
        &self,
        pieces: impl Stream<Item = Result<wire::PutConferenceContentRequest, Status>> + Send,
    ) -> Result<wire::PutConferenceContentResponse, Status> {
        let _work = self.enter(Service::WebConferencing)?;
        let mut pieces = std::pin::pin!(pieces);
        let first = pieces
            .next()
            .await
            .ok_or_else(|| refuse::argument("owner", "the upload has no first message"))??;
        let owner = user(&first.owner)?;
        let key = file_key(&owner, &first.conference, &first.name)?;
        let home = self
            .serve(&owner, UserOperation::UploadMeetingContent)
            .await?;
        let expected = match first.content_hash.as_str() {
            "" => None,
            hash => Some(hash.parse::<ContentHash>().map_err(refuse::store)?),
        };
        let (conference, name) = (first.conference.clone(), first.name.clone());
        let mut upload = self
            .parts
            .stores
            .contents
            .receive(CONFERENCE_FILE_BYTES_MAX, expected)
            .await
            .map_err(refuse::store)?;
        let mut next = Some(first);
        while let Some(piece) = next {
            if piece.data.len() > CONTENT_CHUNK_BYTES {
                return Err(refuse::too_many("bytes in a piece", CONTENT_CHUNK_BYTES));
            }
            upload
                .append(Bytes::from(piece.data))
                .await
                .map_err(refuse::store)?;
            next = pieces.next().await.transpose()?;
        }
        let stored = upload.finish().await.map_err(refuse::store)?;
        let written = self
            .name_content(&home, key, &conference, &name, stored)
            .await?;
        Ok(wire::PutConferenceContentResponse {
            content_hash: stored.hash.to_string(),
            length: stored.length,
            position: Some(position(written)),
        })
    }

    /// Writes the document that names a stored content.
    async fn name_content(
        &self,
        home: &HomePool,
        key: DocumentKey,
        conference: &str,
        name: &str,
        stored: StoredContent,
    ) -> Result<Written, Status> {
        let body = serde_json::to_vec(&FileBody {
            conference,
            name,
            content_hash: stored.hash.to_string(),
            length: stored.length,
        })
        .map_err(|error| Status::internal(error.to_string()))?;
        let write = Write {
            home_pool: home.home.clone(),
            key,
            body: body.into(),
            content: Some(ContentReference {
                hash: stored.hash,
                length: stored.length,
            }),
            expected_version: None,
            delete: false,
        };
        let written = self
            .parts
            .stores
            .documents
            .put_many(vec![write])
            .await
            .map_err(refuse::store)?;
        written
            .into_iter()
            .next()
            .ok_or_else(|| Status::internal("a write was not answered"))
    }

    /// Downloads a conference file.
    pub(super) async fn get_content(
        &self,
        request: wire::GetConferenceContentRequest,
    ) -> Result<
        impl Stream<Item = Result<wire::GetConferenceContentResponse, Status>> + use<>,
        Status,
    > {
        let _work = self.enter(Service::WebConferencing)?;
        let owner = user(&request.owner)?;
        let key = file_key(&owner, &request.conference, &request.name)?;
        let home = self.serve(&owner, UserOperation::JoinMeeting).await?;
        let document = self
            .parts
            .stores
            .documents
            .get(&home.home, &key)
            .await
            .map_err(refuse::store)?;
        let content = document
            .and_then(|document| document.content)
            .ok_or_else(|| refuse::no_document(&key.to_string()))?;
        let read = self
            .parts
            .stores
            .contents
            .read(content.hash, 0)
            .await
            .map_err(refuse::store)?;
        let head = wire::GetConferenceContentResponse {
            content_hash: content.hash.to_string(),
            length: read.length,
            data: Vec::new(),
        };
        let pieces = read.pieces.map(|piece| {
            piece
                .map(|data| wire::GetConferenceContentResponse {
                    data: data.into(),
                    ..wire::GetConferenceContentResponse::default()
                })
                .map_err(refuse::store)
        });
        Ok(stream::iter([Ok(head)]).chain(pieces).boxed())
    }
}

/// The key of a conference file's document. Neither part may be empty, and a conference's id has no slash, so that no
/// two files share a key.
fn file_key(owner: &SipUri, conference: &str, name: &str) -> Result<DocumentKey, Status> {
    for (field, text) in [("conference", conference), ("name", name)] {
        if text.is_empty() {
            return Err(refuse::argument(field, format!("the {field} is missing")));
        }
    }
    if conference.contains('/') {
        return Err(refuse::argument(
            "conference",
            "a conference's id has no slash",
        ));
    }
    Ok(DocumentKey {
        owner: owner.as_str().to_owned(),
        kind: DocumentKind::ConferenceContent,
        key: format!("{conference}/{name}"),
    })
}
