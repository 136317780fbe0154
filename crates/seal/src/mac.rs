//! The primitives everything else is made of: SHA-256, the key derivation of NIST SP 800-56C r2 with it,
//! HMAC-SHA-256, AES-256-GCM.
//!
//! Place in the flow: the only file that names the cryptographic library (aws-lc-rs). The builder, which
//! seals millions of slots, MACs with keys prepared further ([`crate::hmac`]); share keys answer with CMAC
//! ([`crate::values`]).
//!
//! Left to others: what is keyed, and with which label.

use std::fmt;

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey},
    constant_time, hmac,
};
use zeroize::Zeroizing;

use crate::hmac::digest;

/// Bytes of an AES-GCM tag.
pub const TAG_LENGTH: usize = 16;

/// An HMAC-SHA-256 key (RFC 2104, FIPS 198-1), ready for use.
#[derive(Clone)]
pub struct MacKey(hmac::Key);

impl MacKey {
    /// Prepares a key.
    pub fn new(key: &[u8; 32]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, key))
    }

    /// The MAC of `message`.
    pub fn mac(&self, message: &[u8]) -> [u8; 32] {
        to_array(hmac::sign(&self.0, message).as_ref())
    }
}

impl fmt::Debug for MacKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("MacKey(personal)")
    }
}

/// Takes the 32 bytes that SHA-256 always gives.
fn to_array(bytes: &[u8]) -> [u8; 32] {
    let mut array = [0_u8; 32];
    for (place, byte) in array.iter_mut().zip(bytes) {
        *place = *byte;
    }
    array
}

/// The SHA-256 (FIPS 180-4) of bytes, as the library gives it: what [`crate::hmac::digest`], which leaves
/// nothing behind, is held to.
#[cfg(test)]
pub fn library_digest(bytes: &[u8]) -> [u8; 32] {
    to_array(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes).as_ref())
}

/// A key derivation by the formula of the one-step function of NIST SP 800-56C r2 (2020), section 4.1,
/// option 1, with SHA-256 and one round: SHA-256(1 ‖ secret ‖ label ‖ context ‖ 256), numbers of 4
/// big-endian bytes.
#[derive(Debug)]
pub struct Derivation {
    label: &'static str,
}

impl Derivation {
    /// Of a slot's secret, without context: the pad that wraps the address secret.
    pub const PAD: Self = Self {
        label: "slot-pad/v2",
    };

    /// Of a slot's secret with the slot's digest: what shows that both are the right ones.
    pub const COMMITMENT: Self = Self {
        label: "slot-commitment/v2",
    };

    /// Of an entry's address secret, without context: the key its address is sealed with.
    pub const SEALING_KEY: Self = Self {
        label: "sealing-key/v2",
    };

    /// What is derived.
    pub fn of(&self, secret: &[u8; 32], context: &[u8]) -> Zeroizing<[u8; 32]> {
        let label = self.label.as_bytes();
        let input: [&[u8]; 5] = [&[0, 0, 0, 1], secret, label, context, &[0, 0, 1, 0]];
        Zeroizing::new(digest(&input))
    }
}

/// XOR of two values: wraps a secret with a pad that is used this once, and unwraps it.
pub fn wrapped(secret: &[u8; 32], pad: &[u8; 32]) -> [u8; 32] {
    let mut bytes = *secret;
    for (byte, pad) in bytes.iter_mut().zip(pad) {
        *byte ^= pad;
    }
    bytes
}

/// Encrypts `buffer` in place under a key that is used this once, with the all-zero nonce; returns
/// the tag. `None` only if the library fails.
pub fn encrypt_once(key: &[u8; 32], aad: &[u8], buffer: &mut [u8]) -> Option<[u8; TAG_LENGTH]> {
    let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key).ok()?);
    let tag = key
        .seal_in_place_separate_tag(zero_nonce(), Aad::from(aad), buffer)
        .ok()?;
    tag.as_ref().try_into().ok()
}

/// Decrypts ciphertext and tag; `None` if key, associated data or bytes are not those of sealing.
pub fn decrypt_once(
    key: &[u8; 32],
    aad: &[u8],
    ciphertext_and_tag: &[u8],
) -> Option<Zeroizing<Vec<u8>>> {
    let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key).ok()?);
    let mut buffer = Zeroizing::new(ciphertext_and_tag.to_vec());
    let length = key
        .open_in_place(zero_nonce(), Aad::from(aad), buffer.as_mut_slice())
        .ok()?
        .len();
    buffer.truncate(length);
    Some(buffer)
}

fn zero_nonce() -> Nonce {
    Nonce::assume_unique_for_key([0_u8; 12])
}

/// Whether two values are equal, in a time that does not depend on where they differ.
pub fn equal_in_constant_time(a: &[u8; 32], b: &[u8; 32]) -> bool {
    constant_time::verify_slices_are_equal(a, b).is_ok()
}

#[cfg(test)]
mod tests {
    use model::digest::{hex, unhex};

    use super::*;

    #[test]
    fn hmac_of_rfc_4231_case_2_with_a_padded_key() {
        // HMAC pads short keys with zeros, so "Jefe" padded to 32 bytes gives the RFC's value.
        let mut key = [0_u8; 32];
        key[..4].copy_from_slice(b"Jefe");
        assert_eq!(
            hex(&MacKey::new(&key).mac(b"what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
    }

    #[test]
    fn derivations_are_the_one_step_function_with_labels_of_their_own() {
        let (secret, context) = ([9; 32], [5; 32]);
        let input = [
            b"\0\0\0\x01",
            [9; 32].as_slice(),
            b"slot-commitment/v2",
            &[5; 32],
            b"\0\0\x01\0",
        ];
        let commitment = Derivation::COMMITMENT.of(&secret, &context);
        assert_eq!(*commitment, library_digest(&input.concat()));
        let all = [
            Derivation::PAD,
            Derivation::COMMITMENT,
            Derivation::SEALING_KEY,
        ];
        let mut derived = all.map(|derivation| *derivation.of(&secret, &[]));
        derived.sort_unstable();
        assert!(derived.is_sorted_by(|a, b| a < b), "each is its own");
    }

    #[test]
    fn gcm_of_test_case_14() {
        // McGrew and Viega, The Galois/Counter Mode of Operation, test case 14: all zeros.
        let mut buffer = [0_u8; 16];
        let tag = encrypt_once(&[0; 32], b"", &mut buffer).unwrap();
        assert_eq!(hex(&buffer), "cea7403d4d606b6e074ec5d3baf39d18");
        assert_eq!(hex(&tag), "d0d1c8a799996bf0265b98b5d48ab919");
        let sealed = unhex("cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919");
        let opened = decrypt_once(&[0; 32], b"", &sealed.clone().unwrap()).unwrap();
        assert_eq!(opened.as_slice(), &[0; 16]);
        assert!(decrypt_once(&[0; 32], b"x", &sealed.unwrap()).is_none());
    }
}
