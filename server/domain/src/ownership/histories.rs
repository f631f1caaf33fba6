//! Random histories of one home pool: writes, imports, heartbeats, planned moves (whole and cut off after any step),
//! takeovers in a disaster, crashes and partitions. Nothing here is told what the right outcome is; what must hold is
//! checked after every event.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::time::Duration;

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::backup::{BackupModule, DocumentKind};
use crate::fixtures::{pool1, pool2};
use crate::loss::{Bound, Confidence, HeadReport, state_loss};

mod node;
use node::Node;

const MODULES: [BackupModule; 2] = [BackupModule::PresenceFocus, BackupModule::DataConf];
const KINDS: [DocumentKind; 3] = [
    DocumentKind::Contact,
    DocumentKind::Conference,
    DocumentKind::ConferenceContent,
];

#[derive(Clone, Debug)]
enum Event {
    Write(Side, usize),
    /// Ships at most so many writes of one module.
    Ship(usize, usize),
    Heartbeat,
    /// A planned move, cut off after so many of its four steps.
    Move(usize),
    Disaster(Side),
    Crash(Side),
    Start(Side),
    Part,
    Meet,
}

fn side() -> impl Strategy<Value = Side> {
    prop_oneof![Just(Side::Home), Just(Side::Backup)]
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        8 => (side(), 0..KINDS.len()).prop_map(|(side, kind)| Event::Write(side, kind)),
        5 => (0..MODULES.len(), 0..4usize).prop_map(|(module, limit)| Event::Ship(module, limit)),
        3 => Just(Event::Heartbeat),
        2 => (1..=4usize).prop_map(Event::Move),
        2 => side().prop_map(Event::Disaster),
        2 => side().prop_map(Event::Crash),
        3 => side().prop_map(Event::Start),
        1 => Just(Event::Part),
        2 => Just(Event::Meet),
    ]
}

struct World {
    nodes: [Node; 2],
    is_parted: bool,
    acknowledged: BTreeMap<Position, Side>,
}

fn index(side: Side) -> usize {
    match side {
        Side::Home => 0,
        Side::Backup => 1,
    }
}

impl World {
    fn new() -> Self {
        Self {
            nodes: [Node::new(Side::Home), Node::new(Side::Backup)],
            is_parted: false,
            acknowledged: BTreeMap::new(),
        }
    }

    fn are_connected(&self) -> bool {
        !self.is_parted && self.nodes.iter().all(|node| node.is_up)
    }

    /// The node that serves at the highest epoch, and the other one.
    fn owner(&mut self) -> Option<(&mut Node, &mut Node)> {
        let [home, backup] = &mut self.nodes;
        let (owner, other) =
            if home.chain.epoch() >= backup.chain.epoch() && home.chain.owner() == Side::Home {
                (home, backup)
            } else {
                (backup, home)
            };
        (owner.serving == Some(owner.chain.epoch())).then_some((owner, other))
    }

    fn apply(&mut self, event: &Event) -> Result<(), TestCaseError> {
        match event {
            Event::Write(side, kind) => self.write(*side, KINDS[*kind]),
            Event::Ship(module, limit) => {
                self.ship(MODULES[*module], *limit);
                Ok(())
            }
            Event::Heartbeat => {
                self.heartbeat();
                Ok(())
            }
            Event::Move(steps) => self.planned_move(*steps),
            Event::Disaster(side) => self.disaster(*side),
            Event::Crash(side) => {
                let node = &mut self.nodes[index(*side)];
                node.is_up = false;
                node.serving = None;
                node.is_frozen = false;
                Ok(())
            }
            Event::Start(side) => {
                self.start(*side);
                Ok(())
            }
            Event::Part => {
                self.is_parted = true;
                Ok(())
            }
            Event::Meet => {
                self.is_parted = false;
                self.meet();
                Ok(())
            }
        }
    }

    fn write(&mut self, side: Side, kind: DocumentKind) -> Result<(), TestCaseError> {
        let node = &mut self.nodes[index(side)];
        let (true, Some(epoch), false) = (node.is_up, node.serving, node.is_frozen) else {
            return Ok(());
        };
        let position = Position {
            epoch,
            sequence: node.head() + 1,
        };
        node.log.insert(position, kind);
        prop_assert_eq!(
            epoch.owner(),
            side,
            "only the owner of an epoch writes in it"
        );
        prop_assert_eq!(
            self.acknowledged.insert(position, side),
            None,
            "{} was given out twice",
            position
        );
        Ok(())
    }

    fn ship(&mut self, module: BackupModule, limit: usize) {
        if !self.are_connected() {
            return;
        }
        let Some((owner, follower)) = self.owner() else {
            return;
        };
        if follower.chain != owner.chain {
            return;
        }
        let after = follower.watermarks[&module];
        let mut pending: Vec<(u64, Position, DocumentKind)> = owner
            .log
            .iter()
            .filter(|(at, kind)| kind.module() == module && at.sequence > after)
            .map(|(at, kind)| (at.sequence, *at, *kind))
            .collect();
        pending.sort();
        let arrives = pending.len() <= limit;
        let mut watermark = after;
        for (sequence, at, kind) in pending.into_iter().take(limit) {
            follower.log.insert(at, kind);
            watermark = sequence;
        }
        follower
            .watermarks
            .insert(module, if arrives { owner.head() } else { watermark });
    }

    fn heartbeat(&mut self) {
        if !self.are_connected() {
            return;
        }
        let Some((owner, follower)) = self.owner() else {
            return;
        };
        if follower.chain == owner.chain {
            follower.last_heartbeat = Some(HeadReport {
                head: owner.chain.position_at(owner.head()),
                written: owner.tallies(),
                age: Duration::ZERO,
                is_final: owner.is_frozen,
            });
        }
    }

    /// Freeze, ship, take, release; cut off after so many of them.
    fn planned_move(&mut self, steps: usize) -> Result<(), TestCaseError> {
        if !self.are_connected() {
            return Ok(());
        }
        {
            let Some((owner, follower)) = self.owner() else {
                return Ok(());
            };
            if owner.chain != follower.chain {
                return Ok(());
            }
            owner.is_frozen = true;
        }
        self.heartbeat();
        if steps >= 2 {
            for module in MODULES {
                self.ship(module, usize::MAX);
            }
        }
        let Some((owner, follower)) = self.owner() else {
            return Ok(());
        };
        if steps >= 3 {
            follower.take_over(owner.chain.epoch());
            prop_assert_eq!(&follower.log, &owner.log, "planned means lossless");
        }
        if steps >= 4 {
            let head = owner.head();
            let salvaged = owner.salvage.len();
            let common = owner.chain.position_at(head);
            owner.adopt(&follower.chain, common);
            owner.serving = None;
            owner.is_frozen = false;
            prop_assert_eq!(
                owner.salvage.len(),
                salvaged,
                "a planned move parts no histories"
            );
        }
        Ok(())
    }

    /// An administrator lets a pool take over while the other one does not answer.
    fn disaster(&mut self, side: Side) -> Result<(), TestCaseError> {
        if self.are_connected() {
            return Ok(());
        }
        let [home, backup] = &mut self.nodes;
        let (survivor, lost, names) = match side {
            Side::Home => (home, backup, (pool2(), pool1())),
            Side::Backup => (backup, home, (pool1(), pool2())),
        };
        if !survivor.is_up || (survivor.serving.is_some() && !survivor.is_frozen) {
            return Ok(());
        }
        let statement = state_loss(&names.0, &names.1, &survivor.evidence());
        let mut lost_records = 0;
        for (at, kind) in &lost.log {
            if !survivor.log.contains_key(at) {
                prop_assert!(
                    statement.covers(*kind, *at),
                    "{} is lost and not stated: {:?}",
                    at,
                    statement
                );
                lost_records += u64::from(!kind.is_file());
            }
        }
        match statement.records() {
            // The one assumption of a complete statement: no takeover that the survivor has not seen.
            Bound::Exact(_) if lost.chain != survivor.chain => {}
            Bound::Exact(stated) => prop_assert_eq!(stated, lost_records),
            Bound::AtLeast(stated) => {
                prop_assert!(stated <= lost_records, "{stated} > {lost_records}");
            }
            Bound::AtMost(stated) => prop_assert!(stated >= lost_records),
            Bound::Unknown => prop_assert_eq!(statement.confidence, Confidence::NothingKnown),
        }
        survivor.take_over(survivor.chain.epoch());
        Ok(())
    }

    fn start(&mut self, side: Side) {
        if self.nodes[index(side)].is_up {
            return;
        }
        self.nodes[index(side)].is_up = true;
        if self.are_connected() {
            self.meet();
            return;
        }
        let node = &mut self.nodes[index(side)];
        let policy = WhenPartnerUnreachable::Quarantine;
        match decide_serving(
            side,
            &node.chain,
            node.head(),
            &PartnerAnswer::Unreachable,
            policy,
        ) {
            Serving::Serve { epoch } => node.serving = Some(epoch),
            Serving::Follow { .. } | Serving::Quarantine(_) => {}
        }
    }

    /// Both pools compare their histories, as they do at every start and after every interruption.
    fn meet(&mut self) {
        if !self.are_connected() {
            return;
        }
        let decisions: Vec<(Serving, Chain)> = [0, 1]
            .map(|at| {
                let (node, other) = (&self.nodes[at], &self.nodes[1 - at]);
                let answer = PartnerAnswer::Answered {
                    chain: other.chain.clone(),
                    head: other.head(),
                };
                let policy = WhenPartnerUnreachable::Quarantine;
                let serving = decide_serving(node.side, &node.chain, node.head(), &answer, policy);
                (serving, other.chain.clone())
            })
            .into();
        for (node, (serving, theirs)) in self.nodes.iter_mut().zip(decisions) {
            match serving {
                Serving::Serve { epoch } => {
                    node.serving = Some(epoch);
                    node.is_frozen = false;
                }
                Serving::Follow { common, .. } => {
                    node.serving = None;
                    node.is_frozen = false;
                    if let (Some(common), true) = (common, theirs != node.chain) {
                        node.adopt(&theirs, common);
                    }
                }
                Serving::Quarantine(_) => node.serving = None,
            }
        }
        // What was final is taken back before anything is written again.
        self.heartbeat();
    }

    fn check(&self) -> Result<(), TestCaseError> {
        let [home, backup] = &self.nodes;
        for node in &self.nodes {
            if let Some(epoch) = node.serving {
                prop_assert_eq!(epoch.owner(), node.side);
                prop_assert_eq!(epoch, node.chain.epoch());
            }
        }
        for at in self.acknowledged.keys() {
            let kept = [home, backup]
                .iter()
                .any(|node| node.log.contains_key(at) || node.salvage.contains(at));
            prop_assert!(kept, "{} was acknowledged and is nowhere", at);
        }
        Ok(())
    }

    /// In the end both pools meet and everything is shipped: one of them serves, and every acknowledged write is there
    /// or in a salvage bundle.
    fn come_to_rest(&mut self) -> Result<(), TestCaseError> {
        for side in [Side::Home, Side::Backup] {
            self.start(side);
        }
        self.is_parted = false;
        self.meet();
        for module in MODULES {
            self.ship(module, usize::MAX);
        }
        let serving = self
            .nodes
            .iter()
            .filter(|node| node.serving.is_some())
            .count();
        prop_assert_eq!(serving, 1, "one pool serves");
        prop_assert_eq!(&self.nodes[0].chain, &self.nodes[1].chain);
        prop_assert_eq!(&self.nodes[0].log, &self.nodes[1].log, "the copy is whole");
        let log = &self.nodes[0].log;
        for at in self.acknowledged.keys() {
            let salvaged = self.nodes.iter().any(|node| node.salvage.contains(at));
            prop_assert!(log.contains_key(at) || salvaged, "{} is lost", at);
        }
        Ok(())
    }
}

proptest! {
    // PROPTEST_CASES scales this with every other property.
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases * 4, ..ProptestConfig::default() })]

    #[test]
    fn the_promises_hold_in_every_history(events in vec(event(), 0..60)) {
        let mut world = World::new();
        for event in &events {
            world.apply(event)?;
            world.check()?;
        }
        world.come_to_rest()?;
    }
}
