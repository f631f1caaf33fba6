//! The parts of a running node, as cmdlets and services reach them: handles and narrow traits, never a concrete store.

use std::fmt;
use std::sync::Arc;

use tandem_domain::identity::Fqdn;

use crate::backup::Backup;
use crate::management::Management;
use crate::operation::Operations;
use crate::ownership::Ownership;
use crate::peer::{Exchange, Peers};
use crate::store::Stores;
use crate::windows_services::WindowsServices;

/// One running node.
pub struct Node {
    /// The pool that this node serves.
    pub pool: Fqdn,
    /// The computer that this node is.
    pub machine: Fqdn,
    /// The Windows services and what they are doing.
    pub services: Arc<WindowsServices>,
    /// What the node keeps.
    pub stores: Stores,
    /// The other pools.
    pub peers: Peers,
    /// The published documents.
    pub management: Management,
    /// Who serves which home pool.
    pub ownership: Ownership,
    /// What is known of the other pools.
    pub exchange: Exchange,
    /// The Backup Service.
    pub backup: Backup,
    /// What moves users between pools.
    pub operations: Operations,
}

impl fmt::Debug for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Node")
            .field("pool", &self.pool)
            .field("machine", &self.machine)
            .finish_non_exhaustive()
    }
}
