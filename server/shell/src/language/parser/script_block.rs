//! Script blocks: `param(…)`, named parts, the statements between braces.

use std::sync::Arc;

use std::sync::OnceLock;

use crate::error_record::Extent;
use crate::language::ast::{Block, Expression, ExpressionKind, Statement};
use crate::language::lexer::Mode;
use crate::language::parser::parameter::Bracketed;
use crate::language::parser::{Parser, after, span};
use crate::language::token::{Keyword, Sign, Token, TokenKind};

impl Parser<'_> {
    /// The body of a script block after its brace, or a whole text.
    pub(super) fn script_block_rule(&mut self, open: Option<&Token>) -> Block {
        self.skip_lines();
        let namespaces = match open {
            None => self.using_statements(),
            Some(_) => Vec::new(),
        };
        let start = open.map_or(0, |open| open.extent.end);
        let mut block = Block {
            source: self.source.clone(),
            extent: Extent {
                start,
                end: self.source.text.len().max(start),
            },
            namespaces,
            attributes: Vec::new(),
            parameters: Vec::new(),
            has_parameters: false,
            parameter_extent: Extent::default(),
            dynamic: None,
            begin: None,
            process: None,
            end: Vec::new(),
            clean: None,
            requirements: None,
            is_named: false,
            types: Vec::new(),
            defined: OnceLock::new(),
            metadata_sound: OnceLock::new(),
        };
        let outer = std::mem::take(&mut self.types);
        self.block_parts(open, &mut block);
        block.types = std::mem::replace(&mut self.types, outer);
        block
    }

    /// Parameters and statements of a block.
    fn block_parts(&mut self, open: Option<&Token>, block: &mut Block) {
        let point = self.restore_point();
        if !self.parameter_block(block) {
            self.resync(point);
        }
        self.skip_separators();
        let named =
            matches!(&self.peek().kind, TokenKind::Keyword(keyword) if keyword.is_block_name());
        if named {
            block.is_named = true;
            self.named_blocks(open, block);
            return;
        }
        loop {
            self.statement_list(&mut block.end);
            if self.finish_block(open, block) {
                return;
            }
        }
    }

    /// The closing brace, or the end of the text; false if something else stands there and reading must go on.
    fn finish_block(&mut self, open: Option<&Token>, block: &mut Block) -> bool {
        let token = self.next();
        let Some(open) = open else {
            if !matches!(token.kind, TokenKind::EndOfInput) {
                self.unexpected(&token);
                return false;
            }
            return true;
        };
        block.extent.end = token.extent.start.clamp(
            block.extent.start,
            self.source.text.len().max(block.extent.start),
        );
        if !token.kind.is(Sign::RightBrace) {
            self.missing_closing_brace(open.extent.clone(), &token.extent);
            self.unget(token);
        }
        true
    }

    /// `[CmdletBinding()] param(…)`; false if it does not stand here.
    fn parameter_block(&mut self, block: &mut Block) -> bool {
        self.skip_lines();
        let attributes = self.attribute_list(false);
        self.skip_lines();
        let keyword = self.peek().clone();
        if !keyword.kind.is_keyword(Keyword::Param) {
            return false;
        }
        self.skip_token();
        self.skip_lines();
        let open = self.next();
        if !open.kind.is(Sign::LeftParenthesis) {
            self.unget(open);
            return false;
        }
        block.parameters = self.parameter_list();
        block.has_parameters = true;
        self.skip_lines();
        let close = self.next();
        block.parameter_extent = span(&keyword.extent, &close.extent);
        if !close.kind.is(Sign::RightParenthesis) {
            block.parameter_extent.end = self.before(&close.extent).end;
            self.unget(close);
            let last = block.parameters.last();
            let place = after(last.map_or(&open.extent, |last| &last.extent));
            self.missing_parameter_parenthesis(place);
        }
        for attribute in attributes {
            match attribute {
                Bracketed::Attribute(attribute) => block.attributes.push(attribute),
                Bracketed::Type(literal) => self.report(
                    "TypeNotAllowedBeforeParam",
                    format!(
                        "Unexpected type [{}] was found in the parameter statement.",
                        literal.name
                    ),
                    literal.extent,
                ),
            }
        }
        true
    }

    /// `begin { … } process { … } end { … }`.
    fn named_blocks(&mut self, open: Option<&Token>, block: &mut Block) {
        let mut seen: Vec<Keyword> = Vec::new();
        loop {
            let token = self.next();
            let keyword = match token.kind {
                TokenKind::Keyword(keyword) if keyword.is_block_name() => keyword,
                TokenKind::EndOfInput => {
                    self.unget(token);
                    break;
                }
                _ if token.kind.is(Sign::RightBrace) => {
                    self.unget(token);
                    break;
                }
                _ => {
                    let text = self.text_of(&token.extent);
                    self.report(
                        "MissingNamedBlocks",
                        format!(
                            "unexpected token '{text}', expected 'begin', 'process', 'end', 'clean', or 'dynamicparam'."
                        ),
                        token.extent.clone(),
                    );
                    if open.is_some() {
                        self.unget(token);
                    }
                    return;
                }
            };
            let body = self.statement_block();
            let extent = match &body {
                Some((_, extent)) => span(&token.extent, extent),
                None => {
                    self.report_incomplete(
                        "MissingNamedStatementBlock",
                        format!("Missing statement block after '{}'.", keyword.text()),
                        after(&token.extent),
                    );
                    token.extent.clone()
                }
            };
            if seen.contains(&keyword) {
                self.report(
                    "DuplicateScriptCommandClause",
                    format!(
                        "Script command clause '{}' has already been defined.",
                        keyword.text()
                    ),
                    extent,
                );
            } else {
                seen.push(keyword);
                let statements = body.map_or_else(Vec::new, |(statements, _)| statements);
                match keyword {
                    Keyword::Begin => block.begin = Some(statements),
                    Keyword::Process => block.process = Some(statements),
                    Keyword::Clean => block.clean = Some(statements),
                    Keyword::DynamicParam => block.dynamic = Some(statements),
                    _ => block.end = statements,
                }
            }
            self.skip_separators();
        }
        self.finish_block(open, block);
    }

    /// `{ statements }` with its extent; nothing if no brace stands here.
    pub(super) fn statement_block(&mut self) -> Option<(Vec<Statement>, Extent)> {
        self.skip_lines();
        let open = self.next();
        if !open.kind.is(Sign::LeftBrace) {
            self.unget(open);
            return None;
        }
        let mut statements = Vec::new();
        self.statement_list(&mut statements);
        let close = self.next();
        if close.kind.is(Sign::RightBrace) {
            return Some((statements, span(&open.extent, &close.extent)));
        }
        self.missing_closing_brace(open.extent.clone(), &close.extent);
        self.unget(close);
        let last = statements.last().map_or(&open.extent, |last| &last.extent);
        let extent = span(&open.extent, last);
        Some((statements, extent))
    }

    /// Statements up to what begins none.
    pub(super) fn statement_list(&mut self, into: &mut Vec<Statement>) {
        self.skip_separators();
        while let Some(statement) = self.statement() {
            into.push(statement);
            self.skip_separators();
            if self.peek_is(Sign::RightParenthesis) || self.peek_is(Sign::RightBrace) {
                break;
            }
        }
    }

    /// `{ … }` as a value, after its brace.
    pub(super) fn script_block_expression(&mut self, open: &Token) -> Expression {
        let block = self.with_comma(true, |parser| {
            parser.in_mode(Mode::Command, |parser| parser.script_block_rule(Some(open)))
        });
        // The closing brace follows the body.
        let closed = self.source.text.as_bytes().get(block.extent.end) == Some(&b'}');
        let extent = Extent {
            start: open.extent.start,
            end: block.extent.end + usize::from(closed),
        };
        Expression {
            kind: ExpressionKind::ScriptBlock(Arc::new(block)),
            extent,
        }
    }
}
