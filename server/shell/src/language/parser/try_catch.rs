//! `try`, `catch`, `finally` and `trap`.

use std::sync::Arc;

use crate::error_record::Extent;
use crate::language::ast::{Catch, Statement, StatementKind, TypeLiteral};
use crate::language::parser::parameter::Bracketed;
use crate::language::parser::{Parser, after, error_statement, span};
use crate::language::token::{Keyword, Sign, Token};

impl Parser<'_> {
    pub(super) fn try_statement(&mut self, token: &Token) -> Statement {
        self.skip_lines();
        let Some((body, body_extent)) = self.statement_block() else {
            self.report_incomplete(
                "MissingTryStatementBlock",
                "The Try statement is missing its statement block.",
                after(&token.extent),
            );
            return error_statement(token.extent.clone());
        };
        let mut refused: Option<Extent> = None;
        let mut last = body_extent.clone();
        let mut catches = Vec::new();
        while let Some(catch) = self.catch(&mut refused) {
            last = catch.extent.clone();
            catches.push(catch);
        }
        self.skip_lines();
        let mut finally = None;
        if self.peek_is_keyword(Keyword::Finally) {
            let word = self.next();
            match self.statement_block() {
                Some((block, extent)) => {
                    last = extent;
                    finally = Some(block);
                }
                None => {
                    self.report_incomplete(
                        "MissingFinallyStatementBlock",
                        "The Finally block is missing its statement block.",
                        after(&word.extent),
                    );
                    refused = Some(word.extent);
                }
            }
        }
        if catches.is_empty() && finally.is_none() && refused.is_none() {
            self.report_incomplete(
                "MissingCatchOrFinally",
                "The Try statement is missing its Catch or Finally block.",
                after(&body_extent),
            );
            refused = Some(body_extent);
        }
        if let Some(end) = refused {
            return error_statement(span(&token.extent, &end));
        }
        Statement {
            kind: StatementKind::Try {
                body,
                catches,
                finally,
            },
            extent: span(&token.extent, &last),
        }
    }

    /// `catch [type], [type] { … }`; nothing if none stands here, or it is not whole.
    fn catch(&mut self, refused: &mut Option<Extent>) -> Option<Catch> {
        self.skip_lines();
        let token = self.next();
        if !token.kind.is_keyword(Keyword::Catch) {
            self.unget(token);
            return None;
        }
        let (types, comma) = self.caught_types(refused);
        match self.statement_block() {
            Some((body, extent)) => Some(Catch {
                types,
                body,
                extent: span(&token.extent, &extent),
            }),
            None => {
                // What a comma left open was told already.
                if comma.is_none() || *refused != comma {
                    let end = types
                        .last()
                        .map_or_else(|| token.extent.clone(), |last| last.extent.clone());
                    self.report_incomplete(
                        "MissingCatchHandlerBlock",
                        "The Catch block is missing its statement block.",
                        after(&end),
                    );
                    *refused = Some(end);
                }
                None
            }
        }
    }

    /// The types behind `catch`, and the last comma that was read.
    fn caught_types(&mut self, refused: &mut Option<Extent>) -> (Vec<TypeLiteral>, Option<Extent>) {
        let mut types = Vec::new();
        let mut comma: Option<Extent> = None;
        loop {
            let point = self.restore_point();
            self.skip_lines();
            match self.attribute() {
                Some(Bracketed::Type(literal)) => types.push(literal),
                Some(Bracketed::Attribute(_)) => {
                    self.resync(point);
                    break;
                }
                None => {
                    if let Some(comma) = &comma {
                        *refused = Some(comma.clone());
                        self.report_incomplete(
                            "MissingTypeLiteralToken",
                            "Missing type literal.",
                            after(comma),
                        );
                    }
                    break;
                }
            }
            self.skip_lines();
            let token = self.peek();
            comma = Some(token.extent.clone());
            if !token.kind.is(Sign::Comma) {
                break;
            }
            self.skip_token();
        }
        (types, comma)
    }

    pub(super) fn trap_statement(&mut self, token: &Token) -> Statement {
        let point = self.restore_point();
        self.skip_lines();
        let mut types = Vec::new();
        match self.attribute() {
            Some(Bracketed::Type(literal)) => types.push(literal),
            Some(Bracketed::Attribute(_)) => self.resync(point),
            None => {}
        }
        match self.statement_block() {
            Some((body, extent)) => {
                let extent = span(&token.extent, &extent);
                Statement {
                    kind: StatementKind::Trap(Arc::new(Catch {
                        types,
                        body,
                        extent: extent.clone(),
                    })),
                    extent,
                }
            }
            None => {
                let end = types.last().map_or(&token.extent, |last| &last.extent);
                let extent = span(&token.extent, end);
                self.report_incomplete(
                    "MissingTrapStatement",
                    "The 'trap' statement was incomplete. A trap statement requires a body.",
                    after(&extent),
                );
                error_statement(extent)
            }
        }
    }
}
