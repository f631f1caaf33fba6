//! Where text goes. A terminal is given what does it no harm. Standard output carries output objects only, unless it is a terminal; a closed pipe is no error.

use std::io::{self, BufWriter, ErrorKind, Stdout, Write, stderr, stdout};

use super::harmless::harmless;
use super::progress::Progress;
use super::screen::Screen;

const CLEAR_SCREEN: &str = "\u{1b}[H\u{1b}[2J\u{1b}[3J";

/// The standard streams, written in the order in which things were said.
pub(crate) struct Output {
    stdout: BufWriter<Stdout>,
    said_on_stdout: bool,
    complains_to_terminal: bool,
    progress: Progress,
    closed: bool,
    dirty: bool,
}

impl Output {
    /// Writes to the process's streams.
    pub(crate) fn new(screen: &Screen) -> Self {
        Self {
            stdout: BufWriter::with_capacity(64 << 10, stdout()),
            said_on_stdout: screen.stdout_is_terminal,
            complains_to_terminal: screen.stderr_is_terminal,
            progress: Progress::new(screen),
            closed: false,
            dirty: false,
        }
    }

    /// Output objects.
    ///
    /// # Errors
    /// When standard output fails in another way than by having been closed.
    pub(crate) fn write(&mut self, text: &str) -> io::Result<()> {
        match self.said_on_stdout {
            true => self.write_as_it_is(&harmless(text)),
            false => self.write_as_it_is(text),
        }
    }

    /// Takes away what stands on the terminal.
    ///
    /// # Errors
    /// As [`Output::write`].
    pub(crate) fn clear_screen(&mut self) -> io::Result<()> {
        self.write_as_it_is(CLEAR_SCREEN)?;
        self.flush()
    }

    fn write_as_it_is(&mut self, text: &str) -> io::Result<()> {
        if self.closed || text.is_empty() {
            return Ok(());
        }
        let written = if self.progress.is_drawn() {
            let stdout = &mut self.stdout;
            self.progress.aside(|| {
                stdout
                    .write_all(text.as_bytes())
                    .and_then(|()| stdout.flush())
            })
        } else {
            self.dirty = true;
            self.stdout.write_all(text.as_bytes())
        };
        self.unless_closed(written)
    }

    /// Everything that is neither output nor error: warnings, host text, prompts.
    ///
    /// # Errors
    /// As [`Output::write`].
    pub(crate) fn say(&mut self, text: &str) -> io::Result<()> {
        if self.said_on_stdout {
            self.write(text)?;
            return self.flush();
        }
        self.complain(text)
    }

    /// Errors.
    ///
    /// # Errors
    /// As [`Output::write`].
    pub(crate) fn complain(&mut self, text: &str) -> io::Result<()> {
        self.flush()?;
        let text = match self.complains_to_terminal {
            true => harmless(text),
            false => text.into(),
        };
        // Nobody can be told when standard error is closed.
        self.progress.aside(|| {
            let _ = stderr().write_all(text.as_bytes());
        });
        Ok(())
    }

    /// Makes everything that was written visible.
    ///
    /// # Errors
    /// As [`Output::write`].
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        if !self.dirty {
            return Ok(());
        }
        self.dirty = false;
        let flushed = self.stdout.flush();
        self.unless_closed(flushed)
    }

    /// Whether something was written and is not yet visible.
    pub(crate) fn is_dirty(&self) -> bool {
        self.dirty
    }

    /// Whether nobody reads standard output any more.
    pub(crate) fn is_closed(&self) -> bool {
        self.closed
    }

    /// The bars.
    pub(crate) fn progress(&mut self) -> &mut Progress {
        &mut self.progress
    }

    fn unless_closed(&mut self, written: io::Result<()>) -> io::Result<()> {
        match written {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => {
                self.closed = true;
                Ok(())
            }
            other => other,
        }
    }
}
