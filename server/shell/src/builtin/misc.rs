//! The rest: `Read-Host`, `Measure-Command`, `ConvertTo-SecureString`.

use std::sync::Arc;

use crate::builtin::declare::{SECURITY, UTILITY, at, command, named, switch};
use crate::builtin::support::text;
use crate::command::CommandInfo;
use crate::error_record::{ErrorCategory, ErrorRecord};
use crate::host::{FieldDescription, FieldPrompt, PromptFailure};
use crate::pipeline::halt::Halt;
use crate::pipeline::stage::{Context, Stage};
use crate::value::Value;

/// What nobody could be asked becomes.
/// What became of a question that nobody answered.
pub(super) fn prompt_error(failure: PromptFailure) -> ErrorRecord {
    match failure {
        PromptFailure::NonInteractive => ErrorRecord::new(
            "InvalidOperation",
            ErrorCategory::InvalidOperation,
            "System.Management.Automation.PSInvalidOperationException",
            "PowerShell is in NonInteractive mode. Read and Prompt functionality is not available.",
        ),
        PromptFailure::NoUser | PromptFailure::Ended | PromptFailure::Cancelled => {
            ErrorRecord::new(
                "HostFunctionNotImplemented",
                ErrorCategory::NotImplemented,
                "System.Management.Automation.Host.HostException",
                "A command that prompts the user failed because the host program or the command type does not support user interaction.",
            )
        }
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
