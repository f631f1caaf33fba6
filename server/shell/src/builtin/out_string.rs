//! `Out-String`, `Out-Host` and `Out-Default`: objects as the lines that a person sees.

use std::ops::Range;

use crate::builtin::declare::{CORE, UTILITY, command, input, named, switch};
use crate::builtin::format_commands::{enumeration_limit, error_view};
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
        let raw = self.formatter.as_mut().map(Formatter::take_raw);
        let text = std::mem::take(&mut self.text);
        if self.target == Target::Host {
            for line in text.split_terminator('\n') {
                context.host().show(Shown::HostLine(line));
            }
            return Ok(());
        }
        for line in lines(&text, &raw.unwrap_or_default()) {
            context.write(Value::text(line))?;
        }
        Ok(())
    }
}

/// The lines of what was drawn; a raw text of several lines is one.
fn lines<'a>(text: &'a str, raw: &[Range<usize>]) -> Vec<&'a str> {
    let mut lines = Vec::new();
    let mut start = 0;
    for (end, _) in text.match_indices('\n') {
        if !raw.iter().any(|raw| raw.contains(&end)) {
            lines.push(&text[start..end]);
            start = end + 1;
        }
    }
    lines
}

/// What draws objects for a command with -Width; without it lines are as long as they are.
pub(super) fn formatter(context: &Context<'_>) -> Formatter {
    let views = context.host().views();
    let mut formatter = match count(context, "Width") {
        Some(width) => Formatter::new(views, width),
        None => Formatter::unbounded(views, context.host().width()),
    }
    .plain();
    formatter.set_enumeration_limit(enumeration_limit(context));
    formatter.set_error_view(error_view(context));
    formatter
}

impl Stage for Out {
    fn begin(&mut self, context: &mut Context<'_>) -> Result<(), Halt> {
        if context.switch("Stream") {
            self.target = Target::Stream;
        }
        self.no_new_line = context.switch("NoNewline");
        self.formatter = Some(match self.target {
            Target::Text | Target::Stream => formatter(context),
            Target::Host => {
                let host = context.host();
                let mut formatter = Formatter::new(host.views(), host.width());
                formatter.set_enumeration_limit(enumeration_limit(context));
                formatter.set_error_view(error_view(context));
                formatter
            }
        });
        Ok(())
    }

    fn process(&mut self, context: &mut Context<'_>, input: Option<Value>) -> Result<(), Halt> {
        let Some(object) = input_object(context, input) else {
            return Ok(());
        };
        let now = context.host().now().ticks;
        let before = self.text.len();
        if let Some(formatter) = &mut self.formatter {
            formatter.push(&object, now, &mut self.text);
        }
        if self.target == Target::Text {
            context.hoard_bytes(self.text.len() - before)?;
        }
        self.flush(context)
    }

    fn end(&mut self, context: &mut Context<'_>) -> Result<(), Halt> {
        let now = context.host().now().ticks;
        if let Some(formatter) = &mut self.formatter {
            formatter.finish(now, &mut self.text);
        }
        self.flush(context)?;
        if self.target != Target::Text {
            return Ok(());
        }
        let raw = self.formatter.as_mut().map(Formatter::take_raw);
        let text = std::mem::take(&mut self.text);
        let text = if self.no_new_line {
            lines(&text, &raw.unwrap_or_default()).concat()
        } else {
            text
        };
        context.write(Value::text(text))
    }
}
