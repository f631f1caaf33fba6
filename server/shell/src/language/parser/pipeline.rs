//! Pipelines, chains of them, assignments, redirections.

use crate::error_record::Extent;
use crate::language::ast::{
    Assignment, AssignmentOperator, BinaryOperator, Chain, ChainOperator, Element, ElementKind,
    Expression, Pipeline, Redirection, Statement, StatementKind, Stream,
};
use crate::language::lexer::Mode;
use crate::language::parser::command::Place;
use crate::language::parser::{Parser, after, error_statement, span};
use crate::language::token::{RedirectionSign, Sign, Token, TokenKind};

/// What a chain's operator without a pipeline is told.
const EMPTY_CHAIN: &str = "A pipeline chain operator must be followed by a pipeline.";

impl Parser<'_> {
    /// A pipeline, a chain of pipelines, or an assignment; nothing if none stands here.
    pub(super) fn pipeline_chain(&mut self) -> Option<Statement> {
        let mut operator = None;
        let first = self.in_mode(Mode::Expression, |parser| {
            let first = parser.expression()?;
            operator = assignment_operator(&parser.peek().kind);
            let token = operator.map(|_| parser.next());
            Some((first, token))
        });
        let first = match (first, operator) {
            (Some((target, Some(token))), Some(operator)) => {
                return Some(self.assignment(target, operator, token));
            }
            (first, _) => first.map(|(first, _)| first),
        };
        self.chain(first)
    }

    fn assignment(
        &mut self,
        target: Expression,
        operator: AssignmentOperator,
        token: Token,
    ) -> Statement {
        self.skip_lines();
        let value = self.statement().unwrap_or_else(|| {
            let place = after(&token.extent);
            let text = self.text_of(&token.extent);
            self.missing_value(text, place.clone());
            error_statement(place)
        });
        Statement {
            extent: span(&target.extent, &value.extent),
            kind: StatementKind::Assignment(Box::new(Assignment {
                target,
                operator,
                operator_extent: token.extent,
                value,
            })),
        }
    }

    /// `You must provide a value expression following the '+' operator.`
    pub(super) fn missing_value(&mut self, operator: &str, place: Extent) {
        self.report_incomplete(
            "ExpectedValueExpression",
            format!("You must provide a value expression following the '{operator}' operator."),
            place,
        );
    }

    /// Pipelines joined by `&&` and `||`; the first may have been read up to its first expression.
    fn chain(&mut self, first: Option<Expression>) -> Option<Statement> {
        let first = self.pipeline(first)?;
        let mut extent = first.extent.clone();
        let mut chain = Chain {
            first,
            rest: Vec::new(),
            background: false,
        };
        loop {
            let operator = match self.peek().kind {
                TokenKind::Sign(Sign::AndAnd) => ChainOperator::And,
                TokenKind::Sign(Sign::OrOr) => ChainOperator::Or,
                TokenKind::Sign(Sign::Ampersand) => {
                    self.skip_token();
                    chain.background = true;
                    if !self.peek_is(Sign::AndAnd) && !self.peek_is(Sign::OrOr) {
                        break;
                    }
                    let next = self.next();
                    self.report(
                        "BackgroundOperatorInPipelineChain",
                        "Background operators can only be used at the end of a pipeline chain.",
                        next.extent.clone(),
                    );
                    return Some(error_statement(span(&extent, &next.extent)));
                }
                _ => break,
            };
            let token = self.next();
            self.skip_lines();
            if matches!(self.peek().kind, TokenKind::EndOfInput) {
                self.report_incomplete(
                    "EmptyPipelineChainElement",
                    EMPTY_CHAIN,
                    after(&token.extent),
                );
                break;
            }
            let found = self.peek().clone();
            let Some(pipeline) = self.pipeline(None) else {
                self.empty_chain_element(&token, &found);
                return Some(error_statement(span(&extent, &token.extent)));
            };
            extent.end = pipeline.extent.end;
            chain.rest.push((operator, pipeline));
        }
        Some(Statement {
            kind: StatementKind::Chain(chain),
            extent,
        })
    }

    fn empty_chain_element(&mut self, operator: &Token, found: &Token) {
        match found.kind {
            // What follows a call's sign was told already.
            TokenKind::Sign(Sign::Dot | Sign::Ampersand) => {}
            _ => self.report(
                "EmptyPipelineChainElement",
                EMPTY_CHAIN,
                span(&operator.extent, &found.extent),
            ),
        }
    }

    fn pipeline(&mut self, first: Option<Expression>) -> Option<Pipeline> {
        let mut elements: Vec<Element> = Vec::new();
        let mut expression = first;
        // The pipe before the element at hand.
        let mut pipe: Option<Extent> = None;
        loop {
            match self.pipeline_element(expression.take(), !elements.is_empty()) {
                Some(element) => elements.push(element),
                None if !elements.is_empty() || self.peek_is(Sign::Pipe) => {
                    let place = match &pipe {
                        Some(pipe) => after(pipe),
                        None => self.peek().extent.clone(),
                    };
                    self.empty_element(place);
                }
                None => {}
            }
            if matches!(self.peek().kind, TokenKind::NewLine)
                && self.lexer.pipe_follows(self.lexer.position())
            {
                self.skip_lines();
            }
            match self.peek().kind {
                TokenKind::NewLine | TokenKind::EndOfInput => break,
                TokenKind::Sign(
                    Sign::Semicolon
                    | Sign::RightParenthesis
                    | Sign::RightBrace
                    | Sign::AndAnd
                    | Sign::OrOr
                    | Sign::Ampersand,
                ) => break,
                TokenKind::Sign(Sign::Pipe) => {
                    let token = self.next();
                    self.skip_lines();
                    if matches!(self.peek().kind, TokenKind::EndOfInput) {
                        self.empty_element(after(&token.extent));
                        break;
                    }
                    pipe = Some(token.extent);
                }
                _ => {
                    let token = self.next();
                    self.unexpected(&token);
                    self.unget(token);
                    break;
                }
            }
        }
        let extent = span(&elements.first()?.extent, &elements.last()?.extent);
        Some(Pipeline { elements, extent })
    }

    fn empty_element(&mut self, place: Extent) {
        self.report_incomplete(
            "EmptyPipeElement",
            "An empty pipe element is not allowed.",
            place,
        );
    }

    /// An expression or a command; nothing if neither stands here.
    fn pipeline_element(&mut self, read: Option<Expression>, piped: bool) -> Option<Element> {
        let expression =
            read.or_else(|| self.in_mode(Mode::Expression, |parser| parser.expression()));
        let Some(expression) = expression else {
            return self.command();
        };
        if piped {
            self.report(
                "ExpressionsMustBeFirstInPipeline",
                "Expressions are only allowed as the first element of a pipeline.",
                expression.extent.clone(),
            );
        }
        let mut redirections = Vec::new();
        let mut extent = expression.extent.clone();
        while let TokenKind::Redirection(sign) = self.peek().kind {
            let token = self.next();
            if let Some(end) = self.redirection(sign, &token, &mut redirections) {
                extent.end = end.end;
            }
        }
        Some(Element {
            kind: ElementKind::Expression(expression),
            redirections,
            extent,
        })
    }

    /// The target of a redirection; where it ends.
    pub(super) fn redirection(
        &mut self,
        sign: RedirectionSign,
        token: &Token,
        into: &mut Vec<Redirection>,
    ) -> Option<Extent> {
        if let RedirectionSign::Merge { from, into: to } = sign {
            if to != Stream::Output || from == to {
                self.reserved_redirection(token);
            }
            self.check_redirected_twice(from, into, &token.extent);
            into.push(Redirection::Merge(from));
            return Some(token.extent.clone());
        }
        let target = self.single_argument_at(Place::FileName);
        if target.is_none() {
            self.report(
                "MissingFileSpecification",
                "Missing file specification after redirection operator.",
                after(&token.extent),
            );
        }
        let end = target
            .as_ref()
            .map_or(&token.extent, |target| &target.extent);
        let extent = span(&token.extent, end);
        let RedirectionSign::File { stream, append } = sign else {
            self.reserved_redirection(token);
            return Some(extent);
        };
        self.check_redirected_twice(stream, into, &extent);
        into.extend(target.map(|target| Redirection::File {
            stream,
            append,
            target,
        }));
        Some(extent)
    }

    fn reserved_redirection(&mut self, token: &Token) {
        let text = self.text_of(&token.extent);
        self.report(
            "RedirectionNotSupported",
            format!("The '{text}' operator is reserved for future use."),
            token.extent.clone(),
        );
    }

    fn check_redirected_twice(&mut self, stream: Stream, before: &[Redirection], extent: &Extent) {
        let twice = before.iter().any(|earlier| match earlier {
            Redirection::Merge(own) | Redirection::File { stream: own, .. } => *own == stream,
        });
        if !twice {
            return;
        }
        let name = match stream {
            Stream::Output => "output",
            Stream::Error => "error",
            Stream::Warning => "warning",
            Stream::Verbose => "verbose",
            Stream::Debug => "debug",
            Stream::Information => "information",
            Stream::All => "*",
        };
        self.report(
            "StreamAlreadyRedirected",
            format!("The {name} stream for this command is already redirected."),
            extent.clone(),
        );
    }
}

fn assignment_operator(kind: &TokenKind) -> Option<AssignmentOperator> {
    let TokenKind::Sign(sign) = kind else {
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
