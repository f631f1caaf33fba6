//! Comma-separated values, both ways.

use std::sync::Arc;

use crate::members;
use crate::text::{Culture, double_round_trip, read, single_round_trip, to_text};
use crate::type_names::type_name;
use crate::value::{Object, Property, Text, Value};

/// Which fields stand in quotes (`-UseQuotes`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Quotes {
    /// All.
    #[default]
    Always,
    /// Those that need them.
    AsNeeded,
    /// None.
    Never,
}

/// Writes objects as lines.
#[derive(Debug)]
pub struct CsvWriter {
    delimiter: char,
    quotes: Quotes,
    /// Columns that are quoted whatever `quotes` says (`-QuoteFields`).
    quote_fields: Vec<Text>,
    columns: Option<Vec<Text>>,
}

impl CsvWriter {
    /// A writer whose columns come from the first object.
    pub fn new(delimiter: char, quotes: Quotes, quote_fields: Vec<Text>) -> Self {
        Self {
            delimiter,
            quotes,
            quote_fields,
            columns: None,
        }
    }

    /// The columns, once they are known.
    pub fn columns(&self) -> Option<&[Text]> {
        self.columns.as_deref()
    }

    /// Settles the columns: those of an object, or the keys of a dictionary. True the first time.
    pub fn settle(&mut self, first: &Value) -> bool {
        if self.columns.is_some() {
            return false;
        }
        self.columns = Some(column_names(first));
        true
    }

    /// Settles given columns, as when lines are appended to a file that has some.
    pub fn settle_columns(&mut self, columns: Vec<Text>) {
        self.columns = Some(columns);
    }

    /// The line of column names.
    pub fn header(&self) -> String {
        let columns = self.columns.as_deref().unwrap_or_default();
        self.line(columns.iter().map(|name| (name, Some(name.to_string()))))
    }

    /// The line of one object.
    pub fn row(&self, value: &Value) -> String {
        let columns = self.columns.as_deref().unwrap_or_default();
        self.line(columns.iter().map(|name| {
            let found = members::property(value, name).unwrap_or_default();
            (name, field_text(&found))
        }))
    }

    fn line<'a>(&self, fields: impl Iterator<Item = (&'a Text, Option<String>)>) -> String {
        let mut out = String::new();
        for (index, (name, field)) in fields.enumerate() {
            if index > 0 {
                out.push(self.delimiter);
            }
            let Some(field) = field else { continue };
            if self.is_quoted(name, &field) {
                out.push('"');
                out.push_str(&field.replace('"', "\"\""));
                out.push('"');
            } else {
                out.push_str(&field);
            }
        }
        out
    }

    fn is_quoted(&self, name: &str, field: &str) -> bool {
        if !self.quote_fields.is_empty() {
            return self
                .quote_fields
                .iter()
                .any(|quoted| members::same_name(quoted, name));
        }
        match self.quotes {
            Quotes::Always => true,
            Quotes::Never => false,
            Quotes::AsNeeded => field.contains(['"', '\n', '\r']) || field.contains(self.delimiter),
        }
    }
}

fn column_names(value: &Value) -> Vec<Text> {
    if let Value::Dictionary(dictionary) = value {
        let entries = read(&dictionary.entries);
        return entries
            .values()
            .map(|(key, _)| to_text(key, Culture::Current).into())
            .collect();
    }
    members::properties(value)
        .into_iter()
        .map(|property| property.name)
        .collect()
}

/// .NET's own text of a value: a collection shows its type. Null is no text at all.
fn field_text(value: &Value) -> Option<String> {
    Some(match value {
        Value::Null => return None,
        Value::Double(n) => double_round_trip(*n),
        Value::Single(n) => single_round_trip(*n),
        Value::Array(_) | Value::List(_) => type_name(value).to_string(),
        Value::Noted(noted) => return field_text(&noted.base),
        other => to_text(other, Culture::Current),
    })
}

/// Splits a text into records of fields; a field that is quoted may hold delimiters and line feeds. A field that is
/// empty and not quoted is none.
pub fn split_records(text: &str, delimiter: char) -> Vec<Vec<Option<String>>> {
    let mut records = Vec::new();
    let mut record: Vec<Option<String>> = Vec::new();
    let mut rest = text.chars().peekable();
    while rest.peek().is_some() {
        record.push(read_field(&mut rest, delimiter));
        match rest.next() {
            Some(c) if c == delimiter => {
                // A delimiter at the very end stands before one more empty field.
                if rest.peek().is_none_or(|c| matches!(c, '\n' | '\r')) {
                    record.push(None);
                    skip_line_end(&mut rest);
                    records.push(std::mem::take(&mut record));
                }
            }
            Some('\r') => {
                rest.next_if_eq(&'\n');
                records.push(std::mem::take(&mut record));
            }
            _ => records.push(std::mem::take(&mut record)),
        }
    }
    records.retain(|record| record.len() > 1 || record.first().is_some_and(Option::is_some));
    records
}

fn skip_line_end(rest: &mut std::iter::Peekable<std::str::Chars<'_>>) {
    rest.next_if_eq(&'\r');
    rest.next_if_eq(&'\n');
}

/// Reads up to the delimiter or the end of the line, which stay.
fn read_field(
    rest: &mut std::iter::Peekable<std::str::Chars<'_>>,
    delimiter: char,
) -> Option<String> {
    let mut field = String::new();
    let mut quoted = false;
    while rest.next_if(|c| *c == ' ' && delimiter != ' ').is_some() {
        field.push(' ');
    }
    if rest.next_if_eq(&'"').is_some() {
        quoted = true;
        field.clear();
        while let Some(c) = rest.next() {
            if c != '"' {
                field.push(c);
            } else if rest.next_if_eq(&'"').is_some() {
                field.push('"');
            } else {
                break;
            }
        }
    }
    while let Some(c) = rest.next_if(|c| *c != delimiter && !matches!(c, '\n' | '\r')) {
        field.push(c);
    }
    let field = if quoted {
        field
    } else {
        field.trim().to_owned()
    };
    (quoted || !field.is_empty()).then_some(field)
}

/// Names for columns: those that are missing become `H1`, `H2`, …; true if any was.
pub fn complete_header(header: Vec<Option<String>>) -> (Vec<Text>, bool) {
    let mut missing = 0;
    let names = header
        .into_iter()
        .map(|name| match name.filter(|name| !name.is_empty()) {
            Some(name) => Text::from(name),
            None => {
                missing += 1;
                format!("H{missing}").into()
            }
        })
        .collect();
    (names, missing > 0)
}

/// The object of one record; fields past the last column are dropped, missing ones are null.
pub fn record_object(columns: &[Text], record: Vec<Option<String>>) -> Value {
    let mut fields = record.into_iter();
    let properties = columns
        .iter()
        .map(|name| Property {
            name: name.clone(),
            value: match fields.next() {
                Some(field) => Value::text(field.unwrap_or_default()),
                None => Value::Null,
            },
            note: true,
        })
        .collect();
    Value::Object(Arc::new(Object::custom(properties)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_fields_hold_delimiters_and_lines() {
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(
            split_records("a,\"b,\"\"c\nd\"\r\ne,\n", ','),
            [vec![text("a"), text("b,\"c\nd")], vec![text("e"), None]]
        );
    }
}
