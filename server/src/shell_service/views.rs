//! Views of the catalogue's output types, from the contracts.

use tandem_shell::format::view::{Source, View, ViewBody, ViewColumn, ViewRegistry};

use crate::dispatch::catalogue::Catalogue;

/// More properties than this make a list of an object whose type declares no view.
const MAX_TABLE_PROPERTIES: usize = 4;

/// PowerShell's views and those of the contracts.
pub(super) fn registry(catalogue: &Catalogue) -> ViewRegistry {
    let mut registry = ViewRegistry::standard();
    for shape in catalogue.shapes().all() {
        let Some(name) = shape.type_names.first() else {
            continue;
        };
        let options = &shape.options;
        if !options.list_property.is_empty() {
            let names: Vec<&str> = options.list_property.iter().map(String::as_str).collect();
            registry.register_default_properties(name, &names);
        }
        let properties: Vec<&str> = if options.list_property.is_empty() {
            shape.property_names().collect()
        } else {
            options.list_property.iter().map(String::as_str).collect()
        };
        let body = if !options.column.is_empty() {
            ViewBody::Table(options.column.iter().map(column).collect())
        } else if !options.list_property.is_empty() || properties.len() > MAX_TABLE_PROPERTIES {
            ViewBody::List(
                properties
                    .iter()
                    .map(|name| ((*name).into(), Source::Property((*name).into())))
                    .collect(),
            )
        } else {
            // PowerShell's own rule makes a table of it.
            continue;
        };
        registry.register(
            name,
            View {
                name: name.clone(),
                body,
                group_by: None,
                out_of_band: false,
            },
        );
    }
    registry
}

fn column(column: &tandem::cmdlet::v1::Column) -> ViewColumn {
    let mut view = ViewColumn::property(&column.property);
    if !column.label.is_empty() {
        view.label = column.label.as_str().into();
    }
    if column.width > 0 {
        view.width = usize::try_from(column.width).ok();
    }
    view
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn views_name_properties_that_there_are() {
        let catalogue = Catalogue::new();
        for shape in catalogue.shapes().all() {
            let options = &shape.options;
            let in_text = options.display_text.split('{').skip(1);
            let named = options
                .column
                .iter()
                .map(|column| column.property.as_str())
                .chain(options.list_property.iter().map(String::as_str))
                .chain(Some(options.display_property.as_str()).filter(|name| !name.is_empty()))
                .chain(in_text.map(|part| part.split('}').next().unwrap_or_default()));
            for name in named {
                assert!(
                    shape.property_names().any(|known| known == name),
                    "{}: {name:?}",
                    options.name
                );
            }
        }
    }
}
