//! What the binder, help and completion know of a command (`System.Management.Automation.CommandInfo`).

use std::sync::{Arc, OnceLock};

use crate::binder::Signature;
use crate::value::class::ClassReference;
use crate::value::{EnumDefinition, ScriptBlock, Text, Value};

/// The set that a parameter without a named set belongs to.
pub const ALL_SETS: &str = "__AllParameterSets";

/// A command: a cmdlet of the catalogue, or one that every session has.
#[derive(Debug, Default)]
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
    /// What kind of command it is: functions convert their arguments by other rules than cmdlets.
    pub kind: CommandKind,
    /// What the binder makes of the above, once.
    pub signature: SignatureCell,
}

/// A name as it is typed: the module that it is qualified by, if it is, and the command's own (`Utils.ParseCommandName`).
pub fn qualified(name: &str) -> (Option<&str>, &str) {
    match name.split_once('\\') {
        Some((module, bare)) => (Some(module), bare),
        None => (None, name),
    }
}

/// What kind of command it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CommandKind {
    /// A cmdlet, of the catalogue or built in.
    #[default]
    Cmdlet,
    /// A function with `CmdletBinding` or a `Parameter` attribute.
    AdvancedFunction,
    /// Any other function: it has no common parameters, and what is left of its arguments is `$args`.
    SimpleFunction,
}

/// Where a command keeps the binder's tables, made when it is first bound.
#[derive(Debug, Default)]
pub struct SignatureCell(pub(crate) OnceLock<Signature>);

impl CommandInfo {
    /// Whether it is the one that a module's name before the command's speaks of.
    pub fn is_of(&self, module: Option<&str>) -> bool {
        module.is_none_or(|module| module.eq_ignore_ascii_case(&self.module))
    }

    /// A command of a module, to be given its parameters by [`CommandInfo::with`].
    pub fn new(
        name: impl Into<Text>,
        implementing_type: impl Into<Text>,
        module: impl Into<Text>,
    ) -> Self {
        Self {
            name: name.into(),
            implementing_type: implementing_type.into(),
            module: module.into(),
            ..Self::default()
        }
    }

    /// The command with a further parameter.
    #[must_use]
    pub fn with(mut self, parameter: ParameterInfo) -> Self {
        self.parameters.push(parameter);
        self
    }

    /// The command with a default parameter set.
    #[must_use]
    pub fn with_default_set(mut self, set: impl Into<Text>) -> Self {
        self.default_set = Some(set.into());
        self
    }

    /// The command with -WhatIf and -Confirm.
    #[must_use]
    pub fn with_should_process(mut self, impact: ConfirmImpact) -> Self {
        self.should_process = true;
        self.confirm_impact = impact;
        self
    }

    /// The command with what it emits, by full .NET names.
    #[must_use]
    pub fn with_output(mut self, types: &[&str]) -> Self {
        self.output_types = types.iter().map(|name| Text::from(*name)).collect();
        self
    }

    /// The command with one sentence of help.
    #[must_use]
    pub fn with_synopsis(mut self, synopsis: impl Into<Text>) -> Self {
        self.help.synopsis = synopsis.into();
        self
    }
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
#[derive(Clone, Debug)]
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

impl ParameterInfo {
    /// Whether it leaves what it refuses to another one of its position (`ValidationMetadataException.SwallowException`).
    pub(crate) fn leaves_to_others(&self) -> bool {
        let mut validations = self.validations.iter();
        validations.any(|own| matches!(own, Validation::NoMemberType))
    }

    /// A named, optional parameter of all sets. Its type is given as a type literal gives it (`int`, `string[]`); a
    /// name that stands for no type is taken as the full name of one that converts from nothing but itself.
    pub fn new(name: impl Into<Text>, type_name: &str) -> Self {
        Self::of_type(
            name,
            crate::convert::type_names::resolve(type_name)
                .unwrap_or_else(|| ParameterType::Plain(type_name.into())),
        )
    }

    /// A named, optional parameter of all sets.
    pub fn of_type(name: impl Into<Text>, parameter_type: ParameterType) -> Self {
        Self {
            name: name.into(),
            aliases: Vec::new(),
            parameter_type,
            sets: vec![SetMembership::default()],
            validations: Vec::new(),
            allow_null: false,
            allow_empty_string: false,
            allow_empty_collection: false,
            help_message: None,
            description: Text::from(""),
            default_text: None,
            completer: None,
        }
    }

    /// A switch.
    pub fn switch(name: impl Into<Text>) -> Self {
        Self::new(name, "switch")
    }

    /// The parameter with aliases.
    #[must_use]
    pub fn alias(mut self, names: &[&str]) -> Self {
        self.aliases
            .extend(names.iter().map(|name| Text::from(*name)));
        self
    }

    /// The parameter in these sets only, in each as in the last one described.
    #[must_use]
    pub fn in_sets(mut self, sets: &[&str]) -> Self {
        let like = self.sets.pop().unwrap_or_default();
        self.sets = sets
            .iter()
            .map(|set| SetMembership {
                set: Text::from(*set),
                ..like.clone()
            })
            .collect();
        self
    }

    /// The parameter in one more set, or in all sets if it is in none yet.
    #[must_use]
    pub fn member(mut self, membership: SetMembership) -> Self {
        if matches!(&*self.sets, [only] if *only == SetMembership::default()) {
            self.sets.clear();
        }
        self.sets.push(membership);
        self
    }

    /// The parameter at a position, in all its sets.
    #[must_use]
    pub fn at(mut self, position: i32) -> Self {
        for set in &mut self.sets {
            set.position = Some(position);
        }
        self
    }

    /// The parameter as one that its sets need.
    #[must_use]
    pub fn mandatory(mut self) -> Self {
        for set in &mut self.sets {
            set.mandatory = true;
        }
        self
    }

    /// The parameter as one that takes input objects.
    #[must_use]
    pub fn from_pipeline(mut self) -> Self {
        for set in &mut self.sets {
            set.from_pipeline = true;
        }
        self
    }

    /// The parameter as one that takes a property of input objects.
    #[must_use]
    pub fn from_property(mut self) -> Self {
        for set in &mut self.sets {
            set.from_pipeline_by_property_name = true;
        }
        self
    }

    /// The parameter as one that takes the arguments that are left.
    #[must_use]
    pub fn from_remaining(mut self) -> Self {
        for set in &mut self.sets {
            set.from_remaining_arguments = true;
        }
        self
    }

    /// The parameter with a check.
    #[must_use]
    pub fn validated(mut self, validation: Validation) -> Self {
        self.validations.push(validation);
        self
    }

    /// The parameter with `AllowNull`, `AllowEmptyString` and `AllowEmptyCollection`.
    #[must_use]
    pub fn allow_nothing(mut self) -> Self {
        self.allow_null = true;
        self.allow_empty_string = true;
        self.allow_empty_collection = true;
        self
    }
}

/// Membership of a parameter in one parameter set.
#[derive(Clone, Debug, PartialEq, Eq)]
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

impl Default for SetMembership {
    /// In all sets; named, optional, deaf to the pipeline.
    fn default() -> Self {
        Self {
            set: ALL_SETS.into(),
            mandatory: false,
            position: None,
            from_pipeline: false,
            from_pipeline_by_property_name: false,
            from_remaining_arguments: false,
        }
    }
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
    /// A class that a script defines.
    Class(ClassReference),
}

impl ParameterType {
    /// The full .NET name, as messages quote it.
    pub fn full_name(&self) -> Text {
        match self {
            Self::Plain(name) | Self::Custom(name, _) => name.clone(),
            Self::Nullable(inner) => format!("System.Nullable`1[{}]", inner.full_name()).into(),
            Self::Array(element) => format!("{}[]", element.full_name()).into(),
            Self::List(name, element) => match &**name {
                plain if !plain.contains('`') => name.clone(),
                _ => format!("{name}[{}]", element.full_name()).into(),
            },
            Self::Enum(definition) => definition.name.clone(),
            Self::Class(class) => class.name.clone(),
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
    /// `ValidateRange` by a name: on which side of zero.
    RangeKind(RangeKind),
    /// `ValidatePattern`: the expression, and how it is read.
    Pattern(Text, crate::regex::Options),
    /// `ValidateLength`.
    Length(usize, usize),
    /// `ValidateCount`.
    Count(usize, usize),
    /// `ValidateNotNull`.
    NotNull,
    /// `ValidateNotNullOrEmpty`.
    NotNullOrEmpty,
    /// `ValidateNotNullOrWhiteSpace`.
    NotNullOrWhiteSpace,
    /// Another one with an `ErrorMessage` of its author's: `{0}` is the value, `{1}` what it was held against.
    Worded(Box<Self>, Text),
    /// The name of a variable, for -OutVariable and its like.
    VariableName,
    /// `ValidateScript`.
    Script(Arc<ScriptBlock>),
    /// A version of PowerShell, which may be given as a whole number or as `latest` (-Version of Set-StrictMode).
    PowerShellVersion,
    /// A credential, which may be given as the name of its user (-Credential of Get-Credential).
    Credential,
    /// No word for a kind of member (-NotePropertyName of Add-Member). Where it stands by its position, such a word is
    /// for another parameter.
    NoMemberType,
}

/// Sides of zero (`ValidateRangeKind`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RangeKind {
    /// Above it.
    Positive,
    /// Not below it.
    NonNegative,
    /// Below it.
    Negative,
    /// Not above it.
    NonPositive,
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
    /// What comes in by the pipeline, where that is written down; else it is told from the parameters.
    pub inputs: Vec<Text>,
    /// Further remarks.
    pub notes: Text,
}
