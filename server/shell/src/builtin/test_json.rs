//! `Test-Json`: whether a text is JSON. Schemas are not read.

use crate::builtin::declare::{UTILITY, at, command, named};
use crate::builtin::support::{end_by_file, paths, text, texts};
use crate::command::{CommandInfo, Validation};
use crate::error_record::{ErrorCategory, ErrorRecord};
use crate::file::{FileFailure, read_whole};
use crate::pipeline::halt::Halt;
use crate::pipeline::stage::{Context, Stage};
use crate::serialise::json_check::{Leniency, is_json};
use crate::text::encoding::TextEncoding;
use crate::value::{Text, Value};

const IGNORE_COMMENTS: &str = "IgnoreComments";
const ALLOW_TRAILING_COMMAS: &str = "AllowTrailingCommas";

/// What the binder knows of it.
pub(super) fn info() -> CommandInfo {
    let options = [IGNORE_COMMENTS, ALLOW_TRAILING_COMMAS].map(Text::from);
    command("Test-Json", UTILITY)
        .with_default_set("JsonString")
        .with_output(&["System.Boolean"])
        .with(
            at(0, "Json", "string")
                .mandatory()
                .from_pipeline()
                .in_sets(&["JsonString"]),
        )
        .with(
            at(0, "Path", "string")
                .mandatory()
                .from_property()
                .in_sets(&["JsonPath"]),
        )
        .with(
            at(0, "LiteralPath", "string")
                .alias(&["PSPath", "LP"])
                .mandatory()
                .from_property()
                .in_sets(&["JsonLiteralPath"]),
        )
        .with(
            named("Options", "string[]")
                .validated(Validation::NotNullOrEmpty)
                .validated(Validation::Set(options.into(), false)),
        )
}

/// One to run.
pub(super) fn create() -> Box<dyn Stage> {
    Box::new(TestJson)
}

struct TestJson;

impl Stage for TestJson {
    fn process(&mut self, context: &mut Context<'_>, _: Option<Value>) -> Result<(), Halt> {
        let options = texts(context, "Options");
        let has = |name: &str| options.iter().any(|own| own.eq_ignore_ascii_case(name));
        let leniency = Leniency {
            comments: has(IGNORE_COMMENTS),
            trailing_commas: has(ALLOW_TRAILING_COMMAS),
        };
        let given = text(context, "Json");
        let json = match (&given, paths(context).first()) {
            (Some(json), _) => json.clone(),
            (None, Some(path)) => of_file(context, path)?,
            (None, None) => return Ok(()),
        };
        let valid = is_json(&json, leniency);
        if !valid {
            let record = ErrorRecord::new(
                "InvalidJson",
                ErrorCategory::InvalidData,
                "System.Exception",
                "Cannot parse the JSON.",
            );
            let target = given.map_or(Value::Null, Value::String);
            context.write_error(record.with_target(target))?;
        }
        context.write(Value::Bool(valid))
    }
}

fn of_file(context: &mut Context<'_>, path: &Text) -> Result<Text, Halt> {
    match read_whole(context.host(), path) {
        Ok(bytes) => Ok(TextEncoding::Utf8.decode(&bytes).into()),
        Err(FileFailure::NotFound | FileFailure::FolderNotFound) => {
            let record = ErrorRecord::new(
                "PathNotFound",
                ErrorCategory::ObjectNotFound,
                "System.Management.Automation.ItemNotFoundException",
                format!("Cannot find path '{path}' because it does not exist."),
            );
            Err(context.terminate(record.with_target(Value::String(path.clone()))))
        }
        Err(failure) => Err(end_by_file(context, path, &failure)),
    }
}
