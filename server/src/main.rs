//! `tandemd`: one node of a pool.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use tandem_server::configuration::{Configuration, Problems};
use tandem_server::layers::tls::problems;
use tandem_server::{start, telemetry};
use tokio::signal::unix::{SignalKind, signal};

/// A pipeline makes and drops many small objects, often on two threads at once; this allocator takes less time than the
/// system's (`cargo bench --package tandem-shell --bench engine`).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// One node of a pool: serves its users, backs up its partner, runs the cmdlets.
#[derive(Debug, Parser)]
#[command(name = "tandemd", version, args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    run: ConfigFile,
    /// Stops when standard input ends, so that a node never outlives the program that started it.
    #[arg(long)]
    exit_when_stdin_closes: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Checks a configuration, names everything that is wrong with it, and starts nothing.
    Check(ConfigFile),
}

#[derive(Args, Debug)]
struct ConfigFile {
    /// The configuration, in TOML.
    #[arg(long, value_name = "FILE", default_value = "tandemd.toml")]
    config: PathBuf,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let (file, only_check) = match cli.command {
        Some(Command::Check(file)) => (file.config, true),
        None => (cli.run.config, false),
    };
    let configuration = match Configuration::load(&file) {
        Ok(configuration) => configuration,
        Err(problems) => {
            eprintln!("tandemd: {problems}");
            return ExitCode::FAILURE;
        }
    };
    if only_check {
        return check(file, &configuration);
    }
    match run(configuration, cli.exit_when_stdin_closes) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("tandemd: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Checks what the configuration names, once it is valid itself.
fn check(file: PathBuf, configuration: &Configuration) -> ExitCode {
    let problems = problems(
        &configuration.tls,
        &configuration.pool,
        &configuration.computer,
    );
    if problems.is_empty() {
        println!("{}: valid", file.display());
        return ExitCode::SUCCESS;
    }
    eprintln!("tandemd: {}", Problems { file, problems });
    ExitCode::FAILURE
}

#[tokio::main]
async fn run(
    configuration: Configuration,
    exit_when_stdin_closes: bool,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let exporters = telemetry::start(&configuration)?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut node = start(configuration).await?;
    tokio::select! {
        _ = terminate.recv() => {}
        interrupted = tokio::signal::ctrl_c() => interrupted?,
        () = stdin_closed(), if exit_when_stdin_closes => {}
        () = node.ended() => {
            exporters.close();
            return Err("the node serves no longer; its log says why".into());
        }
    }
    node.stop().await;
    exporters.close();
    Ok(())
}

/// Waits until whoever holds the other end of standard input has gone away. A thread of its own waits: a runtime's own would be
/// waited for at the end.
async fn stdin_closed() {
    let (closed, seen) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        // Nobody listens when the node stops for another reason.
        let _ = closed.send(());
    });
    let _ = seen.await;
}
