//! The mending command of every refusal, and the waiver where one exists.

use super::Refusal;
use crate::observation::OperationKind;
use crate::ownership::QuarantineReason;

/// What to do about a refusal, ending in the command line that mends it.
#[allow(
    clippy::too_many_lines,
    reason = "one arm per refusal: a table that is read from top to bottom"
)]
pub(super) fn of(refusal: &Refusal) -> String {
    match refusal {
        Refusal::PoolNotFound { .. } => {
            "Name a pool of the topology. To list them: Get-CsPool".to_owned()
        }
        Refusal::PoolNotFrontEnd { .. } => {
            "Name a Front End pool. To see what each pool is for: Get-CsPool | Select-Object Identity, Services".to_owned()
        }
        Refusal::PoolNotPaired { pool } => format!(
            "Give \"{pool}\" an associated backup pool in the topology and publish it: Publish-CsTopology -FileName <topology>. To see the pairs: Get-CsPoolBackupRelationship -PoolFqdn {pool}"
        ),
        Refusal::AlreadyFailedOver { pool, .. } => format!(
            "Nothing needs to be done to keep the users served. To move them home again: Invoke-CsPoolFailBack -PoolFqdn {pool}"
        ),
        Refusal::PartnerPoolFailedOver { pool, partner } => format!(
            "First: Invoke-CsPoolFailBack -PoolFqdn {partner}. Then: Invoke-CsPoolFailOver -PoolFqdn {pool}"
        ),
        Refusal::PoolUnreachable { pool, operation: OperationKind::FailBack, .. }
        | Refusal::PoolBackEndUnavailable { pool, operation: OperationKind::FailBack, .. } => format!(
            "Bring \"{pool}\" online, its back end store first, then repeat: Invoke-CsPoolFailBack -PoolFqdn {pool}"
        ),
        Refusal::PoolUnreachable { pool, .. } | Refusal::PoolBackEndUnavailable { pool, .. } => format!(
            "Bring \"{pool}\" back, or, if it is lost, accept the loss of what its last backup does not hold: Invoke-CsPoolFailOver -PoolFqdn {pool} -DisasterMode. To see that loss first, add -WhatIf"
        ),
        Refusal::BackupPoolUnavailable { pool, backup, operation, .. } => format!(
            "Bring \"{backup}\" back, then repeat: {} -PoolFqdn {pool}",
            operation.cmdlet()
        ),
        Refusal::PoolIsEdgeNextHop { backup, edges, .. } => format!(
            "Point the Edge servers to another pool first: {}",
            edges
                .iter()
                .map(|edge| format!("Set-CsEdgeServer -Identity EdgeServer:{edge} -Registrar Registrar:{backup}"))
                .collect::<Vec<_>>()
                .join("; ")
        ),
        Refusal::CentralManagementOnPool { pool, backup } => format!(
            "Give the Central Management Server to pool \"{backup}\" in the topology document and publish that: Publish-CsTopology -FileName <document>. Then: Invoke-CsPoolFailOver -PoolFqdn {pool}"
        ),
        Refusal::CentralManagementUnavailable { .. } => {
            "Bring the pool that holds it back (to see which: Get-CsService -CentralManagement). When that is lost, give it to its backup pool in the topology document and publish that on a node there: Publish-CsTopology -FileName <document> -Force".to_owned()
        }
        Refusal::BackupServiceInactive { pool } => format!(
            "Start it on a Front End server of \"{pool}\": Start-CsWindowsService -Name LYNCBACKUP"
        ),
        Refusal::NotFailedOver { pool, .. } => format!(
            "Nothing needs to be done. To see who serves its users: Get-CsPoolBackupRelationship -PoolFqdn {pool}"
        ),
        Refusal::BackupPoolNotFailedOver { failed_over, .. } => {
            format!("Name the pool that is failed over: Invoke-CsPoolFailBack -PoolFqdn {failed_over}")
        }
        Refusal::OperationInProgress { id, .. } | Refusal::PublishDuringOperation { id, .. } => format!(
            "Look at it: Get-TandemOperation -Id {id}. If it was interrupted, let it go on: Resume-TandemOperation -Id {id}"
        ),
        Refusal::PoolBelowQuorum { pool, .. } => format!(
            "Start more Front End servers of \"{pool}\", on each: Start-CsWindowsService. To see which run: Get-CsWindowsService -ComputerName <server>"
        ),
        Refusal::Quarantined { quarantined, reason, .. } if reason.is_older_store() => format!(
            "Let its backup pool serve its users from the copy that it has, then, when \"{quarantined}\" has followed, move them back: Invoke-CsPoolFailOver -PoolFqdn {quarantined} -DisasterMode; Invoke-CsPoolFailBack -PoolFqdn {quarantined}"
        ),
        Refusal::Quarantined { quarantined, reason: QuarantineReason::TopologyUnknown, .. } => format!(
            "Publish the topology, or bring another node of the deployment back, so that \"{quarantined}\" learns it: Publish-CsTopology"
        ),
        Refusal::Quarantined { quarantined, .. } => format!(
            "Bring its partner back, so that both can compare their histories. If the partner is lost, let \"{quarantined}\" serve its own users again, giving up what its partner alone holds: Invoke-CsPoolFailBack -PoolFqdn {quarantined} -DisasterMode"
        ),
        Refusal::LossExceedsBudget { pool, .. } => format!(
            "To see the whole loss statement: Get-TandemReadiness -PoolFqdn {pool}. Bring \"{pool}\" back, or allow the loss"
        ),
        Refusal::PlanChanged { .. } => {
            "Look at the new plan with -WhatIf and confirm that one".to_owned()
        }
        Refusal::PoolFailedOver { failed_over, .. } => {
            format!("Fail the pool back first: Invoke-CsPoolFailBack -PoolFqdn {failed_over}")
        }
        Refusal::AlreadyHomed { user, .. } => {
            format!("Nothing needs to be done. To see where the user is served: Get-CsUserPoolInfo -Identity {user}")
        }
        Refusal::MoveSourceUnreachable { from, .. } => {
            format!("Bring \"{from}\" back, or fail it over: Invoke-CsPoolFailOver -PoolFqdn {from} -DisasterMode")
        }
        Refusal::MoveTargetUnreachable { target, .. } => {
            format!("Bring \"{target}\" back. To see its services: Get-CsService -PoolFqdn {target}")
        }
        Refusal::PublishTouchesFailedOverPool { pool, homed_users, .. } => format!(
            "Fail the pool back first: Invoke-CsPoolFailBack -PoolFqdn {pool}. If it is gone for good, move its {homed_users} users off it first: Get-CsUser -Filter {{RegistrarPool -eq \"{pool}\"}} | Move-CsUser -Target <pool> -Force"
        ),
        Refusal::PublishRemovesHomedUsers { pool, .. } => format!(
            "Move them first: Get-CsUser -Filter {{RegistrarPool -eq \"{pool}\"}} | Move-CsUser -Target <pool>"
        ),
    }
}

/// The parameter with which the caller may go on all the same, and what it costs.
pub(super) fn waiver(refusal: &Refusal) -> Option<&'static str> {
    match refusal {
        Refusal::PoolUnreachable { operation, .. }
        | Refusal::PoolBackEndUnavailable { operation, .. } => match operation {
            OperationKind::FailOver => {
                Some("-DisasterMode: what the last backup does not hold is lost")
            }
            OperationKind::FailBack | OperationKind::MoveUser => None,
        },
        Refusal::BackupPoolUnavailable { operation, .. } => match operation {
            OperationKind::FailBack => Some(
                "-DisasterMode: everything that the users wrote while they were failed over is lost",
            ),
            OperationKind::FailOver | OperationKind::MoveUser => None,
        },
        Refusal::PoolFailedOver { .. } | Refusal::MoveSourceUnreachable { .. } => {
            Some("-Force: the account moves without contacts, groups and meetings")
        }
        Refusal::LossExceedsBudget { .. } => Some("a larger loss budget, or none"),
        Refusal::PoolNotFound { .. }
        | Refusal::PoolNotFrontEnd { .. }
        | Refusal::PoolNotPaired { .. }
        | Refusal::AlreadyFailedOver { .. }
        | Refusal::PartnerPoolFailedOver { .. }
        | Refusal::PoolIsEdgeNextHop { .. }
        | Refusal::CentralManagementOnPool { .. }
        | Refusal::CentralManagementUnavailable { .. }
        | Refusal::BackupServiceInactive { .. }
        | Refusal::NotFailedOver { .. }
        | Refusal::BackupPoolNotFailedOver { .. }
        | Refusal::OperationInProgress { .. }
        | Refusal::PoolBelowQuorum { .. }
        | Refusal::Quarantined { .. }
        | Refusal::PlanChanged { .. }
        | Refusal::AlreadyHomed { .. }
        | Refusal::MoveTargetUnreachable { .. }
        | Refusal::PublishTouchesFailedOverPool { .. }
        | Refusal::PublishDuringOperation { .. }
        | Refusal::PublishRemovesHomedUsers { .. } => None,
    }
}
