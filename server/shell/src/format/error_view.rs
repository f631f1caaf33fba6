//! Error records as text: the position message, the category line and PowerShell's views.

use crate::error_record::{ErrorCategory, ErrorRecord, Invocation};
use crate::text::{Culture, to_text};
use crate::type_names::short_type_name;
use crate::value::Value;

/// `$ErrorView`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ErrorView {
    /// `{reason}: {message}`, with a source block for scripts and parse errors.
    #[default]
    ConciseView,
    /// Message, position, category and id.
    NormalView,
    /// The category line.
    CategoryView,
    /// Everything that the record holds.
    DetailedView,
}

impl ErrorView {
    /// The view of that name; of any other one the normal view.
    pub fn named(name: &str) -> Self {
        [
            ("ConciseView", Self::ConciseView),
            ("CategoryView", Self::CategoryView),
            ("DetailedView", Self::DetailedView),
        ]
        .into_iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(name))
        .map_or(Self::NormalView, |(_, view)| view)
    }
}

/// Longest source line of a position message, in characters.
const MAX_SOURCE: usize = 69;
/// Characters before, of and behind the stretch to blame that are looked at for it.
const MAX_QUOTED: usize = 2 * MAX_SOURCE;
/// Longest part of a category line, in characters.
const MAX_CATEGORY_PART: usize = 40;

/// Draws a record; ends with one line feed. `width` is the window's, in cells.
pub fn render(record: &ErrorRecord, view: ErrorView, width: usize) -> String {
    match view {
        ErrorView::ConciseView => concise(record, width),
        ErrorView::NormalView => normal(record),
        ErrorView::CategoryView => format!("{}\n", category_text(record)),
        ErrorView::DetailedView => super::error_detail::detailed(record, width),
    }
}

/// `ErrorDetails.Message`, else the exception's message.
pub fn shown_message(record: &ErrorRecord) -> &str {
    record.details.as_deref().unwrap_or(&record.message)
}

/// `CategoryInfo.TargetName`: the target as text.
pub fn target_name(record: &ErrorRecord) -> String {
    if let Some(name) = &record.target_name {
        return name.clone();
    }
    match &*record.target {
        Value::Null => String::new(),
        list @ (Value::Array(_) | Value::List(_)) => crate::type_names::type_name(list).to_string(),
        other => to_text(other, Culture::Current),
    }
}

/// `CategoryInfo.TargetType`: the short name of the target's type.
pub fn target_type(record: &ErrorRecord) -> String {
    if let Some(name) = &record.target_type {
        return name.clone();
    }
    match &*record.target {
        Value::Null => String::new(),
        Value::Object(object) if object.custom => "PSObject".into(),
        other => short_type_name(other),
    }
}

/// `CategoryInfo.GetMessage()`: `{Category}: ({TargetName}:{TargetType}) [{Activity}], {Reason}`.
pub fn category_text(record: &ErrorRecord) -> String {
    format!(
        "{:?}: ({}:{}) [{}], {}",
        record.category,
        ellipsize(&target_name(record)),
        ellipsize(&target_type(record)),
        ellipsize(&record.activity),
        record.reason
    )
}

/// First and last 19 characters of a part that is too long.
fn ellipsize(part: &str) -> String {
    let count = part.chars().count();
    if count <= MAX_CATEGORY_PART {
        return part.into();
    }
    let head: String = part.chars().take(19).collect();
    let tail: String = part.chars().skip(count - 19).collect();
    format!("{head}…{tail}")
}

/// The source line that a position message quotes and the tildes under it.
struct Quote {
    source: String,
    tildes: String,
}

/// `InvocationInfo.PositionMessage`; empty without a position.
pub fn position_message(invocation: &Invocation) -> String {
    let Some(quote) = quote(invocation) else {
        return String::new();
    };
    let place = match &invocation.script {
        Some(script) => format!("{script}:{}", invocation.line),
        None => format!("line:{}", invocation.line),
    };
    format!(
        "At {place} char:{}\n+ {}\n+ {}",
        invocation.offset, quote.source, quote.tildes
    )
}

fn quote(invocation: &Invocation) -> Option<Quote> {
    let source = invocation.source.as_deref()?;
    if invocation.line == 0 {
        return None;
    }
    let line = source.lines().nth(invocation.line - 1)?.trim_end();
    let before = invocation.offset.saturating_sub(1);
    let extent = source
        .get(invocation.extent.start..invocation.extent.end)
        .unwrap_or("");
    let length = extent
        .lines()
        .next()
        .map_or(0, |first| first.chars().count());
    // Of a line of any length no more is shown than fits, so no more is looked at.
    let mut rest = line.chars();
    let widen = |part: String| part.replace('\t', "    ");
    let far = before.saturating_sub(MAX_QUOTED);
    let head = widen(rest.by_ref().skip(far).take(before - far).collect());
    let near = length.min(MAX_QUOTED);
    let middle = widen(rest.by_ref().take(near).collect());
    let tail = widen(rest.skip(length - near).take(MAX_QUOTED).collect());
    Some(cut_quote(&head, &middle, &tail))
}

/// Cuts a long line to [`MAX_SOURCE`]: up to 12 characters before and 8 after the extent, what is left over first to
/// the front, then to the back; an extent that is too long is cut at its end.
fn cut_quote(head: &str, middle: &str, tail: &str) -> Quote {
    let line: Vec<char> = head
        .chars()
        .chain(middle.chars())
        .chain(tail.chars())
        .collect();
    let head_length = head.chars().count();
    let mut marked = middle.chars().count();
    let mut prefix = head_length;
    let mut shown: String = line.iter().collect();
    let (mut front_cut, mut back_cut) = (false, false);
    if line.len() > MAX_SOURCE {
        prefix = head_length.min(12);
        let suffix = tail.chars().count().min(8);
        marked = marked.min(MAX_SOURCE - prefix);
        let left_over = MAX_SOURCE.saturating_sub(prefix + marked + suffix);
        prefix += left_over.min(head_length - prefix);
        let start = head_length - prefix;
        // Near the end of the line the window slides back so that it is full.
        let start = start.min(line.len() - MAX_SOURCE);
        prefix = head_length - start;
        shown = line[start..start + MAX_SOURCE].iter().collect();
        front_cut = start > 0;
        back_cut = start + MAX_SOURCE < line.len();
    }
    let indent = prefix + if front_cut { 2 } else { 0 };
    Quote {
        source: format!(
            "{}{shown}{}",
            if front_cut { "… " } else { "" },
            if back_cut { " …" } else { "" }
        ),
        tildes: format!("{}{}", " ".repeat(indent), "~".repeat(marked.max(1))),
    }
}

fn normal(record: &ErrorRecord) -> String {
    let mut out = String::new();
    let invocation = record.invocation.as_ref();
    let parse_error = record.category == ErrorCategory::ParserError;
    if !parse_error && let Some(name) = invocation.and_then(normal_name) {
        out.push_str(&name);
        out.push_str(" : ");
    }
    out.push_str(shown_message(record));
    out.push('\n');
    let position = invocation.map(position_message).unwrap_or_default();
    if !position.is_empty() && !parse_error {
        out.push_str(&position);
        out.push('\n');
    }
    out.push_str("+ CategoryInfo          : ");
    out.push_str(&category_text(record));
    out.push_str("\n+ FullyQualifiedErrorId : ");
    out.push_str(&record.fully_qualified_id);
    out.push('\n');
    out
}

/// What stands before the message: the text of a script or block, else the command as it was called.
fn normal_name(invocation: &Invocation) -> Option<String> {
    if let Some(text) = &invocation.script_block {
        return Some(text.to_string());
    }
    let called = &*invocation.invocation_name;
    match &invocation.command {
        Some(name) if matches!(called, "" | "&" | ".") => Some(name.to_string()),
        _ => (!called.is_empty()).then(|| called.to_owned()),
    }
}

fn concise(record: &ErrorRecord, width: usize) -> String {
    let parse_error = record.category == ErrorCategory::ParserError;
    let invocation = record.invocation.as_ref();
    let quoted = invocation.and_then(|at| quote(at).map(|quote| (at, quote)));
    if parse_error && quoted.is_none() {
        return "\n".into();
    }
    let mut out = concise_reason(record);
    out.push_str(": ");
    let message = concise_message(record, parse_error);
    match quoted {
        Some((at, quote)) if needs_block(at, parse_error) => {
            push_block(&mut out, at, &quote, message, parse_error, width);
        }
        _ => out.push_str(message),
    }
    if let Some(action) = &record.recommended_action {
        out.push_str("\n  Recommendation: ");
        out.push_str(action);
    }
    out.push('\n');
    out
}

/// A parse error's message begins with its position, which the block shows already.
fn concise_message(record: &ErrorRecord, parse_error: bool) -> &str {
    let message = shown_message(record);
    if !parse_error {
        return message;
    }
    let mut parts = message.splitn(3, "~\n");
    let _position = parts.next();
    parts
        .next()
        .map_or(message, |text| text.split("\n\n").next().unwrap_or(text))
}

fn needs_block(at: &Invocation, parse_error: bool) -> bool {
    at.script
        .as_ref()
        .is_some_and(|script| !script.ends_with(".psm1"))
        || at.line > 1
        || parse_error
}

fn push_block(
    out: &mut String,
    at: &Invocation,
    quote: &Quote,
    message: &str,
    parse_error: bool,
    width: usize,
) {
    if let Some(script) = &at.script {
        out.push_str(&format!("{script}:{}", at.line));
    }
    let number = at.line.to_string();
    let margin = " ".repeat(number.len().saturating_sub(4));
    let prefix = format!("{margin}     | ");
    out.push_str(&format!(
        "\n{margin}Line |\n{number:>4} |  {}\n{prefix} {}\n",
        quote.source, quote.tildes
    ));
    if at.script.is_some() || parse_error {
        push_wrapped(out, &prefix, &message.replace(['\n', '\t'], " "), width);
        // The block's own end stands before the view's.
        out.push('\n');
        out.truncate(out.trim_end_matches('\n').len());
    } else {
        out.push_str(&prefix);
        out.push_str(message);
    }
}

/// Breaks a message into lines of at most `width` characters, each behind the bar.
fn push_wrapped(out: &mut String, prefix: &str, message: &str, width: usize) {
    let room = width.saturating_sub(prefix.chars().count()).max(1);
    let mut rest = message.trim();
    loop {
        out.push_str(prefix);
        if rest.chars().count() <= room {
            out.push_str(rest);
            return;
        }
        let cut = rest
            .char_indices()
            .nth(room)
            .map_or(rest.len(), |(at, _)| at);
        let head = rest[..cut]
            .rsplit_once(char::is_whitespace)
            .map_or(&rest[..cut], |(head, _)| head);
        out.push_str(head);
        out.push('\n');
        rest = rest[head.len()..].trim();
        if head.is_empty() {
            out.push_str(rest);
            return;
        }
    }
}

fn concise_reason(record: &ErrorRecord) -> String {
    if record.was_thrown() {
        return "Exception".into();
    }
    let invocation = record.invocation.as_ref();
    if let Some(command) = invocation.and_then(|at| at.command.as_ref()) {
        return command.to_string();
    }
    if !record.activity.is_empty() {
        return record.activity.clone();
    }
    if let Some(at) = invocation
        && !at.invocation_name.is_empty()
    {
        return at.invocation_name.clone();
    }
    if record.category == ErrorCategory::NotSpecified {
        record.reason.clone()
    } else {
        format!("{:?}", record.category)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_source_is_cut_on_both_sides() {
        let quote = cut_quote(&"a".repeat(50), &"m".repeat(20), &"z".repeat(40));
        assert_eq!(quote.source.chars().count(), MAX_SOURCE + 4);
        assert!(quote.source.starts_with("… a") && quote.source.ends_with("z …"));
        assert_eq!(quote.tildes.matches('~').count(), 20);
        let at = quote
            .tildes
            .chars()
            .position(|c| c == '~')
            .unwrap_or_default();
        assert_eq!(quote.source.chars().position(|c| c == 'm'), Some(at));
    }

    #[test]
    fn an_extent_longer_than_the_window_is_cut_at_its_end() {
        let quote = cut_quote("", &"m".repeat(100), "");
        assert_eq!(quote.source, format!("{} …", "m".repeat(MAX_SOURCE)));
        assert_eq!(quote.tildes.len(), MAX_SOURCE);
    }
}
