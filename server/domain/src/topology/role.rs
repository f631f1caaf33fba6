//! The roles that a service may have, with their two names: the one in documents and the one in identities.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What a service does.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
#[allow(
    missing_docs,
    reason = "the names are Microsoft's own; the table below gives both spellings"
)]
pub enum Role {
    UserServer,
    Registrar,
    Director,
    ConferencingServer,
    WebServer,
    ApplicationServer,
    MediationServer,
    EdgeServer,
    CentralManagement,
    ManagementServer,
    PersistentChatServer,
    ArchivingServer,
    MonitoringServer,
    ProvisionServer,
    TrustedApplicationPool,
    PstnGateway,
    VideoGateway,
    VideoInteropServer,
    WacServer,
    FileStore,
    UserDatabase,
    ApplicationDatabase,
    ArchivingDatabase,
    MonitoringDatabase,
    CentralManagementDatabase,
    ProvisionDatabase,
    PersistentChatDatabase,
    PersistentChatComplianceDatabase,
    /// A role that is not known here, by the name that the document gives it.
    Other(String),
}

/// Role, name in topology documents, prefix of the service's identity (which is also the switch of Get-CsService).
const NAMES: &[(Role, &str, &str)] = &[
    (Role::UserServer, "UserServices", "UserServer"),
    (Role::Registrar, "Registrar", "Registrar"),
    (
        Role::ConferencingServer,
        "ConfServices",
        "ConferencingServer",
    ),
    (Role::WebServer, "WebServices", "WebServer"),
    (
        Role::ApplicationServer,
        "ApplicationServer",
        "ApplicationServer",
    ),
    (Role::MediationServer, "MediationServer", "MediationServer"),
    (Role::EdgeServer, "EdgeServer", "EdgeServer"),
    (Role::CentralManagement, "CentralMgmt", "CentralManagement"),
    (
        Role::ManagementServer,
        "ManagementServices",
        "ManagementServer",
    ),
    (
        Role::PersistentChatServer,
        "PersistentChatServices",
        "PersistentChatServer",
    ),
    (
        Role::ArchivingServer,
        "ArchivingServices",
        "ArchivingServer",
    ),
    (
        Role::MonitoringServer,
        "MonitoringServices",
        "MonitoringServer",
    ),
    (
        Role::ProvisionServer,
        "ProvisionServices",
        "ProvisionServer",
    ),
    (
        Role::TrustedApplicationPool,
        "ExternalServer",
        "TrustedApplicationPool",
    ),
    (Role::PstnGateway, "PstnGateway", "PstnGateway"),
    (Role::VideoGateway, "VideoGateway", "VideoGateway"),
    (
        Role::VideoInteropServer,
        "VideoInteropServer",
        "VideoInteropServer",
    ),
    (Role::WacServer, "WacService", "WacServer"),
    (Role::FileStore, "FileStore", "FileStore"),
    (Role::UserDatabase, "UserStore", "UserDatabase"),
    (
        Role::ApplicationDatabase,
        "ApplicationStore",
        "ApplicationDatabase",
    ),
    (
        Role::ArchivingDatabase,
        "ArchivingStore",
        "ArchivingDatabase",
    ),
    (
        Role::MonitoringDatabase,
        "MonitoringStore",
        "MonitoringDatabase",
    ),
    (
        Role::CentralManagementDatabase,
        "CentralMgmtStore",
        "CentralManagementDatabase",
    ),
    (
        Role::ProvisionDatabase,
        "ProvisionStore",
        "ProvisionDatabase",
    ),
    (
        Role::PersistentChatDatabase,
        "PersistentChatStore",
        "PersistentChatDatabase",
    ),
    (
        Role::PersistentChatComplianceDatabase,
        "PersistentChatComplianceStore",
        "PersistentChatComplianceDatabase",
    ),
    // A Director is a Registrar service in the document; the name stands last so that it never wins a look-up by document name.
    (Role::Director, "Registrar", "Director"),
];

impl Role {
    /// The role that a document calls `name`. A Director is told apart from a Registrar by its `IsDirector` attribute.
    #[must_use]
    pub fn from_document_name(name: &str) -> Self {
        NAMES
            .iter()
            .find(|(_, document, _)| *document == name)
            .map_or_else(|| Self::Other(name.to_owned()), |(role, _, _)| role.clone())
    }

    /// The role whose identities start with `prefix`, compared without case. `ConferenceServer` is accepted for
    /// `ConferencingServer`, because the parameters of other cmdlets call it so.
    #[must_use]
    pub fn from_identity_prefix(prefix: &str) -> Option<Self> {
        if prefix.eq_ignore_ascii_case("ConferenceServer") {
            return Some(Self::ConferencingServer);
        }
        NAMES
            .iter()
            .find(|(_, _, identity)| identity.eq_ignore_ascii_case(prefix))
            .map(|(role, _, _)| role.clone())
    }

    /// The role's name in topology documents: `UserServices`.
    #[must_use]
    pub fn document_name(&self) -> &str {
        self.names().0
    }

    /// The word before the FQDN in a service's identity: `UserServer`.
    #[must_use]
    pub fn identity_prefix(&self) -> &str {
        self.names().1
    }

    fn names(&self) -> (&str, &str) {
        if let Self::Other(name) = self {
            return (name, name);
        }
        NAMES
            .iter()
            .find(|(role, _, _)| role == self)
            .map_or(("", ""), |(_, document, identity)| (document, identity))
    }

    /// Whether the service is a database on a SQL instance.
    #[must_use]
    pub fn is_database(&self) -> bool {
        self.identity_prefix().ends_with("Database")
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.identity_prefix())
    }
}

impl From<String> for Role {
    fn from(name: String) -> Self {
        // The readable form may use either name.
        Self::from_identity_prefix(&name).unwrap_or_else(|| Self::from_document_name(&name))
    }
}

impl From<Role> for String {
    fn from(role: Role) -> Self {
        role.identity_prefix().to_owned()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn both_names_lead_back_to_the_role() {
        for (role, document, identity) in NAMES {
            assert_eq!(role.document_name(), *document);
            assert_eq!(role.identity_prefix(), *identity);
            assert_eq!(
                Role::from_identity_prefix(&identity.to_lowercase()).unwrap(),
                *role
            );
            if *role != Role::Director {
                assert_eq!(Role::from_document_name(document), *role);
            }
        }
    }

    #[test]
    fn an_unknown_role_keeps_its_name() {
        let role = Role::from_document_name("HolographyServices");
        assert_eq!(role.document_name(), "HolographyServices");
        assert_eq!(Role::from_identity_prefix("HolographyServices"), None);
        assert_eq!(Role::from("UserServices".to_owned()), Role::UserServer);
    }
}
