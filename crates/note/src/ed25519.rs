//! Ed25519 signatures over the note's text (C2SP signed-note, type 0x01; RFC 8032).
//!
//! Place in the flow: everything but witnesses' cosignatures and reviewers' authenticators is
//! signed so. Verification is the strict one: small-order keys and non-canonical values fail.
//!
//! Left to others: keeping private keys (the binaries).

use std::{fmt, str::FromStr};

use model::personal::Personal;

use crate::{
    Context, KeyId, KeyName, Note, NoteError, SignatureLine,
    named_key::{PrivateKey, PublicKey},
};

/// Type byte of plain Ed25519 keys.
pub(crate) const ED25519_TYPE: u8 = 0x01;

/// A private Ed25519 key with its name. `Debug` shows the name only; memory is wiped on drop.
#[derive(Clone)]
pub struct SigningKey(PrivateKey<ED25519_TYPE>);

impl SigningKey {
    /// Draws a key from the operating system's generator.
    ///
    /// # Errors
    /// [`NoteError::Entropy`].
    pub fn generate(name: KeyName) -> Result<Self, NoteError> {
        PrivateKey::generate(name).map(Self)
    }

    /// The key of a 32-byte seed (RFC 8032's private key).
    #[must_use]
    pub fn from_seed(name: KeyName, seed: &[u8; 32]) -> Self {
        Self(PrivateKey::from_seed(name, seed))
    }

    /// Reads `PRIVATE+KEY+NAME+ID+BASE64(0x01 ‖ seed)`.
    ///
    /// # Errors
    /// [`NoteError::KeyText`].
    pub fn parse(text: &str) -> Result<Self, NoteError> {
        PrivateKey::parse(text).map(Self)
    }

    /// The written form that [`SigningKey::parse`] reads. A secret.
    #[must_use]
    pub fn to_secret_text(&self) -> Personal<String> {
        self.0.to_secret_text()
    }

    /// The key's name.
    #[must_use]
    pub const fn name(&self) -> &KeyName {
        self.0.name()
    }

    /// The public half.
    #[must_use]
    pub fn verifier(&self) -> VerifierKey {
        VerifierKey(self.0.public())
    }

    /// Signs a text of the context. The text must be what [`Note::unsigned`] takes.
    ///
    /// # Errors
    /// [`NoteError::WrongContext`] for another first line, [`NoteError::KeyUse`] where this key is
    /// for another use, [`NoteError::Malformed`] for a text no note can have.
    pub fn sign(&self, context: &Context, text: &str) -> Result<SignatureLine, NoteError> {
        let note = Note::unsigned(text)?;
        context.check_text(note.text())?;
        context.check_key(self.name())?;
        Ok(SignatureLine {
            name: self.name().clone(),
            key_id: self.verifier().key_id(),
            bytes: self.0.sign(text.as_bytes()).to_vec(),
        })
    }

    /// A note of the text with this key's signature.
    ///
    /// # Errors
    /// As [`SigningKey::sign`].
    pub fn sign_note(&self, context: &Context, text: impl Into<String>) -> Result<Note, NoteError> {
        let note = Note::unsigned(text)?;
        let line = self.sign(context, note.text())?;
        note.with(line)
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "SigningKey({})", self.name())
    }
}

/// A public Ed25519 key with its name.
#[derive(Clone, PartialEq, Eq)]
pub struct VerifierKey(PublicKey<ED25519_TYPE>);

impl VerifierKey {
    /// Reads the part of a key text after its name and id.
    pub(crate) fn from_payload(name: KeyName, payload: &[u8]) -> Result<Self, NoteError> {
        PublicKey::from_payload(name, payload).map(Self)
    }

    /// The key's name.
    #[must_use]
    pub const fn name(&self) -> &KeyName {
        self.0.name()
    }

    /// The key's id.
    #[must_use]
    pub const fn key_id(&self) -> KeyId {
        self.0.key_id()
    }

    /// The 32 bytes of the public key (RFC 8032).
    #[must_use]
    pub fn public_bytes(&self) -> [u8; 32] {
        self.0.bytes()
    }

    /// Whether the note is a document of the context and bears this key's signature over its text.
    ///
    /// # Errors
    /// [`NoteError::WrongContext`], [`NoteError::KeyUse`], [`NoteError::NotSigned`],
    /// [`NoteError::BadSignature`].
    pub fn verify(&self, note: &Note, context: &Context) -> Result<(), NoteError> {
        let line = note.line_for(self.name(), self.key_id(), context)?;
        self.0.verify(note.text().as_bytes(), &line.bytes)
    }
}

impl fmt::Display for VerifierKey {
    /// `NAME+ID+BASE64(0x01 ‖ public key)`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl fmt::Debug for VerifierKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "VerifierKey({} {})", self.name(), self.key_id())
    }
}

impl FromStr for VerifierKey {
    type Err = NoteError;

    fn from_str(text: &str) -> Result<Self, NoteError> {
        text.parse().map(Self)
    }
}
