//! `Group-Object`.

use std::cmp::Ordering;
use std::sync::Arc;

use indexmap::IndexMap;

use crate::builtin::compare;
use crate::builtin::declare::{UTILITY, at, command, input, named, switch};
use crate::builtin::support::{Expression, expressions, input_object};
use crate::command::CommandInfo;
use crate::pipeline::halt::Halt;
use crate::pipeline::stage::{Context, Stage};
use crate::text::{Culture, to_text};
use crate::value::{Dictionary, List, Object, Text, Value};

/// What the binder knows of it.
pub(super) fn info() -> CommandInfo {
    command("Group-Object", UTILITY)
        .with(switch("NoElement"))
        .with(
            switch("AsHashTable")
                .alias(&["AHT"])
                .in_sets(&["HashTable"]),
        )
        .with(switch("AsString").in_sets(&["HashTable"]))
        .with(input())
        .with(named("Culture", "string"))
        .with(switch("CaseSensitive"))
        .with(at(0, "Property", "object[]"))
}

/// One to run.
pub(super) fn create() -> Box<dyn Stage> {
    Box::<GroupObject>::default()
}

#[derive(Default)]
struct GroupObject {
    keys: Vec<Expression>,
    groups: Vec<Group>,
    /// Places of groups by the text of their values: narrows the search down.
    by_text: std::collections::HashMap<String, Vec<usize>>,
    case_sensitive: bool,
}

struct Group {
    values: Vec<Value>,
    members: Vec<Value>,
}

impl Stage for GroupObject {
    fn begin(&mut self, context: &mut Context<'_>) -> Result<(), Halt> {
        self.keys = expressions(context, "Property")?;
        self.case_sensitive = context.switch("CaseSensitive");
        Ok(())
    }

    fn process(&mut self, context: &mut Context<'_>, input: Option<Value>) -> Result<(), Halt> {
        let Some(object) = input_object(context, input) else {
            return Ok(());
        };
        if matches!(object, Value::Null) {
            return Ok(());
        }
        let mut values = Vec::with_capacity(self.keys.len().max(1));
        for key in &self.keys {
            values.push(key.value(context, &object)?.unwrap_or_default());
        }
        if self.keys.is_empty() {
            values.push(object.clone());
        }
        self.place(values, object);
        Ok(())
    }

    fn end(&mut self, context: &mut Context<'_>) -> Result<(), Halt> {
        let mut groups = std::mem::take(&mut self.groups);
        let case_sensitive = self.case_sensitive;
        groups.sort_by(|a, b| order(&a.values, &b.values, case_sensitive));
        if context.switch("AsHashTable") {
            let table = hashtable(groups, context.switch("AsString"));
            return context.write(table);
        }
        let elements = !context.switch("NoElement");
        for group in groups {
            context.write(group_info(group, elements))?;
        }
        Ok(())
    }
}

impl GroupObject {
    fn place(&mut self, values: Vec<Value>, object: Value) {
        let text = values
            .iter()
            .map(|value| to_text(value, Culture::Current).to_lowercase())
            .collect::<Vec<_>>()
            .join("\u{1f}");
        let places = self.by_text.entry(text).or_default();
        let groups = &self.groups;
        let case_sensitive = self.case_sensitive;
        let found = places.iter().copied().find(|place| {
            let known = &groups[*place].values;
            known
                .iter()
                .zip(&values)
                .all(|(a, b)| compare::same(a, b, case_sensitive))
        });
        match found {
            Some(place) => self.groups[place].members.push(object),
            None => {
                places.push(self.groups.len());
                self.groups.push(Group {
                    values,
                    members: vec![object],
                });
            }
        }
    }
}

fn order(a: &[Value], b: &[Value], case_sensitive: bool) -> Ordering {
    a.iter()
        .zip(b)
        .map(|(a, b)| compare::order(a, b, case_sensitive))
        .find(|ordering| *ordering != Ordering::Equal)
        .unwrap_or(Ordering::Equal)
}

fn name_of(values: &[Value]) -> String {
    values
        .iter()
        .map(|value| to_text(value, Culture::Current))
        .collect::<Vec<_>>()
        .join(", ")
}

fn collection(items: Vec<Value>) -> Value {
    Value::List(Arc::new(List {
        type_name: "System.Collections.ObjectModel.Collection`1[[System.Management.Automation.PSObject, System.Management.Automation, Version=7.6.0.500, Culture=neutral, PublicKeyToken=31bf3856ad364e35]]".into(),
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
    Value::Object(Arc::new(Object::typed(
        types.into(),
        vec![
            (
                "Values".into(),
                Value::List(Arc::new(List {
                    type_name: "System.Collections.ArrayList".into(),
                    items: group.values.into(),
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

fn hashtable(groups: Vec<Group>, as_string: bool) -> Value {
    let mut entries = IndexMap::new();
    for group in groups {
        let name = name_of(&group.values);
        let folded = Text::from(name.to_lowercase());
        let mut values = group.values;
        let key = match values.len() {
            1 if !as_string => values.remove(0),
            _ => Value::text(name),
        };
        entries.insert(folded, (key, collection(group.members)));
    }
    Value::Dictionary(Arc::new(Dictionary {
        type_name: "System.Collections.Hashtable".into(),
        entries: entries.into(),
    }))
}
