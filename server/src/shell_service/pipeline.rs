//! One pipeline from its start to its end, on a thread of its own.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Instant;

use tandem::cmdlet::v1::CommonParameters;
use tandem::shell::v1 as wire;
use tandem::shell::v1::invoke_response::Message;
use tandem_shell::builtin;
use tandem_shell::error_record::ErrorRecord;
use tandem_shell::host::Host;
use tandem_shell::language::parse_error::unfinished;
use tandem_shell::serialise::clixml_read::read_clixml;
use tandem_shell::session::{Input, RunOutcome, RunState, StructuredPipeline};
use tandem_shell::value::Value;
use tokio::runtime::Handle;
use tokio::sync::OwnedSemaphorePermit;
use tonic::{Status, Streaming};

use super::files::Desk;
use super::host::WorkerHost;
use super::incoming::{self, Incoming};
use super::input::{Inlet, unreadable};
use super::outbox::Outbox;
use super::render::Renderer;
use super::said::Console;
use super::screen::Screen;
use super::sessions::Lease;
use super::voice::Voice;
use super::{Parts, structured, words};
use crate::dispatch::values::from_wire;
use crate::layers::identity::Identity;

/// Width of a console that does not say its own, and the bounds of what it may say.
const WIDTH: (usize, usize, usize) = (80, 20, 1_000);

/// What a pipeline runs with.
pub(super) struct Setting {
    pub(super) parts: Arc<Parts>,
    pub(super) caller: Arc<Identity>,
    pub(super) worker: OwnedSemaphorePermit,
    pub(super) responses: Outbox,
}

/// Starts a pipeline.
///
/// # Errors
/// When no thread is to be had.
pub(super) fn start(
    setting: Setting,
    lease: Lease,
    start: wire::Start,
    requests: Streaming<wire::InvokeRequest>,
) -> Result<(), Status> {
    let incoming = incoming::read(requests, setting.responses.clone());
    let stop = incoming.stop.clone();
    let (responses, ended) = (setting.responses.clone(), stop.clone());
    let (span, runtime) = (tracing::Span::current(), Handle::current());
    let threads = setting.parts.threads.clone();
    let begun = threads.run(move || {
        let work = || span.in_scope(|| run(setting, lease, &start, incoming));
        guarded(&responses, &runtime, work);
        ended.cancel();
    });
    begun.map_err(|error| {
        stop.cancel();
        tracing::error!(%error, "no thread for a pipeline");
        Status::resource_exhausted("This node has no thread for the pipeline; try again.")
    })
}

/// Runs a pipeline: a panic in it is its caller's error, and nobody else's.
fn guarded(responses: &Outbox, runtime: &Handle, work: impl FnOnce()) {
    if catch_unwind(AssertUnwindSafe(work)).is_err() {
        tracing::error!("a pipeline ended by a fault of the engine");
        let status =
            Status::internal("The pipeline ended by a fault of the node; its log has the details.");
        runtime.block_on(responses.fail(status));
    }
}

fn run(setting: Setting, mut lease: Lease, start: &wire::Start, incoming: Arc<Incoming>) {
    let host = host(&setting, start, incoming);
    let (outcome, is_script) = evaluate(&host, &mut lease, start);
    // A client that feeds a session line by line asks for the rest of a line that is not whole.
    let is_asked_again = outcome.incomplete && !start.session_id.is_empty();
    if let Some(record) = &outcome.terminating
        && !is_asked_again
    {
        host.tell_terminating(&told(record, &outcome, start));
    }
    host.finish();
    let stopped = host.stopping();
    // The next pipeline of a session that is kept may come as soon as this one has ended.
    let lease = lease.is_for_one_pipeline().then_some(lease);
    let finished = finished(&outcome, is_script, stopped);
    // A caller who has gone needs no answer.
    let _ = host.say(Message::Finished(finished));
    if lease.is_some() {
        setting.parts.sessions.prepare();
    }
    drop(setting.worker);
}

/// What is told of the end: a line that nothing follows is wrong, and not just unfinished, which would show as nothing.
fn told<'a>(
    record: &'a ErrorRecord,
    outcome: &RunOutcome,
    start: &wire::Start,
) -> Cow<'a, ErrorRecord> {
    match &start.command {
        Some(wire::start::Command::Line(line)) if outcome.incomplete => {
            unfinished(line).map_or(Cow::Borrowed(record), Cow::Owned)
        }
        _ => Cow::Borrowed(record),
    }
}

fn host(setting: &Setting, start: &wire::Start, incoming: Arc<Incoming>) -> WorkerHost {
    let output = start.output.unwrap_or_default();
    let width = usize::try_from(output.width).unwrap_or(0);
    let width = if width == 0 {
        WIDTH.0
    } else {
        width.clamp(WIDTH.1, WIDTH.2)
    };
    let zone = match start.time_zone.as_str() {
        "" => jiff::tz::TimeZone::UTC,
        name => jiff::tz::TimeZone::get(name).unwrap_or(jiff::tz::TimeZone::UTC),
    };
    let voice = Voice {
        screen: Rc::new(Screen::new(Renderer::new(
            output.form(),
            &setting.parts.views,
            width,
        ))),
        responses: setting.responses.clone(),
        incoming: incoming.clone(),
    };
    WorkerHost {
        parts: setting.parts.clone(),
        caller: setting.caller.clone(),
        incoming,
        console: Console {
            width,
            color: output.color,
        },
        interactive: start.interactive,
        zone,
        common: CommonParameters {
            operation_id: start.operation_id.clone(),
            expected_plan: start.expected_plan.clone(),
            loss_budget: start.loss_budget.clone(),
            ..CommonParameters::default()
        },
        inlet: RefCell::new(Inlet::new(voice.clone())),
        files: Desk::new(voice.clone(), start.paces_files),
        voice,
        origin: Instant::now(),
        has_advised: Cell::new(false),
    }
}

/// Runs what was asked for; the second value tells whether the rules of script files hold.
fn evaluate(host: &WorkerHost, lease: &mut Lease, start: &wire::Start) -> (RunOutcome, bool) {
    let arguments = match arguments(start) {
        Ok(arguments) => arguments,
        Err(record) => return (failed(*record), false),
    };
    let session = &mut lease.session;
    if start.expects_input {
        session.expect_input();
    }
    let is_script = !start.script_path.is_empty();
    let outcome = match &start.command {
        Some(wire::start::Command::Line(line)) => {
            if is_script || !arguments.is_empty() {
                session.run(
                    host,
                    &Input::Script {
                        text: line,
                        file: &start.script_path,
                        arguments: &arguments,
                    },
                )
            } else if session.is_restricted() {
                session.run(host, &Input::Commands(line))
            } else {
                session.run(host, &Input::Text(line))
            }
        }
        Some(wire::start::Command::Pipeline(pipeline)) => {
            let pipelines: Vec<_> = pipeline
                .statement
                .iter()
                .map(structured::pipeline)
                .collect();
            session.run(host, &Input::Structured(&pipelines))
        }
        Some(wire::start::Command::Words(words)) => {
            let find = |name: &str| {
                let own = builtin::find(builtin::alias_target(name).unwrap_or(name));
                host.find_command(name)
                    .or_else(|| own.map(|command| command.info.clone()))
            };
            match words::command(&words.word, find) {
                Ok(command) => {
                    let pipeline = StructuredPipeline {
                        commands: vec![command],
                        ..StructuredPipeline::default()
                    };
                    session.run(host, &Input::Structured(&[pipeline]))
                }
                Err(record) => failed(*record),
            }
        }
        None => RunOutcome {
            success: true,
            ..RunOutcome::default()
        },
    };
    (outcome, is_script)
}

fn failed(record: ErrorRecord) -> RunOutcome {
    RunOutcome {
        state: RunState::Failed,
        had_errors: true,
        terminating: Some(record),
        ..RunOutcome::default()
    }
}

fn arguments(start: &wire::Start) -> Result<Vec<Value>, Box<ErrorRecord>> {
    let mut arguments: Vec<Value> = start.argument.iter().map(from_wire).collect();
    if !start.argument_clixml.is_empty() {
        for item in read_clixml(&start.argument_clixml)
            .map_err(|error| Box::new(unreadable(&error.to_string())))?
        {
            match item.value.elements() {
                Some(elements) => arguments.extend(elements),
                None => arguments.push(item.value),
            }
        }
    }
    Ok(arguments)
}

/// The end, with the exit code of a `pwsh` that ran this.
fn finished(outcome: &RunOutcome, is_script: bool, stopped: bool) -> wire::Finished {
    let state = match outcome.state {
        _ if stopped => wire::PipelineState::Stopped,
        RunState::Completed => wire::PipelineState::Completed,
        RunState::Failed => wire::PipelineState::Failed,
        RunState::Stopped => wire::PipelineState::Stopped,
    };
    let failed = outcome.terminating.is_some() || (!is_script && !outcome.success) || stopped;
    wire::Finished {
        state: state.into(),
        had_errors: outcome.had_errors,
        exit_code: outcome
            .exit_code
            .map_or_else(|| i32::from(failed), |code| code.rem_euclid(256)),
        incomplete: outcome.incomplete,
        exit: outcome.exit_code.is_some(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use futures_util::StreamExt;

    use super::super::outbox::outbox;
    use super::super::sessions::Sessions;
    use super::*;
    use crate::configuration::SessionLimits;

    #[test]
    fn a_fault_is_its_callers_error_and_the_session_goes_on() {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let sessions = Sessions::new(SessionLimits {
            count: 1,
            per_caller: 1,
            memory: 16 << 20,
            idle: std::time::Duration::from_secs(60),
            pipelines: 1,
        });
        let lease = sessions.take("anna", "1", false).unwrap();
        let (outbox, mut responses) = outbox();
        guarded(&outbox, runtime.handle(), move || {
            let _running = lease;
            panic!("a fault");
        });
        let said = runtime.block_on(responses.next()).unwrap();
        assert_eq!(said.unwrap_err().code(), tonic::Code::Internal);
        assert!(sessions.take("anna", "1", false).is_ok());
    }
}
