//! What the stand-ins do: the behaviour that the recorded sessions' cmdlets had.

use std::sync::Arc;

use indexmap::IndexMap;
use tandem_shell::error_record::{ErrorCategory, ErrorRecord};
use tandem_shell::host::{CmdletCall, CmdletSink, ProgressRecord, ShouldProcess, Stopped};
use tandem_shell::text::{Culture, TICKS_PER_SECOND, to_text};
use tandem_shell::value::{
    Array, DateTime, DateTimeKind, Dictionary, EnumDefinition, EnumValue, Object, Property, Text,
    Value,
};

use crate::bound;
use crate::stand_ins::StandIns;

/// Parameters that name the target of a catalogue cmdlet, in order of preference.
const TARGETS: &[&str] = &["PoolFqdn", "Identity", "ComputerName", "Name"];

/// Runs one record of a stand-in.
pub(crate) fn invoke(
    call: &CmdletCall<'_>,
    stand_ins: &StandIns,
    sink: &mut dyn CmdletSink,
) -> Result<(), Stopped> {
    match &*call.command.name {
        "Get-Probe" => get_probe(call, stand_ins.colour(), sink),
        "Write-Everything" => write_everything(call, sink),
        "Set-LowImpact" | "Set-MediumImpact" | "Remove-HighImpact" => impact(call, sink),
        "Reset-WithForce" => reset(call, sink),
        _ => report_bound(call, sink),
    }
}

fn bound<'a>(call: &'a CmdletCall<'_>, name: &str) -> Option<&'a Value> {
    call.bound
        .iter()
        .find(|(bound, _)| bound.eq_ignore_ascii_case(name))
        .map(|(_, value)| value)
}

fn bound_text(call: &CmdletCall<'_>, name: &str, default: &str) -> String {
    bound(call, name).map_or_else(
        || default.into(),
        |value| to_text(value, Culture::Invariant),
    )
}

fn is_on(call: &CmdletCall<'_>, name: &str) -> bool {
    matches!(bound(call, name), Some(Value::Switch(true)))
}

fn number(call: &CmdletCall<'_>, name: &str, default: i32) -> i32 {
    match bound(call, name) {
        Some(Value::Int32(n)) => *n,
        _ => default,
    }
}

/// A custom object with a type name of its own.
fn custom(type_name: Option<&str>, properties: Vec<(&str, Value)>) -> Value {
    let mut names: Vec<Text> = type_name.map(Text::from).into_iter().collect();
    names.push("System.Management.Automation.PSCustomObject".into());
    names.push("System.Object".into());
    let properties = properties
        .into_iter()
        .map(|(name, value)| Property {
            name: name.into(),
            value,
            note: true,
        })
        .collect();
    Value::Object(Arc::new(Object {
        type_names: Arc::<[Text]>::from(names).into(),
        properties: std::sync::RwLock::new(properties),
        text: None,
        custom: true,
        scripts: Default::default(),
        instance: None,
    }))
}

fn report_bound(call: &CmdletCall<'_>, sink: &mut dyn CmdletSink) -> Result<(), Stopped> {
    if call.command.should_process {
        let target = TARGETS
            .iter()
            .find_map(|name| bound(call, name))
            .map_or_else(
                || "Global".into(),
                |value| to_text(value, Culture::Invariant),
            );
        if !sink.should_process(&ShouldProcess::Target(target))? {
            return Ok(());
        }
    }
    sink.output(custom(
        Some("Tandem.Bound"),
        vec![
            ("Command", Value::String(call.command.name.clone())),
            ("ParameterSet", Value::text(call.parameter_set)),
            ("Bound", Value::text(bound::describe(call.bound))),
        ],
    ))
}

fn get_probe(
    call: &CmdletCall<'_>,
    colour: &Arc<EnumDefinition>,
    sink: &mut dyn CmdletSink,
) -> Result<(), Stopped> {
    let shape = bound_text(call, "Shape", "Small").to_lowercase();
    for i in 1..=number(call, "Count", 3) {
        sink.output(match shape.as_str() {
            "small" => small(i),
            "wide" => wide(i, colour),
            "nested" => nested(i),
            "mixed" if i % 2 == 1 => custom(
                Some("Probe.M1"),
                vec![
                    ("Name", Value::text(format!("m{i}"))),
                    ("Size", Value::Int32(i)),
                ],
            ),
            "mixed" => custom(
                Some("Probe.M2"),
                vec![
                    ("Other", Value::text(format!("o{i}"))),
                    ("Name", Value::text(format!("m{i}"))),
                ],
            ),
            _ => custom(
                Some("Probe.Long"),
                vec![
                    (
                        "Name",
                        Value::text(format!("name-{}", "x".repeat(20 * i as usize))),
                    ),
                    ("Description", Value::text("words that go on ".repeat(12))),
                    ("Id", Value::Int32(i)),
                    ("Code", Value::Int32(100_000 + i)),
                ],
            ),
        })?;
    }
    Ok(())
}

fn small(i: i32) -> Value {
    custom(
        Some("Probe.Small"),
        vec![
            ("Name", Value::text(format!("pool{i}.contoso.com"))),
            ("Users", Value::Int32(1500 * i)),
            ("Active", Value::Bool(i % 2 == 1)),
        ],
    )
}

/// Ticks at 2026-01-02T03:04:05.
const LAST_SYNC: i64 = 639_029_198_450_000_000;

fn wide(i: i32, colour: &Arc<EnumDefinition>) -> Value {
    let groups = ["one", "two", "three", "four", "five", "six"];
    custom(
        Some("Probe.Wide"),
        vec![
            ("Identity", Value::text("Global")),
            (
                "SyncInterval",
                Value::TimeSpan(i64::from(i + 1) * 60 * TICKS_PER_SECOND),
            ),
            ("MaxConcurrentCalls", Value::Int32(10 * i)),
            ("Ratio", Value::Double(1.5 / f64::from(i))),
            (
                "LastSync",
                Value::DateTime(DateTime {
                    ticks: LAST_SYNC + i64::from(i) * 3600 * TICKS_PER_SECOND,
                    kind: DateTimeKind::Utc,
                }),
            ),
            (
                "Groups",
                Value::Array(Arc::new(Array {
                    element_type: "System.String".into(),
                    items: groups.map(Value::text).to_vec().into(),
                })),
            ),
            ("Nothing", Value::Null),
            ("Empty", Value::text("")),
            ("Flag", Value::Bool(i % 2 == 0)),
            (
                "State",
                Value::Enum(EnumValue {
                    definition: Arc::clone(colour),
                    number: 1,
                }),
            ),
        ],
    )
}

fn nested(i: i32) -> Value {
    let leaf = custom(Some("Probe.Leaf"), vec![("C", Value::text("deep"))]);
    let mut table = IndexMap::new();
    table.insert(Text::from("k"), (Value::text("k"), Value::Int32(i)));
    custom(
        Some("Probe.Nested"),
        vec![
            ("Name", Value::text(format!("n{i}"))),
            (
                "Inner",
                custom(
                    Some("Probe.Inner"),
                    vec![("A", Value::Int32(i)), ("B", leaf)],
                ),
            ),
            (
                "Table",
                Value::Dictionary(Arc::new(Dictionary {
                    comparer: Default::default(),
                    type_name: "System.Collections.Hashtable".into(),
                    entries: table.into(),
                })),
            ),
            (
                "List",
                Value::array(vec![
                    Value::Int32(1),
                    Value::text("two"),
                    Value::Double(3.5),
                ]),
            ),
        ],
    )
}

fn write_everything(call: &CmdletCall<'_>, sink: &mut dyn CmdletSink) -> Result<(), Stopped> {
    let text = bound_text(call, "Text", "x");
    sink.verbose(format!("verbose {text}"))?;
    sink.debug(format!("debug {text}"))?;
    sink.warning(format!("warning {text}"))?;
    sink.information(
        Value::text(format!("information {text}")),
        vec!["Probe".into()],
    )?;
    if is_on(call, "Progress") {
        let record = ProgressRecord {
            activity_id: 7,
            parent_activity_id: -1,
            activity: "Shipping".into(),
            status: "batch 1 of 2".into(),
            current_operation: Some("users".into()),
            percent_complete: 50,
            seconds_remaining: 12,
            completed: false,
        };
        sink.progress(record.clone())?;
        sink.progress(ProgressRecord {
            completed: true,
            ..record
        })?;
    }
    for i in 1..=number(call, "Errors", 0) {
        let mut record = ErrorRecord::new(
            format!("ProbeError{i}"),
            ErrorCategory::ResourceUnavailable,
            "System.InvalidOperationException",
            format!("error {i} of {text}"),
        )
        .with_target(Value::text(&*text));
        if i == 2 {
            record.details = Some("details of error 2".into());
            record.recommended_action = Some("Try again.".into());
        }
        sink.error(record)?;
    }
    if is_on(call, "Terminate") {
        let record = ErrorRecord::new(
            "ProbeTimeout",
            ErrorCategory::OperationTimeout,
            "System.TimeoutException",
            format!("gave up on {text}"),
        );
        return Err(sink.terminate(record.with_target(Value::text(&*text))));
    }
    if is_on(call, "Throw") {
        return Err(sink.terminate(ErrorRecord::new(
            "System.InvalidOperationException",
            ErrorCategory::NotSpecified,
            "System.InvalidOperationException",
            format!("thrown by {text}"),
        )));
    }
    sink.output(Value::text(format!("output {text}")))
}

fn impact(call: &CmdletCall<'_>, sink: &mut dyn CmdletSink) -> Result<(), Stopped> {
    let name = bound_text(call, "Name", "t");
    let question = if &*call.command.name == "Set-MediumImpact" {
        ShouldProcess::TargetAndAction(name.clone(), "change setting".into())
    } else {
        ShouldProcess::Target(name.clone())
    };
    let done = if sink.should_process(&question)? {
        "done"
    } else {
        "skipped"
    };
    sink.output(Value::text(format!("{done} {name}")))
}

fn reset(call: &CmdletCall<'_>, sink: &mut dyn CmdletSink) -> Result<(), Stopped> {
    let name = bound_text(call, "Name", "t");
    if !sink.should_process(&ShouldProcess::Target(name.clone()))? {
        return Ok(());
    }
    let sure = is_on(call, "Force")
        || sink.should_continue(
            &format!("This discards the data of {name}."),
            &format!("Reset {name}"),
        )?;
    let done = if sure { "reset" } else { "kept" };
    sink.output(Value::text(format!("{done} {name}")))
}
