//! The binder's order of attempts and its refusals, on commands made for the purpose.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use crate::binder::{
    Argument, ArgumentName, ArgumentValue, BindError, BindRequest, Binding, BindingContext,
    BlockFailure, bind,
};
use crate::command::{CommandInfo, ParameterInfo, SetMembership};
use crate::error_record::Extent;
use crate::host::{FieldPrompt, PromptFailure};
use crate::value::{DateTime, DateTimeKind, Object, ScriptBlock, Text, Value};

/// Answers prompts in order; nobody answers when it is empty.
#[derive(Default)]
struct Answers(Vec<Value>);

impl BindingContext for Answers {
    fn prompt_for_fields(&mut self, prompt: &FieldPrompt) -> Result<Vec<Value>, PromptFailure> {
        if self.0.len() < prompt.fields.len() {
            return Err(PromptFailure::NonInteractive);
        }
        Ok(self.0.drain(..prompt.fields.len()).collect())
    }

    fn run_block(
        &mut self,
        _block: &Arc<ScriptBlock>,
        input: &Value,
    ) -> Result<Vec<Value>, BlockFailure> {
        Ok(vec![input.clone()])
    }

    fn run_default(&mut self, _block: &Arc<ScriptBlock>, state: &Value) -> Option<Vec<Value>> {
        Some(vec![state.clone()])
    }

    fn warning(&mut self, _binding: &Binding, _message: String) {}

    fn now(&self) -> DateTime {
        DateTime {
            ticks: 0,
            kind: DateTimeKind::Local,
        }
    }
}

/// Arguments from words: `-Name`, `-Name:value`, `value`.
fn arguments(words: &[&str]) -> Vec<Argument> {
    let extent = Extent::default();
    let value = |text: &str| ArgumentValue {
        value: Value::text(text),
        extent: extent.clone(),
        source: None,
    };
    words
        .iter()
        .map(|word| match word.strip_prefix('-') {
            None => Argument::positional(value(word)),
            Some(name) => {
                let (name, attached) = match name.split_once(':') {
                    Some((name, text)) => (name, Some(value(text))),
                    None => (name, None),
                };
                let name = ArgumentName {
                    name: name.into(),
                    typed: (*word).into(),
                    extent: extent.clone(),
                };
                Argument::named(name, attached)
            }
        })
        .collect()
}

fn request(command: CommandInfo, words: &[&str], expects_input: bool) -> BindRequest {
    BindRequest {
        command: Arc::new(command),
        arguments: arguments(words),
        expects_input,
        pipeline_position: 1,
        defaults: Vec::new(),
    }
}

fn bound(command: CommandInfo, words: &[&str]) -> Result<Binding, BindError> {
    bind(request(command, words, false), &mut Answers::default())
}

fn command() -> CommandInfo {
    CommandInfo::new("Test-Command", "Test.Command", "")
}

fn by_set(name: &str, of_type: &str, set: &str) -> ParameterInfo {
    ParameterInfo::new(name, of_type).member(SetMembership {
        set: set.into(),
        mandatory: true,
        position: Some(0),
        ..SetMembership::default()
    })
}

fn two_sets() -> CommandInfo {
    command()
        .with_default_set("ById")
        .with(by_set("Id", "int", "ById"))
        .with(by_set("Name", "string", "ByName"))
}

#[test]
fn a_position_prefers_the_default_set_but_what_fits_unconverted_first() {
    let by_text = bound(two_sets(), &["7"]).unwrap();
    assert_eq!(by_text.parameter_set(), "ByName", "text fits Name as it is");
    let named = bound(two_sets(), &["-Id", "7"]).unwrap();
    assert!(matches!(named.parameter("Id"), Some(Value::Int32(7))));
    assert_eq!(named.parameter_set(), "ById");
}

#[test]
fn sets_that_exclude_each_other_are_ambiguous() {
    let error = bound(two_sets(), &["-Id", "7", "-Name", "x"]).unwrap_err();
    assert_eq!(error.id, "AmbiguousParameterSet");
}

#[test]
fn a_prefix_that_fits_an_own_parameter_beats_the_common_ones() {
    let with_configuration = command()
        .with_should_process(crate::command::ConfirmImpact::Medium)
        .with(ParameterInfo::new("Configuration", "string"));
    let binding = bound(with_configuration, &["-Conf", "x"]).unwrap();
    assert!(binding.parameter("Configuration").is_some());
    let error = bound(
        command().with_should_process(crate::command::ConfirmImpact::Medium),
        &["-W"],
    )
    .unwrap_err();
    assert_eq!(
        error.message,
        "Parameter cannot be processed because the parameter name 'W' is ambiguous. Possible matches include: \
         -WarningAction -WarningVariable -WhatIf."
    );
}

#[test]
fn a_switch_never_takes_the_next_word() {
    let switch = || command().with(ParameterInfo::switch("Force"));
    let error = bound(switch(), &["-Force", "x"]).unwrap_err();
    assert_eq!(error.id, "PositionalParameterNotFound");
    let error = bound(switch(), &["-Force", "-Force"]).unwrap_err();
    assert_eq!(error.id, "ParameterAlreadyBound");
}

#[test]
fn what_is_left_over_goes_to_the_parameter_that_takes_it() {
    let rest = command()
        .with(ParameterInfo::new("Head", "string").at(0))
        .with(ParameterInfo::new("Rest", "string[]").from_remaining());
    let binding = bound(rest, &["a", "b", "-Zed:5"]).unwrap();
    let rest: Vec<String> = binding
        .parameter("Rest")
        .unwrap()
        .elements()
        .unwrap()
        .iter()
        .map(|item| crate::text::to_text(item, crate::text::Culture::Invariant))
        .collect();
    assert_eq!(rest, ["b", "-Zed:5", "5"]);
}

#[test]
fn a_missing_mandatory_parameter_is_asked_for_or_named() {
    let mandatory = || {
        command()
            .with(ParameterInfo::new("First", "string").mandatory())
            .with(ParameterInfo::new("Second", "int").mandatory())
    };
    let error = bound(mandatory(), &[]).unwrap_err();
    assert_eq!(
        error.message,
        "Cannot process command because of one or more missing mandatory parameters: First Second."
    );
    let mut answers = Answers(vec![Value::text("x"), Value::text("2")]);
    let binding = bind(request(mandatory(), &[], false), &mut answers).unwrap();
    assert!(matches!(binding.parameter("Second"), Some(Value::Int32(2))));
    let mut empty = Answers(vec![Value::text(""), Value::text("2")]);
    let error = bind(request(mandatory(), &[], false), &mut empty).unwrap_err();
    assert_eq!(
        error.id,
        "ParameterArgumentValidationErrorEmptyStringNotAllowed"
    );
}

#[test]
fn one_input_object_feeds_several_parameters_and_the_next_one_starts_afresh() {
    let piped = command()
        .with(ParameterInfo::new("Name", "string").from_property())
        .with(ParameterInfo::new("Size", "int").from_property());
    let mut context = Answers::default();
    let mut binding = bind(request(piped, &[], true), &mut context).unwrap();
    let object = |properties: Vec<(Text, Value)>| {
        let names: Arc<[Text]> = [Text::from("Test.Object")].into();
        Value::Object(Arc::new(Object::typed(names, properties)))
    };
    let both = object(vec![
        ("Name".into(), Value::text("n")),
        ("Size".into(), Value::text("3")),
    ]);
    binding.bind_input(&both, &mut context).unwrap();
    assert!(matches!(binding.parameter("Size"), Some(Value::Int32(3))));

    let other = object(vec![("Name".into(), Value::text("m"))]);
    binding.bind_input(&other, &mut context).unwrap();
    assert!(binding.parameter("Size").is_none(), "restored");
    assert_eq!(binding.recorded_parameters().len(), 2, "but still recorded");

    let error = binding
        .bind_input(&Value::Int32(5), &mut context)
        .unwrap_err();
    assert_eq!(error.id, "InputObjectNotBound");
    assert!(matches!(error.target, Value::Int32(5)));
}

#[test]
fn null_is_no_value_of_a_value_type() {
    let mut with_null = request(
        command().with(ParameterInfo::new("Size", "int")),
        &["-Size", "x"],
        false,
    );
    with_null.arguments[1].value.as_mut().unwrap().value = Value::Null;
    let error = bind(with_null, &mut Answers::default()).unwrap_err();
    assert_eq!(error.id, "ParameterBindingFailed");
    assert_eq!(
        error.message,
        "Cannot bind parameter 'Size' to the target. Exception setting \"Size\": \"Cannot convert null to type \
         \"System.Int32\".\""
    );
}

#[test]
fn a_preference_that_only_workflows_had_is_refused() {
    let error = bound(command(), &["-ErrorAction", "Suspend"]).unwrap_err();
    assert_eq!(error.id, "ParameterBindingFailed");
    assert!(
        error
            .message
            .contains("The Suspend ActionPreference value is reserved")
    );
    let stop = bound(command(), &["-ea", "stop"]).unwrap();
    assert!(
        matches!(stop.parameter("ErrorAction"), Some(Value::Enum(member)) if member.number == 1)
    );
}
