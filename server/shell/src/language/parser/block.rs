//! Script blocks: `param(…)`, attributes and types, named parts.

use std::sync::Arc;

use crate::error_record::Extent;
use crate::language::ast::{
    Attribute, Block, Expression, ParameterDeclaration, Statement, TypeLiteral,
};
use crate::language::lexer::Mode;
use crate::language::parser::Parser;
use crate::language::token::{Sign, TokenKind};
use crate::value::Text;

/// What stands between square brackets: a type or an attribute.
pub(super) struct Bracketed {
    name: Text,
    extent: Extent,
    /// Arguments by position.
    pub(super) positional: Vec<Expression>,
    /// Arguments by name.
    pub(super) named: Vec<(Text, Option<Expression>)>,
    /// Whether it was written with parentheses.
    pub(super) has_parentheses: bool,
}

impl Bracketed {
    /// As a type.
    pub(super) fn into_type(self) -> TypeLiteral {
        TypeLiteral {
            name: self.name,
            extent: self.extent,
        }
    }

    /// As an attribute.
    pub(super) fn into_ast(self) -> Attribute {
        Attribute {
            name: self.name,
            positional: self.positional,
            named: self.named,
            extent: self.extent,
        }
    }
}

impl Parser<'_> {
    /// `{ … }` as a value; the brace is the next token.
    pub(super) fn script_block(&mut self) -> Arc<Block> {
        let open = self.next(Mode::Operand);
        let outer = std::mem::replace(&mut self.no_comma, false);
        let mut block = self.block(Some(Sign::RightBrace), open.extent.end);
        self.no_comma = outer;
        block.extent = Extent {
            start: open.extent.end,
            end: self.peek(Mode::Command).extent.start.max(open.extent.end),
        };
        self.closing_brace(&open.extent);
        Arc::new(block)
    }

    /// The closing brace of a block that began at `open`.
    pub(super) fn closing_brace(&mut self, open: &Extent) {
        if !self.eat(Mode::Command, Sign::RightBrace) {
            self.refuse_incomplete(
                "MissingEndCurlyBrace",
                "Missing closing '}' in statement block or type definition.",
                open.clone(),
            );
        }
    }

    /// The body of a block, up to `closing`, which is left.
    pub(super) fn block(&mut self, closing: Option<Sign>, end: usize) -> Block {
        self.skip_separators();
        let (parameters, has_parameters) = self.parameter_block();
        let mut block = Block {
            source: self.source.clone(),
            extent: Extent { start: 0, end },
            parameters,
            has_parameters,
            begin: Vec::new(),
            process: None,
            end: Vec::new(),
        };
        loop {
            self.skip_separators();
            match self.peek_keyword().as_deref() {
                Some("begin") if self.opens_block("begin") => {
                    block.begin = self.named_part();
                }
                Some("process") if self.opens_block("process") => {
                    block.process = Some(self.named_part());
                }
                Some("end") if self.opens_block("end") => block.end = self.named_part(),
                _ => break,
            }
        }
        block.end.extend(self.statements(closing));
        block
    }

    /// Whether a brace follows the keyword at hand.
    fn opens_block(&mut self, keyword: &str) -> bool {
        self.resync();
        let at = self.lexer.position();
        self.lexer.skip_blanks(true);
        let name_end = self.lexer.position() + keyword.len();
        self.lexer.rewind(name_end);
        self.lexer.skip_blanks(true);
        let opens = self.lexer.peek() == Some('{');
        self.lexer.rewind(at);
        opens
    }

    fn named_part(&mut self) -> Vec<Statement> {
        self.next(Mode::Command);
        self.skip_lines();
        self.statement_block().unwrap_or_default()
    }

    /// `{ statements }`; nothing if no brace stands here.
    pub(super) fn statement_block(&mut self) -> Option<Vec<Statement>> {
        self.skip_lines();
        if !self.peek_is(Mode::Command, Sign::LeftBrace) {
            return None;
        }
        let open = self.next(Mode::Command);
        let statements = self.statements(Some(Sign::RightBrace));
        self.closing_brace(&open.extent);
        Some(statements)
    }

    /// `[CmdletBinding()] param(…)`.
    fn parameter_block(&mut self) -> (Vec<ParameterDeclaration>, bool) {
        let at = {
            self.resync();
            self.lexer.position()
        };
        let errors = self.lexer.errors.len();
        while self.peek_is(Mode::Operand, Sign::LeftBracket) {
            if self.attribute().is_none() {
                break;
            }
            self.skip_lines();
        }
        if self.peek_keyword().as_deref() == Some("param") {
            self.next(Mode::Command);
            self.skip_lines();
            if self.peek_is(Mode::Command, Sign::LeftParenthesis) {
                return (self.parameters(), true);
            }
        }
        self.resync();
        self.lexer.rewind(at);
        self.lexer.errors.truncate(errors);
        (Vec::new(), false)
    }

    /// `( [type]$name = default, … )`; the parenthesis is the next token.
    pub(super) fn parameters(&mut self) -> Vec<ParameterDeclaration> {
        self.next(Mode::Command);
        let outer = std::mem::replace(&mut self.no_comma, true);
        let mut parameters = Vec::new();
        loop {
            let comma = self.after_last();
            self.skip_lines();
            let Some(parameter) = self.parameter_declaration() else {
                if !parameters.is_empty() {
                    self.refuse_incomplete(
                        "MissingExpressionAfterToken",
                        "Missing expression after ','.",
                        comma,
                    );
                }
                break;
            };
            parameters.push(parameter);
            self.skip_lines();
            if !self.eat(Mode::Expression, Sign::Comma) {
                break;
            }
        }
        self.no_comma = outer;
        self.skip_lines();
        if !self.eat(Mode::Expression, Sign::RightParenthesis) {
            let after = self.after_last();
            self.refuse_incomplete(
                "MissingEndParenthesisInFunctionParameterList",
                "Missing ')' in function parameter list.",
                after,
            );
        }
        parameters
    }

    fn parameter_declaration(&mut self) -> Option<ParameterDeclaration> {
        let start = self.peek(Mode::Operand).extent.start;
        let mut attributes = Vec::new();
        let mut type_literal = None;
        while self.peek_is(Mode::Operand, Sign::LeftBracket) {
            let bracketed = self.attribute()?;
            if bracketed.has_parentheses {
                attributes.push(bracketed.into_ast());
            } else {
                type_literal = Some(bracketed.into_type());
            }
            self.skip_lines();
        }
        let TokenKind::Variable(path) = self.peek(Mode::Operand).kind.clone() else {
            return None;
        };
        self.next(Mode::Operand);
        let extent = self.span(start);
        let mut default = None;
        if self.eat(Mode::Expression, Sign::Equals) {
            self.skip_lines();
            default = self.expression();
        }
        Some(ParameterDeclaration {
            name: path.text,
            type_literal,
            attributes,
            default,
            extent,
        })
    }

    /// `[Name]`, `[Name[]]`, `[Name(arguments)]`; the bracket is the next token.
    pub(super) fn attribute(&mut self) -> Option<Bracketed> {
        let open = self.next(Mode::Operand);
        self.skip_lines();
        let name = self.type_name();
        let mut bracketed = Bracketed {
            name: name.into(),
            extent: open.extent.clone(),
            positional: Vec::new(),
            named: Vec::new(),
            has_parentheses: false,
        };
        if bracketed.name.is_empty() {
            let after = self.after_last();
            self.refuse_incomplete("MissingTypename", "Missing type name after '['.", after);
            return None;
        }
        self.skip_lines();
        if self.peek_is(Mode::Expression, Sign::LeftParenthesis) {
            bracketed.has_parentheses = true;
            self.attribute_arguments(&mut bracketed);
        }
        self.skip_lines();
        if !self.eat(Mode::Expression, Sign::RightBracket) {
            let after = self.after_last();
            self.refuse_incomplete(
                "EndSquareBracketExpectedAtEndOfAttribute",
                "Missing ] at end of attribute or type literal.",
                after,
            );
            return None;
        }
        bracketed.extent = self.span(open.extent.start);
        Some(bracketed)
    }

    /// A type's name with namespaces, generic arguments and `[]`.
    fn type_name(&mut self) -> String {
        self.resync();
        let start = self.lexer.position();
        let mut brackets = 0_usize;
        while let Some(next) = self.lexer.peek() {
            match next {
                '[' => brackets += 1,
                ']' if brackets == 0 => break,
                ']' => brackets -= 1,
                ',' | ' ' if brackets > 0 => {}
                '.' | '+' | '`' => {}
                _ if self.at_name() => {}
                _ => break,
            }
            self.lexer.advance_past(self.lexer.position());
        }
        let end = self.lexer.position();
        self.last_end = self.lexer.extent(start, end).end;
        self.lexer.slice(start, end).trim().to_owned()
    }

    fn attribute_arguments(&mut self, into: &mut Bracketed) {
        self.next(Mode::Expression);
        let outer = std::mem::replace(&mut self.no_comma, true);
        loop {
            self.skip_lines();
            if self.peek_is(Mode::Operand, Sign::RightParenthesis) {
                break;
            }
            let token = self.peek(Mode::Operand).clone();
            if let TokenKind::Word(key) = token.kind {
                self.next(Mode::Operand);
                self.skip_lines();
                let value = if self.eat(Mode::Expression, Sign::Equals) {
                    self.skip_lines();
                    self.expression()
                } else {
                    None
                };
                into.named.push((key, value));
            } else {
                match self.expression() {
                    Some(value) => into.positional.push(value),
                    None => break,
                }
            }
            self.skip_lines();
            if !self.eat(Mode::Expression, Sign::Comma) {
                break;
            }
        }
        self.no_comma = outer;
        self.skip_lines();
        if !self.eat(Mode::Expression, Sign::RightParenthesis) {
            let after = self.after_last();
            self.refuse_incomplete(
                "MissingEndParenthesisInExpression",
                "Missing closing ')' in expression.",
                after,
            );
        }
    }
}
