//! A cmdlet of the catalogue as a stage: each record goes out through the host, what it says comes back in order.

use crate::binder::is_common;
use crate::error_record::ErrorRecord;
use crate::host::{CmdletCall, CmdletSink, ProgressRecord, ShouldProcess, Stopped};
use crate::pipeline::halt::Halt;
use crate::pipeline::preference::{Action, Preferred, of_command};
use crate::pipeline::stage::{Context, Stage};
use crate::value::{Text, Value};

/// A cmdlet of the catalogue.
pub(super) struct HostCommand;

impl Stage for HostCommand {
    fn process(&mut self, context: &mut Context<'_>, _input: Option<Value>) -> Result<(), Halt> {
        let info = context.command.binding.command().clone();
        let bound: Vec<(Text, Value)> = context
            .command
            .binding
            .parameters()
            .iter()
            .filter(|(name, _)| !is_common(&info, name))
            .cloned()
            .collect();
        let wanted = |stream| {
            !matches!(
                of_command(&context.command.binding, context.engine.session, stream),
                Action::SilentlyContinue | Action::Ignore
            )
        };
        let (verbose, debug) = (wanted(Preferred::Verbose), wanted(Preferred::Debug));
        let set = context.parameter_set().to_owned();
        let what_if = context.is_what_if();
        let host = context.engine.host;
        let call = CmdletCall {
            command: &info,
            parameter_set: &set,
            bound: &bound,
            verbose,
            debug,
            what_if,
        };
        let mut sink = Relay {
            context,
            halt: None,
        };
        let outcome = host.invoke(&call, &mut sink);
        let halt = sink.halt;
        match (outcome, halt) {
            (_, Some(halt)) => Err(halt),
            (Ok(()), None) => Ok(()),
            (Err(_), None) => Err(Halt::Cancelled),
        }
    }
}

/// What a cmdlet says, carried into the pipeline; what made it stop is kept for the engine.
struct Relay<'a, 'b> {
    context: &'a mut Context<'b>,
    halt: Option<Halt>,
}

impl Relay<'_, '_> {
    fn stop<T>(&mut self, outcome: Result<T, Halt>) -> Result<T, Stopped> {
        outcome.map_err(|halt| {
            let stopped = match &halt {
                Halt::Enough { .. } => Stopped::Enough,
                Halt::Cancelled => Stopped::Cancelled,
                _ => Stopped::Failed,
            };
            self.halt = Some(halt);
            stopped
        })
    }
}

impl CmdletSink for Relay<'_, '_> {
    fn output(&mut self, value: Value) -> Result<(), Stopped> {
        let outcome = self.context.write(value);
        self.stop(outcome)
    }

    fn error(&mut self, record: ErrorRecord) -> Result<(), Stopped> {
        let outcome = self.context.write_error(record);
        self.stop(outcome)
    }

    fn terminate(&mut self, record: ErrorRecord) -> Stopped {
        self.halt = Some(self.context.terminate(record));
        Stopped::Failed
    }

    fn warning(&mut self, message: String) -> Result<(), Stopped> {
        let outcome = self.context.warning(message);
        self.stop(outcome)
    }

    fn verbose(&mut self, message: String) -> Result<(), Stopped> {
        let outcome = self.context.verbose(message);
        self.stop(outcome)
    }

    fn debug(&mut self, message: String) -> Result<(), Stopped> {
        let outcome = self.context.debug(message);
        self.stop(outcome)
    }

    fn information(&mut self, data: Value, tags: Vec<String>) -> Result<(), Stopped> {
        let outcome = self.context.information(data, tags);
        self.stop(outcome)
    }

    fn progress(&mut self, record: ProgressRecord) -> Result<(), Stopped> {
        let outcome = self.context.progress(record);
        self.stop(outcome)
    }

    fn should_process(&mut self, target: &ShouldProcess) -> Result<bool, Stopped> {
        let outcome = self.context.should_process(target);
        self.stop(outcome)
    }

    fn should_continue(&mut self, query: &str, caption: &str) -> Result<bool, Stopped> {
        let outcome = self.context.should_continue(query, caption);
        self.stop(outcome)
    }
}
