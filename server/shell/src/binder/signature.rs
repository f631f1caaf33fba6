//! What the binder makes of a command's parameters, once: names in the order of matching, parameter sets as bits.

use std::sync::LazyLock;

use crate::binder::BindError;
use crate::command::{
    ALL_SETS, CommandInfo, CommandKind, ParameterInfo, ParameterType, SetMembership, Validation,
};
use crate::convert::enumerations;
use crate::value::{Text, Value};

/// A set of parameter sets, one bit each.
pub(crate) type SetMask = u32;
/// Nothing has narrowed the sets yet.
pub(crate) const EVERY_SET: SetMask = SetMask::MAX;
/// The name of what has no sets; every call asks for it.
static ALL_SETS_TEXT: LazyLock<Text> = LazyLock::new(|| ALL_SETS.into());
/// The name of several sets at once.
pub(crate) static NO_SET: LazyLock<Text> = LazyLock::new(|| "".into());
/// More sets than bits are refused.
const MAX_SETS: usize = 32;

/// A command's parameters as the binder reads them: its own in declaration order, then the common ones.
#[derive(Debug)]
pub struct Signature {
    pub(crate) formals: Vec<Formal>,
    /// Set names by bit.
    pub(crate) sets: Vec<Text>,
    /// The default set's bit; 0 if none is named.
    pub(crate) default_set: SetMask,
    /// The bits of all sets.
    pub(crate) all_sets: SetMask,
    /// Whether there are more sets than the binder can tell apart.
    pub(crate) too_many_sets: bool,
}

/// One parameter.
#[derive(Debug)]
pub(crate) struct Formal {
    pub(crate) source: Source,
    /// As declared; here too because every argument's name is compared with all of them.
    name: Text,
    /// The named sets that it is in; 0 if it is in all.
    pub(crate) mask: SetMask,
    pub(crate) in_all_sets: bool,
    pub(crate) sets: Vec<FormalSet>,
    /// Mandatory in some set.
    pub(crate) mandatory_somewhere: bool,
    /// Takes pipeline input in some set.
    pub(crate) pipeline_somewhere: bool,
}

/// Where the parameter is declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// By the command, at this index.
    Own(usize),
    /// Common to all, at this index of [`common_parameters`].
    Common(usize),
}

/// Membership in one set.
#[derive(Debug)]
pub(crate) struct FormalSet {
    /// The set's bit; 0 for all.
    pub(crate) bit: SetMask,
    pub(crate) mandatory: bool,
    pub(crate) position: Option<i32>,
    pub(crate) by_value: bool,
    pub(crate) by_property: bool,
    pub(crate) remaining: bool,
}

impl FormalSet {
    /// Whether this membership counts while the sets of `valid` are possible.
    pub(crate) fn within(&self, valid: SetMask) -> bool {
        self.bit == 0 || self.bit & valid != 0
    }

    /// Whether pipeline input can bind it.
    pub(crate) fn takes_input(&self) -> bool {
        self.by_value || self.by_property
    }
}

impl Formal {
    /// The memberships that count while the sets of `valid` are possible.
    pub(crate) fn within(&self, valid: SetMask) -> impl Iterator<Item = &FormalSet> {
        self.sets.iter().filter(move |set| set.within(valid))
    }

    /// Whether pipeline input can bind it while the sets of `valid` are possible.
    pub(crate) fn takes_input(&self, valid: SetMask) -> bool {
        self.pipeline_somewhere && self.within(valid).any(FormalSet::takes_input)
    }
}

impl CommandInfo {
    /// The binder's tables of the command.
    pub fn signature(&self) -> &Signature {
        self.signature.0.get_or_init(|| Signature::of(self))
    }

    /// All parameters with the common ones, in the order in which names are matched.
    pub fn all_parameters(&self) -> impl Iterator<Item = &ParameterInfo> {
        let signature = self.signature();
        (0..signature.formals.len()).map(move |index| signature.info(self, index))
    }

    /// The parameter of exactly that name or alias, case-insensitively, the common ones included.
    pub fn parameter(&self, name: &str) -> Option<&ParameterInfo> {
        self.all_parameters().find(|parameter| {
            parameter.name.eq_ignore_ascii_case(name)
                || parameter
                    .aliases
                    .iter()
                    .any(|alias| alias.eq_ignore_ascii_case(name))
        })
    }
}

impl Signature {
    fn of(command: &CommandInfo) -> Self {
        let mut signature = Self {
            formals: Vec::new(),
            sets: Vec::new(),
            default_set: 0,
            all_sets: 0,
            too_many_sets: false,
        };
        if let Some(default) = command
            .default_set
            .as_deref()
            .filter(|set| *set != ALL_SETS)
        {
            signature.default_set = signature.bit_of(default);
        }
        for (index, parameter) in command.parameters.iter().enumerate() {
            signature.add(Source::Own(index), parameter);
        }
        let common = common_parameters();
        let count = match (command.kind, command.should_process) {
            (CommandKind::SimpleFunction, _) => 0,
            (_, true) => common.len(),
            (_, false) => common.len() - SHOULD_PROCESS_PARAMETERS,
        };
        for (index, parameter) in common.iter().enumerate().take(count) {
            signature.add(Source::Common(index), parameter);
        }
        signature
    }

    fn add(&mut self, source: Source, parameter: &ParameterInfo) {
        let sets: Vec<_> = parameter
            .sets
            .iter()
            .map(|set| self.membership(set))
            .collect();
        self.formals.push(Formal {
            source,
            name: parameter.name.clone(),
            mask: sets.iter().fold(0, |mask, set| mask | set.bit),
            in_all_sets: sets.iter().any(|set| set.bit == 0),
            mandatory_somewhere: sets.iter().any(|set| set.mandatory),
            pipeline_somewhere: sets.iter().any(FormalSet::takes_input),
            sets,
        });
    }

    fn membership(&mut self, membership: &SetMembership) -> FormalSet {
        FormalSet {
            bit: if &*membership.set == ALL_SETS {
                0
            } else {
                self.bit_of(&membership.set)
            },
            mandatory: membership.mandatory,
            position: membership.position,
            by_value: membership.from_pipeline,
            by_property: membership.from_pipeline_by_property_name,
            remaining: membership.from_remaining_arguments,
        }
    }

    fn bit_of(&mut self, set: &str) -> SetMask {
        let index = self
            .sets
            .iter()
            .position(|known| known.eq_ignore_ascii_case(set))
            .unwrap_or_else(|| {
                self.sets.push(set.into());
                self.sets.len() - 1
            });
        if index >= MAX_SETS {
            self.too_many_sets = true;
            return 0;
        }
        let bit = 1 << index;
        self.all_sets |= bit;
        bit
    }

    /// What a parameter is declared as.
    pub(crate) fn info<'a>(&self, command: &'a CommandInfo, index: usize) -> &'a ParameterInfo {
        match self.formals[index].source {
            Source::Own(own) => &command.parameters[own],
            Source::Common(common) => &common_parameters()[common],
        }
    }

    /// The name that a mask of sets goes by, as PowerShell reads one: empty for several, the default set's for all.
    pub(crate) fn set_name(&self, mask: SetMask) -> Text {
        if mask == EVERY_SET || mask == 0 {
            return match self.default_set {
                0 => ALL_SETS_TEXT.clone(),
                bit => self.sets[bit.trailing_zeros() as usize].clone(),
            };
        }
        let index = mask.trailing_zeros();
        // Only the next bit is looked at, in PowerShell too.
        if index + 1 < SetMask::BITS && mask >> (index + 1) & 1 != 0 {
            return NO_SET.clone();
        }
        self.sets.get(index as usize).unwrap_or(&NO_SET).clone()
    }

    /// The parameter that a typed name means: an exact name or alias, else the only one that begins so; of several,
    /// the command's own one.
    ///
    /// # Errors
    /// `AmbiguousParameter`; the extent is left to the caller.
    pub(crate) fn find(
        &self,
        command: &CommandInfo,
        name: &str,
    ) -> Result<Option<usize>, BindError> {
        let name = name
            .strip_prefix(['-', '\u{2013}', '\u{2014}', '\u{2015}'])
            .unwrap_or(name);
        if let Some(index) = self.find_exact(command, name) {
            return Ok(Some(index));
        }
        let mut matches = Vec::new();
        for index in 0..self.formals.len() {
            if begins_with(&self.info(command, index).name, name) {
                matches.push(index);
            }
        }
        for index in 0..self.formals.len() {
            let aliases = &self.info(command, index).aliases;
            if aliases.iter().any(|alias| begins_with(alias, name)) && !matches.contains(&index) {
                matches.push(index);
            }
        }
        if matches.len() <= 1 {
            return Ok(matches.first().copied());
        }
        let mut own = matches
            .iter()
            .filter(|index| matches!(self.formals[**index].source, Source::Own(_)));
        if let (Some(only), None) = (own.next(), own.next()) {
            return Ok(Some(*only));
        }
        Err(self.ambiguous(command, name, &matches))
    }

    fn find_exact(&self, command: &CommandInfo, name: &str) -> Option<usize> {
        let is = |own: &Text| own.eq_ignore_ascii_case(name);
        let by_name = self.formals.iter().position(|formal| is(&formal.name));
        by_name.or_else(|| {
            (0..self.formals.len()).find(|index| self.info(command, *index).aliases.iter().any(is))
        })
    }

    fn ambiguous(&self, command: &CommandInfo, name: &str, matches: &[usize]) -> BindError {
        let mut possible = String::new();
        for index in matches {
            possible.push_str(" -");
            possible.push_str(&self.info(command, *index).name);
        }
        BindError::new(
            "AmbiguousParameter",
            format!(
                "Parameter cannot be processed because the parameter name '{name}' is ambiguous. \
                 Possible matches include:{possible}."
            ),
        )
    }
}

fn begins_with(candidate: &str, prefix: &str) -> bool {
    candidate
        .as_bytes()
        .get(..prefix.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(prefix.as_bytes()))
}

/// How many of [`common_parameters`], at their end, only a command with ShouldProcess has.
const SHOULD_PROCESS_PARAMETERS: usize = 2;

/// The parameters that every command has, in the order in which PowerShell matches them; -WhatIf and -Confirm are last.
pub fn common_parameters() -> &'static [ParameterInfo] {
    static COMMON: LazyLock<Vec<ParameterInfo>> = LazyLock::new(|| {
        let preference = |name: &str, alias: &str| {
            ParameterInfo::of_type(name, ParameterType::Enum(enumerations::action_preference()))
                .alias(&[alias])
        };
        let variable = |name: &str, alias: &str| {
            ParameterInfo::new(name, "string")
                .alias(&[alias])
                .validated(Validation::VariableName)
        };
        vec![
            ParameterInfo::switch("Verbose").alias(&["vb"]),
            ParameterInfo::switch("Debug").alias(&["db"]),
            preference("ErrorAction", "ea"),
            preference("WarningAction", "wa"),
            preference("InformationAction", "infa"),
            preference("ProgressAction", "proga"),
            variable("ErrorVariable", "ev"),
            variable("WarningVariable", "wv"),
            variable("InformationVariable", "iv"),
            variable("OutVariable", "ov"),
            ParameterInfo::new("OutBuffer", "int")
                .alias(&["ob"])
                .validated(Validation::Range(Value::Int32(0), Value::Int32(i32::MAX))),
            variable("PipelineVariable", "pv"),
            ParameterInfo::switch("WhatIf").alias(&["wi"]),
            ParameterInfo::switch("Confirm").alias(&["cf"]),
        ]
    });
    &COMMON
}

/// Whether a bound parameter of that declared name is one of the common ones.
pub fn is_common(command: &CommandInfo, name: &str) -> bool {
    command.parameters.iter().all(|own| &*own.name != name)
        && common_parameters()
            .iter()
            .any(|common| &*common.name == name)
}
