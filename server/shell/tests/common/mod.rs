//! What a line answers, in a session of its own that has PowerShell's own commands and no user.

use std::cell::RefCell;
use std::sync::Arc;

use tandem_shell::command::CommandInfo;
use tandem_shell::host::{
    ChoicePrompt, CmdletCall, CmdletSink, FieldPrompt, FileFailure, Host, PromptFailure, Shown,
    Stopped,
};
use tandem_shell::session::{Input, Session, SessionOptions};
use tandem_shell::text::{Culture, to_text};
use tandem_shell::value::{DateTime, DateTimeKind, Value};

/// Keeps the texts of what it is shown and the messages of errors, in order.
#[derive(Default)]
struct Keeper {
    shown: RefCell<Vec<String>>,
}

impl Host for Keeper {
    fn find_command(&self, _name: &str) -> Option<Arc<CommandInfo>> {
        None
    }
    fn commands(&self) -> Vec<Arc<CommandInfo>> {
        Vec::new()
    }
    fn invoke(&self, _call: &CmdletCall<'_>, _sink: &mut dyn CmdletSink) -> Result<(), Stopped> {
        Ok(())
    }
    fn show(&self, shown: Shown<'_>) {
        let text = match shown {
            Shown::Output(value) => to_text(value, Culture::Invariant),
            Shown::Error(error) => error.shown_message().to_owned(),
            _ => return,
        };
        self.shown.borrow_mut().push(text);
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
    fn write_file(&self, _path: &str, _content: &[u8], _append: bool) -> Result<(), FileFailure> {
        Ok(())
    }
    fn stopping(&self) -> bool {
        false
    }
}

/// Output and error messages of a line, joined with blanks.
pub(crate) fn answer(line: &str) -> String {
    let host = Keeper::default();
    let outcome = Session::new(SessionOptions::default()).run(&host, &Input::Text(line));
    let mut shown = host.shown.into_inner();
    if let Some(error) = &outcome.terminating {
        shown.push(error.shown_message().to_owned());
    }
    shown.join(" ")
}
