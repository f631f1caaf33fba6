//! Commands: the name, parameters, arguments.

use crate::error_record::Extent;
use crate::language::ast::{
    Command, CommandElement, Element, ElementKind, Expression, ExpressionKind, Invocation,
    Redirection,
};
use crate::language::lexer::Mode;
use crate::language::parser::{Parser, after, error_expression, span};
use crate::language::token::{RawPart, Sign, Token, TokenKind};
use crate::value::{Text, Value};

/// What stands where an argument is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// The name of a command.
    CommandName,
    /// The name of a command behind `&` or `.`.
    CalledName,
    /// The target of a redirection.
    FileName,
    /// An argument, which may be a list.
    Argument,
    /// The condition of a `switch` clause.
    SwitchCondition,
}

impl Place {
    fn is_name(self) -> bool {
        matches!(self, Self::CommandName | Self::CalledName)
    }
}

/// A command while it is read.
struct Reading {
    elements: Vec<CommandElement>,
    redirections: Vec<Redirection>,
    name: Option<Expression>,
    place: Place,
    /// Whether `--` was read: what follows are arguments only.
    only_arguments: bool,
    /// Whether `--%` was read: the rest was one argument.
    verbatim: bool,
    end: Extent,
}

impl Reading {
    fn add(&mut self, expression: Expression) {
        self.end = expression.extent.clone();
        if self.name.is_none() && self.elements.is_empty() {
            self.name = Some(expression);
        } else {
            self.elements.push(CommandElement::Argument(expression));
        }
    }
}

impl Parser<'_> {
    /// A command with its arguments and redirections; nothing if none stands here.
    pub(super) fn command(&mut self) -> Option<Element> {
        self.in_mode(Mode::Command, Self::command_rule)
    }

    fn command_rule(&mut self) -> Option<Element> {
        let first = self.next();
        let invocation = match first.kind {
            TokenKind::Sign(Sign::Dot) => Invocation::Dot,
            TokenKind::Sign(Sign::Ampersand) => Invocation::Call,
            _ => Invocation::Name,
        };
        let mut reading = Reading {
            elements: Vec::new(),
            redirections: Vec::new(),
            name: None,
            place: Place::CommandName,
            only_arguments: false,
            verbatim: false,
            end: first.extent.clone(),
        };
        let (begin, mut token) = if invocation == Invocation::Name {
            (first.extent.clone(), first)
        } else {
            reading.place = Place::CalledName;
            (first.extent, self.next())
        };
        while self.command_element(token, &mut reading) {
            reading.place = Place::Argument;
            token = self.next();
        }
        let Some(name) = reading.name else {
            if invocation != Invocation::Name {
                let text = self.text_of(&begin);
                self.report(
                    "MissingExpression",
                    format!("Missing expression after '{text}' in pipeline element."),
                    begin,
                );
            }
            return None;
        };
        Some(Element {
            extent: span(&begin, &reading.end),
            kind: ElementKind::Command(Command {
                invocation,
                name,
                elements: reading.elements,
            }),
            redirections: reading.redirections,
        })
    }

    /// Takes one element of a command; false at its end.
    fn command_element(&mut self, token: Token, reading: &mut Reading) -> bool {
        match token.kind {
            TokenKind::EndOfInput | TokenKind::NewLine => {
                self.unget(token);
                return false;
            }
            TokenKind::Sign(
                Sign::Pipe
                | Sign::RightBrace
                | Sign::RightParenthesis
                | Sign::Semicolon
                | Sign::AndAnd
                | Sign::OrOr
                | Sign::Ampersand,
            ) => {
                self.unget(token);
                return false;
            }
            TokenKind::Sign(Sign::MinusMinus) => {
                reading.end = token.extent.clone();
                if reading.only_arguments || reading.name.is_none() {
                    let text = self.text_of(&token.extent);
                    reading.add(bare(text.into(), token.extent));
                }
                reading.only_arguments = true;
            }
            TokenKind::Sign(Sign::Comma) => {
                reading.end = token.extent.clone();
                self.report(
                    "MissingArgument",
                    "Missing argument in parameter list.",
                    token.extent,
                );
                self.skip_lines();
            }
            TokenKind::Parameter { .. } if reading.place.is_name() || reading.only_arguments => {
                let text = self.text_of(&token.extent);
                reading.add(bare(text.into(), token.extent));
            }
            TokenKind::Parameter { name, colon } => {
                self.parameter_argument(name, colon, token.extent, reading);
            }
            TokenKind::Redirection(_) if reading.place.is_name() => {
                let text = self.text_of(&token.extent);
                reading.add(bare(text.into(), token.extent));
            }
            TokenKind::Redirection(sign) => {
                let extent = self.redirection(sign, &token, &mut reading.redirections);
                reading.end = extent.unwrap_or(token.extent);
            }
            _ => return self.argument_element(token, reading),
        }
        true
    }

    fn argument_element(&mut self, token: Token, reading: &mut Reading) -> bool {
        let verbatim = matches!(&token.kind, TokenKind::Generic(text) if &**text == "--%");
        let Some(argument) = self.command_argument(reading.place, token) else {
            return false;
        };
        reading.add(argument);
        if !verbatim {
            return true;
        }
        self.ungot = None;
        let (text, extent) = self.lexer.take_verbatim();
        reading.add(bare(text.into(), extent));
        reading.verbatim = true;
        false
    }

    fn parameter_argument(
        &mut self,
        name: Text,
        colon: bool,
        token: Extent,
        reading: &mut Reading,
    ) {
        let text = self.text_of(&token);
        let mut argument = None;
        if colon && !self.peek_is(Sign::Comma) {
            let next = self.next();
            argument = self.command_argument(Place::Argument, next);
            if argument.is_none() {
                self.report(
                    "ParameterRequiresArgument",
                    format!("Parameter {text} requires an argument."),
                    after(&token),
                );
            }
        }
        let extent = span(
            &token,
            argument
                .as_ref()
                .map_or(&token, |argument| &argument.extent),
        );
        reading.end = extent.clone();
        reading.elements.push(CommandElement::Parameter {
            name,
            text: text.into(),
            argument,
            extent,
        });
    }

    /// One argument without commas.
    pub(super) fn single_argument(&mut self) -> Option<Expression> {
        self.single_argument_at(Place::Argument)
    }

    pub(super) fn single_argument_at(&mut self, place: Place) -> Option<Expression> {
        if self.peek_is(Sign::Comma) || matches!(self.peek().kind, TokenKind::EndOfInput) {
            return None;
        }
        self.in_mode(Mode::Command, |parser| {
            let token = parser.next();
            parser.command_argument(place, token)
        })
    }

    /// The argument that begins with the next token.
    pub(super) fn command_argument_at_hand(&mut self) -> Option<Expression> {
        let token = self.next();
        self.command_argument(Place::Argument, token)
    }

    /// An argument that begins with a token: one item, or several with commas between.
    pub(super) fn command_argument(&mut self, place: Place, token: Token) -> Option<Expression> {
        let mut items: Vec<Expression> = Vec::new();
        let mut comma: Option<Extent> = None;
        let mut token = token;
        loop {
            let verbatim = matches!(&token.kind, TokenKind::Generic(text) if &**text == "--%");
            let Some(item) = self.argument_item(place, token) else {
                let (first, comma) = (items.first()?, comma?);
                let extent = span(&first.extent, &comma);
                self.report_incomplete(
                    "MissingExpression",
                    "Missing expression after ',' in pipeline element.",
                    after(&comma),
                );
                return Some(error_expression(extent));
            };
            if place != Place::Argument || verbatim || !self.peek_is(Sign::Comma) {
                if items.is_empty() {
                    return Some(item);
                }
                items.push(item);
                return Some(list(items));
            }
            items.push(item);
            comma = Some(self.next().extent);
            self.skip_lines();
            token = self.next();
        }
    }

    fn argument_item(&mut self, place: Place, token: Token) -> Option<Expression> {
        match token.kind {
            TokenKind::EndOfInput | TokenKind::NewLine | TokenKind::Redirection(_) => {
                self.unget(token);
                None
            }
            TokenKind::Sign(
                Sign::Pipe
                | Sign::RightBrace
                | Sign::RightParenthesis
                | Sign::Semicolon
                | Sign::AndAnd
                | Sign::OrOr
                | Sign::Ampersand
                | Sign::MinusMinus
                | Sign::Comma,
            ) => {
                self.unget(token);
                None
            }
            TokenKind::Number(ref value) if place == Place::Argument => {
                // A number keeps its text where a word is wanted.
                let (value, text) = (value.clone(), self.text_of(&token.extent).into());
                self.unget(token);
                let item = self.deeper(|parser| parser.primary(true))?;
                Some(match item.kind {
                    ExpressionKind::Constant(_) => Expression {
                        kind: ExpressionKind::BareWord(value, text),
                        extent: item.extent,
                    },
                    _ => item,
                })
            }
            TokenKind::Variable(_)
            | TokenKind::Number(_)
            | TokenKind::Literal(_)
            | TokenKind::Expandable(_)
            | TokenKind::Sign(
                Sign::LeftParenthesis
                | Sign::DollarParenthesis
                | Sign::AtParenthesis
                | Sign::AtBrace
                | Sign::LeftBrace,
            ) => {
                self.unget(token);
                self.deeper(|parser| parser.primary(true))
            }
            TokenKind::Generic(text) => Some(bare(text, token.extent)),
            TokenKind::GenericExpandable(parts) if place == Place::CommandName => {
                Some(bare(self.raw_text(&parts).into(), token.extent))
            }
            TokenKind::GenericExpandable(parts) => Some(Expression {
                kind: ExpressionKind::Expandable(self.string_parts(parts)),
                extent: token.extent,
            }),
            _ => {
                let text = self.text_of(&token.extent);
                Some(bare(text.into(), token.extent))
            }
        }
    }

    /// A word whose variables are not expanded, as typed.
    fn raw_text(&self, parts: &[RawPart]) -> String {
        parts
            .iter()
            .map(|part| match part {
                RawPart::Literal(text) => text.as_str(),
                RawPart::Variable(_, extent) => self.text_of(extent),
                RawPart::SubExpression(sub) => self.text_of(&sub.extent),
            })
            .collect()
    }
}

/// A bare word.
fn bare(text: Text, extent: Extent) -> Expression {
    Expression {
        kind: ExpressionKind::Constant(Value::String(text)),
        extent,
    }
}

/// In a list a number is just a number.
fn list(mut items: Vec<Expression>) -> Expression {
    for item in &mut items {
        if let ExpressionKind::BareWord(value, _) = &item.kind {
            item.kind = ExpressionKind::Constant(value.clone());
        }
    }
    let extent = match items.as_slice() {
        [first, .., last] => span(&first.extent, &last.extent),
        _ => Extent::default(),
    };
    Expression {
        kind: ExpressionKind::ArrayLiteral(items),
        extent,
    }
}
