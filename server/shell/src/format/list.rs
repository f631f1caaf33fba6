//! Lists: one property a line, labels padded to the longest.

use crate::format::cell::{cells, head, push_blanks, wrap};
use crate::value::Text;

/// Between label and value.
const SEPARATOR: &str = " : ";

/// Appends the lines of one object; nothing if the window is too narrow for label and value.
pub(crate) fn push_list(out: &mut String, fields: &[(Text, Text)], window: usize) {
    let Some(room) = window
        .checked_sub(SEPARATOR.len() + 1)
        .filter(|room| *room > 0)
    else {
        return;
    };
    let labels = fields
        .iter()
        .map(|(label, _)| cells(label))
        .max()
        .unwrap_or(0)
        .min(room);
    let indent = labels + SEPARATOR.len();
    for (label, value) in fields {
        let label = head(label, labels);
        out.push_str(label);
        push_blanks(out, labels - cells(label));
        out.push_str(SEPARATOR);
        for (index, line) in wrap(value, window - indent).iter().enumerate() {
            if index > 0 {
                push_blanks(out, indent);
            }
            out.push_str(line);
            out.push('\n');
        }
    }
}
