//! The line editor: its keys, what it shows, and what becomes of a line when it fails.

use std::sync::{Arc, Mutex};

use reedline::{
    DefaultHinter, EditCommand, Emacs, KeyCode, KeyModifiers, Reedline, ReedlineEvent,
    ReedlineMenu, Signal, default_emacs_keybindings,
};
use tokio::runtime::Handle;

use super::super::run::{Caller, Failure};
use super::colours::Colours;
use super::completer::Completions;
use super::menu::{self, Offers};
use super::prompt::SessionPrompt;
use super::scan::Continues;
use super::{Session, history};

/// How often in a row the line editor may fail before the session is given up.
const FAILURES_MAX: u32 = 3;
/// What is said when it did.
const EDITOR_FAILED: &str = "tandem: the line editor failed, and the line is lost; the session goes on. \
     Please report what stands above.\n";

/// The editor of a session.
pub(super) struct Editing {
    /// Absent while somebody types.
    editor: Option<Reedline>,
    failures: u32,
}

impl Editing {
    /// With an empty line.
    pub(super) fn new(caller: &Caller, current: &Arc<Mutex<Session>>) -> Self {
        Self {
            editor: Some(editor(caller, current)),
            failures: 0,
        }
    }

    /// What is typed next; none when the editor failed, which must not end the session with its variables.
    pub(super) async fn line(
        &mut self,
        caller: &mut Caller,
        current: &Arc<Mutex<Session>>,
        prompt: SessionPrompt,
    ) -> Result<Option<Signal>, Failure> {
        let mut editor = self
            .editor
            .take()
            .unwrap_or_else(|| editor(caller, current));
        let read = tokio::task::spawn_blocking(move || {
            let signal = editor.read_line(&prompt);
            // A history that cannot be kept must not keep anybody from working.
            let _ = editor.sync_history();
            (editor, signal)
        });
        if let Ok((editor, signal)) = read.await {
            self.editor = Some(editor);
            self.failures = 0;
            return Ok(Some(signal?));
        }
        self.failures += 1;
        if self.failures > FAILURES_MAX {
            return Err(Failure::Editor);
        }
        caller.output.complain(EDITOR_FAILED)?;
        Ok(None)
    }

    /// Has a line stand at the prompt again.
    pub(super) fn put_back(&mut self, line: String) {
        if let Some(editor) = &mut self.editor {
            editor.run_edit_commands(&[EditCommand::InsertString(line)]);
        }
    }
}

fn editor(caller: &Caller, current: &Arc<Mutex<Session>>) -> Reedline {
    let mut keys = default_emacs_keybindings();
    let next = ReedlineEvent::UntilFound(vec![
        ReedlineEvent::Menu(menu::NAME.to_owned()),
        ReedlineEvent::MenuNext,
    ]);
    keys.add_binding(KeyModifiers::NONE, KeyCode::Tab, next.clone());
    keys.add_binding(KeyModifiers::CONTROL, KeyCode::Char(' '), next);
    keys.add_binding(
        KeyModifiers::SHIFT,
        KeyCode::BackTab,
        ReedlineEvent::MenuPrevious,
    );
    let newline = ReedlineEvent::Edit(vec![EditCommand::InsertNewline]);
    keys.add_binding(KeyModifiers::ALT, KeyCode::Enter, newline.clone());
    keys.add_binding(KeyModifiers::SHIFT, KeyCode::Enter, newline);

    let colour = caller.screen.colour();
    let mut editor = Reedline::create()
        .with_ansi_colors(colour)
        .with_edit_mode(Box::new(Emacs::new(keys)))
        .with_completer(Box::new(Completions::new(
            Arc::clone(current),
            Handle::current(),
        )))
        .with_partial_completions(true)
        .with_quick_completions(true)
        .with_menu(ReedlineMenu::EngineCompleter(Box::new(Offers::new())))
        .with_validator(Box::new(Continues))
        // What is pasted waits for Enter, whole.
        .use_bracketed_paste(true);
    if colour {
        // PSReadLine's: a hint must not look like something that has been typed.
        let hint = reedline::Color::LightGray.dimmed().italic();
        let hinter = DefaultHinter::default().with_style(hint);
        editor = editor
            .with_highlighter(Box::new(Colours))
            .with_hinter(Box::new(hinter));
    }
    match history::open() {
        Some(history) => editor.with_history(history),
        None => editor,
    }
}
