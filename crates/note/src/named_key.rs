//! Ed25519 keys with a name and a type byte, which keeps keys for different uses apart.
//!
//! Place in the flow: under the plain signing keys and the cosigners' keys, which differ in what they sign
//! and in nothing else.
//!
//! Left to others: what is signed (ed25519, cosignature), the written form (key_text).

use std::{fmt, str::FromStr};

use ed25519_dalek::{Signature, Signer as _};
use model::{entropy, personal::Personal};
use zeroize::Zeroizing;

use crate::{KeyId, KeyName, NoteError, key_text};

/// A private key of the type. Memory is wiped on drop.
#[derive(Clone)]
pub(crate) struct PrivateKey<const TYPE: u8> {
    name: KeyName,
    key: ed25519_dalek::SigningKey,
}

impl<const TYPE: u8> PrivateKey<TYPE> {
    /// Draws a key from the operating system's generator.
    pub(crate) fn generate(name: KeyName) -> Result<Self, NoteError> {
        let seed = Zeroizing::new(entropy::random_bytes::<32>()?);
        Ok(Self::from_seed(name, &seed))
    }

    pub(crate) fn from_seed(name: KeyName, seed: &[u8; 32]) -> Self {
        let key = ed25519_dalek::SigningKey::from_bytes(seed);
        Self { name, key }
    }

    /// Reads `PRIVATE+KEY+NAME+ID+BASE64(type ‖ seed)`; the id must be that of the public half.
    pub(crate) fn parse(text: &str) -> Result<Self, NoteError> {
        let (name, id, seed) = key_text::parse_private(text, TYPE)?;
        let key = Self::from_seed(name, &seed);
        if key.public().key_id() != id {
            return Err(NoteError::key_text("the key id is not that of the key"));
        }
        Ok(key)
    }

    /// The form that [`PrivateKey::parse`] reads. A secret.
    pub(crate) fn to_secret_text(&self) -> Personal<String> {
        let seed = Zeroizing::new(self.key.to_bytes());
        key_text::render_private(&self.name, self.public().key_id(), TYPE, &seed)
    }

    pub(crate) const fn name(&self) -> &KeyName {
        &self.name
    }

    pub(crate) fn public(&self) -> PublicKey<TYPE> {
        PublicKey::new(self.name.clone(), self.key.verifying_key())
    }

    /// 64 signature bytes over a message (RFC 8032).
    pub(crate) fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.key.sign(message).to_bytes()
    }
}

/// A public key of the type.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct PublicKey<const TYPE: u8> {
    name: KeyName,
    key_id: KeyId,
    key: ed25519_dalek::VerifyingKey,
}

impl<const TYPE: u8> PublicKey<TYPE> {
    fn new(name: KeyName, key: ed25519_dalek::VerifyingKey) -> Self {
        let key_id = KeyId::of(&name, &payload(TYPE, &key));
        Self { name, key_id, key }
    }

    /// Reads `type ‖ 32 bytes`, refusing small-order points and other spellings of a point.
    pub(crate) fn from_payload(name: KeyName, payload: &[u8]) -> Result<Self, NoteError> {
        let (found, bytes) = payload
            .split_first()
            .ok_or(NoteError::key_text("the key is empty"))?;
        if *found != TYPE {
            return Err(NoteError::key_text("the key is of another type"));
        }
        let bytes = <[u8; 32]>::try_from(bytes)
            .map_err(|_| NoteError::key_text("a public Ed25519 key has 32 bytes"))?;
        let point = NoteError::key_text("the bytes are no usable Ed25519 public key");
        let key = ed25519_dalek::VerifyingKey::from_bytes(&bytes).map_err(|_| point.clone())?;
        if key.is_weak() || key.to_edwards().compress().to_bytes() != bytes {
            return Err(point);
        }
        Ok(Self::new(name, key))
    }

    pub(crate) const fn name(&self) -> &KeyName {
        &self.name
    }

    pub(crate) const fn key_id(&self) -> KeyId {
        self.key_id
    }

    /// The 32 bytes of the key (RFC 8032).
    pub(crate) fn bytes(&self) -> [u8; 32] {
        self.key.to_bytes()
    }

    /// Strict verification of 64 signature bytes; any failure is `BadSignature` of the name.
    pub(crate) fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), NoteError> {
        Signature::from_slice(signature)
            .and_then(|signature| self.key.verify_strict(message, &signature))
            .map_err(|_| NoteError::BadSignature {
                name: self.name.to_string(),
            })
    }
}

impl<const TYPE: u8> fmt::Display for PublicKey<TYPE> {
    /// `NAME+ID+BASE64(type ‖ public key)`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&key_text::render_public(
            &self.name,
            &payload(TYPE, &self.key),
        ))
    }
}

impl<const TYPE: u8> FromStr for PublicKey<TYPE> {
    type Err = NoteError;

    fn from_str(text: &str) -> Result<Self, NoteError> {
        let (name, _, payload) = key_text::parse_public(text)?;
        Self::from_payload(name, &payload)
    }
}

fn payload(type_byte: u8, key: &ed25519_dalek::VerifyingKey) -> Vec<u8> {
    let mut payload = vec![type_byte];
    payload.extend_from_slice(key.as_bytes());
    payload
}
