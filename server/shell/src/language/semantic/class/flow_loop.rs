//! The loops of a method's flow.

use crate::language::ast::{Statement, StatementKind};
use crate::language::semantic::class::flow::{Loop, Walk, local};

impl Walk {
    pub(super) fn loop_statement(&mut self, kind: &StatementKind) {
        match kind {
            StatementKind::While {
                label,
                condition,
                body,
            } => {
                let around = self.begin_loop(label.as_deref(), None);
                self.statement(condition);
                self.body(around, true, |walk| walk.statements(body));
            }
            StatementKind::Do {
                label,
                body,
                condition,
                ..
            } => self.do_loop(label.as_deref(), body, condition),
            StatementKind::For {
                label,
                initial,
                condition,
                step,
                body,
            } => {
                self.optional(initial.as_deref());
                let around = self.begin_loop(label.as_deref(), step.as_deref());
                self.optional(condition.as_deref());
                self.body(around, condition.is_some(), |walk| walk.statements(body));
            }
            StatementKind::ForEach {
                label,
                variable,
                collection,
                body,
                ..
            } => {
                let after = self.graph.node();
                let around = self.begin_loop(label.as_deref(), None);
                self.statement(collection);
                self.graph.flow_to(after);
                self.graph.sets("foreach");
                if let Some(key) = local(variable) {
                    self.graph.assigns(key, None);
                }
                self.body(around, true, |walk| walk.statements(body));
                self.graph.flow_to(after);
                self.graph.go_to(after);
            }
            _ => {}
        }
    }

    /// Where a loop tests its condition; `step` runs before each further round.
    pub(super) fn begin_loop(&mut self, label: Option<&str>, step: Option<&Statement>) -> Loop {
        let continue_to = self.graph.node();
        match step {
            Some(step) => {
                let condition = self.graph.node();
                self.graph.flow_to(condition);
                self.graph.go_to(continue_to);
                self.statement(step);
                self.graph.flow_to(condition);
                self.graph.go_to(condition);
            }
            None => {
                self.graph.flow_to(continue_to);
                self.graph.go_to(continue_to);
            }
        }
        Loop {
            label: label.unwrap_or_default().to_lowercase(),
            break_to: usize::MAX,
            continue_to,
        }
    }

    pub(super) fn body(&mut self, mut around: Loop, may_end: bool, run: impl FnOnce(&mut Self)) {
        let body = self.graph.node();
        let after = self.graph.node();
        around.break_to = after;
        let again = around.continue_to;
        if may_end {
            self.graph.flow_to(after);
        }
        self.loops.push(around);
        self.graph.flow_to(body);
        self.graph.go_to(body);
        run(self);
        self.graph.flow_to(again);
        self.graph.go_to(after);
        self.loops.pop();
    }

    fn do_loop(&mut self, label: Option<&str>, body: &[Statement], condition: &Statement) {
        let (continue_to, own) = (self.graph.node(), self.graph.node());
        let (break_to, again) = (self.graph.node(), self.graph.node());
        self.loops.push(Loop {
            label: label.unwrap_or_default().to_lowercase(),
            break_to,
            continue_to,
        });
        self.graph.flow_to(own);
        self.graph.go_to(own);
        self.statements(body);
        self.graph.flow_to(continue_to);
        self.graph.go_to(continue_to);
        self.statement(condition);
        self.graph.flow_to(break_to);
        self.graph.flow_to(again);
        self.graph.flows(again, own);
        self.graph.go_to(break_to);
        self.loops.pop();
    }
}
