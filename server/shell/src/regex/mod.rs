//! .NET's regular expressions on top of a backtracking engine with a bounded number of steps.

mod class;
mod escape;
mod groups;
mod match_object;
mod scan;
mod substitution;
mod syntax;

use std::ops::Range;
use std::sync::Arc;

use groups::Numbering;
pub(crate) use match_object::{Places, match_object, next_match_object, no_group, no_match};
pub use scan::Options;
use scan::{Fault, Scanner};
pub(crate) use substitution::expand;

/// Most steps of one match: a pattern that explodes ends in an error, not in a stuck server.
const MAX_STEPS: usize = 1_000_000;
/// Most patterns that are kept compiled.
const MAX_CACHED: usize = 64;
/// Most matches in one text that are made objects.
pub(crate) const MAX_MATCHES: usize = 1 << 18;

thread_local! {
    static CACHE: std::cell::RefCell<Vec<(String, Options, Pattern)>> = const { std::cell::RefCell::new(Vec::new()) };
}

/// A match took more steps than a session may spend on it.
#[derive(Clone, Copy, Debug)]
pub struct TooHard;

/// A compiled pattern; a clone is the same pattern.
#[derive(Clone, Debug)]
pub struct Pattern(Arc<Compiled>);

#[derive(Debug)]
struct Compiled {
    regex: fancy_regex::Regex,
    groups: Vec<Group>,
}

#[derive(Debug)]
struct Group {
    number: usize,
    name: Option<String>,
    /// The engine's groups that capture it.
    slots: Vec<usize>,
}

/// Where a pattern matched.
#[derive(Debug)]
pub struct Match<'t> {
    input: &'t str,
    pattern: Pattern,
    spans: Vec<Option<Range<usize>>>,
}

/// Compiles a pattern as .NET reads it.
///
/// # Errors
/// What is wrong with it, in .NET's words.
pub fn compile(pattern: &str, case_sensitive: bool) -> Result<Pattern, String> {
    let options = Options {
        ignore_case: !case_sensitive,
        ..Options::default()
    };
    compile_with(pattern, options)
}

/// Compiles a pattern under options.
///
/// # Errors
/// As [`compile`].
pub fn compile_with(pattern: &str, options: Options) -> Result<Pattern, String> {
    CACHE.with_borrow_mut(|cache| {
        let kept = cache
            .iter()
            .position(|(text, own, _)| *own == options && text == pattern);
        if let Some(at) = kept {
            return Ok(cache[at].2.clone());
        }
        let compiled = Pattern::new(pattern, options)?;
        if cache.len() >= MAX_CACHED {
            cache.remove(0);
        }
        cache.push((pattern.to_owned(), options, compiled.clone()));
        Ok(compiled)
    })
}

/// A text as a pattern that matches just it (`Regex.Escape`).
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | '*' | '+' | '?' | '|' | '{' | '[' | '(' | ')' | '^' | '$' | '.' | '#' | ' ' => {
                out.push('\\');
                out.push(c);
            }
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{c}' => out.push_str("\\f"),
            other => out.push(other),
        }
    }
    out
}

/// A text with the characters that its escapes stand for (`Regex.Unescape`).
///
/// # Errors
/// The escape that stands for none, in .NET's words.
pub fn unescape(text: &str) -> Result<String, String> {
    let mut scanner = Scanner::new(text, Options::default());
    let mut out = String::with_capacity(text.len());
    while let Some(c) = scanner.next() {
        out.push(match c {
            '\\' => escape::character(&mut scanner).map_err(|fault| refused(text, &fault))?,
            other => other,
        });
    }
    Ok(out)
}

fn refused(pattern: &str, fault: &Fault) -> String {
    let offset: usize = pattern.chars().take(fault.at).map(char::len_utf16).sum();
    format!(
        "Invalid pattern '{pattern}' at offset {offset}. {}",
        fault.reason
    )
}

impl Pattern {
    fn new(pattern: &str, options: Options) -> Result<Self, String> {
        let refused = |fault: Fault| refused(pattern, &fault);
        let numbering = Numbering::count(pattern, options).map_err(refused)?;
        let translation = syntax::translate(pattern, options, &numbering).map_err(refused)?;
        let regex = fancy_regex::RegexBuilder::new(&translation.pattern)
            .case_insensitive(options.ignore_case)
            .backtrack_limit(MAX_STEPS)
            .build()
            .map_err(|error| {
                refused(Fault {
                    at: pattern.chars().count(),
                    reason: error.to_string(),
                })
            })?;
        let groups = numbering
            .numbers()
            .iter()
            .map(|number| Group {
                number: *number,
                name: numbering.name_of(*number).map(str::to_owned),
                slots: match number {
                    0 => vec![0],
                    _ => slots_of(&translation.groups, *number),
                },
            })
            .collect();
        Ok(Self(Arc::new(Compiled { regex, groups })))
    }

    /// Whether it matches anywhere in a text.
    ///
    /// # Errors
    /// When that takes too many steps.
    pub fn is_match(&self, text: &str) -> Result<bool, TooHard> {
        self.0.regex.is_match(text).map_err(|_| TooHard)
    }

    /// The first match from a place on.
    ///
    /// # Errors
    /// When that takes too many steps.
    pub fn find<'t>(&self, text: &'t str, from: usize) -> Result<Option<Match<'t>>, TooHard> {
        let captures = self
            .0
            .regex
            .captures_from_pos(text, from)
            .map_err(|_| TooHard)?;
        Ok(captures.map(|captures| {
            let spans = self
                .0
                .groups
                .iter()
                .map(|group| {
                    let mut caught = group.slots.iter().rev();
                    caught.find_map(|slot| captures.get(*slot).map(|part| part.range()))
                })
                .collect();
            Match {
                input: text,
                pattern: self.clone(),
                spans,
            }
        }))
    }

    /// Its groups, smallest number first, the whole among them: number and name.
    pub fn group_names(&self) -> impl Iterator<Item = (usize, Option<&str>)> {
        let groups = self.0.groups.iter();
        groups.map(|group| (group.number, group.name.as_deref()))
    }

    /// All matches, one behind the other; an empty one may stand right behind another.
    pub fn find_all<'t>(
        &self,
        text: &'t str,
    ) -> impl Iterator<Item = Result<Match<'t>, TooHard>> + use<'t> {
        self.find_all_from(text, 0)
    }

    /// All matches from a place on.
    pub fn find_all_from<'t>(
        &self,
        text: &'t str,
        from: usize,
    ) -> impl Iterator<Item = Result<Match<'t>, TooHard>> + use<'t> {
        let pattern = self.clone();
        let mut from = Some(from);
        std::iter::from_fn(move || {
            let found = pattern.find(text, from.take()?);
            match found {
                Ok(None) => None,
                Ok(Some(found)) => {
                    let Range { start, end } = found.range();
                    from = if start < end {
                        Some(end)
                    } else {
                        text[end..].chars().next().map(|c| end + c.len_utf8())
                    };
                    Some(Ok(found))
                }
                Err(error) => Some(Err(error)),
            }
        })
    }
}

fn slots_of(groups: &[usize], number: usize) -> Vec<usize> {
    groups
        .iter()
        .enumerate()
        .filter(|(_, own)| **own == number)
        .map(|(slot, _)| slot + 1)
        .collect()
}

impl<'t> Match<'t> {
    /// The whole text that was searched.
    pub fn input(&self) -> &'t str {
        self.input
    }

    /// Where the match lies, in bytes.
    pub fn range(&self) -> Range<usize> {
        self.spans.first().cloned().flatten().unwrap_or_default()
    }

    /// What matched.
    pub fn text(&self) -> &'t str {
        &self.input[self.range()]
    }

    /// The groups, smallest number first, the whole among them: number, name, place.
    pub fn groups(&self) -> impl Iterator<Item = (usize, Option<&str>, Option<Range<usize>>)> {
        let spans = self.spans.iter().cloned();
        self.pattern
            .0
            .groups
            .iter()
            .zip(spans)
            .map(|(group, span)| (group.number, group.name.as_deref(), span))
    }

    /// What the group of a number or name caught: empty if it caught nothing, none if there is no such group.
    fn named(&self, name: &str) -> Option<&'t str> {
        let number = name.parse::<usize>().ok();
        let index = self
            .pattern
            .0
            .groups
            .iter()
            .position(|group| match number {
                Some(number) => group.number == number,
                None => group.name.as_deref() == Some(name),
            })?;
        Some(
            self.spans[index]
                .clone()
                .map_or("", |span| &self.input[span]),
        )
    }

    fn last_group(&self) -> &'t str {
        let last = self.spans.last().cloned().flatten();
        last.map_or("", |span| &self.input[span])
    }
}

#[cfg(test)]
mod tests;
