//! The members of the .NET types that a session meets, as PowerShell describes them: what can be called, what
//! `Get-Member` lists and what completion offers.
//!
//! `members.txt` has a line for each, below the type: `= T` for members of its values, `: T` for static ones. A method's
//! overloads stand behind its name in PowerShell's spelling; one that is marked with `!` is shown, but not for scripts to
//! call.

mod signature;

use std::collections::HashMap;
use std::sync::LazyLock;

pub(crate) use signature::Parameter;

/// A member of a type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Member {
    /// Its name.
    pub(crate) name: &'static str,
    /// What it is.
    pub(crate) kind: Kind,
    /// Whether a script may call it, if it is a method.
    pub(crate) callable: bool,
}

/// What a member is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
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
pub(crate) enum Seen {
    /// On a value that is there.
    OnValue,
    /// On a type that is only inferred.
    OnType,
}

impl Member {
    /// Whether it is called.
    pub(crate) fn is_method(&self) -> bool {
        matches!(self.kind, Kind::Method(_))
    }

    /// The type of what it gives, in PowerShell's spelling.
    pub(crate) fn of_type(&self) -> &'static str {
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
    pub(crate) fn tooltip(&self, seen: Seen, is_static: bool) -> String {
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

/// The parameters of the overloads of each method that can be called, by type and by its name in lower case.
type Overloads = HashMap<&'static str, HashMap<String, Vec<Vec<Parameter>>>>;

static OVERLOADS: LazyLock<Overloads> = LazyLock::new(|| signatures(&TABLE.of_values));
static STATIC_OVERLOADS: LazyLock<Overloads> = LazyLock::new(|| signatures(&TABLE.of_types));

fn signatures(types: &HashMap<&'static str, Vec<Member>>) -> Overloads {
    let of_type = |members: &Vec<Member>| {
        let methods = members.iter().filter_map(|member| match &member.kind {
            Kind::Method(texts) if member.callable => {
                let overloads = texts.iter().filter_map(|text| signature::parameters(text));
                Some((member.name.to_ascii_lowercase(), overloads.collect()))
            }
            _ => None,
        });
        methods.collect()
    };
    types
        .iter()
        .map(|(name, members)| (*name, of_type(members)))
        .collect()
}

/// The overloads of a method that can be called; none if a type has no such method.
pub(crate) fn overloads(
    type_name: &str,
    is_static: bool,
    method: &str,
) -> &'static [Vec<Parameter>] {
    let table = match is_static {
        true => &STATIC_OVERLOADS,
        false => &OVERLOADS,
    };
    table
        .get(type_name)
        .and_then(|methods| methods.get(&method.to_ascii_lowercase()))
        .map_or(&[], Vec::as_slice)
}

/// A method's name in .NET's spelling, which its exceptions say; a constructor's is `.ctor`.
pub(crate) fn spelled(type_name: &str, is_static: bool, method: &str) -> Option<&'static str> {
    members(type_name, is_static)
        .iter()
        .find(|own| own.is_method() && own.name.eq_ignore_ascii_case(method))
        .map(|own| match own.name {
            "new" => ".ctor",
            name => name,
        })
}

/// Each type that has members, with them.
pub(crate) fn types(is_static: bool) -> impl Iterator<Item = (&'static str, &'static [Member])> {
    let table = match is_static {
        true => &TABLE.of_types,
        false => &TABLE.of_values,
    };
    table
        .iter()
        .map(|(name, members)| (*name, members.as_slice()))
}

/// The members of a type by its full .NET name, static ones or those of its values; none of a type that is not known.
pub(crate) fn members(type_name: &str, is_static: bool) -> &'static [Member] {
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
        let callable = !name.starts_with('!');
        return Member {
            name: name.trim_start_matches('!'),
            kind: Kind::Method(rest.split('|').collect()),
            callable,
        };
    }
    let (of_type, accessors) = rest.split_once(' ').unwrap_or((rest, ""));
    let kind = match accessors.strip_prefix("alias:") {
        Some(of) => Kind::Alias(of),
        None => Kind::Property { of_type, accessors },
    };
    Member {
        name,
        kind,
        callable: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tooltips_follow_where_a_member_is_seen() {
        let length = &members("System.String", false)[0];
        assert_eq!(length.tooltip(Seen::OnValue, false), "int Length {get;}");
        assert_eq!(length.tooltip(Seen::OnType, false), "int Length { get; }");
        assert_eq!(length.of_type(), "int");
    }
}
