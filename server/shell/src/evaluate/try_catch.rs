//! Errors that fly: which statement survives them, which `catch` takes them.

use std::sync::Arc;

use crate::error_record::ErrorRecord;
use crate::evaluate::NAMES;
use crate::evaluate::types::exception_is;
use crate::language::ast::{Catch, Statement};
use crate::pipeline::engine::Engine;
use crate::pipeline::halt::Halt;
use crate::pipeline::preference::Action;
use crate::pipeline::sink::{Record, Sink};
use crate::value::Value;

impl Engine<'_> {
    /// What becomes of a statement that was ended: an error is written and the next statement runs, unless a `try`
    /// around takes it or the preference says to stop.
    ///
    /// # Errors
    /// What goes on flying.
    pub(crate) fn survive(&mut self, halt: Halt, out: &mut dyn Sink) -> Result<(), Halt> {
        let (record, thrown) = match halt {
            Halt::Error(record) => (record, false),
            Halt::Throw(record) => (record, true),
            other => return Err(other),
        };
        self.session.success = false;
        let again = |record| {
            if thrown {
                Halt::Throw(record)
            } else {
                Halt::Error(record)
            }
        };
        if self.session.try_depth > 0 {
            return Err(again(record));
        }
        let preference = self.error_preference();
        match preference {
            Action::SilentlyContinue | Action::Ignore => {
                self.session.remember(&record);
                Ok(())
            }
            Action::Stop => Err(Halt::Throw(record)),
            _ if thrown => Err(Halt::Throw(record)),
            Action::Inquire => {
                if self.ask_about_failure(&record)? {
                    self.report(*record, out)
                } else {
                    self.session.remember(&record);
                    Ok(())
                }
            }
            Action::Continue | Action::Suspend | Action::Break => self.report(*record, out),
        }
    }

    fn report(&mut self, record: ErrorRecord, out: &mut dyn Sink) -> Result<(), Halt> {
        self.session.remember(&record);
        out.record(self, Record::Error(record))
    }

    /// `try`/`catch`/`finally`.
    pub(super) fn run_try(
        &mut self,
        body: &[Statement],
        catches: &[Catch],
        finally: Option<&[Statement]>,
        out: &mut dyn Sink,
    ) -> Result<(), Halt> {
        let catching = usize::from(!catches.is_empty());
        self.session.try_depth += catching;
        let outcome = self.run_statements(body, out);
        self.session.try_depth -= catching;
        let outcome = match outcome {
            Err(Halt::Error(record)) => self.catch(record, false, catches, out),
            Err(Halt::Throw(record)) => self.catch(record, true, catches, out),
            other => other,
        };
        if let Some(finally) = finally {
            self.run_statements(finally, out)?;
        }
        outcome
    }

    fn catch(
        &mut self,
        record: Box<ErrorRecord>,
        thrown: bool,
        catches: &[Catch],
        out: &mut dyn Sink,
    ) -> Result<(), Halt> {
        let handler = catches.iter().find(|catch| {
            catch.types.is_empty()
                || catch
                    .types
                    .iter()
                    .any(|literal| exception_is(&record.exception, &literal.name))
        });
        let Some(handler) = handler else {
            return Err(if thrown {
                Halt::Throw(record)
            } else {
                Halt::Error(record)
            });
        };
        self.session.remember(&record);
        self.handle(record.into(), |engine| {
            engine.run_statements(&handler.body, out)
        })
    }

    /// Runs a handler with `$_` set to the error.
    fn handle(
        &mut self,
        record: Arc<ErrorRecord>,
        run: impl FnOnce(&mut Self) -> Result<(), Halt>,
    ) -> Result<(), Halt> {
        let names = &*NAMES;
        let caught = self.session.caught.replace(record.clone());
        let saved = self.session.scopes.remove_local(&names.dollar);
        self.session
            .scopes
            .set_local(&names.dollar, Value::Error(record));
        let outcome = run(self);
        self.session.scopes.remove_local(&names.dollar);
        if let Some(saved) = saved {
            self.session.scopes.set_local(&names.dollar, saved.value);
        }
        self.session.caught = caught;
        outcome
    }

    /// `trap`: its `continue` goes on after the statement that failed, its `break` lets the error fly on.
    pub(super) fn run_trap(
        &mut self,
        trap: &Catch,
        halt: Halt,
        out: &mut dyn Sink,
    ) -> Result<(), Halt> {
        let (record, thrown) = match halt {
            Halt::Error(record) => (record, false),
            Halt::Throw(record) => (record, true),
            other => return Err(other),
        };
        let taken = trap.types.is_empty()
            || trap
                .types
                .iter()
                .any(|literal| exception_is(&record.exception, &literal.name));
        let again = |record| {
            if thrown {
                Halt::Throw(record)
            } else {
                Halt::Error(record)
            }
        };
        if !taken {
            return self.survive(again(record), out);
        }
        let shared: Arc<ErrorRecord> = Arc::from(record);
        match self.handle(shared.clone(), |engine| {
            engine.run_statements(&trap.body, out)
        }) {
            Err(Halt::Continue(None)) => {
                self.session.remember(&shared);
                Ok(())
            }
            Err(Halt::Break(None)) => Err(Halt::Throw(Box::new((*shared).clone()))),
            Ok(()) => self.report((*shared).clone(), out),
            Err(other) => Err(other),
        }
    }
}
