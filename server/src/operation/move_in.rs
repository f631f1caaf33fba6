//! The part of the pool that a user moves to: it journals the move before it takes anything of it, and ends it with the
//! account, or when it is rolled back. So whatever comes of a move after its end is refused, however late it comes.

use std::time::SystemTime;

use prost::Message;
use tandem::user::v1::MoveCsUserRequest;
use tandem_domain::identity::{Fqdn, SipUri};
use tandem_domain::observation::OperationKind;

use super::entry::ended;
use super::partner::{PartnerError, refuse};
use super::{Error, Operations};
use crate::peer::Refusal;
use crate::peer::wire::INVALID_MESSAGE;
use crate::store::{MoveIn, OperationEntry, OperationFailure, OperationState};

/// What a journal entry of `Move-CsUser` moves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MovedUser {
    /// The user.
    pub user: SipUri,
    /// The home pool that the user leaves.
    pub from: Fqdn,
    /// The home pool that the user moves to.
    pub target: Fqdn,
    /// Only the account moves.
    pub account_only: bool,
    /// Conference files move, too.
    pub with_files: bool,
}

impl MovedUser {
    /// Whether an entry is one of `Move-CsUser`.
    #[must_use]
    pub fn is_in(entry: &OperationEntry) -> bool {
        entry.cmdlet == OperationKind::MoveUser.cmdlet()
    }

    /// Reads an entry.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn of(entry: &OperationEntry) -> Result<Self, String> {
        let request = MoveCsUserRequest::decode(entry.request.clone());
        let request = request.map_err(|error| error.to_string())?;
        let from = entry.home_pool.clone();
        Ok(Self {
            user: SipUri::parse(request.identity()).map_err(|error| error.to_string())?,
            from: from.ok_or_else(|| "the journal names no home pool".to_owned())?,
            target: Fqdn::parse(request.target()).map_err(|error| error.to_string())?,
            account_only: request.force(),
            with_files: request.move_conference_data(),
        })
    }

    fn told(entry: &OperationEntry) -> Result<Self, Refusal> {
        Self::of(entry).map_err(|reason| Refusal::new(INVALID_MESSAGE, reason))
    }
}

impl Operations {
    /// Journals the move of a user to a pool that this node serves. The admission lock is held.
    pub(super) async fn prepare_user(&self, entry: OperationEntry) -> Result<(), PartnerError> {
        let moved = MovedUser::told(&entry)?;
        let state = self.inner.ownership.get(&moved.target);
        let Some(state) = state.filter(|state| state.is_owned_here()) else {
            return refuse(
                "PoolNotServing",
                format!(
                    "pool \"{}\" does not serve the users of pool \"{}\"",
                    self.inner.pool, moved.target
                ),
            );
        };
        if let Some(reason) = state.quarantine {
            return refuse(
                "Quarantined",
                format!("pool \"{}\" is in quarantine: {reason}", self.inner.pool),
            );
        }
        for other in self.moves_of(&moved).await? {
            if [&entry.coordinator, &self.inner.pool].contains(&&other.coordinator) {
                // Whoever coordinates it sees to its end before the user can move again.
                return refuse(
                    "OperationInProgress",
                    format!(
                        "operation {} of pool \"{}\" has not ended: it moves the user, too",
                        other.id, other.coordinator
                    ),
                );
            }
            // Another pool serves the user by now: the pool that began the other move does no more, and can give nothing.
            let failure = OperationFailure {
                id: "OperationSuperseded".to_owned(),
                message: format!("operation {} moves the user", entry.id),
            };
            self.end_user(other, failure).await?;
        }
        self.inner.stores.journal.begin(entry).await?;
        Ok(())
    }

    /// Moves of the same user to the same pool that have not ended here.
    async fn moves_of(&self, moved: &MovedUser) -> Result<Vec<OperationEntry>, PartnerError> {
        let open = self.open_entries().await.map_err(|error| match error {
            Error::Store(error) => PartnerError::Store(error),
            other => Refusal::new("StoreFailed", other.to_string()).into(),
        })?;
        let is_same = |entry: &OperationEntry| {
            MovedUser::is_in(entry)
                && MovedUser::of(entry)
                    .is_ok_and(|open| open.user == moved.user && open.target == moved.target)
        };
        Ok(open.into_iter().filter(is_same).collect())
    }

    /// Ends a move that is rolled back: what the user has brought goes with it.
    pub(super) async fn end_user(
        &self,
        entry: OperationEntry,
        failure: OperationFailure,
    ) -> Result<(), PartnerError> {
        let moved = MovedUser::told(&entry)?;
        let state = OperationState::RolledBack;
        let entry = ended(entry, state, Some(failure), SystemTime::now());
        let documents = &self.inner.stores.documents;
        documents
            .move_back(&moved.target, moved.user.as_str(), Some(entry))
            .await?;
        Ok(())
    }

    /// What a running move may write: documents of `owner` to `home`, and the end of the move with the account.
    ///
    /// # Errors
    /// A refusal when the journal does not have the move, or it is another user's.
    pub async fn moving_in(
        &self,
        id: &str,
        home: &Fqdn,
        owner: &str,
    ) -> Result<MoveIn, PartnerError> {
        let Some(entry) = self.inner.stores.journal.get(id).await? else {
            return refuse(
                crate::peer::OPERATION_UNKNOWN,
                format!("operation {id} was never prepared here"),
            );
        };
        let moved = MovedUser::told(&entry)?;
        if !MovedUser::is_in(&entry) || moved.target != *home || moved.user.as_str() != owner {
            return refuse(
                INVALID_MESSAGE,
                format!("operation {id} does not move user {owner} to pool \"{home}\""),
            );
        }
        let ended = ended(entry, OperationState::Committed, None, SystemTime::now());
        Ok(MoveIn {
            operation: id.to_owned(),
            ended: Some(ended),
        })
    }
}
