//! The program around the library: options, standard streams, prompts, the interactive session.

mod completions;
mod encoded;
mod files;
mod flags;
mod harmless;
mod hints;
mod input;
mod interactive;
mod json_input;
mod keyboard;
mod modes;
mod options;
mod output;
mod progress;
mod prompt;
mod run;
mod screen;
mod script;
mod wrap;

use std::ffi::OsString;
use std::io::Write;
use std::process::ExitCode;

use options::{Invocation, Mode};

/// Exit code of a command line that is wrong (`pwsh`: bad option, script not found).
const EXIT_USAGE: u8 = 64;
/// Exit code when nothing could be started (`pwsh`: start-up failure).
const EXIT_START: u8 = 70;

/// Runs the program; its exit code.
pub(crate) fn main(arguments: impl Iterator<Item = OsString>) -> ExitCode {
    let invocation = match options::read(arguments) {
        Ok(invocation) => invocation,
        Err(refusal) => {
            eprintln!("tandem: {refusal}\nTry `tandem --help`.");
            return ExitCode::from(EXIT_USAGE);
        }
    };
    match &invocation.mode {
        Mode::Help => print_whole(&flags::help()),
        Mode::Version => print_whole(concat!("tandem ", env!("CARGO_PKG_VERSION"), "\n")),
        Mode::Completions(shell) => print_whole(completions::script(*shell)),
        _ => connected(invocation),
    }
}

fn connected(invocation: Invocation) -> ExitCode {
    // One thread: a command is one connection with one call on it, and threads cost more start-up time than all else.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("tandem: cannot start: {error}");
            return ExitCode::from(EXIT_START);
        }
    };
    let code = runtime.block_on(modes::run(invocation));
    // A thread may still wait for standard input, which nothing can end: it must not hold the program.
    runtime.shutdown_background();
    ExitCode::from(code)
}

fn print_whole(text: &str) -> ExitCode {
    // Whoever closed the pipe has seen enough.
    let _ = std::io::stdout().write_all(text.as_bytes());
    ExitCode::SUCCESS
}
