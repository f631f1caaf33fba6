//! Names of types within brackets.

use crate::completion::{CompletionMatch, MatchKind, attribute};
use crate::convert::{enumerations, type_names};
use crate::type_names::short_name;
use crate::wildcard::Wildcard;

/// Types of .NET that are no classes, beside the enumerations.
const STRUCTS: &[&str] = &[
    "System.Boolean",
    "System.Byte",
    "System.Char",
    "System.DateTime",
    "System.Decimal",
    "System.Double",
    "System.Guid",
    "System.Int16",
    "System.Int32",
    "System.Int64",
    "System.Management.Automation.SwitchParameter",
    "System.Numerics.BigInteger",
    "System.SByte",
    "System.Single",
    "System.TimeSpan",
    "System.UInt16",
    "System.UInt32",
    "System.UInt64",
    "System.Void",
];

/// The types whose names begin with `prefix` or match its wildcards, sorted.
pub(super) fn matching(prefix: &str, text: &str) -> Vec<CompletionMatch> {
    let pattern = Wildcard::new(&format!("{prefix}*"));
    let dots = prefix.matches('.').count();
    let fits = |key: &str| key.matches('.').count() == dots && pattern.matches(key);
    let mut found: Vec<CompletionMatch> = Vec::new();
    let mut offer = |text: &str, full: &str, tooltip: String| {
        if !found
            .iter()
            .any(|known| known.text.eq_ignore_ascii_case(text))
        {
            found.push(CompletionMatch {
                text: text.to_owned(),
                list_text: short_name(full).to_owned(),
                kind: MatchKind::Type,
                tooltip,
            });
        }
    };
    let mut seen: Vec<&str> = Vec::new();
    for (short, full) in type_names::known() {
        let described = || format!("{} {full}", kind_of(full));
        // A further accelerator that is the name itself goes by that.
        let is_name = short.is_some_and(|short| short.eq_ignore_ascii_case(short_name(full)));
        let is_first = !seen.contains(&full);
        seen.push(full);
        if let Some(short) = short.filter(|short| fits(short) && (is_first || !is_name)) {
            offer(short, full, described());
        }
        // The name without its namespace stands for the type only if it is an accelerator of it, too.
        let by_short = short_name(full);
        if fits(by_short) {
            // A custom object goes by its short name (`ToStringCodeMethods.Type`).
            let accelerates = full == "System.Management.Automation.PSCustomObject"
                || type_names::known().any(|(short, of)| {
                    of == full && short.is_some_and(|short| short.eq_ignore_ascii_case(by_short))
                });
            offer(if accelerates { by_short } else { full }, full, described());
        }
        if fits(full) {
            offer(full, full, described());
        }
    }
    for name in attribute::names().filter(|name| fits(name)) {
        let full = format!("System.Management.Automation.{name}Attribute");
        offer(name, &full, format!("Class {full}"));
    }
    for full in enumerations::names() {
        if fits(short_name(full)) || fits(full) {
            offer(full, full, format!("Enum {full}"));
        }
    }
    found.extend(namespaces(&fits));
    found.extend(declared(text, &pattern));
    found.sort_by_cached_key(|found| found.list_text.to_lowercase());
    found
}

/// The namespaces of the types that are known here.
pub(super) fn namespaces(fits: &dyn Fn(&str) -> bool) -> Vec<CompletionMatch> {
    let mut names: Vec<&str> = Vec::new();
    let types = type_names::known().map(|(_, full)| full);
    for full in types.chain(enumerations::names()) {
        for (at, _) in full.match_indices('.') {
            let name = &full[..at];
            if fits(name) && !names.contains(&name) {
                names.push(name);
            }
        }
    }
    names
        .into_iter()
        .map(|name| CompletionMatch {
            text: name.to_owned(),
            list_text: name.rsplit('.').next().unwrap_or(name).to_owned(),
            kind: MatchKind::Namespace,
            tooltip: format!("Namespace {name}"),
        })
        .collect()
}

/// The enumerations that the text itself declares.
fn declared(text: &str, pattern: &Wildcard) -> Vec<CompletionMatch> {
    let mut words = text.split_whitespace();
    let mut found = Vec::new();
    while let Some(word) = words.next() {
        if word.eq_ignore_ascii_case("enum")
            && let Some(name) = words.next()
            && let name = name.split('{').next().unwrap_or(name)
            && pattern.matches(name)
        {
            found.push(CompletionMatch {
                text: name.to_owned(),
                list_text: name.to_owned(),
                kind: MatchKind::Type,
                tooltip: format!("Enum {name}"),
            });
        }
    }
    found
}

fn kind_of(full: &str) -> &'static str {
    if STRUCTS.contains(&full) {
        "Struct"
    } else if crate::type_names::families::INTERFACES.contains(&full) {
        "Interface"
    } else {
        "Class"
    }
}
