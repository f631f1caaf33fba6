//! `if`, and the condition in parentheses.

use crate::error_record::Extent;
use crate::language::ast::{Statement, StatementKind};
use crate::language::parser::{Parser, after, error_statement, is_error, span};
use crate::language::token::{Keyword, Sign, Token};

impl Parser<'_> {
    pub(super) fn if_statement(&mut self, first: &Token) -> Statement {
        let mut clauses = Vec::new();
        let mut keyword = first.clone();
        let mut end;
        let otherwise = loop {
            let Some((condition, body, extent)) = self.if_clause(&keyword) else {
                return error_statement(span(&first.extent, &keyword.extent));
            };
            clauses.push((condition, body));
            end = extent;
            let point = self.restore_point();
            self.skip_lines();
            if self.peek_is_keyword(Keyword::ElseIf) {
                keyword = self.next();
                continue;
            }
            if !self.peek_is_keyword(Keyword::Else) {
                self.resync(point);
                break None;
            }
            keyword = self.next();
            self.skip_lines();
            let Some((body, extent)) = self.statement_block() else {
                self.report_incomplete(
                    "MissingStatementBlockAfterElse",
                    "Missing statement block after 'else' keyword.",
                    after(&keyword.extent),
                );
                return error_statement(span(&first.extent, &keyword.extent));
            };
            end = extent;
            break Some(body);
        };
        Statement {
            kind: StatementKind::If { clauses, otherwise },
            extent: span(&first.extent, &end),
        }
    }

    /// `( condition ) { body }`; nothing if it is not whole.
    fn if_clause(&mut self, keyword: &Token) -> Option<(Statement, Vec<Statement>, Extent)> {
        let word = self.text_of(&keyword.extent);
        self.skip_lines();
        let open = self.next();
        if !open.kind.is(Sign::LeftParenthesis) {
            self.unget(open);
            self.report_incomplete(
                "MissingOpenParenthesisInIfStatement",
                format!("Missing '(' after '{word}' in if statement."),
                after(&keyword.extent),
            );
            return None;
        }
        self.skip_lines();
        let condition = self.pipeline_chain().unwrap_or_else(|| {
            let place = after(&open.extent);
            self.report_incomplete(
                "IfStatementMissingCondition",
                format!("Missing condition in if statement after '{word} ('."),
                place.clone(),
            );
            error_statement(place)
        });
        self.skip_lines();
        let close = self.next();
        if !close.kind.is(Sign::RightParenthesis) {
            let place = close.extent.clone();
            self.unget(close);
            if !is_error(&condition) {
                self.missing_end_parenthesis(word, place);
            }
            return None;
        }
        self.skip_lines();
        match self.statement_block() {
            Some((body, extent)) => Some((condition, body, extent)),
            None => {
                self.report_incomplete(
                    "MissingStatementBlock",
                    format!("Missing statement block after {word} ( condition )."),
                    close.extent,
                );
                None
            }
        }
    }

    pub(super) fn missing_end_parenthesis(&mut self, word: &str, place: Extent) {
        self.report_incomplete(
            "MissingEndParenthesisAfterStatement",
            format!("Missing closing ')' after expression in '{word}' statement."),
            place,
        );
    }

    pub(super) fn missing_open_parenthesis(&mut self, word: &str, place: Extent) {
        self.report_incomplete(
            "MissingOpenParenthesisAfterKeyword",
            format!("Missing opening '(' after keyword '{word}'."),
            place,
        );
    }
}
