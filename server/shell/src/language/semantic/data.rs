//! What a `data` section may hold: constants, and the commands that it names.

use crate::error_record::Extent;
use crate::language::ast::{
    BinaryOperator, Chain, Command, ElementKind, Expression, ExpressionKind, Invocation, Statement,
    StatementKind, StringPart,
};
use crate::language::semantic::Checker;
use crate::text::{Culture, to_text};

/// Variables that a section may read.
const VARIABLES: [&str; 5] = ["psculture", "psuiculture", "true", "false", "null"];
/// The command that every section may call.
const COMMAND: &str = "ConvertFrom-StringData";

impl Checker<'_> {
    /// Refuses what a `data` section may not hold.
    pub(super) fn data(&mut self, commands: &[Expression], body: &[Statement]) {
        let mut allowed = vec![COMMAND.to_owned()];
        for command in commands {
            match &command.kind {
                ExpressionKind::Constant(name) => allowed.push(to_text(name, Culture::Invariant)),
                // What is only known when it runs is checked by no one.
                _ => return,
            }
        }
        self.data_statements(&allowed, body);
    }

    fn not_in_data(&mut self, id: &'static str, what: &str, extent: &Extent) {
        self.refuse(
            id,
            format!("{what} not allowed in restricted language mode or a Data section."),
            extent,
        );
    }

    fn data_statements(&mut self, allowed: &[String], statements: &[Statement]) {
        for statement in statements {
            self.data_statement(allowed, statement);
        }
    }

    fn data_statement(&mut self, allowed: &[String], statement: &Statement) {
        let (id, what) = match &statement.kind {
            StatementKind::Chain(chain) => {
                self.data_chain(allowed, chain);
                return;
            }
            StatementKind::If { clauses, otherwise } => {
                for (condition, body) in clauses {
                    self.data_statement(allowed, condition);
                    self.data_statements(allowed, body);
                }
                return self.data_statements(allowed, otherwise.as_deref().unwrap_or_default());
            }
            StatementKind::Data { .. } => {
                return self.refuse(
                    "DataSectionStatementNotSupportedInDataSection",
                    "The data statement is not allowed in restricted language mode or another Data section.",
                    &statement.extent,
                );
            }
            _ => match refused_statement(&statement.kind) {
                Some(found) => found,
                None => return,
            },
        };
        self.not_in_data(id, what, &statement.extent);
    }

    fn data_chain(&mut self, allowed: &[String], chain: &Chain) {
        let rest = chain.rest.iter().map(|(_, pipeline)| pipeline);
        for pipeline in std::iter::once(&chain.first).chain(rest) {
            for element in &pipeline.elements {
                match &element.kind {
                    ElementKind::Expression(expression) => {
                        self.data_expression(allowed, expression);
                    }
                    ElementKind::Command(command) => {
                        self.data_command(allowed, command, &element.extent);
                    }
                }
            }
        }
    }

    fn data_command(&mut self, allowed: &[String], command: &Command, extent: &Extent) {
        if command.invocation == Invocation::Dot {
            return self.not_in_data(
                "DotSourcingNotSupportedInDataSection",
                "Dot sourcing is",
                extent,
            );
        }
        match &command.name.kind {
            ExpressionKind::Constant(name) => {
                let name = to_text(name, Culture::Invariant);
                if !allowed.iter().any(|own| own.eq_ignore_ascii_case(&name)) {
                    self.not_in_data(
                        "CmdletNotInAllowedListForDataSection",
                        &format!("The command '{name}' is"),
                        extent,
                    );
                }
            }
            _ => self.not_in_data(
                "OperatorNotSupportedInDataSection",
                "The '&' operator is",
                extent,
            ),
        }
    }

    fn data_expression(&mut self, allowed: &[String], expression: &Expression) {
        match &expression.kind {
            ExpressionKind::Variable(path) if !VARIABLES.contains(&&*path.key) => self.refuse(
                "VariableReferenceNotSupportedInDataSection",
                "A variable that cannot be referenced in restricted language mode or a Data section is being referenced. \
                 Variables that can be referenced include the following: $PSCulture, $PSUICulture, $true, $false, $null.",
                &expression.extent,
            ),
            ExpressionKind::Expandable(parts) => {
                for part in parts {
                    if let StringPart::Expression(part) = part {
                        self.data_expression(allowed, part);
                    }
                }
            }
            ExpressionKind::Parenthesis(statement) => self.data_statement(allowed, statement),
            ExpressionKind::SubExpression(statements)
            | ExpressionKind::ArrayExpression(statements) => {
                self.data_statements(allowed, statements);
            }
            ExpressionKind::ArrayLiteral(items) => {
                for item in items {
                    self.data_expression(allowed, item);
                }
            }
            ExpressionKind::Hashtable(entries) => {
                for (key, value) in entries {
                    self.data_expression(allowed, key);
                    self.data_statement(allowed, value);
                }
            }
            ExpressionKind::Cast(_, operand) | ExpressionKind::Unary(_, operand) => {
                self.data_expression(allowed, operand);
            }
            ExpressionKind::Binary {
                operator,
                operator_extent,
                left,
                right,
            } => {
                if let Some(name) = refused_operator(*operator) {
                    self.not_in_data(
                        "OperatorNotSupportedInDataSection",
                        &format!("The '{name}' operator is"),
                        operator_extent,
                    );
                }
                self.data_expression(allowed, left);
                self.data_expression(allowed, right);
            }
            other => {
                if let Some((id, what)) = refused_expression(other) {
                    self.not_in_data(id, what, &expression.extent);
                }
            }
        }
    }
}

/// The name of an operator that is not allowed.
fn refused_operator(operator: BinaryOperator) -> Option<&'static str> {
    Some(match operator {
        BinaryOperator::Range => "..",
        BinaryOperator::Format => "-f",
        BinaryOperator::Join => "-join",
        BinaryOperator::Match(false) => "-match",
        BinaryOperator::Match(true) => "-cmatch",
        BinaryOperator::NotMatch(false) => "-notmatch",
        BinaryOperator::NotMatch(true) => "-cnotmatch",
        BinaryOperator::Replace(false) => "-replace",
        BinaryOperator::Replace(true) => "-creplace",
        BinaryOperator::Split(false) => "-split",
        BinaryOperator::Split(true) => "-csplit",
        BinaryOperator::As => "-as",
        _ => return None,
    })
}

/// What is said of a statement that is not allowed.
fn refused_statement(kind: &StatementKind) -> Option<(&'static str, &'static str)> {
    Some(match kind {
        StatementKind::Error
        | StatementKind::Using(_)
        | StatementKind::Chain(_)
        | StatementKind::If { .. }
        | StatementKind::Data { .. } => return None,
        StatementKind::Assignment(_) => (
            "AssignmentStatementNotSupportedInDataSection",
            "Assignment statements are",
        ),
        StatementKind::Do { .. } => (
            "DoWhileStatementNotSupportedInDataSection",
            "The Do and While statements are",
        ),
        StatementKind::While { .. } | StatementKind::For { .. } => (
            "ForWhileStatementNotSupportedInDataSection",
            "For and While statements are",
        ),
        StatementKind::ForEach { .. } => (
            "ForeachStatementNotSupportedInDataSection",
            "Foreach statements are",
        ),
        StatementKind::Switch(_) => (
            "SwitchStatementNotSupportedInDataSection",
            "The switch statement is",
        ),
        StatementKind::Trap(_) => (
            "TrapStatementNotSupportedInDataSection",
            "The Trap statement is",
        ),
        StatementKind::Try { .. } => (
            "TryStatementNotSupportedInDataSection",
            "The Try statement is",
        ),
        StatementKind::Function { .. } | StatementKind::Class(_) | StatementKind::Enum(_) => (
            "FunctionDeclarationNotSupportedInDataSection",
            "Function declarations are",
        ),
        StatementKind::Throw(_)
        | StatementKind::Return(_)
        | StatementKind::Exit(_)
        | StatementKind::Break(_)
        | StatementKind::Continue(_) => (
            "FlowControlStatementNotSupportedInDataSection",
            "Flow control statements such as Break, Continue, Return, Exit, and Throw are",
        ),
    })
}

/// What is said of an expression that is not allowed.
fn refused_expression(kind: &ExpressionKind) -> Option<(&'static str, &'static str)> {
    Some(match kind {
        ExpressionKind::ScriptBlock(_) => (
            "ScriptBlockNotSupportedInDataSection",
            "Script block literals are",
        ),
        ExpressionKind::Member { .. } => (
            "PropertyReferenceNotSupportedInDataSection",
            "Property references are",
        ),
        ExpressionKind::Call { .. } => ("MethodCallNotSupportedInDataSection", "Method calls are"),
        ExpressionKind::Index { .. } => (
            "ArrayReferenceNotSupportedInDataSection",
            "Array references are",
        ),
        _ => return None,
    })
}
