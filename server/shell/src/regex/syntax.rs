//! A pattern of .NET's as the engine underneath writes it.
//!
//! The two differ in small things that runbooks meet: a bracket within a set, a `$` before the last newline, the
//! numbers of named groups, a doubled quantifier, and in what a refusal says. So a pattern is read by .NET's rules and
//! written anew.

use super::class;
use super::escape::Escape;
use super::groups::Numbering;
use super::scan::{Fault, Options, Scanner};

/// A pattern as the engine takes it, and the number of the group that each of its parentheses is.
pub(super) struct Translation {
    pub(super) pattern: String,
    /// By the engine's count, without the whole.
    pub(super) groups: Vec<usize>,
}

/// Reads a pattern.
pub(super) fn translate(
    pattern: &str,
    options: Options,
    groups: &Numbering,
) -> Result<Translation, Fault> {
    let mut scanner = Scanner::new(pattern, options);
    scanner.groups = Some(groups);
    let mut translator = Translator {
        scanner,
        groups,
        out: String::with_capacity(pattern.len() + 8),
        slots: Vec::new(),
        open: Vec::new(),
        unnamed: 1,
        unit: false,
        quantified: false,
        condition: false,
    };
    translator.run()?;
    Ok(Translation {
        pattern: translator.out,
        groups: translator.slots,
    })
}

struct Translator<'g> {
    scanner: Scanner<'g>,
    groups: &'g Numbering,
    out: String,
    slots: Vec<usize>,
    /// The options outside of each open parenthesis.
    open: Vec<Options>,
    /// The number of the next group without a name.
    unnamed: usize,
    /// Whether there is something that a quantifier would repeat.
    unit: bool,
    /// Whether what was read last is a quantifier.
    quantified: bool,
    /// Whether the next parenthesis is a condition.
    condition: bool,
}

impl Translator<'_> {
    fn run(&mut self) -> Result<(), Fault> {
        loop {
            self.scanner.blanks()?;
            if self.unit && self.scanner.is_quantifier() {
                self.quantifier()?;
                continue;
            }
            self.unit = false;
            let after_quantifier = std::mem::take(&mut self.quantified);
            let true_quantifier = self.scanner.is_quantifier();
            let Some(c) = self.scanner.next() else {
                break;
            };
            match c {
                '[' => {
                    let set = class::scan(&mut self.scanner)?;
                    self.put(&set);
                }
                '(' => self.open_group()?,
                ')' => match self.open.pop() {
                    Some(options) => {
                        self.scanner.options = options;
                        self.put(")");
                    }
                    None => return Err(self.scanner.fault("Too many )'s.")),
                },
                '|' => self.out.push('|'),
                '\\' => self.escape()?,
                '^' => self.put(if self.scanner.options.multiline {
                    "(?m:^)"
                } else {
                    "\\A"
                }),
                '$' => self.put(if self.scanner.options.multiline {
                    "(?m:$)"
                } else {
                    "(?=\\n?\\z)"
                }),
                '.' => self.put(if self.scanner.options.singleline {
                    "(?s:.)"
                } else {
                    "[^\\n]"
                }),
                '*' | '+' | '?' | '{' if true_quantifier => {
                    return Err(self.scanner.fault(if after_quantifier {
                        format!("Nested quantifier '{c}'.")
                    } else {
                        format!("Quantifier '{c}' following nothing.")
                    }));
                }
                other => self.literal(other),
            }
        }
        if self.open.is_empty() {
            Ok(())
        } else {
            Err(self.scanner.fault("Not enough )'s."))
        }
    }

    /// Something that can be repeated.
    fn put(&mut self, text: &str) {
        self.out.push_str(text);
        self.unit = true;
    }

    fn literal(&mut self, c: char) {
        if matches!(
            c,
            '\\' | '.' | '+' | '*' | '?' | '(' | ')' | '|' | '[' | ']' | '{' | '}' | '^' | '$'
        ) {
            self.out.push('\\');
        }
        self.out.push(c);
        self.unit = true;
    }

    fn quantifier(&mut self) -> Result<(), Fault> {
        let c = self.scanner.next();
        let (mut least, mut most) = (0, usize::MAX);
        match c {
            Some('{') => {
                least = self.scanner.decimal();
                most = least;
                if self.scanner.take(',') {
                    most = match self.scanner.peek() {
                        Some('}') => usize::MAX,
                        _ => self.scanner.decimal(),
                    };
                }
                self.scanner.take('}');
                self.out.push_str(&match most {
                    usize::MAX => format!("{{{least},}}"),
                    most => format!("{{{least},{most}}}"),
                });
            }
            Some(other) => self.out.push(other),
            None => {}
        }
        self.scanner.blanks()?;
        if self.scanner.take('?') {
            self.out.push('?');
        }
        if least > most {
            return Err(self.scanner.fault("Illegal {x,y} with x > y."));
        }
        (self.unit, self.quantified) = (false, true);
        Ok(())
    }

    fn escape(&mut self) -> Result<(), Fault> {
        if self.scanner.at_end() {
            return Err(self.scanner.fault("Illegal \\ at end of pattern."));
        }
        match Escape::scan(&mut self.scanner)? {
            Escape::Char(c) => self.literal(c),
            Escape::Class(letter) => self.put(&format!("\\{letter}")),
            Escape::Property(name, negated) => {
                let set = class::property_set(&self.scanner, &name, negated)?;
                // Case counts for a property, whatever the options say.
                self.put(&format!("(?-i:{set})"));
            }
            Escape::Anchor('Z') => self.put("(?=\\n?\\z)"),
            Escape::Anchor(letter) => self.put(&format!("\\{letter}")),
            Escape::Group(0) => self.put("(?:)"),
            Escape::Group(number) => {
                let slots: Vec<String> = self
                    .slots
                    .iter()
                    .enumerate()
                    .filter(|(_, own)| **own == number)
                    .map(|(slot, _)| format!("\\{}", slot + 1))
                    .collect();
                // A group that stands further on has matched nothing yet.
                self.put(&if slots.is_empty() {
                    "(?!)".to_owned()
                } else {
                    format!("(?:{})", slots.join("|"))
                });
            }
        }
        Ok(())
    }

    fn open_group(&mut self) -> Result<(), Fault> {
        let outside = self.scanner.options;
        let condition = std::mem::take(&mut self.condition);
        if self.scanner.peek() != Some('?') || self.scanner.ahead(1) == Some(')') {
            self.open.push(outside);
            if outside.explicit_capture || condition {
                self.out.push_str("(?:");
            } else {
                self.capture(self.unnamed);
                self.unnamed += 1;
            }
            return Ok(());
        }
        self.scanner.at += 1;
        let opening = match self.scanner.next() {
            Some(':') => "(?:",
            Some('=') => "(?=",
            Some('!') => "(?!",
            Some('>') => "(?>",
            Some('\'') => return self.named_group('\'', outside),
            Some('<') => match self.scanner.peek() {
                Some(c @ ('=' | '!')) => {
                    self.scanner.at += 1;
                    if c == '=' { "(?<=" } else { "(?<!" }
                }
                _ => return self.named_group('>', outside),
            },
            Some('(') => return self.conditional(outside),
            Some(_) => {
                self.scanner.at -= 1;
                return self.option_group(outside);
            }
            None => return Err(self.unrecognized()),
        };
        self.open.push(outside);
        self.out.push_str(opening);
        Ok(())
    }

    fn capture(&mut self, number: usize) {
        self.slots.push(number);
        self.out.push('(');
    }

    fn unrecognized(&self) -> Fault {
        self.scanner.fault("Unrecognized grouping construct.")
    }

    fn named_group(&mut self, close: char, outside: Options) -> Result<(), Fault> {
        let invalid = "Invalid group name: Group names must begin with a word character.";
        let Some(first) = self.scanner.peek() else {
            return Err(self.unrecognized());
        };
        let number = if first.is_ascii_digit() {
            let number = self.scanner.decimal();
            Some(number).filter(|number| self.groups.has_number(*number))
        } else if super::scan::is_word(first) {
            let name = self.scanner.name();
            self.groups.named(&name)
        } else {
            return Err(self.scanner.fault(invalid));
        };
        match self.scanner.peek() {
            Some(c) if c != close && c != '-' => return Err(self.scanner.fault(invalid)),
            _ => {}
        }
        match number {
            Some(0) => Err(self.scanner.fault("Capture number cannot be zero.")),
            Some(number) if self.scanner.take(close) => {
                self.open.push(outside);
                self.capture(number);
                Ok(())
            }
            _ => Err(self.unrecognized()),
        }
    }

    /// `(?imnsx)` or `(?imnsx:…`.
    fn option_group(&mut self, outside: Options) -> Result<(), Fault> {
        self.scanner.switch_options();
        let flag = if self.scanner.options.ignore_case {
            "(?i"
        } else {
            "(?-i"
        };
        match self.scanner.next() {
            Some(')') => {
                self.out.push_str(flag);
                self.out.push(')');
                Ok(())
            }
            Some(':') => {
                self.open.push(outside);
                self.out.push_str(flag);
                self.out.push(':');
                Ok(())
            }
            _ => Err(self.unrecognized()),
        }
    }

    /// `(?(1)yes|no)`, `(?(name)yes|no)` or `(?(pattern)yes|no)`, behind the second parenthesis.
    fn conditional(&mut self, outside: Options) -> Result<(), Fault> {
        let start = self.scanner.at;
        let number = match self.scanner.peek() {
            Some(c) if c.is_ascii_digit() => Some(self.scanner.decimal()),
            Some(c) if super::scan::is_word(c) => {
                let name = self.scanner.name();
                self.groups.named(&name)
            }
            _ => None,
        };
        self.open.push(outside);
        let slot = number.and_then(|number| self.slots.iter().position(|own| *own == number));
        if let Some(slot) = slot
            && self.scanner.take(')')
        {
            self.out.push_str(&format!("(?({})", slot + 1));
            return Ok(());
        }
        self.scanner.at = start - 1;
        self.condition = true;
        self.out.push_str("(?");
        Ok(())
    }
}
