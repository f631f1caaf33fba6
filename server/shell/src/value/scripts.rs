//! Members of an object that are computed: script properties, alias properties and script methods, and the value of a
//! reference.

use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use crate::error_record::ErrorRecord;
use crate::members::same_name;
use crate::text::{read, write};
use crate::value::{ScriptBlock, Text, Value};

/// What a computed member is (`PSScriptProperty`, `PSAliasProperty`, `PSScriptMethod`).
#[derive(Clone, Debug)]
pub enum Script {
    /// A property that blocks get and set; one of them may be missing.
    Property {
        /// What gives its value.
        getter: Option<Arc<ScriptBlock>>,
        /// What takes a value, as its only argument.
        setter: Option<Arc<ScriptBlock>>,
    },
    /// Another name of a property.
    Alias {
        /// The name of the property.
        of: Text,
        /// The full name of the type that its value is converted to.
        conversion: Option<Text>,
    },
    /// A method.
    Method(Arc<ScriptBlock>),
    /// The method `ToString` of the object's class.
    Override,
    /// What a variable holds: `Value` of a reference to it.
    Variable {
        /// The mark of the variable's scope.
        scope: u64,
        /// The variable's name in lower case.
        key: Text,
    },
}

impl Script {
    /// Whether it is a property rather than a method.
    pub fn is_property(&self) -> bool {
        !matches!(self, Self::Method(_) | Self::Override)
    }
}

/// One computed member.
#[derive(Clone, Debug)]
pub struct ScriptMember {
    /// Name as declared.
    pub name: Text,
    /// What it does.
    pub script: Script,
    /// Why it has no value, where it has none.
    pub failed: Option<Box<ErrorRecord>>,
    /// What a method `ToString` gave when it was last called for its object's text.
    pub text: Option<Text>,
}

impl ScriptMember {
    /// The bit of its kind in `PSMemberTypes`.
    pub fn kind(&self) -> i64 {
        match self.script {
            Script::Alias { .. } => 1,
            Script::Property { .. } => 16,
            Script::Method(_) => 256,
            Script::Override => 64,
            Script::Variable { .. } => 4,
        }
    }

    /// What `ToString()` says of it.
    pub fn definition(&self) -> String {
        let name = &self.name;
        match &self.script {
            Script::Alias { of, conversion } => match conversion {
                Some(conversion) => format!("{name} = ({conversion}){of}"),
                None => format!("{name} = {of}"),
            },
            Script::Property { getter, setter } => {
                let part = |word: &str, block: &Option<Arc<ScriptBlock>>| {
                    let text = block.as_ref().map(|block| &*block.text);
                    text.map_or_else(String::new, |text| format!("{word}={text};"))
                };
                let (get, set) = (part("get", getter), part("set", setter));
                format!("System.Object {name} {{{get}{set}}}")
            }
            Script::Method(_) | Script::Override => format!("System.Object {name}();"),
            Script::Variable { .. } => format!("System.Object {name} {{get;set;}}"),
        }
    }
}

/// The computed members of an object. A property among them stands among the object's other properties too, where it
/// keeps its place and the value that it had when it was last computed: whoever lists or reads properties needs no engine.
#[derive(Debug, Default)]
pub struct Scripts(OnceLock<Box<RwLock<Vec<ScriptMember>>>>);

impl Scripts {
    /// Whether there never was any: most objects have none.
    pub fn is_empty(&self) -> bool {
        self.0.get().is_none()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.get().map_or(0, |all| read(all).len())
    }

    /// The member of that name.
    pub fn find(&self, name: &str) -> Option<ScriptMember> {
        let all = read(self.0.get()?);
        all.iter().find(|own| same_name(&own.name, name)).cloned()
    }

    /// All of them, in the order in which they were added.
    pub fn all(&self) -> Vec<ScriptMember> {
        self.0.get().map_or_else(Vec::new, |all| read(all).clone())
    }

    /// Adds one in place of what has its name.
    pub fn add(&self, member: ScriptMember) {
        let mut all = write(self.0.get_or_init(Box::default));
        all.retain(|own| !same_name(&own.name, &member.name));
        all.push(member);
    }

    /// Takes one away.
    pub fn remove(&self, name: &str) {
        if let Some(all) = self.0.get() {
            write(all).retain(|own| !same_name(&own.name, name));
        }
    }

    /// The text of the object, if a method of its own gives it.
    pub fn text(&self) -> Option<Text> {
        self.0.get()?;
        self.find("ToString").and_then(|own| own.text)
    }

    /// Whether a property of that name has blocks: no text of the object shows what they give.
    pub(crate) fn is_getter(&self, name: &str) -> bool {
        !self.is_empty()
            && self
                .find(name)
                .is_some_and(|own| matches!(own.script, Script::Property { .. }))
    }

    /// Gives up what its members hold, as the object ends.
    pub(super) fn give_up(&mut self, parts: &mut Vec<Value>) {
        let Some(all) = self.0.get_mut() else { return };
        let all = all.get_mut().unwrap_or_else(PoisonError::into_inner);
        for member in std::mem::take(all) {
            let blocks = match member.script {
                Script::Property { getter, setter } => [getter, setter],
                Script::Method(block) => [Some(block), None],
                Script::Alias { .. } | Script::Variable { .. } | Script::Override => [None, None],
            };
            parts.extend(blocks.into_iter().flatten().map(Value::ScriptBlock));
            parts.extend(member.failed.map(|record| Value::Error(Arc::from(record))));
        }
    }

    /// Keeps what the method `ToString` gave.
    pub(crate) fn note_text(&self, text: Text) {
        let Some(all) = self.0.get() else { return };
        let mut all = write(all);
        if let Some(own) = all.iter_mut().find(|own| same_name(&own.name, "ToString")) {
            own.text = Some(text);
        }
    }

    /// Says why a member has no value, or that it has one.
    pub(crate) fn note_failure(&self, name: &str, failed: Option<Box<ErrorRecord>>) {
        let Some(all) = self.0.get() else { return };
        if let Some(own) = write(all).iter_mut().find(|own| same_name(&own.name, name)) {
            own.failed = failed;
        }
    }
}

impl Clone for Scripts {
    fn clone(&self) -> Self {
        let own = Self::default();
        self.all().into_iter().for_each(|member| own.add(member));
        own
    }
}
