//! Encryption of what the gate's database keeps: rows, envelopes and transcripts at rest.
//!
//! Place in the flow: store puts every value that holds a requester's words through this, so that a
//! thief of the database file reads no address and no taxpayer number in it (promise P2). The key
//! lies outside the database.
//!
//! Each value gets a key of its own, HMAC(store key, label ‖ context ‖ 16 random bytes), used once,
//! with AES-256-GCM; the context (table, row, column) is associated data, so that a value moved to
//! another place does not open.
//!
//! Left to others: keeping the key (gate), choosing contexts (store).

use model::{
    canonical::Encoder,
    entropy::{EntropyError, random_bytes},
    fault::{Explain, Fault},
};
use thiserror::Error;
use zeroize::Zeroizing;

use crate::mac::{MacKey, decrypt_once, encrypt_once};

const SALT_BYTES: usize = 16;

/// Why a value cannot be sealed or opened.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RestError {
    /// No random bytes. Nobody's fault; try again.
    #[error("no random bytes")]
    Entropy(#[from] EntropyError),
    /// The value was changed, moved, or sealed under another key. The database's fault or a thief's.
    #[error("a value kept at rest does not open")]
    Damaged,
}

impl Explain for RestError {
    fn fault(&self) -> Fault {
        match self {
            Self::Entropy(_) => Fault::Unavailable,
            Self::Damaged => Fault::Integrity,
        }
    }
}

/// The key of a database.
#[derive(Debug, Clone)]
pub struct RestKey(MacKey);

impl RestKey {
    /// Takes 32 secret bytes.
    #[must_use]
    pub fn new(bytes: &[u8; 32]) -> Self {
        Self(MacKey::new(bytes))
    }

    /// Seals a value for one place.
    ///
    /// # Errors
    /// [`RestError::Entropy`].
    pub fn seal(&self, context: &str, value: &[u8]) -> Result<Vec<u8>, RestError> {
        let salt: [u8; SALT_BYTES] = random_bytes()?;
        let key = self.key(context, &salt);
        let mut buffer = value.to_vec();
        let tag = encrypt_once(&key, context.as_bytes(), &mut buffer).ok_or(RestError::Damaged)?;
        let mut sealed = salt.to_vec();
        sealed.append(&mut buffer);
        sealed.extend_from_slice(&tag);
        Ok(sealed)
    }

    /// Opens a value of one place.
    ///
    /// # Errors
    /// [`RestError::Damaged`].
    pub fn open(&self, context: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, RestError> {
        let (salt, rest) = sealed
            .split_first_chunk::<SALT_BYTES>()
            .ok_or(RestError::Damaged)?;
        let key = self.key(context, salt);
        decrypt_once(&key, context.as_bytes(), rest).ok_or(RestError::Damaged)
    }

    fn key(&self, context: &str, salt: &[u8; SALT_BYTES]) -> Zeroizing<[u8; 32]> {
        let mut encoder = Encoder::new("countersign/rest/v1");
        encoder.text(context).bytes(salt);
        Zeroizing::new(self.0.mac(encoder.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opens_in_its_own_place_only_and_unchanged_only() {
        let key = RestKey::new(&[7; 32]);
        let sealed = key.seal("row/1/opening", b"12 Elm St").unwrap();
        assert_eq!(
            key.open("row/1/opening", &sealed).unwrap().as_slice(),
            b"12 Elm St"
        );
        assert!(!sealed.windows(3).any(|window| window == b"Elm"));
        assert_ne!(sealed, key.seal("row/1/opening", b"12 Elm St").unwrap());
        assert!(key.open("row/2/opening", &sealed).is_err());
        assert!(
            RestKey::new(&[8; 32])
                .open("row/1/opening", &sealed)
                .is_err()
        );
        for position in 0..sealed.len() {
            let mut bad = sealed.clone();
            bad[position] ^= 1;
            assert_eq!(key.open("row/1/opening", &bad), Err(RestError::Damaged));
        }
        assert!(key.open("row/1/opening", &sealed[..10]).is_err());
    }
}
