//! The pool of the active Central Management store is lost: its standby takes the store over when it is told to, and then its
//! users can be failed over.

use tandem::topology::v1::{PublishCsTopologyRequest, TopologyPublication};
use tandem_server::management::{TOPOLOGY, VERSIONS_UNSEEN_MAX};
use tandem_server::store::OperationState;

use crate::cmdlets::run;
use crate::harness::*;

const PUBLISH: &str = "tandem.topology.v1.TopologyService/PublishCsTopology";

/// The topology of the tests with the store on a pool.
fn held_by(pool: &str) -> String {
    let name = format!("fqdn = \"{pool}\"\n");
    TOPOLOGY_DOCUMENT.replacen(&name, &format!("{name}central_management = true\n"), 1)
}

fn order(pool: &str, force: bool) -> PublishCsTopologyRequest {
    PublishCsTopologyRequest {
        document: Some(held_by(pool)),
        force: Some(force),
        ..PublishCsTopologyRequest::default()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_standby_takes_over_from_a_master_that_is_lost_and_only_then() {
    let pair = Pair::start().await;
    let (one, two) = (&pair.one, &pair.two);
    let now = std::time::SystemTime::now();
    let text = held_by("pool2.contoso.com");
    let published = one
        .management
        .publish(TOPOLOGY, text.into(), 1, "test", now);
    published.await.unwrap();
    eventually("pool2 holds the store", || async {
        two.management.master() == Some(pool2())
    })
    .await;

    let told = run(&pair, one, PUBLISH, order("pool1.contoso.com", true), true).await;
    assert_eq!(told.id(), "CentralManagementElsewhere", "it answers");
    pair.part().await;
    let lost = one.run(fail_over_disaster(pool2())).await;
    assert!(lost.is_err_and(|error| error.id() == "CentralManagementUnavailable"));
    for refused in [
        order("pool1.contoso.com", false),
        order("pool2.contoso.com", true),
    ] {
        let told = run(&pair, one, PUBLISH, refused, true).await;
        assert_eq!(told.id(), "CentralManagementUnavailable");
    }
    let told = run(&pair, one, PUBLISH, order("pool1.contoso.com", true), true).await;
    assert!(told.warnings[0].contains("takes the Central Management store over"));
    let publication: TopologyPublication = told.output();
    assert_eq!(publication.version, 2 + VERSIONS_UNSEEN_MAX);
    let entry = one.run(fail_over_disaster(pool2())).await.unwrap();
    assert_eq!(entry.state, OperationState::Committed);

    // The old master published something that nobody has seen; it yields when it is back.
    let text = held_by("pool2.contoso.com");
    let unseen = two
        .management
        .publish(TOPOLOGY, text.into(), 2, "test", now);
    unseen.await.unwrap();
    pair.network.mend();
    eventually("pool2 knows that pool1 holds the store", || async {
        two.management.master() == Some(pool1())
    })
    .await;
    assert_eq!(two.management.topology().version, publication.version);
}
