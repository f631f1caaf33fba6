//! The views of types that PowerShell itself shows specially.

use crate::format::view::{Source, View, ViewBody, ViewColumn, ViewRegistry};
use crate::members::property;
use crate::text::{Culture, date_time_long, to_text};
use crate::value::{Text, Value};

/// Registers them.
pub(crate) fn register(registry: &mut ViewRegistry) {
    register_values(registry);
    register_text(registry);
    register_commands(registry);
    register_others(registry);
}

/// The same table for several types.
fn table(registry: &mut ViewRegistry, types: &[&str], name: &str, columns: Vec<ViewColumn>) {
    for type_name in types {
        registry.register(
            type_name,
            view(name, ViewBody::Table(columns.clone()), None),
        );
    }
}

fn register_values(registry: &mut ViewRegistry) {
    let column = ViewColumn::property;
    table(
        registry,
        &["System.Collections.DictionaryEntry"],
        "Dictionary",
        vec![column("Name").wide(30), column("Value")],
    );
    table(
        registry,
        &["System.Guid"],
        "System.Guid",
        vec![ViewColumn::computed("Guid", Clone::clone).left()],
    );
    table(
        registry,
        &["System.Version"],
        "System.Version",
        vec![
            column("Major").wide(6).left(),
            column("Minor").wide(6).left(),
            column("Build").wide(6).left(),
            column("Revision").wide(8).left(),
        ],
    );
    table(
        registry,
        &["Microsoft.PowerShell.Commands.GroupInfo"],
        "Group",
        vec![
            column("Count").wide(5).right(),
            column("Name").wide(25),
            column("Group"),
        ],
    );
    table(
        registry,
        &["Microsoft.PowerShell.Commands.GroupInfoNoElement"],
        "Group",
        vec![column("Count").wide(5).right(), column("Name")],
    );
}

fn register_text(registry: &mut ViewRegistry) {
    registry.register(
        "Microsoft.PowerShell.Commands.MatchInfo",
        view(
            "MatchInfo",
            ViewBody::Text(|found, _| to_text(found, Culture::Current)),
            None,
        ),
    );
    registry.register(
        "Deserialized.Microsoft.PowerShell.Commands.MatchInfo",
        view(
            "MatchInfo",
            ViewBody::Text(|found, _| {
                let line = property(found, "Line").unwrap_or_default();
                to_text(&line, Culture::Current)
            }),
            None,
        ),
    );
}

fn register_commands(registry: &mut ViewRegistry) {
    let column = ViewColumn::property;
    table(
        registry,
        &[
            "System.Management.Automation.CommandInfo",
            "System.Management.Automation.CmdletInfo",
        ],
        "CommandInfo",
        vec![
            column("CommandType").wide(15).left(),
            ViewColumn::computed("Name", command_name).wide(50),
            column("Version").wide(10).left(),
            column("Source"),
        ],
    );
    table(
        registry,
        &["System.Management.Automation.PSVariable"],
        "PSVariable",
        vec![column("Name").wide(30), column("Value")],
    );
    table(
        registry,
        &["System.Globalization.CultureInfo"],
        "System.Globalization.CultureInfo",
        vec![
            column("LCID").wide(16),
            column("Name").wide(16),
            column("DisplayName"),
        ],
    );
    table(
        registry,
        &["Microsoft.PowerShell.Commands.HistoryInfo"],
        "history",
        vec![
            column("Id").wide(4).right(),
            column("Duration").wide(12).right(),
            column("CommandLine"),
        ],
    );
    table(
        registry,
        &["System.RuntimeType"],
        "System.RuntimeType",
        vec![
            column("IsPublic").wide(8),
            column("IsSerial").wide(8),
            column("Name").wide(40),
            column("BaseType"),
        ],
    );
    register_others(registry);
    crate::help::draw::register(registry);
}

fn register_others(registry: &mut ViewRegistry) {
    registry.register(
        "Microsoft.PowerShell.Commands.MemberDefinition",
        view(
            "MemberDefinition",
            ViewBody::Table(vec![
                ViewColumn::property("Name"),
                ViewColumn::property("MemberType").left(),
                ViewColumn::property("Definition"),
            ]),
            Some("TypeName"),
        ),
    );
    let spans = [
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
    registry.register(
        "System.TimeSpan",
        view("System.TimeSpan", list(&spans), None),
    );
    let text_measure = ["Lines", "Words", "Characters", "Property"];
    registry.register(
        "Microsoft.PowerShell.Commands.TextMeasureInfo",
        view("TextMeasureInfo", table_of(&text_measure), None),
    );
    for record in [
        "VerboseRecord",
        "WarningRecord",
        "DebugRecord",
        "InformationRecord",
    ] {
        registry.register(
            &format!("System.Management.Automation.{record}"),
            View {
                out_of_band: true,
                ..view(record, ViewBody::Text(record_text), None)
            },
        );
    }
    registry.register(
        "System.DateTime",
        view("DateTime", ViewBody::Text(date_text), None),
    );
}

fn view(name: &str, body: ViewBody, group_by: Option<&str>) -> View {
    View {
        name: name.into(),
        body,
        group_by: group_by.map(Text::from),
        out_of_band: false,
    }
}

fn list(names: &[&str]) -> ViewBody {
    ViewBody::List(
        names
            .iter()
            .map(|name| (Text::from(*name), Source::Property(Text::from(*name))))
            .collect(),
    )
}

fn table_of(names: &[&str]) -> ViewBody {
    ViewBody::Table(
        names
            .iter()
            .map(|name| ViewColumn::property(name))
            .collect(),
    )
}

/// An alias shows what it stands for.
fn command_name(command: &Value) -> Value {
    property(command, "DisplayName")
        .filter(|name| !matches!(name, Value::Null))
        .or_else(|| property(command, "Name"))
        .unwrap_or_default()
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

fn record_text(value: &Value, _width: usize) -> String {
    crate::text::to_text(value, crate::text::Culture::Current)
}
