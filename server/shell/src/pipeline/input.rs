//! Input from outside: the objects that a caller pipes into a session, taken one by one as a pipeline wants them.
//!
//! `$input` is such an input where it begins a pipeline, stands alone as a statement, or is what a `foreach` runs over;
//! wherever a value is wanted whole it is read to its end first. What one reader leaves the next one takes up, as from
//! PowerShell's own enumerator.

use crate::error_record::{ErrorCategory, ErrorRecord};
use crate::evaluate::NAMES;
use crate::host::InputFailure;
use crate::language::ast::{Expression, ExpressionKind};
use crate::pipeline::engine::Engine;
use crate::pipeline::halt::Halt;
use crate::session::SessionState;
use crate::value::Value;

/// Most objects of an input that is wanted whole.
const MAX_WHOLE: usize = 1_000_000;

impl SessionState {
    /// Whether `$input` means what the caller gives from outside.
    pub(crate) fn awaits_input(&self) -> bool {
        self.input_from_outside && self.scopes.find(&NAMES.input).is_none()
    }
}

impl Engine<'_> {
    /// Whether an expression is the input from outside.
    pub(crate) fn is_input(&self, expression: &Expression) -> bool {
        match &expression.kind {
            ExpressionKind::Variable(path) => {
                path.key == NAMES.input
                    && path.scope.is_none()
                    && !path.splatted
                    && self.session.awaits_input()
            }
            _ => false,
        }
    }

    /// The next object of the input from outside; `None` at its end.
    ///
    /// # Errors
    /// When it cannot be read, or the pipeline is stopped.
    pub(crate) fn next_input(&mut self) -> Result<Option<Value>, Halt> {
        self.check_stop()?;
        if !self.session.input_from_outside {
            return Ok(None);
        }
        let next = self.host.next_input();
        if !matches!(next, Ok(Some(_))) {
            self.session.input_from_outside = false;
        }
        next.map_err(|failure| match failure {
            InputFailure::Unreadable(record) => Halt::Throw(record),
            InputFailure::Cancelled => Halt::Cancelled,
        })
    }

    /// Gives each object of the input from outside to `take`.
    ///
    /// # Errors
    /// As [`Engine::next_input`], and what `take` fails with.
    pub(crate) fn each_input(
        &mut self,
        mut take: impl FnMut(&mut Self, Value) -> Result<(), Halt>,
    ) -> Result<(), Halt> {
        while let Some(object) = self.next_input()? {
            take(self, object)?;
        }
        Ok(())
    }

    /// All that is left of the input from outside.
    ///
    /// # Errors
    /// As [`Engine::next_input`]; and when there is too much of it.
    pub(crate) fn whole_input(&mut self) -> Result<Value, Halt> {
        let mut objects = Vec::new();
        let mut kept = 0;
        let outcome = self.each_input(|engine, object| {
            if objects.len() == MAX_WHOLE {
                return Err(engine.fail(too_much()));
            }
            kept += engine.hoard(&object)?;
            objects.push(object);
            Ok(())
        });
        self.session.memory.give_back(kept);
        self.session.memory.count(kept);
        outcome.map(|()| Value::array(objects))
    }

    /// No more of the input from outside is wanted.
    pub(crate) fn end_input(&mut self) {
        if std::mem::take(&mut self.session.input_from_outside) {
            self.host.end_input();
        }
    }
}

fn too_much() -> ErrorRecord {
    ErrorRecord::new(
        "TooMuchInput",
        ErrorCategory::LimitsExceeded,
        "System.InvalidOperationException",
        format!(
            "$input is wanted whole here, and holds more than {MAX_WHOLE} objects. Begin a pipeline with it, and each object goes through as it arrives."
        ),
    )
}
