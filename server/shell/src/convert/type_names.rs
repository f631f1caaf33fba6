//! Names of types: PowerShell's accelerators, and what a type literal such as `[int[]]` stands for.

use crate::command::{ParameterType, TextRule};
use crate::convert::enumerations;
use crate::convert::generics::resolve_generic;
use crate::type_names::families;
use crate::value::Text;

/// Accelerators and the full names that they stand for. The first of several for one type is the one that syntax
/// lines print.
const ACCELERATORS: &[(&str, &str)] = &[
    ("array", "System.Array"),
    ("bigint", "System.Numerics.BigInteger"),
    ("bool", "System.Boolean"),
    ("byte", "System.Byte"),
    ("char", "System.Char"),
    ("cultureinfo", "System.Globalization.CultureInfo"),
    ("datetime", "System.DateTime"),
    ("decimal", "System.Decimal"),
    ("double", "System.Double"),
    ("float", "System.Single"),
    ("single", "System.Single"),
    ("guid", "System.Guid"),
    ("hashtable", "System.Collections.Hashtable"),
    ("int", "System.Int32"),
    ("int32", "System.Int32"),
    ("short", "System.Int16"),
    ("int16", "System.Int16"),
    ("long", "System.Int64"),
    ("int64", "System.Int64"),
    ("ipaddress", "System.Net.IPAddress"),
    ("mailaddress", "System.Net.Mail.MailAddress"),
    ("object", "System.Object"),
    (
        "ordered",
        "System.Collections.Specialized.OrderedDictionary",
    ),
    ("pscredential", "System.Management.Automation.PSCredential"),
    ("psobject", "System.Management.Automation.PSObject"),
    ("pscustomobject", "System.Management.Automation.PSObject"),
    (
        "psnoteproperty",
        "System.Management.Automation.PSNoteProperty",
    ),
    (
        "pslistmodifier",
        "System.Management.Automation.PSListModifier",
    ),
    ("ref", "System.Management.Automation.PSReference"),
    ("regex", "System.Text.RegularExpressions.Regex"),
    ("sbyte", "System.SByte"),
    ("semver", "System.Management.Automation.SemanticVersion"),
    ("scriptblock", "System.Management.Automation.ScriptBlock"),
    ("securestring", "System.Security.SecureString"),
    ("string", "System.String"),
    ("switch", "System.Management.Automation.SwitchParameter"),
    ("timespan", "System.TimeSpan"),
    ("type", "System.Type"),
    ("uint", "System.UInt32"),
    ("uint32", "System.UInt32"),
    ("ushort", "System.UInt16"),
    ("uint16", "System.UInt16"),
    ("ulong", "System.UInt64"),
    ("uint64", "System.UInt64"),
    ("uri", "System.Uri"),
    ("version", "System.Version"),
    ("void", "System.Void"),
    (
        "X500DistinguishedName",
        "System.Security.Cryptography.X509Certificates.X500DistinguishedName",
    ),
    (
        "X509Certificate",
        "System.Security.Cryptography.X509Certificates.X509Certificate",
    ),
    ("xml", "System.Xml.XmlDocument"),
];

/// Further types that can be named in full, with or without `System.`.
const NAMED: &[&str] = &[
    "System.Array",
    "System.Collections.ArrayList",
    "System.Collections.Hashtable",
    "System.Collections.Queue",
    "System.Collections.SortedList",
    "System.Collections.Stack",
    "System.Collections.Specialized.OrderedDictionary",
    "System.Management.Automation.ErrorRecord",
    "System.Management.Automation.PSCustomObject",
    "System.Management.Automation.PSListModifier",
    "System.Management.Automation.PSObject",
    "System.Xml.Linq.XElement",
];

/// The types that can be named here: by an accelerator if there is one, and in full.
pub(crate) fn known() -> impl Iterator<Item = (Option<&'static str>, &'static str)> {
    let short = ACCELERATORS
        .iter()
        .map(|(short, full)| (Some(*short), *full));
    short.chain(named().map(|full| (None, full)))
}

fn named() -> impl Iterator<Item = &'static str> {
    NAMED
        .iter()
        .chain(families::BASES)
        .chain(families::INTERFACES)
        .copied()
}

/// The accelerator that stands for a full name: what syntax lines print.
pub fn accelerator(full_name: &str) -> Option<&'static str> {
    ACCELERATORS
        .iter()
        .find(|(_, full)| *full == full_name)
        .map(|(short, _)| match *short {
            "pscustomobject" => "psobject",
            other => other,
        })
        .filter(|short| *short != "object")
}

/// The type that a name within brackets stands for, case-insensitively: an accelerator, a full name with or without
/// `System.`, an array of one, a nullable, a generic list. None if there is no such type here.
pub fn resolve(name: &str) -> Option<ParameterType> {
    resolve_with(name, &|_| None)
}

/// The same where some names stand for types of their own.
pub(crate) fn resolve_with(
    name: &str,
    own: &dyn Fn(&str) -> Option<ParameterType>,
) -> Option<ParameterType> {
    let name = name.trim();
    if let Some(element) = name.strip_suffix("[]") {
        let element = resolve_with(element, own)?;
        return Some(ParameterType::Array(Box::new(element)));
    }
    if name.ends_with(']') {
        return resolve_generic(name, own);
    }
    if let Some(found) = own(name) {
        return Some(found);
    }
    if let Some((_, full)) = ACCELERATORS
        .iter()
        .find(|(short, _)| short.eq_ignore_ascii_case(name))
    {
        return Some(plain(full));
    }
    let full = ACCELERATORS
        .iter()
        .map(|(_, full)| *full)
        .chain(named())
        .find(|full| {
            full.eq_ignore_ascii_case(name)
                || full
                    .strip_prefix("System.")
                    .is_some_and(|rest| rest.eq_ignore_ascii_case(name))
        });
    full.map(plain)
        .or_else(|| enumerations::find(name).map(ParameterType::Enum))
}

fn plain(full: &str) -> ParameterType {
    match full {
        "System.Collections.ArrayList"
        | "System.Collections.Queue"
        | "System.Collections.Stack" => ParameterType::List(
            full.into(),
            Box::new(ParameterType::Plain("System.Object".into())),
        ),
        other => ParameterType::Plain(other.into()),
    }
}

/// A type of the product by its full name and the rule that reads its text.
pub fn custom(full_name: impl Into<Text>, rule: TextRule) -> ParameterType {
    ParameterType::Custom(full_name.into(), rule)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn names_resolve_in_all_their_forms() {
        for (name, full) in [
            ("int", "System.Int32"),
            ("INT[]", "System.Int32[]"),
            ("System.int32", "System.Int32"),
            ("Collections.Hashtable", "System.Collections.Hashtable"),
            ("Nullable[bool]", "System.Nullable`1[System.Boolean]"),
            (
                "Collections.Generic.List[string]",
                "System.Collections.Generic.List`1[System.String]",
            ),
            ("DayOfWeek", "System.DayOfWeek"),
        ] {
            assert_eq!(&*resolve(name).unwrap().full_name(), full);
        }
        assert_eq!(resolve("no.such.type"), None);
    }

    #[test]
    fn syntax_lines_print_the_short_name() {
        assert_eq!(accelerator("System.Single"), Some("float"));
        assert_eq!(accelerator("System.Object"), None);
        assert_eq!(
            accelerator("System.Management.Automation.PSObject"),
            Some("psobject")
        );
    }
}
