//! What stands around the caret: words, the statement, the brackets around it.

use crate::language::token;

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
    /// The brackets that are open at the caret with the statements that they stand in, outermost first. The last one is
    /// the statement at the caret itself.
    pub(super) frames: Vec<Frame>,
}

impl Place {
    /// The statement at the caret.
    pub(super) fn frame(&self) -> &Frame {
        static NONE: Frame = Frame::NONE;
        self.frames.last().unwrap_or(&NONE)
    }

    /// The statement around the bracket that the caret is in.
    pub(super) fn around(&self) -> Option<&Frame> {
        self.frames.iter().rev().nth(1)
    }

    /// What would close the brackets that are open, innermost first.
    pub(super) fn closers(&self) -> String {
        let frames = self.frames.iter().rev();
        frames
            .filter_map(|frame| match frame.opener {
                Opener::Top => None,
                Opener::Hashtable | Opener::Block => Some('}'),
                Opener::Parenthesis | Opener::Call | Opener::Array | Opener::SubExpression => {
                    Some(')')
                }
            })
            .collect()
    }

    /// Whether the words begin an expression rather than a command.
    pub(super) fn is_expression(&self) -> bool {
        let first = self.words.first().unwrap_or(&self.word);
        let begins_operand = first.text.starts_with(|c: char| {
            c.is_ascii_digit() || matches!(c, '"' | '\'' | '$' | '[' | '(' | '@' | '!' | ',' | '+')
        });
        let negates = first.text.starts_with('-')
            && !self.words.is_empty()
            && token::dash_operator(&first.text[1..]).is_some();
        (begins_operand && !(self.words.is_empty() && first.text.starts_with(['"', '\'']))
            || negates)
            && !self.frame().is_called
    }
}

/// What opened the brackets around a statement.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Opener {
    /// Nothing: the whole text.
    #[default]
    Top,
    /// `(` that stands free.
    Parenthesis,
    /// `(` right behind a name: arguments of a method, of an attribute, of a function's declaration.
    Call,
    /// `@(`.
    Array,
    /// `$(`.
    SubExpression,
    /// `@{`.
    Hashtable,
    /// `{`.
    Block,
}

/// Words that a statement may begin with before the statement proper.
const OPENERS: &[&str] = &[
    "return", "throw", "exit", "else", "do", "try", "finally", "begin", "process", "end", "if",
    "elseif", "while", "until", "&", ".",
];

/// A statement under way, within its brackets.
#[derive(Clone, Debug, Default)]
pub(super) struct Frame {
    /// Its whole words.
    pub(super) words: Vec<Word>,
    /// The word under way.
    pub(super) current: Option<Word>,
    pub(super) after_comma: bool,
    /// Where it begins.
    pub(super) statement_start: usize,
    /// What stands before the pipe, if there is one.
    pub(super) upstream: Option<String>,
    /// What opened the brackets that it stands in.
    pub(super) opener: Opener,
    /// Where those brackets begin.
    pub(super) opened_at: usize,
    /// Where what the statement assigns to stands.
    pub(super) assigned: Option<std::ops::Range<usize>>,
    /// Whether `&` or `.` calls what comes.
    pub(super) is_called: bool,
    /// Within `@{ }`: the keys that are whole.
    pub(super) keys: Vec<String>,
    /// Within `@{ }`: whether the caret is behind the `=` of an entry.
    pub(super) in_value: bool,
    /// Whether the brackets stand in a quoted text, which goes on behind them.
    pub(super) in_string: bool,
}

impl Frame {
    const NONE: Self = Self {
        words: Vec::new(),
        current: None,
        after_comma: false,
        statement_start: 0,
        upstream: None,
        opener: Opener::Top,
        opened_at: 0,
        assigned: None,
        is_called: false,
        keys: Vec::new(),
        in_value: false,
        in_string: false,
    };

    pub(super) fn opened(opener: Opener, opened_at: usize, start: usize) -> Self {
        Self {
            statement_start: start,
            opener,
            opened_at,
            ..Self::default()
        }
    }

    pub(super) fn push(&mut self, c: char, at: usize) {
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

    pub(super) fn end_word(&mut self) {
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
        if self.opener == Opener::Hashtable && !self.in_value {
            self.take_key(word);
        } else if assigns || enumerates || (self.words.is_empty() && opener) {
            if assigns {
                self.assigned = self.words.first().map(|first| first.start..word.start);
            }
            self.is_called = matches!(&*word.text, "&" | ".");
            self.words.clear();
        } else {
            self.words.push(word);
        }
    }

    /// A word of a hashtable before its `=`, or that `=`.
    fn take_key(&mut self, word: Word) {
        if word.text == "=" {
            let key = self.words.pop().map(|word| word.text);
            self.keys.extend(key);
            self.in_value = true;
        } else {
            self.words.push(word);
        }
    }

    /// Whether the word under way is a variable, so that `=` assigns to it.
    pub(super) fn assigns(&self) -> bool {
        self.current
            .as_ref()
            .is_some_and(|word| word.text.starts_with(['$', '[']) && self.words.is_empty())
    }

    /// Takes the `=` right behind what it assigns to.
    pub(super) fn assign(&mut self, at: usize) {
        let target = self.current.take().map(|word| word.start..at);
        self.statement_start = at + 1;
        self.assigned = target;
    }

    pub(super) fn end_statement(&mut self, next: usize) {
        self.end_word();
        *self = Self {
            statement_start: next,
            opener: self.opener,
            opened_at: self.opened_at,
            in_string: self.in_string,
            keys: std::mem::take(&mut self.keys),
            ..Self::default()
        };
    }
}
