//! What a client needs to know before it can connect, gathered from flags, environment and a file; the nearer wins.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

use serde::Deserialize;

use crate::{Endpoint, Error};

/// Settings of one source: flags, environment or file. What a source does not say stays `None`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Nodes, tried in order.
    pub servers: Option<Vec<String>>,
    /// PEM file with the authorities that nodes' certificates must come from.
    pub ca: Option<PathBuf>,
    /// PEM file with the caller's certificate, and the chain after it.
    pub certificate: Option<PathBuf>,
    /// PEM file with the caller's private key.
    pub key: Option<PathBuf>,
    /// The name that the node's certificate must have, where it differs from the address.
    pub server_name: Option<String>,
    /// The profile file, when it is not the usual one. No setting of a file.
    #[serde(skip)]
    pub profile: Option<PathBuf>,
}

/// Everything that is needed to connect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// Nodes, tried in order; at least one.
    pub servers: Vec<Endpoint>,
    /// PEM file with the authorities.
    pub ca: PathBuf,
    /// PEM file with the caller's certificate.
    pub certificate: PathBuf,
    /// PEM file with the caller's private key.
    pub key: PathBuf,
    /// The name that the node's certificate must have; `None`: the host of its address.
    pub server_name: Option<String>,
}

impl Settings {
    /// Reads `TANDEM_SERVER` (several with commas between), `TANDEM_CA`, `TANDEM_CERTIFICATE`, `TANDEM_KEY`, `TANDEM_SERVER_NAME` and
    /// `TANDEM_PROFILE`. An empty variable says nothing.
    #[must_use]
    pub fn from_environment(variable: impl Fn(&str) -> Option<String>) -> Self {
        let said = |name: &str| variable(name).filter(|value| !value.is_empty());
        Self {
            servers: said("TANDEM_SERVER").map(|servers| {
                let servers = servers.split(',').map(|server| server.trim().to_owned());
                servers.filter(|server| !server.is_empty()).collect()
            }),
            ca: said("TANDEM_CA").map(PathBuf::from),
            certificate: said("TANDEM_CERTIFICATE").map(PathBuf::from),
            key: said("TANDEM_KEY").map(PathBuf::from),
            server_name: said("TANDEM_SERVER_NAME"),
            profile: said("TANDEM_PROFILE").map(PathBuf::from),
        }
    }

    /// Reads a profile file; relative paths in it start at its folder.
    ///
    /// # Errors
    /// When the file cannot be read or is not a profile.
    pub fn from_file(path: &Path) -> Result<Self, Error> {
        let text = fs::read_to_string(path).map_err(|source| Error::Read {
            what: "profile",
            path: path.to_owned(),
            source,
        })?;
        let mut settings: Self = toml::from_str(&text).map_err(|error| Error::Profile {
            path: path.to_owned(),
            reason: error.to_string().trim_end().to_owned(),
        })?;
        let folder = path.parent().unwrap_or_else(|| Path::new(""));
        for file in [
            &mut settings.ca,
            &mut settings.certificate,
            &mut settings.key,
        ] {
            *file = file.take().map(|file| folder.join(file));
        }
        Ok(settings)
    }

    /// These settings where they say something, the others' elsewhere.
    #[must_use]
    pub fn or(self, others: Self) -> Self {
        Self {
            servers: self.servers.or(others.servers),
            ca: self.ca.or(others.ca),
            certificate: self.certificate.or(others.certificate),
            key: self.key.or(others.key),
            server_name: self.server_name.or(others.server_name),
            profile: self.profile.or(others.profile),
        }
    }
}

impl Profile {
    /// The profile that flags, environment and profile file together make. A profile file that nobody named may be absent.
    ///
    /// # Errors
    /// When a named profile file cannot be read, or something is still missing.
    pub fn resolve(flags: Settings, environment: &Settings) -> Result<Self, Error> {
        let near = flags.or(environment.clone());
        let file = match (&near.profile, default_profile_path()) {
            (Some(path), _) => Settings::from_file(path)?,
            (None, Some(path)) => match Settings::from_file(&path) {
                Err(Error::Read { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
                    Settings::default()
                }
                read => read?,
            },
            (None, None) => Settings::default(),
        };
        Self::from_settings(near.or(file))
    }

    /// The profile that these settings make.
    ///
    /// # Errors
    /// When something is missing, or an address is none.
    pub fn from_settings(settings: Settings) -> Result<Self, Error> {
        let servers = settings.servers.unwrap_or_default();
        let servers: Vec<Endpoint> = servers
            .iter()
            .map(|server| server.parse())
            .collect::<Result<_, _>>()?;
        match (settings.ca, settings.certificate, settings.key) {
            (Some(ca), Some(certificate), Some(key)) if !servers.is_empty() => Ok(Self {
                servers,
                ca,
                certificate,
                key,
                server_name: settings.server_name,
            }),
            (ca, certificate, key) => {
                let given = [
                    ("server", !servers.is_empty()),
                    ("ca", ca.is_some()),
                    ("certificate", certificate.is_some()),
                    ("key", key.is_some()),
                ];
                let missing = given.into_iter().filter(|(_, is_given)| !is_given);
                Err(Error::Missing {
                    settings: missing.map(|(setting, _)| setting).collect(),
                })
            }
        }
    }
}

/// Where the profile file usually is: `tandem/profile.toml` in `XDG_CONFIG_HOME`, in `~/.config`, or on Windows in `APPDATA`.
#[must_use]
pub fn default_profile_path() -> Option<PathBuf> {
    let folder = |name: &str| env::var_os(name).filter(|value| !value.is_empty());
    let configuration = folder("XDG_CONFIG_HOME")
        .map(PathBuf::from)
        .or_else(|| {
            folder("APPDATA")
                .filter(|_| cfg!(windows))
                .map(PathBuf::from)
        })
        .or_else(|| folder("HOME").map(|home| Path::new(&home).join(".config")))?;
    Some(configuration.join("tandem").join("profile.toml"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn settings(servers: Option<&str>, ca: Option<&str>) -> Settings {
        Settings {
            servers: servers.map(|server| vec![server.to_owned()]),
            ca: ca.map(PathBuf::from),
            ..Settings::default()
        }
    }

    #[test]
    fn the_nearer_source_wins_setting_by_setting() {
        let merged = settings(Some("flag"), None)
            .or(settings(Some("environment"), Some("environment.pem")))
            .or(settings(None, Some("file.pem")));
        assert_eq!(merged, settings(Some("flag"), Some("environment.pem")));
    }

    #[test]
    fn the_environment_names_several_servers_and_empty_variables_say_nothing() {
        let variables = |name: &str| match name {
            "TANDEM_SERVER" => Some("a:1, b,".to_owned()),
            "TANDEM_CA" => Some(String::new()),
            _ => None,
        };
        let read = Settings::from_environment(variables);
        assert_eq!(read.servers, Some(vec!["a:1".to_owned(), "b".to_owned()]));
        assert_eq!(read.ca, None);
    }

    #[test]
    fn paths_of_a_profile_start_at_its_folder() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("profile.toml");
        fs::write(
            &path,
            "servers = [\"a\"]\nca = \"ca.pem\"\nkey = \"/keys/me.key\"\n",
        )
        .unwrap();
        let read = Settings::from_file(&path).unwrap();
        assert_eq!(read.ca, Some(folder.path().join("ca.pem")));
        assert_eq!(read.key, Some(PathBuf::from("/keys/me.key")));
    }

    #[test]
    fn an_unknown_setting_is_refused_with_its_place() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("profile.toml");
        fs::write(&path, "server = \"a\"\n").unwrap();
        let refused = Settings::from_file(&path).unwrap_err().to_string();
        assert!(
            refused.contains("profile.toml") && refused.contains("servers"),
            "{refused}"
        );
    }

    #[test]
    fn what_is_missing_is_named() {
        let refused = Profile::from_settings(settings(Some("a"), None)).unwrap_err();
        assert_eq!(refused.to_string(), "no ca, certificate or key is given");
        let refused = Profile::from_settings(settings(None, Some("ca.pem"))).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "no server, certificate or key is given"
        );
    }
}
