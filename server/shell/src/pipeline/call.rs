//! What a function knows of its call: `$PSBoundParameters` and `$MyInvocation`, made where its body mentions them.

use indexmap::IndexMap;

use crate::error_record::Invocation;
use crate::evaluate::dictionary;
use crate::language::ast::Block;
use crate::members::invocation_of_function;
use crate::pipeline::engine::Engine;
use crate::text::write;
use crate::value::{Text, Value};

/// `$PSBoundParameters`, by the lower case.
const BOUND_PARAMETERS: &str = "psboundparameters";

/// The type of [`BOUND_PARAMETERS`].
const DICTIONARY: &str = "System.Management.Automation.PSBoundParametersDictionary";

/// `$MyInvocation`, by the lower case.
const MY_INVOCATION: &str = "myinvocation";

/// Whether a body has a variable of that name, or something that looks like one.
fn mentions(body: &Block, name: &str) -> bool {
    let text = body.source.text.as_bytes();
    let text = text
        .get(body.extent.start..body.extent.end)
        .unwrap_or_default();
    text.iter().enumerate().any(|(at, byte)| {
        // `${Name}`, `@Name` and `$script:Name` are rare enough to be looked for by the name alone.
        byte.eq_ignore_ascii_case(&name.as_bytes()[0])
            && text
                .get(at..at + name.len())
                .is_some_and(|found| found.eq_ignore_ascii_case(name.as_bytes()))
    })
}

impl Engine<'_> {
    /// Makes the variables of a call in the innermost scope.
    pub(super) fn declare_call(
        &mut self,
        body: &Block,
        invocation: &Invocation,
        bound: Vec<(Text, Value)>,
    ) {
        if mentions(body, BOUND_PARAMETERS) {
            let entries: IndexMap<Text, (Value, Value)> = bound
                .into_iter()
                .map(|(name, value)| {
                    let key = name.to_lowercase().into();
                    (key, (Value::String(name), value))
                })
                .collect();
            let table = dictionary(DICTIONARY, entries);
            self.session
                .scopes
                .set_local(&BOUND_PARAMETERS.into(), table);
        }
        if mentions(body, MY_INVOCATION) {
            let info = invocation_of_function(invocation);
            self.session.scopes.set_local(&MY_INVOCATION.into(), info);
        }
    }

    /// Adds what an input object bound.
    pub(super) fn note_bound(&mut self, bound: &[(Text, Value)]) {
        let table = self
            .session
            .scopes
            .find(BOUND_PARAMETERS)
            .map(|variable| &variable.value);
        let Some(Value::Dictionary(table)) = table.filter(|_| !bound.is_empty()) else {
            return;
        };
        if &*table.type_name != DICTIONARY {
            return;
        }
        let mut entries = write(&table.entries);
        for (name, value) in bound {
            let key = name.to_lowercase().into();
            entries.insert(key, (Value::String(name.clone()), value.clone()));
        }
    }
}
