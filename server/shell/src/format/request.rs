//! What a `Format-…` command asks for.

use std::sync::Arc;

use crate::format::packet::Alignment;
use crate::value::{ScriptBlock, Text, Value};

/// How objects are to be laid out.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// The shape; none to let the first object decide.
    pub shape: Option<RequestedShape>,
    /// The properties; none for the view's or the object's own.
    pub properties: Vec<Selection>,
    /// -GroupBy.
    pub group_by: Option<Selection>,
    /// -View.
    pub view: Option<Text>,
    /// -Expand: whether collections are shown element by element.
    pub expand: Expand,
    /// -Force: whether what stands outside every run is laid out as anything else is.
    pub force: bool,
    /// -ShowError: whether what goes wrong in a cell is told behind the object.
    pub show_error: bool,
    /// -DisplayError: whether a cell says that something went wrong in it.
    pub display_error: bool,
}

/// A shape with its own switches.
#[derive(Clone, Copy, Debug)]
pub enum RequestedShape {
    /// `Format-Table`.
    Table {
        /// -AutoSize.
        auto_size: bool,
        /// -Wrap.
        wrap: bool,
        /// -HideTableHeaders.
        hide_header: bool,
        /// -RepeatHeader.
        repeat_header: bool,
    },
    /// `Format-List`.
    List,
    /// `Format-Wide`.
    Wide {
        /// -Column; none with -AutoSize.
        columns: Option<usize>,
    },
    /// `Format-Custom`.
    Custom {
        /// -Depth.
        depth: usize,
    },
}

/// Whether a collection is shown itself or by its elements (`-Expand`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Expand {
    /// Its elements.
    #[default]
    EnumOnly,
    /// Itself.
    CoreOnly,
    /// Both.
    Both,
}

/// A property that was asked for: a name, a pattern, or a rule with label and layout.
#[derive(Clone, Debug)]
pub struct Selection {
    /// What it takes its value from.
    pub source: SelectionSource,
    /// Its label, if given.
    pub label: Option<Text>,
    /// Its width in cells, if given.
    pub width: Option<usize>,
    /// Its alignment, if given.
    pub alignment: Option<Alignment>,
    /// Its format string, if given.
    pub format: Option<Text>,
    /// How many levels of it `Format-Custom` shows, if given.
    pub depth: Option<usize>,
}

/// Where a selection takes its value from.
#[derive(Clone, Debug)]
pub enum SelectionSource {
    /// A property name or pattern.
    Name(Text),
    /// A script block with `$_` as the object.
    Block(Arc<ScriptBlock>),
}

impl Selection {
    /// A property by name or pattern.
    pub fn name(name: impl Into<Text>) -> Self {
        Self {
            source: SelectionSource::Name(name.into()),
            label: None,
            width: None,
            alignment: None,
            format: None,
            depth: None,
        }
    }
}

/// Runs the script blocks of selections.
pub trait Evaluate {
    /// The value of `block` for `object`; none if it failed.
    fn evaluate(&mut self, block: &Arc<ScriptBlock>, object: &Value) -> Option<Value>;
}

/// For requests without script blocks.
pub struct NoBlocks;

impl Evaluate for NoBlocks {
    fn evaluate(&mut self, _block: &Arc<ScriptBlock>, _object: &Value) -> Option<Value> {
        None
    }
}
