//! A script file as the command that it is: its arguments bind as those of a function do, and it knows its path.

use std::sync::Arc;

use crate::binder::{Argument, ArgumentName, ArgumentValue};
use crate::error_record::{Extent, Invocation};
use crate::file::read_whole;
use crate::language::ast::{Block, Source};
use crate::language::parse;
use crate::language::parse_error::into_record;
use crate::pipeline::command::{Resolved, Script};
use crate::pipeline::engine::Engine;
use crate::pipeline::halt::Halt;
use crate::pipeline::redirect::Redirected;
use crate::pipeline::run::{Head, Ready};
use crate::pipeline::sink::Sink;
use crate::text::encoding::TextEncoding;
use crate::value::{Text, Value};

impl Engine<'_> {
    /// Runs the text of a script file in the scope at hand. It was called from nowhere: what complains of its call has its
    /// path, but no position.
    pub(super) fn run_file(
        &mut self,
        block: Arc<Block>,
        path: &str,
        arguments: &[Value],
        sink: &mut dyn Sink,
    ) -> Result<(), Halt> {
        let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
        let script = Script {
            name: name.into(),
            text: path.is_empty().then(|| block.source.text.clone()),
            body: block,
            filter: false,
            dotted: true,
            info: None,
            path: Some(path.into()),
            closure: None,
        };
        if let Some(mut record) = self.unmet(&script.body, name) {
            record.invocation = Some(Invocation::default());
            return Err(self.fail(record));
        }
        let ready = Ready {
            resolved: Resolved::Script(script),
            arguments: words(arguments, !path.is_empty()),
            redirected: Redirected::default(),
            invocation: Invocation {
                command_id: (!name.is_empty()).then(|| name.into()),
                script_block: (!path.is_empty()).then(|| path.into()),
                ..Invocation::default()
            },
        };
        self.run_ready(Head::Command, vec![ready], sink)
    }
}

impl Engine<'_> {
    /// `exit` of a script that another called: `$LASTEXITCODE` has its code; whether that is one of a failure.
    pub(crate) fn leave_script(&mut self, code: &Value) -> bool {
        let code = self.exit_code(code);
        let last = "global:LASTEXITCODE";
        self.session.set_variable(last, Value::Int32(code));
        code != 0
    }

    /// The script file that a command names by its path, read through the caller; nothing if there is none.
    ///
    /// # Errors
    /// When its text does not parse.
    pub(crate) fn script_file(&mut self, path: &str, dotted: bool) -> Result<Option<Script>, Halt> {
        let is_script = path.to_ascii_lowercase().ends_with(".ps1");
        let Some((_, name)) = path.rsplit_once(['/', '\\']).filter(|_| is_script) else {
            return Ok(None);
        };
        let Ok(content) = read_whole(self.host, path) else {
            return Ok(None);
        };
        let source = Arc::new(Source {
            text: TextEncoding::Utf8.decode(&content).into(),
            file: Some(path.into()),
        });
        match parse(&source) {
            Ok(body) => Ok(Some(Script {
                name: name.into(),
                text: None,
                body: Arc::new(body),
                filter: false,
                dotted,
                info: None,
                path: Some(path.into()),
                closure: None,
            })),
            Err(errors) => Err(Halt::Error(Box::new(into_record(&errors, &source)))),
        }
    }
}

/// The arguments of a script. Those of a file are words of a command line, where `-Name` and `-Name:value` are names
/// (`CommandLineParameterParser.CollectArgs`) up to a `--`; those of a block are values.
fn words(arguments: &[Value], of_file: bool) -> Vec<Argument> {
    let mut named = of_file;
    arguments
        .iter()
        .filter_map(|argument| match argument {
            Value::String(word) if named && &**word == "--" => {
                named = false;
                None
            }
            Value::String(word) if named => name(word).or_else(|| Some(positional(argument))),
            _ => Some(positional(argument)),
        })
        .collect()
}

fn positional(value: &Value) -> Argument {
    Argument::positional(argument_value(value.clone()))
}

fn argument_value(value: Value) -> ArgumentValue {
    ArgumentValue {
        value,
        extent: Extent::default(),
        source: None,
    }
}

/// A word that names a parameter; `$true` and `$false` behind a colon are what they say.
fn name(word: &Text) -> Option<Argument> {
    let rest = word.strip_prefix('-')?;
    let begins_name = |c: char| c.is_alphabetic() || c == '_' || c == '?';
    if !rest.starts_with(begins_name) {
        return None;
    }
    let (name, value) = match rest.split_once(':') {
        None => (rest, None),
        Some((name, "")) => (name, None),
        Some((name, text)) => {
            let value = match text.to_ascii_lowercase().as_str() {
                "$true" => Value::Bool(true),
                "$false" => Value::Bool(false),
                _ => Value::text(text),
            };
            (name, Some(argument_value(value)))
        }
    };
    let name = ArgumentName {
        name: name.into(),
        typed: word.clone(),
        extent: Extent::default(),
    };
    Some(Argument::named(name, value))
}
