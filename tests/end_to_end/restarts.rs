//! Both nodes restarted, in either order: quarantine until ownership is known, then service as before.

use tandem_lab::laboratory::{POOL1, POOL2};
use tandem_lab::users::sip_address;

use crate::deployment::{Deployment, back, planned};
use crate::writers::settings;

#[tokio::test(flavor = "multi_thread")]
async fn in_either_order_everything_is_as_before() {
    let mut deployment = Deployment::start().await;
    deployment.fail_over(POOL1, planned(POOL1)).await.unwrap();
    let users = vec![sip_address(POOL1, 0), sip_address(POOL1, 1)];
    let before = settings(&deployment, POOL2, &users).await;
    for order in [[POOL1, POOL2], [POOL2, POOL1]] {
        for pool in order {
            deployment.stop(pool).await;
        }
        for pool in order {
            deployment.restart(pool).await;
        }
        assert_eq!(deployment.agreed(POOL1).await, POOL2);
        assert_eq!(deployment.agreed(POOL2).await, POOL2);
        assert_eq!(settings(&deployment, POOL2, &users).await, before);
    }
    deployment.fail_back(POOL1, back(POOL1)).await.unwrap();
    assert_eq!(settings(&deployment, POOL1, &users).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_cannot_ask_its_partner_serves_nobody() {
    use tandem::frontend::v1::SignInMode;
    let mut deployment = Deployment::start().await;
    deployment.kill(POOL2).await;
    deployment.kill(POOL1).await;
    deployment.restart(POOL1).await;
    let answer = deployment
        .sign_in(POOL1, &sip_address(POOL1, 0))
        .await
        .unwrap();
    assert_eq!(answer.mode(), SignInMode::Refused, "{answer:?}");
    assert!(
        answer.reason.contains("partner cannot be reached"),
        "{answer:?}"
    );
    // The partner returns, and the quarantine ends by itself.
    deployment.restart(POOL2).await;
    let deadline = tokio::time::Instant::now() + crate::deployment::PATIENCE;
    loop {
        let answer = deployment
            .sign_in(POOL1, &sip_address(POOL1, 0))
            .await
            .unwrap();
        if answer.mode() == SignInMode::Normal {
            return;
        }
        assert!(tokio::time::Instant::now() < deadline, "{answer:?}");
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
}
