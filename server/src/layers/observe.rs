//! One span and one measurement for every RPC, whichever service it belongs to.

use std::sync::Arc;
use std::time::Instant;

use http::{HeaderMap, Request, Response};
use opentelemetry::metrics::{Counter, Histogram};
use opentelemetry::propagation::Extractor;
use opentelemetry::{KeyValue, global};
use tonic::body::Body;
use tower::Service;
use tracing::Instrument;
use tracing_opentelemetry::OpenTelemetrySpanExt;

use super::around::{Answer, Aspect};
use super::identity::Identity;

/// Measures all calls.
#[derive(Clone, Debug)]
pub struct Observe {
    calls: Counter<u64>,
    duration: Histogram<f64>,
}

impl Default for Observe {
    fn default() -> Self {
        let meter = global::meter("tandem");
        Self {
            calls: meter
                .u64_counter("rpc.server.calls")
                .with_description("Calls by RPC and status of the answer's head")
                .build(),
            duration: meter
                .f64_histogram("rpc.server.head_duration")
                .with_unit("s")
                .with_description("Time until the head of the answer, by RPC")
                .build(),
        }
    }
}

impl Aspect for Observe {
    fn call<S>(&self, request: Request<Body>, inner: &mut S) -> Answer<S::Error>
    where
        S: Service<Request<Body>, Response = Response<Body>>,
        S::Future: Send + 'static,
        S::Error: Send + 'static,
    {
        let rpc = request.uri().path().trim_start_matches('/').to_owned();
        let caller = request
            .extensions()
            .get::<Arc<Identity>>()
            .map_or("", |caller| &caller.name);
        let span = tracing::info_span!("rpc", rpc, caller);
        let parent = global::get_text_map_propagator(|propagator| {
            propagator.extract(&Headers(request.headers()))
        });
        // Without an exporter there is no layer that could keep the parent, which is no fault.
        let _ = span.set_parent(parent);
        let began = Instant::now();
        let observe = self.clone();
        let answer = inner.call(request);
        Box::pin(
            async move {
                let answer = answer.await;
                let status = answer
                    .as_ref()
                    .ok()
                    .and_then(|answer| answer.headers().get("grpc-status"));
                let status = status
                    .and_then(|status| status.to_str().ok())
                    .unwrap_or("0")
                    .to_owned();
                let rpc = KeyValue::new("rpc", rpc);
                observe
                    .duration
                    .record(began.elapsed().as_secs_f64(), std::slice::from_ref(&rpc));
                observe
                    .calls
                    .add(1, &[rpc, KeyValue::new("status", status)]);
                answer
            }
            .instrument(span),
        )
    }
}

struct Headers<'a>(&'a HeaderMap);

impl Extractor for Headers<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).and_then(|value| value.to_str().ok())
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(http::HeaderName::as_str).collect()
    }
}
