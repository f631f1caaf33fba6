//! Operators behind an expression, with PowerShell's descriptions.

use crate::completion::{CompletionMatch, MatchKind};
use crate::language::characters::is_dash;
use crate::language::token;

/// What a family of operators is, and what it gives where it compares.
const FAMILIES: &[(&str, &str, &str)] = &[
    (
        "eq",
        "Equal to",
        "equal the right operand|the left operand equals the right operand",
    ),
    (
        "ne",
        "Not equal to",
        "do not equal the right operand|the left operand does not equal the right operand",
    ),
    (
        "ge",
        "Greater than or equal to",
        "are greater than or equal to the right operand|the left operand is greater than or equal to the right operand",
    ),
    (
        "gt",
        "Greater than",
        "are greater than the right operand|the left operand is greater than the right operand",
    ),
    (
        "lt",
        "Less than",
        "are less than the right operand|the left operand is less than the right operand",
    ),
    (
        "le",
        "Less than or equal to",
        "are less than or equal to the right operand|the left operand is less than or equal to the right operand",
    ),
    (
        "like",
        "Wildcard matching operator",
        "match the right hand operand|the left operand matches the right operand",
    ),
    (
        "notlike",
        "Wildcard matching operator",
        "do not match the right hand operand|the left operand does not match the right operand",
    ),
    (
        "match",
        "Regular expression matching operator",
        "match the right hand operand|the left operand matches the right operand",
    ),
    (
        "notmatch",
        "Regular expression matching operator",
        "do not match the right hand operand|the left operand does not match the right operand",
    ),
    (
        "contains",
        "Containment operator",
        "Returns TRUE when the test value (right operand) exactly matches at least one of the values in the left operand.",
    ),
    (
        "notcontains",
        "Containment operator",
        "Returns TRUE when the test value (right operand) exactly matches none of the values in the left operand.",
    ),
    (
        "in",
        "Containment operator",
        "Returns TRUE when the test value (left operand) exactly matches at least one of the values in the right operand.",
    ),
    (
        "notin",
        "Containment operator",
        "Returns TRUE when the test value (left operand) exactly matches none of the values in the right operand.",
    ),
    (
        "replace",
        "Replace operator",
        "Changes the left operand. Example: (dir *.ps1).FullName -replace '.ps1$','.ps1.bak'",
    ),
    (
        "split",
        "Split",
        "Split one or more strings into substrings.\n-Split <String>\n\n<String> -Split \
         <Delimiter>[,<Max-substrings>[,\"<Options>\"]]\n\n<String> -Split {<ScriptBlock>} [,<Max-substrings>]",
    ),
];

/// Operators that know no case.
const PLAIN: &[(&str, &str)] = &[
    (
        "and",
        "Logical and. Returns TRUE when both statements are TRUE.",
    ),
    (
        "as",
        "Converts the left operand to the specified .NET Framework type (right operand).",
    ),
    ("band", "Bitwise AND"),
    ("bnot", "Bitwise NOT"),
    ("bor", "Bitwise OR (inclusive)"),
    ("bxor", "Bitwise OR (exclusive)"),
    (
        "f",
        "Formats strings by using the format method of string objects.",
    ),
    (
        "is",
        "Returns TRUE when the left operand is an instance of the specified .NET Framework type (right operand).",
    ),
    (
        "isnot",
        "Returns TRUE when the left operand is not an instance of the specified .NET Framework type (right operand).",
    ),
    (
        "join",
        "Join - combine multiple strings into a single string.\n-Join <String[]>\n<String[]> -Join <Delimiter>",
    ),
    ("not", "Logical not. Negates the statement that follows it."),
    (
        "or",
        "Logical or. TRUE when either or both statements are TRUE.",
    ),
    (
        "shl",
        "Shift Left bit operator. Inserts zero in right-most bit position.",
    ),
    (
        "shr",
        "Shift Right bit operator. Inserts zero in the left-most bit position. For signed values, sign bit is preserved.",
    ),
    (
        "xor",
        "Logical exclusive or. Returns TRUE when one of the statements is TRUE and the other is FALSE.",
    ),
];

/// Descriptions that do not follow their family's.
const EXCEPTIONS: &[(&str, &str)] = &[
    (
        "ccontains",
        "Containment operator - case sensitive. Returns TRUE only when the test value (right operand) exactly matches at least one of the values in the left operand.",
    ),
    (
        "notin",
        "Containment operator - case sensitive. Returns TRUE when the test value (left operand) exactly matches none of the values in the right operand.",
    ),
];

/// The operators that begin with a word that is one itself, with its dash.
pub(super) fn exact(word: &str) -> Option<Vec<CompletionMatch>> {
    let name = word.strip_prefix(is_dash)?;
    token::dash_operator(name)?;
    Some(matching(name))
}

/// The operators that begin with `prefix`, sorted.
pub(super) fn matching(prefix: &str) -> Vec<CompletionMatch> {
    let prefix = prefix.to_ascii_lowercase();
    let mut found: Vec<(String, String)> = PLAIN
        .iter()
        .map(|(name, description)| ((*name).to_owned(), (*description).to_owned()))
        .collect();
    for (name, family, rest) in FAMILIES {
        for (variant, case) in [
            ("", "insensitive"),
            ("c", "sensitive"),
            ("i", "insensitive"),
        ] {
            let name = format!("{variant}{name}");
            let description = EXCEPTIONS
                .iter()
                .find(|(exception, _)| *exception == name)
                .map_or_else(
                    || describe(family, case, rest),
                    |(_, text)| (*text).to_owned(),
                );
            found.push((name, description));
        }
    }
    found.retain(|(name, _)| name.starts_with(&prefix));
    found.sort();
    found
        .into_iter()
        .map(|(name, tooltip)| CompletionMatch {
            text: format!("-{name}"),
            list_text: name,
            kind: MatchKind::ParameterName,
            tooltip,
        })
        .collect()
}

fn describe(family: &str, case: &str, rest: &str) -> String {
    match rest.split_once('|') {
        Some((many, one)) => format!(
            "{family} - case {case}. When the left operand is a collection, returns values from the collection that \
             {many}, otherwise returns TRUE if {one}."
        ),
        None => format!("{family} - case {case}. {rest}"),
    }
}
