//! Small commands that pass objects on: `Tee-Object`, `Get-Unique`, `Out-Null`, `Write-Output`, `Join-String`.

use crate::builtin::compare;
use crate::builtin::declare::{CORE, UTILITY, at, command, input, named, set, switch};
use crate::builtin::expression::{Expression, expression_type};
use crate::builtin::support::{gathered, input_object, text};
use crate::command::{CommandInfo, ParameterInfo, SetMembership};
use crate::pipeline::halt::Halt;
use crate::pipeline::stage::{Context, Stage};
use crate::text::{Culture, to_text};
use crate::value::Value;

/// `Tee-Object`.
pub(super) mod tee {
    use super::*;
    use crate::builtin::out_file::ShownInFile;

    /// What the binder knows of it.
    pub(crate) fn info() -> CommandInfo {
        command("Tee-Object", UTILITY)
            .with_default_set("File")
            .with(input())
            .with(
                at(0, "FilePath", "string")
                    .alias(&["Path"])
                    .mandatory()
                    .in_sets(&["File"]),
            )
            .with(
                named("LiteralPath", "string")
                    .alias(&["PSPath", "LP"])
                    .mandatory()
                    .in_sets(&["LiteralFile"]),
            )
            .with(switch("Append").in_sets(&["File"]))
            .with(named("Encoding", "System.Text.Encoding").in_sets(&["File", "LiteralFile"]))
            .with(
                named("Variable", "string")
                    .mandatory()
                    .in_sets(&["Variable"]),
            )
    }

    /// One to run.
    pub(crate) fn create() -> Box<dyn Stage> {
        Box::<Tee>::default()
    }

    #[derive(Default)]
    struct Tee {
        kept: Vec<Value>,
        file: Option<ShownInFile>,
    }

    impl Stage for Tee {
        fn begin(&mut self, context: &mut Context<'_>) -> Result<(), Halt> {
            let path = text(context, "FilePath").or_else(|| text(context, "LiteralPath"));
            if let Some(path) = path {
                self.file = Some(ShownInFile::begin(context, path)?);
            }
            Ok(())
        }

        fn process(&mut self, context: &mut Context<'_>, input: Option<Value>) -> Result<(), Halt> {
            let Some(object) = input_object(context, input) else {
                return Ok(());
            };
            if let Some(file) = &mut self.file {
                file.push(context, &object)?;
            } else {
                context.hoard(&object)?;
                self.kept.push(object.clone());
            }
            context.write(object)
        }

        fn end(&mut self, context: &mut Context<'_>) -> Result<(), Halt> {
            if let Some(file) = self.file.take() {
                return file.finish(context);
            }
            let Some(name) = text(context, "Variable") else {
                return Ok(());
            };
            let mut all = Vec::new();
            if context.switch("Append")
                && let Some(before) = context.variable(&name)
            {
                all = before.elements().unwrap_or_else(|| vec![before]);
            }
            all.append(&mut self.kept);
            context.set_variable(&name, gathered(all));
            Ok(())
        }
    }
}

/// `Get-Unique`.
pub(super) mod unique {
    use super::*;

    /// What the binder knows of it.
    pub(crate) fn info() -> CommandInfo {
        command("Get-Unique", UTILITY)
            .with_default_set("AsString")
            .with(input())
            .with(switch("AsString").in_sets(&["AsString"]))
            .with(switch("OnType").in_sets(&["UniqueByType"]))
            .with(switch("CaseInsensitive"))
    }

    /// One to run.
    pub(crate) fn create() -> Box<dyn Stage> {
        Box::<Unique>::default()
    }

    #[derive(Default)]
    struct Unique {
        last: Option<Value>,
    }

    impl Stage for Unique {
        fn process(&mut self, context: &mut Context<'_>, input: Option<Value>) -> Result<(), Halt> {
            let Some(object) = input_object(context, input) else {
                return Ok(());
            };
            let case_sensitive = !context.switch("CaseInsensitive");
            let repeated = self.last.as_ref().is_some_and(|last| {
                if context.switch("OnType") {
                    crate::type_names::type_chain(last).first()
                        == crate::type_names::type_chain(&object).first()
                } else if context.switch("AsString") {
                    let text = |value| Value::text(to_text(value, Culture::Current));
                    compare::same(&text(last), &text(&object), case_sensitive)
                } else {
                    compare::same(last, &object, case_sensitive)
                }
            });
            if repeated {
                return Ok(());
            }
            self.last = Some(object.clone());
            context.write(object)
        }
    }
}

/// `Out-Null`.
pub(super) mod null {
    use super::*;

    /// What the binder knows of it.
    pub(crate) fn info() -> CommandInfo {
        command("Out-Null", CORE).with(input())
    }

    /// One to run.
    pub(crate) fn create() -> Box<dyn Stage> {
        Box::new(Null)
    }

    struct Null;

    impl Stage for Null {
        fn process(&mut self, _: &mut Context<'_>, _: Option<Value>) -> Result<(), Halt> {
            Ok(())
        }
    }
}

/// `Write-Output`.
pub(super) mod output {
    use super::*;

    /// What the binder knows of it.
    pub(crate) fn info() -> CommandInfo {
        let mut input = named("InputObject", "psobject").member(SetMembership {
            mandatory: true,
            position: Some(0),
            from_pipeline: true,
            from_remaining_arguments: true,
            ..set(crate::command::ALL_SETS)
        });
        input.allow_null = true;
        input.allow_empty_string = true;
        input.allow_empty_collection = true;
        command("Write-Output", UTILITY)
            .with(input)
            .with(switch("NoEnumerate"))
    }

    /// One to run.
    pub(crate) fn create() -> Box<dyn Stage> {
        Box::new(Output)
    }

    struct Output;

    impl Stage for Output {
        fn process(&mut self, context: &mut Context<'_>, input: Option<Value>) -> Result<(), Halt> {
            let Some(object) = input_object(context, input) else {
                return Ok(());
            };
            if context.switch("NoEnumerate") {
                context.write(object)
            } else {
                context.write_enumerated(object)
            }
        }
    }
}

/// `Join-String`.
pub(super) mod join {
    use super::*;

    /// What the binder knows of it.
    pub(crate) fn info() -> CommandInfo {
        command("Join-String", UTILITY)
            .with_default_set("default")
            .with(ParameterInfo::of_type("Property", expression_type()).at(0))
            .with(at(1, "Separator", "string"))
            .with(named("OutputPrefix", "string").alias(&["op"]))
            .with(named("OutputSuffix", "string").alias(&["os"]))
            .with(switch("SingleQuote").in_sets(&["SingleQuote"]))
            .with(switch("DoubleQuote").in_sets(&["DoubleQuote"]))
            .with(named("FormatString", "string").in_sets(&["Format"]))
            .with(switch("UseCulture"))
            .with(named("InputObject", "psobject[]").from_pipeline())
    }

    /// One to run.
    pub(crate) fn create() -> Box<dyn Stage> {
        Box::<Join>::default()
    }

    #[derive(Default)]
    struct Join {
        parts: Vec<String>,
    }

    impl Stage for Join {
        fn process(&mut self, context: &mut Context<'_>, input: Option<Value>) -> Result<(), Halt> {
            let Some(object) = input_object(context, input) else {
                return Ok(());
            };
            let culture = if context.switch("UseCulture") {
                Culture::Current
            } else {
                Culture::Invariant
            };
            for item in object.elements().unwrap_or_else(|| vec![object]) {
                if matches!(item, Value::Null) {
                    continue;
                }
                let value = match context.parameter("Property").cloned() {
                    None => item,
                    Some(Value::ScriptBlock(block)) => {
                        context.calculate(&block, &item)?.unwrap_or_default()
                    }
                    Some(name) => {
                        let name = Expression::name(to_text(&name, Culture::Invariant));
                        let found = name.values(context, &item)?.into_iter().next();
                        found.and_then(|(_, value)| value.ok()).unwrap_or_default()
                    }
                };
                let part = to_text(&value, culture);
                self.parts.push(if context.switch("SingleQuote") {
                    format!("'{part}'")
                } else if context.switch("DoubleQuote") {
                    format!("\"{part}\"")
                } else if let Some(format) =
                    text(context, "FormatString").filter(|format| !format.is_empty())
                {
                    crate::format_string::format(&format, &[value]).unwrap_or(part)
                } else {
                    part
                });
                context.hoard_bytes(self.parts.last().map_or(0, String::len))?;
            }
            Ok(())
        }

        fn end(&mut self, context: &mut Context<'_>) -> Result<(), Halt> {
            let of = |context: &Context<'_>, name| text(context, name).unwrap_or_else(|| "".into());
            let separator = text(context, "Separator").unwrap_or_else(|| {
                context
                    .variable("OFS")
                    .map_or_else(|| "".into(), |ofs| to_text(&ofs, Culture::Invariant).into())
            });
            let joined = format!(
                "{}{}{}",
                of(context, "OutputPrefix"),
                self.parts.join(&separator),
                of(context, "OutputSuffix")
            );
            context.write(Value::text(joined))
        }
    }
}
