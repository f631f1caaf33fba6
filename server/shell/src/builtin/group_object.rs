//! `Group-Object`.

use std::cmp::Ordering;
use std::sync::Arc;

use indexmap::IndexMap;

use crate::builtin::compare::Manner;
use crate::builtin::declare::{UTILITY, at, command, input, named, switch};
use crate::builtin::expression::Expression;
use crate::builtin::expression_table::{Definition, expressions};
use crate::builtin::order::{self, Entry};
use crate::builtin::support::{input_object, items};
use crate::command::CommandInfo;
use crate::error_record::{ErrorCategory, ErrorRecord};
use crate::evaluate::fold;
use crate::pipeline::halt::Halt;
use crate::pipeline::stage::{Context, Stage};
use crate::text::{Culture, to_text};
use crate::type_names::type_name;
use crate::value::{Dictionary, List, Object, Text, Value};

/// What the binder knows of it.
pub(super) fn info() -> CommandInfo {
    command("Group-Object", UTILITY)
        .with_output(&[
            "System.Collections.Hashtable",
            "Microsoft.PowerShell.Commands.GroupInfo",
        ])
        .with(switch("NoElement"))
        .with(
            switch("AsHashTable")
                .alias(&["AHT"])
                .in_sets(&["HashTable"]),
        )
        .with(switch("AsString").in_sets(&["HashTable"]))
        .with(input())
        .with(at(0, "Property", "object[]"))
        .with(named("Culture", "string"))
        .with(switch("CaseSensitive"))
}

/// One to run.
pub(super) fn create() -> Box<dyn Stage> {
    Box::<GroupObject>::default()
}

#[derive(Default)]
struct GroupObject {
    keys: Option<Vec<Expression>>,
    entries: Vec<Entry>,
}

struct Group {
    values: Vec<Option<Value>>,
    members: Vec<Value>,
}

impl Stage for GroupObject {
    fn process(&mut self, context: &mut Context<'_>, input: Option<Value>) -> Result<(), Halt> {
        let Some(object) = input_object(context, input) else {
            return Ok(());
        };
        if matches!(object, Value::Null) {
            return Ok(());
        }
        if self.keys.is_none() {
            self.keys = Some(expressions(context, "Property", Definition::Group)?);
            check(context)?;
        }
        context.hoard(&object)?;
        let entry = order::entry(context, object, self.keys.as_deref().unwrap_or_default())?;
        self.entries.push(entry);
        Ok(())
    }

    fn end(&mut self, context: &mut Context<'_>) -> Result<(), Halt> {
        let entries = std::mem::take(&mut self.entries);
        let groups = groups(entries, &Manner::of(context));
        if groups.is_empty() {
            return Ok(());
        }
        if context.switch("AsHashTable") {
            return match hashtable(groups, context.switch("AsString")) {
                Some(table) => context.write(table),
                None => context.write_error(doubled_key()),
            };
        }
        let elements = !context.switch("NoElement");
        for group in groups {
            context.write(group_info(group, elements))?;
        }
        Ok(())
    }
}

/// Switches that want others.
fn check(context: &mut Context<'_>) -> Result<(), Halt> {
    let (table, strings) = (context.switch("AsHashTable"), context.switch("AsString"));
    let refusal = |message: &str, target: Value| {
        ErrorRecord::new(
            "ArgumentException",
            ErrorCategory::InvalidArgument,
            "System.ArgumentException",
            message,
        )
        .with_target(target)
    };
    if strings && !table {
        let record = refusal(
            "The command cannot be run because the AsString parameter requires that you specify the AsHashtable parameter.",
            Value::Switch(true),
        );
        return Err(context.terminate(record));
    }
    let properties = items(context, "Property");
    if table && !strings && properties.len() > 1 {
        let record = refusal(
            "The command cannot be run because using the AsHashTable parameter with more than one property requires adding the AsString parameter.",
            Value::array(properties),
        );
        return Err(context.terminate(record));
    }
    Ok(())
}

/// Objects of one kind are sorted first and their groups stand in order; else a group stands where its first object stood.
fn groups(mut entries: Vec<Entry>, manner: &Manner) -> Vec<Group> {
    let compare = |a: &[Option<Value>], b: &[Option<Value>]| order::order(a, b, |_| false, manner);
    let alike = are_alike(&entries);
    if alike {
        entries.sort_by(|a, b| compare(&a.values, &b.values));
    }
    let mut groups: Vec<Group> = Vec::new();
    // Places of groups by the text of their values: what has the same text is mostly the same.
    let mut by_text: std::collections::HashMap<String, usize> = std::collections::HashMap::new();
    for entry in entries {
        let same = |group: &Group| compare(&group.values, &entry.values) == Ordering::Equal;
        let found = if alike {
            let last = groups.len().checked_sub(1);
            last.filter(|place| same(&groups[*place]))
        } else {
            let text = key_text(&entry.values);
            let known = by_text
                .get(&text)
                .copied()
                .filter(|place| same(&groups[*place]));
            let found = known.or_else(|| groups.iter().position(same));
            by_text
                .entry(text)
                .or_insert_with(|| found.unwrap_or(groups.len()));
            found
        };
        match found {
            Some(place) => groups[place].members.push(entry.object),
            None => groups.push(Group {
                values: entry.values,
                members: vec![entry.object],
            }),
        }
    }
    groups
}

/// The text of the values, to find a group again.
fn key_text(values: &[Option<Value>]) -> String {
    let texts: Vec<String> = values
        .iter()
        .map(|value| match value {
            Some(value) => to_text(value, Culture::Current),
            None => "\u{1e}".into(),
        })
        .collect();
    texts.join("\u{1f}")
}

/// Whether the values of all objects are of the same types, as far as they have any.
fn are_alike(entries: &[Entry]) -> bool {
    let Some(first) = entries.first() else {
        return true;
    };
    let kind = |value: &Option<Value>| match value.as_ref().map(Value::base) {
        None | Some(Value::Null) => None,
        Some(Value::Object(object)) if object.custom => Some(Text::from("PSCustomObject")),
        Some(other) => Some(type_name(other)),
    };
    let mut kinds: Vec<Option<Text>> = first.values.iter().map(kind).collect();
    entries.iter().skip(1).all(|entry| {
        entry.values.len() == kinds.len()
            && entry.values.iter().zip(&mut kinds).all(|(value, known)| {
                match (kind(value), known.as_ref()) {
                    (None, _) => true,
                    (Some(own), Some(known)) => own == *known,
                    (own, None) => {
                        *known = own;
                        true
                    }
                }
            })
    })
}

/// The values joined; collections in braces, nulls left out.
fn name_of(values: &[Option<Value>]) -> String {
    let mut parts = Vec::new();
    for value in values.iter().flatten() {
        match value {
            Value::Null => {}
            Value::Dictionary(table) => {
                let entry = "System.Collections.DictionaryEntry";
                let count = crate::text::read(&table.entries).len();
                parts.push(format!("{{{}}}", vec![entry; count].join(", ")));
            }
            other => match other.elements() {
                Some(items) => {
                    let items: Vec<String> = items
                        .iter()
                        .map(|item| to_text(item, Culture::Current))
                        .collect();
                    parts.push(format!("{{{}}}", items.join(", ")));
                }
                None => parts.push(to_text(other, Culture::Current)),
            },
        }
    }
    parts.join(", ")
}

fn collection(items: Vec<Value>) -> Value {
    Value::List(Arc::new(List {
        keys: None,
        type_name:
            "System.Collections.ObjectModel.Collection`1[System.Management.Automation.PSObject]"
                .into(),
        items: items.into(),
    }))
}

fn group_info(group: Group, elements: bool) -> Value {
    let base: Text = "Microsoft.PowerShell.Commands.GroupInfo".into();
    let types: Vec<Text> = if elements {
        vec![base, "System.Object".into()]
    } else {
        vec![
            "Microsoft.PowerShell.Commands.GroupInfoNoElement".into(),
            base,
            "System.Object".into(),
        ]
    };
    let name = name_of(&group.values);
    let count = i32::try_from(group.members.len()).unwrap_or(i32::MAX);
    let values: Vec<Value> = group
        .values
        .into_iter()
        .map(Option::unwrap_or_default)
        .collect();
    Value::Object(Arc::new(Object::typed(
        types.into(),
        vec![
            (
                "Values".into(),
                Value::List(Arc::new(List {
                    keys: None,
                    type_name: "System.Collections.ArrayList".into(),
                    items: values.into(),
                })),
            ),
            ("Count".into(), Value::Int32(count)),
            (
                "Group".into(),
                collection(if elements { group.members } else { Vec::new() }),
            ),
            ("Name".into(), Value::text(name)),
        ],
    )))
}

/// The groups by their names or values; none if a key is null or comes twice.
fn hashtable(groups: Vec<Group>, as_string: bool) -> Option<Value> {
    let mut entries = IndexMap::new();
    for mut group in groups {
        let key = if as_string {
            Value::text(name_of(&group.values))
        } else {
            group.values.swap_remove(0)?.base().clone()
        };
        if matches!(key, Value::Null) {
            return None;
        }
        let known = entries.insert(fold(&key), (key, collection(group.members)));
        if known.is_some() {
            return None;
        }
    }
    Some(Value::Dictionary(Arc::new(Dictionary {
        comparer: Default::default(),
        type_name: "System.Collections.Hashtable".into(),
        entries: entries.into(),
    })))
}

fn doubled_key() -> ErrorRecord {
    let message = "The objects grouped by this property cannot be expanded because there is a key duplication. Provide a valid value for the property, and then try again.";
    ErrorRecord::new(
        message,
        ErrorCategory::InvalidArgument,
        "System.Exception",
        message,
    )
}
