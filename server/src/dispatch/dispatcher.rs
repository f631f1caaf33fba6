//! The one path of every call: authorise, write down, limit, run here or where the cmdlet belongs.
//!
//! Lines, structured pipelines, typed stubs and calls forwarded by other nodes meet here, so the same command has the
//! same identity, the same audit record and the same error id whichever way it came.

use std::sync::Arc;

use bytes::Bytes;
use prost_reflect::DynamicMessage;
use tandem::cmdlet::v1::{CommonParameters, Effect};
use tandem_shell::error_record::{ErrorCategory, ErrorRecord};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::catalogue::{Catalogue, Described};
use super::cmdlet::{Call, Facts};
use super::event::{EVENT_QUEUE, Event};
use super::failure::{Failure, Fault};
use super::limits::{Gauge, Limits};
use crate::layers::authorise;
use crate::layers::identity::Identity;
use crate::node::Node;

/// Runs cmdlets.
#[derive(Debug)]
pub struct Dispatcher {
    node: Arc<Node>,
    catalogue: Arc<Catalogue>,
    gauge: Gauge,
}

/// A cmdlet to run.
#[derive(Debug)]
pub struct Invocation {
    /// The cmdlet.
    pub cmdlet: Arc<Described>,
    /// Who calls.
    pub caller: Arc<Identity>,
    /// The bytes of the request.
    pub request: Bytes,
    /// The common parameters of the request.
    pub common: CommonParameters,
    /// The chosen parameter set; `None` for a typed call, whose fields select it.
    pub parameter_set: Option<String>,
}

/// A cmdlet that runs. Dropping it stops the cmdlet.
#[derive(Debug)]
pub struct Running {
    /// What it says, in order; the end of the channel is the end of the cmdlet.
    pub events: mpsc::Receiver<Event>,
    end: JoinHandle<Result<(), Failure>>,
    stop: DropGuard,
}

impl Running {
    /// How it ended; call it when the events have ended.
    ///
    /// # Errors
    /// The terminating error.
    pub async fn end(self) -> Result<(), Failure> {
        drop(self.events);
        let end = self.end.await;
        drop(self.stop);
        match end {
            Ok(end) => end,
            Err(error) if error.is_panic() => Err(internal().into()),
            Err(_) => Err(Failure::Stopped),
        }
    }
}

fn internal() -> Fault {
    Fault::new(
        "InternalError",
        ErrorCategory::NotSpecified,
        "The command ended by a fault of the node; its log has the details.",
    )
    .exception("System.InvalidOperationException")
}

impl Dispatcher {
    /// A dispatcher of `node`.
    #[must_use]
    pub fn new(node: Arc<Node>, catalogue: Arc<Catalogue>, limits: Limits) -> Self {
        Self {
            node,
            catalogue,
            gauge: Gauge::new(limits),
        }
    }

    /// The cmdlets.
    #[must_use]
    pub fn catalogue(&self) -> &Arc<Catalogue> {
        &self.catalogue
    }

    /// Starts a cmdlet.
    ///
    /// # Errors
    /// When the caller may not call it, or a limit is reached.
    pub async fn start(&self, invocation: Invocation) -> Result<Running, Fault> {
        let Invocation {
            cmdlet,
            caller,
            request,
            common,
            parameter_set,
        } = invocation;
        authorise(&caller, &cmdlet)?;
        let place = self.gauge.enter(&caller.name)?;
        let given =
            DynamicMessage::decode(cmdlet.request.clone(), request.clone()).map_err(|error| {
                Fault::invalid_argument(
                    "MalformedRequest",
                    format!("The request cannot be read: {error}."),
                )
            })?;
        let parameter_set =
            parameter_set.unwrap_or_else(|| cmdlet.parameter_set(&given).to_string());
        let warnings: Vec<String> = cmdlet
            .given(&given)
            .filter_map(|field| field.not_applicable.clone())
            .collect();

        let (events, received) = mpsc::channel(EVENT_QUEUE);
        let stopping = CancellationToken::new();
        let facts = Facts {
            node: self.node.clone(),
            caller,
            cmdlet: cmdlet.entry.name,
            parameter_set,
            common,
        };
        let call = Call::new(facts, events, stopping.clone());
        let deadline = self.gauge.limits().deadline;
        let end = tokio::spawn(async move {
            let _place = place;
            for warning in warnings {
                call.warning(warning).await?;
            }
            match tokio::time::timeout(deadline, cmdlet.entry.run(call, request)).await {
                Ok(end) => end,
                Err(_) => Err(Fault::new(
                    "CommandTimeout",
                    ErrorCategory::OperationTimeout,
                    format!(
                        "The command did not end within {} seconds.",
                        deadline.as_secs()
                    ),
                )
                .into()),
            }
        });
        Ok(Running {
            events: received,
            end,
            stop: stopping.drop_guard(),
        })
    }
}

fn authorise(caller: &Identity, cmdlet: &Described) -> Result<(), Fault> {
    if authorise::may_run(caller, cmdlet.effect) {
        return Ok(());
    }
    let (name, effect) = (&cmdlet.info.name, cmdlet.effect);
    let needed = if effect == Effect::Read {
        "CsAdministrator, RTCUniversalServerAdmins or CsViewOnlyAdministrator"
    } else {
        "CsAdministrator or RTCUniversalServerAdmins"
    };
    Err(Fault::new(
        "NotAuthorized",
        ErrorCategory::PermissionDenied,
        format!(
            "\"{}\" may not run {name}: its certificate names no group that may.",
            caller.name
        ),
    )
    .target(&*caller.name)
    .exception("System.UnauthorizedAccessException")
    .mended_by(format!(
        "Use a certificate whose subject has {needed} as an organisation (O)."
    )))
}

/// The whole record of a cmdlet's error.
#[must_use]
pub fn record(cmdlet: &Described, fault: Fault) -> ErrorRecord {
    fault.into_record(&cmdlet.info.name, &cmdlet.info.implementing_type)
}
