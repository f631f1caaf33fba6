//! Fault points: a test aid that ends the process at a chosen moment of an operation.
//!
//! The promise "kill anything at any step, and the operation ends" can only be tested when a process dies exactly between
//! two durable effects. A fault point is such a place, named after the step that it surrounds. None is armed unless the
//! configuration (`fault`) or the environment (`TANDEM_FAULT`) names one; then the process aborts there as if its power
//! had been cut. The price of an unarmed point is one comparison.

use std::fmt;
use std::str::FromStr;

/// The environment variable that arms a fault point when the configuration does not.
pub const VARIABLE: &str = "TANDEM_FAULT";

/// On which side of a step a fault point lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// Before the first effect of the step, after its intent is journalled.
    Before,
    /// After the last effect of the step, before the caller or the partner hears of it.
    After,
}

/// The pool's part in the operation that the step belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The pool that drives the operation.
    Coordinator,
    /// The other pool.
    Partner,
}

/// One place where the process dies, written `moment:step[:part]:abort`, for example `after:Freeze:abort` or
/// `before:Transfer:partner:abort`. Without a part the coordinator is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FaultPoint {
    moment: Moment,
    step: String,
    part: Part,
}

/// Why a text names no fault point.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "\"{text}\" is not a fault point; write before|after:<step>[:coordinator|partner]:abort, for example after:Freeze:abort"
)]
pub struct Error {
    text: String,
}

impl FromStr for FaultPoint {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self, Error> {
        let wrong = || Error {
            text: text.to_owned(),
        };
        let words: Vec<&str> = text.split(':').collect();
        let (moment, step, part) = match words.as_slice() {
            [moment, step, "abort"] => (*moment, *step, Part::Coordinator),
            [moment, step, "coordinator", "abort"] => (*moment, *step, Part::Coordinator),
            [moment, step, "partner", "abort"] => (*moment, *step, Part::Partner),
            _ => return Err(wrong()),
        };
        let moment = match moment {
            "before" => Moment::Before,
            "after" => Moment::After,
            _ => return Err(wrong()),
        };
        if step.is_empty() {
            return Err(wrong());
        }
        Ok(Self {
            moment,
            step: step.to_owned(),
            part,
        })
    }
}

impl fmt::Display for FaultPoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let moment = match self.moment {
            Moment::Before => "before",
            Moment::After => "after",
        };
        let part = match self.part {
            Part::Coordinator => "coordinator",
            Part::Partner => "partner",
        };
        write!(f, "{moment}:{}:{part}:abort", self.step)
    }
}

/// The fault point that is armed in this process, if any.
#[derive(Clone, Debug, Default)]
pub struct Faults {
    armed: Option<FaultPoint>,
}

impl Faults {
    /// Arms `point`; `None` arms nothing.
    #[must_use]
    pub fn new(armed: Option<FaultPoint>) -> Self {
        if let Some(point) = &armed {
            tracing::warn!(%point, "a fault point is armed: this process will abort there");
        }
        Self { armed }
    }

    /// Ends the process here if this is the armed place.
    pub fn reach(&self, moment: Moment, step: &str, part: Part) {
        let Some(point) = &self.armed else { return };
        if point.moment == moment && point.part == part && point.step.eq_ignore_ascii_case(step) {
            tracing::error!(%point, "aborting at the armed fault point");
            std::process::abort();
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn points_are_written_as_they_are_read() {
        for text in [
            "after:Freeze:coordinator:abort",
            "before:Transfer:partner:abort",
        ] {
            assert_eq!(text.parse::<FaultPoint>().unwrap().to_string(), text);
        }
        assert_eq!(
            "after:Freeze:abort".parse::<FaultPoint>(),
            "after:Freeze:coordinator:abort".parse()
        );
        for text in [
            "",
            "after:Freeze",
            "during:Freeze:abort",
            "after::abort",
            "after:Freeze:pause",
        ] {
            assert!(text.parse::<FaultPoint>().is_err(), "{text:?} was accepted");
        }
    }

    #[test]
    fn an_unarmed_process_passes_every_point() {
        let faults = Faults::default();
        faults.reach(Moment::After, "Freeze", Part::Coordinator);
        let other = Faults::new(Some("after:Freeze:abort".parse().unwrap()));
        other.reach(Moment::Before, "Freeze", Part::Coordinator);
        other.reach(Moment::After, "Freeze", Part::Partner);
        other.reach(Moment::After, "Ship", Part::Coordinator);
    }
}
