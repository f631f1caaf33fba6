//! Lines that are run: whatever the expressions, conversions, format strings and formatting make of them, each ends.

use std::cell::RefCell;
use std::panic::resume_unwind;
use std::sync::{Arc, LazyLock};
use std::thread;
use std::time::{Duration, Instant};

use proptest::prelude::*;
use tandem_shell::command::CommandInfo;
use tandem_shell::evaluate::STACK_BYTES;
use tandem_shell::format::error_view::{ErrorView, render};
use tandem_shell::format::formatter::Formatter;
use tandem_shell::format::view::ViewRegistry;
use tandem_shell::host::{
    ChoicePrompt, CmdletCall, CmdletSink, FieldPrompt, Host, PromptFailure, Shown, Stopped,
};
use tandem_shell::session::{Input, Session, SessionOptions};
use tandem_shell::value::{DateTime, DateTimeKind, Text, Value};

use crate::campaign::{self, Verdict};
use crate::{command_line, seeds};

/// Time that a line may run before it is asked to stop.
const PATIENCE: Duration = Duration::from_millis(200);

/// A host that has at most one command and one list, draws what it is shown, and keeps nothing.
#[derive(Default)]
pub(crate) struct Bystander {
    pub(crate) command: Option<Arc<CommandInfo>>,
    pub(crate) offered: Vec<Text>,
    /// What output is drawn with, if it is drawn at all.
    pub(crate) drawn: RefCell<Option<Formatter>>,
    /// When lines are asked to stop.
    pub(crate) end: Option<Instant>,
}

impl Bystander {
    /// One that draws what it is shown, and asks to stop after a time.
    pub(crate) fn drawing(patience: Duration) -> Self {
        Self {
            drawn: RefCell::new(Some(Formatter::new(Arc::new(ViewRegistry::standard()), 80))),
            end: Some(Instant::now() + patience),
            ..Self::default()
        }
    }
}

impl Host for Bystander {
    fn fill_random(&self, bytes: &mut [u8]) {
        // Tests foretell what is random.
        for (byte, number) in bytes.iter_mut().zip(1..) {
            *byte = number;
        }
    }

    fn find_command(&self, name: &str) -> Option<Arc<CommandInfo>> {
        self.command
            .clone()
            .filter(|command| command.name.eq_ignore_ascii_case(name))
    }
    fn commands(&self) -> Vec<Arc<CommandInfo>> {
        self.command.iter().cloned().collect()
    }
    fn completion_list(&self, _list: &str, _prefix: &str, _given: &[(Text, Text)]) -> Vec<Text> {
        self.offered.clone()
    }
    fn invoke(&self, _call: &CmdletCall<'_>, _sink: &mut dyn CmdletSink) -> Result<(), Stopped> {
        Ok(())
    }
    fn show(&self, shown: Shown<'_>) {
        let mut text = String::new();
        match (shown, &mut *self.drawn.borrow_mut()) {
            (Shown::Output(value), Some(formatter)) => formatter.push(value, 0, &mut text),
            (Shown::Error(error), _) => text = render(error, ErrorView::NormalView, 80),
            _ => {}
        }
        drop(text);
    }
    fn prompt_for_choice(&self, _prompt: &ChoicePrompt) -> Result<usize, PromptFailure> {
        Err(PromptFailure::NoUser)
    }
    fn prompt_for_fields(&self, _prompt: &FieldPrompt) -> Result<Vec<Value>, PromptFailure> {
        Err(PromptFailure::NoUser)
    }
    fn now(&self) -> DateTime {
        DateTime {
            ticks: 639_305_568_000_000_000,
            kind: DateTimeKind::Local,
        }
    }
    fn sleep(&self, _slice: Duration) {}
    fn stopping(&self) -> bool {
        self.end.is_some_and(|end| Instant::now() > end)
    }
}

/// Ends of lines that put what stands before them through more of the engine.
const TAILS: &[&str] = &[
    " | Format-Table",
    " | Format-List *",
    " | Format-Wide",
    " | Format-Table -AutoSize -Wrap",
    " | ConvertTo-Json",
    " | ConvertTo-Csv",
    " | ConvertTo-Html",
    " | ConvertFrom-Json",
    " | ConvertFrom-Csv",
    " | Out-String -Width 9",
    " | Select-Object *",
    " | Sort-Object",
    " | Group-Object",
    " | Measure-Object -AllStats",
    " | Get-Member",
    " | Get-Date",
    " | ForEach-Object { $_ }",
    " | Where-Object { $_ }",
    " | Select-Object -First 2",
    " | Select-Object -Last 2",
    "'{0,9:N2}' -f ",
    "'{0:yyyy-MM-dd}' -f ",
    "[datetime]",
    "[timespan]",
    "[version]",
    "[guid]",
    "[decimal]",
    "[bigint]",
    "[xml]",
    "[char]",
    "[string[]]",
    "[bool]",
    " -match ",
    " -replace ",
    " -like ",
    ".PadLeft(",
    ".Substring(",
    ".Split(",
    ".ToString(",
    ".Count",
    "[-1]",
    "[1..3]",
    " * 9",
    " -band ",
    " -shl ",
    " % ",
    " .. ",
    "@{a=1;b=@(1,2)}",
    "[pscustomobject]",
    "Get-Help ",
    "Get-Command ",
    "New-TimeSpan ",
    "Compare-Object ",
    "Tee-Object -Variable ",
    "Write-Error ",
    "$Error[0]",
];

fn check(text: &str) -> Verdict {
    let host = Bystander::drawing(PATIENCE);
    let mut session = Session::new(SessionOptions::default());
    let outcome = session.run(&host, &Input::Text(text));
    if let Some(error) = &outcome.terminating {
        prop_assert!(!error.fully_qualified_id.is_empty());
        for view in [
            ErrorView::ConciseView,
            ErrorView::NormalView,
            ErrorView::CategoryView,
        ] {
            render(error, view, 80);
        }
    }
    let formatter = host.drawn.into_inner();
    formatter.unwrap().finish(0, &mut String::new());
    Ok(())
}

/// Runs a campaign on a stack like the server's: that of a test is smaller than the nesting that the engine allows.
pub(crate) fn as_the_server_runs(campaign: impl FnOnce() + Send + 'static) {
    let thread = thread::Builder::new().stack_size(STACK_BYTES);
    if let Err(failure) = thread.spawn(campaign).unwrap().join() {
        resume_unwind(failure);
    }
}

#[test]
fn any_line_that_is_run_ends() {
    static TOKENS: LazyLock<Vec<&str>> = LazyLock::new(|| [command_line::TOKENS, TAILS].concat());
    as_the_server_runs(|| campaign::run("run-line", seeds::command_lines(), &TOKENS, check));
}
