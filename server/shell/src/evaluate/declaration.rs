//! Statements that declare: functions, enumerations, `data`.

use std::sync::Arc;

use crate::evaluate::scope::{Function, Variable};
use crate::evaluate::{as_operand, failure, gathered};
use crate::language::ast::{
    EnumMember, FunctionKind, Source, Statement, StatementKind, VariablePath,
};
use crate::language::parse;
use crate::language::parse_error::into_record;
use crate::language::words::variable_path;
use crate::pipeline::engine::Engine;
use crate::pipeline::halt::Halt;
use crate::pipeline::sink::Sink;
use crate::text::{Culture, to_text};
use crate::value::{EnumDefinition, Text, Value};

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
            StatementKind::Enum {
                name,
                flags,
                members,
                ..
            } => self.declare_enum(name, *flags, members, out),
            StatementKind::Data { name, body, .. } => self.data(name.as_ref(), body, out),
            StatementKind::Class(name) => Err(self.fail(failure::invalid_operation(
                "ClassNotSupported",
                format!(
                    "Class '{name}' cannot be defined: classes are not supported in this session."
                ),
            ))),
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

    /// The enumerations of a text are known before its first statement runs.
    ///
    /// # Errors
    /// A value of a member that is none.
    pub(crate) fn declare_enums(
        &mut self,
        statements: &[Statement],
        out: &mut dyn Sink,
    ) -> Result<(), Halt> {
        for statement in statements {
            if matches!(statement.kind, StatementKind::Enum { .. }) {
                self.declare(&statement.kind, out)?;
            }
        }
        Ok(())
    }

    fn declare_enum(
        &mut self,
        name: &Text,
        flags: bool,
        members: &[EnumMember],
        out: &mut dyn Sink,
    ) -> Result<(), Halt> {
        let key = name.to_lowercase();
        let with = |members: &[(Text, i64)]| {
            Arc::new(EnumDefinition {
                name: name.clone(),
                flags,
                members: members.to_vec(),
            })
        };
        let mut numbered: Vec<(Text, i64)> = Vec::new();
        let mut next = 0;
        for member in members {
            if let Some(value) = &member.value {
                // A value may be made of the members before it.
                let known = with(&numbered);
                self.session.enumerations.insert(key.clone(), known);
                let value = match self.evaluate(value, out)? {
                    Value::Enum(own) => Value::Int64(own.number),
                    other => other,
                };
                if let Value::Int64(number) = self.cast_to(&value, "System.Int64")? {
                    next = number;
                }
            }
            numbered.push((member.name.clone(), next));
            next = next.wrapping_add(1);
        }
        self.session.enumerations.insert(key, with(&numbered));
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
