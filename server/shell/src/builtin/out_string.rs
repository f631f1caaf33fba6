//! `Out-String`, `Out-Host` and `Out-Default`: objects as the lines that a person sees.

use crate::builtin::declare::{CORE, UTILITY, command, input, named, switch};
use crate::builtin::format_commands::enumeration_limit;
use crate::builtin::support::{count, input_object};
use crate::command::{CommandInfo, Validation};
use crate::format::formatter::Formatter;
use crate::host::Shown;
use crate::pipeline::halt::Halt;
use crate::pipeline::stage::{Context, Stage};
use crate::value::Value;

/// What the binder knows of `Out-String`.
pub(super) fn info() -> CommandInfo {
    command("Out-String", UTILITY)
        .with_default_set("NoNewLineFormatting")
        .with(switch("Stream").in_sets(&["StreamFormatting"]))
        .with(
            named("Width", "int")
                .validated(Validation::Range(Value::Int32(2), Value::Int32(i32::MAX))),
        )
        .with(switch("NoNewline").in_sets(&["NoNewLineFormatting"]))
        .with(input())
}

/// What the binder knows of `Out-Host`.
pub(super) fn host_info() -> CommandInfo {
    command("Out-Host", CORE)
        .with(switch("Paging"))
        .with(input())
}

/// What the binder knows of `Out-Default`.
pub(super) fn default_info() -> CommandInfo {
    command("Out-Default", CORE)
        .with(switch("Transcript"))
        .with(input())
}

/// One `Out-String` to run.
pub(super) fn create() -> Box<dyn Stage> {
    Box::new(Out::to(Target::Text))
}

/// One `Out-Host` or `Out-Default` to run.
pub(super) fn create_host() -> Box<dyn Stage> {
    Box::new(Out::to(Target::Host))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Target {
    Text,
    Stream,
    Host,
}

struct Out {
    target: Target,
    no_new_line: bool,
    formatter: Option<Formatter>,
    text: String,
}

impl Out {
    fn to(target: Target) -> Self {
        Self {
            target,
            no_new_line: false,
            formatter: None,
            text: String::new(),
        }
    }

    /// Passes on the lines that are complete.
    fn flush(&mut self, context: &mut Context<'_>) -> Result<(), Halt> {
        if self.target == Target::Text {
            return Ok(());
        }
        let text = std::mem::take(&mut self.text);
        for line in text.split_terminator('\n') {
            if self.target == Target::Host {
                context.host().show(Shown::HostLine(line));
            } else {
                context.write(Value::text(line))?;
            }
        }
        Ok(())
    }
}

impl Stage for Out {
    fn begin(&mut self, context: &mut Context<'_>) -> Result<(), Halt> {
        if context.switch("Stream") {
            self.target = Target::Stream;
        }
        self.no_new_line = context.switch("NoNewline");
        let width = count(context, "Width").unwrap_or_else(|| context.host().width());
        let mut formatter = Formatter::new(context.host().views(), width);
        formatter.set_enumeration_limit(enumeration_limit(context));
        self.formatter = Some(formatter);
        Ok(())
    }

    fn process(&mut self, context: &mut Context<'_>, input: Option<Value>) -> Result<(), Halt> {
        let Some(object) = input_object(context, input) else {
            return Ok(());
        };
        let now = context.host().now().ticks;
        if let Some(formatter) = &mut self.formatter {
            formatter.push(&object, now, &mut self.text);
        }
        self.flush(context)
    }

    fn end(&mut self, context: &mut Context<'_>) -> Result<(), Halt> {
        let now = context.host().now().ticks;
        if let Some(mut formatter) = self.formatter.take() {
            formatter.finish(now, &mut self.text);
        }
        self.flush(context)?;
        if self.target != Target::Text {
            return Ok(());
        }
        let text = std::mem::take(&mut self.text);
        let text = if self.no_new_line {
            text.replace('\n', "")
        } else {
            text
        };
        context.write(Value::text(text))
    }
}
