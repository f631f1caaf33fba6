//! Questions to the caller: sent, and answered by whoever sits there.

use tandem::shell::v1 as wire;
use tandem::shell::v1::invoke_response::Message;
use tandem_shell::host::{ChoicePrompt, FieldPrompt, Host as _, PromptFailure};
use tandem_shell::value::Value;

use super::host::WorkerHost;
use crate::dispatch::values;

impl WorkerHost {
    /// Lets the caller choose.
    pub(super) fn choose(&self, prompt: &ChoicePrompt) -> Result<usize, PromptFailure> {
        let choice = |(label, help): &(String, String)| wire::Choice {
            label: label.clone(),
            help: help.clone(),
        };
        let choices = wire::Choices {
            choice: prompt.choices.iter().map(choice).collect(),
            default: u32::try_from(prompt.default).unwrap_or_default(),
        };
        match self.prompt(
            &prompt.caption,
            &prompt.message,
            wire::prompt::Question::Choices(choices),
        )? {
            wire::prompt_answer::Answer::Choice(index) => {
                let index = usize::try_from(index).unwrap_or(usize::MAX);
                if index < prompt.choices.len() {
                    Ok(index)
                } else {
                    Err(PromptFailure::NonInteractive)
                }
            }
            _ => Err(PromptFailure::NonInteractive),
        }
    }

    /// Lets the caller fill fields in.
    pub(super) fn fill(&self, prompt: &FieldPrompt) -> Result<Vec<Value>, PromptFailure> {
        let field = prompt
            .fields
            .iter()
            .map(|field| wire::Field {
                name: field.name.clone(),
                label: field.label.clone(),
                r#type: field.type_name.clone(),
                help_message: field.help_message.clone(),
                mandatory: field.mandatory,
                secret: field.secret,
            })
            .collect();
        let question = wire::prompt::Question::Fields(wire::Fields { field });
        match self.prompt(&prompt.caption, &prompt.message, question)? {
            wire::prompt_answer::Answer::Fields(fields)
                if fields.value.len() == prompt.fields.len() =>
            {
                Ok(fields.value.iter().map(values::from_wire).collect())
            }
            _ => Err(PromptFailure::NonInteractive),
        }
    }

    /// Sends a prompt and waits for its answer.
    fn prompt(
        &self,
        caption: &str,
        message: &str,
        question: wire::prompt::Question,
    ) -> Result<wire::prompt_answer::Answer, PromptFailure> {
        if !self.interactive {
            return Err(PromptFailure::NonInteractive);
        }
        let prompt_id = self.files.next_id();
        let prompt = wire::Prompt {
            prompt_id,
            caption: caption.to_owned(),
            message: message.to_owned(),
            question: Some(question),
        };
        self.say(Message::Prompt(prompt))
            .map_err(|()| PromptFailure::Cancelled)?;
        loop {
            let answer = self.incoming.answer();
            if self.stopping() {
                return Err(PromptFailure::Cancelled);
            }
            match answer {
                None => return Err(PromptFailure::NonInteractive),
                Some(answer) if answer.prompt_id == prompt_id => {
                    return match answer.answer {
                        None | Some(wire::prompt_answer::Answer::Unavailable(_)) => {
                            Err(PromptFailure::NonInteractive)
                        }
                        Some(answer) => Ok(answer),
                    };
                }
                Some(_) => {}
            }
        }
    }
}
