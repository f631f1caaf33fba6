//! Which statement begins here; statements of flow.

use crate::error_record::Extent;
use crate::language::ast::{Expression, ExpressionKind, Statement, StatementKind};
use crate::language::parser::parameter::Bracketed;
use crate::language::parser::{Parser, error_statement, span};
use crate::language::token::{Keyword, Sign, Token, TokenKind};
use crate::value::{Text, Value};

/// The label before a loop.
pub(super) struct Label {
    pub(super) text: Text,
    pub(super) extent: Extent,
}

impl Parser<'_> {
    /// A statement; nothing if none stands here.
    pub(super) fn statement(&mut self) -> Option<Statement> {
        self.deeper(Self::statement_rule)
    }

    fn statement_rule(&mut self) -> Option<Statement> {
        let mut token = self.next();
        let point = token.start;
        let mut attributes = Vec::new();
        let bracket = matches!(
            token.kind,
            TokenKind::Generic(_) | TokenKind::GenericExpandable(_)
        ) && self.text_of(&token.extent).starts_with('[');
        if bracket {
            self.resync(point);
            attributes = self.attribute_list(false);
            token = self.next();
            if !attributes.is_empty() && !self.check_attributes(&attributes, &token.kind) {
                self.resync(point);
                token = self.next();
            }
        }
        let keyword = match &token.kind {
            TokenKind::Keyword(keyword) => *keyword,
            TokenKind::Label(text) => {
                let label = Label {
                    text: text.clone(),
                    extent: token.extent.clone(),
                };
                self.skip_lines();
                return self.labelled_statement(label, point);
            }
            TokenKind::EndOfInput if !bracket => {
                self.unget(token);
                return None;
            }
            _ => {
                self.resync_or_unget(bracket, point, token);
                return self.pipeline_chain();
            }
        };
        self.keyword_statement(keyword, token, attributes)
    }

    fn resync_or_unget(&mut self, bracket: bool, point: usize, token: Token) {
        if bracket {
            self.resync(point);
        } else {
            self.unget(token);
        }
    }

    /// Whether the statement that begins with `next` takes attributes; if not, they belong to an expression.
    fn check_attributes(&mut self, attributes: &[Bracketed], next: &TokenKind) -> bool {
        let TokenKind::Keyword(keyword) = next else {
            return false;
        };
        let first_type = attributes.iter().find_map(|attribute| match attribute {
            Bracketed::Type(literal) => Some(literal),
            Bracketed::Attribute(_) => None,
        });
        if keyword.refuses_attributes() {
            if first_type.is_some() {
                return false;
            }
            if let Some(first) = attributes.first() {
                self.report(
                    "UnexpectedAttribute",
                    format!("Unexpected attribute '{}'.", first.name()),
                    first.extent().clone(),
                );
            }
        } else if let Some(literal) = first_type {
            self.report(
                "TypeNotAllowedBeforeStatement",
                format!(
                    "Unexpected type [{}] was found before statement.",
                    literal.name
                ),
                literal.extent.clone(),
            );
        }
        true
    }

    fn keyword_statement(
        &mut self,
        keyword: Keyword,
        token: Token,
        attributes: Vec<Bracketed>,
    ) -> Option<Statement> {
        Some(match keyword {
            Keyword::If => self.if_statement(&token),
            Keyword::Switch => self.switch_statement(None, &token),
            Keyword::ForEach => self.foreach_statement(None, &token),
            Keyword::For => self.for_statement(None, &token),
            Keyword::While => self.while_statement(None, &token),
            Keyword::Do => self.do_statement(None, &token),
            Keyword::Function | Keyword::Filter | Keyword::Workflow => {
                self.function_statement(keyword, &token)
            }
            Keyword::Return => self.flow(&token, StatementKind::Return),
            Keyword::Throw => self.flow(&token, StatementKind::Throw),
            Keyword::Exit => self.flow(&token, StatementKind::Exit),
            Keyword::Break => self.jump(&token, StatementKind::Break),
            Keyword::Continue => self.jump(&token, StatementKind::Continue),
            Keyword::Trap => self.trap_statement(&token),
            Keyword::Try => self.try_statement(&token),
            Keyword::Data => self.data_statement(&token),
            Keyword::Parallel | Keyword::Sequence => self.block_statement(keyword, &token),
            Keyword::Configuration => self.configuration_statement(&token),
            Keyword::From | Keyword::Define | Keyword::Var => {
                self.report(
                    "ReservedKeywordNotAllowed",
                    format!(
                        "The '{}' keyword is not supported in this version of the language.",
                        keyword.text()
                    ),
                    token.extent.clone(),
                );
                error_statement(token.extent)
            }
            Keyword::Class => self.class_statement(&token, attributes),
            Keyword::Enum => self.enum_statement(&token, attributes),
            Keyword::Using => {
                let statement = self.using_statement(&token);
                self.report(
                    "UsingMustBeAtStartOfScript",
                    "A 'using' statement must appear before any other statements in a script.",
                    statement.extent.clone(),
                );
                statement
            }
            Keyword::Else | Keyword::ElseIf | Keyword::Catch | Keyword::Until
                if !self.lexer.errors.is_empty() =>
            {
                // What is left of a statement that was refused.
                self.skip_lines();
                return self.statement();
            }
            _ => {
                let point = attributes.first().map(|first| first.extent().start);
                match point.filter(|_| self.lexer.reads_source()) {
                    Some(point) => self.resync(point),
                    None => self.unget(token),
                }
                return self.pipeline_chain();
            }
        })
    }

    fn labelled_statement(&mut self, label: Label, point: usize) -> Option<Statement> {
        let token = self.next();
        let TokenKind::Keyword(keyword) = token.kind else {
            self.resync(point);
            return self.pipeline_chain();
        };
        Some(match keyword {
            Keyword::Switch => self.switch_statement(Some(label), &token),
            Keyword::ForEach => self.foreach_statement(Some(label), &token),
            Keyword::For => self.for_statement(Some(label), &token),
            Keyword::While => self.while_statement(Some(label), &token),
            Keyword::Do => self.do_statement(Some(label), &token),
            _ => {
                self.resync(point);
                return self.pipeline_chain();
            }
        })
    }

    fn flow(
        &mut self,
        token: &Token,
        make: fn(Option<Box<Statement>>) -> StatementKind,
    ) -> Statement {
        let value = self.pipeline_chain();
        let last = value.as_ref().map_or(&token.extent, |value| &value.extent);
        let extent = span(&token.extent, last);
        Statement {
            kind: make(value.map(Box::new)),
            extent,
        }
    }

    fn jump(&mut self, token: &Token, make: fn(Option<Expression>) -> StatementKind) -> Statement {
        let label = self.label_or_key();
        let last = label.as_ref().map_or(&token.extent, |label| &label.extent);
        let extent = span(&token.extent, last);
        Statement {
            kind: make(label),
            extent,
        }
    }

    /// The label of a jump, or the key of a hashtable's entry: a plain name or an expression.
    pub(super) fn label_or_key(&mut self) -> Option<Expression> {
        if let Some((name, extent)) = self.simple_name() {
            return Some(Expression {
                kind: ExpressionKind::Constant(Value::String(name)),
                extent,
            });
        }
        if matches!(self.peek().kind, TokenKind::NewLine) || self.peek_is(Sign::Semicolon) {
            return None;
        }
        self.with_comma(false, |parser| parser.unary(false))
    }

    /// `parallel { … }` and `sequence { … }`, which only a workflow may hold.
    fn block_statement(&mut self, keyword: Keyword, token: &Token) -> Statement {
        match self.statement_block() {
            Some((_, extent)) => {
                self.report(
                    "UnexpectedKeyword",
                    format!("Unexpected keyword '{}'.", self.text_of(&token.extent)),
                    token.extent.clone(),
                );
                error_statement(span(&token.extent, &extent))
            }
            None => {
                self.report_incomplete(
                    "MissingStatementAfterKeyword",
                    format!("Missing statement body after keyword '{}'.", keyword.text()),
                    super::after(&token.extent),
                );
                error_statement(token.extent.clone())
            }
        }
    }

    /// `configuration name { … }`.
    fn configuration_statement(&mut self, token: &Token) -> Statement {
        let name = self.command_argument_at_hand();
        let body = self.statement_block();
        let last = match (&body, &name) {
            (Some((_, extent)), _) => extent,
            (None, Some(name)) => &name.extent,
            (None, None) => &token.extent,
        };
        let extent = span(&token.extent, last);
        self.report(
            "ConfigurationNotSupportedInPowerShellCore",
            "Configuration keyword is not supported in PowerShell 6+.",
            extent.clone(),
        );
        error_statement(extent)
    }
}
