//! Errors that fly: which statement survives them, which `catch` takes them.

use std::sync::Arc;

use crate::error_record::ErrorRecord;
use crate::evaluate::NAMES;
use crate::evaluate::exception::{
    exception_is, find_exception, inner_exception, names as same_type,
};
use crate::language::ast::{Catch, Statement};
use crate::pipeline::engine::Engine;
use crate::pipeline::halt::Halt;
use crate::pipeline::kept::PipeLists;
use crate::pipeline::preference::Action;
use crate::pipeline::sink::{Record, Sink};
use crate::value::{TypeNames, Value};

/// How an error flies.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Flight {
    /// It ends its statement.
    Terminating,
    /// It was thrown.
    Thrown,
    /// A preference or a trap let nothing but a handler stop it.
    Ended,
    /// A preference made it the end.
    Stopped,
}

impl Flight {
    /// The error in a halt, and how it flies.
    fn of(halt: Halt) -> Result<(Box<ErrorRecord>, Self), Halt> {
        match halt {
            Halt::Error(record) => Ok((record, Self::Terminating)),
            Halt::Throw(record) => Ok((record, Self::Thrown)),
            Halt::Ended(record) => Ok((record, Self::Ended)),
            Halt::Stop(record) => Ok((record, Self::Stopped)),
            other => Err(other),
        }
    }

    /// The exceptions that an error that flies so is made of.
    fn family(self, record: &ErrorRecord) -> Family {
        const RUNTIME: &str = "System.Management.Automation.RuntimeException";
        let own = record.exception.clone();
        let chain = record.thrown.as_deref().and_then(class_chain);
        let derives = |wanted: &str| match &chain {
            Some(chain) => chain.iter().any(|name| same_type(name, wanted)),
            None => exception_is(&own, wanted),
        };
        let inner = inner_exception(record).map(str::to_owned);
        if self == Self::Stopped {
            return Family {
                inner: None,
                outer: "System.Management.Automation.ActionPreferenceStopException".to_owned(),
                stopped: [Some(own), inner].into_iter().flatten().collect(),
                chain,
            };
        }
        let is_outer = derives(RUNTIME) || own.ends_with(PARENT);
        let (inner, outer) = match is_outer {
            true => (inner, own),
            // What a cmdlet ends with, and what is thrown, has an exception of the language around it.
            false if self != Self::Thrown && !record.activity.is_empty() => (
                Some(own),
                "System.Management.Automation.CmdletInvocationException".to_owned(),
            ),
            false => (Some(own), RUNTIME.to_owned()),
        };
        Family {
            inner,
            outer,
            stopped: Vec::new(),
            chain,
        }
    }

    /// The halt of an error that goes on flying, whatever the preferences further out.
    fn ended(self, record: Box<ErrorRecord>) -> Halt {
        match self {
            Self::Stopped => Halt::Stop(record),
            _ => Halt::Ended(record),
        }
    }

    /// The halt that it was.
    fn halt(self, record: Box<ErrorRecord>) -> Halt {
        match self {
            Self::Terminating => Halt::Error(record),
            Self::Thrown => Halt::Throw(record),
            Self::Ended => Halt::Ended(record),
            Self::Stopped => Halt::Stop(record),
        }
    }
}

impl Engine<'_> {
    /// What becomes of a statement that was ended (`CheckActionPreference`): a trap around has its say, a `try` around takes
    /// it, the preference hides it, asks about it or lets it fly on; else it is written and the next statement runs.
    ///
    /// # Errors
    /// What goes on flying.
    pub(crate) fn survive(&mut self, halt: Halt, out: &mut dyn Sink) -> Result<(), Halt> {
        let (mut record, flight) = Flight::of(halt)?;
        self.session.success = false;
        self.session.locate(&mut record);
        self.session.remember(&mut record);
        PipeLists::append_error(self.session.pipe_lists.as_ref(), &record);
        if let Some(Some(traps)) = self.session.traps.last().cloned() {
            return self.run_trap(&traps, record, flight, out);
        }
        if self.session.try_depth > 0 || matches!(flight, Flight::Ended | Flight::Stopped) {
            return Err(flight.halt(record));
        }
        let action = match self.error_preference() {
            Action::Inquire => self.ask_about_failure(&record)?,
            action => action,
        };
        match action {
            Action::SilentlyContinue | Action::Ignore => Ok(()),
            Action::Stop => Err(flight.ended(record)),
            _ if flight == Flight::Thrown => Err(flight.halt(record)),
            _ => self.report(*record, out),
        }
    }

    fn report(&mut self, record: ErrorRecord, out: &mut dyn Sink) -> Result<(), Halt> {
        out.record(self, Record::Error(Box::new(record)))
    }

    /// Runs something with these traps around it, or with those that are around out of reach.
    pub(crate) fn trapping<T>(
        &mut self,
        traps: Option<Arc<[Arc<Catch>]>>,
        run: impl FnOnce(&mut Self) -> T,
    ) -> T {
        self.session.traps.push(traps);
        let outcome = run(self);
        self.session.traps.pop();
        outcome
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
        let outcome = match catching {
            0 => self.run_statements(body, out),
            _ => self.trapping(None, |engine| engine.run_statements(body, out)),
        };
        self.session.try_depth -= catching;
        let outcome = outcome.or_else(|halt| {
            let (record, again) = Flight::of(halt)?;
            self.catch(record, again, catches, out)
        });
        // However the body was left, by a jump too; but not where nothing runs any more.
        if let Some(finally) = finally
            && !matches!(outcome, Err(Halt::Cancelled))
        {
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
        self.known_types(catches.iter())?;
        let family = again.family(&record);
        let Some((handler, passed)) = family.handler(catches) else {
            return Err(again.halt(record));
        };
        let mut record = record;
        record.replace_parent(&passed);
        self.session.remember(&mut record);
        self.handle(record.into(), |engine| {
            engine.run_statements(&handler.body, out)
        })
    }

    /// The types that handlers name are looked up once there is an error, all of them before any is asked, and those of traps
    /// before their statements run. One of a namespace of .NET's may be there without being known to this session.
    pub(super) fn known_types<'c>(
        &self,
        catches: impl Iterator<Item = &'c Catch>,
    ) -> Result<(), Halt> {
        let beyond = |name: &str| {
            let mut parts = name.split('.');
            let first = parts.next().unwrap_or_default();
            let is_net = ["System", "Microsoft"];
            parts.next().is_some() && is_net.iter().any(|own| own.eq_ignore_ascii_case(first))
        };
        let mut types = catches.flat_map(|handler| &handler.types);
        match types
            .find(|literal| !beyond(&literal.name) && self.find_type(&literal.name).is_none())
        {
            Some(unknown) => self.resolve_type(unknown).map(drop),
            None => Ok(()),
        }
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
        self.session.scopes.restore_local(&names.dollar, saved);
        self.session.caught = caught;
        outcome
    }

    /// `trap` (`ProcessTraps`): its `continue` goes on after the statement that failed, its `break` lets the error fly on; else
    /// the preference says what becomes of the error. It runs in a scope of its own.
    fn run_trap(
        &mut self,
        traps: &[Arc<Catch>],
        record: Box<ErrorRecord>,
        flight: Flight,
        out: &mut dyn Sink,
    ) -> Result<(), Halt> {
        let family = flight.family(&record);
        // A trap that names the type goes before one that takes every type.
        let named = family
            .outer()
            .find_map(|exception| traps.iter().find(|trap| family.names(trap, exception)));
        let Some(trap) = named.or_else(|| traps.iter().find(|trap| trap.types.is_empty())) else {
            return Err(flight.ended(record));
        };
        let shared: Arc<ErrorRecord> = Arc::from(record);
        let depth = self.session.scopes.enter(false);
        let outcome = self.handle(shared.clone(), |engine| {
            engine.trapping(None, |engine| engine.run_statements(&trap.body, out))
        });
        self.session.scopes.leave(depth);
        self.session.success = false;
        let action = match outcome {
            Ok(()) => match self.error_preference() {
                Action::Inquire if !matches!(flight, Flight::Ended | Flight::Stopped) => {
                    self.ask_about_failure(&shared)?
                }
                action => action,
            },
            Err(Halt::Continue(None)) => Action::SilentlyContinue,
            Err(Halt::Break(None)) => Action::Stop,
            Err(other) => return Err(other),
        };
        match action {
            Action::SilentlyContinue | Action::Ignore => Ok(()),
            Action::Stop => Err(flight.ended(Box::new((*shared).clone()))),
            _ => self.report((*shared).clone(), out),
        }
    }
}

/// What an exception that has an error record of its own is called in it.
const PARENT: &str = ".ParentContainsErrorRecordException";

/// The exceptions of an error, in the order in which handlers are looked for.
struct Family {
    inner: Option<String>,
    outer: String,
    /// What a preference made the end.
    stopped: Vec<String>,
    /// The type names of the exception that was thrown, if a script defines its class.
    chain: Option<TypeNames>,
}

impl Family {
    /// Those that a `trap` looks at.
    fn outer(&self) -> impl Iterator<Item = &str> {
        self.inner
            .as_deref()
            .into_iter()
            .chain(std::iter::once(&*self.outer))
    }

    /// The handler that takes the error, and the class of the exception that it is given: the most specific one that
    /// any of the exceptions finds (`FindMatchingHandler`).
    fn handler<'c>(&self, catches: &'c [Catch]) -> Option<(&'c Catch, String)> {
        let mut found: Option<(usize, &Catch, &str)> = None;
        for exception in self.outer().chain(self.stopped.iter().map(|own| &**own)) {
            if matches!(found, Some((0, ..))) {
                break;
            }
            let Some((rank, handler)) = self.ranked(catches, exception) else {
                continue;
            };
            let better = found.is_none_or(|(best, current, _)| {
                rank < best || (rank == best && current.types.is_empty())
            });
            if better {
                found = Some((rank, handler, exception));
            }
        }
        found.map(|(_, handler, exception)| (handler, exception.to_owned()))
    }
}

impl Family {
    /// Whether an exception is of the type that a handler names.
    fn is(&self, exception: &str, wanted: &str) -> bool {
        match &self.chain {
            Some(chain) if chain.first().is_some_and(|own| **own == *exception) => {
                chain.iter().any(|name| same_type(name, wanted))
            }
            _ => exception_is(exception, wanted),
        }
    }

    /// The handler that takes an exception, and how many of the types that are named before it derive from its own.
    fn ranked<'c>(&self, catches: &'c [Catch], exception: &str) -> Option<(usize, &'c Catch)> {
        let mut before: Vec<&str> = Vec::new();
        for handler in catches {
            if handler.types.is_empty() {
                return Some((before.len(), handler));
            }
            for literal in &handler.types {
                if self.is(exception, &literal.name) {
                    let derives = |earlier: &&&str| exception_is(earlier, &literal.name);
                    return Some((before.iter().filter(derives).count(), handler));
                }
                before.push(find_exception(&literal.name).unwrap_or(&literal.name));
            }
        }
        None
    }

    /// Whether a handler names the type of an exception, or one of its bases.
    fn names(&self, handler: &Catch, exception: &str) -> bool {
        let mut types = handler.types.iter();
        types.any(|literal| self.is(exception, &literal.name))
    }
}

/// The type names of an exception whose class a script defines.
fn class_chain(thrown: &Value) -> Option<TypeNames> {
    match thrown {
        Value::Object(object) => object.class().map(|class| class.type_names.clone()),
        _ => None,
    }
}

impl ErrorRecord {
    /// A record that is part of its own exception has that one for a handler.
    fn replace_parent(&mut self, passed: &str) {
        if self.exception.ends_with(PARENT) && !passed.ends_with(PARENT) {
            self.exception = passed.to_owned();
            self.reason = passed.rsplit('.').next().unwrap_or(passed).to_owned();
        }
    }
}
