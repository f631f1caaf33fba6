//! JSON and CSV: what is read is written and read back the same.

use proptest::prelude::*;
use tandem_shell::serialise::csv::CsvReader;
use tandem_shell::serialise::json_read::{DateKind, JsonReadOptions, read_json};
use tandem_shell::serialise::json_write::{JsonOptions, JsonWriter};
use tandem_shell::value::Value;

use crate::campaign::{self, Verdict};
use crate::seeds;

const JSON: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    "\"",
    "'",
    ":",
    ",",
    "\\u0041",
    "\\ud83d",
    "\\",
    "null",
    "true",
    "NaN",
    "-Infinity",
    "undefined",
    "1e400",
    "-0",
    "0x1F",
    "1.",
    ".5",
    "12345678901234567890",
    "//",
    "/*",
    "*/",
    "\n",
    "2026-01-02T03:04:05Z",
    "\"a\":",
    "\"A\":",
    "\"\":",
    "{\"a\":[",
];

fn check_json(text: &str) -> Verdict {
    let options = JsonReadOptions {
        as_hashtable: true,
        max_depth: 1024,
        dates: DateKind::Default,
    };
    let Ok(value) = read_json(text, options) else {
        return Ok(());
    };
    let mut document = String::new();
    let mut writer = JsonWriter::new(JsonOptions {
        depth: 100,
        ..JsonOptions::default()
    });
    if writer.write(&value, 0, &mut document).is_err() || writer.truncated {
        return Ok(());
    }
    let again = read_json(&document, options)
        .map_err(|error| TestCaseError::fail(format!("{error}\n{document}")))?;
    // Numbers that JSON has no word for are written as text.
    if !has_no_word(&value) {
        prop_assert_eq!(format!("{again:?}"), format!("{value:?}"), "{}", document);
    }
    Ok(())
}

fn has_no_word(value: &Value) -> bool {
    match value {
        Value::Double(number) => !number.is_finite(),
        Value::Dictionary(table) => {
            let entries = table.entries.read().unwrap();
            entries.values().any(|(_, value)| has_no_word(value))
        }
        other => other
            .elements()
            .is_some_and(|elements| elements.iter().any(has_no_word)),
    }
}

#[test]
fn json_is_read_written_and_read_back_the_same() {
    campaign::run("json", seeds::json(), JSON, check_json);
}

const CSV: &[&str] = &[
    ",", ";", "\"", "\"\"", "\n", "\r\n", "\r", "#TYPE x", " ", "a,b\n", "\"a\n\"", "\t",
];

fn records(text: &str, delimiter: char) -> Vec<Vec<String>> {
    let mut reader = CsvReader::new(text.chars(), delimiter);
    std::iter::from_fn(|| reader.next_record()).collect()
}

fn check_csv(text: &str) -> Verdict {
    for delimiter in [',', ';', '\t'] {
        let read = records(text, delimiter);
        let lines: Vec<String> = read
            .iter()
            .map(|record| {
                let quoted = |field: &String| format!("\"{}\"", field.replace('"', "\"\""));
                let fields: Vec<String> = record.iter().map(quoted).collect();
                fields.join(&delimiter.to_string())
            })
            .collect();
        prop_assert_eq!(records(&lines.join("\n"), delimiter), read);
    }
    Ok(())
}

#[test]
fn csv_is_split_and_joined_to_the_same() {
    let table = "Name,Users,\"A, \"\"b\"\"\"\npool1,1500,\"two\nlines\"\r\n\"\",,x\n".to_owned();
    campaign::run("csv", vec![table], CSV, check_csv);
}
