//! Standard input as pipeline input: a string a line, JSON values, or CLIXML as PowerShell pipes it into a minishell.

use std::io::{self, BufRead, Read};
use std::time::Duration;

use tandem::cmdlet::v1::Value;
use tandem::cmdlet::v1::value::Kind;
use tandem_client::Requests;
use tokio::runtime::Handle;

use super::json_input::json;
use super::options::InputForm;

/// The first line of CLIXML on a stream.
pub(crate) const CLIXML_MARK: &str = "#< CLIXML";
/// The longest line, JSON value or piece of CLIXML: each is one message.
pub(super) const BYTES_MAX: u64 = 60 << 20;
/// The longest piece of CLIXML: small pieces let objects arrive early.
const PIECE_BYTES: usize = 64 << 10;

/// How long standard input may be silent before the caller is told that it is waited for.
const SILENCE: Duration = Duration::from_secs(2);

/// Whether standard input holds anything. A command that gets an empty input (from cron, from `/dev/null`) runs as if typed alone,
/// while a pipeline with no objects in it would not run at all.
pub(crate) async fn is_there() -> bool {
    peek(std::future::ready(())).await
}

/// Waits for the first byte of standard input, or its end. When it is silent for long after it was `wanted`, the caller is told so.
async fn peek(wanted: impl Future<Output = ()>) -> bool {
    let peek = || {
        io::stdin()
            .lock()
            .fill_buf()
            .is_ok_and(|bytes| !bytes.is_empty())
    };
    let mut peeked = tokio::task::spawn_blocking(peek);
    let silence = async {
        wanted.await;
        tokio::time::sleep(SILENCE).await;
    };
    let is_there = tokio::select! {
        is_there = &mut peeked => is_there,
        () = silence => {
            eprintln!(
                "tandem: waiting for standard input, which is open and silent; \
                 without input, give --input-format none or </dev/null"
            );
            peeked.await
        }
    };
    is_there.unwrap_or(false)
}

/// Sends standard input to a pipeline until it ends or nobody listens, on a thread of its own; problems are told in words, and
/// stop the pipeline: half an input is none.
pub(crate) async fn feed(form: InputForm, requests: Requests) -> Result<(), String> {
    peek(requests.input_wanted()).await;
    let runtime = Handle::current();
    let giving = requests.clone();
    let fed = tokio::task::spawn_blocking(move || {
        let send = |input: Input| match input {
            Input::Object(value) => runtime.block_on(giving.input(value)),
            Input::Clixml(piece) => runtime.block_on(giving.input_clixml(piece)),
        };
        read(form, &mut io::stdin().lock(), send)
    });
    let read = fed.await.unwrap_or_else(|error| Err(error.to_string()));
    match read {
        Ok(()) => requests.end_of_input().await,
        Err(_) => requests.stop().await,
    };
    read
}

/// One piece of input.
#[derive(Debug, PartialEq)]
pub(super) enum Input {
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
        InputForm::Clixml => {
            let start = start_of_clixml(reader)?;
            clixml(reader, start, &mut send)
        }
        InputForm::Json => json(reader, &mut send),
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

fn unread(error: &io::Error) -> String {
    format!("cannot read standard input: {error}")
}

fn too_long() -> String {
    format!("standard input holds more than {BYTES_MAX} bytes in one piece")
}

fn not_utf8() -> String {
    "standard input is not UTF-8".to_owned()
}

fn line(reader: &mut dyn BufRead) -> Result<Option<String>, String> {
    let mut bytes = Vec::new();
    reader
        .take(BYTES_MAX + 1)
        .read_until(b'\n', &mut bytes)
        .map_err(|error| unread(&error))?;
    if bytes.is_empty() {
        return Ok(None);
    }
    if bytes.len() as u64 > BYTES_MAX {
        return Err(too_long());
    }
    let line = String::from_utf8(bytes).map_err(|_| not_utf8())?;
    let line = line.strip_suffix('\n').unwrap_or(&line);
    Ok(Some(line.strip_suffix('\r').unwrap_or(line).to_owned()))
}

/// What stands before the document's first line end, without the mark.
fn start_of_clixml(reader: &mut dyn BufRead) -> Result<String, String> {
    let first = reader.fill_buf().map_err(|error| unread(&error))?;
    if !matches!(first.first(), Some(b'#' | 0xEF)) {
        return Ok(String::new());
    }
    let line = line(reader)?.unwrap_or_default();
    let line = line.trim_start_matches('\u{feff}');
    Ok(line.strip_prefix(CLIXML_MARK).unwrap_or(line).to_owned())
}

/// Passes CLIXML on as it arrives; the node makes objects of it.
fn clixml(
    reader: &mut dyn BufRead,
    start: String,
    send: &mut dyn FnMut(Input) -> bool,
) -> Result<(), String> {
    let mut piece = start.into_bytes();
    loop {
        let arrived = reader.fill_buf().map_err(|error| unread(&error))?;
        let is_end = arrived.is_empty();
        let taken = arrived.len().min(PIECE_BYTES);
        piece.extend_from_slice(&arrived[..taken]);
        reader.consume(taken);
        // A character that is cut goes with the next piece.
        let whole = match std::str::from_utf8(&piece) {
            Ok(whole) => whole.len(),
            Err(error) if error.error_len().is_none() && !is_end => error.valid_up_to(),
            Err(_) => return Err(not_utf8()),
        };
        let rest = piece.split_off(whole);
        let text = String::from_utf8(std::mem::replace(&mut piece, rest)).unwrap_or_default();
        if !text.is_empty() && !send(Input::Clixml(text)) || is_end {
            return Ok(());
        }
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
    fn clixml_is_passed_on_where_it_is_said_or_seen() {
        let document = Input::Clixml("<Objs><I32>1</I32></Objs>\r\n".to_owned());
        let piped = "#< CLIXML\r\n<Objs><I32>1</I32></Objs>\r\n";
        assert_eq!(
            all(InputForm::Text, piped).unwrap(),
            std::slice::from_ref(&document)
        );
        assert_eq!(all(InputForm::Clixml, piped).unwrap(), [document]);
        let cut = "<S>\u{e4}".as_bytes().split_at(4);
        let mut cut = io::BufReader::with_capacity(4, cut.0.chain(cut.1));
        let mut pieces = Vec::new();
        read(InputForm::Clixml, &mut cut, |input| {
            pieces.push(input);
            true
        })
        .unwrap();
        let piece = |text: &str| Input::Clixml(text.to_owned());
        assert_eq!(pieces, [piece("<S>"), piece("\u{e4}")]);
        let broken = read(InputForm::Clixml, &mut &b"<S>\xc3"[..], |_| true);
        assert!(broken.unwrap_err().contains("UTF-8"));
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
