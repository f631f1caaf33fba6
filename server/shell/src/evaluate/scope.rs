//! Variables and functions, in scopes within scopes.

mod alias;

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use crate::command::{CommandInfo, ParameterType};
use crate::help::function::command_of;
use crate::language::ast::{Attribute, Block, VariablePath};
use crate::value::class::{DefinedType, Types};
use crate::value::{Text, Value};

pub use alias::Alias;

/// A variable.
#[derive(Clone, Debug)]
pub struct Variable {
    /// Name as first written.
    pub name: Text,
    /// Value.
    pub value: Value,
    /// What it converts everything to that it is given.
    pub constraint: Option<ParameterType>,
    /// What it checks everything against.
    pub attributes: Vec<Arc<Attribute>>,
    /// What may be done with it.
    pub options: Options,
    /// What it is for.
    pub description: Option<Text>,
}

/// `System.Management.Automation.ScopedItemOptions`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options(pub u8);

impl Options {
    /// It changes only where that is forced.
    pub const READ_ONLY: u8 = 1;
    /// It never changes.
    pub const CONSTANT: u8 = 2;
    /// It is not seen from scopes within its own.
    pub const PRIVATE: u8 = 4;
    /// It is in every scope.
    pub const ALL_SCOPE: u8 = 8;

    /// Whether an option is set.
    pub fn has(self, option: u8) -> bool {
        self.0 & option != 0
    }

    /// Whether the variable may not be changed.
    pub fn is_fixed(self) -> bool {
        self.has(Self::READ_ONLY | Self::CONSTANT)
    }
}

impl Variable {
    /// A plain one.
    pub fn new(name: impl Into<Text>, value: Value) -> Self {
        Self {
            name: name.into(),
            value,
            constraint: None,
            attributes: Vec::new(),
            options: Options::default(),
            description: None,
        }
    }
}

/// A function of the session.
#[derive(Clone, Debug)]
pub struct Function {
    /// Name as declared.
    pub name: Text,
    /// What it does.
    pub body: Arc<Block>,
    /// Whether its statements run once per input object.
    pub filter: bool,
    /// As the binder sees it, once it was called.
    pub(crate) info: OnceLock<Arc<CommandInfo>>,
}

impl Function {
    /// As the binder sees it.
    pub(crate) fn info(&self) -> &Arc<CommandInfo> {
        self.info
            .get_or_init(|| Arc::new(command_of(&self.name, &self.body)))
    }
}

/// One scope.
#[derive(Debug, Default)]
pub struct Scope {
    variables: HashMap<Text, Variable>,
    functions: HashMap<String, Arc<Function>>,
    aliases: HashMap<String, Arc<Alias>>,
    /// The types that are seen in it.
    types: Option<Arc<Types>>,
    /// Whether a script file runs in it.
    script: bool,
    /// The version of strict mode that was set in it; 0 for none.
    strict: Option<i32>,
    /// What references to its variables know it by, once there is one.
    mark: Option<u64>,
}

/// All scopes, the global one first.
#[derive(Debug)]
pub struct Scopes {
    stack: Vec<Scope>,
    /// How many scopes were marked.
    marks: u64,
}

impl Default for Scopes {
    fn default() -> Self {
        Self {
            stack: vec![Scope {
                script: true,
                ..Scope::default()
            }],
            marks: 0,
        }
    }
}

impl Scope {
    /// An empty one; `script` says whether a script file runs in it.
    pub(crate) fn of(script: bool) -> Self {
        Self {
            script,
            ..Self::default()
        }
    }

    /// The values of its variables, to look at.
    pub(crate) fn values(&self) -> impl Iterator<Item = &Value> {
        self.variables.values().map(|variable| &variable.value)
    }

    /// The values of its variables.
    pub(crate) fn into_values(self) -> Vec<Value> {
        let variables = self.variables.into_values();
        variables.map(|variable| variable.value).collect()
    }
}

impl Scopes {
    /// Enters a scope; gives the depth to return to.
    pub fn enter(&mut self, script: bool) -> usize {
        let depth = self.stack.len();
        self.stack.push(Scope::of(script));
        depth
    }

    /// Leaves every scope above `depth`.
    pub fn leave(&mut self, depth: usize) {
        self.stack.truncate(depth.max(1));
    }

    /// Enters a scope that was left before.
    pub fn resume(&mut self, scope: Scope) {
        self.stack.push(scope);
    }

    /// Leaves every scope above `depth` and keeps the first of them for later.
    pub fn suspend(&mut self, depth: usize) -> Option<Scope> {
        let mut inner = self.split_off(depth);
        (!inner.is_empty()).then(|| inner.remove(0))
    }

    /// Takes every scope above `depth` away for a while.
    pub fn split_off(&mut self, depth: usize) -> Vec<Scope> {
        self.stack.split_off(depth.clamp(1, self.stack.len()))
    }

    /// Puts back what was taken away.
    pub fn join(&mut self, inner: Vec<Scope>) {
        self.stack.extend(inner);
    }

    /// Sets the version of strict mode in the innermost scope.
    pub(crate) fn set_strict_version(&mut self, version: i32) {
        if let Some(scope) = self.stack.last_mut() {
            scope.strict = Some(version);
        }
    }

    /// The version of strict mode that holds in the innermost scope, if one was set.
    pub(crate) fn strict_version(&self) -> Option<i32> {
        self.stack.iter().rev().find_map(|scope| scope.strict)
    }

    /// How many scopes there are.
    pub fn depth(&self) -> usize {
        self.stack.len()
    }

    fn script_index(&self) -> usize {
        self.stack
            .iter()
            .rposition(|scope| scope.script)
            .unwrap_or(0)
    }

    /// The scope that a prefix names; none for a drive (`env:`).
    fn named(&self, prefix: &str) -> Option<usize> {
        match prefix {
            "global" => Some(0),
            "script" => Some(self.script_index()),
            "local" | "private" => Some(self.stack.len() - 1),
            _ => None,
        }
    }

    /// The variable that a path names.
    pub fn get(&self, path: &VariablePath) -> Option<&Variable> {
        match path.scope.as_deref() {
            None | Some("variable") => self.find(&path.key),
            Some(prefix) => self.stack[self.named(prefix)?].variables.get(&path.key),
        }
    }

    /// The innermost variable of that name (in lower case).
    pub fn find(&self, key: &str) -> Option<&Variable> {
        let mut scopes = self.stack.iter().rev();
        let own = scopes.next()?.variables.get(key);
        own.or_else(|| {
            let mut outer = scopes.filter_map(|scope| scope.variables.get(key));
            outer.find(|variable| !variable.options.has(Options::PRIVATE))
        })
    }

    /// The scope of a variable that is in every scope.
    fn shared(&self, key: &str) -> Option<usize> {
        let mut scopes = self.stack.iter().enumerate().rev();
        let (index, variable) =
            scopes.find_map(|(index, scope)| Some((index, scope.variables.get(key)?)))?;
        variable.options.has(Options::ALL_SCOPE).then_some(index)
    }

    /// The variable that an assignment to `path` would change; none if it would make one.
    pub fn get_for_writing(&mut self, path: &VariablePath) -> Option<&mut Variable> {
        let top = self.stack.len() - 1;
        let index = match path.scope.as_deref() {
            None | Some("variable") => self.shared(&path.key).unwrap_or(top),
            Some(prefix) => self.named(prefix)?,
        };
        self.stack[index].variables.get_mut(&path.key)
    }

    /// Makes a variable in the scope that `path` names; false if there is no such scope.
    pub fn put(&mut self, path: &VariablePath, mut variable: Variable) -> bool {
        if path.scope.as_deref() == Some("private") {
            variable.options.0 |= Options::PRIVATE;
        }
        let top = self.stack.len() - 1;
        let index = match path.scope.as_deref() {
            None | Some("variable") => Some(top),
            Some(prefix) => self.named(prefix),
        };
        let Some(index) = index else { return false };
        self.stack[index]
            .variables
            .insert(path.key.clone(), variable);
        true
    }

    /// Sets a variable in the innermost scope without any check.
    pub fn set_local(&mut self, key: &Text, value: Value) {
        let top = self.stack.len() - 1;
        let variables = &mut self.stack[top].variables;
        match variables.get_mut(key) {
            Some(variable) => variable.value = value,
            None => {
                variables.insert(key.clone(), Variable::new(key.clone(), value));
            }
        }
    }

    /// Takes a variable out of the innermost scope.
    pub fn remove_local(&mut self, key: &str) -> Option<Variable> {
        let top = self.stack.len() - 1;
        self.stack[top].variables.remove(key)
    }

    /// Puts the value of a variable that was taken out of the innermost scope back in; without one there is none.
    pub fn restore_local(&mut self, key: &Text, saved: Option<Variable>) {
        self.remove_local(key);
        if let Some(variable) = saved {
            self.set_local(key, variable.value);
        }
    }

    /// Sets a variable in the global scope.
    pub fn set_global(&mut self, variable: Variable) {
        let key = variable.name.to_lowercase().into();
        self.stack[0].variables.insert(key, variable);
    }

    /// The mark of the scope whose variable a path names, and that variable.
    pub(crate) fn marked(&mut self, path: &VariablePath) -> Option<(u64, &Variable)> {
        let key = &path.key;
        let has = |scope: &Scope| scope.variables.contains_key(key);
        let index = match path.scope.as_deref() {
            None | Some("variable") => self.stack.iter().rposition(has),
            Some(prefix) => self.named(prefix).filter(|index| has(&self.stack[*index])),
        }?;
        let scope = &mut self.stack[index];
        let mark = *scope.mark.get_or_insert_with(|| {
            self.marks += 1;
            self.marks
        });
        scope.variables.get(key).map(|variable| (mark, variable))
    }

    /// The place of the scope of that mark; none if it was left.
    pub(crate) fn place_of(&self, mark: u64) -> Option<usize> {
        self.stack
            .iter()
            .rposition(|scope| scope.mark == Some(mark))
    }

    /// A scope with copies of the plain variables of the innermost one.
    pub(crate) fn captured(&self) -> Scope {
        let own = self
            .stack
            .iter()
            .rev()
            .take(1)
            .flat_map(|scope| &scope.variables);
        let plain = own.filter(|(_, variable)| variable.options == Options::default());
        let copies = plain.map(|(key, variable)| {
            let copy = Variable::new(variable.name.clone(), variable.value.clone());
            (key.clone(), copy)
        });
        Scope {
            variables: copies.collect(),
            script: true,
            ..Scope::default()
        }
    }

    /// The type of that name (in lower case) that is seen.
    pub(crate) fn type_named(&self, key: &str) -> Option<&DefinedType> {
        let mut scopes = self.stack.iter().rev();
        scopes.find_map(|scope| scope.types.as_ref()?.0.get(key))
    }

    /// Adds types to the innermost scope.
    pub(crate) fn add_types(&mut self, types: &Arc<Types>) {
        let Some(scope) = self.stack.last_mut() else {
            return;
        };
        match &mut scope.types {
            Some(own) if Arc::ptr_eq(own, types) => {}
            Some(own) => {
                let own = Arc::make_mut(own);
                own.0
                    .extend(types.0.iter().map(|(key, own)| (key.clone(), own.clone())));
            }
            none => *none = Some(types.clone()),
        }
    }

    /// The scope of a name; none if there is no such name.
    pub fn by_name(&self, name: &str) -> Option<usize> {
        self.named(name)
    }

    /// The variables of a scope, or those that are seen: each by the place of its scope and its name in lower case.
    pub fn places(&self, scope: Option<usize>) -> Vec<(usize, Text)> {
        if let Some(index) = scope {
            let variables = self.stack.get(index).map(|scope| scope.variables.keys());
            return variables
                .into_iter()
                .flatten()
                .map(|key| (index, key.clone()))
                .collect();
        }
        let mut seen: HashMap<&Text, usize> = HashMap::new();
        for (index, scope) in self.stack.iter().enumerate() {
            seen.extend(scope.variables.keys().map(|key| (key, index)));
        }
        seen.into_iter()
            .map(|(key, index)| (index, key.clone()))
            .collect()
    }

    /// A variable of a scope.
    pub fn at_mut(&mut self, scope: usize, key: &str) -> Option<&mut Variable> {
        self.stack.get_mut(scope)?.variables.get_mut(key)
    }

    /// Puts a variable in a scope, in place of one of that name.
    pub fn put_at(&mut self, scope: usize, variable: Variable) {
        if let Some(scope) = self.stack.get_mut(scope) {
            let key = variable.name.to_lowercase().into();
            scope.variables.insert(key, variable);
        }
    }

    /// Takes a variable out of a scope.
    pub fn remove_at(&mut self, scope: usize, key: &str) -> Option<Variable> {
        self.stack.get_mut(scope)?.variables.remove(key)
    }

    /// All variables that are seen, sorted by name.
    pub fn visible(&self) -> Vec<Variable> {
        let mut seen: HashMap<&Text, &Variable> = HashMap::new();
        for scope in &self.stack {
            seen.extend(scope.variables.iter());
        }
        let mut all: Vec<Variable> = seen.into_values().cloned().collect();
        all.sort_by_key(|variable| variable.name.to_lowercase());
        all
    }

    /// Declares a function in the innermost scope.
    pub fn declare(&mut self, function: Function) {
        let top = self.stack.len() - 1;
        let full = function.name.to_lowercase();
        let (index, name) = match full.split_once(':') {
            Some((prefix, name)) => (self.named(prefix).unwrap_or(top), name.to_owned()),
            None => (top, full.clone()),
        };
        self.stack[index].functions.insert(name, Arc::new(function));
    }

    /// The innermost function of that name.
    pub fn function(&self, name: &str) -> Option<&Arc<Function>> {
        if self.stack.iter().all(|scope| scope.functions.is_empty()) {
            return None;
        }
        let key = name.to_lowercase();
        self.stack
            .iter()
            .rev()
            .find_map(|scope| scope.functions.get(&key))
    }

    /// Takes a function away from the innermost scope that has it.
    pub(crate) fn remove_function(&mut self, name: &str) {
        let key = name.to_lowercase();
        let mut scopes = self.stack.iter_mut().rev();
        if let Some(scope) = scopes.find(|scope| scope.functions.contains_key(&key)) {
            scope.functions.remove(&key);
        }
    }

    /// All functions that are seen.
    pub fn functions(&self) -> impl Iterator<Item = &Arc<Function>> {
        self.stack
            .iter()
            .rev()
            .flat_map(|scope| scope.functions.values())
    }

    /// The variables of all scopes.
    pub(crate) fn all_variables(&self) -> impl Iterator<Item = &Variable> {
        self.stack.iter().flat_map(|scope| scope.variables.values())
    }

    /// The functions of all scopes.
    pub(crate) fn all_functions(&self) -> impl Iterator<Item = &Arc<Function>> {
        self.stack.iter().flat_map(|scope| scope.functions.values())
    }

    /// How many variables all scopes hold.
    pub fn count(&self) -> usize {
        self.stack.iter().map(|scope| scope.variables.len()).sum()
    }
}
