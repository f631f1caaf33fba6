//! Loops and `switch`.

use crate::language::ast::{Statement, StatementKind, Switch, SwitchMode};
use crate::language::lexer::Mode;
use crate::language::parser::Parser;
use crate::language::token::{Sign, TokenKind};
use crate::value::Text;

impl Parser<'_> {
    pub(super) fn loop_body(&mut self, keyword: &str) -> Option<Vec<Statement>> {
        let body = self.statement_block();
        if body.is_none() {
            let after = self.after_last();
            self.refuse_incomplete(
                "MissingLoopStatement",
                format!("Missing statement body in {keyword} loop."),
                after,
            );
        }
        body
    }

    pub(super) fn while_statement(&mut self, label: Option<Text>) -> Option<StatementKind> {
        self.next(Mode::Command);
        let condition = Box::new(self.condition("while")?);
        let body = self.loop_body("while")?;
        Some(StatementKind::While {
            label,
            condition,
            body,
        })
    }

    pub(super) fn do_statement(&mut self, label: Option<Text>) -> Option<StatementKind> {
        self.next(Mode::Command);
        let body = self.loop_body("do")?;
        let Some(keyword) = self.keyword_ahead(&["while", "until"]) else {
            let after = self.after_last();
            self.refuse_incomplete(
                "MissingWhileOrUntilInDoWhile",
                "Missing while or until keyword in do loop.",
                after,
            );
            return None;
        };
        self.next(Mode::Command);
        let condition = Box::new(self.condition(&keyword)?);
        Some(StatementKind::Do {
            label,
            body,
            condition,
            until: keyword == "until",
        })
    }

    pub(super) fn for_statement(&mut self, label: Option<Text>) -> Option<StatementKind> {
        self.next(Mode::Command);
        self.skip_lines();
        if !self.eat(Mode::Command, Sign::LeftParenthesis) {
            let after = self.after_last();
            self.missing_open("for", after);
            return None;
        }
        let mut parts = [None, None, None];
        for (index, part) in parts.iter_mut().enumerate() {
            self.skip_lines();
            *part = self.chain().map(Box::new);
            if index < 2 {
                self.skip_lines();
                self.eat(Mode::Command, Sign::Semicolon);
            }
        }
        self.close("for");
        let body = self.loop_body("for")?;
        let [initial, condition, step] = parts;
        Some(StatementKind::For {
            label,
            initial,
            condition,
            step,
            body,
        })
    }

    pub(super) fn foreach_statement(&mut self, label: Option<Text>) -> Option<StatementKind> {
        self.next(Mode::Command);
        self.skip_lines();
        if !self.eat(Mode::Command, Sign::LeftParenthesis) {
            let after = self.after_last();
            self.missing_open("foreach", after);
            return None;
        }
        self.skip_lines();
        let TokenKind::Variable(variable) = self.peek(Mode::Operand).kind.clone() else {
            let after = self.after_last();
            self.refuse_incomplete(
                "MissingVariableNameAfterForeach",
                "Missing variable name after foreach.",
                after,
            );
            return None;
        };
        self.next(Mode::Operand);
        self.skip_lines();
        if self.peek_keyword().as_deref() != Some("in") {
            let after = self.after_last();
            self.refuse_incomplete(
                "MissingInInForeach",
                "Missing 'in' after variable in foreach loop.",
                after,
            );
            return None;
        }
        self.next(Mode::Command);
        self.skip_lines();
        let Some(collection) = self.chain() else {
            let after = self.after_last();
            self.refuse_incomplete(
                "MissingForeachExpression",
                "Missing expression after 'in' in foreach loop.",
                after,
            );
            return None;
        };
        self.close("foreach");
        let body = self.loop_body("foreach")?;
        Some(StatementKind::ForEach {
            label,
            variable,
            collection: Box::new(collection),
            body,
        })
    }

    pub(super) fn switch_statement(&mut self, label: Option<Text>) -> Option<StatementKind> {
        self.next(Mode::Command);
        let (mut mode, mut case_sensitive) = (SwitchMode::Exact, false);
        while let TokenKind::Parameter { name, .. } = &self.peek(Mode::Command).kind {
            match name.to_ascii_lowercase().as_str() {
                "regex" => mode = SwitchMode::Regex,
                "wildcard" => mode = SwitchMode::Wildcard,
                "casesensitive" => case_sensitive = true,
                _ => {}
            }
            self.next(Mode::Command);
        }
        let subject = self.condition("switch")?;
        self.skip_lines();
        let open = self.peek(Mode::Command).extent.clone();
        if !self.eat(Mode::Command, Sign::LeftBrace) {
            let after = self.after_last();
            self.refuse_incomplete(
                "MissingCurlyBraceInSwitchStatement",
                "Missing '{' in switch statement.",
                after,
            );
            return None;
        }
        let (mut clauses, mut default) = (Vec::new(), None);
        loop {
            self.skip_separators();
            if self.peek_is(Mode::Command, Sign::RightBrace) {
                break;
            }
            let is_default = self.peek_keyword().as_deref() == Some("default");
            let Some(pattern) = self.command_argument() else {
                break;
            };
            let Some(body) = self.statement_block() else {
                let after = self.after_last();
                self.refuse_incomplete(
                    "MissingSwitchStatementClause",
                    "Missing statement block in switch statement clause.",
                    after,
                );
                break;
            };
            if is_default {
                default = Some(body);
            } else {
                clauses.push((pattern, body));
            }
        }
        self.closing_brace(&open);
        Some(StatementKind::Switch(Box::new(Switch {
            label,
            mode,
            case_sensitive,
            subject,
            clauses,
            default,
        })))
    }
}
