//! One object as an entry of its run: the cells of a row, the lines of a list, a wide cell, nested braces.

use std::sync::Arc;

use crate::format::cell_text::{TextOptions, cell_text, display_property};
use crate::format::complex::Browser;
use crate::format::packet::{
    Alignment, Column as DrawnColumn, ComplexLine, Entry, Shape, TableShape, WideShape,
};
use crate::format::producer::is_scalar;
use crate::format::request::{Evaluate, Request, RequestedShape};
use crate::format::resolve::{
    CellError, CellOptions, Column, FAILED, Shown, declared_properties, resolve,
};
use crate::format::view::{Source, View, ViewBody, ViewRegistry};
use crate::members;
use crate::value::{Text, Value};

/// More properties than this make a list of an object whose view nobody named.
const MAX_TABLE_PROPERTIES: usize = 4;
/// Columns of a table whose properties nobody named.
const MAX_DEFAULT_COLUMNS: usize = 10;
/// Columns of any table.
const MAX_COLUMNS: usize = 1_000;
/// Columns of a wide view when nobody says.
const WIDE_COLUMNS: usize = 2;
/// Levels of a custom view when nobody says.
const CUSTOM_DEPTH: usize = 5;

/// How the objects of a run are shown.
#[derive(Clone, Debug)]
pub(crate) enum Layout {
    Table(Arc<[Column]>),
    List,
    Wide,
    Complex(usize),
}

/// What the entries of a run are made with.
pub(crate) struct Entries<'a> {
    pub(crate) views: &'a ViewRegistry,
    pub(crate) request: &'a Request,
    pub(crate) enumeration_limit: i64,
    pub(crate) blocks: &'a mut dyn Evaluate,
    /// What went wrong in the cells that were made.
    pub(crate) errors: Vec<CellError>,
}

impl Entries<'_> {
    fn text_options(&self, fixed_decimals: bool) -> TextOptions {
        TextOptions {
            enumeration_limit: self.enumeration_limit,
            fixed_decimals,
        }
    }

    /// Chooses how a run is shown by its first object.
    pub(crate) fn shape(&mut self, value: &Value, view: Option<&View>) -> (Shape, Layout) {
        let requested = self.request.shape;
        if let Some(body) = view.map(|view| &view.body) {
            return match body {
                ViewBody::Text(_) => (Shape::Complex, Layout::Complex(0)),
                ViewBody::List(_) => (Shape::List, Layout::List),
                ViewBody::Wide(_) => self.wide(requested),
                ViewBody::Table(columns) => {
                    let columns = columns.iter().map(Column::from_view).collect();
                    self.table(requested, columns, value)
                }
            };
        }
        match requested {
            Some(RequestedShape::Wide { .. }) => self.wide(requested),
            Some(RequestedShape::List) => (Shape::List, Layout::List),
            Some(RequestedShape::Custom { depth }) => (Shape::Complex, Layout::Complex(depth)),
            Some(RequestedShape::Table { .. }) => {
                let columns = self.table_columns(value);
                self.table(requested, columns, value)
            }
            None if self.default_names(value).len() > MAX_TABLE_PROPERTIES => {
                (Shape::List, Layout::List)
            }
            None => {
                let columns = self.table_columns(value);
                self.table(requested, columns, value)
            }
        }
    }

    fn wide(&self, requested: Option<RequestedShape>) -> (Shape, Layout) {
        let columns = match requested {
            Some(RequestedShape::Wide { columns }) => columns,
            _ => Some(WIDE_COLUMNS),
        };
        (Shape::Wide(WideShape { columns }), Layout::Wide)
    }

    /// Names of the properties that an object shows when nobody named any.
    fn default_names(&self, value: &Value) -> Vec<Text> {
        match self.views.default_properties(value) {
            Some(names) => names.to_vec(),
            None => declared_properties(value),
        }
    }

    fn table_columns(&self, value: &Value) -> Vec<Column> {
        if !self.request.properties.is_empty() {
            return resolve(&self.request.properties, value);
        }
        let names = match self.views.default_properties(value) {
            Some(names) => names.to_vec(),
            None => {
                let mut names = declared_properties(value);
                names.truncate(MAX_DEFAULT_COLUMNS);
                names
            }
        };
        names.into_iter().map(Column::property).collect()
    }

    fn table(
        &mut self,
        requested: Option<RequestedShape>,
        mut columns: Vec<Column>,
        value: &Value,
    ) -> (Shape, Layout) {
        columns.truncate(MAX_COLUMNS);
        let drawn = columns
            .iter()
            .map(|column| DrawnColumn {
                label: column.label.clone(),
                width: column.width,
                alignment: column.alignment.unwrap_or_else(|| {
                    match column.value(value, self.blocks) {
                        Shown::Value(value) => alignment_of(&value),
                        Shown::Missing | Shown::Failed => Alignment::Left,
                    }
                }),
            })
            .collect();
        let mut shape = TableShape {
            columns: drawn,
            hide_header: false,
            auto_size: false,
            wrap: false,
            repeat_header: false,
        };
        if let Some(RequestedShape::Table {
            auto_size,
            wrap,
            hide_header,
            repeat_header,
        }) = requested
        {
            shape = TableShape {
                hide_header,
                auto_size,
                wrap,
                repeat_header,
                ..shape
            };
        }
        (Shape::Table(shape), Layout::Table(columns.into()))
    }

    /// An object of a run that is shown as `layout` and `view` say, in a window of `width` cells.
    pub(crate) fn entry(
        &mut self,
        layout: &Layout,
        view: Option<&View>,
        value: &Value,
        width: usize,
    ) -> Entry {
        match layout {
            Layout::Table(columns) => {
                Entry::Row(columns.iter().map(|c| self.cell(c, value, true)).collect())
            }
            Layout::List => Entry::List(self.list(value, view)),
            Layout::Wide => Entry::Wide(self.wide_cell(value, view)),
            Layout::Complex(depth) => match view.map(|view| &view.body) {
                Some(ViewBody::Text(draw)) => Entry::Complex(
                    draw(value, width)
                        .lines()
                        .map(|line| (0, Text::from(line)))
                        .collect(),
                ),
                _ => Entry::Complex(self.complex(value, *depth)),
            },
        }
    }

    fn cell(&mut self, column: &Column, value: &Value, fixed_decimals: bool) -> Text {
        let options = CellOptions {
            text: self.text_options(fixed_decimals),
            display_error: self.request.display_error,
        };
        let (text, error) = column.text(value, self.blocks, options);
        if self.request.show_error {
            self.errors.extend(error);
        }
        text
    }

    /// The lines of a list: those of a view, those that were asked for, or the object's own.
    pub(crate) fn list(&mut self, value: &Value, view: Option<&View>) -> Vec<(Text, Text)> {
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
                .map(|name| {
                    let found = members::property(value, &name).unwrap_or_default();
                    (name, cell_text(&found, options))
                })
                .collect();
        }
        resolve(&self.request.properties, value)
            .iter()
            .filter(|column| column.exists(value))
            .map(|column| (column.label.clone(), self.cell(column, value, false)))
            .collect()
    }

    fn wide_cell(&mut self, value: &Value, view: Option<&View>) -> Text {
        let options = self.text_options(false);
        if let Some(ViewBody::Wide(source)) = view.map(|view| &view.body) {
            return cell_text(&source.value(value), options);
        }
        if !self.request.properties.is_empty() {
            let columns = resolve(&self.request.properties, value);
            let first = columns.iter().find(|column| column.exists(value));
            return first.map_or_else(|| Text::from(""), |column| self.cell(column, value, false));
        }
        let name = display_property(value).or_else(|| self.default_names(value).into_iter().next());
        name.and_then(|name| members::property(value, &name))
            .map_or_else(|| Text::from(""), |found| cell_text(&found, options))
    }

    fn complex(&mut self, value: &Value, depth: usize) -> Vec<ComplexLine> {
        let mut browser = Browser {
            views: self.views,
            options: self.text_options(false),
            blocks: self.blocks,
            drawn: 0,
            failed: if self.request.display_error {
                FAILED
            } else {
                ""
            },
        };
        let depth = if depth == 0 { CUSTOM_DEPTH } else { depth };
        browser.draw(value, &self.request.properties, depth)
    }
}

impl Source {
    /// What a registered column or line shows of an object.
    pub(crate) fn value(&self, object: &Value) -> Value {
        match self {
            Self::Property(name) => members::property(object, name).unwrap_or_default(),
            Self::Compute(compute) => compute(object),
            Self::Path(path) => path
                .split('.')
                .try_fold(object.clone(), |at, name| members::property(&at, name))
                .unwrap_or_default(),
            Self::Sequence(path) => crate::style::shown(object, path),
        }
    }
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
