//! A delivery line cut into words, each with what the tables of Publication 28 know of it.
//!
//! Place in the flow: first step of the address parser; every later step reads [`Word`]s.
//!
//! Left to others: which words together make a number, a street or a unit.

use std::borrow::Cow;

use super::{
    form::Direction,
    lexicon::{Designator, Entry, StreetType, entry},
    problem::PlaceholderKind,
};
use crate::fold::{Script, to_ascii};

/// What a word is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// `#`.
    Hash,
    /// `&`, `@` or `+`.
    Joiner,
    /// `1/2`.
    Fraction,
    /// `123`.
    Digits,
    /// `5TH`.
    Ordinal,
    /// Digits first, then anything: `123A`, `112-10`, `39.2`.
    DigitFirst,
    /// Letters first, digits somewhere: `A17`, `N6W23001`, `APT4`.
    LetterFirst,
    /// Letters only, `N/A` and `C/O` included.
    Letters,
}

/// One word of a line. The text is A–Z, 0–9 and, inside words with digits, `-`, `.` and `/`.
#[derive(Clone, Copy)]
pub(crate) struct Word<'a> {
    pub(crate) text: &'a str,
    pub(crate) shape: Shape,
    /// Whether a comma, bracket, line end or the like stands before it.
    pub(crate) after_break: bool,
    entry: Entry,
}

impl<'a> Word<'a> {
    fn new(text: &'a str, after_break: bool) -> Self {
        let shape = shape_of(text);
        let entry = match shape {
            Shape::Letters => entry(text),
            _ => Entry::default(),
        };
        Self {
            text,
            shape,
            after_break,
            entry,
        }
    }

    pub(crate) fn is(&self, text: &str) -> bool {
        self.text == text
    }

    #[inline]
    pub(crate) fn is_one_of(&self, texts: &[&str]) -> bool {
        // Few words begin alike: most comparisons end with the first letter.
        let first = self.text.as_bytes().first();
        for text in texts {
            if text.as_bytes().first() == first && *text == self.text {
                return true;
            }
        }
        false
    }

    pub(crate) fn street_type(&self) -> Option<&'static StreetType> {
        self.entry.street_type
    }

    pub(crate) fn is_strong_type(&self) -> bool {
        self.entry.street_type.is_some_and(|known| known.strong)
    }

    pub(crate) fn direction(&self) -> Option<Direction> {
        self.entry.direction
    }

    pub(crate) fn designator(&self) -> Option<&'static Designator> {
        self.entry.designator
    }

    /// The number a word such as `ONE` or `TWENTIETH` stands for, and whether it is an ordinal.
    pub(crate) fn number_word(&self) -> Option<(u16, NumberWord)> {
        self.entry.number
    }

    /// Whether the word is one of placeholder lines: `None` for no, `Some(None)` for a neutral one.
    pub(crate) fn placeholder(&self) -> Option<Option<PlaceholderKind>> {
        self.entry.placeholder
    }

    /// Whether an address without a street may begin with the word, such as a PO box.
    pub(crate) fn begins_box(&self) -> bool {
        self.entry.begins_box
    }

    /// Whether an institution's name may begin with the word.
    pub(crate) fn begins_institution(&self) -> bool {
        self.entry.begins_institution
    }

    pub(crate) fn is_letters(&self) -> bool {
        self.shape == Shape::Letters
    }

    pub(crate) fn is_single_letter(&self) -> bool {
        self.shape == Shape::Letters && self.text.len() == 1
    }

    pub(crate) fn has_digit(&self) -> bool {
        !matches!(self.shape, Shape::Letters | Shape::Hash | Shape::Joiner)
    }

    /// What may name a unit or box: has a digit, or is one or two letters that are no direction in
    /// words and no street type.
    pub(crate) fn is_identifier(&self) -> bool {
        self.has_digit()
            || (self.is_letters() && self.text.len() <= 2 && self.street_type().is_none())
    }
}

/// Whether a number written as a word counts or orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NumberWord {
    /// `ONE`.
    Cardinal,
    /// `FIRST`.
    Ordinal,
}

fn shape_of(text: &str) -> Shape {
    let first_digit = text.bytes().next().is_some_and(|b| b.is_ascii_digit());
    if first_digit && text.bytes().all(|b| b.is_ascii_digit()) {
        return Shape::Digits;
    }
    match text {
        "#" => return Shape::Hash,
        "&" | "@" | "+" => return Shape::Joiner,
        _ => {}
    }
    if first_digit {
        return if is_ordinal(text) {
            Shape::Ordinal
        } else if is_fraction(text) {
            Shape::Fraction
        } else {
            Shape::DigitFirst
        };
    }
    if text.bytes().any(|b| b.is_ascii_digit()) {
        Shape::LetterFirst
    } else {
        Shape::Letters
    }
}

/// `1ST`, `22ND`, also careless ones such as `2TH`.
fn is_ordinal(text: &str) -> bool {
    ["ST", "ND", "RD", "TH"].iter().any(|ending| {
        text.strip_suffix(ending)
            .is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()))
    })
}

fn is_fraction(text: &str) -> bool {
    text.split_once('/').is_some_and(|(over, under)| {
        (1..=2).contains(&over.len())
            && (1..=2).contains(&under.len())
            && over
                .bytes()
                .chain(under.bytes())
                .all(|b| b.is_ascii_digit())
    })
}

/// The lines of an address as upper-case ASCII, cleaned so that it splits at spaces. The character
/// [`BREAK`] stands where a comma, bracket or line end did, and at both ends.
pub(crate) struct LineText(String);

const BREAK: u8 = b'\n';

impl LineText {
    /// Reads lines; each begins after a break.
    pub(crate) fn new(lines: &[&str]) -> Self {
        let mut clean = Vec::with_capacity(lines.iter().map(|line| line.len() + 8).sum());
        for line in lines {
            clean.push(BREAK);
            if line.bytes().all(is_clean) {
                clean.extend_from_slice(line.as_bytes());
                continue;
            }
            let ascii: Cow<'_, str> = to_ascii(line, Script::LookAlike);
            clean_line(ascii.as_bytes(), &mut clean);
        }
        clean.push(BREAK);
        // Cleaned text is ASCII.
        Self(String::from_utf8(clean).unwrap_or_default())
    }

    /// The words of all lines.
    pub(crate) fn words(&self) -> Vec<Word<'_>> {
        let mut words = Vec::with_capacity(16);
        let (mut start, mut after_break) = (0, true);
        for (end, byte) in self.0.bytes().enumerate() {
            if !matches!(byte, b' ' | BREAK) {
                continue;
            }
            if let Some(text) = self.0.get(start..end).filter(|text| !text.is_empty()) {
                words.push(Word::new(text, after_break));
                after_break = false;
            }
            after_break |= byte == BREAK;
            start = end + 1;
        }
        words
    }
}

/// Whether a byte stays as it is, whatever stands beside it.
fn is_clean(byte: u8) -> bool {
    matches!(byte, b'A'..=b'Z' | b'0'..=b'9' | b' ')
}

fn clean_line(bytes: &[u8], clean: &mut Vec<u8>) {
    let at = |position: usize| bytes.get(position).copied().unwrap_or(b' ');
    for (position, &byte) in bytes.iter().enumerate() {
        let before = if position == 0 {
            b' '
        } else {
            at(position - 1)
        };
        let after = at(position + 1);
        match byte {
            b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => {
                clean.push(byte.to_ascii_uppercase());
            }
            b'#' | b'&' | b'@' | b'+' => {
                clean.extend([b' ', byte, b' ']);
            }
            b'\'' | b'`' => {}
            b'.' => clean_stop(clean, before, after),
            b'-' | b'/' => clean_joint(clean, byte, bytes, position),
            b',' | b';' | b'(' | b')' | b'[' | b']' | b'{' | b'}' | b'|' | b'\n' | b'\r' | b':' => {
                clean.push(BREAK);
            }
            _ => clean.push(b' '),
        }
    }
}

/// A full stop: inside a number it stays, inside initials it vanishes, else it parts words.
fn clean_stop(clean: &mut Vec<u8>, before: u8, after: u8) {
    if before.is_ascii_digit() && after.is_ascii_digit() {
        clean.push(b'.');
        return;
    }
    let run = clean
        .iter()
        .rev()
        .take_while(|byte| byte.is_ascii_alphabetic())
        .count();
    let initials = before.is_ascii_alphabetic() && after.is_ascii_alphabetic() && run <= 2;
    if !initials {
        clean.push(b' ');
    }
}

/// A hyphen or slash: kept where a digit stands on its left side, or on its right after a single
/// letter, or between single letters (`N/A`); else it parts words.
fn clean_joint(clean: &mut Vec<u8>, byte: u8, bytes: &[u8], position: usize) {
    let after: &[u8] = bytes.get(position + 1..).unwrap_or_default();
    let right = after
        .iter()
        .take_while(|b| b.is_ascii_alphanumeric())
        .count();
    let right_digit = after.first().is_some_and(u8::is_ascii_digit);
    let left = clean
        .rsplit(|byte| !byte.is_ascii_alphanumeric())
        .next()
        .unwrap_or_default();
    let left_digit = left.iter().any(u8::is_ascii_digit);
    let keep = match byte {
        b'-' if left_digit => right > 0 && (right_digit || right == 1),
        b'-' => left.len() == 1 && right_digit,
        _ if left_digit => right_digit && left.len() <= 2 && left.iter().all(u8::is_ascii_digit),
        _ => left.len() == 1 && right == 1 && !right_digit,
    };
    clean.push(if keep { byte } else { b' ' });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, expected: &str) {
        let text = LineText::new(&[line]);
        let words: Vec<String> = text
            .words()
            .iter()
            .map(|w| format!("{}{}", if w.after_break { "|" } else { "" }, w.text))
            .collect();
        assert_eq!(words.join(" "), expected, "{line}");
    }

    #[test]
    fn punctuation_parts_or_joins() {
        check("123 Main St., Apt. 4-B", "|123 MAIN ST |APT 4-B");
        check("P.O. Box 12", "|PO BOX 12");
        check("P. O. Box 12", "|P O BOX 12");
        check("112-10 Queens Blvd #3", "|112-10 QUEENS BLVD # 3");
        check("123 1/2 O'Neil S.W.", "|123 1/2 ONEIL SW");
        check("Winston-Salem", "|WINSTON SALEM");
        check("N/A", "|N/A");
        check("c/o Smith", "|C/O SMITH");
        check("5 St.Louis Rd", "|5 STLOUIS RD");
        check("123½ Main", "|123 1/2 MAIN");
        check("595 39.2 Rd", "|595 39.2 RD");
        check("Don’t—Care", "|DONT CARE");
        check("Apt-4 A-12", "|APT 4 A-12");
        check("???", "");
    }

    #[test]
    fn shapes() {
        for (text, shape) in [
            ("123", Shape::Digits),
            ("5TH", Shape::Ordinal),
            ("123A", Shape::DigitFirst),
            ("112-10", Shape::DigitFirst),
            ("1/2", Shape::Fraction),
            ("N6W23001", Shape::LetterFirst),
            ("MAIN", Shape::Letters),
        ] {
            assert_eq!(shape_of(text), shape, "{text}");
        }
    }
}
