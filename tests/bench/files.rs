//! A large file of the caller's through client, connection and node, and back: against a program on the caller's own machine.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use tandem_lab::laboratory::{ADMINISTRATOR, POOL1};
use tandem_lab::programs::programs;

use crate::site::{Site, report};

/// Lines of the file.
const LINES: usize = 2_000_000;

pub(crate) async fn run(site: &Site) {
    let folder = tempfile::tempdir().unwrap();
    let bytes = write(&folder.path().join("big.csv"));
    for (what, line, baselines) in [
        (
            "Get-Content | Measure-Object -Line",
            "Get-Content big.csv | Measure-Object -Line | ForEach-Object Lines",
            [
                ("wc -l", "wc", &["-l", "big.csv"][..]),
                (
                    "nu's open | lines | length",
                    "nu",
                    &[
                        "--no-config-file",
                        "--commands",
                        "open --raw big.csv | lines | length",
                    ],
                ),
            ],
        ),
        (
            "Import-Csv | Where-Object | Export-Csv",
            "Import-Csv big.csv | Where-Object Site -eq Dublin | Export-Csv out.csv",
            [
                ("awk", "awk", &["-F,", "$2 == \"Dublin\"", "big.csv"][..]),
                (
                    "nu's open | where | save",
                    "nu",
                    &[
                        "--no-config-file",
                        "--commands",
                        "open big.csv | where Site == Dublin | save --force nu.csv",
                    ],
                ),
            ],
        ),
    ] {
        let ours = timed(tandem(site, folder.path()).args(["-c", line])).unwrap();
        let against: Vec<String> = baselines
            .iter()
            .map(|(name, program, arguments)| {
                let mut command = Command::new(program);
                command.args(*arguments).current_dir(folder.path());
                match timed(&mut command) {
                    Some(theirs) => {
                        let ratio = ours.as_secs_f64() / theirs.as_secs_f64();
                        format!("{ratio:.1} x {name} ({theirs:.2?})")
                    }
                    None => format!("{program} is not installed"),
                }
            })
            .collect();
        let rate = bytes as f64 / ours.as_secs_f64() / 1e6;
        report(
            what,
            &format!("{rate:.0} MB/s"),
            &format!("{ours:.2?}: {}", against.join(", ")),
        );
    }
}

fn write(path: &Path) -> usize {
    let mut file = BufWriter::new(File::create(path).unwrap());
    let mut bytes = file.write(b"Name,Site,Users\n").unwrap();
    for number in 0..LINES {
        let site = if number % 100 == 0 {
            "Dublin"
        } else {
            "Redmond"
        };
        let line = format!(
            "sip:user{number:08}@contoso.com,{site},{}\n",
            number % 1_000
        );
        file.write_all(line.as_bytes()).unwrap();
        bytes += line.len();
    }
    file.flush().unwrap();
    bytes
}

fn tandem(site: &Site, folder: &Path) -> Command {
    let cast = site.laboratory.cast();
    let files = cast.holder(ADMINISTRATOR);
    let mut client = Command::new(&programs().unwrap().client);
    client
        .env(
            "TANDEM_SERVER",
            site.laboratory.pool(POOL1).address.to_string(),
        )
        .env("TANDEM_SERVER_NAME", POOL1)
        .env("TANDEM_CA", cast.authority())
        .env("TANDEM_CERTIFICATE", files.certificate)
        .env("TANDEM_KEY", files.key)
        .current_dir(folder);
    client
}

/// How long a program takes; none where it is not installed.
fn timed(command: &mut Command) -> Option<Duration> {
    let begun = Instant::now();
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).status();
    let status = status.ok()?;
    assert!(status.success(), "{command:?}: {status}");
    Some(begun.elapsed())
}
