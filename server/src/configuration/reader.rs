//! Reads settings out of a TOML table and collects what is wrong with them, key by key.

use std::time::Duration;

use toml::{Table, Value};

/// A table that is being read. What nobody asked for is an unknown setting.
pub(super) struct Reader {
    table: Table,
    problems: Vec<String>,
}

impl Reader {
    pub(super) fn new(table: Table) -> Self {
        Self {
            table,
            problems: Vec::new(),
        }
    }

    /// Notes a problem.
    pub(super) fn problem(&mut self, problem: String) {
        self.problems.push(problem);
    }

    /// The keys of a table.
    pub(super) fn keys(&mut self, table: &str) -> Vec<String> {
        match self.table.get(table) {
            None => Vec::new(),
            Some(Value::Table(table)) => table.keys().cloned().collect(),
            Some(other) => {
                let problem = format!("{table}: {other} is not a table");
                self.table.remove(table);
                self.problem(problem);
                Vec::new()
            }
        }
    }

    /// Sets a value, as if the file had it.
    pub(super) fn replace(&mut self, key: &str, text: &str) {
        self.table
            .insert(key.to_owned(), Value::String(text.to_owned()));
    }

    /// A text that must be there.
    pub(super) fn required<T>(
        &mut self,
        key: &str,
        allowed: &str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let Some(value) = self.take(key) else {
            self.problem(format!("{key}: missing; it must be {allowed}"));
            return None;
        };
        self.read(key, &value, allowed, read)
    }

    /// A text that may be there.
    pub(super) fn optional<T>(
        &mut self,
        key: &str,
        allowed: &str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let value = self.take(key)?;
        self.read(key, &value, allowed, read)
    }

    /// One of a few words; the first is the default.
    pub(super) fn choice<T: Copy>(&mut self, key: &str, choices: &[(&str, T)]) -> T {
        let words: Vec<String> = choices
            .iter()
            .map(|(word, _)| format!("{word:?}"))
            .collect();
        let allowed = format!("one of {}", words.join(", "));
        let find = |text: &str| {
            choices
                .iter()
                .find(|(word, _)| *word == text)
                .map(|(_, choice)| *choice)
        };
        self.optional(key, &allowed, find).unwrap_or(choices[0].1)
    }

    /// A list of texts, each of which `allows`; none when it is not given.
    pub(super) fn list(
        &mut self,
        key: &str,
        allowed: &str,
        allows: impl Fn(&str) -> bool,
    ) -> Vec<String> {
        let items = match self.take(key) {
            None => return Vec::new(),
            Some(Value::Array(items)) => items,
            Some(other) => {
                self.problem(format!("{key}: {other} is not a list"));
                return Vec::new();
            }
        };
        let mut texts = Vec::with_capacity(items.len());
        for item in items {
            match item {
                Value::String(text) if allows(&text) => texts.push(text),
                other => self.problem(format!("{key}: {other} is not {allowed}")),
            }
        }
        texts
    }

    /// A whole number within bounds.
    pub(super) fn integer(&mut self, key: &str, default: i64, minimum: i64, maximum: i64) -> i64 {
        match self.take(key) {
            None => default,
            Some(Value::Integer(number)) if (minimum..=maximum).contains(&number) => number,
            Some(other) => {
                self.problem(format!(
                    "{key}: {other} is not a whole number from {minimum} to {maximum}"
                ));
                default
            }
        }
    }

    /// A time, as `"500ms"`, `"2s"`, `"5m"` or `"1h"`.
    pub(super) fn duration(
        &mut self,
        key: &str,
        default: Duration,
        minimum: Duration,
        maximum: Duration,
    ) -> Duration {
        let allowed = format!(
            "a time from {} to {}, as \"500ms\", \"2s\", \"5m\" or \"1h\"",
            written(minimum),
            written(maximum)
        );
        let read =
            |text: &str| parse_duration(text).filter(|time| (minimum..=maximum).contains(time));
        self.optional(key, &allowed, read).unwrap_or(default)
    }

    /// All problems, the unknown settings last.
    pub(super) fn finish(mut self) -> Vec<String> {
        for (key, value) in std::mem::take(&mut self.table) {
            match value {
                Value::Table(table) => {
                    for key_in_table in table.keys() {
                        self.problems
                            .push(format!("{key}.{key_in_table}: there is no such setting"));
                    }
                }
                _ => self
                    .problems
                    .push(format!("{key}: there is no such setting")),
            }
        }
        self.problems
    }

    fn read<T>(
        &mut self,
        key: &str,
        value: &Value,
        allowed: &str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let read = value.as_str().and_then(read);
        if read.is_none() {
            self.problem(format!("{key}: {value} is not {allowed}"));
        }
        read
    }

    /// Takes `key` or `table.key` out of what is left.
    fn take(&mut self, key: &str) -> Option<Value> {
        let Some((table, key)) = key.split_once('.') else {
            return self.table.remove(key);
        };
        self.table.get_mut(table)?.as_table_mut()?.remove(key)
    }
}

fn parse_duration(text: &str) -> Option<Duration> {
    let unit_at = text.find(|letter: char| !letter.is_ascii_digit())?;
    let (number, unit) = text.split_at(unit_at);
    let number: u64 = number.parse().ok()?;
    match unit.trim() {
        "ms" => Some(Duration::from_millis(number)),
        "s" => Some(Duration::from_secs(number)),
        "m" => Some(Duration::from_secs(number.checked_mul(60)?)),
        "h" => Some(Duration::from_secs(number.checked_mul(3600)?)),
        _ => None,
    }
}

fn written(time: Duration) -> String {
    if time.subsec_millis() == 0 {
        format!("{}s", time.as_secs())
    } else {
        format!("{}ms", time.as_millis())
    }
}
