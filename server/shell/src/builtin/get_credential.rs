//! `Get-Credential`: asks for the name of a user and for the password.

use crate::builtin::declare::{SECURITY, at, command, named};
use crate::builtin::misc::prompt_error;
use crate::builtin::support::text;
use crate::command::{CommandInfo, Validation};
use crate::evaluate::static_member::credential;
use crate::host::{FieldDescription, FieldPrompt, PromptFailure};
use crate::pipeline::halt::Halt;
use crate::pipeline::stage::{Context, Stage};
use crate::text::{Culture, to_text};
use crate::value::Value;

/// What the binder knows of it.
pub(super) fn info() -> CommandInfo {
    let of_message = |name| {
        named(name, "string")
            .validated(Validation::NotNullOrEmpty)
            .in_sets(&["MessageSet"])
    };
    command("Get-Credential", SECURITY)
        .with_default_set("CredentialSet")
        .with_output(&["System.Management.Automation.PSCredential"])
        .with(
            at(0, "Credential", "pscredential")
                .validated(Validation::Credential)
                .validated(Validation::NotNull)
                .in_sets(&["CredentialSet"]),
        )
        .with(of_message("Message"))
        .with(of_message("UserName").at(0))
        .with(of_message("Title"))
}

/// One to run.
pub(super) fn create() -> Box<dyn Stage> {
    Box::new(GetCredential)
}

struct GetCredential;

impl Stage for GetCredential {
    fn process(&mut self, context: &mut Context<'_>, _: Option<Value>) -> Result<(), Halt> {
        let given = context.parameter("Credential").cloned();
        let user = match given {
            Some(Value::String(user)) => Some(user),
            Some(credential) => return context.write(credential),
            None => text(context, "UserName"),
        };
        let field = |name: &str, label: String, secret: bool| FieldDescription {
            name: name.to_owned(),
            label,
            type_name: match secret {
                true => "System.Security.SecureString".to_owned(),
                false => "System.String".to_owned(),
            },
            help_message: String::new(),
            mandatory: true,
            secret,
        };
        let or = |given: Option<crate::value::Text>, otherwise: &str| {
            given.map_or_else(|| otherwise.to_owned(), |text| text.to_string())
        };
        let mut prompt = FieldPrompt {
            caption: or(text(context, "Title"), "PowerShell credential request"),
            message: or(text(context, "Message"), "Enter your credentials."),
            fields: Vec::new(),
        };
        let user = match user {
            Some(user) => Value::String(user),
            None => {
                prompt.fields = vec![field("User", "User".to_owned(), false)];
                let user = ask(context, &prompt)?;
                prompt.caption.clear();
                prompt.message.clear();
                user
            }
        };
        let name = to_text(&user, Culture::Invariant);
        if name.is_empty() {
            return Ok(());
        }
        let label = format!("Password for user {name}");
        prompt.fields = vec![field("Password", label, true)];
        let password = match ask(context, &prompt)? {
            Value::String(text) => Value::SecureString(text),
            other => other,
        };
        context.write(credential(user, password))
    }
}

fn ask(context: &mut Context<'_>, prompt: &FieldPrompt) -> Result<Value, Halt> {
    match context.host().prompt_for_fields(prompt) {
        Ok(answers) => Ok(answers.into_iter().next().unwrap_or_default()),
        Err(PromptFailure::Cancelled) => Err(Halt::Cancelled),
        Err(failure) => Err(context.terminate(prompt_error(failure))),
    }
}
