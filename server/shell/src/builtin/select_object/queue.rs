//! Which objects `-First`, `-Last`, `-Skip` and `-SkipLast` let through, and when (`SelectObjectQueue`).

use std::collections::VecDeque;

use crate::value::Value;

/// The objects whose turn has not come.
#[derive(Debug, Default)]
pub(super) struct Queue {
    objects: VecDeque<Value>,
    first: usize,
    last: usize,
    /// How many are still to be skipped at the beginning.
    skip: usize,
    /// -Skip as given.
    skipped: usize,
    skip_last: usize,
    /// Whether -First or -Last was given.
    bounded: bool,
    streamed: usize,
    /// How many were ever held at once.
    most: usize,
}

impl Queue {
    /// A queue for these parameters.
    pub(super) fn new(
        first: Option<usize>,
        last: Option<usize>,
        skip: usize,
        skip_last: usize,
    ) -> Self {
        Self {
            bounded: first.is_some() || last.is_some(),
            first: first.unwrap_or(0),
            last: last.unwrap_or(0),
            skip,
            skipped: skip,
            skip_last,
            ..Self::default()
        }
    }

    /// Takes an object; drops the oldest one if only the last ones are wanted.
    pub(super) fn push(&mut self, object: Value) {
        let most = if self.first == 0 {
            self.last + self.skip
        } else {
            self.last
        };
        if self.last > 0 && self.objects.len() >= most {
            self.objects.pop_front();
        }
        self.objects.push_back(object);
    }

    /// Whether it holds more than ever before.
    pub(super) fn grows(&mut self) -> bool {
        let grows = self.objects.len() > self.most;
        self.most = self.most.max(self.objects.len());
        grows
    }

    /// The object whose turn has come with the one that was taken, if any.
    pub(super) fn next(&mut self) -> Option<Value> {
        if self.skip > 0 {
            if self.last == 0 || self.first != 0 {
                self.skip -= 1;
                self.objects.pop_front();
            }
            return None;
        }
        if self.skip_last > 0 {
            return (self.objects.len() > self.skip_last)
                .then(|| self.objects.pop_front())
                .flatten();
        }
        if self.streamed < self.first || !self.bounded {
            self.streamed += 1;
            return self.objects.pop_front();
        }
        if self.last == 0 {
            self.objects.pop_front();
        }
        None
    }

    /// Whether nothing more is wanted.
    pub(super) fn is_done(&self) -> bool {
        self.bounded && self.last == 0 && self.first != 0 && self.streamed >= self.first
    }

    /// One of those that are left at the end. -Skip counts from there where only the last ones are wanted.
    pub(super) fn rest(&mut self) -> Option<Value> {
        if self.first == 0 && self.objects.len() <= self.skipped {
            return None;
        }
        self.objects.pop_front()
    }
}
