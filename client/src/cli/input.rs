//! Standard input as pipeline input: a string a line, JSON values, or CLIXML as PowerShell pipes it into a minishell.

use std::fmt;
use std::io::{self, BufRead, Read};
use std::time::Duration;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use tandem::cmdlet::v1::value::Kind;
use tandem::cmdlet::v1::{Value, ValueList, ValueObject, ValueProperty};
use tandem_client::Requests;
use tokio::runtime::Handle;
use tokio::time::timeout;

use super::options::InputForm;

/// The first line of CLIXML on a stream.
pub(crate) const CLIXML_MARK: &str = "#< CLIXML";
/// The largest CLIXML document that is passed on: it is one message.
const CLIXML_BYTES_MAX: u64 = 60 << 20;

/// How long standard input may be silent before the caller is told that it is waited for.
const SILENCE: Duration = Duration::from_secs(2);

/// Whether standard input holds anything. A command that gets an empty input (from cron, from `/dev/null`) runs as if typed alone,
/// while a pipeline with no objects in it would not run at all.
pub(crate) async fn is_there() -> bool {
    let peek = || {
        io::stdin()
            .lock()
            .fill_buf()
            .is_ok_and(|bytes| !bytes.is_empty())
    };
    let mut peeked = tokio::task::spawn_blocking(peek);
    let is_there = match timeout(SILENCE, &mut peeked).await {
        Ok(is_there) => is_there,
        Err(_) => {
            eprintln!(
                "tandem: waiting for standard input, which is open and silent; \
                 without input, give --input-format none or </dev/null"
            );
            peeked.await
        }
    };
    is_there.unwrap_or(false)
}

/// Sends standard input to a pipeline until it ends or nobody listens, on a thread of its own; problems are told in words.
pub(crate) async fn feed(form: InputForm, requests: Requests) -> Result<(), String> {
    let runtime = Handle::current();
    let fed = tokio::task::spawn_blocking(move || {
        let send = |input: Input| match input {
            Input::Object(value) => runtime.block_on(requests.input(value)),
            Input::Clixml(document) => runtime.block_on(requests.input_clixml(document)),
        };
        let read = read(form, &mut io::stdin().lock(), send);
        runtime.block_on(requests.end_of_input());
        read
    });
    fed.await.unwrap_or_else(|error| Err(error.to_string()))
}

/// One piece of input.
#[derive(Debug, PartialEq)]
enum Input {
    Object(Value),
    Clixml(String),
}

/// Reads all input; `send` says whether more is wanted.
fn read(
    form: InputForm,
    reader: &mut dyn BufRead,
    mut send: impl FnMut(Input) -> bool,
) -> Result<(), String> {
    match form {
        InputForm::None => Ok(()),
        InputForm::Clixml => clixml(reader, String::new(), &mut send),
        InputForm::Json => {
            let values = serde_json::Deserializer::from_reader(reader).into_iter::<Json>();
            for value in values {
                let Json(value) =
                    value.map_err(|error| format!("standard input is not JSON: {error}"))?;
                let elements = match value.kind {
                    Some(Kind::List(list)) => list.item,
                    _ => vec![value],
                };
                if !elements
                    .into_iter()
                    .all(|element| send(Input::Object(element)))
                {
                    return Ok(());
                }
            }
            Ok(())
        }
        InputForm::Text => {
            let mut first = true;
            while let Some(line) = line(reader)? {
                if first && line.trim_start_matches('\u{feff}') == CLIXML_MARK {
                    return clixml(reader, String::new(), &mut send);
                }
                first = false;
                if !send(Input::Object(Value {
                    kind: Some(Kind::String(line)),
                })) {
                    return Ok(());
                }
            }
            Ok(())
        }
    }
}

fn line(reader: &mut dyn BufRead) -> Result<Option<String>, String> {
    let mut bytes = Vec::new();
    reader
        .read_until(b'\n', &mut bytes)
        .map_err(|error| format!("cannot read standard input: {error}"))?;
    if bytes.is_empty() {
        return Ok(None);
    }
    let line = String::from_utf8(bytes).map_err(|_| "standard input is not UTF-8".to_owned())?;
    let line = line.strip_suffix('\n').unwrap_or(&line);
    Ok(Some(line.strip_suffix('\r').unwrap_or(line).to_owned()))
}

fn clixml(
    reader: &mut dyn BufRead,
    mut document: String,
    send: &mut dyn FnMut(Input) -> bool,
) -> Result<(), String> {
    let read = reader
        .take(CLIXML_BYTES_MAX + 1)
        .read_to_string(&mut document);
    read.map_err(|error| format!("cannot read standard input: {error}"))?;
    if document.len() as u64 > CLIXML_BYTES_MAX {
        return Err("standard input holds more CLIXML than a pipeline takes at once".to_owned());
    }
    let document = document.trim_start_matches('\u{feff}');
    let document = document
        .strip_prefix(CLIXML_MARK)
        .unwrap_or(document)
        .trim();
    if !document.is_empty() {
        send(Input::Clixml(document.to_owned()));
    }
    Ok(())
}

/// A JSON value as `ConvertFrom-Json` makes objects of it; the order of properties is kept.
struct Json(Value);

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer
            .deserialize_any(JsonVisitor)
            .map(|kind| Self(Value { kind }))
    }
}

struct JsonVisitor;

impl<'de> Visitor<'de> for JsonVisitor {
    type Value = Option<Kind>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Some(Kind::Bool(value)))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
        Ok(Some(Kind::Int64(value)))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
        Ok(Some(
            i64::try_from(value).map_or(Kind::Uint64(value), Kind::Int64),
        ))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Self::Value, E> {
        Ok(Some(Kind::Double(value)))
    }

    fn visit_str<E>(self, value: &str) -> Result<Self::Value, E> {
        Ok(Some(Kind::String(value.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Self::Value, A::Error> {
        let mut item = Vec::new();
        while let Some(Json(element)) = elements.next_element()? {
            item.push(element);
        }
        Ok(Some(Kind::List(ValueList {
            r#type: "System.Object[]".to_owned(),
            item,
        })))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
        let mut property = Vec::new();
        while let Some((name, Json(value))) = members.next_entry::<String, Json>()? {
            property.push(ValueProperty {
                name,
                value: Some(value),
            });
        }
        let type_name = [
            "System.Management.Automation.PSCustomObject",
            "System.Object",
        ]
        .map(str::to_owned)
        .to_vec();
        Ok(Some(Kind::Object(ValueObject {
            type_name,
            property,
            text: String::new(),
        })))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn all(form: InputForm, text: &str) -> Result<Vec<Input>, String> {
        let mut inputs = Vec::new();
        read(form, &mut text.as_bytes(), |input| {
            inputs.push(input);
            true
        })?;
        Ok(inputs)
    }

    fn string(text: &str) -> Input {
        Input::Object(Value {
            kind: Some(Kind::String(text.to_owned())),
        })
    }

    #[test]
    fn a_line_is_a_string() {
        assert_eq!(
            all(InputForm::Text, "a\r\n\nb").unwrap(),
            [string("a"), string(""), string("b")]
        );
        assert_eq!(all(InputForm::Text, "").unwrap(), []);
        assert_eq!(all(InputForm::None, "a").unwrap(), []);
    }

    #[test]
    fn clixml_is_passed_on_whole_where_it_is_said_or_seen() {
        let document = Input::Clixml("<Objs><I32>1</I32></Objs>".to_owned());
        let piped = "#< CLIXML\r\n<Objs><I32>1</I32></Objs>\r\n";
        assert_eq!(
            all(InputForm::Text, piped).unwrap(),
            [Input::Clixml("<Objs><I32>1</I32></Objs>".to_owned())]
        );
        assert_eq!(all(InputForm::Clixml, piped).unwrap(), [document]);
        assert_eq!(all(InputForm::Clixml, "").unwrap(), []);
    }

    #[test]
    fn json_keeps_the_order_of_properties_and_arrays_become_several_objects() {
        let inputs = all(InputForm::Json, "[{\"b\":1,\"a\":null}, 2.5] \"x\"").unwrap();
        assert_eq!(inputs.len(), 3);
        let Input::Object(Value {
            kind: Some(Kind::Object(object)),
        }) = &inputs[0]
        else {
            panic!("{inputs:?}")
        };
        let names: Vec<&str> = object
            .property
            .iter()
            .map(|property| property.name.as_str())
            .collect();
        assert_eq!(names, ["b", "a"]);
        assert_eq!(
            object.property[0].value,
            Some(Value {
                kind: Some(Kind::Int64(1))
            })
        );
        assert_eq!(inputs[2], string("x"));
        assert!(
            all(InputForm::Json, "{\"a\":")
                .unwrap_err()
                .contains("JSON")
        );
    }

    #[test]
    fn reading_ends_when_nobody_listens() {
        let mut taken = 0;
        read(InputForm::Text, &mut "a\nb\nc\n".as_bytes(), |_| {
            taken += 1;
            taken < 2
        })
        .unwrap();
        assert_eq!(taken, 2);
    }
}
