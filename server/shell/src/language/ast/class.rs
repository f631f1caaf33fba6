//! Types that a text declares: classes and enumerations.

use std::sync::Arc;

use crate::error_record::Extent;
use crate::language::ast::{Attribute, Block, Expression, Source, TypeLiteral};
use crate::value::Text;

/// A type that a text declares; all types of a block are known before its first statement runs.
#[derive(Clone, Debug)]
pub enum TypeDeclaration {
    /// `class`.
    Class(Arc<ClassDeclaration>),
    /// `enum`.
    Enum(Arc<EnumDeclaration>),
}

impl TypeDeclaration {
    /// Its name as typed.
    pub fn name(&self) -> &Text {
        match self {
            Self::Class(class) => &class.name,
            Self::Enum(own) => &own.name,
        }
    }
}

/// `enum Name { … }`.
#[derive(Debug)]
pub struct EnumDeclaration {
    /// Name as typed.
    pub name: Text,
    /// The type of its numbers, if it was given.
    pub underlying: Option<Text>,
    /// Whether its members combine.
    pub flags: bool,
    /// Members in order.
    pub members: Vec<EnumMember>,
}

/// A member of an `enum`.
#[derive(Debug)]
pub struct EnumMember {
    /// Name as typed.
    pub name: Text,
    /// The value written behind it.
    pub value: Option<Expression>,
    /// Where its name stands.
    pub extent: Extent,
}

/// `class Name : Base { … }`.
#[derive(Debug)]
pub struct ClassDeclaration {
    /// Name as typed.
    pub name: Text,
    /// `[Attribute()]` before the word `class`.
    pub attributes: Vec<Attribute>,
    /// What stands behind the colon: the base class and interfaces.
    pub bases: Vec<TypeLiteral>,
    /// Members in order.
    pub members: Vec<ClassMember>,
    /// The text that its extents lie in.
    pub source: Arc<Source>,
    /// Where it stands.
    pub extent: Extent,
}

/// A member of a class.
#[derive(Clone, Debug)]
pub enum ClassMember {
    /// `[int] $Name = 1`.
    Property(Arc<PropertyMember>),
    /// `[int] Name() { … }`, a constructor among them.
    Function(Arc<FunctionMember>),
}

/// What stands before the name of a member.
#[derive(Debug, Default)]
pub struct Qualifiers {
    /// The type.
    pub type_literal: Option<TypeLiteral>,
    /// Attributes.
    pub attributes: Vec<Attribute>,
    /// `static`.
    pub is_static: bool,
    /// `hidden`.
    pub is_hidden: bool,
}

/// A property of a class.
#[derive(Debug)]
pub struct PropertyMember {
    /// Name without `$`, as typed.
    pub name: Text,
    /// What stands before it.
    pub qualifiers: Qualifiers,
    /// The value that it has at first.
    pub initial: Option<Expression>,
    /// Where it stands.
    pub extent: Extent,
}

/// A method or constructor of a class.
#[derive(Debug)]
pub struct FunctionMember {
    /// Name as typed.
    pub name: Text,
    /// Where its name stands.
    pub name_extent: Extent,
    /// What stands before it.
    pub qualifiers: Qualifiers,
    /// Whether it has the name of its class.
    pub is_constructor: bool,
    /// Parameters and statements.
    pub body: Arc<Block>,
    /// Whether a `param(…)` stands within its braces, and where.
    pub parameter_block: Option<Extent>,
    /// What `: base(…)` gives the constructor of the base class.
    pub base_call: Option<Vec<Expression>>,
    /// Where it stands.
    pub extent: Extent,
}

impl FunctionMember {
    /// Whether it gives nothing.
    pub fn is_void(&self) -> bool {
        let literal = self.qualifiers.type_literal.as_ref();
        literal.is_none_or(|literal| {
            ["void", "system.void"]
                .iter()
                .any(|void| literal.name.eq_ignore_ascii_case(void))
        })
    }
}
