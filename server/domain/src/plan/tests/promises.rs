//! What every plan of a failover or failback promises.

use proptest::prelude::*;

use super::*;
use crate::ownership::Side;

proptest! {
    /// What every plan of a failover or failback promises.
    #[test]
    fn plans_keep_their_promises(
        disaster_mode: bool, force: bool, flush_storage_service: bool, skip_data_verification: bool,
        away: bool, up in any::<[bool; 2]>(), takeovers in 0..6u64,
    ) {
        let mut seen = healthy_pair();
        let state = if away { PoolState::FailedOver } else { PoolState::Normal };
        set_state(&mut seen, &pool1(), state);
        let observed = pool_mut(&mut seen, &pool1());
        for _ in 0..takeovers {
            let next = observed.chain.owner().other();
            observed.chain = observed.chain.taken_over(next, 10, observed.chain.epoch());
            let back = observed.chain.owner().other();
            observed.chain = observed.chain.taken_over(back, 10, observed.chain.epoch());
        }
        let chain = observed.chain.clone();
        for (pool, up) in [pool1(), pool2()].iter().zip(up) {
            if !up { set_down(&mut seen, pool); }
        }
        let over = plan_fail_over(&seen, &FailOverRequest {
            disaster_mode, force, flush_storage_service, skip_data_verification,
            ..FailOverRequest::planned(pool1())
        });
        let back = plan_fail_back(&seen, &FailBackRequest {
            disaster_mode, force, skip_data_verification, ..FailBackRequest::planned(pool1())
        });
        for plan in [over, back].into_iter().flatten() {
            let Decision::Run(plan) = plan else { continue };
            // The epoch is new, and its parity names the pool that takes over.
            prop_assert!(plan.guards.next_epoch > chain.epoch());
            let side = if plan.guards.taking == pool1() { Side::Home } else { Side::Backup };
            prop_assert_eq!(plan.guards.next_epoch.owner(), side);
            // Homed is not served: the home pool stays.
            prop_assert_eq!(&plan.guards.home, &pool1());
            // The commit point is one step, on the pool that takes over; every step before it can be taken back.
            let commit = plan.point_of_no_return();
            prop_assert_eq!(&plan.steps[commit].action, &Action::TakeOwnership { epoch: plan.guards.next_epoch });
            prop_assert_eq!(&plan.steps[commit].on, &plan.guards.taking);
            prop_assert!(plan.steps[commit..].iter().all(|step| step.undo.is_none()));
            // Planned means lossless: frozen before shipped, shipped before the commit point. Disaster means named.
            let at = |name: &str| plan.steps.iter().position(|step| step.action.name() == name);
            prop_assert_eq!(plan.loss.is_some(), plan.kind.is_disaster());
            if plan.kind.is_disaster() {
                prop_assert!(at("StateLoss").is_some_and(|stated| stated < commit));
            } else {
                prop_assert!(at("Freeze") < at("Ship") && at("Ship").is_some_and(|shipped| shipped < commit));
                prop_assert_eq!(at("Verify").is_none(), skip_data_verification);
            }
            // No step needs a pool that does not answer.
            for step in &plan.steps {
                prop_assert!(seen.is_reachable(&step.on), "{step:?}");
            }
            // Every step has its sentence.
            prop_assert!(plan.steps.iter().all(|step| plan.sentence(step).ends_with('.')));
        }
    }
}
