//! Users' documents, as front ends read and write them.

use std::collections::BTreeMap;

use futures_util::{Stream, StreamExt, TryStreamExt};
use tandem::frontend::v1 as wire;
use tandem_domain::backup::DocumentKind;
use tandem_domain::identity::{Fqdn, SipUri};
use tandem_domain::sign_in::UserOperation;
use tonic::Status;

use super::{FrontEnd, refuse, user};
use crate::peer::wire::timestamp;
use crate::store::{Document, DocumentKey, WRITES_MAX, Write, Written};
use crate::windows_services::Service;

/// What reading a document of a kind is to the user.
fn reading(kind: DocumentKind) -> UserOperation {
    match kind {
        DocumentKind::Presence => UserOperation::ReadPresence,
        DocumentKind::Conference | DocumentKind::ConferenceContent => UserOperation::JoinMeeting,
        _ => UserOperation::ReadContacts,
    }
}

/// What writing a document of a kind is to the user; `None` for kinds that front ends do not write.
fn writing(kind: DocumentKind) -> Option<UserOperation> {
    match kind {
        DocumentKind::Contact | DocumentKind::Group | DocumentKind::Rights => {
            Some(UserOperation::ChangeContacts)
        }
        DocumentKind::Setting => Some(UserOperation::ChangeForwarding),
        DocumentKind::Presence => Some(UserOperation::SetPresence),
        DocumentKind::Conference => Some(UserOperation::ScheduleMeeting),
        DocumentKind::Account
        | DocumentKind::ConferenceContent
        | DocumentKind::Topology
        | DocumentKind::Configuration
        | DocumentKind::Policy
        | DocumentKind::Role => None,
    }
}

impl FrontEnd {
    /// The documents of one owner.
    pub(super) async fn list(
        &self,
        request: wire::ListDocumentsRequest,
    ) -> Result<impl Stream<Item = Result<wire::ListDocumentsResponse, Status>> + use<>, Status>
    {
        let _work = self.enter(Service::FrontEnd)?;
        let owner = user(&request.owner)?;
        let kind = match request.kind.as_str() {
            "" => None,
            name => Some(kind(name)?),
        };
        let operation = kind.map_or(UserOperation::ReadContacts, reading);
        let home = self.serve(&owner, operation).await?;
        Ok(self
            .parts
            .stores
            .documents
            .list(&home.home, owner.as_str(), kind)
            .map_ok(|document| wire::ListDocumentsResponse {
                document: Some(to_wire(document)),
            })
            .map_err(refuse::store)
            .boxed())
    }

    /// One document.
    pub(super) async fn get(
        &self,
        request: wire::GetDocumentRequest,
    ) -> Result<wire::GetDocumentResponse, Status> {
        let _work = self.enter(Service::FrontEnd)?;
        let owner = user(&request.owner)?;
        let kind = kind(&request.kind)?;
        let home = self.serve(&owner, reading(kind)).await?;
        let key = DocumentKey {
            owner: owner.as_str().to_owned(),
            kind,
            key: request.key,
        };
        let document = self
            .parts
            .stores
            .documents
            .get(&home.home, &key)
            .await
            .map_err(refuse::store)?
            .ok_or_else(|| refuse::no_document(&key.to_string()))?;
        Ok(wire::GetDocumentResponse {
            document: Some(to_wire(document)),
        })
    }

    /// Writes documents, all or none.
    pub(super) async fn put(
        &self,
        request: wire::PutDocumentsRequest,
    ) -> Result<wire::PutDocumentsResponse, Status> {
        let _work = self.enter(Service::FrontEnd)?;
        if request.write.len() > WRITES_MAX {
            return Err(refuse::too_many("writes", WRITES_MAX));
        }
        let mut homes: BTreeMap<(String, DocumentKind), Fqdn> = BTreeMap::new();
        let mut writes = Vec::with_capacity(request.write.len());
        for write in request.write {
            let owner = user(&write.owner)?;
            let kind = kind(&write.kind)?;
            let known = (owner.as_str().to_owned(), kind);
            let home_pool = match homes.get(&known) {
                Some(home) => home.clone(),
                None => {
                    let home = self.writable_home(&owner, kind).await?;
                    homes.insert(known, home.clone());
                    home
                }
            };
            writes.push(Write {
                home_pool,
                key: DocumentKey {
                    owner: owner.as_str().to_owned(),
                    kind,
                    key: write.key,
                },
                body: write.body.into(),
                content: None,
                expected_version: write.expected_version,
                delete: write.delete,
            });
        }
        let written = self
            .parts
            .stores
            .documents
            .put_many(writes)
            .await
            .map_err(refuse::store)?;
        Ok(wire::PutDocumentsResponse {
            position: written.into_iter().map(position).collect(),
        })
    }

    async fn writable_home(&self, owner: &SipUri, kind: DocumentKind) -> Result<Fqdn, Status> {
        let operation = writing(kind).ok_or_else(|| {
            refuse::argument(
                "kind",
                match kind {
                    DocumentKind::ConferenceContent => {
                        "conference files are written with PutConferenceContent".to_owned()
                    }
                    _ => format!("documents of kind {kind} are not written by front ends"),
                },
            )
        })?;
        Ok(self.serve(owner, operation).await?.home)
    }
}

fn kind(name: &str) -> Result<DocumentKind, Status> {
    DocumentKind::from_name(name)
        .filter(|kind| DocumentKind::USER_DATA.contains(kind))
        .ok_or_else(|| {
            let shown: String = name.chars().take(64).collect();
            refuse::argument("kind", format!("\"{shown}\" is no kind of user document"))
        })
}

/// Position of a write on the wire.
pub(super) fn position(written: Written) -> wire::DocumentPosition {
    wire::DocumentPosition {
        version: written.version,
        epoch: written.position.epoch.0,
        sequence: written.position.sequence,
    }
}

fn to_wire(document: Document) -> wire::UserDocument {
    wire::UserDocument {
        owner: document.key.owner,
        kind: document.key.kind.name().to_owned(),
        key: document.key.key,
        body: document.body.into(),
        version: document.version,
        written: Some(timestamp(document.written)),
    }
}
