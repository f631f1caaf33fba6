//! Watches: signed-in users hear where to go. A watch begins with the state at that moment and then tells every change;
//! a client that does not read misses what lies between, never the last state.

use std::collections::{BTreeMap, HashMap};

use futures_util::stream::BoxStream;
use futures_util::{FutureExt, StreamExt, stream};
use tandem::frontend::v1 as wire;
use tandem_domain::identity::Fqdn;
use tokio::sync::{OwnedSemaphorePermit, mpsc, oneshot};
use tokio_stream::wrappers::ReceiverStream;
use tonic::Status;

use super::{
    Answer, FrontEnd, READ_PATIENCE, WATCHED_USERS_MAX, WATCHES_MAX, mode_on_wire, refuse, user,
};

/// Messages that wait for the client.
const QUEUE: usize = 8;

/// The messages of a watch.
pub(super) type Messages = BoxStream<'static, Result<wire::WatchResponse, Status>>;

/// Whom a watch is about: users by home pool, or everybody.
enum Watched {
    Everybody,
    Users(HashMap<Fqdn, Vec<String>>),
}

impl FrontEnd {
    /// Begins a watch.
    pub(super) async fn watch(&self, request: wire::WatchRequest) -> Result<Messages, Status> {
        if request.user.len() > WATCHED_USERS_MAX {
            return Err(refuse::too_many("watched users", WATCHED_USERS_MAX));
        }
        let permit = self
            .parts
            .watches
            .clone()
            .try_acquire_owned()
            .map_err(|_| refuse::too_many("watches of a node", WATCHES_MAX))?;
        let mut watched = Watched::Everybody;
        if !request.user.is_empty() {
            let mut users: HashMap<Fqdn, Vec<String>> = HashMap::new();
            for name in &request.user {
                let user = user(name)?;
                let home = self.home_of(&user).await?;
                users
                    .entry(home.home)
                    .or_default()
                    .push(user.as_str().to_owned());
            }
            watched = Watched::Users(users);
        }
        let (messages, queue) = mpsc::channel(QUEUE);
        let (end, ended) = oneshot::channel();
        tokio::spawn(self.clone().tell(watched, messages, end, permit));
        let last = ended
            .into_stream()
            .filter_map(async |status| status.ok().map(Err));
        Ok(ReceiverStream::new(queue)
            .map(Ok)
            .chain(stream::once(async move { last }).flatten())
            .boxed())
    }

    /// Tells every change until the client goes away or does not read.
    async fn tell(
        self,
        watched: Watched,
        messages: mpsc::Sender<wire::WatchResponse>,
        end: oneshot::Sender<Status>,
        _permit: OwnedSemaphorePermit,
    ) {
        let mut ownership = self.parts.ownership.subscribe();
        let mut board = self.parts.board.subscribe();
        let mut topology = self.parts.management.watch_topology();
        let mut told: BTreeMap<Fqdn, Answer> = BTreeMap::new();
        loop {
            let homes = ownership.borrow_and_update().clone();
            board.mark_unchanged();
            topology.mark_unchanged();
            for home in homes.values() {
                let users = match &watched {
                    Watched::Everybody => Vec::new(),
                    Watched::Users(users) => match users.get(&home.home) {
                        Some(users) => users.clone(),
                        None => continue,
                    },
                };
                let answer = self.serving(home);
                if told.get(&home.home) == Some(&answer) {
                    continue;
                }
                let message = to_wire(&answer, users);
                told.insert(home.home.clone(), answer);
                match messages.send_timeout(message, READ_PATIENCE).await {
                    Ok(()) => {}
                    Err(mpsc::error::SendTimeoutError::Closed(_)) => return,
                    Err(mpsc::error::SendTimeoutError::Timeout(_)) => {
                        // The client may be gone as well; then nobody hears why.
                        let _ = end.send(refuse::slow_reader());
                        return;
                    }
                }
            }
            let changed = tokio::select! {
                () = messages.closed() => return,
                () = self.parts.stop.cancelled() => return,
                changed = ownership.changed() => changed,
                changed = board.changed() => changed,
                changed = topology.changed() => changed,
            };
            if changed.is_err() {
                return;
            }
        }
    }
}

fn to_wire(answer: &Answer, user: Vec<String>) -> wire::WatchResponse {
    wire::WatchResponse {
        home_pool: answer.home.to_string(),
        serving_pool: answer
            .serving
            .as_ref()
            .map(Fqdn::to_string)
            .unwrap_or_default(),
        mode: answer
            .mode()
            .map_or(wire::SignInMode::Refused, mode_on_wire)
            .into(),
        endpoint: answer.endpoints.clone(),
        epoch: answer.epoch.0,
        user,
    }
}
