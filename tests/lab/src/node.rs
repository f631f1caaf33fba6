//! A running node: a `tandemd` process that is killed, stopped, restarted, and never left behind.

use std::fs::{self, File};
use std::io;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::time::{Duration, Instant};

use tokio::process::{Child, Command};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

use crate::laboratory::{self, ADMINISTRATOR, Laboratory};
use crate::programs::{self, programs};

const READY_TIMEOUT: Duration = Duration::from_secs(30);
const POLL_INTERVAL: Duration = Duration::from_millis(20);

/// A node's process. Dropping it kills the process.
#[derive(Debug)]
pub struct Node {
    pool: String,
    log: PathBuf,
    child: Child,
}

/// Why a node does not run.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no program.
    #[error(transparent)]
    Programs(#[from] programs::Error),
    /// Something of the laboratory is missing.
    #[error(transparent)]
    Laboratory(#[from] laboratory::Error),
    /// The process cannot be started or waited for.
    #[error("tandemd: {0}")]
    Process(#[from] io::Error),
    /// It ended by itself.
    #[error("the node of {pool} ended with {status}:\n{log}")]
    Ended {
        /// Its pool.
        pool: String,
        /// How.
        status: ExitStatus,
        /// The end of its log.
        log: String,
    },
    /// It did not get ready.
    #[error("the node of {pool} was not ready after {READY_TIMEOUT:?}:\n{log}")]
    NotReady {
        /// Its pool.
        pool: String,
        /// The end of its log.
        log: String,
    },
}

impl Node {
    /// Starts the node of a pool, and waits until it answers calls.
    ///
    /// # Errors
    /// When it does not get ready.
    pub async fn start(laboratory: &Laboratory, pool: &str) -> Result<Self, Error> {
        Self::start_with(laboratory, pool, &[]).await
    }

    /// The same with further environment variables.
    ///
    /// # Errors
    /// When it does not get ready.
    pub async fn start_with(
        laboratory: &Laboratory,
        pool: &str,
        environment: &[(&str, &str)],
    ) -> Result<Self, Error> {
        let mut node = Self::spawn(laboratory, pool, environment)?;
        node.ready(laboratory).await?;
        Ok(node)
    }

    /// Starts the node of a pool without waiting for it.
    ///
    /// # Errors
    /// When there is no program, or it cannot be started.
    pub fn spawn(
        laboratory: &Laboratory,
        pool: &str,
        environment: &[(&str, &str)],
    ) -> Result<Self, Error> {
        let log = laboratory.node_folder(pool).join("tandemd.log");
        let output = File::options().create(true).append(true).open(&log)?;
        let child = Command::new(&programs()?.node)
            .arg("--config")
            .arg(laboratory.configuration_file(pool))
            .arg("--exit-when-stdin-closes")
            .envs(environment.iter().copied())
            .stdin(Stdio::piped())
            .stdout(output.try_clone()?)
            .stderr(output)
            // Ctrl-C at a terminal is for what runs in front of it; a node ends when its standard input does.
            .process_group(0)
            .kill_on_drop(true)
            .spawn()?;
        Ok(Self {
            pool: pool.to_owned(),
            log,
            child,
        })
    }

    /// Waits until the node answers calls.
    ///
    /// # Errors
    /// When it ends, or takes too long.
    pub async fn ready(&mut self, laboratory: &Laboratory) -> Result<(), Error> {
        let mut health = HealthClient::new(laboratory.channel(&self.pool, ADMINISTRATOR)?);
        let deadline = Instant::now() + READY_TIMEOUT;
        loop {
            if let Some(status) = self.child.try_wait()? {
                return Err(Error::Ended {
                    pool: self.pool.clone(),
                    status,
                    log: self.log_end(),
                });
            }
            let answer = health.check(HealthCheckRequest::default()).await;
            if answer.is_ok_and(|answer| answer.get_ref().status() == ServingStatus::Serving) {
                return Ok(());
            }
            if Instant::now() > deadline {
                return Err(Error::NotReady {
                    pool: self.pool.clone(),
                    log: self.log_end(),
                });
            }
            tokio::time::sleep(POLL_INTERVAL).await;
        }
    }

    /// Its pool.
    #[must_use]
    pub fn pool(&self) -> &str {
        &self.pool
    }

    /// Id of its process, while it runs.
    #[must_use]
    pub fn process_id(&self) -> Option<u32> {
        self.child.id()
    }

    /// Kills it as a power cut would (SIGKILL), and waits until it is gone.
    ///
    /// # Errors
    /// When it cannot be waited for.
    pub async fn kill(mut self) -> Result<(), Error> {
        self.child.kill().await?;
        Ok(())
    }

    /// Stops it gracefully, and waits until it has ended.
    ///
    /// # Errors
    /// When it cannot be waited for.
    pub async fn stop(mut self) -> Result<ExitStatus, Error> {
        drop(self.child.stdin.take());
        Ok(self.child.wait().await?)
    }

    /// The end of its log.
    #[must_use]
    pub fn log_end(&self) -> String {
        let text = fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(30)..].join("\n")
    }
}
