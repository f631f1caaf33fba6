//! ShellService: command lines and structured pipelines for clients that know no cmdlet.
//!
//! The engine is synchronous, so each pipeline runs on a thread of its own out of a bounded number, with bounded
//! channels to and from the connection: a slow reader slows the pipeline, a gone reader ends it.

mod complete;
mod describe;
mod files;
mod host;
mod incoming;
mod input;
mod outbox;
mod pace;
mod pipeline;
mod plan_text;
mod prompts;
mod render;
mod said;
mod screen;
mod sessions;
pub mod structured;
mod threads;
mod topics;
mod views;
mod voice;
mod words;

use std::pin::Pin;
use std::sync::Arc;

use futures_util::Stream;
use tandem::shell::v1 as wire;
use tandem::shell::v1::invoke_request::Message as Asked;
use tandem::shell::v1::shell_service_server::{ShellService, ShellServiceServer};
use tandem_shell::format::view::ViewRegistry;
use tokio::sync::Semaphore;
use tonic::metadata::MetadataValue;
use tonic::{Request, Response, Status, Streaming};

use self::sessions::Sessions;
use self::threads::Threads;
use crate::configuration::SessionLimits;
use crate::dispatch::dispatcher::Dispatcher;
use crate::layers::authorise;
use crate::layers::identity::Identity;
use crate::node::Node;

pub use sessions::sweep;

/// Longest message, in bytes: CLIXML comes as one, and a string of output may be long.
const MAX_MESSAGE_BYTES: usize = 64 * 1024 * 1024;

/// The service.
#[derive(Clone, Debug)]
pub struct Shell {
    parts: Arc<Parts>,
}

/// The header of an answer that names the pool of the node.
const POOL_HEADER: &str = "tandem-pool";

/// The header of an answer that says what the node tells its pace of: see `InputTaken`.
const PACES_HEADER: &str = "tandem-paces";

/// What pipelines run with.
#[derive(Debug)]
pub(crate) struct Parts {
    pub(crate) node: Arc<Node>,
    pub(crate) dispatcher: Arc<Dispatcher>,
    pub(crate) views: Arc<ViewRegistry>,
    pub(crate) sessions: Sessions,
    pub(crate) workers: Arc<Semaphore>,
    pub(crate) threads: Threads,
    /// Groups whose members run commands only.
    pub(crate) commands_only: Vec<String>,
}

type Responses = Pin<Box<dyn Stream<Item = Result<wire::InvokeResponse, Status>> + Send>>;

impl Shell {
    /// The service of `node`; members of the groups `commands_only` have sessions without language.
    #[must_use]
    pub fn new(
        node: Arc<Node>,
        dispatcher: Arc<Dispatcher>,
        limits: SessionLimits,
        commands_only: Vec<String>,
    ) -> Self {
        let views = Arc::new(views::registry(dispatcher.catalogue()));
        let parts = Parts {
            node,
            dispatcher,
            views,
            sessions: Sessions::new(limits),
            workers: Arc::new(Semaphore::new(limits.pipelines)),
            threads: Threads::default(),
            commands_only,
        };
        Self {
            parts: Arc::new(parts),
        }
    }

    /// The service with its limits.
    #[must_use]
    pub fn server(self) -> ShellServiceServer<Self> {
        ShellServiceServer::new(self)
            .max_decoding_message_size(MAX_MESSAGE_BYTES)
            .max_encoding_message_size(MAX_MESSAGE_BYTES)
    }

    /// Forgets sessions that nobody has used for long.
    pub(crate) fn forget_idle(&self) {
        self.parts.sessions.forget_idle();
    }
}

fn caller<T>(request: &Request<T>) -> Result<Arc<Identity>, Status> {
    let caller = request.extensions().get::<Arc<Identity>>();
    caller
        .cloned()
        .ok_or_else(|| Status::unauthenticated("The connection has no client certificate."))
}

#[tonic::async_trait]
impl ShellService for Shell {
    type InvokeStream = Responses;

    async fn invoke(
        &self,
        request: Request<Streaming<wire::InvokeRequest>>,
    ) -> Result<Response<Responses>, Status> {
        let caller = caller(&request)?;
        let mut requests = request.into_inner();
        let first = requests
            .message()
            .await?
            .and_then(|request| request.message);
        let Some(Asked::Start(start)) = first else {
            return Err(Status::invalid_argument(
                "The first message must be a start.",
            ));
        };
        let is_restricted = start.language_mode() == wire::LanguageMode::NoLanguage
            || authorise::is_restricted(&caller, &self.parts.commands_only);
        let session = self
            .parts
            .sessions
            .take(&caller.name, &start.session_id, is_restricted)?;
        let worker = self
            .parts
            .workers
            .clone()
            .try_acquire_owned()
            .map_err(|_| {
                Status::resource_exhausted("As many pipelines run on this node as may; try again.")
            })?;
        let (responses, received) = outbox::outbox();
        let setting = pipeline::Setting {
            parts: self.parts.clone(),
            caller,
            worker,
            responses,
        };
        pipeline::start(setting, session, start, requests)?;
        let mut response = Response::new(received);
        let paced = MetadataValue::from_static("input");
        response.metadata_mut().insert(PACES_HEADER, paced);
        Ok(response)
    }

    async fn complete(
        &self,
        request: Request<wire::CompleteRequest>,
    ) -> Result<Response<wire::CompleteResponse>, Status> {
        let caller = caller(&request)?;
        let answer = complete::answer(self.parts.clone(), caller, request.into_inner()).await?;
        let mut response = Response::new(answer);
        // Whoever completes has a prompt to draw, and an address says too little about who answers.
        if let Ok(pool) = self.parts.node.pool.as_str().parse() {
            response.metadata_mut().insert(POOL_HEADER, pool);
        }
        Ok(response)
    }

    async fn list_commands(
        &self,
        request: Request<wire::ListCommandsRequest>,
    ) -> Result<Response<wire::ListCommandsResponse>, Status> {
        Ok(Response::new(describe::list(
            self.parts.dispatcher.catalogue(),
            &request.into_inner().name,
        )))
    }

    async fn get_command(
        &self,
        request: Request<wire::GetCommandRequest>,
    ) -> Result<Response<wire::GetCommandResponse>, Status> {
        let name = request.into_inner().name;
        describe::get(self.parts.dispatcher.catalogue(), &name)
            .map(Response::new)
            .ok_or_else(|| Status::not_found(format!("There is no command \"{name}\".")))
    }
}
