//! What variables hold: by the text, by the pipeline that they stand in, by the session.

use crate::completion::assigned::{self, Assigned, Given};
use crate::completion::inference::{Inference, Inferred, elements, full_name, of_value};
use crate::completion::known;
use crate::completion::tree::{self, Node};
use crate::language::ast::{Expression, ExpressionKind, VariablePath};

impl Inference<'_> {
    pub(super) fn variable(&self, path: &VariablePath, at: usize) -> Vec<Inferred> {
        if let Some(value) = well_known(&path.key) {
            return vec![Inferred::plain(value)];
        }
        match &*path.key {
            "null" => return Vec::new(),
            "_" | "psitem" => return elements(self.current_object(at)),
            _ => {}
        }
        let all = assigned::before(self.whole, at.min(self.caret));
        let found = all
            .into_iter()
            .find(|found| found.name.eq_ignore_ascii_case(&path.key));
        match found {
            Some(found) => self.of_assigned(&found),
            None => known::value(
                &Expression {
                    kind: ExpressionKind::Variable(path.clone()),
                    extent: Default::default(),
                },
                self.source,
            )
            .map(|value| of_value(&value))
            .into_iter()
            .collect(),
        }
    }

    /// The types of a variable that the text sets.
    fn of_assigned(&self, found: &Assigned<'_>) -> Vec<Inferred> {
        if let Some(constraint) = &found.constraint
            && !constraint.eq_ignore_ascii_case("object")
        {
            return full_name(constraint)
                .map(Inferred::plain)
                .into_iter()
                .collect();
        }
        match found.value {
            Given::Unknown => Vec::new(),
            Given::Statement(statement) => self.statement(statement),
            Given::Expression(expression) => self.of(expression),
            Given::EachOf(statement) => elements(self.statement(statement)),
            Given::List => vec![Inferred::plain("System.Collections.ArrayList")],
        }
    }

    /// What `$_` may be at a place: what comes down the pipeline, what a `switch` tests, an error.
    fn current_object(&self, at: usize) -> Vec<Inferred> {
        let mut around: Vec<Node<'_>> = Vec::new();
        let mut path: Option<Vec<Node<'_>>> = None;
        tree::walk(self.whole, &mut |node, left| {
            if path.is_some() {
                return false;
            }
            if left {
                around.pop();
                return true;
            }
            if let Node::Expression(expression) = node
                && expression.extent.start == at
                && matches!(expression.kind, ExpressionKind::Variable(_))
            {
                path = Some(around.clone());
                return false;
            }
            around.push(node);
            true
        });
        let mut in_block = false;
        for node in path.unwrap_or_default().into_iter().rev() {
            match node {
                Node::Handler => {
                    return vec![Inferred::plain("System.Management.Automation.ErrorRecord")];
                }
                Node::Clauses(switch) => return self.statement(&switch.subject),
                Node::Block(..) => in_block = true,
                Node::Element(pipeline, index) if in_block && index > 0 => {
                    return self.pipeline_element(pipeline, index - 1);
                }
                Node::Expression(expression) if in_block => {
                    if let ExpressionKind::Call { target, .. } = &expression.kind {
                        return self.of(target);
                    }
                }
                _ => {}
            }
        }
        Vec::new()
    }
}

/// The types of variables that the language itself fills.
fn well_known(key: &str) -> Option<&'static str> {
    Some(match key {
        "true" | "false" | "?" => "System.Boolean",
        "pid" | "lastexitcode" | "maximumhistorycount" => "System.Int32",
        "home" | "pshome" | "psculture" | "psuiculture" | "shellid" | "psscriptroot"
        | "pscommandpath" => "System.String",
        "args" => "System.Object[]",
        "error" => "System.Collections.ArrayList",
        "matches" => "System.Collections.Hashtable",
        _ => return None,
    })
}
