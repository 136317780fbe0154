//! Names and ids of keys, as signature lines carry them.
//!
//! Place in the flow: a name ends in the use of its key (`records.example/ana/approval`); with the
//! four-byte id it says which key of a roster a signature line claims.
//!
//! Left to others: which person a name belongs to (rosters).

use std::{fmt, str::FromStr};

use model::digest::{Digest, hex, unhex};

use crate::NoteError;

/// Name of a key: 1 to 255 bytes without white space, control characters or `+` (C2SP signed-note).
///
/// The part after the last `/` is the key's use. A name without `/` is all use.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyName(String);

impl KeyName {
    /// Longest name in bytes.
    pub const MAX_BYTES: usize = 255;

    /// Joins a holder and a use to the name `HOLDER/USE`.
    ///
    /// # Errors
    /// [`NoteError::KeyText`] where either has a character no name may have or a use is empty or
    /// has a `/`.
    pub fn of(holder: &str, use_word: &str) -> Result<Self, NoteError> {
        if use_word.is_empty() || use_word.contains('/') {
            return Err(NoteError::key_text("a key's use is one word"));
        }
        format!("{holder}/{use_word}").parse()
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The use of the key: the part after the last `/`.
    #[must_use]
    pub fn use_word(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or_default()
    }
}

impl FromStr for KeyName {
    type Err = NoteError;

    fn from_str(text: &str) -> Result<Self, NoteError> {
        let spoilt = |letter: char| {
            letter.is_whitespace() || letter == '+' || crate::signed::is_forbidden(letter)
        };
        if text.is_empty() || text.len() > Self::MAX_BYTES || text.contains(spoilt) {
            return Err(NoteError::key_text(
                "a key name is 1 to 255 bytes without spaces, control characters or `+`",
            ));
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for KeyName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.0)
    }
}

impl fmt::Debug for KeyName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "KeyName({})", self.0)
    }
}

/// The four bytes that, with the name, point at a key: the start of
/// `SHA-256(name ‖ 0x0A ‖ type ‖ public key)`. A pointer, not a commitment: the roster holds the key.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(pub [u8; 4]);

impl KeyId {
    /// The id of a key of `name` whose type byte and public key are `payload`.
    #[must_use]
    pub fn of(name: &KeyName, payload: &[u8]) -> Self {
        let digest = Digest::of_parts(&[name.as_str().as_bytes(), b"\n", payload]);
        let [a, b, c, d, ..] = *digest.as_bytes();
        Self([a, b, c, d])
    }

    /// Reads eight lower-case hexadecimal digits.
    pub(crate) fn from_hex(text: &str) -> Option<Self> {
        unhex(text)?.try_into().ok().map(Self)
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&hex(&self.0))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "KeyId({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, use_word: Option<&str>) {
        let name = text.parse::<KeyName>().ok();
        assert_eq!(name.as_ref().map(KeyName::use_word), use_word, "{text:?}");
    }

    #[test]
    fn names_and_uses() {
        check("records.example/ana/approval", Some("approval"));
        check("approval", Some("approval"));
        check("x/", Some(""));
        check("", None);
        check("a b", None);
        check("a\u{a0}b", None);
        check("a+b", None);
        check("a\nb", None);
        check("a\u{7f}b", None);
        check("a\u{202e}b", None);
        check(&"x".repeat(255), Some(&"x".repeat(255)));
        check(&"x".repeat(256), None);
        assert!(KeyName::of("ana", "a/b").is_err());
        assert!(KeyName::of("ana", "").is_err());
        assert_eq!(KeyName::of("ana", "cover").unwrap().as_str(), "ana/cover");
    }
}
