//! `GetNewClosure`: a block with variables of its own, copies of those of the scope that it was made in
//! (`PSModuleInfo.CaptureLocals`).

use std::sync::{Arc, Mutex, PoisonError};

use crate::evaluate::scope::Scope;
use crate::pipeline::engine::Engine;
use crate::value::{ScriptBlock, Value};

/// The scope that a closed block keeps its variables in; none while it runs.
#[derive(Debug)]
pub(crate) struct Closure(Mutex<Option<Scope>>);

impl Closure {
    pub(crate) fn take(&self) -> Option<Scope> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    pub(crate) fn put_back(&self, scope: Option<Scope>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = scope;
    }
}

impl Engine<'_> {
    /// `{ … }.GetNewClosure()`.
    pub(super) fn closed(&mut self, block: &ScriptBlock) -> Value {
        let scope = self.session.scopes.captured();
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
