//! Variables, and the properties of what they hold.

use crate::completion::automatic;
use crate::completion::scan::Place;
use crate::completion::{Completion, CompletionMatch, CompletionSource, MatchKind};
use crate::help::syntax::{TypeStyle, type_text};
use crate::members;
use crate::value::Value;
use crate::wildcard::Wildcard;

/// What PowerShell says of its own variables.
const DESCRIPTIONS: &[(&str, &str)] = &[
    ("?", "Status of last command"),
    (
        "ConfirmPreference",
        "Dictates when confirmation should be requested. Confirmation is requested when the ConfirmImpact of the operation is equal to or greater than $ConfirmPreference. If $ConfirmPreference is None, actions will only be confirmed when Confirm is specified.",
    ),
    (
        "DebugPreference",
        "Dictates the action taken when a Debug message is delivered",
    ),
    (
        "ErrorActionPreference",
        "Dictates the action taken when an error message is delivered",
    ),
    (
        "ErrorView",
        "Dictates the view mode to use when displaying errors",
    ),
    ("false", "Boolean False"),
    (
        "FormatEnumerationLimit",
        "Dictates the limit of enumeration on formatting IEnumerable objects",
    ),
    ("HOME", "Folder containing the current user's profile"),
    ("Host", "A reference to the host of the current runspace"),
    (
        "InformationPreference",
        "Dictates the action taken when a command generates an item in the Information stream",
    ),
    (
        "MaximumHistoryCount",
        "Maximum number of history objects to retain in a session",
    ),
    (
        "NestedPromptLevel",
        "Dictates what type of prompt should be displayed for the current nesting level",
    ),
    (
        "null",
        "References to the null variable always return the null value. Assignments have no effect.",
    ),
    (
        "OutputEncoding",
        "The text encoding used when piping text to a native executable file",
    ),
    ("PID", "Current process ID"),
    (
        "ProgressPreference",
        "Dictates the action taken when progress records are delivered",
    ),
    ("PSCulture", "Culture of the current PowerShell session"),
    (
        "PSDefaultParameterValues",
        "Variable to hold all default <cmdlet:parameter, value> pairs",
    ),
    (
        "PSEdition",
        "Edition information for the current PowerShell session",
    ),
    (
        "PSHOME",
        "Parent folder of the host application of the current runspace",
    ),
    ("PSStyle", "Configuration controlling how text is rendered."),
    (
        "PSUICulture",
        "UI culture of the current PowerShell session",
    ),
    (
        "PSVersionTable",
        "Version information for current PowerShell session",
    ),
    (
        "ShellId",
        "The ShellID identifies the current shell.  This is used by #Requires.",
    ),
    ("true", "Boolean True"),
    (
        "VerbosePreference",
        "Dictates the action taken when a Verbose message is delivered",
    ),
    (
        "WarningPreference",
        "Dictates the action taken when a Warning message is delivered",
    ),
    (
        "WhatIfPreference",
        "If true, WhatIf is considered to be enabled for all commands.",
    ),
];

/// Completes `$name` and `$name.property`.
pub(super) fn complete(place: &Place, text: &str, source: &dyn CompletionSource) -> Completion {
    let typed = &place.word.text;
    let (sigil, name) = typed.split_at(1);
    if let Some((variable, member)) = name.split_once('.') {
        return Completion {
            start: place.word.start + typed.len() - member.len(),
            length: place.word_end - (place.word.start + typed.len() - member.len()),
            matches: properties(variable, member, source),
        };
    }
    let pattern = Wildcard::new(&format!("{}*", name.trim_start_matches('{')));
    let mut matches: Vec<CompletionMatch> = Vec::new();
    let mut offer = |text: &str, list_text: &str, tooltip: String| {
        let text = inserted(sigil, text);
        if pattern.matches(list_text) && !matches.iter().any(|known| known.text == text) {
            matches.push(CompletionMatch {
                text,
                list_text: list_text.to_owned(),
                kind: MatchKind::Variable,
                tooltip,
            });
        }
    };
    for (name, tooltip) in assigned(text, place.word.start) {
        offer(&name, &name, tooltip);
    }
    for (name, tooltip) in of_session(source) {
        offer(&name, &name, tooltip);
    }
    for name in automatic::SPECIAL {
        offer(name, name, (*name).to_owned());
    }
    for (name, tooltip) in automatic::DRIVES {
        offer(&format!("{name}:"), name, (*tooltip).to_owned());
    }
    for scope in automatic::SCOPES {
        offer(scope, scope, (*scope).to_owned());
    }
    Completion {
        start: place.word.start,
        length: place.word_end - place.word.start,
        matches,
    }
}

/// The variables that a session holds or always has, sorted, with their tooltips.
fn of_session(source: &dyn CompletionSource) -> Vec<(String, String)> {
    let mut found: Vec<_> = source
        .variables()
        .into_iter()
        .map(|(name, value, description)| (name.to_string(), tooltip(&name, &value, &description)))
        .collect();
    for (name, tooltip) in automatic::AUTOMATIC {
        let known = found
            .iter()
            .any(|(known, _)| known.eq_ignore_ascii_case(name));
        if !known {
            found.push(((*name).to_owned(), (*tooltip).to_owned()));
        }
    }
    found.sort_by_cached_key(|(name, _)| name.to_lowercase());
    found
}

/// `$name`, or `${name}` where the name has characters that end one.
fn inserted(sigil: &str, name: &str) -> String {
    let plain = name == "?"
        || name
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '_' | ':'));
    if plain {
        format!("{sigil}{name}")
    } else {
        format!("{sigil}{{{name}}}")
    }
}

/// `[type]$name - description`.
fn tooltip(name: &str, value: &Value, description: &str) -> String {
    let own = DESCRIPTIONS
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(name))
        .map_or("", |(_, text)| *text);
    let description = if description.is_empty() {
        own
    } else {
        description
    };
    let own_type = automatic::TYPES
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(name));
    let shown = match (value, own_type) {
        (Value::Null, _) => name.to_owned(),
        (_, Some((_, of_type))) => format!("[{of_type}]${name}"),
        (other, None) => format!("[{}]${name}", type_of(other)),
    };
    if description.is_empty() {
        shown
    } else {
        format!("{shown} - {description}")
    }
}

/// The type of a value as tooltips show it.
pub(super) fn type_of(value: &Value) -> String {
    let name = crate::type_names::type_name(value);
    let resolved = crate::convert::type_names::resolve(&name);
    resolved.map_or_else(
        || crate::type_names::short_name(&name).to_owned(),
        |resolved| type_text(&resolved, TypeStyle::Accelerator),
    )
}

/// Variables that the text before the caret assigns constants to; it need not have run.
fn assigned(text: &str, caret: usize) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut rest = &text[..caret];
    while let Some(at) = rest.find('$') {
        rest = &rest[at + 1..];
        let length = rest
            .find(|c: char| !(c.is_alphanumeric() || c == '_'))
            .unwrap_or(rest.len());
        let (name, after) = rest.split_at(length);
        let value = after.trim_start().strip_prefix('=').map(str::trim_start);
        if let (false, Some(value)) = (
            name.is_empty(),
            value.filter(|value| !value.starts_with('=')),
        ) {
            found.push((name.to_owned(), assigned_tooltip(name, value)));
        }
        rest = after;
    }
    found
}

fn assigned_tooltip(name: &str, value: &str) -> String {
    let end = value
        .find(|c: char| c.is_whitespace() || matches!(c, ';' | '|' | ')' | '}'))
        .unwrap_or(value.len());
    if value.starts_with(['"', '\'']) {
        return format!("[string]${name}");
    }
    crate::language::number::parse(&value[..end]).map_or_else(
        || format!("${name}"),
        |number| format!("[{}]${name}", type_of(&number)),
    )
}

fn properties(variable: &str, prefix: &str, source: &dyn CompletionSource) -> Vec<CompletionMatch> {
    let Some((_, value, _)) = source
        .variables()
        .into_iter()
        .find(|(name, _, _)| name.eq_ignore_ascii_case(variable))
    else {
        return Vec::new();
    };
    let prefix = prefix.to_lowercase();
    let mut found: Vec<_> = members::properties(&value)
        .into_iter()
        .filter(|property| property.name.to_lowercase().starts_with(&prefix))
        .map(|property| CompletionMatch {
            text: property.name.to_string(),
            list_text: property.name.to_string(),
            kind: MatchKind::Property,
            tooltip: format!("{} {}", type_of(&property.value), property.name),
        })
        .collect();
    found.sort_by_cached_key(|found| found.list_text.to_lowercase());
    found
}

/// What every custom object has beside its own properties.
const OBJECT_MEMBERS: &[(&str, &str)] = &[
    ("BaseObject", "System.Object BaseObject { get; }"),
    (
        "ImmediateBaseObject",
        "System.Object ImmediateBaseObject { get; }",
    ),
    (
        "Members",
        "System.Management.Automation.PSMemberInfoCollection[System.Management.Automation.PSMemberInfo] Members { get; }",
    ),
    (
        "Methods",
        "System.Management.Automation.PSMemberInfoCollection[System.Management.Automation.PSMethodInfo] Methods { get; }",
    ),
    (
        "Properties",
        "System.Management.Automation.PSMemberInfoCollection[System.Management.Automation.PSPropertyInfo] Properties { get; }",
    ),
    (
        "TypeNames",
        "System.Collections.ObjectModel.Collection[string] TypeNames { get; }",
    ),
];

/// Properties and tooltips of `[pscustomobject]@{…}`, if the text is one.
pub(super) fn custom_object(text: &str) -> Vec<(String, String)> {
    use crate::language::ast::{ElementKind, ExpressionKind, Source, StatementKind};

    let source = std::sync::Arc::new(Source {
        text: text.into(),
        file: None,
    });
    let Ok(block) = crate::language::parser::parse(&source) else {
        return Vec::new();
    };
    let Some(StatementKind::Chain(chain)) = block.end.last().map(|statement| &statement.kind)
    else {
        return Vec::new();
    };
    let Some(ElementKind::Expression(expression)) =
        chain.first.elements.last().map(|element| &element.kind)
    else {
        return Vec::new();
    };
    let ExpressionKind::Cast(literal, operand) = &expression.kind else {
        return Vec::new();
    };
    let ExpressionKind::Hashtable(entries) = &operand.kind else {
        return Vec::new();
    };
    if !literal.name.eq_ignore_ascii_case("pscustomobject") {
        return Vec::new();
    }
    let mut found: Vec<_> = OBJECT_MEMBERS
        .iter()
        .map(|(name, tooltip)| ((*name).to_owned(), (*tooltip).to_owned()))
        .collect();
    for (key, value) in entries {
        let name = match &key.kind {
            ExpressionKind::Constant(Value::String(name))
            | ExpressionKind::BareWord(Value::String(name), _) => name.to_string(),
            _ => continue,
        };
        let tooltip = format!("{} {name}", constant_type(value));
        found.push((name, tooltip));
    }
    found
}

/// The type of a value that stands there as a constant; `System.Object` for anything else.
fn constant_type(statement: &crate::language::ast::Statement) -> String {
    use crate::language::ast::{ElementKind, ExpressionKind, StatementKind};

    if let StatementKind::Chain(chain) = &statement.kind
        && let [element] = &*chain.first.elements
        && let ElementKind::Expression(expression) = &element.kind
        && let ExpressionKind::Constant(value) | ExpressionKind::BareWord(value, _) =
            &expression.kind
    {
        return type_of(value);
    }
    "System.Object".to_owned()
}
