//! The views of types that PowerShell itself shows specially (its `DefaultFormatters`).

use crate::format::error_detail;
use crate::format::request::Selection;
use crate::format::view::{Source, View, ViewBody, ViewColumn, ViewRegistry};
use crate::members::property;
use crate::text::{Culture, TICKS_PER_SECOND, date_time_long, to_text};
use crate::value::{Text, Value};

/// Registers them.
pub(crate) fn register(registry: &mut ViewRegistry) {
    register_values(registry);
    register_times(registry);
    register_results(registry);
    register_records(registry);
    register_errors(registry);
    register_bytes(registry);
    crate::style::register(registry);
    super::command_views::register(registry);
}

/// Registers a view under a name.
pub(super) fn add(registry: &mut ViewRegistry, type_name: &str, name: &str, body: ViewBody) {
    registry.register(
        type_name,
        View {
            name: name.into(),
            body,
            group_by: None,
            out_of_band: false,
        },
    );
}

/// A list of properties under their own names.
pub(super) fn list(names: &[&str]) -> ViewBody {
    ViewBody::List(
        names
            .iter()
            .map(|name| (Text::from(*name), Source::Property(Text::from(*name))))
            .collect(),
    )
}

fn wide(name: &str) -> ViewBody {
    ViewBody::Wide(Source::Property(name.into()))
}

fn register_values(registry: &mut ViewRegistry) {
    let column = ViewColumn::property;
    let entry = "System.Collections.DictionaryEntry";
    let columns = vec![column("Name").wide(30), column("Value")];
    add(registry, entry, "Dictionary", ViewBody::Table(columns));
    add(registry, entry, entry, list(&["Name", "Value"]));
    let guid = "System.Guid";
    add(
        registry,
        guid,
        guid,
        ViewBody::Table(vec![column("Guid").left()]),
    );
    let version = "System.Version";
    let parts = vec![
        column("Major").wide(6).left(),
        column("Minor").wide(6).left(),
        column("Build").wide(6).left(),
        column("Revision").wide(8).left(),
    ];
    add(registry, version, version, ViewBody::Table(parts));
    let semantic = "System.Management.Automation.SemanticVersion";
    let parts = vec![
        column("Major").wide(6).left(),
        column("Minor").wide(6).left(),
        column("Patch").wide(6).left(),
        column("PreReleaseLabel").wide(15).left(),
        column("BuildLabel").wide(11).left(),
    ];
    add(registry, semantic, semantic, ViewBody::Table(parts));
    let variable = "System.Management.Automation.PSVariable";
    let columns = vec![column("Name").wide(30), column("Value")];
    add(registry, variable, "Variable", ViewBody::Table(columns));
    let culture = "System.Globalization.CultureInfo";
    let columns = vec![
        column("LCID").wide(16),
        column("Name").wide(16),
        column("DisplayName"),
    ];
    add(registry, culture, culture, ViewBody::Table(columns));
    let runtime_type = "System.RuntimeType";
    let columns = vec![
        column("IsPublic").wide(8),
        column("IsSerial").wide(8),
        column("Name").wide(40),
        column("BaseType"),
    ];
    add(
        registry,
        runtime_type,
        runtime_type,
        ViewBody::Table(columns),
    );
}

fn register_times(registry: &mut ViewRegistry) {
    let span = "System.TimeSpan";
    let whole = [
        "Days",
        "Hours",
        "Minutes",
        "Seconds",
        "Milliseconds",
        "Ticks",
        "TotalDays",
        "TotalHours",
        "TotalMinutes",
        "TotalSeconds",
        "TotalMilliseconds",
    ];
    add(registry, span, span, list(&whole));
    let columns = whole[..5].iter().map(|name| ViewColumn::property(name));
    add(registry, span, span, ViewBody::Table(columns.collect()));
    add(registry, span, span, wide("TotalMilliseconds"));
    add(
        registry,
        "System.DateTime",
        "DateTime",
        ViewBody::Text(date_text),
    );
}

fn register_results(registry: &mut ViewRegistry) {
    let column = ViewColumn::property;
    let commands = "Microsoft.PowerShell.Commands.";
    let group = format!("{commands}GroupInfo");
    let count_and_name = || vec![column("Count").wide(5).right(), column("Name").wide(25)];
    let mut columns = count_and_name();
    columns.push(column("Group"));
    add(registry, &group, &group, ViewBody::Table(columns));
    add(
        registry,
        &group,
        &group,
        list(&["Name", "Count", "Group", "Values"]),
    );
    let group = format!("{commands}GroupInfoNoElement");
    add(registry, &group, &group, ViewBody::Table(count_and_name()));
    add(registry, &group, &group, list(&["Name", "Count", "Values"]));
    let history = format!("{commands}HistoryInfo");
    let columns = vec![
        column("Id").wide(4).right(),
        ViewColumn::computed("Duration", history_duration)
            .wide(12)
            .right(),
        column("CommandLine"),
    ];
    add(registry, &history, "history", ViewBody::Table(columns));
    add(registry, &history, "history", wide("CommandLine"));
    add(
        registry,
        &format!("{commands}MatchInfo"),
        "MatchInfo",
        ViewBody::Text(own_text),
    );
    add(
        registry,
        &format!("Deserialized.{commands}MatchInfo"),
        "MatchInfo",
        ViewBody::Text(|found, _| {
            let line = property(found, "Line").unwrap_or_default();
            to_text(&line, Culture::Current)
        }),
    );
    let frame = "System.Management.Automation.CallStackFrame";
    let columns = ["Command", "Arguments", "Location"].map(column).into();
    add(registry, frame, "CallStackFrame", ViewBody::Table(columns));
    let member = format!("{commands}MemberDefinition");
    registry.register(
        &member,
        View {
            name: member.as_str().into(),
            body: ViewBody::Table(vec![
                column("Name"),
                column("MemberType").left(),
                column("Definition"),
            ]),
            group_by: Some(Selection::name("TypeName")),
            out_of_band: false,
        },
    );
}

fn register_records(registry: &mut ViewRegistry) {
    for record in [
        "VerboseRecord",
        "WarningRecord",
        "DebugRecord",
        "InformationRecord",
    ] {
        registry.register(
            &format!("System.Management.Automation.{record}"),
            View {
                name: record.into(),
                body: ViewBody::Text(own_text),
                group_by: None,
                out_of_band: true,
            },
        );
    }
}

/// Bytes, sixteen a line.
fn register_bytes(registry: &mut ViewRegistry) {
    let column = ViewColumn::property;
    let collection = "Microsoft.PowerShell.Commands.ByteCollection";
    registry.register(
        collection,
        View {
            name: collection.into(),
            body: ViewBody::Table(vec![
                ViewColumn {
                    label: "Offset".into(),
                    ..column("HexOffset").wide(16).right()
                },
                ViewColumn {
                    label: "Bytes\n00 01 02 03 04 05 06 07 08 09 0A 0B 0C 0D 0E 0F".into(),
                    ..column("HexBytes").wide(47).left()
                },
                column("Ascii").wide(16).left(),
            ]),
            group_by: Some(Selection::name("Label")),
            out_of_band: false,
        },
    );
}

/// Errors that are shown in full.
pub(super) fn register_errors(registry: &mut ViewRegistry) {
    for of_type in [error_detail::ERROR, error_detail::EXCEPTION] {
        registry.register(
            of_type,
            View {
                name: "GetErrorInstance".into(),
                body: ViewBody::Text(error_detail::draw),
                group_by: Some(Selection {
                    label: Some("ErrorIndex".into()),
                    ..Selection::name(error_detail::INDEX)
                }),
                out_of_band: false,
            },
        );
    }
}

fn date_text(value: &Value, _width: usize) -> String {
    match value {
        Value::DateTime(date) => date_time_long(*date),
        Value::Noted(noted) => match &noted.base {
            Value::DateTime(date) => {
                crate::members::hinted_date(*date, &crate::text::read(&noted.notes))
            }
            base => date_text(base, 0),
        },
        _ => String::new(),
    }
}

/// What an object reads like.
fn own_text(value: &Value, _width: usize) -> String {
    to_text(value, Culture::Current)
}

/// How long a line ran: hours and minutes only where there are any.
fn history_duration(item: &Value) -> Value {
    let Some(Value::TimeSpan(ticks)) = property(item, "Duration") else {
        return Value::Null;
    };
    let milliseconds = ticks / 10_000;
    let (seconds, fraction) = (milliseconds / 1000 % 60, milliseconds % 1000);
    let minutes = ticks / (60 * TICKS_PER_SECOND);
    let text = match (minutes / 60, minutes % 60) {
        (0, 0) => format!("{seconds}.{fraction:03}"),
        (0, minutes) => format!("{minutes}:{seconds:02}.{fraction:03}"),
        (hours, minutes) => format!("{hours}:{minutes:02}:{seconds:02}.{fraction:03}"),
    };
    Value::text(text)
}
