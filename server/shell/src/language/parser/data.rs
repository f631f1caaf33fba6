//! `data`.

use crate::error_record::Extent;
use crate::language::ast::{Expression, Statement, StatementKind};
use crate::language::parser::command::Place;
use crate::language::parser::{Parser, after, error_statement, span};
use crate::language::token::{Sign, Token, TokenKind};

impl Parser<'_> {
    pub(super) fn data_statement(&mut self, token: &Token) -> Statement {
        self.skip_lines();
        let name = self.simple_name();
        self.skip_lines();
        let (mut refused, mut commands) = (None, None);
        if let TokenKind::Parameter { name, .. } = &self.peek().kind {
            let name = name.clone();
            let flag = self.next();
            if !"supportedcommand".starts_with(&name.to_ascii_lowercase()) {
                self.report(
                    "InvalidParameterForDataSectionStatement",
                    format!(
                        "The \"{name}\" parameter of the Data section is not valid. The valid Data section parameter is \
                         SupportedCommand."
                    ),
                    flag.extent.clone(),
                );
                refused = Some(flag.extent.clone());
            }
            commands = Some(self.supported_commands(&flag, &mut refused));
        }
        let mut end = token.extent.clone();
        let mut body = None;
        if let Some(refused) = refused {
            end = refused;
        } else if let Some((statements, extent)) = self.statement_block() {
            body = Some(statements);
            end = extent;
        } else {
            if let Some(last) = commands.iter().flatten().last() {
                end = last.extent.clone();
            } else if let Some((_, extent)) = &name {
                end = extent.clone();
            }
            self.report_incomplete(
                "MissingStatementBlockForDataSection",
                "The Data section is missing its statement block.",
                after(&end),
            );
        }
        let extent = span(&token.extent, &end);
        match body {
            Some(body) => Statement {
                kind: StatementKind::Data {
                    name: name.map(|(name, _)| name),
                    commands: commands.unwrap_or_default(),
                    body,
                },
                extent,
            },
            None => error_statement(extent),
        }
    }

    fn supported_commands(
        &mut self,
        flag: &Token,
        refused: &mut Option<Extent>,
    ) -> Vec<Expression> {
        let mut commands = Vec::new();
        let mut comma: Option<Extent> = None;
        loop {
            self.skip_lines();
            let Some(command) = self.single_argument_at(Place::CommandName) else {
                let end = comma.unwrap_or_else(|| flag.extent.clone());
                if refused.is_none() {
                    self.report_incomplete(
                        "MissingValueForSupportedCommandInDataSectionStatement",
                        "The SupportedCommand parameter of the Data section is missing a value. Supply a cmdlet or function \
                         name to the parameter.",
                        after(&end),
                    );
                }
                *refused = Some(end);
                return commands;
            };
            commands.push(command);
            match self.eat(Sign::Comma) {
                Some(token) => comma = Some(token.extent),
                None => return commands,
            }
        }
    }
}
