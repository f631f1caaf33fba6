//! One target's run: seeds and earlier finds as they are, then mutations until the time is up.

use std::cell::Cell;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};

use crate::mutation;

/// Time of a target where `TANDEM_FUZZ_SECONDS` does not say.
const DEFAULT_SECONDS: u64 = 2;
/// The first seed where `TANDEM_FUZZ_SEED` does not say: what passed a test run passes it again.
const DEFAULT_SEED: u64 = 1;
/// Mutations between two looks at the clock.
const BATCH: u32 = 64;
/// Work on one text that counts as a hang. Texts have at most [`mutation::MAX_BYTES`]; each takes milliseconds.
const HANG: Duration = Duration::from_secs(30);

/// What a target says of a text.
pub(crate) type Verdict = Result<(), TestCaseError>;

/// Where what failed is kept.
fn found(target: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fuzz/found")
        .join(target)
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|text| {
        text.parse()
            .unwrap_or_else(|_| panic!("{variable} is no number: {text}"))
    })
}

/// Runs `check` on `seeds`, on what failed before, and on mutations of both with `tokens` of the language.
pub(crate) fn run(
    target: &str,
    mut seeds: Vec<String>,
    tokens: &'static [&'static str],
    check: impl Fn(&str) -> Verdict,
) {
    assert!(!seeds.is_empty(), "{target} has no seeds");
    let watch = Watch::start(target);
    let checked = |text: &str| watch.over(text, || check(text));
    let kept = fs::read_dir(found(target)).into_iter().flatten();
    seeds.extend(kept.map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap()));
    for text in &seeds {
        if let Err(reason) = checked(text) {
            panic!("{target} fails unmutated: {reason}\n{text}");
        }
    }

    let first = number("TANDEM_FUZZ_SEED").unwrap_or(DEFAULT_SEED);
    let time = Duration::from_secs(number("TANDEM_FUZZ_SECONDS").unwrap_or(DEFAULT_SECONDS));
    println!(
        "{target}: TANDEM_FUZZ_SEED={first}, {time:?}, {} seeds",
        seeds.len()
    );
    let strategy = mutation::of(seeds, tokens);
    let begun = Instant::now();
    let mut batches = 0_u64;
    while begun.elapsed() < time {
        let seed = first.wrapping_add(batches);
        batches += 1;
        let outcome = runner(seed).run(&strategy, |text| checked(&text));
        if let Err(TestError::Fail(reason, text)) = outcome {
            let kept = keep(target, &text);
            panic!(
                "{target} fails (TANDEM_FUZZ_SEED={seed}): {reason}\n{text:?}\nkept as {}",
                kept.display()
            );
        }
    }
    println!(
        "{target}: {} texts, of which the slowest took {:?}",
        batches * u64::from(BATCH),
        watch.slowest.get()
    );
}

fn runner(seed: u64) -> TestRunner {
    let config = Config {
        cases: BATCH,
        failure_persistence: None,
        ..Config::default()
    };
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes))
}

fn keep(target: &str, text: &str) -> PathBuf {
    let folder = found(target);
    fs::create_dir_all(&folder).unwrap();
    let taken = fs::read_dir(&folder).unwrap().count();
    let file = folder.join(format!("{}.txt", taken + 1));
    fs::write(&file, text).unwrap();
    file
}

/// Notes what is being tried: a text that takes the process with it, or never ends, is to be found as well.
struct Watch {
    target: String,
    trial: &'static Mutex<Option<Instant>>,
    last: PathBuf,
    slowest: Cell<Duration>,
}

impl Watch {
    fn start(target: &str) -> Self {
        let last = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{target}.txt"));
        let trial: &'static Mutex<Option<Instant>> = Box::leak(Box::default());
        let (name, place) = (target.to_owned(), last.clone());
        thread::spawn(move || {
            loop {
                thread::sleep(HANG / 10);
                if trial
                    .lock()
                    .unwrap()
                    .is_some_and(|begun| begun.elapsed() > HANG)
                {
                    eprintln!("{name} hangs on the text in {}", place.display());
                    std::process::exit(101);
                }
            }
        });
        Self {
            target: target.to_owned(),
            trial,
            last,
            slowest: Cell::default(),
        }
    }

    fn over(&self, text: &str, work: impl FnOnce() -> Verdict) -> Verdict {
        fs::write(&self.last, text).unwrap_or_else(|error| panic!("{}: {error}", self.target));
        let begun = Instant::now();
        *self.trial.lock().unwrap() = Some(begun);
        let verdict = work();
        *self.trial.lock().unwrap() = None;
        self.slowest.set(self.slowest.get().max(begun.elapsed()));
        verdict
    }
}
