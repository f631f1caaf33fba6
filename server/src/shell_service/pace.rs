//! How far a pipeline is with a stream of its caller's (input, a file), and when the caller is told: early enough that more of it
//! is always on its way, so seldom that it costs nothing.

use super::incoming::QUEUE;

/// Bytes of one stream that may be ahead of the pipeline; a longer message comes alone.
pub(super) const BYTES_AHEAD: u32 = 1024 * 1024;

/// The pace of one stream.
#[derive(Debug, Default)]
pub(super) struct Pace {
    /// Messages taken, and how many of them the caller knows of, once it has been told that they are wanted.
    taken: u64,
    told: Option<u64>,
    /// Bytes of those that it does not know of.
    bytes: u32,
}

impl Pace {
    /// That of a stream which was asked for, so that its caller knows it to be wanted.
    pub(super) fn asked() -> Self {
        Self {
            told: Some(0),
            ..Self::default()
        }
    }

    /// Counts a message that was taken; whether it is time to tell.
    pub(super) fn take(&mut self, bytes: u32) -> bool {
        self.taken += 1;
        self.bytes = self.bytes.saturating_add(bytes);
        self.taken - self.told.unwrap_or(0) >= QUEUE as u64 / 2 || self.bytes >= BYTES_AHEAD / 2
    }

    /// Messages taken.
    pub(super) fn taken(&self) -> u64 {
        self.taken
    }

    /// What there is to tell: the messages taken, unless that is known.
    pub(super) fn news(&mut self) -> Option<u64> {
        if self.told == Some(self.taken) {
            return None;
        }
        self.told = Some(self.taken);
        self.bytes = 0;
        self.told
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caller_is_told_in_time_and_once() {
        let mut pace = Pace::default();
        assert_eq!((pace.news(), pace.news()), (Some(0), None));
        assert_eq!(Pace::asked().news(), None);
        for (bytes, due) in [(1, 32), (BYTES_AHEAD / 4, 2), (u32::MAX, 1)] {
            let before = pace.taken;
            while !pace.take(bytes) {}
            assert_eq!(pace.taken - before, due, "{bytes}");
            assert_eq!(pace.news(), Some(pace.taken));
        }
    }
}
