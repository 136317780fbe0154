//! A start tag and its attributes.
//!
//! Place in the flow: given by [`super::Xml`]; the readers of xlsx and ods take what they know.
//!
//! Left to others: which attributes matter.

use super::{
    names::{Bindings, Space, Tag},
    reference::unescape,
};
use crate::IntakeError;

/// Attributes of a tag; LibreOffice writes some forty where a document begins.
const ATTRIBUTES: usize = 128;
/// Attributes that are remembered without memory of their own.
const FEW: usize = 8;

/// A start tag.
#[derive(Clone, Copy)]
pub(crate) struct Element<'a> {
    tag: Tag<'a>,
    /// What stands between the name and the end of the tag.
    attributes: &'a [u8],
    /// None where no name of the tag has a prefix.
    bindings: Option<&'a Bindings>,
    place: &'a str,
}

/// The names of a tag's attributes so far.
struct Seen<'n> {
    first: [Tag<'n>; FEW],
    count: usize,
    more: Vec<Tag<'n>>,
}

impl<'n> Seen<'n> {
    const fn new() -> Self {
        Self {
            first: [(Space::None, b""); FEW],
            count: 0,
            more: Vec::new(),
        }
    }

    /// Whether the name is new and not one too many.
    fn add(&mut self, tag: Tag<'n>) -> bool {
        let is_same = |seen: &Tag<'_>| {
            // Most differ in length or in the first letter.
            let (name, other) = (seen.1, tag.1);
            name.len() == other.len() && name.first() == other.first() && *seen == tag
        };
        let few = self.first.iter().take(self.count);
        if few.into_iter().any(is_same) || self.more.iter().any(is_same) {
            return false;
        }
        match self.first.get_mut(self.count) {
            Some(place) => *place = tag,
            None => self.more.push(tag),
        }
        self.count = self.count.saturating_add(1);
        self.count <= ATTRIBUTES
    }
}

impl<'a> Element<'a> {
    /// A tag with what stands after its name.
    pub(super) const fn new(
        tag: Tag<'a>,
        attributes: &'a [u8],
        bindings: Option<&'a Bindings>,
        place: &'a str,
    ) -> Self {
        Self {
            tag,
            attributes,
            bindings,
            place,
        }
    }

    /// Namespace, and name without prefix.
    pub(crate) const fn tag(&self) -> Tag<'a> {
        self.tag
    }

    /// The name of an element of Office Open XML's spreadsheets; empty for any other.
    pub(crate) const fn main(&self) -> &'a [u8] {
        match self.tag {
            (Space::Main, name) => name,
            _ => b"",
        }
    }

    /// Calls `take` with each attribute: its namespace, its name without prefix, and its value with
    /// references resolved.
    pub(crate) fn each_attribute(
        &self,
        mut take: impl FnMut(Tag<'_>, &[u8]),
    ) -> Result<(), IntakeError> {
        let mut seen = Seen::new();
        each(self.attributes, self.place, |name, value| {
            let (space, local) = match self.bindings {
                Some(bindings) => bindings.attribute(name),
                None => (Space::None, name),
            };
            // Two names of unknown namespaces are the same only if they are written the same.
            let own = if space == Space::Other { name } else { local };
            if !seen.add((space, own)) {
                let what = "an element has an attribute twice, or more than 128 attributes";
                return Err(IntakeError::hostile(self.place, what));
            }
            if value.contains(&b'&') {
                take((space, local), resolved(value, self.place)?.as_bytes());
            } else {
                take((space, local), value);
            }
            Ok(())
        })
    }

    /// The value of an attribute.
    pub(crate) fn attribute(&self, wanted: Tag<'_>) -> Result<Option<String>, IntakeError> {
        let mut found = None;
        self.each_attribute(|tag, value| {
            if tag == wanted {
                found = Some(value.to_vec());
            }
        })?;
        let text = found.map(String::from_utf8).transpose();
        text.map_err(|_| IntakeError::damaged(self.place, "an attribute is not UTF-8"))
    }

    /// The value of an attribute in no namespace.
    pub(crate) fn plain(&self, name: &[u8]) -> Result<Option<String>, IntakeError> {
        self.attribute((Space::None, name))
    }
}

/// Calls `take` with each attribute as it is written: whole name and value.
pub(super) fn each<'t>(
    attributes: &'t [u8],
    place: &str,
    mut take: impl FnMut(&'t [u8], &'t [u8]) -> Result<(), IntakeError>,
) -> Result<(), IntakeError> {
    let mut rest = attributes.trim_ascii_start();
    while !rest.is_empty() {
        let (name, value, after) = split_attribute(rest)
            .filter(|(_, _, after)| after.first().is_none_or(u8::is_ascii_whitespace))
            .ok_or_else(|| IntakeError::damaged(place, "an attribute is not XML"))?;
        take(name, value)?;
        rest = after.trim_ascii_start();
    }
    Ok(())
}

/// A value with its references resolved.
pub(super) fn resolved(value: &[u8], place: &str) -> Result<String, IntakeError> {
    let text = std::str::from_utf8(value)
        .map_err(|_| IntakeError::damaged(place, "an attribute is not UTF-8"))?;
    unescape(text).ok_or_else(|| IntakeError::hostile(place, "an attribute uses an XML entity"))
}

/// Name, value and what follows of `name="value"…`.
fn split_attribute(text: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let equals = text.iter().position(|byte| *byte == b'=')?;
    let (name, after) = text.split_at_checked(equals)?;
    let value = after.get(1..)?.trim_ascii_start();
    let (quote, value) = value.split_first()?;
    if !matches!(quote, b'"' | b'\'') {
        return None;
    }
    let end = value.iter().position(|byte| byte == quote)?;
    let (value, after) = value.split_at_checked(end)?;
    Some((name.trim_ascii_end(), value, after.get(1..)?))
}

/// A name's prefix, if it has one, and the rest.
pub(super) fn split_name(name: &[u8]) -> (Option<&[u8]>, &[u8]) {
    let colon = name.iter().position(|byte| *byte == b':');
    let parts = colon.and_then(|at| name.split_at_checked(at));
    match parts {
        Some((prefix, rest)) => (Some(prefix), rest.get(1..).unwrap_or(&[])),
        None => (None, name),
    }
}

/// Whether an attribute's value is `1`, `true` or `on`.
pub(crate) fn is_true(value: &[u8]) -> bool {
    matches!(value, b"1" | b"true" | b"on")
}

/// Whether a width or a height is nothing: `0`, `0.00`, `0cm`.
pub(crate) fn is_zero(value: &[u8]) -> bool {
    let digits = value.trim_ascii();
    let unit = digits.iter().position(u8::is_ascii_alphabetic);
    let number = digits.get(..unit.unwrap_or(digits.len())).unwrap_or(&[]);
    number.contains(&b'0') && number.iter().all(|byte| matches!(byte, b'0' | b'.'))
}
