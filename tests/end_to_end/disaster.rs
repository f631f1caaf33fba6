//! A site is lost: the loss is stated before it is accepted, the real loss is inside it, and every lost write is salvaged.

use std::collections::BTreeSet;

use tandem_lab::laboratory::{POOL1, POOL2, Settings};
use tandem_lab::users::sip_address;

use crate::deployment::{Deployment, back, disaster};
use crate::refusals::reason;
use crate::writers::{Writers, missing, one, settings};

/// A Backup Service that ships only when it is told to, so that there is something to lose.
async fn deployment_with_a_slow_backup() -> Deployment {
    let deployment = Deployment::start_with(&Settings::default()).await;
    use tandem::backup::v1::SetCsBackupServiceConfigurationRequest;
    use tandem::backup::v1::backup_service_client::BackupServiceClient;
    let request = SetCsBackupServiceConfigurationRequest {
        common: Some(crate::deployment::unasked()),
        sync_interval: Some(prost_types::Duration {
            seconds: 3 * 60 * 60,
            nanos: 0,
        }),
        ..Default::default()
    };
    let mut client = BackupServiceClient::new(deployment.channel(POOL2));
    let mut records = client
        .set_cs_backup_service_configuration(request)
        .await
        .unwrap()
        .into_inner();
    while records.message().await.unwrap().is_some() {}
    for pool in [POOL1, POOL2] {
        deployment.backed_up(pool).await;
    }
    deployment
}

#[tokio::test(flavor = "multi_thread")]
async fn the_loss_is_inside_the_statement_and_every_lost_write_is_salvaged() {
    let mut deployment = deployment_with_a_slow_backup().await;
    let users: Vec<String> = (0..3).map(|number| sip_address(POOL1, number)).collect();
    let writers = Writers::start(&deployment, &users);
    writers.reach(60).await;
    deployment.kill(POOL1).await;
    let acknowledged = writers.stop().await;

    let mut preview = disaster(POOL1);
    preview.common.as_mut().unwrap().what_if = true;
    let shown = deployment.fail_over(POOL2, preview).await.unwrap();
    let stated = shown
        .plan
        .expect("a plan")
        .loss
        .expect("a statement of the loss");
    assert!(!stated.sentence.is_empty());

    let over = deployment.fail_over(POOL2, disaster(POOL1)).await.unwrap();
    assert_eq!(over.result().serving_pool_fqdn, POOL2);
    let found = settings(&deployment, POOL2, &users).await;
    let lost: BTreeSet<_> = missing(&acknowledged, &found)
        .into_iter()
        .cloned()
        .collect();
    assert!(!lost.is_empty(), "the test must lose something");
    let setting = stated.kind.iter().find(|kind| kind.kind == "setting");
    let bound = setting.and_then(|kind| kind.at_most);
    let unbounded = setting.is_some_and(|kind| kind.at_most.is_none());
    assert!(
        unbounded
            || bound.unwrap_or(0) >= lost.len() as u64
            || !stated.confidence.eq_ignore_ascii_case("exact"),
        "{} lost, stated {stated:?}",
        lost.len()
    );

    // Users go on at the survivor.
    let write = one(&users[0], "setting", "after-the-disaster", b"kept");
    deployment
        .front_end(POOL2)
        .put_documents(write)
        .await
        .unwrap();

    // The lost site returns: it serves nobody, and keeps every write that was lost.
    deployment.restart(POOL1).await;
    deployment.serving(POOL1, POOL2).await;
    let bundle: BTreeSet<_> = salvaged(&deployment, lost.len()).await;
    assert!(
        lost.is_subset(&bundle),
        "lost and not salvaged: {:?}",
        lost.difference(&bundle).collect::<Vec<_>>()
    );

    // Failback, and both the survivor's and the old writes are there.
    deployment.fail_back(POOL2, back(POOL1)).await.unwrap();
    let found = settings(&deployment, POOL1, &users).await;
    assert!(found.contains_key(&(users[0].clone(), "after-the-disaster".to_owned())));
    let survivors: Vec<_> = missing(&acknowledged, &found)
        .into_iter()
        .filter(|key| !lost.contains(*key))
        .collect();
    assert_eq!(survivors, Vec::<&(String, String)>::new());
}

async fn salvaged(deployment: &Deployment, at_least: usize) -> BTreeSet<(String, String)> {
    let deadline = tokio::time::Instant::now() + crate::deployment::PATIENCE;
    loop {
        let items = deployment.salvage(POOL1).await;
        let found: BTreeSet<_> = items
            .into_iter()
            .map(|item| (item.owner, item.key))
            .collect();
        if found.len() >= at_least || tokio::time::Instant::now() > deadline {
            return found;
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_loss_beyond_the_budget_is_refused() {
    let mut deployment = deployment_with_a_slow_backup().await;
    let users = vec![sip_address(POOL1, 0)];
    let writers = Writers::start(&deployment, &users);
    writers.reach(20).await;
    deployment.kill(POOL1).await;
    writers.stop().await;
    let mut request = disaster(POOL1);
    request.common.as_mut().unwrap().loss_budget = "records=0,age=0s".to_owned();
    let refused = deployment.fail_over(POOL2, request).await.unwrap_err();
    assert!(
        reason(&refused).starts_with("LossExceedsBudget"),
        "{refused:?}"
    );
    assert_eq!(deployment.owner(POOL2, POOL1).await.as_deref(), Some(POOL1));
}
