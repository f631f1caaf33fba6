//! Which pool may ask what of this one: the pair's other pool everything that keeps the pair in step, the pool that moves a
//! user here what moves that user, the pools of the Central Management store its documents, every pool its word. What is not
//! said here nobody may.
//!
//! The topology in force decides at the moment of the call, and for an operation that runs the journal: so an operation ends
//! as it began although the topology changes meanwhile.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use tandem::peer::v1 as wire;
use tandem_domain::identity::Fqdn;
use tonic::{Request, Status};

use super::answer::{partner, unavailable};
use super::error::Refusal;
use super::service::Parts;
use super::wire::pool;
use crate::layers::authorise;
use crate::layers::identity::Identity;
use crate::management::front_ends;
use crate::operation::move_in::MovedUser;
use crate::store::{AuditIntent, AuditOutcome, OPEN_OPERATIONS_MAX, OperationState};

/// The error id of a call that the caller's pool may not make.
const NOT_AUTHORIZED: &str = "NotAuthorized";

/// How often the same refusal is written down at most.
const WRITTEN_EVERY: Duration = Duration::from_secs(60);

/// Refusals whose last record is remembered.
const REMEMBERED_MAX: usize = 1_000;

/// When refusals were last written down, by caller and RPC: who calls again and again fills no log.
#[derive(Debug, Default)]
pub(super) struct Refusals(Mutex<HashMap<(String, &'static str), Instant>>);

impl Refusals {
    fn is_due(&self, caller: &str, rpc: &'static str, now: Instant) -> bool {
        let mut written = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if written.len() >= REMEMBERED_MAX {
            written.clear();
        }
        let last = written.insert((caller.to_owned(), rpc), now);
        match last {
            Some(last) if now.duration_since(last) < WRITTEN_EVERY => {
                written.insert((caller.to_owned(), rpc), last);
                false
            }
            Some(_) | None => true,
        }
    }
}

/// Who calls which RPC of this node.
#[derive(Clone)]
pub(super) struct Caller {
    parts: Parts,
    refusals: Arc<Refusals>,
    identity: Option<Arc<Identity>>,
    rpc: &'static str,
}

impl Caller {
    pub(super) fn of<T>(
        parts: &Parts,
        refusals: &Arc<Refusals>,
        request: &Request<T>,
        rpc: &'static str,
    ) -> Self {
        Self {
            parts: parts.clone(),
            refusals: refusals.clone(),
            identity: request.extensions().get::<Arc<Identity>>().cloned(),
            rpc,
        }
    }

    /// Whether the caller is a node of that pool.
    fn is_of(&self, pool: &Fqdn) -> bool {
        let identity = self.identity.as_ref();
        identity.is_some_and(|identity| authorise::speaks_for(identity, pool))
    }

    fn own(&self) -> &Fqdn {
        self.parts.ownership.pool()
    }

    /// Whether the caller is a node of this pair.
    fn is_of_pair(&self) -> bool {
        let partner = self.parts.management.partner();
        self.is_of(self.own()) || partner.is_some_and(|partner| self.is_of(&partner))
    }

    /// Its word about itself.
    pub(super) async fn speaks_for(&self, pool: &Fqdn) -> Result<(), Status> {
        self.allow(self.is_of(pool), || {
            format!("its certificate does not name pool \"{pool}\"")
        })
        .await
    }

    /// What keeps the copies of the pair in step.
    pub(super) async fn keeps_copies(&self) -> Result<(), Status> {
        self.allow(self.is_of_pair(), || self.only_partner()).await
    }

    /// The same, for the users of one home pool.
    pub(super) async fn keeps_copy_of(&self, home: &Fqdn) -> Result<(), Status> {
        let partner = self.parts.management.partner();
        let is_of_pair = home == self.own() || Some(home) == partner.as_ref();
        self.allow(is_of_pair && self.is_of_pair(), || {
            if is_of_pair {
                self.only_partner()
            } else {
                let own = self.own();
                format!("pool \"{home}\" is not paired with pool \"{own}\"")
            }
        })
        .await
    }

    /// Conference files: of the pair, or of a user whom the caller's pool is moving here.
    pub(super) async fn brings_files(&self) -> Result<(), Status> {
        let is_allowed = self.is_of_pair() || self.moves_a_user().await?;
        self.allow(is_allowed, || {
            let partner = self.only_partner();
            format!("{partner}, and a pool that moves a user here")
        })
        .await
    }

    async fn moves_a_user(&self) -> Result<bool, Status> {
        let journal = &self.parts.stores.journal;
        let open = journal.list(Some(OperationState::Running), OPEN_OPERATIONS_MAX);
        let open = open.await.map_err(unavailable)?;
        let mut moves = open.iter().filter(|entry| MovedUser::is_in(entry));
        Ok(moves.any(|entry| self.is_of(&entry.coordinator)))
    }

    /// An operation that the caller's pool coordinates: of the pair, or the move of one of its own users.
    pub(super) async fn coordinates(&self, record: &wire::OperationRecord) -> Result<(), Status> {
        let coordinator = pool(&record.coordinator, "coordinator")?;
        self.speaks_for(&coordinator).await?;
        let home = record.plan.as_ref().map_or("", |plan| &plan.home_pool);
        let home = pool(home, "plan.home_pool")?;
        if record.cmdlet != tandem_domain::observation::OperationKind::MoveUser.cmdlet() {
            return self.keeps_copy_of(&home).await;
        }
        let topology = self.parts.management.topology().topology;
        let backup = topology.backup_of(&home).map(|backup| &backup.fqdn);
        let serves = coordinator == home || Some(&coordinator) == backup;
        self.allow(serves && topology.pool(&home).is_some(), || {
            format!("pool \"{coordinator}\" cannot serve the users of pool \"{home}\"")
        })
        .await
    }

    /// A step of an operation that the caller's pool coordinates, as this pool's journal has it.
    pub(super) async fn drives(
        &self,
        id: &str,
        told: Option<&wire::OperationRecord>,
    ) -> Result<(), Status> {
        let journal = &self.parts.stores.journal;
        let known = journal.get(id).await.map_err(unavailable)?;
        match (known, told) {
            (Some(entry), _) => self.speaks_for(&entry.coordinator).await,
            (None, Some(record)) if record.operation_id == id => self.coordinates(record).await,
            (None, _) => self.keeps_copies().await,
        }
    }

    /// The journal's entry of an operation: for the pools that take part in it. That there is none everybody may know.
    pub(super) async fn takes_part_in(&self, id: &str) -> Result<(), Status> {
        let Some(told) = self.parts.operations.tell(id).await.map_err(partner)? else {
            return Ok(());
        };
        let topology = self.parts.management.topology().topology;
        let mut pools = Vec::new();
        let plan = told.plan.unwrap_or_default();
        for name in [told.coordinator, plan.home_pool, plan.taking_pool] {
            if let Ok(pool) = Fqdn::parse(&name) {
                pools.extend(topology.backup_of(&pool).map(|backup| backup.fqdn.clone()));
                pools.push(pool);
            }
        }
        let takes_part = self.is_of_pair() || pools.iter().any(|pool| self.is_of(pool));
        self.allow(takes_part, || {
            "only the pools that take part in the operation may".to_owned()
        })
        .await
    }

    /// Documents of the Central Management store.
    pub(super) async fn hands_out_documents(&self) -> Result<(), Status> {
        let sources = self.parts.management.sources();
        let is_source = sources
            .as_ref()
            .is_none_or(|sources| sources.iter().any(|pool| self.is_of(pool)));
        self.allow(is_source, || {
            let sources = sources.unwrap_or_default();
            let sources: Vec<_> = sources.iter().map(|pool| format!("\"{pool}\"")).collect();
            format!(
                "only the pools of the Central Management store and the partner may, which are {} by the topology here",
                sources.join(", ")
            )
        })
        .await
    }

    /// What every pool of the topology may.
    pub(super) async fn is_a_pool(&self) -> Result<(), Status> {
        let published = self.parts.management.topology();
        let is_one = published.version == 0
            || self.is_of(self.own())
            || front_ends(&published.topology).any(|pool| self.is_of(&pool));
        self.allow(is_one, || {
            "its certificate names no Front End pool of the topology".to_owned()
        })
        .await
    }

    fn only_partner(&self) -> String {
        match self.parts.management.partner() {
            Some(partner) => format!("only its partner, pool \"{partner}\", may"),
            None => "it has no partner".to_owned(),
        }
    }

    async fn allow(
        &self,
        is_allowed: bool,
        who_may: impl FnOnce() -> String + Send,
    ) -> Result<(), Status> {
        if is_allowed {
            return Ok(());
        }
        let name = self.identity.as_ref().map_or("", |caller| &caller.name);
        let message = format!(
            "\"{name}\" may not call PeerService.{} of pool \"{}\": {}",
            self.rpc,
            self.own(),
            who_may()
        );
        self.write_down(name, &message).await;
        Err(Refusal::new(NOT_AUTHORIZED, message).into())
    }

    async fn write_down(&self, name: &str, message: &str) {
        if !self.refusals.is_due(name, self.rpc, Instant::now()) {
            return;
        }
        let address = self.identity.as_ref().and_then(|caller| caller.address);
        tracing::warn!(caller = name, ?address, rpc = self.rpc, "{message}");
        let audit = &self.parts.stores.audit;
        let intent = AuditIntent {
            when: SystemTime::now(),
            caller: name.to_owned(),
            peer_address: address
                .map(|address| address.to_string())
                .unwrap_or_default(),
            rpc: format!("tandem.peer.v1.PeerService/{}", self.rpc),
            command: self.rpc.to_owned(),
            operation_id: None,
        };
        let outcome = AuditOutcome {
            when: SystemTime::now(),
            error_id: Some(NOT_AUTHORIZED.to_owned()),
            summary: message.to_owned(),
        };
        let written = async { audit.conclude(audit.intend(intent).await?, outcome).await };
        if let Err(error) = written.await {
            tracing::error!(%error, "a refused call could not be written to the audit log");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_refusal_is_written_down_once_a_minute() {
        let refusals = Refusals::default();
        let now = Instant::now();
        let due = |rpc, seconds| refusals.is_due("fe03", rpc, now + Duration::from_secs(seconds));
        assert_eq!(
            [
                due("Forward", 0),
                due("Forward", 59),
                due("GetDigest", 59),
                due("Forward", 60)
            ],
            [true, false, true, true]
        );
    }
}
