//! Refusals: each with its stable id, what was found, and the command that mends it.

use tandem_lab::laboratory::{POOL1, POOL2};
use tonic::Status;
use tonic_types::StatusExt;

use crate::deployment::{Deployment, back, disaster, planned};

/// The error id of a refused call.
pub(crate) fn reason(status: &Status) -> String {
    status.get_error_details().error_info().map_or_else(
        || format!("no ErrorInfo in {status:?}"),
        |info| info.reason.clone(),
    )
}

fn id(refused: Result<crate::deployment::Moved, Status>) -> String {
    let status = refused
        .map(|moved| panic!("not refused: {moved:?}"))
        .unwrap_or_else(|status| status);
    let reason = reason(&status);
    reason.split(',').next().unwrap_or_default().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_rows_of_the_transition_table() {
    let deployment = Deployment::start().await;

    // Nothing is failed over.
    assert_eq!(
        id(deployment
            .fail_over(POOL1, planned("pool9.contoso.com"))
            .await),
        "PoolNotFound"
    );
    assert_eq!(
        id(deployment.fail_back(POOL1, back("pool9.contoso.com")).await),
        "PoolNotFound"
    );
    assert_eq!(
        id(deployment.fail_back(POOL1, back(POOL1)).await),
        "NotFailedOver"
    );
    assert_eq!(
        id(deployment.fail_over(POOL1, planned(POOL2)).await),
        "CentralManagementOnPool"
    );

    // pool1 is failed over.
    deployment.fail_over(POOL1, planned(POOL1)).await.unwrap();
    for node in [POOL1, POOL2] {
        assert_eq!(
            id(deployment.fail_over(node, planned(POOL1)).await),
            "AlreadyFailedOver"
        );
        assert_eq!(
            id(deployment.fail_over(node, planned(POOL2)).await),
            "PartnerPoolFailedOver"
        );
        assert_eq!(
            id(deployment.fail_over(node, disaster(POOL2)).await),
            "PartnerPoolFailedOver"
        );
        assert_eq!(
            id(deployment.fail_back(node, back(POOL2)).await),
            "BackupPoolNotFailedOver"
        );
    }

    // A refusal changes nothing: the failback goes through.
    deployment.fail_back(POOL1, back(POOL1)).await.unwrap();
    assert_eq!(
        id(deployment.fail_back(POOL1, back(POOL1)).await),
        "NotFailedOver"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_says_what_was_found_and_what_mends_it() {
    let deployment = Deployment::start().await;
    deployment.fail_over(POOL1, planned(POOL1)).await.unwrap();
    let refused = deployment.fail_back(POOL1, back(POOL2)).await.unwrap_err();
    assert!(
        refused.message().contains(POOL1) && refused.message().contains(POOL2),
        "{}",
        refused.message()
    );
    let details = refused.get_error_details();
    let recommended = &details.error_info().unwrap().metadata["recommended_action"];
    assert!(
        recommended.contains(&format!("Invoke-CsPoolFailBack -PoolFqdn {POOL1}")),
        "{recommended}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pool_that_is_down_is_not_failed_over_as_planned() {
    let mut deployment = Deployment::start().await;
    deployment.kill(POOL1).await;
    let refused = deployment
        .fail_over(POOL2, planned(POOL1))
        .await
        .unwrap_err();
    assert_eq!(reason(&refused).split(',').next(), Some("PoolUnreachable"));
    let details = refused.get_error_details();
    assert!(details.error_info().unwrap().metadata["recommended_action"].contains("-DisasterMode"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pool_without_its_partner_is_not_failed_over() {
    let mut deployment = Deployment::start().await;
    deployment.kill(POOL2).await;
    assert_eq!(
        id(deployment.fail_over(POOL1, planned(POOL1)).await),
        "BackupPoolUnavailable"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_that_was_not_shown_does_not_run() {
    let deployment = Deployment::start().await;
    let mut request = planned(POOL1);
    request.common.as_mut().unwrap().expected_plan = "00112233445566778899aabbccddeeff".to_owned();
    assert_eq!(
        id(deployment.fail_over(POOL1, request).await),
        "PlanChanged"
    );
}
