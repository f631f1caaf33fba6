//! Pipelines, chains of them, assignments, redirections.

use crate::error_record::Extent;
use crate::language::ast::{
    Assignment, AssignmentOperator, BinaryOperator, Chain, ChainOperator, Element, ElementKind,
    Expression, Pipeline, Redirection, Statement, StatementKind, Stream,
};
use crate::language::lexer::Mode;
use crate::language::parser::{Parser, is_assignable};
use crate::language::token::{RedirectionSign, Sign, TokenKind};

/// The first element of a pipeline, or the assignment that it turned out to be.
enum First {
    Element(Element),
    Assignment(Statement),
    Nothing,
}

impl Parser<'_> {
    /// A pipeline, a chain of pipelines, or an assignment; nothing if none stands here.
    pub(super) fn chain(&mut self) -> Option<Statement> {
        let start = self.peek(Mode::Command).extent.start;
        let first = match self.first_element() {
            First::Assignment(statement) => return Some(statement),
            First::Nothing => return None,
            First::Element(element) => self.pipeline_from(element, start),
        };
        let mut chain = Chain {
            first,
            rest: Vec::new(),
            background: false,
        };
        loop {
            let operator = match self.chain_sign() {
                Some(Sign::AndAnd) => ChainOperator::And,
                Some(Sign::OrOr) => ChainOperator::Or,
                _ => break,
            };
            self.next(Mode::Command);
            let after = self.after_last();
            self.skip_lines();
            let start = self.peek(Mode::Command).extent.start;
            match self.first_element() {
                First::Element(element) => {
                    let pipeline = self.pipeline_from(element, start);
                    chain.rest.push((operator, pipeline));
                }
                First::Assignment(_) | First::Nothing => {
                    self.refuse_incomplete(
                        "EmptyPipelineChainElement",
                        "A pipeline chain operator must be followed by a pipeline.",
                        after,
                    );
                    break;
                }
            }
        }
        if self.eat(Mode::Command, Sign::Ampersand) {
            chain.background = true;
        }
        Some(Statement {
            kind: StatementKind::Chain(chain),
            extent: self.span(start),
        })
    }

    fn chain_sign(&mut self) -> Option<Sign> {
        match self.peek(Mode::Command).kind {
            TokenKind::Sign(sign) => Some(sign),
            TokenKind::NewLine => {
                // `&&` and `||` may begin the next line, as a pipe may.
                let (at, last) = (self.position(), self.last_end);
                self.skip_lines();
                match self.peek(Mode::Command).kind {
                    TokenKind::Sign(sign @ (Sign::AndAnd | Sign::OrOr)) => Some(sign),
                    _ => {
                        self.back_to(at, last);
                        None
                    }
                }
            }
            _ => None,
        }
    }

    /// Where reading stands, before any token that was only looked at.
    fn position(&mut self) -> usize {
        self.resync();
        self.lexer.position()
    }

    fn back_to(&mut self, at: usize, last_end: usize) {
        self.resync();
        self.lexer.rewind(at);
        self.last_end = last_end;
    }

    fn first_element(&mut self) -> First {
        if self.begins_expression() {
            let start = self.peek(Mode::Operand).extent.start;
            return match self.expression() {
                None => First::Nothing,
                Some(expression) => {
                    if let Some(operator) = self.assignment_operator() {
                        return First::Assignment(self.assignment(expression, operator));
                    }
                    First::Element(self.expression_element(expression, start))
                }
            };
        }
        match self.command() {
            Some(element) => First::Element(element),
            None => First::Nothing,
        }
    }

    fn assignment_operator(&mut self) -> Option<AssignmentOperator> {
        let TokenKind::Sign(sign) = self.peek(Mode::Expression).kind else {
            return None;
        };
        Some(match sign {
            Sign::Equals => AssignmentOperator::Set,
            Sign::PlusEquals => AssignmentOperator::Combine(BinaryOperator::Add),
            Sign::MinusEquals => AssignmentOperator::Combine(BinaryOperator::Subtract),
            Sign::StarEquals => AssignmentOperator::Combine(BinaryOperator::Multiply),
            Sign::SlashEquals => AssignmentOperator::Combine(BinaryOperator::Divide),
            Sign::PercentEquals => AssignmentOperator::Combine(BinaryOperator::Remainder),
            Sign::QuestionQuestionEquals => AssignmentOperator::Coalesce,
            _ => return None,
        })
    }

    fn assignment(&mut self, target: Expression, operator: AssignmentOperator) -> Statement {
        let start = target.extent.start;
        let token = self.next(Mode::Expression);
        let text = self.source_text(&token.extent);
        if !is_assignable(&target) {
            self.refuse(
                "InvalidLeftHandSide",
                "The assignment expression is not valid. The input to an assignment operator must be an object that is \
                 able to accept assignments, such as a variable or a property.",
                target.extent.clone(),
            );
        }
        self.skip_lines();
        let after = self.after_last();
        let value = self.deeper(Self::statement).unwrap_or_else(|| {
            self.refuse_incomplete(
                "ExpectedValueExpression",
                format!("You must provide a value expression following the '{text}' operator."),
                after,
            );
            Statement {
                kind: StatementKind::Break(None),
                extent: Extent::default(),
            }
        });
        Statement {
            kind: StatementKind::Assignment(Box::new(Assignment {
                target,
                operator,
                operator_extent: token.extent,
                value,
            })),
            extent: self.span(start),
        }
    }

    /// The source text of an extent; empty for one within a string whose quotes were doubled.
    pub(super) fn source_text(&self, extent: &Extent) -> String {
        self.source
            .text
            .get(extent.start..extent.end)
            .unwrap_or_default()
            .to_owned()
    }

    fn expression_element(&mut self, expression: Expression, start: usize) -> Element {
        let mut redirections = Vec::new();
        while let TokenKind::Redirection(sign) = self.peek(Mode::Expression).kind {
            self.redirection(sign, &mut redirections);
        }
        Element {
            kind: ElementKind::Expression(expression),
            redirections,
            extent: self.span(start),
        }
    }

    fn pipeline_from(&mut self, first: Element, start: usize) -> Pipeline {
        let mut elements = vec![first];
        let mut mode = match elements[0].kind {
            ElementKind::Expression(_) => Mode::Expression,
            ElementKind::Command(_) => Mode::Command,
        };
        loop {
            let (at, last) = (self.position(), self.last_end);
            if matches!(self.peek(mode).kind, TokenKind::NewLine) {
                self.skip_lines();
                if !self.peek_is(Mode::Command, Sign::Pipe) {
                    self.back_to(at, last);
                    break;
                }
            }
            if !self.peek_is(mode, Sign::Pipe) {
                self.check_end(mode);
                break;
            }
            let pipe = self.next(mode).extent;
            self.skip_lines();
            if self.begins_expression() {
                if let Some(expression) = self.expression() {
                    self.refuse(
                        "ExpressionsMustBeFirstInPipeline",
                        "Expressions are only allowed as the first element of a pipeline.",
                        expression.extent,
                    );
                }
                mode = Mode::Expression;
                continue;
            }
            mode = Mode::Command;
            let found = self.peek(Mode::Command);
            let blamed = if found.kind.is(Sign::Pipe) {
                found.extent.clone()
            } else {
                pipe
            };
            match self.command() {
                Some(element) => elements.push(element),
                None => {
                    self.empty_element(blamed);
                    break;
                }
            }
        }
        Pipeline {
            elements,
            extent: self.span(start),
        }
    }

    pub(super) fn empty_element(&mut self, extent: Extent) {
        self.refuse_incomplete(
            "EmptyPipeElement",
            "An empty pipe element is not allowed.",
            extent,
        );
    }

    /// Refuses a token that may not follow an element.
    fn check_end(&mut self, mode: Mode) {
        let token = self.peek(mode);
        let extent = token.extent.clone();
        let ends = matches!(
            token.kind,
            TokenKind::EndOfInput
                | TokenKind::NewLine
                | TokenKind::Sign(
                    Sign::Semicolon
                        | Sign::RightParenthesis
                        | Sign::RightBrace
                        | Sign::Ampersand
                        | Sign::AndAnd
                        | Sign::OrOr
                )
        );
        if !ends {
            let text = self.peeked_text();
            self.unexpected(text, extent);
        }
    }

    /// Takes a redirection and its target.
    pub(super) fn redirection(&mut self, sign: RedirectionSign, into: &mut Vec<Redirection>) {
        let token = self.next(Mode::Command);
        match sign {
            RedirectionSign::Merge(stream) => {
                self.check_redirected_twice(stream, into, &token.extent);
                into.push(Redirection::Merge(stream));
            }
            RedirectionSign::BadMerge => self.missing_file(token.extent),
            RedirectionSign::Input => self.refuse(
                "RedirectionNotSupported",
                "The '<' operator is reserved for future use.",
                token.extent,
            ),
            RedirectionSign::File { stream, append } => {
                let after = self.after_last();
                match self.command_argument() {
                    Some(target) => {
                        self.check_redirected_twice(stream, into, &token.extent);
                        into.push(Redirection::File {
                            stream,
                            append,
                            target,
                        });
                    }
                    None => self.missing_file(after),
                }
            }
        }
    }

    fn missing_file(&mut self, extent: Extent) {
        self.refuse_incomplete(
            "MissingFileSpecification",
            "Missing file specification after redirection operator.",
            extent,
        );
    }

    fn check_redirected_twice(&mut self, stream: Stream, before: &[Redirection], extent: &Extent) {
        let twice = before.iter().any(|earlier| match earlier {
            Redirection::Merge(own) | Redirection::File { stream: own, .. } => *own == stream,
        });
        if twice {
            let name = match stream {
                Stream::Output => "output",
                Stream::Error => "error",
                Stream::Warning => "warning",
                Stream::Verbose => "verbose",
                Stream::Debug => "debug",
                Stream::Information => "information",
                Stream::All => "all",
            };
            self.refuse(
                "StreamAlreadyRedirected",
                format!("The {name} stream for this command is already redirected."),
                extent.clone(),
            );
        }
    }
}
