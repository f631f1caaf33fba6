//! -OutBuffer, and the variables of -OutVariable and its like, made when all commands of a pipeline are bound (`SetupParameterVariables`).

use std::sync::{Arc, RwLock};

use crate::error_record::ErrorRecord;
use crate::evaluate::exception::exception_around;
use crate::evaluate::{MAX_GROWTH, not_writable};
use crate::pipeline::engine::Engine;
use crate::pipeline::halt::Halt;
use crate::pipeline::records::as_object;
use crate::pipeline::runtime::{CommandState, OutBuffer, Slot};
use crate::pipeline::sink::Record;
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

/// The lists of an output pipe (`Pipe`): what is written by the last command of a pipeline, and by all that writes to the
/// same pipe as a function, is in the variables of the function too.
#[derive(Debug, Default)]
pub(crate) struct PipeLists {
    error: Vec<Arc<List>>,
    warning: Vec<Arc<List>>,
    information: Vec<Arc<List>>,
}

impl PipeLists {
    /// Keeps an error that ended a statement.
    pub(crate) fn append_error(lists: Option<&Arc<Self>>, record: &ErrorRecord) {
        for list in lists.into_iter().flat_map(|lists| &lists.error) {
            write(&list.items).push(Value::Error(Arc::new(record.clone())));
        }
    }
}

impl PipeLists {
    /// Keeps a warning that `$PSCmdlet` wrote.
    pub(super) fn append_warning(lists: Option<&Arc<Self>>, record: &Record) {
        Self::append(lists.map(|lists| &*lists.warning), record);
    }

    /// Keeps an information record that `$PSCmdlet` wrote.
    pub(super) fn append_information(lists: Option<&Arc<Self>>, record: &Record) {
        Self::append(lists.map(|lists| &*lists.information), record);
    }

    fn append(lists: Option<&[Arc<List>]>, record: &Record) {
        for list in lists.into_iter().flatten() {
            write(&list.items).extend(as_object(record));
        }
    }
}

impl CommandState {
    /// The lists of the pipe that the command writes to: those of the pipe around, and its own.
    pub(super) fn pipe_lists(&self) -> Option<Arc<PipeLists>> {
        let Some(kept) = self.kept.as_deref() else {
            return self.around.clone();
        };
        let with = |own: &Option<Arc<List>>, which: fn(&PipeLists) -> &Vec<Arc<List>>| {
            let around = self.around.as_deref().map(which);
            around.into_iter().flatten().chain(own).cloned().collect()
        };
        Some(Arc::new(PipeLists {
            error: with(&kept.error, |lists| &lists.error),
            warning: with(&kept.warning, |lists| &lists.warning),
            information: with(&kept.information, |lists| &lists.information),
        }))
    }

    /// Appends to the lists of a kind, if there are any.
    fn append(
        &self,
        around: fn(&PipeLists) -> &Vec<Arc<List>>,
        own: fn(&Kept) -> Option<&Arc<List>>,
        value: impl Fn() -> Value,
    ) {
        let around = self.around.as_deref().map(around).into_iter().flatten();
        for list in around.chain(self.kept.as_deref().and_then(own)) {
            write(&list.items).push(value());
        }
    }

    /// Keeps an error.
    pub(super) fn keep_error(&self, value: impl Fn() -> Value) {
        self.append(|lists| &lists.error, |kept| kept.error.as_ref(), value);
    }

    /// Keeps a warning.
    pub(super) fn keep_warning(&self, value: impl Fn() -> Value) {
        self.append(|lists| &lists.warning, |kept| kept.warning.as_ref(), value);
    }

    /// Keeps an information record.
    pub(super) fn keep_information(&self, value: impl Fn() -> Value) {
        self.append(
            |lists| &lists.information,
            |kept| kept.information.as_ref(),
            value,
        );
    }
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
            keys: None,
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
        self.keep_error(|| exception_around(class, message, record));
    }
}
