//! Formatting data on its way from a `Format-…` command to an `Out-…` command.
//!
//! PowerShell lays objects out in two halves: the formatter picks a view and turns property values into text, the
//! output command knows the width and draws. Between the two travel these packets, as ordinary pipeline objects, so
//! that `Format-Table | Out-String` and `Format-Table` at the prompt draw the same.

use std::sync::Arc;

use crate::value::Text;

/// One packet (`Microsoft.PowerShell.Commands.Internal.Format.FormatInfoData`).
#[derive(Debug)]
pub enum Packet {
    /// `FormatStartData`: a run of objects of one shape begins.
    Start(Shape),
    /// `GroupStartData`: a group begins; its heading is the label and the value that -GroupBy found.
    GroupStart(Option<Heading>),
    /// `FormatEntryData`: one object.
    Entry(Entry),
    /// `GroupEndData`.
    GroupEnd,
    /// `FormatEndData`.
    End,
}

/// What all entries of a run share (`ShapeInfo`).
#[derive(Clone, Debug)]
pub enum Shape {
    /// Columns.
    Table(TableShape),
    /// One property a line.
    List,
    /// One property an object, in columns.
    Wide(WideShape),
    /// Nested braces (`Format-Custom`).
    Complex,
}

/// The header of a table (`TableHeaderInfo`).
#[derive(Clone, Debug)]
pub struct TableShape {
    /// The columns from left to right.
    pub columns: Arc<[Column]>,
    /// Whether the header is left out.
    pub hide_header: bool,
    /// Whether widths come from all rows instead of the first ones.
    pub auto_size: bool,
    /// Whether long cells wrap instead of being cut.
    pub wrap: bool,
    /// Whether the header is drawn anew after each screen (`-RepeatHeader`).
    pub repeat_header: bool,
}

/// One column (`TableColumnInfo`).
#[derive(Clone, Debug)]
pub struct Column {
    /// Text above it.
    pub label: Text,
    /// Declared width in cells; none to measure.
    pub width: Option<usize>,
    /// Where shorter cells stand.
    pub alignment: Alignment,
}

/// `Microsoft.PowerShell.Commands.Internal.Format.TextAlignment`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Alignment {
    /// At the left edge.
    #[default]
    Left,
    /// In the middle.
    Center,
    /// At the right edge.
    Right,
}

/// The header of a wide view (`WideViewHeaderInfo`).
#[derive(Clone, Copy, Debug)]
pub struct WideShape {
    /// How many columns; none to measure (-AutoSize).
    pub columns: Option<usize>,
}

/// The heading of a group.
#[derive(Clone, Debug)]
pub struct Heading {
    /// Property name or given label.
    pub label: Text,
    /// The value, as text.
    pub value: Text,
}

/// What an entry says.
#[derive(Clone, Debug)]
pub enum Entry {
    /// `TableRowEntry`: the cells from left to right.
    Row(Vec<Text>),
    /// `ListViewEntry`: labels and values.
    List(Vec<(Text, Text)>),
    /// `WideViewEntry`.
    Wide(Text),
    /// `ComplexViewEntry`: lines that are already indented.
    Complex(Vec<Text>),
    /// `RawTextFormatEntry`: a scalar, outside the shape of the run.
    Raw(Text),
    /// An object that the run's view does not apply to: a list outside the shape of the run.
    OutOfBandList(Vec<(Text, Text)>),
    /// An error as its view drew it, outside the shape of the run.
    OutOfBandText(Text),
}

/// Namespace of all packet types.
const NAMESPACE: &str = "Microsoft.PowerShell.Commands.Internal.Format.";

impl Packet {
    /// Type names, most derived first.
    pub fn type_names(&self) -> Vec<Text> {
        let chain: &[&str] = match self {
            Self::Start(_) => &[
                "FormatStartData",
                "StartData",
                "ControlInfoData",
                "PacketInfoData",
                "FormatInfoData",
            ],
            Self::GroupStart(_) => &[
                "GroupStartData",
                "StartData",
                "ControlInfoData",
                "PacketInfoData",
                "FormatInfoData",
            ],
            Self::Entry(_) => &["FormatEntryData", "PacketInfoData", "FormatInfoData"],
            Self::GroupEnd => &[
                "GroupEndData",
                "ControlInfoData",
                "PacketInfoData",
                "FormatInfoData",
            ],
            Self::End => &[
                "FormatEndData",
                "ControlInfoData",
                "PacketInfoData",
                "FormatInfoData",
            ],
        };
        chain
            .iter()
            .map(|name| Text::from(format!("{NAMESPACE}{name}")))
            .chain(std::iter::once(Text::from("System.Object")))
            .collect()
    }

    /// Full .NET name of the packet's own type.
    pub fn type_name(&self) -> Text {
        self.type_names().swap_remove(0)
    }
}
