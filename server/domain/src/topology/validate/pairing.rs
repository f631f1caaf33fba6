//! The rules for pairs of pools.

use super::Finding;
use crate::topology::model::{Hosting, Pool, PoolKind, Topology};

/// Checks what a pool says about its backup pool. A pair that is sound is looked at once, from its first pool.
pub(super) fn check(topology: &Topology, pool: &Pool, findings: &mut Vec<Finding>) {
    let Some(backup_fqdn) = &pool.backup_pool else {
        return;
    };
    if backup_fqdn == &pool.fqdn {
        findings.push(Finding::refuse(
            "BackupPoolIsItself",
            format!("Pool \"{}\" is its own backup pool.", pool.fqdn),
            "Associate a backup pool in another site.",
        ));
        return;
    }
    let Some(backup) = topology.pool(backup_fqdn) else {
        findings.push(Finding::refuse(
            "BackupPoolNotFound",
            format!(
                "The backup pool \"{backup_fqdn}\" of pool \"{}\" is not in the topology.",
                pool.fqdn
            ),
            "Associate a backup pool of the topology.",
        ));
        return;
    };
    for (one, other) in [(pool, backup), (backup, pool)] {
        if !one.kind.is_front_end() {
            findings.push(Finding::refuse(
                "BackupPoolNotFrontEnd",
                format!(
                    "\"{}\" is a {} and cannot be paired with \"{}\": only Front End pools are paired, with Front End pools.",
                    one.fqdn,
                    one.kind.name(),
                    other.fqdn
                ),
                "Associate Front End pools with each other.",
            ));
            return;
        }
    }
    if backup.backup_pool.as_ref() != Some(&pool.fqdn) {
        let instead = backup.backup_pool.as_ref().map_or_else(
            || "names none".to_owned(),
            |third| format!("names \"{third}\""),
        );
        findings.push(Finding::refuse(
            "BackupPoolNotReciprocal",
            format!("Pool \"{}\" names \"{backup_fqdn}\" as its backup pool, but \"{backup_fqdn}\" {instead}. A pool has one partner, and both name each other.", pool.fqdn),
            "Associate both pools with each other.",
        ));
        return;
    }
    let position = |wanted: &Pool| {
        topology
            .pools
            .iter()
            .position(|pool| pool.fqdn == wanted.fqdn)
    };
    if position(pool) < position(backup) {
        support(pool, backup, findings);
    }
}

/// What Microsoft does not support but Topology Builder accepts.
fn support(one: &Pool, other: &Pool, findings: &mut Vec<Finding>) {
    let mut warn = |id, message: String, recommendation| {
        findings.push(Finding::warn(id, message, recommendation));
    };
    let pair = format!(
        "Pools \"{}\" and \"{}\" back each other up",
        one.fqdn, other.fqdn
    );
    if one.site.eq_ignore_ascii_case(&other.site) {
        warn(
            "PairInOneSite",
            format!(
                "{pair}, but both are in site \"{}\": what strikes the site strikes both.",
                one.site
            ),
            "Pair pools of different sites.",
        );
    }
    if one.kind != other.kind {
        warn(
            "PairOfDifferentEditions",
            format!(
                "{pair}, but one is a {} and the other a {}. Such a pair is not supported.",
                one.kind.name(),
                other.kind.name()
            ),
            "Pair Enterprise Edition with Enterprise Edition and Standard Edition with Standard Edition.",
        );
    }
    if let (Some(a), Some(b)) = (one.hosting, other.hosting)
        && a != b
    {
        warn(
            "PairOfDifferentHosting",
            format!(
                "{pair}, but one is {} and the other {}. Such a pair is not supported.",
                hosting(a),
                hosting(b)
            ),
            "Pair physical with physical and virtual with virtual.",
        );
    }
    if let (Some(a), Some(b)) = (&one.operating_system, &other.operating_system)
        && !a.eq_ignore_ascii_case(b)
    {
        warn(
            "PairOfDifferentOperatingSystems",
            format!("{pair}, but one runs {a} and the other {b}. Such a pair is not supported."),
            "Run the same operating system on both pools.",
        );
    }
    if let (Some(a), Some(b)) = (one.back_end, other.back_end)
        && a != b
    {
        warn(
            "PairOfDifferentBackEnds",
            format!(
                "{pair}, but their back ends are kept available in different ways. Such a pair is not supported."
            ),
            "Use the same high availability method for both back ends.",
        );
    }
    size(one, findings);
    size(other, findings);
}

/// A pool must at some time have had three Front End servers running at once, or it is not backed up properly.
fn size(pool: &Pool, findings: &mut Vec<Finding>) {
    if pool.kind == PoolKind::EnterpriseFrontEnd && pool.machines.len() < 3 {
        findings.push(Finding::warn(
            "PairedPoolBelowThreeFrontEnds",
            format!(
                "Paired pool \"{}\" has {} Front End servers; its data is not backed up properly until three have run at once.",
                pool.fqdn,
                pool.machines.len()
            ),
            "Give the pool at least three Front End servers.",
        ));
    }
}

fn hosting(hosting: Hosting) -> &'static str {
    match hosting {
        Hosting::Physical => "physical",
        Hosting::Virtual => "virtual",
    }
}
