//! Witnesses' timestamped cosignatures of checkpoints (C2SP tlog-cosignature, type 0x04).
//!
//! Place in the flow: a keeper that has followed the log to a checkpoint cosigns it with the time;
//! translog counts fresh cosignatures before anything is opened.
//!
//! Left to others: following the log, freshness and quorum (translog), the clock (the keeper's rim).

use std::{fmt, str::FromStr};

use model::{personal::Personal, time::Instant};

use crate::{
    Context, KeyId, KeyName, Note, NoteError, SignatureLine,
    named_key::{PrivateKey, PublicKey},
};

/// Type byte of cosigner keys.
pub(crate) const COSIGNER_TYPE: u8 = 0x04;

/// A witness's private key. It signs nothing but cosignatures of checkpoints.
#[derive(Clone)]
pub struct CosignerSigningKey(PrivateKey<COSIGNER_TYPE>);

impl CosignerSigningKey {
    /// Draws a key from the operating system's generator.
    ///
    /// # Errors
    /// [`NoteError::Entropy`].
    pub fn generate(name: KeyName) -> Result<Self, NoteError> {
        PrivateKey::generate(name).map(Self)
    }

    /// The key of a 32-byte seed. Never give one seed to two keys: the signed message does not
    /// name the witness.
    #[must_use]
    pub fn from_seed(name: KeyName, seed: &[u8; 32]) -> Self {
        Self(PrivateKey::from_seed(name, seed))
    }

    /// Reads `PRIVATE+KEY+NAME+ID+BASE64(0x04 ‖ seed)`.
    ///
    /// # Errors
    /// [`NoteError::KeyText`].
    pub fn parse(text: &str) -> Result<Self, NoteError> {
        PrivateKey::parse(text).map(Self)
    }

    /// The written form that [`CosignerSigningKey::parse`] reads. A secret.
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
    pub fn verifier(&self) -> CosignerKey {
        CosignerKey(self.0.public())
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
        check_checkpoint(context, &note, self.name())?;
        if i64::try_from(time.0).is_err() {
            return Err(NoteError::malformed(1, "the time is beyond 2^63 - 1"));
        }
        let mut bytes = time.0.to_be_bytes().to_vec();
        bytes.extend_from_slice(&self.0.sign(message(text, time).as_bytes()));
        Ok(SignatureLine {
            name: self.name().clone(),
            key_id: self.verifier().key_id(),
            bytes,
        })
    }
}

impl fmt::Debug for CosignerSigningKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "CosignerSigningKey({})", self.name())
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
pub struct CosignerKey(PublicKey<COSIGNER_TYPE>);

impl CosignerKey {
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

    /// The 32 bytes of the public key.
    #[must_use]
    pub fn public_bytes(&self) -> [u8; 32] {
        self.0.bytes()
    }

    /// Verifies this witness's cosignature of a checkpoint note.
    ///
    /// # Errors
    /// [`NoteError::KeyUse`] where the context is not a checkpoint's, [`NoteError::WrongContext`],
    /// [`NoteError::NotSigned`], [`NoteError::BadSignature`].
    pub fn verify(&self, note: &Note, context: &Context) -> Result<Cosignature, NoteError> {
        check_checkpoint(context, note, self.name())?;
        let line = note
            .signature_of(self.name(), self.key_id())
            .ok_or_else(|| NoteError::NotSigned {
                name: self.name().to_string(),
            })?;
        let bad = || NoteError::BadSignature {
            name: self.name().to_string(),
        };
        let (time, signature) = line.bytes.split_first_chunk::<8>().ok_or_else(bad)?;
        let time = Instant(u64::from_be_bytes(*time));
        if i64::try_from(time.0).is_err() {
            return Err(bad());
        }
        let message = message(note.text(), time);
        self.0.verify(message.as_bytes(), signature)?;
        Ok(Cosignature { time })
    }
}

impl fmt::Display for CosignerKey {
    /// `NAME+ID+BASE64(0x04 ‖ public key)`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl fmt::Debug for CosignerKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "CosignerKey({} {})", self.name(), self.key_id())
    }
}

impl FromStr for CosignerKey {
    type Err = NoteError;

    fn from_str(text: &str) -> Result<Self, NoteError> {
        text.parse().map(Self)
    }
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
