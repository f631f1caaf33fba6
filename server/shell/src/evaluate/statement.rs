//! Statements: sequence, conditions, loops, functions, flow.

use std::sync::Arc;

use crate::error_record::{ErrorCategory, ErrorRecord};
use crate::evaluate::operator::truth;
use crate::evaluate::{as_operand, gathered, is_nothing};
use crate::language::ast::{
    Catch, Chain, ChainOperator, Element, ElementKind, Expression, Pipeline, Statement,
    StatementKind,
};
use crate::pipeline::engine::Engine;
use crate::pipeline::halt::Halt;
use crate::pipeline::sink::{Gather, Sink};
use crate::text::{Culture, to_text};
use crate::value::{Text, Value};

impl Engine<'_> {
    /// Runs statements one after the other; an error that may be survived is written and the next one runs.
    ///
    /// # Errors
    /// What ended them.
    pub fn run_statements(
        &mut self,
        statements: &[Statement],
        out: &mut dyn Sink,
    ) -> Result<(), Halt> {
        let traps: Vec<Arc<Catch>> = statements
            .iter()
            .filter_map(|statement| match &statement.kind {
                StatementKind::Trap(catch) => Some(Arc::clone(catch)),
                _ => None,
            })
            .collect();
        if traps.is_empty() {
            return self.run_each(statements, out);
        }
        self.known_types(traps.iter().map(|trap| &**trap))?;
        self.trapping(Some(traps.into()), |engine| {
            engine.run_each(statements, out)
        })
    }

    fn run_each(&mut self, statements: &[Statement], out: &mut dyn Sink) -> Result<(), Halt> {
        for statement in statements {
            self.check_stop()?;
            if let Err(halt) = self.run_statement(statement, out) {
                self.survive(halt, out)?;
            }
        }
        Ok(())
    }

    /// Runs one statement.
    ///
    /// # Errors
    /// What ended it.
    pub fn run_statement(&mut self, statement: &Statement, out: &mut dyn Sink) -> Result<(), Halt> {
        self.nested(|engine| engine.run_kind(statement, out))
    }

    fn run_kind(&mut self, statement: &Statement, out: &mut dyn Sink) -> Result<(), Halt> {
        match &statement.kind {
            StatementKind::Chain(chain) => {
                self.session.sequence_point = statement.extent.clone();
                self.run_chain(chain, out)
            }
            StatementKind::Assignment(assignment) => {
                self.session.sequence_point = statement.extent.clone();
                self.assign_statement(assignment, out).map(drop)
            }
            StatementKind::If { clauses, otherwise } => {
                self.run_if(clauses, otherwise.as_deref(), out)
            }
            StatementKind::While { .. }
            | StatementKind::Do { .. }
            | StatementKind::For { .. }
            | StatementKind::ForEach { .. } => self.run_loop(&statement.kind, out),
            StatementKind::Switch(switch) => self.run_switch(switch, out),
            StatementKind::Try {
                body,
                catches,
                finally,
            } => self.run_try(body, catches, finally.as_deref(), out),
            StatementKind::Throw(_)
            | StatementKind::Return(_)
            | StatementKind::Exit(_)
            | StatementKind::Break(_)
            | StatementKind::Continue(_) => Err(self.leave(statement, out)?),
            StatementKind::Function { .. } | StatementKind::Data { .. } => {
                self.session.sequence_point = statement.extent.clone();
                self.declare(&statement.kind, out)
            }
            // A type was defined when its block began to run.
            StatementKind::Enum(_)
            | StatementKind::Class(_)
            | StatementKind::Trap(_)
            | StatementKind::Using(_)
            | StatementKind::Error => Ok(()),
        }
    }

    /// The halt that a statement of flow is.
    fn leave(&mut self, statement: &Statement, out: &mut dyn Sink) -> Result<Halt, Halt> {
        Ok(match &statement.kind {
            StatementKind::Throw(value) => self.throw(value.as_deref(), statement, out),
            StatementKind::Exit(code) => {
                self.session.sequence_point = statement.extent.clone();
                Halt::Exit(match code {
                    Some(code) => as_operand(self.statement_value(code, out)?),
                    None => Value::Null,
                })
            }
            StatementKind::Break(label) => Halt::Break(self.jump_label(label.as_ref(), out)?),
            StatementKind::Continue(label) => Halt::Continue(self.jump_label(label.as_ref(), out)?),
            StatementKind::Return(Some(value)) => {
                if !self.returns_from_method(value, out)? {
                    self.run_statement(value, out)?;
                }
                Halt::Return
            }
            _ => Halt::Return,
        })
    }

    fn run_if(
        &mut self,
        clauses: &[(Statement, Vec<Statement>)],
        otherwise: Option<&[Statement]>,
        out: &mut dyn Sink,
    ) -> Result<(), Halt> {
        for (condition, body) in clauses {
            if self.holds(condition, out)? {
                return self.run_statements(body, out);
            }
        }
        otherwise.map_or(Ok(()), |body| self.run_statements(body, out))
    }

    fn jump_label(
        &mut self,
        label: Option<&Expression>,
        out: &mut dyn Sink,
    ) -> Result<Option<Text>, Halt> {
        label
            .map(|label| {
                let value = self.evaluate(label, out)?;
                Ok(to_text(&value, Culture::Invariant).into())
            })
            .transpose()
    }

    pub(super) fn holds(
        &mut self,
        condition: &Statement,
        out: &mut dyn Sink,
    ) -> Result<bool, Halt> {
        self.check_stop()?;
        self.session.sequence_point = condition.extent.clone();
        let value = self.statement_value(condition, out)?;
        Ok(truth(&value))
    }

    /// What a statement gives as one value: an expression's own, else the outputs gathered.
    ///
    /// # Errors
    /// What ended it.
    pub fn statement_value(
        &mut self,
        statement: &Statement,
        out: &mut dyn Sink,
    ) -> Result<Value, Halt> {
        if let Some(expression) = lone_expression(statement) {
            let value = self.evaluate_raw(expression, out)?;
            return Ok(value);
        }
        if let StatementKind::Assignment(assignment) = &statement.kind {
            return self.assign_statement(assignment, out);
        }
        let outputs = self.gather(out, |engine, sink| match &statement.kind {
            // A pipeline used as a value belongs to the statement around it, also where errors say they are.
            StatementKind::Chain(chain) => engine.run_chain(chain, sink),
            _ => engine.run_statement(statement, sink),
        })?;
        Ok(gathered(outputs))
    }

    /// Runs something and keeps what it writes.
    ///
    /// # Errors
    /// What ended it.
    pub fn gather(
        &mut self,
        out: &mut dyn Sink,
        run: impl FnOnce(&mut Self, &mut dyn Sink) -> Result<(), Halt>,
    ) -> Result<Vec<Value>, Halt> {
        let mut outputs = Vec::new();
        let mut kept = 0;
        let outcome = run(
            self,
            &mut Gather {
                into: &mut outputs,
                kept: &mut kept,
                records: out,
            },
        );
        let memory = &self.session.memory;
        memory.give_back(kept);
        memory.count(kept);
        outcome.map(|()| outputs)
    }

    fn run_chain(&mut self, chain: &Chain, out: &mut dyn Sink) -> Result<(), Halt> {
        if chain.background {
            let record = super::failure::invalid_operation(
                "BackgroundJobNotSupported",
                "Background jobs are not supported in this session.",
            );
            return Err(self.fail(record));
        }
        if !chain.rest.is_empty() {
            self.session.sequence_point = chain.first.extent.clone();
        }
        self.run_linked(&chain.first, chain.rest.is_empty(), out)?;
        for (operator, pipeline) in &chain.rest {
            let wanted = *operator == ChainOperator::And;
            if self.session.success == wanted {
                self.session.sequence_point = pipeline.extent.clone();
                self.run_linked(pipeline, false, out)?;
            }
        }
        Ok(())
    }

    /// Runs a pipeline; in a chain, an error that may be survived decides what runs next.
    fn run_linked(
        &mut self,
        pipeline: &Pipeline,
        alone: bool,
        out: &mut dyn Sink,
    ) -> Result<(), Halt> {
        match self.run_pipeline(pipeline, out) {
            Err(halt @ Halt::Error(_)) if !alone => self.survive(halt, out),
            other => other,
        }
    }

    /// Runs a pipeline; what reaches its end goes to `out`.
    ///
    /// # Errors
    /// What ended it.
    pub fn run_pipeline(&mut self, pipeline: &Pipeline, out: &mut dyn Sink) -> Result<(), Halt> {
        if let [
            Element {
                kind: ElementKind::Expression(expression),
                redirections,
                ..
            },
        ] = pipeline.elements.as_slice()
            && redirections.is_empty()
        {
            if self.is_input(expression) {
                self.session.success = true;
                return self.each_input(|engine, object| out.output(engine, object));
            }
            let value = self.evaluate_raw(expression, out)?;
            self.session.success = true;
            if discards_value(expression) {
                return Ok(());
            }
            return self.write_all(value, out);
        }
        self.run_commands(pipeline, out)
    }

    /// Writes a value; a collection element by element.
    ///
    /// # Errors
    /// When what is behind runs no further.
    pub fn write_all(&mut self, value: Value, out: &mut dyn Sink) -> Result<(), Halt> {
        match value.elements() {
            Some(items) => {
                for item in items {
                    out.output(self, item)?;
                }
                Ok(())
            }
            None => out.output(self, value),
        }
    }

    /// The error that a `throw` throws.
    fn throw(
        &mut self,
        value: Option<&Statement>,
        statement: &Statement,
        out: &mut dyn Sink,
    ) -> Halt {
        self.session.sequence_point = statement.extent.clone();
        let value = match value
            .map(|value| self.statement_value(value, out))
            .transpose()
        {
            Ok(value) => value.filter(|value| !is_nothing(value) && !matches!(value, Value::Null)),
            Err(halt) => return halt,
        };
        self.session.sequence_point = statement.extent.clone();
        let record = match value {
            None => match self.session.caught.clone() {
                Some(caught) => (*caught).clone(),
                None => thrown_text("ScriptHalted", Value::Null),
            },
            Some(Value::Error(record)) => (*record).clone(),
            Some(value) => match super::exception::exception_of(&value) {
                Some((exception, message)) => ErrorRecord {
                    thrown: Some(value.into()),
                    ..ErrorRecord::new(
                        message.clone(),
                        ErrorCategory::OperationStopped,
                        exception,
                        message,
                    )
                },
                None => thrown_text(&to_text(&value, Culture::Current), value.clone()),
            },
        };
        match self.fail(record) {
            Halt::Error(record) => Halt::Throw(record),
            other => other,
        }
    }
}

fn thrown_text(text: &str, target: Value) -> ErrorRecord {
    ErrorRecord::new(
        text.to_owned(),
        ErrorCategory::OperationStopped,
        "System.Management.Automation.RuntimeException",
        text,
    )
    .with_target(target)
}

/// The expression that a statement is, if it is nothing else.
pub(crate) fn lone_expression(statement: &Statement) -> Option<&Expression> {
    let StatementKind::Chain(chain) = &statement.kind else {
        return None;
    };
    if !chain.rest.is_empty() || chain.background {
        return None;
    }
    match chain.first.elements.as_slice() {
        [
            Element {
                kind: ElementKind::Expression(expression),
                redirections,
                ..
            },
        ] if redirections.is_empty() => Some(expression),
        _ => None,
    }
}

/// Whether a statement of this expression writes nothing: `$i++`.
pub(super) fn discards_value(expression: &Expression) -> bool {
    matches!(
        expression.kind,
        crate::language::ast::ExpressionKind::Step { .. }
    )
}
