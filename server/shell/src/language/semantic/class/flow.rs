//! The flow of a method's statements, as PowerShell goes through them to know it.

use crate::evaluate::lone_expression;
use crate::language::ast::{
    Assignment, Catch, Chain, Command, CommandElement, ElementKind, Expression, ExpressionKind,
    FunctionMember, Pipeline, Redirection, Statement, StatementKind, Switch, VariablePath,
};
use crate::language::semantic::class::by_name;
use crate::language::semantic::class::graph::{EXIT, Graph};
use crate::value::Value;

/// Where `break` and `continue` of a loop lead.
pub(super) struct Loop {
    pub(super) label: String,
    pub(super) break_to: usize,
    pub(super) continue_to: usize,
}

/// What the flow of a method tells.
pub(super) struct Flow {
    /// Whether every way through it gives a value or ends with an error.
    pub(super) always_returns: bool,
    /// Where variables are read that it does not assign to.
    pub(super) unassigned: Vec<usize>,
}

/// Goes through a method.
pub(super) fn of(method: &FunctionMember) -> Flow {
    let mut walk = Walk {
        graph: Graph::new(),
        loops: Vec::new(),
    };
    walk.graph.by_name = by_name::changes(&method.body.end);
    for parameter in &method.body.parameters {
        let of_type = parameter.type_literal.as_ref();
        let of_type = of_type.map(|literal| literal.name.to_lowercase());
        let is_dynamic = !parameter.attributes.is_empty()
            || of_type.as_deref().is_some_and(|name| name == "ref");
        walk.graph
            .parameter(&parameter.name.to_lowercase(), of_type, is_dynamic);
    }
    walk.statements(&method.body.end);
    walk.graph.flow_to(EXIT);
    Flow {
        always_returns: walk.graph.always_returns(),
        unassigned: walk.graph.unassigned(),
    }
}

/// The key of a variable of the method's own; none for one of another scope or drive.
pub(super) fn local(path: &VariablePath) -> Option<&str> {
    match path.scope.as_deref() {
        None | Some("local" | "private") => Some(&path.key),
        _ => None,
    }
}

pub(super) struct Walk {
    pub(super) graph: Graph,
    pub(super) loops: Vec<Loop>,
}

impl Walk {
    pub(super) fn statements(&mut self, statements: &[Statement]) {
        for statement in statements {
            self.statement(statement);
        }
    }

    pub(super) fn optional(&mut self, statement: Option<&Statement>) {
        if let Some(statement) = statement {
            self.statement(statement);
        }
    }

    pub(super) fn statement(&mut self, statement: &Statement) {
        match &statement.kind {
            StatementKind::Chain(chain) => self.chain(chain),
            StatementKind::Assignment(assignment) => self.assignment(assignment),
            StatementKind::If { clauses, otherwise } => {
                self.branches(clauses, otherwise.as_deref());
            }
            StatementKind::While { .. }
            | StatementKind::Do { .. }
            | StatementKind::For { .. }
            | StatementKind::ForEach { .. } => self.loop_statement(&statement.kind),
            StatementKind::Switch(switch) => self.switch(switch),
            StatementKind::Try {
                body,
                catches,
                finally,
            } => self.try_statement(body, catches, finally.as_deref()),
            StatementKind::Data { name, body, .. } => {
                self.statements(body);
                if let Some(name) = name {
                    self.graph.assigns(&name.to_lowercase(), None);
                }
            }
            StatementKind::Throw(value) | StatementKind::Exit(value) => {
                self.optional(value.as_deref());
                self.graph.ends(false);
            }
            StatementKind::Return(value) => {
                self.optional(value.as_deref());
                self.graph.ends(true);
            }
            StatementKind::Break(label) => self.jump(label.as_ref(), |own| own.break_to),
            StatementKind::Continue(label) => self.jump(label.as_ref(), |own| own.continue_to),
            StatementKind::Function { .. }
            | StatementKind::Trap(_)
            | StatementKind::Enum(_)
            | StatementKind::Class(_)
            | StatementKind::Using(_)
            | StatementKind::Error => {}
        }
    }

    fn branches(
        &mut self,
        clauses: &[(Statement, Vec<Statement>)],
        otherwise: Option<&[Statement]>,
    ) {
        let after = self.graph.node();
        if otherwise.is_none() {
            self.graph.flow_to(after);
        }
        for (place, (condition, body)) in clauses.iter().enumerate() {
            let own = self.graph.node();
            let is_last = place + 1 == clauses.len() && otherwise.is_none();
            let next = if is_last { after } else { self.graph.node() };
            self.statement(condition);
            self.graph.flow_to(own);
            self.graph.flow_to(next);
            self.graph.go_to(own);
            self.statements(body);
            self.graph.flow_to(after);
            self.graph.go_to(next);
        }
        if let Some(otherwise) = otherwise {
            self.statements(otherwise);
            self.graph.flow_to(after);
        }
        self.graph.go_to(after);
    }

    fn switch(&mut self, switch: &Switch) {
        let around = self.begin_loop(switch.label.as_deref(), None);
        self.statement(&switch.subject);
        self.graph.sets("switch");
        self.body(around, true, |walk| {
            let after = walk.graph.node();
            for (place, (pattern, body)) in switch.clauses.iter().enumerate() {
                let own = walk.graph.node();
                let is_last = place + 1 == switch.clauses.len() && switch.default.is_none();
                let next = if is_last { after } else { walk.graph.node() };
                walk.expression(pattern);
                walk.graph.flow_to(next);
                walk.graph.flow_to(own);
                walk.graph.go_to(own);
                walk.statements(body);
                if !is_last {
                    walk.graph.flow_to(next);
                    walk.graph.go_to(next);
                }
            }
            if let Some(default) = &switch.default {
                walk.graph.flow_to(after);
                walk.statements(default);
            }
            walk.graph.flow_to(after);
            walk.graph.go_to(after);
        });
    }

    /// Any statement of a `try` may throw: what stands before it is all that is known to have run for its handlers.
    fn try_statement(
        &mut self,
        body: &[Statement],
        catches: &[Catch],
        finally: Option<&[Statement]>,
    ) {
        let before = self.graph.current();
        let own = self.graph.node();
        self.graph.flow_to(own);
        self.graph.go_to(own);
        self.statements(body);
        let last = self.graph.current();
        let first_of_finally = finally.map(|_| self.graph.node());
        let after = self.graph.node();
        for catch in catches {
            let handler = self.graph.node();
            self.graph.flows(before, handler);
            self.graph.go_to(handler);
            self.statements(&catch.body);
            self.graph.flow_to(first_of_finally.unwrap_or(after));
        }
        match (first_of_finally, finally) {
            (Some(first), Some(finally)) => {
                self.graph.flows(last, first);
                self.graph.go_to(first);
                self.statements(finally);
                self.graph.flow_to(after);
                let end = self.graph.current();
                if !catches.iter().any(|catch| catch.types.is_empty()) {
                    self.graph.flows(before, first);
                    let again = self.graph.node();
                    self.graph.flows(end, again);
                    self.graph.throws(again);
                    self.graph.flows(again, EXIT);
                }
                self.graph.flows(end, after);
            }
            _ => self.graph.flows(last, after),
        }
        self.graph.go_to(after);
    }

    fn jump(&mut self, label: Option<&Expression>, target: impl Fn(&Loop) -> usize) {
        let to = match label.map(|label| (label, &label.kind)) {
            None => self.loops.last().map(&target),
            Some((label, kind)) => {
                self.expression(label);
                match kind {
                    ExpressionKind::Constant(Value::String(name)) => {
                        let name = name.to_lowercase();
                        let mut own = self.loops.iter().rev();
                        own.find(|own| own.label == name).map(&target)
                    }
                    _ => None,
                }
            }
        };
        match to {
            Some(to) => {
                self.graph.flow_to(to);
                let unreached = self.graph.node();
                self.graph.go_to(unreached);
            }
            None => self.graph.ends(false),
        }
    }

    fn chain(&mut self, chain: &Chain) {
        self.pipeline(&chain.first);
        for (_, pipeline) in &chain.rest {
            self.pipeline(pipeline);
        }
    }

    fn pipeline(&mut self, pipeline: &Pipeline) {
        let mut calls = false;
        for element in &pipeline.elements {
            match &element.kind {
                ElementKind::Expression(expression) => self.expression(expression),
                ElementKind::Command(command) => {
                    calls = true;
                    self.command(command);
                }
            }
            for redirection in &element.redirections {
                if let Redirection::File { target, .. } = redirection {
                    self.expression(target);
                }
            }
        }
        // A command may leave the loops around it.
        if calls && !self.loops.is_empty() {
            for place in 0..self.loops.len() {
                let (break_to, continue_to) =
                    (self.loops[place].break_to, self.loops[place].continue_to);
                self.graph.flow_to(break_to);
                self.graph.flow_to(continue_to);
            }
            let rest = self.graph.node();
            self.graph.flow_to(rest);
            self.graph.go_to(rest);
        }
    }

    fn command(&mut self, command: &Command) {
        self.expression(&command.name);
        for element in &command.elements {
            match element {
                CommandElement::Parameter { argument, .. } => {
                    argument
                        .iter()
                        .for_each(|argument| self.expression(argument));
                }
                CommandElement::Argument(argument) => self.expression(argument),
            }
        }
    }

    fn assignment(&mut self, assignment: &Assignment) {
        self.statement(&assignment.value);
        self.target(&assignment.target);
    }

    fn target(&mut self, target: &Expression) {
        match &target.kind {
            ExpressionKind::Parenthesis(statement) => {
                if let Some(inner) = lone_expression(statement) {
                    self.target(inner);
                }
                return;
            }
            ExpressionKind::ArrayLiteral(targets) => {
                return targets.iter().for_each(|target| self.target(target));
            }
            _ => {}
        }
        let (mut at, mut types, mut attributes) = (target, Vec::new(), false);
        loop {
            at = match &at.kind {
                ExpressionKind::Cast(literal, inner) => {
                    types.push(literal.name.to_lowercase());
                    inner
                }
                ExpressionKind::Attributed(_, inner) => {
                    attributes = true;
                    inner
                }
                _ => break,
            };
        }
        let ExpressionKind::Variable(path) = &at.kind else {
            return self.expression(target);
        };
        let Some(key) = local(path) else { return };
        if attributes || types.len() > 1 {
            self.graph.is_dynamic(key);
        } else {
            self.graph.assigns(key, types.pop());
        }
    }
}
