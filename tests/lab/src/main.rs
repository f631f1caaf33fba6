//! `cargo lab`: builds, makes a laboratory of two sites, tells the story of a failover with the real client, and leaves the user at
//! its prompt.

mod narrator;
mod session;
mod story;
mod traffic;

use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;

use session::Session;

/// A laboratory of two sites on this machine: two pools, paired, with users, and the story of losing one of them.
#[derive(Debug, Parser)]
#[command(name = "cargo lab", version)]
struct Options {
    /// The laboratory's folder.
    #[arg(long, default_value = ".lab")]
    folder: PathBuf,
    /// Users of each pool, when the laboratory is made.
    #[arg(long, default_value_t = 2000)]
    users: usize,
    /// Make the laboratory anew when there is one.
    #[arg(long)]
    replace: bool,
    /// Leave the story out: only start the laboratory.
    #[arg(long)]
    no_story: bool,
    /// End after the story instead of leaving you at the prompt; so also when standard input is no terminal.
    #[arg(long)]
    no_prompt: bool,
}

impl Options {
    /// Whether somebody is left at the prompt, and the nodes run for as long as that.
    fn prompts(&self) -> bool {
        !self.no_prompt && std::io::stdin().is_terminal()
    }
}

/// Exit code after Ctrl-C, as shells count it: 128 and the signal's number.
const EXIT_INTERRUPTED: u8 = 130;

fn main() -> ExitCode {
    let options = Options::parse();
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("cargo lab: {error}");
            return ExitCode::FAILURE;
        }
    };
    let code = runtime.block_on(run(options));
    // A build that is under way in a thread must not hold the program after Ctrl-C; its processes have had the signal too.
    runtime.shutdown_background();
    code
}

async fn run(options: Options) -> ExitCode {
    let mut session = None;
    let prompts = options.prompts();
    let ended = tokio::select! {
        ended = tell(&options, &mut session) => Some(ended),
        _ = tokio::signal::ctrl_c() => None,
    };
    let code = match ended {
        Some(Ok(())) if prompts => match &session {
            Some(session) => session.prompt().await,
            None => ExitCode::FAILURE,
        },
        Some(Ok(())) => ExitCode::SUCCESS,
        Some(Err(error)) => {
            eprintln!("\ncargo lab: {error}");
            ExitCode::FAILURE
        }
        None => {
            eprintln!("\ncargo lab: interrupted; stopping the nodes");
            ExitCode::from(EXIT_INTERRUPTED)
        }
    };
    if let Some(session) = session {
        session.stop().await;
    }
    code
}

async fn tell(options: &Options, session: &mut Option<Session>) -> Result<(), story::Error> {
    narrator::slow(
        "Building the node and the client (the first time, this takes some minutes)",
        async { tokio::task::spawn_blocking(tandem_lab::programs::programs).await },
    )
    .await
    .map_err(|error| story::Error::Other(error.to_string()))??;
    let session = session.insert(Session::open(&options.folder, options.replace)?);
    session.start_nodes().await?;
    if !session.is_filled() {
        session.fill(options.users).await?;
    }
    if !options.no_story {
        story::tell(session).await?;
    }
    if !options.prompts() {
        narrator::say(
            "The nodes stop. `cargo lab --no-story` starts them again, and leaves you at the prompt.",
        );
        return Ok(());
    }
    narrator::say(&format!(
        "The laboratory runs. From another terminal:\n  export TANDEM_PROFILE={}\n  {} Get-CsPool",
        session.profile().display(),
        session.client_for_people(),
    ));
    Ok(())
}
