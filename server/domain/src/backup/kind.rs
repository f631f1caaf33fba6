//! What belongs to which module of the Backup Service.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A part of a pool's data that is backed up on its own, with its own watermark and state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum BackupModule {
    /// Persistent user data: contacts, groups, settings, presence, scheduled conferences.
    #[serde(rename = "UserServices.PresenceFocus")]
    PresenceFocus,
    /// The content of conferences: files.
    #[serde(rename = "ConfServices.DataConf")]
    DataConf,
    /// The Central Management store; ships only from its active master.
    #[serde(rename = "CentralMgmt.CMSMaster")]
    CmsMaster,
}

/// A group of modules, as `-Category` names them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum BackupCategory {
    /// `UserServices.PresenceFocus` and `ConfServices.DataConf`.
    UserData,
    /// `CentralMgmt.CMSMaster`.
    #[serde(rename = "CMS")]
    Cms,
}

impl BackupCategory {
    /// Its modules.
    #[must_use]
    pub fn modules(self) -> &'static [BackupModule] {
        match self {
            Self::UserData => &[BackupModule::PresenceFocus, BackupModule::DataConf],
            Self::Cms => &[BackupModule::CmsMaster],
        }
    }

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::UserData => "UserData",
            Self::Cms => "CMS",
        }
    }
}

impl BackupModule {
    /// All modules of Lync Server 2013, in the order in which status is shown.
    pub const ALL: [Self; 3] = [Self::PresenceFocus, Self::DataConf, Self::CmsMaster];

    /// The full name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::PresenceFocus => "UserServices.PresenceFocus",
            Self::DataConf => "ConfServices.DataConf",
            Self::CmsMaster => "CentralMgmt.CMSMaster",
        }
    }

    /// The category that it belongs to.
    #[must_use]
    pub fn category(self) -> BackupCategory {
        match self {
            Self::PresenceFocus | Self::DataConf => BackupCategory::UserData,
            Self::CmsMaster => BackupCategory::Cms,
        }
    }
}

impl fmt::Display for BackupModule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// `-BackupModule` names no module.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "There is no backup module \"{name}\". The modules are All, PresenceFocus, DataConf, CMSMaster, and their full names UserServices.PresenceFocus, ConfServices.DataConf, CentralMgmt.CMSMaster."
)]
pub struct UnknownModule {
    /// The name that was given, shortened.
    pub name: String,
}

/// The modules that a name means: a full name, a short one, `CentralMgmt`, or `All`. Case does not matter.
pub fn parse_modules(name: &str) -> Result<&'static [BackupModule], UnknownModule> {
    match name.trim().to_ascii_lowercase().as_str() {
        "all" => Ok(&BackupModule::ALL),
        "presencefocus" | "userservices.presencefocus" => Ok(&[BackupModule::PresenceFocus]),
        "dataconf" | "confservices.dataconf" => Ok(&[BackupModule::DataConf]),
        "cmsmaster" | "centralmgmt" | "centralmgmt.cmsmaster" => Ok(&[BackupModule::CmsMaster]),
        _ => Err(UnknownModule {
            name: name.chars().take(80).collect(),
        }),
    }
}

/// The kinds of documents that are stored and backed up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DocumentKind {
    /// A user's account in this deployment.
    Account,
    /// An entry of a user's contact list.
    Contact,
    /// A group of a user's contact list.
    Group,
    /// A setting of a user: forwarding, privacy, …
    Setting,
    /// The presence that a user has set, which persists.
    Presence,
    /// Who may see what of a user.
    Rights,
    /// A scheduled conference.
    Conference,
    /// A file of a conference.
    ConferenceContent,
    /// The published topology.
    Topology,
    /// A configuration object.
    Configuration,
    /// A policy.
    Policy,
    /// A role and its members.
    Role,
}

impl DocumentKind {
    /// The kinds that belong to users, in the order in which losses are listed.
    pub const USER_DATA: [Self; 8] = [
        Self::Account,
        Self::Contact,
        Self::Group,
        Self::Setting,
        Self::Presence,
        Self::Rights,
        Self::Conference,
        Self::ConferenceContent,
    ];

    /// Every kind.
    pub const ALL: [Self; 12] = [
        Self::Account,
        Self::Contact,
        Self::Group,
        Self::Setting,
        Self::Presence,
        Self::Rights,
        Self::Conference,
        Self::ConferenceContent,
        Self::Topology,
        Self::Configuration,
        Self::Policy,
        Self::Role,
    ];

    /// The module that backs it up.
    #[must_use]
    pub fn module(self) -> BackupModule {
        match self {
            Self::Account
            | Self::Contact
            | Self::Group
            | Self::Setting
            | Self::Presence
            | Self::Rights
            | Self::Conference => BackupModule::PresenceFocus,
            Self::ConferenceContent => BackupModule::DataConf,
            Self::Topology | Self::Configuration | Self::Policy | Self::Role => {
                BackupModule::CmsMaster
            }
        }
    }

    /// Whether it is a file in the file store rather than a record.
    #[must_use]
    pub fn is_file(self) -> bool {
        self == Self::ConferenceContent
    }

    /// The name in the store and in the contract.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Contact => "contact",
            Self::Group => "group",
            Self::Setting => "setting",
            Self::Presence => "presence",
            Self::Rights => "rights",
            Self::Conference => "conference",
            Self::ConferenceContent => "conference_content",
            Self::Topology => "topology",
            Self::Configuration => "configuration",
            Self::Policy => "policy",
            Self::Role => "role",
        }
    }

    /// The kind of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

impl fmt::Display for DocumentKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn both_spellings_of_a_module() {
        for module in BackupModule::ALL {
            assert_eq!(parse_modules(module.name()).unwrap(), [module]);
            let short = module.name().split_once('.').unwrap().1;
            assert_eq!(parse_modules(&short.to_uppercase()).unwrap(), [module]);
        }
        assert_eq!(parse_modules("All").unwrap(), BackupModule::ALL);
        assert!(
            parse_modules("ApplicationServer.RGSDataStore").is_err(),
            "Lync Server 2013 has no such module"
        );
    }

    #[test]
    fn every_kind_has_a_name_and_a_module() {
        for kind in DocumentKind::ALL {
            assert_eq!(DocumentKind::from_name(kind.name()), Some(kind));
            let user_data = DocumentKind::USER_DATA.contains(&kind);
            assert_eq!(
                user_data,
                kind.module().category() == BackupCategory::UserData
            );
        }
    }
}
