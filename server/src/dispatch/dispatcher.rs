//! The one path of every call: authorise, write down, limit, run here or where the cmdlet belongs.
//!
//! Lines, structured pipelines, typed stubs and calls forwarded by other nodes meet here, so the same command has the
//! same identity, the same audit record and the same error id whichever way it came.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use prost_reflect::DynamicMessage;
use tandem::cmdlet::v1::{CommonParameters, Effect, Place};
use tandem_shell::error_record::{ErrorCategory, ErrorRecord};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::catalogue::{Catalogue, Described};
use super::cmdlet::{Call, Facts};
use super::event::EVENT_QUEUE;
use super::failure::{Failure, Fault};
use super::forward::Forwarding;
use super::limits::{Gauge, Limits};
use super::running::Running;
use super::{audit, check, place};
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
    /// How many nodes have forwarded the call already.
    pub hops: u32,
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
    /// When the caller may not call it, a limit is reached, or the intent cannot be written down.
    pub async fn start(&self, invocation: Invocation) -> Result<Running, Fault> {
        let Invocation {
            cmdlet,
            caller,
            request,
            common,
            parameter_set,
            hops,
        } = invocation;
        authorise(&caller, &cmdlet)?;
        let held = self.gauge.enter(&caller.name)?;
        let given =
            DynamicMessage::decode(cmdlet.request.clone(), request.clone()).map_err(|error| {
                Fault::invalid_argument(
                    "MalformedRequest",
                    format!("The request cannot be read: {error}."),
                )
            })?;
        let parameter_set = match parameter_set {
            Some(set) => set,
            None => check::parameter_set(&cmdlet, &given)?.to_string(),
        };
        let node = self.node.clone();
        let entry = audit::begin(&node, &cmdlet, &caller, &given, &common).await?;

        let (events, received) = mpsc::channel(EVENT_QUEUE);
        let stopping = CancellationToken::new();
        let deadline = self.gauge.limits().deadline;
        let facts = Facts {
            node: node.clone(),
            caller: caller.clone(),
            cmdlet: cmdlet.clone(),
            request,
            hops,
            parameter_set,
            common,
            undecided_wait: self.gauge.limits().undecided,
        };
        let call = Call::new(facts, events, stopping.clone());
        let run = async move {
            let _held = held;
            let end = match tokio::time::timeout(deadline, run(call, &given)).await {
                Ok(end) => end,
                Err(_) => Err(too_long(deadline).into()),
            };
            audit::conclude(&node, &cmdlet, &caller, entry, &end).await;
            end
        };
        Ok(Running::new(received, run, stopping.drop_guard()))
    }
}

/// Runs a call where it belongs. A pool that cannot be reached leaves it to this node: the cmdlet refuses, or acts in
/// the disaster that it is for.
async fn run(call: Call, given: &DynamicMessage) -> Result<(), Failure> {
    let facts = call.facts();
    let cmdlet = facts.cmdlet.clone();
    if facts.hops == 0
        && let Some(pool) = place::of(&facts.node, &cmdlet, given)?
    {
        match call.forward(&pool).await {
            Ok(()) => return Ok(()),
            Err(Forwarding::Ended(failure)) => return Err(failure),
            Err(Forwarding::Unreachable(error))
                if matches!(
                    cmdlet.place,
                    Place::NamedPool | Place::CentralManagementOrStandby
                ) =>
            {
                tracing::info!(%pool, %error, cmdlet = cmdlet.entry.name, "the pool cannot be reached; the command runs here");
            }
            Err(Forwarding::Unreachable(error)) => {
                let fault = Fault::unavailable(
                    "PoolUnreachable",
                    format!("The command belongs to pool \"{pool}\": {error}."),
                );
                let fault = fault.target(pool.as_str()).mended_by(format!(
                    "Bring the pool back. To see since when it is silent, and what that means: Get-TandemReadiness -PoolFqdn {pool}"
                ));
                return Err(fault.into());
            }
        }
    }
    for field in cmdlet.given(given) {
        if let Some(warning) = &field.not_applicable {
            call.warning(warning.clone()).await?;
        }
    }
    let request = call.facts().request.clone();
    cmdlet.entry.run(call, request).await
}

fn too_long(deadline: Duration) -> Fault {
    Fault::new(
        "CommandTimeout",
        ErrorCategory::OperationTimeout,
        format!(
            "The command did not end within {} seconds.",
            deadline.as_secs()
        ),
    )
    .mended_by("An operation goes on without its caller: Get-TandemOperation shows how it stands.")
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
