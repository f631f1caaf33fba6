//! What types an expression has that has not run (`TypeInferenceVisitor`).

mod command;
mod variable;

use std::cell::Cell;

use crate::command::ParameterType;
use crate::completion::assigned::text_of;
use crate::completion::{CompletionSource, known, tree};
use crate::convert::type_names;
use crate::dotnet;
use crate::language::ast::{
    BinaryOperator, Block, ElementKind, Expression, ExpressionKind, Pipeline, Statement,
    StatementKind, TypeLiteral, UnaryOperator,
};
use crate::type_names::type_name;
use crate::value::Value;

/// How much inference looks at for one answer.
const MAX_STEPS: usize = 1000;

/// How far it follows what refers to each other.
const MAX_LEVELS: usize = 30;

/// A type that something may have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Inferred {
    /// Its full .NET name.
    pub(super) name: String,
    /// Properties that the text itself gives to it, each with its type.
    pub(super) notes: Vec<(String, String)>,
}

impl Inferred {
    fn plain(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            notes: Vec::new(),
        }
    }
}

/// The text around the caret and the session.
pub(super) struct Inference<'a> {
    pub(super) text: &'a str,
    pub(super) whole: &'a Block,
    pub(super) caret: usize,
    pub(super) source: &'a dyn CompletionSource,
    steps: Cell<usize>,
    level: Cell<usize>,
}

impl<'a> Inference<'a> {
    pub(super) fn new(
        text: &'a str,
        whole: &'a Block,
        caret: usize,
        source: &'a dyn CompletionSource,
    ) -> Self {
        Self {
            text,
            whole,
            caret,
            source,
            steps: Cell::new(0),
            level: Cell::new(0),
        }
    }

    /// Goes one level further, within the limits; nothing beyond them.
    fn further(&self, look: impl FnOnce() -> Vec<Inferred>) -> Vec<Inferred> {
        let (step, level) = (self.steps.get() + 1, self.level.get() + 1);
        if step > MAX_STEPS || level > MAX_LEVELS {
            return Vec::new();
        }
        self.steps.set(step);
        self.level.set(level);
        let found = look();
        self.level.set(level - 1);
        found
    }

    /// The types of an expression.
    pub(super) fn of(&self, expression: &Expression) -> Vec<Inferred> {
        self.further(|| self.of_kind(expression))
    }

    fn of_kind(&self, expression: &Expression) -> Vec<Inferred> {
        let one = |name: &str| vec![Inferred::plain(name)];
        match &expression.kind {
            ExpressionKind::Constant(value) | ExpressionKind::BareWord(value, _) => {
                one(&type_name(value))
            }
            ExpressionKind::Expandable(_) => one("System.String"),
            ExpressionKind::Variable(path) => self.variable(path, expression.extent.start),
            ExpressionKind::Parenthesis(inner) => self.statement(inner),
            ExpressionKind::SubExpression(inner) => self.statements(inner),
            ExpressionKind::ArrayExpression(inner) => vec![array_of(self.statements(inner))],
            ExpressionKind::ArrayLiteral(items) => {
                vec![array_of(
                    items.iter().flat_map(|item| self.of(item)).collect(),
                )]
            }
            ExpressionKind::Hashtable(entries) => vec![self.table(entries)],
            ExpressionKind::ScriptBlock(_) => one("System.Management.Automation.ScriptBlock"),
            ExpressionKind::Type(_) => one("System.Type"),
            ExpressionKind::Error => Vec::new(),
            ExpressionKind::Cast(literal, inner) => vec![self.cast(literal, inner)],
            ExpressionKind::Unary(UnaryOperator::Not, _) => one("System.Boolean"),
            ExpressionKind::Unary(_, inner) | ExpressionKind::Attributed(_, inner) => {
                self.of(inner)
            }
            ExpressionKind::Step { target, .. } => self.of(target),
            ExpressionKind::Binary {
                operator,
                left,
                right,
                ..
            } => self.binary(*operator, left, right),
            ExpressionKind::Ternary(_, yes, no) => {
                let mut both = self.of(yes);
                both.extend(self.of(no));
                both
            }
            ExpressionKind::Member {
                target,
                name,
                is_static,
                ..
            }
            | ExpressionKind::Call {
                target,
                name,
                is_static,
                ..
            } => self.member(target, name, *is_static),
            ExpressionKind::Index { target, index, .. } => self.element(target, index),
        }
    }

    pub(super) fn statement(&self, statement: &Statement) -> Vec<Inferred> {
        match &statement.kind {
            StatementKind::Chain(chain) => self.pipeline(&chain.first),
            StatementKind::Assignment(assignment) => self.statement(&assignment.value),
            StatementKind::If { clauses, otherwise } => {
                let bodies = clauses.iter().map(|(_, body)| body).chain(otherwise);
                bodies.flat_map(|body| self.statements(body)).collect()
            }
            StatementKind::ForEach { body, .. }
            | StatementKind::For { body, .. }
            | StatementKind::While { body, .. }
            | StatementKind::Do { body, .. }
            | StatementKind::Try { body, .. } => self.statements(body),
            StatementKind::Return(Some(inner)) => self.statement(inner),
            _ => Vec::new(),
        }
    }

    fn statements(&self, all: &[Statement]) -> Vec<Inferred> {
        let emits =
            |statement: &&Statement| !matches!(statement.kind, StatementKind::Assignment(_));
        all.iter()
            .filter(emits)
            .flat_map(|statement| self.statement(statement))
            .collect()
    }

    fn pipeline(&self, pipeline: &Pipeline) -> Vec<Inferred> {
        match pipeline.elements.len() {
            0 => Vec::new(),
            count => self.pipeline_element(pipeline, count - 1),
        }
    }

    /// The types of what an element of a pipeline gives.
    pub(super) fn pipeline_element(&self, pipeline: &Pipeline, index: usize) -> Vec<Inferred> {
        self.further(|| match &pipeline.elements[index].kind {
            ElementKind::Expression(expression) => self.of(expression),
            ElementKind::Command(command) => self.command(pipeline, index, command),
        })
    }

    fn table(&self, entries: &[(Expression, Statement)]) -> Inferred {
        let mut notes: Vec<(String, String)> = Vec::new();
        for (key, value) in entries {
            let Some(name) = text_of(key) else {
                continue;
            };
            let known = tree::pure_statement(value)
                .and_then(|value| known::value(value, self.source))
                .map(|value| type_name(&value).to_string());
            let of_type = known
                .or_else(|| self.statement(value).into_iter().next().map(|one| one.name))
                .unwrap_or_else(|| "System.Object".to_owned());
            notes.push((name.to_owned(), of_type));
        }
        Inferred {
            name: "System.Collections.Hashtable".to_owned(),
            notes,
        }
    }

    fn cast(&self, literal: &TypeLiteral, inner: &Expression) -> Inferred {
        let name = full_name(&literal.name).unwrap_or_else(|| literal.name.to_string());
        let keeps = matches!(
            &*name,
            "System.Management.Automation.PSObject"
                | "System.Collections.Specialized.OrderedDictionary"
        );
        let notes = match &inner.kind {
            ExpressionKind::Hashtable(entries) if keeps => self.table(entries).notes,
            _ => Vec::new(),
        };
        Inferred { name, notes }
    }

    fn binary(
        &self,
        operator: BinaryOperator,
        left: &Expression,
        right: &Expression,
    ) -> Vec<Inferred> {
        use BinaryOperator as B;
        let one = |name: &str| vec![Inferred::plain(name)];
        match operator {
            B::And
            | B::Or
            | B::Xor
            | B::Is
            | B::IsNot
            | B::In(_)
            | B::NotIn(_)
            | B::Contains(_)
            | B::NotContains(_) => one("System.Boolean"),
            B::As => match &right.kind {
                ExpressionKind::Type(literal) => full_name(&literal.name)
                    .map(Inferred::plain)
                    .into_iter()
                    .collect(),
                _ => Vec::new(),
            },
            B::Format | B::Join | B::Replace(_) => one("System.String"),
            B::Split(_) => one("System.String[]"),
            B::Range => one("System.Int32[]"),
            B::Equal(_)
            | B::NotEqual(_)
            | B::GreaterThan(_)
            | B::GreaterOrEqual(_)
            | B::LessThan(_)
            | B::LessOrEqual(_)
            | B::Like(_)
            | B::NotLike(_)
            | B::Match(_)
            | B::NotMatch(_) => match self.of(left) {
                many if many.iter().any(|one| one.name.ends_with("[]")) => many,
                _ => one("System.Boolean"),
            },
            _ => self.of(left),
        }
    }

    fn member(&self, target: &Expression, name: &Expression, is_static: bool) -> Vec<Inferred> {
        let Some(name) = text_of(name) else {
            return Vec::new();
        };
        if is_static {
            let ExpressionKind::Type(literal) = &target.kind else {
                return Vec::new();
            };
            let owner = full_name(&literal.name)
                .or_else(|| known::static_only(&literal.name).map(str::to_owned));
            let Some(owner) = owner else {
                return Vec::new();
            };
            if name.eq_ignore_ascii_case("new") {
                return vec![Inferred::plain(owner)];
            }
            let members = dotnet::members(&owner, true);
            return members
                .iter()
                .find(|member| member.name.eq_ignore_ascii_case(name))
                .and_then(|member| full_name(member.of_type()))
                .map(Inferred::plain)
                .into_iter()
                .collect();
        }
        let owners = self.of(target);
        owners
            .iter()
            .flat_map(|owner| self.type_of_member(owner, name))
            .collect()
    }

    /// The types that a member of a type gives.
    pub(super) fn type_of_member(&self, owner: &Inferred, name: &str) -> Vec<Inferred> {
        let note = owner
            .notes
            .iter()
            .find(|(note, _)| note.eq_ignore_ascii_case(name));
        if let Some((_, of_type)) = note {
            return vec![Inferred::plain(of_type)];
        }
        let known = dotnet::members(&owner.name, false)
            .iter()
            .find(|member| member.name.eq_ignore_ascii_case(name));
        if let Some(member) = known {
            let of_type = full_name(member.of_type());
            return of_type.map(Inferred::plain).into_iter().collect();
        }
        let declared = self.source.properties(&owner.name).into_iter();
        let found = declared
            .filter(|(own, _)| own.eq_ignore_ascii_case(name))
            .filter_map(|(_, of_type)| full_name(&of_type))
            .map(Inferred::plain)
            .collect::<Vec<_>>();
        if found.is_empty()
            && let Some(element) = owner.name.strip_suffix("[]")
        {
            return self.type_of_member(&Inferred::plain(element), name);
        }
        found
    }

    /// The properties of a type with the types of their values.
    pub(super) fn properties(&self, of: &Inferred) -> Vec<(String, String)> {
        let mut all = of.notes.clone();
        let table = dotnet::members(&of.name, false).iter();
        all.extend(
            table
                .filter(|member| !member.is_method())
                .map(|member| (member.name.to_owned(), member.of_type().to_owned())),
        );
        let declared = self.source.properties(&of.name).into_iter();
        all.extend(declared.map(|(name, of_type)| (name.to_string(), of_type.to_string())));
        all
    }

    fn element(&self, target: &Expression, index: &Expression) -> Vec<Inferred> {
        let owners = self.of(target);
        let key = text_of(index);
        owners
            .into_iter()
            .flat_map(|owner| match (key, owner.name.strip_suffix("[]")) {
                (Some(key), _) if !owner.notes.is_empty() => self.type_of_member(&owner, key),
                (_, Some(element)) => vec![Inferred {
                    name: element.to_owned(),
                    notes: owner.notes.clone(),
                }],
                _ if owner.name == "System.Collections.Hashtable" => Vec::new(),
                _ => vec![owner],
            })
            .collect()
    }
}

/// The type of a value that is there, with its own properties.
pub(super) fn of_value(value: &Value) -> Inferred {
    let notes = match value {
        Value::Object(object) if object.custom => crate::members::properties(value)
            .into_iter()
            .map(|own| (own.name.to_string(), type_name(&own.value).to_string()))
            .collect(),
        _ => Vec::new(),
    };
    let name = match value {
        Value::Object(object) if object.custom => "System.Management.Automation.PSObject".into(),
        other => type_name(other),
    };
    Inferred {
        name: name.to_string(),
        notes,
    }
}

/// The types of the elements of what is gone through.
pub(super) fn elements(all: Vec<Inferred>) -> Vec<Inferred> {
    all.into_iter()
        .map(|one| match one.name.strip_suffix("[]") {
            Some(element) => Inferred {
                name: element.to_owned(),
                notes: one.notes,
            },
            None => one,
        })
        .collect()
}

fn array_of(items: Vec<Inferred>) -> Inferred {
    let mut items = items.into_iter();
    let Some(first) = items.next() else {
        return Inferred::plain("System.Object[]");
    };
    if first.name.ends_with("[]") || items.any(|other| other.name != first.name) {
        return Inferred::plain("System.Object[]");
    }
    Inferred {
        name: format!("{}[]", first.name),
        notes: first.notes,
    }
}

/// The full name of a type in PowerShell's spelling.
pub(super) fn full_name(name: &str) -> Option<String> {
    if name.eq_ignore_ascii_case("System.Exception") {
        return Some("System.Exception".to_owned());
    }
    let resolved = type_names::resolve(name);
    match resolved {
        Some(ParameterType::Plain(full)) => Some(full.to_string()),
        Some(other) => Some(other.full_name().to_string()),
        None => name.contains('.').then(|| name.to_owned()),
    }
}
