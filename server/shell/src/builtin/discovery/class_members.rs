//! What `Get-Member` lists of classes that a script defines.

use std::sync::Arc;

use crate::builtin::discovery::get_member::{METHOD, Member, PROPERTY};
use crate::evaluate::class::{definition_type, method_definition};
use crate::members::same_name;
use crate::value::Text;
use crate::value::class::{Class, ClassMethod, ClassProperty};

/// The members of objects of a class; hidden ones if that is asked for.
pub(super) fn of_objects(class: &Arc<Class>, hidden: bool) -> Vec<Member> {
    let properties = class.properties().into_iter();
    let properties = properties
        .filter(|own| hidden || !own.is_hidden())
        .map(property);
    let methods = class.methods(false).into_iter().map(|(_, own)| own);
    let methods = grouped(methods.filter(|own| hidden || !own.is_hidden()));
    properties.chain(methods).collect()
}

/// The static members of a class.
pub(super) fn of_class(class: &Arc<Class>, hidden: bool) -> Vec<Member> {
    let mut all: Vec<Member> = Vec::new();
    for own in class.chain().flat_map(|class| &class.members().properties) {
        if own.is_static() && (hidden || !own.is_hidden()) {
            all.push(property(own));
        }
    }
    let methods = class.methods(true).into_iter().map(|(_, own)| own);
    all.extend(grouped(methods.filter(|own| hidden || !own.is_hidden())));
    let constructors = &class.members().constructors;
    let constructors: Vec<String> = match constructors.is_empty() {
        true => vec![format!("{} new()", class.name)],
        false => constructors
            .iter()
            .filter(|own| hidden || !own.is_hidden())
            .map(|own| method_definition(own, "new", Some(&class.name)))
            .collect(),
    };
    if !constructors.is_empty() {
        all.push((METHOD, "new".into(), constructors.join(", ")));
    }
    let known = [
        (
            "Equals",
            "static bool Equals(System.Object objA, System.Object objB)",
        ),
        (
            "ReferenceEquals",
            "static bool ReferenceEquals(System.Object objA, System.Object objB)",
        ),
    ];
    let known = known.map(|(name, definition)| (METHOD, Text::from(name), definition.to_owned()));
    all.extend(known);
    all
}

fn property(own: &ClassProperty) -> Member {
    let fixed = if own.is_static() { "static " } else { "" };
    let of_type = definition_type(&own.of_type);
    let definition = format!("{fixed}{of_type} {} {{get;set;}}", own.name);
    (PROPERTY, own.name.clone(), definition)
}

/// One member of all overloads of a name.
fn grouped<'m>(methods: impl Iterator<Item = &'m ClassMethod>) -> Vec<Member> {
    let mut all: Vec<Member> = Vec::new();
    for method in methods {
        let definition = method_definition(method, &method.name, None);
        match all
            .iter_mut()
            .find(|(_, name, _)| same_name(name, &method.name))
        {
            Some((_, _, definitions)) => {
                definitions.push_str(", ");
                definitions.push_str(&definition);
            }
            None => all.push((METHOD, method.name.clone(), definition)),
        }
    }
    all
}

/// Puts the members of a class in the places of those that every object has.
pub(super) fn merge(all: &mut Vec<Member>, own: Vec<Member>) {
    for (kind, name, definition) in own {
        let known = all
            .iter_mut()
            .find(|(_, other, _)| kind == METHOD && same_name(other, &name));
        match known {
            // One of the same parameters overrides what every object has, another one stands beside it.
            Some((_, _, inherited)) if parameters(inherited) != parameters(&definition) => {
                *inherited = format!("{definition}, {inherited}");
            }
            Some(known) => *known = (kind, name, definition),
            None => all.push((kind, name, definition)),
        }
    }
}

/// The types of a definition's parameters, without their names.
fn parameters(definition: &str) -> Vec<&str> {
    let (_, list) = definition.split_once('(').unwrap_or_default();
    let list = list.trim_end_matches(')').split(", ");
    list.map(|one| one.split(' ').next().unwrap_or_default())
        .collect()
}
