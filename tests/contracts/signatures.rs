//! The cmdlets that the original has, with exactly the signatures that its reference pages give.

use std::collections::BTreeMap;

use prost_reflect::{DynamicMessage, MethodDescriptor, ReflectMessage, Value};
use serde::Deserialize;

#[derive(Deserialize)]
struct Signature {
    sets: Vec<String>,
    parameters: BTreeMap<String, Parameter>,
}

#[derive(Deserialize)]
struct Parameter {
    #[serde(rename = "type")]
    type_name: String,
    sets: Vec<String>,
    aliases: Vec<String>,
    mandatory: bool,
    position: Option<i32>,
    pipeline: String,
}

fn facts() -> BTreeMap<String, Signature> {
    serde_json::from_str(include_str!("signatures.json")).unwrap()
}

fn option(message: &DynamicMessage, extension: &str) -> Option<DynamicMessage> {
    let extension = tandem::DESCRIPTORS
        .get_extension_by_name(extension)
        .unwrap();
    message.has_extension(&extension).then(|| {
        message
            .get_extension(&extension)
            .as_message()
            .unwrap()
            .clone()
    })
}

fn text(message: &DynamicMessage, field: &str) -> String {
    message
        .get_field_by_name(field)
        .unwrap()
        .as_str()
        .unwrap()
        .to_owned()
}

fn flag(message: &DynamicMessage, field: &str) -> bool {
    message.get_field_by_name(field).unwrap().as_bool().unwrap()
}

fn cmdlets() -> BTreeMap<String, (MethodDescriptor, DynamicMessage)> {
    let mut found = BTreeMap::new();
    for service in tandem::DESCRIPTORS.services() {
        for method in service.methods() {
            if let Some(cmdlet) = option(&method.options(), "tandem.cmdlet.v1.cmdlet") {
                let name = format!("{}-{}", text(&cmdlet, "verb"), text(&cmdlet, "noun"));
                found.insert(name, (method, cmdlet));
            }
        }
    }
    found
}

fn pascal(field: &str) -> String {
    field
        .split('_')
        .map(|word| word[..1].to_uppercase() + &word[1..])
        .collect()
}

/// One parameter's membership: (set, mandatory, position, by value, by property name).
type Membership = (String, bool, Option<i32>, bool, bool);

fn position(message: &DynamicMessage) -> Option<i32> {
    let field = message.descriptor().get_field_by_name("position").unwrap();
    message
        .has_field(&field)
        .then(|| message.get_field(&field).as_i32().unwrap())
}

fn membership(set: String, message: &DynamicMessage) -> Membership {
    (
        set,
        flag(message, "mandatory"),
        position(message),
        flag(message, "value_from_pipeline"),
        flag(message, "value_from_pipeline_by_property_name"),
    )
}

fn memberships(parameter: &DynamicMessage) -> Vec<Membership> {
    let sets = parameter.get_field_by_name("set").unwrap();
    let Value::List(sets) = sets.as_ref() else {
        panic!("a list")
    };
    if sets.is_empty() {
        return vec![membership("(All)".to_owned(), parameter)];
    }
    sets.iter()
        .map(|set| set.as_message().unwrap())
        .map(|set| membership(text(set, "name"), set))
        .collect()
}

fn expected(signature: &Signature, parameter: &Parameter) -> Vec<Membership> {
    let single = signature.sets.len() == 1;
    let sets = if single {
        vec!["(All)".to_owned()]
    } else {
        parameter.sets.clone()
    };
    let value = parameter.pipeline.contains("ByValue");
    let property = parameter.pipeline.contains("ByPropertyName");
    sets.into_iter()
        .map(|set| {
            (
                set,
                parameter.mandatory,
                parameter.position,
                value,
                property,
            )
        })
        .collect()
}

fn short(type_name: &str) -> &str {
    type_name
        .split('[')
        .next()
        .unwrap_or(type_name)
        .rsplit('.')
        .next()
        .unwrap_or(type_name)
}

fn same_type(ours: &str, theirs: &str) -> bool {
    let array = |name: &str| name.ends_with("[]");
    short(ours) == short(theirs) && array(ours) == array(theirs)
        || (short(theirs) == "Unlimited`1" && short(ours) == "Nullable`1")
}

#[test]
fn every_signature_is_the_original_s() {
    let cmdlets = cmdlets();
    for (name, signature) in facts() {
        let (method, cmdlet) = cmdlets
            .get(&name)
            .unwrap_or_else(|| panic!("{name} is missing"));
        let whatif = signature.parameters.contains_key("WhatIf");
        assert_eq!(flag(cmdlet, "should_process"), whatif, "{name}: -WhatIf");

        let mut ours = BTreeMap::new();
        for field in method.input().fields() {
            if let Some(parameter) = option(&field.options(), "tandem.cmdlet.v1.parameter") {
                let given = text(&parameter, "name");
                let parameter_name = if given.is_empty() {
                    pascal(field.name())
                } else {
                    given
                };
                ours.insert(parameter_name, parameter);
            }
        }
        let theirs: Vec<&String> = signature
            .parameters
            .keys()
            .filter(|parameter| !["WhatIf", "Confirm"].contains(&parameter.as_str()))
            .collect();
        assert_eq!(ours.keys().collect::<Vec<_>>(), theirs, "{name}");

        for (parameter_name, parameter) in ours {
            let fact = &signature.parameters[&parameter_name];
            let place = format!("{name} -{parameter_name}");
            assert!(
                same_type(&text(&parameter, "type"), &fact.type_name),
                "{place}: type {}",
                fact.type_name
            );
            assert_eq!(
                memberships(&parameter),
                expected(&signature, fact),
                "{place}"
            );
            let aliases = parameter.get_field_by_name("alias").unwrap();
            let aliases: Vec<&str> = aliases
                .as_list()
                .unwrap()
                .iter()
                .map(|alias| alias.as_str().unwrap())
                .collect();
            assert_eq!(aliases, fact.aliases, "{place}: aliases");
        }
    }
}

#[test]
fn cmdlets_beyond_the_original_carry_our_own_noun_prefix() {
    let facts = facts();
    for name in cmdlets().keys() {
        let noun = name.split_once('-').unwrap().1;
        assert!(
            facts.contains_key(name) || noun.starts_with("Tandem"),
            "{name}"
        );
    }
}
