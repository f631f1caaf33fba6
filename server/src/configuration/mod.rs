//! The node's configuration: one TOML file, validated whole. A start with a wrong file names every mistake in it.

mod reader;

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tandem_domain::identity::Fqdn;
use tandem_domain::ownership::WhenPartnerUnreachable;

use self::reader::Reader;
use crate::dispatch::limits::Limits;
use crate::layers::authorise;
use crate::operation::fault::{self, FaultPoint};

/// The port of nodes whose address does not name one.
pub const DEFAULT_PORT: u16 = 8443;

/// Everything that a node is told when it starts.
#[derive(Clone, Debug)]
pub struct Configuration {
    /// The pool that this node serves.
    pub pool: Fqdn,
    /// The computer that this node is.
    pub computer: Fqdn,
    /// Where it listens.
    pub listen: SocketAddr,
    /// Folder of the store and of content files.
    pub data: PathBuf,
    /// Certificate, key and the authorities that are trusted.
    pub tls: TlsFiles,
    /// Addresses of pools and computers whose name does not resolve, or that listen elsewhere: `host:port`.
    pub peers: BTreeMap<Fqdn, String>,
    /// The port of the nodes that `peers` does not name.
    pub peer_port: u16,
    /// What to do when the partner cannot be reached at start.
    pub quarantine: WhenPartnerUnreachable,
    /// Time between heartbeats: 100 ms to 60 s.
    pub heartbeat: Duration,
    /// Limits of cmdlets.
    pub limits: Limits,
    /// Limits of shell sessions.
    pub sessions: SessionLimits,
    /// Groups whose members' sessions run commands only; each lets its members run cmdlets.
    pub commands_only: Vec<String>,
    /// Logs, traces and metrics.
    pub telemetry: Telemetry,
    /// How long running calls may take to end when the node stops: 0 to 600 s.
    pub stop_grace: Duration,
    /// A test aid: where the process aborts.
    pub fault: Option<FaultPoint>,
}

/// Files of the node's identity, in PEM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFiles {
    /// The node's certificate, then its intermediates.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
    /// The authorities whose certificates are accepted, from callers and from other nodes.
    pub authority: PathBuf,
    /// How often the files are looked at for changes: 1 s to 1 h.
    pub check: Duration,
}

/// Limits of shell sessions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionLimits {
    /// Sessions that are remembered at once: 1 to 10,000.
    pub count: usize,
    /// Sessions of one caller that are remembered at once: 1 to 10,000.
    pub per_caller: usize,
    /// Bytes that a session may hold, roughly: 16 to 65,536 MiB, given in MiB.
    pub memory: usize,
    /// How long a session is remembered after its last pipeline: 10 s to 24 h.
    pub idle: Duration,
    /// Pipelines that run at once, each on a thread of its own: 1 to 1,024.
    pub pipelines: usize,
}

/// Logs, traces and metrics.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Telemetry {
    /// Form of the log lines.
    pub log: LogFormat,
    /// Which records are logged, as `tracing-subscriber` reads it: `info,tandem_server=debug`.
    pub filter: String,
    /// Address of an OTLP collector; none: traces and metrics are not sent.
    pub otlp: Option<String>,
}

/// Form of log lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

/// Everything that is wrong with a configuration.
#[derive(Debug, PartialEq, Eq)]
pub struct Problems {
    /// The file, as given.
    pub file: PathBuf,
    /// One problem each: key path, what was found, what is allowed.
    pub problems: Vec<String>,
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.file.display())?;
        match self.problems.as_slice() {
            [only] => write!(f, "{only}"),
            several => {
                write!(f, "{} problems", several.len())?;
                several
                    .iter()
                    .try_for_each(|problem| write!(f, "\n  {problem}"))
            }
        }
    }
}

impl std::error::Error for Problems {}

impl Configuration {
    /// Reads and validates a file. Relative paths in it start at its folder.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub fn load(file: &Path) -> Result<Self, Problems> {
        let problems = |problems| Problems {
            file: file.to_owned(),
            problems,
        };
        let text = std::fs::read_to_string(file)
            .map_err(|error| problems(vec![format!("the file cannot be read: {error}")]))?;
        let folder = file.parent().unwrap_or_else(|| Path::new("."));
        let fault = std::env::var(fault::VARIABLE)
            .ok()
            .filter(|point| !point.is_empty());
        Self::parse(&text, folder, fault.as_deref()).map_err(problems)
    }

    /// Validates the text of a configuration; `fault` overrides the fault point in it.
    ///
    /// # Errors
    /// All that is wrong with it, one sentence each.
    pub fn parse(text: &str, folder: &Path, fault: Option<&str>) -> Result<Self, Vec<String>> {
        let table: toml::Table = text
            .parse()
            .map_err(|error: toml::de::Error| vec![error.to_string().trim().to_owned()])?;
        let mut reader = Reader::new(table);

        let pool = fqdn(&mut reader, "pool");
        let computer = fqdn(&mut reader, "computer");
        let listen = reader.required(
            "listen",
            "an address and a port, as \"0.0.0.0:8443\"",
            |text| text.parse().ok(),
        );
        let data = reader.required("data", "a folder", |text| Some(folder.join(text)));
        let tls = tls(&mut reader, folder);
        let peers = peers(&mut reader);
        let peer_port = reader.integer("peer_port", i64::from(DEFAULT_PORT), 1, 65_535);
        let quarantine = reader.choice(
            "quarantine",
            &[
                ("wait", WhenPartnerUnreachable::Quarantine),
                ("serve", WhenPartnerUnreachable::Serve),
            ],
        );
        let heartbeat = reader.duration(
            "heartbeat",
            Duration::from_secs(1),
            Duration::from_millis(100),
            Duration::from_secs(60),
        );
        let limits = limits(&mut reader);
        let sessions = sessions(&mut reader);
        let commands_only = commands_only(&mut reader);
        let telemetry = telemetry(&mut reader);
        let stop_grace = reader.duration(
            "stop_grace",
            Duration::from_secs(30),
            Duration::ZERO,
            Duration::from_secs(600),
        );
        let fault = fault_point(&mut reader, fault);
        let problems = reader.finish();

        let (Some(pool), Some(computer), Some(listen), Some(data), Some(tls)) =
            (pool, computer, listen, data, tls)
        else {
            return Err(problems);
        };
        if !problems.is_empty() {
            return Err(problems);
        }
        Ok(Self {
            pool,
            computer,
            listen,
            data,
            tls,
            peers,
            peer_port: u16::try_from(peer_port).unwrap_or(DEFAULT_PORT),
            quarantine,
            heartbeat,
            limits,
            sessions,
            commands_only,
            telemetry,
            stop_grace,
            fault,
        })
    }
}

fn fqdn(reader: &mut Reader, key: &str) -> Option<Fqdn> {
    reader.required(key, "a fully qualified domain name", |text| {
        Fqdn::parse(text).ok()
    })
}

/// The files of the node's identity; none if one of them is not named.
fn tls(reader: &mut Reader, folder: &Path) -> Option<TlsFiles> {
    let file = |text: &str| Some(folder.join(text)).filter(|_| !text.is_empty());
    let certificate = reader.required("tls.certificate", "a PEM file", file);
    let key = reader.required("tls.key", "a PEM file", file);
    let authority = reader.required("tls.authority", "a PEM file", file);
    let check = reader.duration(
        "tls.check",
        Duration::from_secs(10),
        Duration::from_secs(1),
        Duration::from_secs(3600),
    );
    Some(TlsFiles {
        certificate: certificate?,
        key: key?,
        authority: authority?,
        check,
    })
}

fn sessions(reader: &mut Reader) -> SessionLimits {
    SessionLimits {
        count: size(reader.integer("sessions.count", 256, 1, 10_000)),
        per_caller: size(reader.integer("sessions.per_caller", 64, 1, 10_000)),
        memory: size(reader.integer("sessions.memory_mib", 1_024, 16, 65_536)) << 20,
        idle: reader.duration(
            "sessions.idle",
            Duration::from_secs(1800),
            Duration::from_secs(10),
            Duration::from_secs(86_400),
        ),
        pipelines: size(reader.integer("sessions.pipelines", 64, 1, 1_024)),
    }
}

fn commands_only(reader: &mut Reader) -> Vec<String> {
    reader.list(
        "sessions.commands_only",
        "a group that may run cmdlets",
        authorise::is_role,
    )
}

fn telemetry(reader: &mut Reader) -> Telemetry {
    Telemetry {
        log: reader.choice(
            "telemetry.log",
            &[("text", LogFormat::Text), ("json", LogFormat::Json)],
        ),
        filter: reader
            .optional("telemetry.filter", "a filter", |text| Some(text.to_owned()))
            .unwrap_or_else(|| "info".to_owned()),
        otlp: reader.optional(
            "telemetry.otlp",
            "an address as \"http://collector:4317\"",
            |text| {
                text.parse::<http::Uri>()
                    .ok()
                    .filter(|uri| uri.host().is_some())
                    .map(|_| text.to_owned())
            },
        ),
    }
}

/// The fault point of the environment, or else of the file.
fn fault_point(reader: &mut Reader, armed: Option<&str>) -> Option<FaultPoint> {
    if let Some(point) = armed {
        reader.replace("fault", point);
    }
    reader.optional(
        "fault",
        "before|after:<step>[:coordinator|partner]:abort",
        |text| text.parse().ok(),
    )
}

fn size(number: i64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

fn limits(reader: &mut Reader) -> Limits {
    let defaults = Limits::default();
    let number = |number: i64| u32::try_from(number).unwrap_or(u32::MAX);
    Limits {
        per_caller: number(reader.integer(
            "limits.per_caller",
            i64::from(defaults.per_caller),
            1,
            10_000,
        )),
        total: number(reader.integer("limits.total", i64::from(defaults.total), 1, 100_000)),
        deadline: reader.duration(
            "limits.deadline",
            defaults.deadline,
            Duration::from_secs(1),
            Duration::from_secs(7 * 86_400),
        ),
        undecided: reader.duration(
            "limits.undecided",
            defaults.undecided,
            Duration::from_secs(1),
            Duration::from_secs(86_400),
        ),
    }
}

fn peers(reader: &mut Reader) -> BTreeMap<Fqdn, String> {
    let mut peers = BTreeMap::new();
    for name in reader.keys("peers") {
        let key = format!("peers.{name}");
        let pool = Fqdn::parse(&name).ok();
        if pool.is_none() {
            reader.problem(format!(
                "{key}: \"{name}\" is not a fully qualified domain name"
            ));
        }
        let address = reader.required(&key, "\"host:port\"", |text| {
            let (host, port) = text.rsplit_once(':')?;
            (!host.is_empty() && port.parse::<u16>().is_ok_and(|port| port > 0))
                .then(|| text.to_owned())
        });
        if let (Some(pool), Some(address)) = (pool, address) {
            peers.insert(pool, address);
        }
    }
    peers
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const SMALLEST: &str = r#"
        pool = "pool1.contoso.com"
        computer = "fe01.contoso.com"
        listen = "127.0.0.1:8443"
        data = "data"
        [tls]
        certificate = "node.pem"
        key = "/etc/tandem/node.key"
        authority = "ca.pem"
    "#;

    fn parse(text: &str) -> Result<Configuration, Vec<String>> {
        Configuration::parse(text, Path::new("/srv/tandem"), None)
    }

    #[test]
    fn the_smallest_file_is_enough() {
        let configuration = parse(SMALLEST).unwrap();
        assert_eq!(configuration.data, Path::new("/srv/tandem/data"));
        assert_eq!(configuration.tls.key, Path::new("/etc/tandem/node.key"));
        assert_eq!(configuration.heartbeat, Duration::from_secs(1));
        assert_eq!(configuration.quarantine, WhenPartnerUnreachable::Quarantine);
    }

    #[test]
    fn everything_that_is_wrong_is_named_at_once() {
        let text = r#"
            pool = "pool 1"
            listen = 8443
            heartbeet = "1s"
            quarantine = "hope"
            heartbeat = "1h"
            [tls]
            certificate = "node.pem"
            [peers]
            "pool2.contoso.com" = "10.0.0.2"
        "#;
        let problems = parse(text).unwrap_err().join("\n");
        for problem in [
            "pool: \"pool 1\" is not a fully qualified domain name",
            "computer: missing; it must be a fully qualified domain name",
            "listen: 8443 is not an address and a port, as \"0.0.0.0:8443\"",
            "data: missing",
            "tls.key: missing",
            "tls.authority: missing",
            "heartbeet: there is no such setting",
            "quarantine: \"hope\" is not one of \"wait\", \"serve\"",
            "heartbeat: \"1h\" is not a time from 100ms to 60s",
            "peers.pool2.contoso.com: \"10.0.0.2\" is not \"host:port\"",
        ] {
            assert!(
                problems.contains(problem),
                "{problem}\nis not in\n{problems}"
            );
        }
    }

    #[test]
    fn a_syntax_error_says_where() {
        assert!(parse("pool = \n").unwrap_err()[0].contains("line 1"));
    }

    #[test]
    fn the_environment_arms_a_fault_point() {
        let configuration =
            Configuration::parse(SMALLEST, Path::new("."), Some("after:Freeze:abort")).unwrap();
        assert!(configuration.fault.is_some());
        assert!(Configuration::parse(SMALLEST, Path::new("."), Some("sometimes")).is_err());
    }
}
