//! Classes that a script defines, and what an object knows of its own.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock, RwLock, Weak};

use crate::command::ParameterType;
use crate::dotnet::Parameter;
use crate::language::ast::{ClassDeclaration, FunctionMember, PropertyMember};
use crate::members::same_name;
use crate::text::{read, write};
use crate::value::{EnumDefinition, Property, Text, TypeNames, Value};

/// The types that a block defines, or that are seen in a scope, by name in lower case.
#[derive(Clone, Debug, Default)]
pub struct Types(pub(crate) HashMap<String, DefinedType>);

/// A type that a script defines.
#[derive(Clone, Debug)]
pub enum DefinedType {
    /// `class`.
    Class(Arc<Class>),
    /// `enum`.
    Enum(Arc<EnumDefinition>),
}

impl DefinedType {
    /// What parameters of it take.
    pub(crate) fn parameter_type(&self) -> ParameterType {
        match self {
            Self::Class(class) => ParameterType::Class(ClassReference::to(class)),
            Self::Enum(own) => ParameterType::Enum(own.clone()),
        }
    }
}

/// The name of a class, and the class while its session lasts: members may be of the class that they belong to.
#[derive(Clone, Debug)]
pub struct ClassReference {
    /// Its name.
    pub name: Text,
    class: Weak<Class>,
}

impl ClassReference {
    /// One to a class.
    pub fn to(class: &Arc<Class>) -> Self {
        Self {
            name: class.name.clone(),
            class: Arc::downgrade(class),
        }
    }

    /// The class.
    pub fn class(&self) -> Option<Arc<Class>> {
        self.class.upgrade()
    }
}

impl PartialEq for ClassReference {
    fn eq(&self, other: &Self) -> bool {
        self.class.ptr_eq(&other.class)
    }
}

impl Eq for ClassReference {}

/// What a class derives from.
#[derive(Clone, Debug)]
pub enum Base {
    /// `System.Object`, which has nothing to make.
    Object,
    /// Another class of the script's.
    Class(Arc<Class>),
    /// An exception of .NET's, by its full name.
    Exception(Text),
}

/// A class.
#[derive(Debug)]
pub struct Class {
    /// Name as declared.
    pub name: Text,
    /// What it was declared as.
    pub declaration: Arc<ClassDeclaration>,
    /// What it derives from.
    pub base: Base,
    /// The full names of the interfaces that it says to implement.
    pub interfaces: Vec<Text>,
    /// The type names of its objects.
    pub type_names: TypeNames,
    /// Its members, once their types are known.
    pub(crate) members: OnceLock<Members>,
    /// The values of its static properties, in the order of [`Members::properties`].
    pub(crate) statics: RwLock<Vec<Value>>,
    /// Whether its static properties have their values, or are being given them.
    pub(crate) begun: AtomicBool,
    /// Whether they never got them.
    pub(crate) failed: AtomicBool,
    /// The types that were defined together with it.
    pub(crate) home: OnceLock<Weak<Types>>,
}

/// The members that a class declares itself.
#[derive(Debug, Default)]
pub struct Members {
    /// Properties.
    pub properties: Vec<ClassProperty>,
    /// Methods.
    pub methods: Vec<ClassMethod>,
    /// Constructors.
    pub constructors: Vec<ClassMethod>,
    /// The static constructor.
    pub static_constructor: Option<ClassMethod>,
}

/// A property of a class.
#[derive(Debug)]
pub struct ClassProperty {
    /// Name as declared.
    pub name: Text,
    /// Its type.
    pub of_type: ParameterType,
    /// What it was declared as.
    pub declaration: Arc<PropertyMember>,
}

impl ClassProperty {
    /// Whether it belongs to the class rather than to its objects.
    pub fn is_static(&self) -> bool {
        self.declaration.qualifiers.is_static
    }

    /// Whether it is left out where members are listed.
    pub fn is_hidden(&self) -> bool {
        self.declaration.qualifiers.is_hidden
    }
}

/// A method or a constructor.
#[derive(Debug)]
pub struct ClassMethod {
    /// Name as declared.
    pub name: Text,
    /// Its parameters.
    pub(crate) parameters: Vec<Parameter>,
    /// The type of what it gives; none if it gives nothing.
    pub returns: Option<ParameterType>,
    /// What it was declared as.
    pub declaration: Arc<FunctionMember>,
}

impl ClassMethod {
    /// Whether it belongs to the class rather than to its objects.
    pub fn is_static(&self) -> bool {
        self.declaration.qualifiers.is_static
    }

    /// Whether it is left out where members are listed.
    pub fn is_hidden(&self) -> bool {
        self.declaration.qualifiers.is_hidden
    }

    fn overrides(&self, other: &Self) -> bool {
        same_name(&self.name, &other.name)
            && self.is_static() == other.is_static()
            && self.parameters.len() == other.parameters.len()
            && self
                .parameters
                .iter()
                .zip(&other.parameters)
                .all(|(own, other)| own.of_type == other.of_type)
    }
}

impl Class {
    /// Its own members.
    pub fn members(&self) -> &Members {
        static NONE: Members = Members {
            properties: Vec::new(),
            methods: Vec::new(),
            constructors: Vec::new(),
            static_constructor: None,
        };
        self.members.get().unwrap_or(&NONE)
    }

    /// The class of the script's that it derives from.
    pub fn base_class(&self) -> Option<&Arc<Self>> {
        match &self.base {
            Base::Class(base) => Some(base),
            _ => None,
        }
    }

    /// The class and those that it derives from, the most derived first.
    pub fn chain(self: &Arc<Self>) -> impl Iterator<Item = &Arc<Self>> {
        std::iter::successors(Some(self), |class| class.base_class())
    }

    /// Whether it is a class or derives from it.
    pub fn derives_from(self: &Arc<Self>, other: &Arc<Self>) -> bool {
        self.chain().any(|class| Arc::ptr_eq(class, other))
    }

    /// Whether it says to implement an interface.
    pub fn implements(self: &Arc<Self>, interface: &str) -> bool {
        self.chain()
            .any(|class| class.interfaces.iter().any(|own| **own == *interface))
    }

    /// The exception of .NET's that it derives from, if it does.
    pub fn exception(self: &Arc<Self>) -> Option<&Text> {
        self.chain().find_map(|class| match &class.base {
            Base::Exception(name) => Some(name),
            _ => None,
        })
    }

    /// The property of an object, or the static one, of that name, with the class that declares it.
    pub fn property(
        self: &Arc<Self>,
        name: &str,
        is_static: bool,
    ) -> Option<(&Arc<Self>, usize, &ClassProperty)> {
        self.chain().find_map(|class| {
            let mut all = class.members().properties.iter().enumerate();
            all.find(|(_, own)| own.is_static() == is_static && same_name(&own.name, name))
                .map(|(place, own)| (class, place, own))
        })
    }

    /// The properties of its objects: its own, then those of what it derives from; one of a derived class stands for
    /// that of its name.
    pub fn properties(self: &Arc<Self>) -> Vec<&ClassProperty> {
        let mut all: Vec<&ClassProperty> = Vec::new();
        for class in self.chain() {
            let own = class.members().properties.iter();
            for property in own.filter(|own| !own.is_static()) {
                if !all
                    .iter()
                    .any(|known| same_name(&known.name, &property.name))
                {
                    all.push(property);
                }
            }
        }
        all
    }

    /// The methods of its objects, or its static ones, with the classes that declare them: those of a derived class
    /// stand for what they override.
    pub fn methods(self: &Arc<Self>, is_static: bool) -> Vec<(&Arc<Self>, &ClassMethod)> {
        self.methods_that(|own| own.is_static() == is_static)
    }

    /// The overloads of a method, as [`Class::methods`] has them.
    pub fn overloads(
        self: &Arc<Self>,
        name: &str,
        is_static: bool,
    ) -> Vec<(&Arc<Self>, &ClassMethod)> {
        self.methods_that(|own| own.is_static() == is_static && same_name(&own.name, name))
    }

    fn methods_that(
        self: &Arc<Self>,
        wanted: impl Fn(&ClassMethod) -> bool,
    ) -> Vec<(&Arc<Self>, &ClassMethod)> {
        let mut all: Vec<(&Arc<Self>, &ClassMethod)> = Vec::new();
        for class in self.chain() {
            // No method of a class overrides another one of it.
            let inherited = all.len();
            for method in class.members().methods.iter().filter(|own| wanted(own)) {
                let derived = &all[..inherited];
                if !derived.iter().any(|(_, known)| known.overrides(method)) {
                    all.push((class, method));
                }
            }
        }
        all
    }

    /// Whether it is the first to ask for its static properties to be given their values.
    pub(crate) fn begins(&self) -> bool {
        !self.begun.swap(true, Ordering::Relaxed)
    }

    /// The value of a static property.
    pub(crate) fn static_value(&self, place: usize) -> Value {
        read(&self.statics).get(place).cloned().unwrap_or_default()
    }

    /// Sets a static property.
    pub(crate) fn set_static(&self, place: usize, value: Value) {
        // What the value was is let go of once nothing is locked.
        let _old = write(&self.statics)
            .get_mut(place)
            .map(|own| std::mem::replace(own, value));
    }
}

/// What an object of a class has beside what every object has.
#[derive(Debug)]
pub struct Instance {
    /// Its class.
    pub class: Arc<Class>,
    /// The properties that are left out where members are listed.
    pub hidden: RwLock<Vec<Property>>,
}

impl Instance {
    /// A copy with hidden properties of its own.
    pub(crate) fn copy(&self) -> Self {
        Self {
            class: self.class.clone(),
            hidden: RwLock::new(read(&self.hidden).clone()),
        }
    }
}
