//! Progress records as bars on standard error, on a terminal only.

use std::collections::BTreeMap;
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use tandem::cmdlet::v1::ProgressRecord;

use super::harmless::harmless;
use super::screen::Screen;

/// Bars at once; more would push the work off the screen.
const BARS_MAX: usize = 8;

/// The bars of one pipeline, by activity.
pub(crate) struct Progress {
    wanted: bool,
    // Made with the first record: most commands report none, and drawing needs a thread.
    drawn: Option<MultiProgress>,
    bars: BTreeMap<i32, ProgressBar>,
    screen: Screen,
}

impl Progress {
    /// No bars yet.
    pub(crate) fn new(screen: &Screen) -> Self {
        Self {
            wanted: screen.draws_progress(),
            drawn: None,
            bars: BTreeMap::new(),
            screen: *screen,
        }
    }

    /// Whether a bar stands on the screen.
    pub(crate) fn is_drawn(&self) -> bool {
        !self.bars.is_empty()
    }

    /// Takes one record.
    pub(crate) fn show(&mut self, record: &ProgressRecord) {
        if record.completed {
            if let Some(bar) = self.bars.remove(&record.activity_id) {
                bar.finish_and_clear();
            }
            return;
        }
        if !self.wanted
            || (self.bars.len() == BARS_MAX && !self.bars.contains_key(&record.activity_id))
        {
            return;
        }
        let depth = usize::from(self.bars.contains_key(&record.parent_activity_id));
        let drawn = self.drawn.get_or_insert_with(|| {
            let drawn = MultiProgress::new();
            drawn.set_draw_target(ProgressDrawTarget::stderr());
            drawn
        });
        let bar = self.bars.entry(record.activity_id).or_insert_with(|| {
            let bar = drawn.add(ProgressBar::new(100));
            bar.enable_steady_tick(Duration::from_millis(120));
            bar
        });
        bar.set_style(style(record.percent_complete >= 0, self.screen.width()));
        let activity = harmless(&record.activity);
        bar.set_prefix(format!("{}{activity}", "  ".repeat(depth)));
        bar.set_message(harmless(&message(record)).into_owned());
        bar.set_position(u64::try_from(record.percent_complete).unwrap_or(0).min(100));
    }

    /// Writes something while the bars step aside.
    pub(crate) fn aside<T>(&self, write: impl FnOnce() -> T) -> T {
        match &self.drawn {
            Some(drawn) if self.is_drawn() => drawn.suspend(write),
            _ => write(),
        }
    }

    /// Takes all bars away: the pipeline has ended, or asks something.
    pub(crate) fn clear(&mut self) {
        for (_, bar) in std::mem::take(&mut self.bars) {
            bar.finish_and_clear();
        }
    }
}

fn style(bounded: bool, columns: u16) -> ProgressStyle {
    // A template that did not parse would fall back to the plain bar; the test below keeps all good.
    ProgressStyle::with_template(&template(bounded, columns))
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .progress_chars("=> ")
}

/// In a narrow window the bar gives way to the words.
fn template(bounded: bool, columns: u16) -> String {
    let bar = match columns {
        80.. => 30,
        32.. => columns / 4,
        _ => 0,
    };
    match (bounded, bar) {
        (false, _) => "{prefix} {spinner} {wide_msg}".to_owned(),
        (true, 0) => "{prefix} {percent:>3}% {wide_msg}".to_owned(),
        (true, bar) => format!("{{prefix}} [{{bar:{bar}}}] {{percent:>3}}% {{wide_msg}}"),
    }
}

fn message(record: &ProgressRecord) -> String {
    let mut message = record.status.clone();
    if !record.current_operation.is_empty() {
        message = format!("{message}: {}", record.current_operation);
    }
    if record.seconds_remaining >= 0 {
        message = format!("{message}, {} s left", record.seconds_remaining);
    }
    message
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_templates_are_good() {
        for (bounded, columns, wanted) in [
            (true, 200, "{prefix} [{bar:30}] {percent:>3}% {wide_msg}"),
            (true, 60, "{prefix} [{bar:15}] {percent:>3}% {wide_msg}"),
            (true, 30, "{prefix} {percent:>3}% {wide_msg}"),
            (false, 30, "{prefix} {spinner} {wide_msg}"),
        ] {
            let template = template(bounded, columns);
            assert_eq!(template, wanted);
            assert!(ProgressStyle::with_template(&template).is_ok());
        }
    }

    #[test]
    fn a_message_says_what_is_known() {
        let mut record = ProgressRecord {
            status: "batch 1 of 2".into(),
            seconds_remaining: -1,
            ..ProgressRecord::default()
        };
        assert_eq!(message(&record), "batch 1 of 2");
        record.current_operation = "users".into();
        record.seconds_remaining = 12;
        assert_eq!(message(&record), "batch 1 of 2: users, 12 s left");
    }

    #[test]
    fn without_a_terminal_nothing_is_drawn() {
        let mut progress = Progress {
            wanted: false,
            drawn: None,
            bars: BTreeMap::new(),
            screen: Screen::detect(),
        };
        progress.show(&ProgressRecord::default());
        assert!(!progress.is_drawn());
    }
}
