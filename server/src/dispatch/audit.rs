//! What is written down of a call: before a change the intent, durable; after it the outcome. Reads have no effect, so
//! a log line is enough for them.

use std::time::{Instant, SystemTime};

use opentelemetry::metrics::Histogram;
use opentelemetry::{KeyValue, global};
use prost_reflect::{DynamicMessage, Value};
use tandem::cmdlet::v1::{CommonParameters, Effect};
use tandem_shell::error_record::ErrorCategory;

use super::catalogue::Described;
use super::failure::{Failure, Fault};
use crate::layers::identity::Identity;
use crate::node::Node;
use crate::store::{self, AuditIntent, AuditOutcome};

/// Longest value of a parameter that is written down, in characters.
const MAX_VALUE: usize = 256;

/// A call that has been written down.
#[derive(Debug)]
pub(super) struct Entry {
    number: Option<u64>,
    began: Instant,
}

/// Writes the intent of a call.
///
/// # Errors
/// When it cannot be made durable: then nothing may happen.
pub(super) async fn begin(
    node: &Node,
    cmdlet: &Described,
    caller: &Identity,
    given: &DynamicMessage,
    common: &CommonParameters,
) -> Result<Entry, Fault> {
    let began = Instant::now();
    if cmdlet.effect == Effect::Read {
        return Ok(Entry {
            number: None,
            began,
        });
    }
    let intent = AuditIntent {
        when: SystemTime::now(),
        caller: caller.name.clone(),
        peer_address: caller
            .address
            .map(|address| address.to_string())
            .unwrap_or_default(),
        rpc: cmdlet.entry.rpc.to_owned(),
        command: command(cmdlet, given, common),
        operation_id: Some(common.operation_id.clone()).filter(|id| !id.is_empty()),
    };
    let number = node.stores.audit.intend(intent).await.map_err(|error| {
        Fault::new(
            "AuditUnavailable",
            ErrorCategory::ResourceUnavailable,
            format!(
                "The command was not run, because pool \"{}\" cannot write it down: {error}.",
                node.pool
            ),
        )
        .mended_by(match error {
            store::Error::DiskFull(_) => {
                "Make room on the disk of that pool's data folder (`data` in its configuration), then run the command again."
            }
            _ => "Mend that pool's store (its node's log says what is wrong), then run the command again.",
        })
    })?;
    Ok(Entry {
        number: Some(number),
        began,
    })
}

/// Writes how the call ended.
pub(super) async fn conclude(
    node: &Node,
    cmdlet: &Described,
    caller: &Identity,
    entry: Entry,
    end: &Result<(), Failure>,
) {
    let (error_id, summary) = match end {
        Ok(()) => (None, "It ended by itself.".to_owned()),
        Err(Failure::Terminating(fault)) => (Some(fault.id.to_string()), fault.message.clone()),
        Err(Failure::Stopped) => (
            Some("PipelineStopped".to_owned()),
            "Its caller stopped it or went away.".to_owned(),
        ),
    };
    let took = entry.began.elapsed();
    let name = &*cmdlet.info.name;
    let outcome = error_id.as_deref().unwrap_or("Completed");
    tracing::info!(
        caller = caller.name,
        cmdlet = name,
        outcome,
        took_ms = took.as_secs_f64() * 1000.0,
        "command ended"
    );
    durations().record(
        took.as_secs_f64(),
        &[
            KeyValue::new("rpc", cmdlet.entry.rpc),
            KeyValue::new("outcome", outcome.to_owned()),
        ],
    );
    let Some(number) = entry.number else { return };
    let outcome = AuditOutcome {
        when: SystemTime::now(),
        error_id,
        summary,
    };
    if let Err(error) = node.stores.audit.conclude(number, outcome).await {
        tracing::error!(%error, number, "the outcome of a command could not be written to the audit log");
    }
}

fn durations() -> &'static Histogram<f64> {
    static DURATIONS: std::sync::OnceLock<Histogram<f64>> = std::sync::OnceLock::new();
    DURATIONS.get_or_init(|| {
        global::meter("tandem")
            .f64_histogram("tandem.cmdlet.duration")
            .with_unit("s")
            .with_description("Duration of cmdlets by RPC and outcome")
            .build()
    })
}

/// The command as somebody could have typed it; secrets are left out.
fn command(cmdlet: &Described, given: &DynamicMessage, common: &CommonParameters) -> String {
    let mut line = cmdlet.info.name.to_string();
    for field in cmdlet.given(given) {
        line.push_str(" -");
        line.push_str(&field.parameter);
        match &*given.get_field(&field.field) {
            _ if field.secret || is_credential(&field.field) => line.push_str(" ***"),
            Value::Bool(true) => {}
            Value::Bool(false) => line.push_str(":$false"),
            value => {
                line.push(' ');
                line.push_str(&shortened(value));
            }
        }
    }
    if common.what_if {
        line.push_str(" -WhatIf");
    }
    line
}

fn is_credential(field: &prost_reflect::FieldDescriptor) -> bool {
    matches!(field.kind(), prost_reflect::Kind::Message(message) if message.full_name() == "tandem.cmdlet.v1.Credential")
}

fn shortened(value: &Value) -> String {
    let text = match value {
        Value::String(text) => format!("\"{text}\""),
        other => other.to_string(),
    };
    match text.char_indices().nth(MAX_VALUE) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
