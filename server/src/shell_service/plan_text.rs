//! A plan as an administrator reads it before consenting.

use std::fmt::Write as _;

use tandem::cmdlet::v1::Plan;
use tandem_domain::plan::Digest;

/// The plan in lines, without a line end.
pub(super) fn render(plan: &Plan) -> String {
    let mut text = format!(
        "Plan {}: users of {}, from {} to {}, epoch {} -> {}",
        plan.digest
            .get(..Digest::DIGITS_SHOWN)
            .unwrap_or(&plan.digest),
        plan.home_pool,
        plan.releasing_pool,
        plan.taking_pool,
        plan.epoch,
        plan.next_epoch
    );
    let width = plan
        .step
        .iter()
        .map(|step| step.name.len())
        .max()
        .unwrap_or(0);
    for (index, step) in plan.step.iter().enumerate() {
        // Writing to a String cannot fail.
        let _ = write!(
            text,
            "\n{:>3}. {:width$}  {}",
            index + 1,
            step.name,
            step.description
        );
        if !step.undo.is_empty() {
            let _ = write!(text, " Undo: {}", step.undo);
        }
    }
    for sentence in plan.loss.iter().flat_map(|loss| &loss.sentence) {
        let _ = write!(text, "\n{sentence}");
    }
    text
}
