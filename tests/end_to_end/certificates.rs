//! Nothing without a certificate: every RPC, enumerated from the descriptors, for every kind of stranger.

use std::collections::BTreeSet;

use prost_reflect::MethodDescriptor;
use tandem_lab::laboratory::{ADMINISTRATOR, POOL1};
use tonic::{Code, Status};

use crate::deployment::Deployment;
use crate::raw::{call, methods};

fn effect(method: &MethodDescriptor) -> Option<i32> {
    let extension = tandem::DESCRIPTORS
        .get_extension_by_name("tandem.cmdlet.v1.cmdlet")
        .unwrap();
    let options = method.options();
    options.has_extension(&extension).then(|| {
        let cmdlet = options
            .get_extension(&extension)
            .as_message()
            .unwrap()
            .clone();
        cmdlet
            .get_field_by_name("effect")
            .unwrap()
            .as_enum_number()
            .unwrap()
    })
}

const READ: i32 = 1;

/// Whether a call ended in the transport, without an answer from any service.
fn never_connected(status: &Status) -> bool {
    use std::error::Error;
    status
        .source()
        .is_some_and(|source| source.is::<tonic::transport::Error>())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_rpc_is_refused_to_every_stranger() {
    let deployment = Deployment::start().await;
    let methods = methods();
    assert!(methods.len() >= 50, "only {} RPCs", methods.len());
    for method in &methods {
        let bare = deployment
            .laboratory
            .channel_without_certificate(POOL1)
            .unwrap();
        let refused = call(bare, method).await.expect_err(method.full_name());
        assert!(
            never_connected(&refused),
            "{} without a certificate: {refused:?}",
            method.full_name()
        );
        for stranger in ["expired", "stranger"] {
            let channel = deployment.laboratory.channel(POOL1, stranger).unwrap();
            let refused = call(channel, method).await.expect_err(method.full_name());
            assert!(
                never_connected(&refused),
                "{} by {stranger}: {refused:?}",
                method.full_name()
            );
        }
        let nobody = deployment.laboratory.channel(POOL1, "nobody").unwrap();
        let refused = call(nobody, method).await.expect_err(method.full_name());
        assert_eq!(
            refused.code(),
            Code::PermissionDenied,
            "{} by nobody: {refused:?}",
            method.full_name()
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_viewer_reads_and_changes_nothing() {
    let deployment = Deployment::start().await;
    let mut read = BTreeSet::new();
    for method in methods() {
        let Some(effect) = effect(&method) else {
            continue;
        };
        let channel = deployment.laboratory.channel(POOL1, "view-only").unwrap();
        let answer = call(channel, &method).await;
        let denied = answer
            .as_ref()
            .is_err_and(|status| status.code() == Code::PermissionDenied);
        assert_eq!(denied, effect != READ, "{}: {answer:?}", method.full_name());
        if !denied {
            read.insert(method.name().to_owned());
        }
    }
    assert!(read.contains("GetCsPool"), "{read:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_nodes_of_the_deployment_are_peers() {
    let deployment = Deployment::start().await;
    let peer = "tandem.peer.v1.PeerService";
    for method in methods()
        .iter()
        .filter(|method| method.parent_service().full_name() == peer)
    {
        for holder in [ADMINISTRATOR, "front-end", "view-only"] {
            let channel = deployment.laboratory.channel(POOL1, holder).unwrap();
            let refused = call(channel, method).await.expect_err(method.full_name());
            assert_eq!(
                refused.code(),
                Code::PermissionDenied,
                "{} by {holder}: {refused:?}",
                method.full_name()
            );
        }
    }
}
