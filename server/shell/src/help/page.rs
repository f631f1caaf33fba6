//! A page of help on its way to the screen: texts gathered to lines, lines that wrap within their indent
//! (PowerShell's `ComplexWriter`).

use crate::format::cell::wrap;

/// Cells that each level of a page stands further in.
const STEP: usize = 4;

/// What was written so far.
pub(super) struct Page {
    out: String,
    /// The line at hand.
    line: String,
    indent: usize,
    width: usize,
}

impl Page {
    /// An empty page of `width` cells.
    pub(super) fn new(width: usize) -> Self {
        Self {
            out: String::new(),
            line: String::new(),
            indent: 0,
            width,
        }
    }

    /// Adds to the line at hand.
    pub(super) fn text(&mut self, text: &str) -> &mut Self {
        self.line.push_str(text);
        self
    }

    /// Ends the line at hand: it stands where the level at hand does, each line of it.
    pub(super) fn end_line(&mut self) -> &mut Self {
        let line = std::mem::take(&mut self.line);
        for piece in wrap(&line, self.width.saturating_sub(self.indent).max(1)) {
            self.out.push_str(&" ".repeat(self.indent));
            self.out.push_str(&piece);
            self.out.push('\n');
        }
        self
    }

    /// A text that is a line.
    pub(super) fn line(&mut self, text: &str) -> &mut Self {
        self.text(text).end_line()
    }

    /// What stands a level further in.
    pub(super) fn frame(&mut self, write: impl FnOnce(&mut Self)) -> &mut Self {
        self.indent += STEP;
        write(self);
        self.indent -= STEP;
        self
    }

    /// The page, with what is left of its last line.
    pub(super) fn finish(mut self) -> String {
        self.end_line();
        self.out
    }
}
