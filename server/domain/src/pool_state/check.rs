//! The transition table. The order of the checks is the order in which an administrator can mend what they find: first
//! whether the command makes sense at all, then the seed rule, then what must be moved out of the way, then what must run.

use crate::identity::Fqdn;
use crate::observation::{CentralManagement, Observation, OperationKind, PoolObservation, Reach};
use crate::pool_state::PoolState;
use crate::quorum;
use crate::refusal::Refusal;
use crate::request::{FailBackRequest, FailOverRequest, MoveUserRequest};
use crate::topology::Pool;

/// What an accepted command leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Admission {
    /// A new operation.
    Start,
    /// The same command was interrupted: its operation goes on after its last completed step.
    Resume {
        /// The operation.
        operation: String,
    },
    /// A move of these users was interrupted, and the pool that it waits for is gone: with `-DisasterMode` it is given
    /// up, and a new operation takes its place.
    Supersede {
        /// The operation that is given up.
        operation: String,
    },
}

/// Whether a pool may be failed over now. Neither `-Force` nor `-DisasterMode` overrides anything but unreachability.
pub fn check_fail_over(
    seen: &Observation,
    request: &FailOverRequest,
) -> Result<Admission, Refusal> {
    let (pool, backup) = paired_front_end(seen, &request.pool)?;
    let wanted = Wanted {
        kind: OperationKind::FailOver,
        disaster_mode: request.disaster_mode,
        needs: &pool.fqdn,
    };
    let admission = admission(seen, pool, backup, &wanted)?;
    if let Admission::Resume { .. } = admission {
        return Ok(admission);
    }
    match (seen.state(&pool.fqdn), &admission) {
        (PoolState::Normal | PoolState::FailingOver(_), _) => {}
        // The failback was interrupted and the pool that was to take the users back is gone: the backup pool goes on.
        (PoolState::FailingBack(_), Admission::Supersede { .. }) => {}
        (PoolState::FailedOver | PoolState::FailingBack(_), _) => {
            return Err(Refusal::AlreadyFailedOver {
                pool: pool.fqdn.clone(),
                backup: backup.fqdn.clone(),
            });
        }
    }
    check_seed_rule(seen, pool, backup)?;
    // Before the Central Management store, which may be missing only because it is on the pool that is down.
    check_backup_pool(seen, pool, backup, OperationKind::FailOver)?;
    check_next_hop(seen, pool, backup)?;
    check_central_management(seen, pool, backup)?;
    if !request.disaster_mode {
        check_source(seen, pool, backup)?;
    }
    Ok(admission)
}

/// Whether a pool may be failed back now.
pub fn check_fail_back(
    seen: &Observation,
    request: &FailBackRequest,
) -> Result<Admission, Refusal> {
    let (pool, backup) = paired_front_end(seen, &request.pool)?;
    let wanted = Wanted {
        kind: OperationKind::FailBack,
        disaster_mode: request.disaster_mode,
        needs: &backup.fqdn,
    };
    let admission = admission(seen, pool, backup, &wanted)?;
    if let Admission::Resume { .. } = admission {
        return Ok(admission);
    }
    let quarantined = seen.pool(&pool.fqdn).and_then(|p| p.quarantined);
    match (seen.state(&pool.fqdn), quarantined, &admission) {
        (PoolState::FailedOver | PoolState::FailingBack(_), _, _) => {}
        // The failover was interrupted and the pool that was to take the users is gone: the home pool goes on.
        (PoolState::FailingOver(_), _, Admission::Supersede { .. }) => {}
        // A pool in quarantine does not know whether its partner took over. Only the administrator can say that the
        // partner is gone, and says it with -DisasterMode. A partner that answers, and has what a lost store had, is not.
        (PoolState::Normal | PoolState::FailingOver(_), Some(reason), _)
            if request.disaster_mode
                && !(reason.is_older_store() && seen.is_reachable(&backup.fqdn)) => {}
        (PoolState::Normal | PoolState::FailingOver(_), Some(reason), _) => {
            return Err(quarantined_refusal(pool, pool, reason));
        }
        (PoolState::Normal | PoolState::FailingOver(_), None, _) => {
            return Err(not_failed_over(seen, pool, backup));
        }
    }
    check_home_pool_runs(seen, pool, backup)?;
    if !request.disaster_mode {
        check_backup_pool(seen, pool, backup, OperationKind::FailBack)?;
    }
    Ok(admission)
}

/// Whether a user may be moved to another pool now.
pub fn check_move_user(seen: &Observation, request: &MoveUserRequest) -> Result<(), Refusal> {
    front_end(seen, &request.target)?;
    if request.from == request.target {
        return Err(Refusal::AlreadyHomed {
            user: request.user.clone(),
            target: request.target.clone(),
        });
    }
    for pool in [&request.from, &request.target] {
        if let Some(operation) = seen.open_operation(pool)
            && operation.kind != OperationKind::MoveUser
        {
            return Err(Refusal::OperationInProgress {
                pool: request.from.clone(),
                on: operation.pool.clone(),
                id: operation.id.clone(),
                running: operation.kind,
            });
        }
        if !request.force && seen.state(pool) != PoolState::Normal {
            let backup = seen.topology.backup_of(pool).map_or(pool, |b| &b.fqdn);
            return Err(Refusal::PoolFailedOver {
                user: request.user.clone(),
                from: request.from.clone(),
                target: request.target.clone(),
                failed_over: pool.clone(),
                backup: backup.clone(),
            });
        }
    }
    let target_server = serving_pool(seen, &request.target);
    if !seen.is_reachable(target_server) {
        return Err(Refusal::MoveTargetUnreachable {
            user: request.user.clone(),
            target: target_server.clone(),
            silent_for: silent_for(seen, target_server),
        });
    }
    let source_server = serving_pool(seen, &request.from);
    if !request.force && !seen.is_reachable(source_server) {
        return Err(Refusal::MoveSourceUnreachable {
            user: request.user.clone(),
            from: source_server.clone(),
            target: request.target.clone(),
            silent_for: silent_for(seen, source_server),
        });
    }
    Ok(())
}

/// Whether the Backup Service of a pool can be driven now (`Invoke-CsBackupServiceSync`, `Backup-CsPool`,
/// `Sync-CsUserData`): the pool is paired, both pools answer, and the service runs.
pub fn check_backup_sync(
    seen: &Observation,
    pool: &Fqdn,
    is_service_active: bool,
) -> Result<(), Refusal> {
    let (pool, backup) = paired_front_end(seen, pool)?;
    if !is_service_active {
        return Err(Refusal::BackupServiceInactive {
            pool: pool.fqdn.clone(),
        });
    }
    running(seen, pool, backup, OperationKind::FailOver)?;
    if seen.is_reachable(&backup.fqdn) {
        return Ok(());
    }
    Err(Refusal::BackupPoolUnavailable {
        pool: pool.fqdn.clone(),
        backup: backup.fqdn.clone(),
        silent_for: silent_for(seen, &backup.fqdn),
        operation: OperationKind::FailOver,
    })
}

fn serving_pool<'a>(seen: &'a Observation, home: &'a Fqdn) -> &'a Fqdn {
    match (seen.state(home).is_away(), seen.topology.backup_of(home)) {
        (true, Some(backup)) => &backup.fqdn,
        (true, None) | (false, _) => home,
    }
}

fn front_end<'a>(seen: &'a Observation, fqdn: &Fqdn) -> Result<&'a Pool, Refusal> {
    let Some(pool) = seen.topology.pool(fqdn) else {
        return Err(Refusal::PoolNotFound { pool: fqdn.clone() });
    };
    if !pool.kind.is_front_end() {
        return Err(Refusal::PoolNotFrontEnd {
            pool: fqdn.clone(),
            kind: pool.kind,
        });
    }
    Ok(pool)
}

fn paired_front_end<'a>(
    seen: &'a Observation,
    fqdn: &Fqdn,
) -> Result<(&'a Pool, &'a Pool), Refusal> {
    let pool = front_end(seen, fqdn)?;
    match seen.topology.backup_of(fqdn) {
        Some(backup) => Ok((pool, backup)),
        None => Err(Refusal::PoolNotPaired { pool: fqdn.clone() }),
    }
}

/// What an open operation is compared with.
struct Wanted<'a> {
    kind: OperationKind,
    disaster_mode: bool,
    /// The pool that the same command without `-DisasterMode` cannot do without.
    needs: &'a Fqdn,
}

/// Start, or go on with what the same command began; a refusal when another operation is open on either pool.
fn admission(
    seen: &Observation,
    pool: &Pool,
    backup: &Pool,
    wanted: &Wanted<'_>,
) -> Result<Admission, Refusal> {
    let may_be_lost = wanted.disaster_mode && !seen.is_reachable(wanted.needs);
    let on_either = [pool, backup].into_iter().flat_map(|on| {
        let open = seen.open_operations.iter();
        open.filter(|open| open.pool == on.fqdn)
    });
    for open in on_either {
        // A user who is on the way to the pool that is gone arrives when its users are served again, and not before.
        if open.kind == OperationKind::MoveUser && may_be_lost {
            continue;
        }
        let operation = open.id.clone();
        let is_same = open.kind == wanted.kind && open.pool == pool.fqdn;
        // A move in either direction waits for the other pool. When that pool is gone, -DisasterMode ends the wait.
        let is_stuck = open.pool == pool.fqdn && may_be_lost && !(is_same && open.disaster_mode);
        return match (is_stuck, is_same) {
            (true, _) => Ok(Admission::Supersede { operation }),
            (false, true) => Ok(Admission::Resume { operation }),
            (false, false) => Err(Refusal::OperationInProgress {
                pool: pool.fqdn.clone(),
                on: open.pool.clone(),
                id: operation,
                running: open.kind,
            }),
        };
    }
    Ok(Admission::Start)
}

/// The seed rule: while the partner is failed over, this pool is the only one that can serve both.
fn check_seed_rule(seen: &Observation, pool: &Pool, backup: &Pool) -> Result<(), Refusal> {
    if seen.state(&backup.fqdn) != PoolState::Normal {
        return Err(Refusal::PartnerPoolFailedOver {
            pool: pool.fqdn.clone(),
            partner: backup.fqdn.clone(),
        });
    }
    match seen.pool(&backup.fqdn).and_then(|seen| seen.quarantined) {
        // While the backup pool does not know who serves its own users, the rule cannot be checked.
        Some(reason) => Err(quarantined_refusal(pool, backup, reason)),
        None => Ok(()),
    }
}

fn check_next_hop(seen: &Observation, pool: &Pool, backup: &Pool) -> Result<(), Refusal> {
    let edges: Vec<Fqdn> = seen
        .topology
        .edges_with_next_hop(&pool.fqdn)
        .map(|edge| edge.fqdn.clone())
        .collect();
    if edges.is_empty() {
        return Ok(());
    }
    Err(Refusal::PoolIsEdgeNextHop {
        pool: pool.fqdn.clone(),
        backup: backup.fqdn.clone(),
        edges,
    })
}

fn check_central_management(seen: &Observation, pool: &Pool, backup: &Pool) -> Result<(), Refusal> {
    match &seen.central_management {
        CentralManagement::NotDeployed => Ok(()),
        CentralManagement::Available { active } if active == &pool.fqdn => {
            Err(Refusal::CentralManagementOnPool {
                pool: pool.fqdn.clone(),
                backup: backup.fqdn.clone(),
            })
        }
        CentralManagement::Available { .. } => Ok(()),
        CentralManagement::Unavailable { last_active } => {
            Err(Refusal::CentralManagementUnavailable {
                pool: pool.fqdn.clone(),
                last_active: last_active.clone(),
            })
        }
    }
}

/// The backup pool must answer, with its store.
fn check_backup_pool(
    seen: &Observation,
    pool: &Pool,
    backup: &Pool,
    operation: OperationKind,
) -> Result<(), Refusal> {
    let up = seen
        .pool(&backup.fqdn)
        .is_some_and(|seen| seen.reach.is_reachable() && seen.back_end_available);
    if !up {
        return Err(Refusal::BackupPoolUnavailable {
            pool: pool.fqdn.clone(),
            backup: backup.fqdn.clone(),
            silent_for: silent_for(seen, &backup.fqdn),
            operation,
        });
    }
    check_quorum(seen, backup)
}

/// A planned failover brings the backup up to date first, so the pool must be able to export.
fn check_source(seen: &Observation, pool: &Pool, backup: &Pool) -> Result<(), Refusal> {
    let source = running(seen, pool, backup, OperationKind::FailOver)?;
    match source.quarantined {
        Some(reason) => Err(quarantined_refusal(pool, pool, reason)),
        None => Ok(()),
    }
}

/// A failback needs a home pool that can serve: it answers, its store answers, its servers have quorum.
fn check_home_pool_runs(seen: &Observation, pool: &Pool, backup: &Pool) -> Result<(), Refusal> {
    running(seen, pool, backup, OperationKind::FailBack)?;
    check_quorum(seen, pool)
}

/// The pool answers, and so does its store.
fn running<'a>(
    seen: &'a Observation,
    pool: &Pool,
    backup: &Pool,
    operation: OperationKind,
) -> Result<&'a PoolObservation, Refusal> {
    let observed = seen
        .pool(&pool.fqdn)
        .filter(|observed| observed.reach.is_reachable())
        .ok_or_else(|| Refusal::PoolUnreachable {
            pool: pool.fqdn.clone(),
            backup: backup.fqdn.clone(),
            silent_for: silent_for(seen, &pool.fqdn),
            operation,
        })?;
    if observed.back_end_available {
        return Ok(observed);
    }
    Err(Refusal::PoolBackEndUnavailable {
        pool: pool.fqdn.clone(),
        backup: backup.fqdn.clone(),
        operation,
    })
}

fn check_quorum(seen: &Observation, pool: &Pool) -> Result<(), Refusal> {
    if seen.has_quorum(pool) {
        return Ok(());
    }
    let need = quorum::needed_to_run(pool.machines.len());
    Err(Refusal::PoolBelowQuorum {
        pool: pool.fqdn.clone(),
        running: quorum::voters(&seen.running(pool)),
        needed: need.needed,
        of: need.of,
    })
}

fn silent_for(seen: &Observation, fqdn: &Fqdn) -> Option<std::time::Duration> {
    match seen.pool(fqdn)?.reach {
        Reach::Reachable => None,
        Reach::Unreachable { silent_for } => silent_for,
    }
}

/// The typical mistake is to name the pool that serves instead of the pool that is failed over: say which one is meant.
fn not_failed_over(seen: &Observation, pool: &Pool, backup: &Pool) -> Refusal {
    if seen.state(&backup.fqdn).is_away() {
        Refusal::BackupPoolNotFailedOver {
            pool: pool.fqdn.clone(),
            failed_over: backup.fqdn.clone(),
        }
    } else {
        Refusal::NotFailedOver {
            pool: pool.fqdn.clone(),
            backup: backup.fqdn.clone(),
        }
    }
}

fn quarantined_refusal(
    pool: &Pool,
    quarantined: &Pool,
    reason: crate::ownership::QuarantineReason,
) -> Refusal {
    Refusal::Quarantined {
        pool: pool.fqdn.clone(),
        quarantined: quarantined.fqdn.clone(),
        reason,
    }
}
