//! What the `#requires` comments of a text ask for.

use std::sync::Arc;

use crate::value::Text;

/// The numbers of a `System.Version`.
pub type VersionNumbers = Arc<[i32]>;

/// `ScriptRequirements`: checked when a file is run, told to nobody else.
#[derive(Debug, Default)]
pub struct ScriptRequirements {
    /// `-ShellId`.
    pub shell: Option<Text>,
    /// `-Version`.
    pub version: Option<VersionNumbers>,
    /// `-PSEdition`.
    pub editions: Vec<Text>,
    /// `-Modules`.
    pub modules: Vec<ModuleSpecification>,
}

/// A module that is required, and of which versions.
#[derive(Debug, Default)]
pub struct ModuleSpecification {
    /// Its name.
    pub name: Text,
    /// `ModuleVersion`: the least.
    pub least: Option<VersionNumbers>,
    /// `MaximumVersion`, as written.
    pub most: Option<Text>,
    /// `RequiredVersion`: the only one.
    pub only: Option<VersionNumbers>,
}
