//! How fast the engine is, each figure beside a baseline of the same run, and beside what PowerShell 7.6.5 took on a machine
//! of the same kind.
//!
//! `cargo bench --package tandem-shell --bench engine`; `-- call json table` chooses the parts, `TANDEM_BENCH_OBJECTS` the number
//! of objects. The baselines of the pipeline are jq and nushell (`npm install --global nushell` brings it), which make, filter,
//! project and print the same objects; the report says so where one is not installed.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a bench reports by printing and fails by panicking"
)]

use std::cell::Cell;
use std::env;
use std::hint::black_box;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tandem_shell::command::{CommandInfo, ConfirmImpact, ParameterInfo, Validation};
use tandem_shell::host::{
    ChoicePrompt, CmdletCall, CmdletSink, FieldPrompt, Host, PromptFailure, Shown, Stopped,
};
use tandem_shell::language::ast::Source;
use tandem_shell::language::parse;
use tandem_shell::session::{Input, Session, SessionOptions};
use tandem_shell::text::{Culture, to_text};
use tandem_shell::value::{DateTime, DateTimeKind, Object, Text, TypeNames, Value};

/// Objects of the pipeline where `TANDEM_BENCH_OBJECTS` does not say.
const OBJECTS: usize = 1_000_000;
/// Rows of the table.
const ROWS: usize = 100_000;
/// Calls that a time is the mean of.
const CALLS: u32 = 20_000;

/// What PowerShell 7.6.5 took, measured elsewhere.
mod powershell {
    use std::time::Duration;

    /// One bound cmdlet call.
    pub(super) const CALL: Duration = Duration::from_micros(47);
    /// One object through `Where-Object | Select-Object | ConvertTo-Json`: 10.6 s for 200,000.
    pub(super) const OBJECT: Duration = Duration::from_nanos(10_600_000_000 / 200_000);
    /// One row of `Format-Table`: 0.47 s for 20,000.
    pub(super) const ROW: Duration = Duration::from_nanos(470_000_000 / 20_000);
}

/// The allocator of `tandemd`.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const LINE: &str =
    "Invoke-CsPoolFailOver -PoolFqdn pool1.contoso.com -DisasterMode -Confirm:$false -Verbose";
const PIPELINE: &str =
    "Get-Probe | Where-Object Users -gt 499 | Select-Object Name, Users | ConvertTo-Json";
const TABLE: &str = "Get-Probe | Format-Table | Out-String";

/// A host with two cmdlets: one emits `objects` objects, one takes what a failover takes.
struct Bench {
    probe: Arc<CommandInfo>,
    fail_over: Arc<CommandInfo>,
    types: TypeNames,
    objects: usize,
    /// Bytes of text that were shown.
    shown: Cell<usize>,
}

impl Bench {
    fn new(objects: usize) -> Self {
        let fqdn = ParameterInfo::new("PoolFqdn", "string")
            .at(0)
            .mandatory()
            .from_property()
            .validated(Validation::NotNullOrEmpty);
        let fail_over = CommandInfo::new("Invoke-CsPoolFailOver", "InvokeCsPoolFailOver", "Tandem")
            .with(fqdn)
            .with(ParameterInfo::switch("DisasterMode"))
            .with(ParameterInfo::switch("Force"))
            .with_should_process(ConfirmImpact::High);
        Self {
            probe: Arc::new(CommandInfo::new("Get-Probe", "GetProbe", "Tandem")),
            fail_over: Arc::new(fail_over),
            types: [Text::from("Probe.Small"), Text::from("System.Object")].into(),
            objects,
            shown: Cell::new(0),
        }
    }

    fn object(&self, index: usize) -> Value {
        let properties = vec![
            (
                "Name".into(),
                Value::text(format!("pool{index}.contoso.com")),
            ),
            ("Users".into(), Value::Int32((index % 1000) as i32)),
            ("Active".into(), Value::Bool(index.is_multiple_of(2))),
        ];
        Value::Object(Arc::new(Object::typed(self.types.clone(), properties)))
    }

    /// Runs a line in a fresh session; the time that it took.
    fn run(&self, line: &str) -> Duration {
        let mut session = Session::new(SessionOptions::default());
        let begun = Instant::now();
        let outcome = session.run(self, &Input::Text(line));
        assert!(!outcome.had_errors, "{:?}", outcome.terminating);
        begun.elapsed()
    }
}

impl Host for Bench {
    fn fill_random(&self, bytes: &mut [u8]) {
        // Tests foretell what is random.
        for (byte, number) in bytes.iter_mut().zip(1..) {
            *byte = number;
        }
    }

    fn find_command(&self, name: &str) -> Option<Arc<CommandInfo>> {
        [&self.probe, &self.fail_over]
            .into_iter()
            .find(|command| command.name.eq_ignore_ascii_case(name))
            .cloned()
    }
    fn commands(&self) -> Vec<Arc<CommandInfo>> {
        vec![self.probe.clone(), self.fail_over.clone()]
    }
    fn invoke(&self, call: &CmdletCall<'_>, sink: &mut dyn CmdletSink) -> Result<(), Stopped> {
        if call.command.name == self.probe.name {
            (0..self.objects).try_for_each(|index| sink.output(self.object(index)))?;
        }
        Ok(())
    }
    fn show(&self, shown: Shown<'_>) {
        if let Shown::Output(value) = shown {
            let text = match value {
                Value::String(text) => text.len(),
                other => to_text(other, Culture::Invariant).len(),
            };
            self.shown.set(self.shown.get() + text);
        }
    }
    fn prompt_for_choice(&self, _prompt: &ChoicePrompt) -> Result<usize, PromptFailure> {
        Err(PromptFailure::NoUser)
    }
    fn prompt_for_fields(&self, _prompt: &FieldPrompt) -> Result<Vec<Value>, PromptFailure> {
        Err(PromptFailure::NoUser)
    }
    fn now(&self) -> DateTime {
        DateTime {
            ticks: 639_305_568_000_000_000,
            kind: DateTimeKind::Local,
        }
    }
    fn stopping(&self) -> bool {
        false
    }
}

fn report(what: &str, figure: &str, against: &str) {
    println!("{what:<34} {figure:>14}  {against}");
}

fn times(slow: Duration, fast: Duration) -> f64 {
    slow.as_secs_f64() / fast.as_secs_f64()
}

fn mean(mut work: impl FnMut()) -> Duration {
    (0..CALLS / 10).for_each(|_| work());
    let begun = Instant::now();
    (0..CALLS).for_each(|_| work());
    begun.elapsed() / CALLS
}

/// A typical line: parsed; parsed, bound and called.
fn call() {
    let words = mean(|| {
        let words: Vec<String> = LINE.split(' ').map(str::to_owned).collect();
        black_box(words);
    });
    report(
        "line split at blanks",
        &format!("{words:.2?}"),
        "the baseline",
    );
    let parsed = mean(|| {
        let source = Arc::new(Source {
            text: LINE.into(),
            file: None,
        });
        black_box(parse(&source).is_ok());
    });
    let of_words = format!("{:.1} x the baseline", times(parsed, words));
    report("line parsed", &format!("{parsed:.2?}"), &of_words);

    let host = Bench::new(0);
    let mut session = Session::new(SessionOptions::default());
    let run = mean(|| {
        let outcome = session.run(&host, &Input::Text(LINE));
        assert!(!outcome.had_errors);
    });
    let against = |time: Duration| {
        format!(
            "{:.1} x the baseline; PowerShell {:?}: {:.0} times faster (wanted: 30)",
            times(time, words),
            powershell::CALL,
            times(powershell::CALL, time)
        )
    };
    report(
        "line parsed, bound and called",
        &format!("{run:.2?}"),
        &against(run),
    );
    // As PowerShell's figure was taken: the line stands in a loop, parsed once.
    let bound = host.run(&format!("foreach ($i in 1..{CALLS}) {{ {LINE} }}")) / CALLS;
    report(
        "line bound and called in a loop",
        &format!("{bound:.2?}"),
        &against(bound),
    );
}

/// Most memory that this process had, in bytes; none where the system does not say.
fn peak_memory() -> Option<usize> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: usize = line.trim().trim_end_matches(" kB").parse().ok()?;
    Some(kilobytes << 10)
}

/// What a process of its own tells of one pipeline.
struct Measured {
    time: Duration,
    /// Bytes of JSON.
    output: usize,
    /// Bytes of memory beyond what an empty pipeline takes.
    memory: Option<usize>,
}

/// Runs the pipeline in this process and prints what a [`Measured`] holds.
fn measured_here(objects: usize) {
    Bench::new(10).run(PIPELINE);
    let before = peak_memory();
    let host = Bench::new(objects);
    let time = host.run(PIPELINE);
    let memory = peak_memory()
        .zip(before)
        .map(|(after, before)| after - before);
    println!(
        "{} {} {}",
        time.as_nanos(),
        host.shown.get(),
        memory.map_or(-1, |bytes| bytes as i64)
    );
}

/// Memory is told by the process's own peak, so each size runs in a process of its own.
fn measured(objects: usize) -> Measured {
    let output = Command::new(env::current_exe().unwrap())
        .args(["measured", &objects.to_string()])
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let numbers: Vec<i64> = text
        .split_whitespace()
        .map(|n| n.parse().unwrap())
        .collect();
    Measured {
        time: Duration::from_nanos(numbers[0] as u64),
        output: numbers[1] as usize,
        memory: usize::try_from(numbers[2]).ok(),
    }
}

/// How long another program takes for the same, and how many bytes it prints; none where it is not installed.
fn other(program: &str, arguments: &[&str]) -> Option<(Duration, usize)> {
    let begun = Instant::now();
    let output = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .ok()?;
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program}: {complaint}");
    Some((begun.elapsed(), output.stdout.len()))
}

/// The same objects made, filtered, projected and printed by jq.
fn jq(objects: usize) -> Option<(Duration, usize)> {
    let program = "[range($n) | {Name: \"pool\\(.).contoso.com\", Users: (. % 1000), Active: (. % 2 == 0)} \
                   | select(.Users > 499) | {Name, Users}]";
    other(
        "jq",
        &["-n", "--argjson", "n", &objects.to_string(), program],
    )
}

/// Runs what follows on the same objects made by nushell, a shell with a pipeline of objects.
fn nushell(objects: usize, then: &str) -> Option<(Duration, usize)> {
    let program = format!(
        "0..<{objects} | each {{|i| {{Name: $\"pool($i).contoso.com\", Users: ($i mod 1000), Active: ($i mod 2 == 0)}}}} \
         | {then}"
    );
    other("nu", &["--no-config-file", "--commands", &program])
}

/// How much faster than another program, or that it is not installed.
fn against(program: &str, theirs: Option<(Duration, usize)>, ours: Duration) -> String {
    match theirs {
        Some((time, _)) => format!(
            "{program} {time:.2?}: {:.1} times faster",
            times(time, ours)
        ),
        None => format!("NO BASELINE: {program} is not installed"),
    }
}

fn megabytes(bytes: usize) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}

fn json() {
    let wanted = env::var("TANDEM_BENCH_OBJECTS").map_or(OBJECTS, |text| {
        text.parse().expect("TANDEM_BENCH_OBJECTS is a number")
    });
    for objects in [wanted / 10, wanted] {
        let ours = measured(objects);
        let each = ours.time / u32::try_from(objects).unwrap();
        let jq = jq(objects);
        let nushell = nushell(objects, "where Users > 499 | select Name Users | to json");
        for (_, output) in jq.into_iter().chain(nushell) {
            let close = output.abs_diff(ours.output) < output / 10;
            assert!(
                close,
                "another program printed {output} bytes, the engine {}",
                ours.output
            );
        }
        report(
            &format!("{objects} objects to JSON"),
            &format!("{:.2?}", ours.time),
            &format!(
                "{:.0} objects/s; {}; {}; PowerShell {:?} each: {:.0} times faster (wanted: 30)",
                1.0 / each.as_secs_f64(),
                against("jq", jq, ours.time),
                against("nushell", nushell, ours.time),
                powershell::OBJECT,
                times(powershell::OBJECT, each)
            ),
        );
        let Some(memory) = ours.memory else { continue };
        report(
            "    memory beside an empty pipeline",
            &format!("{:.0} MiB", megabytes(memory)),
            &format!(
                "{:.0} MiB of JSON; beyond twice that: {:.0} MiB (wanted: the same for any number)",
                megabytes(ours.output),
                megabytes(memory.saturating_sub(2 * ours.output))
            ),
        );
    }
}

fn table() {
    let host = Bench::new(ROWS);
    let begun = Instant::now();
    let mut plain = String::new();
    for index in 0..ROWS {
        use std::fmt::Write as _;
        let name = format!("pool{index}.contoso.com");
        writeln!(
            plain,
            "{name:<40} {:>5} {:>6}",
            index % 1000,
            index.is_multiple_of(2)
        )
        .unwrap();
    }
    black_box(plain);
    let baseline = begun.elapsed();
    report(
        &format!("{ROWS} rows printed by a loop"),
        &format!("{baseline:.2?}"),
        "the baseline",
    );
    let time = host.run(TABLE);
    let each = time / u32::try_from(ROWS).unwrap();
    report(
        &format!("Format-Table of {ROWS} rows"),
        &format!("{time:.2?}"),
        &format!(
            "{:.1} x the baseline; {}; PowerShell {:?} a row: {:.0} times faster (wanted: 30)",
            times(time, baseline),
            against("nushell", nushell(ROWS, "table"), time),
            powershell::ROW,
            times(powershell::ROW, each)
        ),
    );
}

fn main() {
    let words: Vec<String> = env::args()
        .skip(1)
        .filter(|word| !word.starts_with('-'))
        .collect();
    if let [what, objects] = words.as_slice()
        && what == "measured"
    {
        return measured_here(objects.parse().expect("a number of objects"));
    }
    let wanted = |part: &str| words.is_empty() || words.iter().any(|word| word == part);
    if wanted("call") {
        call();
    }
    if wanted("json") {
        json();
    }
    if wanted("table") {
        table();
    }
}
