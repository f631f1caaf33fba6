//! `Format-Table`, `Format-List`, `Format-Wide` and `Format-Custom`: objects in, formatting data out.

use std::sync::Arc;

use crate::builtin::declare::{UTILITY, at, command, input, named, switch};
use crate::builtin::expression::{Expression, Source};
use crate::builtin::expression_table::{Definition, expressions};
use crate::builtin::support::{count, input_object, text};
use crate::command::{CommandInfo, ParameterInfo, Validation};
use crate::convert::is_true;
use crate::error_record::{ErrorCategory, ErrorRecord};
use crate::format::packet::{Alignment, Packet};
use crate::format::producer::{Producer, is_scalar};
use crate::format::request::{
    Evaluate, Expand, Request, RequestedShape, Selection, SelectionSource,
};
use crate::format::view::ViewBody;
use crate::pipeline::halt::Halt;
use crate::pipeline::stage::{Context, Stage};
use crate::text::{Culture, as_double, to_text};
use crate::type_names::type_name;
use crate::value::{ScriptBlock, Text, Value};

/// Columns of a wide view when nobody says.
const WIDE_COLUMNS: usize = 2;
/// Levels of a custom view when nobody says.
const CUSTOM_DEPTH: usize = 5;

/// Which of the four.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Table,
    List,
    Wide,
    Custom,
}

impl Kind {
    /// The keys that tables of its properties may have.
    fn definition(self) -> Definition {
        match self {
            Self::Table => Definition::Table,
            Self::List => Definition::List,
            Self::Wide => Definition::Wide,
            Self::Custom => Definition::Custom,
        }
    }
}

fn expand() -> ParameterInfo {
    named("Expand", "string").validated(Validation::Set(
        ["CoreOnly", "EnumOnly", "Both"].map(Text::from).to_vec(),
        false,
    ))
}

/// The parameters that all four end with.
fn with_common(info: CommandInfo) -> CommandInfo {
    info.with(named("GroupBy", "object"))
        .with(named("View", "string"))
        .with(switch("ShowError"))
        .with(switch("DisplayError"))
        .with(switch("Force"))
        .with(expand())
        .with(input())
}

/// What the binder knows of `Format-Table`.
pub(super) fn table_info() -> CommandInfo {
    with_common(
        command("Format-Table", UTILITY)
            .with(switch("AutoSize"))
            .with(switch("RepeatHeader"))
            .with(switch("HideTableHeaders"))
            .with(switch("Wrap"))
            .with(at(0, "Property", "object[]"))
            .with(named("ExcludeProperty", "string[]")),
    )
}

/// What the binder knows of `Format-List`.
pub(super) fn list_info() -> CommandInfo {
    with_common(
        command("Format-List", UTILITY)
            .with(at(0, "Property", "object[]"))
            .with(named("ExcludeProperty", "string[]")),
    )
}

/// What the binder knows of `Format-Wide`.
pub(super) fn wide_info() -> CommandInfo {
    with_common(
        command("Format-Wide", UTILITY)
            .with(at(0, "Property", "object"))
            .with(named("ExcludeProperty", "string[]"))
            .with(switch("AutoSize"))
            .with(
                named("Column", "int")
                    .validated(Validation::Range(Value::Int32(1), Value::Int32(i32::MAX))),
            ),
    )
}

/// What the binder knows of `Format-Custom`.
pub(super) fn custom_info() -> CommandInfo {
    with_common(
        command("Format-Custom", UTILITY)
            .with(at(0, "Property", "object[]"))
            .with(named("ExcludeProperty", "string[]"))
            .with(
                named("Depth", "int")
                    .validated(Validation::Range(Value::Int32(1), Value::Int32(i32::MAX))),
            ),
    )
}

/// One `Format-Table` to run.
pub(super) fn table() -> Box<dyn Stage> {
    Box::new(Format::new(Kind::Table))
}

/// One `Format-List` to run.
pub(super) fn list() -> Box<dyn Stage> {
    Box::new(Format::new(Kind::List))
}

/// One `Format-Wide` to run.
pub(super) fn wide() -> Box<dyn Stage> {
    Box::new(Format::new(Kind::Wide))
}

/// One `Format-Custom` to run.
pub(super) fn custom() -> Box<dyn Stage> {
    Box::new(Format::new(Kind::Custom))
}

struct Format {
    kind: Kind,
    producer: Option<Producer>,
    /// The name of a view that still has to be found for the first object.
    view: Option<Text>,
}

impl Format {
    fn new(kind: Kind) -> Self {
        Self {
            kind,
            producer: None,
            view: None,
        }
    }

    fn request(&self, context: &mut Context<'_>) -> Result<Request, Halt> {
        let auto_size = context.switch("AutoSize");
        let shape = match self.kind {
            Kind::Table => RequestedShape::Table {
                auto_size,
                wrap: context.switch("Wrap"),
                hide_header: context.switch("HideTableHeaders"),
            },
            Kind::List => RequestedShape::List,
            Kind::Wide => RequestedShape::Wide {
                columns: match count(context, "Column") {
                    Some(columns) => Some(columns.max(1)),
                    None if auto_size => None,
                    None => Some(WIDE_COLUMNS),
                },
            },
            Kind::Custom => RequestedShape::Custom {
                depth: count(context, "Depth").unwrap_or(CUSTOM_DEPTH),
            },
        };
        let properties = expressions(context, "Property", self.kind.definition())?;
        let group_by = expressions(context, "GroupBy", Definition::GroupBy)?;
        Ok(Request {
            shape: Some(shape),
            properties: properties.iter().map(selection).collect(),
            group_by: group_by.first().map(selection),
            view: text(context, "View"),
            expand: match text(context, "Expand").as_deref() {
                Some(word) if word.eq_ignore_ascii_case("CoreOnly") => Expand::CoreOnly,
                Some(word) if word.eq_ignore_ascii_case("Both") => Expand::Both,
                _ => Expand::EnumOnly,
            },
        })
    }

    /// A view that does not exist ends the command.
    fn check_view(&mut self, context: &mut Context<'_>, object: &Value) -> Result<(), Halt> {
        let Some(name) = self.view.take() else {
            return Ok(());
        };
        let views = context.host().views();
        let fits = |body: &ViewBody| match self.kind {
            Kind::Table => matches!(body, ViewBody::Table(_)),
            Kind::List => matches!(body, ViewBody::List(_)),
            Kind::Wide | Kind::Custom => matches!(body, ViewBody::Text(_)),
        };
        if views
            .find_named(object, &name)
            .is_some_and(|view| fits(&view.body))
        {
            return Ok(());
        }
        let kind = match self.kind {
            Kind::Table => "Table",
            Kind::List => "List",
            Kind::Wide => "Wide",
            Kind::Custom => "Custom",
        };
        let owner = match object {
            Value::Object(object) if object.custom => {
                "System.Management.Automation.PSCustomObject".into()
            }
            other => type_name(other),
        };
        let record = ErrorRecord::new(
            "FormatViewNotFound",
            ErrorCategory::ObjectNotFound,
            "System.Management.Automation.PipelineStoppedException",
            format!(
                "The view name {name} cannot be found. There are no existing {kind} views for {owner} objects."
            ),
        );
        Err(context.terminate(record.with_target(Value::String(name))))
    }
}

fn selection(expression: &Expression) -> Selection {
    Selection {
        source: match &expression.source {
            Source::Name(name) => SelectionSource::Name(name.clone()),
            Source::Block(block) => SelectionSource::Block(Arc::clone(block)),
        },
        label: expression.label.clone(),
        width: expression
            .option("Width")
            .and_then(as_double)
            .map(|width| width as usize),
        alignment: expression
            .option("Alignment")
            .and_then(|word| alignment(&to_text(word, Culture::Invariant))),
        format: expression
            .option("FormatString")
            .map(|format| to_text(format, Culture::Invariant).into()),
    }
}

fn alignment(word: &str) -> Option<Alignment> {
    let word = word.to_ascii_lowercase();
    [
        ("left", Alignment::Left),
        ("center", Alignment::Center),
        ("right", Alignment::Right),
    ]
    .into_iter()
    .find(|(name, _)| !word.is_empty() && name.starts_with(&word))
    .map(|(_, alignment)| alignment)
}

/// Runs blocks of calculated properties; an error in one leaves its cell empty.
struct Blocks<'a, 'b> {
    context: &'a mut Context<'b>,
    halt: Option<Halt>,
}

impl Evaluate for Blocks<'_, '_> {
    fn evaluate(&mut self, block: &Arc<ScriptBlock>, object: &Value) -> Option<Value> {
        match self.context.calculate(block, object) {
            Ok(value) => value.ok(),
            Err(halt) => {
                self.halt = Some(halt);
                None
            }
        }
    }
}

impl Stage for Format {
    fn begin(&mut self, context: &mut Context<'_>) -> Result<(), Halt> {
        let request = self.request(context)?;
        self.view.clone_from(&request.view);
        let mut producer = Producer::new(context.host().views(), request);
        producer.enumeration_limit = enumeration_limit(context);
        self.producer = Some(producer);
        Ok(())
    }

    fn process(&mut self, context: &mut Context<'_>, input: Option<Value>) -> Result<(), Halt> {
        let Some(object) = input_object(context, input) else {
            return Ok(());
        };
        if !is_scalar(&object) {
            self.check_view(context, &object)?;
        }
        let width = context.host().width();
        let mut packets = Vec::new();
        let mut blocks = Blocks {
            context,
            halt: None,
        };
        if let Some(producer) = &mut self.producer {
            producer.push(&object, &mut blocks, width, &mut |packet| {
                packets.push(packet);
            });
        }
        if let Some(halt) = blocks.halt {
            return Err(halt);
        }
        write_packets(context, packets)
    }

    fn end(&mut self, context: &mut Context<'_>) -> Result<(), Halt> {
        let mut packets = Vec::new();
        if let Some(producer) = &mut self.producer {
            producer.finish(&mut |packet| packets.push(packet));
        }
        write_packets(context, packets)
    }
}

fn write_packets(context: &mut Context<'_>, packets: Vec<Packet>) -> Result<(), Halt> {
    packets
        .into_iter()
        .try_for_each(|packet| context.write(Value::Format(Arc::new(packet))))
}

/// `$FormatEnumerationLimit`.
pub(super) fn enumeration_limit(context: &Context<'_>) -> i64 {
    context
        .variable("FormatEnumerationLimit")
        .filter(|limit| is_true(limit) || as_double(limit).is_some())
        .and_then(|limit| as_double(&limit))
        .map_or(4, |limit| limit as i64)
}
