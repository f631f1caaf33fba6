//! What `-Modules` gives: names, or hashtables that describe modules (`ModuleSpecification`).

use crate::language::ast::ModuleSpecification;
use crate::language::parser::requires::constant::{Constant, as_version};
use crate::text::{Culture, to_text};
use crate::type_names::type_name;
use crate::value::Value;

const TYPE: &str = "Microsoft.PowerShell.Commands.ModuleSpecification";

/// The module that a constant describes.
///
/// # Errors
/// Why it describes none.
pub(super) fn module(constant: &Constant) -> Result<ModuleSpecification, String> {
    let refused = |shown: &str, why: String| {
        Err(format!(
            "Cannot convert value \"{shown}\" to type \"{TYPE}\". Error: \"{why}\""
        ))
    };
    match constant {
        Constant::One(Value::String(name)) if name.is_empty() => refused(
            "",
            "The value cannot be an empty string. (Parameter 'moduleName')".into(),
        ),
        Constant::One(Value::String(name)) => Ok(ModuleSpecification {
            name: name.clone(),
            ..ModuleSpecification::default()
        }),
        Constant::One(other) => {
            let name = type_name(other);
            Err(format!(
                "Cannot convert the \"{}\" value of type \"{name}\" to type \"{TYPE}\".",
                to_text(other, Culture::Invariant)
            ))
        }
        Constant::Table(entries) => match described(entries) {
            Ok(module) => Ok(module),
            Err(why) => refused("System.Collections.Hashtable", why),
        },
        Constant::Many(_) => Err(format!(
            "Cannot convert the \"System.Object[]\" value of type \"System.Object[]\" to type \"{TYPE}\"."
        )),
    }
}

/// `ModuleSpecificationInitHelper`.
fn described(entries: &[(String, Value)]) -> Result<ModuleSpecification, String> {
    let mut module = ModuleSpecification::default();
    let mut bad = Vec::new();
    for (key, value) in entries {
        match key.to_ascii_lowercase().as_str() {
            "modulename" => module.name = to_text(value, Culture::Invariant).into(),
            "moduleversion" => module.least = Some(as_version(value)?),
            "requiredversion" => module.only = Some(as_version(value)?),
            "maximumversion" => module.most = Some(to_text(value, Culture::Invariant).into()),
            "guid" => {}
            _ => bad.push(format!("'{key}'")),
        }
    }
    let together = |left: &str, right: &str| {
        Err(format!(
            "The parameters {left} and {right} cannot be used together. Please specify only one parameter."
        ))
    };
    if !bad.is_empty() {
        return Err(format!(
            "The hashtable describing a module contains one or more members that are not valid. The valid members are \
             (ModuleName, ModuleVersion, RequiredVersion, GUID). Remove the members that are not valid ({}), then try again.",
            bad.join(", ")
        ));
    }
    if module.name.is_empty() {
        return Err(
            "The 'ModuleName' member does not exist in the hashtable that describes this module."
                .into(),
        );
    }
    if module.only.is_none() && module.least.is_none() && module.most.is_none() {
        return Err(
            "The 'ModuleVersion', 'MaximumVersion' and 'RequiredVersion' members do not exist in the hashtable that describes \
             this module. One of these three members must exist, and be assigned a version number in the format 'n.n.n.n'."
                .into(),
        );
    }
    match (&module.only, &module.least, &module.most) {
        (Some(_), Some(_), _) => together("ModuleVersion", "RequiredVersion"),
        (Some(_), _, Some(_)) => together("MaximumVersion", "RequiredVersion"),
        _ => Ok(module),
    }
}
