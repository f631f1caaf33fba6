//! Commands: the name, parameters, arguments.

use crate::language::ast::{
    Command, CommandElement, Element, ElementKind, Expression, ExpressionKind, Invocation,
};
use crate::language::characters::{is_blank, is_double_quote, is_single_quote};
use crate::language::lexer::Mode;
use crate::language::parser::Parser;
use crate::language::token::{Sign, Token, TokenKind};
use crate::value::Value;

impl Parser<'_> {
    /// A command with its arguments and redirections; nothing if none stands here.
    pub(super) fn command(&mut self) -> Option<Element> {
        let start = self.peek(Mode::Command).extent.start;
        let mut redirections = Vec::new();
        while let TokenKind::Redirection(sign) = self.peek(Mode::Command).kind {
            self.redirection(sign, &mut redirections);
        }
        let invocation = self.invocation_operator();
        let name = match self.command_name() {
            Some(name) => name,
            None if invocation == Invocation::Name => {
                if self.peek_is(Mode::Command, Sign::Pipe) {
                    let extent = self.peek(Mode::Command).extent.clone();
                    self.empty_element(extent);
                    self.next(Mode::Command);
                    return self.deeper(Self::command);
                }
                return None;
            }
            None => {
                let sign = if invocation == Invocation::Call {
                    "&"
                } else {
                    "."
                };
                let after = self.after_last();
                self.refuse_incomplete(
                    "MissingExpression",
                    format!("Missing expression after '{sign}' in pipeline element."),
                    after,
                );
                return None;
            }
        };
        let mut elements = Vec::new();
        self.command_elements(&mut elements, &mut redirections);
        Some(Element {
            kind: ElementKind::Command(Command {
                invocation,
                name,
                elements,
            }),
            redirections,
            extent: self.span(start),
        })
    }

    fn invocation_operator(&mut self) -> Invocation {
        if self.eat(Mode::Command, Sign::Ampersand) {
            return Invocation::Call;
        }
        let dot = matches!(&self.peek(Mode::Command).kind, TokenKind::Word(word) if word.starts_with('.'));
        if dot {
            let start = self.peek(Mode::Command).extent.start;
            self.resync();
            self.lexer.skip_blanks(false);
            let sourced = self.lexer.peek_next().is_some_and(|c| {
                is_blank(c)
                    || is_single_quote(c)
                    || is_double_quote(c)
                    || matches!(c, '$' | '(' | '{' | '&')
            });
            if sourced {
                self.lexer.advance_past(self.lexer.position());
                self.last_end = start + 1;
                return Invocation::Dot;
            }
        }
        Invocation::Name
    }

    fn command_name(&mut self) -> Option<Expression> {
        let token = self.peek(Mode::Command).clone();
        match &token.kind {
            TokenKind::Word(word) => {
                self.next(Mode::Command);
                Some(constant(Value::String(word.clone()), token))
            }
            TokenKind::Number(_) | TokenKind::Parameter { .. } => {
                let text = self.peeked_text().to_owned();
                self.next(Mode::Command);
                Some(constant(Value::text(text), token))
            }
            _ if begins_argument(&token.kind) => self.argument_item(),
            _ => None,
        }
    }

    fn command_elements(
        &mut self,
        elements: &mut Vec<CommandElement>,
        redirections: &mut Vec<crate::language::ast::Redirection>,
    ) {
        let mut only_arguments = false;
        loop {
            let token = self.peek(Mode::Command).clone();
            match token.kind {
                TokenKind::Redirection(sign) => self.redirection(sign, redirections),
                TokenKind::Parameter { name, colon } if !only_arguments => {
                    self.parameter(name, colon, elements);
                }
                TokenKind::Parameter { .. } => {
                    let text = self.peeked_text().to_owned();
                    self.next(Mode::Command);
                    elements.push(CommandElement::Argument(constant(
                        Value::text(text),
                        token.clone(),
                    )));
                }
                TokenKind::Sign(Sign::Comma) => {
                    self.next(Mode::Command);
                    self.refuse(
                        "MissingArgument",
                        "Missing argument in parameter list.",
                        token.extent,
                    );
                }
                TokenKind::Word(ref word) if &**word == "--" && !only_arguments => {
                    only_arguments = true;
                    self.next(Mode::Command);
                }
                _ => match self.command_argument() {
                    Some(argument) => elements.push(CommandElement::Argument(argument)),
                    None => return,
                },
            }
        }
    }

    fn parameter(
        &mut self,
        name: crate::value::Text,
        colon: bool,
        elements: &mut Vec<CommandElement>,
    ) {
        let text: crate::value::Text = {
            self.peek(Mode::Command);
            self.peeked_text().into()
        };
        let token = self.next(Mode::Command);
        let mut argument = None;
        if colon {
            let after = self.after_last();
            let ends_options =
                matches!(&self.peek(Mode::Command).kind, TokenKind::Word(word) if &**word == "--");
            if !ends_options {
                argument = self.command_argument();
            }
            if argument.is_none() {
                self.refuse(
                    "ParameterRequiresArgument",
                    format!("Parameter {text} requires an argument."),
                    after,
                );
            }
        }
        elements.push(CommandElement::Parameter {
            name,
            text,
            argument,
            extent: self.span(token.extent.start),
        });
    }

    /// An argument: one item, or several with commas between.
    pub(super) fn command_argument(&mut self) -> Option<Expression> {
        let first = self.argument_item()?;
        if !self.peek_is(Mode::Command, Sign::Comma) {
            return Some(first);
        }
        let start = first.extent.start;
        let mut items = vec![first];
        while self.eat(Mode::Command, Sign::Comma) {
            let after = self.after_last();
            self.skip_lines();
            match self.argument_item() {
                Some(item) => items.push(item),
                None => {
                    self.refuse_incomplete(
                        "MissingExpression",
                        "Missing expression after ',' in pipeline element.",
                        after,
                    );
                    break;
                }
            }
        }
        // In a list a number is just a number.
        for item in &mut items {
            if let ExpressionKind::BareWord(value, _) = &item.kind {
                item.kind = ExpressionKind::Constant(value.clone());
            }
        }
        Some(Expression {
            kind: ExpressionKind::ArrayLiteral(items),
            extent: self.span(start),
        })
    }

    /// One argument without commas.
    fn argument_item(&mut self) -> Option<Expression> {
        let token = self.peek(Mode::Command).clone();
        match token.kind {
            TokenKind::Number(value) => {
                let text = self.peeked_text().into();
                self.next(Mode::Command);
                Some(Expression {
                    kind: ExpressionKind::BareWord(value, text),
                    extent: token.extent,
                })
            }
            TokenKind::Word(ref word) => {
                let value = Value::String(word.clone());
                self.next(Mode::Command);
                Some(constant(value, token))
            }
            TokenKind::ExpandableWord(_) => {
                let taken = self.next(Mode::Command);
                let TokenKind::ExpandableWord(parts) = taken.kind else {
                    return None;
                };
                let parts = self.string_parts(parts);
                Some(Expression {
                    kind: ExpressionKind::Expandable(parts),
                    extent: token.extent,
                })
            }
            TokenKind::Parameter { .. } => {
                let text = self.peeked_text().to_owned();
                self.next(Mode::Command);
                Some(constant(Value::text(text), token.clone()))
            }
            _ if begins_argument(&token.kind) => {
                let outer = std::mem::replace(&mut self.no_comma, false);
                self.splats = matches!(token.kind, TokenKind::Variable(_));
                let item = self.deeper(Self::primary);
                self.splats = false;
                self.no_comma = outer;
                item
            }
            _ => None,
        }
    }
}

fn constant(value: Value, token: Token) -> Expression {
    Expression {
        kind: ExpressionKind::Constant(value),
        extent: token.extent,
    }
}

fn begins_argument(kind: &TokenKind) -> bool {
    matches!(
        kind,
        TokenKind::Literal(_)
            | TokenKind::Expandable(_)
            | TokenKind::ExpandableWord(_)
            | TokenKind::Variable(_)
            | TokenKind::Sign(
                Sign::LeftParenthesis
                    | Sign::AtParenthesis
                    | Sign::DollarParenthesis
                    | Sign::AtBrace
                    | Sign::LeftBrace
            )
    )
}
