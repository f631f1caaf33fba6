//! Drives the export of a home pool until the other pool holds everything: step Ship, and `Backup-CsPool`.

use std::time::Duration;

use tandem_domain::backup::BackupModule;
use tandem_domain::identity::Fqdn;
use tokio::time::Instant;

use super::cycle::Extent;
use super::{Backup, Error};

/// Time between attempts while the other pool does not answer.
const RETRY: Duration = Duration::from_millis(250);

/// What is to be reached, and how hard it is tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drive {
    /// The home pool.
    pub home: Fqdn,
    /// The modules.
    pub modules: Vec<BackupModule>,
    /// When to give up.
    pub deadline: Instant,
    /// How many failed cycles are tried again; `None`: until the deadline.
    pub retries: Option<u32>,
}

/// What is left to ship.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Records that the other pool does not have.
    pub records: u64,
    /// Bytes of files that it does not have.
    pub bytes: u64,
}

/// Why the final state was not reached.
#[derive(Debug, thiserror::Error)]
pub enum DriveError {
    /// The time is over.
    #[error("{} records and {} bytes of files were not shipped in time{}", left.records, left.bytes, because(last))]
    TimedOut {
        /// What is left.
        left: Progress,
        /// What failed last.
        last: Option<String>,
    },
    /// Trying again cannot help, or was tried often enough.
    #[error(transparent)]
    Failed(#[from] Error),
}

fn because(last: &Option<String>) -> String {
    last.as_ref()
        .map(|last| format!(" ({last})"))
        .unwrap_or_default()
}

impl Backup {
    /// Ships until nothing is left and the receiver has acknowledged everything, telling `progress` what is left.
    ///
    /// # Errors
    /// When the deadline passes first, or a failure cannot be mended by trying again.
    pub async fn drive_to_final(
        &self,
        drive: &Drive,
        mut progress: impl FnMut(Progress) + Send,
    ) -> Result<(), DriveError> {
        let mut failures = 0;
        let mut last = None;
        loop {
            match tokio::time::timeout_at(drive.deadline, self.round_to_final(drive, &mut progress))
                .await
            {
                Ok(Ok(left)) if left == Progress::default() => return Ok(()),
                Ok(Ok(_)) => {}
                Ok(Err(error)) => {
                    failures += 1;
                    let is_final = match &error {
                        Error::Peer(error) => matches!(
                            error,
                            crate::peer::Error::NoAddress { .. }
                                | crate::peer::Error::Refused { .. }
                        ),
                        Error::NotPaired { .. }
                        | Error::NotOwner { .. }
                        | Error::NotActive { .. }
                        | Error::Store(_)
                        | Error::FileLost(_)
                        | Error::Management(_) => true,
                    };
                    if is_final || drive.retries.is_some_and(|retries| failures > retries) {
                        return Err(error.into());
                    }
                    last = Some(error.to_string());
                    tokio::time::sleep_until((Instant::now() + RETRY).min(drive.deadline)).await;
                }
                Err(_elapsed) => {}
            }
            if Instant::now() >= drive.deadline {
                let left = self.left(drive).await?;
                return Err(DriveError::TimedOut { left, last });
            }
        }
    }

    async fn round_to_final(
        &self,
        drive: &Drive,
        progress: &mut (impl FnMut(Progress) + Send),
    ) -> Result<Progress, Error> {
        for &module in &drive.modules {
            progress(self.left(drive).await?);
            self.cycle(&drive.home, module, Extent::Everything).await?;
        }
        let left = self.left(drive).await?;
        progress(left);
        Ok(left)
    }

    /// What the receiver does not have of the modules that are driven.
    async fn left(&self, drive: &Drive) -> Result<Progress, Error> {
        let change_log = &self.inner.stores.change_log;
        let mut left = Progress::default();
        for &module in drive
            .modules
            .iter()
            .filter(|module| **module != BackupModule::CmsMaster)
        {
            let acknowledged = change_log.acknowledged(&drive.home, module).await?;
            let pending = change_log
                .pending(&drive.home, module, acknowledged)
                .await?;
            left.records += pending.records();
            left.bytes += pending.kinds.iter().map(|kind| kind.bytes).sum::<u64>();
        }
        Ok(left)
    }
}
