//! Values that nobody meant: whatever draws, converts, compares or sends a value takes them, and ends.
//!
//! A text is a tape for a stack of values: each word pushes one, or makes one of those on top. So texts mutate like all
//! others, and what failed can be read.

use std::sync::{Arc, RwLock};
use std::time::Duration;

use indexmap::IndexMap;
use proptest::prelude::*;
use prost::Message;
use tandem_server::dispatch::values::{from_wire, to_wire};
use tandem_shell::error_record::{ErrorCategory, ErrorRecord};
use tandem_shell::format::formatter::Formatter;
use tandem_shell::format::view::ViewRegistry;
use tandem_shell::session::{Input, Session, SessionOptions};
use tandem_shell::value::{
    DateTime, DateTimeKind, Dictionary, List, NamedScalar, Noted, Object, Property, Text, Value,
};

use crate::campaign::{self, Verdict};
use crate::run_line::{Bystander, as_the_server_runs};

/// Most values of a tape.
const MOST: usize = 400;
/// How often a tape doubles what it has: what holds itself more often is a test of its own, and takes seconds.
const MOST_DOUBLED: usize = 12;
/// Time that a line may run before it is asked to stop.
const PATIENCE: Duration = Duration::from_millis(500);

const WORDS: &[&str] = &[
    " null",
    " true",
    " switch",
    " i:-1",
    " i:2147483647",
    " i:-2147483648",
    " l:-9223372036854775808",
    " b:255",
    " d:NaN",
    " d:inf",
    " d:-0",
    " d:1e308",
    " f:1e-40",
    " m:79228162514264337593543950335",
    " n:99999999999999999999999999",
    " c:0",
    " c:27",
    " c:55296",
    " c:65535",
    " s:",
    " s:\u{1b}[31m",
    " s:\u{1b}",
    " s:\u{1b}]0;x\u{7}",
    " s:a\u{0}b",
    " s:\u{feff}",
    " s:\u{202e}x",
    " s:e\u{301}\u{301}",
    " s:\r",
    " s:\n\n",
    " s:\u{10ffff}",
    " s:👩‍👩‍👧‍👦漢字",
    " s:=1+1",
    " s:<b>&\"'",
    " t:0",
    " t:3155378975999999999",
    " u:0",
    " z:9223372036854775807",
    " z:-9223372036854775808",
    " v:0",
    " v:2147483647",
    " g",
    " uri",
    " xml",
    " arr:0",
    " arr:1",
    " arr:3",
    " list:0",
    " list:2",
    " hash:1",
    " hash:2",
    " ordered:2",
    " obj:0",
    " obj:1",
    " obj:3",
    " obj:40",
    " typed:2",
    " nameless:1",
    " noted",
    " error",
    " type",
    " secure",
    " dup",
    " swap",
    " self",
    " ring",
    " bytes:3",
    " ints:2",
    " double:9",
];

/// What a tape makes.
fn value(tape: &str) -> Value {
    let mut stack: Vec<Value> = Vec::new();
    let mut may_double = MOST_DOUBLED;
    for word in tape.split(' ').take(MOST) {
        let (name, argument) = word.split_once(':').unwrap_or((word, ""));
        if let Some(made) = scalar(name, argument) {
            stack.push(made);
        } else {
            let mut count = argument.parse::<usize>().unwrap_or(1).min(MOST);
            if name == "double" {
                count = count.min(may_double);
                may_double -= count;
            }
            combine(name, count, &mut stack);
        }
    }
    if stack.len() == 1 {
        return stack.pop().unwrap_or_default();
    }
    Value::array(stack)
}

fn scalar(name: &str, text: &str) -> Option<Value> {
    let date = |kind| {
        let ticks = text
            .parse::<i64>()
            .unwrap_or(0)
            .clamp(0, 3_155_378_975_999_999_999);
        Value::DateTime(DateTime { ticks, kind })
    };
    Some(match name {
        "null" => Value::Null,
        "true" => Value::Bool(true),
        "switch" => Value::Switch(true),
        "i" => Value::Int32(text.parse().unwrap_or(0)),
        "l" => Value::Int64(text.parse().unwrap_or(0)),
        "b" => Value::UInt8(text.parse().unwrap_or(0)),
        "d" => Value::Double(text.parse().unwrap_or(0.0)),
        "f" => Value::Single(text.parse().unwrap_or(0.0)),
        "m" | "n" => tandem_server::dispatch::values::scalar(
            if name == "m" {
                "System.Decimal"
            } else {
                "System.Numerics.BigInteger"
            },
            text,
        ),
        "c" => Value::Char(text.parse().unwrap_or(0)),
        "s" => Value::text(text),
        "t" => date(DateTimeKind::Local),
        "u" => date(DateTimeKind::Utc),
        "z" => Value::TimeSpan(text.parse().unwrap_or(0)),
        "v" => Value::Version([text.parse::<i32>().unwrap_or(0).max(0), 0].into()),
        "g" => Value::Guid(Default::default()),
        "uri" => named("System.Uri", "http://\u{0}x"),
        "xml" => named("System.Xml.XmlDocument", "<a><b/></a>"),
        "type" => Value::Type(text.into()),
        "secure" => Value::SecureString("x".into()),
        _ => return None,
    })
}

fn named(type_name: &str, text: &str) -> Value {
    Value::Named(Arc::new(NamedScalar {
        type_name: type_name.into(),
        text: text.into(),
        options: 0,
    }))
}

fn combine(name: &str, count: usize, stack: &mut Vec<Value>) {
    let mut take = |count: usize| stack.split_off(stack.len().saturating_sub(count));
    let made = match name {
        "arr" => Value::array(take(count)),
        "list" => list("System.Collections.ArrayList", take(count)),
        "hash" => table("System.Collections.Hashtable", take(2 * count)),
        "ordered" => table(
            "System.Collections.Specialized.OrderedDictionary",
            take(2 * count),
        ),
        "obj" => Value::Object(Arc::new(Object::custom(properties(take(count))))),
        "typed" => object(&["A.B", "System.Object"], take(count)),
        "nameless" => object(&[], take(count)),
        "bytes" => array("System.Byte", take(count)),
        "ints" => array("System.Int32", take(count)),
        "noted" => {
            let notes = properties(take(1));
            let base = take(1).pop().unwrap_or_default();
            Value::Noted(Arc::new(Noted {
                base,
                notes: RwLock::new(notes),
                scripts: Default::default(),
            }))
        }
        "error" => {
            let target = take(1).pop().unwrap_or_default();
            let record = ErrorRecord::new("Id,A", ErrorCategory::NotSpecified, "A.B", "\u{1b}x\n");
            Value::Error(Arc::new(record.with_target(target)))
        }
        "dup" => stack.last().cloned().unwrap_or_default(),
        "double" => {
            let mut value = take(1).pop().unwrap_or_default();
            for _ in 0..count {
                value = Value::array(vec![value.clone(), value]);
            }
            value
        }
        "self" => {
            let value = list("System.Collections.ArrayList", take(1));
            if let Value::List(own) = &value {
                own.items.write().unwrap().push(value.clone());
            }
            value
        }
        "ring" => {
            let value = Value::Object(Arc::new(Object::custom(properties(take(2)))));
            if let Value::Object(own) = &value
                && let Some(first) = own.properties.write().unwrap().first_mut()
            {
                first.value = value.clone();
            }
            value
        }
        _ => return,
    };
    stack.push(made);
}

fn list(type_name: &str, items: Vec<Value>) -> Value {
    Value::List(Arc::new(List {
        keys: None,
        type_name: type_name.into(),
        items: RwLock::new(items),
    }))
}

fn array(of: &str, items: Vec<Value>) -> Value {
    Value::Array(Arc::new(tandem_shell::value::Array {
        element_type: of.into(),
        items: RwLock::new(items),
    }))
}

fn table(type_name: &str, parts: Vec<Value>) -> Value {
    let mut entries = IndexMap::new();
    for (place, pair) in parts.chunks(2).enumerate() {
        if let [key, item] = pair {
            entries.insert(Text::from(format!("{place}")), (key.clone(), item.clone()));
        }
    }
    Value::Dictionary(Arc::new(Dictionary {
        type_name: type_name.into(),
        comparer: Default::default(),
        entries: RwLock::new(entries),
    }))
}

fn object(names: &[&str], parts: Vec<Value>) -> Value {
    let names: Vec<Text> = names.iter().map(|name| Text::from(*name)).collect();
    let object = Object::typed(names.into(), Vec::new());
    *object.properties.write().unwrap() = properties(parts);
    Value::Object(Arc::new(object))
}

/// Properties of names that are awkward in their turn.
fn properties(parts: Vec<Value>) -> Vec<Property> {
    const NAMES: [&str; 6] = ["a", "Name", "", "\u{1b}[1m", "x y", "漢"];
    let named = |(place, value): (usize, Value)| Property {
        name: match NAMES.get(place) {
            Some(name) => Text::from(*name),
            None => format!("p{place}").into(),
        },
        value,
        note: true,
    };
    parts.into_iter().enumerate().map(named).collect()
}

/// What is done with a value; a text's length picks some of it.
const LINES: &[&str] = &[
    "$v",
    "$v | Format-Table",
    "$v | Format-List *",
    "$v | Format-Wide -AutoSize",
    "$v | Format-Custom -Depth 9",
    "$v | Format-Table -AutoSize -Wrap | Out-String -Width 5",
    "$v | Format-Table * | Out-String -Width 3000",
    "$v | Format-List | Out-String -Width 2",
    "$v | Out-String -Stream -Width 7",
    "$v | ConvertTo-Json -Depth 9",
    "ConvertTo-Json $v -Depth 3 -Compress -EnumsAsStrings -AsArray",
    "ConvertTo-Json $v -EscapeHandling EscapeHtml",
    "$v | ConvertTo-Csv",
    "$v | ConvertTo-Csv -UseQuotes AsNeeded",
    "$v | ConvertTo-Html -As List",
    "ConvertTo-Html -InputObject $v",
    "ConvertTo-Xml $v -As String -Depth 5",
    "$v | ConvertTo-Xml -As Stream",
    "ConvertTo-CliXml $v -Depth 4",
    "$v | ConvertTo-CliXml",
    "\"$v\"; \"$($v[0])\"; $v -join ','; '{0,5:x}|{0:N2}' -f $v",
    "[string]$v; [int[]]$v; [bool]$v; $v -as [datetime]; [char[]]$v",
    "$v -eq $v; $v -lt $v; $v -like '*'; $v -match '.'; $v -contains $v; $v -in $v; $v -is [array]; $v -replace 'a'; $v -split 'a'",
    "$v + $v | Out-Null; $v * 2 | Out-Null; -$v; !$v; $v % 3; $v -band 1; $v..3 | Out-Null; $v -shl 99; ++$v; $v++",
    "$v, $v | Sort-Object; $v | Sort-Object * -Unique; $v, $v | Group-Object; $v | Group-Object -AsHashTable -AsString a",
    "$v, 1, $v | Sort-Object -Top 1; Compare-Object $v $v; Compare-Object $v (1, 'a') -IncludeEqual -Property a, Name",
    "$v | Measure-Object -AllStats; $v | Measure-Object * -Sum; $v | Measure-Object -Word -Line -Character; $v | Get-Unique",
    "$v | Get-Member -Force; Get-Member -InputObject $v; $v | Select-Object *; $v | Select-Object -ExpandProperty *; $v | Select-Object -Unique",
    "$v | ForEach-Object Length; $v | ForEach-Object { $_ }; $v | Where-Object a -gt 1; $v.Where{ $_ }; $v.ForEach('a'); $v.ForEach([string])",
    "$v.Count; $v.Length; $v.a; $v.Name; $v[0]; $v[-1]; $v[0..9]; $v['a']; $v.Keys; $v.PSObject.Properties; $v.GetType(); $v.ToString()",
    "$h = @{ $v = $v }; $h; $h[$v]; $h.ContainsKey($v); [pscustomobject]$v; [ordered]@{ a = $v }; $h.Remove($v)",
    "Write-Host $v; Write-Warning $v; Write-Error $v; Write-Error x -TargetObject $v; Write-Information $v -InformationAction Continue; throw $v",
    "$v | Format-Hex; $v | Select-String a -AllMatches; $v | Join-String; $v | ConvertFrom-Csv; $v | ConvertFrom-Json; $v | ConvertFrom-StringData",
    "Get-Date $v; Get-Date -Format $v; New-TimeSpan $v $v; Get-Random -InputObject $v; Get-Random -Maximum $v; Start-Sleep -Milliseconds 0",
    "switch ($v) { a { 1 } { $_ } { 2 } default { 3 } }; foreach ($x in $v) { $x }; & { param([int]$p) $p } $v; & { param($p) } @v",
    "$v | Add-Member b $v -PassThru -Force; $v | Add-Member ScriptProperty c { $this } -PassThru -Force; $v.b = $v; $v[0] = $v; $v",
    "$v | Tee-Object -Variable w; Set-Variable w $v; Get-Variable w; $w | Out-Null; [ref]$v; $v.PSTypeNames; $v.PSObject.Copy()",
    "$OFS = $v; \"$(1, 2)\"; $FormatEnumerationLimit = $v; [pscustomobject]@{ a = 1..9 }; $ErrorView = $v; 1/0; $Error[0] | Format-List -Force; Get-Error",
];

fn check(tape: &str) -> Verdict {
    let value = value(tape);
    for width in [1, 20, 120] {
        let mut formatter = Formatter::new(Arc::new(ViewRegistry::standard()), width);
        let mut text = String::new();
        formatter.push(&value, 0, &mut text);
        formatter.finish(0, &mut text);
    }
    // What has travelled once is what it is.
    let sent = to_wire(&from_wire(&to_wire(&value)));
    let again = to_wire(&from_wire(&sent));
    // As bytes: what is no number is not equal to itself.
    prop_assert!(again.encode_to_vec() == sent.encode_to_vec(), "{sent:?}");

    let chosen = tape.len() % LINES.len();
    for line in LINES.iter().cycle().skip(chosen).take(4) {
        let host = Bystander::drawing(PATIENCE);
        let mut session = Session::new(SessionOptions {
            memory: Some(256 << 20),
            ..SessionOptions::default()
        });
        session.state_mut().set_variable("v", value.clone());
        session.run(&host, &Input::Text(line));
    }
    Ok(())
}

#[test]
fn any_value_is_drawn_converted_compared_and_sent() {
    let seeds = vec![
        "i:1 s:a obj:2 dup arr:2 s:b hash:1".to_owned(),
        "s:\u{1b}[31mx\u{1b}[0m z:1 d:1.5 obj:3 noted".to_owned(),
        "i:1 double:9 t:0 list:2 error".to_owned(),
        "s:a i:1 self s:x ring typed:2".to_owned(),
        format!("i:1{}", " arr:1".repeat(200)),
        WORDS.concat(),
    ];
    as_the_server_runs(|| campaign::run("values", seeds, WORDS, check));
}
