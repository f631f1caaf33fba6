//! Two pools that run, and what tests do with them in one line each.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tandem::backup::v1::BackupCsPoolRequest;
use tandem::backup::v1::backup_service_client::BackupServiceClient;
use tandem::cmdlet::v1::{CommonParameters, Plan, StreamRecord, stream_record};
use tandem::frontend::v1::front_end_service_client::FrontEndServiceClient;
use tandem::frontend::v1::{SignInRequest, SignInResponse};
use tandem::operation::v1::operation_service_client::OperationServiceClient;
use tandem::operation::v1::{
    GetTandemOperationRequest, GetTandemSalvageRequest, Operation, Salvage,
    get_tandem_operation_response, get_tandem_salvage_response,
};
use tandem::pool::v1::pool_service_client::PoolServiceClient;
use tandem::pool::v1::{
    InvokeCsPoolFailBackRequest, InvokeCsPoolFailOverRequest, PoolFailOverResult,
    invoke_cs_pool_fail_back_response, invoke_cs_pool_fail_over_response,
};
use tandem::topology::v1::PublishCsTopologyRequest;
use tandem::topology::v1::topology_service_client::TopologyServiceClient;
use tandem_lab::laboratory::{ADMINISTRATOR, Laboratory, POOL1, POOL2, Settings};
use tandem_lab::node::Node;
use tandem_lab::users;
use tonic::Status;
use tonic::transport::Channel;

/// Longest wait for something that happens by itself.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);
const POLL_INTERVAL: Duration = Duration::from_millis(25);
/// Users of each pool.
pub(crate) const USERS: usize = 20;

/// Two pools that run in a folder that vanishes with them.
pub(crate) struct Deployment {
    pub(crate) laboratory: Laboratory,
    nodes: Vec<Node>,
    _folder: tempfile::TempDir,
}

/// What came of a move.
#[derive(Debug, Default)]
pub(crate) struct Moved {
    pub(crate) result: Option<PoolFailOverResult>,
    pub(crate) plan: Option<Plan>,
    pub(crate) verbose: Vec<String>,
    pub(crate) warnings: Vec<String>,
    pub(crate) host: Vec<String>,
    pub(crate) progress: Vec<String>,
}

impl Moved {
    fn hear(&mut self, record: StreamRecord) {
        match record.record {
            Some(stream_record::Record::Plan(plan)) => self.plan = Some(plan),
            Some(stream_record::Record::Verbose(text)) => self.verbose.push(text),
            Some(stream_record::Record::Warning(text)) => self.warnings.push(text),
            Some(stream_record::Record::Host(text)) => self.host.push(text),
            Some(stream_record::Record::Progress(progress)) => self.progress.push(progress.status),
            _ => (),
        }
    }

    pub(crate) fn result(&self) -> &PoolFailOverResult {
        self.result.as_ref().expect("the move has a result")
    }
}

/// Everything that a move says.
async fn heard<R>(
    mut records: tonic::Streaming<R>,
    hear: impl Fn(&mut Moved, R),
) -> Result<Moved, Status> {
    let mut moved = Moved::default();
    while let Some(answer) = records.message().await? {
        hear(&mut moved, answer);
    }
    Ok(moved)
}

/// Common parameters of a call that must not be asked.
pub(crate) fn unasked() -> CommonParameters {
    CommonParameters {
        confirm: Some(false),
        verbose: true,
        ..CommonParameters::default()
    }
}

/// Writes the calls that move the users of a pool, which differ in their types.
macro_rules! moves {
    ($($name:ident($request:ident) by $rpc:ident -> $response:ident;)+) => {
        impl Deployment {
            $(pub(crate) async fn $name(&self, at: &str, request: $request) -> Result<Moved, Status> {
                let mut client = PoolServiceClient::new(self.channel(at));
                let records = client.$rpc(request).await?.into_inner();
                heard(records, |moved, answer| match answer.record {
                    Some($response::Record::Output(result)) => moved.result = Some(result),
                    Some($response::Record::Stream(record)) => moved.hear(record),
                    None => (),
                })
                .await
            })+
        }
    };
}

moves! {
    fail_over(InvokeCsPoolFailOverRequest) by invoke_cs_pool_fail_over -> invoke_cs_pool_fail_over_response;
    fail_back(InvokeCsPoolFailBackRequest) by invoke_cs_pool_fail_back -> invoke_cs_pool_fail_back_response;
}

/// A new operation id.
pub(crate) fn operation_id() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    format!(
        "00000000-0000-4000-8000-{:012x}",
        NEXT.fetch_add(1, Ordering::Relaxed)
    )
}

pub(crate) fn planned(pool: &str) -> InvokeCsPoolFailOverRequest {
    InvokeCsPoolFailOverRequest {
        common: Some(unasked()),
        pool_fqdn: pool.to_owned(),
        ..Default::default()
    }
}

pub(crate) fn disaster(pool: &str) -> InvokeCsPoolFailOverRequest {
    InvokeCsPoolFailOverRequest {
        disaster_mode: Some(true),
        ..planned(pool)
    }
}

pub(crate) fn back(pool: &str) -> InvokeCsPoolFailBackRequest {
    InvokeCsPoolFailBackRequest {
        common: Some(unasked()),
        pool_fqdn: pool.to_owned(),
        ..Default::default()
    }
}

impl Deployment {
    /// Both pools run, are paired, have users, and have shipped everything.
    pub(crate) async fn start() -> Self {
        Self::start_with(&Settings::default()).await
    }

    pub(crate) async fn start_with(settings: &Settings) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let laboratory = Laboratory::create(folder.path(), settings).unwrap();
        let mut nodes = Vec::new();
        for pool in [POOL1, POOL2] {
            nodes.push(Node::start(&laboratory, pool).await.unwrap());
        }
        let deployment = Self {
            laboratory,
            nodes,
            _folder: folder,
        };
        deployment.publish().await;
        for pool in [POOL1, POOL2] {
            deployment.serving(pool, pool).await;
            deployment.seeded(pool).await;
            deployment.backed_up(pool).await;
        }
        deployment
    }

    /// Makes the users of a pool, once it has compared histories with its partner. Making them again finds them there.
    async fn seeded(&self, pool: &str) {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        while let Err(refused) = users::seed(&self.channel(pool), pool, USERS, || ()).await {
            assert!(tokio::time::Instant::now() < deadline, "{refused:?}");
            tokio::time::sleep(POLL_INTERVAL).await;
        }
    }

    async fn publish(&self) {
        let document = std::fs::read_to_string(self.laboratory.topology_file()).unwrap();
        let request = PublishCsTopologyRequest {
            common: Some(unasked()),
            document: Some(document),
            ..Default::default()
        };
        let mut topology = TopologyServiceClient::new(self.channel(POOL2));
        let mut records = topology
            .publish_cs_topology(request)
            .await
            .unwrap()
            .into_inner();
        while records.message().await.unwrap().is_some() {}
    }

    /// The administrator's connection to a node.
    pub(crate) fn channel(&self, pool: &str) -> Channel {
        self.laboratory.channel(pool, ADMINISTRATOR).unwrap()
    }

    pub(crate) fn front_end(&self, pool: &str) -> FrontEndServiceClient<Channel> {
        FrontEndServiceClient::new(self.channel(pool))
    }

    /// The process of a pool's node.
    pub(crate) fn process_id(&self, pool: &str) -> u32 {
        let node = self.nodes.iter().find(|node| node.pool() == pool);
        node.and_then(Node::process_id).expect("the node runs")
    }

    pub(crate) async fn kill(&mut self, pool: &str) {
        let index = self
            .nodes
            .iter()
            .position(|node| node.pool() == pool)
            .expect("the node runs");
        self.nodes.remove(index).kill().await.unwrap();
    }

    pub(crate) async fn stop(&mut self, pool: &str) {
        let index = self
            .nodes
            .iter()
            .position(|node| node.pool() == pool)
            .expect("the node runs");
        let status = self.nodes.remove(index).stop().await.unwrap();
        assert!(status.success(), "the node of {pool} stopped with {status}");
    }

    pub(crate) async fn restart(&mut self, pool: &str) {
        self.restart_with(pool, &[]).await;
    }

    pub(crate) async fn restart_with(&mut self, pool: &str, environment: &[(&str, &str)]) {
        let node = Node::start_with(&self.laboratory, pool, environment)
            .await
            .unwrap();
        self.nodes.push(node);
    }

    pub(crate) async fn sign_in(&self, at: &str, user: &str) -> Result<SignInResponse, Status> {
        let request = SignInRequest {
            user: user.to_owned(),
        };
        Ok(self.front_end(at).sign_in(request).await?.into_inner())
    }

    /// Waits until the first user of `home` is served by `serving`, asked there.
    pub(crate) async fn serving(&self, home: &str, serving: &str) {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            let served = self.owner(serving, home).await;
            if served.as_deref() == Some(serving) {
                return;
            }
            assert!(
                tokio::time::Instant::now() < deadline,
                "{home} is served by {served:?}, not by {serving}"
            );
            tokio::time::sleep(POLL_INTERVAL).await;
        }
    }

    /// The pool that serves a home pool's users, as the node `at` knows it.
    pub(crate) async fn owner(&self, at: &str, home: &str) -> Option<String> {
        use tandem::operation::v1::{
            GetTandemReadinessRequest, get_tandem_readiness_response::Record,
        };
        let request = GetTandemReadinessRequest {
            pool_fqdn: Some(home.to_owned()),
            ..Default::default()
        };
        let mut client = OperationServiceClient::new(self.channel(at));
        let mut records = client
            .get_tandem_readiness(request)
            .await
            .ok()?
            .into_inner();
        while let Ok(Some(answer)) = records.message().await {
            if let Some(Record::Output(readiness)) = answer.record {
                return Some(readiness.serving_pool_fqdn);
            }
        }
        None
    }

    /// Drives the Backup Service of a pool until its partner holds everything.
    pub(crate) async fn backed_up(&self, pool: &str) {
        let request = BackupCsPoolRequest {
            common: Some(unasked()),
            pool_fqdn: pool.to_owned(),
            full_backup: Some(true),
            ..Default::default()
        };
        let mut client = BackupServiceClient::new(self.channel(pool));
        let mut records = client.backup_cs_pool(request).await.unwrap().into_inner();
        while records.message().await.unwrap().is_some() {}
    }

    /// The operations that a node knows.
    pub(crate) async fn operations(&self, at: &str) -> Result<Vec<Operation>, Status> {
        use get_tandem_operation_response::Record;
        let mut client = OperationServiceClient::new(self.channel(at));
        let mut records = client
            .get_tandem_operation(GetTandemOperationRequest::default())
            .await?
            .into_inner();
        let mut found = Vec::new();
        while let Some(answer) = records.message().await? {
            if let Some(Record::Output(operation)) = answer.record {
                found.push(operation);
            }
        }
        Ok(found)
    }

    /// Waits until an operation has ended as the node `at` knows it; its outcome.
    pub(crate) async fn outcome(&self, at: &str, operation: &str) -> String {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            let operations = self.operations(at).await.unwrap_or_default();
            let found = operations.iter().find(|known| known.identity == operation);
            match found {
                Some(known) if known.outcome != "Running" => return known.outcome.clone(),
                _ => assert!(
                    tokio::time::Instant::now() < deadline,
                    "operation {operation} has no outcome at {at}: {found:?}"
                ),
            }
            tokio::time::sleep(POLL_INTERVAL).await;
        }
    }

    /// Restarts a node that has died at a fault point, or that the fault point was not on the way of.
    pub(crate) async fn restart_after(&mut self, pool: &str) {
        let index = self
            .nodes
            .iter()
            .position(|node| node.pool() == pool)
            .expect("the node was started");
        self.nodes.remove(index).kill().await.unwrap();
        self.restart(pool).await;
    }

    /// Waits until both nodes know of no running operation; what became of this one, `None` when it was never begun.
    pub(crate) async fn settled(&self, operation: &str) -> Option<String> {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            let mut all = Vec::new();
            for pool in [POOL1, POOL2] {
                all.extend(self.operations(pool).await.unwrap());
            }
            if all.iter().all(|known| known.outcome != "Running") {
                let mut outcomes: Vec<String> = all
                    .into_iter()
                    .filter(|known| known.identity == operation)
                    .map(|known| known.outcome)
                    .collect();
                outcomes.dedup();
                assert!(
                    outcomes.len() <= 1,
                    "operation {operation} ended in two ways: {outcomes:?}"
                );
                return outcomes.pop();
            }
            assert!(
                tokio::time::Instant::now() < deadline,
                "operations do not end: {all:#?}"
            );
            tokio::time::sleep(POLL_INTERVAL).await;
        }
    }

    /// Waits until both nodes say the same of who serves a home pool, and that pool serves it; who does.
    pub(crate) async fn agreed(&self, home: &str) -> String {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            let owners = [self.owner(POOL1, home).await, self.owner(POOL2, home).await];
            if let [Some(first), Some(second)] = &owners
                && first == second
                && !first.is_empty()
            {
                let user = users::sip_address(home, 0);
                let served = self.sign_in(first, &user).await;
                if served.is_ok_and(|served| served.here) {
                    return first.clone();
                }
            }
            assert!(
                tokio::time::Instant::now() < deadline,
                "who serves {home}: {owners:?}"
            );
            tokio::time::sleep(POLL_INTERVAL).await;
        }
    }

    /// Every write in the salvage bundles of a node.
    pub(crate) async fn salvage(&self, at: &str) -> Vec<Salvage> {
        use get_tandem_salvage_response::Record;
        let request = GetTandemSalvageRequest {
            items: Some(true),
            ..Default::default()
        };
        let mut client = OperationServiceClient::new(self.channel(at));
        let mut records = client
            .get_tandem_salvage(request)
            .await
            .unwrap()
            .into_inner();
        let mut found = Vec::new();
        while let Some(answer) = records.message().await.unwrap() {
            if let Some(Record::Output(item)) = answer.record {
                found.push(item);
            }
        }
        found
    }
}
