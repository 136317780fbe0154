//! Where fields stand in lines of csv that have neither quotes nor white space around a field.
//!
//! Place in the flow: tried first by the blocks of rows (row); what is not as simple as that is left to the
//! csv library (delimited).
//!
//! Left to others: what the fields say.

use super::row::{FIELD_BYTES, FIELDS, Place};

/// Bytes of a row as short as most are not, for room taken beforehand.
const SHORT_ROW_BYTES: usize = 96;

/// Whether a text has neither quotation marks nor carriage returns.
fn has_no_quotes(text: &[u8]) -> bool {
    memchr::memchr2(b'"', b'\r', text).is_none()
}

/// Bytes that are searched for ends of fields together.
const BLOCK: usize = 64;

/// A bit for each of eight bytes that is a comma or ends a line, the first byte's lowest.
#[inline]
fn ends_in(word: u64) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const LOW: u64 = 0x7f * ONES;
    // A byte is zero where neither its low bits carry into bit 7 nor bit 7 is set.
    let zero = |word: u64| !((word & LOW).wrapping_add(LOW) | word) & !LOW;
    let ends = zero(word ^ (ONES * b',' as u64)) | zero(word ^ (ONES * b'\n' as u64));
    // Each bit 7 meets one bit of the factor in the highest byte, and no two meet in one place.
    ends.wrapping_mul(0x0002_0408_1020_4081) >> 56
}

/// The same of a block.
#[inline]
fn ends_in_block(block: &[u8; BLOCK]) -> u64 {
    let (words, _) = block.as_chunks::<8>();
    let ends = words.iter().map(|word| ends_in(u64::from_le_bytes(*word)));
    ends.rev().fold(0, |all, ends| all << 8 | ends)
}

/// Finds where the rows of plain lines stand; `None` where a line is not plain.
pub fn places(text: &[u8], rows: &mut Vec<Place>) -> Option<()> {
    if !has_no_quotes(text) {
        return None;
    }
    rows.reserve(text.len() / SHORT_ROW_BYTES);
    let mut line = PlainLine::default();
    let (blocks, rest) = text.as_chunks::<BLOCK>();
    let mut last = [0; BLOCK];
    last.get_mut(..rest.len())?.copy_from_slice(rest);
    let mut start = 0_usize;
    for block in blocks.iter().chain([&last]) {
        let mut ends = ends_in_block(block);
        while ends != 0 {
            let place = start.checked_add(usize::try_from(ends.trailing_zeros()).ok()?)?;
            ends &= ends - 1;
            if text.get(place) == Some(&b',') {
                line.end_field(text, place)?;
                continue;
            }
            if place > line.start {
                rows.push(line.end(text, place)?);
            }
            line = PlainLine::at(place.checked_add(1)?);
        }
        start = start.checked_add(BLOCK)?;
    }
    if line.start < text.len() {
        rows.push(line.end(text, text.len())?);
    }
    Some(())
}

/// A plain line while its fields are looked for.
#[derive(Default)]
struct PlainLine {
    start: usize,
    field_start: usize,
    fields: usize,
    ends: [u16; FIELDS],
}

impl PlainLine {
    fn at(start: usize) -> Self {
        Self {
            start,
            field_start: start,
            ..Self::default()
        }
    }

    /// Ends a field; `None` where it is not plain or there are too many.
    #[inline]
    fn end_field(&mut self, text: &[u8], end: usize) -> Option<()> {
        let field = text.get(self.field_start..end)?;
        let plain = match field {
            [] => true,
            [first, .., last] => first.is_ascii_graphic() && last.is_ascii_graphic(),
            [one] => one.is_ascii_graphic(),
        };
        if field.len() > FIELD_BYTES || !(plain || is_trimmed(field)) {
            return None;
        }
        let place = self.ends.get_mut(self.fields)?;
        *place = u16::try_from(end.checked_sub(self.start)?).ok()?;
        self.fields = self.fields.checked_add(1)?;
        self.field_start = end.checked_add(1)?;
        Some(())
    }

    /// Ends the line, which must have 15 fields.
    fn end(mut self, text: &[u8], end: usize) -> Option<Place> {
        self.end_field(text, end)?;
        let start = u32::try_from(self.start).ok()?;
        let ends = self.ends;
        (self.fields == ends.len()).then_some(Place { start, ends })
    }
}

/// Whether a field has no white space around it.
fn is_trimmed(field: &[u8]) -> bool {
    std::str::from_utf8(field).is_ok_and(|field| field.trim().len() == field.len())
}
