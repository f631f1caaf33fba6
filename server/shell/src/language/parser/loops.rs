//! Loops and `switch`.

use crate::error_record::Extent;
use crate::language::ast::{
    Expression, Statement, StatementKind, Switch, SwitchMode, VariablePath,
};
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
        let condition = self.condition("while")?;
        let body = self.loop_body("while")?;
        Some(StatementKind::While {
            label,
            condition: Box::new(condition?),
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
        let condition = Box::new(self.condition(&keyword)??);
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
        let after = self.after_last();
        self.skip_lines();
        if !self.eat(Mode::Command, Sign::RightParenthesis) {
            self.refuse_incomplete(
                "MissingEndParenthesisAfterStatement",
                "Missing closing ')' after expression in 'for' statement.",
                after,
            );
            return None;
        }
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
        let (variable, collection, body) = self.foreach_parts()?;
        Some(StatementKind::ForEach {
            label,
            variable,
            collection: Box::new(collection),
            body,
        })
    }

    /// What stands behind `foreach (`.
    fn foreach_parts(&mut self) -> Option<(VariablePath, Statement, Vec<Statement>)> {
        let mut after = self.after_last();
        let refused = match self.peek(Mode::Operand).kind.clone() {
            TokenKind::Variable(variable) => {
                self.next(Mode::Operand);
                after = self.after_last();
                self.skip_lines();
                if self.peek_keyword().as_deref() != Some("in") {
                    (
                        "MissingInInForeach",
                        "Missing 'in' after variable in foreach loop.",
                    )
                } else {
                    self.next(Mode::Command);
                    after = self.after_last();
                    self.skip_lines();
                    match self.chain() {
                        None => (
                            "MissingForeachExpression",
                            "Missing expression in foreach loop.",
                        ),
                        Some(collection) => {
                            after = self.after_last();
                            self.skip_lines();
                            if !self.eat(Mode::Command, Sign::RightParenthesis) {
                                (
                                    "MissingEndParenthesisAfterForeach",
                                    "Missing closing ')' after expression part of foreach loop.",
                                )
                            } else {
                                after = self.after_last();
                                match self.statement_block() {
                                    Some(body) => return Some((variable, collection, body)),
                                    None => (
                                        "MissingForeachStatement",
                                        "Missing statement body in foreach loop.",
                                    ),
                                }
                            }
                        }
                    }
                }
            }
            _ => (
                "MissingVariableNameAfterForeach",
                "Missing variable name after foreach.",
            ),
        };
        let (id, message) = refused;
        self.refuse_incomplete(
            id,
            format!("{message}\nThe correct form is: foreach ($a in $b) {{...}}"),
            after,
        );
        None
    }

    /// `-regex`, `-wildcard`, `-exact` and `-casesensitive`, as far as they are typed; false if another stands there.
    fn switch_flags(&mut self) -> (SwitchMode, bool, bool) {
        let (mut mode, mut case_sensitive, mut valid) = (SwitchMode::Exact, false, true);
        while let TokenKind::Parameter { name, .. } = &self.peek(Mode::Command).kind {
            let name = name.to_ascii_lowercase();
            let extent = self.peek(Mode::Command).extent.clone();
            let begins = |flag: &str| !name.is_empty() && flag.starts_with(&name);
            if begins("regex") {
                mode = SwitchMode::Regex;
            } else if begins("wildcard") {
                mode = SwitchMode::Wildcard;
            } else if begins("exact") {
                mode = SwitchMode::Exact;
            } else if begins("casesensitive") {
                case_sensitive = true;
            } else {
                let typed = self
                    .peeked_text()
                    .trim_start_matches(['-', '–', '—', '―'])
                    .to_owned();
                valid = false;
                self.refuse(
                    "InvalidSwitchFlag",
                    format!("The parameter {typed} is not valid for the switch statement."),
                    extent,
                );
            }
            self.next(Mode::Command);
        }
        (mode, case_sensitive, valid)
    }

    /// `( pipeline )` behind `switch`; none inside if nothing stands there.
    fn switch_subject(&mut self) -> Option<Option<Statement>> {
        const REQUIRED: &str = "A switch statement must have one of the following:  '-file file_name' or '( expression )'.";
        let after = self.after_last();
        self.skip_lines();
        if !self.eat(Mode::Command, Sign::LeftParenthesis) {
            self.refuse_incomplete("PipelineValueRequired", REQUIRED, after);
            return None;
        }
        let open = self.after_last();
        self.skip_lines();
        let subject = self.chain();
        if subject.is_none() {
            self.refuse_incomplete("PipelineValueRequired", REQUIRED, open);
        }
        let after = self.after_last();
        self.skip_lines();
        if self.eat(Mode::Command, Sign::RightParenthesis) {
            return Some(subject);
        }
        if subject.is_some() {
            self.refuse_incomplete(
                "MissingEndParenthesisInSwitchStatement",
                "Missing ')' after expression in switch statement.",
                after,
            );
        }
        None
    }

    pub(super) fn switch_statement(&mut self, label: Option<Text>) -> Option<StatementKind> {
        self.next(Mode::Command);
        let (mode, case_sensitive, valid) = self.switch_flags();
        let subject = self.switch_subject()?;
        let after = self.after_last();
        self.skip_lines();
        let open = self.peek(Mode::Command).extent.clone();
        if !self.eat(Mode::Command, Sign::LeftBrace) {
            self.refuse_incomplete(
                "MissingCurlyBraceInSwitchStatement",
                "Missing '{' in switch statement.",
                after,
            );
            return None;
        }
        let (clauses, default) = self.switch_clauses(&open)?;
        let subject = subject.filter(|_| valid)?;
        Some(StatementKind::Switch(Box::new(Switch {
            label,
            mode,
            case_sensitive,
            subject,
            clauses,
            default,
        })))
    }

    /// The clauses up to the closing brace; none if one of them is not whole.
    fn switch_clauses(&mut self, open: &Extent) -> Option<Clauses> {
        let (mut clauses, mut default) = (Vec::new(), None);
        loop {
            let after = self.after_last();
            self.skip_lines();
            let start = self.peek(Mode::Command).extent.start;
            let is_default = self.peek_keyword().as_deref() == Some("default");
            let Some(pattern) = self.command_argument() else {
                self.refuse_incomplete(
                    "MissingSwitchConditionExpression",
                    "Missing condition in switch statement clause.",
                    after,
                );
                self.eat(Mode::Command, Sign::RightBrace);
                return None;
            };
            let extent = self.span(start);
            let after = self.after_last();
            let Some(body) = self.statement_block() else {
                self.refuse_incomplete(
                    "MissingSwitchStatementClause",
                    "Missing statement block in switch statement clause.",
                    after,
                );
                self.eat(Mode::Command, Sign::RightBrace);
                return None;
            };
            if !is_default {
                clauses.push((pattern, body));
            } else if default.replace(body).is_some() {
                self.refuse(
                    "MultipleSwitchDefaultClauses",
                    "A switch statement can have only one default clause.",
                    extent,
                );
            }
            self.skip_separators();
            if self.peek_is(Mode::Command, Sign::RightBrace)
                || matches!(self.peek(Mode::Command).kind, TokenKind::EndOfInput)
            {
                self.closing_brace(open);
                return Some((clauses, default));
            }
        }
    }
}

/// The clauses of a `switch`, and what is done where none fits.
type Clauses = (Vec<(Expression, Vec<Statement>)>, Option<Vec<Statement>>);
