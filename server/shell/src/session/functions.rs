//! The functions of a session.

use std::sync::Arc;

use crate::command::CommandInfo;
use crate::session::SessionState;

impl SessionState {
    /// Names of the functions that the session defined.
    pub fn functions(&self) -> impl Iterator<Item = &str> {
        self.scopes.functions().map(|function| &*function.name)
    }

    /// The functions that the session defined, as commands.
    pub fn function_commands(&self) -> Vec<Arc<CommandInfo>> {
        let all = self.scopes.functions();
        all.map(|function| {
            Arc::new(crate::help::function::command_of(
                &function.name,
                &function.body,
            ))
        })
        .collect()
    }
}
