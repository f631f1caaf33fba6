//! `Get-Help`, and what `-?` behind a command shows.

use std::sync::Arc;

use crate::binder::Argument;
use crate::builtin;
use crate::builtin::discovery::{all_commands, find_command, texts};
use crate::command::{CommandInfo, CommandKind, ParameterInfo, SetMembership, Validation};
use crate::error_record::{ErrorCategory, ErrorRecord};
use crate::help::object::{Detail, category, command_help, has_written_help, object, parameters};
use crate::help::syntax::definition;
use crate::help::topic::{self, Topic};
use crate::host::ProgressRecord;
use crate::pipeline::halt::Halt;
use crate::pipeline::stage::{Context, Stage};
use crate::value::{Text, Value};
use crate::wildcard::Wildcard;

/// What the binder knows of it.
pub fn info() -> CommandInfo {
    const ALL: &str = "AllUsersView";
    let only = |name: &str, set: &str| ParameterInfo::switch(name).mandatory().in_sets(&[set]);
    CommandInfo::new(
        "Get-Help",
        "Microsoft.PowerShell.Commands.GetHelpCommand",
        "Microsoft.PowerShell.Core",
    )
    .with_default_set(ALL)
    .with_output(&["ExtendedCmdletHelpInfo", "System.String"])
    .with_synopsis("Displays information about commands and concepts.")
    .with(ParameterInfo::new("Name", "string").at(0).from_property())
    .with(ParameterInfo::new("Path", "string"))
    .with(
        ParameterInfo::new("Category", "string[]").validated(Validation::Set(
            [
                "Alias",
                "Cmdlet",
                "Provider",
                "General",
                "FAQ",
                "Glossary",
                "HelpFile",
                "ScriptCommand",
                "Function",
                "Filter",
                "ExternalScript",
                "All",
                "DefaultHelp",
                "DscResource",
                "Class",
                "Configuration",
            ]
            .map(Text::from)
            .into(),
            false,
        )),
    )
    .with(only("Detailed", "DetailedView"))
    .with(ParameterInfo::switch("Full").in_sets(&[ALL]))
    .with(only("Examples", "Examples"))
    .with(
        ParameterInfo::new("Parameter", "string[]").member(SetMembership {
            set: "Parameters".into(),
            mandatory: true,
            ..SetMembership::default()
        }),
    )
    .with(ParameterInfo::new("Component", "string[]"))
    .with(ParameterInfo::new("Functionality", "string[]"))
    .with(ParameterInfo::new("Role", "string[]"))
    .with(only("Online", "Online"))
}

/// One to run.
pub fn create() -> Box<dyn Stage> {
    Box::new(GetHelp)
}

/// What `Verb-Noun -?` emits.
pub fn help_of(command: &CommandInfo) -> Value {
    command_help(command, &aliases_of(&command.name), Detail::Normal)
}

/// Whether the arguments ask for help: `-?` stands among them.
pub fn is_asked_for(arguments: &[Argument]) -> bool {
    arguments.iter().any(|argument| {
        argument
            .name
            .as_ref()
            .is_some_and(|name| &*name.name == "?")
    })
}

/// The command that is bound when help runs in place of one: it takes any input.
pub fn stand_in() -> CommandInfo {
    let info = info();
    CommandInfo::new(info.name, info.implementing_type, info.module)
        .with(ParameterInfo::new("InputObject", "psobject").from_pipeline())
}

/// What runs in place of a command that was asked for help. Nothing of the command itself is bound or run.
pub fn in_place_of(command: Arc<CommandInfo>) -> Box<dyn Stage> {
    Box::new(Instead {
        command,
        shown: false,
    })
}

struct Instead {
    command: Arc<CommandInfo>,
    shown: bool,
}

impl Stage for Instead {
    fn process(&mut self, context: &mut Context<'_>, _input: Option<Value>) -> Result<(), Halt> {
        if std::mem::replace(&mut self.shown, true) {
            return Ok(());
        }
        context.progress(progress_done())?;
        context.write(help_of(&self.command))
    }
}

/// The record with which `Get-Help` and `-?` end their progress.
pub fn progress_done() -> ProgressRecord {
    ProgressRecord {
        activity_id: 0,
        parent_activity_id: -1,
        activity: "Get-Help".into(),
        status: "Completed".into(),
        current_operation: None,
        percent_complete: -1,
        seconds_remaining: -1,
        completed: true,
    }
}

struct GetHelp;

impl Stage for GetHelp {
    fn process(&mut self, context: &mut Context<'_>, _input: Option<Value>) -> Result<(), Halt> {
        let outcome = help(context);
        context.progress(progress_done())?;
        outcome
    }
}

fn aliases_of(name: &str) -> Vec<Text> {
    builtin::aliases()
        .iter()
        .filter(|(_, target)| target.eq_ignore_ascii_case(name))
        .map(|(alias, _)| Text::from(*alias))
        .collect()
}

/// What answers a request for help.
#[derive(Clone)]
enum Found {
    Command(Arc<CommandInfo>),
    Topic(&'static Topic),
}

/// Bits of `HelpCategory`, as far as this session has such help.
#[derive(Clone, Copy)]
struct Categories {
    commands: bool,
    functions: bool,
    topics: bool,
}

impl Categories {
    /// Topics alone.
    const TOPICS: Self = Self {
        commands: false,
        functions: false,
        topics: true,
    };

    /// The categories of that name; none given are all.
    fn of(names: &[Text]) -> Self {
        let has = |wanted: &[&str]| {
            names.is_empty()
                || names.iter().any(|name| {
                    wanted
                        .iter()
                        .chain(&["All"])
                        .any(|wanted| name.eq_ignore_ascii_case(wanted))
                })
        };
        Self {
            commands: has(&["Alias", "Cmdlet"]),
            functions: has(&["Function", "Filter", "ScriptCommand"]),
            topics: has(&["HelpFile", "DefaultHelp"]),
        }
    }

    fn include(self, command: &CommandInfo) -> bool {
        match command.kind {
            CommandKind::Cmdlet => self.commands,
            CommandKind::AdvancedFunction | CommandKind::SimpleFunction => self.functions,
        }
    }
}

fn help(context: &mut Context<'_>) -> Result<(), Halt> {
    let categories = texts(context, "Category");
    check_categories(context, &categories)?;
    let asked = texts(context, "Name").first().cloned();
    let name = asked.filter(|name| !name.is_empty()).unwrap_or_else(|| {
        if categories.is_empty() {
            "default"
        } else {
            "*"
        }
        .into()
    });
    let found = match &*name {
        // What is shown where nobody asks for anything is a topic of its own.
        "default" if categories.is_empty() => find(context, &name, Categories::TOPICS),
        _ => find(context, &name, Categories::of(&categories)),
    };
    if context.switch("Online") {
        return online(context, &found, &name);
    }
    match &*found {
        [] if Wildcard::new(&name).is_pattern() => Ok(()),
        [] => context.write_error(not_found(&name)),
        [Found::Command(only)] => one(context, &Arc::clone(only)),
        [Found::Topic(only)] => match &*texts(context, "Parameter") {
            [] => context.write(only.whole()),
            [first, ..] => context.write_error(no_parameters(first, "HelpFileHelpInfo")),
        },
        several => list(context, several),
    }
}

fn list(context: &mut Context<'_>, several: &[Found]) -> Result<(), Halt> {
    several.iter().try_for_each(|found| match found {
        Found::Command(command) => context.write(short(command)),
        Found::Topic(topic) => context.write(topic.short()),
    })
}

/// -Online: nothing that this session knows has an address.
fn online(context: &mut Context<'_>, found: &[Found], name: &Text) -> Result<(), Halt> {
    let message = match found {
        [] if Wildcard::new(name).is_pattern() => return Ok(()),
        [] => return context.write_error(not_found(name)),
        [_] => {
            "The online version of this Help topic cannot be displayed because the Internet address (URI) of the Help topic is not specified in the command code or in the help file for the command."
        }
        several => {
            list(context, several)?;
            "Multiple Help topics were found. Use only one Help topic with the -Online option."
        }
    };
    Err(context.terminate(ErrorRecord::new(
        "InvalidOperation",
        ErrorCategory::InvalidOperation,
        "System.Management.Automation.PSInvalidOperationException",
        message,
    )))
}

/// Parameters that say something of commands go with categories of commands only (`ValidateAndThrowIfError`).
fn check_categories(context: &mut Context<'_>, categories: &[Text]) -> Result<(), Halt> {
    const OF_COMMANDS: [&str; 6] = [
        "Alias",
        "Cmdlet",
        "ExternalScript",
        "Filter",
        "Function",
        "ScriptCommand",
    ];
    let about_commands = categories.iter().any(|category| {
        OF_COMMANDS
            .iter()
            .chain(&["All"])
            .any(|known| known.eq_ignore_ascii_case(category))
    });
    if categories.is_empty() || about_commands {
        return Ok(());
    }
    let given = ["Parameter", "Component", "Role", "Functionality"]
        .into_iter()
        .find(|name| context.parameter(name).is_some());
    match given {
        Some(name) => Err(context.terminate(ErrorRecord::new(
            "Argument",
            ErrorCategory::InvalidArgument,
            "System.Management.Automation.PSArgumentException",
            format!(
                "-{name} is not supported by the requested Help category. (Parameter '{name}')"
            ),
        ))),
        None => Ok(()),
    }
}

/// The command or topic of that name; else those whose names the pattern, or the word, fits; else those whose texts it
/// fits.
fn find(context: &Context<'_>, name: &str, categories: Categories) -> Vec<Found> {
    let topics = match categories.topics {
        true => topic::all(context.host().help_topics()),
        false => Vec::new(),
    };
    let command = find_command(context, name).filter(|command| categories.include(command));
    if let Some(command) = command {
        return vec![Found::Command(command)];
    }
    if let Some(topic) = topics
        .iter()
        .find(|topic| topic.name.eq_ignore_ascii_case(name))
    {
        return vec![Found::Topic(topic)];
    }
    let is_pattern = Wildcard::new(name).is_pattern();
    let within = match is_pattern {
        true => Wildcard::new(name),
        false => Wildcard::new(&format!("*{name}*")),
    };
    // With its dash a word is the beginning of a command's name.
    let of_commands = match !is_pattern && name.contains('-') {
        true => Wildcard::new(&format!("{name}*")),
        false => within.clone(),
    };
    let mut commands = all_commands(context);
    commands.retain(|command| categories.include(command));
    let choose = |of_command: &dyn Fn(&CommandInfo) -> bool, of_topic: &dyn Fn(&Topic) -> bool| {
        let commands = commands.iter().filter(|command| of_command(command));
        let topics = topics.iter().filter(|topic| of_topic(topic));
        commands
            .cloned()
            .map(Found::Command)
            .chain(topics.map(|topic| Found::Topic(topic)))
            .collect::<Vec<_>>()
    };
    let named = choose(&|command| of_commands.matches(&command.name), &|topic| {
        within.matches(topic.name)
    });
    if !named.is_empty() {
        return named;
    }
    choose(
        &|command| {
            let said = &command.help;
            within.matches(&said.synopsis)
                || said.description.iter().any(|text| within.matches(text))
        },
        &|topic| topic.mentions(&within),
    )
}

fn one(context: &mut Context<'_>, command: &CommandInfo) -> Result<(), Halt> {
    let wanted = texts(context, "Parameter");
    if !wanted.is_empty() {
        return parameter_help(context, command, &wanted);
    }
    let detail = if context.switch("Full") {
        Detail::Full
    } else if context.switch("Detailed") {
        Detail::Detailed
    } else if context.switch("Examples") {
        Detail::Examples
    } else {
        Detail::Normal
    };
    context.write(command_help(command, &aliases_of(&command.name), detail))
}

fn parameter_help(
    context: &mut Context<'_>,
    command: &CommandInfo,
    wanted: &[Text],
) -> Result<(), Halt> {
    let all = parameters(command);
    let mut any = false;
    for pattern in wanted {
        let matcher = Wildcard::new(pattern);
        for (_, help) in all.iter().filter(|(name, _)| matcher.matches(name)) {
            any = true;
            context.write(help.clone())?;
        }
    }
    match wanted.first() {
        Some(first) if !any => context.write_error(no_parameters(first, "ProviderCommandHelpInfo")),
        _ => Ok(()),
    }
}

fn no_parameters(pattern: &str, of: &str) -> ErrorRecord {
    let mut record = ErrorRecord::new(
        "NoParmsFound",
        ErrorCategory::InvalidArgument,
        "System.Management.Automation.PSArgumentException",
        format!("No parameter matches criteria {pattern}."),
    );
    record.target = Value::Type(format!("System.Management.Automation.{of}").into()).into();
    record.target_type = Some(of.into());
    record
}

/// A line of a list of commands.
fn short(command: &CommandInfo) -> Value {
    let synopsis = if has_written_help(command) {
        command.help.synopsis.to_string()
    } else {
        definition(command)
    };
    object(
        &["HelpInfoShort".to_owned()],
        vec![
            ("Name", Value::String(command.name.clone())),
            ("Category", Value::text(category(command))),
            ("Module", Value::String(command.module.clone())),
            ("Synopsis", Value::text(synopsis)),
        ],
    )
}

fn not_found(name: &Text) -> ErrorRecord {
    let mut record = ErrorRecord::new(
        "HelpNotFound",
        ErrorCategory::ResourceUnavailable,
        "Microsoft.PowerShell.Commands.HelpNotFoundException",
        format!(
            "Get-Help could not find {name} in a help file in this session. To download updated help topics type: \
             \"Update-Help\". To get help online, search for the help topic in the TechNet library at \
             https://go.microsoft.com/fwlink/?LinkID=107116."
        ),
    );
    record.target = Value::Null.into();
    record
}
