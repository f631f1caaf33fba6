//! How much a session may hold: its variables, functions, errors and lines, and what a running pipeline keeps of its input.
//!
//! Weighing everything is too dear to be done often, and need not be: what a session holds has been made first. So what is
//! made is counted, roughly and cheaply, and everything is weighed only when enough has been made since the last time to
//! reach the limit. A pipeline's own hoards (`Sort-Object`, `$x = …`) are counted while they grow.

use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::sync::Arc;

use crate::error_record::{ErrorCategory, ErrorRecord};
use crate::pipeline::engine::Engine;
use crate::pipeline::halt::Halt;
use crate::session::SessionState;
use crate::text::read;
use crate::value::cycles::Cycles;
use crate::value::{Property, Value};

/// Bytes of a value without what it refers to, in its collection.
const CELL: usize = 32;
/// Bytes of a collection or object without its content.
const BOX: usize = 96;
/// Bytes of the tree of a byte of text.
const TREE: usize = 12;
/// Elements of a collection that are looked at to guess the rest.
const SAMPLE: usize = 8;
/// Levels that are looked at to guess the rest.
const LEVELS: usize = 4;

/// What a session holds, as far as it is counted.
#[derive(Debug)]
pub(crate) struct Memory {
    limit: usize,
    /// Bytes made since everything was weighed, and after how many of them it is weighed again.
    made: Cell<usize>,
    until: Cell<usize>,
    /// Bytes that running pipelines keep.
    kept: Cell<usize>,
    /// What may hold itself.
    cycles: RefCell<Cycles>,
}

impl Default for Memory {
    fn default() -> Self {
        Self {
            limit: usize::MAX,
            made: Cell::new(0),
            until: Cell::new(usize::MAX),
            kept: Cell::new(0),
            cycles: RefCell::default(),
        }
    }
}

impl Memory {
    pub(crate) fn limited(limit: usize) -> Self {
        Self {
            limit,
            until: Cell::new(limit / 2),
            ..Self::default()
        }
    }

    fn is_limited(&self) -> bool {
        self.limit < usize::MAX
    }

    /// Counts what was made.
    pub(crate) fn count(&self, bytes: usize) {
        self.made.set(self.made.get().saturating_add(bytes));
    }

    /// Counts a value that a collection or an object takes, which may hold that very one.
    pub(crate) fn count_taken(&self, owner: &Value, value: &Value) {
        self.count_value(value);
        self.cycles.borrow_mut().note(owner, value);
    }

    /// Notes that an object may hold itself.
    pub(crate) fn suspect(&self, owner: &Value) {
        self.cycles.borrow_mut().suspect(owner);
    }

    /// Counts the tree of a text.
    pub(crate) fn count_tree(&self, text: &str) {
        self.count(text.len().saturating_mul(TREE));
    }

    /// Counts a value that may be held from now on.
    pub(crate) fn count_value(&self, value: &Value) {
        if self.is_limited() {
            self.count(guess(value, LEVELS));
        }
    }

    /// Counts a value that was just made: one that others refer to has been counted before.
    pub(crate) fn count_new(&self, value: &Value) {
        let is_new = match value {
            Value::String(text) => Arc::strong_count(text) == 1,
            Value::Array(array) => Arc::strong_count(array) == 1,
            Value::List(list) => Arc::strong_count(list) == 1,
            Value::Dictionary(table) => Arc::strong_count(table) == 1,
            Value::Object(object) => Arc::strong_count(object) == 1,
            _ => false,
        };
        if is_new {
            self.count_value(value);
        }
    }

    /// Counts a value that a running pipeline keeps; its bytes, to be given back.
    fn keep(&self, value: &Value) -> usize {
        if !self.is_limited() {
            return 0;
        }
        let bytes = guess(value, LEVELS);
        self.kept.set(self.kept.get().saturating_add(bytes));
        bytes
    }

    /// A pipeline keeps no longer what it kept.
    pub(crate) fn give_back(&self, bytes: usize) {
        self.kept.set(self.kept.get().saturating_sub(bytes));
    }

    pub(crate) fn is_due(&self) -> bool {
        self.made.get() > self.until.get()
    }
}

impl SessionState {
    /// Weighs everything, no further than to the limit; whether it is within.
    fn is_within(&self) -> bool {
        let memory = &self.memory;
        memory.cycles.borrow_mut().end();
        let limit = memory.limit.saturating_sub(memory.kept.get());
        let mut scales = Scales::new(limit);
        scales.weigh_session(self);
        let room = limit.saturating_sub(scales.bytes);
        memory.made.set(0);
        // Beyond the limit there must be room to make room.
        memory.until.set((room / 2).max(memory.limit / 16));
        scales.bytes <= limit
    }

    /// At the end of a line: what nobody asked to be kept gives way.
    pub(crate) fn make_room(&mut self) {
        let memory = &self.memory;
        memory.kept.set(0);
        if memory.is_limited() && memory.made.get() > memory.limit / 16 && !self.is_within() {
            crate::text::write(&self.errors.items).clear();
            self.history.clear();
        }
    }
}

impl Engine<'_> {
    /// Ends the line when the session holds more than it may.
    pub(crate) fn check_memory(&self) -> Result<(), Halt> {
        if self.session.is_within() {
            return Ok(());
        }
        Err(self.too_much_held())
    }

    /// Counts an object that a running pipeline keeps; its bytes, to be given back.
    pub(crate) fn hoard(&self, value: &Value) -> Result<usize, Halt> {
        self.hoarded(self.session.memory.keep(value))
    }

    /// The same of a text that grows, by so many bytes.
    pub(crate) fn hoard_bytes(&self, bytes: usize) -> Result<usize, Halt> {
        let kept = &self.session.memory.kept;
        kept.set(kept.get().saturating_add(bytes));
        self.hoarded(bytes)
    }

    fn hoarded(&self, bytes: usize) -> Result<usize, Halt> {
        let memory = &self.session.memory;
        if memory.kept.get() > memory.limit {
            return Err(self.too_much_held());
        }
        Ok(bytes)
    }

    fn too_much_held(&self) -> Halt {
        let megabytes = self.session.memory.limit >> 20;
        let record = ErrorRecord::new(
            "SessionMemoryExceeded",
            ErrorCategory::LimitsExceeded,
            "System.InsufficientMemoryException",
            format!(
                "The session would hold more than {megabytes} MB, as much as it may. Remove variables that are no longer needed, or let objects pass through the pipeline instead of keeping them."
            ),
        );
        match self.fail(record) {
            Halt::Error(record) => Halt::Throw(record),
            other => other,
        }
    }
}

/// About as many bytes as a value keeps: of large collections and deep ones a sample is looked at.
fn guess(value: &Value, levels: usize) -> usize {
    let Some(levels) = levels.checked_sub(1) else {
        return CELL;
    };
    let properties = |properties: &[Property]| {
        sampled(
            properties.len(),
            properties
                .iter()
                .map(|own| CELL + guess(&own.value, levels)),
        )
    };
    let own = match value {
        Value::String(text) => text.len(),
        Value::BigInteger(number) => usize::try_from(number.bits() / 8).unwrap_or(usize::MAX),
        Value::Named(named) => BOX + named.text.len(),
        Value::Array(array) => {
            let items = read(&array.items);
            BOX + sampled(items.len(), items.iter().map(|item| guess(item, levels)))
        }
        Value::List(list) => {
            let items = read(&list.items);
            BOX + sampled(items.len(), items.iter().map(|item| guess(item, levels)))
        }
        Value::Dictionary(table) => {
            let entries = read(&table.entries);
            let entry =
                |(key, value): &(Value, Value)| BOX + guess(key, levels) + guess(value, levels);
            BOX + sampled(entries.len(), entries.values().map(entry))
        }
        Value::Object(object) => {
            let text = object.text.as_ref().map_or(0, |text| text.len());
            let instance = object.instance.as_ref();
            let hidden = instance.map_or(0, |own| properties(&read(&own.hidden)));
            let own = properties(&read(&object.properties)) + object.scripts.len() * BOX;
            BOX + text + own + hidden
        }
        Value::Noted(noted) => {
            let own = properties(&read(&noted.notes)) + noted.scripts.len() * BOX;
            BOX + guess(&noted.base, levels) + own
        }
        Value::Error(record) => error_bytes(record) + guess(&record.target, levels),
        _ => 0,
    };
    CELL + own
}

fn sampled(count: usize, bytes: impl Iterator<Item = usize>) -> usize {
    let looked_at = count.min(SAMPLE);
    let some: usize = bytes.take(SAMPLE).sum();
    match looked_at {
        0 => 0,
        _ => (some / looked_at).saturating_mul(count),
    }
}

fn error_bytes(record: &ErrorRecord) -> usize {
    size_of::<ErrorRecord>() + record.message.len()
}

/// Weighs what it is given, each thing once.
struct Scales {
    bytes: usize,
    limit: usize,
    seen: HashSet<usize>,
    /// Collections that are still to be looked into: they may nest as deep as one likes.
    waiting: Vec<Value>,
}

impl Scales {
    fn new(limit: usize) -> Self {
        Self {
            bytes: 0,
            limit,
            seen: HashSet::new(),
            waiting: Vec::new(),
        }
    }

    fn weigh_session(&mut self, session: &SessionState) {
        for entry in session.history.entries() {
            self.bytes += BOX + entry.line.len();
        }
        for function in session.scopes.all_functions() {
            self.text(&function.body.source.text, TREE);
        }
        for class in session.classes.all() {
            self.text(&class.declaration.source.text, TREE);
            read(&class.statics)
                .iter()
                .for_each(|value| self.put(value));
        }
        for value in read(&session.errors.items).iter() {
            self.put(value);
        }
        self.empty();
        for variable in session.scopes.all_variables() {
            self.bytes += BOX;
            self.put(&variable.value);
            self.empty();
        }
    }

    /// A text that others may share; a short one is not worth the question.
    fn text(&mut self, text: &Arc<str>, times: usize) {
        let is_new = text.len() < BOX
            || Arc::strong_count(text) == 1
            || self.is_new(text.as_ptr().cast::<u8>());
        if is_new {
            self.bytes = self.bytes.saturating_add(text.len().saturating_mul(times));
        }
    }

    fn is_new<T: ?Sized>(&mut self, thing: *const T) -> bool {
        self.seen.insert(thing.cast::<u8>() as usize)
    }

    fn put(&mut self, value: &Value) {
        self.bytes = self.bytes.saturating_add(CELL);
        let is_new = match value {
            Value::String(text) | Value::SecureString(text) => return self.text(text, 1),
            Value::ScriptBlock(block) => {
                self.text(&block.body.source.text, TREE);
                block
                    .closure
                    .as_ref()
                    .is_some_and(|own| self.is_new(Arc::as_ptr(own)))
            }
            Value::BigInteger(_) | Value::Named(_) => {
                self.bytes = self.bytes.saturating_add(guess(value, 1));
                return;
            }
            Value::Array(array) => self.is_new(Arc::as_ptr(array)),
            Value::List(list) => self.is_new(Arc::as_ptr(list)),
            Value::Dictionary(table) => self.is_new(Arc::as_ptr(table)),
            Value::Object(object) => self.is_new(Arc::as_ptr(object)),
            Value::Noted(noted) => self.is_new(Arc::as_ptr(noted)),
            Value::Error(record) => self.is_new(Arc::as_ptr(record)),
            Value::Format(packet) => self.is_new(Arc::as_ptr(packet)),
            _ => return,
        };
        if is_new {
            self.waiting.push(value.clone());
        }
    }

    fn empty(&mut self) {
        while let Some(value) = self.waiting.pop() {
            if self.bytes > self.limit {
                // How far it is beyond does not matter.
                return self.waiting.clear();
            }
            self.bytes = self.bytes.saturating_add(BOX);
            match &value {
                Value::Array(array) => read(&array.items).iter().for_each(|item| self.put(item)),
                Value::List(list) => read(&list.items).iter().for_each(|item| self.put(item)),
                Value::Dictionary(table) => {
                    for (key, value) in read(&table.entries).values() {
                        self.bytes = self.bytes.saturating_add(BOX);
                        self.put(key);
                        self.put(value);
                    }
                }
                Value::ScriptBlock(block) => {
                    if let Some(closure) = &block.closure {
                        closure.each_value(|value| {
                            self.bytes = self.bytes.saturating_add(BOX);
                            self.put(value);
                        });
                    }
                }
                Value::Object(object) => {
                    if let Some(text) = &object.text {
                        self.text(text, 1);
                    }
                    self.bytes = self.bytes.saturating_add(object.scripts.len() * BOX);
                    self.properties(&read(&object.properties));
                    if let Some(instance) = &object.instance {
                        self.properties(&read(&instance.hidden));
                    }
                }
                Value::Noted(noted) => {
                    self.bytes = self.bytes.saturating_add(noted.scripts.len() * BOX);
                    self.put(&noted.base);
                    self.properties(&read(&noted.notes));
                }
                Value::Error(record) => {
                    self.bytes = self.bytes.saturating_add(error_bytes(record));
                    self.put(&record.target);
                    if let Some(thrown) = &record.thrown {
                        self.put(thrown);
                    }
                }
                _ => {}
            }
        }
    }

    fn properties(&mut self, properties: &[Property]) {
        for own in properties {
            self.bytes = self.bytes.saturating_add(CELL);
            self.put(&own.value);
        }
    }
}
