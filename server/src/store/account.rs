//! Accounts: the documents that say who is homed where.

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use tandem_domain::backup::DocumentKind;
use tandem_domain::identity::{Fqdn, SipUri};

use super::{DocumentKey, Error, Result};

/// A user that is enabled in this deployment. Its document's owner is the SIP address and its body is this, as JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The pool that the user is homed on. It stands in the document's key, not in its body.
    pub home_pool: Fqdn,
    /// The SIP address.
    pub sip_address: SipUri,
    /// The rest.
    pub details: AccountDetails,
}

/// What an account's body holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct AccountDetails {
    /// The name shown.
    pub display_name: String,
    /// The logon name without its domain.
    pub sam_account_name: String,
    /// The user principal name.
    pub user_principal_name: String,
    /// Whether the user is enabled.
    pub enabled: bool,
    /// Whether Enterprise Voice is on.
    pub enterprise_voice_enabled: bool,
}

/// A name by which an account is looked up. All compare without case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AccountName {
    /// The SIP address.
    SipAddress(SipUri),
    /// The user principal name.
    UserPrincipalName(String),
    /// The logon name.
    SamAccountName(String),
    /// The name shown; `*` stands for any characters.
    DisplayName(String),
}

impl Account {
    /// The key of its document.
    #[must_use]
    pub fn key(&self) -> DocumentKey {
        Self::key_of(&self.sip_address)
    }

    /// The key of the account document of a user.
    #[must_use]
    pub fn key_of(sip_address: &SipUri) -> DocumentKey {
        DocumentKey {
            owner: sip_address.as_str().to_owned(),
            kind: DocumentKind::Account,
            key: String::new(),
        }
    }

    /// The body of its document.
    ///
    /// # Errors
    /// Never with details that are text and flags; the encoder's signature asks for it.
    pub fn body(&self) -> Result<Bytes> {
        serde_json::to_vec(&self.details)
            .map(Bytes::from)
            .map_err(|error| Error::Invalid(format!("an account cannot be written: {error}")))
    }
}

impl AccountDetails {
    /// Reads the body of an account document.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the body is no account.
    pub fn from_body(body: &[u8]) -> Result<Self> {
        serde_json::from_slice(body).map_err(|error| {
            Error::Invalid(format!(
                "the body of an account document is no account: {error}"
            ))
        })
    }
}
