//! A window over a part: the bytes at hand, of which nothing is copied.
//!
//! Place in the flow: under [`super::Xml`]. What a piece of XML needs is held whole, up to the limit;
//! what was given stays in the window until the next piece is asked for.
//!
//! Left to others: what the bytes mean.

use std::{
    io::{ErrorKind, Read},
    ops::Range,
};

use crate::{IntakeError, LimitKind};

/// Bytes of the window at the beginning.
const BYTES: usize = 128 * 1024;

/// The bytes at hand.
pub(super) struct Window<R> {
    part: R,
    bytes: Vec<u8>,
    // INVARIANT: start <= end <= bytes.len()
    start: usize,
    end: usize,
    /// Bytes of the part that stood before the window.
    before: u64,
    at_end: bool,
    /// Most bytes of one piece that are held.
    allowed: usize,
    limit: u64,
    place: String,
}

impl<R: Read> Window<R> {
    /// A window that holds pieces of twice the limit and a little: a text may be a cell in another
    /// spelling, and the consumers hold cells against the exact limit.
    pub(super) fn new(part: R, place: String, limit: u64) -> Self {
        let allowed = usize::try_from(limit)
            .unwrap_or(usize::MAX)
            .saturating_mul(2)
            .saturating_add(4096);
        Self {
            part,
            bytes: vec![0; BYTES.min(allowed)],
            start: 0,
            end: 0,
            before: 0,
            at_end: false,
            allowed,
            limit,
            place,
        }
    }

    /// Bytes of the part up to the place.
    pub(super) fn position(&self) -> u64 {
        self.before.saturating_add(self.start as u64)
    }

    /// What stood in this range when it was given.
    pub(super) fn get(&self, range: Range<usize>) -> &[u8] {
        self.bytes.get(range).unwrap_or(&[])
    }

    /// The next byte; a byte order mark at the beginning is passed over.
    pub(super) fn first(&mut self) -> Result<Option<u8>, IntakeError> {
        if self.position() == 0 && self.starts_with(b"\xef\xbb\xbf")? {
            self.start = self.start.saturating_add(3);
        }
        self.byte(0)
    }

    /// The byte after the next.
    pub(super) fn second(&mut self) -> Result<Option<u8>, IntakeError> {
        self.byte(1)
    }

    fn byte(&mut self, ahead: usize) -> Result<Option<u8>, IntakeError> {
        loop {
            let unused = self.get(self.start..self.end);
            if let Some(byte) = unused.get(ahead) {
                return Ok(Some(*byte));
            }
            if !self.fill()? {
                return Ok(None);
            }
        }
    }

    /// Whether these bytes come next.
    pub(super) fn starts_with(&mut self, expected: &[u8]) -> Result<bool, IntakeError> {
        let last = expected.len().saturating_sub(1);
        self.byte(last)?;
        Ok(self.get(self.start..self.end).starts_with(expected))
    }

    /// Takes what stands before the first byte for which `is_end` holds, or before the end.
    pub(super) fn take_until(
        &mut self,
        is_end: impl Fn(u8) -> bool,
    ) -> Result<Range<usize>, IntakeError> {
        let mut looked_at = 0_usize;
        loop {
            let from = self.start.saturating_add(looked_at);
            let found = self
                .get(from..self.end)
                .iter()
                .position(|byte| is_end(*byte));
            if let Some(at) = found {
                let range = self.start..from.saturating_add(at);
                self.start = range.end;
                return Ok(range);
            }
            looked_at = self.end.saturating_sub(self.start);
            if !self.fill()? {
                let range = self.start..self.end;
                self.start = self.end;
                return Ok(range);
            }
        }
    }

    /// Takes everything through the first byte for which `is_last` holds, looking from `offset` on.
    /// Gives what stands between: neither the first `offset` bytes nor the last. `None` if the part
    /// ends before.
    pub(super) fn take_through(
        &mut self,
        offset: usize,
        mut is_last: impl FnMut(u8) -> bool,
    ) -> Result<Option<Range<usize>>, IntakeError> {
        let mut looked_at = offset;
        loop {
            let from = self.start.saturating_add(looked_at);
            let found = self
                .get(from..self.end)
                .iter()
                .position(|byte| is_last(*byte));
            if let Some(at) = found {
                let last = from.saturating_add(at);
                let range = self.start.saturating_add(offset)..last;
                self.start = last.saturating_add(1);
                return Ok(Some(range));
            }
            looked_at = looked_at.max(self.end.saturating_sub(self.start));
            if !self.fill()? {
                return Ok(None);
            }
        }
    }

    /// Brings more bytes behind those not yet taken; `false` at the end of the part.
    fn fill(&mut self) -> Result<bool, IntakeError> {
        if self.at_end {
            return Ok(false);
        }
        self.make_room()?;
        loop {
            let room = self.bytes.get_mut(self.end..).unwrap_or(&mut []);
            match self.part.read(room) {
                Ok(0) => self.at_end = true,
                Ok(count) => self.end = self.end.saturating_add(count).min(self.bytes.len()),
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(IntakeError::from_io(&error, &self.place)),
            }
            return Ok(!self.at_end);
        }
    }

    fn make_room(&mut self) -> Result<(), IntakeError> {
        if self.start > 0 {
            self.bytes.copy_within(self.start..self.end, 0);
            self.before = self.position();
            self.end = self.end.saturating_sub(self.start);
            self.start = 0;
        }
        let length = self.bytes.len();
        if self.end < length {
            return Ok(());
        }
        if length >= self.allowed {
            let place = self.place.as_str();
            return Err(IntakeError::limit(LimitKind::CellBytes, self.limit, place));
        }
        self.bytes
            .resize(length.saturating_mul(2).min(self.allowed), 0);
        Ok(())
    }
}
