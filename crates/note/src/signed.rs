//! A text and its signature lines: reading and writing the note itself.
//!
//! Place in the flow: everything signed arrives as bytes, is read here, and only then verified.
//! Reading is strict, in time and memory proportional to the input, which is limited first.
//!
//! Left to others: keys and signatures (ed25519, cosignature, webauthn modules).

use std::{fmt, str::FromStr};

use base64::{Engine as _, engine::general_purpose::STANDARD};

use crate::{Context, KeyId, KeyName, NoteError};

/// Longest note in bytes, signature lines included.
pub const MAX_NOTE_BYTES: usize = 1 << 20;

/// Most signature lines on one note.
pub const MAX_SIGNATURES: usize = 100;

const LINE_START: &str = "— ";

/// One signature line: `— NAME BASE64(key id ‖ signature)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignatureLine {
    /// Name of the key that the line claims.
    pub name: KeyName,
    /// Id of the key that the line claims.
    pub key_id: KeyId,
    /// The signature, at least one byte; its form depends on the key's type.
    pub bytes: Vec<u8>,
}

impl SignatureLine {
    fn parse(line: &str) -> Result<Self, &'static str> {
        let rest = line
            .strip_prefix(LINE_START)
            .ok_or("a signature line begins with an em dash and a space")?;
        let (name, encoded) = rest
            .split_once(' ')
            .ok_or("a signature line has a name and a signature")?;
        let name = name
            .parse()
            .map_err(|_| "the key name has a character no name may have")?;
        let bytes = STANDARD
            .decode(encoded)
            .map_err(|_| "the signature is not canonical base64")?;
        match bytes.as_slice() {
            [a, b, c, d, signature @ ..] if !signature.is_empty() => Ok(Self {
                name,
                key_id: KeyId([*a, *b, *c, *d]),
                bytes: signature.to_vec(),
            }),
            _ => Err("the signature is shorter than a key id and one byte"),
        }
    }
}

impl fmt::Display for SignatureLine {
    /// The line without its newline.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = self.key_id.0.to_vec();
        bytes.extend_from_slice(&self.bytes);
        write!(
            formatter,
            "{LINE_START}{} {}",
            self.name,
            STANDARD.encode(bytes)
        )
    }
}

impl FromStr for SignatureLine {
    type Err = NoteError;

    /// Reads one line without its newline, as somebody sends a signature alone.
    fn from_str(line: &str) -> Result<Self, NoteError> {
        if line.len() > MAX_NOTE_BYTES {
            return Err(too_many_bytes());
        }
        Self::parse(line).map_err(|problem| NoteError::malformed(1, problem))
    }
}

/// A text with the signatures it bears. Nothing is verified by reading it.
///
/// `Debug` shows names of keys, never the text: it may concern a person.
// INVARIANT: `text` passed `check_text`; no two signatures share name and key id; the rendered
// note is at most MAX_NOTE_BYTES long.
#[derive(Clone, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<SignatureLine>,
}

impl Note {
    /// A text that bears no signature yet.
    ///
    /// # Errors
    /// [`NoteError::Malformed`] for a text without a final newline, with a control character other
    /// than newline, or with an empty first line; [`NoteError::TooLarge`].
    pub fn unsigned(text: impl Into<String>) -> Result<Self, NoteError> {
        let text = text.into();
        check_text(&text)?;
        Ok(Self {
            text,
            signatures: Vec::new(),
        })
    }

    /// Reads a signed note.
    ///
    /// # Errors
    /// [`NoteError::TooLarge`] for more than [`MAX_NOTE_BYTES`] or [`MAX_SIGNATURES`];
    /// [`NoteError::Malformed`] naming the line for anything else that [`Note::render`] would not
    /// have written, two lines of one key included.
    pub fn parse(input: &str) -> Result<Self, NoteError> {
        if input.len() > MAX_NOTE_BYTES {
            return Err(too_many_bytes());
        }
        let Some(end) = input.rfind("\n\n") else {
            return Err(NoteError::malformed(
                1,
                "no blank line stands before the signatures",
            ));
        };
        let (text, rest) = input.split_at(end + 1);
        let mut note = Self::unsigned(text)?;
        let first_line = text.matches('\n').count() + 2;
        let lines = rest
            .strip_prefix('\n')
            .and_then(|lines| lines.strip_suffix('\n'))
            .ok_or_else(|| {
                NoteError::malformed(first_line, "the last signature line has no newline")
            })?;
        for (offset, line) in lines.split('\n').enumerate() {
            let at = first_line + offset;
            let parsed =
                SignatureLine::parse(line).map_err(|problem| NoteError::malformed(at, problem))?;
            note.push(parsed, at)?;
        }
        Ok(note)
    }

    /// Reads a signed note from bytes.
    ///
    /// # Errors
    /// As [`Note::parse`], and [`NoteError::Malformed`] for bytes that are not UTF-8.
    pub fn parse_bytes(input: &[u8]) -> Result<Self, NoteError> {
        if input.len() > MAX_NOTE_BYTES {
            return Err(too_many_bytes());
        }
        let text = std::str::from_utf8(input).map_err(|error| {
            let good = input.get(..error.valid_up_to()).unwrap_or_default();
            let line = good.iter().filter(|byte| **byte == b'\n').count() + 1;
            NoteError::malformed(line, "the bytes are not UTF-8")
        })?;
        Self::parse(text)
    }

    /// Adds a signature line, as [`crate::SigningKey::sign`] or an authenticator gives it.
    ///
    /// # Errors
    /// [`NoteError::Malformed`] where this key's line stands there already or has no signature;
    /// [`NoteError::TooLarge`].
    pub fn add(&mut self, line: SignatureLine) -> Result<(), NoteError> {
        let at = self.text.matches('\n').count() + self.signatures.len() + 2;
        self.push(line, at)?;
        if self.rendered_bytes() > MAX_NOTE_BYTES {
            self.signatures.pop();
            return Err(too_many_bytes());
        }
        Ok(())
    }

    /// The note with one more signature line.
    ///
    /// # Errors
    /// As [`Note::add`].
    pub fn with(mut self, line: SignatureLine) -> Result<Self, NoteError> {
        self.add(line)?;
        Ok(self)
    }

    /// The signed text, its final newline included.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The first line of the text, without newline.
    #[must_use]
    pub fn first_line(&self) -> &str {
        self.text.split('\n').next().unwrap_or_default()
    }

    /// The signature lines in their order.
    #[must_use]
    pub fn signatures(&self) -> &[SignatureLine] {
        &self.signatures
    }

    /// The line of one key, where there is one.
    #[must_use]
    pub fn signature_of(&self, name: &KeyName, key_id: KeyId) -> Option<&SignatureLine> {
        self.signatures
            .iter()
            .find(|line| line.key_id == key_id && line.name == *name)
    }

    /// The note as text. [`Note::parse`] gives the same note back, unless it bears no signature.
    #[must_use]
    pub fn render(&self) -> String {
        self.to_string()
    }

    /// The checks before any signature is looked at: context line, use of the key, line present.
    pub(crate) fn line_for(
        &self,
        name: &KeyName,
        key_id: KeyId,
        context: &Context,
    ) -> Result<&SignatureLine, NoteError> {
        context.check_text(&self.text)?;
        context.check_key(name)?;
        self.signature_of(name, key_id)
            .ok_or_else(|| NoteError::NotSigned {
                name: name.to_string(),
            })
    }

    fn push(&mut self, line: SignatureLine, at: usize) -> Result<(), NoteError> {
        if self.signatures.len() >= MAX_SIGNATURES {
            return Err(NoteError::TooLarge {
                limit: MAX_SIGNATURES,
                unit: "signatures",
            });
        }
        if line.bytes.is_empty() {
            return Err(NoteError::malformed(at, "the signature is empty"));
        }
        if self.signature_of(&line.name, line.key_id).is_some() {
            return Err(NoteError::malformed(
                at,
                "this key's signature stands there already",
            ));
        }
        self.signatures.push(line);
        Ok(())
    }

    fn rendered_bytes(&self) -> usize {
        let line_bytes = |line: &SignatureLine| {
            let encoded = (line.bytes.len() + 4).div_ceil(3) * 4;
            LINE_START.len() + line.name.as_str().len() + encoded + 2
        };
        self.text.len() + 1 + self.signatures.iter().map(line_bytes).sum::<usize>()
    }
}

impl fmt::Display for Note {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "{}", self.text)?;
        self.signatures
            .iter()
            .try_for_each(|line| writeln!(formatter, "{line}"))
    }
}

impl fmt::Debug for Note {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.signatures.iter().map(|l| l.name.as_str()).collect();
        write!(formatter, "Note(signed by {names:?})")
    }
}

fn too_many_bytes() -> NoteError {
    NoteError::TooLarge {
        limit: MAX_NOTE_BYTES,
        unit: "bytes",
    }
}

fn check_text(text: &str) -> Result<(), NoteError> {
    if text.len() > MAX_NOTE_BYTES {
        return Err(too_many_bytes());
    }
    if text.is_empty() || text.starts_with('\n') {
        return Err(NoteError::malformed(1, "the first line is empty"));
    }
    for (number, line) in text.split('\n').enumerate() {
        if line.contains(is_forbidden) {
            return Err(NoteError::malformed(
                number + 1,
                "a control character stands in it",
            ));
        }
    }
    if !text.ends_with('\n') {
        let last = text.matches('\n').count() + 1;
        return Err(NoteError::malformed(
            last,
            "the text ends without a newline",
        ));
    }
    Ok(())
}

/// Characters that no note holds: the controls of C0 and C1, delete, line and paragraph separators,
/// and those that reorder what a reader sees (Unicode 15 Bidi_Control). Newline is looked at apart.
pub(crate) fn is_forbidden(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
