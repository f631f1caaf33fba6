//! What is wrong with a text that reads well: targets that take no value, keys and parameters twice, handlers that are
//! never reached. Told after the errors of reading, in the order of the tree.

mod assignable;
mod attribute;
mod class;
mod data;
mod enumeration;
mod flow;
mod reference;

use std::collections::HashSet;

use crate::error_record::Extent;
use crate::language::ast::{
    Attribute, Block, Chain, Command, CommandElement, Element, ElementKind, Expression,
    ExpressionKind, FunctionKind, ParameterDeclaration, Pipeline, Redirection, Statement,
    StatementKind, StringPart, Switch, VariablePath,
};
use crate::language::parse_error::ParseError;
use crate::text::{Culture, to_text};
use crate::value::Text;

/// Checks a whole tree.
pub(super) fn check(block: &Block, report: &mut dyn FnMut(ParseError)) {
    Checker {
        report,
        around: Vec::new(),
        assigned: false,
        member: None,
    }
    .block(block);
}

/// What stands around a statement, as far as a jump out of it is concerned.
enum Around {
    /// A block that a jump does not leave.
    Block,
    /// A loop or a `switch`, with its label.
    Loop(Option<Text>),
    /// A `finally`.
    Finally,
    /// A method, whose jumps end within it.
    Method,
}

struct Checker<'a> {
    report: &'a mut dyn FnMut(ParseError),
    around: Vec<Around>,
    /// Whether the expression is given a value.
    assigned: bool,
    /// The member of a class whose text is looked at.
    member: Option<class::Member>,
}

impl Checker<'_> {
    fn refuse(&mut self, id: &'static str, message: impl Into<String>, extent: &Extent) {
        (self.report)(ParseError {
            id,
            message: message.into(),
            extent: extent.clone(),
            incomplete: false,
        });
    }

    fn within(&mut self, around: Around, check: impl FnOnce(&mut Self)) {
        self.around.push(around);
        check(self);
        self.around.pop();
    }

    fn block(&mut self, block: &Block) {
        self.within_member(None, |checker| checker.block_of_no_member(block));
    }

    fn block_of_no_member(&mut self, block: &Block) {
        self.within(Around::Block, |checker| {
            checker.duplicate_parameters(&block.parameters);
            for attribute in &block.attributes {
                checker.attribute(attribute);
            }
            for parameter in &block.parameters {
                checker.parameter(parameter);
            }
            let parts = [
                block.dynamic.as_ref(),
                block.begin.as_ref(),
                block.process.as_ref(),
                Some(&block.end),
                block.clean.as_ref(),
            ];
            for part in parts.into_iter().flatten() {
                checker.statements(part);
            }
        });
    }

    fn duplicate_parameters(&mut self, parameters: &[ParameterDeclaration]) {
        let mut seen = HashSet::new();
        for parameter in parameters {
            if !seen.insert(parameter.name.to_lowercase()) {
                self.refuse(
                    "DuplicateFormalParameter",
                    format!("Duplicate parameter ${} in parameter list.", parameter.name),
                    &parameter.variable,
                );
            }
            if let Some(literal) = &parameter.type_literal
                && literal.name.eq_ignore_ascii_case("void")
            {
                self.void_type(&literal.extent);
            }
        }
    }

    fn void_type(&mut self, extent: &Extent) {
        self.refuse(
            "VoidTypeConstraintNotAllowed",
            "[void] cannot be used as a parameter type, or on the left side of an assignment.",
            extent,
        );
    }

    fn parameter(&mut self, parameter: &ParameterDeclaration) {
        if let Some(literal) = &parameter.type_literal
            && literal.name.eq_ignore_ascii_case("ordered")
        {
            self.ordered(&literal.name, &literal.extent);
        }
        for attribute in &parameter.attributes {
            self.attribute(attribute);
        }
        if parameter.splatted {
            self.splatted(&parameter.name, &parameter.variable);
        }
        self.expressions(parameter.default.as_slice());
    }

    /// Statements in order, but handlers before what they handle.
    fn statements(&mut self, statements: &[Statement]) {
        self.types_twice(statements);
        let is_trap = |statement: &&Statement| matches!(statement.kind, StatementKind::Trap(_));
        for trap in statements.iter().filter(is_trap) {
            self.statement(trap);
        }
        for statement in statements.iter().filter(|statement| !is_trap(statement)) {
            self.statement(statement);
        }
    }

    fn statement(&mut self, statement: &Statement) {
        match &statement.kind {
            StatementKind::Chain(chain) => self.chain(chain),
            StatementKind::Assignment(assignment) => self.assignment(assignment),
            StatementKind::If { clauses, otherwise } => {
                for (condition, body) in clauses {
                    self.statement(condition);
                    self.statements(body);
                }
                self.statements(otherwise.as_deref().unwrap_or_default());
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
            StatementKind::Function {
                body, kind, twice, ..
            } => self.function(body, *kind, twice.as_ref(), &statement.extent),
            StatementKind::Trap(catch) => {
                self.within(Around::Block, |checker| checker.statements(&catch.body));
            }
            StatementKind::Data { commands, body, .. } => {
                self.data(commands, body);
                self.statements(body);
            }
            StatementKind::Throw(value) | StatementKind::Exit(value) => {
                self.optional(value.as_deref());
            }
            StatementKind::Return(value) => {
                self.leaves_finally(None, &statement.extent);
                self.returned(value.as_deref(), &statement.extent);
                self.optional(value.as_deref());
            }
            StatementKind::Break(label) | StatementKind::Continue(label) => {
                self.jump(label.as_ref(), &statement.extent);
            }
            StatementKind::Enum(own) => self.enumeration(own.underlying.as_deref(), &own.members),
            StatementKind::Class(own) => self.class(own),
            StatementKind::Using(_) | StatementKind::Error => {}
        }
    }

    fn optional(&mut self, statement: Option<&Statement>) {
        if let Some(statement) = statement {
            self.statement(statement);
        }
    }

    fn loop_statement(&mut self, kind: &StatementKind) {
        match kind {
            StatementKind::While {
                label,
                condition,
                body,
            }
            | StatementKind::Do {
                label,
                condition,
                body,
                ..
            } => self.within(Around::Loop(label.clone()), |checker| {
                checker.statement(condition);
                checker.statements(body);
            }),
            StatementKind::For {
                label,
                initial,
                condition,
                step,
                body,
            } => self.within(Around::Loop(label.clone()), |checker| {
                for part in [initial, condition, step] {
                    checker.optional(part.as_deref());
                }
                checker.statements(body);
            }),
            StatementKind::ForEach {
                label,
                variable,
                place,
                collection,
                body,
                ..
            } => self.within(Around::Loop(label.clone()), |checker| {
                checker.variable(variable, place);
                checker.statement(collection);
                checker.statements(body);
            }),
            _ => {}
        }
    }

    fn switch(&mut self, switch: &Switch) {
        self.within(Around::Loop(switch.label.clone()), |checker| {
            checker.statement(&switch.subject);
            for (pattern, body) in &switch.clauses {
                checker.expression(pattern);
                checker.statements(body);
            }
            checker.statements(switch.default.as_deref().unwrap_or_default());
        });
    }

    fn function(
        &mut self,
        body: &Block,
        kind: FunctionKind,
        twice: Option<&Extent>,
        extent: &Extent,
    ) {
        if let Some(twice) = twice {
            self.refuse(
                "OnlyOneParameterListAllowed",
                "The param statement cannot be used if arguments were specified in the function declaration.",
                twice,
            );
        }
        if kind == FunctionKind::Workflow {
            self.refuse(
                "WorkflowNotSupportedInPowerShellCore",
                "Workflow is not supported in PowerShell 6+.",
                extent,
            );
        }
        self.block(body);
    }

    fn chain(&mut self, chain: &Chain) {
        let rest = chain.rest.iter().map(|(_, pipeline)| pipeline);
        for pipeline in std::iter::once(&chain.first).chain(rest) {
            self.pipeline(pipeline);
        }
    }

    fn pipeline(&mut self, pipeline: &Pipeline) {
        for Element {
            kind, redirections, ..
        } in &pipeline.elements
        {
            match kind {
                ElementKind::Expression(expression) => self.expression(expression),
                ElementKind::Command(command) => self.command(command),
            }
            for redirection in redirections {
                if let Redirection::File { target, .. } = redirection {
                    self.expression(target);
                }
            }
        }
    }

    fn command(&mut self, command: &Command) {
        self.element(&command.name);
        for element in &command.elements {
            match element {
                CommandElement::Parameter { argument, .. } => self.expressions(argument.as_slice()),
                CommandElement::Argument(argument) => self.element(argument),
            }
        }
    }

    /// An element of a command, which a splatted variable may be; an element of a list there may not.
    fn element(&mut self, expression: &Expression) {
        match &expression.kind {
            ExpressionKind::Variable(path) => self.member_variable(path, &expression.extent),
            ExpressionKind::ArrayLiteral(items) => {
                for item in items {
                    match &item.kind {
                        ExpressionKind::Variable(path) if path.splatted => self.refuse(
                            "SplattingNotPermittedInArgumentList",
                            format!(
                                "Splatted variables like '@{}' cannot be part of a comma-separated list of arguments.",
                                path.text
                            ),
                            &item.extent,
                        ),
                        _ => self.expression(item),
                    }
                }
            }
            _ => self.expression(expression),
        }
    }

    fn expressions(&mut self, expressions: &[Expression]) {
        for expression in expressions {
            self.expression(expression);
        }
    }

    fn expression(&mut self, expression: &Expression) {
        match &expression.kind {
            ExpressionKind::Constant(_)
            | ExpressionKind::BareWord(..)
            | ExpressionKind::Type(_)
            | ExpressionKind::Error => {}
            ExpressionKind::Variable(path) => self.variable(path, &expression.extent),
            ExpressionKind::Expandable(parts) => {
                self.string_parts(parts);
            }
            ExpressionKind::Parenthesis(statement) => self.statement(statement),
            ExpressionKind::SubExpression(statements)
            | ExpressionKind::ArrayExpression(statements) => self.statements(statements),
            ExpressionKind::ArrayLiteral(items) => self.expressions(items),
            ExpressionKind::Hashtable(entries) => self.hashtable(entries),
            ExpressionKind::ScriptBlock(block) => self.block(block),
            ExpressionKind::Cast(literal, operand) => {
                self.cast(literal, operand, &expression.extent);
            }
            ExpressionKind::Attributed(attribute, operand) => self.attributed(attribute, operand),
            ExpressionKind::Unary(_, operand) => self.expression(operand),
            ExpressionKind::Step { target, by, .. } => {
                self.step_target(target, if *by > 0 { "++" } else { "--" });
                self.expression(target);
            }
            ExpressionKind::Ternary(condition, positive, negative) => {
                self.expression(condition);
                self.expression(positive);
                self.expression(negative);
            }
            ExpressionKind::Member {
                target: first,
                name: second,
                ..
            }
            | ExpressionKind::Index {
                target: first,
                index: second,
                ..
            }
            | ExpressionKind::Binary {
                left: first,
                right: second,
                ..
            } => {
                self.expression(first);
                self.expression(second);
            }
            ExpressionKind::Call {
                target,
                name,
                arguments,
                ..
            } => {
                self.expression(target);
                self.expression(name);
                self.expressions(arguments);
            }
        }
    }

    fn attributed(&mut self, attribute: &Attribute, operand: &Expression) {
        if !is_variable(operand) {
            self.refuse(
                "UnexpectedAttribute",
                format!("Unexpected attribute '{}'.", attribute.name),
                &attribute.extent,
            );
        }
        self.attribute(attribute);
        self.expression(operand);
    }

    fn string_parts(&mut self, parts: &[StringPart]) {
        for part in parts {
            if let StringPart::Expression(part) = part {
                self.expression(part);
            }
        }
    }

    fn variable(&mut self, path: &VariablePath, extent: &Extent) {
        if path.splatted {
            self.splatted(&path.text, extent);
        }
        self.member_variable(path, extent);
    }

    fn splatted(&mut self, name: &str, extent: &Extent) {
        self.refuse(
            "SplattingNotPermitted",
            format!(
                "The splatting operator '@' cannot be used to reference variables in an expression. '@{name}' can be used \
                 only as an argument to a command. To reference variables in an expression use '${name}'."
            ),
            extent,
        );
    }

    fn ordered(&mut self, name: &str, extent: &Extent) {
        self.refuse(
            "OrderedAttributeOnlyOnHashLiteralNode",
            format!("The {name} attribute can be specified only on a hash literal node."),
            extent,
        );
    }

    fn hashtable(&mut self, entries: &[(Expression, Statement)]) {
        let mut seen = HashSet::new();
        for (key, _) in entries {
            if let ExpressionKind::Constant(value) = &key.kind {
                let text = to_text(value, Culture::Invariant);
                if !seen.insert(text.to_lowercase()) {
                    self.refuse(
                        "DuplicateKeyInHashLiteral",
                        format!("Duplicate keys '{text}' are not allowed in hash literals."),
                        &key.extent,
                    );
                }
            }
        }
        for (key, value) in entries {
            self.expression(key);
            self.statement(value);
        }
    }

    fn attribute(&mut self, attribute: &Attribute) {
        for refused in attribute::refused_arguments(attribute) {
            self.refuse(
                "ParameterAttributeArgumentNeedsToBeConstantOrScriptBlock",
                "Attribute argument must be a constant or a script block.",
                refused,
            );
        }
        for value in attribute
            .named
            .iter()
            .filter_map(|(_, value)| value.as_ref())
        {
            self.expression(value);
        }
        self.expressions(&attribute.positional);
    }
}

/// Whether nothing but types and attributes stands before a variable.
fn is_variable(expression: &Expression) -> bool {
    match &expression.kind {
        ExpressionKind::Variable(_) => true,
        ExpressionKind::Cast(_, inner) | ExpressionKind::Attributed(_, inner) => is_variable(inner),
        _ => false,
    }
}
