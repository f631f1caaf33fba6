//! How the story looks: headings, sentences, command lines, and a sign of life during long steps.

use std::io::{IsTerminal, stdout};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// A heading.
pub(crate) fn heading(text: &str) {
    println!(
        "\n{}",
        bold(&format!(
            "── {text} {}",
            "─".repeat(74_usize.saturating_sub(text.chars().count()))
        ))
    );
}

/// Sentences.
pub(crate) fn say(text: &str) {
    println!("\n{text}");
}

/// A command line, as one would type it.
pub(crate) fn command(line: &str) {
    println!("\n{}", bold(&format!("$ {line}")));
}

/// Does something long, and shows that it is being done.
pub(crate) async fn slow<T>(what: &str, work: impl Future<Output = T>) -> T {
    let spinner = ProgressBar::new_spinner();
    spinner.set_message(what.to_owned());
    spinner.enable_steady_tick(Duration::from_millis(100));
    let done = work.await;
    spinner.finish_and_clear();
    println!("{what}: done in {:.1} s", spinner.elapsed().as_secs_f64());
    done
}

/// A bar for so many things of one kind.
pub(crate) fn bar(what: &str, count: usize) -> ProgressBar {
    let bar = ProgressBar::new(count as u64);
    if let Ok(style) = ProgressStyle::with_template("{msg} [{bar:40}] {pos}/{len}, {eta} left") {
        bar.set_style(style.progress_chars("=> "));
    }
    bar.set_message(what.to_owned());
    bar
}

fn bold(text: &str) -> String {
    let is_plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    if stdout().is_terminal() && !is_plain {
        format!("\u{1b}[1m{text}\u{1b}[0m")
    } else {
        text.to_owned()
    }
}
