//! Tables: how wide the columns are, and the lines of header and rows.

use crate::format::cell::{cells, push_blanks, push_cell, wrap};
use crate::format::packet::{Alignment, Column, TableShape};
use crate::value::Text;

/// Below this many cells nothing is drawn.
const MIN_WIDTH: usize = 5;

/// Lines of a screen that nobody knows the height of: what terminals have.
const SCREEN_LINES: usize = 24;
/// Lines of a screen that the rows below one header leave free.
const LINES_LEFT_FREE: usize = 2;

/// A table whose column widths are settled.
#[derive(Debug)]
pub(crate) struct Table {
    shape: TableShape,
    /// Width of each column; none for a hidden one.
    widths: Vec<Option<usize>>,
    /// Lines since the header, which counts too.
    lines: usize,
}

/// The widths that labels and rows need.
pub(crate) fn measure<'a>(
    columns: &[Column],
    rows: impl Iterator<Item = &'a Vec<Text>>,
) -> Vec<usize> {
    let mut widths: Vec<usize> = columns.iter().map(|column| cells(&column.label)).collect();
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cells(cell));
        }
    }
    widths
}

/// Settles widths for a window of `window` cells: columns without a width share what is left, one cell at a time from
/// the left; then the last columns are narrowed or hidden until the rest fits.
pub(crate) fn assign(widths: &[Option<usize>], window: usize) -> Vec<Option<usize>> {
    let mut settled: Vec<Option<usize>> = widths
        .iter()
        .map(|width| Some(width.filter(|width| *width > 0).unwrap_or(1)))
        .collect();
    let is_free = |index: usize| widths[index].is_none_or(|width| width == 0);
    let free: Vec<usize> = (0..widths.len()).filter(|index| is_free(*index)).collect();
    let left = window.saturating_sub(total(&settled));
    if !free.is_empty() {
        let (each, more) = (left / free.len(), left % free.len());
        for (place, index) in free.iter().enumerate() {
            settled[*index] = Some(1 + each + usize::from(place < more));
        }
    }
    trim(&mut settled, window);
    settled
}

/// What columns and separators take together.
fn total(widths: &[Option<usize>]) -> usize {
    let visible = widths.iter().flatten().count();
    widths.iter().flatten().sum::<usize>() + visible.saturating_sub(1)
}

fn trim(widths: &mut [Option<usize>], window: usize) {
    loop {
        let excess = total(widths).saturating_sub(window);
        if excess == 0 {
            return;
        }
        let Some(last) = widths.iter_mut().rev().find(|width| width.is_some()) else {
            return;
        };
        *last = last
            .and_then(|width| width.checked_sub(excess))
            .filter(|width| *width > 0);
    }
}

impl Table {
    /// A table in a window of `window` cells, with given widths of columns (none to share what is left).
    pub(crate) fn new(shape: TableShape, widths: &[Option<usize>], window: usize) -> Self {
        let widths = if window < MIN_WIDTH {
            vec![None; widths.len()]
        } else {
            assign(widths, window)
        };
        Self {
            shape,
            widths,
            lines: 0,
        }
    }

    fn is_drawn(&self) -> bool {
        self.widths.iter().any(Option::is_some)
    }

    /// Appends labels and dashes.
    pub(crate) fn push_header(&mut self, out: &mut String) {
        if self.shape.hide_header || !self.is_drawn() {
            return;
        }
        let labels: Vec<&str> = self
            .shape
            .columns
            .iter()
            .map(|column| &*column.label)
            .collect();
        self.lines = self.push_wrapped(out, &labels) + 1;
        let dashes: Vec<String> = self
            .shape
            .columns
            .iter()
            .zip(&self.widths)
            .map(|(column, width)| {
                let width = width.unwrap_or(0);
                match cells(&column.label) {
                    0 => "-".repeat(width),
                    label => "-".repeat(label.min(width)),
                }
            })
            .collect();
        let dashes: Vec<&str> = dashes.iter().map(String::as_str).collect();
        self.push_cut(out, &dashes);
    }

    /// Appends a row.
    pub(crate) fn push_row(&mut self, out: &mut String, row: &[Text]) {
        if !self.is_drawn() {
            return;
        }
        if self.shape.repeat_header && self.lines >= SCREEN_LINES - LINES_LEFT_FREE {
            out.push('\n');
            self.push_header(out);
        }
        self.lines += 1;
        let row: Vec<&str> = row.iter().map(|cell| &**cell).collect();
        if self.shape.wrap {
            self.push_wrapped(out, &row);
        } else {
            self.push_cut(out, &row);
        }
    }

    /// One line: cells that are too long are cut. Every column but the last of all is padded.
    fn push_cut(&self, out: &mut String, row: &[&str]) {
        let last = self.widths.len().saturating_sub(1);
        for (index, (cell, width)) in row.iter().zip(&self.widths).enumerate() {
            let Some(width) = width else { continue };
            if index > 0 {
                out.push(' ');
            }
            let alignment = self.shape.columns[index].alignment;
            push_cell(out, cell, *width, alignment, index < last);
        }
        out.push('\n');
    }

    /// As many lines as the longest cell needs, and how many they are. Of several lines each ends with the last cell
    /// that has anything left, without blanks behind it; a single line is padded but for its last column.
    fn push_wrapped(&self, out: &mut String, row: &[&str]) -> usize {
        let visible: Vec<(usize, usize)> = self
            .widths
            .iter()
            .enumerate()
            .filter_map(|(index, width)| Some((index, (*width)?)))
            .collect();
        let wrapped: Vec<Vec<String>> = visible
            .iter()
            .map(|(index, width)| wrap(row[*index], *width))
            .collect();
        let height = wrapped.iter().map(Vec::len).max().unwrap_or(0);
        for line in 0..height {
            let last = wrapped.iter().rposition(|cell| cell.len() > line);
            for (place, (index, width)) in visible.iter().enumerate() {
                if last.is_some_and(|last| place > last) {
                    break;
                }
                if place > 0 {
                    out.push(' ');
                }
                let start = out.len();
                let pad = place + 1 < visible.len();
                let alignment = self.shape.columns[*index].alignment;
                match wrapped[place].get(line) {
                    None => push_blanks(out, *width),
                    Some(text) if !pad && alignment == Alignment::Left => out.push_str(text),
                    Some(text) => push_cell(out, text, *width, alignment, pad),
                }
                if height > 1 && last == Some(place) {
                    trim_cell(out, start, place > 0);
                }
            }
            out.push('\n');
        }
        height
    }
}

/// Takes the blanks off the cell that `out` ends with, and off the separator before it.
fn trim_cell(out: &mut String, start: usize, has_separator: bool) {
    let start = start - usize::from(has_separator);
    let kept = out[start..].trim_end().len();
    out.truncate(start + kept);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_without_width_share_what_is_left() {
        assert_eq!(assign(&[Some(12), None], 80), [Some(12), Some(67)]);
        assert_eq!(assign(&[None, None], 80), [Some(40), Some(39)]);
    }

    #[test]
    fn the_last_columns_give_way() {
        assert_eq!(
            assign(&[Some(4), Some(4), Some(20), Some(5)], 24),
            [Some(4), Some(4), Some(14), None]
        );
        assert_eq!(assign(&[Some(100), Some(1)], 80), [Some(80), None]);
    }
}
