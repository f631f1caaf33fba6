//! Values and error records in the corpus's own form, so that they compare as JSON.

use serde_json::{Value as Json, json};
use tandem_shell::error_record::ErrorRecord;
use tandem_shell::format::error_view;
use tandem_shell::text;
use tandem_shell::type_names::{short_type_name, type_chain};
use tandem_shell::value::{Property, Value};

/// Anything but a scalar this deep shows its type only.
const MAX_DEPTH: usize = 4;

/// A value as the corpus writes it.
pub(crate) fn value(value: &Value) -> Json {
    at_depth(value, 0)
}

fn at_depth(value: &Value, depth: usize) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Bool(flag) => Json::Bool(*flag),
        Value::String(text) => Json::String(text.to_string()),
        Value::Noted(noted) => at_depth(&noted.base, depth),
        Value::Array(_)
        | Value::List(_)
        | Value::Dictionary(_)
        | Value::Object(_)
        | Value::Format(_)
            if depth >= MAX_DEPTH =>
        {
            json!({"t": short_type_name(value), "v": "…"})
        }
        Value::Array(array) => list(value, &array.items.read().expect("no writer panics"), depth),
        Value::List(items) => list(value, &items.items.read().expect("no writer panics"), depth),
        Value::Dictionary(dictionary) => {
            let entries: Vec<Json> = dictionary
                .entries
                .read()
                .expect("no writer panics")
                .values()
                .map(|(key, item)| {
                    json!([
                        text::to_text(key, text::Culture::Invariant),
                        at_depth(item, depth + 1)
                    ])
                })
                .collect();
            json!({"t": short_type_name(value), "entries": entries})
        }
        Value::Object(object) => object_form(
            value,
            &object.properties.read().expect("no writer panics"),
            depth,
        ),
        Value::Format(packet) => object_form(value, &packet.properties(), depth),
        scalar => json!({"t": short_type_name(scalar), "v": text::to_round_trip_text(scalar)}),
    }
}

fn list(value: &Value, items: &[Value], depth: usize) -> Json {
    let items: Vec<Json> = items.iter().map(|item| at_depth(item, depth + 1)).collect();
    json!({"t": short_type_name(value), "items": items})
}

fn object_form(value: &Value, properties: &[Property], depth: usize) -> Json {
    let types: Vec<String> = type_chain(value).iter().map(ToString::to_string).collect();
    let props: Vec<Json> = properties
        .iter()
        .map(|property| json!([&*property.name, at_depth(&property.value, depth + 1)]))
        .collect();
    json!({"types": types, "props": props})
}

/// An error record as the corpus writes it.
pub(crate) fn error(record: &ErrorRecord) -> Json {
    let mut form = json!({
        "id": record.fully_qualified_id,
        "category": format!("{:?}", record.category),
        "activity": record.activity,
        "reason": record.reason,
        "targetName": error_view::target_name(record),
        "targetType": error_view::target_type(record),
        "categoryText": error_view::category_text(record),
        "message": error_view::shown_message(record),
        "exception": record.exception,
    });
    if let Some(action) = &record.recommended_action {
        form["action"] = json!(action);
    }
    if let Some(at) = &record.invocation {
        form["line"] = json!(at.line);
        form["offset"] = json!(at.offset);
        form["position"] = json!(error_view::position_message(at));
    }
    form
}
