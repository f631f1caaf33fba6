//! Loops: `while`, `do`, `for`, `foreach`.

use std::sync::Arc;

use crate::evaluate::scope::Variable;
use crate::evaluate::statement::lone_expression;
use crate::evaluate::{NAMES, enumerator};
use crate::language::ast::{Statement, StatementKind, VariablePath};
use crate::pipeline::engine::Engine;
use crate::pipeline::halt::Halt;
use crate::pipeline::sink::Sink;
use crate::value::{Text, Value};

/// Whether a loop goes on after its body ran.
enum Round {
    Next,
    Leave,
}

/// A `foreach` without what it goes through.
struct Each<'a> {
    label: Option<&'a Text>,
    variable: &'a VariablePath,
    body: &'a [Statement],
}

impl Engine<'_> {
    pub(super) fn run_loop(
        &mut self,
        kind: &StatementKind,
        out: &mut dyn Sink,
    ) -> Result<(), Halt> {
        match kind {
            StatementKind::While {
                label,
                condition,
                body,
            } => {
                while self.holds(condition, out)? {
                    if let Round::Leave = self.round(label.as_ref(), body, out)? {
                        break;
                    }
                }
                Ok(())
            }
            StatementKind::Do {
                label,
                body,
                condition,
                until,
            } => loop {
                if let Round::Leave = self.round(label.as_ref(), body, out)? {
                    return Ok(());
                }
                if self.holds(condition, out)? == *until {
                    return Ok(());
                }
            },
            StatementKind::For {
                label,
                initial,
                condition,
                step,
                body,
            } => {
                if let Some(initial) = initial {
                    self.run_silently(initial, out)?;
                }
                self.run_for(
                    label.as_ref(),
                    condition.as_deref(),
                    step.as_deref(),
                    body,
                    out,
                )
            }
            StatementKind::ForEach {
                label,
                variable,
                collection,
                body,
                enumerated,
                ..
            } => {
                let each = Each {
                    label: label.as_ref(),
                    variable,
                    body,
                };
                match enumerated {
                    true => self.run_enumerated(&each, collection, out),
                    false => self.run_foreach(&each, collection, out),
                }
            }
            _ => Ok(()),
        }
    }

    fn run_for(
        &mut self,
        label: Option<&Text>,
        condition: Option<&Statement>,
        step: Option<&Statement>,
        body: &[Statement],
        out: &mut dyn Sink,
    ) -> Result<(), Halt> {
        loop {
            self.check_stop()?;
            if let Some(condition) = condition
                && !self.holds(condition, out)?
            {
                return Ok(());
            }
            if let Round::Leave = self.round(label, body, out)? {
                return Ok(());
            }
            if let Some(step) = step {
                self.run_silently(step, out)?;
            }
        }
    }

    /// Runs a statement of a `for` head: what it gives is dropped.
    fn run_silently(&mut self, statement: &Statement, out: &mut dyn Sink) -> Result<(), Halt> {
        self.session.sequence_point = statement.extent.clone();
        self.statement_value(statement, out).map(drop)
    }

    fn run_foreach(
        &mut self,
        each: &Each<'_>,
        collection: &Statement,
        out: &mut dyn Sink,
    ) -> Result<(), Halt> {
        if lone_expression(collection).is_some_and(|expression| self.is_input(expression)) {
            self.session.sequence_point = collection.extent.clone();
            while let Some(item) = self.next_input()? {
                if let Round::Leave = self.round_over(each, item, out)? {
                    break;
                }
            }
            return Ok(());
        }
        let items = self.items_of(collection, out)?;
        for item in items {
            self.check_stop()?;
            if let Round::Leave = self.round_over(each, item, out)? {
                break;
            }
        }
        Ok(())
    }

    /// A `foreach` whose body moves it on through `$foreach`.
    fn run_enumerated(
        &mut self,
        each: &Each<'_>,
        collection: &Statement,
        out: &mut dyn Sink,
    ) -> Result<(), Halt> {
        let items = self.items_of(collection, out)?;
        let enumerator = self.session.enumerators.begin(enumerator::OF_ARRAY, items);
        let name = &NAMES.foreach;
        let saved = self.session.scopes.remove_local(name);
        let scopes = &mut self.session.scopes;
        scopes.set_local(name, Value::List(Arc::clone(&enumerator)));
        let mut outcome = Ok(());
        while self.session.enumerators.move_next(&enumerator) {
            let item = self
                .session
                .enumerators
                .current(&enumerator)
                .unwrap_or_default();
            let round = self
                .check_stop()
                .and_then(|()| self.round_over(each, item, out));
            match round {
                Ok(Round::Next) => {}
                Ok(Round::Leave) => break,
                Err(halt) => {
                    outcome = Err(halt);
                    break;
                }
            }
        }
        self.session.scopes.restore_local(name, saved);
        outcome
    }

    /// What a `foreach` runs over: nothing is no item, and what is no collection is one.
    fn items_of(&mut self, collection: &Statement, out: &mut dyn Sink) -> Result<Vec<Value>, Halt> {
        self.session.sequence_point = collection.extent.clone();
        Ok(match self.statement_value(collection, out)? {
            Value::Null => Vec::new(),
            value => value.elements().unwrap_or_else(|| vec![value]),
        })
    }

    /// One round of a `foreach`.
    fn round_over(
        &mut self,
        each: &Each<'_>,
        item: Value,
        out: &mut dyn Sink,
    ) -> Result<Round, Halt> {
        let path = VariablePath {
            splatted: false,
            ..each.variable.clone()
        };
        self.session
            .scopes
            .put(&path, Variable::new(each.variable.key.clone(), item));
        self.round(each.label, each.body, out)
    }

    fn round(
        &mut self,
        label: Option<&Text>,
        body: &[Statement],
        out: &mut dyn Sink,
    ) -> Result<Round, Halt> {
        let ours = |named: &Option<Text>| {
            named
                .as_ref()
                .is_none_or(|named| label.is_some_and(|own| own.eq_ignore_ascii_case(named)))
        };
        match self.run_statements(body, out) {
            Err(Halt::Break(named)) if ours(&named) => Ok(Round::Leave),
            Err(Halt::Continue(named)) if ours(&named) => Ok(Round::Next),
            Err(halt) => Err(halt),
            Ok(()) => Ok(Round::Next),
        }
    }
}
