//! Everything that can go wrong between a caller and a node, each with what was found and what to do about it.

use std::io;
use std::path::PathBuf;

use crate::Endpoint;

/// Why a client could not connect or a call did not come through.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Neither flags, environment nor profile say it.
    #[error("no {} is given", listed(.settings, "or"))]
    Missing {
        /// The settings' names.
        settings: Vec<&'static str>,
    },
    /// An address that cannot be read.
    #[error("\"{0}\" is not the address of a server")]
    Endpoint(String),
    /// A server name that is none.
    #[error("\"{0}\" is not a name that a certificate can have")]
    ServerName(String),
    /// A file that cannot be read.
    #[error("cannot read the {what} {path}: {source}", path = path.display())]
    Read {
        /// What the file is.
        what: &'static str,
        /// Where.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A profile that is none.
    #[error("{path} is not a profile: {reason}", path = path.display())]
    Profile {
        /// Where.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// A PEM file without what it should hold.
    #[error("{path} holds no {what} in PEM form", path = path.display())]
    Empty {
        /// What was looked for.
        what: &'static str,
        /// Where.
        path: PathBuf,
    },
    /// A certificate of a form that TLS cannot use.
    #[error("{path} holds a certificate that TLS cannot use: {reason}", path = path.display())]
    Unusable {
        /// Where.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// The key belongs to another certificate.
    #[error("the key {key} does not belong to the certificate {certificate}", key = key.display(), certificate = certificate.display())]
    KeyMismatch {
        /// The certificate.
        certificate: PathBuf,
        /// The key.
        key: PathBuf,
    },
    /// No server could be reached.
    #[error("{}", unreachable(.0))]
    Unreachable(Vec<(Endpoint, Refusal)>),
    /// The server ended the connection because of the caller's certificate.
    #[error("{endpoint} refuses the certificate {certificate}: {reason}", certificate = certificate.display())]
    Refused {
        /// The server.
        endpoint: Endpoint,
        /// The caller's certificate.
        certificate: PathBuf,
        /// The alert that it sent, in words.
        reason: String,
    },
    /// The connection broke.
    #[error("the connection to {endpoint} broke: {reason}")]
    Broken {
        /// The server.
        endpoint: Endpoint,
        /// Why.
        reason: String,
    },
    /// The server answered with a refusal of the call itself.
    #[error("{}", .0.message())]
    Status(Box<tonic::Status>),
    /// The server ended the stream without saying how the pipeline ended.
    #[error("the server ended the answer without saying how the pipeline ended")]
    Unfinished,
}

/// Why one server could not be reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// Its name has no address.
    Unknown(String),
    /// Nobody listens there.
    NobodyListens,
    /// No answer in time.
    TimedOut,
    /// The network said no.
    Network(String),
    /// What listens there speaks no TLS 1.3.
    NotTls(String),
    /// Its certificate comes from an authority that is not in the CA file.
    UnknownAuthority,
    /// Its certificate has expired.
    Expired,
    /// Its certificate is not valid yet.
    NotYetValid,
    /// Its certificate is for other names.
    OtherName {
        /// The name that was looked for.
        wanted: String,
        /// The names that it has.
        found: Vec<String>,
    },
    /// Anything else that TLS found.
    Tls(String),
}

impl Error {
    /// What to do about it, in a sentence or a command.
    #[must_use]
    pub fn advice(&self) -> String {
        match self {
            Self::Missing { settings } => missing(settings),
            Self::Endpoint(_) => "Write it as HOST, HOST:PORT or [IPV6]:PORT.".to_owned(),
            Self::ServerName(_) => "Give --server-name a DNS name or an IP address.".to_owned(),
            Self::Read { source, .. } if source.kind() == io::ErrorKind::PermissionDenied => {
                "Run as the user that the file belongs to, or have its owner let you read it.".to_owned()
            }
            Self::Read { what, .. } => format!("Check the path of the {what} in the flags, the environment and the profile."),
            Self::Profile { .. } => "The settings are servers, ca, certificate, key and server_name.".to_owned(),
            Self::Empty { what, .. } => format!("Give a PEM file that holds a `-----BEGIN {}-----` block.", block(what)),
            Self::Unusable { .. } => "Ask whoever runs your CA for an X.509 version 3 certificate with an ECDSA, Ed25519 or RSA key.".to_owned(),
            Self::KeyMismatch { .. } => "Give the key that the certificate was requested with.".to_owned(),
            Self::Unreachable(refusals) => refusals
                .iter()
                .map(|(_, refusal)| refusal)
                // A server that answers wrongly tells more than one that is down.
                .max_by_key(|refusal| refusal.is_about_trust())
                .map_or_else(String::new, Refusal::advice),
            Self::Refused { reason, .. } => format!(
                "Ask whoever runs the CA of this deployment for a new certificate ({reason}), and give it with --certificate and --key."
            ),
            Self::Broken { .. } => {
                "Run Get-TandemOperation to see how a failover or failback stands; the same --operation-id again does nothing twice.".to_owned()
            }
            Self::Status(status) => status_advice(status).to_owned(),
            Self::Unfinished => "Look into the server's log, and run Get-TandemOperation to see what was done.".to_owned(),
        }
    }
}

impl Refusal {
    /// Whether the server answered, and only trust is missing.
    #[must_use]
    pub fn is_about_trust(&self) -> bool {
        match self {
            Self::Unknown(_) | Self::NobodyListens | Self::TimedOut | Self::Network(_) => false,
            Self::NotTls(_)
            | Self::UnknownAuthority
            | Self::Expired
            | Self::NotYetValid
            | Self::OtherName { .. }
            | Self::Tls(_) => true,
        }
    }

    fn advice(&self) -> String {
        match self {
            Self::Unknown(_) => "Check the server's name, and this machine's DNS.".to_owned(),
            Self::NobodyListens | Self::TimedOut | Self::Network(_) => {
                "Check that tandemd runs there and that the port is right and open, or name another node of the deployment with --server.".to_owned()
            }
            Self::NotTls(_) => "Check the port: a Tandem node speaks TLS 1.3 there.".to_owned(),
            Self::UnknownAuthority => {
                "Give the authority's certificate that the server's certificate comes from with --ca.".to_owned()
            }
            Self::Expired => "Renew the server's certificate; tandemd takes a new one from its file without a restart.".to_owned(),
            Self::NotYetValid => "Check the clocks of this machine and of the server.".to_owned(),
            Self::OtherName { found, .. } => match found.first() {
                Some(name) => format!("If this is the server that you mean, give --server-name {name}."),
                None => "Use a name that stands in the server's certificate, in the address or with --server-name.".to_owned(),
            },
            Self::Tls(_) => "Look into the server's log for its view of the connection.".to_owned(),
        }
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unknown(reason) => write!(formatter, "its name has no address ({reason})"),
            Self::NobodyListens => formatter.write_str("nobody listens there"),
            Self::TimedOut => formatter.write_str("no answer in time"),
            Self::Network(reason) | Self::Tls(reason) => formatter.write_str(reason),
            Self::NotTls(reason) => write!(
                formatter,
                "what listens there does not speak TLS 1.3 ({reason})"
            ),
            Self::UnknownAuthority => formatter
                .write_str("its certificate comes from an authority that is not in the CA file"),
            Self::Expired => formatter.write_str("its certificate has expired"),
            Self::NotYetValid => formatter.write_str("its certificate is not valid yet"),
            Self::OtherName { wanted, found } if found.is_empty() => {
                write!(formatter, "its certificate is not for {wanted}")
            }
            Self::OtherName { wanted, found } => {
                write!(
                    formatter,
                    "its certificate is not for {wanted} but for {}",
                    found.join(", ")
                )
            }
        }
    }
}

/// How to give what is missing, all of it at once.
fn missing(settings: &[&'static str]) -> String {
    let ways = |way: fn(&&'static str) -> &'static str| -> Vec<&'static str> {
        settings.iter().map(way).collect()
    };
    let flags = ways(|setting| match *setting {
        "server" => "--server HOST[:PORT]",
        "ca" => "--ca FILE",
        "certificate" => "--certificate FILE",
        _ => "--key FILE",
    });
    let variables = ways(|setting| match *setting {
        "server" => "TANDEM_SERVER",
        "ca" => "TANDEM_CA",
        "certificate" => "TANDEM_CERTIFICATE",
        _ => "TANDEM_KEY",
    });
    let entries = ways(|setting| match *setting {
        "server" => "`servers = [\"…\"]`",
        "ca" => "`ca = \"…\"`",
        "certificate" => "`certificate = \"…\"`",
        _ => "`key = \"…\"`",
    });
    let file = crate::default_profile_path().map_or_else(
        || "a profile file".to_owned(),
        |path| path.display().to_string(),
    );
    format!(
        "Give {}, set {}, or write {} into {file}.",
        listed(&flags, "and"),
        listed(&variables, "and"),
        listed(&entries, "and")
    )
}

/// `a`, `a and b`, `a, b and c`.
fn listed(names: &[&str], conjunction: &str) -> String {
    match names {
        [first @ .., before, last] if !first.is_empty() => {
            format!("{}, {before} {conjunction} {last}", first.join(", "))
        }
        [before, last] => format!("{before} {conjunction} {last}"),
        names => names.concat(),
    }
}

fn unreachable(refusals: &[(Endpoint, Refusal)]) -> String {
    match refusals {
        [(endpoint, refusal)] => format!("cannot connect to {endpoint}: {refusal}"),
        several => {
            let lines = several
                .iter()
                .map(|(endpoint, refusal)| format!("\n  {endpoint}: {refusal}"));
            format!("cannot connect to any server:{}", lines.collect::<String>())
        }
    }
}

fn block(what: &str) -> &'static str {
    if what.contains("key") {
        "PRIVATE KEY"
    } else {
        "CERTIFICATE"
    }
}

fn status_advice(status: &tonic::Status) -> &'static str {
    use tonic::Code;
    match status.code() {
        Code::PermissionDenied => {
            "Ask an administrator for the group that this needs, or use another certificate."
        }
        Code::Unauthenticated => "Use a certificate that this deployment's CA issued to you.",
        Code::Unimplemented => {
            "The server is of another version; compare `tandem --version` with its `tandemd --version`."
        }
        Code::ResourceExhausted => "The server is at one of its limits; try again in a moment.",
        Code::Unavailable => {
            "The server is starting or stopping; try again, or name another node with --server."
        }
        _ => "The server's log has more.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn advice_follows_the_refusal_that_tells_most() {
        let down = (
            Endpoint {
                host: "a".into(),
                port: 1,
            },
            Refusal::NobodyListens,
        );
        let distrusted = (
            Endpoint {
                host: "b".into(),
                port: 2,
            },
            Refusal::UnknownAuthority,
        );
        let error = Error::Unreachable(vec![distrusted, down]);
        assert!(error.advice().contains("--ca"), "{}", error.advice());
        let told = "cannot connect to any server:\n  b:2: its certificate comes from an authority that is not in the CA file\n  a:1: nobody listens there";
        assert_eq!(error.to_string(), told);
    }

    #[test]
    fn a_certificate_for_another_name_says_which_name_would_do() {
        let refusal = Refusal::OtherName {
            wanted: "wrong".into(),
            found: vec!["pool1.contoso.com".into()],
        };
        let error = Error::Unreachable(vec![(
            Endpoint {
                host: "wrong".into(),
                port: 1,
            },
            refusal,
        )]);
        assert_eq!(
            error.to_string(),
            "cannot connect to wrong:1: its certificate is not for wrong but for pool1.contoso.com"
        );
        assert_eq!(
            error.advice(),
            "If this is the server that you mean, give --server-name pool1.contoso.com."
        );
    }

    #[test]
    fn what_is_missing_names_flag_variable_and_entry() {
        let advice = Error::Missing {
            settings: vec!["server"],
        }
        .advice();
        for part in ["--server", "TANDEM_SERVER", "servers = "] {
            assert!(advice.contains(part), "{advice}");
        }
        let several = Error::Missing {
            settings: vec!["ca", "certificate", "key"],
        };
        assert_eq!(several.to_string(), "no ca, certificate or key is given");
        let told = "Give --ca FILE, --certificate FILE and --key FILE, set TANDEM_CA, ";
        assert!(several.advice().starts_with(told), "{}", several.advice());
    }
}
