//! What commands give: their declared types, or what they make of their input.

use crate::binder::SetMask;
use crate::command::CommandInfo;
use crate::completion::assigned::{name_of, text_of};
use crate::completion::declared;
use crate::completion::inference::{Inference, Inferred, full_name};
use crate::help::syntax;
use crate::language::ast::{Command, CommandElement, Expression, ExpressionKind, Pipeline};
use crate::wildcard::Wildcard;

/// What the built-in commands declare to give, where it is more than an object of any kind.
const OUTPUTS: &[(&str, &[&str])] = &[
    ("ConvertTo-Csv", &["System.String"]),
    ("ConvertTo-Html", &["System.String"]),
    ("ConvertTo-Json", &["System.String"]),
    ("Get-Date", &["System.String", "System.DateTime"]),
    (
        "Get-History",
        &["Microsoft.PowerShell.Commands.HistoryInfo"],
    ),
    ("Get-Variable", &["System.Management.Automation.PSVariable"]),
    ("Join-String", &["System.String"]),
    (
        "Measure-Object",
        &[
            "Microsoft.PowerShell.Commands.GenericMeasureInfo",
            "Microsoft.PowerShell.Commands.TextMeasureInfo",
            "Microsoft.PowerShell.Commands.GenericObjectMeasureInfo",
        ],
    ),
    ("New-TimeSpan", &["System.TimeSpan"]),
    ("Out-String", &["System.String"]),
    (
        "Read-Host",
        &["System.String", "System.Security.SecureString"],
    ),
    ("Test-Path", &["System.Boolean"]),
];

impl Inference<'_> {
    pub(super) fn command(
        &self,
        pipeline: &Pipeline,
        index: usize,
        command: &Command,
    ) -> Vec<Inferred> {
        if let ExpressionKind::ScriptBlock(block) = &command.name.kind {
            return self.statements(&block.end);
        }
        let Some(name) = name_of(command) else {
            return Vec::new();
        };
        let info = declared::find(self.text, name).or_else(|| self.source.find_command(name));
        let Some(info) = info else {
            return Vec::new();
        };
        let previous = || match index {
            0 => Vec::new(),
            _ => self.pipeline_element(pipeline, index - 1),
        };
        let found = match &*info.name {
            "Where-Object" | "Sort-Object" => previous(),
            "Select-Object" => self.selected(&previous(), command, &info),
            "ForEach-Object" => self.each(previous(), command, &info),
            "Group-Object" => vec![Inferred::plain("Microsoft.PowerShell.Commands.GroupInfo")],
            "New-Object" => named(command, &info, "TypeName")
                .and_then(text_of)
                .and_then(full_name)
                .map(Inferred::plain)
                .into_iter()
                .collect(),
            _ => Vec::new(),
        };
        if !found.is_empty() {
            return found;
        }
        let own = OUTPUTS.iter().find(|(name, _)| **name == *info.name);
        match own {
            Some((_, types)) => types.iter().map(|name| Inferred::plain(*name)).collect(),
            None => {
                let types = info.output_types.iter();
                types.map(|name| Inferred::plain(&**name)).collect()
            }
        }
    }

    /// What `Select-Object` leaves of its input.
    fn selected(&self, input: &[Inferred], command: &Command, info: &CommandInfo) -> Vec<Inferred> {
        let list = |name: &str| named(command, info, name).map(texts);
        let by = |names: Vec<String>, keeps: bool| {
            let patterns: Vec<_> = names.iter().map(|name| Wildcard::new(name)).collect();
            let fits = |name: &str| patterns.iter().any(|pattern| pattern.matches(name));
            let of = |one: &Inferred| Inferred {
                name: "System.Management.Automation.PSObject".to_owned(),
                notes: self
                    .properties(one)
                    .into_iter()
                    .filter(|(name, _)| fits(name) == keeps)
                    .collect(),
            };
            input.iter().map(of).collect()
        };
        if let Some(names) = list("Property") {
            return by(names, true);
        }
        if let Some(names) = list("ExcludeProperty") {
            return by(names, false);
        }
        match list("ExpandProperty").as_deref() {
            Some([name]) => input
                .iter()
                .flat_map(|one| self.type_of_member(one, name))
                .collect(),
            _ => input.to_vec(),
        }
    }

    fn each(&self, input: Vec<Inferred>, command: &Command, info: &CommandInfo) -> Vec<Inferred> {
        let Some(argument) = named(command, info, "Process") else {
            return Vec::new();
        };
        match (&argument.kind, text_of(argument)) {
            (ExpressionKind::ScriptBlock(block), _) => self.statements(&block.end),
            (_, Some(name)) => input
                .iter()
                .flat_map(|one| self.type_of_member(one, name))
                .collect(),
            _ => Vec::new(),
        }
    }
}

/// The argument that a command's words give to a parameter, by name or by position.
fn named<'a>(command: &'a Command, info: &CommandInfo, wanted: &str) -> Option<&'a Expression> {
    let signature = info.signature();
    let mut waiting = None;
    let mut positional = Vec::new();
    for part in &command.elements {
        match part {
            CommandElement::Parameter { name, argument, .. } => {
                let index = signature.find(info, name).ok().flatten();
                let own = index.map(|index| signature.info(info, index));
                let is_it = own.is_some_and(|own| own.name.eq_ignore_ascii_case(wanted));
                match argument {
                    Some(argument) if is_it => return Some(argument),
                    Some(_) => {}
                    None if own.is_some_and(syntax::is_switch) => {}
                    None => waiting = Some(is_it),
                }
            }
            CommandElement::Argument(argument) => match waiting.take() {
                Some(true) => return Some(argument),
                Some(false) => {}
                None => positional.push(argument),
            },
        }
    }
    let index = signature.find(info, wanted).ok().flatten()?;
    let position = signature.formals[index]
        .within(SetMask::MAX)
        .find_map(|set| set.position)?;
    positional.get(usize::try_from(position).ok()?).copied()
}

/// The texts that an argument lists.
fn texts(argument: &Expression) -> Vec<String> {
    match &argument.kind {
        ExpressionKind::ArrayLiteral(items) => items
            .iter()
            .filter_map(text_of)
            .map(str::to_owned)
            .collect(),
        _ => text_of(argument).map(str::to_owned).into_iter().collect(),
    }
}
