//! Members of classes in PowerShell's spelling: what `Get-Member` lists.

use crate::command::ParameterType;
use crate::help::syntax::{TypeStyle, type_text};
use crate::value::class::ClassMethod;

/// A type as definitions of members show it.
pub(crate) fn definition_type(of_type: &ParameterType) -> String {
    let text = match of_type {
        ParameterType::Class(_) | ParameterType::Enum(_) => return of_type.full_name().to_string(),
        other => type_text(other, TypeStyle::Accelerator),
    };
    match text.strip_prefix("Object") {
        Some(rest) if rest.is_empty() || rest.starts_with('[') => format!("System.Object{rest}"),
        _ => text,
    }
}

/// An overload: `int Add(int a, int b)`.
pub(crate) fn method_definition(method: &ClassMethod, name: &str, gives: Option<&str>) -> String {
    let fixed = if method.is_static() { "static " } else { "" };
    let of_type = match (gives, &method.returns) {
        (Some(class), _) => class.to_owned(),
        (None, Some(of_type)) => definition_type(of_type),
        (None, None) => "void".to_owned(),
    };
    let parameters: Vec<String> = method
        .parameters
        .iter()
        .map(|own| {
            let of_type = own.of_type.as_ref();
            let of_type = of_type.map_or_else(|| "System.Object".into(), definition_type);
            format!("{of_type} {}", own.name)
        })
        .collect();
    format!("{fixed}{of_type} {name}({})", parameters.join(", "))
}
