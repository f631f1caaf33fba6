//! Lists of parameters, attributes and what stands in their brackets.

use crate::error_record::Extent;
use crate::language::ast::{Attribute, Expression, ParameterDeclaration, TypeLiteral};
use crate::language::lexer::Mode;
use crate::language::parser::{Parser, after, error_expression, span};
use crate::language::token::{Sign, TokenKind};
use crate::value::Text;

/// What stands between square brackets.
pub(super) enum Bracketed {
    /// `[Name]`.
    Type(TypeLiteral),
    /// `[Name(…)]`.
    Attribute(Attribute),
}

impl Bracketed {
    pub(super) fn extent(&self) -> &Extent {
        match self {
            Self::Type(literal) => &literal.extent,
            Self::Attribute(attribute) => &attribute.extent,
        }
    }

    pub(super) fn name(&self) -> &Text {
        match self {
            Self::Type(literal) => &literal.name,
            Self::Attribute(attribute) => &attribute.name,
        }
    }
}

impl Parser<'_> {
    /// `[type]$name = default, …` after the parenthesis.
    pub(super) fn parameter_list(&mut self) -> Vec<ParameterDeclaration> {
        let mut parameters = Vec::new();
        let mut comma: Option<Extent> = None;
        loop {
            match self.deeper(Self::parameter) {
                Some(parameter) => parameters.push(parameter),
                None => {
                    if let Some(comma) = &comma {
                        self.missing_after(",", after(comma));
                    }
                    return parameters;
                }
            }
            self.skip_lines();
            match self.eat(Sign::Comma) {
                Some(token) => comma = Some(token.extent),
                None => return parameters,
            }
        }
    }

    pub(super) fn missing_parameter_parenthesis(&mut self, place: Extent) {
        self.report_incomplete(
            "MissingEndParenthesisInFunctionParameterList",
            "Missing ')' in function parameter list.",
            place,
        );
    }

    /// `Missing expression after ','.`
    pub(super) fn missing_after(&mut self, token: &str, place: Extent) {
        self.report_incomplete(
            "MissingExpressionAfterToken",
            format!("Missing expression after '{token}'."),
            place,
        );
    }

    fn parameter(&mut self) -> Option<ParameterDeclaration> {
        self.with_comma(false, |parser| {
            parser.in_mode(Mode::Expression, Self::parameter_rule)
        })
    }

    fn parameter_rule(&mut self) -> Option<ParameterDeclaration> {
        self.skip_lines();
        let brackets = self.attribute_list(false);
        self.skip_lines();
        let token = self.next();
        let first = brackets.first().map(|first| first.extent().clone());
        let TokenKind::Variable(path) = token.kind else {
            self.unget(token);
            let last = brackets.last()?.extent().clone();
            self.report_incomplete(
                "InvalidFunctionParameter",
                "Parameter declarations are a comma-separated list of variable names with optional initializer expressions.",
                after(&last),
            );
            self.sync_on_error(true, &[Sign::RightParenthesis]);
            return Some(ParameterDeclaration {
                name: "__error__".into(),
                type_literal: None,
                attributes: Vec::new(),
                default: None,
                variable: last.clone(),
                splatted: false,
                extent: span(&first.unwrap_or_default(), &last),
            });
        };
        self.skip_lines();
        let mut default = None;
        if let Some(equals) = self.eat(Sign::Equals) {
            self.skip_lines();
            default = self.expression();
            if default.is_none() {
                self.missing_after("=", after(&equals.extent));
            }
        }
        let mut parameter = ParameterDeclaration {
            splatted: path.splatted,
            name: path.text,
            type_literal: None,
            attributes: Vec::new(),
            extent: span(
                first.as_ref().unwrap_or(&token.extent),
                default
                    .as_ref()
                    .map_or(&token.extent, |default| &default.extent),
            ),
            variable: token.extent,
            default,
        };
        for bracketed in brackets {
            match bracketed {
                Bracketed::Type(literal) => parameter.type_literal = Some(literal),
                Bracketed::Attribute(attribute) => parameter.attributes.push(attribute),
            }
        }
        Some(parameter)
    }

    /// The types and attributes that stand here. Before an operand a line break ends them, but for one behind an
    /// attribute.
    pub(super) fn attribute_list(&mut self, before_operand: bool) -> Vec<Bracketed> {
        let mut found = Vec::new();
        while let Some(bracketed) = self.deeper(Self::attribute) {
            if !before_operand || matches!(bracketed, Bracketed::Attribute(_)) {
                self.skip_lines();
            }
            found.push(bracketed);
        }
        found
    }

    /// `[Name]`, `[Name[]]`, `[Name(arguments)]`.
    pub(super) fn attribute(&mut self) -> Option<Bracketed> {
        let open = self.next_left_bracket()?;
        self.skip_lines();
        let Some((name, name_extent)) = self.type_name(true) else {
            self.resync(open.start);
            self.report_incomplete(
                "MissingTypename",
                "Missing type name after '['.",
                after(&open.extent),
            );
            return None;
        };
        let next = self.next();
        if next.kind.is(Sign::LeftParenthesis) {
            let attribute = self.attribute_with_arguments(name, &open.extent, &next.extent);
            return Some(Bracketed::Attribute(attribute));
        }
        let mut end = next.extent.clone();
        if !next.kind.is(Sign::RightBracket) {
            let place = self.before(&next.extent);
            self.unget(next);
            self.report(
                "EndSquareBracketExpectedAtEndOfAttribute",
                "Missing ] at end of attribute or type literal.",
                place,
            );
            end = name_extent;
        }
        Some(Bracketed::Type(TypeLiteral {
            name,
            extent: span(&open.extent, &end),
        }))
    }

    fn attribute_with_arguments(
        &mut self,
        name: Text,
        open: &Extent,
        parenthesis: &Extent,
    ) -> Attribute {
        self.skip_lines();
        let mut attribute = Attribute {
            name,
            positional: Vec::new(),
            named: Vec::new(),
            named_extents: Vec::new(),
            extent: open.clone(),
        };
        let mut last = parenthesis.clone();
        self.in_mode(Mode::Expression, |parser| {
            parser.with_comma(false, |parser| {
                parser.attribute_arguments(&mut attribute, &mut last);
            });
        });
        self.skip_lines();
        let close = self.next();
        let closed = close.kind.is(Sign::RightParenthesis);
        if closed {
            last = close.extent;
        } else {
            self.unget(close);
            self.report_incomplete(
                "MissingEndParenthesisInExpression",
                "Missing closing ')' in expression.",
                after(&last),
            );
        }
        self.skip_lines();
        let bracket = self.next();
        if bracket.kind.is(Sign::RightBracket) {
            last = bracket.extent;
        } else {
            self.unget(bracket);
            if closed {
                self.report_incomplete(
                    "EndSquareBracketExpectedAtEndOfAttribute",
                    "Missing ] at end of attribute or type literal.",
                    after(&last),
                );
            }
        }
        attribute.extent = span(open, &last);
        attribute
    }

    fn attribute_arguments(&mut self, into: &mut Attribute, last: &mut Extent) {
        let mut comma: Option<Extent> = None;
        loop {
            self.skip_lines();
            match self.simple_name() {
                Some((name, extent)) => self.named_argument(name, extent, into, last),
                None => match self.expression() {
                    Some(value) => {
                        *last = value.extent.clone();
                        into.positional.push(value);
                    }
                    None => {
                        if let Some(comma) = &comma {
                            *last = after(comma);
                            self.missing_after(",", last.clone());
                            into.positional.push(error_expression(last.clone()));
                        }
                    }
                },
            }
            self.skip_lines();
            match self.eat(Sign::Comma) {
                Some(token) => {
                    *last = token.extent.clone();
                    comma = Some(token.extent);
                }
                None => return,
            }
        }
    }

    fn named_argument(
        &mut self,
        name: Text,
        extent: Extent,
        into: &mut Attribute,
        last: &mut Extent,
    ) {
        let mut value: Option<Expression> = None;
        if let Some(equals) = self.eat(Sign::Equals) {
            self.skip_lines();
            let given = self.expression().unwrap_or_else(|| {
                let place = after(&equals.extent);
                self.report_incomplete(
                    "MissingExpressionInNamedArgument",
                    "Missing statement after '=' in named argument.",
                    place.clone(),
                );
                self.sync_on_error(
                    true,
                    &[
                        Sign::Comma,
                        Sign::RightParenthesis,
                        Sign::RightBracket,
                        Sign::NewLine,
                    ],
                );
                error_expression(place)
            });
            *last = given.extent.clone();
            value = Some(given);
        }
        if into.named.iter().any(|(own, _)| *own == name) {
            self.report(
                "DuplicateNamedArgument",
                format!("Duplicate named arguments '{name}' are not allowed."),
                extent,
            );
        } else {
            let end = value.as_ref().map_or(extent.end, |value| value.extent.end);
            into.named_extents.push(Extent { end, ..extent });
            into.named.push((name, value));
        }
    }

    /// A plain name, which no word of the language is here.
    pub(super) fn simple_name(&mut self) -> Option<(Text, Extent)> {
        self.lexer.names_only = true;
        let token = self.peek();
        let found = match &token.kind {
            TokenKind::Identifier(name) => Some((name.clone(), token.extent.clone())),
            _ => None,
        };
        self.lexer.names_only = false;
        if found.is_some() {
            self.skip_token();
        }
        found
    }
}
