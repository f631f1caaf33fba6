//! The fingerprint of a plan.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Action, Plan, PlanKind, Step, Undo};
use crate::loss::{Bound, LossStatement};

/// 128 bits of BLAKE3 over the canonical encoding of a plan, shown as 32 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Digest([u8; 16]);

impl Digest {
    /// How many of its digits a plan is shown with.
    pub const DIGITS_SHOWN: usize = 12;
    const DIGITS: usize = 32;
}

/// As much of a plan's digest as somebody has seen: all of it, or what the plan was shown with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SeenDigest {
    /// Its first digits; the others are zero.
    beginning: Digest,
    digits: usize,
}

impl SeenDigest {
    /// Whether it is that digest, as far as it has been seen.
    #[must_use]
    pub fn fits(self, digest: Digest) -> bool {
        let unseen = 4 * (Digest::DIGITS - self.digits);
        let [seen, whole] = [self.beginning, digest].map(|it| u128::from_be_bytes(it.0));
        seen >> unseen == whole >> unseen
    }
}

impl From<Digest> for SeenDigest {
    fn from(digest: Digest) -> Self {
        Self {
            beginning: digest,
            digits: Digest::DIGITS,
        }
    }
}

impl fmt::Display for SeenDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.*}", self.digits, self.beginning.to_string())
    }
}

impl FromStr for SeenDigest {
    type Err = InvalidDigest;
    fn from_str(text: &str) -> Result<Self, InvalidDigest> {
        let digits = text.len();
        if !(Digest::DIGITS_SHOWN..=Digest::DIGITS).contains(&digits) {
            return Err(InvalidDigest);
        }
        let beginning = format!("{text:0<0$}", Digest::DIGITS).parse()?;
        Ok(Self { beginning, digits })
    }
}

impl TryFrom<String> for SeenDigest {
    type Error = InvalidDigest;
    fn try_from(text: String) -> Result<Self, InvalidDigest> {
        text.parse()
    }
}

impl From<SeenDigest> for String {
    fn from(seen: SeenDigest) -> Self {
        seen.to_string()
    }
}

/// A text that is not a plan's digest.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("The digest of a plan is 12 to 32 hexadecimal digits, as -WhatIf shows them.")]
pub struct InvalidDigest;

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for Digest {
    type Err = InvalidDigest;
    fn from_str(text: &str) -> Result<Self, InvalidDigest> {
        if text.len() != Self::DIGITS || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(InvalidDigest);
        }
        let number = u128::from_str_radix(text, 16).map_err(|_| InvalidDigest)?;
        Ok(Self(number.to_be_bytes()))
    }
}

impl TryFrom<String> for Digest {
    type Error = InvalidDigest;
    fn try_from(text: String) -> Result<Self, InvalidDigest> {
        text.parse()
    }
}

impl From<Digest> for String {
    fn from(digest: Digest) -> Self {
        digest.to_string()
    }
}

impl Plan {
    /// The fingerprint of everything that decides what runs. Two plans with the same digest do the same.
    #[must_use]
    pub fn digest(&self) -> Digest {
        // Every field is named here, so that a new one cannot be forgotten: it is encoded, or it is listed as volatile.
        let Self {
            kind,
            guards,
            steps,
            loss,
            warnings: _,
            supersedes,
            expected_duration: _,
            users: _,
        } = self;
        let mut canonical = Canonical(blake3::Hasher::new_derive_key("tandem plan digest 1"));
        canonical.kind(kind);
        canonical.text(guards.home.as_str());
        canonical.text(guards.releasing.as_str());
        canonical.text(guards.taking.as_str());
        canonical.number(guards.current_epoch.0);
        canonical.number(guards.next_epoch.0);
        canonical.number(guards.topology_version);
        canonical.list(guards.waivers.iter(), |canonical, waiver| {
            canonical.text(waiver.parameter());
        });
        canonical.list(steps.iter(), Canonical::step);
        canonical.list(loss.iter(), Canonical::loss);
        canonical.list(supersedes.iter(), |canonical, id| canonical.text(id));
        canonical.finish()
    }
}

/// Feeds values to the hash so that different sequences of values never give the same bytes: every text and list is
/// preceded by its length, every number has eight bytes.
struct Canonical(blake3::Hasher);

impl Canonical {
    fn number(&mut self, number: u64) {
        self.0.update(&number.to_le_bytes());
    }

    fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        self.0.update(text.as_bytes());
    }

    fn duration(&mut self, duration: Duration) {
        self.number(duration.as_secs());
        self.number(u64::from(duration.subsec_nanos()));
    }

    fn list<T>(&mut self, items: impl ExactSizeIterator<Item = T>, each: impl Fn(&mut Self, T)) {
        self.number(items.len() as u64);
        for item in items {
            each(self, item);
        }
    }

    fn kind(&mut self, kind: &PlanKind) {
        match kind {
            PlanKind::FailOver => self.text("FailOver"),
            PlanKind::DisasterFailOver => self.text("DisasterFailOver"),
            PlanKind::FailBack => self.text("FailBack"),
            PlanKind::DisasterFailBack => self.text("DisasterFailBack"),
            PlanKind::MoveUser { user, account_only } => {
                self.text("MoveUser");
                self.text(user.as_str());
                self.number(u64::from(*account_only));
            }
        }
    }

    fn step(&mut self, step: &Step) {
        let Step { action, on, undo } = step;
        self.text(action.name());
        match action {
            Action::Prepare
            | Action::Freeze
            | Action::FlushStorage
            | Action::Verify
            | Action::StartServices
            | Action::StateLoss
            | Action::RedirectUsers => {}
            Action::Ship { wait: duration } | Action::StopServices { drain: duration } => {
                self.duration(*duration);
            }
            Action::TakeOwnership { epoch } | Action::ReleaseOwnership { epoch } => {
                self.number(epoch.0);
            }
            Action::LockUser { user }
            | Action::CopyUser { user }
            | Action::ChangeHome { user }
            | Action::DropUserCopy { user } => self.text(user.as_str()),
        }
        self.text(on.as_str());
        self.text(match undo {
            None => "none",
            Some(Undo::Nothing) => "nothing",
            Some(Undo::Forget) => "forget",
            Some(Undo::Thaw) => "thaw",
            Some(Undo::RestartServices) => "restart services",
            Some(Undo::StopServices) => "stop services",
            Some(Undo::DropCopy) => "drop copy",
            Some(Undo::UnlockUser) => "unlock user",
        });
    }

    /// The loss that was accepted is part of the plan; its age is not, it grows while one reads.
    fn loss(&mut self, loss: &LossStatement) {
        let LossStatement {
            lost,
            survivor,
            kept_up_to,
            lines,
            copy_age: _,
            silent_for: _,
            confidence,
        } = loss;
        self.text(lost.as_str());
        self.text(survivor.as_str());
        self.list(kept_up_to.iter(), |canonical, (module, position)| {
            canonical.text(module.name());
            canonical.number(position.epoch.0);
            canonical.number(position.sequence);
        });
        self.list(lines.iter(), |canonical, line| {
            canonical.text(line.kind.name());
            canonical.bound(line.count);
            canonical.bound(line.bytes);
        });
        self.text(match confidence {
            crate::loss::Confidence::Complete => "complete",
            crate::loss::Confidence::UpToLastHeartbeat => "up to last heartbeat",
            crate::loss::Confidence::NothingKnown => "nothing known",
            crate::loss::Confidence::StoreRestored => "store restored",
        });
    }

    fn bound(&mut self, bound: Bound) {
        self.text(bound.name());
        self.number(bound.known());
    }

    fn finish(self) -> Digest {
        let mut digest = [0; 16];
        digest.copy_from_slice(&self.0.finalize().as_bytes()[..16]);
        Digest(digest)
    }
}
