//! The statements.

use std::sync::Arc;

use crate::error_record::Extent;
use crate::language::ast::{
    AssignmentOperator, Block, Chain, ClassDeclaration, EnumDeclaration, Expression, TypeLiteral,
    VariablePath,
};
use crate::value::Text;

/// A statement with its extent.
#[derive(Debug)]
pub struct Statement {
    /// What it is.
    pub kind: StatementKind,
    /// Where it stands.
    pub extent: Extent,
}

/// The statements.
#[derive(Debug)]
pub enum StatementKind {
    /// Pipelines joined by `&&` and `||`.
    Chain(Chain),
    /// `target op= value`.
    Assignment(Box<Assignment>),
    /// `if`/`elseif`/`else`.
    If {
        /// Conditions with their bodies.
        clauses: Vec<(Statement, Vec<Statement>)>,
        /// `else`.
        otherwise: Option<Vec<Statement>>,
    },
    /// `while`.
    While {
        /// Label without the colon.
        label: Option<Text>,
        /// Condition.
        condition: Box<Statement>,
        /// Body.
        body: Vec<Statement>,
    },
    /// `do … while` and `do … until`.
    Do {
        /// Label without the colon.
        label: Option<Text>,
        /// Body.
        body: Vec<Statement>,
        /// Condition.
        condition: Box<Statement>,
        /// Whether the loop ends when the condition becomes true.
        until: bool,
    },
    /// `for`.
    For {
        /// Label without the colon.
        label: Option<Text>,
        /// Before the first round.
        initial: Option<Box<Statement>>,
        /// Condition.
        condition: Option<Box<Statement>>,
        /// After each round.
        step: Option<Box<Statement>>,
        /// Body.
        body: Vec<Statement>,
    },
    /// `foreach`.
    ForEach {
        /// Label without the colon.
        label: Option<Text>,
        /// The variable.
        variable: VariablePath,
        /// Where it stands.
        place: Extent,
        /// What is gone through.
        collection: Box<Statement>,
        /// Body.
        body: Vec<Statement>,
        /// Whether the body names `$foreach`.
        enumerated: bool,
    },
    /// `switch`.
    Switch(Box<Switch>),
    /// `try`/`catch`/`finally`.
    Try {
        /// Body.
        body: Vec<Statement>,
        /// Handlers in order.
        catches: Vec<Catch>,
        /// `finally`.
        finally: Option<Vec<Statement>>,
    },
    /// `function name { … }`.
    Function {
        /// Name as typed.
        name: Text,
        /// Body.
        body: Arc<Block>,
        /// The word that declared it.
        kind: FunctionKind,
        /// Where a `param(…)` stands though parameters stand behind the name already.
        twice: Option<Extent>,
    },
    /// `trap`.
    Trap(Arc<Catch>),
    /// `enum Name { … }`.
    Enum(Arc<EnumDeclaration>),
    /// `class Name { … }`.
    Class(Arc<ClassDeclaration>),
    /// `data { … }`.
    Data {
        /// The variable that takes what it gives.
        name: Option<Text>,
        /// Commands that it may call.
        commands: Vec<Expression>,
        /// Body.
        body: Vec<Statement>,
    },
    /// `using …`, with the namespace that it names.
    Using(Option<Text>),
    /// `throw`.
    Throw(Option<Box<Statement>>),
    /// `return`.
    Return(Option<Box<Statement>>),
    /// `exit`.
    Exit(Option<Box<Statement>>),
    /// `break`, with its label.
    Break(Option<Expression>),
    /// `continue`, with its label.
    Continue(Option<Expression>),
    /// What was refused.
    Error,
}

/// What declared a function.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FunctionKind {
    /// `function`.
    #[default]
    Function,
    /// `filter`: its statements run once per input object.
    Filter,
    /// `workflow`, which is no longer supported.
    Workflow,
}

/// `switch`.
#[derive(Debug)]
pub struct Switch {
    /// Label without the colon.
    pub label: Option<Text>,
    /// How clauses are compared.
    pub mode: SwitchMode,
    /// Whether case counts.
    pub case_sensitive: bool,
    /// Whether the subject names a file whose lines are tested.
    pub file: bool,
    /// What is tested, element by element.
    pub subject: Statement,
    /// Clauses.
    pub clauses: Vec<(Expression, Vec<Statement>)>,
    /// `default`.
    pub default: Option<Vec<Statement>>,
    /// Whether it names `$switch`.
    pub enumerated: bool,
}

/// How a `switch` compares.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SwitchMode {
    /// By `-eq`.
    #[default]
    Exact,
    /// By `-like`.
    Wildcard,
    /// By `-match`.
    Regex,
}

/// One `catch`.
#[derive(Debug)]
pub struct Catch {
    /// Exception types; none catches all.
    pub types: Vec<TypeLiteral>,
    /// Body.
    pub body: Vec<Statement>,
    /// Where it stands.
    pub extent: Extent,
}

/// `target op value`.
#[derive(Debug)]
pub struct Assignment {
    /// What is assigned to.
    pub target: Expression,
    /// `=`, or the arithmetic that is done first.
    pub operator: AssignmentOperator,
    /// Where the operator stands.
    pub operator_extent: Extent,
    /// The value: any statement.
    pub value: Statement,
}
