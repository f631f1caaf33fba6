//! From an offset to a line and a column, as `InvocationInfo` counts them.

use std::sync::Arc;

use crate::error_record::{Extent, Invocation};
use crate::language::ast::Source;

/// Where `extent` stands in `source`.
pub fn invocation(source: &Arc<Source>, extent: &Extent) -> Invocation {
    let start = extent.start.min(source.text.len());
    let before = source.text.get(..start).unwrap_or_default();
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    Invocation {
        script: source.file.clone(),
        source: Some(source.text.clone()),
        extent: extent.clone(),
        line: before.bytes().filter(|byte| *byte == b'\n').count() + 1,
        offset: before[line_start..].encode_utf16().count() + 1,
        ..Invocation::default()
    }
}
