//! A whole node in this process, called over real TLS: who gets in, typed calls, command lines.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod hostile;
mod memory;
mod restricted;
mod structured;
mod support;

use std::error::Error as _;

use tandem::cmdlet::v1::CommonParameters;
use tandem::shell::v1::shell_service_client::ShellServiceClient;
use tandem::shell::v1::{CompleteRequest, OutputForm, PipelineState, Words, start};
use tandem::topology::v1::get_cs_pool_response::Record;
use tandem::topology::v1::publish_cs_topology_response::Record as Published;
use tandem::topology::v1::topology_service_client::TopologyServiceClient;
use tandem::topology::v1::{
    GetCsPoolRequest, GetCsWindowsServiceRequest, PublishCsTopologyRequest,
    StopCsWindowsServiceRequest,
};
use tonic::Code;
use tonic_types::StatusExt;

use support::{Laboratory, TOPOLOGY};

#[tokio::test(flavor = "multi_thread")]
async fn only_certificates_of_the_own_authority_get_in() {
    let laboratory = Laboratory::start().await;
    for holder in ["stranger", "expired"] {
        let mut client = TopologyServiceClient::new(laboratory.channel(holder));
        let refused = client
            .get_cs_pool(GetCsPoolRequest::default())
            .await
            .unwrap_err();
        // TLS 1.3 tells the caller only after its first request has left: the connection just ends.
        let ended = matches!(
            refused.code(),
            Code::Unavailable | Code::Cancelled | Code::Unknown
        );
        assert!(ended && refused.source().is_some(), "{holder}: {refused}");
    }
    let mut client = TopologyServiceClient::new(laboratory.anonymous_channel());
    client
        .get_cs_pool(GetCsPoolRequest::default())
        .await
        .unwrap_err();
    let mut client = TopologyServiceClient::new(laboratory.channel("administrator"));
    client
        .get_cs_pool(GetCsPoolRequest::default())
        .await
        .unwrap();
    laboratory.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn groups_decide_what_may_be_run() {
    let laboratory = Laboratory::start().await;
    let stop = StopCsWindowsServiceRequest {
        common: Some(CommonParameters {
            what_if: true,
            ..CommonParameters::default()
        }),
        name: Some("LYNCBACKUP".to_owned()),
        ..StopCsWindowsServiceRequest::default()
    };
    for holder in ["nobody", "front-end"] {
        let mut client = TopologyServiceClient::new(laboratory.channel(holder));
        let refused = client
            .get_cs_pool(GetCsPoolRequest::default())
            .await
            .unwrap_err();
        assert_eq!(refused.code(), Code::PermissionDenied, "{holder}");
    }
    let mut viewer = TopologyServiceClient::new(laboratory.channel("view-only"));
    viewer
        .get_cs_pool(GetCsPoolRequest::default())
        .await
        .unwrap();
    let refused = viewer.stop_cs_windows_service(stop).await.unwrap_err();
    assert_eq!(refused.code(), Code::PermissionDenied);
    assert_eq!(
        refused.get_error_details().error_info().unwrap().reason,
        "NotAuthorized"
    );
    laboratory.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_typed_publication_is_seen_by_typed_calls() {
    let laboratory = Laboratory::start().await;
    let mut client = TopologyServiceClient::new(laboratory.channel("administrator"));
    let publish = |what_if| PublishCsTopologyRequest {
        common: Some(CommonParameters {
            what_if,
            ..CommonParameters::default()
        }),
        document: Some(TOPOLOGY.to_owned()),
        ..PublishCsTopologyRequest::default()
    };
    let preview = support::all(
        client
            .publish_cs_topology(publish(true))
            .await
            .unwrap()
            .into_inner(),
    )
    .await
    .unwrap();
    assert!(
        preview
            .iter()
            .all(|said| !matches!(said.record, Some(Published::Output(_)))),
        "-WhatIf publishes nothing"
    );
    let published = support::all(
        client
            .publish_cs_topology(publish(false))
            .await
            .unwrap()
            .into_inner(),
    )
    .await
    .unwrap();
    let version = published.iter().find_map(|said| match &said.record {
        Some(Published::Output(publication)) => Some(publication.version),
        _ => None,
    });
    assert_eq!(version, Some(1));

    let pools = support::all(
        client
            .get_cs_pool(GetCsPoolRequest::default())
            .await
            .unwrap()
            .into_inner(),
    )
    .await
    .unwrap();
    let names: Vec<String> = pools
        .into_iter()
        .filter_map(|said| match said.record {
            Some(Record::Output(pool)) => Some(format!("{} {}", pool.fqdn, pool.backup_pool_fqdn)),
            _ => None,
        })
        .collect();
    assert_eq!(
        names,
        [
            "pool1.contoso.com pool2.contoso.com",
            "pool2.contoso.com pool1.contoso.com"
        ]
    );
    laboratory.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_and_a_stub_refuse_with_the_same_id() {
    let laboratory = Laboratory::start().await;
    let mut client = TopologyServiceClient::new(laboratory.channel("administrator"));
    let request = GetCsWindowsServiceRequest {
        name: Some("NOSUCH".to_owned()),
        ..Default::default()
    };
    let answer = client
        .get_cs_windows_service(request)
        .await
        .unwrap()
        .into_inner();
    let refused = support::all(answer).await.unwrap_err();
    let details = refused.get_error_details();
    let info = details.error_info().unwrap();
    assert_eq!(
        (refused.code(), &*info.reason),
        (Code::NotFound, "ServiceNotFound")
    );

    let ended = laboratory
        .run("Get-CsWindowsService -Name NOSUCH", OutputForm::Text)
        .await;
    let error = ended.error.unwrap();
    assert_eq!(
        error.fully_qualified_error_id,
        info.metadata["fully_qualified_error_id"]
    );
    assert_eq!(error.category, "ObjectNotFound");
    assert_eq!(
        (ended.finished.exit_code, ended.finished.had_errors),
        (1, true)
    );

    // What the binder refuses, it refuses for both.
    let answer = client
        .publish_cs_topology(PublishCsTopologyRequest::default())
        .await;
    let reason = |refused: &tonic::Status| {
        refused
            .get_error_details()
            .error_info()
            .unwrap()
            .reason
            .clone()
    };
    let typed = answer.map(|_| ()).unwrap_err();
    let line = laboratory.run("Publish-CsTopology", OutputForm::Text).await;
    assert_eq!(
        line.error
            .unwrap()
            .fully_qualified_error_id
            .split(',')
            .next(),
        Some(&*reason(&typed))
    );
    laboratory.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lines_run_as_text_objects_and_words() {
    let laboratory = Laboratory::start().await;
    let text = laboratory
        .run("Get-CsWindowsService -Name RTCSRV", OutputForm::Text)
        .await;
    assert!(text.text.contains("Running  RTCSRV"), "{}", text.text);
    assert_eq!(text.finished.state(), PipelineState::Completed);

    let objects = laboratory
        .run(
            "Get-CsWindowsService | Where-Object Name -Like 'R*' | ForEach-Object Name",
            OutputForm::Unspecified,
        )
        .await;
    let names: Vec<_> = objects
        .output
        .into_iter()
        .map(|value| value.kind.unwrap())
        .collect();
    let string = |text: &str| tandem::cmdlet::v1::value::Kind::String(text.to_owned());
    assert_eq!(
        names,
        [string("REPLICA"), string("RTCSRV"), string("RTCDATAMCU")]
    );

    let words = [
        "Stop-CsWindowsService",
        "-Name",
        "LYNCBACKUP",
        "-Confirm:False",
    ]
    .map(str::to_owned);
    let stopped = laboratory
        .invoke(
            start::Command::Words(Words {
                word: words.to_vec(),
            }),
            OutputForm::Text,
        )
        .await;
    assert_eq!(stopped.finished.exit_code, 0, "{:?}", stopped.error);
    let json = laboratory
        .run("Get-CsWindowsService -Name LYNCBACKUP", OutputForm::Json)
        .await;
    assert!(
        json.text.contains("\"Status\": \"Stopped\""),
        "{}",
        json.text
    );

    let mut shell = ShellServiceClient::new(laboratory.channel("administrator"));
    let line = "Get-CsWindowsService -Name LYN";
    let request = CompleteRequest {
        line: line.to_owned(),
        caret: u32::try_from(line.len()).unwrap(),
        ..Default::default()
    };
    let completed = shell.complete(request).await.unwrap();
    // Whoever completes draws a prompt: it is told whose node answers.
    let pool = completed.metadata().get("tandem-pool").unwrap();
    assert_eq!(pool, laboratory.configuration().pool.as_str());
    let completed = completed.into_inner();
    assert_eq!(completed.r#match[0].completion_text, "LYNCBACKUP");
    laboratory.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_node_on_the_same_data_is_refused() {
    let laboratory = Laboratory::start().await;
    let refused = tandem_server::start(laboratory.configuration())
        .await
        .map(|_| ())
        .unwrap_err()
        .to_string();
    assert!(
        refused.contains("another process uses the data folder"),
        "{refused}"
    );
    laboratory.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn certificates_follow_their_files() {
    let laboratory = Laboratory::start().await;
    let mut before = TopologyServiceClient::new(laboratory.channel("administrator"));
    before
        .get_cs_pool(GetCsPoolRequest::default())
        .await
        .unwrap();
    // From now on only the other authority is trusted, and the node shows a certificate of the own one still.
    laboratory.trust_other_authority();
    let taken_up = async {
        loop {
            let mut stranger = TopologyServiceClient::new(laboratory.channel("stranger"));
            if stranger
                .get_cs_pool(GetCsPoolRequest::default())
                .await
                .is_ok()
            {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(30), taken_up)
        .await
        .unwrap();
    before
        .get_cs_pool(GetCsPoolRequest::default())
        .await
        .unwrap();
    let mut after = TopologyServiceClient::new(laboratory.channel("administrator"));
    after
        .get_cs_pool(GetCsPoolRequest::default())
        .await
        .unwrap_err();
    laboratory.stop().await;
}

/// What somebody mistyped is told so that it can be mended: where a line breaks off, and what a name may have meant.
#[tokio::test(flavor = "multi_thread")]
async fn mistyped_lines_are_told_of() {
    let laboratory = Laboratory::start().await;
    for (line, told, feedback) in [
        ("1..3 | ForEach-Object {", "Missing closing '}'", ""),
        ("\"abc", "The string is missing the terminator: \".", ""),
        (
            "Get-CsPol",
            "is not recognized",
            "The most similar commands are: Get-CsPool.",
        ),
        (
            "1..3 | ForEach-Object { Get-CsPool -Identty $_ }",
            "matches parameter name 'Identty'",
            "The most similar parameters are: -Identity.",
        ),
    ] {
        let ended = laboratory.run(line, OutputForm::Text).await;
        assert!(ended.finished.had_errors, "{line}");
        let first = &ended.said[0];
        assert!(first.rendered.contains(told), "{line}: {first:?}");
        assert_eq!(first.feedback, feedback, "{line}");
        assert!(ended.said[1..].iter().all(|said| said.feedback.is_empty()));
    }
    laboratory.stop().await;
}
