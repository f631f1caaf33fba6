//! What failover and failback share: plan or refusal, preview, consent, the operation and its narration.

use std::time::Duration;

use bytes::Bytes;
use tandem::pool::v1::PoolFailOverResult;
use tandem_domain::identity::Fqdn;
use tandem_domain::loss::LossBudget;
use tandem_domain::observation::OperationKind;
use tandem_domain::plan::{Decision, Digest, Plan, SeenDigest};
use tandem_shell::error_record::ErrorCategory;

use crate::cmdlets::operation::faults::{fault, rolled_back};
use crate::cmdlets::operation::follow;
use crate::dispatch::{Context, Failure, Fault, Forwarding};
use crate::operation::plan_message::message;
use crate::operation::{Error, MoveRequest, Operations, Order, Started};
use crate::store::OperationEntry;

type MoveContext = Context<PoolFailOverResult>;

/// How long shipping may take when `-WaitTime` is not given.
const DEFAULT_WAIT: Duration = Duration::from_secs(5 * 60);

/// PowerShell reads a bare number as ticks of 100 ns. Nobody waits for less than a millisecond: a number below this was
/// meant as seconds.
const TICKS_MEANT_AS_SECONDS: u128 = 10_000;

/// What its progress is shown under.
const ACTIVITY: &str = "Moving the users of a pool";

/// The pool that a parameter names.
pub(super) fn pool(text: &str) -> Result<Fqdn, Failure> {
    Ok(Fqdn::parse(text)
        .map_err(|error| Fault::invalid_argument("InvalidFqdn", error.to_string()).target(text))?)
}

/// `-WaitTime`, with a warning where seconds were meant.
pub(super) async fn wait_time(
    context: &MoveContext,
    given: Option<&prost_types::Duration>,
) -> Result<Duration, Failure> {
    let Some(given) = given else {
        return Ok(DEFAULT_WAIT);
    };
    let span = Duration::try_from(*given).map_err(|_| {
        Fault::invalid_argument("InvalidWaitTime", "-WaitTime cannot be negative.")
            .target("WaitTime")
    })?;
    let ticks = span.as_nanos() / 100;
    if ticks == 0 || ticks >= TICKS_MEANT_AS_SECONDS {
        return Ok(span);
    }
    let seconds = u64::try_from(ticks).unwrap_or(u64::MAX);
    context
        .warning(format!(
            "-WaitTime {ticks} is read as {seconds} seconds. Write it as hh:mm:ss to say so: PowerShell reads a bare number as ticks of 100 nanoseconds."
        ))
        .await?;
    Ok(Duration::from_secs(seconds))
}

/// The loss that the caller accepts.
pub(super) fn loss_budget(context: &MoveContext) -> Result<Option<LossBudget>, Failure> {
    let Some(text) = context.loss_budget() else {
        return Ok(None);
    };
    match text.parse::<LossBudget>() {
        Ok(budget) => Ok(Some(budget)),
        Err(error) => Err(
            Fault::invalid_argument("InvalidLossBudget", error.to_string())
                .target(text)
                .into(),
        ),
    }
}

/// The plan that the caller has seen.
pub(super) fn expected_plan(context: &MoveContext) -> Result<Option<SeenDigest>, Failure> {
    let Some(text) = context.expected_plan() else {
        return Ok(None);
    };
    match text.parse::<SeenDigest>() {
        Ok(digest) => Ok(Some(digest)),
        Err(error) => Err(
            Fault::invalid_argument("InvalidPlanDigest", error.to_string())
                .target(text)
                .into(),
        ),
    }
}

/// Plans, previews, asks, runs and tells.
pub(super) async fn run(
    context: &MoveContext,
    request: MoveRequest,
    bytes: Bytes,
) -> Result<(), Failure> {
    let operations = &context.node().operations;
    if let Some(id) = context.operation_id() {
        if uuid::Uuid::parse_str(id).is_err() {
            return Err(Fault::invalid_argument(
                "InvalidOperationId",
                "An operation's id is a UUID.",
            )
            .target(id)
            .into());
        }
        match operations.find(id, &request).await {
            Ok(None) => {}
            Ok(Some(started)) => return follow(context, started).await,
            Err(Error::ElsewhereCoordinated { coordinator }) => {
                return Ok(context.forward(&coordinator).await?);
            }
            Err(error) => return Err(fault(error).into()),
        }
    }
    let decision = match operations.plan(&request).await {
        Ok((decision, seen)) => {
            if let Decision::Run(plan) = &decision {
                context.plan(message(plan, seen.at)).await?;
            }
            decision
        }
        Err(Error::ElsewhereCoordinated { coordinator }) => {
            return elsewhere(context, operations, &request, &coordinator).await;
        }
        Err(error) => return Err(fault(error).into()),
    };
    let (description, query, shown) = match &decision {
        Decision::Run(plan) => (plan.summary(), query(plan), plan.digest()),
        Decision::Resume { operation } => {
            let line = format!(
                "Go on with operation {operation}, which moves the users of pool \"{}\" and was interrupted.",
                request.home()
            );
            let shown = expected_or_nothing(operations, operation).await?;
            (line.clone(), line, shown)
        }
    };
    if !context
        .should_process_described(description, query, "Confirm")
        .await?
    {
        return Ok(());
    }
    let order = Order {
        id: context.operation_id().map(str::to_owned),
        request,
        shown,
        caller: context.caller().name.clone(),
        bytes,
    };
    let started = operations.start(order).await.map_err(fault)?;
    follow(context, started).await
}

/// The digest of the plan that an interrupted operation runs.
async fn expected_or_nothing(operations: &Operations, id: &str) -> Result<Digest, Failure> {
    let entry = operations.entry(id).await.map_err(fault)?;
    let digest = entry.and_then(|entry| entry.plan_digest.parse().ok());
    digest.ok_or_else(|| {
        fault(Error::PlanBroken {
            reason: format!("the journal entry of operation {id} cannot be read"),
        })
        .into()
    })
}

/// The question of `-Confirm`: what moves, and in a disaster what is lost.
fn query(plan: &Plan) -> String {
    let mut lines = vec![plan.summary()];
    if let Some(loss) = &plan.loss {
        lines.extend(loss.describe());
    }
    lines.extend(plan.warnings.iter().cloned());
    lines.push("Are you sure you want to perform this action?".to_owned());
    lines.join("\n")
}

/// The other pool coordinates this move: it runs there. When that pool does not answer, this node says why the move is
/// not possible now.
async fn elsewhere(
    context: &MoveContext,
    operations: &Operations,
    request: &MoveRequest,
    coordinator: &Fqdn,
) -> Result<(), Failure> {
    let error = match context.forward(coordinator).await {
        Ok(()) => return Ok(()),
        Err(Forwarding::Unreachable(error)) => error,
        Err(ended @ Forwarding::Ended(_)) => return Err(ended.into()),
    };
    match operations.judge(request).await {
        Err(refusal) => Err(fault(refusal).into()),
        Ok(_) => Err(Fault::unavailable(
            "PoolUnreachable",
            format!("Pool \"{coordinator}\" coordinates this move and cannot be reached: {error}."),
        )
        .target(coordinator.as_str())
        .mended_by(format!(
            "Bring \"{coordinator}\" back and give the command again."
        ))
        .into()),
    }
}

/// Tells what the operation tells, and how it ended.
async fn follow(context: &MoveContext, started: Started) -> Result<(), Failure> {
    let entry = match started {
        Started::Ended(entry) => *entry,
        Started::Running { id, watcher } => {
            follow::follow(context, &id, watcher, Some(ACTIVITY)).await?
        }
    };
    finish(context, &entry).await
}

/// The result object of a committed operation, the error of one that was rolled back.
async fn finish(context: &MoveContext, entry: &OperationEntry) -> Result<(), Failure> {
    match &entry.failure {
        Some(failure) => {
            let kind = if entry.cmdlet == OperationKind::FailBack.cmdlet() {
                OperationKind::FailBack
            } else {
                OperationKind::FailOver
            };
            let home = entry
                .home_pool
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default();
            let again = format!("{} -PoolFqdn {home}", kind.cmdlet());
            Err(rolled_back(entry, failure, ErrorCategory::OperationStopped, &again).into())
        }
        None => context.output(Operations::result(entry)).await,
    }
}
