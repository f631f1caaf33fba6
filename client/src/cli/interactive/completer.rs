//! Tab: the server knows commands, parameters and names; this machine knows its files.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use reedline::{Completer, CompletionResult, Span, Suggestion};
use tandem::shell::v1::{CompleteRequest, CompleteResponse, CompletionMatch};
use tokio::runtime::Handle;
use tokio::time::timeout;

use super::super::completions::{ANY_COMMAND, wants_command};
use super::paths::files;
use super::{Session, taken};

/// How long a Tab may take.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long an answer holds: the menu asks several times about the same place.
const FRESH: Duration = Duration::from_secs(1);

/// What was answered, and where and when it was asked.
struct Answered {
    place: String,
    at: Instant,
    suggestions: Vec<Suggestion>,
}

/// Completes lines of a session.
pub(super) struct Completions {
    session: Arc<Mutex<Session>>,
    runtime: Handle,
    last: Option<Answered>,
}

impl Completions {
    /// Completes with the session's server, which is asked on the runtime.
    pub(super) fn new(session: Arc<Mutex<Session>>, runtime: Handle) -> Self {
        Self {
            session,
            runtime,
            last: None,
        }
    }

    /// All commands, where nothing of a name is typed yet.
    fn any_command(&self, before: &str) -> Vec<Suggestion> {
        let line = format!("{before}{ANY_COMMAND}");
        let answer = self.ask(&line, line.len());
        let mut found = answer.map_or_else(Vec::new, |answer| suggestions(&line, answer));
        for suggestion in &mut found {
            suggestion.span = Span::new(before.len(), before.len());
        }
        found
    }

    fn ask(&self, line: &str, position: usize) -> Option<CompleteResponse> {
        let session = taken(&self.session);
        let request = CompleteRequest {
            line: line.to_owned(),
            caret: u32::try_from(line[..position].encode_utf16().count()).ok()?,
            session_id: session.id,
        };
        let asked = timeout(PATIENCE, session.shell.complete(request));
        self.runtime.block_on(asked).ok()?.ok()
    }
}

impl Completer for Completions {
    fn complete(&mut self, line: &str, position: usize) -> CompletionResult {
        let place = format!("{position}:{line}");
        if let Some(known) = &self.last
            && known.place == place
            && known.at.elapsed() < FRESH
        {
            return CompletionResult::fresh(known.suggestions.clone());
        }
        let before = &line[..position];
        let answer = self.ask(line, position);
        let mut suggestions = answer.map_or_else(Vec::new, |answer| suggestions(line, answer));
        if suggestions.is_empty() {
            suggestions = match wants_command(before) {
                true => self.any_command(before),
                false => files(before),
            };
        }
        self.last = Some(Answered {
            place,
            at: Instant::now(),
            suggestions: suggestions.clone(),
        });
        CompletionResult::fresh(suggestions)
    }
}

fn suggestions(line: &str, answer: CompleteResponse) -> Vec<Suggestion> {
    let start = byte_of(line, answer.replacement_index);
    let end = byte_of(
        line,
        answer
            .replacement_index
            .saturating_add(answer.replacement_length),
    );
    let suggestion = |found: CompletionMatch| Suggestion {
        description: description(&found),
        value: found.completion_text,
        display_override: Some(found.list_item_text).filter(|text| !text.is_empty()),
        span: Span::new(start, end),
        ..Suggestion::default()
    };
    answer.r#match.into_iter().map(suggestion).collect()
}

/// What the tooltip says beyond the name that stands beside it.
fn description(found: &CompletionMatch) -> Option<String> {
    let mut tip = found.tool_tip.lines().map(str::trim);
    let told = tip.find(|line| !line.is_empty())?;
    let is_new = told != found.completion_text && told != found.list_item_text;
    is_new.then(|| told.to_owned())
}

/// The byte at which that many UTF-16 units have passed.
fn byte_of(line: &str, units: u32) -> usize {
    let mut passed = 0;
    for (index, character) in line.char_indices() {
        if passed >= units as usize {
            return index;
        }
        passed += character.len_utf16();
    }
    line.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn carets_count_utf16_units() {
        assert_eq!(byte_of("aü😀b", 0), 0);
        assert_eq!(byte_of("aü😀b", 2), 3);
        assert_eq!(byte_of("aü😀b", 4), 7);
        assert_eq!(byte_of("aü😀b", 99), 8);
    }
}
