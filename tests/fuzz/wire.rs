//! Messages that nobody meant: statements as data, decoded from mutated bytes of whole ones, run as the node runs them.
//!
//! A text stands for bytes, a character for one, so that messages mutate like all others.

use std::time::Duration;

use prost::Message;
use tandem::cmdlet::v1 as cmdlet;
use tandem::cmdlet::v1::value::Kind;
use tandem::shell::v1::{Argument, Command, Pipeline, Start, Statement, start};
use tandem_server::dispatch::values::{from_wire, to_wire};
use tandem_server::shell_service::structured;
use tandem_shell::session::{Input, Session, SessionOptions};
use tandem_shell::value::Value;

use crate::campaign::{self, Verdict};
use crate::run_line::{Bystander, as_the_server_runs};

/// Time that a message may run before it is asked to stop.
const PATIENCE: Duration = Duration::from_millis(300);

/// Keys and lengths of fields, ends of numbers, names that mean something.
const TOKENS: &[&str] = &[
    "\u{0}",
    "\u{1}",
    "\u{8}\u{1}",
    "\u{a}\u{0}",
    "\u{a}\u{2}",
    "\u{12}\u{0}",
    "\u{12}\u{4}",
    "\u{1a}\u{0}",
    "\u{22}\u{0}",
    "\u{ff}\u{ff}\u{ff}\u{ff}\u{ff}\u{ff}\u{ff}\u{ff}\u{ff}\u{1}",
    "\u{80}\u{80}\u{80}\u{80}\u{8}",
    "\u{7f}",
    "Format-Table",
    "Format-Custom",
    "ConvertTo-Json",
    "ConvertTo-Xml",
    "Sort-Object",
    "ForEach-Object",
    "Where-Object",
    "Select-Object",
    "Get-Member",
    "Write-Error",
    "System.Version",
    "System.Byte[]",
    "[]",
    "System.DateTime",
    "System.Numerics.BigInteger",
    "System.Char",
    "System.Collections.Hashtable",
    "Property",
    "InputObject",
    "System.Management.Automation.PSCustomObject",
    "System.Object[]",
    "System.TimeSpan",
    "9999999999",
    "{ $_ }",
];

fn text(value: &str) -> cmdlet::Value {
    cmdlet::Value {
        kind: Some(Kind::String(value.to_owned())),
    }
}

fn command(name: &str, arguments: &[(&str, Option<cmdlet::Value>)]) -> Command {
    let argument = |(name, value): &(&str, Option<cmdlet::Value>)| Argument {
        name: (*name).to_owned(),
        value: value.clone(),
    };
    Command {
        name: name.to_owned(),
        argument: arguments.iter().map(argument).collect(),
        ..Command::default()
    }
}

fn value(kind: Kind) -> cmdlet::Value {
    cmdlet::Value { kind: Some(kind) }
}

/// An object with a property of every kind.
fn rich() -> cmdlet::Value {
    let scalar = |of: &str, text: &str| {
        value(Kind::Scalar(cmdlet::TypedText {
            r#type: of.to_owned(),
            text: text.to_owned(),
        }))
    };
    let moment = |seconds| value(Kind::DateTime(prost_types::Timestamp { seconds, nanos: 1 }));
    let object = |own: Vec<cmdlet::Value>| {
        let property = |(place, value): (usize, cmdlet::Value)| cmdlet::ValueProperty {
            name: format!("p{place}"),
            value: Some(value),
        };
        value(Kind::Object(cmdlet::ValueObject {
            type_name: vec!["A.B".to_owned(), "System.Object".to_owned()],
            property: own.into_iter().enumerate().map(property).collect(),
            text: String::new(),
        }))
    };
    let list = |of: &str, item: Vec<cmdlet::Value>| {
        value(Kind::List(cmdlet::ValueList {
            r#type: of.to_owned(),
            item,
        }))
    };
    object(vec![
        moment(1),
        moment(-99_999_999_999),
        scalar("System.Version", "1.2"),
        scalar("System.Char", "x"),
        scalar("System.Guid", "0f8fad5b-d9cb-469f-a165-70867728950e"),
        value(Kind::Double(1.5)),
        value(Kind::Uint64(7)),
        list("System.Object[]", vec![text("a"), value(Kind::Int32(-1))]),
        value(Kind::Bytes(vec![1, 2])),
        value(Kind::TimeSpan(prost_types::Duration {
            seconds: 5,
            nanos: 7,
        })),
        value(Kind::ScriptBlock("$_.p0".to_owned())),
        value(Kind::Dictionary(cmdlet::ValueDictionary {
            r#type: String::new(),
            entry: vec![cmdlet::ValueEntry {
                key: Some(text("k")),
                value: Some(text("v")),
            }],
        })),
        value(Kind::Enumeration(cmdlet::EnumText {
            r#type: "A.E".to_owned(),
            name: "b".to_owned(),
            number: 2,
        })),
    ])
}

fn seeds() -> Vec<String> {
    let rich = rich();
    let written = |name: &str, more: &[(&str, Option<cmdlet::Value>)]| {
        let first = command("Write-Output", &[("InputObject", Some(rich.clone()))]);
        let statement = Statement {
            command: vec![first, command(name, more)],
            ..Statement::default()
        };
        let start = Start {
            command: Some(start::Command::Pipeline(Pipeline {
                statement: vec![statement],
            })),
            argument: vec![rich.clone()],
            ..Start::default()
        };
        start.encode_to_vec().into_iter().map(char::from).collect()
    };
    vec![
        written("Format-Table", &[("Property", Some(text("*")))]),
        written("Format-List", &[]),
        written(
            "ConvertTo-Json",
            &[(
                "Depth",
                Some(cmdlet::Value {
                    kind: Some(Kind::Int32(4)),
                }),
            )],
        ),
        written(
            "Select-Object",
            &[("First", Some(text("1"))), ("", Some(text("p0")))],
        ),
        written("Sort-Object", &[("Descending", None)]),
        written(
            "ForEach-Object",
            &[(
                "",
                Some(cmdlet::Value {
                    kind: Some(Kind::ScriptBlock("$_.p3".to_owned())),
                }),
            )],
        ),
        written("Get-Member", &[]),
    ]
}

fn check(text: &str) -> Verdict {
    let bytes: Vec<u8> = text
        .chars()
        .map(|c| u32::from(c).to_le_bytes()[0])
        .collect();
    let Ok(start) = Start::decode(&*bytes) else {
        return Ok(());
    };
    for argument in &start.argument {
        let _ = to_wire(&from_wire(argument));
    }
    let Some(start::Command::Pipeline(pipeline)) = &start.command else {
        return Ok(());
    };
    let pipelines: Vec<_> = pipeline
        .statement
        .iter()
        .map(structured::pipeline)
        .collect();
    let host = Bystander::drawing(PATIENCE);
    let mut session = Session::new(SessionOptions {
        memory: Some(256 << 20),
        ..SessionOptions::default()
    });
    let arguments: Vec<Value> = start.argument.iter().map(from_wire).collect();
    session
        .state_mut()
        .set_variable("a", Value::array(arguments));
    session.run(&host, &Input::Structured(&pipelines));
    session.run(
        &host,
        &Input::Text("$a; $a | Format-List *; $a | ConvertTo-Json; $a | ConvertTo-CliXml"),
    );
    Ok(())
}

#[test]
fn any_message_of_statements_is_run_or_refused() {
    as_the_server_runs(|| campaign::run("wire", seeds(), TOKENS, check));
}
