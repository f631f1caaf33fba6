//! Functions and enumerations.

use std::sync::Arc;

use crate::error_record::Extent;
use crate::language::ast::{
    EnumDeclaration, EnumMember, FunctionKind, ParameterDeclaration, Statement, StatementKind,
    TypeDeclaration,
};
use crate::language::lexer::Mode;
use crate::language::parser::parameter::Bracketed;
use crate::language::parser::{Parser, after, error_statement, span};
use crate::language::token::{Keyword, RedirectionSign, Sign, Token, TokenKind};
use crate::value::Text;

/// Types that an enumeration may be made of.
const UNDERLYING: [&str; 8] = [
    "byte", "sbyte", "int16", "uint16", "int32", "uint32", "int64", "uint64",
];

/// Names of a function: everything but what begins or ends a statement, a value or a redirection.
fn names_function(kind: &TokenKind) -> bool {
    match kind {
        TokenKind::Sign(sign) => !matches!(
            sign,
            Sign::Pipe
                | Sign::LeftParenthesis
                | Sign::LeftBrace
                | Sign::AtParenthesis
                | Sign::AtBrace
                | Sign::RightBrace
                | Sign::RightParenthesis
                | Sign::Semicolon
                | Sign::AndAnd
                | Sign::OrOr
                | Sign::Ampersand
        ),
        TokenKind::EndOfInput
        | TokenKind::Redirection(
            RedirectionSign::Merge { .. } | RedirectionSign::File { .. } | RedirectionSign::Input,
        )
        | TokenKind::Variable(_)
        | TokenKind::Literal(_)
        | TokenKind::Expandable(_) => false,
        _ => true,
    }
}

impl Parser<'_> {
    pub(super) fn missing_name(&mut self, token: &Token) -> Statement {
        let word = self.text_of(&token.extent);
        self.report_incomplete(
            "MissingNameAfterKeyword",
            format!("Missing name after {word} keyword."),
            after(&token.extent),
        );
        error_statement(token.extent.clone())
    }

    pub(super) fn missing_function_body(&mut self, behind: &Extent) {
        self.report_incomplete(
            "MissingFunctionBody",
            "Missing function body in function declaration.",
            after(behind),
        );
    }

    pub(super) fn function_statement(&mut self, keyword: Keyword, token: &Token) -> Statement {
        self.skip_lines();
        let name = self.next();
        if !names_function(&name.kind) {
            self.unget(name);
            return self.missing_name(token);
        }
        let (parameters, mut refused, close) = self.function_parameters();
        let open = self.next();
        if !open.kind.is(Sign::LeftBrace) {
            self.unget(open);
            if refused.is_none() {
                let end = close.unwrap_or_else(|| name.extent.clone());
                self.missing_function_body(&end);
                refused = Some(end);
            }
            return error_statement(span(&token.extent, &refused.unwrap_or_default()));
        }
        if let Some(end) = refused {
            return error_statement(span(&token.extent, &end));
        }
        let text: Text = match &name.kind {
            TokenKind::Generic(text) => text.clone(),
            _ => self.text_of(&name.extent).into(),
        };
        let mut block = self.in_mode(Mode::Command, |parser| {
            parser.script_block_rule(Some(&open))
        });
        let extent = Extent {
            start: token.extent.start,
            end: block.extent.end + 1,
        };
        let mut twice = None;
        if let Some(parameters) = parameters {
            if block.has_parameters {
                twice = Some(block.parameter_extent.clone());
            }
            block.parameters = parameters;
            block.has_parameters = true;
        }
        Statement {
            kind: StatementKind::Function {
                name: text,
                body: Arc::new(block),
                kind: match keyword {
                    Keyword::Filter => FunctionKind::Filter,
                    Keyword::Workflow => FunctionKind::Workflow,
                    _ => FunctionKind::Function,
                },
                twice,
            },
            extent,
        }
    }

    /// `( … )` behind a function's name: the parameters, where the statement ends if they are not whole, and where they
    /// are closed.
    pub(super) fn function_parameters(
        &mut self,
    ) -> (
        Option<Vec<ParameterDeclaration>>,
        Option<Extent>,
        Option<Extent>,
    ) {
        self.skip_lines();
        let Some(open) = self.eat(Sign::LeftParenthesis) else {
            return (None, None, None);
        };
        let parameters = self.parameter_list();
        self.skip_lines();
        let close = self.next();
        let (mut refused, mut closed) = (None, None);
        if close.kind.is(Sign::RightParenthesis) {
            closed = Some(close.extent);
        } else {
            let end = parameters.last().map_or(&open.extent, |last| &last.extent);
            let end = end.clone();
            self.unget(close);
            self.missing_parameter_parenthesis(after(&end));
            refused = Some(end);
        }
        self.skip_lines();
        (Some(parameters), refused, closed)
    }

    pub(super) fn missing_type_body(&mut self, word: &str, behind: &Extent) {
        self.report_incomplete(
            "MissingTypeBody",
            format!("Missing '{word}' body in '{word}' declaration."),
            after(behind),
        );
    }

    pub(super) fn enum_statement(
        &mut self,
        token: &Token,
        attributes: Vec<Bracketed>,
    ) -> Statement {
        self.skip_lines();
        let Some((name, name_extent)) = self.simple_name() else {
            return self.missing_name(token);
        };
        let outer = self.lexer.mode;
        self.set_mode(Mode::Signature);
        let underlying = self.underlying_type();
        self.skip_lines();
        let open = self.next();
        if !open.kind.is(Sign::LeftBrace) {
            self.unget(open);
            self.missing_type_body("enum", &name_extent);
            self.set_mode(outer);
            return error_statement(span(&token.extent, &name_extent));
        }
        let mut members = Vec::new();
        while let Some(member) = self.enum_member() {
            members.push(member);
        }
        let close = self.next();
        let extent = span(&token.extent, &close.extent);
        if !close.kind.is(Sign::RightBrace) {
            let place = after(&open.extent);
            self.missing_closing_brace(place, &close.extent);
            self.unget(close);
        }
        self.set_mode(outer);
        let flags = attributes.iter().any(|attribute| {
            matches!(
                &*attribute.name().to_ascii_lowercase(),
                "flags" | "flagsattribute" | "system.flags" | "system.flagsattribute"
            )
        });
        let declared = Arc::new(EnumDeclaration {
            name,
            underlying,
            flags,
            members,
        });
        self.types.push(TypeDeclaration::Enum(declared.clone()));
        Statement {
            kind: StatementKind::Enum(declared),
            extent,
        }
    }

    /// `: int` behind an enumeration's name.
    fn underlying_type(&mut self) -> Option<Text> {
        let colon = self.eat(Sign::Colon)?;
        self.skip_lines();
        let Some((name, extent)) = self.type_name(false) else {
            self.type_expected(&colon.extent);
            return None;
        };
        let resolved = crate::convert::type_names::resolve(&name);
        let full = resolved.map_or_else(|| name.clone(), |found| found.full_name());
        let short = full
            .strip_prefix("System.")
            .unwrap_or(&full)
            .to_ascii_lowercase();
        if !UNDERLYING.contains(&&*short) {
            self.report(
                "InvalidUnderlyingType",
                format!(
                    "'{name}' is not a valid underlying type for enums. Expected a builtin integral type (one of byte, sbyte, \
                     short, ushort, int, uint, long or ulong)"
                ),
                extent,
            );
        }
        Some(short.into())
    }

    pub(super) fn type_expected(&mut self, behind: &Extent) {
        self.report_incomplete("TypeNameExpected", "Type name expected.", after(behind));
    }

    pub(super) fn missing_terminator(&mut self, behind: &Extent) {
        self.report_incomplete(
            "MissingPropertyTerminator",
            "Missing ';' or end-of-line in property definition.",
            after(behind),
        );
    }

    /// Whether a member's definition ends here.
    pub(super) fn member_ends(&mut self) -> bool {
        let kind = &self.peek().kind;
        matches!(kind, TokenKind::NewLine) || kind.is(Sign::Semicolon) || kind.is(Sign::RightBrace)
    }

    fn enum_member(&mut self) -> Option<EnumMember> {
        self.skip_lines();
        let (name, extent) = self.simple_name()?;
        let mut end = extent.clone();
        let mut value = None;
        let mut missing = false;
        self.in_mode(Mode::Expression, |parser| {
            let Some(equals) = parser.eat(Sign::Equals) else {
                return;
            };
            value = parser.expression();
            match &value {
                Some(value) => end = value.extent.clone(),
                None => {
                    parser.report(
                        "ExpectedValueExpression",
                        "You must provide a value expression following the '=' operator.",
                        after(&equals.extent),
                    );
                    end = equals.extent;
                    missing = true;
                }
            }
        });
        if !self.member_ends() && !missing {
            self.missing_terminator(&end);
        }
        self.skip_separators();
        Some(EnumMember {
            name,
            value,
            extent,
        })
    }
}
