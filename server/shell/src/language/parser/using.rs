//! `using`.

use crate::error_record::Extent;
use crate::language::ast::{Expression, ExpressionKind, Statement, StatementKind};
use crate::language::parser::command::Place;
use crate::language::parser::{Parser, after, error_statement, span};
use crate::language::token::{Keyword, Sign, Token, TokenKind};
use crate::value::{Text, Value};

impl Parser<'_> {
    /// The `using` statements that a text begins with; the namespaces that they name.
    pub(super) fn using_statements(&mut self) -> Vec<Text> {
        let mut namespaces = Vec::new();
        while self.peek_is_keyword(Keyword::Using) {
            let token = self.next();
            let statement = self.using_statement(&token);
            if let StatementKind::Using(Some(namespace)) = statement.kind {
                namespaces.push(namespace);
            }
            self.skip_separators();
        }
        let point = self.restore_point();
        self.resync(point);
        namespaces
    }

    pub(super) fn using_statement(&mut self, token: &Token) -> Statement {
        let directive = self.next();
        let kind = match directive.kind {
            TokenKind::Keyword(
                kind @ (Keyword::Namespace
                | Keyword::Type
                | Keyword::Module
                | Keyword::Command
                | Keyword::Assembly),
            ) => kind,
            _ => {
                self.unget(directive);
                self.report_incomplete(
                    "MissingUsingStatementDirective",
                    "Missing using directive",
                    after(&token.extent),
                );
                return error_statement(token.extent.clone());
            }
        };
        let item = self.next();
        if ends_statement(&item.kind) || item.kind.is(Sign::Comma) {
            self.report_incomplete(
                "MissingUsingItemName",
                "Missing using name",
                after(&directive.extent),
            );
            return error_statement(span(&token.extent, &directive.extent));
        }
        let item_extent = item.extent.clone();
        let value = match self.command_argument(Place::Argument, item) {
            Some(value) => value,
            None => {
                self.invalid_using_value(&item_extent);
                self.sync_on_error(true, &[Sign::Semicolon, Sign::NewLine]);
                return error_statement(span(&token.extent, &item_extent));
            }
        };
        self.using_value(token, kind, &value)
    }

    fn invalid_using_value(&mut self, extent: &Extent) {
        let text = self.text_of(extent);
        self.report(
            "InvalidValueForUsingItemName",
            format!("'{text}' is not a valid value for using name."),
            extent.clone(),
        );
    }

    fn using_value(&mut self, token: &Token, kind: Keyword, value: &Expression) -> Statement {
        let extent = span(&token.extent, &value.extent);
        let text = match &value.kind {
            ExpressionKind::Constant(Value::String(text)) => Some(text.clone()),
            ExpressionKind::Hashtable(_) if kind == Keyword::Module => None,
            _ => {
                self.invalid_using_value(&value.extent);
                return error_statement(extent);
            }
        };
        let wants_alias = matches!(kind, Keyword::Type | Keyword::Command);
        let mut extent = extent;
        if kind != Keyword::Assembly
            && text.is_some()
            && let Some(equals) = self.eat(Sign::Equals)
        {
            let alias = self.next();
            if ends_statement(&alias.kind) {
                self.unget(alias);
                self.report_incomplete(
                    "MissingNamespaceAlias",
                    "Missing namespace alias",
                    after(&equals.extent),
                );
                return error_statement(span(&token.extent, &equals.extent));
            }
            extent = span(&token.extent, &alias.extent);
            self.command_argument(Place::Argument, alias);
            self.unsupported_using(&extent);
        } else if wants_alias {
            self.report_incomplete(
                "MissingEqualsInUsingAlias",
                "Missing '=' operator",
                after(&value.extent),
            );
            return error_statement(extent);
        }
        self.require_terminator();
        let is_name = |text: &str| {
            text.split('.').all(|part| {
                part.starts_with(|c: char| c.is_alphabetic() || c == '_')
                    && part.chars().all(|c| c.is_alphanumeric() || c == '_')
            })
        };
        let namespace = text.filter(|_| kind == Keyword::Namespace);
        if namespace.as_ref().is_some_and(|text| !is_name(text)) {
            self.report(
                "InvalidNamespaceValue",
                "The specified namespace in the 'using' statement contains invalid characters.",
                value.extent.clone(),
            );
        }
        Statement {
            kind: StatementKind::Using(namespace),
            extent,
        }
    }

    fn unsupported_using(&mut self, extent: &Extent) {
        self.report(
            "UsingStatementNotSupported",
            "This syntax of the 'using' statement is not supported.",
            extent.clone(),
        );
    }

    fn require_terminator(&mut self) {
        let token = self.peek().clone();
        match token.kind {
            TokenKind::EndOfInput => {}
            TokenKind::NewLine | TokenKind::Sign(Sign::Semicolon) => self.skip_token(),
            _ => {
                self.report_incomplete(
                    "MissingStatementTerminator",
                    "Missing a newline or semicolon.",
                    token.extent,
                );
            }
        }
    }
}

fn ends_statement(kind: &TokenKind) -> bool {
    matches!(kind, TokenKind::EndOfInput | TokenKind::NewLine) || kind.is(Sign::Semicolon)
}
