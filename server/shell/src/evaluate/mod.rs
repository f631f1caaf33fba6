//! The tree at work: statements one after the other, expressions to values, errors to where they are caught.

mod array_member;
mod assignment;
pub(crate) mod class;
pub(crate) mod closure;
mod collection_method;
mod collection_operator;
mod constraint;
mod constructor;
mod convert_member;
mod date_member;
mod date_method;
mod declaration;
mod dictionary_method;
mod element_argument;
mod enum_member;
pub(crate) mod enumerator;
mod error_record;
pub(crate) mod exception;
mod expression;
pub mod failure;
pub mod harmless;
pub(crate) mod hashtable;
mod index;
mod list_method;
mod loops;
mod math_member;
mod member;
mod method;
pub mod operator;
pub(crate) mod overload;
mod parse_method;
mod predicate_method;
pub(crate) mod reference;
mod reflection;
pub(crate) mod regex_member;
pub mod scope;
mod script_member;
mod set_method;
pub(crate) mod span_member;
mod statement;
pub(crate) mod static_member;
mod strict;
mod string_comparer;
mod switch;
mod text_method;
mod try_catch;
mod try_get;
mod try_parse;
mod type_name_list;
pub(crate) mod types;

use std::sync::{Arc, LazyLock};

use crate::error_record::ErrorRecord;
use crate::language::ast::{Block, Source};
use crate::language::position;
use crate::pipeline::call_stack::Frame;
use crate::pipeline::engine::Engine;
use crate::pipeline::halt::Halt;
use crate::pipeline::sink::Sink;
use crate::value::{Array, Object, ScriptBlock, Text, Value};

pub(crate) use assignment::not_writable;
pub(crate) use exception::{exception_is, find_exception};
pub(crate) use expression::script_block;
pub(crate) use hashtable::{dictionary, fold, fold_by};
pub(crate) use member::constant_member;
pub(crate) use script_member::{Computing, DEEP};
pub(crate) use statement::lone_expression;
pub(crate) use types::validation;

/// Deepest nesting of running blocks and functions.
pub const MAX_CALL_DEPTH: usize = 100;

/// The identifier of the error of calls that lie too deep in each other.
pub(crate) const CALL_DEPTH: &str = "CallDepthOverflow";

/// Deepest nesting of running statements and expressions, those of blocks and functions that run within others included.
pub const MAX_NESTING: usize = 2_000;
/// Stack that [`MAX_NESTING`] wants of the thread that a session runs on, in bytes.
pub const STACK_BYTES: usize = 64 << 20;
/// Most elements of a collection, and most bytes of a text, that an operator makes.
pub const MAX_GROWTH: usize = 16 << 20;
/// Most entries of a dictionary.
pub const MAX_ENTRIES: usize = 1 << 20;

static NOTHING: LazyLock<Arc<Array>> = LazyLock::new(|| {
    Arc::new(Array {
        element_type: "".into(),
        items: Vec::new().into(),
    })
});

/// What a pipeline without output gives (`AutomationNull`): null as an operand, no object in a pipeline.
pub fn nothing() -> Value {
    Value::Array(NOTHING.clone())
}

/// Whether a value is [`nothing`].
pub fn is_nothing(value: &Value) -> bool {
    matches!(value, Value::Array(array) if array.element_type.is_empty())
}

/// The value as an operand: [`nothing`] is null.
pub fn as_operand(value: Value) -> Value {
    if is_nothing(&value) {
        Value::Null
    } else {
        value
    }
}

/// What several outputs make as one value: nothing, the object itself, or an array.
pub fn gathered(mut outputs: Vec<Value>) -> Value {
    match outputs.len() {
        0 => nothing(),
        1 => outputs.remove(0),
        _ => Value::array(outputs),
    }
}

/// The names of variables that the engine itself sets.
pub struct Names {
    /// `$_`.
    pub dollar: Text,
    /// `$PSItem`.
    pub item: Text,
    /// `$args`.
    pub args: Text,
    /// `$input`.
    pub input: Text,
    /// `$this`.
    pub this: Text,
    /// `$Matches`.
    pub matches: Text,
    /// `$foreach`.
    pub foreach: Text,
    /// `$switch`.
    pub switch: Text,
}

/// The one table of them.
pub static NAMES: LazyLock<Names> = LazyLock::new(|| Names {
    dollar: "_".into(),
    item: "psitem".into(),
    args: "args".into(),
    input: "input".into(),
    this: "this".into(),
    matches: "matches".into(),
    foreach: "foreach".into(),
    switch: "switch".into(),
});

/// The version that the session says it has.
fn semantic_version() -> Value {
    use crate::convert::semantic_version::SemanticVersion;
    SemanticVersion::parse("7.6.5").map_or(Value::Null, |version| version.value())
}

/// The variables of a fresh session beside the preferences: name, value, whether it is read-only.
pub(crate) fn automatic_variables() -> Vec<(&'static str, Value, bool)> {
    let text = |text: &str| Value::text(text);
    let entry =
        |key: &str, value: Value| (Text::from(key.to_lowercase()), (Value::text(key), value));
    let version = |parts: &[i32]| Value::Version(parts.into());
    let compatible = [1, 2, 3, 4, 5]
        .map(|major| version(&[major, 0]))
        .into_iter()
        .chain([version(&[5, 1]), version(&[6, 0]), version(&[7, 0])])
        .collect();
    // In the order in which PowerShell shows them.
    let versions = hashtable::dictionary(
        hashtable::HASHTABLE,
        [
            entry("PSVersion", semantic_version()),
            entry("PSEdition", text("Core")),
            entry("GitCommitId", text("7.6.5")),
            entry("Platform", text("Unix")),
            entry("PSCompatibleVersions", Value::array(compatible)),
            entry("PSRemotingProtocolVersion", version(&[2, 3])),
            entry("SerializationVersion", version(&[1, 1, 0, 1])),
            entry("WSManStackVersion", version(&[3, 0])),
        ]
        .into_iter()
        .collect(),
    );
    vec![
        ("PSVersionTable", versions, true),
        ("Host", host_object(), true),
        ("PSStyle", crate::style::style(), true),
        ("PSEdition", text("Core"), true),
        ("IsCoreCLR", Value::Bool(true), true),
        ("IsLinux", Value::Bool(true), true),
        ("IsMacOS", Value::Bool(false), true),
        ("IsWindows", Value::Bool(false), true),
        ("PSCulture", text("en-US"), true),
        ("PSUICulture", text("en-US"), true),
        ("PSHOME", text("/usr/lib/tandem"), true),
        ("HOME", text("/"), true),
        // A session has no process of its own; the number only has to be positive.
        ("PID", Value::Int32(1), true),
        ("ShellId", text("Tandem"), true),
        ("ErrorView", concise_view(), false),
        ("FormatEnumerationLimit", Value::Int32(4), false),
        ("MaximumHistoryCount", Value::Int32(4096), false),
        ("OutputEncoding", text("utf-8"), false),
        (
            "PSDefaultParameterValues",
            hashtable::dictionary(
                crate::convert::default_parameters::TYPE,
                indexmap::IndexMap::new(),
            ),
            false,
        ),
        ("NestedPromptLevel", Value::Int32(0), false),
        ("LASTEXITCODE", Value::Null, false),
    ]
}

/// What `$ErrorView` is at first.
fn concise_view() -> Value {
    let name = "System.Management.Automation.ErrorView";
    crate::convert::enumerations::find(name).map_or(Value::Null, |definition| {
        Value::Enum(crate::value::EnumValue {
            definition,
            number: 2,
        })
    })
}

const HOST_TYPE: &str = "System.Management.Automation.Internal.Host.InternalHost";

/// `$Host`.
fn host_object() -> Value {
    Value::Object(Arc::new(Object::typed(
        [HOST_TYPE.into(), "System.Object".into()].into(),
        vec![
            ("Name".into(), Value::text("Tandem")),
            (
                "Version".into(),
                Value::Version([7, 6, 5].as_slice().into()),
            ),
            ("CurrentCulture".into(), Value::text("en-US")),
            ("CurrentUICulture".into(), Value::text("en-US")),
        ],
    )))
}

/// Whether a value is `$Host`.
fn is_host(value: &Value) -> bool {
    crate::type_names::type_name(value).as_ref() == HOST_TYPE
}

impl Engine<'_> {
    /// Makes a record ready to fly: where nothing says where it comes from, the running statement does.
    pub fn fail(&self, mut record: ErrorRecord) -> Halt {
        if record.invocation.is_none() {
            record.invocation = Some(position::invocation(
                &self.session.source,
                &self.session.sequence_point,
            ));
        }
        Halt::Error(Box::new(record))
    }

    /// Runs a script block in the current scope with `$_` and `$args`.
    ///
    /// # Errors
    /// What ended it.
    pub fn run_block(
        &mut self,
        block: &Arc<ScriptBlock>,
        dollar: Option<&Value>,
        arguments: &[Value],
        sink: &mut dyn Sink,
    ) -> Result<(), Halt> {
        let closure = block.closure.clone();
        self.enclosed(closure.as_deref(), |engine| {
            engine.run_open_block(block, dollar, arguments, sink)
        })
    }

    fn run_open_block(
        &mut self,
        block: &Arc<ScriptBlock>,
        dollar: Option<&Value>,
        arguments: &[Value],
        sink: &mut dyn Sink,
    ) -> Result<(), Halt> {
        let names = &*NAMES;
        let scopes = &mut self.session.scopes;
        let saved = dollar.map(|value| {
            let saved = scopes.remove_local(&names.dollar);
            scopes.set_local(&names.dollar, value.clone());
            saved
        });
        let saved_args = (!arguments.is_empty()).then(|| {
            let saved = scopes.remove_local(&names.args);
            scopes.set_local(&names.args, Value::array(arguments.to_vec()));
            saved
        });
        let outcome = self.run_body(&block.body, sink);
        let scopes = &mut self.session.scopes;
        for (key, saved) in [(&names.dollar, saved), (&names.args, saved_args)] {
            if let Some(saved) = saved {
                scopes.restore_local(key, saved);
            }
        }
        match outcome {
            Err(Halt::Return) => Ok(()),
            other => other,
        }
    }

    /// Runs the statements of a block in the current scope.
    ///
    /// # Errors
    /// What ended it; a `return` among them.
    pub fn run_body(&mut self, body: &Arc<Block>, sink: &mut dyn Sink) -> Result<(), Halt> {
        self.within(body, Frame::default(), |engine| {
            for part in [&body.begin, &body.process].into_iter().flatten() {
                engine.run_statements(part, sink)?;
            }
            engine.run_statements(&body.end, sink)
        })
    }

    /// Runs something of a block: positions lie in its source, and nesting is bounded.
    pub(crate) fn within<T>(
        &mut self,
        body: &Arc<Block>,
        frame: Frame,
        run: impl FnOnce(&mut Self) -> Result<T, Halt>,
    ) -> Result<T, Halt> {
        self.within_text(body.source.clone(), frame, |engine| {
            if !body.namespaces.is_empty() {
                engine.session.use_namespaces(&body.namespaces);
            }
            if !body.types.is_empty() {
                engine.see_types(body)?;
            }
            run(engine)
        })
    }

    /// The same of a text that is no block.
    pub(crate) fn within_text<T>(
        &mut self,
        source: Arc<Source>,
        frame: Frame,
        run: impl FnOnce(&mut Self) -> Result<T, Halt>,
    ) -> Result<T, Halt> {
        if self.session.call_depth >= MAX_CALL_DEPTH {
            return Err(self.too_deep());
        }
        self.session.call_depth += 1;
        let point = self.session.sequence_point.clone();
        self.session.push_frame(frame);
        let source = std::mem::replace(&mut self.session.source, source);
        let outcome = self.trapping(None, run);
        self.session.frames.pop();
        self.session.source = source;
        self.session.sequence_point = point;
        self.session.call_depth -= 1;
        outcome
    }

    /// Runs a statement or an expression that lies in another; how deep they lie is bounded.
    pub(crate) fn nested<T>(
        &mut self,
        run: impl FnOnce(&mut Self) -> Result<T, Halt>,
    ) -> Result<T, Halt> {
        if self.session.nesting >= MAX_NESTING {
            return Err(self.too_deep());
        }
        self.session.nesting += 1;
        let outcome = run(self);
        self.session.nesting -= 1;
        outcome
    }

    fn too_deep(&self) -> Halt {
        self.fail(failure::invalid_operation(
            CALL_DEPTH,
            "The script failed due to call depth overflow.",
        ))
    }

    /// Whether the pipeline was asked to stop.
    ///
    /// # Errors
    /// When it was.
    pub fn check_stop(&self) -> Result<(), Halt> {
        if self.host.stopping() {
            return Err(Halt::Cancelled);
        }
        if self.session.memory.is_due() {
            return self.check_memory();
        }
        Ok(())
    }
}
