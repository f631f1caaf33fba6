//! What a running function knows of itself: `$PSBoundParameters`, `$MyInvocation`, `$PSCmdlet`.

use std::sync::Arc;

use indexmap::IndexMap;

use crate::builtin::discovery::{function_object, script_object};
use crate::command::{CommandInfo, CommandKind};
use crate::error_record::Invocation;
use crate::evaluate::dictionary;
use crate::evaluate::scope::Scopes;
use crate::members::error::{Called, invocation_object};
use crate::pipeline::engine::Engine;
use crate::session::SessionState;
use crate::text::write;
use crate::value::{Object, Text, Value};

/// The type of `$PSBoundParameters`.
const BOUND: &str = "System.Management.Automation.PSBoundParametersDictionary";
/// The type of `$PSCmdlet`.
pub(crate) const CMDLET: &str = "System.Management.Automation.PSScriptCmdlet";

/// A function or script block that runs.
#[derive(Debug)]
pub(crate) struct Running {
    /// As the binder sees it.
    pub(crate) info: Arc<CommandInfo>,
    /// Where it was called.
    pub(crate) invocation: Invocation,
    /// What its parameters are bound to.
    pub(crate) bound: Vec<(Text, Value)>,
    /// What no parameter took.
    pub(crate) rest: Vec<Value>,
    /// Which of that was typed as a name: `@args` hands it on as one.
    pub(crate) names: Vec<usize>,
    /// The chosen parameter set.
    pub(crate) set: Text,
    /// Whether something stands before it in its pipeline.
    pub(crate) expects_input: bool,
    /// Whether -Verbose was given.
    pub(crate) verbose: bool,
    /// Whether -Debug was given.
    pub(crate) debug: bool,
    /// The answer given to all that follows.
    pub(crate) answered: Option<bool>,
    /// The file that it is the text of, if it is a whole one.
    pub(crate) path: Option<Text>,
    /// Whether it wrote an error itself.
    pub(crate) failed: bool,
}

impl Running {
    pub(super) fn is_advanced(&self) -> bool {
        self.info.kind == CommandKind::AdvancedFunction
    }

    fn bound_parameters(&self) -> Value {
        let entries: IndexMap<Text, (Value, Value)> = self
            .bound
            .iter()
            .map(|(name, value)| {
                let key = Text::from(name.to_lowercase());
                (key, (Value::String(name.clone()), value.clone()))
            })
            .collect();
        dictionary(BOUND, entries)
    }

    fn my_invocation(&self, scopes: &Scopes, of_runspace: bool) -> Value {
        let command = match &self.path {
            Some(path) => Some(script_object(&self.info.name, path)),
            None => scopes
                .function(&self.info.name)
                .map(|function| function_object(function))
                .filter(|_| self.invocation.script_block.is_none()),
        };
        let called = Called {
            command,
            bound: Some(self.bound_parameters()),
            rest: self.rest.clone(),
            expects_input: self.expects_input,
            of_runspace,
        };
        invocation_object(&self.invocation, called)
    }

    fn cmdlet(&self, scopes: &Scopes, of_runspace: bool) -> Value {
        let names: [Text; 4] = [
            CMDLET.into(),
            "System.Management.Automation.PSCmdlet".into(),
            "System.Management.Automation.Cmdlet".into(),
            "System.Object".into(),
        ];
        let properties = vec![
            ("ParameterSetName".into(), Value::String(self.set.clone())),
            (
                "MyInvocation".into(),
                self.my_invocation(scopes, of_runspace),
            ),
        ];
        Value::Object(Arc::new(Object::typed(names.as_slice().into(), properties)))
    }
}

impl SessionState {
    /// `$MyInvocation`: how the innermost function or block was called; around all of them, the text that runs.
    pub(crate) fn my_invocation(&self) -> Invocation {
        self.invocation_at(self.running.len())
    }

    /// The same where so many functions run.
    pub(crate) fn invocation_at(&self, level: usize) -> Invocation {
        let running = level.checked_sub(1).and_then(|last| self.running.get(last));
        if let Some(running) = running {
            return running.invocation.clone();
        }
        let file = self.source.file.clone();
        let name = file.as_deref().map(|file| {
            let name = file.rsplit(['/', '\\']).next();
            Text::from(name.unwrap_or_default())
        });
        Invocation {
            command_id: name,
            script_block: Some(file.unwrap_or_else(|| self.source.text.clone())),
            ..Invocation::default()
        }
    }
}

impl Engine<'_> {
    /// A variable that a running function has of itself; none for any other.
    pub(crate) fn own_variable(&mut self, key: &str) -> Option<Value> {
        if key == "pscommandpath" || key == "psscriptroot" {
            return Some(self.place_of_script(key == "psscriptroot"));
        }
        let of_runspace = self.session.running.len() < 2;
        let Some(running) = self.session.running.last() else {
            // Around all functions, it is the text that runs.
            return (key == "myinvocation").then(|| {
                let called = Called {
                    of_runspace,
                    ..Called::default()
                };
                invocation_object(&self.session.my_invocation(), called)
            });
        };
        match key {
            "psboundparameters" => {
                // What is taken out of it stays out.
                let bound = running.bound_parameters();
                self.session.scopes.set_local(&key.into(), bound.clone());
                Some(bound)
            }
            "myinvocation" => Some(running.my_invocation(&self.session.scopes, of_runspace)),
            "pscmdlet" => {
                let mut outer = self.session.running.iter().rev();
                outer
                    .find(|running| running.is_advanced())
                    .map(|running| running.cmdlet(&self.session.scopes, of_runspace))
            }
            _ => None,
        }
    }

    /// The file that what runs was read from, or its folder; empty for what was typed.
    fn place_of_script(&self, folder: bool) -> Value {
        let path = self.session.source.file.as_deref().unwrap_or_default();
        Value::text(match folder {
            true => path
                .rsplit_once(['/', '\\'])
                .map_or("", |(folder, _)| folder),
            false => path,
        })
    }

    /// Adds what an input object bound to `$PSBoundParameters`, if that was read already.
    pub(super) fn note_bound(&mut self) {
        let Some(running) = self.session.running.last() else {
            return;
        };
        let read = self.session.scopes.find("psboundparameters");
        let Some(Value::Dictionary(table)) = read.map(|variable| &variable.value) else {
            return;
        };
        if &*table.type_name != BOUND {
            return;
        }
        let mut entries = write(&table.entries);
        for (name, value) in &running.bound {
            let key = name.to_lowercase().into();
            entries.insert(key, (Value::String(name.clone()), value.clone()));
        }
    }
}
