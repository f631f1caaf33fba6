//! The prompt of the session: whose pool it talks to, in the form of PowerShell's remote sessions.

use std::borrow::Cow;
use std::net::IpAddr;

use reedline::{Color, Prompt, PromptEditMode, PromptHistorySearch, PromptHistorySearchStatus};
use tandem_client::Endpoint;

/// What stands between the prompt's name and the line, also while a menu is open. The editor counts its rows with this one's: without
/// it, it fails on an empty line under a menu that fills the screen.
pub(super) const INDICATOR: &str = "> ";

/// `[pool1.contoso.com]: PS> `.
pub(super) struct SessionPrompt {
    left: String,
}

impl SessionPrompt {
    /// The prompt for that node, by its pool if it is known; `>> ` when a line goes on. A bare address says too little
    /// without its port.
    pub(super) fn new(node: &Endpoint, pool: Option<&str>, is_lost: bool, goes_on: bool) -> Self {
        let host = match (pool, node.host.parse::<IpAddr>()) {
            (Some(pool), _) => pool.to_owned(),
            (None, Ok(_)) => node.to_string(),
            (None, Err(_)) => node.host.clone(),
        };
        let left = match (goes_on, is_lost) {
            (true, _) => ">".to_owned(),
            (false, true) => format!("[{host}, not connected]: PS"),
            (false, false) => format!("[{host}]: PS"),
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
        Cow::Borrowed(INDICATOR)
    }

    fn get_indicator_color(&self) -> Color {
        self.get_prompt_color()
    }

    fn render_prompt_multiline_indicator(&self) -> Cow<'_, str> {
        Cow::Borrowed(">> ")
    }

    fn render_prompt_history_search_indicator(&self, search: PromptHistorySearch) -> Cow<'_, str> {
        // It stands where the indicator does.
        Cow::Owned(match search.status {
            PromptHistorySearchStatus::Passing => format!("> history search: {} ", search.term),
            PromptHistorySearchStatus::Failing => {
                format!("> no line of the history has: {} ", search.term)
            }
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn the_prompt_names_the_node() {
        let left = |node: &str, is_lost, goes_on| {
            shown(&SessionPrompt::new(
                &node.parse().unwrap(),
                None,
                is_lost,
                goes_on,
            ))
        };
        assert_eq!(
            left("pool1.contoso.com:8443", false, false),
            "[pool1.contoso.com]: PS> "
        );
        assert_eq!(
            left("127.0.0.1:7001", true, false),
            "[127.0.0.1:7001, not connected]: PS> "
        );
        assert_eq!(left("pool1.contoso.com", false, true), ">> ");
        let named = SessionPrompt::new(
            &"127.0.0.1:7001".parse().unwrap(),
            Some("pool1.contoso.com"),
            false,
            false,
        );
        assert_eq!(shown(&named), "[pool1.contoso.com]: PS> ");
    }

    fn shown(prompt: &SessionPrompt) -> String {
        let indicator = prompt.render_prompt_indicator(PromptEditMode::Default);
        assert!(!indicator.is_empty());
        format!("{}{indicator}", prompt.render_prompt_left())
    }
}
