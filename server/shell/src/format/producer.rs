//! Objects in, formatting data out: picks the view and turns property values into text.

use std::sync::Arc;

use crate::convert::number::is_number;
use crate::error_record::{ErrorCategory, ErrorRecord};
use crate::format::cell_text::{TextOptions, cell_text};
use crate::format::elements::elements;
use crate::format::entries::{Entries, Layout};
use crate::format::error_view::{ErrorView, render};
use crate::format::group::Groups;
use crate::format::packet::{Entry, Packet};
use crate::format::request::{Evaluate, Expand, Request, RequestedShape};
use crate::format::resolve::CellError;
use crate::format::view::{View, ViewBody, ViewRegistry};
use crate::members;
use crate::text::{Culture, read, to_text};
use crate::value::{Text, Value};

/// Lays objects out as packets.
#[derive(Debug)]
pub struct Producer {
    views: Arc<ViewRegistry>,
    request: Request,
    /// `$FormatEnumerationLimit`.
    pub enumeration_limit: i64,
    /// `$ErrorView`.
    pub error_view: ErrorView,
    run: Option<Run>,
}

/// A run of objects of one shape.
#[derive(Debug)]
struct Run {
    layout: Layout,
    view: Option<Arc<View>>,
    groups: Option<Groups>,
    /// Whether a group is open.
    in_group: bool,
}

impl Producer {
    /// A producer for one request.
    pub fn new(views: Arc<ViewRegistry>, request: Request) -> Self {
        Self {
            views,
            request,
            enumeration_limit: 4,
            error_view: ErrorView::default(),
            run: None,
        }
    }

    /// Lays out an object, or the elements of a collection; an element that is a collection itself counts as an object.
    pub fn push(
        &mut self,
        value: &Value,
        blocks: &mut dyn Evaluate,
        width: usize,
        emit: &mut dyn FnMut(Packet),
    ) {
        match value {
            Value::Null => {}
            Value::Noted(noted) if is_collection(&noted.base) => {
                self.push(&noted.base, blocks, width, emit);
            }
            collection if is_collection(collection) && self.request.expand != Expand::CoreOnly => {
                let elements = elements(value);
                if self.request.expand == Expand::Both {
                    self.emit_core(value, elements.len(), blocks, emit);
                }
                for element in elements {
                    match element {
                        Value::Null => emit(Packet::Entry(Entry::Raw("".into()))),
                        element => self.push_object(&element, blocks, width, emit),
                    }
                }
            }
            object => self.push_object(object, blocks, width, emit),
        }
    }

    /// A collection itself, before its elements (`-Expand Both`).
    fn emit_core(
        &mut self,
        value: &Value,
        count: usize,
        blocks: &mut dyn Evaluate,
        emit: &mut dyn FnMut(Packet),
    ) {
        let comment = |text: String| Packet::Entry(Entry::Raw(text.into()));
        emit(comment("The following object supports IEnumerable:".into()));
        let list = self.entries(blocks).list(value, None);
        emit(Packet::Entry(Entry::OutOfBandList(list)));
        emit(comment(match count {
            0 => "The IEnumerable contains no objects.".into(),
            1 => "The IEnumerable contains the following object:".into(),
            many => format!("The IEnumerable contains the following {many} objects:"),
        }));
    }

    /// Closes the run.
    pub fn finish(&mut self, emit: &mut dyn FnMut(Packet)) {
        if let Some(run) = self.run.take() {
            if run.in_group {
                emit(Packet::GroupEnd);
            }
            emit(Packet::End);
        }
    }

    fn entries<'a>(&'a self, blocks: &'a mut dyn Evaluate) -> Entries<'a> {
        Entries {
            views: &self.views,
            request: &self.request,
            enumeration_limit: self.enumeration_limit,
            blocks,
            errors: Vec::new(),
        }
    }

    fn push_object(
        &mut self,
        value: &Value,
        blocks: &mut dyn Evaluate,
        width: usize,
        emit: &mut dyn FnMut(Packet),
    ) {
        let forced = self.request.force && self.request.shape.is_some();
        if !forced && let Some(packet) = self.out_of_band(value, width) {
            emit(packet);
            return;
        }
        if self.run.is_none() {
            let run = self.begin(value, emit, blocks);
            self.run = Some(run);
        }
        let Some(run) = &self.run else { return };
        let is_foreign = run
            .view
            .as_ref()
            .is_some_and(|view| !self.views.applies(view, value));
        if is_foreign && !forced {
            let list = self.entries(blocks).list(value, None);
            emit(Packet::Entry(Entry::OutOfBandList(list)));
            return;
        }
        self.regroup(value, blocks, emit);
        let Some(run) = &self.run else { return };
        let mut entries = self.entries(blocks);
        let entry = entries.entry(&run.layout, run.view.as_deref(), value, width);
        let errors = std::mem::take(&mut entries.errors);
        emit(Packet::Entry(entry));
        for error in errors {
            emit(self.error_packet(&error, width));
        }
    }

    /// What went wrong in a cell, as an error that stands outside the run.
    fn error_packet(&self, error: &CellError, width: usize) -> Packet {
        let (id, message) = match error {
            CellError::Expression(expression) => (
                "PSPropertyExpressionError",
                format!("Failed to evaluate expression \"{expression}\"."),
            ),
            CellError::Format(format) => (
                "formattingError",
                format!("Failed to interpret format string \"{format}\"."),
            ),
        };
        let record = ErrorRecord::new(
            id,
            ErrorCategory::InvalidArgument,
            "System.Management.Automation.RuntimeException",
            message,
        );
        let text = render(&record, self.error_view, width);
        Packet::Entry(Entry::OutOfBandText(text.into()))
    }

    /// What stands outside every run: scalars, an object without properties, and types whose view says so.
    fn out_of_band(&self, value: &Value, width: usize) -> Option<Packet> {
        let view = self.views.find(value).filter(|view| view.out_of_band);
        if let Some(ViewBody::Text(draw)) = view.as_ref().map(|view| &view.body) {
            let text = draw(value, width).into();
            return Some(Packet::Entry(Entry::OutOfBandText(text)));
        }
        match value {
            Value::Noted(noted) if is_scalar(&noted.base) => match &noted.base {
                // Syntax lines wrap as help does.
                Value::String(text) if read(&noted.notes).is_empty() => {
                    Some(Packet::Entry(Entry::Wrapped(text.clone())))
                }
                scalar => Some(raw(scalar)),
            },
            scalar if is_scalar(scalar) => Some(raw(scalar)),
            Value::Error(record) => {
                let text = render(record, self.error_view, width);
                Some(Packet::Entry(Entry::OutOfBandText(text.into())))
            }
            Value::Object(object) if members::properties(value).is_empty() => {
                let options = TextOptions {
                    enumeration_limit: self.enumeration_limit,
                    fixed_decimals: false,
                };
                let text = if object.custom && object.text.is_none() {
                    Text::from("")
                } else {
                    cell_text(value, options)
                };
                Some(Packet::Entry(Entry::Raw(text)))
            }
            _ => None,
        }
    }

    /// Chooses the shape by the first object.
    fn begin(&self, value: &Value, emit: &mut dyn FnMut(Packet), blocks: &mut dyn Evaluate) -> Run {
        let view = self.view_of(value);
        let (shape, layout) = self.entries(blocks).shape(value, view.as_deref());
        emit(Packet::Start(shape));
        let by = &self.request.group_by;
        let by = by.clone().or_else(|| view.as_ref()?.group_by.clone());
        Run {
            layout,
            view,
            groups: by.map(Groups::by),
            in_group: false,
        }
    }

    fn view_of(&self, value: &Value) -> Option<Arc<View>> {
        if !self.request.properties.is_empty() {
            return None;
        }
        let Some(shape) = self.request.shape else {
            return self.views.find(value);
        };
        match &self.request.view {
            Some(name) => self.views.find_named(value, name, |body| shape.takes(body)),
            None => self.views.find_shape(value, |body| shape.takes(body)),
        }
    }

    /// Opens the first group, or the next one when the value that groups are told apart by changes.
    fn regroup(&mut self, value: &Value, blocks: &mut dyn Evaluate, emit: &mut dyn FnMut(Packet)) {
        let Some(run) = &mut self.run else { return };
        let is_other = run
            .groups
            .as_mut()
            .is_some_and(|groups| groups.take(value, blocks));
        if run.in_group {
            if !is_other {
                return;
            }
            // An empty line stands before each group but the first.
            emit(Packet::Entry(Entry::OutOfBandText(Text::from(""))));
            emit(Packet::GroupEnd);
        }
        run.in_group = true;
        let heading = run
            .groups
            .as_ref()
            .and_then(|groups| groups.heading(self.enumeration_limit));
        emit(Packet::GroupStart(heading));
    }
}

impl RequestedShape {
    /// Whether a view is of this shape.
    pub fn takes(self, body: &ViewBody) -> bool {
        matches!(
            (self, body),
            (Self::Table { .. }, ViewBody::Table(_))
                | (Self::List, ViewBody::List(_))
                | (Self::Wide { .. }, ViewBody::Wide(_))
                | (Self::Custom { .. }, ViewBody::Text(_))
        )
    }

    /// What messages call views of this shape.
    pub fn view_kind(self) -> &'static str {
        match self {
            Self::Table { .. } => "Table",
            Self::List => "List",
            Self::Wide { .. } => "Wide",
            Self::Custom { .. } => "Custom",
        }
    }
}

fn raw(scalar: &Value) -> Packet {
    Packet::Entry(Entry::Raw(match scalar {
        Value::String(text) => text.clone(),
        other => to_text(other, Culture::Current).into(),
    }))
}

fn is_collection(value: &Value) -> bool {
    matches!(
        value,
        Value::Array(_) | Value::List(_) | Value::Dictionary(_)
    )
}

/// Scalars print as a bare line; so does what is known by its text alone.
pub fn is_scalar(value: &Value) -> bool {
    if matches!(value, Value::Named(_)) {
        return members::properties(value).is_empty();
    }
    is_number(value)
        || matches!(
            value,
            Value::Bool(_)
                | Value::BigInteger(_)
                | Value::Char(_)
                | Value::String(_)
                | Value::Enum(_)
                | Value::ScriptBlock(_)
                | Value::SecureString(_)
        )
}
