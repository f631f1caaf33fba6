//! Blocks that are made as the script runs. `[scriptblock]::Create` makes one of a text. `GetNewClosure` makes a block with variables of its own, copies of those of the scope that it was made in
//! (`PSModuleInfo.CaptureLocals`).

use std::sync::{Arc, Mutex, PoisonError};

use crate::evaluate::method::{Outcome, text_of};
use crate::evaluate::scope::{Scope, Variable};
use crate::language::ast::Source;
use crate::language::parse;
use crate::language::parse_error::refused;
use crate::pipeline::engine::Engine;
use crate::pipeline::halt::Halt;
use crate::value::{ScriptBlock, Value};

/// The scope that a closed block keeps its variables in; none while it runs.
#[derive(Debug)]
pub(crate) struct Closure(Mutex<Option<Scope>>);

impl Closure {
    pub(crate) fn take(&self) -> Option<Scope> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Looks at the values of its variables, unless it runs.
    pub(crate) fn each_value(&self, look: impl FnMut(&Value)) {
        let scope = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(scope) = &*scope {
            scope.values().for_each(look);
        }
    }

    /// The values of its variables, as it ends.
    pub(crate) fn values(&mut self) -> Vec<Value> {
        let scope = self.0.get_mut().unwrap_or_else(PoisonError::into_inner);
        scope.take().map_or_else(Vec::new, Scope::into_values)
    }

    pub(crate) fn put_back(&self, scope: Option<Scope>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = scope;
    }
}

impl Engine<'_> {
    /// `[scriptblock]::Create(text)`.
    pub(super) fn created_block(&mut self, arguments: &[Value]) -> Result<Outcome, Halt> {
        let [text] = arguments else {
            return Ok(Outcome::Unknown);
        };
        if self.session.restricted {
            return Err(self.fail(crate::session::scripts_not_allowed()));
        }
        let source = Arc::new(Source {
            text: text_of(text).into(),
            file: None,
        });
        Ok(match parse(&source) {
            Ok(body) => Outcome::Value(Value::ScriptBlock(Arc::new(ScriptBlock::new(
                source.text.clone(),
                Arc::new(body),
            )))),
            Err(errors) => Outcome::Thrown(
                "System.Management.Automation.ParseException",
                refused(errors, &source).message,
            ),
        })
    }

    /// `{ … }.GetNewClosure()`.
    pub(super) fn closed(&mut self, block: &ScriptBlock) -> Value {
        let scope = self.session.scopes.captured();
        let copied = scope.values().count() * std::mem::size_of::<Variable>();
        self.session.memory.count(copied);
        Value::ScriptBlock(Arc::new(ScriptBlock {
            text: block.text.clone(),
            body: block.body.clone(),
            closure: Some(Arc::new(Closure(Mutex::new(Some(scope))))),
        }))
    }

    /// Runs something with the variables of a closed block around it.
    pub(crate) fn enclosed<T>(
        &mut self,
        closure: Option<&Closure>,
        run: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let Some((closure, scope)) = closure.and_then(|own| Some((own, own.take()?))) else {
            return run(self);
        };
        let depth = self.session.scopes.depth();
        self.session.scopes.resume(scope);
        let outcome = run(self);
        closure.put_back(self.session.scopes.suspend(depth));
        outcome
    }
}
