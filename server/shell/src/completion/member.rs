//! Members behind `.` and `::`: of values that are there, else of the types that they may have.

use crate::completion::inference::{self, Inference, Inferred};
use crate::completion::place::Place;
use crate::completion::quote::Quoted;
use crate::completion::{Completion, CompletionMatch, CompletionSource, MatchKind, known, tree};
use crate::dotnet::{self, Member, Seen};
use crate::help::syntax::{TypeStyle, type_text};
use crate::language::ast::{Block, Expression};
use crate::members;
use crate::type_names::type_name;
use crate::value::Value;
use crate::wildcard::Wildcard;

/// Methods of everything that can be gone through.
const EXTENSIONS: &[(&str, &str)] = &[
    ("Where", "Where({ expression } [, mode [, numberToReturn]])"),
    ("ForEach", "ForEach(expression [, arguments...])"),
    (
        "PSWhere",
        "PSWhere({ expression } [, mode [, numberToReturn]])",
    ),
    ("PSForEach", "PSForEach(expression [, arguments...])"),
];

/// The member access that the caret is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Access {
    /// Where the expression begins whose member it is.
    pub(super) target: usize,
    /// Where the operator begins.
    pub(super) operator: usize,
    /// Where the member's name begins.
    pub(super) name: usize,
    /// Whether it is `::`.
    pub(super) is_static: bool,
}

/// The last `.` or `::` of the word at the caret that stands behind an expression.
pub(super) fn access(text: &str, place: &Place, caret: usize) -> Option<Access> {
    let start = place.word.start;
    let word = text.get(start..caret)?;
    let mut target = start;
    let mut found = None;
    let mut closing: Vec<char> = Vec::new();
    let mut letters = word.char_indices().peekable();
    while let Some((at, c)) = letters.next() {
        match c {
            '`' => drop(letters.next()),
            '\'' | '"' => {
                let closed = letters.any(|(_, other)| other == c);
                if !closed {
                    return None;
                }
            }
            '(' => closing.push(')'),
            '{' => closing.push('}'),
            '[' => closing.push(']'),
            c if closing.last() == Some(&c) => drop(closing.pop()),
            _ if !closing.is_empty() => {}
            '.' if letters.peek().is_some_and(|(_, next)| *next == '.') => {
                letters.next();
                (target, found) = (start + at + 2, None);
            }
            '.' | ':' => {
                let is_static = c == ':';
                if is_static && letters.next_if(|(_, next)| *next == ':').is_none() {
                    continue;
                }
                let operator = start + at;
                let operator = match text[target..operator].ends_with('?') && !is_static {
                    true => operator - 1,
                    false => operator,
                };
                found = Some(Access {
                    target,
                    operator,
                    name: start + at + if is_static { 2 } else { 1 },
                    is_static,
                });
            }
            '+' | '-' | '*' | '/' | '%' | '!' | '=' | '<' | '>' => {
                (target, found) = (start + at + 1, None);
            }
            _ => {}
        }
    }
    let mut found = found.filter(|_| closing.is_empty())?;
    found.target = past_casts(text, found);
    let before = &text[found.target..found.operator];
    let is_operand = before.starts_with(['$', '(', '[', '"', '\'', '@']);
    is_operand.then_some(found)
}

/// Where the operand begins behind `[type]`s: a member belongs to it before the cast.
fn past_casts(text: &str, access: Access) -> usize {
    let mut at = access.target;
    while text[at..access.operator].starts_with('[')
        && let Some(close) = text[at..access.operator].find(']')
    {
        let next = at + close + 1;
        let rest = &text[next..access.operator];
        if rest.is_empty() || rest.starts_with([']', ':', '.']) {
            return at;
        }
        at = next;
    }
    at
}

/// Completes the name of a member.
pub(super) fn complete(
    access: Access,
    place: &Place,
    text: &str,
    source: &dyn CompletionSource,
) -> Completion {
    let typed = &text[access.name..place.word_end.max(access.name)];
    let whole = Completion::at(access.name, typed.len());
    let target = &text[access.target..access.operator];
    if target.starts_with('@') && !target.starts_with("@(") && !target.starts_with("@{") {
        return whole;
    }
    let Some(fragment) = tree::block(target) else {
        return whole;
    };
    let Some(expression) = tree::pure(&fragment) else {
        return whole;
    };
    let pattern = Wildcard::new(&format!("{typed}*"));
    let mut matches = Vec::new();
    if let Some(value) = known::value(expression, source) {
        matches = of_value(&value, access.is_static, &pattern);
    }
    if matches.is_empty()
        && !access.is_static
        && let Some(whole) = tree::before(text, access.operator, place)
    {
        matches = of_types(&whole, access, text, source, &pattern);
    }
    Completion { matches, ..whole }
}

fn of_types(
    whole: &Block,
    access: Access,
    text: &str,
    source: &dyn CompletionSource,
    pattern: &Wildcard,
) -> Vec<CompletionMatch> {
    let inference = Inference::new(text, whole, access.operator, source);
    // The expression as it stands in the text, so that `$_` finds what it is the element of.
    let mut found: Option<Vec<Inferred>> = None;
    tree::walk(whole, &mut |node, left| {
        if let (tree::Node::Expression(expression), false) = (node, left)
            && found.is_none()
            && is_target(expression, access)
        {
            found = Some(inference.of(expression));
        }
        found.is_none()
    });
    offered(&found.unwrap_or_default(), &inference, pattern, &[], true)
}

fn is_target(expression: &Expression, access: Access) -> bool {
    expression.extent.start == access.target && expression.extent.end == access.operator
}

/// The members of a value that is there, properties before methods.
fn of_value(value: &Value, is_static: bool, pattern: &Wildcard) -> Vec<CompletionMatch> {
    if is_static {
        return of_type_itself(value, pattern);
    }
    let mut found = Vec::new();
    let table = dotnet::members(&type_name_of(value), false);
    let mut listed: Vec<&Member> = table.iter().collect();
    listed.sort_by_key(|member| match member.kind {
        dotnet::Kind::Alias(_) => 0,
        dotnet::Kind::Property { .. } => 1,
        dotnet::Kind::Method(_) => 3,
    });
    let mut own: Vec<_> = members::properties(value)
        .into_iter()
        .filter(|own| !listed.iter().any(|known| *known.name == *own.name))
        .collect();
    own.sort_by_cached_key(|own| own.name.to_lowercase());
    let (methods, properties): (Vec<_>, Vec<_>) =
        listed.into_iter().partition(|member| member.is_method());
    // What is noted on a value comes behind what its type has.
    let custom = matches!(value, Value::Object(object) if object.custom);
    let properties = properties.into_iter().filter(|_| !custom);
    found.extend(properties.map(|member| offer(member, Seen::OnValue, false, true)));
    found.extend(own.iter().map(|own| {
        let tooltip = if own.note || custom {
            let shown = crate::text::to_text(&own.value, crate::text::Culture::Current);
            format!("{} {}={shown}", type_of(&own.value), own.name)
        } else {
            format!("{} {} {{get;}}", type_of(&own.value), own.name)
        };
        property(&own.name, tooltip)
    }));
    found.extend(
        methods
            .into_iter()
            .map(|member| offer(member, Seen::OnValue, false, true)),
    );
    found.retain(|found| pattern.matches(&found.list_text));
    for key in known::keys(value) {
        if pattern.matches(&key) {
            let key = quoted(&key);
            found.push(property(&key, key.clone()));
            if let Some(last) = found.last_mut() {
                last.list_text = key;
            }
        }
    }
    if matches!(value, Value::Array(_) | Value::List(_)) {
        found.extend(extensions(pattern, true));
    }
    found
}

/// The static members that a type literal gives.
fn of_type_itself(value: &Value, pattern: &Wildcard) -> Vec<CompletionMatch> {
    let Value::Type(name) = value else {
        return Vec::new();
    };
    let mut found: Vec<_> = dotnet::members(name, true)
        .iter()
        .map(|member| offer(member, Seen::OnValue, true, true))
        .collect();
    if let Some(crate::command::ParameterType::Enum(definition)) =
        crate::convert::type_names::resolve(name)
    {
        found.extend(definition.members.iter().map(|(member, _)| {
            property(
                member,
                format!("static {} {member} {{get;}}", definition.name),
            )
        }));
    }
    found.retain(|found| pattern.matches(&found.list_text));
    found.sort_by_cached_key(|found| {
        (
            found.kind == MatchKind::Method,
            found.list_text.to_lowercase(),
        )
    });
    found
}

/// Completes a key behind `target[`, which stands from `start` to `end`.
pub(super) fn index(
    text: &str,
    place: &Place,
    start: usize,
    end: usize,
    source: &dyn CompletionSource,
) -> Option<Completion> {
    let access = Access {
        target: place.word.start,
        operator: start - 1,
        name: start,
        is_static: false,
    };
    let target = tree::block(&text[access.target..access.operator])?;
    let target = tree::pure(&target)?;
    let typed = Quoted::of(&text[start..end]).text.to_lowercase();
    let names: Vec<String> = match known::value(target, source) {
        Some(value) => known::keys(&value)
            .iter()
            .map(|key| key.to_string())
            .collect(),
        None => {
            let whole = tree::before(text, access.operator, place)?;
            let inference = Inference::new(text, &whole, access.operator, source);
            let mut names = Vec::new();
            tree::walk(&whole, &mut |node, left| {
                if let (tree::Node::Expression(expression), false) = (node, left)
                    && is_target(expression, access)
                    && names.is_empty()
                {
                    let types = inference.of(expression);
                    names = types
                        .into_iter()
                        .flat_map(|of| of.notes)
                        .map(|(name, _)| name)
                        .collect();
                }
                true
            });
            names
        }
    };
    let matches = names
        .into_iter()
        .filter(|name| name.to_lowercase().starts_with(&typed))
        .map(|name| CompletionMatch {
            text: format!("'{name}'"),
            list_text: name.clone(),
            kind: MatchKind::Property,
            tooltip: name,
        })
        .collect();
    Some(Completion {
        matches,
        ..Completion::at(start, end - start)
    })
}

/// The name by which a value's members are looked up.
fn type_name_of(value: &Value) -> String {
    match value {
        Value::Object(object) if object.custom => {
            "System.Management.Automation.PSCustomObject".to_owned()
        }
        other => inference::of_value(other).name,
    }
}

/// The members of types that something may have, sorted; those in `without` left out.
pub(super) fn offered(
    types: &[Inferred],
    inference: &Inference<'_>,
    pattern: &Wildcard,
    without: &[String],
    methods: bool,
) -> Vec<CompletionMatch> {
    let mut found: Vec<CompletionMatch> = Vec::new();
    let mut seen: Vec<&str> = Vec::new();
    let mut extended = false;
    for of in types {
        if seen.contains(&&*of.name) {
            continue;
        }
        seen.push(&of.name);
        for (name, of_type) in &of.notes {
            found.push(property(name, format!("{} {name}", shown(of_type))));
        }
        let mut tables = vec![&*of.name];
        tables.extend(of.name.strip_suffix("[]"));
        for table in tables {
            let mut known = dotnet::members(table, false);
            let declared = inference.source.properties(table);
            if known.is_empty() && declared.is_empty() {
                known = dotnet::members("System.Object", false);
            }
            found.extend(
                known
                    .iter()
                    .filter(|member| methods || !member.is_method())
                    .map(|member| offer(member, Seen::OnType, false, methods)),
            );
            found.extend(
                declared
                    .into_iter()
                    .map(|(name, of_type)| property(&name, format!("{of_type} {name}"))),
            );
        }
        if methods && !extended && (of.name.ends_with("[]") || of.name.ends_with("ArrayList")) {
            extended = true;
            found.extend(extensions(pattern, true));
        }
    }
    found.retain(|found| {
        let is_left_out = without
            .iter()
            .any(|other| other.eq_ignore_ascii_case(&found.list_text));
        pattern.matches(&found.list_text) && !is_left_out
    });
    found.sort_by_cached_key(|found| {
        (
            found.kind == MatchKind::Method,
            found.list_text.to_lowercase(),
        )
    });
    found.dedup_by(|a, b| a.list_text.eq_ignore_ascii_case(&b.list_text) && a.kind == b.kind);
    found
}

fn extensions(pattern: &Wildcard, parenthesis: bool) -> Vec<CompletionMatch> {
    EXTENSIONS
        .iter()
        .filter(|(name, _)| pattern.matches(name))
        .map(|(name, tooltip)| CompletionMatch {
            text: match parenthesis {
                true => format!("{name}("),
                false => (*name).to_owned(),
            },
            list_text: (*name).to_owned(),
            kind: MatchKind::Method,
            tooltip: (*tooltip).to_owned(),
        })
        .collect()
}

fn offer(member: &Member, seen: Seen, is_static: bool, parenthesis: bool) -> CompletionMatch {
    let is_method = member.is_method();
    CompletionMatch {
        text: match is_method && parenthesis {
            true => format!("{}(", member.name),
            false => member.name.to_owned(),
        },
        list_text: member.name.to_owned(),
        kind: match is_method {
            true => MatchKind::Method,
            false => MatchKind::Property,
        },
        tooltip: member.tooltip(seen, is_static),
    }
}

fn property(name: &str, tooltip: String) -> CompletionMatch {
    CompletionMatch {
        text: quoted(name),
        list_text: name.to_owned(),
        kind: MatchKind::Property,
        tooltip,
    }
}

/// A name in quotes where it could not stand bare.
fn quoted(name: &str) -> String {
    match name.contains(|c| "-`&@'\"#{}()$,;|<> .\\/ \t^".contains(c)) && !name.starts_with('\'') {
        true => format!("'{}'", name.replace('\'', "''")),
        false => name.to_owned(),
    }
}

/// A full type name in PowerShell's spelling, its namespace kept.
pub(super) fn shown(full: &str) -> String {
    if let Some(element) = full.strip_suffix("[]") {
        return format!("{}[]", shown(element));
    }
    crate::convert::type_names::accelerator(full).map_or_else(|| full.to_owned(), str::to_owned)
}

/// The type of a value as tooltips show it.
pub(super) fn type_of(value: &Value) -> String {
    let name = type_name(value);
    let resolved = crate::convert::type_names::resolve(&name);
    resolved.map_or_else(
        || crate::type_names::short_name(&name).to_owned(),
        |resolved| type_text(&resolved, TypeStyle::Accelerator),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::completion::scan;

    #[test]
    fn a_member_belongs_to_the_operand_before_it() {
        for (text, target, is_static) in [
            ("$x.Le", Some("$x"), false),
            ("1+$x.Le", Some("$x"), false),
            ("(Get-Date).Ye", Some("(Get-Date)"), false),
            ("[math]::Ro", Some("[math]"), true),
            ("[int]$x.Na", Some("$x"), false),
            ("\"a.b\".Le", Some("\"a.b\""), false),
            ("[math]::Pi.To", Some("[math]::Pi"), false),
            ("$x?.Na", Some("$x"), false),
            ("$a.B(1).C", Some("$a.B(1)"), false),
            ("1..3", None, false),
            ("a.b", None, false),
            ("'a.", None, false),
        ] {
            let place = scan::place(text, text.len());
            let found = access(text, &place, text.len());
            let expected = target.map(|target| (target, is_static));
            assert_eq!(
                found.map(|found| (&text[found.target..found.operator], found.is_static)),
                expected,
                "{text}"
            );
        }
    }
}
