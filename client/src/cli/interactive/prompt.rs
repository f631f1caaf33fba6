//! The prompt of the session: whose node it talks to, in the form of PowerShell's remote sessions.

use std::borrow::Cow;

use reedline::{Prompt, PromptEditMode, PromptHistorySearch};

/// `[pool1.contoso.com]: PS> `.
pub(super) struct SessionPrompt {
    left: String,
}

impl SessionPrompt {
    /// The prompt for that node; `>> ` when a line goes on.
    pub(super) fn new(host: &str, goes_on: bool) -> Self {
        let left = if goes_on {
            ">> ".to_owned()
        } else {
            format!("[{host}]: PS> ")
        };
        Self { left }
    }
}

impl Prompt for SessionPrompt {
    fn render_prompt_left(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.left)
    }

    fn render_prompt_right(&self) -> Cow<'_, str> {
        Cow::Borrowed("")
    }

    fn render_prompt_indicator(&self, _mode: PromptEditMode) -> Cow<'_, str> {
        Cow::Borrowed("")
    }

    fn render_prompt_multiline_indicator(&self) -> Cow<'_, str> {
        Cow::Borrowed(">> ")
    }

    fn render_prompt_history_search_indicator(&self, search: PromptHistorySearch) -> Cow<'_, str> {
        Cow::Owned(format!("history search: {} ", search.term))
    }
}
