//! Commands: the name, parameters, arguments.

use crate::error_record::Extent;
use crate::language::ast::{
    Command, CommandElement, Element, ElementKind, Expression, ExpressionKind, Invocation,
};
use crate::language::characters::{is_blank, is_double_quote, is_single_quote};
use crate::language::lexer::Mode;
use crate::language::parser::Parser;
use crate::language::token::{Sign, TokenKind};
use crate::value::{Text, Value};

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
        match &self.peek(Mode::Command).kind {
            TokenKind::Word(_) => self.argument_item(),
            TokenKind::Number(_) | TokenKind::Parameter { .. } => Some(self.as_typed()),
            other if begins_argument(other) => self.argument_item(),
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
            match &self.peek(Mode::Command).kind {
                TokenKind::Redirection(sign) => {
                    let sign = *sign;
                    self.redirection(sign, redirections);
                }
                TokenKind::Parameter { .. } if !only_arguments => self.parameter(elements),
                TokenKind::Parameter { .. } => {
                    let argument = self.as_typed();
                    elements.push(CommandElement::Argument(argument));
                }
                TokenKind::Sign(Sign::Comma) => {
                    let token = self.next(Mode::Command);
                    self.refuse(
                        "MissingArgument",
                        "Missing argument in parameter list.",
                        token.extent,
                    );
                }
                TokenKind::Word(word) if &**word == "--" && !only_arguments => {
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

    /// The token at hand as the text that was typed.
    fn as_typed(&mut self) -> Expression {
        let text = Value::text(self.peeked_text());
        let token = self.next(Mode::Command);
        constant(text, token.extent)
    }

    /// A parameter, and the argument attached to it.
    fn parameter(&mut self, elements: &mut Vec<CommandElement>) {
        let text: Text = self.peeked_text().into();
        let token = self.next(Mode::Command);
        let TokenKind::Parameter { name, colon } = token.kind else {
            return;
        };
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
        let kind = &self.peek(Mode::Command).kind;
        if matches!(kind, TokenKind::Parameter { .. }) {
            return Some(self.as_typed());
        }
        let is_variable = matches!(kind, TokenKind::Variable(_));
        let is_word = matches!(
            kind,
            TokenKind::Number(_) | TokenKind::Word(_) | TokenKind::ExpandableWord(_)
        );
        if !is_word {
            if !begins_argument(kind) {
                return None;
            }
            let outer = std::mem::replace(&mut self.no_comma, false);
            self.splats = is_variable;
            let item = self.deeper(Self::primary);
            self.splats = false;
            self.no_comma = outer;
            return item;
        }
        let text = self.peeked_text();
        let token = self.next(Mode::Command);
        let kind = match token.kind {
            TokenKind::Number(value) => ExpressionKind::BareWord(value, text.into()),
            TokenKind::Word(word) => ExpressionKind::Constant(Value::String(word)),
            TokenKind::ExpandableWord(parts) => {
                ExpressionKind::Expandable(self.string_parts(parts))
            }
            _ => return None,
        };
        Some(Expression {
            kind,
            extent: token.extent,
        })
    }
}

fn constant(value: Value, extent: Extent) -> Expression {
    Expression {
        kind: ExpressionKind::Constant(value),
        extent,
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
