//! Handlers that are never reached, and jumps out of a `finally`.

use crate::error_record::Extent;
use crate::evaluate::{exception_is, find_exception};
use crate::language::ast::{Catch, Expression, ExpressionKind, Statement};
use crate::language::semantic::{Around, Checker};
use crate::value::{Text, Value};

impl Checker<'_> {
    pub(super) fn try_statement(
        &mut self,
        body: &[Statement],
        catches: &[Catch],
        finally: Option<&[Statement]>,
    ) {
        self.unreached(catches);
        self.statements(body);
        for catch in catches {
            self.statements(&catch.body);
        }
        if let Some(finally) = finally {
            self.within(Around::Finally, |checker| checker.statements(finally));
        }
    }

    /// Handlers behind one that takes everything that they take.
    fn unreached(&mut self, catches: &[Catch]) {
        for (index, earlier) in catches.iter().enumerate() {
            for later in &catches[index + 1..] {
                if earlier.types.is_empty() {
                    let before = later.extent.start.saturating_sub(1);
                    self.refuse(
                        "EmptyCatchNotLast",
                        "Catch block must be the last catch block.",
                        &Extent {
                            start: before,
                            end: before,
                        },
                    );
                    break;
                }
                for first in &earlier.types {
                    for second in &later.types {
                        let (Some(first), Some(full)) =
                            (find_exception(&first.name), find_exception(&second.name))
                        else {
                            continue;
                        };
                        if exception_is(full, first) {
                            self.refuse(
                                "ExceptionTypeAlreadyCaught",
                                format!(
                                    "Exception type {full} is already handled by a previous handler."
                                ),
                                &second.extent,
                            );
                        }
                    }
                }
            }
        }
    }

    pub(super) fn jump(&mut self, label: Option<&Expression>, extent: &Extent) {
        let name = match label.map(|label| &label.kind) {
            None => Some(Text::default()),
            Some(ExpressionKind::Constant(Value::String(name))) => Some(name.clone()),
            Some(_) => None,
        };
        self.leaves_finally(name.as_deref(), extent);
        self.label_exists(name.as_deref().unwrap_or_default(), extent);
        if let Some(label) = label {
            self.expression(label);
        }
    }

    /// A jump of a method leads to a loop of the method.
    fn label_exists(&mut self, label: &str, extent: &Extent) {
        if label.is_empty() {
            return;
        }
        for around in self.around.iter().rev() {
            match around {
                Around::Loop(Some(own)) if own.eq_ignore_ascii_case(label) => return,
                Around::Block => return,
                Around::Method => {
                    return self.refuse(
                        "LabelNotFound",
                        format!("Label '{label}' not found inside the method."),
                        extent,
                    );
                }
                Around::Loop(_) | Around::Finally => {}
            }
        }
    }

    /// Refuses a jump out of a `finally`; one without a label ends at the nearest loop, a return at none.
    pub(super) fn leaves_finally(&mut self, label: Option<&str>, extent: &Extent) {
        for around in self.around.iter().rev() {
            match around {
                Around::Block | Around::Method => return,
                Around::Loop(own) => {
                    let ends = label.is_some_and(|label| {
                        label.is_empty()
                            || own
                                .as_ref()
                                .is_some_and(|own| own.eq_ignore_ascii_case(label))
                    });
                    if ends {
                        return;
                    }
                }
                Around::Finally => {
                    return self.refuse(
                        "ControlLeavingFinally",
                        "Flow of control cannot leave a Finally block.",
                        extent,
                    );
                }
            }
        }
    }
}
