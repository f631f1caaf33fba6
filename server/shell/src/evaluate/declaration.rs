//! Statements that declare: functions, `data`.

use std::sync::Arc;

use crate::evaluate::scope::{Function, Variable};
use crate::evaluate::{as_operand, gathered};
use crate::language::ast::{FunctionKind, Source, Statement, StatementKind, VariablePath};
use crate::language::parse;
use crate::language::parse_error::into_record;
use crate::language::words::variable_path;
use crate::pipeline::engine::Engine;
use crate::pipeline::halt::Halt;
use crate::pipeline::sink::Sink;
use crate::text::{Culture, to_text};
use crate::value::{Text, Value};

impl Engine<'_> {
    /// Takes a declaration into the session.
    pub(super) fn declare(&mut self, kind: &StatementKind, out: &mut dyn Sink) -> Result<(), Halt> {
        match kind {
            StatementKind::Function {
                name, body, kind, ..
            } => {
                self.session.memory.count_tree(&body.source.text);
                self.session.scopes.declare(Function {
                    name: name.clone(),
                    body: body.clone(),
                    filter: *kind == FunctionKind::Filter,
                    info: Default::default(),
                });
                Ok(())
            }
            StatementKind::Data { name, body, .. } => self.data(name.as_ref(), body, out),
            _ => Ok(()),
        }
    }

    /// `$function:name = …`: a block or the text of one becomes a function, null takes it away.
    pub(super) fn assign_function(
        &mut self,
        path: &VariablePath,
        value: &Value,
    ) -> Result<(), Halt> {
        let name = Text::from(
            path.text
                .split_once(':')
                .map_or(&*path.text, |(_, name)| name),
        );
        let body = match value.base() {
            Value::Null => {
                self.session.scopes.remove_function(&name);
                return Ok(());
            }
            Value::ScriptBlock(block) => block.body.clone(),
            other => {
                let source = Arc::new(Source {
                    text: to_text(other, Culture::Invariant).into(),
                    file: None,
                });
                let parsed = parse(&source).map_err(|errors| {
                    let record = into_record(&errors, &source);
                    self.fail(record)
                })?;
                Arc::new(parsed)
            }
        };
        self.session.memory.count_tree(&body.source.text);
        self.session.scopes.declare(Function {
            name,
            body,
            filter: false,
            info: Default::default(),
        });
        Ok(())
    }

    fn data(
        &mut self,
        name: Option<&Text>,
        body: &[Statement],
        out: &mut dyn Sink,
    ) -> Result<(), Halt> {
        let Some(name) = name else {
            return self.run_statements(body, out);
        };
        let outputs = self.gather(out, |engine, sink| engine.run_statements(body, sink))?;
        let variable = Variable::new(name.clone(), as_operand(gathered(outputs)));
        self.session
            .scopes
            .put(&variable_path(name, false), variable);
        Ok(())
    }
}
