//! Views: which properties of a type are shown, in which shape, under which labels.
//!
//! The shell brings views for the types that PowerShell itself shows specially; whoever hosts it adds those of its own
//! types. A view goes by type name and wins over the default shape; a view of the deserialised type counts too.

use std::collections::HashMap;
use std::sync::Arc;

use crate::format::packet::Alignment;
use crate::format::request::Selection;
use crate::type_names::type_chain;
use crate::value::{Text, Value};

/// Computes what a column shows of an object.
pub type Compute = fn(&Value) -> Value;

/// Where a column takes its value from.
#[derive(Clone, Debug)]
pub enum Source {
    /// A property.
    Property(Text),
    /// A rule.
    Compute(Compute),
    /// A property of a property, and so on: their names with dots between them.
    Path(Text),
    /// An escape sequence at such a path, in its own effect and in letters.
    Sequence(Text),
}

/// A column of a registered table.
#[derive(Clone, Debug)]
pub struct ViewColumn {
    /// Heading.
    pub label: Text,
    /// Declared width in cells; none to measure.
    pub width: Option<usize>,
    /// Declared alignment; left if there is none.
    pub alignment: Option<Alignment>,
    /// What it shows.
    pub source: Source,
}

impl ViewColumn {
    /// A column that shows the property of the same name.
    pub fn property(name: &str) -> Self {
        Self {
            label: name.into(),
            width: None,
            alignment: None,
            source: Source::Property(name.into()),
        }
    }

    /// A column that shows what a rule gives.
    pub fn computed(label: &str, compute: Compute) -> Self {
        Self {
            source: Source::Compute(compute),
            ..Self::property(label)
        }
    }

    /// The column with a declared width.
    #[must_use]
    pub fn wide(mut self, width: usize) -> Self {
        self.width = Some(width);
        self
    }

    /// The column right-aligned.
    #[must_use]
    pub fn right(mut self) -> Self {
        self.alignment = Some(Alignment::Right);
        self
    }

    /// The column left-aligned whatever it shows.
    #[must_use]
    pub fn left(mut self) -> Self {
        self.alignment = Some(Alignment::Left);
        self
    }
}

/// The shape of a view.
#[derive(Clone, Debug)]
pub enum ViewBody {
    /// A table.
    Table(Vec<ViewColumn>),
    /// A list: labels and what stands behind them.
    List(Vec<(Text, Source)>),
    /// One value an object, in columns.
    Wide(Source),
    /// Text of its own, drawn for a width in cells.
    Text(fn(&Value, usize) -> String),
}

/// A view registered for a type.
#[derive(Clone, Debug)]
pub struct View {
    /// Name, as `-View` gives it.
    pub name: Text,
    /// The shape.
    pub body: ViewBody,
    /// Objects with equal values of this stand under one heading.
    pub group_by: Option<Selection>,
    /// Whether objects stand outside the shape of the run that they come in.
    pub out_of_band: bool,
}

/// What the formatter knows of types.
#[derive(Debug, Default)]
pub struct ViewRegistry {
    views: HashMap<Text, Vec<Arc<View>>>,
    default_properties: HashMap<Text, Arc<[Text]>>,
}

impl ViewRegistry {
    /// The views that PowerShell's own types have.
    pub fn standard() -> Self {
        let mut registry = Self::default();
        crate::format::standard_views::register(&mut registry);
        crate::help::draw::register(&mut registry);
        registry
    }

    /// Adds a view for a type; the first one that is added for it is its default.
    pub fn register(&mut self, type_name: &str, view: View) {
        self.views
            .entry(type_name.into())
            .or_default()
            .push(Arc::new(view));
    }

    /// Names the properties that a type shows by default (`DefaultDisplayPropertySet`).
    pub fn register_default_properties(&mut self, type_name: &str, names: &[&str]) {
        self.default_properties.insert(
            type_name.into(),
            names.iter().map(|name| Text::from(*name)).collect(),
        );
    }

    /// The default view of an object: that of its most derived type that has one.
    pub fn find(&self, value: &Value) -> Option<Arc<View>> {
        self.matching(value, |views| views.first())
    }

    /// The view of an object that has one of the shapes that `wanted` takes.
    pub fn find_shape(
        &self,
        value: &Value,
        wanted: impl Fn(&ViewBody) -> bool,
    ) -> Option<Arc<View>> {
        self.matching(value, |views| views.iter().find(|view| wanted(&view.body)))
    }

    /// The view of an object that has that name, case-insensitively, and one of the shapes that `wanted` takes.
    pub fn find_named(
        &self,
        value: &Value,
        name: &str,
        wanted: impl Fn(&ViewBody) -> bool,
    ) -> Option<Arc<View>> {
        self.matching(value, |views| {
            views
                .iter()
                .find(|view| view.name.eq_ignore_ascii_case(name) && wanted(&view.body))
        })
    }

    /// The views that a type itself has.
    pub fn of_type(&self, type_name: &str) -> &[Arc<View>] {
        self.views.get(type_name).map_or(&[], Vec::as_slice)
    }

    fn matching<'a>(
        &'a self,
        value: &Value,
        pick: impl Fn(&'a [Arc<View>]) -> Option<&'a Arc<View>>,
    ) -> Option<Arc<View>> {
        if self.views.is_empty() {
            return None;
        }
        type_chain(value).iter().find_map(|name| {
            let own = name.strip_prefix("Deserialized.").unwrap_or(name);
            self.views.get(own).and_then(|views| pick(views)).cloned()
        })
    }

    /// Whether a view applies to an object.
    pub fn applies(&self, view: &Arc<View>, value: &Value) -> bool {
        type_chain(value).iter().any(|name| {
            let own = name.strip_prefix("Deserialized.").unwrap_or(name);
            self.views
                .get(own)
                .is_some_and(|views| views.iter().any(|other| Arc::ptr_eq(other, view)))
        })
    }

    /// The properties that an object's type shows by default, if they are named.
    pub fn default_properties(&self, value: &Value) -> Option<Arc<[Text]>> {
        if self.default_properties.is_empty() {
            return None;
        }
        type_chain(value).iter().find_map(|name| {
            let own = name.strip_prefix("Deserialized.").unwrap_or(name);
            self.default_properties.get(own).cloned()
        })
    }
}
