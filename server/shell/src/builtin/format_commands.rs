//! `Format-Table`, `Format-List`, `Format-Wide` and `Format-Custom`: objects in, formatting data out.

use std::sync::Arc;

use crate::builtin::declare::{UTILITY, at, command, input, named, switch};
use crate::builtin::expression::{Expression, Source};
use crate::builtin::expression_table::{Definition, expression, expressions};
use crate::builtin::support::{count, input_object, text};
use crate::command::{CommandInfo, ParameterInfo, Validation};
use crate::error_record::{ErrorCategory, ErrorRecord};
use crate::format::error_view::ErrorView;
use crate::format::packet::{Alignment, Packet};
use crate::format::producer::{Producer, is_scalar};
use crate::format::request::{
    Evaluate, Expand, Request, RequestedShape, Selection, SelectionSource,
};
use crate::format::view::{ViewBody, ViewRegistry};
use crate::pipeline::halt::Halt;
use crate::pipeline::stage::{Context, Stage};
use crate::text::{Culture, to_text};
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
            .with(at(0, "Property", "object[]")),
    )
}

/// What the binder knows of `Format-List`.
pub(super) fn list_info() -> CommandInfo {
    with_common(command("Format-List", UTILITY).with(at(0, "Property", "object[]")))
}

/// What the binder knows of `Format-Wide`.
pub(super) fn wide_info() -> CommandInfo {
    with_common(
        command("Format-Wide", UTILITY)
            .with(at(0, "Property", "object"))
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

    fn shape(&self, context: &Context<'_>) -> RequestedShape {
        let auto_size = context.switch("AutoSize");
        match self.kind {
            Kind::Table => RequestedShape::Table {
                auto_size,
                wrap: context.switch("Wrap"),
                hide_header: context.switch("HideTableHeaders"),
                repeat_header: context.switch("RepeatHeader"),
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
        }
    }

    fn properties(&self, context: &mut Context<'_>) -> Result<Vec<Expression>, Halt> {
        let definition = match self.kind {
            Kind::Table => Definition::Table,
            Kind::List => Definition::List,
            Kind::Custom => Definition::Custom,
            Kind::Wide => {
                let only = alone(context, "Property", Definition::Wide)?;
                return Ok(only.into_iter().collect());
            }
        };
        expressions(context, "Property", definition)
    }

    fn request(&self, context: &mut Context<'_>) -> Result<Request, Halt> {
        let properties = self.properties(context)?;
        let view = text(context, "View").filter(|view| !view.is_empty());
        if view.is_some() && !properties.is_empty() {
            return Err(context.terminate(exclusive(
                "FormatCannotSpecifyViewAndProperty",
                "Cmdlet parameters View and Property are mutually exclusive.",
            )));
        }
        if context.switch("AutoSize") && context.parameter("Column").is_some() {
            return Err(context.terminate(exclusive(
                "FormatCannotSpecifyAutosizeAndColumns",
                "Cmdlet parameters AutoSize and Column are mutually exclusive.",
            )));
        }
        let group_by = alone(context, "GroupBy", Definition::GroupBy)?;
        Ok(Request {
            shape: Some(self.shape(context)),
            properties: properties.iter().map(selection).collect(),
            group_by: group_by.as_ref().map(selection),
            view,
            expand: match text(context, "Expand").as_deref() {
                Some(word) if word.eq_ignore_ascii_case("CoreOnly") => Expand::CoreOnly,
                Some(word) if word.eq_ignore_ascii_case("Both") => Expand::Both,
                _ => Expand::EnumOnly,
            },
            force: context.switch("Force"),
            show_error: context.switch("ShowError"),
            display_error: context.switch("DisplayError"),
        })
    }

    /// A view that does not exist ends the command.
    fn check_view(&mut self, context: &mut Context<'_>, object: &Value) -> Result<(), Halt> {
        let Some(name) = self.view.take() else {
            return Ok(());
        };
        let views = context.host().views();
        let shape = self.shape(context);
        if views
            .find_named(object, &name, |body| shape.takes(body))
            .is_some()
        {
            return Ok(());
        }
        let record = ErrorRecord::new(
            "FormatViewNotFound",
            ErrorCategory::ObjectNotFound,
            "System.Management.Automation.PipelineStoppedException",
            unknown_view(&views, shape, &name, object),
        );
        Err(context.terminate(record.with_target(Value::String(name))))
    }
}

/// The argument of a parameter that takes one only: a list of several is none of the kinds that there are.
fn alone(
    context: &mut Context<'_>,
    parameter: &str,
    definition: Definition,
) -> Result<Option<Expression>, Halt> {
    let argument = match context.parameter(parameter) {
        None | Some(Value::Null) => return Ok(None),
        Some(argument) => argument.clone(),
    };
    expression(&argument, definition)
        .map(Some)
        .map_err(|record| context.terminate(*record))
}

/// Two parameters that exclude each other.
fn exclusive(id: &'static str, message: &'static str) -> ErrorRecord {
    ErrorRecord::new(
        id,
        ErrorCategory::InvalidArgument,
        "System.IO.InvalidDataException",
        message,
    )
}

/// What is said of a view that an object's type does not have: which others it has.
fn unknown_view(views: &ViewRegistry, shape: RequestedShape, name: &str, object: &Value) -> String {
    let owner = match object {
        Value::Object(object) if object.custom => {
            "System.Management.Automation.PSCustomObject".into()
        }
        other => type_name(other),
    };
    let kind = shape.view_kind();
    let own = views.of_type(&owner);
    let valid: Vec<&str> = own
        .iter()
        .filter(|view| shape.takes(&view.body))
        .map(|view| &*view.name)
        .collect();
    if !valid.is_empty() {
        return format!(
            "The view name {name} cannot be found. Specify one of the following {kind} views and try again: {}.",
            valid.join(", ")
        );
    }
    let others: Vec<&str> = own
        .iter()
        .filter(|view| view.name.eq_ignore_ascii_case(name))
        .map(|view| match view.body {
            ViewBody::Table(_) => "Format-Table",
            ViewBody::List(_) => "Format-List",
            ViewBody::Wide(_) => "Format-Wide",
            ViewBody::Text(_) => "Format-Custom",
        })
        .collect();
    if others.is_empty() {
        format!(
            "The view name {name} cannot be found. There are no existing {kind} views for {owner} objects."
        )
    } else {
        format!(
            " The view name {name} cannot be found in the {kind} formatting. Try using one of these other format cmdlets: {}",
            others.join(", ")
        )
    }
}

fn selection(expression: &Expression) -> Selection {
    let number = |key| match expression.option(key) {
        Some(Value::Int32(number)) => usize::try_from(*number).ok(),
        _ => None,
    };
    let word = |key| match expression.option(key) {
        Some(Value::String(word)) => Some(word.clone()),
        _ => None,
    };
    Selection {
        source: match &expression.source {
            Source::Name(name) => SelectionSource::Name(name.clone()),
            Source::Block(block) => SelectionSource::Block(Arc::clone(block)),
        },
        label: expression.label.clone(),
        width: number("Width"),
        alignment: word("Alignment").and_then(|word| alignment(&word)),
        format: word("FormatString"),
        depth: number("Depth"),
    }
}

/// The alignment that a word, or its beginning, names.
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
            Ok(outcome) => outcome.ok(),
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
        producer.error_view = error_view(context);
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

/// `$FormatEnumerationLimit` of the session; what is no whole number does not count.
pub(super) fn enumeration_limit(context: &Context<'_>) -> i64 {
    match context.variable("global:FormatEnumerationLimit") {
        Some(Value::Int32(limit)) => i64::from(limit),
        _ => 4,
    }
}

/// `$ErrorView`.
pub(super) fn error_view(context: &Context<'_>) -> ErrorView {
    context
        .variable("ErrorView")
        .map_or_else(ErrorView::default, |view| {
            ErrorView::named(&to_text(&view, Culture::Invariant))
        })
}
