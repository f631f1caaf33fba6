//! -OutBuffer, and the variables of -OutVariable and its like, made when all commands of a pipeline are bound (`SetupParameterVariables`).

use std::sync::{Arc, RwLock};

use crate::error_record::ErrorRecord;
use crate::evaluate::types::exception_around;
use crate::evaluate::{MAX_GROWTH, not_writable};
use crate::pipeline::engine::Engine;
use crate::pipeline::halt::Halt;
use crate::pipeline::runtime::{CommandState, OutBuffer, Slot};
use crate::text::{Culture, to_text, write};
use crate::value::{List, Text, Value};

/// What a command keeps of what it writes.
#[derive(Clone, Debug, Default)]
pub struct Kept {
    /// -OutVariable.
    pub output: Option<Arc<List>>,
    /// -ErrorVariable.
    pub error: Option<Arc<List>>,
    /// -WarningVariable.
    pub warning: Option<Arc<List>>,
    /// -InformationVariable.
    pub information: Option<Arc<List>>,
    /// -PipelineVariable, by its name in lower case.
    pub pipeline: Option<Text>,
}

impl Kept {
    /// Appends to a list that is kept, if it is.
    pub(super) fn append(list: Option<&Arc<List>>, value: impl FnOnce() -> Value) {
        if let Some(list) = list {
            write(&list.items).push(value());
        }
    }
}

impl Engine<'_> {
    /// Makes the variables of all commands of a pipeline.
    pub(super) fn keep(&mut self, slots: &mut [Slot]) -> Result<(), Halt> {
        slots
            .iter_mut()
            .try_for_each(|slot| self.keep_of(&mut slot.state))
    }

    fn keep_of(&mut self, command: &mut CommandState) -> Result<(), Halt> {
        let binding = &command.binding;
        let mut kept = Kept::default();
        let mut any = false;
        let targets = [
            ("OutVariable", Some(&mut kept.output)),
            ("ErrorVariable", Some(&mut kept.error)),
            ("WarningVariable", Some(&mut kept.warning)),
            ("PipelineVariable", None),
            ("InformationVariable", Some(&mut kept.information)),
        ];
        for (parameter, target) in targets {
            let Some(given) = binding.parameter(parameter) else {
                continue;
            };
            let given = to_text(given, Culture::Invariant);
            if given.is_empty() {
                continue;
            }
            any = true;
            match target {
                Some(target) => *target = Some(self.kept_list(&given)?),
                None => {
                    self.refuse_protected(&given)?;
                    self.session.set_variable(&given, Value::Null);
                    kept.pipeline = Some(given.to_lowercase().into());
                }
            }
        }
        if let Some(Value::Int32(limit)) = binding.parameter("OutBuffer") {
            // Far more than that is never held back.
            let limit = usize::try_from(*limit).unwrap_or(0).min(MAX_GROWTH);
            command.buffer = (limit > 0).then(|| {
                Box::new(OutBuffer {
                    limit,
                    waiting: Vec::new(),
                })
            });
        }
        command.kept = any.then(|| Box::new(kept));
        Ok(())
    }

    /// The list that a variable becomes: an empty one; behind `+`, one that begins with what the variable holds.
    fn kept_list(&mut self, given: &str) -> Result<Arc<List>, Halt> {
        let (name, items) = match given.strip_prefix('+') {
            None => (given, Vec::new()),
            Some(name) => match self.session.variable(name) {
                Some(Value::List(list)) => return Ok(list),
                Some(Value::Null) | None => (name, Vec::new()),
                Some(own) => (name, own.elements().unwrap_or_else(|| vec![own.clone()])),
            },
        };
        self.refuse_protected(name)?;
        let list = Arc::new(List {
            type_name: "System.Collections.ArrayList".into(),
            items: RwLock::new(items),
        });
        self.session.set_variable(name, Value::List(list.clone()));
        Ok(list)
    }

    fn refuse_protected(&mut self, name: &str) -> Result<(), Halt> {
        let key = name.to_lowercase();
        if !self.session.is_protected(&key) {
            return Ok(());
        }
        let own = self
            .session
            .scopes
            .find(&key)
            .map_or_else(|| key.into(), |variable| variable.name.clone());
        Err(self.fail(not_writable(&own)))
    }

    /// Takes the pipeline variables away that the pipeline made.
    pub(super) fn forget_pipeline_variables(&mut self, slots: &[Slot]) {
        for kept in slots.iter().filter_map(|slot| slot.state.kept.as_deref()) {
            if let Some(name) = &kept.pipeline {
                self.session.scopes.remove_local(name);
            }
        }
    }
}

impl CommandState {
    /// Keeps the exception that ended the command: -ErrorVariable has that, not the record within.
    pub(super) fn keep_exception(&self, class: &str, message: &str, record: &ErrorRecord) {
        let error = self.kept.as_deref().and_then(|kept| kept.error.as_ref());
        Kept::append(error, || exception_around(class, message, record));
    }
}
