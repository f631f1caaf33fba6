//! A warm call of a cmdlet, typed and as a line, against a bare unary call.

use std::time::{Duration, Instant};

use tandem::shell::v1::shell_service_client::ShellServiceClient;
use tandem::shell::v1::{InvokeRequest, Output, OutputForm, Start, invoke_request, start};
use tandem::topology::v1::GetCsPoolRequest;
use tandem::topology::v1::topology_service_client::TopologyServiceClient;
use tandem_lab::laboratory::POOL1;
use tonic_health::pb::HealthCheckRequest;

use crate::bare;
use crate::site::{Site, drain, median, ratio, report};

const WARM_UP: usize = 200;
const CALLS: usize = 2_000;

pub(crate) async fn run(site: &Site) {
    let mut bare = bare::start(site).await;
    let mut typed = TopologyServiceClient::new(site.channel(POOL1));
    let mut shell = ShellServiceClient::new(site.channel(POOL1));
    let mut times: [Vec<Duration>; 3] = Default::default();
    // In turn, so that a machine that slows down slows them all.
    for round in 0..WARM_UP + CALLS {
        let begun = Instant::now();
        bare.check(HealthCheckRequest::default()).await.unwrap();
        let unary = begun.elapsed();

        let begun = Instant::now();
        let request = GetCsPoolRequest {
            identity: Some(POOL1.to_owned()),
            ..Default::default()
        };
        drain(typed.get_cs_pool(request).await.unwrap().into_inner()).await;
        let call = begun.elapsed();

        let begun = Instant::now();
        let request = tokio_stream::once(invocation("Get-CsPool -Identity pool1.contoso.com"));
        drain(shell.invoke(request).await.unwrap().into_inner()).await;
        let line = begun.elapsed();

        if round >= WARM_UP {
            for (times, time) in times.iter_mut().zip([unary, call, line]) {
                times.push(time);
            }
        }
    }
    let [unary, call, line] = times.map(median);
    report("bare unary call", &format!("{unary:.1?}"), "the baseline");
    report(
        "typed Get-CsPool",
        &format!("{call:.1?}"),
        &format!("{:.2} x bare (wanted: at most 2)", ratio(call, unary)),
    );
    report(
        "line Get-CsPool",
        &format!("{line:.1?}"),
        &format!("{:.2} x bare (wanted: at most 2)", ratio(line, unary)),
    );
}

fn invocation(line: &str) -> InvokeRequest {
    InvokeRequest {
        message: Some(invoke_request::Message::Start(Start {
            command: Some(start::Command::Line(line.to_owned())),
            output: Some(Output {
                form: OutputForm::Unspecified.into(),
                ..Output::default()
            }),
            ..Start::default()
        })),
    }
}
