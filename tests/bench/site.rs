//! The laboratory that is measured, and how figures are taken.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tandem::backup::v1::BackupCsPoolRequest;
use tandem::backup::v1::backup_service_client::BackupServiceClient;
use tandem::cmdlet::v1::CommonParameters;
use tandem::topology::v1::PublishCsTopologyRequest;
use tandem::topology::v1::topology_service_client::TopologyServiceClient;
use tandem_lab::laboratory::{ADMINISTRATOR, Laboratory, POOL1, POOL2, Settings};
use tandem_lab::node::Node;
use tandem_lab::users;
use tonic::Streaming;
use tonic::transport::Channel;

/// Longest wait for a pool to serve its users, and the pause between two looks.
const PATIENCE: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(25);

/// Two running pools.
pub(crate) struct Site {
    pub(crate) laboratory: Laboratory,
    pub(crate) nodes: [Node; 2],
    users: AtomicUsize,
    _folder: tempfile::TempDir,
}

pub(crate) fn unasked() -> CommonParameters {
    CommonParameters {
        confirm: Some(false),
        ..CommonParameters::default()
    }
}

/// Reads a stream to its end; how many answers it held.
pub(crate) async fn drain<T>(mut answers: Streaming<T>) -> usize {
    let mut count = 0;
    while answers.message().await.unwrap().is_some() {
        count += 1;
    }
    count
}

impl Site {
    pub(crate) async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let laboratory = Laboratory::create(folder.path(), &Settings::default()).unwrap();
        let nodes = [
            Node::start(&laboratory, POOL1).await.unwrap(),
            Node::start(&laboratory, POOL2).await.unwrap(),
        ];
        let site = Self {
            laboratory,
            nodes,
            users: AtomicUsize::new(0),
            _folder: folder,
        };
        let document = std::fs::read_to_string(site.laboratory.topology_file()).unwrap();
        let request = PublishCsTopologyRequest {
            common: Some(unasked()),
            document: Some(document),
            ..Default::default()
        };
        let mut topology = TopologyServiceClient::new(site.channel(POOL2));
        drain(
            topology
                .publish_cs_topology(request)
                .await
                .unwrap()
                .into_inner(),
        )
        .await;
        site.grow(20).await;
        site
    }

    pub(crate) fn channel(&self, pool: &str) -> Channel {
        self.laboratory.channel(pool, ADMINISTRATOR).unwrap()
    }

    /// Makes users on pool1 until there are so many, and ships them.
    pub(crate) async fn grow(&self, users: usize) {
        let before = self.users.swap(users, Ordering::Relaxed);
        let begun = Instant::now();
        let deadline = begun + PATIENCE;
        // A pool takes no writes before it has compared histories with its partner. Making users again finds them there.
        while let Err(refused) =
            users::seed_range(&self.channel(POOL1), POOL1, before..users, || ()).await
        {
            assert!(Instant::now() < deadline, "{refused:?}");
            tokio::time::sleep(PAUSE).await;
        }
        self.ship(POOL1).await;
        if users > 20 {
            println!(
                "(made {} users and shipped them in {:.1?})",
                users - before.min(users),
                begun.elapsed()
            );
        }
    }

    /// Drives the Backup Service until the partner holds everything.
    pub(crate) async fn ship(&self, pool: &str) {
        let request = BackupCsPoolRequest {
            common: Some(unasked()),
            pool_fqdn: pool.to_owned(),
            full_backup: Some(true),
            wait_time: Some(prost_types::Duration {
                seconds: 600,
                nanos: 0,
            }),
            ..Default::default()
        };
        let mut backup = BackupServiceClient::new(self.channel(pool));
        drain(backup.backup_cs_pool(request).await.unwrap().into_inner()).await;
    }
}

/// The median.
pub(crate) fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

/// A line of the report.
pub(crate) fn report(what: &str, figure: &str, against: &str) {
    println!("{what:<46} {figure:>16}  {against}");
}

pub(crate) fn ratio(time: Duration, baseline: Duration) -> f64 {
    time.as_secs_f64() / baseline.as_secs_f64()
}
