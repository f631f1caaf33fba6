//! Writers that never stop: they remember every write that was acknowledged, so that none can be missing unnoticed.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use tandem::frontend::v1::front_end_service_client::FrontEndServiceClient;
use tandem::frontend::v1::{DocumentWrite, ListDocumentsRequest, PutDocumentsRequest};
use tandem_lab::laboratory::{POOL1, POOL2};
use tokio::task::JoinHandle;
use tonic::transport::Channel;

use crate::deployment::Deployment;

/// Acknowledged writes: (owner, key) → body.
pub(crate) type Acknowledged = BTreeMap<(String, String), Vec<u8>>;

/// Writers that run in the background.
pub(crate) struct Writers {
    stop: Arc<AtomicBool>,
    tasks: Vec<JoinHandle<()>>,
    acknowledged: Arc<Mutex<Acknowledged>>,
}

impl Writers {
    /// One writer for each of these users, which writes to whichever pool takes the write.
    pub(crate) fn start(deployment: &Deployment, users: &[String]) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let acknowledged = Arc::new(Mutex::new(Acknowledged::new()));
        let tasks = users
            .iter()
            .map(|user| {
                let doors = [POOL1, POOL2].map(|pool| deployment.channel(pool));
                tokio::spawn(write_on(
                    doors,
                    user.clone(),
                    Arc::clone(&stop),
                    Arc::clone(&acknowledged),
                ))
            })
            .collect();
        Self {
            stop,
            tasks,
            acknowledged,
        }
    }

    /// Waits until so many writes have been acknowledged in all.
    pub(crate) async fn reach(&self, count: usize) {
        while self.acknowledged.lock().unwrap().len() < count {
            tokio::task::yield_now().await;
            tokio::time::sleep(std::time::Duration::from_millis(2)).await;
        }
    }

    pub(crate) fn count(&self) -> usize {
        self.acknowledged.lock().unwrap().len()
    }

    /// Stops them; every write that was acknowledged.
    pub(crate) async fn stop(self) -> Acknowledged {
        self.stop.store(true, Ordering::Relaxed);
        for task in self.tasks {
            task.await.unwrap();
        }
        std::mem::take(&mut self.acknowledged.lock().unwrap())
    }
}

async fn write_on(
    doors: [Channel; 2],
    user: String,
    stop: Arc<AtomicBool>,
    acknowledged: Arc<Mutex<Acknowledged>>,
) {
    let mut door = 0;
    let mut number = 0_u64;
    while !stop.load(Ordering::Relaxed) {
        let key = format!("write-{number:08}");
        let body = format!("{user} {number}").into_bytes();
        let mut client = FrontEndServiceClient::new(doors[door].clone());
        match client
            .put_documents(one(&user, "setting", &key, &body))
            .await
        {
            Ok(_) => {
                acknowledged
                    .lock()
                    .unwrap()
                    .insert((user.clone(), key), body);
                number += 1;
            }
            Err(_) => {
                // Not acknowledged: the same write again, at the other door.
                door = 1 - door;
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
        }
    }
}

/// The request that writes one document of a user, whatever stood there.
pub(crate) fn one(owner: &str, kind: &str, key: &str, body: &[u8]) -> PutDocumentsRequest {
    PutDocumentsRequest {
        write: vec![DocumentWrite {
            owner: owner.to_owned(),
            kind: kind.to_owned(),
            key: key.to_owned(),
            body: body.to_vec(),
            expected_version: None,
            delete: false,
        }],
    }
}

/// The settings of these users as a pool has them.
pub(crate) async fn settings(deployment: &Deployment, at: &str, users: &[String]) -> Acknowledged {
    let mut found = Acknowledged::new();
    for owner in users {
        let request = ListDocumentsRequest {
            owner: owner.clone(),
            kind: "setting".to_owned(),
        };
        let mut documents = deployment
            .front_end(at)
            .list_documents(request)
            .await
            .unwrap()
            .into_inner();
        while let Some(answer) = documents.message().await.unwrap() {
            let document = answer.document.unwrap();
            found.insert((owner.clone(), document.key), document.body);
        }
    }
    found
}

/// The acknowledged writes that are not among those found.
pub(crate) fn missing<'a>(
    acknowledged: &'a Acknowledged,
    found: &Acknowledged,
) -> Vec<&'a (String, String)> {
    acknowledged
        .iter()
        .filter(|(key, body)| found.get(*key) != Some(*body))
        .map(|(key, _)| key)
        .collect()
}
