//! What whoever mistyped a name may have meant. PowerShell's console says it after a line (`GeneralCommandErrorFeedback`), of
//! commands only; the words about them are its own (`SuggestionStrings`).

use std::sync::Arc;

use crate::builtin;
use crate::builtin::discovery::likeness::distance;
use crate::command::CommandInfo;
use crate::error_record::ErrorRecord;
use crate::value::Value;

/// Names that are offered at once, as PowerShell's console does.
const OFFERED_MAX: usize = 5;
/// The longest name that is compared: nobody mistypes more.
const NAME_MAX: usize = 64;

/// What helps after an error that a mistyped name made, in a sentence; none for any other error.
pub fn feedback(
    record: &ErrorRecord,
    commands: impl FnOnce() -> Vec<Arc<CommandInfo>>,
) -> Option<String> {
    let id = record
        .fully_qualified_id
        .split(',')
        .next()
        .unwrap_or_default();
    match id {
        "CommandNotFoundException" if record.activity.is_empty() => {
            let Value::String(typed) = &*record.target else {
                return None;
            };
            Some(of_command(typed, &commands()))
        }
        "NamedParameterNotFound" => {
            // The record has the name in its message only: `… matches parameter name 'Identty'.`
            let typed = record.message.rsplit('\'').nth(1)?;
            Some(of_parameter(typed, &*find(&record.activity, &commands())?))
        }
        "PositionalParameterNotFound" => {
            Some(where_parameters_are(&*find(&record.activity, &commands())?))
        }
        _ => None,
    }
}

fn of_command(typed: &str, commands: &[Arc<CommandInfo>]) -> String {
    let own = builtin::all().iter().map(|command| &command.info);
    let names: Vec<&str> = commands
        .iter()
        .chain(own)
        .map(|command| &*command.name)
        .collect();
    match likest(typed, &names).as_slice() {
        [] => "Get-Command lists the commands that there are.".to_owned(),
        found => format!("The most similar commands are: {}.", found.join(", ")),
    }
}

fn of_parameter(typed: &str, command: &CommandInfo) -> String {
    let names: Vec<&str> = command
        .all_parameters()
        .map(|parameter| &*parameter.name)
        .collect();
    match likest(typed, &names).as_slice() {
        [] => where_parameters_are(command),
        found => format!("The most similar parameters are: -{}.", found.join(", -")),
    }
}

fn where_parameters_are(command: &CommandInfo) -> String {
    format!(
        "Get-Help {} shows the parameters that there are.",
        command.name
    )
}

fn find(name: &str, commands: &[Arc<CommandInfo>]) -> Option<Arc<CommandInfo>> {
    let own = builtin::find(name).map(|command| &command.info);
    let mut all = commands.iter().chain(own);
    all.find(|command| command.name.eq_ignore_ascii_case(name))
        .cloned()
}

/// The names that are a slip or a few away, the nearest first; else those that have what was typed in them.
fn likest<'a>(typed: &str, names: &[&'a str]) -> Vec<&'a str> {
    let length = typed.chars().count();
    if length > NAME_MAX {
        return Vec::new();
    }
    let slips = 1 + length / 4;
    let mut near: Vec<(usize, &str)> = names
        .iter()
        .map(|name| (distance(typed, name), *name))
        .filter(|(steps, _)| *steps <= slips)
        .collect();
    near.sort_unstable();
    // What is further away than the nearest was hardly meant.
    let least = near.first().map_or(0, |(steps, _)| *steps);
    let mut found: Vec<&str> = near
        .into_iter()
        .filter(|(steps, _)| *steps <= least + 1)
        .map(|(_, name)| name)
        .collect();
    if found.is_empty() && length > 2 {
        let part = typed.to_ascii_lowercase();
        let has_it = |name: &&&str| name.to_ascii_lowercase().contains(&part);
        found = names.iter().filter(has_it).copied().collect();
        found.sort_unstable();
    }
    found.dedup();
    found.truncate(OFFERED_MAX);
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::ParameterInfo;
    use crate::error_record::ErrorCategory;

    fn command(name: &str, parameters: &[&str]) -> Arc<CommandInfo> {
        Arc::new(CommandInfo {
            name: name.into(),
            parameters: parameters
                .iter()
                .map(|name| ParameterInfo::new(*name, "System.String"))
                .collect(),
            ..CommandInfo::default()
        })
    }

    fn record(id: &'static str, message: &str) -> ErrorRecord {
        ErrorRecord::new(
            id,
            ErrorCategory::InvalidArgument,
            "System.Exception",
            message,
        )
    }

    #[test]
    fn a_mistyped_name_gets_what_it_may_have_meant() {
        let commands = [
            command("Get-CsPool", &["Identity", "Site"]),
            command("Invoke-CsPoolFailOver", &["PoolFqdn", "DisasterMode"]),
            command("Invoke-CsPoolFailBack", &["PoolFqdn"]),
        ];
        let missing = |name: &str| {
            feedback(
                &record("CommandNotFoundException", "").with_target(Value::text(name)),
                || commands.to_vec(),
            )
        };
        for (typed, told) in [
            ("Get-CsPol", "The most similar commands are: Get-CsPool."),
            ("get-pools", "The most similar commands are: Get-CsPool."),
            (
                "Invoke-CsPoolFialOver",
                "The most similar commands are: Invoke-CsPoolFailOver.",
            ),
            (
                "failover",
                "The most similar commands are: Invoke-CsPoolFailOver.",
            ),
            (
                "Slect-Object",
                "The most similar commands are: Select-Object.",
            ),
            ("xyzzy", "Get-Command lists the commands that there are."),
        ] {
            assert_eq!(missing(typed).as_deref(), Some(told), "{typed}");
        }
        assert!(missing(&"Get-CsPol".repeat(1000)).is_some_and(|told| !told.contains("similar")));

        let mut unknown = record(
            "NamedParameterNotFound,Some.Type",
            "A parameter cannot be found that matches parameter name 'Identty'.",
        );
        unknown.activity = "get-cspool".to_owned();
        assert_eq!(
            feedback(&unknown, || commands.to_vec()).as_deref(),
            Some("The most similar parameters are: -Identity.")
        );
        unknown.message = "… name 'Colour'.".to_owned();
        assert_eq!(
            feedback(&unknown, || commands.to_vec()).as_deref(),
            Some("Get-Help Get-CsPool shows the parameters that there are.")
        );
        assert_eq!(feedback(&record("PoolNotFound", ""), Vec::new), None);
    }
}
