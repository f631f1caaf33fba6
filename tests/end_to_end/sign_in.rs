//! The user's experience: who serves, in which mode, and where a watching front end is sent.

use tandem::frontend::v1::{SignInMode, WatchRequest};
use tandem_lab::laboratory::{POOL1, POOL2};
use tandem_lab::users::sip_address;

use crate::deployment::{Deployment, back, disaster, planned};

#[tokio::test(flavor = "multi_thread")]
async fn before_during_and_after() {
    let mut deployment = Deployment::start().await;
    let user = sip_address(POOL1, 0);

    let normal = deployment.sign_in(POOL1, &user).await.unwrap();
    assert_eq!((normal.mode(), normal.here), (SignInMode::Normal, true));
    let elsewhere = deployment.sign_in(POOL2, &user).await.unwrap();
    assert!(!elsewhere.here);
    assert_eq!(elsewhere.serving_pool, POOL1);
    assert!(!elsewhere.endpoint.is_empty(), "{elsewhere:?}");

    deployment.fail_over(POOL1, planned(POOL1)).await.unwrap();
    let over = deployment.sign_in(POOL2, &user).await.unwrap();
    assert_eq!((over.mode(), over.here), (SignInMode::Normal, true));
    assert_eq!(over.home_pool, POOL1);
    let old_door = deployment.sign_in(POOL1, &user).await.unwrap();
    assert!(!old_door.here);
    assert_eq!(old_door.serving_pool, POOL2);

    deployment.fail_back(POOL1, back(POOL1)).await.unwrap();
    let returned = deployment.sign_in(POOL1, &user).await.unwrap();
    assert_eq!((returned.mode(), returned.here), (SignInMode::Normal, true));

    // The pool is lost: until somebody fails it over, its users cannot return.
    deployment.kill(POOL1).await;
    refused_at(&deployment, POOL2, &user).await;
    deployment.fail_over(POOL2, disaster(POOL1)).await.unwrap();
    let survivor = deployment.sign_in(POOL2, &user).await.unwrap();
    assert_eq!((survivor.mode(), survivor.here), (SignInMode::Normal, true));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watching_front_end_is_told_where_to_go() {
    let deployment = Deployment::start().await;
    let user = sip_address(POOL1, 0);
    let request = WatchRequest {
        user: vec![user.clone()],
    };
    let mut changes = deployment
        .front_end(POOL1)
        .watch(request)
        .await
        .unwrap()
        .into_inner();
    let over = deployment.fail_over(POOL1, planned(POOL1));
    let told = async {
        loop {
            let change = changes.message().await.unwrap().expect("the watch goes on");
            if change.serving_pool == POOL2 {
                return change;
            }
        }
    };
    let (over, told) = tokio::join!(
        over,
        tokio::time::timeout(crate::deployment::PATIENCE, told)
    );
    over.unwrap();
    let told = told.expect("the watch tells of the failover");
    assert_eq!(told.home_pool, POOL1);
    assert!(!told.endpoint.is_empty(), "{told:?}");
}

/// Waits until a node refuses a user: until it has missed the heartbeats of the lost pool, it sends the user there.
async fn refused_at(deployment: &Deployment, at: &str, user: &str) {
    let deadline = tokio::time::Instant::now() + crate::deployment::PATIENCE;
    loop {
        let answer = deployment.sign_in(at, user).await.unwrap();
        assert!(!answer.here, "{answer:?}");
        if answer.mode() == SignInMode::Refused {
            return;
        }
        assert!(tokio::time::Instant::now() < deadline, "{answer:?}");
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
}
