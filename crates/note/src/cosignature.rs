//! Witnesses' timestamped cosignatures of checkpoints (C2SP tlog-cosignature, type 0x04).
//!
//! Place in the flow: a keeper that has followed the log to a checkpoint cosigns it with the time;
//! translog counts fresh cosignatures before anything is opened.
//!
//! Left to others: following the log, freshness and quorum (translog), the clock (the keeper's rim).

use std::{fmt, str::FromStr};

use ed25519_dalek::Signer as _;
use model::{entropy, personal::Personal, time::Instant};
use zeroize::Zeroizing;

use crate::{
    Context, KeyId, KeyName, Note, NoteError, SignatureLine,
    ed25519::{public_key, verify_strict},
    key_text,
};

/// Type byte of cosigner keys.
pub(crate) const COSIGNER_TYPE: u8 = 0x04;

/// A witness's private key. It signs nothing but cosignatures of checkpoints.
#[derive(Clone)]
pub struct CosignerSigningKey {
    name: KeyName,
    key: ed25519_dalek::SigningKey,
}

impl CosignerSigningKey {
    /// Draws a key from the operating system's generator.
    ///
    /// # Errors
    /// [`NoteError::Entropy`].
    pub fn generate(name: KeyName) -> Result<Self, NoteError> {
        let seed = Zeroizing::new(entropy::random_bytes::<32>()?);
        Ok(Self::from_seed(name, &seed))
    }

    /// The key of a 32-byte seed. Never give one seed to two keys: the signed message does not
    /// name the witness.
    #[must_use]
    pub fn from_seed(name: KeyName, seed: &[u8; 32]) -> Self {
        let key = ed25519_dalek::SigningKey::from_bytes(seed);
        Self { name, key }
    }

    /// Reads `PRIVATE+KEY+NAME+ID+BASE64(0x04 ‖ seed)`.
    ///
    /// # Errors
    /// [`NoteError::KeyText`].
    pub fn parse(text: &str) -> Result<Self, NoteError> {
        let (name, id, seed) = key_text::parse_private(text, COSIGNER_TYPE)?;
        let key = Self::from_seed(name, &seed);
        if key.verifier().key_id() != id {
            return Err(NoteError::key_text("the key id is not that of the key"));
        }
        Ok(key)
    }

    /// The written form that [`CosignerSigningKey::parse`] reads. A secret.
    #[must_use]
    pub fn to_secret_text(&self) -> Personal<String> {
        let seed = Zeroizing::new(self.key.to_bytes());
        key_text::render_private(&self.name, self.verifier().key_id(), COSIGNER_TYPE, &seed)
    }

    /// The key's name.
    #[must_use]
    pub const fn name(&self) -> &KeyName {
        &self.name
    }

    /// The public half.
    #[must_use]
    pub fn verifier(&self) -> CosignerKey {
        CosignerKey::new(self.name.clone(), self.key.verifying_key())
    }

    /// Cosigns a checkpoint's text as of `time`. The caller has followed the log to it.
    ///
    /// # Errors
    /// [`NoteError::KeyUse`] where the context is not a checkpoint's,
    /// [`NoteError::WrongContext`] for another first line, [`NoteError::Malformed`] for a text no
    /// note can have or a time beyond 2^63 − 1.
    pub fn cosign(
        &self,
        context: &Context,
        text: &str,
        time: Instant,
    ) -> Result<SignatureLine, NoteError> {
        let note = Note::unsigned(text)?;
        check_checkpoint(context, &note, &self.name)?;
        if i64::try_from(time.0).is_err() {
            return Err(NoteError::malformed(1, "the time is beyond 2^63 - 1"));
        }
        let signature = self.key.sign(message(text, time).as_bytes());
        let mut bytes = time.0.to_be_bytes().to_vec();
        bytes.extend_from_slice(&signature.to_bytes());
        Ok(SignatureLine {
            name: self.name.clone(),
            key_id: self.verifier().key_id(),
            bytes,
        })
    }
}

impl fmt::Debug for CosignerSigningKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "CosignerSigningKey({})", self.name)
    }
}

/// A verified cosignature: the witness had seen no larger consistent tree at `time`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cosignature {
    /// When the witness signed, by its own clock.
    pub time: Instant,
}

/// A witness's public key.
#[derive(Clone, PartialEq, Eq)]
pub struct CosignerKey {
    name: KeyName,
    key_id: KeyId,
    key: ed25519_dalek::VerifyingKey,
}

impl CosignerKey {
    fn new(name: KeyName, key: ed25519_dalek::VerifyingKey) -> Self {
        let key_id = KeyId::of(&name, &payload(&key));
        Self { name, key_id, key }
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

    /// The 32 bytes of the public key.
    #[must_use]
    pub fn public_bytes(&self) -> [u8; 32] {
        self.key.to_bytes()
    }

    /// Verifies this witness's cosignature of a checkpoint note.
    ///
    /// # Errors
    /// [`NoteError::KeyUse`] where the context is not a checkpoint's, [`NoteError::WrongContext`],
    /// [`NoteError::NotSigned`], [`NoteError::BadSignature`].
    pub fn verify(&self, note: &Note, context: &Context) -> Result<Cosignature, NoteError> {
        check_checkpoint(context, note, &self.name)?;
        let line =
            note.signature_of(&self.name, self.key_id)
                .ok_or_else(|| NoteError::NotSigned {
                    name: self.name.to_string(),
                })?;
        let bad = || NoteError::BadSignature {
            name: self.name.to_string(),
        };
        let (time, signature) = line.bytes.split_first_chunk::<8>().ok_or_else(bad)?;
        let time = Instant(u64::from_be_bytes(*time));
        if i64::try_from(time.0).is_err() {
            return Err(bad());
        }
        let message = message(note.text(), time);
        verify_strict(&self.key, message.as_bytes(), signature, &self.name)?;
        Ok(Cosignature { time })
    }
}

impl fmt::Display for CosignerKey {
    /// `NAME+ID+BASE64(0x04 ‖ public key)`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&key_text::render_public(&self.name, &payload(&self.key)))
    }
}

impl fmt::Debug for CosignerKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "CosignerKey({} {})", self.name, self.key_id)
    }
}

impl FromStr for CosignerKey {
    type Err = NoteError;

    fn from_str(text: &str) -> Result<Self, NoteError> {
        let (name, _, payload) = key_text::parse_public(text)?;
        Ok(Self::new(name, public_key(&payload, COSIGNER_TYPE)?))
    }
}

fn payload(key: &ed25519_dalek::VerifyingKey) -> Vec<u8> {
    let mut payload = vec![COSIGNER_TYPE];
    payload.extend_from_slice(key.as_bytes());
    payload
}

fn message(text: &str, time: Instant) -> String {
    format!("cosignature/v1\ntime {}\n{text}", time.0)
}

fn check_checkpoint(context: &Context, note: &Note, name: &KeyName) -> Result<(), NoteError> {
    if !context.is_checkpoint() {
        return Err(NoteError::KeyUse {
            name: name.to_string(),
            context: context.line().to_owned(),
        });
    }
    context.check_text(note.text())
}
