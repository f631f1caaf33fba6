//! `Get-Command`.

use crate::builtin;
use crate::builtin::discovery::{all_commands, find_command, fits, info, texts};
use crate::command::{CommandInfo, CommandKind, ParameterInfo, SetMembership};
use crate::error_record::{ErrorCategory, ErrorRecord};
use crate::help::syntax::definition;
use crate::pipeline::halt::Halt;
use crate::pipeline::stage::{Context, Stage};
use crate::value::{Text, Value};
use crate::wildcard::Wildcard;

/// What the binder knows of it.
pub fn info() -> CommandInfo {
    const CMDLETS: &str = "CmdletSet";
    const ALL: &str = "AllCommandSet";
    let by_property =
        |name: &str, type_name: &str| ParameterInfo::new(name, type_name).from_property();
    CommandInfo::new(
        "Get-Command",
        "Microsoft.PowerShell.Commands.GetCommandCommand",
        "Microsoft.PowerShell.Core",
    )
    .with_default_set(CMDLETS)
    .with_output(&["System.Management.Automation.CmdletInfo"])
    .with_synopsis("Gets all commands.")
    .with(
        ParameterInfo::new("Name", "string[]").member(SetMembership {
            set: ALL.into(),
            position: Some(0),
            from_pipeline: true,
            from_pipeline_by_property_name: true,
            ..SetMembership::default()
        }),
    )
    .with(by_property("Verb", "string[]").in_sets(&[CMDLETS]))
    .with(by_property("Noun", "string[]").in_sets(&[CMDLETS]))
    .with(by_property("Module", "string[]").alias(&["PSSnapin"]))
    .with(
        by_property("CommandType", "System.Management.Automation.CommandTypes")
            .alias(&["Type"])
            .in_sets(&[ALL]),
    )
    .with(by_property("TotalCount", "int"))
    .with(by_property("Syntax", "switch"))
    .with(
        ParameterInfo::new("ArgumentList", "object[]")
            .alias(&["Args"])
            .at(1)
            .from_remaining()
            .allow_nothing(),
    )
    .with(by_property("All", "switch"))
    .with(by_property("ListImported", "switch"))
    .with(ParameterInfo::new("ParameterName", "string[]"))
}

/// One to run.
pub fn create() -> Box<dyn Stage> {
    Box::new(GetCommand)
}

struct GetCommand;

/// What is asked for beside names.
struct Filter {
    verbs: Vec<Text>,
    nouns: Vec<Text>,
    modules: Vec<Text>,
    parameters: Vec<Text>,
    /// Bits of `CommandTypes`; all by default.
    kinds: i64,
}

const ALIAS: i64 = 1;
const FUNCTION: i64 = 2;
const CMDLET: i64 = 8;

impl Filter {
    fn of(context: &Context<'_>) -> Self {
        let named = |name: &str| texts(context, name);
        let by_parts = !named("Verb").is_empty() || !named("Noun").is_empty();
        Self {
            verbs: named("Verb"),
            nouns: named("Noun"),
            modules: named("Module"),
            parameters: named("ParameterName"),
            kinds: match context.parameter("CommandType") {
                Some(Value::Enum(kinds)) => kinds.number,
                _ if by_parts => CMDLET,
                _ => ALIAS | FUNCTION | CMDLET,
            },
        }
    }

    fn takes(&self, command: &CommandInfo) -> bool {
        let (verb, noun) = command.name.split_once('-').unwrap_or((&command.name, ""));
        let has_parameter = || {
            command.all_parameters().any(|parameter| {
                std::iter::once(&parameter.name)
                    .chain(&parameter.aliases)
                    .any(|name| fits(&self.parameters, name))
            })
        };
        self.kinds & CMDLET != 0
            && fits(&self.verbs, verb)
            && fits(&self.nouns, noun)
            && fits(&self.modules, &command.module)
            && (self.parameters.is_empty() || has_parameter())
    }

    /// Whether only cmdlets can have what is asked for.
    fn takes_others(&self) -> bool {
        self.verbs.is_empty()
            && self.nouns.is_empty()
            && self.modules.is_empty()
            && self.parameters.is_empty()
    }
}

impl Stage for GetCommand {
    fn process(&mut self, context: &mut Context<'_>, _input: Option<Value>) -> Result<(), Halt> {
        let filter = Filter::of(context);
        let names = texts(context, "Name");
        let mut found = Vec::new();
        let mut missing = Vec::new();
        if names.is_empty() {
            found = matching(context, "*", &filter);
        }
        for name in names {
            let is_pattern = Wildcard::new(&name).is_pattern();
            let matches = if is_pattern {
                matching(context, &name, &filter)
            } else {
                exactly(context, &name, &filter)
            };
            if matches.is_empty() && !is_pattern {
                missing.push(name);
            }
            found.extend(matches);
        }
        let most = match context.parameter("TotalCount") {
            Some(Value::Int32(count)) => usize::try_from(*count).unwrap_or(usize::MAX),
            _ => usize::MAX,
        };
        let syntax = context.switch("Syntax");
        for one in found.into_iter().take(most) {
            let shown = if syntax {
                one.syntax(context)
            } else {
                one.shown()
            };
            context.write(shown)?;
        }
        for name in missing {
            context.write_error(not_found(&name))?;
        }
        Ok(())
    }
}

/// One thing that was found.
enum Found {
    Cmdlet(std::sync::Arc<CommandInfo>),
    Alias(Text, Text),
    Function(Text),
}

impl Found {
    fn shown(&self) -> Value {
        match self {
            Self::Cmdlet(command) => info::cmdlet(command),
            Self::Alias(name, target) => info::alias(name, target),
            Self::Function(name) => info::function(name),
        }
    }

    /// How it is typed (`CommandInfo.Syntax`); an alias stands where its command's name does.
    fn syntax(&self, context: &Context<'_>) -> Value {
        let of = |name: &str| {
            find_command(context, name).map_or_else(String::new, |command| definition(&command))
        };
        Value::text(match self {
            Self::Cmdlet(command) => definition(command),
            Self::Function(name) => without_common(context, name),
            Self::Alias(name, target) => format!(
                "{name} (alias) -> {target}\n{}",
                of(target).replace(&**target, name)
            ),
        })
    }
}

/// How a function is typed; a plain one has no common parameters.
fn without_common(context: &Context<'_>, name: &str) -> String {
    let Some(command) = find_command(context, name) else {
        return String::new();
    };
    let lines = definition(&command);
    if command.kind != CommandKind::SimpleFunction {
        return lines;
    }
    let bare = format!("{name} [<CommonParameters>]");
    lines
        .replace(&bare, &format!("{name} "))
        .replace(" [<CommonParameters>]", "")
}

fn matching(context: &Context<'_>, pattern: &str, filter: &Filter) -> Vec<Found> {
    let pattern = Wildcard::new(pattern);
    let mut found = Vec::new();
    if filter.takes_others() && filter.kinds & ALIAS != 0 {
        found.extend(
            builtin::aliases()
                .iter()
                .filter(|(name, _)| pattern.matches(name))
                .map(|(name, target)| Found::Alias((*name).into(), (*target).into())),
        );
    }
    if filter.takes_others() && filter.kinds & FUNCTION != 0 {
        let mut functions: Vec<Text> = context
            .engine
            .session
            .functions()
            .filter(|name| pattern.matches(name))
            .map(Text::from)
            .collect();
        functions.sort();
        found.extend(functions.into_iter().map(Found::Function));
    }
    found.extend(
        all_commands(context)
            .into_iter()
            .filter(|command| pattern.matches(&command.name) && filter.takes(command))
            .map(Found::Cmdlet),
    );
    found
}

fn exactly(context: &Context<'_>, name: &str, filter: &Filter) -> Vec<Found> {
    if filter.kinds & ALIAS != 0
        && filter.takes_others()
        && let Some(target) = builtin::alias_target(name)
    {
        return vec![Found::Alias(name.into(), target.into())];
    }
    let is_function = context
        .engine
        .session
        .functions()
        .any(|function| function.eq_ignore_ascii_case(name));
    if is_function && filter.kinds & FUNCTION != 0 && filter.takes_others() {
        return vec![Found::Function(name.into())];
    }
    find_command(context, name)
        .filter(|command| command.name.eq_ignore_ascii_case(name) && filter.takes(command))
        .map(Found::Cmdlet)
        .into_iter()
        .collect()
}

fn not_found(name: &Text) -> ErrorRecord {
    let mut record = ErrorRecord::new(
        "CommandNotFoundException",
        ErrorCategory::ObjectNotFound,
        "System.Management.Automation.CommandNotFoundException",
        format!(
            "The term '{name}' is not recognized as a name of a cmdlet, function, script file, or executable \
             program.\nCheck the spelling of the name, or if a path was included, verify that the path is correct and \
             try again."
        ),
    );
    record.target = Value::String(name.clone());
    record
}
