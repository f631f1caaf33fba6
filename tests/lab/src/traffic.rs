//! Users who go on working during the story: every write that was acknowledged to them must be found afterwards.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tandem::frontend::v1::front_end_service_client::FrontEndServiceClient;
use tandem::frontend::v1::{DocumentWrite, GetDocumentRequest, PutDocumentsRequest};
use tandem_lab::laboratory::{POOL1, POOL2};
use tandem_lab::users;
use tokio::task::JoinHandle;
use tonic::transport::Channel;

use crate::session::Session;
use crate::story::Error;

/// Users who write at once.
const WRITERS: usize = 4;
/// Time between a user's writes, and before the other pool is tried.
const PAUSE: Duration = Duration::from_millis(20);

/// Writes that were acknowledged: (user, key) → body.
type Acknowledged = BTreeMap<(String, String), String>;

/// Users of pool1 who write to whichever pool serves them.
pub(crate) struct Traffic {
    stop: Arc<AtomicBool>,
    writers: Vec<JoinHandle<Acknowledged>>,
}

impl Traffic {
    /// Begins to write; `phase` tells the writes of one part of the story from those of another.
    pub(crate) fn start(session: &Session, phase: &'static str) -> Result<Self, Error> {
        let stop = Arc::new(AtomicBool::new(false));
        let doors = [session.channel(POOL1)?, session.channel(POOL2)?];
        let writers = (0..WRITERS)
            .map(|number| {
                let user = users::sip_address(POOL1, number);
                tokio::spawn(write(doors.clone(), user, phase, Arc::clone(&stop)))
            })
            .collect();
        Ok(Self { stop, writers })
    }

    /// Stops writing; what was acknowledged.
    pub(crate) async fn stop(self) -> Acknowledged {
        self.stop.store(true, Ordering::Relaxed);
        let mut acknowledged = Acknowledged::new();
        for writer in self.writers {
            acknowledged.extend(writer.await.unwrap_or_default());
        }
        acknowledged
    }
}

async fn write(
    doors: [Channel; 2],
    user: String,
    phase: &'static str,
    stop: Arc<AtomicBool>,
) -> Acknowledged {
    let mut acknowledged = Acknowledged::new();
    let mut door = 0;
    while !stop.load(Ordering::Relaxed) {
        let key = format!("{phase}-{:05}", acknowledged.len());
        let body = format!("{{\"note\":\"write {key} of {user}\"}}");
        if put(&doors[door], &user, &key, &body).await {
            acknowledged.insert((user.clone(), key), body);
        } else {
            // Not acknowledged: the same write again at the other pool.
            door = 1 - door;
        }
        tokio::time::sleep(PAUSE).await;
    }
    acknowledged
}

/// Writes one setting of a user; whether it was acknowledged.
pub(crate) async fn put(door: &Channel, user: &str, key: &str, body: &str) -> bool {
    let write = DocumentWrite {
        owner: user.to_owned(),
        kind: "setting".to_owned(),
        key: key.to_owned(),
        body: body.as_bytes().to_vec(),
        expected_version: None,
        delete: false,
    };
    FrontEndServiceClient::new(door.clone())
        .put_documents(PutDocumentsRequest { write: vec![write] })
        .await
        .is_ok()
}

/// How many of these writes a pool has, as they were written.
pub(crate) async fn found(
    session: &Session,
    pool: &str,
    acknowledged: &Acknowledged,
) -> Result<usize, Error> {
    let mut client = FrontEndServiceClient::new(session.channel(pool)?);
    let mut found = 0;
    for ((owner, key), body) in acknowledged {
        let request = GetDocumentRequest {
            owner: owner.clone(),
            kind: "setting".to_owned(),
            key: key.clone(),
        };
        let answer = client.get_document(request).await;
        let document = answer.ok().and_then(|answer| answer.into_inner().document);
        found += usize::from(document.is_some_and(|document| document.body == body.as_bytes()));
    }
    Ok(found)
}
