//! Which number each group of a pattern has: .NET counts the groups without a name first.

use super::escape::Escape;
use super::scan::{Fault, Options, Scanner, is_word};

/// The groups of a pattern.
#[derive(Clone, Debug, Default)]
pub(super) struct Numbering {
    numbers: Vec<usize>,
    names: Vec<(String, usize)>,
}

impl Numbering {
    /// Counts the groups of a pattern.
    pub(super) fn count(pattern: &str, options: Options) -> Result<Self, Fault> {
        let mut counter = Counter {
            scanner: Scanner::new(pattern, options),
            numbering: Self {
                numbers: vec![0],
                names: Vec::new(),
            },
            unnamed: 1,
            kept: Vec::new(),
            condition: false,
        };
        counter.run()?;
        let Counter {
            mut numbering,
            unnamed: mut next,
            ..
        } = counter;
        for index in 0..numbering.names.len() {
            while numbering.numbers.contains(&next) {
                next += 1;
            }
            numbering.names[index].1 = next;
            numbering.numbers.push(next);
        }
        numbering.numbers.sort_unstable();
        Ok(numbering)
    }

    /// The numbers of all groups, smallest first; 0 is the whole.
    pub(super) fn numbers(&self) -> &[usize] {
        &self.numbers
    }

    pub(super) fn has_number(&self, number: usize) -> bool {
        self.numbers.contains(&number)
    }

    /// The number of the group of that name.
    pub(super) fn named(&self, name: &str) -> Option<usize> {
        self.names
            .iter()
            .find(|(own, _)| own == name)
            .map(|(_, number)| *number)
    }

    /// The name of the group of that number, if it has one.
    pub(super) fn name_of(&self, number: usize) -> Option<&str> {
        self.names
            .iter()
            .find(|(_, own)| *own == number)
            .map(|(name, _)| name.as_str())
    }

    fn note_number(&mut self, number: usize) {
        if !self.numbers.contains(&number) {
            self.numbers.push(number);
        }
    }

    fn note_name(&mut self, name: String) {
        if !self.names.iter().any(|(own, _)| *own == name) {
            self.names.push((name, 0));
        }
    }
}

struct Counter {
    scanner: Scanner<'static>,
    numbering: Numbering,
    /// The number of the next group without a name.
    unnamed: usize,
    /// The options outside of each open parenthesis.
    kept: Vec<Options>,
    /// Whether the next parenthesis is a condition, which captures nothing.
    condition: bool,
}

impl Counter {
    fn run(&mut self) -> Result<(), Fault> {
        while let Some(c) = self.scanner.next() {
            match c {
                '\\' if !self.scanner.at_end() => {
                    Escape::scan(&mut self.scanner)?;
                }
                '#' if self.scanner.options.extended => {
                    self.scanner.at -= 1;
                    self.scanner.blanks()?;
                }
                '[' => {
                    super::class::scan(&mut self.scanner)?;
                }
                ')' => {
                    if let Some(options) = self.kept.pop() {
                        self.scanner.options = options;
                    }
                }
                '(' if self.scanner.peek() == Some('?') && self.scanner.ahead(1) == Some('#') => {
                    self.scanner.at -= 1;
                    self.scanner.blanks()?;
                }
                '(' => self.condition = self.open(),
                _ => {}
            }
        }
        Ok(())
    }

    /// Behind an opening parenthesis; whether a condition's own follows.
    fn open(&mut self) -> bool {
        let scanner = &mut self.scanner;
        self.kept.push(scanner.options);
        if !scanner.take('?') {
            if !scanner.options.explicit_capture && !self.condition {
                self.numbering.note_number(self.unnamed);
                self.unnamed += 1;
            }
            return false;
        }
        if matches!(scanner.peek(), Some('<' | '\'')) && scanner.ahead(1).is_some() {
            scanner.at += 1;
            match scanner.peek() {
                Some('1'..='9') => {
                    let number = scanner.decimal();
                    self.numbering.note_number(number);
                }
                Some(c) if c != '0' && is_word(c) => {
                    let name = scanner.name();
                    self.numbering.note_name(name);
                }
                _ => {}
            }
            return false;
        }
        scanner.switch_options();
        match scanner.peek() {
            Some(')') => {
                scanner.at += 1;
                self.kept.pop();
                false
            }
            Some('(') => true,
            _ => false,
        }
    }
}
