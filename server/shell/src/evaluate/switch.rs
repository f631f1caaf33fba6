//! `switch`.

use std::sync::Arc;

use crate::evaluate::enumerator::Enumerators;
use crate::evaluate::operator::{comparison, truth};
use crate::evaluate::regex_member::pattern_of;
use crate::evaluate::{NAMES, as_operand, enumerator, failure};
use crate::file::{FileFailure, TextFile};
use crate::language::ast::{Expression, Switch, SwitchMode};
use crate::pipeline::engine::Engine;
use crate::pipeline::halt::Halt;
use crate::pipeline::sink::Sink;
use crate::text::encoding::TextEncoding;
use crate::text::{Culture, to_text};
use crate::value::{List, Value};
use crate::wildcard::Wildcard;

/// What a `switch` runs over.
enum Items {
    Values(std::vec::IntoIter<Value>),
    /// Moved on by the clauses, too.
    Enumerated(Arc<List>),
    /// Line by line.
    File(TextFile),
}

impl Items {
    fn next(&mut self, enumerators: &mut Enumerators) -> Result<Option<Value>, FileFailure> {
        match self {
            Self::Values(items) => Ok(items.next()),
            Self::Enumerated(list) => Ok(enumerators
                .move_next(list)
                .then(|| enumerators.current(list).unwrap_or_default())),
            Self::File(file) => Ok(file.line()?.map(Value::text)),
        }
    }

    fn path(&self) -> &str {
        match self {
            Self::Values(_) | Self::Enumerated(_) => "",
            Self::File(file) => file.path(),
        }
    }
}

impl Engine<'_> {
    pub(super) fn run_switch(&mut self, switch: &Switch, out: &mut dyn Sink) -> Result<(), Halt> {
        let names = &*NAMES;
        self.session.sequence_point = switch.subject.extent.clone();
        let subject = self.statement_value(&switch.subject, out)?;
        let mut items = if switch.file {
            Items::File(self.file_of(&subject)?)
        } else {
            let items = subject.elements().unwrap_or_else(|| vec![subject]);
            match switch.enumerated {
                true => {
                    Items::Enumerated(self.session.enumerators.begin(enumerator::OF_ARRAY, items))
                }
                false => Items::Values(items.into_iter()),
            }
        };
        let enumerator = match &items {
            Items::Enumerated(list) => Some(Value::List(Arc::clone(list))),
            _ => None,
        };
        let enclosing = enumerator.map(|own| {
            let enclosing = self.session.scopes.remove_local(&names.switch);
            self.session.scopes.set_local(&names.switch, own);
            enclosing
        });
        let saved = self.session.scopes.remove_local(&names.dollar);
        let ours = |named: &Option<crate::value::Text>| {
            named.as_ref().is_none_or(|named| {
                switch
                    .label
                    .as_ref()
                    .is_some_and(|own| own.eq_ignore_ascii_case(named))
            })
        };
        let mut outcome = Ok(());
        loop {
            let item = match items.next(&mut self.session.enumerators) {
                Ok(Some(item)) => item,
                Ok(None) => break,
                Err(failure) => {
                    outcome = Err(self.unreadable(items.path(), &failure));
                    break;
                }
            };
            self.session.scopes.set_local(&names.dollar, item.clone());
            match self.switch_item(switch, &item, out) {
                Ok(()) => {}
                Err(Halt::Break(named)) if ours(&named) => break,
                Err(Halt::Continue(named)) if ours(&named) => {}
                Err(halt) => {
                    outcome = Err(halt);
                    break;
                }
            }
        }
        self.session.scopes.restore_local(&names.dollar, saved);
        if let Some(enclosing) = enclosing {
            self.session.scopes.restore_local(&names.switch, enclosing);
        }
        outcome
    }

    /// The caller's file that `-file` names.
    fn file_of(&self, subject: &Value) -> Result<TextFile, Halt> {
        let path = to_text(subject, Culture::Invariant);
        if path.is_empty() {
            return Err(self.refuse(
                "InvalidFilenameOption",
                "The file name argument to -file in the switch statement is not valid.",
            ));
        }
        TextFile::open(self.host, &path, TextEncoding::default())
            .map_err(|failure| self.unreadable(&path, &failure))
    }

    fn unreadable(&self, path: &str, failure: &FileFailure) -> Halt {
        let reason = match failure {
            FileFailure::NotFound | FileFailure::FolderNotFound => {
                return self.fail(failure::path_not_found(path));
            }
            FileFailure::Stopped => return Halt::Cancelled,
            FileFailure::Directory => format!("The path '{path}' is a directory."),
            failure => failure.exception(path).1,
        };
        let reason = reason.trim_end_matches('.');
        self.refuse(
            "FileReadError",
            format!("The file could not be read: {reason}."),
        )
    }

    fn switch_item(
        &mut self,
        switch: &Switch,
        item: &Value,
        out: &mut dyn Sink,
    ) -> Result<(), Halt> {
        self.check_stop()?;
        let mut matched = false;
        for (pattern, body) in &switch.clauses {
            if self.clause_matches(switch, pattern, item, out)? {
                matched = true;
                self.run_statements(body, out)?;
            }
        }
        match &switch.default {
            Some(body) if !matched => self.run_statements(body, out),
            _ => Ok(()),
        }
    }

    fn clause_matches(
        &mut self,
        switch: &Switch,
        pattern: &Expression,
        item: &Value,
        out: &mut dyn Sink,
    ) -> Result<bool, Halt> {
        self.session.sequence_point = pattern.extent.clone();
        let pattern = self.evaluate(pattern, out)?;
        if let Value::ScriptBlock(block) = &pattern {
            let outputs = self.gather(out, |engine, sink| {
                engine.run_block(block, Some(item), &[], sink)
            })?;
            return Ok(truth(&as_operand(super::gathered(outputs))));
        }
        let text = to_text(item, Culture::Invariant);
        let pattern_text = to_text(&pattern, Culture::Invariant);
        Ok(match switch.mode {
            SwitchMode::Exact if matches!(pattern, Value::String(_)) => {
                crate::text::collation::same(&text, &pattern_text, switch.case_sensitive)
            }
            SwitchMode::Exact => comparison::equal(item, &pattern, switch.case_sensitive),
            SwitchMode::Wildcard => {
                Wildcard::with_case(&pattern_text, switch.case_sensitive).matches(&text)
            }
            SwitchMode::Regex => match pattern_of(&pattern, switch.case_sensitive) {
                Ok(regex) => self.matches(&regex, &text)?,
                Err(message) => return Err(self.refuse("InvalidRegularExpression", message)),
            },
        })
    }
}
