//! `#requires`: a comment that is read as a command (`Tokenizer.GetScriptRequirements`).

mod constant;
mod module;

use crate::error_record::Extent;
use crate::language::ast::{
    Command, CommandElement, ElementKind, Expression, ExpressionKind, ScriptRequirements,
};
use crate::language::lexer::Lexer;
use crate::language::parser::Parser;
use crate::value::{Text, Value};

use constant::{Constant, constant, to_version};
use module::module;

/// What is said of one that is no such command.
const WRONG_FORMAT: &str = "Cannot process the #requires statement because it is not in the correct format.\n\
    The #requires statement must be in one of the following formats:\n \
    \"#requires -shellid <shellID>\"\n \
    \"#requires -version <major.minor>\"\n \
    \"#requires -psedition <edition>\"\n \
    \"#requires -pssnapin <psSnapInName> [-version <major.minor>]\"\n \
    \"#requires -modules <ModuleSpecification>\"\n \
    \"#requires -runasadministrator\"";

/// What was read so far.
#[derive(Default)]
struct Reading {
    found: ScriptRequirements,
    snap_in: bool,
    snap_in_version: bool,
}

/// A parameter and its argument.
struct Given<'a> {
    name: &'a str,
    extent: &'a Extent,
    argument: Option<Argument<'a>>,
}

/// An argument: an expression, or a parameter that stands where one should.
struct Argument<'a> {
    expression: Option<&'a Expression>,
    extent: &'a Extent,
}

impl Parser<'_> {
    /// What the `#requires` comments ask for; nothing if there are none.
    pub(super) fn requirements(&mut self) -> Option<Box<ScriptRequirements>> {
        let mut comments = std::mem::take(&mut self.lexer.requires);
        comments.sort_by_key(|comment| comment.start);
        comments.dedup();
        if comments.is_empty() {
            return None;
        }
        let mut reading = Reading::default();
        for comment in comments {
            reading.snap_in_version = false;
            self.requires(&comment, &mut reading);
        }
        Some(Box::new(reading.found))
    }

    /// One comment.
    fn requires(&mut self, comment: &Extent, reading: &mut Reading) {
        let start = comment.start + 1;
        let source = self.source;
        let text = source.text.get(start..comment.end).unwrap_or_default();
        let origins: Vec<usize> = (start..=comment.end).collect();
        let mut inner = Parser {
            depth: self.depth,
            budget: self.budget,
            ..Parser::new(Lexer::nested(text, &origins), self.source)
        };
        inner.lexer.errors = std::mem::take(&mut self.lexer.errors);
        let element = inner.command();
        self.budget = inner.budget;
        self.lexer.errors = inner.lexer.errors;
        let Some(element) = element else {
            return;
        };
        let ElementKind::Command(command) = &element.kind else {
            return;
        };
        let is_requires = matches!(&command.name.kind,
            ExpressionKind::BareWord(name, _) | ExpressionKind::Constant(name)
                if matches!(name, Value::String(name) if name.eq_ignore_ascii_case("requires")));
        if !is_requires {
            self.wrong_format(&element.extent);
        }
        self.required(command, reading);
    }

    fn wrong_format(&mut self, extent: &Extent) {
        self.report("ScriptRequiresInvalidFormat", WRONG_FORMAT, extent.clone());
    }

    fn required(&mut self, command: &Command, reading: &mut Reading) {
        let of_snap_in = command.elements.iter().any(|element| {
            matches!(element, CommandElement::Parameter { name, .. } if begins("pssnapin", name))
        });
        let mut elements = command.elements.iter();
        while let Some(element) = elements.next() {
            let CommandElement::Parameter {
                name,
                argument,
                extent,
                ..
            } = element
            else {
                if let CommandElement::Argument(argument) = element {
                    self.wrong_format(&argument.extent);
                }
                continue;
            };
            let argument = match argument {
                Some(attached) => Some(Argument {
                    expression: Some(attached),
                    extent: &attached.extent,
                }),
                None => elements.next().map(|next| match next {
                    CommandElement::Argument(next) => Argument {
                        expression: Some(next),
                        extent: &next.extent,
                    },
                    CommandElement::Parameter { extent, .. } => Argument {
                        expression: None,
                        extent,
                    },
                }),
            };
            let given = Given {
                name,
                extent,
                argument,
            };
            self.parameter_of_requires(&given, of_snap_in, reading);
        }
    }

    fn parameter_of_requires(
        &mut self,
        given: &Given<'_>,
        of_snap_in: bool,
        reading: &mut Reading,
    ) {
        let Given { name, extent, .. } = *given;
        if begins("runasadministrator", name) {
            if given.argument.is_some() {
                let message = format!("Parameter {name} cannot have an argument.");
                self.report("ParameterCannotHaveArgument", message, extent.clone());
            }
            return;
        }
        let Some(argument) = &given.argument else {
            let message = format!("Parameter {name} requires an argument.");
            self.report("ParameterRequiresArgument", message, extent.clone());
            return;
        };
        let at = argument.extent.clone();
        let Some(value) = argument.expression.and_then(constant) else {
            let message = "Argument must be constant.";
            self.report("RequiresArgumentMustBeConstant", message, at);
            return;
        };
        let found = &mut reading.found;
        if begins("shellid", name) {
            match (&found.shell, value.text()) {
                (Some(_), _) => self.twice("shellid", extent),
                (None, None) => self.no_text("shellid", at),
                (None, Some(shell)) => found.shell = Some(shell),
            }
        } else if begins("pssnapin", name) {
            self.required_snap_in(&value, at, extent, reading);
        } else if begins("psedition", name) {
            if found.editions.is_empty() {
                self.required_editions(value, &at, &mut found.editions);
            } else {
                self.twice("psedition", extent);
            }
        } else if begins("version", name) {
            let written = value.text().unwrap_or_else(|| self.text_of(&at).into());
            self.required_version(&written, at, extent, of_snap_in, reading);
        } else if begins("assembly", name) {
            for item in value.items() {
                if item.text().is_none() {
                    self.no_text("assembly", at.clone());
                }
            }
        } else if begins("modules", name) {
            for item in value.items() {
                match module(&item) {
                    Ok(module) => found.modules.push(module),
                    Err(message) => {
                        let message = format!(
                            "The argument for the Module parameter is not valid. {message}"
                        );
                        return self.report("RequiresModuleInvalid", message, at);
                    }
                }
            }
        } else {
            self.wrong_format(extent);
        }
    }

    fn twice(&mut self, name: &str, extent: &Extent) {
        let message = format!(
            "Cannot bind parameter because parameter '{name}' is specified more than once. To provide multiple values to \
             parameters that can accept multiple values, use the array syntax. For example, \"-parameter \
             value1,value2,value3\"."
        );
        self.report("ParameterAlreadyBound", message, extent.clone());
    }

    fn no_text(&mut self, name: &str, at: Extent) {
        let message = format!(
            "The argument for the {name} parameter is not valid. Specify a valid string argument."
        );
        self.report("RequiresInvalidStringArgument", message, at);
    }

    fn required_snap_in(
        &mut self,
        value: &Constant,
        at: Extent,
        extent: &Extent,
        reading: &mut Reading,
    ) {
        let Some(name) = value.text() else {
            return self.no_text("pssnapin", at);
        };
        if reading.snap_in {
            return self.twice("pssnapin", extent);
        }
        let valid = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        if name.is_empty() || !name.chars().all(valid) {
            let message = "The format of the specified snap-in name was not valid.  PowerShell snap-in names can only contain \
                alpha-numeric characters, dashes, underscores and periods. Correct the name and then try the operation again.";
            return self.report("InvalidPSSnapInName", message, at);
        }
        reading.snap_in = true;
    }

    fn required_editions(&mut self, value: Constant, at: &Extent, found: &mut Vec<Text>) {
        for item in value.items() {
            let Some(edition) = item.text() else {
                self.no_text("psedition", at.clone());
                continue;
            };
            let same = |known: &str| known.eq_ignore_ascii_case(&edition);
            if !["Desktop", "Core"].iter().any(|known| same(known)) {
                let message = "The argument for the psedition parameter is not valid. Specify a valid PowerShell edition.";
                self.report("RequiresPSEditionInvalid", message, at.clone());
            }
            if found.iter().any(|known| same(known)) {
                let message = "The argument for the psedition parameter contains duplicate values. Do not specify duplicate \
                    PowerShell edition values.";
                self.report(
                    "RequiresPSEditionValueIsAlreadySpecified",
                    message,
                    at.clone(),
                );
            } else {
                found.push(edition);
            }
        }
    }

    fn required_version(
        &mut self,
        written: &str,
        at: Extent,
        extent: &Extent,
        of_snap_in: bool,
        reading: &mut Reading,
    ) {
        let Some(version) = to_version(written) else {
            let message = "The argument for the Version parameter is not valid. Specify a valid PowerShell version, in the \
                format major.minor version.";
            return self.report("RequiresVersionInvalid", message, at);
        };
        if of_snap_in {
            if std::mem::replace(&mut reading.snap_in_version, true) {
                self.twice("version", extent);
            }
            return;
        }
        match &reading.found.version {
            Some(known) if *known != version => self.twice("version", extent),
            _ => reading.found.version = Some(version),
        }
    }
}

/// Whether a parameter's name is the beginning of another.
fn begins(whole: &str, name: &str) -> bool {
    whole
        .get(..name.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(name))
}
