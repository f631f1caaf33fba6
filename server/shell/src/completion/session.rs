//! What a live session offers to completion: its variables and functions, the host's catalogue and lists.

use std::sync::Arc;

use crate::builtin;
use crate::command::CommandInfo;
use crate::completion::CompletionSource;
use crate::help::topic;
use crate::host::Host;
use crate::session::SessionState;
use crate::value::{Text, Value};

/// A session and its host.
#[derive(Clone, Copy)]
pub struct SessionSource<'a> {
    /// Variables and functions.
    pub state: &'a SessionState,
    /// The catalogue, and what its lists hold.
    pub host: &'a dyn Host,
}

impl CompletionSource for SessionSource<'_> {
    fn commands(&self) -> Vec<Arc<CommandInfo>> {
        let mut all = self.host.commands();
        all.extend(
            builtin::all()
                .iter()
                .map(|built_in| Arc::clone(&built_in.info)),
        );
        all
    }

    fn find_command(&self, name: &str) -> Option<Arc<CommandInfo>> {
        let own = self.state.function_commands().into_iter();
        if let Some(function) = own
            .into_iter()
            .find(|function| function.name.eq_ignore_ascii_case(name))
        {
            return Some(function);
        }
        let own = self.state.scopes.alias_target(name);
        let name = own.or_else(|| builtin::alias_target(name)).unwrap_or(name);
        builtin::find(name)
            .map(|built_in| Arc::clone(&built_in.info))
            .or_else(|| self.host.find_command(name))
    }

    fn aliases(&self) -> Vec<(Text, Text)> {
        self.state.aliases()
    }

    fn functions(&self) -> Vec<Arc<CommandInfo>> {
        self.state.function_commands()
    }

    fn variables(&self) -> Vec<(Text, Value, Text)> {
        self.state
            .variables()
            .into_iter()
            .map(|(name, value)| (name, value, Text::from("")))
            .collect()
    }

    fn list(&self, list: &str, prefix: &str, given: &[(Text, Text)]) -> Vec<Text> {
        self.host.completion_list(list, prefix, given)
    }

    fn history(&self) -> Vec<(u64, Text)> {
        let entries = self.state.history.entries();
        entries
            .map(|entry| (entry.id.unsigned_abs(), entry.line.clone()))
            .collect()
    }

    fn help_topics(&self) -> Vec<&'static str> {
        topic::offered(self.host.help_topics())
    }

    fn properties(&self, type_name: &str) -> Vec<(Text, Text)> {
        self.host.output_properties(type_name)
    }
}
