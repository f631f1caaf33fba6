//! JSON as values, by the rules of `ConvertFrom-Json`: lenient as Newtonsoft's reader is, and with its messages.

use std::collections::HashMap;
use std::sync::Arc;

use indexmap::IndexMap;

pub use crate::serialise::json_date::DateKind;
use crate::serialise::json_token::{Token, Tokenizer};
use crate::value::{Comparer, Dictionary, Object, Property, Text, Value};

/// How to read.
#[derive(Clone, Copy, Debug)]
pub struct JsonReadOptions {
    /// Objects become ordered hashtables instead of custom objects.
    pub as_hashtable: bool,
    /// Brackets that may be open at once.
    pub max_depth: usize,
    /// What becomes of dates.
    pub dates: DateKind,
}

/// Why a text is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JsonError {
    /// It is not JSON.
    #[error("Conversion from JSON failed with error: {0}")]
    Malformed(String),
    /// An object has a member without a name.
    #[error(
        "The provided JSON includes a property whose name is an empty string, this is only supported using the -AsHashTable switch."
    )]
    EmptyKey,
    /// Two names differ in case only.
    #[error(
        "Cannot convert the JSON string because it contains keys with different casing. Please use the -AsHashTable switch instead. The key that was attempted to be added to the existing key '{0}' was '{1}'."
    )]
    KeysWithDifferentCasing(Text, Text),
}

/// Reads one document.
///
/// # Errors
/// As [`JsonError`] says.
pub fn read_json(text: &str, options: JsonReadOptions) -> Result<Value, JsonError> {
    let mut reader = Reader {
        tokens: Tokenizer::new(text, options.dates, options.max_depth),
        ended: false,
    };
    let node = match reader.tokens.read_content()? {
        Some(Token::StartObject) => reader.outermost()?,
        Some(token) => reader.whole(token)?,
        None => return Ok(Value::Null),
    };
    if reader.tokens.read_content()?.is_some() {
        return Err(reader
            .tokens
            .fail("Additional text found in JSON string after finishing deserializing object."));
    }
    value_of(node, options.as_hashtable)
}

/// What was read. All of it is read before any of it is refused for its names.
enum Node {
    Object(Members),
    Array(Vec<Self>),
    Value(Value),
    /// The call of a constructor: ConvertFrom-Json passes over it, wherever it stands.
    Constructor,
}

/// Members in order; of equal names the last one counts, at its own place.
#[derive(Default)]
struct Members {
    all: Vec<Option<(Text, Node)>>,
    places: HashMap<Text, usize>,
}

impl Members {
    fn add(&mut self, name: Text, node: Node) {
        if let Some(earlier) = self.places.insert(Text::clone(&name), self.all.len()) {
            self.all[earlier] = None;
        }
        self.all.push(Some((name, node)));
    }
}

struct Reader<'a> {
    tokens: Tokenizer<'a>,
    /// Whether the text ended behind a value, which closes whatever is open.
    ended: bool,
}

impl Reader<'_> {
    /// The outermost object, which wants its end (`JsonSerializerInternalReader.CreateJObject`).
    fn outermost(&mut self) -> Result<Node, JsonError> {
        let mut members = Members::default();
        let mut token = self.tokens.read()?;
        if token.is_none() {
            return Err(self.tokens.fail("Unexpected end when reading JSON."));
        }
        while let Some(read) = token {
            match read {
                Token::Name(name) => {
                    let Some(first) = self.tokens.read_content()? else {
                        break;
                    };
                    let node = self.whole(first)?;
                    members.add(name, node);
                }
                Token::Comment => {}
                _ => return Ok(Node::Object(members)),
            }
            token = self.tokens.read()?;
        }
        Err(self
            .tokens
            .fail("Unexpected end when deserializing object."))
    }

    /// The value that a token begins.
    fn whole(&mut self, first: Token) -> Result<Node, JsonError> {
        let initial = self.tokens.depth();
        self.node(first, initial)
    }

    fn node(&mut self, first: Token, initial: usize) -> Result<Node, JsonError> {
        match first {
            Token::StartObject => self.object(initial),
            Token::StartArray => self.items(initial).map(Node::Array),
            Token::StartConstructor => self.items(initial).map(|_| Node::Constructor),
            Token::Scalar(value) => Ok(Node::Value(value)),
            _ => Ok(Node::Value(Value::Null)),
        }
    }

    /// The next token within a value that began at a depth; none at the end of the text.
    fn next(&mut self, initial: usize) -> Result<Option<Token>, JsonError> {
        if self.ended {
            return Ok(None);
        }
        let token = self.tokens.read_content()?;
        if token.is_none() {
            if self.tokens.is_incomplete(initial) {
                return Err(self.tokens.incomplete());
            }
            self.ended = true;
        }
        Ok(token)
    }

    fn items(&mut self, initial: usize) -> Result<Vec<Node>, JsonError> {
        let mut items = Vec::new();
        loop {
            match self.next(initial)? {
                None | Some(Token::EndArray | Token::EndConstructor) => return Ok(items),
                Some(token) => items.push(self.node(token, initial)?),
            }
        }
    }

    fn object(&mut self, initial: usize) -> Result<Node, JsonError> {
        let mut members = Members::default();
        while let Some(Token::Name(name)) = self.next(initial)? {
            let Some(first) = self.next(initial)? else {
                break;
            };
            let node = self.node(first, initial)?;
            members.add(name, node);
        }
        Ok(Node::Object(members))
    }
}

fn value_of(node: Node, as_hashtable: bool) -> Result<Value, JsonError> {
    match node {
        Node::Value(value) => Ok(value),
        Node::Constructor => Ok(Value::Null),
        Node::Array(items) => items
            .into_iter()
            .filter(|item| !matches!(item, Node::Constructor))
            .map(|item| value_of(item, as_hashtable))
            .collect::<Result<_, _>>()
            .map(Value::array),
        Node::Object(members) if as_hashtable => hashtable(members),
        Node::Object(members) => custom_object(members),
    }
}

fn hashtable(members: Members) -> Result<Value, JsonError> {
    let mut entries = IndexMap::with_capacity(members.places.len());
    for (name, node) in members.all.into_iter().flatten() {
        if matches!(node, Node::Constructor) {
            continue;
        }
        let item = value_of(node, true)?;
        entries.insert(Text::clone(&name), (Value::String(name), item));
    }
    Ok(Value::Dictionary(Arc::new(Dictionary {
        comparer: Comparer::Exact,
        type_name: "System.Management.Automation.OrderedHashtable".into(),
        entries: entries.into(),
    })))
}

fn custom_object(members: Members) -> Result<Value, JsonError> {
    let mut known: HashMap<String, Text> = HashMap::with_capacity(members.places.len());
    let mut properties = Vec::with_capacity(members.places.len());
    for (name, node) in members.all.into_iter().flatten() {
        if name.is_empty() {
            return Err(JsonError::EmptyKey);
        }
        if let Some(earlier) = known.insert(name.to_lowercase(), Text::clone(&name)) {
            return Err(JsonError::KeysWithDifferentCasing(earlier, name));
        }
        if matches!(node, Node::Constructor) {
            continue;
        }
        properties.push(Property {
            name,
            value: value_of(node, false)?,
            note: true,
        });
    }
    Ok(Value::Object(Arc::new(Object::custom(properties))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::serialise::json_write::{JsonOptions, JsonWriter};

    /// The value as compressed JSON, or the message.
    fn answer(text: &str) -> String {
        let options = JsonReadOptions {
            as_hashtable: false,
            max_depth: 3,
            dates: DateKind::Default,
        };
        match read_json(text, options) {
            Ok(value) => {
                let mut out = String::new();
                let mut writer = JsonWriter::new(JsonOptions {
                    compress: true,
                    ..JsonOptions::default()
                });
                writer.write(&value, 0, &mut out).expect("keys are strings");
                out
            }
            Err(JsonError::Malformed(message)) => message,
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn texts_are_taken_as_newtonsoft_takes_them() {
        for (text, value) in [
            ("", "null"),
            ("// c", "null"),
            ("{a:1,'b':2,}", "{\"a\":1,\"b\":2}"),
            ("[,1,,]", "[null,1,null]"),
            ("{\"a\":,}", "{\"a\":null}"),
            ("{\"a\":1,\"b\":2,\"a\":3}", "{\"b\":2,\"a\":3}"),
            ("[010,0x1F,-010,.5,1.]", "[8,31,-10,0.5,1.0]"),
            ("[1", "[1]"),
            ("[[1],", "[[1]]"),
            ("[1,/*a*/2//b\n]", "[1,2]"),
            ("[NaN,-Infinity,undefined]", "[\"NaN\",\"-Infinity\",null]"),
            ("\"\\ud83d\\ude00\\ud83d\"", "\"😀\u{fffd}\""),
            ("\"2026-01-02T24:00:00z\"", "\"2026-01-03T00:00:00Z\""),
            ("\"/Date(1000)/\"", "\"1970-01-01T00:00:01Z\""),
            ("{\"a\":new Date(1000),\"b\":2}", "{\"b\":2}"),
            ("[1,new\nFoo (true,new B()),2]", "[1,2]"),
        ] {
            assert_eq!(answer(text), value, "{text}");
        }
    }

    #[test]
    fn messages_name_path_and_place() {
        for (text, message) in [
            (
                "x",
                "Unexpected character encountered while parsing value: x. Path '', line 0, position 0.",
            ),
            (
                "tru",
                "Unexpected end when reading JSON. Path '', line 1, position 3.",
            ),
            (
                "truex",
                "Error parsing boolean value. Path '', line 1, position 4.",
            ),
            (
                "{",
                "Unexpected end when reading JSON. Path '', line 1, position 1.",
            ),
            ("[", "Unexpected end when reading token. Path ''."),
            ("{\"a\":[1,", "Unexpected end when reading token. Path 'a'."),
            (
                "{\"a\":[1",
                "Unexpected end when deserializing object. Path 'a[0]', line 1, position 7.",
            ),
            (
                "]",
                "JsonToken EndArray is not valid for closing JsonType None. Path '', line 1, position 1.",
            ),
            (
                "[1}",
                "JsonToken EndObject is not valid for closing JsonType Array. Path '', line 1, position 3.",
            ),
            (
                "[1,\r\n x]",
                "Unexpected character encountered while parsing value: x. Path '[0]', line 2, position 1.",
            ),
            (
                "{a-b:1}",
                "Invalid JavaScript property identifier character: -. Path '', line 1, position 2.",
            ),
            (
                "{\"a b\":[{\"c\":x",
                "Unexpected character encountered while parsing value: x. Path '['a b'][0].c', line 1, position 13.",
            ),
            (
                "09",
                "Input string '09' is not a valid number. Path '', line 1, position 2.",
            ),
            (
                "1;",
                "Unexpected character encountered while parsing number: ;. Path '', line 1, position 1.",
            ),
            (
                "\"\\u00zz\"",
                "Invalid Unicode escape sequence: \\u00zz. Path '', line 1, position 3.",
            ),
            (
                "/*",
                "Unexpected end while parsing comment. Path '', line 1, position 1.",
            ),
            (
                "[[[[1]]]]",
                "The reader's MaxDepth of 3 has been exceeded. Path '[0][0][0]', line 1, position 4.",
            ),
        ] {
            assert_eq!(answer(text), message, "{text}");
        }
    }

    #[test]
    fn messages_of_constructors_name_path_and_place() {
        for (text, message) in [
            (
                "[new Date",
                "Unexpected end while parsing constructor. Path '', line 1, position 9.",
            ),
            (
                "[new Date-(1)]",
                "Unexpected character while parsing constructor: -. Path '', line 1, position 9.",
            ),
            (
                "[new Date(1]",
                "JsonToken EndArray is not valid for closing JsonType Constructor. Path '[0]', line 1, position 12.",
            ),
        ] {
            assert_eq!(answer(text), message, "{text}");
        }
    }
}
