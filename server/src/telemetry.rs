//! Logs, and traces and metrics for an OTLP collector where the configuration names one.

use std::time::Duration;

use opentelemetry::{KeyValue, global, trace::TracerProvider as _};
use opentelemetry_otlp::{MetricExporter, SpanExporter, WithExportConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::metrics::SdkMeterProvider;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, Registry};

use crate::configuration::{Configuration, LogFormat};

/// Longest time of one export.
const EXPORT_DEADLINE: Duration = Duration::from_secs(5);

/// What must be closed at the end, so that the last records leave.
#[derive(Debug, Default)]
pub struct Exporters {
    traces: Option<SdkTracerProvider>,
    metrics: Option<SdkMeterProvider>,
}

impl Exporters {
    /// Sends what is left.
    pub fn close(self) {
        let traces = self
            .traces
            .map(|traces| traces.shutdown_with_timeout(EXPORT_DEADLINE));
        let metrics = self
            .metrics
            .map(|metrics| metrics.shutdown_with_timeout(EXPORT_DEADLINE));
        for result in [traces, metrics].into_iter().flatten() {
            if let Err(error) = result {
                tracing::warn!(%error, "the last traces or metrics could not be sent");
            }
        }
    }
}

/// Starts logging, and exporting where it is configured. Call it once, inside the runtime.
///
/// # Errors
/// When the filter or the collector's address cannot be used.
pub fn start(
    configuration: &Configuration,
) -> Result<Exporters, Box<dyn std::error::Error + Send + Sync>> {
    let telemetry = &configuration.telemetry;
    let filter = EnvFilter::try_new(&telemetry.filter)?;
    let log = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let log: Box<dyn Layer<Registry> + Send + Sync> = match telemetry.log {
        LogFormat::Text => log.with_ansi(false).boxed(),
        LogFormat::Json => log.json().flatten_event(true).boxed(),
    };
    global::set_text_map_propagator(TraceContextPropagator::new());
    let Some(collector) = &telemetry.otlp else {
        tracing_subscriber::registry()
            .with(log.with_filter(filter))
            .try_init()?;
        return Ok(Exporters::default());
    };

    let resource = Resource::builder()
        .with_service_name("tandemd")
        .with_attributes([
            KeyValue::new("service.instance.id", configuration.computer.to_string()),
            KeyValue::new("tandem.pool", configuration.pool.to_string()),
        ])
        .build();
    let spans = SpanExporter::builder()
        .with_tonic()
        .with_endpoint(collector)
        .with_timeout(EXPORT_DEADLINE)
        .build()?;
    let traces = SdkTracerProvider::builder()
        .with_batch_exporter(spans)
        .with_resource(resource.clone())
        .build();
    let measurements = MetricExporter::builder()
        .with_tonic()
        .with_endpoint(collector)
        .with_timeout(EXPORT_DEADLINE)
        .build()?;
    let metrics = SdkMeterProvider::builder()
        .with_periodic_exporter(measurements)
        .with_resource(resource)
        .build();
    global::set_meter_provider(metrics.clone());
    let tracer = traces.tracer("tandem");
    tracing_subscriber::registry()
        .with(log.with_filter(filter))
        .with(
            tracing_opentelemetry::layer()
                .with_tracer(tracer)
                .with_filter(EnvFilter::try_new("info")?),
        )
        .try_init()?;
    Ok(Exporters {
        traces: Some(traces),
        metrics: Some(metrics),
    })
}
