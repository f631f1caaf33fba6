//! What the standard streams are: terminals or not, how wide, coloured or plain.

use std::env;
use std::io::{IsTerminal, stderr, stdin, stdout};

/// Columns when there is no terminal, as `pwsh` takes them.
const WIDTH_WITHOUT_TERMINAL: u16 = 80;

/// The standard streams.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Screen {
    /// Whether somebody types.
    pub(crate) stdin_is_terminal: bool,
    /// Whether output is looked at.
    pub(crate) stdout_is_terminal: bool,
    /// Whether errors and progress are looked at.
    pub(crate) stderr_is_terminal: bool,
    /// Whether escape sequences do anything: no `TERM=dumb`.
    pub(crate) is_capable: bool,
    /// Whether colour is welcome: no `NO_COLOR`.
    pub(crate) wants_colour: bool,
}

impl Screen {
    /// Looks at the process's streams and environment.
    pub(crate) fn detect() -> Self {
        Self {
            stdin_is_terminal: stdin().is_terminal(),
            stdout_is_terminal: stdout().is_terminal(),
            stderr_is_terminal: stderr().is_terminal(),
            is_capable: env::var_os("TERM").is_none_or(|term| term != "dumb"),
            wants_colour: env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()),
        }
    }

    /// Whether the server should colour what it renders. One answer for both streams: with either redirected, plain.
    pub(crate) fn colour(&self) -> bool {
        self.is_capable && self.wants_colour && self.stdout_is_terminal && self.stderr_is_terminal
    }

    /// Whether progress is drawn.
    pub(crate) fn draws_progress(&self) -> bool {
        self.stderr_is_terminal && self.is_capable
    }

    /// Columns of output.
    pub(crate) fn width(&self) -> u16 {
        let terminal = || crossterm::terminal::size().ok().map(|(columns, _)| columns);
        let columns = if self.stdout_is_terminal {
            terminal()
        } else {
            None
        };
        columns
            .filter(|columns| *columns > 0)
            .unwrap_or(WIDTH_WITHOUT_TERMINAL)
    }
}
