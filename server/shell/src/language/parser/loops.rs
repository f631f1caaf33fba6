//! Loops.

use crate::error_record::Extent;
use crate::language::ast::{Statement, StatementKind};
use crate::language::parser::statement::Label;
use crate::language::parser::{Parser, after, error_statement, is_error, span};
use crate::language::token::{Keyword, Sign, Token, TokenKind};

/// What the errors of `foreach` end with.
const FOREACH_FORM: &str = "The correct form is: foreach ($a in $b) {...}";

/// Where a statement begins: at its label, if it has one.
fn start_of(label: Option<&Label>, keyword: &Token) -> Extent {
    label.map_or_else(|| keyword.extent.clone(), |label| label.extent.clone())
}

impl Parser<'_> {
    pub(super) fn missing_loop_body(&mut self, word: &str, place: Extent) {
        self.report_incomplete(
            "MissingLoopStatement",
            format!("Missing statement body in {word} loop."),
            place,
        );
    }

    fn missing_loop_condition(&mut self, word: &str, place: Extent) {
        self.report_incomplete(
            "MissingExpressionAfterKeyword",
            format!("Missing expression after '{word}' in loop."),
            place,
        );
    }

    pub(super) fn while_statement(&mut self, label: Option<Label>, token: &Token) -> Statement {
        let start = start_of(label.as_ref(), token);
        self.skip_lines();
        let open = self.next();
        if !open.kind.is(Sign::LeftParenthesis) {
            self.unget(open);
            let word = self.text_of(&token.extent);
            self.missing_open_parenthesis(word, after(&token.extent));
            return error_statement(span(&start, &token.extent));
        }
        self.skip_lines();
        let condition = self.pipeline_chain().unwrap_or_else(|| {
            let place = after(&open.extent);
            self.missing_loop_condition("while", place.clone());
            error_statement(place)
        });
        self.skip_lines();
        let close = self.next();
        if !close.kind.is(Sign::RightParenthesis) {
            self.unget(close);
            if !is_error(&condition) {
                self.missing_end_parenthesis("while", after(&condition.extent));
            }
            return error_statement(span(&start, &condition.extent));
        }
        self.skip_lines();
        let Some((body, extent)) = self.statement_block() else {
            self.missing_loop_body("while", after(&close.extent));
            return error_statement(span(&start, &close.extent));
        };
        Statement {
            kind: StatementKind::While {
                label: label.map(|label| label.text),
                condition: Box::new(condition),
                body,
            },
            extent: span(&start, &extent),
        }
    }

    pub(super) fn do_statement(&mut self, label: Option<Label>, token: &Token) -> Statement {
        let start = start_of(label.as_ref(), token);
        let Some((body, extent)) = self.statement_block() else {
            self.missing_loop_body("do", after(&token.extent));
            return error_statement(span(&start, &token.extent));
        };
        self.skip_lines();
        let word = self.next();
        let until = word.kind.is_keyword(Keyword::Until);
        if !until && !word.kind.is_keyword(Keyword::While) {
            self.unget(word);
            self.report_incomplete(
                "MissingWhileOrUntilInDoWhile",
                "Missing while or until keyword in do loop.",
                after(&extent),
            );
            return error_statement(span(&start, &extent));
        }
        let name = if until { "until" } else { "while" };
        match self.do_condition(name, &word) {
            Ok((condition, close)) => Statement {
                kind: StatementKind::Do {
                    label: label.map(|label| label.text),
                    body,
                    condition: Box::new(condition),
                    until,
                },
                extent: span(&start, &close),
            },
            Err(end) => error_statement(span(&start, &end)),
        }
    }

    /// `( condition )` after `while` or `until`; where the statement ends if it is not whole.
    fn do_condition(&mut self, name: &str, word: &Token) -> Result<(Statement, Extent), Extent> {
        self.skip_lines();
        let open = self.next();
        if !open.kind.is(Sign::LeftParenthesis) {
            self.unget(open);
            self.missing_open_parenthesis(name, after(&word.extent));
            return Err(word.extent.clone());
        }
        self.skip_lines();
        let condition = self.pipeline_chain();
        let mut end = open.extent.clone();
        if condition.is_none() {
            self.missing_loop_condition(name, after(&end));
        }
        self.skip_lines();
        let close = self.next();
        if !close.kind.is(Sign::RightParenthesis) {
            self.unget(close);
            if let Some(condition) = &condition {
                end = condition.extent.clone();
            }
            self.missing_end_parenthesis(name, after(&end));
            return Err(end);
        }
        match condition {
            Some(condition) => Ok((condition, close.extent)),
            None => Err(end),
        }
    }

    pub(super) fn for_statement(&mut self, label: Option<Label>, token: &Token) -> Statement {
        let start = start_of(label.as_ref(), token);
        self.skip_lines();
        let open = self.next();
        if !open.kind.is(Sign::LeftParenthesis) {
            self.unget(open);
            self.missing_open_parenthesis("for", after(&token.extent));
            return error_statement(span(&start, &token.extent));
        }
        let mut end = open.extent;
        let mut parts = [None, None, None];
        for (index, part) in parts.iter_mut().enumerate() {
            self.skip_lines();
            *part = self.pipeline_chain().map(Box::new);
            if let Some(part) = part {
                end = part.extent.clone();
            }
            if index < 2
                && let Some(semicolon) = self.eat(Sign::Semicolon)
            {
                end = semicolon.extent;
            }
        }
        self.skip_lines();
        let close = self.next();
        if !close.kind.is(Sign::RightParenthesis) {
            self.unget(close);
            self.missing_end_parenthesis("for", after(&end));
            return error_statement(span(&start, &end));
        }
        let Some((body, extent)) = self.statement_block() else {
            self.missing_loop_body("for", after(&close.extent));
            return error_statement(span(&start, &close.extent));
        };
        let [initial, condition, step] = parts;
        Statement {
            kind: StatementKind::For {
                label: label.map(|label| label.text),
                initial,
                condition,
                step,
                body,
            },
            extent: span(&start, &extent),
        }
    }

    pub(super) fn foreach_statement(&mut self, label: Option<Label>, token: &Token) -> Statement {
        let start = start_of(label.as_ref(), token);
        self.skip_lines();
        let mut refused = self.foreach_flags();
        let open = self.next();
        if !open.kind.is(Sign::LeftParenthesis) {
            self.unget(open);
            self.missing_open_parenthesis("foreach", after(&token.extent));
            return error_statement(span(&start, &token.extent));
        }
        self.skip_lines();
        let variable = self.next();
        let TokenKind::Variable(path) = variable.kind else {
            self.unget(variable);
            self.foreach_error(
                "MissingVariableNameAfterForeach",
                "Missing variable name after foreach.",
                &open.extent,
            );
            return error_statement(span(&start, &open.extent));
        };
        self.skip_lines();
        let parts = self.foreach_parts(&variable.extent);
        if let Err(end) = &parts {
            refused = Some(end.clone());
        }
        match (parts, refused) {
            (Ok((collection, body, extent)), None) => Statement {
                kind: StatementKind::ForEach {
                    label: label.map(|label| label.text),
                    variable: path,
                    place: variable.extent,
                    collection: Box::new(collection),
                    body,
                    enumerated: self.names(&extent, "$foreach"),
                },
                extent: span(&start, &extent),
            },
            (_, end) => error_statement(span(&start, &end.unwrap_or(variable.extent))),
        }
    }

    /// `-parallel` and `-throttlelimit`, which are read and then refused; where an unknown one stands.
    fn foreach_flags(&mut self) -> Option<Extent> {
        let mut refused = None;
        while let TokenKind::Parameter { name, .. } = &self.peek().kind {
            let name = name.clone();
            let token = self.next();
            let begins = |flag: &str| flag.starts_with(&name.to_ascii_lowercase());
            if begins("parallel") || begins("throttlelimit") {
                if begins("throttlelimit") && !begins("parallel") {
                    self.skip_lines();
                    if self.single_argument().is_none() {
                        self.report_incomplete(
                            "MissingThrottleLimit",
                            "The ThrottleLimit parameter of the foreach statement is missing a value. Supply a throttle limit \
                             to the parameter.",
                            after(&token.extent),
                        );
                    }
                }
                let flag = if begins("parallel") {
                    "parallel"
                } else {
                    "throttlelimit"
                };
                self.report(
                    "KeywordParameterReservedForFutureUse",
                    format!("The foreach '-{flag}' parameter is reserved for future use."),
                    token.extent.clone(),
                );
            } else {
                self.report(
                    "InvalidForeachFlag",
                    format!("The parameter {name} is not valid for the foreach statement."),
                    token.extent.clone(),
                );
                refused = Some(token.extent);
            }
            self.skip_lines();
        }
        refused
    }

    fn foreach_error(&mut self, id: &'static str, message: &str, behind: &Extent) {
        self.report_incomplete(id, format!("{message}\n{FOREACH_FORM}"), after(behind));
    }

    /// `in … ) { … }` behind the variable; where the statement ends if they are not whole.
    fn foreach_parts(
        &mut self,
        variable: &Extent,
    ) -> Result<(Statement, Vec<Statement>, Extent), Extent> {
        let word = self.next();
        if !word.kind.is_keyword(Keyword::In) {
            self.unget(word);
            self.foreach_error(
                "MissingInInForeach",
                "Missing 'in' after variable in foreach loop.",
                variable,
            );
            return Err(variable.clone());
        }
        self.skip_lines();
        let Some(collection) = self.pipeline_chain() else {
            self.foreach_error(
                "MissingForeachExpression",
                "Missing expression in foreach loop.",
                &word.extent,
            );
            return Err(word.extent);
        };
        self.skip_lines();
        let close = self.next();
        if !close.kind.is(Sign::RightParenthesis) {
            self.unget(close);
            self.foreach_error(
                "MissingEndParenthesisAfterForeach",
                "Missing closing ')' after expression part of foreach loop.",
                &collection.extent,
            );
            return Err(collection.extent);
        }
        match self.statement_block() {
            Some((body, extent)) => Ok((collection, body, extent)),
            None => {
                self.foreach_error(
                    "MissingForeachStatement",
                    "Missing statement body in foreach loop.",
                    &close.extent,
                );
                Err(close.extent)
            }
        }
    }
}
