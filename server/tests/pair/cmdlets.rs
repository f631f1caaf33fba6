//! Cmdlets as the dispatcher runs them: what they ask, say and return, on two real nodes.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use prost::Message;
use tandem::backup::v1 as backup;
use tandem::cmdlet::v1::CommonParameters;
use tandem::operation::v1 as operation;
use tandem::pool::v1 as pool;
use tandem_server::dispatch::catalogue::Catalogue;
use tandem_server::dispatch::dispatcher::{Dispatcher, Invocation};
use tandem_server::dispatch::event::{Event, Question};
use tandem_server::dispatch::limits::Limits;
use tandem_server::dispatch::running::Running;
use tandem_server::dispatch::{Failure, Fault};
use tandem_server::layers::identity::Identity;
use tandem_server::node;
use tandem_server::peer::{Deadlines, Peers};
use tandem_server::windows_services::WindowsServices;

use crate::harness::*;

/// How long callers wait for what only another pool, or a store that takes no writes, can decide.
const UNDECIDED: Duration = Duration::from_millis(200);

/// What a cmdlet said, and how it ended.
#[derive(Default)]
pub(crate) struct Told {
    pub(crate) outputs: Vec<Bytes>,
    pub(crate) warnings: Vec<String>,
    verbose: Vec<String>,
    plans: usize,
    questions: Vec<String>,
    file: Option<Bytes>,
    pub(crate) fault: Option<Fault>,
}

impl Told {
    pub(crate) fn output<M: Message + Default>(&self) -> M {
        assert!(self.fault.is_none(), "{:?}", self.fault);
        M::decode(self.outputs[0].clone()).unwrap()
    }

    pub(crate) fn id(&self) -> &str {
        &self.fault.as_ref().unwrap().id
    }
}

/// Runs a cmdlet on a node; `consent` answers its questions.
pub(crate) async fn run(
    pair: &Pair,
    node: &Node,
    rpc: &str,
    request: impl Message,
    consent: bool,
) -> Told {
    let node = node::Node {
        pool: node.pool.clone(),
        machine: node.pool.clone(),
        services: Arc::new(WindowsServices::new(Instant::now())),
        stores: node.stores.clone(),
        peers: Peers::new(Box::new(pair.network.of(&node.pool)), Deadlines::default()),
        management: node.management.clone(),
        ownership: node.ownership.clone(),
        exchange: node.exchange.clone(),
        backup: node.backup.clone(),
        operations: node.operations.clone(),
    };
    let dispatcher = Dispatcher::new(
        Arc::new(node),
        Arc::new(Catalogue::new()),
        Limits {
            undecided: UNDECIDED,
            ..Limits::default()
        },
    );
    let invocation = Invocation {
        cmdlet: dispatcher.catalogue().by_rpc(rpc).unwrap().clone(),
        caller: Arc::new(Identity {
            name: "admin".to_owned(),
            groups: vec!["CsAdministrator".to_owned()],
            ..Identity::default()
        }),
        request: request.encode_to_vec().into(),
        common: CommonParameters {
            verbose: true,
            ..CommonParameters::default()
        },
        parameter_set: None,
        hops: 1,
    };
    match dispatcher.start(invocation).await {
        Ok(running) => hear(running, consent).await,
        Err(fault) => Told {
            fault: Some(fault),
            ..Told::default()
        },
    }
}

/// Hears a cmdlet out.
async fn hear(mut running: Running, consent: bool) -> Told {
    let mut told = Told::default();
    while let Some(event) = running.next().await {
        match event {
            Event::Output(output) => told.outputs.push(output.to_bytes()),
            Event::Warning(line) => told.warnings.push(line),
            Event::Verbose(line) => told.verbose.push(line),
            Event::Plan(_) => told.plans += 1,
            Event::Question(Question::ShouldProcess(question, answer)) => {
                told.questions.push(format!("{question:?}"));
                let _ = answer.send(consent);
            }
            Event::Question(Question::WriteFile(_, data, answer)) => {
                told.file = Some(data);
                let _ = answer.send(Ok(()));
            }
            _ => {}
        }
    }
    if let Err(Failure::Terminating(fault)) = running.end().await {
        told.fault = Some(*fault);
    }
    told
}

pub(crate) const FAIL_OVER: &str = "tandem.pool.v1.PoolService/InvokeCsPoolFailOver";

pub(crate) fn failover_of(pool: &str) -> pool::InvokeCsPoolFailOverRequest {
    pool::InvokeCsPoolFailOverRequest {
        pool_fqdn: pool.to_owned(),
        ..pool::InvokeCsPoolFailOverRequest::default()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn failing_over_asks_tells_and_returns() {
    let pair = Pair::start().await;
    let refused = run(
        &pair,
        &pair.one,
        FAIL_OVER,
        failover_of("pool9.contoso.com"),
        true,
    )
    .await;
    assert_eq!(refused.id(), "PoolNotFound");

    let declined = run(
        &pair,
        &pair.one,
        FAIL_OVER,
        failover_of("pool1.contoso.com"),
        false,
    )
    .await;
    assert!(declined.fault.is_none() && declined.outputs.is_empty());
    assert_eq!((declined.plans, declined.questions.len()), (1, 1));
    assert!(
        declined.questions[0].contains("pool2.contoso.com"),
        "{}",
        declined.questions[0]
    );
    assert!(
        pair.one.serves(&pool1()),
        "a question that was answered with no changes nothing"
    );
    assert!(pair.one.operations.list().await.unwrap().is_empty());

    let ticks = pool::InvokeCsPoolFailOverRequest {
        wait_time: Some(prost_types::Duration {
            seconds: 0,
            nanos: 6_000,
        }),
        ..failover_of("pool1.contoso.com")
    };
    let told = run(&pair, &pair.one, FAIL_OVER, ticks, true).await;
    assert!(
        told.warnings[0].contains("60 seconds"),
        "{:?}",
        told.warnings
    );
    let result: pool::PoolFailOverResult = told.output();
    assert_eq!((result.outcome.as_str(), result.epoch), ("Committed", 1));
    assert_eq!(result.serving_pool_fqdn, "pool2.contoso.com");
    for step in [
        "Prepare:",
        "Freeze:",
        "Ship:",
        "Verify:",
        "TakeOwnership:",
        "ReleaseOwnership:",
    ] {
        assert!(
            told.verbose.iter().any(|line| line.starts_with(step)),
            "{step} {:?}",
            told.verbose
        );
    }
    assert!(pair.two.serves(&pool1()));

    let again = run(
        &pair,
        &pair.one,
        FAIL_OVER,
        failover_of("pool1.contoso.com"),
        true,
    )
    .await;
    assert_eq!(again.id(), "AlreadyFailedOver");
    assert!(
        again
            .fault
            .unwrap()
            .recommended_action
            .unwrap()
            .contains("Invoke-CsPoolFailBack")
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_backup_service_is_driven_and_tells_its_state() {
    let pair = Pair::start().await;
    pair.one.keep(&pool1(), "sip:a@contoso.com", "k", "v").await;
    let request = backup::BackupCsPoolRequest {
        pool_fqdn: "pool1.contoso.com".to_owned(),
        full_backup: Some(true),
        report: Some("report.html".to_owned()),
        ..backup::BackupCsPoolRequest::default()
    };
    let told = run(
        &pair,
        &pair.one,
        "tandem.backup.v1.BackupService/BackupCsPool",
        request,
        true,
    )
    .await;
    assert!(told.fault.is_none(), "{:?}", told.fault);
    assert!(told.file.unwrap().starts_with(b"<!DOCTYPE html>"));
    assert_eq!(
        pair.two
            .read(&pool1(), "sip:a@contoso.com", "k")
            .await
            .as_deref(),
        Some("v")
    );

    let request = backup::GetCsBackupServiceStatusRequest {
        pool_fqdn: "pool1.contoso.com".to_owned(),
        ..backup::GetCsBackupServiceStatusRequest::default()
    };
    let rpc = "tandem.backup.v1.BackupService/GetCsBackupServiceStatus";
    let status: backup::BackupServiceStatus =
        run(&pair, &pair.one, rpc, request, true).await.output();
    assert_eq!(status.overall_export_status, "FinalState", "{status:?}");
    assert_eq!(status.overall_import_status, "NormalState");
    assert_eq!(status.backup_modules[2].export_status, "NotInitialized");

    let request = operation::GetTandemReadinessRequest {
        pool_fqdn: Some("pool1.contoso.com".to_owned()),
        ..operation::GetTandemReadinessRequest::default()
    };
    let rpc = "tandem.operation.v1.OperationService/GetTandemReadiness";
    let readiness: operation::Readiness = run(&pair, &pair.one, rpc, request, true).await.output();
    assert!(readiness.ready, "{readiness:?}");
    assert_eq!(readiness.state, "Normal");
}

/// The pool that keeps the salvage may not have heard of the newest write.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn salvage_is_compared_where_the_users_are_served() {
    let pair = Pair::start().await;
    let (ken, home) = ("sip:kenmyer@contoso.com", pool1());
    pair.one.keep(&home, ken, "changed", "common").await;
    pair.one.sync().await;
    pair.part().await;
    pair.two
        .run(fail_over_disaster(home.clone()))
        .await
        .unwrap();
    pair.one.keep(&home, ken, "changed", "on pool1").await;
    pair.one.keep(&home, ken, "only", "on pool1").await;
    pair.network.mend();
    eventually("pool1 lets go", || async { !pair.one.serves(&home) }).await;
    pair.two.sync().await;
    pair.two.keep(&home, ken, "changed", "on pool2").await;
    assert_ne!(
        pair.one.read(&home, ken, "changed").await.as_deref(),
        Some("on pool2"),
        "pool1 has not heard of it"
    );

    let bundles = pair.one.stores.salvage.bundles(None).await.unwrap();
    let request = |overwrite| operation::ExportTandemSalvageRequest {
        identity: Some(bundles[0].id.clone()),
        apply: Some(true),
        overwrite: Some(overwrite),
        ..operation::ExportTandemSalvageRequest::default()
    };
    let rpc = "tandem.operation.v1.OperationService/ExportTandemSalvage";
    let told = run(&pair, &pair.one, rpc, request(false), true).await;
    let result: operation::SalvageResult = told.output();
    assert_eq!(
        (result.written, result.conflicts),
        (1, 1),
        "{:?}",
        told.warnings
    );
    let read = |key| pair.two.read(&home, ken, key);
    assert_eq!(read("only").await.as_deref(), Some("on pool1"));
    assert_eq!(read("changed").await.as_deref(), Some("on pool2"));

    let told = run(&pair, &pair.one, rpc, request(true), true).await;
    let result: operation::SalvageResult = told.output();
    assert_eq!(result.written, 1, "{:?}", told.warnings);
    assert_eq!(read("changed").await.as_deref(), Some("on pool1"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn salvage_is_written_to_a_file_and_applied() {
    let pair = Pair::start().await;
    pair.one
        .keep(&pool1(), "sip:a@contoso.com", "changed", "common")
        .await;
    pair.one.sync().await;
    pair.part().await;
    pair.two.run(fail_over_disaster(pool1())).await.unwrap();
    pair.one
        .keep(&pool1(), "sip:a@contoso.com", "changed", "on pool1")
        .await;
    pair.one
        .keep(&pool1(), "sip:a@contoso.com", "only", "on pool1")
        .await;
    pair.two
        .keep(&pool1(), "sip:a@contoso.com", "changed", "on pool2")
        .await;
    pair.network.mend();
    eventually("pool1 lets go", || async { !pair.one.serves(&pool1()) }).await;
    pair.two.sync().await;
    let bundle = pair
        .one
        .stores
        .salvage
        .bundles(None)
        .await
        .unwrap()
        .remove(0);

    let rpc = "tandem.operation.v1.OperationService/ExportTandemSalvage";
    let request = operation::ExportTandemSalvageRequest {
        identity: Some(bundle.id.clone()),
        file_name: Some("salvage.jsonl".to_owned()),
        ..operation::ExportTandemSalvageRequest::default()
    };
    let told = run(&pair, &pair.one, rpc, request, true).await;
    let result: operation::SalvageResult = told.output();
    assert_eq!(result.written, 2);
    assert_eq!(
        told.file
            .unwrap()
            .iter()
            .filter(|byte| **byte == b'\n')
            .count(),
        3
    );

    let request = operation::ExportTandemSalvageRequest {
        identity: Some(bundle.id),
        apply: Some(true),
        ..operation::ExportTandemSalvageRequest::default()
    };
    let told = run(&pair, &pair.one, rpc, request, true).await;
    let result: operation::SalvageResult = told.output();
    assert_eq!(
        (result.written, result.conflicts),
        (1, 1),
        "{:?}",
        told.warnings
    );
    assert_eq!(
        pair.two
            .read(&pool1(), "sip:a@contoso.com", "only")
            .await
            .as_deref(),
        Some("on pool1")
    );
    assert_eq!(
        pair.two
            .read(&pool1(), "sip:a@contoso.com", "changed")
            .await
            .as_deref(),
        Some("on pool2")
    );
}
