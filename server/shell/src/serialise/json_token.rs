//! JSON as tokens, by the rules of Newtonsoft's `JsonTextReader`: what it takes beside the standard (comments, single
//! quotes, bare names, trailing commas, empty places), its messages, and the positions in them.

use crate::serialise::json_date::{DateKind, read_date};
use crate::serialise::json_read::JsonError;
use crate::value::{Text, Value};

/// One token.
pub(super) enum Token {
    StartObject,
    StartArray,
    EndObject,
    EndArray,
    /// `new Name(`: what the reader takes as the call of a constructor.
    StartConstructor,
    EndConstructor,
    /// The name of a member.
    Name(Text),
    Scalar(Value),
    /// `undefined`, or nothing before a comma.
    Undefined,
    Comment,
}

/// What the token before was, as far as the place in the document follows from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Last {
    None,
    Start,
    End,
    Comment,
    Other,
}

/// What may come next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Start,
    Property,
    Array,
    ArrayStart,
    Object,
    ObjectStart,
    Constructor,
    ConstructorStart,
    PostValue,
    Finished,
}

/// What holds values (`JsonContainerType`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Container {
    Object,
    Array,
    Constructor,
}

/// A container that is open.
struct Place {
    container: Container,
    /// The member at hand.
    name: Text,
    /// The element at hand; −1 before the first.
    index: i64,
}

/// Characters for which a name in a path stands in brackets.
const SPECIAL: &[char] = &[
    '.', ' ', '\'', '/', '"', '[', ']', '(', ')', '\t', '\n', '\r', '\u{c}', '\u{8}', '\\',
    '\u{85}', '\u{2028}', '\u{2029}',
];

/// Reads tokens one after the other.
pub(super) struct Tokenizer<'a> {
    pub(super) text: &'a str,
    pub(super) at: usize,
    line: usize,
    line_start: usize,
    state: State,
    last: Last,
    open: Vec<Place>,
    dates: DateKind,
    max_depth: usize,
}

pub(super) type Read<T> = Result<T, JsonError>;

impl<'a> Tokenizer<'a> {
    pub(super) fn new(text: &'a str, dates: DateKind, max_depth: usize) -> Self {
        Self {
            text,
            at: 0,
            line: 1,
            line_start: 0,
            state: State::Start,
            last: Last::None,
            open: Vec::new(),
            dates,
            max_depth,
        }
    }

    /// The next token; none at the end of the text.
    pub(super) fn read(&mut self) -> Read<Option<Token>> {
        loop {
            match self.state {
                State::Start
                | State::Property
                | State::Array
                | State::ArrayStart
                | State::Constructor
                | State::ConstructorStart => return self.value(),
                State::Object | State::ObjectStart => return self.member(),
                State::PostValue => {
                    if let Some(token) = self.after_value()? {
                        return Ok(Some(token));
                    }
                }
                State::Finished => return self.finished(),
            }
        }
    }

    /// The next token that is no comment.
    pub(super) fn read_content(&mut self) -> Read<Option<Token>> {
        loop {
            match self.read()? {
                Some(Token::Comment) => {}
                token => return Ok(token),
            }
        }
    }

    /// Containers around the token at hand (`JsonReader.Depth`).
    pub(super) fn depth(&self) -> usize {
        match self.last {
            Last::Start => self.open.len().saturating_sub(1),
            _ => self.open.len(),
        }
    }

    /// Whether the text ended before what was begun at a depth; that it ended behind a value goes unnoticed
    /// (`JsonWriter.IsWriteTokenIncomplete`).
    pub(super) fn is_incomplete(&self, initial: usize) -> bool {
        match self.last {
            Last::None => false,
            Last::Start => initial <= self.depth(),
            Last::End => initial + 1 < self.depth(),
            Last::Comment | Last::Other => initial < self.depth(),
        }
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    pub(super) fn starts_with(&self, start: &str) -> bool {
        self.text[self.at..].starts_with(start)
    }

    /// Steps over a line end. The very last `\n` of a text does not belong to the `\r` before it.
    pub(super) fn line_end(&mut self) {
        let pair = self.starts_with("\r\n") && self.at + 2 < self.text.len();
        self.at += if pair { 2 } else { 1 };
        self.line += 1;
        self.line_start = self.at;
    }

    /// An error here, with the path and the place.
    pub(super) fn fail(&self, message: impl std::fmt::Display) -> JsonError {
        let position = self.text[self.line_start..self.at].encode_utf16().count();
        let unmoved = self.state == State::Start && position == 0 && self.last != Last::Comment;
        let line = if unmoved { 0 } else { self.line };
        let inside = !matches!(
            self.state,
            State::ArrayStart | State::ObjectStart | State::ConstructorStart
        );
        let path = self.path(self.open.len() - usize::from(!inside && !self.open.is_empty()));
        JsonError::Malformed(format!(
            "{message} Path '{path}', line {line}, position {position}."
        ))
    }

    /// The error of a text that ends within a container.
    pub(super) fn incomplete(&self) -> JsonError {
        let path = self.path(self.open.len().saturating_sub(1));
        JsonError::Malformed(format!("Unexpected end when reading token. Path '{path}'."))
    }

    pub(super) fn end(&self) -> JsonError {
        self.fail("Unexpected end when reading JSON.")
    }

    fn path(&self, count: usize) -> String {
        let mut out = String::new();
        for place in &self.open[..count] {
            if place.container != Container::Object {
                out.push_str(&format!("[{}]", place.index));
            } else if place.name.contains(SPECIAL) {
                out.push_str("['");
                for c in place.name.chars() {
                    match c {
                        '"' => out.push('"'),
                        '\'' => out.push_str("\\'"),
                        c => crate::serialise::json_write::push_char(&mut out, c),
                    }
                }
                out.push_str("']");
            } else {
                if !out.is_empty() {
                    out.push('.');
                }
                out.push_str(&place.name);
            }
        }
        out
    }

    fn count_value(&mut self) {
        if let Some(place) = self.open.last_mut()
            && place.container != Container::Object
        {
            place.index += 1;
        }
    }

    fn behind_value(&mut self) {
        self.state = if self.open.is_empty() {
            State::Finished
        } else {
            State::PostValue
        };
    }

    /// Notes that a scalar has begun; errors within it are those of its place already.
    pub(super) fn begin_scalar(&mut self) {
        self.behind_value();
        self.count_value();
    }

    pub(super) fn scalar(&mut self, value: Value) -> Token {
        self.last = Last::Other;
        Token::Scalar(value)
    }

    /// Opens a container whose first characters have been read.
    pub(super) fn start(&mut self, container: Container) -> Read<Token> {
        self.count_value();
        self.open.push(Place {
            container,
            name: "".into(),
            index: -1,
        });
        self.last = Last::Start;
        let (state, token) = match container {
            Container::Object => (State::ObjectStart, Token::StartObject),
            Container::Array => (State::ArrayStart, Token::StartArray),
            Container::Constructor => (State::ConstructorStart, Token::StartConstructor),
        };
        self.state = state;
        if self.open.len() > self.max_depth {
            return Err(self.fail(format_args!(
                "The reader's MaxDepth of {} has been exceeded.",
                self.max_depth
            )));
        }
        Ok(token)
    }

    /// Steps over the sign that closes a container.
    fn close(&mut self, sign: char) -> Read<Option<Token>> {
        self.at += 1;
        self.last = Last::End;
        let (container, token) = match sign {
            '}' => (Container::Object, Token::EndObject),
            ']' => (Container::Array, Token::EndArray),
            _ => (Container::Constructor, Token::EndConstructor),
        };
        let closed = self.open.pop().map(|place| place.container);
        if closed != Some(container) {
            let open = closed.map_or_else(|| "None".to_owned(), |open| format!("{open:?}"));
            return Err(self.fail(format_args!(
                "JsonToken End{container:?} is not valid for closing JsonType {open}."
            )));
        }
        self.behind_value();
        Ok(Some(token))
    }

    /// Whether arguments of a constructor come next.
    pub(super) fn is_in_constructor(&self) -> bool {
        matches!(self.state, State::Constructor | State::ConstructorStart)
    }

    /// Steps over blanks and line ends, counting lines; NUL counts as blank, as it does in Newtonsoft's buffer.
    pub(super) fn skip_blanks(&mut self) {
        while let Some(c) = self.peek() {
            match c {
                '\r' | '\n' => self.line_end(),
                '\0' => self.at += 1,
                c if c.is_whitespace() => self.at += c.len_utf8(),
                _ => return,
            }
        }
    }

    fn finished(&mut self) -> Read<Option<Token>> {
        self.skip_blanks();
        match self.peek() {
            None => {
                self.last = Last::None;
                Ok(None)
            }
            Some('/') => self.comment().map(Some),
            Some(c) => Err(self.fail(format_args!(
                "Additional text encountered after finished reading JSON content: {c}."
            ))),
        }
    }

    fn after_value(&mut self) -> Read<Option<Token>> {
        self.skip_blanks();
        match self.peek() {
            None => {
                self.state = State::Finished;
                Ok(None)
            }
            Some(c @ ('}' | ']' | ')')) => self.close(c),
            Some('/') => self.comment().map(Some),
            Some(',') => {
                self.at += 1;
                self.state = match self.open.last().map(|place| place.container) {
                    None => State::Finished,
                    Some(Container::Array) => State::Array,
                    Some(Container::Constructor) => State::Constructor,
                    Some(Container::Object) => State::Object,
                };
                Ok(None)
            }
            Some(c) => Err(self.fail(format_args!(
                "After parsing a value an unexpected character was encountered: {c}."
            ))),
        }
    }

    fn member(&mut self) -> Read<Option<Token>> {
        self.skip_blanks();
        match self.peek() {
            None => Ok(None),
            Some('}') => self.close('}'),
            Some('/') => self.comment().map(Some),
            Some(c) => self.name(c).map(Some),
        }
    }

    fn name(&mut self, first: char) -> Read<Token> {
        let name = match first {
            '"' | '\'' => {
                self.at += 1;
                self.string(first)?
            }
            c if is_identifier(c) => self.bare_name()?,
            c => {
                return Err(self.fail(format_args!("Invalid property identifier character: {c}.")));
            }
        };
        self.skip_blanks();
        let next = self.peek().unwrap_or('\0');
        if next != ':' {
            return Err(self.fail(format_args!(
                "Invalid character after parsing property name. Expected ':' but got: {next}."
            )));
        }
        self.at += 1;
        self.last = Last::Other;
        self.state = State::Property;
        let name = Text::from(name);
        if let Some(place) = self.open.last_mut() {
            place.name = Text::clone(&name);
        }
        Ok(Token::Name(name))
    }

    fn bare_name(&mut self) -> Read<String> {
        let start = self.at;
        while let Some(c) = self.peek() {
            if c.is_whitespace() || matches!(c, ':' | '\0') {
                return Ok(self.text[start..self.at].to_owned());
            }
            if !is_identifier(c) {
                return Err(self.fail(format_args!(
                    "Invalid JavaScript property identifier character: {c}."
                )));
            }
            self.at += c.len_utf8();
        }
        Err(self.fail("Unexpected end while parsing unquoted property name."))
    }

    fn value(&mut self) -> Read<Option<Token>> {
        self.skip_blanks();
        let Some(c) = self.peek() else {
            return Ok(None);
        };
        let token = match c {
            '"' | '\'' => {
                self.at += 1;
                let text = self.string(c)?;
                self.begin_scalar();
                let date = read_date(&text, self.dates);
                self.scalar(date.unwrap_or_else(|| Value::text(text)))
            }
            't' => self.word("true", "Error parsing boolean value.", Value::Bool(true))?,
            'f' => self.word("false", "Error parsing boolean value.", Value::Bool(false))?,
            'n' => self.null_or_new()?,
            'N' => self.real_word("NaN", f64::NAN)?,
            'I' => self.real_word("Infinity", f64::INFINITY)?,
            '-' if self.starts_with("-I") => self.real_word("-Infinity", f64::NEG_INFINITY)?,
            'u' => {
                self.word("undefined", "Error parsing undefined value.", Value::Null)?;
                Token::Undefined
            }
            '/' => self.comment()?,
            '{' | '[' => {
                self.at += 1;
                let is_array = c == '[';
                self.start(if is_array {
                    Container::Array
                } else {
                    Container::Object
                })?
            }
            ']' | ')' => return self.close(c),
            ',' => {
                // The comma is read again, as what stands behind a value.
                self.begin_scalar();
                self.last = Last::Other;
                Token::Undefined
            }
            c if c.is_numeric() || matches!(c, '-' | '.') => self.number()?,
            c => {
                return Err(self.fail(format_args!(
                    "Unexpected character encountered while parsing value: {c}."
                )));
            }
        };
        Ok(Some(token))
    }

    fn comment(&mut self) -> Read<Token> {
        const ENDS: &str = "Unexpected end while parsing comment.";
        self.at += 1;
        // One character is not enough: the reader wants to see one more behind it.
        let mut rest = self.text[self.at..].chars();
        let (Some(kind), Some(_)) = (rest.next(), rest.next()) else {
            return Err(self.fail(ENDS));
        };
        if !matches!(kind, '*' | '/') {
            return Err(self.fail(format_args!(
                "Error parsing comment. Expected: *, got {kind}."
            )));
        }
        self.at += 1;
        loop {
            match self.peek() {
                None if kind == '/' => break,
                None => return Err(self.fail(ENDS)),
                Some('\r' | '\n') if kind == '/' => break,
                Some('\r' | '\n') => self.line_end(),
                Some('*') if kind == '*' && self.starts_with("*/") => {
                    self.at += 2;
                    break;
                }
                Some(c) => self.at += c.len_utf8(),
            }
        }
        self.last = Last::Comment;
        Ok(Token::Comment)
    }
}

fn is_identifier(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '$')
}
