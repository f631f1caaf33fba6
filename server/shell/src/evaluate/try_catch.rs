//! Errors that fly: which statement survives them, which `catch` takes them.

use std::sync::Arc;

use crate::error_record::ErrorRecord;
use crate::evaluate::NAMES;
use crate::evaluate::types::{exception_is, inner_exception};
use crate::language::ast::{Catch, Statement};
use crate::pipeline::engine::Engine;
use crate::pipeline::halt::Halt;
use crate::pipeline::preference::Action;
use crate::pipeline::sink::{Record, Sink};
use crate::value::Value;

/// How an error flies.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Flight {
    /// It ends its statement.
    Terminating,
    /// It was thrown.
    Thrown,
    /// A preference made it the end.
    Stopped,
}

impl Flight {
    /// The error in a halt, and how it flies.
    fn of(halt: Halt) -> Result<(Box<ErrorRecord>, Self), Halt> {
        match halt {
            Halt::Error(record) => Ok((record, Self::Terminating)),
            Halt::Throw(record) => Ok((record, Self::Thrown)),
            Halt::Stop(record) => Ok((record, Self::Stopped)),
            other => Err(other),
        }
    }

    /// The halt that it was.
    fn halt(self, record: Box<ErrorRecord>) -> Halt {
        match self {
            Self::Terminating => Halt::Error(record),
            Self::Thrown => Halt::Throw(record),
            Self::Stopped => Halt::Stop(record),
        }
    }
}

impl Engine<'_> {
    /// What becomes of a statement that was ended: an error is written and the next statement runs, unless a `try`
    /// around takes it or the preference says to stop.
    ///
    /// # Errors
    /// What goes on flying.
    pub(crate) fn survive(&mut self, halt: Halt, out: &mut dyn Sink) -> Result<(), Halt> {
        let (record, again) = Flight::of(halt)?;
        self.session.success = false;
        if self.session.try_depth > 0 {
            return Err(again.halt(record));
        }
        match self.error_preference() {
            Action::SilentlyContinue | Action::Ignore => {
                self.session.remember(&record);
                self.session.had_errors = true;
                Ok(())
            }
            Action::Stop => Err(match again {
                Flight::Terminating => Halt::Throw(record),
                other => other.halt(record),
            }),
            _ if again != Flight::Terminating => Err(again.halt(record)),
            Action::Inquire => match self.ask_about_failure(&record)? {
                Action::SilentlyContinue => {
                    self.session.remember(&record);
                    Ok(())
                }
                Action::Stop => Err(Halt::Throw(record)),
                _ => self.report(*record, out),
            },
            Action::Continue | Action::Suspend | Action::Break => self.report(*record, out),
        }
    }

    fn report(&mut self, record: ErrorRecord, out: &mut dyn Sink) -> Result<(), Halt> {
        self.session.remember(&record);
        self.session.had_errors = true;
        out.record(self, Record::Error(Box::new(record)))
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
            Err(halt) => {
                let (record, again) = Flight::of(halt)?;
                self.catch(record, again, catches, out)
            }
            Ok(()) => Ok(()),
        };
        if let Some(finally) = finally {
            self.run_statements(finally, out)?;
        }
        outcome
    }

    fn catch(
        &mut self,
        record: Box<ErrorRecord>,
        again: Flight,
        catches: &[Catch],
        out: &mut dyn Sink,
    ) -> Result<(), Halt> {
        // What the exception was made of is looked at first, over all handlers that name a type.
        let by_cause = inner_exception(&record)
            .and_then(|inner| catches.iter().find(|catch| names(catch, inner)));
        let handler = by_cause.or_else(|| {
            catches
                .iter()
                .find(|catch| catch.types.is_empty() || names(catch, &record.exception))
        });
        let Some(handler) = handler else {
            return Err(again.halt(record));
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
        let (record, again) = Flight::of(halt)?;
        let taken = trap.types.is_empty()
            || names(trap, &record.exception)
            || inner_exception(&record).is_some_and(|inner| names(trap, inner));
        if !taken {
            return self.survive(again.halt(record), out);
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

/// Whether a handler names the type of an exception, or one of its bases.
fn names(handler: &Catch, exception: &str) -> bool {
    let mut types = handler.types.iter();
    types.any(|literal| exception_is(exception, &literal.name))
}
