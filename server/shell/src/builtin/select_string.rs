//! `Select-String`.

use std::sync::Arc;

use crate::builtin::context_lines::{ContextLines, Matched};
use crate::builtin::declare::{UTILITY, at, command, named, switch};
use crate::builtin::out_file::open_text;
use crate::builtin::support::{input_object, items, paths, tell_failure, texts};
use crate::command::{CommandInfo, Validation};
use crate::error_record::{ErrorCategory, ErrorRecord};
use crate::evaluate::failure::path_not_found;
use crate::file::FileFailure;
use crate::pipeline::halt::Halt;
use crate::pipeline::stage::{Context, Stage};
use crate::regex::{MAX_MATCHES, Pattern, Places, next_match_object};
use crate::text::{Culture, to_text};
use crate::value::{Array, Object, Text, Value};

/// The type of what is found.
const MATCH_INFO: &str = "Microsoft.PowerShell.Commands.MatchInfo";
/// What stands for a path where there is none.
const INPUT_STREAM: &str = "InputStream";
/// The sets: what is searched, and whether lines come out as they are.
const OBJECT: [&str; 2] = ["Object", "ObjectRaw"];
const FILE: [&str; 2] = ["File", "FileRaw"];
const LITERAL: [&str; 2] = ["LiteralFile", "LiteralFileRaw"];

/// What the binder knows of it.
pub(super) fn info() -> CommandInfo {
    let mut input = named("InputObject", "psobject")
        .mandatory()
        .from_pipeline()
        .in_sets(&OBJECT);
    input.allow_null = true;
    input.allow_empty_string = true;
    command("Select-String", UTILITY)
        .with_default_set("File")
        .with(named("Culture", "string"))
        .with(input)
        .with(at(0, "Pattern", "string[]").mandatory())
        .with(
            at(1, "Path", "string[]")
                .mandatory()
                .from_property()
                .in_sets(&FILE),
        )
        .with(
            named("LiteralPath", "string[]")
                .alias(&["PSPath", "LP"])
                .mandatory()
                .from_property()
                .in_sets(&LITERAL),
        )
        .with(
            switch("Raw")
                .mandatory()
                .in_sets(&[OBJECT[1], FILE[1], LITERAL[1]]),
        )
        .with(switch("SimpleMatch"))
        .with(switch("CaseSensitive"))
        .with(switch("Quiet").in_sets(&[OBJECT[0], FILE[0], LITERAL[0]]))
        .with(switch("List"))
        .with(switch("NoEmphasis"))
        .with(named("Include", "string[]").validated(Validation::NotNullOrEmpty))
        .with(named("Exclude", "string[]").validated(Validation::NotNullOrEmpty))
        .with(switch("NotMatch"))
        .with(switch("AllMatches"))
        .with(named("Encoding", "System.Text.Encoding"))
        .with(
            named("Context", "int[]")
                .validated(Validation::Range(Value::Int32(0), Value::Int32(i32::MAX)))
                .validated(Validation::Count(1, 2))
                .validated(Validation::NotNullOrEmpty),
        )
}

/// One to run.
pub(super) fn create() -> Box<dyn Stage> {
    Box::<SelectString>::default()
}

#[derive(Default)]
struct SelectString {
    patterns: Vec<(Text, Option<Pattern>)>,
    lines: ContextLines,
    records: u64,
    done: bool,
}

/// A line that was searched, and where it comes from.
struct Line<'a> {
    text: &'a str,
    number: u64,
    path: Option<&'a Text>,
}

fn begin_patterns(context: &mut Context<'_>) -> Result<Vec<(Text, Option<Pattern>)>, Halt> {
    let simple = context.switch("SimpleMatch");
    if context.parameter("Culture").is_some() && !simple {
        return Err(context.terminate(ErrorRecord::new(
            "CannotSpecifyCultureWithoutSimpleMatch",
            ErrorCategory::InvalidData,
            "System.InvalidOperationException",
            "You must specify -Culture parameter only with -SimpleMatch parameter.",
        )));
    }
    let case_sensitive = context.switch("CaseSensitive");
    let mut patterns = Vec::new();
    for pattern in texts(context, "Pattern") {
        let expression = if simple {
            crate::regex::escape(&pattern)
        } else {
            pattern.to_string()
        };
        match crate::regex::compile(&expression, case_sensitive) {
            Ok(regex) => patterns.push((pattern, Some(regex))),
            Err(message) => {
                return Err(context.terminate(argument_error(
                    "InvalidRegex",
                    format!("The string {pattern} is not a valid regular expression: {message}"),
                )));
            }
        }
    }
    Ok(patterns)
}

fn argument_error(id: &'static str, message: String) -> ErrorRecord {
    ErrorRecord::new(
        id,
        ErrorCategory::InvalidArgument,
        "System.ArgumentException",
        message,
    )
}

/// -Context: lines before and behind.
fn context_of(context: &Context<'_>) -> (usize, usize) {
    let counts: Vec<usize> = items(context, "Context")
        .iter()
        .filter_map(crate::text::as_double)
        .map(|count| count as usize)
        .collect();
    match counts.as_slice() {
        [] => (0, 0),
        [both] => (*both, *both),
        [before, behind, ..] => (*before, *behind),
    }
}

/// Ends the command before what it keeps is more than a session may hold.
fn too_many(context: &mut Context<'_>) -> Halt {
    let record = crate::evaluate::failure::too_large();
    context.terminate(record)
}

impl SelectString {
    /// What is found in a line: the pattern and the matches.
    fn search(
        &self,
        context: &mut Context<'_>,
        line: &str,
    ) -> Result<Option<(Text, Vec<Value>)>, Halt> {
        let (simple, not) = (context.switch("SimpleMatch"), context.switch("NotMatch"));
        let all = context.switch("AllMatches") && !not;
        for (pattern, regex) in &self.patterns {
            let Some(regex) = regex else { continue };
            let (mut found, mut places) = (Vec::new(), Places::default());
            for one in regex.find_all(line) {
                context.engine.check_stop()?;
                match one {
                    Ok(_) if found.len() >= MAX_MATCHES => return Err(too_many(context)),
                    Ok(one) => found.push(next_match_object(&one, &mut places)),
                    Err(_) => {
                        let message = format!(
                            "The string {pattern} is not a valid regular expression: It takes too many steps."
                        );
                        return Err(context.terminate(argument_error("InvalidRegex", message)));
                    }
                }
                if !all {
                    break;
                }
            }
            if found.is_empty() {
                continue;
            }
            if simple {
                found.clear();
            }
            return Ok((!not).then(|| (Text::clone(pattern), found)));
        }
        let first = self
            .patterns
            .first()
            .map(|(pattern, _)| Text::clone(pattern));
        Ok(first.filter(|_| not).map(|pattern| (pattern, Vec::new())))
    }

    /// Searches a line; what is complete with it.
    fn line(
        &mut self,
        context: &mut Context<'_>,
        line: &Line<'_>,
        lines: Option<&mut ContextLines>,
    ) -> Result<Vec<Matched>, Halt> {
        let found = self.search(context, line.text)?.map(|(pattern, matches)| {
            let ignore_case = !context.switch("CaseSensitive");
            match_info(line, &pattern, ignore_case, matches)
        });
        let lines = lines.unwrap_or(&mut self.lines);
        let matched = lines.push(line.text, found);
        if lines.holds_too_many() {
            return Err(too_many(context));
        }
        Ok(matched)
    }

    /// Emits what was found; whether there was anything.
    fn flush(context: &mut Context<'_>, found: Vec<Matched>) -> Result<bool, Halt> {
        let Some(first) = found.first() else {
            return Ok(false);
        };
        if context.switch("Raw") {
            for matched in found {
                context.write(Value::text(&*matched.line))?;
            }
        } else if context.switch("Quiet") && !context.switch("List") {
            context.write(Value::Bool(true))?;
        } else if context.switch("List") {
            let first = first.value();
            context.write(first)?;
        } else {
            for matched in found {
                context.write(matched.value())?;
            }
        }
        Ok(true)
    }

    fn file(&mut self, context: &mut Context<'_>, path: &Text) -> Result<bool, Halt> {
        let mut content = match open_text(context, path) {
            Ok(content) => content,
            Err(FileFailure::Directory) => return Ok(false),
            Err(FileFailure::NotFound | FileFailure::FolderNotFound)
                if context.parameter("LiteralPath").is_none() =>
            {
                return Err(context.terminate(path_not_found(path)));
            }
            Err(failure) => {
                unreadable(context, path, &failure)?;
                return Ok(false);
            }
        };
        let once = context.switch("Quiet") || context.switch("List");
        let (before, behind) = context_of(context);
        let mut lines = ContextLines::new(before, behind);
        let mut any = false;
        for number in 1.. {
            let text = match content.line() {
                Ok(Some(text)) => text,
                Ok(None) => break,
                Err(failure) => {
                    unreadable(context, path, &failure)?;
                    return Ok(any);
                }
            };
            let line = Line {
                text,
                number,
                path: Some(path),
            };
            let found = self.line(context, &line, Some(&mut lines))?;
            any |= Self::flush(context, found)?;
            if any && once {
                return Ok(true);
            }
        }
        let rest = lines.finish();
        Ok(Self::flush(context, rest)? || any)
    }
}

fn unreadable(context: &mut Context<'_>, path: &Text, failure: &FileFailure) -> Result<(), Halt> {
    let (_, reason) = failure.exception(path);
    let message = format!("The file {path} cannot be read: {reason}");
    tell_failure(context, failure, argument_error("ProcessingFile", message))
}

impl Stage for SelectString {
    fn begin(&mut self, context: &mut Context<'_>) -> Result<(), Halt> {
        self.patterns = begin_patterns(context)?;
        let (before, behind) = match context.switch("Raw") {
            true => (0, 0),
            false => context_of(context),
        };
        self.lines = ContextLines::new(before, behind);
        Ok(())
    }

    fn process(&mut self, context: &mut Context<'_>, input: Option<Value>) -> Result<(), Halt> {
        if self.done {
            return Ok(());
        }
        let paths = paths(context);
        if !paths.is_empty() {
            for path in &paths {
                if self.file(context, path)? && context.switch("Quiet") {
                    return Ok(());
                }
            }
            return match (context.switch("Quiet"), context.switch("List")) {
                (true, true) => context.write(Value::Null),
                (true, false) => context.write(Value::Bool(false)),
                (false, _) => Ok(()),
            };
        }
        let object = input_object(context, input).unwrap_or_default();
        self.records += 1;
        let found = if is_match_info(&object) {
            self.filter(context, object)?
        } else {
            let text = to_text(&object, Culture::Invariant);
            let line = Line {
                text: &text,
                number: self.records,
                path: None,
            };
            self.line(context, &line, None)?
        };
        self.done = Self::flush(context, found)? && context.switch("Quiet");
        Ok(())
    }

    fn end(&mut self, context: &mut Context<'_>) -> Result<(), Halt> {
        let found = self.lines.finish();
        if !self.done {
            Self::flush(context, found)?;
        }
        Ok(())
    }
}

impl SelectString {
    /// Searches what an earlier `Select-String` found: its object passes as it is.
    fn filter(&mut self, context: &mut Context<'_>, object: Value) -> Result<Vec<Matched>, Halt> {
        if self.lines.is_wanted() {
            self.lines = ContextLines::default();
            context.warning("The option \"Context\" is not valid when searching results that are piped from Select-String output.".into())?;
        }
        let line = crate::members::property(&object, "Line").unwrap_or_default();
        let line = to_text(&line, Culture::Invariant);
        let found = self.search(context, &line)?.map(|_| object);
        Ok(self.lines.push(&line, found))
    }
}

fn is_match_info(object: &Value) -> bool {
    matches!(object, Value::Object(found) if crate::text::read(&found.type_names).first().is_some_and(|name| &**name == MATCH_INFO))
}

fn match_info(line: &Line<'_>, pattern: &str, ignore_case: bool, matches: Vec<Value>) -> Value {
    let (path, shown) = match line.path {
        Some(path) => (&**path, format!("{path}:{}:{}", line.number, line.text)),
        None => (INPUT_STREAM, line.text.to_owned()),
    };
    let matches = Value::Array(Arc::new(Array {
        element_type: "System.Text.RegularExpressions.Match".into(),
        items: matches.into(),
    }));
    let file = path.rsplit(['/', '\\']).next().unwrap_or(path);
    let properties = vec![
        ("IgnoreCase".into(), Value::Bool(ignore_case)),
        ("LineNumber".into(), Value::UInt64(line.number)),
        ("Line".into(), Value::text(line.text)),
        ("Filename".into(), Value::text(file)),
        ("Path".into(), Value::text(path)),
        ("Pattern".into(), Value::text(pattern)),
        ("Context".into(), Value::Null),
        ("Matches".into(), matches),
    ];
    let names: [Text; 2] = [MATCH_INFO.into(), "System.Object".into()];
    Value::Object(Arc::new(
        Object::typed(names.into(), properties).with_text(shown),
    ))
}
