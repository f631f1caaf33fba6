//! Where the caret is: in which command, behind which words. The text need not parse.

/// A word of a command, quotes and groups included, as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) text: String,
    pub(super) start: usize,
    /// Whether a comma stands before it, so that it continues the argument before.
    pub(super) after_comma: bool,
}

/// What stands before the caret.
#[derive(Clone, Debug, Default)]
pub(super) struct Place {
    /// The whole words of the command before the caret, its name first.
    pub(super) words: Vec<Word>,
    /// The word that the caret is in, whole; empty between words.
    pub(super) word: Word,
    /// Where that word ends behind the caret.
    pub(super) word_end: usize,
    /// The whole words of the command behind the caret.
    pub(super) after: Vec<Word>,
    /// What stands before the pipe, if the command takes its output.
    pub(super) upstream: Option<String>,
}

impl Place {
    /// The same place, of whose word only what stands at `start` and behind counts.
    pub(super) fn from(&self, start: usize) -> Self {
        let mut place = self.clone();
        place.word.text.replace_range(..start - self.word.start, "");
        place.word.start = start;
        place
    }

    /// Whether the words begin an expression rather than a command.
    pub(super) fn is_expression(&self) -> bool {
        let first = self.words.first().unwrap_or(&self.word);
        first.text.starts_with(|c: char| {
            c.is_ascii_digit() || matches!(c, '"' | '\'' | '$' | '[' | '(' | '@')
        }) && !(self.words.is_empty() && first.text.starts_with(['"', '\'']))
    }
}

/// Words that a statement may begin with before the statement proper.
const OPENERS: &[&str] = &[
    "return", "throw", "exit", "else", "do", "try", "finally", "begin", "process", "end", "if",
    "elseif", "while", "until", "&", ".",
];

/// A statement under way, within its brackets.
#[derive(Debug, Default)]
struct Frame {
    words: Vec<Word>,
    /// The word under way.
    current: Option<Word>,
    after_comma: bool,
    statement_start: usize,
    upstream: Option<String>,
}

impl Frame {
    fn at(start: usize) -> Self {
        Self {
            statement_start: start,
            ..Self::default()
        }
    }

    fn push(&mut self, c: char, at: usize) {
        let after_comma = std::mem::take(&mut self.after_comma);
        self.current
            .get_or_insert_with(|| Word {
                text: String::new(),
                start: at,
                after_comma,
            })
            .text
            .push(c);
    }

    fn end_word(&mut self) {
        let Some(word) = self.current.take() else {
            return;
        };
        let opener = OPENERS
            .iter()
            .any(|opener| opener.eq_ignore_ascii_case(&word.text));
        let assigns = matches!(&*word.text, "=" | "+=" | "-=" | "*=" | "/=" | "%=" | "??=")
            && self
                .words
                .first()
                .is_some_and(|first| first.text.starts_with(['$', '[']));
        let enumerates = word.text.eq_ignore_ascii_case("in")
            && self.words.len() == 1
            && self.words[0].text.starts_with('$');
        if assigns || enumerates || (self.words.is_empty() && opener) {
            self.words.clear();
        } else {
            self.words.push(word);
        }
    }

    /// Whether the word under way is a variable, so that `=` assigns to it.
    fn assigns(&self) -> bool {
        self.current
            .as_ref()
            .is_some_and(|word| word.text.starts_with('$'))
    }

    fn end_statement(&mut self, next: usize) {
        self.end_word();
        *self = Self::at(next);
    }
}

/// The place of the caret; none within a comment.
pub(super) fn place(text: &str, caret: usize) -> Option<Place> {
    let mut scanner = Scanner {
        text: &text[..caret],
        rest: text[..caret].char_indices().peekable(),
        frames: vec![Frame::default()],
    };
    while let Some((at, c)) = scanner.rest.next() {
        scanner.take(at, c)?;
    }
    let mut frame = scanner.frames.pop()?;
    let after_comma = frame.after_comma;
    let mut word = frame.current.take().unwrap_or(Word {
        text: String::new(),
        start: caret,
        after_comma,
    });
    let word_end = word_end(text, caret, &word);
    word.text.push_str(&text[caret..word_end]);
    Some(Place {
        after: words_behind(&text[word_end..]),
        word_end,
        words: frame.words,
        word,
        upstream: frame.upstream,
    })
}

/// The words up to the end of the command that the caret is in.
fn words_behind(text: &str) -> Vec<Word> {
    let mut scanner = Scanner {
        text,
        rest: text.char_indices().peekable(),
        frames: vec![Frame {
            // The command's name: what follows opens no statement.
            words: vec![Word::default()],
            ..Frame::default()
        }],
    };
    while let Some((at, c)) = scanner.rest.next() {
        let ends_command = matches!(c, ';' | '\n' | '|' | ')' | '}' | '&');
        if (scanner.frames.len() == 1 && ends_command) || scanner.take(at, c).is_none() {
            break;
        }
    }
    let Some(mut frame) = scanner.frames.into_iter().next() else {
        return Vec::new();
    };
    frame.end_word();
    frame.words.into_iter().skip(1).collect()
}

/// The text before the caret under way, with the brackets that are open.
struct Scanner<'a> {
    text: &'a str,
    rest: std::iter::Peekable<std::str::CharIndices<'a>>,
    frames: Vec<Frame>,
}

impl Scanner<'_> {
    fn next_is(&mut self, wanted: char) -> bool {
        self.rest.peek().is_some_and(|(_, c)| *c == wanted)
    }

    /// Takes one character with what belongs to it; none if a comment runs to the caret.
    fn take(&mut self, at: usize, c: char) -> Option<()> {
        let depth = self.frames.len();
        let begins_word = self.frames.last()?.current.is_none();
        match c {
            '`' | '\'' | '"' => self.take_literal(at, c)?,
            '#' if begins_word => {
                let (end, _) = self.rest.find(|(_, c)| *c == '\n')?;
                self.frames.last_mut()?.end_statement(end + 1);
            }
            '<' if begins_word && self.next_is('#') => {
                let close = at + self.text[at..].find("#>")? + 2;
                while self.rest.next_if(|(next, _)| *next < close).is_some() {}
            }
            '(' | '{' => {
                self.frames.last_mut()?.push(c, at);
                self.frames.push(Frame::at(at + 1));
            }
            ')' | '}' if depth > 1 => self.close(at, c)?,
            '\n' | ';' => self.frames.last_mut()?.end_statement(at + 1),
            '|' => {
                let doubled = self.rest.next_if(|(_, c)| *c == '|').is_some();
                let frame = self.frames.last_mut()?;
                let upstream = self.text[frame.statement_start..at].trim().to_owned();
                frame.end_statement(at + 1);
                frame.upstream = (!doubled).then_some(upstream);
            }
            '&' if self.next_is('&') => {
                self.rest.next();
                self.frames.last_mut()?.end_statement(at + 2);
            }
            ',' => {
                let frame = self.frames.last_mut()?;
                frame.end_word();
                frame.after_comma = true;
            }
            '=' if self.frames.last()?.assigns() => {
                self.frames.last_mut()?.end_statement(at + 1);
            }
            c if c.is_whitespace() => self.frames.last_mut()?.end_word(),
            c => self.frames.last_mut()?.push(c, at),
        }
        Some(())
    }

    /// An escaped character, or a quoted stretch to its end or the caret.
    fn take_literal(&mut self, at: usize, opener: char) -> Option<()> {
        let frame = self.frames.last_mut()?;
        frame.push(opener, at);
        let mut escaped = opener == '`';
        for (at, c) in self.rest.by_ref() {
            frame.push(c, at);
            if opener == '`' || (!escaped && c == opener) {
                break;
            }
            escaped = !escaped && c == '`' && opener == '"';
        }
        Some(())
    }

    fn close(&mut self, at: usize, c: char) -> Option<()> {
        self.frames.pop();
        let frame = self.frames.last_mut()?;
        frame.push(c, at);
        // A closed block ends what it belongs to: `if (…) { … }`.
        let is_block = frame.current.as_ref().is_some_and(|word| word.text == "{}");
        let first = frame.words.first();
        if is_block && first.is_none_or(|first| first.text.starts_with('(')) {
            frame.end_statement(at + 1);
        }
        Some(())
    }
}

/// The end of the word behind the caret: the closing quote of a quoted one, else the next delimiter.
fn word_end(text: &str, caret: usize, word: &Word) -> usize {
    if word.text.is_empty() {
        return caret;
    }
    let rest = &text[caret..];
    let quote = word.text.chars().next().filter(|c| matches!(c, '"' | '\''));
    let length = match quote {
        Some(quote) => rest.find(quote).map_or(0, |at| at + 1),
        None => rest
            .find(|c: char| c.is_whitespace() || "(){}|;,&".contains(c))
            .unwrap_or(rest.len()),
    };
    caret + length
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn words(text: &str) -> (Vec<String>, String) {
        let place = place(text, text.len()).unwrap();
        let words = place.words.into_iter().map(|word| word.text).collect();
        (words, place.word.text)
    }

    #[test]
    fn the_innermost_command_counts() {
        for (text, expected, word) in [
            ("Get-A -B c", &["Get-A", "-B"][..], "c"),
            ("Get-A; Get-B ", &["Get-B"], ""),
            ("if ($true) { Get-", &[], "Get-"),
            ("Get-A -B (Get-C -D", &["Get-C"], "-D"),
            ("$x = Get-", &[], "Get-"),
            ("foreach ($p in Get-", &[], "Get-"),
            ("Get-A -B 'x y", &["Get-A", "-B"], "'x y"),
            ("if ($x) { 1 }\nGet-", &[], "Get-"),
        ] {
            let (found, last) = words(text);
            assert_eq!(
                (&*found, &*last),
                (
                    &*expected.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>(),
                    word
                ),
                "{text}"
            );
        }
        assert!(place("Get-A # comm", 12).is_none());
    }
}
