//! The tree that a text is parsed into: block → statement → pipeline → command element → expression.
//!
//! Every node keeps its extent, because PowerShell's errors quote the stretch of text that they are about.

mod class;
mod operator;
mod requirements;
mod statement;

use std::sync::{Arc, OnceLock};

pub use class::{
    ClassDeclaration, ClassMember, EnumDeclaration, EnumMember, FunctionMember, PropertyMember,
    Qualifiers, TypeDeclaration,
};
pub use operator::{AssignmentOperator, BinaryOperator, ChainOperator, UnaryOperator};
pub use requirements::{ModuleSpecification, ScriptRequirements, VersionNumbers};
pub use statement::{
    Assignment, Catch, FunctionKind, Statement, StatementKind, Switch, SwitchMode,
};

use crate::error_record::Extent;
use crate::value::class::Types;
use crate::value::{Text, Value};

/// A text that was parsed whole, and where it came from.
#[derive(Debug, Default)]
pub struct Source {
    /// The text.
    pub text: Text,
    /// The script file, if it was one.
    pub file: Option<Text>,
}

/// What stands between the braces of a script block, in a function, or in a whole input.
#[derive(Debug)]
pub struct Block {
    /// The text that the extents of this tree lie in.
    pub source: Arc<Source>,
    /// What stands between the braces, or the whole input.
    pub extent: Extent,
    /// The namespaces whose types go by their short names, of a whole text.
    pub namespaces: Vec<Text>,
    /// What stands in brackets before `param(…)`: `[CmdletBinding()]`, …
    pub attributes: Vec<Attribute>,
    /// `param(…)`, if there is one.
    pub parameters: Vec<ParameterDeclaration>,
    /// Whether a `param(…)` stands there, even an empty one.
    pub has_parameters: bool,
    /// Where it stands.
    pub parameter_extent: Extent,
    /// `dynamicparam { … }`, if there is one.
    pub dynamic: Option<Vec<Statement>>,
    /// `begin { … }`, if there is one.
    pub begin: Option<Vec<Statement>>,
    /// `process { … }`, if there is one.
    pub process: Option<Vec<Statement>>,
    /// `end { … }`, or all the statements of a block without named parts.
    pub end: Vec<Statement>,
    /// `clean { … }`, if there is one.
    pub clean: Option<Vec<Statement>>,
    /// What the `#requires` comments of a whole text ask for.
    pub requirements: Option<Box<ScriptRequirements>>,
    /// Whether it is made of named parts.
    pub is_named: bool,
    /// The types that it declares, those of blocks within it excepted.
    pub types: Vec<TypeDeclaration>,
    /// The types that these became, once they were defined.
    pub(crate) defined: OnceLock<Arc<Types>>,
    /// Whether nothing is to be refused of its attributes and parameters, once that was looked up.
    pub(crate) metadata_sound: OnceLock<bool>,
}

/// One parameter of a script block or function.
#[derive(Debug)]
pub struct ParameterDeclaration {
    /// Name without `$`, as typed.
    pub name: Text,
    /// The type written before it, if there is one.
    pub type_literal: Option<TypeLiteral>,
    /// `[Parameter(…)]`, `[ValidateSet(…)]`, …
    pub attributes: Vec<Attribute>,
    /// The default value.
    pub default: Option<Expression>,
    /// Where its variable stands.
    pub variable: Extent,
    /// Whether its variable was written as a splatted one, which is refused.
    pub splatted: bool,
    /// Where it stands.
    pub extent: Extent,
}

/// `[Name(arguments, Key = value)]`.
#[derive(Debug)]
pub struct Attribute {
    /// Name as typed.
    pub name: Text,
    /// Arguments by position.
    pub positional: Vec<Expression>,
    /// Arguments by name; one without a value is true.
    pub named: Vec<(Text, Option<Expression>)>,
    /// Where each argument by name stands, its value included.
    pub named_extents: Vec<Extent>,
    /// Where it stands, brackets included.
    pub extent: Extent,
}

/// Pipelines joined by `&&` and `||`.
#[derive(Debug)]
pub struct Chain {
    /// The first.
    pub first: Pipeline,
    /// Whether each further one runs only after a success, and the pipeline.
    pub rest: Vec<(ChainOperator, Pipeline)>,
    /// Whether a final `&` asks for a background job.
    pub background: bool,
}

/// A pipeline.
#[derive(Debug)]
pub struct Pipeline {
    /// Its elements; only the first may be an expression.
    pub elements: Vec<Element>,
    /// Where it stands.
    pub extent: Extent,
}

/// One element of a pipeline.
#[derive(Debug)]
pub struct Element {
    /// What it is.
    pub kind: ElementKind,
    /// Redirections in order.
    pub redirections: Vec<Redirection>,
    /// Where it stands, redirections included.
    pub extent: Extent,
}

/// An expression or a command.
#[derive(Debug)]
pub enum ElementKind {
    /// An expression.
    Expression(Expression),
    /// A command.
    Command(Command),
}

/// A command with its arguments.
#[derive(Debug)]
pub struct Command {
    /// How it is invoked.
    pub invocation: Invocation,
    /// Its name, or the expression that gives it.
    pub name: Expression,
    /// Parameters and arguments in order.
    pub elements: Vec<CommandElement>,
}

/// How a command is invoked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Invocation {
    /// By its name alone.
    #[default]
    Name,
    /// `&`.
    Call,
    /// `.`.
    Dot,
}

/// A parameter or an argument.
#[derive(Debug)]
pub enum CommandElement {
    /// `-Name`, `-Name:value`.
    Parameter {
        /// Name as typed, without the dash and without the colon.
        name: Text,
        /// The token as typed, with its dash and, if it has one, its colon.
        text: Text,
        /// The argument attached by a colon.
        argument: Option<Expression>,
        /// Where it stands, its attached argument included.
        extent: Extent,
    },
    /// An argument.
    Argument(Expression),
}

/// The streams.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stream {
    /// 1.
    Output,
    /// 2.
    Error,
    /// 3.
    Warning,
    /// 4.
    Verbose,
    /// 5.
    Debug,
    /// 6.
    Information,
    /// `*`.
    All,
}

/// `n>file`, `n>>file`, `n>&1`.
#[derive(Debug)]
pub enum Redirection {
    /// Into the success stream.
    Merge(Stream),
    /// Into a file.
    File {
        /// Which stream.
        stream: Stream,
        /// Whether to append.
        append: bool,
        /// The file.
        target: Expression,
    },
}

/// An expression with its extent.
#[derive(Debug)]
pub struct Expression {
    /// What it is.
    pub kind: ExpressionKind,
    /// Where it stands.
    pub extent: Extent,
}

/// The expressions.
#[derive(Debug)]
pub enum ExpressionKind {
    /// A number, or a literal or bare string.
    Constant(Value),
    /// A bare word of a command, which a number may be: the value and how it was typed.
    BareWord(Value, Text),
    /// `"… $x …"`: text and expressions in turn.
    Expandable(Vec<StringPart>),
    /// `$x`, or `@x` as an argument.
    Variable(VariablePath),
    /// `(…)`.
    Parenthesis(Box<Statement>),
    /// `$(…)`.
    SubExpression(Vec<Statement>),
    /// `@(…)`.
    ArrayExpression(Vec<Statement>),
    /// `a, b`.
    ArrayLiteral(Vec<Expression>),
    /// `@{…}`.
    Hashtable(Vec<(Expression, Statement)>),
    /// `{…}`.
    ScriptBlock(Arc<Block>),
    /// `[type]`.
    Type(TypeLiteral),
    /// `[type] operand`.
    Cast(TypeLiteral, Box<Expression>),
    /// `-not x`, `-x`, `,x`, `-split x`, …
    Unary(UnaryOperator, Box<Expression>),
    /// `++x`, `x--`, …
    Step {
        /// The variable, property or element.
        target: Box<Expression>,
        /// +1 or −1.
        by: i8,
        /// Whether the operator stands before its target.
        prefix: bool,
    },
    /// `a op b`.
    Binary {
        /// The operator.
        operator: BinaryOperator,
        /// Where it stands.
        operator_extent: Extent,
        /// Left.
        left: Box<Expression>,
        /// Right.
        right: Box<Expression>,
    },
    /// `a ? b : c`.
    Ternary(Box<Expression>, Box<Expression>, Box<Expression>),
    /// `x.Name`, `[T]::Name`, `x?.Name`.
    Member {
        /// Of what.
        target: Box<Expression>,
        /// The name, or what gives it.
        name: Box<Expression>,
        /// `::`.
        is_static: bool,
        /// `?.`.
        null_conditional: bool,
    },
    /// `x.Name(…)`, `[T]::Name(…)`.
    Call {
        /// Of what.
        target: Box<Expression>,
        /// The name, or what gives it.
        name: Box<Expression>,
        /// `::`.
        is_static: bool,
        /// `?.`.
        null_conditional: bool,
        /// Arguments.
        arguments: Vec<Expression>,
    },
    /// `x[i]`, `x?[i]`.
    Index {
        /// Of what.
        target: Box<Expression>,
        /// Index or indices.
        index: Box<Expression>,
        /// `?[`.
        null_conditional: bool,
    },
    /// `[ValidateRange(1, 3)]$x`: a variable that keeps checking what it is given.
    Attributed(Arc<Attribute>, Box<Expression>),
    /// What was refused.
    Error,
}

/// A part of an expandable string.
#[derive(Debug)]
pub enum StringPart {
    /// As it is.
    Literal(Text),
    /// Evaluated and turned into text.
    Expression(Expression),
}

/// `$name`, `$scope:name`, `${any name}`.
#[derive(Clone, Debug)]
pub struct VariablePath {
    /// As typed, without `$` and braces, scope included.
    pub text: Text,
    /// The scope or drive before the colon, in lower case.
    pub scope: Option<Text>,
    /// The name in lower case: the key in the scope's table.
    pub key: Text,
    /// Whether it was written with `@`.
    pub splatted: bool,
}

/// A type name as typed between its brackets.
#[derive(Clone, Debug)]
pub struct TypeLiteral {
    /// The name.
    pub name: Text,
    /// Where it stands, brackets included.
    pub extent: Extent,
}
