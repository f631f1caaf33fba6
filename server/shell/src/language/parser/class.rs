//! `class`: read as PowerShell reads it; a session refuses to define one.

use crate::error_record::Extent;
use crate::language::ast::{Statement, StatementKind};
use crate::language::lexer::Mode;
use crate::language::parser::parameter::Bracketed;
use crate::language::parser::{Parser, after, error_statement, span};
use crate::language::token::{Keyword, Sign, Token, TokenKind};

impl Parser<'_> {
    pub(super) fn class_statement(&mut self, token: &Token, attributes: &[Bracketed]) -> Statement {
        self.skip_lines();
        let Some((name, name_extent)) = self.simple_name() else {
            return self.missing_name(token);
        };
        self.skip_lines();
        let outer = self.lexer.mode;
        self.set_mode(Mode::Signature);
        let last_base = self.base_types();
        let open = self.next();
        if !open.kind.is(Sign::LeftBrace) {
            self.unget(open);
            let last = last_base.unwrap_or(name_extent);
            self.missing_type_body("class", &last);
            self.set_mode(outer);
            return error_statement(span(&token.extent, &last));
        }
        while self.class_member(&name) {}
        let close = self.next();
        let mut end = open.extent.clone();
        if close.kind.is(Sign::RightBrace) {
            end = close.extent;
        } else {
            self.missing_closing_brace(after(&open.extent), &close.extent);
            self.unget(close);
        }
        self.set_mode(outer);
        let first = attributes
            .first()
            .map_or(&token.extent, |first| first.extent());
        Statement {
            kind: StatementKind::Class(name),
            extent: span(first, &end),
        }
    }

    /// `: base, interface`; the extent of the last.
    fn base_types(&mut self) -> Option<Extent> {
        let mut sign = self.eat(Sign::Colon)?.extent;
        self.skip_lines();
        let mut last = None;
        loop {
            let Some((_, extent)) = self.type_name(false) else {
                self.type_expected(&sign);
                return last;
            };
            last = Some(extent);
            self.skip_lines();
            match self.eat(Sign::Comma) {
                Some(comma) => {
                    sign = comma.extent;
                    self.skip_lines();
                }
                None => return last,
            }
        }
    }

    /// A property or a method; false if none stands here.
    fn class_member(&mut self, class: &str) -> bool {
        let (is_static, last) = self.member_qualifiers();
        let token = self.peek().clone();
        match token.kind {
            TokenKind::Variable(_) => {
                self.skip_token();
                self.property(&token.extent);
                true
            }
            TokenKind::Identifier(_) | TokenKind::Keyword(_) => {
                self.skip_token();
                let own_name = self.text_of(&token.extent).eq_ignore_ascii_case(class);
                if !self.method(&token, own_name && !is_static) {
                    self.sync_on_error(false, &[Sign::RightBrace]);
                    return last.is_some();
                }
                true
            }
            _ => {
                if let Some(last) = &last {
                    self.report_incomplete(
                        "IncompleteMemberDefinition",
                        "Missing a property name or method definition.",
                        after(last),
                    );
                }
                last.is_some()
            }
        }
    }

    /// Attributes, a type, `static` and `hidden`: whether it is static, and the last of them.
    fn member_qualifiers(&mut self) -> (bool, Option<Extent>) {
        let (mut seen_type, mut last) = (false, None);
        let mut seen: Vec<Keyword> = Vec::new();
        loop {
            self.skip_lines();
            if let Some(bracketed) = self.attribute() {
                let extent = bracketed.extent().clone();
                if matches!(bracketed, Bracketed::Type(_))
                    && std::mem::replace(&mut seen_type, true)
                {
                    self.report(
                        "TooManyTypes",
                        "Only one type may be specified on class members.",
                        extent.clone(),
                    );
                }
                last = Some(extent);
                continue;
            }
            let token = self.peek().clone();
            let TokenKind::Keyword(keyword @ (Keyword::Static | Keyword::Hidden)) = token.kind
            else {
                return (seen.contains(&Keyword::Static), last);
            };
            self.skip_token();
            if seen.contains(&keyword) {
                let text = self.text_of(&token.extent);
                self.report(
                    "DuplicateQualifier",
                    format!("Duplicate '{text}' qualifier"),
                    token.extent.clone(),
                );
            }
            seen.push(keyword);
            last = Some(token.extent);
        }
    }

    fn property(&mut self, name: &Extent) {
        let mut end = name.clone();
        if self.eat(Sign::Equals).is_some() {
            self.skip_lines();
            if let Some(value) = self.expression() {
                end = value.extent;
            }
        }
        if !self.member_ends() {
            self.missing_terminator(&end);
        }
        self.skip_separators();
    }

    fn missing_method_parameters(&mut self, behind: &Extent) {
        self.report_incomplete(
            "MissingMethodParameterList",
            "Missing '(' in class method parameter list.",
            after(behind),
        );
    }

    /// `(parameters) { … }`; false if it is not whole.
    fn method(&mut self, name: &Token, constructor: bool) -> bool {
        let (mut refused, mut close) = (None, None);
        if self.peek_is(Sign::LeftParenthesis) {
            (_, refused, close) = self.function_parameters();
        } else {
            self.missing_method_parameters(&name.extent);
        }
        if constructor {
            self.skip_lines();
            self.in_mode(Mode::Signature, |parser| parser.base_call(&mut refused));
        }
        let open = self.next();
        if !open.kind.is(Sign::LeftBrace) {
            self.unget(open);
            if refused.is_none() {
                let end = close.unwrap_or_else(|| name.extent.clone());
                self.missing_function_body(&end);
            }
            return false;
        }
        if refused.is_some() {
            return false;
        }
        self.in_mode(Mode::Command, |parser| {
            parser.script_block_rule(Some(&open))
        });
        true
    }

    /// `: base(arguments)` of a constructor.
    fn base_call(&mut self, refused: &mut Option<Extent>) {
        let Some(colon) = self.eat(Sign::Colon) else {
            return;
        };
        self.skip_lines();
        if !self.peek_is_keyword(Keyword::Base) {
            self.report_incomplete(
                "MissingBaseCtorCall",
                "Missing 'base' after ':' in a base class constructor call.",
                after(&colon.extent),
            );
            *refused = Some(colon.extent);
            return;
        }
        let base = self.next();
        self.skip_lines();
        match self.eat(Sign::LeftParenthesis) {
            Some(open) => {
                self.call_arguments(&open);
                self.skip_lines();
            }
            None => {
                self.missing_method_parameters(&base.extent);
                *refused = Some(base.extent);
            }
        }
    }
}
