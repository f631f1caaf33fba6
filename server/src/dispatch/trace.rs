//! The trace that a call belongs to, carried to the node that runs it (W3C Trace Context).

use std::collections::HashMap;

use opentelemetry::global;
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt;

/// The key of the context in the propagator's own words.
const TRACEPARENT: &str = "traceparent";

/// The current span as `traceparent`; empty when nothing is traced.
pub(super) fn current() -> String {
    let mut carrier = HashMap::new();
    let context = Span::current().context();
    global::get_text_map_propagator(|propagator| propagator.inject_context(&context, &mut carrier));
    carrier.remove(TRACEPARENT).unwrap_or_default()
}

/// A span for a call that came with `traceparent`.
pub(super) fn forwarded(rpc: &str, caller: &str, traceparent: &str) -> Span {
    let span = tracing::info_span!("forwarded", rpc, caller);
    if !traceparent.is_empty() {
        let carrier = HashMap::from([(TRACEPARENT.to_owned(), traceparent.to_owned())]);
        let parent = global::get_text_map_propagator(|propagator| propagator.extract(&carrier));
        // Without an exporter there is no layer that could keep the parent, which is no fault.
        let _ = span.set_parent(parent);
    }
    span
}
