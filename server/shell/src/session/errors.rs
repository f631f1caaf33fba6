//! `$Error`: the errors of a session, the last one first.

use std::sync::Arc;

use crate::error_record::ErrorRecord;
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

    /// The errors, the last one first.
    pub fn errors(&self) -> Vec<Value> {
        read(&self.errors.items).clone()
    }
}
