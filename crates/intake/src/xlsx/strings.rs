//! The shared strings of an xlsx, in one arena.
//!
//! Place in the flow: read whole before the sheets, because cells refer to them by number. A
//! genuine request of 1.28 million rows holds over five million of them, so they stand one after
//! the other in a single text with one 32-bit end for each.
//!
//! Left to others: inline strings (sheet).

use crate::{
    IntakeError, LimitKind, Limits,
    archive::Archive,
    value::unescape_xstring,
    xml::{Node, Space, Xml},
};

/// All shared strings.
#[derive(Debug, Default)]
pub(crate) struct SharedStrings {
    text: String,
    // INVARIANT: ascending, each at a character boundary of `text`.
    ends: Vec<u32>,
}

impl SharedStrings {
    /// Reads the part; none gives no strings.
    pub(super) fn read(
        archive: &mut Archive<'_>,
        name: Option<&str>,
        limits: &Limits,
    ) -> Result<Self, IntakeError> {
        let mut strings = Self::default();
        let Some(name) = name else { return Ok(strings) };
        let part = super::package::part(archive, name)?;
        let mut xml = Xml::new(part, name, limits);
        xml.root(&[(Space::Main, b"sst")])?;
        let mut text = String::new();
        let mut in_text = false;
        loop {
            match xml.next()? {
                Node::Open(element) => match element.main() {
                    b"si" => text.clear(),
                    b"t" => in_text = true,
                    b"rPh" => xml.skip()?,
                    _ => {}
                },
                Node::Close(tag) => match tag {
                    (Space::Main, b"t") => in_text = false,
                    (Space::Main, b"si") => strings.push(&mut text, limits, xml.place())?,
                    _ => {}
                },
                Node::Text(piece) if in_text => {
                    text.push_str(piece);
                    if text.len() as u64 > limits.cell_bytes {
                        let place = format!("{}, string {}", xml.place(), strings.ends.len());
                        return Err(too_long(limits, place));
                    }
                }
                Node::Text(_) | Node::Nothing => {}
                Node::End => return Ok(strings),
            }
        }
    }

    fn push(&mut self, text: &mut String, limits: &Limits, place: &str) -> Result<(), IntakeError> {
        unescape_xstring(text);
        let end = self.text.len().saturating_add(text.len());
        let allowed = limits.shared_string_bytes.min(u64::from(u32::MAX));
        let end = u32::try_from(end)
            .ok()
            .filter(|end| u64::from(*end) <= allowed);
        // Empty strings count too: an index costs memory as text does.
        let count = (self.ends.len() as u64).saturating_mul(4);
        let (Some(end), true) = (end, count <= allowed) else {
            return Err(IntakeError::limit(
                LimitKind::SharedStringBytes,
                allowed,
                place,
            ));
        };
        grow(&mut self.text, text.len());
        self.text.push_str(text);
        self.ends.push(end);
        Ok(())
    }

    /// A string by its number.
    pub(super) fn get(&self, number: usize) -> Option<&str> {
        let end = *self.ends.get(number)?;
        let start = match number.checked_sub(1) {
            Some(before) => *self.ends.get(before)?,
            None => 0,
        };
        let range = usize::try_from(start).ok()?..usize::try_from(end).ok()?;
        self.text.get(range)
    }
}

/// Grows by an eighth instead of doubling: the arena is the largest thing in memory.
fn grow(text: &mut String, more: usize) {
    if text.capacity().saturating_sub(text.len()) < more {
        let step = (text.len() / 8).max(1 << 20).max(more);
        text.reserve_exact(step);
    }
}

fn too_long(limits: &Limits, place: String) -> IntakeError {
    IntakeError::limit(LimitKind::CellBytes, limits.cell_bytes, place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_found_by_number() {
        let mut strings = SharedStrings::default();
        let limits = Limits::standard();
        for text in ["", "a", "José", "", "z_x000A_"] {
            strings.push(&mut text.to_owned(), &limits, "p").unwrap();
        }
        let found: Vec<_> = (0..6).map(|number| strings.get(number)).collect();
        assert_eq!(
            found,
            [
                Some(""),
                Some("a"),
                Some("José"),
                Some(""),
                Some("z\n"),
                None
            ]
        );
    }

    #[test]
    fn the_arena_has_a_limit() {
        let limits = Limits {
            shared_string_bytes: 10,
            ..Limits::standard()
        };
        let mut strings = SharedStrings::default();
        strings
            .push(&mut "0123456789".to_owned(), &limits, "p")
            .unwrap();
        assert!(strings.push(&mut "x".to_owned(), &limits, "p").is_err());
    }
}
