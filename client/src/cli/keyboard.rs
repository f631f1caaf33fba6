//! Where answers and lines come from: the terminal key by key, or standard input line by line.
//!
//! Both wait on a thread of their own, so that the connection stays alive while somebody thinks.

use std::io::{self, BufRead, Stdin, Write, stderr};
use std::sync::{Arc, Mutex};

use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, read};
use crossterm::terminal::{disable_raw_mode, enable_raw_mode};

/// The longest line that is taken from standard input.
const LINE_BYTES_MAX: u64 = 16 << 20;

/// What was typed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Typed {
    /// A line, without its end.
    Line(String),
    /// Ctrl-C.
    Interrupt,
    /// Nothing, and nothing will come.
    End,
}

/// A source of lines.
#[derive(Clone)]
pub(crate) enum Keyboard {
    /// The terminal.
    Terminal,
    /// Standard input, which holds lines and answers after each other.
    Lines(Arc<Mutex<Lines>>),
    /// Nobody.
    Nobody,
}

impl Keyboard {
    /// Standard input as lines.
    pub(crate) fn lines() -> Self {
        Self::Lines(Arc::new(Mutex::new(Lines {
            reader: io::BufReader::new(io::stdin()),
            has_begun: false,
        })))
    }

    /// Whether anybody could answer.
    pub(crate) fn is_somebody(&self) -> bool {
        !matches!(self, Self::Nobody)
    }

    /// Whether what is typed does not show by itself.
    pub(crate) fn is_silent(&self) -> bool {
        matches!(self, Self::Lines(_))
    }

    /// The next line. A secret shows as asterisks.
    pub(crate) async fn line(&self, secret: bool) -> Typed {
        let typed = match self.clone() {
            Self::Nobody => return Typed::End,
            Self::Terminal => tokio::task::spawn_blocking(move || type_line(secret)).await,
            Self::Lines(lines) => {
                let take = move || {
                    lines
                        .lock()
                        .map_or(Ok(Typed::End), |mut lines| lines.take())
                };
                tokio::task::spawn_blocking(take).await
            }
        };
        typed.ok().and_then(Result::ok).unwrap_or(Typed::End)
    }
}

/// Standard input, line after line.
pub(crate) struct Lines<R = io::BufReader<Stdin>> {
    reader: R,
    has_begun: bool,
}

impl<R: BufRead> Lines<R> {
    fn take(&mut self) -> io::Result<Typed> {
        let mut bytes = Vec::new();
        io::Read::take(&mut self.reader, LINE_BYTES_MAX).read_until(b'\n', &mut bytes)?;
        if bytes.is_empty() {
            return Ok(Typed::End);
        }
        let line = String::from_utf8_lossy(&bytes);
        let line = line.trim_end_matches(['\n', '\r']);
        // What editors of Windows begin a file with is no part of its first line.
        let line = match std::mem::replace(&mut self.has_begun, true) {
            true => line,
            false => line.strip_prefix('\u{feff}').unwrap_or(line),
        };
        Ok(Typed::Line(line.to_owned()))
    }
}

/// Gives the terminal back however the typing ends.
struct Raw;

impl Raw {
    fn enter() -> io::Result<Self> {
        enable_raw_mode()?;
        Ok(Self)
    }
}

impl Drop for Raw {
    fn drop(&mut self) {
        // There is nobody left to tell.
        let _ = disable_raw_mode();
    }
}

fn type_line(secret: bool) -> io::Result<Typed> {
    let raw = Raw::enter()?;
    let mut editing = Editing::default();
    let typed = loop {
        let Event::Key(key) = read()? else { continue };
        if key.kind == KeyEventKind::Release {
            continue;
        }
        let shown = editing.key(key, secret);
        let mut screen = stderr();
        screen.write_all(shown.echo.as_bytes())?;
        screen.flush()?;
        if let Some(typed) = shown.end {
            break typed;
        }
    };
    drop(raw);
    Ok(typed)
}

/// A line that is being typed.
#[derive(Debug, Default)]
struct Editing {
    text: String,
}

/// What a key did.
#[derive(Debug, Default, PartialEq, Eq)]
struct Shown {
    echo: String,
    end: Option<Typed>,
}

impl Editing {
    fn key(&mut self, key: KeyEvent, secret: bool) -> Shown {
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        let ended = |typed| Shown {
            echo: "\r\n".to_owned(),
            end: Some(typed),
        };
        match key.code {
            KeyCode::Char('c') if control => ended(Typed::Interrupt),
            KeyCode::Char('d') if control && self.text.is_empty() => ended(Typed::End),
            KeyCode::Char('u') if control => {
                let erased = self.text.chars().count();
                self.text.clear();
                Shown {
                    echo: "\u{8} \u{8}".repeat(erased),
                    end: None,
                }
            }
            KeyCode::Char(_) if control => Shown::default(),
            KeyCode::Char(typed) => {
                self.text.push(typed);
                Shown {
                    echo: if secret { '*' } else { typed }.to_string(),
                    end: None,
                }
            }
            KeyCode::Backspace if self.text.pop().is_some() => Shown {
                echo: "\u{8} \u{8}".to_owned(),
                end: None,
            },
            KeyCode::Enter => ended(Typed::Line(std::mem::take(&mut self.text))),
            _ => Shown::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn lines_end_and_begin_as_on_windows_too() {
        let mut lines = Lines {
            reader: "\u{feff}a\r\n\u{feff}b\nc".as_bytes(),
            has_begun: false,
        };
        let mut next = || lines.take().unwrap();
        for line in ["a", "\u{feff}b", "c"] {
            assert_eq!(next(), Typed::Line(line.to_owned()));
        }
        assert_eq!(next(), Typed::End);
    }

    fn press(editing: &mut Editing, code: KeyCode, modifiers: KeyModifiers, secret: bool) -> Shown {
        editing.key(KeyEvent::new(code, modifiers), secret)
    }

    #[test]
    fn what_is_typed_shows_and_a_secret_does_not() {
        let mut editing = Editing::default();
        assert_eq!(
            press(&mut editing, KeyCode::Char('a'), KeyModifiers::NONE, false).echo,
            "a"
        );
        assert_eq!(
            press(&mut editing, KeyCode::Char('b'), KeyModifiers::NONE, true).echo,
            "*"
        );
        press(&mut editing, KeyCode::Backspace, KeyModifiers::NONE, false);
        let ended = press(&mut editing, KeyCode::Enter, KeyModifiers::NONE, false);
        assert_eq!(ended.end, Some(Typed::Line("a".into())));
    }

    #[test]
    fn control_c_interrupts_and_control_d_ends_an_empty_line_only() {
        let mut editing = Editing::default();
        let control = KeyModifiers::CONTROL;
        assert_eq!(
            press(&mut editing, KeyCode::Char('d'), control, false).end,
            Some(Typed::End)
        );
        press(&mut editing, KeyCode::Char('a'), KeyModifiers::NONE, false);
        assert_eq!(
            press(&mut editing, KeyCode::Char('d'), control, false).end,
            None
        );
        assert_eq!(
            press(&mut editing, KeyCode::Char('c'), control, false).end,
            Some(Typed::Interrupt)
        );
    }
}
