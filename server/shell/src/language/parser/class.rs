//! `class`: its name, what it derives from, its members.

use std::sync::Arc;

use crate::error_record::Extent;
use crate::language::ast::{
    ClassDeclaration, ClassMember, Expression, FunctionMember, PropertyMember, Qualifiers,
    Statement, StatementKind, TypeDeclaration, TypeLiteral,
};
use crate::language::lexer::Mode;
use crate::language::parser::parameter::Bracketed;
use crate::language::parser::{Parser, after, error_statement, span};
use crate::language::token::{Keyword, Sign, Token, TokenKind};
use crate::value::Text;

/// What stands before a member's name, and the first and the last of it.
#[derive(Default)]
struct Before {
    qualifiers: Qualifiers,
    first: Option<Extent>,
    last: Option<Extent>,
}

impl Before {
    /// Where a member begins whose name stands there.
    fn start<'e>(&'e self, name: &'e Extent) -> &'e Extent {
        self.first.as_ref().unwrap_or(name)
    }
}

impl Parser<'_> {
    pub(super) fn class_statement(
        &mut self,
        token: &Token,
        attributes: Vec<Bracketed>,
    ) -> Statement {
        self.skip_lines();
        let Some((name, name_extent)) = self.simple_name() else {
            return self.missing_name(token);
        };
        self.skip_lines();
        let outer = self.lexer.mode;
        self.set_mode(Mode::Signature);
        let bases = self.base_types();
        let open = self.next();
        if !open.kind.is(Sign::LeftBrace) {
            self.unget(open);
            let last = bases.last().map_or(name_extent, |last| last.extent.clone());
            self.missing_type_body("class", &last);
            self.set_mode(outer);
            return error_statement(span(&token.extent, &last));
        }
        let mut members = Vec::new();
        while self.class_member(&name, &mut members) {}
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
        let extent = span(first, &end);
        let attributes = attributes.into_iter().filter_map(|one| match one {
            Bracketed::Attribute(attribute) => Some(attribute),
            Bracketed::Type(_) => None,
        });
        let declared = Arc::new(ClassDeclaration {
            name,
            attributes: attributes.collect(),
            bases,
            members,
            source: self.source.clone(),
            extent: extent.clone(),
        });
        self.types.push(TypeDeclaration::Class(declared.clone()));
        Statement {
            kind: StatementKind::Class(declared),
            extent,
        }
    }

    /// `: base, interface`.
    fn base_types(&mut self) -> Vec<TypeLiteral> {
        let mut bases = Vec::new();
        let Some(colon) = self.eat(Sign::Colon) else {
            return bases;
        };
        let mut sign = colon.extent;
        self.skip_lines();
        loop {
            let Some((name, extent)) = self.type_name(false) else {
                self.type_expected(&sign);
                return bases;
            };
            bases.push(TypeLiteral { name, extent });
            self.skip_lines();
            match self.eat(Sign::Comma) {
                Some(comma) => {
                    sign = comma.extent;
                    self.skip_lines();
                }
                None => return bases,
            }
        }
    }

    /// A property or a method; false if none stands here.
    fn class_member(&mut self, class: &str, into: &mut Vec<ClassMember>) -> bool {
        let before = self.member_qualifiers();
        let token = self.peek().clone();
        match token.kind {
            TokenKind::Variable(path) => {
                self.skip_token();
                let property = self.property(path.text, &token.extent, before);
                into.push(ClassMember::Property(Arc::new(property)));
                true
            }
            TokenKind::Identifier(_) | TokenKind::Keyword(_) => {
                self.skip_token();
                let own_name = self.text_of(&token.extent).eq_ignore_ascii_case(class);
                let qualified = before.last.is_some();
                match self.method(&token, own_name, before) {
                    Some(method) => {
                        into.push(ClassMember::Function(Arc::new(method)));
                        true
                    }
                    None => {
                        self.sync_on_error(false, &[Sign::RightBrace]);
                        qualified
                    }
                }
            }
            _ => {
                let last = before.last;
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

    /// Attributes, a type, `static` and `hidden`.
    fn member_qualifiers(&mut self) -> Before {
        let mut before = Before::default();
        let mut seen: Vec<Keyword> = Vec::new();
        loop {
            self.skip_lines();
            if let Some(bracketed) = self.attribute() {
                let extent = bracketed.extent().clone();
                match bracketed {
                    Bracketed::Type(literal) if before.qualifiers.type_literal.is_none() => {
                        before.qualifiers.type_literal = Some(literal);
                    }
                    Bracketed::Type(_) => self.report(
                        "TooManyTypes",
                        "Only one type may be specified on class members.",
                        extent.clone(),
                    ),
                    Bracketed::Attribute(attribute) => {
                        before.qualifiers.attributes.push(attribute);
                    }
                }
                before.first.get_or_insert_with(|| extent.clone());
                before.last = Some(extent);
                continue;
            }
            let token = self.peek().clone();
            let TokenKind::Keyword(keyword @ (Keyword::Static | Keyword::Hidden)) = token.kind
            else {
                before.qualifiers.is_static = seen.contains(&Keyword::Static);
                before.qualifiers.is_hidden = seen.contains(&Keyword::Hidden);
                return before;
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
            before.first.get_or_insert_with(|| token.extent.clone());
            before.last = Some(token.extent);
        }
    }

    fn property(&mut self, name: Text, place: &Extent, before: Before) -> PropertyMember {
        let mut end = place.clone();
        let mut initial = None;
        if self.eat(Sign::Equals).is_some() {
            self.skip_lines();
            initial = self.expression();
            if let Some(value) = &initial {
                end = value.extent.clone();
            }
        }
        if !self.member_ends() {
            self.missing_terminator(&end);
        }
        self.skip_separators();
        PropertyMember {
            name,
            extent: span(before.start(place), &end),
            qualifiers: before.qualifiers,
            initial,
        }
    }

    fn missing_method_parameters(&mut self, behind: &Extent) {
        self.report_incomplete(
            "MissingMethodParameterList",
            "Missing '(' in class method parameter list.",
            after(behind),
        );
    }

    /// `(parameters) { … }`; none if it is not whole.
    fn method(
        &mut self,
        name: &Token,
        is_constructor: bool,
        before: Before,
    ) -> Option<FunctionMember> {
        let (mut parameters, mut refused, mut close) = (None, None, None);
        if self.peek_is(Sign::LeftParenthesis) {
            (parameters, refused, close) = self.function_parameters();
        } else {
            self.missing_method_parameters(&name.extent);
        }
        let mut base_call = None;
        if is_constructor && !before.qualifiers.is_static {
            self.skip_lines();
            base_call = self.in_mode(Mode::Signature, |parser| parser.base_call(&mut refused));
        }
        let open = self.next();
        if !open.kind.is(Sign::LeftBrace) {
            self.unget(open);
            if refused.is_none() {
                let end = close.unwrap_or_else(|| name.extent.clone());
                self.missing_function_body(&end);
            }
            return None;
        }
        if refused.is_some() {
            return None;
        }
        let mut body = self.in_mode(Mode::Command, |parser| {
            parser.script_block_rule(Some(&open))
        });
        let parameter_block = body.has_parameters.then(|| body.parameter_extent.clone());
        body.parameters = parameters.unwrap_or_default();
        body.has_parameters = true;
        Some(FunctionMember {
            name: self.text_of(&name.extent).into(),
            name_extent: name.extent.clone(),
            extent: Extent {
                start: before.start(&name.extent).start,
                end: body.extent.end + 1,
            },
            qualifiers: before.qualifiers,
            is_constructor,
            body: Arc::new(body),
            parameter_block,
            base_call,
        })
    }

    /// `: base(arguments)` of a constructor.
    fn base_call(&mut self, refused: &mut Option<Extent>) -> Option<Vec<Expression>> {
        let colon = self.eat(Sign::Colon)?;
        self.skip_lines();
        if !self.peek_is_keyword(Keyword::Base) {
            self.report_incomplete(
                "MissingBaseCtorCall",
                "Missing 'base' after ':' in a base class constructor call.",
                after(&colon.extent),
            );
            *refused = Some(colon.extent);
            return None;
        }
        let base = self.next();
        self.skip_lines();
        match self.eat(Sign::LeftParenthesis) {
            Some(open) => {
                let (arguments, _) = self.call_arguments(&open);
                self.skip_lines();
                Some(arguments)
            }
            None => {
                self.missing_method_parameters(&base.extent);
                *refused = Some(base.extent);
                None
            }
        }
    }
}
