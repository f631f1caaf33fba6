//! Attributes of classes and of their members: which there are, and what each may stand before (`AttributeUsage`).

use crate::error_record::Extent;
use crate::help::attribute::{is_known, short_name};
use crate::language::ast::{Attribute, ExpressionKind};
use crate::language::semantic::{Checker, attribute};

/// What an attribute stands before, in .NET's words.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Target {
    Class,
    Constructor,
    Method,
    Property,
    Parameter,
}

impl Target {
    fn name(self) -> &'static str {
        match self {
            Self::Class => "Class",
            Self::Constructor => "Constructor",
            Self::Method => "Method",
            Self::Property => "Property",
            Self::Parameter => "Parameter",
        }
    }
}

/// What an attribute may stand before; none where that is anything.
fn valid_on(short: &str) -> Option<&'static str> {
    Some(match &*short.to_ascii_lowercase() {
        "cmdlet"
        | "cmdletbinding"
        | "dscresource"
        | "dsclocalconfigurationmanager"
        | "norunspaceaffinity"
        | "outputtype" => "Class",
        "alias" => "Class, Property, Field",
        "flags" => "Enum",
        "hidden" => "Constructor, Method, Property, Field, Event",
        "obsolete" => {
            "Class, Struct, Enum, Constructor, Method, Property, Field, Event, Interface, Delegate"
        }
        "experimental" => "Class, Property, Field",
        _ => "Property, Field",
    })
}

/// The type of an attribute as messages call it.
fn shown(short: &str) -> String {
    match &*short.to_ascii_lowercase() {
        "cmdlet" => "System.Management.Automation.CmdletAttribute".into(),
        "flags" => "System.FlagsAttribute".into(),
        "obsolete" => "System.ObsoleteAttribute".into(),
        "hidden" => "System.Management.Automation.HiddenAttribute".into(),
        _ => crate::help::attribute::spelled(short).to_owned(),
    }
}

impl Checker<'_> {
    /// An attribute of a class or of a member of one: its arguments are constants, and no blocks.
    pub(super) fn member_attribute(&mut self, own: &Attribute, target: Target) {
        if !is_known(&own.name) {
            let start = own.extent.start + 1;
            self.refuse(
                "CustomAttributeTypeNotFound",
                format!(
                    "Cannot find the type for custom attribute '{}'. Make sure that the assembly that contains this type is loaded.",
                    own.name
                ),
                &Extent {
                    start,
                    end: start + own.name.len(),
                },
            );
            return;
        }
        let short = short_name(&own.name);
        if !short.contains('.')
            && let Some(valid) = valid_on(short)
            && !valid.split(", ").any(|name| name == target.name())
        {
            self.refuse(
                "AttributeNotAllowedOnDeclaration",
                format!(
                    "Attribute '{}' is not valid on this declaration. It is valid on '{valid}' declarations only.",
                    shown(short)
                ),
                &own.extent,
            );
        }
        let named = own.named.iter().filter_map(|(_, value)| value.as_ref());
        for value in named.chain(&own.positional) {
            let is_block = matches!(value.kind, ExpressionKind::ScriptBlock(_));
            if is_block || !attribute::is_constant(value) {
                self.refuse(
                    "ParameterAttributeArgumentNeedsToBeConstant",
                    "Attribute argument must be a constant.",
                    &value.extent,
                );
            }
        }
    }
}
