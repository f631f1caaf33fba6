//! What every part of a running line has at hand: the session's state and the host.

use crate::host::Host;
use crate::session::SessionState;

/// The session's state and the host, lent to whatever runs.
pub struct Engine<'a> {
    /// Variables, functions, preferences, errors.
    pub session: &'a mut SessionState,
    /// The door to the world.
    pub host: &'a dyn Host,
}

impl Engine<'_> {
    /// The same, lent on.
    pub fn lend(&mut self) -> Engine<'_> {
        Engine {
            session: self.session,
            host: self.host,
        }
    }
}
