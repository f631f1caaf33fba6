//! Arguments of the attributes that a declaration may carry.

use crate::completion::place::{Opener, Place};
use crate::completion::{CompletionMatch, MatchKind};

/// An attribute and the properties that its arguments set, in .NET's order, each with its type.
type Attribute = (&'static str, &'static [(&'static str, &'static str)]);

const BOOLEAN: &str = "System.Boolean";
const STRING: &str = "System.String";
const INTEGER: &str = "System.Int32";

const ATTRIBUTES: &[Attribute] = &[
    (
        "Parameter",
        &[
            ("Position", INTEGER),
            ("ParameterSetName", STRING),
            ("Mandatory", BOOLEAN),
            ("ValueFromPipeline", BOOLEAN),
            ("ValueFromPipelineByPropertyName", BOOLEAN),
            ("ValueFromRemainingArguments", BOOLEAN),
            ("HelpMessage", STRING),
            ("HelpMessageBaseName", STRING),
            ("HelpMessageResourceId", STRING),
            ("DontShow", BOOLEAN),
        ],
    ),
    (
        "CmdletBinding",
        &[
            ("PositionalBinding", BOOLEAN),
            ("DefaultParameterSetName", STRING),
            ("SupportsShouldProcess", BOOLEAN),
            ("SupportsPaging", BOOLEAN),
            ("SupportsTransactions", BOOLEAN),
            (
                "ConfirmImpact",
                "System.Management.Automation.ConfirmImpact",
            ),
            ("HelpUri", STRING),
            (
                "RemotingCapability",
                "System.Management.Automation.RemotingCapability",
            ),
        ],
    ),
    (
        "OutputType",
        &[
            ("ProviderCmdlet", STRING),
            ("ParameterSetName", "System.String[]"),
        ],
    ),
    (
        "ValidateSet",
        &[("ErrorMessage", STRING), ("IgnoreCase", BOOLEAN)],
    ),
    (
        "ValidatePattern",
        &[
            ("Options", "System.Text.RegularExpressions.RegexOptions"),
            ("ErrorMessage", STRING),
        ],
    ),
    ("ValidateScript", &[("ErrorMessage", STRING)]),
    ("ValidateRange", &[]),
    ("ValidateLength", &[]),
    ("ValidateCount", &[]),
    ("ValidateNotNull", &[]),
    ("ValidateNotNullOrEmpty", &[]),
    ("ValidateNotNullOrWhiteSpace", &[]),
    ("Alias", &[]),
    ("AllowNull", &[]),
    ("AllowEmptyString", &[]),
    ("AllowEmptyCollection", &[]),
];

/// The names of the attributes that a declaration may carry.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    ATTRIBUTES.iter().map(|(name, _)| *name)
}

/// The names that an attribute's argument at the caret could have, if the caret is where one is due.
pub(super) fn complete(place: &Place, text: &str) -> Option<Vec<CompletionMatch>> {
    let frame = place.frame();
    if frame.opener != Opener::Call || !frame.words.is_empty() && !place.word.after_comma {
        return None;
    }
    let around = place.around()?.current.as_ref()?;
    let name = around.text.strip_prefix('[')?.strip_suffix('(')?;
    let name = name.rsplit('[').next().unwrap_or(name);
    let (_, properties) = ATTRIBUTES.iter().find(|(known, _)| {
        known.eq_ignore_ascii_case(name) || name.eq_ignore_ascii_case(&format!("{known}Attribute"))
    })?;
    let prefix = &*place.word.text;
    if prefix.contains('=') {
        return None;
    }
    let list = text.get(frame.opened_at + 1..).unwrap_or_default();
    let list = &list[..list.find(')').unwrap_or(list.len())];
    let at = place.word.start - (frame.opened_at + 1);
    let mut begin = 0;
    let mut given = Vec::new();
    for argument in list.split(',') {
        let own = (begin..=begin + argument.len()).contains(&at);
        if !own {
            given.push(argument.split('=').next().unwrap_or_default().trim());
        }
        begin += argument.len() + 1;
    }
    Some(
        properties
            .iter()
            .filter(|(property, _)| {
                let begins = property
                    .get(..prefix.len())
                    .is_some_and(|start| start.eq_ignore_ascii_case(prefix));
                begins
                    && !given
                        .iter()
                        .any(|other| other.eq_ignore_ascii_case(property))
            })
            .map(|(property, of_type)| CompletionMatch {
                text: (*property).to_owned(),
                list_text: (*property).to_owned(),
                kind: MatchKind::Property,
                tooltip: format!("{of_type} {property}"),
            })
            .collect(),
    )
}
