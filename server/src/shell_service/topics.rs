//! What the product itself has to tell: `about_` topics beside those of the language.

use tandem_shell::help::topic::Topic;

/// The product's topics; `default` answers a bare `Get-Help`.
pub(super) const PRODUCT: &[Topic] = tandem_shell::topics![
    "about_Backup_Service",
    "about_Language_Modes",
    "about_Pool_Failover",
    "about_Tandem",
    "about_Tandem_Client",
    "about_Tandem_Operations",
    "default",
];

#[cfg(test)]
#[path = "topics_tests.rs"]
mod tests;
