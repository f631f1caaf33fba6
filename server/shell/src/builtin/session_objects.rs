//! What a session can say of itself: `Get-Host`, `Get-Verb`, `Get-Culture`, `Get-UICulture`.

use std::sync::Arc;

use crate::builtin::declare::{UTILITY, at, command, switch};
use crate::builtin::support::texts;
use crate::command::{CommandInfo, Validation};
use crate::pipeline::halt::Halt;
use crate::pipeline::stage::{Context, Stage};
use crate::value::{Object, Text, Value};
use crate::wildcard::Wildcard;

/// The approved verbs: group, verb, prefix of aliases, description.
const VERBS: &str = include_str!("verbs.txt");

/// The groups of verbs.
const GROUPS: [&str; 7] = [
    "Common",
    "Communications",
    "Data",
    "Diagnostic",
    "Lifecycle",
    "Other",
    "Security",
];

/// What the binder knows of `Get-Host`.
pub(super) fn host_info() -> CommandInfo {
    command("Get-Host", UTILITY).with_output(&["System.Management.Automation.Host.PSHost"])
}

/// What the binder knows of `Get-Verb`.
pub(super) fn verb_info() -> CommandInfo {
    command("Get-Verb", UTILITY)
        .with_output(&["System.Management.Automation.VerbInfo"])
        .with(at(0, "Verb", "string[]").from_pipeline().from_property())
        .with(
            at(1, "Group", "string[]")
                .from_pipeline()
                .from_property()
                .validated(Validation::Set(GROUPS.map(Text::from).to_vec(), false)),
        )
}

/// What the binder knows of `Get-UICulture`.
pub(super) fn ui_culture_info() -> CommandInfo {
    command("Get-UICulture", UTILITY).with_output(&["System.Globalization.CultureInfo"])
}

/// What the binder knows of `Get-Culture`: a session knows its own culture only.
pub(super) fn culture_info() -> CommandInfo {
    command("Get-Culture", UTILITY)
        .with_default_set("CurrentCulture")
        .with_output(&["System.Globalization.CultureInfo"])
        .with(
            at(0, "Name", "string[]")
                .from_pipeline()
                .validated(Validation::Set(vec!["en-US".into()], false))
                .validated(Validation::NotNull)
                .in_sets(&["Name"]),
        )
        .with(switch("NoUserOverrides").in_sets(&["CurrentCulture", "Name"]))
        .with(switch("ListAvailable").in_sets(&["ListAvailable"]))
}

/// One `Get-Host` to run.
pub(super) fn host() -> Box<dyn Stage> {
    Box::new(GetHost)
}

/// One `Get-Verb` to run.
pub(super) fn verb() -> Box<dyn Stage> {
    Box::new(GetVerb)
}

/// One `Get-Culture` or `Get-UICulture` to run.
pub(super) fn culture() -> Box<dyn Stage> {
    Box::new(GetCulture)
}

struct GetHost;

impl Stage for GetHost {
    fn process(&mut self, context: &mut Context<'_>, _: Option<Value>) -> Result<(), Halt> {
        let host = context.variable("global:Host").unwrap_or_default();
        context.write(host)
    }
}

struct GetVerb;

impl Stage for GetVerb {
    fn process(&mut self, context: &mut Context<'_>, _: Option<Value>) -> Result<(), Halt> {
        let patterns: Vec<Wildcard> = texts(context, "Verb")
            .iter()
            .map(|pattern| Wildcard::new(pattern))
            .collect();
        let groups = texts(context, "Group");
        for [group, verb, prefix, description] in verb_table() {
            let of_group =
                groups.is_empty() || groups.iter().any(|own| own.eq_ignore_ascii_case(group));
            let named = patterns.is_empty() || patterns.iter().any(|pattern| pattern.matches(verb));
            if of_group && named {
                context.write(typed(
                    "System.Management.Automation.VerbInfo",
                    [
                        ("Verb", Value::text(verb)),
                        ("AliasPrefix", Value::text(prefix)),
                        ("Group", Value::text(group)),
                        ("Description", Value::text(description)),
                    ],
                ))?;
            }
        }
        Ok(())
    }
}

/// The lines of [`VERBS`].
fn verb_table() -> impl Iterator<Item = [&'static str; 4]> {
    VERBS.lines().map(|line| {
        let mut parts = line.splitn(4, '|');
        std::array::from_fn(|_| parts.next().unwrap_or_default())
    })
}

/// The approved verbs with their groups, group by group.
pub(crate) fn verbs() -> impl Iterator<Item = (&'static str, &'static str)> {
    verb_table().map(|[group, verb, ..]| (verb, group))
}

fn object<const N: usize>(type_name: &str, properties: [(&str, Value); N]) -> Object {
    let types: [Text; 2] = [type_name.into(), "System.Object".into()];
    let properties = properties
        .into_iter()
        .map(|(name, value)| (Text::from(name), value))
        .collect();
    Object::typed(types.into(), properties)
}

fn typed<const N: usize>(type_name: &str, properties: [(&str, Value); N]) -> Value {
    Value::Object(Arc::new(object(type_name, properties)))
}

struct GetCulture;

impl Stage for GetCulture {
    fn process(&mut self, context: &mut Context<'_>, _: Option<Value>) -> Result<(), Halt> {
        let text = |text: &str| Value::text(text);
        let english = text("English (United States)");
        let culture = object(
            "System.Globalization.CultureInfo",
            [
                ("LCID", Value::Int32(1033)),
                ("KeyboardLayoutId", Value::Int32(1033)),
                ("Name", text("en-US")),
                ("IetfLanguageTag", text("en-US")),
                ("DisplayName", english.clone()),
                ("NativeName", english.clone()),
                ("EnglishName", english),
                ("TwoLetterISOLanguageName", text("en")),
                ("ThreeLetterISOLanguageName", text("eng")),
                ("ThreeLetterWindowsLanguageName", text("ENU")),
                ("IsNeutralCulture", Value::Bool(false)),
                ("UseUserOverride", Value::Bool(false)),
                ("IsReadOnly", Value::Bool(false)),
            ],
        );
        context.write(Value::Object(Arc::new(culture.with_text("en-US"))))
    }
}
