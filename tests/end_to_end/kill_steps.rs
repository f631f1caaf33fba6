//! A process dies at every step of every operation, on either side: the operation ends, and the promises hold.

use std::time::Duration;

use tandem::cmdlet::v1::stream_record;
use tandem::pool::v1::invoke_cs_pool_fail_over_response;
use tandem::pool::v1::pool_service_client::PoolServiceClient;
use tandem_lab::laboratory::{POOL1, POOL2, Settings};
use tandem_lab::users::sip_address;

use crate::deployment::{Deployment, back, disaster, operation_id, planned};
use crate::refusals::reason;
use crate::writers::{Writers, missing, settings};

/// A caller is not kept waiting for a pool that does not answer: the nodes give up after two seconds.
const NODES: &str = "limits.undecided = \"2s\"";

/// Longest time until a call has its answer, whoever died.
const CALL_PATIENCE: Duration = Duration::from_secs(25);

/// Which operation is interrupted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operation {
    FailOver,
    FailBack,
}

/// Which process dies.
#[derive(Clone, Copy, Debug)]
struct Death {
    operation: Operation,
    moment: &'static str,
    part: &'static str,
}

impl Death {
    /// The pool that drives a planned move is the one that gives the users up.
    fn coordinator(self) -> &'static str {
        match self.operation {
            Operation::FailOver => POOL1,
            Operation::FailBack => POOL2,
        }
    }

    fn victim(self) -> &'static str {
        let coordinator = self.coordinator();
        match self.part {
            "coordinator" => coordinator,
            _ if coordinator == POOL1 => POOL2,
            _ => POOL1,
        }
    }

    async fn start(self, deployment: &Deployment, operation: &str) -> bool {
        let common = |common: &mut Option<tandem::cmdlet::v1::CommonParameters>| {
            common.as_mut().unwrap().operation_id = operation.to_owned();
        };
        match self.operation {
            Operation::FailOver => {
                let mut request = planned(POOL1);
                common(&mut request.common);
                deployment
                    .fail_over(self.coordinator(), request)
                    .await
                    .is_ok()
            }
            Operation::FailBack => {
                let mut request = back(POOL1);
                common(&mut request.common);
                deployment
                    .fail_back(self.coordinator(), request)
                    .await
                    .is_ok()
            }
        }
    }
}

/// Names of the steps, from the plan that would run now.
async fn steps(deployment: &Deployment, operation: Operation) -> Vec<String> {
    let shown = match operation {
        Operation::FailOver => {
            let mut request = planned(POOL1);
            request.common.as_mut().unwrap().what_if = true;
            deployment.fail_over(POOL1, request).await
        }
        Operation::FailBack => {
            let mut request = back(POOL1);
            request.common.as_mut().unwrap().what_if = true;
            deployment.fail_back(POOL1, request).await
        }
    };
    let plan = shown.unwrap().plan.expect("the preview has a plan");
    plan.step.into_iter().map(|step| step.name).collect()
}

/// Brings pool1 to where the operation begins.
async fn prepare(deployment: &Deployment, operation: Operation) {
    let owner = deployment.owner(POOL1, POOL1).await.expect("pool1 answers");
    match operation {
        Operation::FailOver if owner == POOL2 => {
            deployment.fail_back(POOL1, back(POOL1)).await.unwrap();
        }
        Operation::FailBack if owner == POOL1 => {
            deployment.fail_over(POOL1, planned(POOL1)).await.unwrap();
        }
        _ => (),
    }
}

async fn die(deployment: &mut Deployment, death: Death, step: &str) {
    let id = operation_id();
    let victim = death.victim();
    deployment.stop(victim).await;
    let fault = format!("{}:{step}:{}:abort", death.moment, death.part);
    deployment
        .restart_with(victim, &[("TANDEM_FAULT", &fault)])
        .await;
    deployment.agreed(POOL1).await;
    deployment.agreed(POOL2).await;
    prepare(deployment, death.operation).await;

    let call = tokio::time::timeout(CALL_PATIENCE, death.start(deployment, &id));
    let committed_to_the_caller = call.await.expect("the caller has an answer");
    deployment.restart_after(victim).await;

    // The operation ends, the same everywhere; or it was never begun.
    let known = deployment.settled(&id).await;
    assert!(
        !committed_to_the_caller || known.as_deref() == Some("Committed"),
        "{death:?} {step}: committed to the caller, then {known:?}"
    );
    let serving = deployment.agreed(POOL1).await;
    let moved = known.as_deref() == Some("Committed");
    let expected = if (death.operation == Operation::FailOver) == moved {
        POOL2
    } else {
        POOL1
    };
    assert_eq!(serving, expected, "{death:?} {step}: {known:?}");
}

async fn impatient() -> Deployment {
    Deployment::start_with(&Settings {
        node_lines: NODES.to_owned(),
    })
    .await
}

async fn at_every_step(operation: Operation) {
    let mut deployment = impatient().await;
    let users: Vec<String> = (0..2).map(|number| sip_address(POOL1, number)).collect();
    let writers = Writers::start(&deployment, &users);
    writers.reach(20).await;
    prepare(&deployment, operation).await;
    for step in steps(&deployment, operation).await {
        for moment in ["before", "after"] {
            for part in ["coordinator", "partner"] {
                die(
                    &mut deployment,
                    Death {
                        operation,
                        moment,
                        part,
                    },
                    &step,
                )
                .await;
                writers.reach(writers.count() + 5).await;
            }
        }
    }
    let acknowledged = writers.stop().await;
    let serving = deployment.agreed(POOL1).await;
    let found = settings(&deployment, &serving, &users).await;
    assert_eq!(
        missing(&acknowledged, &found),
        Vec::<&(String, String)>::new()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_planned_failover_ends_whoever_dies_at_whichever_step() {
    at_every_step(Operation::FailOver).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failback_ends_whoever_dies_at_whichever_step() {
    at_every_step(Operation::FailBack).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disaster_failover_ends_when_the_survivor_dies_at_whichever_step() {
    let mut deployment = Deployment::start().await;
    for step in ["Prepare", "StateLoss", "TakeOwnership", "RedirectUsers"] {
        for moment in ["before", "after"] {
            let id = operation_id();
            deployment.stop(POOL2).await;
            let fault = format!("{moment}:{step}:coordinator:abort");
            deployment
                .restart_with(POOL2, &[("TANDEM_FAULT", &fault)])
                .await;
            deployment.agreed(POOL1).await;
            deployment.agreed(POOL2).await;
            deployment.kill(POOL1).await;
            let mut request = disaster(POOL1);
            request.common.as_mut().unwrap().operation_id = id.clone();
            let _ = deployment.fail_over(POOL2, request).await;
            deployment.restart_after(POOL2).await;
            deployment.restart(POOL1).await;
            let known = deployment.settled(&id).await;
            let serving = deployment.agreed(POOL1).await;
            let expected = if known.as_deref() == Some("Committed") {
                POOL2
            } else {
                POOL1
            };
            assert_eq!(serving, expected, "{moment} {step}: {known:?}");
            if serving == POOL2 {
                deployment.fail_back(POOL1, back(POOL1)).await.unwrap();
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_move_that_only_a_lost_pool_could_decide_is_told_as_that_and_ends_when_it_returns() {
    let mut deployment = impatient().await;
    let id = operation_id();
    deployment.stop(POOL2).await;
    deployment
        .restart_with(
            POOL2,
            &[("TANDEM_FAULT", "after:TakeOwnership:partner:abort")],
        )
        .await;
    deployment.agreed(POOL1).await;

    let mut request = planned(POOL1);
    request.common.as_mut().unwrap().operation_id = id.clone();
    let told = deployment.fail_over(POOL1, request.clone()).await;
    let told = told.expect_err("nobody knows yet");
    assert_eq!(reason(&told).split(',').next(), Some("OperationUndecided"));
    assert!(
        told.message().contains(&id) && told.message().contains("read-only"),
        "{told:?}"
    );
    // The same command again hears the same, and starts nothing.
    let again = deployment.fail_over(POOL1, request).await;
    assert_eq!(reason(&again.expect_err("nobody knows yet")), reason(&told));

    deployment.restart_after(POOL2).await;
    assert_eq!(deployment.outcome(POOL1, &id).await, "Committed");
    assert_eq!(deployment.agreed(POOL1).await, POOL2);
}

/// Begins a failover over a connection of its own and cuts that as soon as the step has begun.
async fn vanish_at(deployment: &Deployment, id: &str, step: &str) {
    use invoke_cs_pool_fail_over_response::Record;
    let mut request = planned(POOL1);
    request.common.as_mut().unwrap().operation_id = id.to_owned();
    let mut client = PoolServiceClient::new(deployment.channel(POOL1));
    let answers = client.invoke_cs_pool_fail_over(request).await.unwrap();
    let mut answers = answers.into_inner();
    while let Some(answer) = answers.message().await.unwrap() {
        if let Some(Record::Stream(record)) = answer.record
            && let Some(stream_record::Record::Verbose(line)) = record.record
            && line.starts_with(&format!("{step}: "))
        {
            return;
        }
    }
    panic!("step {step} was not told");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_vanishes_at_whichever_step_stops_nothing() {
    let deployment = Deployment::start().await;
    for step in steps(&deployment, Operation::FailOver).await {
        let id = operation_id();
        vanish_at(&deployment, &id, &step).await;
        assert_eq!(deployment.outcome(POOL1, &id).await, "Committed", "{step}");
        assert_eq!(deployment.agreed(POOL1).await, POOL2);
        deployment.fail_back(POOL1, back(POOL1)).await.unwrap();
        deployment.agreed(POOL1).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vanished_client_stops_nothing() {
    let deployment = Deployment::start().await;
    let id = operation_id();
    let mut request = planned(POOL1);
    request.common.as_mut().unwrap().operation_id = id.clone();
    let mut call = Box::pin(deployment.fail_over(POOL1, request));
    // The client goes away as soon as the operation is known.
    loop {
        tokio::select! {
            done = &mut call => {
                done.unwrap();
                break;
            }
            known = deployment.operations(POOL1) => {
                if known.unwrap().iter().any(|operation| operation.identity == id) {
                    break;
                }
            }
        }
    }
    drop(call);
    assert_eq!(deployment.outcome(POOL1, &id).await, "Committed");
    assert_eq!(deployment.agreed(POOL1).await, POOL2);
}
