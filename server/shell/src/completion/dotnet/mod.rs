//! The members of the .NET types that a session meets, as PowerShell describes them.
//!
//! Of the methods only those are listed that a session may call ([`crate::evaluate::harmless`] names them), and those that every
//! custom object shows. The texts are .NET's own signatures in PowerShell's spelling.

use std::collections::HashMap;
use std::sync::LazyLock;

/// A member of a type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Member {
    /// Its name.
    pub(super) name: &'static str,
    /// What it is.
    pub(super) kind: Kind,
}

/// What a member is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A property or a field of a type; accessors, none for a field.
    Property {
        /// Its type in PowerShell's spelling.
        of_type: &'static str,
        /// `get`, `get set`, or nothing.
        accessors: &'static str,
    },
    /// A property that stands for another one.
    Alias(&'static str),
    /// A method: its overloads.
    Method(Vec<&'static str>),
}

/// Where a member is seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Seen {
    /// On a value that is there.
    OnValue,
    /// On a type that is only inferred.
    OnType,
}

impl Member {
    /// Whether it is called.
    pub(super) fn is_method(&self) -> bool {
        matches!(self.kind, Kind::Method(_))
    }

    /// The type of what it gives, in PowerShell's spelling.
    pub(super) fn of_type(&self) -> &'static str {
        match &self.kind {
            Kind::Property { of_type, .. } => of_type,
            Kind::Alias(_) => "int",
            Kind::Method(overloads) => overloads
                .first()
                .and_then(|overload| overload.split(' ').next())
                .unwrap_or_default(),
        }
    }

    /// What a completion says of it.
    pub(super) fn tooltip(&self, seen: Seen, is_static: bool) -> String {
        let fixed = if is_static { "static " } else { "" };
        match &self.kind {
            Kind::Alias(of) => format!("{} = {of}", self.name),
            Kind::Property { of_type, accessors } => {
                let name = self.name;
                match seen {
                    Seen::OnValue => {
                        // A field is read and, unless constant, written as a property is.
                        let accessors = match *accessors {
                            "" | "get" => "get;",
                            _ => "get;set;",
                        };
                        format!("{fixed}{of_type} {name} {{{accessors}}}")
                    }
                    Seen::OnType if accessors.is_empty() => format!("{of_type} {name}"),
                    Seen::OnType => {
                        let accessors = accessors.replace(' ', "; ");
                        format!("{of_type} {name} {{ {accessors}; }}")
                    }
                }
            }
            Kind::Method(overloads) => {
                let between = match seen {
                    Seen::OnValue => "\r\n",
                    Seen::OnType => "\n",
                };
                // A constructor is of the type and yet not static.
                let fixed = if self.name == "new" { "" } else { fixed };
                let overloads: Vec<_> = overloads
                    .iter()
                    .map(|overload| format!("{fixed}{overload}"))
                    .collect();
                overloads.join(between)
            }
        }
    }
}

/// The members of values of each type, and its static ones.
#[derive(Default)]
struct Table {
    of_values: HashMap<&'static str, Vec<Member>>,
    of_types: HashMap<&'static str, Vec<Member>>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| read(include_str!("members.txt")));

/// The members of a type by its full .NET name, static ones or those of its values; none of a type that is not known.
pub(super) fn members(type_name: &str, is_static: bool) -> &'static [Member] {
    let type_name = if type_name.ends_with("[]") && !is_static {
        "System.Array"
    } else {
        type_name
    };
    let table = match is_static {
        true => &TABLE.of_types,
        false => &TABLE.of_values,
    };
    table.get(type_name).map_or(&[], Vec::as_slice)
}

fn read(text: &'static str) -> Table {
    let mut table = Table::default();
    let mut at = ("", false);
    for line in text.lines().filter(|line| !line.is_empty()) {
        let (name, rest) = line.split_once(' ').unwrap_or((line, ""));
        match name {
            "=" | ":" => at = (rest, name == ":"),
            _ => {
                let members = match at.1 {
                    true => &mut table.of_types,
                    false => &mut table.of_values,
                };
                members.entry(at.0).or_default().push(member(name, rest));
            }
        }
    }
    table
}

fn member(name: &'static str, rest: &'static str) -> Member {
    if let Some(name) = name.strip_suffix('(') {
        return Member {
            name,
            kind: Kind::Method(rest.split('|').collect()),
        };
    }
    let (of_type, accessors) = rest.split_once(' ').unwrap_or((rest, ""));
    let kind = match accessors.strip_prefix("alias:") {
        Some(of) => Kind::Alias(of),
        None => Kind::Property { of_type, accessors },
    };
    Member { name, kind }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::harmless::{METHODS, STATIC_METHODS, STATIC_PROPERTIES};

    #[test]
    fn what_a_session_may_call_is_offered() {
        for (of, names) in METHODS {
            let known = members(of, false);
            for name in *names {
                assert!(
                    known.iter().any(|member| member.name == *name),
                    "[{of}].{name}"
                );
            }
        }
        for (of, names) in STATIC_METHODS.iter().chain(STATIC_PROPERTIES) {
            let known = members(of, true);
            for name in *names {
                assert!(
                    known.iter().any(|member| member.name == *name),
                    "[{of}]::{name}"
                );
            }
        }
    }

    #[test]
    fn tooltips_follow_where_a_member_is_seen() {
        let length = &members("System.String", false)[0];
        assert_eq!(length.tooltip(Seen::OnValue, false), "int Length {get;}");
        assert_eq!(length.tooltip(Seen::OnType, false), "int Length { get; }");
        assert_eq!(length.of_type(), "int");
    }
}
