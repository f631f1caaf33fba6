//! A pattern as it is read: .NET's syntax, its options and its refusals.

use super::groups::Numbering;

/// Why .NET refuses a pattern, and how far it had read.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fault {
    /// In characters of the pattern.
    pub(super) at: usize,
    /// In .NET's words.
    pub(super) reason: String,
}

/// The options of `RegexOptions` that a pattern can switch itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// `IgnoreCase`.
    pub ignore_case: bool,
    /// `Multiline`: `^` and `$` stand at every line.
    pub multiline: bool,
    /// `Singleline`: `.` is a newline too.
    pub singleline: bool,
    /// `ExplicitCapture`: only groups with a name capture.
    pub explicit_capture: bool,
    /// `IgnorePatternWhitespace`.
    pub extended: bool,
}

impl Options {
    /// Those of PowerShell's own operators: case does not count.
    pub const IGNORING_CASE: Self = Self {
        ignore_case: true,
        multiline: false,
        singleline: false,
        explicit_capture: false,
        extended: false,
    };
}

/// A pattern and the place that is read next.
#[derive(Clone)]
pub(super) struct Scanner<'g> {
    pub(super) pattern: Vec<char>,
    pub(super) at: usize,
    pub(super) options: Options,
    /// The groups of the pattern; none while they are counted.
    pub(super) groups: Option<&'g Numbering>,
}

impl Scanner<'_> {
    pub(super) fn new(pattern: &str, options: Options) -> Self {
        Self {
            pattern: pattern.chars().collect(),
            at: 0,
            options,
            groups: None,
        }
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.pattern.get(self.at).copied()
    }

    pub(super) fn ahead(&self, distance: usize) -> Option<char> {
        self.pattern.get(self.at + distance).copied()
    }

    pub(super) fn next(&mut self) -> Option<char> {
        let c = self.peek();
        self.at += usize::from(c.is_some());
        c
    }

    pub(super) fn take(&mut self, expected: char) -> bool {
        let taken = self.peek() == Some(expected);
        self.at += usize::from(taken);
        taken
    }

    pub(super) fn at_end(&self) -> bool {
        self.at >= self.pattern.len()
    }

    pub(super) fn fault(&self, reason: impl Into<String>) -> Fault {
        Fault {
            at: self.at,
            reason: reason.into(),
        }
    }

    /// White space and comments, where they count for nothing.
    pub(super) fn blanks(&mut self) -> Result<(), Fault> {
        loop {
            if self.options.extended {
                while self.peek().is_some_and(char::is_whitespace) {
                    self.at += 1;
                }
                if self.peek() == Some('#') {
                    while self.peek().is_some_and(|c| c != '\n') {
                        self.at += 1;
                    }
                    continue;
                }
            }
            if self.peek() != Some('(') || self.ahead(1) != Some('?') || self.ahead(2) != Some('#')
            {
                return Ok(());
            }
            while self.peek().is_some_and(|c| c != ')') {
                self.at += 1;
            }
            if !self.take(')') {
                return Err(self.fault("Unterminated (?#...) comment."));
            }
        }
    }

    /// A number as it stands; the largest 32-bit one if it is larger.
    pub(super) fn decimal(&mut self) -> usize {
        let mut number: usize = 0;
        while let Some(digit) = self.peek().and_then(|c| c.to_digit(10)) {
            number = number.saturating_mul(10).saturating_add(digit as usize);
            self.at += 1;
        }
        number.min(i32::MAX as usize)
    }

    /// The name of a group, from here on.
    pub(super) fn name(&mut self) -> String {
        let start = self.at;
        while self.peek().is_some_and(is_word) {
            self.at += 1;
        }
        self.pattern[start..self.at].iter().collect()
    }

    /// `imnsx-imnsx`.
    pub(super) fn switch_options(&mut self) {
        let mut on = true;
        while let Some(c) = self.peek() {
            match c {
                '-' => on = false,
                '+' => on = true,
                _ => match c.to_ascii_lowercase() {
                    'i' => self.options.ignore_case = on,
                    'm' => self.options.multiline = on,
                    'n' => self.options.explicit_capture = on,
                    's' => self.options.singleline = on,
                    'x' => self.options.extended = on,
                    _ => return,
                },
            }
            self.at += 1;
        }
    }

    /// Whether what stands here says how often something is repeated.
    pub(super) fn is_quantifier(&self) -> bool {
        match self.peek() {
            Some('*' | '+' | '?') => true,
            Some('{') => {
                let mut probe = self.pattern[self.at + 1..].iter().peekable();
                let digits = |probe: &mut std::iter::Peekable<std::slice::Iter<'_, char>>| {
                    let mut count = 0;
                    while probe.next_if(|c| c.is_ascii_digit()).is_some() {
                        count += 1;
                    }
                    count
                };
                if digits(&mut probe) == 0 {
                    return false;
                }
                match probe.next() {
                    Some('}') => true,
                    Some(',') => {
                        digits(&mut probe);
                        probe.next() == Some(&'}')
                    }
                    _ => false,
                }
            }
            _ => false,
        }
    }
}

/// A character of words, as .NET's `\w` and `\b` count them.
pub(super) fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || matches!(c, '\u{200c}' | '\u{200d}')
}
