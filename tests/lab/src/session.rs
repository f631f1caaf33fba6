//! A laboratory that runs: its folder, its two nodes, and the real client in front of them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{ExitCode, Stdio};
use std::time::{Duration, Instant};

use tandem::operation::v1::get_tandem_readiness_response::Record;
use tandem::operation::v1::get_tandem_salvage_response::Record as SalvageRecord;
use tandem::operation::v1::operation_service_client::OperationServiceClient;
use tandem::operation::v1::{GetTandemReadinessRequest, GetTandemSalvageRequest};
use tandem_lab::laboratory::{self, ADMINISTRATOR, Laboratory, POOL1, POOL2, Settings};
use tandem_lab::node::Node;
use tandem_lab::programs::programs;
use tandem_lab::users;
use tokio::process::Command;
use tonic::transport::Channel;

use crate::narrator;
use crate::story::Error;

/// How long a node may take to stop by itself before it is killed.
const STOP_TIMEOUT: Duration = Duration::from_secs(15);
/// The file that says that all users have been made: without it, an interrupted start goes on where it was.
const FILLED: &str = "filled";
/// How long a pool may take to serve its users.
const SERVE_TIMEOUT: Duration = Duration::from_secs(60);
const POLL_INTERVAL: Duration = Duration::from_millis(50);

/// A laboratory and what runs in it. Its nodes end with it.
pub(crate) struct Session {
    laboratory: Laboratory,
    is_filled: bool,
    nodes: Vec<Node>,
}

impl Session {
    /// Finds the laboratory in a folder, or makes one.
    pub(crate) fn open(folder: &Path, replace: bool) -> Result<Self, Error> {
        let found = folder.join(laboratory::INDEX).is_file();
        let laboratory = if found && !replace {
            narrator::say(&format!(
                "Found the laboratory in {}; --replace makes it anew.",
                folder.display()
            ));
            Laboratory::open(&absolute(folder)?)?
        } else {
            make_way(folder)?;
            narrator::say(&format!(
                "Making a laboratory in {}: an authority, certificates, two configurations, a topology.",
                folder.display()
            ));
            Laboratory::create(&absolute(folder)?, &Settings::default())?
        };
        let session = Self {
            is_filled: laboratory.folder().join(FILLED).is_file(),
            laboratory,
            nodes: Vec::new(),
        };
        session.write_profile()?;
        Ok(session)
    }

    /// Whether its users have been made, all of them.
    pub(crate) fn is_filled(&self) -> bool {
        self.is_filled
    }

    /// The laboratory.
    pub(crate) fn laboratory(&self) -> &Laboratory {
        &self.laboratory
    }

    /// The client's profile.
    pub(crate) fn profile(&self) -> PathBuf {
        self.laboratory.folder().join("profile.toml")
    }

    /// The client as one would type it in another terminal.
    pub(crate) fn client_for_people(&self) -> String {
        programs().map_or_else(
            |_| "tandem".to_owned(),
            |programs| programs.client.display().to_string(),
        )
    }

    fn write_profile(&self) -> Result<(), Error> {
        let servers: Vec<String> = self
            .laboratory
            .pools()
            .iter()
            .map(|pool| format!("\"{}\"", pool.address))
            .collect();
        let files = self.laboratory.cast().holder(ADMINISTRATOR);
        let text = format!(
            "# The administrator of the laboratory, for `tandem --profile` or TANDEM_PROFILE.\nservers = [{}]\nca = \"{}\"\ncertificate = \"{}\"\nkey = \"{}\"\n",
            servers.join(", "),
            self.laboratory.cast().authority().display(),
            files.certificate.display(),
            files.key.display(),
        );
        fs::write(self.profile(), text)
            .map_err(|error| Error::Other(format!("{}: {error}", self.profile().display())))
    }

    /// Starts both nodes. Both at once: a node that was up before waits for its partner.
    pub(crate) async fn start_nodes(&mut self) -> Result<(), Error> {
        let laboratory = self.laboratory.clone();
        let started = narrator::slow(
            "Starting the nodes of pool1.contoso.com and pool2.contoso.com",
            async {
                tokio::try_join!(
                    Node::start(&laboratory, POOL1),
                    Node::start(&laboratory, POOL2)
                )
            },
        );
        let (first, second) = started.await?;
        self.nodes.extend([first, second]);
        Ok(())
    }

    /// Publishes the topology, makes the users, and waits until each pool has the other's.
    pub(crate) async fn fill(&self, count: usize) -> Result<(), Error> {
        narrator::say(
            "Publishing the topology: two sites, one pool each, paired; the Central Management store on pool2.",
        );
        let file = self.laboratory.topology_file();
        let file = file.to_string_lossy();
        self.run(&["Publish-CsTopology", "-FileName", &file, "-Confirm:$false"])
            .await?;
        for pool in [POOL1, POOL2] {
            self.served_by(pool, pool).await?;
            let bar = narrator::bar(&format!("Users of {pool}"), count);
            users::seed(&self.channel(pool)?, pool, count, || bar.inc(1)).await?;
            bar.finish_and_clear();
            println!(
                "Users of {pool}: {count}, with contacts, groups, settings, presence, conferences and their files"
            );
        }
        for pool in [POOL1, POOL2] {
            self.quiet(&[
                "Backup-CsPool",
                "-PoolFqdn",
                pool,
                "-FullBackup",
                "-Confirm:$false",
            ])
            .await?;
        }
        let filled = self.laboratory.folder().join(FILLED);
        fs::write(&filled, format!("{count} users on each pool\n"))
            .map_err(|error| Error::Other(format!("{}: {error}", filled.display())))
    }

    /// The administrator's connection to a node, for stubs.
    pub(crate) fn channel(&self, pool: &str) -> Result<Channel, Error> {
        Ok(self.laboratory.channel(pool, ADMINISTRATOR)?)
    }

    /// Shows a command and runs it with the real client on this terminal; it must succeed.
    pub(crate) async fn run(&self, words: &[&str]) -> Result<(), Error> {
        self.show(words);
        self.quiet(words).await
    }

    /// The same for a line of PowerShell's language.
    pub(crate) async fn run_line(&self, line: &str) -> Result<(), Error> {
        narrator::command(&format!("tandem -c '{}'", line.replace('\'', "'\\''")));
        self.quiet(&["-c", line]).await
    }

    fn show(&self, words: &[&str]) {
        let shown: Vec<String> = words
            .iter()
            .map(|word| match word.contains([' ', '$', '{', '|']) {
                true => format!("'{word}'"),
                false => (*word).to_owned(),
            })
            .collect();
        narrator::command(&format!("tandem {}", shown.join(" ")));
    }

    /// Runs a command with the real client on this terminal; it must succeed.
    pub(crate) async fn quiet(&self, words: &[&str]) -> Result<(), Error> {
        let status = self.client(words)?.stdin(Stdio::null()).status().await;
        let status = status.map_err(|error| Error::Other(format!("tandem: {error}")))?;
        if status.success() {
            Ok(())
        } else {
            Err(Error::Command {
                line: words.join(" "),
                status,
            })
        }
    }

    fn client(&self, words: &[&str]) -> Result<Command, Error> {
        let mut command = Command::new(&programs()?.client);
        for (name, _) in
            std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("TANDEM_"))
        {
            command.env_remove(name);
        }
        command
            .env("TANDEM_PROFILE", self.profile())
            .args(words)
            .kill_on_drop(true);
        Ok(command)
    }

    /// Waits until a home pool's users are served by a pool, as that pool sees it.
    pub(crate) async fn served_by(&self, home: &str, serving: &str) -> Result<(), Error> {
        let mut client = OperationServiceClient::new(self.channel(serving)?);
        let deadline = Instant::now() + SERVE_TIMEOUT;
        loop {
            let request = GetTandemReadinessRequest {
                pool_fqdn: Some(home.to_owned()),
                ..GetTandemReadinessRequest::default()
            };
            if let Ok(records) = client.get_tandem_readiness(request).await {
                let mut records = records.into_inner();
                while let Ok(Some(answer)) = records.message().await {
                    if let Some(Record::Output(readiness)) = answer.record
                        && readiness.serving_pool_fqdn == serving
                    {
                        return Ok(());
                    }
                }
            }
            if Instant::now() > deadline {
                return Err(Error::Other(format!(
                    "{serving} does not serve the users of {home}; its log is {}",
                    self.log(serving)
                )));
            }
            tokio::time::sleep(POLL_INTERVAL).await;
        }
    }

    /// The salvage bundles that a pool keeps.
    pub(crate) async fn salvage(&self, pool: &str) -> Result<Vec<String>, Error> {
        let mut client = OperationServiceClient::new(self.channel(pool)?);
        let request = GetTandemSalvageRequest::default();
        let mut records = client.get_tandem_salvage(request).await?.into_inner();
        let mut bundles = Vec::new();
        while let Some(answer) = records.message().await? {
            if let Some(SalvageRecord::Output(bundle)) = answer.record {
                bundles.push(bundle.identity);
            }
        }
        Ok(bundles)
    }

    /// Waits until a pool that was lost has put its unshipped writes aside, in a bundle that is not one of these.
    pub(crate) async fn new_salvage(&self, pool: &str, known: &[String]) -> Result<String, Error> {
        let deadline = Instant::now() + SERVE_TIMEOUT;
        loop {
            // The node has only just come up: it may not answer yet.
            let bundles = self.salvage(pool).await.unwrap_or_default();
            if let Some(bundle) = bundles.into_iter().find(|bundle| !known.contains(bundle)) {
                return Ok(bundle);
            }
            if Instant::now() > deadline {
                return Err(Error::Other(format!(
                    "{pool} has put nothing aside; its log is {}",
                    self.log(pool)
                )));
            }
            tokio::time::sleep(POLL_INTERVAL).await;
        }
    }

    fn log(&self, pool: &str) -> String {
        self.laboratory
            .node_folder(pool)
            .join("tandemd.log")
            .display()
            .to_string()
    }

    /// Kills a node as a power cut would.
    pub(crate) async fn kill(&mut self, pool: &str) -> Result<(), Error> {
        if let Some(index) = self.nodes.iter().position(|node| node.pool() == pool) {
            self.nodes.remove(index).kill().await?;
        }
        Ok(())
    }

    /// Starts a node again.
    pub(crate) async fn start(&mut self, pool: &str) -> Result<(), Error> {
        self.nodes.push(Node::start(&self.laboratory, pool).await?);
        Ok(())
    }

    /// The client's own prompt, until the user leaves it. Ctrl-C belongs to what runs there.
    pub(crate) async fn prompt(&self) -> ExitCode {
        narrator::say("This is its prompt; exit ends the laboratory.");
        let client = self.client(&[]).map(|mut command| command.spawn());
        let mut client = match client {
            Ok(Ok(client)) => client,
            Ok(Err(error)) => {
                eprintln!("cargo lab: tandem: {error}");
                return ExitCode::FAILURE;
            }
            Err(error) => {
                eprintln!("cargo lab: {error}");
                return ExitCode::FAILURE;
            }
        };
        loop {
            tokio::select! {
                _ = client.wait() => return ExitCode::SUCCESS,
                _ = tokio::signal::ctrl_c() => {}
            }
        }
    }

    /// Stops the nodes, and kills what does not stop.
    pub(crate) async fn stop(self) {
        let stopping = self
            .nodes
            .into_iter()
            .map(|node| tokio::time::timeout(STOP_TIMEOUT, node.stop()));
        let stopping: Vec<_> = stopping.map(tokio::spawn).collect();
        for stopped in stopping {
            // A node that took too long was dropped, and so killed.
            let _ = stopped.await;
        }
    }
}

/// Removes what a laboratory has left in its folder; a folder that is none is not touched.
fn make_way(folder: &Path) -> Result<(), Error> {
    if folder.join(laboratory::INDEX).is_file() {
        return fs::remove_dir_all(folder)
            .map_err(|error| Error::Other(format!("cannot remove {}: {error}", folder.display())));
    }
    let is_empty = fs::read_dir(folder).map_or(true, |mut entries| entries.next().is_none());
    if is_empty {
        return Ok(());
    }
    Err(Error::Other(format!(
        "{} holds something else than a laboratory; name another folder with --folder",
        folder.display()
    )))
}

fn absolute(folder: &Path) -> Result<PathBuf, Error> {
    std::path::absolute(folder)
        .map_err(|error| Error::Other(format!("{}: {error}", folder.display())))
}
