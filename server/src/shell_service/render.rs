//! Output in the form that was asked for: text as PowerShell shows it, JSON, CSV, CLIXML, or the objects themselves.

use std::sync::Arc;

use tandem::shell::v1::OutputForm;
use tandem_shell::format::formatter::Formatter;
use tandem_shell::format::request::{Request, RequestedShape};
use tandem_shell::format::view::ViewRegistry;
use tandem_shell::serialise::clixml_write::{ClixmlOptions, ClixmlWriter};
use tandem_shell::serialise::csv::{CsvWriter, Quotes};
use tandem_shell::serialise::json_write::{JsonOptions, JsonWriter};
use tandem_shell::value::Value;

/// Levels of an object that JSON shows: a status with its modules, and the modules whole.
const JSON_DEPTH: usize = 8;

/// Turns output objects into text.
#[derive(Debug)]
pub(super) enum Renderer {
    /// Objects travel as they are.
    Objects,
    Text(Box<Formatter>),
    Json(Json),
    Csv(CsvWriter),
    Clixml(Box<ClixmlWriter>),
}

/// JSON of one object, or of an array of them: the first is held until it is known which.
#[derive(Debug)]
pub(super) struct Json {
    writer: JsonWriter,
    held: Option<Value>,
    is_array: bool,
}

impl Renderer {
    pub(super) fn new(form: OutputForm, views: &Arc<ViewRegistry>, width: usize) -> Self {
        let shaped = |shape| {
            let request = Request {
                shape: Some(shape),
                ..Request::default()
            };
            Self::Text(Box::new(Formatter::with_request(
                views.clone(),
                request,
                width,
            )))
        };
        match form {
            OutputForm::Unspecified => Self::Objects,
            OutputForm::Text => Self::Text(Box::new(Formatter::new(views.clone(), width))),
            OutputForm::Table => shaped(RequestedShape::Table {
                auto_size: false,
                wrap: false,
                hide_header: false,
                repeat_header: false,
            }),
            OutputForm::List => shaped(RequestedShape::List),
            OutputForm::Json => {
                let options = JsonOptions {
                    depth: JSON_DEPTH,
                    enums_as_strings: true,
                    ..JsonOptions::default()
                };
                Self::Json(Json {
                    writer: JsonWriter::new(options),
                    held: None,
                    is_array: false,
                })
            }
            OutputForm::Csv => Self::Csv(CsvWriter::new(',', Quotes::Always, Vec::new())),
            OutputForm::Clixml => Self::Clixml(Box::new(ClixmlWriter::new(ClixmlOptions {
                depth: 1,
                indent: false,
            }))),
        }
    }

    /// Appends what `value` reads like. `now` are ticks of any clock.
    pub(super) fn push(&mut self, value: &Value, now: i64, out: &mut String) {
        match self {
            Self::Objects => {}
            Self::Text(formatter) => formatter.push(value, now, out),
            Self::Json(json) => json.push(value, out),
            Self::Csv(writer) => {
                if writer.settle(value) {
                    push_line(out, &writer.header());
                }
                push_line(out, &writer.row(value).unwrap_or_default());
            }
            Self::Clixml(writer) => element(writer, value, "Output", out),
        }
    }

    /// Whether every stream belongs into the document; then appends the record.
    pub(super) fn push_record(&mut self, value: &Value, stream: &str, out: &mut String) {
        if let Self::Clixml(writer) = self {
            element(writer, value, stream, out);
        }
    }

    /// Appends what is held back.
    pub(super) fn finish(self, now: i64, out: &mut String) {
        match self {
            Self::Objects | Self::Csv(_) => {}
            Self::Text(mut formatter) => formatter.finish(now, out),
            Self::Json(json) => json.finish(out),
            Self::Clixml(writer) => out.push_str(&writer.finish()),
        }
    }
}

/// Appends one element. A text with characters that XML cannot carry is left out, as PowerShell's own writer fails on it.
fn element(writer: &mut ClixmlWriter, value: &Value, stream: &str, out: &mut String) {
    if let Err(error) = writer.push(value, Some(stream)) {
        tracing::debug!(%error, stream, "a record cannot be written as CLIXML");
    }
    out.push_str(&writer.drain());
}

impl Json {
    fn push(&mut self, value: &Value, out: &mut String) {
        if let Some(first) = self.held.take() {
            self.is_array = true;
            out.push('[');
            self.element(&first, out);
        }
        if self.is_array {
            out.push(',');
            self.element(value, out);
        } else {
            self.held = Some(value.clone());
        }
    }

    fn element(&mut self, value: &Value, out: &mut String) {
        self.writer.line(1, out);
        let result = self.writer.write_element(value, out);
        null_instead(result, out);
    }

    fn finish(mut self, out: &mut String) {
        if let Some(only) = self.held.take() {
            let result = self.writer.write(&only, 0, out);
            null_instead(result, out);
        } else if self.is_array {
            self.writer.line(0, out);
            out.push(']');
        } else {
            return;
        }
        out.push('\n');
    }
}

/// A dictionary with keys that are not strings has no JSON.
fn null_instead<E>(result: Result<(), E>, out: &mut String) {
    if result.is_err() {
        out.push_str("null");
    }
}

fn push_line(out: &mut String, line: &str) {
    out.push_str(line);
    out.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rendered(form: OutputForm, values: &[Value]) -> String {
        let mut out = String::new();
        let mut renderer = Renderer::new(form, &Arc::new(ViewRegistry::standard()), 80);
        for value in values {
            renderer.push(value, 0, &mut out);
        }
        renderer.finish(0, &mut out);
        out
    }

    #[test]
    fn json_is_an_array_only_of_several() {
        assert_eq!(rendered(OutputForm::Json, &[]), "");
        assert_eq!(rendered(OutputForm::Json, &[Value::Int32(1)]), "1\n");
        assert_eq!(
            rendered(OutputForm::Json, &[Value::Int32(1), Value::text("a")]),
            "[\n  1,\n  \"a\"\n]\n"
        );
    }

    #[test]
    fn clixml_names_the_stream_of_each_element() {
        let text = rendered(OutputForm::Clixml, &[Value::Int32(1)]);
        assert!(text.contains("<I32 S=\"Output\">1</I32>"), "{text}");
        assert!(text.ends_with("</Objs>"), "{text}");
    }
}
