//! The content of the caller's files: `Get-Content`, `Set-Content`, `Add-Content`, `Clear-Content`.

pub(super) mod clear;
pub(super) mod get;
pub(super) mod write;

use crate::builtin::declare::{MANAGEMENT, at, command, named, switch};
use crate::builtin::out_file::{FileWriter, literal};
use crate::builtin::support::{count, items, number, paths, text};
use crate::command::{CommandInfo, ConfirmImpact, Validation};
use crate::error_record::{ErrorCategory, ErrorRecord};
use crate::evaluate::failure::path_not_found;
use crate::file::FileFailure;
use crate::host::ShouldProcess;
use crate::pipeline::halt::Halt;
use crate::pipeline::stage::{Context, Stage};
use crate::text::{Culture, to_text};
use crate::value::{Text, Value};

/// What the warning says to who names an encoding for bytes.
const ENCODING_NOT_USED: &str = "Encoding not used when '-AsByteStream' specified.";

fn with_paths(info: CommandInfo) -> CommandInfo {
    info.with(
        at(0, "Path", "string[]")
            .mandatory()
            .from_property()
            .in_sets(&["Path"]),
    )
    .with(literal("string[]", "LiteralPath"))
    .with(named("Filter", "string"))
    .with(named("Include", "string[]"))
    .with(named("Exclude", "string[]"))
    .with(switch("Force"))
}

/// A failure in the words of the file system's provider; the ids are those of reading, of writing or of clearing.
fn provider_error(
    path: &Text,
    failure: &FileFailure,
    denied: &'static str,
    broken: (&'static str, ErrorCategory),
) -> ErrorRecord {
    let (exception, message) = failure.exception(path);
    let (id, category) = match failure {
        FileFailure::Denied => (denied, ErrorCategory::PermissionDenied),
        _ => broken,
    };
    ErrorRecord::new(id, category, exception, message).with_target(Value::String(Text::clone(path)))
}
