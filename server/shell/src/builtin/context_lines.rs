//! The lines around what `Select-String` finds (`-Context`).

use std::collections::VecDeque;
use std::sync::Arc;

use crate::text::read;
use crate::value::{Object, Property, Text, Value};

/// What was found, with the lines around it.
pub(super) struct Matched {
    /// The line itself.
    pub(super) line: Text,
    info: Value,
    /// None where no lines were asked for.
    around: Option<Around>,
}

/// Lines before and behind; of those that are shown, none is shown twice.
#[derive(Default)]
struct Around {
    before: Vec<Text>,
    behind: Vec<Text>,
    shown_before: Vec<Text>,
    shown_behind: Vec<Text>,
    /// Whether lines behind are still shown with it: until the next match.
    open: bool,
}

/// Collects the lines around matches.
#[derive(Default)]
pub(super) struct ContextLines {
    before: usize,
    behind: usize,
    recent: VecDeque<Text>,
    /// Those of them that are not shown with an earlier match.
    unshown: VecDeque<Text>,
    pending: VecDeque<Matched>,
    /// How many lines those that wait hold.
    held: usize,
}

/// Most lines that matches hold while they wait for the last line behind them.
const MAX_HELD: usize = 1 << 24;

fn push_bounded(lines: &mut VecDeque<Text>, line: &Text, most: usize) {
    if most == 0 {
        return;
    }
    if lines.len() == most {
        lines.pop_front();
    }
    lines.push_back(Text::clone(line));
}

impl ContextLines {
    /// For so many lines before and behind.
    pub(super) fn new(before: usize, behind: usize) -> Self {
        Self {
            before,
            behind,
            ..Self::default()
        }
    }

    /// Whether any lines around are wanted.
    pub(super) fn is_wanted(&self) -> bool {
        self.before > 0 || self.behind > 0
    }

    /// Takes the next line, with what was found in it; the matches that are complete now.
    pub(super) fn push(&mut self, line: &str, found: Option<Value>) -> Vec<Matched> {
        if !self.is_wanted() {
            let matched = |info| Matched {
                line: line.into(),
                info,
                around: None,
            };
            return found.map(matched).into_iter().collect();
        }
        let line = Text::from(line);
        let is_match = found.is_some();
        let mut shown = is_match;
        for around in self.pending.iter_mut().filter_map(|m| m.around.as_mut()) {
            around.behind.push(Text::clone(&line));
            around.open &= !is_match;
            if around.open {
                around.shown_behind.push(Text::clone(&line));
                shown = true;
            }
        }
        if let Some(info) = found {
            let around = Around {
                before: self.recent.iter().cloned().collect(),
                shown_before: self.unshown.drain(..).collect(),
                open: true,
                ..Around::default()
            };
            self.pending.push_back(Matched {
                line: Text::clone(&line),
                info,
                around: Some(around),
            });
        } else if !shown {
            push_bounded(&mut self.unshown, &line, self.before);
        }
        push_bounded(&mut self.recent, &line, self.before);
        let behind = self.behind;
        let lines = |matched: &Matched| matched.around.as_ref().map_or(0, |a| a.behind.len());
        let count = self
            .pending
            .iter()
            .take_while(|m| lines(m) >= behind)
            .count();
        self.held += self.pending.len();
        let complete: Vec<Matched> = self.pending.drain(..count).collect();
        let given: usize = complete.iter().map(|matched| lines(matched) + 1).sum();
        self.held = self.held.saturating_sub(given);
        complete
    }

    /// Whether the matches that wait hold more lines than they may: each has its own.
    pub(super) fn holds_too_many(&self) -> bool {
        self.held > MAX_HELD
    }

    /// The matches whose lines behind will not come.
    pub(super) fn finish(&mut self) -> Vec<Matched> {
        self.pending.drain(..).collect()
    }
}

impl Around {
    /// `MatchInfoContext`.
    fn value(&self) -> Value {
        let names: [Text; 2] = [
            "Microsoft.PowerShell.Commands.MatchInfoContext".into(),
            "System.Object".into(),
        ];
        let properties = vec![
            (
                "PreContext".into(),
                Value::strings(self.before.iter().cloned()),
            ),
            (
                "PostContext".into(),
                Value::strings(self.behind.iter().cloned()),
            ),
            (
                "DisplayPreContext".into(),
                Value::strings(self.shown_before.iter().cloned()),
            ),
            (
                "DisplayPostContext".into(),
                Value::strings(self.shown_behind.iter().cloned()),
            ),
        ];
        Value::Object(Arc::new(Object::typed(names.into(), properties)))
    }

    /// What the match reads like with the lines around it.
    fn draw(&self, line: &str, number: u64, path: Option<&str>) -> String {
        let mut number = number.saturating_sub(self.shown_before.len() as u64);
        let marked = self
            .shown_before
            .iter()
            .map(|line| ("  ", &**line))
            .chain(std::iter::once(("> ", line)))
            .chain(self.shown_behind.iter().map(|line| ("  ", &**line)));
        let lines: Vec<String> = marked
            .map(|(mark, line)| {
                let drawn = match path {
                    Some(path) => format!("{mark}{path}:{number}:{line}"),
                    None => format!("{mark}{line}"),
                };
                number += 1;
                drawn
            })
            .collect();
        lines.join("\n")
    }
}

impl Matched {
    /// The object, with the lines around it if such were asked for.
    pub(super) fn value(&self) -> Value {
        let (Some(around), Value::Object(object)) = (&self.around, &self.info) else {
            return self.info.clone();
        };
        let mut properties: Vec<Property> = read(&object.properties).clone();
        let number = |properties: &[Property]| {
            let number = properties.iter().find(|p| &*p.name == "LineNumber")?;
            match number.value {
                Value::UInt64(number) => Some(number),
                _ => None,
            }
        };
        let path = properties.iter().find(|p| &*p.name == "Path");
        let path = match path.map(|path| &path.value) {
            Some(Value::String(path)) if &**path != "InputStream" => Some(&**path),
            _ => None,
        };
        let text = around.draw(&self.line, number(&properties).unwrap_or(0), path);
        if let Some(context) = properties.iter_mut().find(|p| &*p.name == "Context") {
            context.value = around.value();
        }
        Value::Object(Arc::new(Object {
            type_names: read(&object.type_names).clone().into(),
            properties: properties.into(),
            text: Some(text.into()),
            custom: false,
            scripts: Default::default(),
            instance: None,
        }))
    }
}
