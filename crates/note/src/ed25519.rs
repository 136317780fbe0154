//! Ed25519 signatures over the note's text (C2SP signed-note, type 0x01; RFC 8032).
//!
//! Place in the flow: everything but witnesses' cosignatures and reviewers' authenticators is
//! signed so. Verification is the strict one: small-order keys and non-canonical values fail.
//!
//! Left to others: keeping private keys (the binaries).

use std::{fmt, str::FromStr};

use ed25519_dalek::{Signature, Signer as _};
use model::{entropy, personal::Personal};
use zeroize::Zeroizing;

use crate::{Context, KeyId, KeyName, Note, NoteError, SignatureLine, key_text};

/// Type byte of plain Ed25519 keys.
pub(crate) const ED25519_TYPE: u8 = 0x01;

/// A private Ed25519 key with its name. `Debug` shows the name only; memory is wiped on drop.
#[derive(Clone)]
pub struct SigningKey {
    name: KeyName,
    key: ed25519_dalek::SigningKey,
}

impl SigningKey {
    /// Draws a key from the operating system's generator.
    ///
    /// # Errors
    /// [`NoteError::Entropy`].
    pub fn generate(name: KeyName) -> Result<Self, NoteError> {
        let seed = Zeroizing::new(entropy::random_bytes::<32>()?);
        Ok(Self::from_seed(name, &seed))
    }

    /// The key of a 32-byte seed (RFC 8032's private key).
    #[must_use]
    pub fn from_seed(name: KeyName, seed: &[u8; 32]) -> Self {
        let key = ed25519_dalek::SigningKey::from_bytes(seed);
        Self { name, key }
    }

    /// Reads `PRIVATE+KEY+NAME+ID+BASE64(0x01 ‖ seed)`.
    ///
    /// # Errors
    /// [`NoteError::KeyText`].
    pub fn parse(text: &str) -> Result<Self, NoteError> {
        let (name, id, seed) = key_text::parse_private(text, ED25519_TYPE)?;
        let key = Self::from_seed(name, &seed);
        if key.verifier().key_id() != id {
            return Err(NoteError::key_text("the key id is not that of the key"));
        }
        Ok(key)
    }

    /// The written form that [`SigningKey::parse`] reads. A secret.
    #[must_use]
    pub fn to_secret_text(&self) -> Personal<String> {
        let seed = Zeroizing::new(self.key.to_bytes());
        key_text::render_private(&self.name, self.verifier().key_id(), ED25519_TYPE, &seed)
    }

    /// The key's name.
    #[must_use]
    pub const fn name(&self) -> &KeyName {
        &self.name
    }

    /// The public half.
    #[must_use]
    pub fn verifier(&self) -> VerifierKey {
        VerifierKey::new(self.name.clone(), self.key.verifying_key())
    }

    /// Signs a text of the context. The text must be what [`Note::unsigned`] takes.
    ///
    /// # Errors
    /// [`NoteError::WrongContext`] for another first line, [`NoteError::KeyUse`] where this key is
    /// for another use, [`NoteError::Malformed`] for a text no note can have.
    pub fn sign(&self, context: &Context, text: &str) -> Result<SignatureLine, NoteError> {
        let note = Note::unsigned(text)?;
        context.check_text(note.text())?;
        context.check_key(&self.name)?;
        Ok(SignatureLine {
            name: self.name.clone(),
            key_id: self.verifier().key_id(),
            bytes: self.key.sign(text.as_bytes()).to_bytes().to_vec(),
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
        write!(formatter, "SigningKey({})", self.name)
    }
}

/// A public Ed25519 key with its name.
#[derive(Clone, PartialEq, Eq)]
pub struct VerifierKey {
    name: KeyName,
    key_id: KeyId,
    key: ed25519_dalek::VerifyingKey,
}

impl VerifierKey {
    fn new(name: KeyName, key: ed25519_dalek::VerifyingKey) -> Self {
        let key_id = KeyId::of(&name, &payload(&key));
        Self { name, key_id, key }
    }

    /// Reads the part of a key text after its name and id.
    pub(crate) fn from_payload(name: KeyName, payload: &[u8]) -> Result<Self, NoteError> {
        let key = public_key(payload, ED25519_TYPE)?;
        Ok(Self::new(name, key))
    }

    /// The key's name.
    #[must_use]
    pub const fn name(&self) -> &KeyName {
        &self.name
    }

    /// The key's id.
    #[must_use]
    pub const fn key_id(&self) -> KeyId {
        self.key_id
    }

    /// The 32 bytes of the public key (RFC 8032).
    #[must_use]
    pub fn public_bytes(&self) -> [u8; 32] {
        self.key.to_bytes()
    }

    /// Whether the note is a document of the context and bears this key's signature over its text.
    ///
    /// # Errors
    /// [`NoteError::WrongContext`], [`NoteError::KeyUse`], [`NoteError::NotSigned`],
    /// [`NoteError::BadSignature`].
    pub fn verify(&self, note: &Note, context: &Context) -> Result<(), NoteError> {
        let line = note.line_for(&self.name, self.key_id, context)?;
        verify_strict(&self.key, note.text().as_bytes(), &line.bytes, &self.name)
    }
}

impl fmt::Display for VerifierKey {
    /// `NAME+ID+BASE64(0x01 ‖ public key)`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&key_text::render_public(&self.name, &payload(&self.key)))
    }
}

impl fmt::Debug for VerifierKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "VerifierKey({} {})", self.name, self.key_id)
    }
}

impl FromStr for VerifierKey {
    type Err = NoteError;

    fn from_str(text: &str) -> Result<Self, NoteError> {
        let (name, _, payload) = key_text::parse_public(text)?;
        Self::from_payload(name, &payload)
    }
}

fn payload(key: &ed25519_dalek::VerifyingKey) -> Vec<u8> {
    let mut payload = vec![ED25519_TYPE];
    payload.extend_from_slice(key.as_bytes());
    payload
}

/// Reads `type ‖ 32 bytes`, refusing small-order points.
pub(crate) fn public_key(
    payload: &[u8],
    type_byte: u8,
) -> Result<ed25519_dalek::VerifyingKey, NoteError> {
    let (found, bytes) = payload
        .split_first()
        .ok_or(NoteError::key_text("the key is empty"))?;
    if *found != type_byte {
        return Err(NoteError::key_text("the key is of another type"));
    }
    let bytes = <[u8; 32]>::try_from(bytes)
        .map_err(|_| NoteError::key_text("a public Ed25519 key has 32 bytes"))?;
    let point = NoteError::key_text("the bytes are no usable Ed25519 public key");
    let key = ed25519_dalek::VerifyingKey::from_bytes(&bytes).map_err(|_| point.clone())?;
    if key.is_weak() || key.to_edwards().compress().to_bytes() != bytes {
        return Err(point);
    }
    Ok(key)
}

/// Strict verification of 64 signature bytes; any failure is `BadSignature` of `name`.
pub(crate) fn verify_strict(
    key: &ed25519_dalek::VerifyingKey,
    message: &[u8],
    signature: &[u8],
    name: &KeyName,
) -> Result<(), NoteError> {
    Signature::from_slice(signature)
        .and_then(|signature| key.verify_strict(message, &signature))
        .map_err(|_| NoteError::BadSignature {
            name: name.to_string(),
        })
}
