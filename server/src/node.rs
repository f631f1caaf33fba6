//! The parts of a running node, as cmdlets and services reach them: handles and narrow traits, never a concrete store.

use crate::windows_services::WindowsServices;

/// One running node.
#[derive(Debug)]
pub struct Node {
    /// The pool that this node serves.
    pub pool: String,
    /// The computer that this node is, by its fully qualified domain name.
    pub machine: String,
    /// The Windows services and what they are doing.
    pub services: WindowsServices,
}
