//! `[regex]::…` and the methods of a `Regex` and of a `Match`.

use std::ops::Range;
use std::sync::{Arc, Weak};

use crate::command::ParameterType;
use crate::convert::{ConversionContext, convert, enumerations};
use crate::evaluate::method::{Outcome, text_of};
use crate::evaluate::{MAX_GROWTH, failure, overload};
use crate::pipeline::engine::Engine;
use crate::pipeline::halt::Halt;
use crate::pipeline::sink::Sink;
use crate::regex::{
    MAX_MATCHES, Match, Options, Pattern, Places, TooHard, compile, compile_with, escape, expand,
    match_object, next_match_object, no_match, unescape,
};
use crate::text::as_double;
use crate::value::{Array, List, NamedScalar, Object, ScriptBlock, Text, Value};

/// Full name of the class.
pub(super) const TYPE: &str = "System.Text.RegularExpressions.Regex";

const OPTIONS: &str = "System.Text.RegularExpressions.RegexOptions";
const PARSE_EXCEPTION: &str = "System.Text.RegularExpressions.RegexParseException";
/// `RegexOptions.RightToLeft`.
const RIGHT_TO_LEFT: i64 = 64;

/// One call: what is searched, for what, and with how many matches from where on.
struct Search {
    input: Text,
    pattern: Pattern,
    /// In bytes of the input.
    from: usize,
    most: usize,
}

/// Where the matches of a session go on (`Match.NextMatch`), as long as anybody holds them.
#[derive(Debug, Default)]
pub(crate) struct Searches(Vec<(Weak<Object>, Going)>);

/// What a match was found in and by, and where it lies; nowhere if it is none.
#[derive(Clone, Debug)]
struct Going {
    input: Text,
    pattern: Pattern,
    place: Option<Range<usize>>,
}

impl Searches {
    fn note(&mut self, input: &Text, pattern: &Pattern, found: Option<&Match<'_>>) -> Value {
        let object = found.map_or_else(no_match, match_object);
        if let Value::Object(own) = &object {
            self.0.retain(|(known, _)| known.strong_count() > 0);
            let going = Going {
                input: input.clone(),
                pattern: pattern.clone(),
                place: found.map(Match::range),
            };
            self.0.push((Arc::downgrade(own), going));
        }
        object
    }

    fn of(&self, object: &Arc<Object>) -> Option<Going> {
        let own = |(known, _): &&(Weak<Object>, Going)| std::ptr::eq(known.as_ptr(), &**object);
        self.0
            .iter()
            .rev()
            .find(own)
            .map(|(_, going)| going.clone())
    }
}

fn too_hard(_: TooHard) -> Outcome {
    Outcome::Thrown(
        "System.Text.RegularExpressions.RegexMatchTimeoutException",
        "The Regex engine has timed out while trying to match a pattern to an input string.".into(),
    )
}

/// The options of a number of `RegexOptions`, as far as they change what is found.
pub(crate) fn options_of(bits: i64) -> Options {
    let has = |bit: i64| bits & bit != 0;
    Options {
        ignore_case: has(1),
        multiline: has(2),
        explicit_capture: has(4),
        singleline: has(16),
        extended: has(32),
    }
}

/// The number of what stands for `RegexOptions`: a member, a number, names.
pub(super) fn bits_of(options: &Value) -> i64 {
    let definition = enumerations::find(OPTIONS).map(ParameterType::Enum);
    let made = definition.map(|target| convert(options, &target, ConversionContext::default()));
    match made {
        Some(Ok(Value::Enum(member))) => member.number,
        _ => 0,
    }
}

fn compiled(pattern: &str, bits: i64) -> Result<Pattern, Outcome> {
    if bits & RIGHT_TO_LEFT != 0 {
        return Err(Outcome::Thrown(
            "System.NotSupportedException",
            "RegexOptions.RightToLeft is not supported in this session.".into(),
        ));
    }
    compile_with(pattern, options_of(bits))
        .map_err(|reason| Outcome::Thrown(PARSE_EXCEPTION, reason))
}

/// The pattern that an operand stands for: an expression is taken as it was made, any other value is its text.
///
/// # Errors
/// What is wrong with it, in .NET's words.
pub(super) fn pattern_of(value: &Value, case_sensitive: bool) -> Result<Pattern, String> {
    match value.base() {
        Value::Named(own) if &*own.type_name == TYPE => {
            compile_with(&own.text, options_of(own.options))
        }
        other => compile(&text_of(other), case_sensitive),
    }
}

/// A new `Regex`.
fn new(pattern: &Value, options: Option<&Value>) -> Outcome {
    let (text, bits) = (text_of(pattern), options.map_or(0, bits_of));
    match compiled(&text, bits) {
        Ok(_) => Outcome::Value(Value::Named(Arc::new(NamedScalar {
            type_name: TYPE.into(),
            text: text.into(),
            options: bits,
        }))),
        Err(refused) => refused,
    }
}

/// The byte of a text that a UTF-16 unit stands at.
fn place(text: &str, units: &Value) -> Option<usize> {
    let wanted = as_double(units).and_then(|n| usize::try_from(n as i64).ok())?;
    let mut passed = 0;
    for (at, c) in text.char_indices() {
        if passed >= wanted {
            return Some(at);
        }
        passed += c.len_utf16();
    }
    (passed >= wanted).then_some(text.len())
}

/// What a call of a method searches, and the rest of its arguments: `Match(input, pattern, …)` of the class,
/// `Match(input, …)` of one of its values.
fn search<'v>(
    name: &str,
    of: Option<&NamedScalar>,
    arguments: &'v [Value],
) -> Result<(Search, &'v [Value]), Outcome> {
    let replaces = usize::from(name == "replace");
    let (input, rest) = arguments.split_first().ok_or(Outcome::Unknown)?;
    let input: Text = text_of(input).into();
    let Some(own) = of else {
        let (pattern, rest) = rest.split_first().ok_or(Outcome::Unknown)?;
        let pattern = compiled(&text_of(pattern), rest.get(replaces).map_or(0, bits_of))?;
        let all = Search {
            input,
            pattern,
            from: 0,
            most: MAX_GROWTH,
        };
        return Ok((all, rest));
    };
    let pattern = compiled(&own.text, own.options)?;
    let counted = matches!(name, "replace" | "split");
    let count = rest.get(replaces).filter(|_| counted);
    let start = rest.get(replaces + usize::from(counted));
    let from = match start {
        Some(start) => place(&input, start).ok_or_else(|| {
            Outcome::Thrown(
                "System.ArgumentOutOfRangeException",
                "Start index cannot be less than 0 or greater than input length. (Parameter 'startat')".into(),
            )
        })?,
        None => 0,
    };
    let most = match count.and_then(as_double).map(|count| count as i64) {
        None | Some(-1) => MAX_GROWTH,
        Some(0) if name == "split" => MAX_GROWTH,
        Some(count) if count >= 0 => {
            // The last piece is what is left.
            let count = usize::try_from(count).unwrap_or(MAX_GROWTH);
            if name == "split" { count - 1 } else { count }
        }
        Some(_) => {
            return Err(Outcome::Thrown(
                "System.ArgumentOutOfRangeException",
                "Count cannot be less than -1. (Parameter 'count')".into(),
            ));
        }
    };
    let one = Search {
        input,
        pattern,
        from,
        most,
    };
    Ok((one, rest))
}

impl Search {
    fn all(&self) -> impl Iterator<Item = Result<Match<'_>, TooHard>> {
        self.pattern
            .find_all_from(&self.input, self.from)
            .take(self.most)
    }
}

impl Engine<'_> {
    /// A static method of the class, or one of a value of it; none if there is no such method.
    pub(super) fn regex_method(
        &mut self,
        of: Option<&NamedScalar>,
        name: &str,
        arguments: &[Value],
        out: &mut dyn Sink,
    ) -> Result<Outcome, Halt> {
        let known = match (of, name, arguments) {
            (None, "new", [pattern]) => Some(new(pattern, None)),
            (None, "new", [pattern, options, ..]) => Some(new(pattern, Some(options))),
            (None, "escape", [text]) => Some(Outcome::Value(Value::text(escape(&text_of(text))))),
            (None, "unescape", [text]) => Some(match unescape(&text_of(text)) {
                Ok(text) => Outcome::Value(Value::text(text)),
                Err(reason) => Outcome::Thrown(PARSE_EXCEPTION, reason),
            }),
            (Some(own), _, _) => self::groups(own, name, arguments),
            _ => None,
        };
        if let Some(known) = known {
            return Ok(known);
        }
        let (search, rest) = match search(name, of, arguments) {
            Ok(found) => found,
            Err(refused) => return Ok(refused),
        };
        if let ("replace", Some(Value::ScriptBlock(block))) = (name, rest.first()) {
            return self.replaced_by_block(&search, block, arguments.len(), out);
        }
        if name == "match" {
            return Ok(match search.all().next().transpose() {
                Ok(found) => {
                    let (input, pattern) = (&search.input, &search.pattern);
                    let searches = &mut self.session.searches;
                    Outcome::Value(searches.note(input, pattern, found.as_ref()))
                }
                Err(error) => too_hard(error),
            });
        }
        Ok(searched(name, &search, rest).unwrap_or_else(too_hard))
    }

    /// `Replace` with a block for a `MatchEvaluator`.
    fn replaced_by_block(
        &mut self,
        search: &Search,
        block: &Arc<ScriptBlock>,
        count: usize,
        out: &mut dyn Sink,
    ) -> Result<Outcome, Halt> {
        let input = &*search.input;
        let (mut text, mut last) = (String::with_capacity(input.len()), 0);
        for found in search.all() {
            self.check_stop()?;
            let found = match found {
                Ok(found) => found,
                Err(error) => return Ok(too_hard(error)),
            };
            let whole = found.range();
            text.push_str(&input[last..whole.start]);
            let part = match self.call_delegate(block, &match_object(&found), out) {
                Ok(part) => part,
                Err(Halt::Error(record) | Halt::Throw(record)) => {
                    return Err(self.fail(failure::method_invocation(
                        "Replace",
                        count,
                        &record.exception,
                        &record.message,
                    )));
                }
                Err(halt) => return Err(halt),
            };
            text.push_str(&text_of(&part));
            last = whole.end;
            if text.len() > MAX_GROWTH {
                return Ok(Outcome::too_large());
            }
        }
        text.push_str(&input[last..]);
        Ok(Outcome::Value(Value::text(text)))
    }

    /// `NextMatch` and `Result` of a match; none if the value is none, or the method another one.
    pub(super) fn match_method(
        &mut self,
        owner: &Value,
        name: &str,
        arguments: &[Value],
    ) -> Result<Option<Value>, Halt> {
        let Value::Object(object) = owner else {
            return Ok(None);
        };
        if !matches!(name, "nextmatch" | "result") {
            return Ok(None);
        }
        let Some(going) = self.session.searches.of(object) else {
            return Ok(None);
        };
        let Going {
            input,
            pattern,
            place,
        } = going;
        let outcome = match (name, arguments, place) {
            ("nextmatch", [], None) => return Ok(Some(owner.clone())),
            ("nextmatch", [], Some(Range { start, end })) => {
                let from = match start < end {
                    true => Some(end),
                    false => input[end..].chars().next().map(|c| end + c.len_utf8()),
                };
                let found = from.map_or(Ok(None), |from| pattern.find(&input, from));
                match found {
                    Ok(found) => {
                        let searches = &mut self.session.searches;
                        return Ok(Some(searches.note(&input, &pattern, found.as_ref())));
                    }
                    Err(error) => too_hard(error),
                }
            }
            ("result", [_], None) => Outcome::Thrown(
                "System.NotSupportedException",
                "Result cannot be called on a failed Match.".into(),
            ),
            ("result", [template], Some(Range { start, .. })) => {
                match pattern.find(&input, start) {
                    Ok(Some(found)) => {
                        let mut text = String::new();
                        expand(&text_of(template), &found, &mut text);
                        return Ok(Some(Value::text(text)));
                    }
                    _ => too_hard(TooHard),
                }
            }
            _ => return Err(self.fail(overload::none_found(name, arguments.len()))),
        };
        let spelled = if name == "result" {
            "Result"
        } else {
            "NextMatch"
        };
        match outcome {
            Outcome::Thrown(exception, message) => Err(self.fail(failure::method_invocation(
                spelled,
                arguments.len(),
                exception,
                &message,
            ))),
            _ => Ok(None),
        }
    }
}

/// What a `Regex` says of its groups; none if the method is another one.
fn groups(own: &NamedScalar, name: &str, arguments: &[Value]) -> Option<Outcome> {
    if !name.contains("group") {
        return None;
    }
    let pattern = match compiled(&own.text, own.options) {
        Ok(pattern) => pattern,
        Err(refused) => return Some(refused),
    };
    let groups: Vec<(i32, String)> = pattern
        .group_names()
        .map(|(number, name)| {
            let number = i32::try_from(number).unwrap_or(i32::MAX);
            (
                number,
                name.map_or_else(|| number.to_string(), str::to_owned),
            )
        })
        .collect();
    Some(Outcome::Value(match (name, arguments) {
        ("getgroupnames", []) => Value::strings(groups.into_iter().map(|(_, name)| name)),
        ("getgroupnumbers", []) => Value::Array(Arc::new(Array {
            element_type: "System.Int32".into(),
            items: groups
                .into_iter()
                .map(|(number, _)| Value::Int32(number))
                .collect::<Vec<_>>()
                .into(),
        })),
        ("groupnamefromnumber", [number]) => {
            let number = as_double(number).map_or(-1, |number| number as i32);
            let found = groups.into_iter().find(|(own, _)| *own == number);
            Value::text(found.map_or_else(String::new, |(_, name)| name))
        }
        ("groupnumberfromname", [name]) => {
            let name = text_of(name);
            let found = groups.into_iter().find(|(_, own)| *own == name);
            Value::Int32(found.map_or(-1, |(number, _)| number))
        }
        _ => return Some(Outcome::Unknown),
    }))
}

/// What a search gives that needs nothing of the session.
fn searched(name: &str, search: &Search, rest: &[Value]) -> Result<Outcome, TooHard> {
    let input = &*search.input;
    Ok(match name {
        "ismatch" => Outcome::Value(Value::Bool(search.all().next().transpose()?.is_some())),
        "count" => {
            let count = search.all().collect::<Result<Vec<_>, _>>()?.len();
            Outcome::Value(Value::Int32(i32::try_from(count).unwrap_or(i32::MAX)))
        }
        "matches" => {
            let (mut found, mut places) = (Vec::new(), Places::default());
            for one in search.all() {
                if found.len() == MAX_MATCHES {
                    return Ok(Outcome::too_large());
                }
                found.push(next_match_object(&one?, &mut places));
            }
            Outcome::Value(Value::List(Arc::new(List {
                keys: None,
                type_name: "System.Text.RegularExpressions.MatchCollection".into(),
                items: found.into(),
            })))
        }
        "replace" => {
            let Some(replacement) = rest.first() else {
                return Ok(Outcome::Unknown);
            };
            let replacement = text_of(replacement);
            let (mut out, mut last) = (String::with_capacity(input.len()), 0);
            for one in search.all() {
                let one = one?;
                let whole = one.range();
                out.push_str(&input[last..whole.start]);
                expand(&replacement, &one, &mut out);
                last = whole.end;
                if out.len() > MAX_GROWTH {
                    return Ok(Outcome::too_large());
                }
            }
            out.push_str(&input[last..]);
            Outcome::Value(Value::text(out))
        }
        "split" => Outcome::Value(split(search)?),
        _ => Outcome::Unknown,
    })
}

/// The pieces between the matches, and what their groups caught.
fn split(search: &Search) -> Result<Value, TooHard> {
    let input = &*search.input;
    let (mut pieces, mut last) = (Vec::new(), 0);
    for one in search.all() {
        let one = one?;
        let whole = one.range();
        pieces.push(input[last..whole.start].to_owned());
        let caught = one.groups().skip(1).filter_map(|(_, _, span)| span);
        pieces.extend(caught.map(|span| input[span].to_owned()));
        last = whole.end;
    }
    pieces.push(input[last..].to_owned());
    Ok(Value::strings(pieces))
}

/// `Options` of a `Regex`.
pub(crate) fn options_value(bits: i64) -> Value {
    enumerations::value(OPTIONS, bits)
}
