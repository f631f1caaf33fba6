//! Syntax lines: one for each parameter set, as `Get-Command -Syntax`, help and tab completion show them.

use std::fmt::Write as _;

use crate::binder::is_common;
use crate::command::{
    ALL_SETS, CommandInfo, CommandKind, ParameterInfo, ParameterType, SetMembership,
};
use crate::convert::type_names::accelerator;
use crate::type_names::short_name;
use crate::value::Text;

/// How a type is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TypeStyle {
    /// By its accelerator: `int`, `string[]`, `Object`.
    Accelerator,
    /// By its .NET name: `Int32`, `String[]`, `Object`.
    Short,
}

/// The name of a type as syntax lines and tooltips show it; a nullable goes by what it may hold.
pub fn type_text(parameter_type: &ParameterType, style: TypeStyle) -> String {
    match parameter_type {
        ParameterType::Nullable(inner) => type_text(inner, style),
        ParameterType::Array(element) => format!("{}[]", type_text(element, style)),
        ParameterType::List(name, element) if name.ends_with("`1") => {
            let bare = short_name(name).trim_end_matches("`1").to_owned();
            format!("{bare}[{}]", type_text(element, style))
        }
        ParameterType::Plain(name) if style == TypeStyle::Accelerator => {
            accelerator(name).map_or_else(|| short_name(name).to_owned(), str::to_owned)
        }
        ParameterType::Plain(name)
        | ParameterType::List(name, _)
        | ParameterType::Custom(name, _) => short_name(name).to_owned(),
        ParameterType::Enum(definition) => short_name(&definition.name).to_owned(),
        ParameterType::Class(class) => class.name.to_string(),
    }
}

/// Whether a parameter takes no value.
pub fn is_switch(parameter: &ParameterInfo) -> bool {
    matches!(&parameter.parameter_type, ParameterType::Plain(name)
        if &**name == "System.Management.Automation.SwitchParameter")
}

/// The names of a command's parameter sets, the default one first; one for all if there are none.
pub fn set_names(command: &CommandInfo) -> Vec<Text> {
    let sets = &command.signature().sets;
    if sets.is_empty() {
        vec![ALL_SETS.into()]
    } else {
        sets.clone()
    }
}

/// A parameter as one set has it.
#[derive(Clone, Copy, Debug)]
pub struct SetParameter<'a> {
    /// The parameter.
    pub parameter: &'a ParameterInfo,
    /// Its membership in the set, or in all sets.
    pub membership: &'a SetMembership,
}

/// The parameters of one set in the order of a syntax line: by position, then mandatory ones, then the rest, -WhatIf
/// and -Confirm last. The common ones are left out.
pub fn set_parameters<'a>(command: &'a CommandInfo, set: &str) -> Vec<SetParameter<'a>> {
    let mut members: Vec<_> = command
        .all_parameters()
        .filter(|parameter| {
            matches!(&*parameter.name, "WhatIf" | "Confirm") || !is_common(command, &parameter.name)
        })
        .filter_map(|parameter| {
            let membership = parameter
                .sets
                .iter()
                .find(|membership| *membership.set == *set)
                .or_else(|| {
                    parameter
                        .sets
                        .iter()
                        .find(|membership| &*membership.set == ALL_SETS)
                })?;
            Some(SetParameter {
                parameter,
                membership,
            })
        })
        .collect();
    // Of several at one position PowerShell shows the last one only.
    let shown: Vec<bool> = members
        .iter()
        .enumerate()
        .map(|(at, member)| {
            member.membership.position.is_none_or(|position| {
                members[at + 1..]
                    .iter()
                    .all(|later| later.membership.position != Some(position))
            })
        })
        .collect();
    let mut shown = shown.into_iter();
    members.retain(|_| shown.next().unwrap_or(true));
    // INVARIANT: the sort is stable, so what is equal stays in declaration order.
    members.sort_by_key(|member| match member.membership.position {
        Some(position) => (0, position),
        None if member.membership.mandatory => (1, 0),
        None => (2, 0),
    });
    members
}

/// One line for a set: `Verb-Noun [-Pos] <type> [-Named <type>] [-Switch] [<CommonParameters>]`.
pub fn line(command: &CommandInfo, set: &str, style: TypeStyle) -> String {
    let mut out = command.name.to_string();
    for member in set_parameters(command, set) {
        out.push(' ');
        push_parameter(&mut out, member, style);
    }
    out.push_str(" [<CommonParameters>]");
    out
}

/// The parameters of one set, as `CommandParameterSetInfo` reads; a simple function has no common ones.
pub fn usage(command: &CommandInfo, set: &str) -> String {
    let mut out = String::new();
    for member in set_parameters(command, set) {
        if !out.is_empty() {
            out.push(' ');
        }
        push_parameter(&mut out, member, TypeStyle::Accelerator);
    }
    if command.kind != CommandKind::SimpleFunction {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str("[<CommonParameters>]");
    }
    out
}

fn push_parameter(out: &mut String, member: SetParameter<'_>, style: TypeStyle) {
    let name = &member.parameter.name;
    let is_switch = is_switch(member.parameter);
    let mut text = if member.membership.position.is_some() && !is_switch {
        format!("[-{name}]")
    } else {
        format!("-{name}")
    };
    if !is_switch {
        // Writing to a String cannot fail.
        let _ = write!(
            text,
            " <{}>",
            type_text(&member.parameter.parameter_type, style)
        );
    }
    if member.membership.mandatory {
        out.push_str(&text);
    } else {
        let _ = write!(out, "[{text}]");
    }
}

/// All lines of a command, a blank one before each and a line break at the end: `CommandInfo.Definition` of a cmdlet.
pub fn definition(command: &CommandInfo) -> String {
    let mut out = String::new();
    for set in set_names(command) {
        // Writing to a String cannot fail.
        let _ = writeln!(out, "\n{} {}", command.name, usage(command, &set));
    }
    out
}
