//! From what a node knows of a home pool to what the sign-in decision asks for.

use tandem_domain::identity::Fqdn;
use tandem_domain::ownership::{Epoch, Side};
use tandem_domain::pool_state::{FailBackPhase, FailOverPhase, PoolState};
use tandem_domain::sign_in::{Mode, ServingView, SignIn, SignedOut};

use crate::ownership::HomePool;
use crate::peer::heartbeat::{Board, HomeReport};

/// Who serves the users of a home pool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The home pool.
    pub home: Fqdn,
    /// The decision.
    pub decision: SignIn,
    /// The pool that serves; `None` when nobody does.
    pub serving: Option<Fqdn>,
    /// Addresses of that pool's nodes.
    pub endpoints: Vec<String>,
    /// The epoch in force.
    pub epoch: Epoch,
}

impl Answer {
    pub(super) fn new(
        home: &HomePool,
        here: &Fqdn,
        decision: SignIn,
        endpoints: impl Fn(&Fqdn) -> Vec<String>,
    ) -> Self {
        let serving = match &decision {
            SignIn::Serve(_) => Some(here.clone()),
            SignIn::Redirect { pool, .. } => Some(pool.clone()),
            SignIn::Refuse(_) => None,
        };
        Self {
            home: home.home.clone(),
            endpoints: serving.as_ref().map(endpoints).unwrap_or_default(),
            serving,
            decision,
            epoch: home.chain.epoch(),
        }
    }

    /// The mode in which the users are served; `None` when nobody serves them.
    #[must_use]
    pub fn mode(&self) -> Option<Mode> {
        match &self.decision {
            SignIn::Serve(mode) | SignIn::Redirect { mode, .. } => Some(*mode),
            SignIn::Refuse(_) => None,
        }
    }

    /// Why the user is not served here; empty when the user is.
    #[must_use]
    pub fn reason(&self) -> String {
        match &self.decision {
            SignIn::Serve(_) => String::new(),
            SignIn::Redirect { pool, .. } => {
                format!("The users of pool {} are served by pool {pool}.", self.home)
            }
            SignIn::Refuse(SignedOut::PoolDown) => format!(
                "Pool {} does not answer and has not been failed over.",
                self.home
            ),
            SignIn::Refuse(SignedOut::Quarantined(reason)) => format!(
                "It is not known who serves the users of pool {}: {reason}.",
                self.home
            ),
            SignIn::Refuse(SignedOut::Moving) => format!(
                "The users of pool {} are being moved to its backup pool.",
                self.home
            ),
        }
    }
}

/// What the sign-in decision asks for.
pub(super) fn view(
    home: &HomePool,
    here: &Fqdn,
    backup: Option<&Fqdn>,
    front_end_runs: bool,
    board: &Board,
) -> ServingView {
    let partner = match home.side {
        Side::Home => backup.cloned(),
        Side::Backup => Some(home.home.clone()),
    };
    let heard = partner
        .map(|partner| board.view(&partner))
        .unwrap_or_default();
    let report = heard
        .last
        .as_ref()
        .and_then(|(report, _)| report.homes.get(&home.home));
    let home_services_run = match home.side {
        Side::Home => home.services_running && front_end_runs,
        Side::Backup => heard.answers && report.is_none_or(|report| report.services_running),
    };
    ServingView {
        here: here.clone(),
        home: home.home.clone(),
        backup: match home.side {
            Side::Home => backup.cloned(),
            // This node keeps the home pool because it backs it up, also before it has the topology.
            Side::Backup => Some(here.clone()),
        },
        state: state(home, report),
        home_services_run,
        owned_here: home.is_owned_here(),
        quarantined: home.quarantine,
        home_is_survivable_branch: false,
    }
}

/// The state of the users of a home pool, from the chain and from the freeze and the services at the owner: ours when we
/// own, else as the owner last told it.
fn state(home: &HomePool, report: Option<&HomeReport>) -> PoolState {
    let (frozen, services_running) = if home.is_owned_here() {
        (home.frozen_by.is_some(), home.services_running)
    } else {
        // What the partner told of an older epoch says nothing about this one.
        report
            .filter(|report| report.chain.epoch() == home.chain.epoch())
            .map_or((false, true), |report| {
                (report.frozen_by.is_some(), report.services_running)
            })
    };
    match (home.chain.owner(), frozen) {
        (Side::Home, true) if services_running => PoolState::FailingOver(FailOverPhase::ReadOnly),
        (Side::Home, true) => PoolState::FailingOver(FailOverPhase::Stopping),
        (Side::Home, false) => PoolState::Normal,
        (Side::Backup, true) => PoolState::FailingBack(FailBackPhase::ReadOnly),
        (Side::Backup, false) => PoolState::FailedOver,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::collections::BTreeMap;
    use std::sync::Arc;
    use std::time::SystemTime;

    use tandem_domain::ownership::{Chain, QuarantineReason};
    use tandem_domain::sign_in::decide;

    use super::*;
    use crate::peer::heartbeat::Report;

    fn pool(name: &str) -> Fqdn {
        Fqdn::parse(name).unwrap()
    }

    /// What a pool of the pair says of the users of `p`.
    fn home(side: Side, epoch: u64) -> HomePool {
        let mut chain = Chain::new();
        while chain.epoch().0 < epoch {
            chain = chain.taken_over(chain.owner().other(), 0, Epoch(0));
        }
        HomePool {
            home: pool("p"),
            side,
            chain,
            frozen_by: None,
            services_running: true,
            quarantine: None,
        }
    }

    fn board(from: &str, home: Option<&HomePool>) -> Board {
        let board = Board::default();
        let homes = home
            .map(|home| {
                let report = HomeReport {
                    chain: home.chain.clone(),
                    frozen_by: home.frozen_by.clone(),
                    services_running: home.services_running,
                    quarantine: None,
                };
                BTreeMap::from([(home.home.clone(), report)])
            })
            .unwrap_or_default();
        let report = Report {
            pool: pool(from),
            homes,
            heads: BTreeMap::new(),
            documents: BTreeMap::new(),
            now: SystemTime::UNIX_EPOCH,
        };
        board.hear(Arc::new(report), SystemTime::UNIX_EPOCH);
        board
    }

    /// The answers of both pools, when each knows what the other last said.
    fn both(at_home: &HomePool, at_backup: &HomePool) -> (SignIn, SignIn) {
        let (p, b) = (pool("p"), pool("b"));
        let asked_at_home = view(at_home, &p, Some(&b), true, &board("b", Some(at_backup)));
        let asked_at_backup = view(at_backup, &b, Some(&b), true, &board("p", Some(at_home)));
        (decide(&asked_at_home), decide(&asked_at_backup))
    }

    fn to(name: &str, mode: Mode) -> SignIn {
        SignIn::Redirect {
            pool: pool(name),
            mode,
        }
    }

    #[test]
    fn the_user_experience_of_a_planned_failover_and_failback() {
        let (mut p, mut b) = (home(Side::Home, 0), home(Side::Backup, 0));
        assert_eq!(
            both(&p, &b),
            (SignIn::Serve(Mode::Normal), to("p", Mode::Normal))
        );

        p.frozen_by = Some("op".to_owned());
        let read_only = (SignIn::Serve(Mode::Resiliency), to("p", Mode::Resiliency));
        assert_eq!(both(&p, &b), read_only);

        p.services_running = false;
        let between = (to("b", Mode::Resiliency), SignIn::Serve(Mode::Resiliency));
        assert_eq!(both(&p, &b), between, "during failover: B, resiliency");

        (p, b) = (home(Side::Home, 1), home(Side::Backup, 1));
        p.services_running = false;
        let failed_over = (to("b", Mode::Normal), SignIn::Serve(Mode::Normal));
        assert_eq!(both(&p, &b), failed_over, "after failover: B, normal");

        b.frozen_by = Some("op".to_owned());
        let failing_back = (to("b", Mode::Resiliency), SignIn::Serve(Mode::Resiliency));
        assert_eq!(both(&p, &b), failing_back);

        (p, b) = (home(Side::Home, 2), home(Side::Backup, 2));
        let home_again = (SignIn::Serve(Mode::Normal), to("p", Mode::Normal));
        assert_eq!(both(&p, &b), home_again);
    }

    #[test]
    fn a_lost_pool_refuses_until_it_is_failed_over() {
        let (p, b) = (pool("p"), pool("b"));
        let kept = home(Side::Backup, 0);
        let lost = board("p", Some(&home(Side::Home, 0)));
        lost.miss(&p);
        let decision = decide(&view(&kept, &b, Some(&b), true, &lost));
        assert_eq!(decision, SignIn::Refuse(SignedOut::PoolDown));
        let taken = home(Side::Backup, 1);
        let decision = decide(&view(&taken, &b, Some(&b), true, &lost));
        assert_eq!(decision, SignIn::Serve(Mode::Normal));
    }

    #[test]
    fn a_quarantined_pool_refuses() {
        let (p, b) = (pool("p"), pool("b"));
        let mut returning = home(Side::Home, 0);
        returning.quarantine = Some(QuarantineReason::PartnerUnreachable);
        let decision = decide(&view(&returning, &p, Some(&b), true, &Board::default()));
        assert!(matches!(
            decision,
            SignIn::Refuse(SignedOut::Quarantined(_))
        ));
    }

    #[test]
    fn what_the_partner_said_before_a_takeover_is_not_believed_after_it() {
        let (p, b) = (pool("p"), pool("b"));
        let mut stale = home(Side::Home, 0);
        stale.frozen_by = Some("op".to_owned());
        let home_again = home(Side::Backup, 2);
        let decision = decide(&view(
            &home_again,
            &b,
            Some(&b),
            true,
            &board("p", Some(&stale)),
        ));
        assert_eq!(
            decision,
            SignIn::Redirect {
                pool: p,
                mode: Mode::Normal
            }
        );
    }
}
