//! Plans as messages: what callers are shown, what both journals keep.

use std::time::SystemTime;

use tandem::cmdlet::v1 as wire;
use tandem_domain::loss::{Confidence, LossLine, LossStatement};
use tandem_domain::plan::{Plan, Undo};

use crate::peer::wire::{duration, timestamp};

/// A plan as a message, computed at `now`.
#[must_use]
pub fn message(plan: &Plan, now: SystemTime) -> wire::Plan {
    wire::Plan {
        cmdlet: plan.kind.operation().cmdlet().to_owned(),
        home_pool: plan.guards.home.to_string(),
        releasing_pool: plan.guards.releasing.to_string(),
        taking_pool: plan.guards.taking.to_string(),
        epoch: plan.guards.current_epoch.0,
        next_epoch: plan.guards.next_epoch.0,
        step: plan
            .steps
            .iter()
            .map(|step| wire::PlanStep {
                name: step.action.name().to_owned(),
                description: plan.sentence(step),
                undo: step.undo.map(undo_sentence).unwrap_or_default().to_owned(),
            })
            .collect(),
        loss: plan.loss.as_ref().map(|loss| loss_message(loss, now)),
        expected_duration: Some(duration(plan.expected_duration)),
        digest: plan.digest().to_string(),
    }
}

/// A loss statement as a message.
#[must_use]
pub fn loss_message(loss: &LossStatement, now: SystemTime) -> wire::LossStatement {
    wire::LossStatement {
        kind: loss.lines.iter().map(kind_loss).collect(),
        last_heard: loss
            .silent_for
            .and_then(|silence| now.checked_sub(silence))
            .map(timestamp),
        age: loss.copy_age.map(duration),
        confidence: match loss.confidence {
            Confidence::Complete => "Complete",
            Confidence::UpToLastHeartbeat => "UpToLastHeartbeat",
            Confidence::NothingKnown => "NothingKnown",
            Confidence::StoreRestored => "StoreRestored",
        }
        .to_owned(),
        sentence: loss.describe(),
    }
}

fn kind_loss(line: &LossLine) -> wire::KindLoss {
    wire::KindLoss {
        kind: line.kind.name().to_owned(),
        at_least: match line.count {
            tandem_domain::loss::Bound::Exact(n) | tandem_domain::loss::Bound::AtLeast(n) => n,
            tandem_domain::loss::Bound::AtMost(_) | tandem_domain::loss::Bound::Unknown => 0,
        },
        at_most: line.count.upper(),
        bytes: line.bytes.known(),
    }
}

fn undo_sentence(undo: Undo) -> &'static str {
    match undo {
        Undo::Nothing => "Nothing needs to be undone.",
        Undo::Forget => "Mark the operation as rolled back.",
        Undo::Thaw => "Accept writes again.",
        Undo::RestartServices => "Start the services again.",
        Undo::StopServices => "Stop the services again.",
        Undo::DropCopy => "Delete the copy.",
        Undo::UnlockUser => "Accept the user's writes again.",
    }
}
