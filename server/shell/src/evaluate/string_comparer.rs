//! `[StringComparer]`: how collections that are told so compare texts.

use std::sync::Arc;

use crate::members::same_name;
use crate::type_names::type_chain;
use crate::value::{Comparer, Object, Text, Value};

/// Full name of the class.
pub(super) const TYPE: &str = "System.StringComparer";

/// One of its static properties.
pub(super) fn property(name: &str) -> Option<Value> {
    const ALL: [&str; 6] = [
        "CurrentCulture",
        "CurrentCultureIgnoreCase",
        "InvariantCulture",
        "InvariantCultureIgnoreCase",
        "Ordinal",
        "OrdinalIgnoreCase",
    ];
    let known = ALL.into_iter().find(|own| same_name(own, name))?;
    let mut names: Vec<Text> = match known {
        "Ordinal" => vec![
            "System.OrdinalCaseSensitiveComparer".into(),
            "System.OrdinalComparer".into(),
        ],
        "OrdinalIgnoreCase" => vec![IGNORES.into(), "System.OrdinalComparer".into()],
        // .NET has one class for both; what ignores case is told by the name that is not shown.
        culture if culture.ends_with("IgnoreCase") => vec![CULTURE.into(), IGNORES.into()],
        _ => vec![CULTURE.into()],
    };
    names.extend([TYPE.into(), "System.Object".into()]);
    let text = names[0].clone();
    Some(Value::Object(Arc::new(
        Object::typed(names.into(), Vec::new()).with_text(text),
    )))
}

const IGNORES: &str = "System.OrdinalIgnoreCaseComparer";
const CULTURE: &str = "System.CultureAwareComparer";

/// How a comparer tells texts apart; none if the value is no comparer.
pub(super) fn of(value: &Value) -> Option<Comparer> {
    let names = match value.base() {
        object @ Value::Object(_) => type_chain(object),
        _ => return None,
    };
    let has = |wanted: &str| names.iter().any(|name| **name == *wanted);
    has(TYPE).then(|| match has(IGNORES) {
        true => Comparer::IgnoreCase,
        false => Comparer::Exact,
    })
}
