//! `tandem`: the cmdlets of a deployment on the command line. Knows no cmdlet: it carries lines to a node and answers back.

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::main(std::env::args_os())
}
