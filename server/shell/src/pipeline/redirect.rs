//! Redirections of one command or expression: which streams go into its output, which into files, which nowhere.

use crate::binder::{Argument, ArgumentName, ArgumentValue};
use crate::error_record::Extent;
use crate::language::ast::{Expression, Redirection, Stream};
use crate::pipeline::engine::Engine;
use crate::pipeline::halt::Halt;
use crate::pipeline::records::as_object;
use crate::pipeline::run::Ready;
use crate::pipeline::runtime::Slot;
use crate::pipeline::sink::{Record, Sink};
use crate::pipeline::stage::{begin, push};
use crate::text::{Culture, to_text};
use crate::value::{Text, Value};

/// Where a stream goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Target {
    /// Where it always goes.
    #[default]
    Own,
    /// Into the output.
    Output,
    /// Into the file of that index.
    File(usize),
    /// Nowhere.
    Nothing,
}

/// The targets of a command's streams, output first.
#[derive(Clone, Copy, Debug, Default)]
pub struct Redirects([Target; 6]);

fn place(stream: Stream) -> Option<usize> {
    match stream {
        Stream::Output => Some(0),
        Stream::Error => Some(1),
        Stream::Warning => Some(2),
        Stream::Verbose => Some(3),
        Stream::Debug => Some(4),
        Stream::Information => Some(5),
        Stream::All => None,
    }
}

/// A file that a stream goes to.
#[derive(Clone, Debug)]
pub(crate) struct FileTarget {
    /// The path as it was given.
    pub(crate) path: Value,
    /// Whether the file keeps what it holds.
    pub(crate) append: bool,
}

/// What the redirections of a command come to.
#[derive(Debug, Default)]
pub(crate) struct Redirected {
    /// Where each stream goes.
    pub(crate) redirects: Redirects,
    /// The file that the output goes to, with all that is merged into it.
    pub(crate) output: Option<FileTarget>,
    /// The files of other streams: those that [`Target::File`] means.
    pub(crate) files: Vec<FileTarget>,
}

impl Redirected {
    /// Sends a stream into the output.
    pub(crate) fn merge(&mut self, stream: Stream) {
        self.redirects.set(stream, Target::Output);
    }

    /// Sends a stream into a file; no path at all means nowhere.
    pub(crate) fn put(&mut self, stream: Stream, file: FileTarget) {
        if to_text(&file.path, Culture::Invariant).trim().is_empty() {
            self.redirects.set(stream, Target::Nothing);
            return;
        }
        match stream {
            Stream::Output => self.output = Some(file),
            Stream::All => {
                self.redirects.set(stream, Target::Output);
                self.output = Some(file);
            }
            _ => {
                self.redirects.set(stream, Target::File(self.files.len()));
                self.files.push(file);
            }
        }
    }
}

impl Redirects {
    /// Sets the target of a stream, or of all of them.
    pub fn set(&mut self, stream: Stream, target: Target) {
        match place(stream) {
            Some(place) => self.0[place] = target,
            None => {
                let from = usize::from(target == Target::Output);
                self.0[from..].fill(target);
            }
        }
    }

    /// The target of the output.
    pub fn output(&self) -> Target {
        self.0[0]
    }

    /// The target of a record.
    pub fn of(&self, record: &Record) -> Target {
        let place = match record {
            Record::Error(_) => 1,
            Record::Warning(..) => 2,
            Record::Verbose(..) => 3,
            Record::Debug(..) => 4,
            Record::Information { .. } => 5,
            Record::Progress(_) | Record::HostLine(_) | Record::Unseen(..) => return Target::Own,
        };
        self.0[place]
    }
}

impl Engine<'_> {
    /// Evaluates the targets of redirections. No path at all means nowhere.
    pub(super) fn redirected(
        &mut self,
        redirections: &[Redirection],
        out: &mut dyn Sink,
    ) -> Result<Redirected, Halt> {
        let mut redirected = Redirected::default();
        for redirection in redirections {
            let (stream, target, append) = match redirection {
                Redirection::Merge(stream) => {
                    redirected.merge(*stream);
                    continue;
                }
                Redirection::File {
                    stream,
                    target,
                    append,
                } => (*stream, target, *append),
            };
            let path = self.evaluate(target, out)?;
            redirected.put(stream, FileTarget { path, append });
        }
        Ok(redirected)
    }

    /// Evaluates an expression whose streams are redirected; its objects, and behind them the file that they go to.
    pub(super) fn evaluate_redirected(
        &mut self,
        expression: &Expression,
        redirections: &[Redirection],
        pipeline: u64,
        out: &mut dyn Sink,
    ) -> Result<(Vec<Value>, Option<FileTarget>), Halt> {
        let Redirected {
            redirects,
            output,
            files,
        } = self.redirected(redirections, out)?;
        let mut files = self.file_slots(files, pipeline, 1, out)?;
        let mut merged = Vec::new();
        self.begin_files(&mut files, out)?;
        let value = self.evaluate_raw(
            expression,
            &mut Aside {
                redirects,
                files: &mut files,
                merged: &mut merged,
                behind: out,
            },
        )?;
        self.end_files(&mut files, out)?;
        if redirects.output() == Target::Nothing {
            return Ok((Vec::new(), output));
        }
        if !crate::evaluate::is_nothing(&value) {
            let objects = value.elements().unwrap_or_else(|| vec![value]);
            if merged.is_empty() {
                merged = objects;
            } else {
                merged.extend(objects);
            }
        }
        Ok((merged, output))
    }

    /// One `Out-File` for each file.
    pub(super) fn file_slots(
        &mut self,
        files: Vec<FileTarget>,
        pipeline: u64,
        position: usize,
        out: &mut dyn Sink,
    ) -> Result<Vec<Slot>, Halt> {
        files
            .into_iter()
            .map(|file| self.file_slot(file, pipeline, position, out))
            .collect()
    }

    /// `> file`: the rest of the pipeline is `Out-File`.
    pub(super) fn file_slot(
        &mut self,
        file: FileTarget,
        pipeline: u64,
        position: usize,
        out: &mut dyn Sink,
    ) -> Result<Slot, Halt> {
        let ready = self.file_ready(file, position)?;
        self.slot(ready, pipeline, position, true, false, out)
    }

    /// The command that takes what goes into a file, or into a variable that is written as `variable:name`
    /// (`FileRedirection.GetRedirectionPipe`).
    pub(super) fn file_ready(&mut self, file: FileTarget, position: usize) -> Result<Ready, Halt> {
        let variable = variable_of(&file.path);
        let taker = if variable.is_some() {
            "Set-Variable"
        } else {
            "Out-File"
        };
        let Some(resolved) = self.find_command(taker) else {
            let point = self.session.sequence_point.clone();
            return Err(self.command_not_found(taker, taker.into(), &point));
        };
        let target = match variable {
            Some(name) => named("Name", Value::String(name)),
            None => named("FilePath", file.path),
        };
        let point = self.session.sequence_point.clone();
        let invocation = self.invocation(&resolved, taker.into(), &point, position, position + 1);
        Ok(Ready {
            resolved,
            arguments: vec![target, named("Append", Value::Bool(file.append))],
            redirected: Redirected::default(),
            invocation,
        })
    }

    /// Opens the files of redirected streams.
    pub(super) fn begin_files(
        &mut self,
        files: &mut [Slot],
        out: &mut dyn Sink,
    ) -> Result<(), Halt> {
        (0..files.len()).try_for_each(|index| begin(self, &mut files[index..=index], out))
    }

    /// Writes what the files of redirected streams hold back.
    pub(super) fn end_files(&mut self, files: &mut [Slot], out: &mut dyn Sink) -> Result<(), Halt> {
        (0..files.len()).try_for_each(|index| {
            self.at(&mut files[index..=index], 0, out, |stage, context| {
                stage.end(context)
            })
        })
    }
}

/// The variable that a target names by its drive.
fn variable_of(target: &Value) -> Option<Text> {
    let path = to_text(target, Culture::Invariant);
    let (drive, name) = path.split_once(':')?;
    let name = name.trim_start_matches(['/', '\\']);
    (drive.eq_ignore_ascii_case("variable") && !name.is_empty()).then(|| name.into())
}

/// An argument of the command that takes what is redirected.
fn named(name: &str, value: Value) -> Argument {
    let extent = Extent::default();
    Argument::named(
        ArgumentName {
            name: name.into(),
            typed: format!("-{name}").into(),
            extent: extent.clone(),
        },
        Some(ArgumentValue {
            value,
            extent,
            source: None,
        }),
    )
}

/// Where the records of a redirected expression go while it is evaluated.
struct Aside<'a> {
    redirects: Redirects,
    files: &'a mut [Slot],
    /// What is merged into the output.
    merged: &'a mut Vec<Value>,
    behind: &'a mut dyn Sink,
}

impl Sink for Aside<'_> {
    fn output(&mut self, engine: &mut Engine<'_>, value: Value) -> Result<(), Halt> {
        self.behind.output(engine, value)
    }

    fn record(&mut self, engine: &mut Engine<'_>, record: Record) -> Result<(), Halt> {
        match self.redirects.of(&record) {
            Target::Own => self.behind.record(engine, record),
            Target::Nothing => record
                .hidden()
                .map_or(Ok(()), |kept| self.behind.record(engine, kept)),
            Target::Output => {
                if self.merged.len() >= crate::evaluate::MAX_GROWTH {
                    return Err(engine.fail(crate::evaluate::failure::too_large()));
                }
                self.merged.extend(as_object(&record));
                Ok(())
            }
            Target::File(index) => match as_object(&record) {
                Some(object) => push(engine, &mut self.files[index..=index], self.behind, object),
                None => Ok(()),
            },
        }
    }
}
