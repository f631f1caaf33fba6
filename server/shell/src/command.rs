//! What the binder, help and completion know of a command (`System.Management.Automation.CommandInfo`).

use std::sync::Arc;

use crate::value::{EnumDefinition, Text, Value};

/// The set that a parameter without a named set belongs to.
pub const ALL_SETS: &str = "__AllParameterSets";

/// A command: a cmdlet of the catalogue, or one that every session has.
#[derive(Debug)]
pub struct CommandInfo {
    /// `Verb-Noun`.
    pub name: Text,
    /// Full name of the implementing .NET type: the suffix of its error ids.
    pub implementing_type: Text,
    /// The module that it counts to.
    pub module: Text,
    /// Parameters in declaration order, without the common ones.
    pub parameters: Vec<ParameterInfo>,
    /// The default parameter set, if one is named.
    pub default_set: Option<Text>,
    /// Whether it has -WhatIf and -Confirm.
    pub should_process: bool,
    /// How great an effect it has.
    pub confirm_impact: ConfirmImpact,
    /// Full .NET names of what it emits.
    pub output_types: Vec<Text>,
    /// What Get-Help shows.
    pub help: CommandHelp,
}

/// `System.Management.Automation.ConfirmImpact`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum ConfirmImpact {
    /// Never prompts.
    None,
    /// Prompts when the preference is Low.
    Low,
    /// Prompts when the preference is Medium or lower.
    #[default]
    Medium,
    /// Prompts by default.
    High,
}

/// One parameter.
#[derive(Debug)]
pub struct ParameterInfo {
    /// Name.
    pub name: Text,
    /// Aliases in declaration order.
    pub aliases: Vec<Text>,
    /// Type that arguments are converted to.
    pub parameter_type: ParameterType,
    /// Membership in parameter sets; one entry with [`ALL_SETS`] for all.
    pub sets: Vec<SetMembership>,
    /// Validation attributes in declaration order.
    pub validations: Vec<Validation>,
    /// `AllowNull`.
    pub allow_null: bool,
    /// `AllowEmptyString`.
    pub allow_empty_string: bool,
    /// `AllowEmptyCollection`.
    pub allow_empty_collection: bool,
    /// Text behind `!?` in a prompt for this parameter.
    pub help_message: Option<Text>,
    /// Description that Get-Help shows.
    pub description: Text,
    /// Default value as Get-Help prints it.
    pub default_text: Option<Text>,
    /// Name of the list that tab completion offers (`pool`, `paired_pool`, `user`, …).
    pub completer: Option<Text>,
}

/// Membership of a parameter in one parameter set.
#[derive(Clone, Debug)]
pub struct SetMembership {
    /// The set.
    pub set: Text,
    /// Whether the set needs it.
    pub mandatory: bool,
    /// Position among the positional arguments.
    pub position: Option<i32>,
    /// `ValueFromPipeline`.
    pub from_pipeline: bool,
    /// `ValueFromPipelineByPropertyName`.
    pub from_pipeline_by_property_name: bool,
    /// `ValueFromRemainingArguments`.
    pub from_remaining_arguments: bool,
}

/// What a parameter's argument becomes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ParameterType {
    /// A .NET type by full name (`System.Int32`, `System.Management.Automation.SwitchParameter`, `System.Object`, …).
    Plain(Text),
    /// `System.Nullable<T>`.
    Nullable(Box<Self>),
    /// `T[]`.
    Array(Box<Self>),
    /// `List<T>`, `Collection<T>`, …: the full generic type's name and the element.
    List(Text, Box<Self>),
    /// An enumeration.
    Enum(Arc<EnumDefinition>),
    /// A type with its own text form: full name, and the rule that reads it.
    Custom(Text, TextRule),
}

impl ParameterType {
    /// The full .NET name, as messages quote it.
    pub fn full_name(&self) -> Text {
        match self {
            Self::Plain(name) | Self::Custom(name, _) => name.clone(),
            Self::Nullable(inner) => format!("System.Nullable`1[{}]", inner.full_name()).into(),
            Self::Array(element) => format!("{}[]", element.full_name()).into(),
            Self::List(name, element) => match &**name {
                "System.Collections.ArrayList" => name.clone(),
                _ => format!("{name}[{}]", element.full_name()).into(),
            },
            Self::Enum(definition) => definition.name.clone(),
        }
    }
}

/// How a custom type reads its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextRule {
    /// Letters, digits, `_` and `-` in dot-separated labels of at most 63, 255 in all.
    Fqdn,
    /// Anything but empty text (`XdsIdentity`, `UserIdParameter`, …).
    Identity,
}

/// A validation attribute.
#[derive(Clone, Debug)]
pub enum Validation {
    /// `ValidateSet`: members, and whether case counts.
    Set(Vec<Text>, bool),
    /// `ValidateRange`.
    Range(Value, Value),
    /// `ValidatePattern`: the expression, and whether case counts.
    Pattern(Text, bool),
    /// `ValidateLength`.
    Length(usize, usize),
    /// `ValidateCount`.
    Count(usize, usize),
    /// `ValidateNotNull`.
    NotNull,
    /// `ValidateNotNullOrEmpty`.
    NotNullOrEmpty,
    /// `ValidateScript`, by the text of its script.
    Script(Text),
}

/// What Get-Help shows of a command.
#[derive(Debug, Default)]
pub struct CommandHelp {
    /// One sentence.
    pub synopsis: Text,
    /// Paragraphs.
    pub description: Vec<Text>,
    /// Command lines with their explanations.
    pub examples: Vec<(Text, Text)>,
    /// Links and page titles.
    pub links: Vec<Text>,
}
