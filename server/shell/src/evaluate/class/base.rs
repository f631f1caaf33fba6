//! What a class derives from: it must stand before the class, and must be something that a session can derive from.

use std::collections::HashMap;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, OnceLock, RwLock};

use crate::command::ParameterType;
use crate::dotnet::Parameter;
use crate::evaluate::class::define::{Errors, error, type_not_found};
use crate::evaluate::exception::exception_chain;
use crate::evaluate::{failure, find_exception};
use crate::language::ast::{ClassDeclaration, TypeLiteral};
use crate::pipeline::engine::Engine;
use crate::pipeline::halt::Halt;
use crate::type_names::{families, short_name};
use crate::value::Text;
use crate::value::class::{Base, Class, DefinedType, Members};

/// What stands behind the colon of a class.
enum BaseType {
    Class(Base),
    Interface(Text),
}

impl Engine<'_> {
    /// A class without its members: what it derives from must stand before it.
    pub(super) fn define_class(
        &mut self,
        declared: &Arc<ClassDeclaration>,
        types: &HashMap<String, DefinedType>,
        errors: &mut Errors,
    ) -> Result<Arc<Class>, Halt> {
        let mut base = Base::Object;
        let mut interfaces: Vec<Text> = Vec::new();
        for (place, literal) in declared.bases.iter().enumerate() {
            match self.base_type(declared, literal, place == 0, types, errors)? {
                Some(BaseType::Class(own)) => base = own,
                Some(BaseType::Interface(name)) => interfaces.push(name),
                None => {}
            }
        }
        let inherited: Vec<Text> = match &base {
            Base::Object => vec!["System.Object".into()],
            Base::Class(base) => base.type_names.to_vec(),
            Base::Exception(name) => exception_chain(name),
        };
        let own = std::iter::once(declared.name.clone());
        Ok(Arc::new(Class {
            name: declared.name.clone(),
            declaration: declared.clone(),
            base,
            interfaces,
            type_names: own.chain(inherited).collect(),
            members: OnceLock::new(),
            statics: RwLock::default(),
            begun: AtomicBool::new(false),
            failed: AtomicBool::new(false),
            home: OnceLock::new(),
        }))
    }

    /// What a class names behind its colon.
    fn base_type(
        &self,
        declared: &ClassDeclaration,
        literal: &TypeLiteral,
        is_first: bool,
        types: &HashMap<String, DefinedType>,
        errors: &mut Errors,
    ) -> Result<Option<BaseType>, Halt> {
        let (name, extent) = (&literal.name, &literal.extent);
        if name.ends_with("[]") {
            error(
                errors,
                "SubtypeArray",
                format!("Invalid base type '{name}'. Base type cannot be an array."),
                extent,
            );
            return Ok(None);
        }
        if let Some(interface) = generic_interface(name) {
            return Ok(Some(BaseType::Interface(interface)));
        }
        let Some(found) = self.type_beside(name, types) else {
            type_not_found(errors, name, extent);
            return Ok(None);
        };
        let full = found.full_name();
        if families::INTERFACES.contains(&&*full) {
            return Ok(Some(BaseType::Interface(full)));
        }
        if !is_first {
            let message = format!("'{}': Interface name expected.", short_name(&full));
            error(errors, "InterfaceNameExpected", message, extent);
            return Ok(None);
        }
        if is_sealed(&found) {
            let message = format!("Cannot inherit from sealed class '{}'.", short_name(&full));
            error(errors, "SealedBaseClass", message, extent);
            return Ok(None);
        }
        let base = match &found {
            ParameterType::Class(own) => own.class().map(Base::Class),
            _ if &*full == "System.Object" => Some(Base::Object),
            _ => find_exception(&full).map(|name| Base::Exception(name.into())),
        };
        match base {
            Some(base) => Ok(Some(BaseType::Class(base))),
            None => Err(self.fail(failure::invalid_operation(
                "BaseTypeNotSupported",
                format!(
                    "Class '{}' cannot be defined: deriving from [{full}] is not supported in this session. Derive from a \
                     class of a script or from an exception.",
                    declared.name
                ),
            ))),
        }
    }
}

/// The interface of one type argument that a name stands for.
fn generic_interface(name: &str) -> Option<Text> {
    const KNOWN: [&str; 4] = [
        "System.IEquatable",
        "System.IComparable",
        "System.Collections.Generic.IComparer",
        "System.Collections.Generic.IEqualityComparer",
    ];
    let (bare, argument) = name.strip_suffix(']')?.split_once('[')?;
    let full = KNOWN.iter().find(|full| {
        let short = full.trim_start_matches("System.");
        bare.eq_ignore_ascii_case(full) || bare.eq_ignore_ascii_case(short)
    })?;
    Some(format!("{full}`1[{argument}]").into())
}

/// Whether .NET lets nothing derive from a type.
fn is_sealed(of_type: &ParameterType) -> bool {
    match of_type {
        ParameterType::Enum(_) | ParameterType::Nullable(_) => true,
        ParameterType::Plain(name) => {
            crate::binder::is_value_type(of_type)
                || matches!(
                    &**name,
                    "System.String"
                        | "System.Version"
                        | "System.Security.SecureString"
                        | "System.Management.Automation.PSCredential"
                        | "System.Management.Automation.SemanticVersion"
                )
        }
        _ => false,
    }
}

/// Whether what a class derives from can be made without arguments.
pub(super) fn has_default_constructor(base: &Base) -> bool {
    match base {
        Base::Object | Base::Exception(_) => true,
        Base::Class(class) => {
            let own = &class.members().constructors;
            own.is_empty() || own.iter().any(|own| own.parameters.is_empty())
        }
    }
}

/// Whether a class, or one that it derives from, says how its objects compare.
pub(super) fn compares(class: &Arc<Class>, own: &Members) -> bool {
    let inherited = class.base_class().into_iter().flat_map(Class::chain);
    let methods = inherited.flat_map(|class| &class.members().methods);
    own.methods.iter().chain(methods).any(|method| {
        let takes_anything = |own: &Parameter| {
            matches!(&own.of_type, Some(ParameterType::Plain(name)) if &**name == "System.Object")
        };
        let gives_order = matches!(&method.returns, Some(ParameterType::Plain(name)) if &**name == "System.Int32");
        gives_order
            && crate::members::same_name(&method.name, "CompareTo")
            && matches!(method.parameters.as_slice(), [only] if takes_anything(only))
    })
}
