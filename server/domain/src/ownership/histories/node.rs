//! One pool of the simulated pair.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::MODULES;
use crate::backup::{BackupModule, DocumentKind};
use crate::loss::{HeadReport, ImportReport, LossEvidence, Tallies};
use crate::ownership::{Chain, Epoch, Position, Side};

/// One pool's node, as far as this home pool is concerned.
pub(super) struct Node {
    pub(super) side: Side,
    // What survives a crash.
    pub(super) chain: Chain,
    pub(super) log: BTreeMap<Position, DocumentKind>,
    pub(super) watermarks: BTreeMap<BackupModule, u64>,
    pub(super) salvage: BTreeSet<Position>,
    pub(super) last_heartbeat: Option<HeadReport>,
    // What does not.
    pub(super) is_up: bool,
    pub(super) serving: Option<Epoch>,
    pub(super) is_frozen: bool,
}

impl Node {
    pub(super) fn new(side: Side) -> Self {
        Self {
            side,
            chain: Chain::new(),
            log: BTreeMap::new(),
            watermarks: MODULES.iter().map(|module| (*module, 0)).collect(),
            salvage: BTreeSet::new(),
            last_heartbeat: None,
            is_up: true,
            serving: (side == Side::Home).then_some(Epoch::FIRST),
            is_frozen: false,
        }
    }

    pub(super) fn head(&self) -> u64 {
        let last = self
            .log
            .keys()
            .map(|position| position.sequence)
            .max()
            .unwrap_or(0);
        let watermark = self.watermarks.values().copied().max().unwrap_or(0);
        last.max(watermark).max(self.chain.last().base_sequence)
    }

    /// Up to where it holds everything.
    pub(super) fn held(&self) -> u64 {
        let watermarks = self.watermarks.values().copied();
        self.chain.held_up_to(self.side, self.head(), watermarks)
    }

    pub(super) fn tallies(&self) -> Tallies {
        let mut tallies = Tallies::new();
        for kind in self.log.values() {
            let tally = tallies.entry(*kind).or_default();
            tally.count += 1;
            tally.bytes += 10;
        }
        tallies
    }

    pub(super) fn take_over(&mut self, highest_known: Epoch) {
        self.chain = self.chain.taken_over(self.side, self.held(), highest_known);
        self.serving = Some(self.chain.epoch());
        self.is_frozen = false;
        self.last_heartbeat = None;
    }

    /// Adopts the history that won; what it does not contain goes to salvage.
    pub(super) fn adopt(&mut self, chain: &Chain, common: Position) {
        let was_owner = self.chain.owner() == self.side;
        let diverged = self.log.keys().filter(|at| at.sequence > common.sequence);
        self.salvage.extend(diverged.copied());
        self.log.retain(|at, _| at.sequence <= common.sequence);
        for watermark in self.watermarks.values_mut() {
            *watermark = if was_owner {
                common.sequence
            } else {
                (*watermark).min(common.sequence)
            };
        }
        self.chain = chain.clone();
        self.last_heartbeat = None;
    }

    /// What it knows of the loss when the other pool is gone.
    pub(super) fn evidence(&self) -> LossEvidence {
        let follows = self.chain.owner() != self.side;
        let reports = self.watermarks.iter().map(|(module, watermark)| {
            let mut contained = self.tallies();
            contained.retain(|kind, _| kind.module() == *module);
            let report = ImportReport {
                imported: self.chain.position_at(*watermark),
                contained: Some(contained),
                copy_age: Some(Duration::ZERO),
            };
            (*module, report)
        });
        LossEvidence {
            is_older_store: false,
            last_heartbeat: self.last_heartbeat.clone(),
            imported: if follows {
                reports.collect()
            } else {
                BTreeMap::new()
            },
        }
    }
}
