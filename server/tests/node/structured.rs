//! The structured form of a pipeline does what the text form does: equal objects, equal records, equal ends.

use tandem::cmdlet::v1::stream_record::Record;
use tandem::cmdlet::v1::value::Kind;
use tandem::cmdlet::v1::{
    CommonParameters, EnumText, TypedText, Value, ValueDictionary, ValueEntry, ValueList,
};
use tandem::shell::v1::redirection::Target;
use tandem::shell::v1::{
    Argument, Command, OutputForm, Pipeline, RedirectedStream, Redirection, Said, Statement,
    StatementCondition, start,
};
use tandem::topology::v1::PublishCsTopologyRequest;
use tandem::topology::v1::topology_service_client::TopologyServiceClient;

use crate::support::{self, Laboratory, TOPOLOGY};

fn value(kind: Kind) -> Value {
    Value { kind: Some(kind) }
}

fn text(text: &str) -> Value {
    value(Kind::String(text.to_owned()))
}

fn scalar(type_name: &str, text: &str) -> Value {
    value(Kind::Scalar(TypedText {
        r#type: type_name.to_owned(),
        text: text.to_owned(),
    }))
}

fn list(items: Vec<Value>) -> Value {
    value(Kind::List(ValueList {
        r#type: String::new(),
        item: items,
    }))
}

fn command(name: &str) -> Command {
    Command {
        name: name.to_owned(),
        ..Command::default()
    }
}

fn script(text: &str) -> Command {
    Command {
        is_script: true,
        ..command(text)
    }
}

trait With {
    fn named(self, name: &str, value: Value) -> Self;
    fn switch(self, name: &str) -> Self;
    fn given(self, value: Value) -> Self;
    fn redirected(self, stream: RedirectedStream, target: Target) -> Self;
}

impl With for Command {
    fn named(mut self, name: &str, value: Value) -> Self {
        self.argument.push(Argument {
            name: name.to_owned(),
            value: Some(value),
        });
        self
    }
    fn switch(mut self, name: &str) -> Self {
        self.argument.push(Argument {
            name: name.to_owned(),
            value: None,
        });
        self
    }
    fn given(self, value: Value) -> Self {
        self.named("", value)
    }
    fn redirected(mut self, stream: RedirectedStream, target: Target) -> Self {
        self.redirection.push(Redirection {
            stream: stream.into(),
            target: Some(target),
        });
        self
    }
}

fn statement(command: Vec<Command>) -> Statement {
    Statement {
        command,
        ..Statement::default()
    }
}

fn after(condition: StatementCondition, command: Command) -> Statement {
    Statement {
        command: vec![command],
        condition: condition.into(),
    }
}

fn output(written: Value) -> Vec<Statement> {
    vec![statement(vec![
        command("Write-Output").named("InputObject", written),
    ])]
}

/// Arguments of every kind: the line, and the value that it writes.
fn values() -> Vec<(&'static str, Value)> {
    let entry = |key: &str, value: Value| ValueEntry {
        key: Some(text(key)),
        value: Some(value),
    };
    let table = |entry: Vec<ValueEntry>| {
        value(Kind::Dictionary(ValueDictionary {
            r#type: "System.Collections.Specialized.OrderedDictionary".to_owned(),
            entry,
        }))
    };
    let friday = EnumText {
        r#type: "System.DayOfWeek".to_owned(),
        name: "Friday".to_owned(),
        number: 5,
    };
    let numbers = || list(vec![value(Kind::Int32(2)), value(Kind::Int32(3))]);
    vec![
        ("$null", Value::default()),
        ("$true", value(Kind::Bool(true))),
        ("5", value(Kind::Int32(5))),
        ("5000000000", value(Kind::Int64(5_000_000_000))),
        ("1.5", value(Kind::Double(1.5))),
        ("1.25d", scalar("System.Decimal", "1.25")),
        ("[byte]7", scalar("System.Byte", "7")),
        ("'a b'", text("a b")),
        ("[byte[]](1, 2)", value(Kind::Bytes(vec![1, 2]))),
        ("[DayOfWeek]::Friday", value(Kind::Enumeration(friday))),
        ("[version]'1.2'", scalar("System.Version", "1.2")),
        (
            "[guid]'0f8fad5b-d9cb-469f-a165-70867728950e'",
            scalar("System.Guid", "0f8fad5b-d9cb-469f-a165-70867728950e"),
        ),
        (
            "[timespan]'00:05:00'",
            value(Kind::TimeSpan(prost_types::Duration {
                seconds: 300,
                nanos: 0,
            })),
        ),
        (
            "[datetime]'2026-03-01'",
            scalar("System.DateTime", "2026-03-01T00:00:00.0000000"),
        ),
        (
            "ConvertTo-SecureString x -AsPlainText -Force",
            scalar("System.Security.SecureString", "x"),
        ),
        ("1, (2, 3)", list(vec![value(Kind::Int32(1)), numbers()])),
        (
            "[ordered]@{a = 1; b = [ordered]@{c = 2, 3}}",
            table(vec![
                entry("a", value(Kind::Int32(1))),
                entry("b", table(vec![entry("c", numbers())])),
            ]),
        ),
        (
            "{ $_ + 1 }",
            value(Kind::ScriptBlock(" $_ + 1 ".to_owned())),
        ),
    ]
}

type Forms = (&'static str, Vec<Statement>);

fn ran(commands: Vec<Command>) -> Vec<Statement> {
    vec![statement(commands)]
}

/// Cmdlets with arguments, in pipelines.
fn calls() -> Vec<Forms> {
    vec![
        ("Get-CsPool", ran(vec![command("Get-CsPool")])),
        (
            "Get-CsPool pool1.contoso.com | Select-Object Identity, Site",
            ran(vec![
                command("Get-CsPool").given(text("pool1.contoso.com")),
                command("Select-Object").given(list(vec![text("Identity"), text("Site")])),
            ]),
        ),
        (
            "Get-CsService -Registrar",
            ran(vec![command("Get-CsService").switch("Registrar")]),
        ),
        (
            "Get-CsService -Registrar:$false -UserServer",
            ran(vec![
                command("Get-CsService")
                    .named("Registrar", value(Kind::Switch(false)))
                    .switch("UserServer"),
            ]),
        ),
        (
            "Get-CsPool | Where-Object { $_.Identity -like 'pool1*' } | ForEach-Object Identity",
            ran(vec![
                command("Get-CsPool"),
                command("Where-Object").given(value(Kind::ScriptBlock(
                    "$_.Identity -like 'pool1*'".to_owned(),
                ))),
                command("ForEach-Object").given(text("Identity")),
            ]),
        ),
    ]
}

/// Redirections, conditions, scripts, several statements.
fn flows() -> Vec<Forms> {
    let low = || command("Write-Warning").given(text("low"));
    let bad = || {
        command("Write-Error")
            .given(text("bad"))
            .named("ErrorId", text("Bad"))
    };
    vec![
        (
            "Write-Warning low 3>&1",
            ran(vec![low().redirected(
                RedirectedStream::Warning,
                Target::Output(true),
            )]),
        ),
        (
            "Write-Warning low *>$null; Write-Output done",
            [
                ran(vec![low().redirected(
                    RedirectedStream::Unspecified,
                    Target::File(String::new()),
                )]),
                ran(vec![command("Write-Output").given(text("done"))]),
            ]
            .concat(),
        ),
        (
            "Write-Error bad -ErrorId Bad && Write-Output good || Write-Output mended",
            vec![
                statement(vec![bad()]),
                after(
                    StatementCondition::AfterSuccess,
                    command("Write-Output").given(text("good")),
                ),
                after(
                    StatementCondition::AfterFailure,
                    command("Write-Output").given(text("mended")),
                ),
            ],
        ),
        (
            "& { param($n) $n * 2 } 21",
            ran(vec![
                script("param($n) $n * 2").given(value(Kind::Int32(21))),
            ]),
        ),
        (
            "1..4 | & { $sum = 0; foreach ($n in $input) { $sum += $n }; $sum }",
            ran(vec![
                script("1..4"),
                script("$sum = 0; foreach ($n in $input) { $sum += $n }; $sum"),
            ]),
        ),
        (
            "$x = 5; $x + 1",
            [ran(vec![script("$x = 5")]), ran(vec![script("$x + 1")])].concat(),
        ),
    ]
}

/// What goes wrong, and what only shows what would be done.
fn failures() -> Vec<Forms> {
    vec![
        (
            "Get-CsPool -Nothing 1",
            ran(vec![
                command("Get-CsPool").named("Nothing", value(Kind::Int32(1))),
            ]),
        ),
        ("Get-Nothing; Get-Date -Date 2026-03-01 -Format yyyy", {
            let date = command("Get-Date")
                .named("Date", text("2026-03-01"))
                .named("Format", text("yyyy"));
            [ran(vec![command("Get-Nothing")]), ran(vec![date])].concat()
        }),
        (
            "Get-CsPool nowhere.contoso.com -ErrorAction Stop; 'not reached'",
            [
                ran(vec![
                    command("Get-CsPool")
                        .given(text("nowhere.contoso.com"))
                        .named("ErrorAction", text("Stop")),
                ]),
                ran(vec![script("'not reached'")]),
            ]
            .concat(),
        ),
        (
            "Invoke-CsPoolFailOver -PoolFqdn pool1.contoso.com -WhatIf -Verbose",
            ran(vec![
                command("Invoke-CsPoolFailOver")
                    .named("PoolFqdn", text("pool1.contoso.com"))
                    .switch("WhatIf")
                    .switch("Verbose"),
            ]),
        ),
    ]
}

/// What was said, without the place in a text, which only text has, and without how it reads.
fn records(said: &[Said]) -> Vec<Record> {
    let records = said.iter().filter_map(|said| said.record.clone()?.record);
    records
        .map(|mut record| {
            if let Record::Error(error) = &mut record {
                (error.line, error.offset) = (0, 0);
                error.position.clear();
            }
            record
        })
        .collect()
}

/// What was put out, without where a record of a stream was written, which only text knows.
fn put_out(output: &[Value]) -> Vec<Value> {
    let mut output = output.to_vec();
    for value in &mut output {
        if let Some(Kind::Object(object)) = &mut value.kind {
            object
                .property
                .retain(|property| property.name != "InvocationInfo");
        }
    }
    output
}

async fn check(laboratory: &Laboratory, line: &str, statement: Vec<Statement>) {
    let form = OutputForm::Unspecified;
    let typed = laboratory.run(line, form).await;
    let pipeline = start::Command::Pipeline(Pipeline { statement });
    let built = laboratory.invoke(pipeline, form).await;
    assert_eq!(put_out(&typed.output), put_out(&built.output), "{line}");
    assert_eq!(records(&typed.said), records(&built.said), "{line}");
    assert_eq!(typed.finished, built.finished, "{line}");
}

#[tokio::test(flavor = "multi_thread")]
async fn both_forms_of_a_pipeline_answer_the_same() {
    let laboratory = Laboratory::start().await;
    let publication = PublishCsTopologyRequest {
        common: Some(CommonParameters {
            confirm: Some(false),
            ..CommonParameters::default()
        }),
        document: Some(TOPOLOGY.to_owned()),
        ..PublishCsTopologyRequest::default()
    };
    let mut client = TopologyServiceClient::new(laboratory.channel("administrator"));
    let said = client.publish_cs_topology(publication).await.unwrap();
    support::all(said.into_inner()).await.unwrap();
    for (line, statements) in [calls(), flows(), failures()].concat() {
        check(&laboratory, line, statements).await;
    }
    for (line, value) in values() {
        check(
            &laboratory,
            &format!("Write-Output -InputObject ({line})"),
            output(value),
        )
        .await;
    }
    laboratory.stop().await;
}
