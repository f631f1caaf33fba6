//! Default formatting as a stream: objects and formatting data in, lines of text out.
//!
//! One formatter serves one line of input, whatever statements it holds: the shape of a run goes on across them.

use std::ops::Range;
use std::sync::Arc;

use crate::format::error_view::ErrorView;
use crate::format::layout::{Layout, Widths};
use crate::format::packet::Packet;
use crate::format::producer::Producer;
use crate::format::request::{Evaluate, NoBlocks, Request};
use crate::format::view::ViewRegistry;
use crate::value::Value;

/// Widest table and wide view, in cells: a cell may be padded to all of it.
const MAX_TABLE: usize = 1 << 20;

/// Draws whatever comes.
#[derive(Debug)]
pub struct Formatter {
    producer: Producer,
    layout: Layout,
    line_width: usize,
}

impl Formatter {
    /// For a window of `width` cells; objects are shown by their default views.
    pub fn new(views: Arc<ViewRegistry>, width: usize) -> Self {
        Self::with_request(views, Request::default(), width)
    }

    /// The same, with objects laid out as `request` says.
    pub fn with_request(views: Arc<ViewRegistry>, request: Request, width: usize) -> Self {
        let widths = Widths {
            line: width,
            table: width,
            plain: false,
        };
        Self::within(views, request, widths)
    }

    /// For output that goes to no window: lines are as long as they are, tables fit a window of `width` cells.
    pub fn unbounded(views: Arc<ViewRegistry>, width: usize) -> Self {
        let widths = Widths {
            line: usize::MAX,
            table: width,
            plain: false,
        };
        Self::within(views, Request::default(), widths)
    }

    fn within(views: Arc<ViewRegistry>, request: Request, mut widths: Widths) -> Self {
        widths.table = widths.table.min(MAX_TABLE);
        Self {
            producer: Producer::new(views, request),
            layout: Layout::new(widths),
            line_width: widths.line,
        }
    }

    /// The same for text that is no terminal's: what is laid out loses its escape sequences, raw texts keep theirs.
    #[must_use]
    pub fn plain(mut self) -> Self {
        self.layout.widths.plain = true;
        self
    }

    /// Sets `$FormatEnumerationLimit`: how many elements of a collection are shown; −1 for all.
    pub fn set_enumeration_limit(&mut self, limit: i64) {
        self.producer.enumeration_limit = limit;
    }

    /// Sets `$ErrorView`: how error records are shown.
    pub fn set_error_view(&mut self, view: ErrorView) {
        self.producer.error_view = view;
    }

    /// Where raw texts of several lines stand in what was drawn since the last time.
    pub fn take_raw(&mut self) -> Vec<Range<usize>> {
        self.layout.take_raw()
    }

    /// Takes one object that arrives at `now` (ticks of any clock) and appends the lines that can be drawn.
    pub fn push(&mut self, value: &Value, now: i64, out: &mut String) {
        self.push_with(value, &mut NoBlocks, now, out);
    }

    /// The same, with script blocks of the request run by `blocks`.
    pub fn push_with(
        &mut self,
        value: &Value,
        blocks: &mut dyn Evaluate,
        now: i64,
        out: &mut String,
    ) {
        let layout = &mut self.layout;
        if let Value::Format(packet) = value {
            if matches!(**packet, Packet::Start(_)) {
                self.producer
                    .finish(&mut |packet| layout.push(&packet, now, out));
            }
            layout.push(packet, now, out);
            return;
        }
        self.producer
            .push(value, blocks, self.line_width, &mut |packet| {
                layout.push(&packet, now, out);
            });
    }

    /// Draws what is held back.
    pub fn finish(&mut self, now: i64, out: &mut String) {
        let layout = &mut self.layout;
        self.producer
            .finish(&mut |packet| layout.push(&packet, now, out));
        self.layout.finish(out);
    }
}

/// The text of several objects at `width` cells.
pub fn format_all(views: &Arc<ViewRegistry>, values: &[Value], width: usize) -> String {
    let mut formatter = Formatter::new(Arc::clone(views), width);
    let mut out = String::new();
    for value in values {
        formatter.push(value, 0, &mut out);
    }
    formatter.finish(0, &mut out);
    out
}
