//! How much an administrator is willing to lose: `records=0,files=3,age=30s`.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Bound, LossStatement, human_age};

/// Limits on a loss. A term that is not given does not limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct LossBudget {
    /// At most so many records.
    pub records: Option<u64>,
    /// At most so many content files.
    pub files: Option<u64>,
    /// At most so many bytes of both.
    pub bytes: Option<u64>,
    /// No write that is older than this. It also says how long an uncounted tail may be.
    pub age: Option<Duration>,
}

/// What a term of a budget limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LossTerm {
    /// Records.
    Records,
    /// Content files.
    Files,
    /// Bytes of both.
    Bytes,
    /// The age of the copy, in seconds.
    Age,
}

impl LossTerm {
    fn name(self) -> &'static str {
        match self {
            Self::Records => "records",
            Self::Files => "files",
            Self::Bytes => "bytes",
            Self::Age => "age",
        }
    }
}

/// A term of a budget that a loss exceeds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excess {
    /// The term.
    pub term: LossTerm,
    /// What was allowed; seconds for an age.
    pub allowed: u64,
    /// What was found; seconds for an age.
    pub found: Bound,
    /// By how much it is over; `None` when no number can be given.
    pub over: Option<u64>,
}

impl fmt::Display for Excess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.term == LossTerm::Age {
            let say = |seconds| human_age(Duration::from_secs(seconds));
            return match self.found.upper() {
                Some(found) => write!(
                    f,
                    "the copy is {} old, {} allowed",
                    say(found),
                    say(self.allowed)
                ),
                None => write!(
                    f,
                    "the age of the copy is unknown, {} allowed",
                    say(self.allowed)
                ),
            };
        }
        write!(
            f,
            "{}: {}, {} allowed",
            self.term.name(),
            self.found,
            self.allowed
        )?;
        match self.over {
            Some(over) => write!(f, " ({over} over)"),
            None => f.write_str(" (what came after the last heartbeat cannot be counted; an age=… in the budget accepts it)"),
        }
    }
}

impl LossBudget {
    /// The terms that a loss exceeds; empty when it is within the budget.
    ///
    /// A tail that nobody can count exceeds every number, unless the budget has an age: then it is accepted up to that age.
    #[must_use]
    pub fn check(&self, loss: &LossStatement) -> Vec<Excess> {
        let counted = |term, allowed: Option<u64>, found: Bound| {
            let allowed = allowed?;
            let over = found.known().checked_sub(allowed).filter(|over| *over > 0);
            let uncounted = found.upper().is_none() && self.age.is_none();
            (over.is_some() || uncounted).then_some(Excess {
                term,
                allowed,
                found,
                over,
            })
        };
        let age = self.age.and_then(|allowed| {
            let found = loss
                .copy_age
                .map_or(Bound::Unknown, |age| Bound::AtMost(age.as_secs()));
            let within = loss.copy_age.is_some_and(|age| age <= allowed);
            (!within).then_some(Excess {
                term: LossTerm::Age,
                allowed: allowed.as_secs(),
                found,
                over: loss
                    .copy_age
                    .map(|age| age.saturating_sub(allowed).as_secs()),
            })
        });
        [
            counted(LossTerm::Records, self.records, loss.records()),
            counted(LossTerm::Files, self.files, loss.files()),
            counted(LossTerm::Bytes, self.bytes, loss.bytes()),
            age,
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

/// Why a text is not a loss budget.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "\"{term}\" is not a term of a loss budget: {reason}. A budget is written records=0,files=3,bytes=1MB,age=30s"
)]
pub struct BudgetError {
    /// The term, shortened.
    pub term: String,
    /// What is wrong with it.
    pub reason: &'static str,
}

impl FromStr for LossBudget {
    type Err = BudgetError;

    fn from_str(text: &str) -> Result<Self, BudgetError> {
        let mut budget = Self::default();
        for term in text.split(',') {
            let term = term.trim();
            let fail = |reason| BudgetError {
                term: term.chars().take(40).collect(),
                reason,
            };
            let Some((name, value)) = term.split_once('=') else {
                return Err(fail("it has no \"=\""));
            };
            let number = || {
                value
                    .trim()
                    .parse::<u64>()
                    .map_err(|_| fail("a whole number follows the \"=\""))
            };
            let taken = match name.trim().to_ascii_lowercase().as_str() {
                "records" => budget.records.replace(number()?).is_some(),
                "files" => budget.files.replace(number()?).is_some(),
                "bytes" => budget
                    .bytes
                    .replace(
                        bytes(value)
                            .ok_or_else(|| fail("bytes are written 4096, 64KB, 10MB or 1GB"))?,
                    )
                    .is_some(),
                "age" => budget
                    .age
                    .replace(age(value).ok_or_else(|| fail("an age is written 30s, 5min or 2h"))?)
                    .is_some(),
                _ => return Err(fail("only records, files, bytes and age can be limited")),
            };
            if taken {
                return Err(fail("it is given twice"));
            }
        }
        Ok(budget)
    }
}

/// A number with a unit; `None` when either is missing or the product overflows.
fn with_unit(text: &str, units: &[(&str, u64)]) -> Option<u64> {
    let text = text.trim().to_ascii_lowercase();
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, unit) = text.split_at_checked(digits)?;
    let factor = units.iter().find(|(name, _)| *name == unit.trim())?.1;
    number.parse::<u64>().ok()?.checked_mul(factor)
}

fn bytes(text: &str) -> Option<u64> {
    with_unit(
        text,
        &[
            ("", 1),
            ("b", 1),
            ("kb", 1 << 10),
            ("mb", 1 << 20),
            ("gb", 1 << 30),
        ],
    )
}

fn age(text: &str) -> Option<Duration> {
    with_unit(
        text,
        &[
            ("s", 1),
            ("min", 60),
            ("m", 60),
            ("h", 3_600),
            ("d", 86_400),
        ],
    )
    .map(Duration::from_secs)
}

impl fmt::Display for LossBudget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = |name: &str, value: Option<u64>| value.map(|value| format!("{name}={value}"));
        let terms: Vec<String> = [
            number("records", self.records),
            number("files", self.files),
            number("bytes", self.bytes),
            self.age.map(|age| format!("age={}s", age.as_secs())),
        ]
        .into_iter()
        .flatten()
        .collect();
        f.write_str(&terms.join(","))
    }
}

impl TryFrom<String> for LossBudget {
    type Error = BudgetError;
    fn try_from(text: String) -> Result<Self, BudgetError> {
        text.parse()
    }
}

impl From<LossBudget> for String {
    fn from(budget: LossBudget) -> Self {
        budget.to_string()
    }
}
