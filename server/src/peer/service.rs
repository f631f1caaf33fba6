//! PeerService: translates between the contract and the parts. Decisions are theirs.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::SystemTime;

use futures_util::{Stream, StreamExt};
use tandem::peer::v1 as wire;
use tandem::peer::v1::peer_service_server::{PeerService, PeerServiceServer};
use tandem_domain::backup::BackupModule;
use tandem_domain::identity::Fqdn;
use tandem_domain::ownership::{Chain, Epoch, PartnerAnswer};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::codec::CompressionEncoding;
use tonic::{Request, Response, Status, Streaming};

use super::access::{Caller, Refusals};
use super::answer::{hash, management_status, module, partner, status, unavailable};
use super::client::MAX_MESSAGE_BYTES;
use super::error::Refusal;
use super::exchange::Exchange;
use super::heartbeat::Report;
use super::import::import;
use super::import_user::import_user;
use super::wire::{INVALID_MESSAGE, chain, pool};
use crate::backup::{Backup, document_key};
use crate::management::{Management, from_message, to_message};
use crate::operation::Operations;
use crate::ownership::Ownership;
use crate::store::Stores;

/// How many wanted keys one answer carries.
const WANTED_PER_ANSWER: u32 = 500;

/// Answers that wait for the connection.
const ANSWER_QUEUE: usize = 8;

/// A stream of answers.
pub type Answers<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

/// Runs cmdlets that another node forwards: the dispatcher does.
#[tonic::async_trait]
pub trait Forwarded: Send + Sync {
    /// Runs what the stream's first message starts; the events of the cmdlet.
    ///
    /// # Errors
    /// When it cannot be started.
    async fn run(
        self: Arc<Self>,
        request: Request<Streaming<wire::ForwardRequest>>,
    ) -> Result<Response<Answers<wire::ForwardResponse>>, Status>;
}

/// What PeerService speaks for.
#[derive(Clone)]
pub struct Parts {
    /// The stores.
    pub stores: Stores,
    /// Who serves.
    pub ownership: Ownership,
    /// Heartbeats.
    pub exchange: Exchange,
    /// The Backup Service.
    pub backup: Backup,
    /// Operations.
    pub operations: Operations,
    /// The Central Management replica.
    pub management: Management,
    /// Forwarded cmdlets.
    pub forwarded: Arc<dyn Forwarded>,
}

/// The service, for the node's server.
pub struct Service {
    parts: Parts,
    refusals: Arc<Refusals>,
}

impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Service").finish_non_exhaustive()
    }
}

/// The service with its limits and compression.
#[must_use]
pub fn server(parts: Parts) -> PeerServiceServer<Service> {
    let refusals = Arc::default();
    PeerServiceServer::new(Service { parts, refusals })
        .max_decoding_message_size(MAX_MESSAGE_BYTES)
        .max_encoding_message_size(MAX_MESSAGE_BYTES)
        .accept_compressed(CompressionEncoding::Zstd)
        .send_compressed(CompressionEncoding::Zstd)
}

#[tonic::async_trait]
impl PeerService for Service {
    async fn heartbeat(
        &self,
        request: Request<wire::HeartbeatRequest>,
    ) -> Result<Response<wire::HeartbeatResponse>, Status> {
        let caller = self.caller(&request, "Heartbeat");
        let report = Arc::new(Report::from_request(request.into_inner())?);
        caller.speaks_for(&report.pool).await?;
        let exchange = &self.parts.exchange;
        // The answer is this node's word from before it heard: what it draws from the other's word may call there.
        let own = exchange.report().await.map_err(unavailable)?;
        let (listener, heard) = (exchange.clone(), report);
        tokio::spawn(async move { listener.hear(heard).await });
        Ok(Response::new(own.to_response()))
    }

    async fn open_import(
        &self,
        request: Request<wire::OpenImportRequest>,
    ) -> Result<Response<wire::OpenImportResponse>, Status> {
        let caller = self.caller(&request, "OpenImport");
        let request = request.into_inner();
        let home = pool(&request.home_pool, "home_pool")?;
        caller.keeps_copy_of(&home).await?;
        let module = module(&request.module)?;
        let theirs = chain(&request.term)?;
        if !self.parts.backup.is_active() {
            return Err(Refusal::new(
                "BackupServiceNotActive",
                format!(
                    "the Backup Service (LYNCBACKUP) is stopped on pool \"{}\"",
                    self.parts.ownership.pool()
                ),
            )
            .into());
        }
        self.follow(&home, theirs).await?;
        let change_log = &self.parts.stores.change_log;
        let wanted = change_log
            .wanted(&home, module, WANTED_PER_ANSWER)
            .await
            .map_err(status)?;
        let watermark = change_log.watermark(&home, module).await.map_err(status)?;
        Ok(Response::new(wire::OpenImportResponse {
            watermark,
            wanted: wanted.keys.into_iter().map(document_key).collect(),
            more_wanted: wanted.more,
        }))
    }

    type ImportChangesStream = Answers<wire::ImportChangesResponse>;

    async fn import_changes(
        &self,
        request: Request<Streaming<wire::ImportChangesRequest>>,
    ) -> Result<Response<Self::ImportChangesStream>, Status> {
        let caller = self.caller(&request, "ImportChanges");
        caller.keeps_copies().await?;
        let mut batches = request.into_inner();
        let (answers, stream) = mpsc::channel(ANSWER_QUEUE);
        let parts = self.parts.clone();
        tokio::spawn(async move {
            while let Some(batch) = batches.next().await {
                let answer = match batch {
                    Ok(batch) => import(&parts, &caller, batch).await,
                    Err(broken) => Err(broken),
                };
                let is_end = answer.is_err();
                if answers.send(answer).await.is_err() || is_end {
                    return;
                }
            }
        });
        Ok(Response::new(Box::pin(ReceiverStream::new(stream))))
    }

    async fn find_missing_content(
        &self,
        request: Request<wire::FindMissingContentRequest>,
    ) -> Result<Response<wire::FindMissingContentResponse>, Status> {
        let caller = self.caller(&request, "FindMissingContent");
        caller.brings_files().await?;
        let hashes = request
            .into_inner()
            .content_hash
            .iter()
            .map(|text| hash(text))
            .collect::<Result<Vec<_>, _>>()?;
        let missing = self
            .parts
            .stores
            .contents
            .missing(hashes)
            .await
            .map_err(status)?;
        let missing = missing
            .into_iter()
            .map(|missing| wire::MissingContent {
                content_hash: missing.hash.to_string(),
                received_bytes: missing.received,
            })
            .collect();
        Ok(Response::new(wire::FindMissingContentResponse { missing }))
    }

    async fn put_content(
        &self,
        request: Request<Streaming<wire::PutContentRequest>>,
    ) -> Result<Response<wire::PutContentResponse>, Status> {
        let caller = self.caller(&request, "PutContent");
        caller.brings_files().await?;
        let mut pieces = request.into_inner();
        let first = pieces
            .message()
            .await?
            .ok_or_else(|| Refusal::new(INVALID_MESSAGE, "a content begins with its hash"))?;
        let name = hash(&first.content_hash)?;
        let contents = &self.parts.stores.contents;
        let mut upload = contents
            .resume(name, first.length, first.offset)
            .await
            .map_err(status)?;
        let more = first.more;
        let mut data = first.data;
        loop {
            if !data.is_empty() {
                upload.append(data.into()).await.map_err(status)?;
            }
            match pieces.message().await? {
                Some(next) => data = next.data,
                None => break,
            }
        }
        // What came of a content is kept when its upload is dropped.
        if !more {
            upload.finish().await.map_err(status)?;
        }
        Ok(Response::new(wire::PutContentResponse {}))
    }

    type GetContentStream = Answers<wire::GetContentResponse>;

    async fn get_content(
        &self,
        request: Request<wire::GetContentRequest>,
    ) -> Result<Response<Self::GetContentStream>, Status> {
        let caller = self.caller(&request, "GetContent");
        caller.keeps_copies().await?;
        let request = request.into_inner();
        let name = hash(&request.content_hash)?;
        let read = self
            .parts
            .stores
            .contents
            .read(name, request.offset)
            .await
            .map_err(status)?;
        let pieces = read.pieces.map(|piece| {
            piece
                .map(|bytes| wire::GetContentResponse { data: bytes.into() })
                .map_err(status)
        });
        Ok(Response::new(Box::pin(pieces)))
    }

    async fn get_digest(
        &self,
        request: Request<wire::GetDigestRequest>,
    ) -> Result<Response<wire::GetDigestResponse>, Status> {
        let caller = self.caller(&request, "GetDigest");
        let home = pool(&request.into_inner().home_pool, "home_pool")?;
        caller.keeps_copy_of(&home).await?;
        let digests = self
            .parts
            .stores
            .change_log
            .digest(&home)
            .await
            .map_err(status)?;
        let digest = digests
            .into_iter()
            .map(|digest| wire::ModuleDigest {
                module: digest.module.name().to_owned(),
                documents: digest.documents,
                digest: digest.digest.to_be_bytes().to_vec(),
                sequence: digest.sequence,
            })
            .collect();
        Ok(Response::new(wire::GetDigestResponse { digest }))
    }

    async fn prepare_operation(
        &self,
        request: Request<wire::PrepareOperationRequest>,
    ) -> Result<Response<wire::PrepareOperationResponse>, Status> {
        let caller = self.caller(&request, "PrepareOperation");
        let record = request.into_inner().operation;
        let record =
            record.ok_or_else(|| Refusal::new(INVALID_MESSAGE, "there is no operation"))?;
        caller.coordinates(&record).await?;
        let operations = self.parts.operations.clone();
        to_the_end(async move { operations.prepare(record).await.map_err(partner) }).await?;
        Ok(Response::new(wire::PrepareOperationResponse {}))
    }

    async fn transfer_ownership(
        &self,
        request: Request<wire::TransferOwnershipRequest>,
    ) -> Result<Response<wire::TransferOwnershipResponse>, Status> {
        let caller = self.caller(&request, "TransferOwnership");
        let (operations, request) = (self.parts.operations.clone(), request.into_inner());
        caller.drives(&request.operation_id, None).await?;
        to_the_end(async move { operations.transfer(request).await.map_err(partner) }).await?;
        Ok(Response::new(wire::TransferOwnershipResponse {}))
    }

    async fn abort_operation(
        &self,
        request: Request<wire::AbortOperationRequest>,
    ) -> Result<Response<wire::AbortOperationResponse>, Status> {
        let caller = self.caller(&request, "AbortOperation");
        let (operations, request) = (self.parts.operations.clone(), request.into_inner());
        let told = request.operation.as_ref();
        caller.drives(&request.operation_id, told).await?;
        let state =
            to_the_end(async move { operations.abort(request).await.map_err(partner) }).await?;
        Ok(Response::new(wire::AbortOperationResponse {
            state: state.name().to_owned(),
        }))
    }

    async fn get_operation(
        &self,
        request: Request<wire::GetOperationRequest>,
    ) -> Result<Response<wire::GetOperationResponse>, Status> {
        let caller = self.caller(&request, "GetOperation");
        let id = request.into_inner().operation_id;
        caller.takes_part_in(&id).await?;
        let operation = self.parts.operations.tell(&id).await.map_err(partner)?;
        Ok(Response::new(wire::GetOperationResponse { operation }))
    }

    async fn put_management_document(
        &self,
        request: Request<wire::PutManagementDocumentRequest>,
    ) -> Result<Response<wire::PutManagementDocumentResponse>, Status> {
        let caller = self.caller(&request, "PutManagementDocument");
        caller.hands_out_documents().await?;
        let request = request.into_inner();
        let document = request
            .document
            .ok_or_else(|| Refusal::new(INVALID_MESSAGE, "there is no document"))?;
        let accepted = self
            .parts
            .management
            .accept(from_message(document), request.expected_version)
            .await;
        let error = accepted.as_ref().err().map(ToString::to_string);
        let own = self.parts.ownership.pool();
        self.parts
            .backup
            .note_import(own, BackupModule::CmsMaster, error, SystemTime::now());
        let version = accepted.map_err(management_status)?;
        Ok(Response::new(wire::PutManagementDocumentResponse {
            version,
        }))
    }

    async fn get_management_document(
        &self,
        request: Request<wire::GetManagementDocumentRequest>,
    ) -> Result<Response<wire::GetManagementDocumentResponse>, Status> {
        // Every node of the deployment may, also one that the topology names no more: it has to learn that.
        let name = request.into_inner().name;
        let document = self
            .parts
            .management
            .get(&name)
            .await
            .map_err(management_status)?;
        Ok(Response::new(wire::GetManagementDocumentResponse {
            document: document.map(to_message),
        }))
    }

    async fn import_user(
        &self,
        request: Request<wire::ImportUserRequest>,
    ) -> Result<Response<wire::ImportUserResponse>, Status> {
        let caller = self.caller(&request, "ImportUser");
        let changed = import_user(&self.parts, &caller, request.into_inner()).await?;
        Ok(Response::new(wire::ImportUserResponse { changed }))
    }

    type ForwardStream = Answers<wire::ForwardResponse>;

    async fn forward(
        &self,
        request: Request<Streaming<wire::ForwardRequest>>,
    ) -> Result<Response<Self::ForwardStream>, Status> {
        self.caller(&request, "Forward").is_a_pool().await?;
        self.parts.forwarded.clone().run(request).await
    }
}

impl Service {
    fn caller<T>(&self, request: &Request<T>, rpc: &'static str) -> Caller {
        Caller::of(&self.parts, &self.refusals, request, rpc)
    }

    /// Makes sure that what the sender exports is what this node follows.
    async fn follow(&self, home: &Fqdn, theirs: Chain) -> Result<(), Status> {
        let ownership = &self.parts.ownership;
        let Some(state) = ownership.get(home) else {
            return Err(Refusal::new(
                "UnknownHomePool",
                format!(
                    "pool \"{}\" keeps no copy of pool \"{home}\"",
                    ownership.pool()
                ),
            )
            .into());
        };
        if theirs.epoch() > state.chain.epoch() {
            let answer = PartnerAnswer::Answered {
                head: 0,
                chain: theirs.clone(),
            };
            let bundle = uuid::Uuid::now_v7().to_string();
            ownership
                .settle(home, &answer, &bundle, SystemTime::now())
                .await
                .map_err(unavailable)?;
        }
        let known = ownership
            .get(home)
            .map_or(Epoch::FIRST, |state| state.chain.epoch());
        if known != theirs.epoch() {
            return Err(Refusal::new(
                "ChainSuperseded",
                format!(
                    "epoch {known} is in force for pool \"{home}\" here, the sender writes at {}",
                    theirs.epoch()
                ),
            )
            .into());
        }
        Ok(())
    }
}

/// Runs a step of an operation to its end although the caller may hang up in the middle of it.
async fn to_the_end<T: Send + 'static>(
    step: impl Future<Output = Result<T, Status>> + Send + 'static,
) -> Result<T, Status> {
    tokio::spawn(step)
        .await
        .map_err(|error| Status::internal(error.to_string()))?
}
