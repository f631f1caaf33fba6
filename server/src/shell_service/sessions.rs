//! Sessions by id: variables that outlive a pipeline. A session belongs to the caller who opened it, runs one pipeline
//! at a time, and is forgotten when nobody has used it for long.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tandem_shell::session::{Session, SessionOptions};
use tokio_util::sync::CancellationToken;
use tonic::Status;

use super::Shell;
use crate::configuration::SessionLimits;

/// Longest id of a session, in bytes.
const MAX_ID: usize = 128;

/// Sessions that are made before they are asked for.
const SPARE_SESSIONS: usize = 8;

/// How often idle sessions are looked for.
const SWEEP: Duration = Duration::from_secs(10);

/// Whose session it is, and its id.
type Key = (String, String);

type Home = Arc<Mutex<HashMap<Key, Kept>>>;

/// The sessions of a node.
#[derive(Debug)]
pub(crate) struct Sessions {
    limits: SessionLimits,
    kept: Home,
    /// Made while nobody waits, for pipelines without a session of their own.
    spare: Mutex<Vec<Session>>,
}

#[derive(Debug)]
struct Kept {
    /// `None` while a pipeline runs in it.
    session: Option<Session>,
    used: Instant,
}

/// A session that a pipeline runs in; it is kept again when this is dropped.
#[derive(Debug)]
pub(crate) struct Lease {
    /// The session.
    pub(crate) session: Session,
    home: Option<(Key, Home)>,
}

impl Sessions {
    pub(crate) fn new(limits: SessionLimits) -> Self {
        Self {
            limits,
            kept: Arc::default(),
            spare: Mutex::default(),
        }
    }

    /// The session `id` of `caller`; an empty id is a session for one pipeline. `restricted` takes the language from it.
    pub(crate) fn take(&self, caller: &str, id: &str, restricted: bool) -> Result<Lease, Status> {
        let mut lease = self.find(caller, id)?;
        if restricted {
            lease.session.restrict();
        }
        Ok(lease)
    }

    fn find(&self, caller: &str, id: &str) -> Result<Lease, Status> {
        if id.is_empty() {
            return Ok(Lease {
                session: locked(&self.spare).pop().unwrap_or_else(|| self.fresh()),
                home: None,
            });
        }
        if id.len() > MAX_ID {
            return Err(Status::invalid_argument(format!(
                "A session's id has {MAX_ID} bytes at most."
            )));
        }
        let key = (caller.to_owned(), id.to_owned());
        let mut kept = locked(&self.kept);
        let open = kept.len();
        let session = match kept.get_mut(&key) {
            Some(kept) => kept.session.take().ok_or_else(|| {
                Status::failed_precondition("A pipeline is running in this session already; stop it, or use another session.")
            })?,
            None if open >= self.limits.count => {
                return Err(Status::resource_exhausted(format!("{open} sessions are open on this node, as many as may be.")));
            }
            None => {
                let own = kept.keys().filter(|(owner, _)| owner == caller).count();
                if own >= self.limits.per_caller {
                    return Err(Status::resource_exhausted(format!("{own} sessions of \"{caller}\" are open on this node, as many as one caller may have.")));
                }
                kept.insert(key.clone(), Kept { session: None, used: Instant::now() });
                self.fresh()
            }
        };
        Ok(Lease {
            session,
            home: Some((key, self.kept.clone())),
        })
    }

    /// Looks into a session that no pipeline runs in.
    pub(crate) fn peek<T>(
        &self,
        caller: &str,
        id: &str,
        look: impl FnOnce(&Session) -> T,
    ) -> Option<T> {
        let kept = locked(&self.kept);
        kept.get(&(caller.to_owned(), id.to_owned()))?
            .session
            .as_ref()
            .map(look)
    }

    /// Makes a session for the next pipeline that has none of its own.
    pub(crate) fn prepare(&self) {
        if locked(&self.spare).len() < SPARE_SESSIONS {
            let session = self.fresh();
            locked(&self.spare).push(session);
        }
    }

    fn fresh(&self) -> Session {
        Session::new(SessionOptions {
            memory: Some(self.limits.memory),
            ..SessionOptions::default()
        })
    }

    pub(crate) fn forget_idle(&self) {
        let idle = self.limits.idle;
        locked(&self.kept).retain(|_, kept| kept.session.is_none() || kept.used.elapsed() < idle);
    }
}

impl Lease {
    /// Whether it ends with its pipeline.
    pub(crate) fn is_for_one_pipeline(&self) -> bool {
        self.home.is_none()
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if let Some((key, kept)) = self.home.take() {
            let session = std::mem::take(&mut self.session);
            locked(&kept).insert(
                key,
                Kept {
                    session: Some(session),
                    used: Instant::now(),
                },
            );
        }
    }
}

/// Forgets idle sessions of `shell` until `stop`.
pub async fn sweep(shell: Shell, stop: CancellationToken) {
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(SWEEP) => shell.forget_idle(),
        }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn sessions(count: usize, idle: Duration) -> Sessions {
        Sessions::new(SessionLimits {
            count,
            per_caller: 2,
            memory: 16 << 20,
            idle,
            pipelines: 1,
        })
    }

    #[test]
    fn a_session_is_its_callers_and_runs_one_pipeline() {
        let sessions = sessions(2, Duration::from_secs(60));
        let lease = sessions.take("anna", "1", false).unwrap();
        assert_eq!(
            sessions.take("anna", "1", false).unwrap_err().code(),
            tonic::Code::FailedPrecondition
        );
        let other = sessions.take("berta", "1", false).unwrap();
        assert_eq!(
            sessions.take("anna", "2", false).unwrap_err().code(),
            tonic::Code::ResourceExhausted
        );
        drop((lease, other));
        assert!(sessions.take("anna", "1", false).is_ok());
    }

    #[test]
    fn one_caller_leaves_sessions_to_the_others() {
        let sessions = sessions(9, Duration::from_secs(60));
        for id in ["1", "2", "1"] {
            drop(sessions.take("anna", id, false).unwrap());
        }
        let refused = sessions.take("anna", "3", false).unwrap_err();
        assert_eq!(refused.code(), tonic::Code::ResourceExhausted);
        assert!(sessions.take("anna", "2", false).is_ok());
        assert!(sessions.take("anna", "", false).is_ok());
        assert!(sessions.take("berta", "3", false).is_ok());
    }

    #[test]
    fn a_restricted_session_stays_restricted() {
        let sessions = sessions(2, Duration::from_secs(60));
        let restricted = |restricted| {
            let lease = sessions.take("anna", "1", restricted).unwrap();
            lease.session.is_restricted()
        };
        assert_eq!(
            [restricted(false), restricted(true), restricted(false)],
            [false, true, true]
        );
    }

    #[test]
    fn idle_sessions_are_forgotten_and_running_ones_are_not() {
        let sessions = sessions(1, Duration::ZERO);
        let lease = sessions.take("anna", "1", false).unwrap();
        sessions.forget_idle();
        assert!(
            sessions.take("anna", "2", false).is_err(),
            "the running one still counts"
        );
        drop(lease);
        sessions.forget_idle();
        assert!(sessions.take("anna", "2", false).is_ok());
    }
}
