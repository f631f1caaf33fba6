//! Types by name: what `-is`, casts and attributes look at.

use crate::command::{ParameterType, RangeKind, Validation};
use crate::convert;
use crate::error_record::{ErrorCategory, Extent};
use crate::evaluate::exception::{find_exception, names};
use crate::evaluate::{failure, regex_member};
use crate::language::ast::TypeLiteral;
use crate::language::position;
use crate::pipeline::engine::Engine;
use crate::pipeline::halt::Halt;
use crate::text::{Culture, as_double, to_text};
use crate::type_names::{families, type_chain, type_name};
use crate::value::{Text, Value};

/// Types that are known for their static members only.
const STATIC_TYPES: &[&str] = &[
    "System.Math",
    "System.Environment",
    "System.Convert",
    "System.StringComparer",
    "System.Management.Automation.Internal.AutomationNull",
];

/// The full name of an exception class, or of a type with static members, that `typed` names.
fn static_type(typed: &str) -> Option<&'static str> {
    find_exception(typed).or_else(|| STATIC_TYPES.iter().copied().find(|full| names(full, typed)))
}

impl Engine<'_> {
    /// The type that a literal names.
    ///
    /// # Errors
    /// `TypeNotFound` if there is none in this session.
    pub(crate) fn resolve_type(&self, literal: &TypeLiteral) -> Result<ParameterType, Halt> {
        self.type_at(literal, &literal.extent)
    }

    /// The type that a cast names; its name is to blame, not the brackets.
    ///
    /// # Errors
    /// As [`Engine::resolve_type`].
    pub(super) fn cast_type(&self, literal: &TypeLiteral) -> Result<ParameterType, Halt> {
        let Extent { start, end } = literal.extent;
        let name = Extent {
            start: start + 1,
            end: end.saturating_sub(1).max(start + 1),
        };
        self.type_at(literal, &name)
    }

    fn type_at(&self, literal: &TypeLiteral, extent: &Extent) -> Result<ParameterType, Halt> {
        self.find_type(&literal.name).ok_or_else(|| {
            // Of an array, the type of its elements is missing.
            let name = without_ranks(&literal.name);
            let mut record = failure::runtime(
                "TypeNotFound",
                ErrorCategory::InvalidOperation,
                format!("Unable to find type [{name}]."),
            )
            .with_target(Value::text(name));
            record.target_type = Some("TypeName".into());
            record.invocation = Some(position::invocation(&self.session.source, extent));
            self.fail(record)
        })
    }

    /// The type of that name, if there is one in this session.
    pub(crate) fn find_type(&self, name: &str) -> Option<ParameterType> {
        let of_classes = |name: &str| match self.session.classes.is_empty() {
            true => convert::type_names::resolve(name),
            false => convert::type_names::resolve_with(name, &|name| self.own_type(name)),
        };
        of_classes(name)
            .or_else(|| static_type(name).map(|full| ParameterType::Plain(full.into())))
            .or_else(|| {
                let mut namespaces = self.session.namespaces.iter();
                namespaces.find_map(|space| of_classes(&format!("{space}.{name}")))
            })
    }

    /// Converts as a cast does.
    ///
    /// # Errors
    /// The cast's error.
    pub(crate) fn cast(&mut self, value: &Value, target: &ParameterType) -> Result<Value, Halt> {
        self.cast_value(value, target, &mut crate::pipeline::sink::Discard)
    }

    /// Converts to a plain type by full name, as the operators do.
    pub(super) fn cast_to(&mut self, value: &Value, full_name: &str) -> Result<Value, Halt> {
        self.cast(value, &ParameterType::Plain(full_name.into()))
    }
}

/// The name of the type that an array of arrays is made of in the end.
fn without_ranks(name: &str) -> &str {
    let mut name = name;
    while let Some(inner) = name.strip_suffix(']') {
        match inner.trim_end_matches([',', ' ']).strip_suffix('[') {
            Some(element) => name = element,
            None => break,
        }
    }
    name
}

/// `-is`: whether a value is of a type.
pub(super) fn is_of_type(value: &Value, target: &ParameterType) -> bool {
    if matches!(target, ParameterType::Array(_)) {
        return crate::convert::is_instance(value, target);
    }
    let full = target.full_name();
    let chain = type_chain(value);
    if chain.iter().any(|name| **name == *full) || *type_name(value) == *full {
        return true;
    }
    match (&*full, value) {
        (_, Value::Null) => false,
        ("System.Object", _) => true,
        (
            "System.Management.Automation.PSObject" | "System.Management.Automation.PSCustomObject",
            Value::Object(object),
        ) => object.custom,
        ("System.Array", Value::Array(_)) => true,
        (family, value) => families::belongs(value, family).unwrap_or(false),
    }
}

/// The validation that an attribute of a script parameter asks for; none for any other attribute.
pub(crate) fn validation(
    name: &str,
    arguments: &[Value],
    named: &[(Text, Value)],
) -> Option<Validation> {
    let option = |wanted: &str| {
        let mut found = named
            .iter()
            .filter(|(name, _)| name.eq_ignore_ascii_case(wanted));
        found.next().map(|(_, value)| value)
    };
    let case_counts = option("IgnoreCase").is_some_and(|ignored| !convert::is_true(ignored));
    let text = |index: usize| {
        arguments
            .get(index)
            .map(|value| Text::from(to_text(value, Culture::Invariant)))
    };
    let size = |index: usize| {
        arguments
            .get(index)
            .and_then(as_double)
            .map_or(0, |n| n as usize)
    };
    let validation = match name {
        "validateset" => {
            Validation::Set((0..arguments.len()).filter_map(text).collect(), case_counts)
        }
        "validaterange" if arguments.len() == 1 => Validation::RangeKind(range_kind(&text(0)?)?),
        "validaterange" => Validation::Range(arguments.first()?.clone(), arguments.get(1)?.clone()),
        "validatepattern" => {
            let options = option("Options").map_or(1, regex_member::bits_of);
            Validation::Pattern(text(0)?, regex_member::options_of(options))
        }
        "validatelength" => Validation::Length(size(0), size(1)),
        "validatecount" => Validation::Count(size(0), size(1)),
        "validatescript" => match arguments.first()? {
            Value::ScriptBlock(block) => Validation::Script(block.clone()),
            _ => return None,
        },
        "validatenotnull" => Validation::NotNull,
        "validatenotnullorempty" => Validation::NotNullOrEmpty,
        "validatenotnullorwhitespace" => Validation::NotNullOrWhiteSpace,
        _ => return None,
    };
    let worded = option("ErrorMessage").filter(|message| convert::is_true(message));
    Some(match (validation, worded) {
        (
            plain @ (Validation::Set(..) | Validation::Pattern(..) | Validation::Script(_)),
            Some(message),
        ) => Validation::Worded(Box::new(plain), to_text(message, Culture::Invariant).into()),
        (plain, _) => plain,
    })
}

fn range_kind(name: &str) -> Option<RangeKind> {
    [
        ("Positive", RangeKind::Positive),
        ("NonNegative", RangeKind::NonNegative),
        ("Negative", RangeKind::Negative),
        ("NonPositive", RangeKind::NonPositive),
    ]
    .into_iter()
    .find(|(known, _)| known.eq_ignore_ascii_case(name))
    .map(|(_, kind)| kind)
}

/// What a structure's parameterless constructor makes: what a cast of no output at all gives.
pub(super) fn default_of(target: &ParameterType) -> Option<Value> {
    let ParameterType::Plain(name) = target else {
        return None;
    };
    Some(match &**name {
        "System.DateTime" => Value::DateTime(crate::value::DateTime {
            ticks: 0,
            kind: crate::value::DateTimeKind::Unspecified,
        }),
        "System.TimeSpan" => Value::TimeSpan(0),
        "System.Guid" => Value::Guid(uuid::Uuid::nil()),
        _ => return None,
    })
}
