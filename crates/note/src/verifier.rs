//! One type for every key a roster can hold, and counting who signed.
//!
//! Place in the flow: roster lines of authority notes hold a [`Verifier`]'s text; keepers and verify
//! ask it whether a note is signed, whatever the key's kind.
//!
//! Left to others: which person and role a key has (instrument).

use std::{fmt, str::FromStr};

use crate::{
    Context, KeyId, KeyName, Note, NoteError, VerifierKey, WebAuthnCredential,
    ed25519::ED25519_TYPE, key_text, webauthn::EXTENDED_TYPE,
};

/// A public key of a kind that signs documents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verifier {
    /// A software or hardware Ed25519 key.
    Ed25519(VerifierKey),
    /// A person's enrolled authenticator.
    WebAuthn(WebAuthnCredential),
}

impl Verifier {
    /// The key's name.
    #[must_use]
    pub const fn name(&self) -> &KeyName {
        match self {
            Self::Ed25519(key) => key.name(),
            Self::WebAuthn(credential) => credential.name(),
        }
    }

    /// The key's id.
    #[must_use]
    pub const fn key_id(&self) -> KeyId {
        match self {
            Self::Ed25519(key) => key.key_id(),
            Self::WebAuthn(credential) => credential.key_id(),
        }
    }

    /// Whether the note is a document of the context and bears this key's signature.
    ///
    /// # Errors
    /// [`NoteError::WrongContext`], [`NoteError::KeyUse`], [`NoteError::NotSigned`],
    /// [`NoteError::BadSignature`], [`NoteError::Assertion`].
    pub fn verify(&self, note: &Note, context: &Context) -> Result<(), NoteError> {
        match self {
            Self::Ed25519(key) => key.verify(note, context),
            Self::WebAuthn(credential) => credential.verify(note, context),
        }
    }

    /// The bare public key: two entries of a roster with the same one are the same key, whatever
    /// their names.
    fn public_bytes(&self) -> Vec<u8> {
        match self {
            Self::Ed25519(key) => key.public_bytes().to_vec(),
            Self::WebAuthn(credential) => credential.public_bytes().to_vec(),
        }
    }
}

impl FromStr for Verifier {
    type Err = NoteError;

    fn from_str(text: &str) -> Result<Self, NoteError> {
        let (name, _, payload) = key_text::parse_public(text)?;
        match payload.first() {
            Some(&ED25519_TYPE) => Ok(Self::Ed25519(VerifierKey::from_payload(name, &payload)?)),
            Some(&EXTENDED_TYPE) => Ok(Self::WebAuthn(WebAuthnCredential::from_payload(
                name, &payload,
            )?)),
            _ => Err(NoteError::key_text(
                "the key is not of a type that signs documents",
            )),
        }
    }
}

impl fmt::Display for Verifier {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ed25519(key) => key.fmt(formatter),
            Self::WebAuthn(credential) => credential.fmt(formatter),
        }
    }
}

impl From<VerifierKey> for Verifier {
    fn from(key: VerifierKey) -> Self {
        Self::Ed25519(key)
    }
}

impl From<WebAuthnCredential> for Verifier {
    fn from(credential: WebAuthnCredential) -> Self {
        Self::WebAuthn(credential)
    }
}

/// Positions in `keys` of those that signed the note, in order, each public key counted once.
///
/// Lines of keys that are not in `keys` are ignored, as C2SP signed-note asks.
///
/// # Errors
/// [`NoteError::BadSignature`] or [`NoteError::Assertion`] where a line of one of the keys does not
/// verify: the whole note is to be rejected. [`NoteError::WrongContext`]. [`NoteError::KeyUse`]
/// where a key in `keys` whose line the note bears is for another use.
pub fn verified_by(
    note: &Note,
    keys: &[Verifier],
    context: &Context,
) -> Result<Vec<usize>, NoteError> {
    context.check_text(note.text())?;
    let mut counted: Vec<Vec<u8>> = Vec::new();
    let mut positions = Vec::new();
    for (position, key) in keys.iter().enumerate() {
        if note.signature_of(key.name(), key.key_id()).is_none() {
            continue;
        }
        key.verify(note, context)?;
        let public = key.public_bytes();
        if !counted.contains(&public) {
            counted.push(public);
            positions.push(position);
        }
    }
    Ok(positions)
}
