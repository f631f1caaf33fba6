//! A real terminal: tmux of a fixed size, into which tests type and from which they read.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::time::Instant;

use crate::deployment::PATIENCE;

const POLL_INTERVAL: Duration = Duration::from_millis(25);
/// Columns and rows of the terminal.
pub(crate) const SIZE: (u16, u16) = (100, 30);

/// A program in a terminal of its own, which ends with it.
pub(crate) struct Terminal {
    socket: PathBuf,
}

impl Terminal {
    /// Starts a program with its arguments in a folder, where the terminal's files are kept too.
    pub(crate) fn start(
        folder: &Path,
        environment: &[(&str, &str)],
        program: &Path,
        arguments: &[&str],
    ) -> Self {
        let settings = folder.join("tmux.conf");
        std::fs::write(
            &settings,
            "set -g default-terminal screen-256color\nset -g status off\nset -s escape-time 0\n",
        )
        .unwrap();
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let terminal = Self {
            socket: folder.join(format!("tmux-{number}.socket")),
        };
        let mut command = terminal.tmux(&["-u", "-f"]);
        command
            .arg(&settings)
            .args(["new-session", "-d", "-s", "test"]);
        command.args(["-x", &SIZE.0.to_string(), "-y", &SIZE.1.to_string()]);
        command.arg("-c").arg(folder);
        for (name, value) in environment {
            // What stands in PATH is taken from whoever starts the terminal, whatever is said of it.
            command.env(name, value);
            command.arg("-e").arg(format!("{name}={value}"));
        }
        command.arg(program).args(arguments);
        run(&mut command);
        terminal
    }

    fn tmux(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("tmux");
        command
            .env_remove("TMUX")
            .env("LC_ALL", "C.UTF-8")
            .arg("-S")
            .arg(&self.socket)
            .args(arguments);
        command
    }

    fn ask(&self, arguments: &[&str]) -> String {
        String::from_utf8(run(&mut self.tmux(arguments)).stdout).unwrap()
    }

    /// Presses keys, by tmux's names.
    pub(crate) fn press(&self, keys: &[&str]) {
        self.ask(&[&["send-keys", "-t", "test"], keys].concat());
    }

    /// Types text as it stands.
    pub(crate) fn write(&self, text: &str) {
        self.ask(&["send-keys", "-t", "test", "-l", "--", text]);
    }

    /// Types text and presses Enter.
    pub(crate) fn enter(&self, text: &str) {
        self.write(text);
        self.press(&["Enter"]);
    }

    /// Pastes text, as a terminal with bracketed paste does.
    pub(crate) fn paste(&self, text: &str) {
        self.ask(&["set-buffer", text]);
        self.ask(&["paste-buffer", "-p", "-t", "test"]);
    }

    /// Gives the terminal another size.
    pub(crate) fn resize(&self, columns: u16, rows: u16) {
        let (columns, rows) = (columns.to_string(), rows.to_string());
        self.ask(&["resize-window", "-t", "test", "-x", &columns, "-y", &rows]);
    }

    /// What is on the screen, without blank ends.
    pub(crate) fn screen(&self) -> String {
        let screen = self.ask(&["capture-pane", "-p", "-t", "test"]);
        screen.trim_end().to_owned()
    }

    /// The same with its escape sequences.
    pub(crate) fn coloured(&self) -> String {
        self.ask(&["capture-pane", "-p", "-e", "-t", "test"])
    }

    /// Waits until the screen is as wanted; the screen.
    pub(crate) async fn until(&self, wanted: &str, is_so: impl Fn(&str) -> bool) -> String {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let screen = self.screen();
            if is_so(&screen) {
                return screen;
            }
            assert!(
                Instant::now() < deadline,
                "the terminal does not show {wanted}, but:\n{screen}"
            );
            tokio::time::sleep(POLL_INTERVAL).await;
        }
    }

    /// Waits until the screen shows a text; the screen.
    pub(crate) async fn shows(&self, text: &str) -> String {
        self.until(&format!("{text:?}"), |screen| screen.contains(text))
            .await
    }

    /// Waits until the last line ends with a text: a prompt that waits for its answer.
    pub(crate) async fn waits_at(&self, prompt: &str) -> String {
        self.until(&format!("{prompt:?} at its end"), |screen| {
            screen.ends_with(prompt)
        })
        .await
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // A terminal whose program never started has no server to end.
        let _ = self.tmux(&["kill-server"]).output();
    }
}

fn run(command: &mut Command) -> Output {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}; the tests need tmux"));
    assert!(
        output.status.success(),
        "{command:?}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    output
}
