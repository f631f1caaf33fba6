//! Structured pipelines as they travel, as the engine takes them.

use tandem::shell::v1 as wire;
use tandem::shell::v1::redirection::Target;
use tandem_shell::language::ast::Stream;
use tandem_shell::session::{
    StructuredArgument, StructuredCommand, StructuredPipeline, StructuredRedirection,
    StructuredTarget, When,
};

use crate::dispatch::values::from_wire;

/// One statement.
#[must_use]
pub fn pipeline(statement: &wire::Statement) -> StructuredPipeline {
    StructuredPipeline {
        commands: statement.command.iter().map(command).collect(),
        when: match statement.condition() {
            wire::StatementCondition::Unspecified => When::Always,
            wire::StatementCondition::AfterSuccess => When::AfterSuccess,
            wire::StatementCondition::AfterFailure => When::AfterFailure,
        },
    }
}

fn command(command: &wire::Command) -> StructuredCommand {
    let argument = |argument: &wire::Argument| StructuredArgument {
        name: (!argument.name.is_empty()).then(|| argument.name.as_str().into()),
        value: argument.value.as_ref().map(from_wire),
    };
    StructuredCommand {
        name: command.name.as_str().into(),
        is_script: command.is_script,
        use_local_scope: command.use_local_scope,
        arguments: command.argument.iter().map(argument).collect(),
        redirections: command.redirection.iter().map(redirection).collect(),
    }
}

/// A redirection without a target drops its stream.
fn redirection(redirection: &wire::Redirection) -> StructuredRedirection {
    let file = |path: &str, append: bool| StructuredTarget::File {
        path: path.into(),
        append,
    };
    StructuredRedirection {
        stream: stream(redirection.stream()),
        target: match &redirection.target {
            Some(Target::Output(true)) => StructuredTarget::Output,
            Some(Target::File(path)) => file(path, false),
            Some(Target::Append(path)) => file(path, true),
            Some(Target::Output(false)) | None => file("", false),
        },
    }
}

fn stream(stream: wire::RedirectedStream) -> Stream {
    match stream {
        wire::RedirectedStream::Unspecified => Stream::All,
        wire::RedirectedStream::Output => Stream::Output,
        wire::RedirectedStream::Error => Stream::Error,
        wire::RedirectedStream::Warning => Stream::Warning,
        wire::RedirectedStream::Verbose => Stream::Verbose,
        wire::RedirectedStream::Debug => Stream::Debug,
        wire::RedirectedStream::Information => Stream::Information,
    }
}
