//! A whole cold client process against the start of a process of that size.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use tandem_lab::laboratory::{ADMINISTRATOR, POOL1};
use tandem_lab::programs::programs;

use crate::site::{Site, median, report};

const RUNS: usize = 40;

pub(crate) async fn run(site: &Site) {
    let cast = site.laboratory.cast();
    let files = cast.holder(ADMINISTRATOR);
    let mut client = Command::new(&programs().unwrap().client);
    client
        .args(["Get-CsPool", "-Identity", POOL1])
        .env(
            "TANDEM_SERVER",
            format!("https://{}", site.laboratory.pool(POOL1).address),
        )
        .env("TANDEM_SERVER_NAME", POOL1)
        .env("TANDEM_CA", cast.authority())
        .env("TANDEM_CERTIFICATE", files.certificate)
        .env("TANDEM_KEY", files.key);
    let (name, mut small) = small_process();
    let mut times: [Vec<Duration>; 2] = Default::default();
    for _ in 0..RUNS {
        times[0].push(time(&mut small));
        times[1].push(time(&mut client));
    }
    let [small, client] = times.map(median);
    report(
        &format!("process start: {name}"),
        &format!("{small:.1?}"),
        "the baseline",
    );
    let over = client.saturating_sub(small);
    report(
        "cold tandem Get-CsPool",
        &format!("{client:.1?}"),
        &format!("{over:.1?} over it (wanted: at most 10 ms)"),
    );
}

/// `ssh -V`, or `git --version` where there is no ssh.
fn small_process() -> (&'static str, Command) {
    let ssh = Command::new("ssh")
        .arg("-V")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    let (name, program, argument) = if ssh.is_ok() {
        ("ssh -V", "ssh", "-V")
    } else {
        ("git --version", "git", "--version")
    };
    let mut command = Command::new(program);
    command.arg(argument);
    (name, command)
}

fn time(command: &mut Command) -> Duration {
    let begun = Instant::now();
    let output = command.stdin(Stdio::null()).output().unwrap();
    let time = begun.elapsed();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    time
}
