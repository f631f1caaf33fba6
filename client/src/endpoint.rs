//! Where a node listens, as people write it.

use std::fmt;
use std::str::FromStr;

use crate::Error;

/// The port that a node listens at unless its configuration says otherwise.
pub const DEFAULT_PORT: u16 = 8443;

/// A node's address: `host`, `host:port`, `[v6]:port`, with or without `https://`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Endpoint {
    /// DNS name or IP address, an IPv6 address without brackets.
    pub host: String,
    /// TCP port.
    pub port: u16,
}

impl FromStr for Endpoint {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let unreadable = || Error::Endpoint(text.to_owned());
        let bare = text
            .trim()
            .trim_start_matches("https://")
            .trim_end_matches('/');
        let (host, port) = match bare.strip_prefix('[') {
            Some(rest) => {
                let (host, after) = rest.split_once(']').ok_or_else(unreadable)?;
                (
                    host,
                    after
                        .strip_prefix(':')
                        .or_else(|| after.is_empty().then_some("")),
                )
            }
            // More than one colon without brackets is an IPv6 address without a port.
            None if bare.matches(':').count() > 1 => (bare, Some("")),
            None => match bare.split_once(':') {
                Some((host, port)) => (host, Some(port).filter(|port| !port.is_empty())),
                None => (bare, Some("")),
            },
        };
        let port = match port.ok_or_else(unreadable)? {
            "" => DEFAULT_PORT,
            digits => digits.parse().map_err(|_| unreadable())?,
        };
        let readable = |character: char| {
            character.is_alphanumeric() || matches!(character, '.' | '-' | '_' | ':' | '%')
        };
        if host.is_empty() || port == 0 || !host.chars().all(readable) {
            return Err(unreadable());
        }
        Ok(Self {
            host: host.to_owned(),
            port,
        })
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(formatter, "[{}]:{}", self.host, self.port)
        } else {
            write!(formatter, "{}:{}", self.host, self.port)
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn read(text: &str) -> Option<(String, u16)> {
        let endpoint = text.parse::<Endpoint>().ok()?;
        Some((endpoint.host, endpoint.port))
    }

    #[test]
    fn addresses_are_read_as_people_write_them() {
        let at = |host: &str, port| Some((host.to_owned(), port));
        assert_eq!(
            read("pool1.contoso.com"),
            at("pool1.contoso.com", DEFAULT_PORT)
        );
        assert_eq!(
            read("pool1.contoso.com:7000"),
            at("pool1.contoso.com", 7000)
        );
        assert_eq!(
            read("https://pool1.contoso.com:7000/"),
            at("pool1.contoso.com", 7000)
        );
        assert_eq!(read("[::1]:7000"), at("::1", 7000));
        assert_eq!(read("[::1]"), at("::1", DEFAULT_PORT));
        assert_eq!(read("fe80::1%eth0"), at("fe80::1%eth0", DEFAULT_PORT));
        assert_eq!(read("127.0.0.1:1"), at("127.0.0.1", 1));
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for text in [
            "",
            ":7000",
            "host:",
            "host:0",
            "host:70000",
            "host:x",
            "[::1",
            "[::1]7000",
            "a b",
            "http://x",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn an_address_is_written_as_it_is_read() {
        for text in ["pool1.contoso.com:7000", "[::1]:7000"] {
            assert_eq!(text.parse::<Endpoint>().unwrap().to_string(), text);
        }
    }
}
