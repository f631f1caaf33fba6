//! The values that travel through a pipeline: .NET's scalars, collections and objects, as PowerShell sees them.

use std::fmt;
use std::sync::{Arc, RwLock};

use indexmap::IndexMap;

pub mod class;
pub(crate) mod cycles;
mod dictionary;
mod dismantle;
pub mod list;
pub mod members;
pub mod scripts;

pub use dismantle::Held;

/// Text shared between values without copying.
pub type Text = Arc<str>;

/// One value. Cloning is cheap: everything large is shared, as references are in .NET.
#[derive(Clone, Debug, Default)]
pub enum Value {
    /// `$null`.
    #[default]
    Null,
    /// `System.Boolean`.
    Bool(bool),
    /// `System.Management.Automation.SwitchParameter`.
    Switch(bool),
    /// `System.SByte`.
    Int8(i8),
    /// `System.Byte`.
    UInt8(u8),
    /// `System.Int16`.
    Int16(i16),
    /// `System.UInt16`.
    UInt16(u16),
    /// `System.Int32`.
    Int32(i32),
    /// `System.UInt32`.
    UInt32(u32),
    /// `System.Int64`.
    Int64(i64),
    /// `System.UInt64`.
    UInt64(u64),
    /// `System.Single`.
    Single(f32),
    /// `System.Double`.
    Double(f64),
    /// `System.Decimal`.
    Decimal(rust_decimal::Decimal),
    /// `System.Numerics.BigInteger`.
    BigInteger(Arc<num_bigint::BigInt>),
    /// `System.Char`: one UTF-16 unit.
    Char(u16),
    /// `System.String`.
    String(Text),
    /// `System.DateTime`.
    DateTime(DateTime),
    /// `System.TimeSpan`, in ticks of 100 nanoseconds.
    TimeSpan(i64),
    /// `System.Guid`.
    Guid(uuid::Uuid),
    /// `System.Version`: two to four parts.
    Version(Arc<[i32]>),
    /// A value of an enumeration type.
    Enum(EnumValue),
    /// A scalar of a named .NET type that Tandem knows by its text only (`System.Uri`, `Fqdn`, `XdsIdentity`, …).
    Named(Arc<NamedScalar>),
    /// A fixed array (`System.Object[]` or an array of the named element type).
    Array(Arc<Array>),
    /// A growing list (`System.Collections.ArrayList`, `List<T>`, …).
    List(Arc<List>),
    /// A dictionary (`System.Collections.Hashtable`, `OrderedDictionary`, …).
    Dictionary(Arc<Dictionary>),
    /// An object with type names and properties.
    Object(Arc<Object>),
    /// `{ … }`.
    ScriptBlock(Arc<ScriptBlock>),
    /// A scalar that carries note properties.
    Noted(Arc<Noted>),
    /// A type literal such as `[int]`, by its full .NET name.
    Type(Text),
    /// `System.Security.SecureString`; never rendered.
    SecureString(Text),
    /// An error record, as `$_` in a `catch`, `$Error[0]` or `2>&1` show it.
    Error(Arc<crate::error_record::ErrorRecord>),
    /// Formatting data between a `Format-…` and an `Out-…` command.
    Format(Arc<crate::format::packet::Packet>),
}

/// Whether a [`DateTime`] says which zone it is in (`System.DateTimeKind`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DateTimeKind {
    /// Neither.
    #[default]
    Unspecified,
    /// Coordinated universal time.
    Utc,
    /// The session's zone.
    Local,
}

/// `System.DateTime`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DateTime {
    /// Ticks of 100 nanoseconds since 0001-01-01T00:00:00 on the clock that `kind` names.
    pub ticks: i64,
    /// The zone.
    pub kind: DateTimeKind,
}

/// A value of an enumeration.
#[derive(Clone, Debug)]
pub struct EnumValue {
    /// The enumeration.
    pub definition: Arc<EnumDefinition>,
    /// The number.
    pub number: i64,
}

/// An enumeration type.
#[derive(Debug, PartialEq, Eq)]
pub struct EnumDefinition {
    /// Full .NET name.
    pub name: Text,
    /// Whether values combine (`System.FlagsAttribute`).
    pub flags: bool,
    /// Members in declaration order.
    pub members: Vec<(Text, i64)>,
}

/// A scalar known by its type name and its text.
#[derive(Debug)]
pub struct NamedScalar {
    /// Full .NET type name.
    pub type_name: Text,
    /// `ToString()`.
    pub text: Text,
    /// What a `Regex` was made with beside its pattern (`RegexOptions`); 0 of all other types.
    pub options: i64,
}

/// A fixed array.
#[derive(Debug)]
pub struct Array {
    /// Full .NET name of the element type; `System.Object` for `@(…)`.
    pub element_type: Text,
    /// The elements; writing to an index is allowed, growing is not.
    pub items: RwLock<Vec<Value>>,
}

/// A growing list.
#[derive(Debug)]
pub struct List {
    /// Full .NET type name of the list.
    pub type_name: Text,
    /// The elements.
    pub items: RwLock<Vec<Value>>,
    /// The elements once more if each can be in it once only.
    pub keys: Option<Box<Keys>>,
}

/// The elements of a set, by what tells them apart.
#[derive(Debug)]
pub struct Keys {
    /// How they are told apart.
    pub comparer: Comparer,
    /// Their folded texts.
    pub known: RwLock<std::collections::HashSet<Text>>,
}

/// How a dictionary or a set tells its keys apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Comparer {
    /// Texts ignore case, as in `@{…}`.
    #[default]
    IgnoreCase,
    /// Texts are what they are, as .NET has it unless told otherwise.
    Exact,
}

/// A dictionary; keys keep their order of insertion here, whatever .NET's `Hashtable` would do.
#[derive(Debug)]
pub struct Dictionary {
    /// Full .NET type name.
    pub type_name: Text,
    /// How its keys are told apart.
    pub comparer: Comparer,
    /// Entries by folded key.
    pub entries: RwLock<IndexMap<Text, (Value, Value)>>,
}

/// An object: what a cmdlet emits, what `[pscustomobject]` makes, what `Select-Object` projects.
#[derive(Debug)]
pub struct Object {
    /// Type names, most derived first, to `System.Object`.
    pub type_names: RwLock<TypeNames>,
    /// Properties in order.
    pub properties: RwLock<Vec<Property>>,
    /// `ToString()` where the type has its own.
    pub text: Option<Text>,
    /// Whether it is a `PSCustomObject`, which prints and serialises in its own ways.
    pub custom: bool,
    /// The members that are computed.
    pub scripts: scripts::Scripts,
    /// What it has of a class that a script defines.
    pub instance: Option<Box<class::Instance>>,
}

impl Object {
    /// Its own text: what a method of its gave, or its type has for all of it.
    pub fn own_text(&self) -> Option<Text> {
        let own = self.scripts.text().or_else(|| self.text.clone());
        own.or_else(|| {
            let class = self.class()?;
            class.exception()?;
            let message = crate::members::property_of(self, "Message")?;
            let message = crate::text::to_text(&message, crate::text::Culture::Invariant);
            Some(format!("{}: {message}", class.name).into())
        })
    }

    /// The class of the script's that it is an object of.
    pub fn class(&self) -> Option<&Arc<class::Class>> {
        self.instance.as_ref().map(|own| &own.class)
    }
}

/// A shared chain of type names.
pub type TypeNames = Arc<[Text]>;

/// One property.
#[derive(Clone, Debug)]
pub struct Property {
    /// Name as declared.
    pub name: Text,
    /// Value.
    pub value: Value,
    /// Whether it is a note (`MS` in CLIXML) rather than a property of the type itself.
    pub note: bool,
}

/// A scalar with note properties.
#[derive(Debug)]
pub struct Noted {
    /// The scalar.
    pub base: Value,
    /// The notes.
    pub notes: RwLock<Vec<Property>>,
    /// The members that are computed.
    pub scripts: scripts::Scripts,
}

/// A script block: its text and its tree.
#[derive(Debug)]
pub struct ScriptBlock {
    /// The text between the braces, as typed.
    pub text: Text,
    /// What it does.
    pub body: Arc<crate::language::ast::Block>,
    /// The variables that it was closed over.
    pub(crate) closure: Option<Arc<crate::evaluate::closure::Closure>>,
}

impl ScriptBlock {
    /// A block of that text and tree.
    pub fn new(text: impl Into<Text>, body: Arc<crate::language::ast::Block>) -> Self {
        Self {
            text: text.into(),
            body,
            closure: None,
        }
    }
}

impl Value {
    /// The value itself, without the notes that it may carry.
    pub fn base(&self) -> &Self {
        match self {
            Self::Noted(noted) => noted.base.base(),
            other => other,
        }
    }

    /// A string value.
    pub fn text(text: impl Into<Text>) -> Self {
        Self::String(text.into())
    }

    /// A `string[]`.
    pub fn strings<T: Into<Text>>(items: impl IntoIterator<Item = T>) -> Self {
        let items: Vec<Self> = items.into_iter().map(Self::text).collect();
        Self::Array(Arc::new(Array {
            element_type: "System.String".into(),
            items: RwLock::new(items),
        }))
    }

    /// `@(…)`.
    pub fn array(items: Vec<Self>) -> Self {
        Self::Array(Arc::new(Array {
            element_type: "System.Object".into(),
            items: RwLock::new(items),
        }))
    }
}

impl Object {
    /// An object of the type chain `type_names` with declared properties.
    pub fn typed(type_names: TypeNames, properties: Vec<(Text, Value)>) -> Self {
        Self {
            type_names: RwLock::new(type_names),
            properties: RwLock::new(
                properties
                    .into_iter()
                    .map(|(name, value)| Property {
                        name,
                        value,
                        note: false,
                    })
                    .collect(),
            ),
            text: None,
            custom: false,
            scripts: scripts::Scripts::default(),
            instance: None,
        }
    }
}

impl Object {
    /// The object with a `ToString()` of its own.
    #[must_use]
    pub fn with_text(mut self, text: impl Into<Text>) -> Self {
        self.text = Some(text.into());
        self
    }

    /// A `PSCustomObject` with these properties.
    pub fn custom(properties: Vec<Property>) -> Self {
        let names: [Text; 2] = [
            "System.Management.Automation.PSCustomObject".into(),
            "System.Object".into(),
        ];
        Self {
            type_names: RwLock::new(names.into()),
            properties: RwLock::new(properties),
            text: None,
            custom: true,
            scripts: scripts::Scripts::default(),
            instance: None,
        }
    }
}

impl fmt::Display for NamedScalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
