//! Names as administrators write them, parsed once at the edge so that the rest of the domain compares values, not spellings.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Why a text is not the name it should be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Not a host name by RFC 1123 (underscores, which Windows allows, are accepted).
    #[error("\"{text}\" is not a fully qualified domain name: {reason}")]
    Fqdn {
        /// The text as it was given.
        text: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// Not a `sip:user@domain` URI.
    #[error("\"{text}\" is not a SIP address: {reason}")]
    SipUri {
        /// The text as it was given.
        text: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// Not an identity of the form that was asked for.
    #[error("\"{text}\" is not a valid identity: {reason}")]
    Identity {
        /// The text as it was given.
        text: String,
        /// What is wrong with it.
        reason: &'static str,
    },
}

/// A fully qualified domain name, at most 253 characters, kept in lower case: two spellings of one host are one value.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Fqdn(String);

impl Fqdn {
    /// Parses and lowers `text`. A name of one label is accepted: topology documents name SQL hosts so.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let fail = |reason| Error::Fqdn {
            text: shorten(text),
            reason,
        };
        if text.is_empty() {
            return Err(fail("it is empty"));
        }
        if text.len() > 253 {
            return Err(fail("it is longer than 253 characters"));
        }
        for label in text.split('.') {
            if label.is_empty() {
                return Err(fail("a label between two dots is empty"));
            }
            if label.len() > 63 {
                return Err(fail("a label is longer than 63 characters"));
            }
            if label.starts_with('-') || label.ends_with('-') {
                return Err(fail("a label starts or ends with a hyphen"));
            }
            if !label
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
            {
                return Err(fail("it has a character that host names do not have"));
            }
        }
        Ok(Self(text.to_ascii_lowercase()))
    }

    /// The name in lower case.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Fqdn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Fqdn {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self, Error> {
        Self::parse(text)
    }
}

impl TryFrom<String> for Fqdn {
    type Error = Error;
    fn try_from(text: String) -> Result<Self, Error> {
        Self::parse(&text)
    }
}

impl From<Fqdn> for String {
    fn from(fqdn: Fqdn) -> Self {
        fqdn.0
    }
}

/// A user's SIP address, kept as `sip:user@domain` in lower case (SIP addresses of users compare without case).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SipUri(String);

impl SipUri {
    /// Parses `sip:user@domain`. The `sip:` prefix is required: without it the text may be a user principal name.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let fail = |reason| Error::SipUri {
            text: shorten(text),
            reason,
        };
        let lowered = text.to_lowercase();
        let Some(rest) = lowered.strip_prefix("sip:") else {
            return Err(fail("it does not start with \"sip:\""));
        };
        if rest.len() > 450 {
            return Err(fail("it is longer than 450 characters"));
        }
        let Some((user, domain)) = rest.split_once('@') else {
            return Err(fail("it has no \"@\""));
        };
        if user.is_empty() {
            return Err(fail("there is no user before the \"@\""));
        }
        if user
            .chars()
            .any(|c| c.is_whitespace() || c.is_control() || "@<>\"\\".contains(c))
        {
            return Err(fail(
                "the user part has a character that SIP addresses do not have",
            ));
        }
        if Fqdn::parse(domain).is_err() {
            return Err(fail("what follows the \"@\" is not a domain name"));
        }
        Ok(Self(lowered))
    }

    /// The whole URI with its `sip:`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// `user@domain`, without the scheme.
    pub fn address(&self) -> &str {
        self.0.strip_prefix("sip:").unwrap_or(&self.0)
    }

    /// The part after the `@`.
    pub fn domain(&self) -> &str {
        self.0.split_once('@').map_or("", |(_, domain)| domain)
    }
}

impl fmt::Display for SipUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for SipUri {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self, Error> {
        Self::parse(text)
    }
}

impl TryFrom<String> for SipUri {
    type Error = Error;
    fn try_from(text: String) -> Result<Self, Error> {
        Self::parse(&text)
    }
}

impl From<SipUri> for String {
    fn from(uri: SipUri) -> Self {
        uri.0
    }
}

/// The four ways in which `-Identity` of a user cmdlet may name a user (UserIdParameter).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UserId {
    /// `sip:kenmyer@contoso.com`.
    SipAddress(SipUri),
    /// `kenmyer@contoso.com`: a user principal name. It often equals the SIP address, so both are tried.
    UserPrincipalName(String),
    /// `CONTOSO\kenmyer`.
    Logon {
        /// The NetBIOS name of the domain.
        domain: String,
        /// The logon name.
        name: String,
    },
    /// `Ken Myer`: the display name, in which `*` is a wildcard.
    DisplayName(String),
}

impl UserId {
    /// Tells the forms apart by their punctuation. Only a text that claims to be a SIP address can fail to be one.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let text = text.trim();
        if text.is_empty() {
            return Err(Error::Identity {
                text: String::new(),
                reason: "it is empty",
            });
        }
        if has_prefix(text, "sip:") {
            return SipUri::parse(text).map(Self::SipAddress);
        }
        if let Some((domain, name)) = text.split_once('\\') {
            if domain.is_empty() || name.is_empty() {
                return Err(Error::Identity {
                    text: shorten(text),
                    reason: "a logon name is written DOMAIN\\name",
                });
            }
            return Ok(Self::Logon {
                domain: domain.to_owned(),
                name: name.to_owned(),
            });
        }
        if text.contains('@') && !text.contains(' ') {
            return Ok(Self::UserPrincipalName(text.to_lowercase()));
        }
        Ok(Self::DisplayName(text.to_owned()))
    }
}

/// An identity in the Central Management store, in any of the forms that cmdlets accept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Identity {
    /// `Global`.
    Global,
    /// `Site:Redmond`.
    Site(String),
    /// `Registrar:pool1.contoso.com`, also written `service:Registrar:pool1.contoso.com`.
    Service {
        /// The word before the FQDN, as it was written: [`crate::topology::Role::from_identity_prefix`] knows the roles.
        prefix: String,
        /// The pool that the service runs on.
        pool: Fqdn,
    },
    /// `Tag:RedmondPolicy`.
    Tag(String),
    /// A bare name: a pool's FQDN, a site's name, a policy's name. Which of them, the cmdlet knows.
    Bare(String),
}

impl Identity {
    /// Tells the forms apart by their prefixes, which compare without case.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let fail = |reason| Error::Identity {
            text: shorten(text),
            reason,
        };
        let trimmed = text.trim();
        if trimmed.is_empty() {
            return Err(fail("it is empty"));
        }
        if trimmed.eq_ignore_ascii_case("global") {
            return Ok(Self::Global);
        }
        if has_prefix(trimmed, "site:") {
            return match &trimmed["site:".len()..] {
                "" => Err(fail("a site's name follows \"Site:\"")),
                name => Ok(Self::Site(name.to_owned())),
            };
        }
        if has_prefix(trimmed, "tag:") {
            return match &trimmed["tag:".len()..] {
                "" => Err(fail("a name follows \"Tag:\"")),
                name => Ok(Self::Tag(name.to_owned())),
            };
        }
        let service = if has_prefix(trimmed, "service:") {
            &trimmed["service:".len()..]
        } else {
            trimmed
        };
        match service.split_once(':') {
            Some((prefix, pool)) if !prefix.is_empty() => Ok(Self::Service {
                prefix: prefix.to_owned(),
                pool: Fqdn::parse(pool).map_err(|_| fail("a pool's FQDN follows the service"))?,
            }),
            Some(_) => Err(fail("a service stands before the colon")),
            None if service.len() < trimmed.len() => {
                Err(fail("\"service:\" is followed by a service and a pool"))
            }
            None => Ok(Self::Bare(trimmed.to_owned())),
        }
    }
}

fn has_prefix(text: &str, prefix: &str) -> bool {
    text.get(..prefix.len())
        .is_some_and(|head| head.eq_ignore_ascii_case(prefix))
}

/// Error texts quote what was given; a hostile megabyte is not quoted whole.
fn shorten(text: &str) -> String {
    const LIMIT: usize = 80;
    if text.chars().count() <= LIMIT {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(LIMIT).collect();
    short.push('…');
    short
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn spellings_of_one_host_are_one_value() {
        assert_eq!(
            Fqdn::parse("Pool1.Contoso.COM").unwrap(),
            Fqdn::parse("pool1.contoso.com").unwrap()
        );
    }

    #[test]
    fn hosts_that_are_none() {
        for text in [
            "", ".", "a..b", "-a.com", "a-.com", "a b.com", "ä.com", "a.com.",
        ] {
            assert!(Fqdn::parse(text).is_err(), "{text:?} was accepted");
        }
        assert!(Fqdn::parse(&"a".repeat(64)).is_err());
        assert!(Fqdn::parse(&["a"; 130].join(".")).is_err());
    }

    #[test]
    fn sip_addresses() {
        let uri = SipUri::parse("SIP:KenMyer@Contoso.com").unwrap();
        assert_eq!(uri.as_str(), "sip:kenmyer@contoso.com");
        assert_eq!(uri.address(), "kenmyer@contoso.com");
        assert_eq!(uri.domain(), "contoso.com");
        for text in [
            "kenmyer@contoso.com",
            "sip:",
            "sip:@contoso.com",
            "sip:a@",
            "sip:a b@c.com",
            "sip:a@b@c",
        ] {
            assert!(SipUri::parse(text).is_err(), "{text:?} was accepted");
        }
    }

    #[test]
    fn forms_of_a_user() {
        assert!(matches!(
            UserId::parse("sip:a@b.com"),
            Ok(UserId::SipAddress(_))
        ));
        assert!(matches!(
            UserId::parse("a@b.com"),
            Ok(UserId::UserPrincipalName(_))
        ));
        assert!(matches!(
            UserId::parse("CONTOSO\\a"),
            Ok(UserId::Logon { .. })
        ));
        assert!(matches!(
            UserId::parse("Ken Myer"),
            Ok(UserId::DisplayName(_))
        ));
        assert!(UserId::parse("sip:nobody").is_err());
        assert!(UserId::parse(" ").is_err());
    }

    #[test]
    fn forms_of_an_identity() {
        let service = Identity::Service {
            prefix: "Registrar".into(),
            pool: Fqdn::parse("pool1.contoso.com").unwrap(),
        };
        assert_eq!(
            Identity::parse("Registrar:pool1.contoso.com"),
            Ok(service.clone())
        );
        assert_eq!(
            Identity::parse("service:Registrar:POOL1.contoso.com"),
            Ok(service)
        );
        assert_eq!(
            Identity::parse("SITE:Redmond"),
            Ok(Identity::Site("Redmond".into()))
        );
        assert_eq!(Identity::parse("global"), Ok(Identity::Global));
        assert_eq!(
            Identity::parse("Redmond"),
            Ok(Identity::Bare("Redmond".into()))
        );
        for text in [
            "",
            "Site:",
            "Tag:",
            ":pool",
            "service:",
            "Registrar:",
            "Registrar:not a host",
        ] {
            assert!(Identity::parse(text).is_err(), "{text:?} was accepted");
        }
    }

    #[test]
    fn a_long_text_is_not_quoted_whole() {
        let message = Fqdn::parse(&"x".repeat(100_000)).unwrap_err().to_string();
        assert!(message.len() < 300);
    }
}
