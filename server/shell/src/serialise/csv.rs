//! Comma-separated values, both ways.

use std::sync::Arc;

use crate::convert::net_text;
use crate::members;
use crate::text::{Culture, read, to_text};
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

    /// The line of one object; none if an entry of a dictionary is null, which PowerShell stumbles over.
    pub fn row(&self, value: &Value) -> Option<String> {
        let columns = self.columns.as_deref().unwrap_or_default();
        let mut fields = Vec::with_capacity(columns.len());
        for name in columns {
            fields.push((name, cell(value, name)?));
        }
        Some(self.line(fields.into_iter()))
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
            Quotes::AsNeeded => field.contains(['"', '\n', self.delimiter]),
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

/// The text of one column: none outside if it cannot be told, none inside if there is nothing to tell.
fn cell(value: &Value, name: &str) -> Option<Option<String>> {
    if let Value::Dictionary(dictionary) = value
        && let Some(item) = members::text_entry(dictionary, name)
    {
        return field_text(&item).map(Some);
    }
    let found = members::property(value, name).unwrap_or_default();
    Some(field_text(&found))
}

/// .NET's own text of a value: a collection shows its type. Null is no text at all.
fn field_text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        other => Some(net_text(other)),
    }
}

/// Reads records of fields as `ImportCsvHelper` does: leniently, and forgetting an empty field at the very end.
pub struct CsvReader<I> {
    characters: I,
    /// The next character, where it has been looked at.
    peeked: Option<Option<char>>,
    delimiter: char,
}

impl<I: Iterator<Item = char>> CsvReader<I> {
    /// A reader of the text of those characters.
    pub fn new(characters: I, delimiter: char) -> Self {
        Self {
            characters,
            peeked: None,
            delimiter,
        }
    }

    /// Where the characters come from.
    pub fn characters(&mut self) -> &mut I {
        &mut self.characters
    }

    /// Whether nothing is left.
    pub fn is_at_end(&mut self) -> bool {
        self.peek().is_none()
    }

    fn peek(&mut self) -> Option<char> {
        *self.peeked.get_or_insert_with(|| self.characters.next())
    }

    fn next(&mut self) -> Option<char> {
        match self.peeked.take() {
            Some(next) => next,
            None => self.characters.next(),
        }
    }

    fn next_if_eq(&mut self, wanted: char) -> Option<char> {
        (self.peek() == Some(wanted)).then(|| self.next()).flatten()
    }

    /// Takes a first line that begins with `#`; the type that it names, if it names one.
    pub fn type_line(&mut self) -> Option<Text> {
        self.next_if_eq('#')?;
        let mut line = String::new();
        while let Some(c) = self.next() {
            if self.is_line_end(c) {
                break;
            }
            line.push(c);
        }
        let word = line.get(..4)?;
        let name = line[4..].trim();
        (word.eq_ignore_ascii_case("Type") && !name.is_empty()).then(|| name.into())
    }

    /// The columns, from the first record that is no remark.
    pub fn header(&mut self) -> Option<Vec<String>> {
        while !self.is_at_end() {
            let mut fields = self.record();
            while fields.len() > 1 && fields.last().is_some_and(String::is_empty) {
                fields.pop();
            }
            let Some(first) = fields.first_mut() else {
                return Some(fields);
            };
            if let Some(rest) = first.strip_prefix("#Fields: ") {
                *first = rest.to_owned();
                return Some(fields);
            }
            if !first.starts_with('#') {
                return Some(fields);
            }
        }
        None
    }

    /// The next record that is not blank.
    pub fn next_record(&mut self) -> Option<Vec<String>> {
        loop {
            let fields = self.record();
            match fields.as_slice() {
                [] => return None,
                [only] if only.is_empty() => {}
                _ => return Some(fields),
            }
        }
    }

    /// Whether a character ends the line; takes the rest of the line end.
    fn is_line_end(&mut self, c: char) -> bool {
        if c == '\r' {
            self.next_if_eq('\n');
        }
        matches!(c, '\r' | '\n')
    }

    /// The fields up to the end of the line; none at the end of the text.
    fn record(&mut self) -> Vec<String> {
        let mut fields = Vec::new();
        let mut field = String::new();
        while let Some(c) = self.next() {
            // What follows a closing quote, a quote within a field or a blank in it goes up to the next delimiter.
            let rest_of_field = if c == self.delimiter {
                fields.push(std::mem::take(&mut field));
                continue;
            } else if c == '"' && field.is_empty() {
                if !self.quoted(&mut field) {
                    break;
                }
                true
            } else if matches!(c, '"' | ' ' | '\t') {
                if field.is_empty() {
                    continue;
                }
                field.push(c);
                c != '"'
            } else if self.is_line_end(c) {
                fields.push(std::mem::take(&mut field));
                break;
            } else {
                field.push(c);
                continue;
            };
            let ends = self.tail(&mut field, rest_of_field);
            fields.push(std::mem::take(&mut field));
            if ends {
                return fields;
            }
        }
        if !field.is_empty() {
            fields.push(field);
        }
        fields
    }

    /// What stands between quotes; false if the text ends before the closing one.
    fn quoted(&mut self, field: &mut String) -> bool {
        while let Some(c) = self.next() {
            if c != '"' {
                field.push(c);
            } else if self.next_if_eq('"').is_some() {
                field.push('"');
            } else {
                return true;
            }
        }
        false
    }

    /// The rest of a field; true if the record ends with it.
    fn tail(&mut self, field: &mut String, without_blanks: bool) -> bool {
        let mut tail = String::new();
        let ends = loop {
            match self.next() {
                None => break true,
                Some(c) if c == self.delimiter => break false,
                Some(c) if self.is_line_end(c) => break true,
                Some(c) => tail.push(c),
            }
        };
        if without_blanks && tail.chars().all(|c| matches!(c, ' ' | '\t')) {
            return ends;
        }
        field.push_str(&tail);
        ends
    }
}

/// The object of one record; fields past the last column are dropped, missing ones are null. Columns without a name
/// become `H1`, `H2`, …. A type that the text named stands before `CSV:` and itself.
pub fn record_object(columns: &[Text], record: Vec<String>, type_name: Option<&Text>) -> Value {
    let mut fields = record.into_iter();
    let mut nameless = 0;
    let properties = columns
        .iter()
        .map(|name| Property {
            name: if name.is_empty() {
                nameless += 1;
                format!("H{nameless}").into()
            } else {
                Text::clone(name)
            },
            value: fields.next().map_or(Value::Null, Value::text),
            note: true,
        })
        .collect();
    let mut object = Object::custom(properties);
    if let Some(name) = type_name {
        let names: [Text; 2] = [Text::clone(name), format!("CSV:{name}").into()];
        object.type_names = std::sync::RwLock::new(names.into());
    }
    Value::Object(Arc::new(object))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_read_leniently() {
        for (text, records) in [
            ("a,\"b,\"\"c\nd\"\r\ne,\n", "a|b,\"c\nd; e|"),
            ("a,b,", "a|b"),
            ("a,,", "a|"),
            ("\n\na\n\n", "a"),
            (" a , b c ,\"d\" e, \"f\" ", "a |b c |d e|f"),
            ("a\"b,c\"", "a\"b|c\""),
            ("\"a", "a"),
            ("\"\",x", "|x"),
        ] {
            let mut reader = CsvReader::new(text.chars(), ',');
            let all: Vec<_> = std::iter::from_fn(|| reader.next_record())
                .map(|fields| fields.join("|"))
                .collect();
            assert_eq!(all.join("; "), records, "{text}");
        }
    }

    #[test]
    fn the_header_is_the_first_line_that_is_no_remark() {
        let mut reader = CsvReader::new("#TYPE My.Type\n#x\n#Fields: a,b\n".chars(), ',');
        assert_eq!(reader.type_line().as_deref(), Some("My.Type"));
        assert_eq!(reader.header(), Some(vec!["a".to_owned(), "b".to_owned()]));
        assert_eq!(reader.header(), None);
    }
}
