//! Preferences: what is done with the records of a stream, from parameters and from variables.

use std::sync::{Arc, LazyLock};

use crate::binder::Binding;
use crate::command::ConfirmImpact;
use crate::convert;
use crate::evaluate::operator::truth;
use crate::pipeline::engine::Engine;
use crate::session::SessionState;
use crate::value::{EnumDefinition, EnumValue, Value};

/// `System.Management.Automation.ActionPreference`, in its numeric order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Hidden, but kept.
    SilentlyContinue,
    /// The end.
    Stop,
    /// Shown.
    Continue,
    /// Asked about.
    Inquire,
    /// Dropped.
    Ignore,
    /// Refused everywhere but in workflows.
    Suspend,
    /// Enters the debugger, which no session here has: as Continue.
    Break,
}

impl Action {
    /// The action of that number.
    pub fn from_number(number: i64) -> Self {
        match number {
            0 => Self::SilentlyContinue,
            1 => Self::Stop,
            3 => Self::Inquire,
            4 => Self::Ignore,
            5 => Self::Suspend,
            6 => Self::Break,
            _ => Self::Continue,
        }
    }

    fn of(value: &Value) -> Option<Self> {
        match value {
            Value::Enum(member) => Some(Self::from_number(member.number)),
            _ => None,
        }
    }
}

static CONFIRM_IMPACT: LazyLock<Arc<EnumDefinition>> = LazyLock::new(|| {
    Arc::new(EnumDefinition {
        name: "System.Management.Automation.ConfirmImpact".into(),
        flags: false,
        members: ["None", "Low", "Medium", "High"]
            .iter()
            .zip(0..)
            .map(|(name, number)| ((*name).into(), number))
            .collect(),
    })
});

/// The streams that have a preference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preferred {
    /// Stream 2.
    Error,
    /// Stream 3.
    Warning,
    /// Stream 4.
    Verbose,
    /// Stream 5.
    Debug,
    /// Stream 6.
    Information,
    /// Progress.
    Progress,
}

impl Preferred {
    fn variable(self) -> &'static str {
        match self {
            Self::Error => "erroractionpreference",
            Self::Warning => "warningpreference",
            Self::Verbose => "verbosepreference",
            Self::Debug => "debugpreference",
            Self::Information => "informationpreference",
            Self::Progress => "progresspreference",
        }
    }

    fn parameter(self) -> &'static str {
        match self {
            Self::Error => "ErrorAction",
            Self::Warning => "WarningAction",
            Self::Verbose => "Verbose",
            Self::Debug => "Debug",
            Self::Information => "InformationAction",
            Self::Progress => "ProgressAction",
        }
    }

    fn default(self) -> Action {
        match self {
            Self::Error | Self::Warning | Self::Progress => Action::Continue,
            Self::Verbose | Self::Debug | Self::Information => Action::SilentlyContinue,
        }
    }
}

fn switch(binding: &Binding, name: &str) -> Option<bool> {
    match binding.parameter(name) {
        Some(Value::Switch(on) | Value::Bool(on)) => Some(*on),
        _ => None,
    }
}

/// What a command does with the records of a stream: the first that applies of its parameters, else the variable.
pub fn of_command(binding: &Binding, session: &SessionState, stream: Preferred) -> Action {
    let own = match stream {
        Preferred::Error | Preferred::Information | Preferred::Progress => {
            binding.parameter(stream.parameter()).and_then(Action::of)
        }
        Preferred::Warning => binding
            .parameter("WarningAction")
            .and_then(Action::of)
            .or_else(|| (switch(binding, "Debug") == Some(true)).then_some(Action::Inquire))
            .or_else(|| (switch(binding, "Verbose") == Some(true)).then_some(Action::Continue)),
        Preferred::Verbose => switch(binding, "Verbose")
            .map(shown_or_hidden)
            .or_else(|| (switch(binding, "Debug") == Some(true)).then_some(Action::Inquire)),
        Preferred::Debug => switch(binding, "Debug").map(shown_or_hidden),
    };
    own.unwrap_or_else(|| session.preference(stream))
}

fn shown_or_hidden(on: bool) -> Action {
    if on {
        Action::Continue
    } else {
        Action::SilentlyContinue
    }
}

impl SessionState {
    /// What a preference variable says.
    pub fn preference(&self, stream: Preferred) -> Action {
        match self
            .scopes
            .find(stream.variable())
            .map(|variable| &variable.value)
        {
            Some(Value::Enum(member)) => Action::from_number(member.number),
            Some(value @ Value::String(_)) => {
                let target =
                    crate::command::ParameterType::Enum(convert::enumerations::action_preference());
                convert::convert(value, &target, convert::ConversionContext::default())
                    .ok()
                    .and_then(|value| Action::of(&value))
                    .unwrap_or_else(|| stream.default())
            }
            _ => stream.default(),
        }
    }

    /// `$ConfirmPreference`.
    pub fn confirm_preference(&self) -> ConfirmImpact {
        match self
            .scopes
            .find("confirmpreference")
            .map(|variable| &variable.value)
        {
            Some(Value::Enum(member)) => match member.number {
                0 => ConfirmImpact::None,
                1 => ConfirmImpact::Low,
                2 => ConfirmImpact::Medium,
                _ => ConfirmImpact::High,
            },
            _ => ConfirmImpact::High,
        }
    }

    /// `$WhatIfPreference`.
    pub fn what_if_preference(&self) -> bool {
        self.scopes
            .find("whatifpreference")
            .is_some_and(|variable| truth(&variable.value))
    }

    /// The type that a preference variable keeps; none for any other variable.
    pub fn preference_type(&self, key: &str) -> Option<crate::command::ParameterType> {
        use crate::command::ParameterType;
        match key {
            "erroractionpreference"
            | "warningpreference"
            | "verbosepreference"
            | "debugpreference"
            | "informationpreference"
            | "progresspreference" => Some(ParameterType::Enum(
                convert::enumerations::action_preference(),
            )),
            "confirmpreference" => Some(ParameterType::Enum(CONFIRM_IMPACT.clone())),
            "errorview" => convert::enumerations::find("System.Management.Automation.ErrorView")
                .map(ParameterType::Enum),
            "psdefaultparametervalues" => Some(ParameterType::Plain(
                convert::default_parameters::TYPE.into(),
            )),
            _ => None,
        }
    }

    /// The preference variables of a fresh session.
    pub(crate) fn preferences() -> Vec<(&'static str, Value)> {
        let action = |number: i64| {
            Value::Enum(EnumValue {
                definition: convert::enumerations::action_preference(),
                number,
            })
        };
        vec![
            ("ErrorActionPreference", action(2)),
            ("WarningPreference", action(2)),
            ("ProgressPreference", action(2)),
            ("VerbosePreference", action(0)),
            ("DebugPreference", action(0)),
            ("InformationPreference", action(0)),
            (
                "ConfirmPreference",
                Value::Enum(EnumValue {
                    definition: CONFIRM_IMPACT.clone(),
                    number: 3,
                }),
            ),
            ("WhatIfPreference", Value::Bool(false)),
        ]
    }
}

impl Engine<'_> {
    /// `$ErrorActionPreference`.
    pub(crate) fn error_preference(&self) -> Action {
        self.session.preference(Preferred::Error)
    }
}
