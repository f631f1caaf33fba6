//! Objects in, formatting data out: picks the view and turns property values into text.

use std::sync::Arc;

use crate::format::cell_text::{TextOptions, cell_text, display_property};
use crate::format::complex;
use crate::format::elements::elements;
use crate::format::error_view::{ErrorView, render};
use crate::format::packet::{
    Alignment, Column, Entry, Heading, Packet, Shape, TableShape, WideShape,
};
use crate::format::request::{
    Evaluate, Expand, Request, RequestedShape, Selection, SelectionSource,
};
use crate::format::resolve::{Resolved, all_properties, apply_format, resolve};
use crate::format::view::{Source, View, ViewBody, ViewRegistry};
use crate::members;
use crate::text::{Culture, read, to_text};
use crate::value::{Text, Value};

/// More properties than this make a list of an object whose view nobody named.
const MAX_TABLE_PROPERTIES: usize = 4;
/// Columns of a table whose properties nobody named.
const MAX_DEFAULT_COLUMNS: usize = 10;
/// Columns of any table.
const MAX_COLUMNS: usize = 1_000;
/// Collections within collections that are laid out element by element.
const MAX_LEVELS: usize = 64;
/// Elements that one object may be laid out as: those of collections that hold each other many times over have no end.
const MAX_EXPANDED: usize = 16 << 20;

/// Lays objects out as packets.
#[derive(Debug)]
pub struct Producer {
    views: Arc<ViewRegistry>,
    request: Request,
    /// `$FormatEnumerationLimit`.
    pub enumeration_limit: i64,
    run: Option<Run>,
    /// How many elements of the object at hand may still be laid out.
    left: usize,
}

/// A run of objects of one shape.
#[derive(Debug)]
struct Run {
    layout: Layout,
    view: Option<Arc<View>>,
    group_by: Option<Selection>,
    group: Option<Text>,
}

/// How the objects of a run are shown.
#[derive(Clone, Debug)]
enum Layout {
    Table(Arc<[Resolved]>),
    List,
    Wide,
    Complex(usize),
}

impl Producer {
    /// A producer for one request.
    pub fn new(views: Arc<ViewRegistry>, request: Request) -> Self {
        Self {
            views,
            request,
            enumeration_limit: 4,
            run: None,
            left: 0,
        }
    }

    /// Lays one object out.
    pub fn push(
        &mut self,
        value: &Value,
        blocks: &mut dyn Evaluate,
        width: usize,
        emit: &mut dyn FnMut(Packet),
    ) {
        self.left = MAX_EXPANDED;
        self.expand(value, 0, blocks, width, emit);
    }

    /// Lays out an object, or the elements of a collection, which may be collections themselves.
    fn expand(
        &mut self,
        value: &Value,
        level: usize,
        blocks: &mut dyn Evaluate,
        width: usize,
        emit: &mut dyn FnMut(Packet),
    ) {
        if level > MAX_LEVELS || self.left == 0 {
            emit(Packet::Entry(Entry::Raw("…".into())));
            return;
        }
        self.left -= 1;
        match value {
            Value::Null => {}
            Value::Noted(noted) if is_scalar(&noted.base) => emit(raw(&noted.base)),
            Value::Array(_) | Value::List(_) | Value::Dictionary(_) => {
                if self.request.expand != Expand::CoreOnly {
                    for element in elements(value) {
                        self.expand(&element, level + 1, blocks, width, emit);
                        if self.left == 0 {
                            break;
                        }
                    }
                }
                if self.request.expand != Expand::EnumOnly {
                    self.push_object(value, blocks, width, emit);
                }
            }
            scalar if is_scalar(scalar) => emit(raw(scalar)),
            object => self.push_object(object, blocks, width, emit),
        }
    }

    /// Closes the run.
    pub fn finish(&mut self, emit: &mut dyn FnMut(Packet)) {
        if self.run.take().is_some() {
            emit(Packet::GroupEnd);
            emit(Packet::End);
        }
    }

    fn push_object(
        &mut self,
        value: &Value,
        blocks: &mut dyn Evaluate,
        width: usize,
        emit: &mut dyn FnMut(Packet),
    ) {
        if let Some(packet) = self.out_of_band(value, width) {
            emit(packet);
            return;
        }
        if self.run.is_none() {
            let run = self.begin(value, emit, blocks);
            self.run = Some(run);
        }
        self.regroup(value, blocks, emit);
        let Some(run) = &self.run else { return };
        let foreign = run
            .view
            .as_ref()
            .is_some_and(|view| !self.views.applies(view, value));
        let entry = if foreign {
            Entry::OutOfBandList(self.list_fields(value, None, blocks))
        } else {
            self.entry(run, value, blocks, width)
        };
        emit(Packet::Entry(entry));
    }

    /// What stands outside every run: an object without properties, and types whose view says so.
    fn out_of_band(&self, value: &Value, width: usize) -> Option<Packet> {
        if let Value::Error(record) = value {
            let text = render(record, ErrorView::ConciseView, width);
            return Some(Packet::Entry(Entry::OutOfBandText(text.into())));
        }
        if let Value::Object(object) = value
            && object.text.is_none()
            && read(&object.properties).is_empty()
        {
            let text = if object.custom {
                Text::from("")
            } else {
                cell_text(value, self.text_options(false))
            };
            return Some(Packet::Entry(Entry::Raw(text)));
        }
        let view = self.views.find(value).filter(|view| view.out_of_band)?;
        match &view.body {
            ViewBody::Text(draw) => Some(Packet::Entry(Entry::OutOfBandText(
                draw(value, width).into(),
            ))),
            ViewBody::Table(_) | ViewBody::List(_) => None,
        }
    }

    fn text_options(&self, fixed_decimals: bool) -> TextOptions {
        TextOptions {
            enumeration_limit: self.enumeration_limit,
            fixed_decimals,
        }
    }

    /// Chooses the shape by the first object.
    fn begin(&self, value: &Value, emit: &mut dyn FnMut(Packet), blocks: &mut dyn Evaluate) -> Run {
        let view = self.view_of(value);
        let (shape, layout) = self.shape_of(value, view.as_deref(), blocks);
        emit(Packet::Start(shape));
        let group_by = self.request.group_by.clone().or_else(|| {
            let property = view.as_ref()?.group_by.clone()?;
            Some(Selection::name(property))
        });
        Run {
            layout,
            view,
            group_by,
            group: None,
        }
    }

    fn view_of(&self, value: &Value) -> Option<Arc<View>> {
        if !self.request.properties.is_empty() {
            return None;
        }
        if let Some(name) = &self.request.view {
            return self.views.find_named(value, name);
        }
        match self.request.shape {
            None => self.views.find(value),
            Some(RequestedShape::Table { .. }) => self
                .views
                .find_shape(value, |body| matches!(body, ViewBody::Table(_))),
            Some(RequestedShape::List) => self
                .views
                .find_shape(value, |body| matches!(body, ViewBody::List(_))),
            Some(RequestedShape::Custom { .. }) => self
                .views
                .find_shape(value, |body| matches!(body, ViewBody::Text(_))),
            Some(RequestedShape::Wide { .. }) => None,
        }
    }

    fn shape_of(
        &self,
        value: &Value,
        view: Option<&View>,
        blocks: &mut dyn Evaluate,
    ) -> (Shape, Layout) {
        match (self.request.shape, view.map(|view| &view.body)) {
            (Some(RequestedShape::Wide { columns }), _) => {
                (Shape::Wide(WideShape { columns }), Layout::Wide)
            }
            (_, Some(ViewBody::Text(_))) => (Shape::Complex, Layout::Complex(0)),
            (_, Some(ViewBody::List(_))) | (Some(RequestedShape::List), _) => {
                (Shape::List, Layout::List)
            }
            (Some(RequestedShape::Custom { depth }), _) => (Shape::Complex, Layout::Complex(depth)),
            (requested, Some(ViewBody::Table(columns))) => {
                let columns = columns.iter().map(Resolved::from_view).collect();
                self.table(requested, columns, value, blocks)
            }
            (None, None) if self.default_names(value).len() > MAX_TABLE_PROPERTIES => {
                (Shape::List, Layout::List)
            }
            (requested, None) => {
                let columns = self.table_columns(value);
                self.table(requested, columns, value, blocks)
            }
        }
    }

    /// Names of the properties that an object shows when nobody named any.
    fn default_names(&self, value: &Value) -> Vec<Text> {
        match self.views.default_properties(value) {
            Some(names) => names.to_vec(),
            None => all_properties(value),
        }
    }

    fn table_columns(&self, value: &Value) -> Vec<Resolved> {
        if self.request.properties.is_empty() {
            let mut names = self.default_names(value);
            names.truncate(MAX_DEFAULT_COLUMNS);
            return names.into_iter().map(Resolved::property).collect();
        }
        resolve(&self.request.properties, value)
    }

    fn table(
        &self,
        requested: Option<RequestedShape>,
        mut columns: Vec<Resolved>,
        value: &Value,
        blocks: &mut dyn Evaluate,
    ) -> (Shape, Layout) {
        let (auto_size, wrap, hide_header) = match requested {
            Some(RequestedShape::Table {
                auto_size,
                wrap,
                hide_header,
            }) => (auto_size, wrap, hide_header),
            _ => (false, false, false),
        };
        columns.truncate(MAX_COLUMNS);
        let drawn = columns
            .iter()
            .map(|column| Column {
                label: column.label.clone(),
                width: column.width,
                alignment: column
                    .alignment
                    .unwrap_or_else(|| alignment_of(&column.value(value, blocks))),
            })
            .collect();
        let shape = Shape::Table(TableShape {
            columns: drawn,
            hide_header,
            auto_size,
            wrap,
        });
        (shape, Layout::Table(columns.into()))
    }

    /// Opens the first group, or the next one when the value that groups are told apart by changes.
    fn regroup(&mut self, value: &Value, blocks: &mut dyn Evaluate, emit: &mut dyn FnMut(Packet)) {
        let Some(run) = &mut self.run else { return };
        let heading = run.group_by.as_ref().map(|by| heading(by, value, blocks));
        let key = heading
            .as_ref()
            .map_or_else(|| Text::from(""), |heading| heading.value.clone());
        if let Some(open) = &run.group {
            if members::same_name(open, &key) {
                return;
            }
            emit(Packet::GroupEnd);
        }
        run.group = Some(key);
        emit(Packet::GroupStart(heading));
    }

    fn entry(&self, run: &Run, value: &Value, blocks: &mut dyn Evaluate, width: usize) -> Entry {
        match &run.layout {
            Layout::Table(columns) => {
                let options = self.text_options(true);
                Entry::Row(
                    columns
                        .iter()
                        .map(|column| column.text(value, blocks, options))
                        .collect(),
                )
            }
            Layout::List => Entry::List(self.list_fields(value, run.view.as_deref(), blocks)),
            Layout::Wide => Entry::Wide(self.wide_text(value, blocks)),
            Layout::Complex(depth) => match run.view.as_ref().map(|view| &view.body) {
                Some(ViewBody::Text(draw)) => {
                    Entry::Complex(draw(value, width).lines().map(Text::from).collect())
                }
                _ => Entry::Complex(complex::draw(
                    value,
                    &self.request.properties,
                    *depth,
                    blocks,
                )),
            },
        }
    }

    fn list_fields(
        &self,
        value: &Value,
        view: Option<&View>,
        blocks: &mut dyn Evaluate,
    ) -> Vec<(Text, Text)> {
        let options = self.text_options(false);
        if let Some(ViewBody::List(items)) = view.map(|view| &view.body) {
            return items
                .iter()
                .map(|(label, source)| (label.clone(), cell_text(&source.value(value), options)))
                .collect();
        }
        if self.request.properties.is_empty() {
            return self
                .default_names(value)
                .into_iter()
                .filter_map(|name| {
                    let found = members::property(value, &name)?;
                    Some((name, cell_text(&found, options)))
                })
                .collect();
        }
        resolve(&self.request.properties, value)
            .iter()
            .filter(|column| column.exists(value))
            .map(|column| (column.label.clone(), column.text(value, blocks, options)))
            .collect()
    }

    fn wide_text(&self, value: &Value, blocks: &mut dyn Evaluate) -> Text {
        let options = self.text_options(false);
        if let Some(column) = resolve(&self.request.properties, value).first() {
            return column.text(value, blocks, options);
        }
        let name = display_property(value).or_else(|| all_properties(value).into_iter().next());
        name.and_then(|name| members::property(value, &name))
            .map_or_else(|| Text::from(""), |found| cell_text(&found, options))
    }
}

impl Source {
    /// What a registered column or line shows of an object.
    pub(crate) fn value(&self, object: &Value) -> Value {
        match self {
            Self::Property(name) => members::property(object, name).unwrap_or_default(),
            Self::Compute(compute) => compute(object),
        }
    }
}

fn heading(by: &Selection, value: &Value, blocks: &mut dyn Evaluate) -> Heading {
    let (name, found) = match &by.source {
        SelectionSource::Name(name) => {
            let own = all_properties(value)
                .into_iter()
                .find(|own| members::same_name(own, name));
            (
                own.unwrap_or_else(|| name.clone()),
                members::property(value, name),
            )
        }
        SelectionSource::Block(block) => (block.text.clone(), blocks.evaluate(block, value)),
    };
    let found = found.unwrap_or_default();
    let text = match &by.format {
        Some(format) => apply_format(format, &found),
        None => to_text(&found, Culture::Current).into(),
    };
    Heading {
        label: by.label.clone().unwrap_or(name),
        value: text,
    }
}

fn raw(scalar: &Value) -> Packet {
    Packet::Entry(Entry::Raw(match scalar {
        Value::String(text) => text.clone(),
        other => to_text(other, Culture::Current).into(),
    }))
}

/// Scalars print as a bare line.
pub fn is_scalar(value: &Value) -> bool {
    matches!(
        value,
        Value::Bool(_)
            | Value::Int8(_)
            | Value::UInt8(_)
            | Value::Int16(_)
            | Value::UInt16(_)
            | Value::Int32(_)
            | Value::UInt32(_)
            | Value::Int64(_)
            | Value::UInt64(_)
            | Value::Single(_)
            | Value::Double(_)
            | Value::Decimal(_)
            | Value::BigInteger(_)
            | Value::Char(_)
            | Value::String(_)
            | Value::Enum(_)
            | Value::Named(_)
            | Value::ScriptBlock(_)
            | Value::SecureString(_)
    )
}

/// Scalars but text stand right.
fn alignment_of(value: &Value) -> Alignment {
    match value {
        Value::String(_) | Value::Named(_) | Value::ScriptBlock(_) => Alignment::Left,
        Value::Noted(noted) => alignment_of(&noted.base),
        scalar if is_scalar(scalar) => Alignment::Right,
        _ => Alignment::Left,
    }
}
