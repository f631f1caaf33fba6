//! Operands: constants, strings, variables, parentheses, literals of collections and blocks, and their members.

use std::collections::HashSet;

use crate::language::ast::{Expression, ExpressionKind, Statement, StatementKind};
use crate::language::characters::is_identifier_part;
use crate::language::lexer::Mode;
use crate::language::parser::Parser;
use crate::language::token::{Sign, TokenKind};
use crate::value::Value;

impl Parser<'_> {
    /// An operand with its members and indices; nothing if none stands here.
    pub(super) fn primary(&mut self) -> Option<Expression> {
        let operand = self.operand()?;
        self.members(operand)
    }

    fn operand(&mut self) -> Option<Expression> {
        let token = self.peek(Mode::Operand).clone();
        let start = token.extent.start;
        let kind = match token.kind {
            TokenKind::Number(value) => {
                self.next(Mode::Operand);
                ExpressionKind::Constant(value)
            }
            TokenKind::Literal(text) => {
                self.next(Mode::Operand);
                ExpressionKind::Constant(Value::String(text))
            }
            TokenKind::Expandable(_) => {
                let TokenKind::Expandable(parts) = self.next(Mode::Operand).kind else {
                    return None;
                };
                ExpressionKind::Expandable(self.string_parts(parts))
            }
            TokenKind::Variable(path) => {
                self.next(Mode::Operand);
                if path.splatted && !self.splats {
                    self.refuse(
                        "SplattingNotPermitted",
                        format!(
                            "The splatting operator '@' cannot be used to reference variables in an expression. '@{0}' \
                             can be used only as an argument to a command. To reference variables in an expression \
                             use '${0}'.",
                            path.text
                        ),
                        token.extent.clone(),
                    );
                }
                ExpressionKind::Variable(path)
            }
            TokenKind::Sign(Sign::LeftParenthesis) => return self.parenthesis(),
            TokenKind::Sign(Sign::DollarParenthesis) => {
                ExpressionKind::SubExpression(self.sub_expression())
            }
            TokenKind::Sign(Sign::AtParenthesis) => {
                ExpressionKind::ArrayExpression(self.sub_expression())
            }
            TokenKind::Sign(Sign::AtBrace) => self.hashtable(),
            TokenKind::Sign(Sign::LeftBrace) => ExpressionKind::ScriptBlock(self.script_block()),
            TokenKind::Sign(Sign::LeftBracket) => {
                let literal = self.attribute()?.into_type();
                ExpressionKind::Type(literal)
            }
            _ => return None,
        };
        Some(Expression {
            kind,
            extent: self.span(start),
        })
    }

    fn parenthesis(&mut self) -> Option<Expression> {
        let open = self.next(Mode::Operand);
        let outer = std::mem::replace(&mut self.no_comma, false);
        self.skip_lines();
        let inner = self.chain();
        self.no_comma = outer;
        let inner = match inner {
            Some(statement) => statement,
            None => {
                let after = self.after_last();
                self.refuse_incomplete(
                    "ExpectedExpression",
                    "An expression was expected after '('.",
                    after,
                );
                Statement {
                    kind: StatementKind::Break(None),
                    extent: open.extent.clone(),
                }
            }
        };
        self.skip_lines();
        if !self.eat(Mode::Command, Sign::RightParenthesis) {
            let after = self.after_last();
            self.refuse_incomplete(
                "MissingEndParenthesisInExpression",
                "Missing closing ')' in expression.",
                after,
            );
        }
        Some(Expression {
            kind: ExpressionKind::Parenthesis(Box::new(inner)),
            extent: self.span(open.extent.start),
        })
    }

    /// The statements of `$(…)` and `@(…)`.
    fn sub_expression(&mut self) -> Vec<Statement> {
        self.next(Mode::Operand);
        let outer = std::mem::replace(&mut self.no_comma, false);
        let statements = self.statements(Some(Sign::RightParenthesis));
        self.no_comma = outer;
        if !self.eat(Mode::Command, Sign::RightParenthesis) {
            let after = self.after_last();
            self.refuse_incomplete(
                "MissingEndParenthesisInSubexpression",
                "Missing closing ')' in subexpression.",
                after,
            );
        }
        statements
    }

    fn hashtable(&mut self) -> ExpressionKind {
        self.next(Mode::Operand);
        let outer = std::mem::replace(&mut self.no_comma, false);
        let mut entries = Vec::new();
        let mut seen = HashSet::new();
        loop {
            self.skip_separators();
            if self.peek_is(Mode::Operand, Sign::RightBrace) {
                break;
            }
            let Some(key) = self.hashtable_key() else {
                break;
            };
            if let ExpressionKind::Constant(value) = &key.kind {
                let text = crate::text::to_text(value, crate::text::Culture::Invariant);
                if !seen.insert(text.to_lowercase()) {
                    self.refuse(
                        "DuplicateKeyInHashLiteral",
                        format!("Duplicate keys '{text}' are not allowed in hash literals."),
                        key.extent.clone(),
                    );
                }
            }
            if !self.eat(Mode::Expression, Sign::Equals) {
                let after = self.after_last();
                self.refuse_incomplete(
                    "MissingEqualsInHashLiteral",
                    "Missing '=' operator after key in hash literal.",
                    after,
                );
                // Go on after the literal's end, so that only the cause is reported.
                self.eat(Mode::Command, Sign::RightBrace);
                self.no_comma = outer;
                return ExpressionKind::Hashtable(entries);
            }
            self.skip_lines();
            let after = self.after_last();
            match self.deeper(Self::statement) {
                Some(value) => entries.push((key, value)),
                None => {
                    self.refuse_incomplete(
                        "MissingStatementInHashLiteral",
                        "Missing statement after '=' in hash literal.",
                        after,
                    );
                    break;
                }
            }
            let separated = matches!(
                self.peek(Mode::Command).kind,
                TokenKind::NewLine | TokenKind::Sign(Sign::Semicolon | Sign::RightBrace)
            );
            if !separated {
                break;
            }
        }
        self.no_comma = outer;
        if !self.eat(Mode::Command, Sign::RightBrace) {
            let after = self.after_last();
            self.refuse_incomplete(
                "IncompleteHashLiteral",
                "The hash literal was incomplete.",
                after,
            );
        }
        ExpressionKind::Hashtable(entries)
    }

    fn hashtable_key(&mut self) -> Option<Expression> {
        let token = self.peek(Mode::Operand).clone();
        if let TokenKind::Word(word) = &token.kind {
            self.next(Mode::Operand);
            return Some(Expression {
                kind: ExpressionKind::Constant(Value::String(word.clone())),
                extent: token.extent,
            });
        }
        let outer = std::mem::replace(&mut self.no_comma, true);
        let key = self.unary();
        self.no_comma = outer;
        key
    }

    /// Whether a member access or an index follows without a blank.
    pub(super) fn at_member(&mut self) -> bool {
        self.resync();
        let next = self.lexer.peek_next();
        match self.lexer.peek() {
            Some('.') => next != Some('.'),
            Some(':') => next == Some(':'),
            Some('[') => true,
            Some('?') => matches!(next, Some('.' | '[')),
            _ => false,
        }
    }

    /// Whether a member of a type follows without a blank; a bracket after a type begins a further type.
    pub(super) fn at_type_member(&mut self) -> bool {
        self.at_member() && self.lexer.peek() != Some('[')
    }

    /// What follows an operand without a blank: `.Name`, `::Name`, `(…)`, `[…]`.
    pub(super) fn members(&mut self, mut target: Expression) -> Option<Expression> {
        while self.at_member() && self.grow() {
            let start = target.extent.start;
            let sign = self.next(Mode::Expression).kind;
            let kind = if sign.is(Sign::LeftBracket) || sign.is(Sign::QuestionBracket) {
                self.index(target, sign.is(Sign::QuestionBracket))?
            } else {
                self.member(
                    target,
                    sign.is(Sign::ColonColon),
                    sign.is(Sign::QuestionDot),
                )?
            };
            target = Expression {
                kind,
                extent: self.span(start),
            };
        }
        Some(target)
    }

    fn index(&mut self, target: Expression, null_conditional: bool) -> Option<ExpressionKind> {
        let outer = std::mem::replace(&mut self.no_comma, false);
        self.skip_lines();
        let after = self.after_last();
        let index = self.expression();
        self.no_comma = outer;
        let Some(index) = index else {
            self.refuse_incomplete(
                "MissingArrayIndexExpression",
                "Array index expression is missing or not valid.",
                after,
            );
            return None;
        };
        self.skip_lines();
        if !self.eat(Mode::Expression, Sign::RightBracket) {
            let after = self.after_last();
            self.refuse_incomplete(
                "MissingEndSquareBracket",
                "Missing ']' after array index expression.",
                after,
            );
        }
        Some(ExpressionKind::Index {
            target: Box::new(target),
            index: Box::new(index),
            null_conditional,
        })
    }

    fn member(
        &mut self,
        target: Expression,
        is_static: bool,
        null_conditional: bool,
    ) -> Option<ExpressionKind> {
        let after = self.after_last();
        let token = self.peek(Mode::Expression).clone();
        let name = match token.kind {
            TokenKind::Word(word) => {
                self.next(Mode::Expression);
                Some(Expression {
                    kind: ExpressionKind::Constant(Value::String(word)),
                    extent: token.extent,
                })
            }
            _ => self.deeper(Self::operand),
        };
        let Some(name) = name else {
            self.refuse_incomplete(
                "MissingPropertyName",
                "Missing property name after reference operator.",
                after,
            );
            return None;
        };
        self.resync();
        let arguments = match self.lexer.peek() {
            Some('(') => Some(self.call_arguments()),
            Some('{') => {
                let block = self.operand()?;
                Some(vec![block])
            }
            _ => None,
        };
        let (target, name) = (Box::new(target), Box::new(name));
        Some(match arguments {
            Some(arguments) => ExpressionKind::Call {
                target,
                name,
                is_static,
                null_conditional,
                arguments,
            },
            None => ExpressionKind::Member {
                target,
                name,
                is_static,
                null_conditional,
            },
        })
    }

    fn call_arguments(&mut self) -> Vec<Expression> {
        self.next(Mode::Expression);
        let outer = std::mem::replace(&mut self.no_comma, true);
        let mut arguments = Vec::new();
        self.skip_lines();
        while let Some(argument) = self.expression() {
            arguments.push(argument);
            self.skip_lines();
            if !self.eat(Mode::Expression, Sign::Comma) {
                break;
            }
            self.skip_lines();
        }
        self.no_comma = outer;
        self.skip_lines();
        if !self.eat(Mode::Expression, Sign::RightParenthesis) {
            let after = self.after_last();
            self.refuse_incomplete(
                "MissingEndParenthesisInMethodCall",
                "Missing ')' in method call.",
                after,
            );
        }
        arguments
    }

    /// Whether a name goes on at the character at hand.
    pub(super) fn at_name(&self) -> bool {
        self.lexer.peek().is_some_and(is_identifier_part)
    }
}
