//! Planned failover and failback, with writes arriving all the while: nothing acknowledged is missing.

use tandem_lab::laboratory::{POOL1, POOL2};
use tandem_lab::users::sip_address;

use crate::deployment::{Deployment, USERS, back, operation_id, planned, unasked};
use crate::writers::{Writers, missing, settings};

#[tokio::test(flavor = "multi_thread")]
async fn every_acknowledged_write_is_on_the_serving_pool() {
    let deployment = Deployment::start().await;
    let users: Vec<String> = (0..4).map(|number| sip_address(POOL1, number)).collect();
    let writers = Writers::start(&deployment, &users);
    writers.reach(100).await;

    let over = deployment.fail_over(POOL1, planned(POOL1)).await.unwrap();
    assert_eq!(over.result().outcome, "Committed");
    assert_eq!(over.result().serving_pool_fqdn, POOL2);
    assert_eq!(over.result().users, USERS as u64);
    writers.reach(writers.count() + 100).await;

    let returned = deployment.fail_back(POOL2, back(POOL1)).await.unwrap();
    assert_eq!(returned.result().serving_pool_fqdn, POOL1);
    writers.reach(writers.count() + 100).await;

    let acknowledged = writers.stop().await;
    let found = settings(&deployment, POOL1, &users).await;
    assert_eq!(
        missing(&acknowledged, &found),
        Vec::<&(String, String)>::new()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn any_node_takes_the_command() {
    let deployment = Deployment::start().await;
    let over = deployment.fail_over(POOL2, planned(POOL1)).await.unwrap();
    assert_eq!(over.result().serving_pool_fqdn, POOL2);
    deployment.serving(POOL1, POOL2).await;
    let returned = deployment.fail_back(POOL1, back(POOL1)).await.unwrap();
    assert_eq!(returned.result().serving_pool_fqdn, POOL1);
    deployment.serving(POOL1, POOL1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_preview_is_the_act_and_changes_nothing() {
    let deployment = Deployment::start().await;
    let mut preview = planned(POOL1);
    preview.common.as_mut().unwrap().what_if = true;
    let shown = deployment.fail_over(POOL1, preview).await.unwrap();
    assert!(shown.result.is_none());
    let plan = shown.plan.expect("the preview has a plan");
    assert!(plan.step.iter().any(|step| step.name == "Ship"), "{plan:?}");
    assert!(
        shown.host.iter().any(|line| line.starts_with("What if: ")),
        "{:?}",
        shown.host
    );
    assert_eq!(deployment.owner(POOL1, POOL1).await.as_deref(), Some(POOL1));
    assert!(deployment.operations(POOL1).await.unwrap().is_empty());

    let mut act = planned(POOL1);
    act.common.as_mut().unwrap().expected_plan = plan.digest.clone();
    let done = deployment.fail_over(POOL1, act).await.unwrap();
    assert_eq!(done.result().plan, plan.digest);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_operation_again_answers_the_same_and_does_nothing() {
    let deployment = Deployment::start().await;
    let mut request = planned(POOL1);
    request.common.as_mut().unwrap().operation_id = operation_id();
    let first = deployment.fail_over(POOL1, request.clone()).await.unwrap();
    let again = deployment.fail_over(POOL1, request.clone()).await.unwrap();
    assert_eq!(first.result().operation_id, again.result().operation_id);
    assert_eq!(first.result().epoch, again.result().epoch);
    // Also when the other node is asked.
    let elsewhere = deployment.fail_over(POOL2, request).await.unwrap();
    assert_eq!(first.result().epoch, elsewhere.result().epoch);
    assert_eq!(deployment.operations(POOL1).await.unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_cannot_be_asked_is_never_taken_for_a_yes() {
    let deployment = Deployment::start().await;
    let mut request = planned(POOL1);
    request.common = Some(tandem::cmdlet::v1::CommonParameters {
        confirm: None,
        ..unasked()
    });
    let refused = deployment.fail_over(POOL1, request).await.unwrap_err();
    assert!(
        crate::refusals::reason(&refused).starts_with("HostFunctionNotImplemented"),
        "{refused:?}"
    );
    assert_eq!(deployment.owner(POOL1, POOL1).await.as_deref(), Some(POOL1));
}

#[tokio::test(flavor = "multi_thread")]
async fn homed_is_not_served() {
    use tandem::user::v1::user_service_client::UserServiceClient;
    use tandem::user::v1::{GetCsUserPoolInfoRequest, get_cs_user_pool_info_response::Record};
    let deployment = Deployment::start().await;
    deployment.fail_over(POOL1, planned(POOL1)).await.unwrap();
    for node in [POOL1, POOL2] {
        let request = GetCsUserPoolInfoRequest {
            identity: sip_address(POOL1, 0),
            ..Default::default()
        };
        let mut client = UserServiceClient::new(deployment.channel(node));
        let mut records = client
            .get_cs_user_pool_info(request)
            .await
            .unwrap()
            .into_inner();
        let mut pools = None;
        while let Some(answer) = records.message().await.unwrap() {
            if let Some(Record::Output(output)) = answer.record {
                pools = Some(output);
            }
        }
        let pools = pools.expect("the user has pools");
        assert_eq!(pools.primary_pool_fqdn, POOL1, "asked at {node}");
        assert_eq!(pools.backup_pool_fqdn, POOL2, "asked at {node}");
        assert_eq!(pools.user_services_pool_fqdn, POOL2, "asked at {node}");
    }
}
