//! The audit log: who meant to do what, written before any effect, and what came of it.

use std::time::SystemTime;

use super::Answer;

/// What somebody is about to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditIntent {
    /// When.
    pub when: SystemTime,
    /// Who, from the certificate.
    pub caller: String,
    /// From where.
    pub peer_address: String,
    /// The RPC as `package.Service/Method`.
    pub rpc: String,
    /// The command with its parameters, secrets left out.
    pub command: String,
    /// The operation's id, when the call is one.
    pub operation_id: Option<String>,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditOutcome {
    /// When it ended.
    pub when: SystemTime,
    /// The error id that it ended with; `None` when it succeeded.
    pub error_id: Option<String>,
    /// One sentence on the result.
    pub summary: String,
}

/// An entry of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditRecord {
    /// Its number, rising.
    pub number: u64,
    /// The intent.
    pub intent: AuditIntent,
    /// The outcome; `None` while it runs, or when the node died.
    pub outcome: Option<AuditOutcome>,
}

/// The audit log.
pub trait AuditLog: Send + Sync {
    /// Writes an intent; its number once it is durable.
    fn intend(&self, intent: AuditIntent) -> Answer<'_, u64>;

    /// Adds the outcome.
    fn conclude(&self, number: u64, outcome: AuditOutcome) -> Answer<'_, ()>;

    /// The newest first, at most `limit`.
    fn list(&self, limit: u32) -> Answer<'_, Vec<AuditRecord>>;

    /// Removes entries older than `before`; how many.
    fn forget_before(&self, before: SystemTime) -> Answer<'_, u64>;
}
