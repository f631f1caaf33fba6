//! `Where-Object`: passes on the objects that a block or a property's comparison is true for.

use std::sync::Arc;

use crate::builtin::declare::{CORE, at, command, named, set};
use crate::builtin::support::{gathered, input_object, text};
use crate::command::{CommandInfo, ParameterInfo, ParameterType, SetMembership};
use crate::convert::is_true;
use crate::error_record::{ErrorCategory, ErrorRecord};
use crate::language::ast::BinaryOperator;
use crate::members;
use crate::pipeline::halt::Halt;
use crate::pipeline::stage::{Context, Stage};
use crate::value::{ScriptBlock, Text, Value};

/// The switches of the simplified syntax, the sets that they make, and what they stand for.
const COMPARISONS: &[(&str, &[&str], &str, BinaryOperator)] = &[
    ("EQ", &["IEQ"], "EqualSet", BinaryOperator::Equal(false)),
    (
        "CEQ",
        &[],
        "CaseSensitiveEqualSet",
        BinaryOperator::Equal(true),
    ),
    (
        "NE",
        &["INE"],
        "NotEqualSet",
        BinaryOperator::NotEqual(false),
    ),
    (
        "CNE",
        &[],
        "CaseSensitiveNotEqualSet",
        BinaryOperator::NotEqual(true),
    ),
    (
        "GT",
        &["IGT"],
        "GreaterThanSet",
        BinaryOperator::GreaterThan(false),
    ),
    (
        "CGT",
        &[],
        "CaseSensitiveGreaterThanSet",
        BinaryOperator::GreaterThan(true),
    ),
    (
        "LT",
        &["ILT"],
        "LessThanSet",
        BinaryOperator::LessThan(false),
    ),
    (
        "CLT",
        &[],
        "CaseSensitiveLessThanSet",
        BinaryOperator::LessThan(true),
    ),
    (
        "GE",
        &["IGE"],
        "GreaterOrEqualSet",
        BinaryOperator::GreaterOrEqual(false),
    ),
    (
        "CGE",
        &[],
        "CaseSensitiveGreaterOrEqualSet",
        BinaryOperator::GreaterOrEqual(true),
    ),
    (
        "LE",
        &["ILE"],
        "LessOrEqualSet",
        BinaryOperator::LessOrEqual(false),
    ),
    (
        "CLE",
        &[],
        "CaseSensitiveLessOrEqualSet",
        BinaryOperator::LessOrEqual(true),
    ),
    ("Like", &["ILike"], "LikeSet", BinaryOperator::Like(false)),
    (
        "CLike",
        &[],
        "CaseSensitiveLikeSet",
        BinaryOperator::Like(true),
    ),
    (
        "NotLike",
        &["INotLike"],
        "NotLikeSet",
        BinaryOperator::NotLike(false),
    ),
    (
        "CNotLike",
        &[],
        "CaseSensitiveNotLikeSet",
        BinaryOperator::NotLike(true),
    ),
    (
        "Match",
        &["IMatch"],
        "MatchSet",
        BinaryOperator::Match(false),
    ),
    (
        "CMatch",
        &[],
        "CaseSensitiveMatchSet",
        BinaryOperator::Match(true),
    ),
    (
        "NotMatch",
        &["INotMatch"],
        "NotMatchSet",
        BinaryOperator::NotMatch(false),
    ),
    (
        "CNotMatch",
        &[],
        "CaseSensitiveNotMatchSet",
        BinaryOperator::NotMatch(true),
    ),
    (
        "Contains",
        &["IContains"],
        "ContainsSet",
        BinaryOperator::Contains(false),
    ),
    (
        "CContains",
        &[],
        "CaseSensitiveContainsSet",
        BinaryOperator::Contains(true),
    ),
    (
        "NotContains",
        &["INotContains"],
        "NotContainsSet",
        BinaryOperator::NotContains(false),
    ),
    (
        "CNotContains",
        &[],
        "CaseSensitiveNotContainsSet",
        BinaryOperator::NotContains(true),
    ),
    ("In", &["IIn"], "InSet", BinaryOperator::In(false)),
    ("CIn", &[], "CaseSensitiveInSet", BinaryOperator::In(true)),
    (
        "NotIn",
        &["INotIn"],
        "NotInSet",
        BinaryOperator::NotIn(false),
    ),
    (
        "CNotIn",
        &[],
        "CaseSensitiveNotInSet",
        BinaryOperator::NotIn(true),
    ),
    ("Is", &[], "IsSet", BinaryOperator::Is),
    ("IsNot", &[], "IsNotSet", BinaryOperator::IsNot),
];

/// What the binder knows of it.
pub(super) fn info() -> CommandInfo {
    let comparisons = || COMPARISONS.iter().map(|(_, _, set, _)| *set);
    let property = comparisons().chain(["Not"]).fold(
        ParameterInfo::of_type("Property", ParameterType::Plain("System.String".into()))
            .validated(crate::command::Validation::NotNullOrEmpty),
        |parameter, name| {
            parameter.member(SetMembership {
                mandatory: true,
                position: Some(0),
                ..set(name)
            })
        },
    );
    let value = comparisons().fold(named("Value", "object"), |parameter, name| {
        parameter.member(SetMembership {
            position: Some(1),
            ..set(name)
        })
    });
    let info = command("Where-Object", CORE)
        .with_default_set("EqualSet")
        .with(named("InputObject", "psobject").from_pipeline())
        .with(
            at(0, "FilterScript", "scriptblock")
                .mandatory()
                .in_sets(&["ScriptBlockSet"]),
        )
        .with(property)
        .with(value);
    let info = COMPARISONS
        .iter()
        .fold(info, |info, (name, aliases, set, _)| {
            let parameter = ParameterInfo::switch(*name).alias(aliases).in_sets(&[set]);
            info.with(if *name == "EQ" {
                parameter
            } else {
                parameter.mandatory()
            })
        });
    info.with(ParameterInfo::switch("Not").mandatory().in_sets(&["Not"]))
}

/// One to run.
pub(super) fn create() -> Box<dyn Stage> {
    Box::<WhereObject>::default()
}

#[derive(Default)]
struct WhereObject {
    filter: Filter,
}

#[derive(Clone, Default)]
enum Filter {
    /// Nothing was bound yet.
    #[default]
    Unbound,
    Block(Arc<ScriptBlock>),
    /// The property's own truth, or its opposite.
    Truth(Text, bool),
    Compare(Text, BinaryOperator, Value),
    /// An operator without a value, or a value without an operator.
    Incomplete(&'static str, &'static str),
}

impl Stage for WhereObject {
    fn begin(&mut self, context: &mut Context<'_>) -> Result<(), Halt> {
        self.filter = match context.parameter("FilterScript") {
            Some(Value::ScriptBlock(block)) => Filter::Block(Arc::clone(block)),
            _ => comparison(context),
        };
        if let Filter::Compare(_, BinaryOperator::Is | BinaryOperator::IsNot, value) = &self.filter
            && let Value::String(name) = value
            && crate::convert::type_names::resolve(name).is_none()
        {
            let record = ErrorRecord::new(
                "InvalidCastFromStringToType",
                ErrorCategory::InvalidArgument,
                "System.Management.Automation.PSInvalidCastException",
                format!(
                    "Cannot convert the \"{name}\" value of type \"System.String\" to type \"System.Type\"."
                ),
            );
            return Err(context.terminate(record));
        }
        Ok(())
    }

    fn process(&mut self, context: &mut Context<'_>, input: Option<Value>) -> Result<(), Halt> {
        let Some(object) = input_object(context, input) else {
            return Ok(());
        };
        let kept = match &self.filter {
            Filter::Unbound => false,
            Filter::Block(block) => {
                let block = Arc::clone(block);
                is_true(&gathered(context.evaluate(&block, Some(&object), &[])?))
            }
            Filter::Truth(name, wanted) => {
                let wanted = *wanted;
                let Some(found) = member(context, &object, &name.clone())? else {
                    return Ok(());
                };
                is_true(&found) == wanted
            }
            Filter::Compare(name, operator, value) => {
                let Some(found) = member(context, &object, &name.clone())? else {
                    return Ok(());
                };
                match context.engine.binary(*operator, found, value.clone()) {
                    Ok(result) => is_true(&result),
                    Err(Halt::Error(failure)) => {
                        let record = operator_failed(*operator, &failure);
                        return context.write_error(record.with_target(object));
                    }
                    Err(other) => return Err(other),
                }
            }
            Filter::Incomplete(id, message) => {
                let record = ErrorRecord::new(
                    *id,
                    ErrorCategory::InvalidArgument,
                    "System.Management.Automation.PSArgumentException",
                    *message,
                );
                return Err(context.terminate(record));
            }
        };
        if kept { context.write(object) } else { Ok(()) }
    }
}

fn comparison(context: &Context<'_>) -> Filter {
    let Some(name) = text(context, "Property") else {
        return Filter::Unbound;
    };
    if context.parameter_set() == "Not" {
        return Filter::Truth(name, false);
    }
    let chosen = COMPARISONS
        .iter()
        .find(|(_, _, set, _)| *set == context.parameter_set());
    let Some((switch, _, _, operator)) = chosen else {
        return Filter::Truth(name, true);
    };
    let spoken = *switch != "EQ" || context.switch("EQ");
    match (spoken, context.parameter("Value")) {
        (false, None) => Filter::Truth(name, true),
        (true, None) => Filter::Incomplete(
            "ValueNotSpecifiedForWhereObject",
            "The specified operator requires both the -Property and -Value parameters. Provide values for both \
             parameters, and then try the command again.",
        ),
        (false, Some(_)) => Filter::Incomplete(
            "OperatorNotSpecified",
            "An operator is required to compare the two specified values. Include a valid operator in the command, and \
             then try the command again. For example, Get-Process | Where-Object -Property Name -eq Idle",
        ),
        (true, Some(value)) => Filter::Compare(name, *operator, without_brackets(*operator, value)),
    }
}

/// A type may be named with or without its brackets.
fn without_brackets(operator: BinaryOperator, value: &Value) -> Value {
    match (operator, value) {
        (BinaryOperator::Is | BinaryOperator::IsNot, Value::String(text)) => text
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'))
            .map_or_else(|| value.clone(), Value::text),
        _ => value.clone(),
    }
}

/// What a property's name or pattern stands for in an object; none if that is an error, which was written.
fn member(context: &mut Context<'_>, object: &Value, name: &str) -> Result<Option<Value>, Halt> {
    let strict = context.engine.session.is_strict(2);
    let refusal = |id: &'static str, message: String| {
        ErrorRecord::new(
            id,
            ErrorCategory::InvalidArgument,
            "System.Management.Automation.PSArgumentException",
            message,
        )
        .with_target(object.clone())
    };
    if matches!(object, Value::Null) {
        if strict {
            let message = "Cannot operate on a 'null' input object.".into();
            context.write_error(refusal("InputObjectIsNull", message))?;
            return Ok(None);
        }
        return Ok(Some(Value::Null));
    }
    if let Some(found) = members::property(object, name) {
        return Ok(Some(found));
    }
    let mut found = members::matching(object, name);
    if found.len() > 1 {
        let names: String = found.iter().map(|name| format!(" {name}")).collect();
        let message = format!(
            "Input name \"{name}\" is ambiguous. It can be resolved to multiple matched members. Possible matches include:{names}."
        );
        context.write_error(refusal("AmbiguousPropertyName", message))?;
        return Ok(None);
    }
    match found.pop() {
        // A method is something, too.
        Some(own) => Ok(Some(
            members::property(object, &own).unwrap_or(Value::Bool(true)),
        )),
        None if strict && !matches!(object, Value::Object(object) if object.custom) => {
            let message = format!("The input name \"{name}\" cannot be resolved to a property.");
            context.write_error(refusal("PropertyNotFound", message))?;
            Ok(None)
        }
        None => Ok(Some(Value::Null)),
    }
}

/// An argument that the operator cannot work with, or what else went wrong.
fn operator_failed(operator: BinaryOperator, failure: &ErrorRecord) -> ErrorRecord {
    let symbol = symbol(operator);
    let message = failure.shown_message();
    if matches!(
        &*failure.exception,
        "System.ArgumentException" | "System.Text.RegularExpressions.RegexParseException"
    ) {
        return ErrorRecord::new(
            "BadOperatorArgument",
            ErrorCategory::InvalidArgument,
            "System.Management.Automation.PSArgumentException",
            format!("The argument to operator '{symbol}' is not valid: {message}."),
        );
    }
    ErrorRecord::new(
        "OperatorFailed",
        ErrorCategory::InvalidOperation,
        "System.Management.Automation.PSInvalidOperationException",
        format!("The '{symbol}' operator failed: {message}."),
    )
}

/// What .NET calls an operator: the kind of its token.
fn symbol(operator: BinaryOperator) -> String {
    let name = COMPARISONS
        .iter()
        .find(|(_, _, _, own)| *own == operator)
        .map_or("", |(name, _, _, _)| *name)
        .to_ascii_lowercase();
    let mut letters = match operator {
        BinaryOperator::Is => return "Is".into(),
        BinaryOperator::IsNot => return "IsNot".into(),
        BinaryOperator::In(false) => return "In".into(),
        _ if name.starts_with('c') && name != "contains" => name,
        _ => format!("i{name}"),
    };
    if let Some(first) = letters.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    letters
}
