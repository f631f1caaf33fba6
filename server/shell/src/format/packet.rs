//! Formatting data on its way from a `Format-…` command to an `Out-…` command.
//!
//! PowerShell lays objects out in two halves: the formatter picks a view and turns property values into text, the
//! output command knows the width and draws. Between the two travel these packets, as ordinary pipeline objects, so
//! that `Format-Table | Out-String` and `Format-Table` at the prompt draw the same.

use std::sync::Arc;

use crate::value::{EnumDefinition, EnumValue, Object, Property, Text, Value};

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
    /// Whether the header stands above each screenful of rows.
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
    /// `ComplexViewEntry`: lines with their indent.
    Complex(Vec<ComplexLine>),
    /// `RawTextFormatEntry`: a scalar, outside the shape of the run.
    Raw(Text),
    /// `RawTextFormatEntry` of help: a text that wraps, outside the shape of the run.
    Wrapped(Text),
    /// An object that the run's view does not apply to: a list outside the shape of the run.
    OutOfBandList(Vec<(Text, Text)>),
    /// Text that stands outside the shape of the run: an error as its view drew it, an empty line between groups.
    OutOfBandText(Text),
}

/// A line of a custom view: how far it stands in, and what it says.
pub type ComplexLine = (usize, Text);

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

impl Packet {
    /// Properties as .NET's own objects show them to a script: their class ids, and of an entry what it says.
    pub fn properties(&self) -> Vec<Property> {
        let class = match self {
            Self::Start(_) => "033ecb2bc07a4d43b5ef94ed5a35d280",
            Self::GroupStart(_) => "9e210fe47d09416682b841769c78b8a3",
            Self::Entry(_) => "27c87ef9bbda4f709f6b4002fa4af63c",
            Self::GroupEnd => "4ec4f0187cb04f4cb6973460dfe252df",
            Self::End => "cf522b78d86c486691226b40aa69e95c",
        };
        let mut properties = vec![note(
            "ClassId2e4f51ef21dd47e99d3c952918aff9cd",
            Value::text(class),
        )];
        if let Self::Entry(entry) = self {
            properties.push(note("formatEntryInfo", entry.info()));
            properties.push(note("outOfBand", Value::Bool(entry.out_of_band())));
            properties.push(note("writeStream", write_stream_none()));
        }
        properties
    }
}

impl Entry {
    /// Whether the entry stands outside the shape of its run.
    pub fn out_of_band(&self) -> bool {
        matches!(
            self,
            Self::Raw(_) | Self::Wrapped(_) | Self::OutOfBandList(_) | Self::OutOfBandText(_)
        )
    }

    /// `FormatEntryData.formatEntryInfo`.
    fn info(&self) -> Value {
        let (name, class, property) = match self {
            Self::Row(cells) => (
                "TableRowEntry",
                "0e59526e2dd441aa91e7fc952caf4a36",
                note("formatPropertyFieldList", texts(cells.iter())),
            ),
            Self::List(fields) | Self::OutOfBandList(fields) => (
                "ListViewEntry",
                "cf58f450baa848ef8eb3504008be6978",
                note(
                    "listViewFieldList",
                    texts(fields.iter().map(|(_, value)| value)),
                ),
            ),
            Self::Wide(text) => (
                "WideViewEntry",
                "59bf79de63354a7b9e4d1697940ff188",
                note("formatPropertyField", Value::String(text.clone())),
            ),
            Self::Complex(lines) => (
                "ComplexViewEntry",
                "22e7ef3c896449d4a6f2dedea05dd737",
                note("formatValueList", texts(lines.iter().map(|(_, text)| text))),
            ),
            Self::Raw(text) | Self::Wrapped(text) | Self::OutOfBandText(text) => (
                "RawTextFormatEntry",
                "29ED81BA914544d4BC430F027EE053E9",
                note("text", Value::String(text.clone())),
            ),
        };
        let types: Vec<Text> = [name, "FormatEntryInfo", "FormatInfoData"]
            .iter()
            .map(|name| Text::from(format!("{NAMESPACE}{name}")))
            .chain(std::iter::once(Text::from("System.Object")))
            .collect();
        let class = note(
            "ClassId2e4f51ef21dd47e99d3c952918aff9cd",
            Value::text(class),
        );
        let object = Object::typed(types.into(), Vec::new());
        crate::text::write(&object.properties).extend([class, property]);
        Value::Object(Arc::new(object))
    }
}

fn note(name: &str, value: Value) -> Property {
    Property {
        name: name.into(),
        value,
        note: false,
    }
}

fn texts<'a>(items: impl Iterator<Item = &'a Text>) -> Value {
    Value::array(items.map(|text| Value::String(text.clone())).collect())
}

fn write_stream_none() -> Value {
    Value::Enum(EnumValue {
        definition: Arc::new(EnumDefinition {
            name: format!("{NAMESPACE}WriteStreamType").into(),
            flags: false,
            members: vec![("None".into(), 0)],
        }),
        number: 0,
    })
}
