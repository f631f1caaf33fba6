//! `switch`.

use crate::error_record::Extent;
use crate::language::ast::{
    Chain, Element, ElementKind, Expression, ExpressionKind, Pipeline, Statement, StatementKind,
    Switch, SwitchMode,
};
use crate::language::parser::command::Place;
use crate::language::parser::statement::Label;
use crate::language::parser::{Parser, after, error_statement, span};
use crate::language::token::{Keyword, Sign, Token, TokenKind};
use crate::value::Value;

/// What a `switch` must have.
const REQUIRED: &str =
    "A switch statement must have one of the following:  '-file file_name' or '( expression )'.";

/// A `switch` while it is read.
struct Reading {
    mode: SwitchMode,
    case_sensitive: bool,
    file: bool,
    subject: Option<Statement>,
    clauses: Vec<(Expression, Vec<Statement>)>,
    default: Option<Vec<Statement>>,
    /// Where the statement ends if it is refused.
    end: Extent,
    refused: bool,
    /// Whether the last error was that the text ends too early, after which no further one is told.
    incomplete: bool,
}

impl Parser<'_> {
    pub(super) fn switch_statement(&mut self, label: Option<Label>, token: &Token) -> Statement {
        let start = label
            .as_ref()
            .map_or_else(|| token.extent.clone(), |label| label.extent.clone());
        let mut reading = Reading {
            mode: SwitchMode::Exact,
            case_sensitive: false,
            file: false,
            subject: None,
            clauses: Vec::new(),
            default: None,
            end: start.clone(),
            refused: false,
            incomplete: false,
        };
        self.skip_lines();
        self.switch_flags(&mut reading);
        self.switch_subject(&mut reading);
        let close = self.switch_body(&mut reading);
        match (close, reading.subject) {
            (Some(close), Some(subject)) if !reading.refused => Statement {
                kind: StatementKind::Switch(Box::new(Switch {
                    label: label.map(|label| label.text),
                    mode: reading.mode,
                    case_sensitive: reading.case_sensitive,
                    file: reading.file,
                    subject,
                    clauses: reading.clauses,
                    default: reading.default,
                    enumerated: self.names(&span(&start, &close), "$switch"),
                })),
                extent: span(&start, &close),
            },
            _ => error_statement(span(&start, &reading.end)),
        }
    }

    /// `-regex`, `-wildcard`, `-exact`, `-casesensitive` and `-file name`, as far as they are typed.
    fn switch_flags(&mut self, reading: &mut Reading) {
        while let TokenKind::Parameter { name, .. } = &self.peek().kind {
            let name = name.clone();
            let token = self.next();
            reading.end = token.extent.clone();
            let begins = |flag: &str| flag.starts_with(&name.to_ascii_lowercase());
            if begins("regex") {
                reading.mode = SwitchMode::Regex;
            } else if begins("wildcard") {
                reading.mode = SwitchMode::Wildcard;
            } else if begins("exact") {
                reading.mode = SwitchMode::Exact;
            } else if begins("casesensitive") {
                reading.case_sensitive = true;
            } else if begins("parallel") {
                self.report(
                    "KeywordParameterReservedForFutureUse",
                    "The switch '-parallel' parameter is reserved for future use.",
                    token.extent,
                );
            } else if begins("file") {
                self.switch_file(&token, reading);
            } else {
                reading.refused = true;
                self.report(
                    "InvalidSwitchFlag",
                    format!("The parameter {name} is not valid for the switch statement."),
                    token.extent,
                );
            }
        }
    }

    fn switch_file(&mut self, flag: &Token, reading: &mut Reading) {
        reading.file = true;
        self.skip_lines();
        match self.single_argument_at(Place::FileName) {
            Some(name) => {
                reading.end = name.extent.clone();
                reading.subject = Some(statement_of(name));
            }
            None => {
                reading.refused = true;
                reading.incomplete = self.report_incomplete(
                    "MissingFilenameOption",
                    "Cannot process the 'switch' statement because of a missing file name argument to the -file option.",
                    after(&flag.extent),
                );
            }
        }
    }

    /// `( pipeline )`, where no file was named.
    fn switch_subject(&mut self, reading: &mut Reading) {
        let Some(open) = self.eat(Sign::LeftParenthesis) else {
            if reading.subject.is_none() && !reading.file {
                reading.refused = true;
                let place = after(&reading.end);
                reading.incomplete =
                    self.report_incomplete("PipelineValueRequired", REQUIRED, place);
            }
            return;
        };
        reading.end = open.extent.clone();
        if reading.file {
            reading.refused = true;
            self.report("PipelineValueRequired", REQUIRED, open.extent.clone());
        }
        self.skip_lines();
        reading.subject = self.pipeline_chain();
        match &reading.subject {
            Some(subject) => reading.end = subject.extent.clone(),
            None => {
                reading.refused = true;
                reading.incomplete =
                    self.report_incomplete("PipelineValueRequired", REQUIRED, after(&open.extent));
            }
        }
        self.skip_lines();
        let close = self.next();
        if close.kind.is(Sign::RightParenthesis) {
            reading.end = close.extent;
            return;
        }
        self.unget(close);
        if !reading.incomplete {
            reading.refused = true;
            let place = after(&reading.end);
            reading.incomplete = self.report_incomplete(
                "MissingEndParenthesisInSwitchStatement",
                "Missing ')' after expression in switch statement.",
                place,
            );
        }
    }

    /// `{ clauses }`; where the closing brace stands.
    fn switch_body(&mut self, reading: &mut Reading) -> Option<Extent> {
        self.skip_lines();
        let open = self.next();
        if !open.kind.is(Sign::LeftBrace) {
            self.unget(open);
            if !reading.incomplete {
                reading.refused = true;
                let place = after(&reading.end);
                self.report_incomplete(
                    "MissingCurlyBraceInSwitchStatement",
                    "Missing '{' in switch statement.",
                    place,
                );
            }
            return None;
        }
        reading.end = open.extent.clone();
        self.skip_lines();
        while self.switch_clause(reading) {
            self.skip_separators();
            let token = self.peek().clone();
            if token.kind.is(Sign::RightBrace) {
                self.skip_token();
                return Some(token.extent);
            }
            if matches!(token.kind, TokenKind::EndOfInput) {
                if !reading.incomplete {
                    reading.refused = true;
                    self.missing_closing_brace(open.extent.clone(), &token.extent);
                }
                break;
            }
        }
        None
    }

    /// A condition with its body; false if no condition stands here.
    fn switch_clause(&mut self, reading: &mut Reading) -> bool {
        let is_default = self.peek_is_keyword(Keyword::Default);
        let condition = if is_default {
            let token = self.next();
            Some(Expression {
                kind: ExpressionKind::Constant(Value::text("default")),
                extent: token.extent,
            })
        } else {
            self.single_argument_at(Place::SwitchCondition)
        };
        let Some(condition) = condition else {
            reading.refused = true;
            let place = after(&reading.end);
            self.report_incomplete(
                "MissingSwitchConditionExpression",
                "Missing condition in switch statement clause.",
                place,
            );
            self.eat(Sign::RightBrace);
            return false;
        };
        reading.end = condition.extent.clone();
        let Some((body, extent)) = self.statement_block() else {
            reading.refused = true;
            let place = after(&reading.end);
            reading.incomplete = self.report_incomplete(
                "MissingSwitchStatementClause",
                "Missing statement block in switch statement clause.",
                place,
            );
            return true;
        };
        reading.end = extent;
        if !is_default {
            reading.clauses.push((condition, body));
        } else if reading.default.replace(body).is_some() {
            reading.refused = true;
            self.report(
                "MultipleSwitchDefaultClauses",
                "A switch statement can have only one default clause.",
                condition.extent,
            );
        }
        true
    }
}

/// An expression as a statement of its own.
fn statement_of(expression: Expression) -> Statement {
    let extent = expression.extent.clone();
    Statement {
        extent: extent.clone(),
        kind: StatementKind::Chain(Chain {
            first: Pipeline {
                elements: vec![Element {
                    kind: ElementKind::Expression(expression),
                    redirections: Vec::new(),
                    extent: extent.clone(),
                }],
                extent,
            },
            rest: Vec::new(),
            background: false,
        }),
    }
}
