//! `$PSDefaultParameterValues`: what it holds for a command.

use crate::binder::DefaultValue;
use crate::convert::default_parameters::parts;
use crate::evaluate::operator::truth;
use crate::pipeline::engine::Engine;
use crate::text::{Culture, read, to_text};
use crate::value::Value;
use crate::wildcard::Wildcard;

impl Engine<'_> {
    /// What `$PSDefaultParameterValues` holds for a command, by its name or an alias of it.
    pub(super) fn default_values(&self, command: &str) -> Vec<DefaultValue> {
        let Some(variable) = self.session.scopes.find("psdefaultparametervalues") else {
            return Vec::new();
        };
        let Value::Dictionary(table) = &variable.value else {
            return Vec::new();
        };
        let entries = read(&table.entries);
        if entries.is_empty() {
            return Vec::new();
        }
        let mut found = Vec::new();
        for (key, value) in entries.values() {
            let key = to_text(key, Culture::Invariant);
            let key = key.trim();
            let Some((wanted, parameter)) = parts(key) else {
                if key.eq_ignore_ascii_case("Disabled") && truth(value) {
                    return Vec::new();
                }
                continue;
            };
            let pattern = Wildcard::new(&wanted);
            if pattern.matches(command) || self.has_alias(command, &pattern) {
                found.push(DefaultValue {
                    command: wanted,
                    parameter,
                    value: value.clone(),
                });
            }
        }
        found
    }

    fn has_alias(&self, command: &str, pattern: &Wildcard) -> bool {
        let aliases = self.session.scopes.aliases(None);
        aliases
            .iter()
            .any(|alias| alias.target.eq_ignore_ascii_case(command) && pattern.matches(&alias.name))
    }
}
