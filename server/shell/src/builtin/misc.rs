//! The rest: `Read-Host`, `Join-Path`, `Select-String`, `Measure-Command`, `ConvertTo-SecureString`.

use std::sync::Arc;

use crate::builtin::declare::{MANAGEMENT, SECURITY, UTILITY, at, command, named, set, switch};
use crate::builtin::support::{input_object, text, texts};
use crate::command::{CommandInfo, SetMembership};
use crate::error_record::{ErrorCategory, ErrorRecord};
use crate::host::{FieldDescription, FieldPrompt, PromptFailure};
use crate::pipeline::halt::Halt;
use crate::pipeline::stage::{Context, Stage};
use crate::text::{Culture, to_text};
use crate::value::{Object, Text, Value};

/// What nobody could be asked becomes.
fn prompt_error(failure: PromptFailure) -> ErrorRecord {
    match failure {
        PromptFailure::NonInteractive => ErrorRecord::new(
            "InvalidOperation",
            ErrorCategory::InvalidOperation,
            "System.Management.Automation.PSInvalidOperationException",
            "PowerShell is in NonInteractive mode. Read and Prompt functionality is not available.",
        ),
        PromptFailure::NoUser | PromptFailure::Cancelled => ErrorRecord::new(
            "HostFunctionNotImplemented",
            ErrorCategory::NotImplemented,
            "System.Management.Automation.Host.HostException",
            "A command that prompts the user failed because the host program or the command type does not support user interaction.",
        ),
    }
}

/// `Read-Host`.
pub(super) mod read_host {
    use super::*;

    /// What the binder knows of it.
    pub(crate) fn info() -> CommandInfo {
        let mut prompt = at(0, "Prompt", "object");
        for set in &mut prompt.sets {
            set.from_remaining_arguments = true;
        }
        prompt.allow_null = true;
        command("Read-Host", UTILITY)
            .with_default_set("AsString")
            .with(prompt)
            .with(switch("AsSecureString").in_sets(&["AsSecureString"]))
            .with(switch("MaskInput").in_sets(&["AsString"]))
    }

    /// One to run.
    pub(crate) fn create() -> Box<dyn Stage> {
        Box::new(ReadHost)
    }

    struct ReadHost;

    impl Stage for ReadHost {
        fn process(&mut self, context: &mut Context<'_>, _: Option<Value>) -> Result<(), Halt> {
            let secret = context.switch("AsSecureString");
            let name =
                text(context, "Prompt").map_or_else(String::new, |prompt| prompt.to_string());
            let prompt = FieldPrompt {
                caption: String::new(),
                message: String::new(),
                fields: vec![FieldDescription {
                    label: name.clone(),
                    name,
                    type_name: if secret {
                        "System.Security.SecureString".into()
                    } else {
                        "System.String".into()
                    },
                    help_message: String::new(),
                    mandatory: true,
                    secret: secret || context.switch("MaskInput"),
                }],
            };
            let answer = match context.host().prompt_for_fields(&prompt) {
                Ok(answers) => answers.into_iter().next().unwrap_or_default(),
                Err(PromptFailure::Cancelled) => return Err(Halt::Cancelled),
                Err(failure) => return Err(context.terminate(prompt_error(failure))),
            };
            context.write(match answer {
                Value::String(text) if secret => Value::SecureString(text),
                other => other,
            })
        }
    }
}

/// `Join-Path`.
pub(super) mod join_path {
    use super::*;

    /// What the binder knows of it.
    pub(crate) fn info() -> CommandInfo {
        let mut child = at(1, "ChildPath", "string[]").mandatory().from_property();
        child.allow_null = true;
        child.allow_empty_string = true;
        command("Join-Path", MANAGEMENT)
            .with(
                at(0, "Path", "string[]")
                    .alias(&["PSPath"])
                    .mandatory()
                    .from_pipeline()
                    .from_property(),
            )
            .with(child)
            .with(
                named("AdditionalChildPath", "string[]")
                    .member(SetMembership {
                        position: Some(2),
                        from_remaining_arguments: true,
                        from_pipeline_by_property_name: true,
                        ..set(crate::command::ALL_SETS)
                    })
                    .allow_nothing(),
            )
            .with(switch("Resolve"))
    }

    /// One to run.
    pub(crate) fn create() -> Box<dyn Stage> {
        Box::new(JoinPath)
    }

    struct JoinPath;

    impl Stage for JoinPath {
        fn process(&mut self, context: &mut Context<'_>, _: Option<Value>) -> Result<(), Halt> {
            let mut children = texts(context, "ChildPath");
            children.extend(texts(context, "AdditionalChildPath"));
            for path in texts(context, "Path") {
                let joined = children.iter().fold(path.to_string(), |path, child| {
                    format!(
                        "{}/{}",
                        path.trim_end_matches('/'),
                        child.trim_start_matches('/')
                    )
                });
                context.write(Value::text(joined))?;
            }
            Ok(())
        }
    }
}

/// `Select-String`.
pub(super) mod select_string {
    use super::*;

    /// What the binder knows of it.
    pub(crate) fn info() -> CommandInfo {
        let mut input = named("InputObject", "psobject")
            .mandatory()
            .from_pipeline()
            .in_sets(&["Object"]);
        input.allow_null = true;
        input.allow_empty_string = true;
        command("Select-String", UTILITY)
            .with_default_set("Object")
            .with(input)
            .with(at(0, "Pattern", "string[]").mandatory())
            .with(switch("SimpleMatch"))
            .with(switch("CaseSensitive"))
            .with(switch("Quiet").alias(&["q"]))
            .with(switch("List"))
            .with(switch("NoEmphasis"))
            .with(switch("NotMatch"))
            .with(switch("AllMatches"))
            .with(switch("Raw"))
    }

    /// One to run.
    pub(crate) fn create() -> Box<dyn Stage> {
        Box::<SelectString>::default()
    }

    #[derive(Default)]
    struct SelectString {
        line: i32,
        found: bool,
    }

    /// Where a pattern matched: text, start and length of the whole and of each group, in UTF-16 units.
    struct Found {
        groups: Vec<(String, usize, usize)>,
    }

    impl SelectString {
        fn matches(
            context: &mut Context<'_>,
            line: &str,
            pattern: &str,
        ) -> Result<Vec<Found>, Halt> {
            let case_sensitive = context.switch("CaseSensitive");
            let pattern = if context.switch("SimpleMatch") {
                fancy_regex::escape(pattern).into_owned()
            } else {
                pattern.to_owned()
            };
            let invalid = |context: &mut Context<'_>, message: String| {
                let record = ErrorRecord::new(
                    "InvalidRegex",
                    ErrorCategory::InvalidArgument,
                    "System.ArgumentException",
                    format!("The string {pattern} is not a valid regular expression: {message}"),
                );
                context.terminate(record.with_target(Value::text(pattern.as_str())))
            };
            let regex = match crate::evaluate::compile_regex(&pattern, case_sensitive) {
                Ok(regex) => regex,
                Err(message) => return Err(invalid(context, message)),
            };
            let units = |at: usize| line[..at].encode_utf16().count();
            let mut found = Vec::new();
            for captures in regex.captures_iter(line) {
                let captures = captures.map_err(|error| invalid(context, error.to_string()))?;
                let groups = captures
                    .iter()
                    .map(|group| {
                        group.map_or((String::new(), 0, 0), |group| {
                            let start = units(group.start());
                            (group.as_str().to_owned(), start, units(group.end()) - start)
                        })
                    })
                    .collect();
                found.push(Found { groups });
                if !context.switch("AllMatches") {
                    break;
                }
            }
            Ok(found)
        }
    }

    impl Stage for SelectString {
        fn process(&mut self, context: &mut Context<'_>, input: Option<Value>) -> Result<(), Halt> {
            let Some(object) = input_object(context, input) else {
                return Ok(());
            };
            let line = to_text(&object, Culture::Current);
            self.line += 1;
            if context.switch("Quiet") && self.found {
                return Ok(());
            }
            for pattern in texts(context, "Pattern") {
                let found = Self::matches(context, &line, &pattern)?;
                if found.is_empty() != context.switch("NotMatch") {
                    continue;
                }
                self.found = true;
                if context.switch("Quiet") {
                    return context.write(Value::Bool(true));
                }
                if context.switch("Raw") {
                    return context.write(Value::text(line));
                }
                let ignore_case = !context.switch("CaseSensitive");
                let info = match_info(&line, self.line, &pattern, ignore_case, found);
                return context.write(info);
            }
            Ok(())
        }

        fn end(&mut self, context: &mut Context<'_>) -> Result<(), Halt> {
            if context.switch("Quiet") && !self.found {
                return context.write(Value::Bool(false));
            }
            Ok(())
        }
    }

    fn typed(name: &str, text: &str, properties: Vec<(Text, Value)>) -> Value {
        let types: [Text; 2] = [name.into(), "System.Object".into()];
        Value::Object(Arc::new(
            Object::typed(types.into(), properties).with_text(text),
        ))
    }

    fn match_info(
        line: &str,
        number: i32,
        pattern: &str,
        ignore_case: bool,
        found: Vec<Found>,
    ) -> Value {
        let matches = found.iter().map(match_object).collect();
        typed(
            "Microsoft.PowerShell.Commands.MatchInfo",
            line,
            vec![
                ("IgnoreCase".into(), Value::Bool(ignore_case)),
                ("LineNumber".into(), Value::Int32(number)),
                ("Line".into(), Value::text(line)),
                ("Filename".into(), Value::text("InputStream")),
                ("Path".into(), Value::text("InputStream")),
                ("Pattern".into(), Value::text(pattern)),
                ("Context".into(), Value::Null),
                ("Matches".into(), Value::array(matches)),
            ],
        )
    }

    fn match_object(found: &Found) -> Value {
        let part = |kind: &str, index: usize| {
            let (text, start, length) = &found.groups[index];
            let number = |n: usize| Value::Int32(i32::try_from(n).unwrap_or(i32::MAX));
            (
                format!("System.Text.RegularExpressions.{kind}"),
                vec![
                    (Text::from("Success"), Value::Bool(true)),
                    ("Name".into(), Value::text(index.to_string())),
                    ("Index".into(), number(*start)),
                    ("Length".into(), number(*length)),
                    ("Value".into(), Value::text(text.as_str())),
                ],
            )
        };
        let groups = (0..found.groups.len())
            .map(|index| {
                let (kind, properties) = part("Group", index);
                typed(&kind, &found.groups[index].0, properties)
            })
            .collect();
        let (kind, mut properties) = part("Match", 0);
        properties.insert(0, ("Groups".into(), Value::array(groups)));
        typed(&kind, &found.groups[0].0, properties)
    }
}

/// `Measure-Command`.
pub(super) mod measure_command {
    use super::*;

    /// What the binder knows of it.
    pub(crate) fn info() -> CommandInfo {
        command("Measure-Command", UTILITY)
            .with(named("InputObject", "psobject").from_pipeline())
            .with(at(0, "Expression", "scriptblock").mandatory())
    }

    /// One to run.
    pub(crate) fn create() -> Box<dyn Stage> {
        Box::<MeasureCommand>::default()
    }

    #[derive(Default)]
    struct MeasureCommand {
        ticks: i64,
    }

    impl Stage for MeasureCommand {
        fn process(&mut self, context: &mut Context<'_>, input: Option<Value>) -> Result<(), Halt> {
            let Some(Value::ScriptBlock(block)) = context.parameter("Expression") else {
                return Ok(());
            };
            let block = Arc::clone(block);
            let start = context.host().now().ticks;
            context.evaluate(&block, input.as_ref(), &[])?;
            self.ticks += context.host().now().ticks - start;
            Ok(())
        }

        fn end(&mut self, context: &mut Context<'_>) -> Result<(), Halt> {
            context.write(Value::TimeSpan(self.ticks))
        }
    }
}

/// `ConvertTo-SecureString`.
pub(super) mod secure_string {
    use super::*;

    /// What the binder knows of it.
    pub(crate) fn info() -> CommandInfo {
        command("ConvertTo-SecureString", SECURITY)
            .with_default_set("Secure")
            .with(at(0, "String", "string").mandatory().from_pipeline())
            .with(at(1, "AsPlainText", "switch").in_sets(&["PlainText"]))
            .with(at(2, "Force", "switch").in_sets(&["PlainText"]))
    }

    /// One to run.
    pub(crate) fn create() -> Box<dyn Stage> {
        Box::new(Convert)
    }

    struct Convert;

    impl Stage for Convert {
        fn process(&mut self, context: &mut Context<'_>, _: Option<Value>) -> Result<(), Halt> {
            let Some(plain) = text(context, "String") else {
                return Ok(());
            };
            if context.switch("AsPlainText") {
                return context.write(Value::SecureString(plain));
            }
            let record = ErrorRecord::new(
                "ImportSecureString_InvalidArgument_CryptographicError",
                ErrorCategory::InvalidArgument,
                "System.Security.Cryptography.CryptographicException",
                "The parameter is incorrect.",
            );
            Err(context.terminate(record))
        }
    }
}
