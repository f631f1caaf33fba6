//! `$Error`: the errors of a session, the last one first.

use std::sync::Arc;

use crate::error_record::ErrorRecord;
use crate::evaluate::CALL_DEPTH;
use crate::pipeline::halt::Halt;
use crate::session::SessionState;
use crate::text::{read, write};
use crate::value::Value;

/// Most errors that `$Error` keeps.
const MAX_ERRORS: usize = 256;

impl SessionState {
    /// Puts an error in `$Error`. One that flies on is met again at each level, but kept once (`AppendDollarError`).
    pub fn remember(&mut self, record: &mut ErrorRecord) {
        if record.kept
            && let Some(Value::Error(last)) = read(&self.errors.items).first()
            && last.is_same(record)
        {
            return;
        }
        record.kept = true;
        self.memory.count_value(&record.target);
        let mut errors = write(&self.errors.items);
        errors.insert(0, Value::Error(Arc::new(record.clone())));
        errors.truncate(MAX_ERRORS);
    }

    /// The error that ended a block, for whoever asked for what the block gives. Calls that lie too deep end more than the
    /// block: what says so is no `RuntimeException`.
    ///
    /// # Errors
    /// What ends more than the block.
    pub fn take_error<T>(
        &mut self,
        outcome: Result<T, Halt>,
    ) -> Result<Result<T, Box<ErrorRecord>>, Halt> {
        match outcome {
            Ok(given) => Ok(Ok(given)),
            Err(
                Halt::Error(mut record)
                | Halt::Throw(mut record)
                | Halt::Ended(mut record)
                | Halt::Stop(mut record),
            ) if record.fully_qualified_id != CALL_DEPTH => {
                self.remember(&mut record);
                Ok(Err(record))
            }
            Err(other) => Err(other),
        }
    }

    /// The errors, the last one first.
    pub fn errors(&self) -> Vec<Value> {
        read(&self.errors.items).clone()
    }
}
