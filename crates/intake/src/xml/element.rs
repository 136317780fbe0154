//! A start tag and its attributes.
//!
//! Place in the flow: given by [`super::Xml`]; the readers of xlsx and ods take what they know.
//!
//! Left to others: which attributes matter.

use super::reference::unescape;
use crate::IntakeError;

/// A start tag.
#[derive(Clone, Copy)]
pub(crate) struct Element<'a> {
    name: &'a [u8],
    /// What stands between the name and the end of the tag.
    attributes: &'a [u8],
    place: &'a str,
}

impl<'a> Element<'a> {
    /// A tag of this whole name, with what stands after it.
    pub(super) fn new(name: &'a [u8], attributes: &'a [u8], place: &'a str) -> Self {
        Self {
            name: local(name),
            attributes,
            place,
        }
    }

    /// Name without its prefix.
    pub(crate) fn name(&self) -> &'a [u8] {
        self.name
    }

    /// Calls `take` with each attribute: its name without prefix and its value as written.
    pub(crate) fn each_attribute(
        &self,
        mut take: impl FnMut(&[u8], &[u8]),
    ) -> Result<(), IntakeError> {
        let mut rest = self.attributes.trim_ascii_start();
        while !rest.is_empty() {
            let (name, value, after) = split_attribute(rest)
                .ok_or_else(|| IntakeError::damaged(self.place, "an attribute is not XML"))?;
            take(local(name), value);
            rest = after.trim_ascii_start();
        }
        Ok(())
    }

    /// The value of an attribute by its name without prefix, entities resolved.
    pub(crate) fn attribute(&self, name: &[u8]) -> Result<Option<String>, IntakeError> {
        let mut found = None;
        self.each_attribute(|key, value| {
            if key == name && found.is_none() {
                found = Some(value.to_vec());
            }
        })?;
        found.map(|value| self.unescape(&value)).transpose()
    }

    fn unescape(&self, value: &[u8]) -> Result<String, IntakeError> {
        let text = std::str::from_utf8(value)
            .map_err(|_| IntakeError::damaged(self.place, "an attribute is not UTF-8"))?;
        unescape(text)
            .ok_or_else(|| IntakeError::hostile(self.place, "an attribute uses an XML entity"))
    }
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

/// A name without its namespace prefix.
pub(super) fn local(name: &[u8]) -> &[u8] {
    let prefix = name.iter().rposition(|byte| *byte == b':');
    prefix
        .and_then(|at| name.get(at.saturating_add(1)..))
        .unwrap_or(name)
}

/// Whether an attribute's value is `1`, `true` or `on`.
pub(crate) fn is_true(value: &[u8]) -> bool {
    matches!(value, b"1" | b"true" | b"on")
}
