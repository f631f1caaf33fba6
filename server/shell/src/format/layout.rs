//! Formatting data in, lines of text out: the half of formatting that knows the window.

use std::ops::Range;

use crate::format::cell::{cells, push_blanks, push_cell, wrap};
use crate::format::list::push_list;
use crate::format::packet::{Alignment, Entry, Heading, Packet, Shape, TableShape, WideShape};
use crate::format::table::{Table, assign, measure};
use crate::format::vt;
use crate::value::Text;

/// Rows that arrive within this many ticks of the first decide the widths of a group's columns.
const MEASURED_TICKS: i64 = 300 * 10_000;
/// Columns of a wide view whose values are all empty.
const UNMEASURED_COLUMNS: usize = 2;
/// Rows that decide the widths at most; what comes later is drawn as it comes.
const MEASURED_ROWS: usize = 10_000;
/// Bytes that are held back for all to be measured at most (-AutoSize); what comes later is drawn as it comes.
const MEASURED_BYTES: usize = 64 << 20;

/// The widths that things are drawn within.
#[derive(Clone, Copy, Debug)]
pub struct Widths {
    /// Cells of a line: what is longer wraps.
    pub line: usize,
    /// Cells of a table and of a wide view.
    pub table: usize,
    /// Whether what is laid out loses its escape sequences; raw texts keep theirs.
    pub plain: bool,
}

impl Widths {
    /// Takes the escape sequences off what was drawn from `start` on, if none are wanted.
    fn settle(self, out: &mut String, start: usize) {
        if self.plain && out[start..].contains(vt::ESCAPE) {
            let plain = vt::plain(&out[start..]);
            out.truncate(start);
            out.push_str(&plain);
        }
    }
}

/// Draws packets.
#[derive(Debug)]
pub struct Layout {
    pub(super) widths: Widths,
    state: State,
    /// Where raw texts of several lines stand in what was drawn.
    raw: Vec<Range<usize>>,
}

/// What is being drawn.
#[derive(Debug)]
enum State {
    Idle,
    /// A table whose widths are settled.
    Table(Table, TableShape),
    /// A table whose first rows are still being measured; `since` is when the group began, in ticks.
    Measuring {
        shape: TableShape,
        held: Held,
        since: i64,
    },
    List,
    Wide(Wide),
    Complex,
}

/// A wide view: the row that is not full yet, and with -AutoSize everything that is still to be measured.
#[derive(Debug)]
struct Wide {
    shape: WideShape,
    /// The cells that a window may show.
    row: Vec<Text>,
    /// Those that it does not.
    hidden: usize,
    held: Held,
    /// Columns that were measured before the end of the group, because too much was held back.
    settled: Option<usize>,
}

/// What is held back to be measured.
#[derive(Debug, Default)]
struct Held {
    entries: Vec<Entry>,
    bytes: usize,
}

impl Held {
    fn push(&mut self, entry: &Entry) {
        let texts = match entry {
            Entry::Row(cells) => cells.iter().map(|cell| cell.len()).sum(),
            Entry::Wide(text) => text.len(),
            _ => 0,
        };
        self.bytes += size_of::<Entry>() + texts;
        self.entries.push(entry.clone());
    }

    fn is_full(&self) -> bool {
        self.bytes > MEASURED_BYTES
    }
}

impl Layout {
    /// For these widths.
    pub fn new(widths: Widths) -> Self {
        Self {
            widths,
            state: State::Idle,
            raw: Vec::new(),
        }
    }

    /// Where raw texts of several lines stand in what was drawn since the last time.
    pub fn take_raw(&mut self) -> Vec<Range<usize>> {
        std::mem::take(&mut self.raw)
    }

    /// Draws one packet that arrives at `now` (ticks of any clock).
    pub fn push(&mut self, packet: &Packet, now: i64, out: &mut String) {
        match packet {
            Packet::Start(shape) => {
                self.close(out);
                out.push('\n');
                self.state = match shape {
                    Shape::Table(shape) => State::Measuring {
                        shape: shape.clone(),
                        held: Held::default(),
                        since: now,
                    },
                    Shape::List => State::List,
                    Shape::Wide(shape) => State::Wide(Wide {
                        shape: *shape,
                        row: Vec::new(),
                        hidden: 0,
                        held: Held::default(),
                        settled: None,
                    }),
                    Shape::Complex => State::Complex,
                };
            }
            Packet::GroupStart(heading) => self.begin_group(heading.as_ref(), now, out),
            Packet::Entry(entry) => self.entry(entry, now, out),
            Packet::GroupEnd => self.end_group(now, out),
            Packet::End => self.close(out),
        }
    }

    /// Draws what is held back, as at the end of all input.
    pub fn finish(&mut self, out: &mut String) {
        self.close(out);
    }

    /// Ends a run: what is held back, and the blank line behind all but lists.
    fn close(&mut self, out: &mut String) {
        let state = std::mem::replace(&mut self.state, State::Idle);
        match state {
            State::Idle | State::List => {}
            State::Table(..) | State::Complex => out.push('\n'),
            State::Measuring { shape, held, .. } => {
                // A run that ended with its group has nothing left to draw.
                if !held.entries.is_empty() {
                    self.settle(shape, &held.entries, out);
                }
                self.state = State::Idle;
                out.push('\n');
            }
            State::Wide(mut wide) => {
                wide.flush(self.widths, out);
                out.push('\n');
            }
        }
    }

    fn begin_group(&mut self, heading: Option<&Heading>, now: i64, out: &mut String) {
        if let Some(heading) = heading {
            let text = format!("   {}: {}", heading.label, heading.value);
            for line in wrap(&text, self.widths.line) {
                out.push_str(&line);
                out.push('\n');
            }
            out.push('\n');
        }
        let state = std::mem::replace(&mut self.state, State::Idle);
        self.state = match state {
            State::Table(_, shape) | State::Measuring { shape, .. } => {
                self.begin_table(shape, now, out)
            }
            other => other,
        };
    }

    /// Declared widths hold if the first column has one; else the rows are measured.
    fn begin_table(&self, shape: TableShape, now: i64, out: &mut String) -> State {
        let declared = shape
            .columns
            .first()
            .is_some_and(|column| column.width.is_some());
        if !declared || shape.auto_size {
            return State::Measuring {
                shape,
                held: Held::default(),
                since: now,
            };
        }
        let widths: Vec<Option<usize>> = shape.columns.iter().map(|column| column.width).collect();
        let mut table = Table::new(shape.clone(), &widths, self.widths.table);
        table.push_header(out);
        State::Table(table, shape)
    }

    fn end_group(&mut self, now: i64, out: &mut String) {
        if let State::Wide(wide) = &mut self.state {
            wide.flush(self.widths, out);
        }
        if let State::Measuring { shape, held, .. } = &mut self.state {
            let (shape, held) = (shape.clone(), std::mem::take(held));
            self.settle(shape.clone(), &held.entries, out);
            // The next group is measured anew.
            self.state = State::Measuring {
                shape,
                held: Held::default(),
                since: now,
            };
        }
    }

    fn entry(&mut self, entry: &Entry, now: i64, out: &mut String) {
        match &mut self.state {
            State::Measuring { shape, held, since } => {
                held.push(entry);
                let is_enough = held.entries.len() >= MEASURED_ROWS
                    || now.saturating_sub(*since) > MEASURED_TICKS;
                if is_enough && !shape.auto_size || held.is_full() {
                    let (shape, held) = (shape.clone(), std::mem::take(held));
                    self.settle(shape, &held.entries, out);
                }
            }
            State::Table(table, _) => {
                push_entry(out, entry, Some(table), self.widths, &mut self.raw);
            }
            State::Wide(wide) if wide.takes(entry) => wide.push(entry, self.widths, out),
            State::Wide(_) | State::Idle | State::List | State::Complex => {
                push_entry(out, entry, None, self.widths, &mut self.raw);
            }
        }
    }

    /// Settles the widths by what was held back, and draws it.
    fn settle(&mut self, shape: TableShape, held: &[Entry], out: &mut String) {
        let rows = held.iter().filter_map(|entry| match entry {
            Entry::Row(cells) => Some(cells),
            _ => None,
        });
        let widths: Vec<Option<usize>> = measure(&shape.columns, rows)
            .into_iter()
            .map(Some)
            .collect();
        let mut table = Table::new(shape.clone(), &widths, self.widths.table);
        table.push_header(out);
        for entry in held {
            push_entry(out, entry, Some(&mut table), self.widths, &mut self.raw);
        }
        self.state = State::Table(table, shape);
    }
}

fn push_entry(
    out: &mut String,
    entry: &Entry,
    table: Option<&mut Table>,
    widths: Widths,
    raw: &mut Vec<Range<usize>>,
) {
    let width = widths.line;
    let start = out.len();
    match entry {
        Entry::Row(cells) => {
            if let Some(table) = table {
                table.push_row(out, cells);
            }
        }
        Entry::List(fields) => {
            push_list(out, fields, width);
            out.push('\n');
        }
        Entry::OutOfBandList(fields) => {
            out.push('\n');
            push_list(out, fields, width);
            out.push('\n');
        }
        Entry::Complex(lines) => {
            for (indent, line) in lines {
                for piece in wrap(line, width.saturating_sub(*indent)) {
                    push_blanks(out, *indent);
                    out.push_str(&piece);
                    out.push('\n');
                }
            }
        }
        Entry::Wide(text) | Entry::Raw(text) => {
            out.push_str(text);
            if text.contains('\n') {
                raw.push(start..out.len());
            }
            out.push('\n');
            return;
        }
        Entry::Wrapped(text) => {
            for piece in wrap(text, width) {
                out.push_str(&piece);
                out.push('\n');
            }
        }
        Entry::OutOfBandText(text) => {
            out.push_str(text);
            if !text.ends_with('\n') {
                out.push('\n');
            }
        }
    }
    widths.settle(out, start);
}

/// How many of so many columns a window has room for, a cell and a blank each; one more makes it full.
fn shown(columns: usize, window: usize) -> usize {
    columns.min(window / 2 + 2)
}

impl Wide {
    /// With -AutoSize everything is held back until the group ends; else only cells are gathered to rows.
    fn takes(&self, entry: &Entry) -> bool {
        self.shape.columns.is_none() || matches!(entry, Entry::Wide(_))
    }

    fn push(&mut self, entry: &Entry, widths: Widths, out: &mut String) {
        match self.shape.columns.or(self.settled) {
            None => {
                self.held.push(entry);
                if self.held.is_full() {
                    let columns = self.measured(widths);
                    self.settled = Some(columns);
                    self.push_held(columns, widths, out);
                }
            }
            Some(columns) => self.push_cell(entry, columns, widths, out),
        }
    }

    fn push_held(&mut self, columns: usize, widths: Widths, out: &mut String) {
        for entry in std::mem::take(&mut self.held).entries {
            self.push_cell(&entry, columns, widths, out);
        }
    }

    fn measured(&self, widths: Widths) -> usize {
        let longest = self.held.entries.iter().map(|entry| match entry {
            Entry::Wide(text) => cells(text),
            _ => 0,
        });
        match longest.max().unwrap_or(0) {
            0 => UNMEASURED_COLUMNS,
            // The most columns n of the longest value L in a window W with n·L + n − 1 < W.
            longest => (widths.table / (longest + 1)).max(1),
        }
    }

    fn push_cell(&mut self, entry: &Entry, columns: usize, widths: Widths, out: &mut String) {
        let Entry::Wide(text) = entry else {
            push_entry(out, entry, None, widths, &mut Vec::new());
            return;
        };
        if self.row.len() < shown(columns, widths.table) {
            self.row.push(text.clone());
        } else {
            self.hidden += 1;
        }
        if self.row.len() + self.hidden >= columns {
            self.draw_row(columns, widths, out);
        }
    }

    fn flush(&mut self, widths: Widths, out: &mut String) {
        let settled = self.shape.columns.or_else(|| self.settled.take());
        let columns = settled.unwrap_or_else(|| self.measured(widths));
        self.push_held(columns, widths, out);
        if !self.row.is_empty() {
            self.draw_row(columns, widths, out);
        }
    }

    fn draw_row(&mut self, columns: usize, widths: Widths, out: &mut String) {
        let start = out.len();
        let row = std::mem::take(&mut self.row);
        self.hidden = 0;
        let cells = assign(&vec![None; shown(columns, widths.table)], widths.table);
        for (index, width) in cells.iter().enumerate() {
            let Some(width) = width else { continue };
            if index > 0 {
                out.push(' ');
            }
            let text = row.get(index).map_or("", |text| text);
            push_cell(out, text, *width, Alignment::Left, index + 1 < columns);
        }
        out.push('\n');
        widths.settle(out, start);
    }
}
