//! What holds whatever is observed.

use proptest::prelude::*;

use super::*;

fn any_state() -> impl Strategy<Value = PoolState> {
    prop_oneof![
        3 => Just(PoolState::Normal),
        3 => Just(PoolState::FailedOver),
        1 => Just(PoolState::FailingOver(FailOverPhase::Shipping)),
        1 => Just(PoolState::FailingBack(FailBackPhase::Shipping)),
    ]
}

prop_compose! {
    fn any_observation()(
        states in [any_state(), any_state()],
        reachable in any::<[bool; 2]>(),
        stores in any::<[bool; 2]>(),
        quarantined in any::<[bool; 2]>(),
        next_hop_is_pool1 in any::<bool>(),
        central_management in 0..4,
        operation in proptest::option::of((any::<bool>(), any::<bool>(), any::<bool>())),
    ) -> Observation {
        let mut seen = healthy_pair();
        for (index, pool) in [pool1(), pool2()].iter().enumerate() {
            set_state(&mut seen, pool, states[index]);
            let observed = pool_mut(&mut seen, pool);
            observed.back_end_available = stores[index];
            observed.quarantined = quarantined[index].then_some(QuarantineReason::PartnerUnreachable);
            if !reachable[index] {
                observed.reach = Reach::Unreachable { silent_for: None };
            }
        }
        if next_hop_is_pool1 {
            set_next_hop(&mut seen, &pool1());
        }
        seen.central_management = match central_management {
            0 => CentralManagement::NotDeployed,
            1 => CentralManagement::Available { active: pool1() },
            2 => CentralManagement::Available { active: pool2() },
            _ => CentralManagement::Unavailable { last_active: None },
        };
        if let Some((over, first, disaster_mode)) = operation {
            let kind = if over { OperationKind::FailOver } else { OperationKind::FailBack };
            seen.open_operations.push(open(kind, if first { pool1() } else { pool2() }, disaster_mode));
        }
        seen
    }
}

proptest! {
    /// (FailedOver, FailedOver) is impossible: no observation admits a failover while the partner is not Normal.
    #[test]
    fn both_pools_are_never_failed_over(seen in any_observation(), disaster_mode: bool, force: bool) {
        let request = FailOverRequest { disaster_mode, force, ..FailOverRequest::planned(pool1()) };
        if check_fail_over(&seen, &request) == Ok(Admission::Start) {
            prop_assert_eq!(seen.state(&pool2()), PoolState::Normal);
            prop_assert!(seen.is_reachable(&pool2()));
        }
    }

    /// -Force changes nothing, and -DisasterMode only forgives that the pool to be left does not answer.
    #[test]
    fn only_unreachability_is_forgiven(seen in any_observation()) {
        let with = |disaster_mode, force| {
            check_fail_over(&seen, &FailOverRequest { disaster_mode, force, ..FailOverRequest::planned(pool1()) })
        };
        prop_assert_eq!(with(false, true), with(false, false));
        prop_assert_eq!(with(true, true), with(true, false));
        if let (Err(refusal), Ok(_)) = (with(false, false), with(true, false)) {
            let forgiven = match refusal.id() {
                "PoolUnreachable" | "PoolBackEndUnavailable" | "Quarantined" => true,
                // An operation that waits for the pool that does not answer.
                "OperationInProgress" => !seen.is_reachable(&pool1()),
                _ => false,
            };
            prop_assert!(forgiven, "{refusal}");
        }
    }

    /// A refusal teaches: an id, both pools or the one that matters, a command, whole sentences.
    #[test]
    fn every_refusal_teaches(seen in any_observation(), disaster_mode: bool) {
        let over = check_fail_over(&seen, &FailOverRequest { disaster_mode, ..FailOverRequest::planned(pool1()) });
        let back = check_fail_back(&seen, &FailBackRequest { disaster_mode, ..FailBackRequest::planned(pool1()) });
        for refusal in [over, back].into_iter().filter_map(Result::err) {
            prop_assert!(refusal.id().chars().all(|c| c.is_ascii_alphanumeric()));
            prop_assert!(refusal.to_string().ends_with('.'), "{refusal}");
            prop_assert!(refusal.to_string().contains("pool1.contoso.com"), "{refusal}");
            let mend = refusal.recommendation();
            prop_assert!(["-Cs", "-Tandem"].iter().any(|noun| mend.contains(noun)), "{mend}");
        }
    }
}
