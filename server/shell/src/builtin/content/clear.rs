//! `Clear-Content`.

use super::*;
use crate::builtin::support::tell_failure;
use crate::file::WriteMode;

/// What the binder knows of it.
pub(crate) fn info() -> CommandInfo {
    with_paths(
        command("Clear-Content", MANAGEMENT)
            .with_default_set("Path")
            .with_should_process(ConfirmImpact::Medium),
    )
}

/// One to run.
pub(crate) fn create() -> Box<dyn Stage> {
    Box::new(Clear)
}

struct Clear;

impl Stage for Clear {
    fn process(&mut self, context: &mut Context<'_>, _: Option<Value>) -> Result<(), Halt> {
        for path in paths(context) {
            let found = context.host().examine_file(&path);
            if let Err(failure) = &found
                && let Some(record) = match failure {
                    FileFailure::NotFound | FileFailure::FolderNotFound => {
                        Some(path_not_found(&path))
                    }
                    FileFailure::Directory => Some(unclearable(&path)),
                    FileFailure::Stopped => return Err(Halt::Cancelled),
                    // What may not be read may be written all the same.
                    _ => None,
                }
            {
                context.write_error(record)?;
                continue;
            }
            let target =
                ShouldProcess::TargetAndAction(format!("Item: {path}"), "Clear Content".into());
            if !context.should_process(&target)? {
                continue;
            }
            let cleared = context
                .host()
                .create_file(&path, WriteMode::Replace)
                .and_then(|mut file| file.finish());
            if let Err(failure) = cleared {
                let record = provider_error(
                    &path,
                    &failure,
                    "ClearContentUnauthorizedAccessError",
                    ("ClearContentIOError", ErrorCategory::WriteError),
                );
                tell_failure(context, &failure, record)?;
            }
        }
        Ok(())
    }
}

/// A folder has no content that could be cleared.
pub(super) fn unclearable(path: &Text) -> ErrorRecord {
    ErrorRecord::new(
        "ClearDirectoryContent",
        ErrorCategory::InvalidOperation,
        "System.NotSupportedException",
        format!(
            "Unable to clear content of '{path}' because it is a directory. Clear-Content is only supported on files."
        ),
    )
    .with_target(Value::String(Text::clone(path)))
}
