//! A part of an archive as it is read.
//!
//! Place in the flow: given by [`super::Archive::part`] to the readers of xlsx and ods. It inflates
//! no more than the directory declares; size, checksum and the use of every compressed byte are
//! checked at its end.
//!
//! Left to others: where the bytes lie (the archive), what they mean (the readers).

use std::io::{self, BufReader, Read};

use flate2::{Crc, bufread::DeflateDecoder};

use super::{Entry, part_place};
use crate::IntakeError;

/// How the bytes of a part are stored.
pub(super) enum Content<'a> {
    Stored(BufReader<io::Take<&'a mut dyn Read>>),
    Deflated(DeflateDecoder<BufReader<io::Take<&'a mut dyn Read>>>),
}

/// A part as its readers see it: inflates no more than declared and checks size and CRC-32 at the end.
pub(crate) struct Part<'a> {
    content: Content<'a>,
    place: String,
    compressed: u64,
    left: u64,
    crc: Crc,
    expected_crc: u32,
}

impl<'a> Part<'a> {
    pub(super) fn new(content: Content<'a>, entry: &Entry) -> Self {
        Self {
            content,
            place: part_place(&entry.name),
            compressed: entry.compressed,
            left: entry.inflated,
            crc: Crc::new(),
            expected_crc: entry.crc,
        }
    }
}

impl Read for Part<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = match &mut self.content {
            Content::Stored(reader) => reader.read(buffer),
            Content::Deflated(reader) => reader.read(buffer),
        }?;
        if count == 0 && !buffer.is_empty() {
            if self.left != 0 {
                return Err(IntakeError::damaged(&*self.place, "it ends too early").into());
            }
            let used = match &self.content {
                Content::Stored(_) => self.compressed,
                Content::Deflated(reader) => reader.total_in(),
            };
            if used != self.compressed {
                let what = "bytes stand behind its end";
                return Err(IntakeError::hostile(&*self.place, what).into());
            }
            if self.crc.sum() != self.expected_crc {
                return Err(IntakeError::damaged(&*self.place, "its checksum is wrong").into());
            }
        }
        let left = self.left.checked_sub(count as u64);
        self.left = left.ok_or_else(|| {
            IntakeError::hostile(
                &*self.place,
                "it inflates to more than the archive declares",
            )
        })?;
        self.crc.update(buffer.get(..count).unwrap_or(&[]));
        Ok(count)
    }
}
