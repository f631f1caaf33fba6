//! The types of a block become known before its first statement runs (`TypeDefiner.DefineTypes`).

use std::collections::HashMap;
use std::sync::Arc;

use crate::command::ParameterType;
use crate::convert::initial;
use crate::dotnet::Parameter;
use crate::error_record::Extent;
use crate::evaluate::class::MAX_TYPES;
use crate::evaluate::class::base::{compares, has_default_constructor};
use crate::evaluate::failure;
use crate::language::ast::{
    Block, ClassMember, EnumDeclaration, FunctionMember, PropertyMember, TypeDeclaration,
    TypeLiteral,
};
use crate::language::parse_error::{ParseError, refused};
use crate::pipeline::engine::Engine;
use crate::pipeline::halt::Halt;
use crate::pipeline::sink::{Discard, Sink};
use crate::text::write;
use crate::type_names::short_name;
use crate::value::class::{Class, ClassMethod, ClassProperty, DefinedType, Members, Types};
use crate::value::{EnumDefinition, Text, Value};

/// Why the types of a block were not defined.
pub(crate) enum Undefined {
    /// What is wrong with them.
    Errors(Vec<ParseError>),
    /// What ended it.
    Halt(Halt),
}

impl From<Halt> for Undefined {
    fn from(halt: Halt) -> Self {
        Self::Halt(halt)
    }
}

/// What is wrong with the types of a block, as it is found.
pub(super) type Errors = Vec<ParseError>;

pub(super) fn error(errors: &mut Errors, id: &'static str, message: String, extent: &Extent) {
    errors.push(ParseError {
        id,
        message,
        extent: extent.clone(),
        incomplete: false,
    });
}

/// The name of a type stands within its brackets.
fn within_brackets(literal: &TypeLiteral) -> Extent {
    Extent {
        start: literal.extent.start + 1,
        end: literal.extent.end.saturating_sub(1),
    }
}

pub(super) fn type_not_found(errors: &mut Errors, name: &str, extent: &Extent) {
    error(
        errors,
        "TypeNotFound",
        format!("Unable to find type [{name}]."),
        extent,
    );
}

fn already_defined(errors: &mut Errors, name: &str, extent: &Extent) {
    error(
        errors,
        "MemberAlreadyDefined",
        format!("The member '{name}' is already defined."),
        extent,
    );
}

fn is_void(of_type: &ParameterType) -> bool {
    matches!(of_type, ParameterType::Plain(name) if &**name == "System.Void")
}

impl Engine<'_> {
    /// Defines the types of a block, or sees those that were defined when it ran before.
    ///
    /// # Errors
    /// What is wrong with them.
    pub(crate) fn define_types(
        &mut self,
        body: &Block,
        out: &mut dyn Sink,
    ) -> Result<(), Undefined> {
        if body.types.is_empty() {
            return Ok(());
        }
        if let Some(own) = body.defined.get() {
            self.session.scopes.add_types(own);
            return Ok(());
        }
        if self.session.classes.count + body.types.len() > MAX_TYPES {
            return Err(self.fail(failure::too_large()).into());
        }
        self.session.memory.count_tree(&body.source.text);
        let mut types = HashMap::new();
        for declared in &body.types {
            if let TypeDeclaration::Enum(own) = declared {
                let defined = self.define_enum(own, out)?;
                types.insert(own.name.to_lowercase(), DefinedType::Enum(defined));
            }
        }
        let mut errors = Errors::new();
        let mut classes = Vec::new();
        for declared in &body.types {
            if let TypeDeclaration::Class(own) = declared {
                let class = self.define_class(own, &types, &mut errors)?;
                types.insert(own.name.to_lowercase(), DefinedType::Class(class.clone()));
                classes.push(class);
            }
        }
        let types = Arc::new(Types(types));
        for class in &classes {
            self.define_members(class, &types, &mut errors);
        }
        if !errors.is_empty() {
            return Err(Undefined::Errors(errors));
        }
        self.session.classes.keep(types.clone());
        self.session.scopes.add_types(&types);
        let _ = body.defined.set(types);
        Ok(())
    }

    /// The types of a block that begins to run are seen in its scope.
    ///
    /// # Errors
    /// As [`Engine::define_types`].
    pub(crate) fn see_types(&mut self, body: &Block) -> Result<(), Halt> {
        self.define_types(body, &mut Discard)
            .map_err(|undefined| match undefined {
                Undefined::Halt(halt) => halt,
                Undefined::Errors(errors) => self.fail(refused(errors, &body.source)),
            })
    }

    fn define_enum(
        &mut self,
        declared: &EnumDeclaration,
        out: &mut dyn Sink,
    ) -> Result<Arc<EnumDefinition>, Halt> {
        let key = declared.name.to_lowercase();
        let with = |members: &[(Text, i64)]| {
            Arc::new(EnumDefinition {
                name: declared.name.clone(),
                flags: declared.flags,
                members: members.to_vec(),
            })
        };
        let mut numbered: Vec<(Text, i64)> = Vec::new();
        let mut next = 0;
        for member in &declared.members {
            if let Some(value) = &member.value {
                // A value may be made of the members before it.
                self.see_enum(&key, with(&numbered));
                let value = match self.evaluate(value, out)? {
                    Value::Enum(own) => Value::Int64(own.number),
                    other => other,
                };
                if let Value::Int64(number) = self.cast_to(&value, "System.Int64")? {
                    next = number;
                }
            }
            numbered.push((member.name.clone(), next));
            next = next.wrapping_add(1);
        }
        let whole = with(&numbered);
        self.see_enum(&key, whole.clone());
        Ok(whole)
    }

    fn see_enum(&mut self, key: &str, own: Arc<EnumDefinition>) {
        let one = HashMap::from([(key.to_owned(), DefinedType::Enum(own))]);
        let types = Arc::new(Types(one));
        if self.session.classes.is_empty() {
            self.session.classes.keep(types.clone());
        }
        self.session.scopes.add_types(&types);
    }

    /// A type by its name, those of the same text before all others.
    pub(super) fn type_beside(
        &self,
        name: &str,
        types: &HashMap<String, DefinedType>,
    ) -> Option<ParameterType> {
        let own = |name: &str| {
            let beside = types.get(&name.to_lowercase());
            beside
                .map(DefinedType::parameter_type)
                .or_else(|| self.own_type(name))
        };
        crate::convert::type_names::resolve_with(name, &own).or_else(|| self.find_type(name))
    }

    fn define_members(&self, class: &Arc<Class>, types: &Arc<Types>, errors: &mut Errors) {
        let mut members = Members::default();
        for member in &class.declaration.members {
            match member {
                ClassMember::Property(own) => {
                    self.define_property(own, types, &mut members, errors);
                }
                ClassMember::Function(own) => {
                    self.define_method(own, types, &mut members, errors);
                }
            }
        }
        if members.constructors.is_empty() && !has_default_constructor(&class.base) {
            let base = class.type_names.get(1).map_or("", |name| short_name(name));
            error(
                errors,
                "BaseClassNoDefaultCtor",
                format!("Base class '{base}' does not contain a parameterless constructor."),
                &class.declaration.extent,
            );
        }
        if class
            .interfaces
            .iter()
            .any(|name| &**name == "System.IComparable")
            && !compares(class, &members)
        {
            error(
                errors,
                "TypeCreationError",
                format!(
                    "Error during creation of type \"{0}\". Error message:\nMethod 'CompareTo' in type '{0}' from assembly 'PowerShell Class Assembly, Version=1.0.0.1, Culture=neutral, PublicKeyToken=null' does not have an implementation.",
                    class.name
                ),
                &class.declaration.extent,
            );
        }
        let zero = |own: &ClassProperty| initial(&own.of_type);
        *write(&class.statics) = members.properties.iter().map(zero).collect();
        let _ = class.members.set(members);
        let _ = class.home.set(Arc::downgrade(types));
    }

    fn define_property(
        &self,
        declared: &Arc<PropertyMember>,
        types: &Arc<Types>,
        members: &mut Members,
        errors: &mut Errors,
    ) {
        let name = &declared.name;
        let same = |own: &ClassProperty| crate::members::same_name(&own.name, name);
        if members.properties.iter().any(same) {
            return already_defined(errors, name, &declared.extent);
        }
        let literal = declared.qualifiers.type_literal.as_ref();
        let Some(of_type) = self.member_type(literal, types, errors) else {
            return;
        };
        if let Some(literal) = literal.filter(|_| is_void(&of_type)) {
            let message = format!("The type '{}' is not allowed on a property.", literal.name);
            return error(
                errors,
                "TypeNotAllowedForProperty",
                message,
                &literal.extent,
            );
        }
        members.properties.push(ClassProperty {
            name: name.clone(),
            of_type,
            declaration: declared.clone(),
        });
    }

    /// The type of a member; none if there is no such.
    fn member_type(
        &self,
        literal: Option<&TypeLiteral>,
        types: &Arc<Types>,
        errors: &mut Errors,
    ) -> Option<ParameterType> {
        let Some(literal) = literal else {
            return Some(ParameterType::Plain("System.Object".into()));
        };
        let found = self.type_beside(&literal.name, &types.0);
        if found.is_none() {
            type_not_found(errors, &literal.name, &within_brackets(literal));
        }
        found
    }

    fn define_method(
        &self,
        declared: &Arc<FunctionMember>,
        types: &Arc<Types>,
        members: &mut Members,
        errors: &mut Errors,
    ) {
        let known = errors.len();
        let parameters: Vec<Parameter> = declared
            .body
            .parameters
            .iter()
            .filter_map(|parameter| {
                let literal = parameter.type_literal.as_ref();
                let of_type = self.member_type(literal, types, errors)?;
                Some(Parameter {
                    name: parameter.name.to_string().into(),
                    of_type: Some(of_type),
                    takes_null: true,
                    optional: false,
                    rest: false,
                })
            })
            .collect();
        let literal = declared.qualifiers.type_literal.as_ref();
        let returns = self.member_type(literal, types, errors);
        if errors.len() > known {
            return;
        }
        let method = ClassMethod {
            name: declared.name.clone(),
            parameters,
            returns: returns.filter(|_| !declared.is_void() && !declared.is_constructor),
            declaration: declared.clone(),
        };
        let own = match (declared.is_constructor, method.is_static()) {
            (true, true) => return define_static_constructor(method, members, errors),
            (true, false) => &mut members.constructors,
            (false, _) => &mut members.methods,
        };
        let twice = |other: &ClassMethod| {
            crate::members::same_name(&other.name, &method.name)
                && other.parameters.len() == method.parameters.len()
                && other
                    .parameters
                    .iter()
                    .zip(&method.parameters)
                    .all(|(other, own)| other.of_type == own.of_type)
        };
        if own.iter().any(twice) {
            return already_defined(errors, &declared.name, &declared.name_extent);
        }
        own.push(method);
    }
}

fn define_static_constructor(method: ClassMethod, members: &mut Members, errors: &mut Errors) {
    let declared = &method.declaration;
    let parameters = &declared.body.parameters;
    if let (Some(first), Some(last)) = (parameters.first(), parameters.last()) {
        let extent = Extent {
            start: first.extent.start,
            end: last.extent.end,
        };
        return error(
            errors,
            "StaticConstructorCantHaveParameters",
            "A static constructor cannot have any parameters.".into(),
            &extent,
        );
    }
    if members.static_constructor.is_some() {
        return already_defined(errors, &declared.name, &declared.name_extent);
    }
    members.static_constructor = Some(method);
}
