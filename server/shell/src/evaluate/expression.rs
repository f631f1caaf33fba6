//! Expressions to values.

use std::sync::Arc;

use crate::error_record::{ErrorCategory, ErrorRecord, Extent};
use crate::evaluate::operator::truth;
use crate::evaluate::scope::Variable;
use crate::evaluate::statement::lone_expression;
use crate::evaluate::{as_operand, failure, gathered, is_nothing, nothing};
use crate::language::ast::{
    BinaryOperator, Block, Expression, ExpressionKind, Statement, StringPart, UnaryOperator,
    VariablePath,
};
use crate::language::position;
use crate::pipeline::engine::Engine;
use crate::pipeline::halt::Halt;
use crate::pipeline::sink::Sink;
use crate::text::{Culture, MAX_LIST_TEXT, push_element, push_text, to_text};
use crate::value::{Array, ScriptBlock, Value};

impl Engine<'_> {
    /// The value of an expression as an operand.
    ///
    /// # Errors
    /// What ended it.
    pub fn evaluate(&mut self, expression: &Expression, out: &mut dyn Sink) -> Result<Value, Halt> {
        self.evaluate_raw(expression, out).map(as_operand)
    }

    /// The value of an expression; what gave no output stays apart from null.
    ///
    /// # Errors
    /// What ended it.
    pub fn evaluate_raw(
        &mut self,
        expression: &Expression,
        out: &mut dyn Sink,
    ) -> Result<Value, Halt> {
        match &expression.kind {
            ExpressionKind::Constant(value) | ExpressionKind::BareWord(value, _) => {
                Ok(value.clone())
            }
            ExpressionKind::Variable(path) => self.read_variable(path, &expression.extent),
            _ => {
                let value = self.nested(|engine| engine.evaluate_parts(expression, out))?;
                self.session.memory.count_new(&value);
                Ok(value)
            }
        }
    }

    fn evaluate_parts(
        &mut self,
        expression: &Expression,
        out: &mut dyn Sink,
    ) -> Result<Value, Halt> {
        match &expression.kind {
            ExpressionKind::Constant(value) | ExpressionKind::BareWord(value, _) => {
                Ok(value.clone())
            }
            ExpressionKind::Variable(path) => self.read_variable(path, &expression.extent),
            ExpressionKind::Expandable(parts) => self.expand(parts, out),
            ExpressionKind::Parenthesis(statement) => self.parenthesis(statement, out),
            ExpressionKind::SubExpression(statements) => {
                let outputs =
                    self.gather(out, |engine, sink| engine.run_statements(statements, sink))?;
                Ok(gathered(outputs))
            }
            ExpressionKind::ArrayExpression(statements) => self.array_expression(statements, out),
            ExpressionKind::ArrayLiteral(items) => {
                let values = items.iter().map(|item| self.evaluate(item, out));
                Ok(Value::array(values.collect::<Result<_, _>>()?))
            }
            ExpressionKind::Hashtable(entries) => self.hashtable(entries, out),
            ExpressionKind::ScriptBlock(body) => Ok(script_block(body)),
            ExpressionKind::Type(literal) => {
                Ok(Value::Type(self.resolve_type(literal)?.full_name()))
            }
            ExpressionKind::Cast(literal, operand) => self.cast_expression(literal, operand, out),
            ExpressionKind::Attributed(_, operand) => self.evaluate_raw(operand, out),
            // What was refused never runs.
            ExpressionKind::Error => Ok(Value::Null),
            ExpressionKind::Unary(operator, operand) => self.unary(*operator, operand, out),
            ExpressionKind::Step { target, by, prefix } => self.step(target, *by, *prefix, out),
            ExpressionKind::Binary {
                operator,
                left,
                right,
                ..
            } => self.binary_expression(*operator, left, right, out),
            ExpressionKind::Ternary(condition, positive, negative) => {
                let holds = truth(&self.evaluate(condition, out)?);
                self.evaluate_raw(if holds { positive } else { negative }, out)
            }
            ExpressionKind::Member {
                target,
                name,
                is_static,
                null_conditional,
            } => self.member(target, name, *is_static, *null_conditional, out),
            ExpressionKind::Call {
                target,
                name,
                is_static,
                null_conditional,
                arguments,
            } => self.call(target, name, *is_static, *null_conditional, arguments, out),
            ExpressionKind::Index {
                target,
                index,
                null_conditional,
            } => {
                let target = self.evaluate(target, out)?;
                if *null_conditional && matches!(target, Value::Null) {
                    return Ok(Value::Null);
                }
                let index = self.evaluate(index, out)?;
                self.index(&target, &index)
            }
        }
    }

    fn expand(&mut self, parts: &[StringPart], out: &mut dyn Sink) -> Result<Value, Halt> {
        let mut text = String::new();
        for part in parts {
            match part {
                StringPart::Literal(literal) => text.push_str(literal),
                StringPart::Expression(expression) => {
                    self.session.expanding += 1;
                    let value = self.evaluate(expression, out);
                    self.session.expanding -= 1;
                    let value = value?;
                    if self.session.computes {
                        self.compute(&value, 1, out)?;
                    }
                    self.push_joined(&mut text, &value);
                    if text.len() > MAX_LIST_TEXT {
                        return Err(self.fail(failure::too_large()));
                    }
                }
            }
        }
        Ok(Value::text(text))
    }

    /// Appends a value as string interpolation does: lists joined with `$OFS`, a blank by default.
    pub(super) fn push_joined(&self, text: &mut String, value: &Value) {
        let separator = self
            .session
            .scopes
            .find("ofs")
            .map(|variable| variable.value.clone());
        match (value.elements(), separator) {
            (Some(items), Some(separator)) => {
                let separator = to_text(&separator, Culture::Invariant);
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        text.push_str(&separator);
                    }
                    push_element(text, item);
                    // Whoever asked for the text refuses one that is as long.
                    if text.len() > MAX_LIST_TEXT {
                        return;
                    }
                }
            }
            _ => push_text(text, value, Culture::Invariant),
        }
    }

    fn read_variable(&mut self, path: &VariablePath, extent: &Extent) -> Result<Value, Halt> {
        if let Some(variable) = self.session.scopes.get(path) {
            return Ok(variable.value.clone());
        }
        if self.session.awaits_input() && path.key == super::NAMES.input {
            let input = self.whole_input()?;
            // Whoever reads it again finds the same.
            self.session
                .scopes
                .set_global(Variable::new(super::NAMES.input.clone(), input.clone()));
            return Ok(input);
        }
        if let Some(value) = self.automatic_variable(path) {
            return Ok(value);
        }
        if self.misses_variables() && path.scope.as_deref() != Some("env") {
            let record = failure::invalid_operation(
                "VariableIsUndefined",
                format!(
                    "The variable '${}' cannot be retrieved because it has not been set.",
                    path.text
                ),
            )
            .with_target(Value::String(path.text.clone()));
            return Err(self.fail(ErrorRecord {
                invocation: Some(position::invocation(&self.session.source, extent)),
                ..record
            }));
        }
        Ok(Value::Null)
    }

    /// Variables that are computed when they are read.
    fn automatic_variable(&mut self, path: &VariablePath) -> Option<Value> {
        Some(match &*path.key {
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            "null" => Value::Null,
            "?" => Value::Bool(self.session.success),
            "error" => Value::List(self.session.errors.clone()),
            "psitem" => {
                let dollar = &super::NAMES.dollar;
                self.session
                    .scopes
                    .find(dollar)
                    .map_or(Value::Null, |variable| variable.value.clone())
            }
            "input" => nothing(),
            "psboundparameters" | "myinvocation" | "pscmdlet" | "pscommandpath"
            | "psscriptroot" => {
                return self.own_variable(&path.key);
            }
            _ if path.scope.as_deref() == Some("function") => {
                script_block(&self.session.scopes.function(&path.key)?.body)
            }
            _ => return None,
        })
    }

    fn parenthesis(&mut self, statement: &Statement, out: &mut dyn Sink) -> Result<Value, Halt> {
        if let Some(expression) = lone_expression(statement) {
            // `($i++)` shows what `$i++` alone does not.
            return self.evaluate_raw(expression, out);
        }
        self.statement_value(statement, out)
    }

    fn array_expression(
        &mut self,
        statements: &[Statement],
        out: &mut dyn Sink,
    ) -> Result<Value, Halt> {
        if let [statement] = statements
            && let Some(expression) = lone_expression(statement)
        {
            let value = self.evaluate_raw(expression, out)?;
            if super::is_nothing(&value) || super::statement::discards_value(expression) {
                return Ok(Value::array(Vec::new()));
            }
            return Ok(Value::array(
                value.elements().unwrap_or_else(|| vec![value]),
            ));
        }
        let outputs = self.gather(out, |engine, sink| engine.run_statements(statements, sink))?;
        Ok(Value::array(outputs))
    }

    fn unary(
        &mut self,
        operator: UnaryOperator,
        operand: &Expression,
        out: &mut dyn Sink,
    ) -> Result<Value, Halt> {
        let value = self.evaluate(operand, out)?;
        match operator {
            UnaryOperator::Not => Ok(Value::Bool(!truth(&value))),
            UnaryOperator::BitwiseNot => self.bitwise_not(&value),
            UnaryOperator::Minus | UnaryOperator::Plus => self.signed(operator, &value),
            UnaryOperator::Comma => Ok(Value::array(vec![value])),
            UnaryOperator::Join => self.join(&value, ""),
            UnaryOperator::Split(_) => self.split_blanks(&value),
        }
    }

    fn binary_expression(
        &mut self,
        operator: BinaryOperator,
        left: &Expression,
        right: &Expression,
        out: &mut dyn Sink,
    ) -> Result<Value, Halt> {
        let left = self.evaluate_raw(left, out)?;
        if is_nothing(&left) && matches!(operator, BinaryOperator::Replace(_)) {
            return Ok(left);
        }
        let left = as_operand(left);
        match operator {
            BinaryOperator::And if !truth(&left) => return Ok(Value::Bool(false)),
            BinaryOperator::Or if truth(&left) => return Ok(Value::Bool(true)),
            BinaryOperator::Coalesce if !matches!(left, Value::Null) => return Ok(left),
            _ => {}
        }
        let right = self.evaluate(right, out)?;
        self.binary(operator, left, right)
    }

    fn cast_expression(
        &mut self,
        literal: &crate::language::ast::TypeLiteral,
        operand: &Expression,
        out: &mut dyn Sink,
    ) -> Result<Value, Halt> {
        let name = literal.name.to_ascii_lowercase();
        if let ExpressionKind::Hashtable(entries) = &operand.kind {
            match name.as_str() {
                "ordered" => {
                    let table = self.hashtable(entries, out)?;
                    return Ok(super::hashtable::as_ordered(&table));
                }
                "pscustomobject" | "psobject" | "system.management.automation.pscustomobject" => {
                    let table = self.hashtable(entries, out)?;
                    return Ok(super::hashtable::as_custom_object(&table));
                }
                _ => {}
            }
        }
        let target = self.cast_type(literal)?;
        if super::reference::is_type(&target) {
            return self.reference(operand, out);
        }
        let raw = self.evaluate_raw(operand, out)?;
        if let (Value::String(message), Some(exception)) =
            (&raw, super::find_exception(&literal.name))
        {
            return Ok(super::exception::exception_object(exception, message));
        }
        if is_nothing(&raw)
            && let Some(default) = super::types::default_of(&target)
        {
            return Ok(default);
        }
        let value = as_operand(raw);
        if self.session.computes {
            self.compute(&value, 1, out)?;
        }
        if name == "void" {
            return Ok(nothing());
        }
        if name == "pscustomobject" && matches!(value, Value::Dictionary(_)) {
            return Ok(super::hashtable::as_custom_object(&value));
        }
        if name == "array" || name == "object[]" {
            return Ok(match value {
                Value::Null if name == "object[]" => Value::Null,
                Value::Null => Value::Null,
                own @ Value::Array(_)
                    if name == "array" || crate::convert::is_instance(&own, &target) =>
                {
                    own
                }
                other => Value::Array(Arc::new(Array {
                    element_type: "System.Object".into(),
                    items: other.elements().unwrap_or_else(|| vec![other]).into(),
                })),
            });
        }
        self.cast_value(&value, &target, out)
    }

    /// An error that names what is wrong with an operand.
    pub(super) fn refuse(&self, id: &'static str, message: impl Into<String>) -> Halt {
        self.fail(failure::runtime(
            id,
            ErrorCategory::InvalidOperation,
            message,
        ))
    }
}

/// A block as a value. Parameters that stand before the braces of a function are drawn into its text
/// (`FunctionDefinitionAst.GetParamTextFromParameterList`).
pub(crate) fn script_block(body: &Arc<Block>) -> Value {
    let written = |extent: &Extent| body.source.text.get(extent.start..extent.end).unwrap_or("");
    let mut before = body
        .parameters
        .iter()
        .filter(|parameter| parameter.extent.start < body.extent.start)
        .map(|parameter| written(&parameter.extent))
        .peekable();
    let text: crate::value::Text = if before.peek().is_some() {
        let before: Vec<&str> = before.collect();
        let inside = written(&body.extent);
        format!("param({})\n{inside}", before.join(", ")).into()
    } else {
        written(&body.extent).into()
    };
    Value::ScriptBlock(Arc::new(ScriptBlock::new(text, body.clone())))
}
