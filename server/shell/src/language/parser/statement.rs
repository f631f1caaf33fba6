//! Statements that begin with a keyword.

use crate::error_record::Extent;
use crate::language::ast::{Catch, Expression, ExpressionKind, Statement, StatementKind};
use crate::language::lexer::Mode;
use crate::language::parser::Parser;
use crate::language::token::{Sign, TokenKind};
use crate::value::{Text, Value};

impl Parser<'_> {
    /// A statement; nothing if none stands here.
    pub(super) fn statement(&mut self) -> Option<Statement> {
        let start = self.peek(Mode::Command).extent.start;
        let label = self.label();
        let Some(keyword) = self.peek_keyword() else {
            return self.chain();
        };
        let kind = match keyword.as_str() {
            "if" => self.if_statement(),
            "while" => self.while_statement(label),
            "do" => self.do_statement(label),
            "for" => self.for_statement(label),
            "foreach" => self.foreach_statement(label),
            "switch" => self.switch_statement(label),
            "try" => self.try_statement(),
            "trap" => self.trap_statement(),
            "function" | "filter" => self.function_statement(keyword == "filter"),
            "enum" => self.enum_statement(),
            "using" => self.using_statement(),
            "throw" => self.flow(StatementKind::Throw),
            "return" => self.flow(StatementKind::Return),
            "exit" => self.flow(StatementKind::Exit),
            "break" => self.jump(StatementKind::Break),
            "continue" => self.jump(StatementKind::Continue),
            "else" | "elseif" | "catch" | "finally" | "until" | "in" | "class" | "data"
            | "dynamicparam" => {
                if matches!(keyword.as_str(), "data" | "dynamicparam" | "in") {
                    return self.chain();
                }
                let extent = self.peek(Mode::Command).extent.clone();
                let text = self.peeked_text();
                self.unexpected(text, extent);
                self.next(Mode::Command);
                None
            }
            _ => return self.chain(),
        }?;
        Some(Statement {
            kind,
            extent: self.span(start),
        })
    }

    /// `:label` before a loop.
    fn label(&mut self) -> Option<Text> {
        let TokenKind::Word(word) = &self.peek(Mode::Command).kind else {
            return None;
        };
        let label: Text = word
            .strip_prefix(':')
            .filter(|name| !name.is_empty())?
            .into();
        self.next(Mode::Command);
        self.skip_lines();
        Some(label)
    }

    /// `( pipeline )` after a keyword: none if the parentheses do not stand there, none inside if nothing stands in
    /// them, after which reading goes on.
    pub(super) fn condition(&mut self, keyword: &str) -> Option<Option<Statement>> {
        self.skip_lines();
        if !self.eat(Mode::Command, Sign::LeftParenthesis) {
            let after = self.after_last();
            self.missing_open(keyword, after);
            return None;
        }
        let open = self.after_last();
        self.skip_lines();
        let condition = self.chain();
        if condition.is_none() {
            let (id, message) = match keyword {
                "if" | "elseif" => (
                    "IfStatementMissingCondition",
                    format!("Missing condition in if statement after '{keyword} ('."),
                ),
                _ => (
                    "MissingExpressionAfterKeyword",
                    format!("Missing expression after '{keyword}' in loop."),
                ),
            };
            self.refuse_incomplete(id, message, open);
        }
        let after = self.after_last();
        self.skip_lines();
        if self.eat(Mode::Command, Sign::RightParenthesis) {
            return Some(condition);
        }
        if condition.is_some() {
            let extent = match keyword {
                "if" | "elseif" => self.peek(Mode::Command).extent.clone(),
                _ => after,
            };
            self.refuse_incomplete(
                "MissingEndParenthesisAfterStatement",
                format!("Missing closing ')' after expression in '{keyword}' statement."),
                extent,
            );
        }
        None
    }

    pub(super) fn missing_open(&mut self, keyword: &str, extent: Extent) {
        let (id, message) = match keyword {
            "if" | "elseif" => (
                "MissingOpenParenthesisInIfStatement",
                format!("Missing '(' after '{keyword}' in if statement."),
            ),
            _ => (
                "MissingOpenParenthesisAfterKeyword",
                format!("Missing opening '(' after keyword '{keyword}'."),
            ),
        };
        self.refuse_incomplete(id, message, extent);
    }

    fn if_statement(&mut self) -> Option<StatementKind> {
        let mut clauses = Vec::new();
        let mut otherwise = None;
        let mut keyword = "if".to_owned();
        loop {
            self.next(Mode::Command);
            let condition = self.condition(&keyword)?;
            let close = Extent {
                start: self.last_end.saturating_sub(1),
                end: self.last_end,
            };
            let Some(body) = self.statement_block() else {
                self.refuse_incomplete(
                    "MissingStatementBlock",
                    format!("Missing statement block after {keyword} ( condition )."),
                    close,
                );
                return None;
            };
            clauses.extend(condition.map(|condition| (condition, body)));
            match self.keyword_ahead(&["elseif", "else"]).as_deref() {
                Some("elseif") => keyword = "elseif".into(),
                Some(_) => {
                    self.next(Mode::Command);
                    let after = self.after_last();
                    otherwise = self.statement_block();
                    if otherwise.is_none() {
                        self.refuse_incomplete(
                            "MissingStatementBlockAfterElse",
                            "Missing statement block after 'else' keyword.",
                            after,
                        );
                    }
                    break;
                }
                None => break,
            }
        }
        Some(StatementKind::If { clauses, otherwise })
    }

    /// One of `keywords` after line breaks; if none is there, reading stays where it was.
    pub(super) fn keyword_ahead(&mut self, keywords: &[&str]) -> Option<String> {
        self.resync();
        let (at, last) = (self.lexer.position(), self.last_end);
        self.skip_lines();
        let found = self
            .peek_keyword()
            .filter(|word| keywords.contains(&word.as_str()));
        if found.is_none() {
            self.resync();
            self.lexer.rewind(at);
            self.last_end = last;
        }
        found
    }

    fn try_statement(&mut self) -> Option<StatementKind> {
        self.next(Mode::Command);
        let Some(body) = self.statement_block() else {
            let after = self.after_last();
            self.refuse_incomplete(
                "MissingTryStatementBlock",
                "The Try statement is missing its statement block.",
                after,
            );
            return None;
        };
        let (mut catches, mut finally) = (Vec::<Catch>::new(), None);
        // The errors that a try statement ends with are told once.
        let mut refused = false;
        while self.keyword_ahead(&["catch"]).is_some() {
            let start = self.peek(Mode::Command).extent.start;
            if catches.last().is_some_and(|last| last.types.is_empty()) {
                self.refuse(
                    "EmptyCatchNotLast",
                    "Catch block must be the last catch block.",
                    Extent { start, end: start },
                );
            }
            self.next(Mode::Command);
            match self.catch() {
                Some(found) => catches.push(found),
                None => {
                    refused = true;
                    break;
                }
            }
        }
        if self.keyword_ahead(&["finally"]).is_some() {
            self.next(Mode::Command);
            let after = self.after_last();
            finally = self.statement_block();
            if finally.is_none() {
                refused = true;
                self.refuse_incomplete(
                    "MissingFinallyStatementBlock",
                    "The Finally block is missing its statement block.",
                    after,
                );
            }
        }
        if catches.is_empty() && finally.is_none() && !refused {
            refused = true;
            let after = self.after_last();
            self.refuse_incomplete(
                "MissingCatchOrFinally",
                "The Try statement is missing its Catch or Finally block.",
                after,
            );
        }
        if refused {
            return None;
        }
        Some(StatementKind::Try {
            body,
            catches,
            finally,
        })
    }

    /// Types and body after `catch` or `trap`.
    fn catch(&mut self) -> Option<Catch> {
        let mut types = Vec::new();
        self.skip_lines();
        while self.peek_is(Mode::Operand, Sign::LeftBracket) {
            types.push(self.attribute()?.into_type());
            let after = self.after_last();
            self.skip_lines();
            if self.eat(Mode::Command, Sign::Comma) {
                let comma = self.after_last();
                self.skip_lines();
                if !self.peek_is(Mode::Operand, Sign::LeftBracket) {
                    self.refuse_incomplete(
                        "MissingTypeLiteralToken",
                        "Missing type literal.",
                        comma,
                    );
                    return None;
                }
            } else {
                self.last_end = after.end;
            }
        }
        match self.statement_block() {
            Some(body) => Some(Catch { types, body }),
            None => {
                let after = self.after_last();
                self.refuse_incomplete(
                    "MissingCatchHandlerBlock",
                    "The Catch block is missing its statement block.",
                    after,
                );
                None
            }
        }
    }

    fn trap_statement(&mut self) -> Option<StatementKind> {
        self.next(Mode::Command);
        self.skip_lines();
        let mut types = Vec::new();
        if self.peek_is(Mode::Operand, Sign::LeftBracket) {
            types.push(self.attribute()?.into_type());
        }
        let after = self.after_last();
        match self.statement_block() {
            Some(body) => Some(StatementKind::Trap(Catch { types, body })),
            None => {
                self.refuse_incomplete(
                    "MissingTrapStatement",
                    "The 'trap' statement was incomplete. A trap statement requires a body.",
                    after,
                );
                None
            }
        }
    }

    fn function_statement(&mut self, filter: bool) -> Option<StatementKind> {
        self.next(Mode::Command);
        let TokenKind::Word(name) = self.peek(Mode::Command).kind.clone() else {
            let after = self.after_last();
            let keyword = if filter { "filter" } else { "function" };
            self.refuse_incomplete(
                "MissingNameAfterKeyword",
                format!("Missing name after {keyword} keyword."),
                after,
            );
            return None;
        };
        self.next(Mode::Command);
        self.skip_lines();
        let mut parameters = None;
        if self.peek_is(Mode::Command, Sign::LeftParenthesis) {
            parameters = Some(self.parameters());
            self.skip_lines();
        }
        if !self.peek_is(Mode::Operand, Sign::LeftBrace) {
            let after = self.after_last();
            self.refuse_incomplete(
                "MissingFunctionBody",
                "Missing function body in function declaration.",
                after,
            );
            return None;
        }
        let mut body = self.script_block();
        if let (Some(parameters), Some(block)) = (parameters, std::sync::Arc::get_mut(&mut body)) {
            block.parameters = parameters;
            block.has_parameters = true;
        }
        Some(StatementKind::Function { name, body, filter })
    }

    fn enum_statement(&mut self) -> Option<StatementKind> {
        self.next(Mode::Command);
        let TokenKind::Word(name) = self.peek(Mode::Command).kind.clone() else {
            let after = self.after_last();
            self.refuse_incomplete(
                "MissingNameAfterKeyword",
                "Missing name after enum keyword.",
                after,
            );
            return None;
        };
        self.next(Mode::Command);
        self.skip_lines();
        let open = self.peek(Mode::Command).extent.clone();
        if !self.eat(Mode::Command, Sign::LeftBrace) {
            let after = self.after_last();
            self.refuse_incomplete(
                "MissingTypeBody",
                "Missing 'enum' body in 'enum' declaration.",
                after,
            );
            return None;
        }
        let (mut members, mut number) = (Vec::new(), 0);
        loop {
            self.skip_separators();
            let TokenKind::Word(member) = self.peek(Mode::Operand).kind.clone() else {
                break;
            };
            self.next(Mode::Operand);
            if self.eat(Mode::Expression, Sign::Equals)
                && let Some(Expression {
                    kind: ExpressionKind::Constant(Value::Int32(given)),
                    ..
                }) = self.unary()
            {
                number = i64::from(given);
            }
            members.push((member, number));
            number += 1;
        }
        self.closing_brace(&open);
        Some(StatementKind::Enum { name, members })
    }

    /// `using namespace …` changes nothing here: types are known by their full names and accelerators.
    fn using_statement(&mut self) -> Option<StatementKind> {
        while !matches!(
            self.peek(Mode::Command).kind,
            TokenKind::NewLine | TokenKind::EndOfInput | TokenKind::Sign(Sign::Semicolon)
        ) {
            self.next(Mode::Command);
        }
        Some(StatementKind::Using)
    }

    fn flow(&mut self, make: fn(Option<Box<Statement>>) -> StatementKind) -> Option<StatementKind> {
        self.next(Mode::Command);
        let value = if self.at_statement_end() {
            None
        } else {
            self.chain().map(Box::new)
        };
        Some(make(value))
    }

    fn at_statement_end(&mut self) -> bool {
        matches!(
            self.peek(Mode::Command).kind,
            TokenKind::NewLine
                | TokenKind::EndOfInput
                | TokenKind::Sign(Sign::Semicolon | Sign::RightBrace | Sign::RightParenthesis)
        )
    }

    fn jump(&mut self, make: fn(Option<Expression>) -> StatementKind) -> Option<StatementKind> {
        self.next(Mode::Command);
        let label = if self.at_statement_end() {
            None
        } else {
            self.command_argument()
        };
        Some(make(label))
    }
}
