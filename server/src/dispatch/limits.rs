//! How much may run at once: for one caller and for all.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tandem_shell::error_record::ErrorCategory;

use super::failure::Fault;

/// Limits of the dispatcher.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Cmdlets of one caller at once.
    pub per_caller: u32,
    /// Cmdlets of all callers at once.
    pub total: u32,
    /// Longest time that one cmdlet may take.
    pub deadline: Duration,
    /// How long a caller waits for an operation that only a pool which does not answer could decide.
    pub undecided: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            per_caller: 64,
            total: 512,
            deadline: Duration::from_secs(4 * 60 * 60),
            undecided: Duration::from_secs(15),
        }
    }
}

/// Counts what runs.
#[derive(Debug)]
pub struct Gauge {
    limits: Limits,
    running: Arc<Mutex<Running>>,
}

#[derive(Debug, Default)]
struct Running {
    total: u32,
    by_caller: HashMap<String, u32>,
}

/// A cmdlet's place; free again when this is dropped.
#[derive(Debug)]
pub struct Place {
    caller: String,
    running: Arc<Mutex<Running>>,
}

impl Gauge {
    /// Nothing runs.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            running: Arc::default(),
        }
    }

    /// The limits.
    #[must_use]
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// Takes a place for a cmdlet of `caller`.
    ///
    /// # Errors
    /// When as many run already as may.
    pub fn enter(&self, caller: &str) -> Result<Place, Fault> {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        let own = running.by_caller.get(caller).copied().unwrap_or(0);
        let (reached, of) = if own >= self.limits.per_caller {
            (
                format!("{own} commands of \"{caller}\""),
                self.limits.per_caller,
            )
        } else if running.total >= self.limits.total {
            (format!("{} commands", running.total), self.limits.total)
        } else {
            running.total += 1;
            running.by_caller.insert(caller.to_owned(), own + 1);
            return Ok(Place {
                caller: caller.to_owned(),
                running: self.running.clone(),
            });
        };
        Err(Fault::new(
            "TooManyCommands",
            ErrorCategory::LimitsExceeded,
            format!("{reached} run already; {of} may."),
        )
        .target(caller)
        .mended_by("Wait until some of them have ended, then run the command again."))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        running.total = running.total.saturating_sub(1);
        if let Some(own) = running.by_caller.get_mut(&self.caller) {
            *own -= 1;
            if *own == 0 {
                running.by_caller.remove(&self.caller);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn places_run_out_and_come_back() {
        let gauge = Gauge::new(Limits {
            per_caller: 1,
            total: 2,
            ..Limits::default()
        });
        let anna = gauge.enter("anna").unwrap();
        assert_eq!(gauge.enter("anna").unwrap_err().id, "TooManyCommands");
        let berta = gauge.enter("berta").unwrap();
        assert!(
            gauge
                .enter("clara")
                .unwrap_err()
                .message
                .starts_with("2 commands run already")
        );
        drop(anna);
        assert!(gauge.enter("clara").is_ok());
        drop(berta);
    }
}
