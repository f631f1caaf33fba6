//! An administrator's desk: the real client in a real terminal, with a profile, a folder and a history of its own.

use std::cell::Cell;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use tandem_lab::laboratory::{ADMINISTRATOR, POOL1, POOL2};
use tandem_lab::programs::programs;

use crate::deployment::Deployment;
use crate::tmux::Terminal;

/// How long a key may go unanswered before it is pressed again.
const AT_LEISURE: Duration = Duration::from_millis(500);
/// What no line of the history begins with, so that no hint stands behind it.
const MARK: &str = "~";

/// Where an administrator works: a folder with a profile, a home of its own, and the client in a terminal.
pub(crate) struct Desk {
    /// Ended before its folder goes.
    pub(crate) terminal: Terminal,
    pub(crate) folder: tempfile::TempDir,
    profile: PathBuf,
    /// What the prompt of each pool's node reads.
    prompts: [(&'static str, String); 2],
}

impl Desk {
    /// The client with a profile that names the nodes of these pools, in this order.
    pub(crate) fn new(deployment: &Deployment, pools: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let laboratory = &deployment.laboratory;
        let files = laboratory.cast().holder(ADMINISTRATOR);
        let servers: Vec<String> = pools
            .iter()
            .map(|pool| format!("{:?}", laboratory.pool(pool).address.to_string()))
            .collect();
        let profile = folder.path().join("profile.toml");
        let text = format!(
            "servers = [{}]\nca = {:?}\ncertificate = {:?}\nkey = {:?}\n",
            servers.join(", "),
            laboratory.cast().authority(),
            files.certificate,
            files.key,
        );
        fs::write(&profile, text).unwrap();
        let prompts = [POOL1, POOL2].map(|pool| (pool, format!("[{pool}]: PS>")));
        let terminal = client(&folder, &profile);
        Self {
            terminal,
            folder,
            profile,
            prompts,
        }
    }

    /// What the prompt reads while a pool's node is at the other end.
    pub(crate) fn prompt(&self, pool: &str) -> &str {
        let found = self.prompts.iter().find(|(own, _)| *own == pool);
        &found.expect("one of the two pools").1
    }

    /// The client once more, in a new terminal.
    pub(crate) fn start_again(&mut self) {
        self.terminal = client(&self.folder, &self.profile);
    }

    /// Begins with an empty line on an empty screen.
    ///
    /// An empty screen alone shows nothing of a Ctrl-C that is still under way, and the client draws its line anew
    /// when the terminal gets another size; so a mark is typed behind it, and taken back when all has settled.
    pub(crate) async fn clear(&self, pool: &str) {
        self.terminal.press(&["C-c"]);
        let prompt = self.prompt(pool);
        // What a line leaves unread when it ends is lost, so keys are pressed again, at leisure.
        let marked = format!("{prompt} {MARK}");
        self.presses(
            "a marked line",
            || self.terminal.write(MARK),
            |screen| {
                let last = screen.lines().last().unwrap_or_default();
                last.starts_with(&marked) && last.ends_with(MARK)
            },
        )
        .await;
        self.presses(
            "an empty screen",
            || self.terminal.press(&["C-l"]),
            |screen| screen.starts_with(&marked) && screen.lines().count() == 1,
        )
        .await;
        self.presses(
            "an empty line",
            || self.terminal.press(&["C-u"]),
            |screen| screen.trim() == prompt,
        )
        .await;
    }

    /// Presses Ctrl-C, again at leisure, until the screen shows a text and the prompt stands there again.
    pub(crate) async fn leaves(&self, pool: &str, text: &str) {
        let prompt = self.prompt(pool);
        self.presses(
            text,
            || self.terminal.press(&["C-c"]),
            |screen| screen.replace('\n', "").contains(text) && screen.ends_with(prompt),
        )
        .await;
    }

    /// Presses keys, and presses them again at leisure until the screen is as wanted.
    async fn presses(&self, wanted: &str, press: impl Fn(), is_so: impl Fn(&str) -> bool) {
        let pressed = Cell::new(None::<Instant>);
        self.terminal
            .until(wanted, |screen| {
                let is_so = is_so(screen);
                if !is_so && pressed.get().is_none_or(|at| at.elapsed() > AT_LEISURE) {
                    press();
                    pressed.set(Some(Instant::now()));
                }
                is_so
            })
            .await;
    }

    /// Runs a line on an empty screen; the screen when the prompt is back.
    pub(crate) async fn runs(&self, pool: &str, line: &str) -> String {
        self.clear(pool).await;
        self.terminal.enter(line);
        let prompt = self.prompt(pool);
        self.terminal
            .until("a second prompt", |screen| {
                screen.matches(prompt).count() == 2 && screen.ends_with(prompt)
            })
            .await
    }
}

fn client(folder: &tempfile::TempDir, profile: &Path) -> Terminal {
    let home = folder.path().to_str().unwrap();
    let state = folder.path().join("state");
    let environment = [
        ("HOME", home),
        ("XDG_STATE_HOME", state.to_str().unwrap()),
        ("TANDEM_PROFILE", profile.to_str().unwrap()),
        ("TZ", "UTC"),
    ];
    let program = programs().unwrap().client;
    // A shell around it tells how it left, on the screen as everything else; Ctrl-C is not for the shell.
    let shown = "trap : INT; \"$0\"; echo \"left with $?\"; exec sleep 600";
    let arguments = ["-c", shown, program.to_str().unwrap()];
    Terminal::start(folder.path(), &environment, Path::new("sh"), &arguments)
}

/// Asserts that all these texts are on the screen.
pub(crate) fn assert_shows(screen: &str, wanted: &[&str]) {
    for text in wanted {
        assert!(screen.contains(text), "no {text:?} in:\n{screen}");
    }
}
