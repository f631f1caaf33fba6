//! Where the caret is: in which command, behind which words, within which brackets. The text need not parse.

use crate::completion::place::{Frame, Opener, Place, Word};

/// How many open brackets are kept: within more nobody looks for a completion.
const MAX_BRACKETS: usize = 200;

/// Where the caret is.
#[derive(Debug)]
pub(super) enum Whereabouts {
    /// In code.
    Code(Box<Place>),
    /// In a comment, which begins there.
    Comment(usize),
}

/// Where the caret is.
pub(super) fn whereabouts(text: &str, caret: usize) -> Whereabouts {
    let mut scanner = Scanner {
        text: &text[..caret],
        rest: text[..caret].char_indices().peekable(),
        frames: vec![Frame::default()],
    };
    while let Some((at, c)) = scanner.rest.next() {
        if let Err(comment) = scanner.take(at, c) {
            return Whereabouts::Comment(comment);
        }
    }
    let mut frames = scanner.frames;
    let frame = frames.last_mut().map(std::mem::take).unwrap_or_default();
    let mut word = frame.current.clone().unwrap_or(Word {
        text: String::new(),
        start: caret,
        after_comma: frame.after_comma,
    });
    let word_end = word_end(text, caret, &word);
    word.text.push_str(&text[caret..word_end]);
    let place = Place {
        after: words_behind(&text[word_end..]),
        word_end,
        words: frame.words.clone(),
        word,
        upstream: frame.upstream.clone(),
        frames: {
            frames.pop();
            frames.push(frame);
            frames
        },
    };
    Whereabouts::Code(Box::new(place))
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
        if (scanner.frames.len() == 1 && ends_command) || scanner.take(at, c).is_err() {
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

    /// The innermost statement.
    fn frame(&mut self) -> &mut Frame {
        if self.frames.is_empty() {
            self.frames.push(Frame::default());
        }
        let last = self.frames.len() - 1;
        &mut self.frames[last]
    }

    /// Takes one character with what belongs to it.
    ///
    /// # Errors
    /// Where a comment begins that runs to the caret.
    fn take(&mut self, at: usize, c: char) -> Result<(), usize> {
        let depth = self.frames.len();
        let begins_word = self.frame().current.is_none();
        match c {
            '`' | '\'' | '"' => self.take_literal(at, c),
            '#' if begins_word => {
                let (end, _) = self.rest.find(|(_, c)| *c == '\n').ok_or(at)?;
                self.frame().end_statement(end + 1);
            }
            '<' if begins_word && self.next_is('#') => {
                let length = self.text[at..].find("#>").ok_or(at)?;
                let close = at + length + 2;
                while self.rest.next_if(|(next, _)| *next < close).is_some() {}
            }
            '{' if self.ends_with_dollar() => self.take_braced(at),
            '(' | '{' => self.open(at, c),
            ')' | '}' if depth > 1 => self.close(at, c),
            '\n' | ';' => self.frame().end_statement(at + 1),
            '|' => self.pipe(at),
            '&' if self.next_is('&') => {
                self.rest.next();
                self.frame().end_statement(at + 2);
            }
            ',' => {
                let frame = self.frame();
                frame.end_word();
                frame.after_comma = true;
            }
            '=' if self.frame().opener == Opener::Hashtable && !self.frame().in_value => {
                let frame = self.frame();
                frame.end_word();
                frame.push(c, at);
                frame.end_word();
            }
            '=' if self.frame().assigns() => self.frame().assign(at),
            c if c.is_whitespace() => self.frame().end_word(),
            c => self.frame().push(c, at),
        }
        Ok(())
    }

    fn pipe(&mut self, at: usize) {
        let doubled = self.rest.next_if(|(_, c)| *c == '|').is_some();
        let text = self.text;
        let frame = self.frame();
        let upstream = text[frame.statement_start..at].trim().to_owned();
        let (in_value, assigned) = (frame.in_value, frame.assigned.take());
        let start = frame.statement_start;
        frame.end_statement(at + 1);
        frame.in_value = in_value;
        if !doubled {
            frame.upstream = Some(upstream);
            frame.assigned = assigned;
            frame.statement_start = start;
        }
    }

    fn ends_with_dollar(&mut self) -> bool {
        let current = &self.frame().current;
        current
            .as_ref()
            .is_some_and(|word| word.text.ends_with('$'))
    }

    /// The name of a variable within braces.
    fn take_braced(&mut self, at: usize) {
        self.frame().push('{', at);
        for (at, c) in self.rest.by_ref() {
            if let Some(frame) = self.frames.last_mut() {
                frame.push(c, at);
            }
            if c == '}' {
                break;
            }
        }
    }

    /// A bracket that begins a statement of its own.
    fn open(&mut self, at: usize, c: char) {
        let frame = self.frame();
        let before = frame.current.as_ref().map_or("", |word| &*word.text);
        let opener = match (c, before) {
            ('{', before) if before.ends_with('@') => Opener::Hashtable,
            ('{', _) => Opener::Block,
            (_, before) if before.ends_with('@') => Opener::Array,
            (_, before) if before.ends_with('$') => Opener::SubExpression,
            (_, before) if before.ends_with(|c: char| c.is_alphanumeric() || c == '_') => {
                Opener::Call
            }
            _ => Opener::Parenthesis,
        };
        frame.push(c, at);
        if self.frames.len() < MAX_BRACKETS {
            self.frames.push(Frame::opened(opener, at, at + 1));
        }
    }

    /// An escaped character, or a quoted stretch to its end or the caret.
    fn take_literal(&mut self, at: usize, opener: char) {
        self.frame().push(opener, at);
        if opener == '"' {
            return self.go_on_quoted();
        }
        for (at, c) in self.rest.by_ref() {
            if let Some(frame) = self.frames.last_mut() {
                frame.push(c, at);
            }
            if opener == '`' || c == opener {
                break;
            }
        }
    }

    /// The rest of a text in double quotes, to its end, to a `$(` in it, or to the caret.
    fn go_on_quoted(&mut self) {
        while let Some((at, c)) = self.rest.next() {
            self.frame().push(c, at);
            match c {
                '"' => return,
                '`' => {
                    if let Some((at, escaped)) = self.rest.next() {
                        self.frame().push(escaped, at);
                    }
                }
                '$' if self.next_is('(') => {
                    self.rest.next();
                    self.frame().push('(', at + 1);
                    let mut inner = Frame::opened(Opener::SubExpression, at + 1, at + 2);
                    inner.in_string = true;
                    self.frames.push(inner);
                    return;
                }
                _ => {}
            }
        }
    }

    fn close(&mut self, at: usize, c: char) {
        let closed = self.frames.pop().unwrap_or_default();
        let frame = self.frame();
        frame.push(c, at);
        if closed.in_string {
            return self.go_on_quoted();
        }
        // A closed block ends what it belongs to: `if (…) { … }`.
        let is_block = frame.current.as_ref().is_some_and(|word| word.text == "{}");
        let first = frame.words.first();
        if is_block && first.is_none_or(|first| first.text.starts_with('(') || declares(first)) {
            frame.end_statement(at + 1);
        }
    }
}

/// Whether a block that follows belongs to what the word begins.
fn declares(word: &Word) -> bool {
    [
        "function", "filter", "foreach", "for", "switch", "trap", "catch", "enum", "class",
    ]
    .iter()
    .any(|keyword| keyword.eq_ignore_ascii_case(&word.text))
}

/// The end of the word behind the caret: the closing quote of a quoted one, else the next delimiter.
fn word_end(text: &str, caret: usize, word: &Word) -> usize {
    if word.text.is_empty() {
        return caret;
    }
    let rest = &text[caret..];
    let length = match open_quote(&word.text) {
        Some((quote, _)) => rest.find(quote).map_or(0, |at| at + 1),
        None => rest
            .find(|c: char| c.is_whitespace() || "(){}|;,&".contains(c))
            .unwrap_or(rest.len()),
    };
    caret + length
}

/// The quote that is still open at the end of a word, and where in it.
pub(super) fn open_quote(word: &str) -> Option<(char, usize)> {
    let mut open: Option<(char, usize)> = None;
    let mut letters = word.char_indices();
    while let Some((at, c)) = letters.next() {
        match open {
            Some((quote, _)) if c == quote => open = None,
            Some(('"', _)) | None if c == '`' => drop(letters.next()),
            None if matches!(c, '"' | '\'') => open = Some((c, at)),
            _ => {}
        }
    }
    open
}

/// The place of the caret in a text that has no comment there.
#[cfg(test)]
pub(super) fn place(text: &str, caret: usize) -> Place {
    match whereabouts(text, caret) {
        Whereabouts::Code(place) => *place,
        Whereabouts::Comment(_) => Place::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> (Vec<String>, String) {
        let place = place(text, text.len());
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
        assert!(matches!(
            whereabouts("Get-A # comm", 12),
            Whereabouts::Comment(6)
        ));
    }

    #[test]
    fn brackets_keep_what_they_stand_in() {
        for (text, opener, closers, word) in [
            ("Get-A | ft @{Na", Opener::Hashtable, "}", "Na"),
            ("\"a $(Get-", Opener::SubExpression, ")", "Get-"),
            ("\"a $(1) b", Opener::Top, "", "\"a $() b"),
            ("param([Parameter(Ma", Opener::Call, "))", "Ma"),
            ("@(1) | % { $_.x", Opener::Block, "}", "$_.x"),
        ] {
            let place = place(text, text.len());
            assert_eq!(
                (place.frame().opener, &*place.closers(), &*place.word.text),
                (opener, closers, word),
                "{text}"
            );
        }
        let place = place("ft @{Label = 'x'; Width=3; ", 27);
        assert_eq!(place.frame().keys, ["Label", "Width"]);
        assert!(!place.frame().in_value);
    }
}
