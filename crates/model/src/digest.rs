//! SHA-256 digests and the hexadecimal form people read them in.
//!
//! Place in the flow: names every document and file in the log, the warrant and the bundle.
//!
//! Left to others: what is hashed (see [`crate::canonical`]) and keyed hashing (the seal crate).

use std::{fmt, str::FromStr};

use sha2::{Digest as _, Sha256, block_api::compress256};
use thiserror::Error;
use zeroize::optimization_barrier;

/// The state SHA-256 begins with (FIPS 180-4 section 5.3.3).
pub const SHA_256_START: [u32; 8] = [
    0x6a09_e667,
    0xbb67_ae85,
    0x3c6e_f372,
    0xa54f_f53a,
    0x510e_527f,
    0x9b05_688c,
    0x1f83_d9ab,
    0x5be0_cd19,
];

/// Bytes of a block of SHA-256.
const BLOCK: usize = 64;

/// Most blocks of a message that is padded in one place.
const SHORT_BLOCKS: usize = 4;

/// A SHA-256 digest (FIPS 180-4), 32 bytes. Shown as 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Digest([u8; 32]);

impl Digest {
    /// Length in bytes.
    pub const LENGTH: usize = 32;

    /// Digest of `bytes`.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// Digest of several byte strings, one after the other, with nothing between them.
    ///
    /// The caller answers for unambiguity: use [`crate::canonical::Encoder`] unless a standard
    /// fixes the layout (RFC 6962 does).
    #[must_use]
    pub fn of_parts(parts: &[&[u8]]) -> Self {
        let [digest] = Self::of_several([parts]);
        digest
    }

    /// Digests of several messages, each given in parts. Short ones are taken in side by side: the
    /// processor works on several at once, and spares what a hasher does beside.
    #[must_use]
    pub fn of_several<const N: usize>(messages: [&[&[u8]]; N]) -> [Self; N] {
        Self::of_short(messages).unwrap_or_else(|| {
            messages.map(|parts| {
                let mut hasher = Sha256::new();
                parts.iter().for_each(|part| hasher.update(part));
                Self(hasher.finalize().into())
            })
        })
    }

    /// `None` where a message has more than a few blocks.
    fn of_short<const N: usize>(messages: [&[&[u8]]; N]) -> Option<[Self; N]> {
        let mut blocks = [[[0; BLOCK]; SHORT_BLOCKS]; N];
        let mut counts = [0; N];
        // Before any is copied: what was would have to be wiped.
        for parts in messages {
            count_of(parts).filter(|count| *count <= SHORT_BLOCKS)?;
        }
        for ((blocks, count), parts) in blocks.iter_mut().zip(&mut counts).zip(messages) {
            *count = pad(parts, blocks)?;
        }
        let mut states = [SHA_256_START; N];
        for place in 0..SHORT_BLOCKS {
            for ((state, blocks), count) in states.iter_mut().zip(&blocks).zip(counts) {
                let block = blocks.get(place).filter(|_| place < count);
                if let Some(block) = block {
                    compress256(state, std::slice::from_ref(block));
                }
            }
        }
        // Some messages are secret.
        blocks = [[[0; BLOCK]; SHORT_BLOCKS]; N];
        optimization_barrier(&blocks);
        Some(states.map(Self::of_state))
    }

    fn of_state(state: [u32; 8]) -> Self {
        let mut digest = [0; Self::LENGTH];
        let (words, _) = digest.as_chunks_mut::<4>();
        for (place, word) in words.iter_mut().zip(state) {
            *place = word.to_be_bytes();
        }
        Self(digest)
    }

    /// Takes 32 bytes that are already a digest.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The first 12 hexadecimal digits, for people; never for comparison.
    #[must_use]
    pub fn short(&self) -> String {
        hex(&self.0).chars().take(12).collect()
    }
}

/// Blocks of a message: the end mark and the length of eight bytes follow it.
fn count_of(parts: &[&[u8]]) -> Option<usize> {
    let length = parts.iter().map(|part| part.len()).sum::<usize>();
    Some(length.checked_add(9)?.div_ceil(BLOCK))
}

/// Pads a message into zeros, as SHA-256 takes it in, and gives the number of its blocks; `None` where
/// it does not fit.
fn pad(parts: &[&[u8]], blocks: &mut [[u8; BLOCK]; SHORT_BLOCKS]) -> Option<usize> {
    let length = parts.iter().map(|part| part.len()).sum::<usize>();
    let count = count_of(parts)?;
    let mut rest = blocks.get_mut(..count)?.as_flattened_mut();
    for part in parts {
        let (place, after) = rest.split_at_mut_checked(part.len())?;
        place.copy_from_slice(part);
        rest = after;
    }
    *rest.first_mut()? = 0x80;
    *rest.last_chunk_mut()? = u64::try_from(length).ok()?.checked_mul(8)?.to_be_bytes();
    Some(count)
}

impl fmt::Display for Digest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&hex(&self.0))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Digest({})", self.short())
    }
}

/// The text is not 64 lower-case hexadecimal digits. The fault of whoever wrote the document.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("a digest is 64 lower-case hexadecimal digits")]
pub struct DigestParseError;

impl FromStr for Digest {
    type Err = DigestParseError;

    fn from_str(text: &str) -> Result<Self, DigestParseError> {
        let bytes = unhex(text).ok_or(DigestParseError)?;
        Ok(Self(bytes.try_into().map_err(|_| DigestParseError)?))
    }
}

/// Lower-case hexadecimal of any bytes.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    use fmt::Write as _;
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
}

/// Bytes of lower-case hexadecimal text; `None` for an odd length, an upper-case or other digit.
#[must_use]
pub fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes();
    if !digits.len().is_multiple_of(2) {
        return None;
    }
    digits
        .chunks_exact(2)
        .map(|pair| match pair {
            [high, low] => Some((nibble(*high)? << 4) | nibble(*low)?),
            _ => None,
        })
        .collect()
}

fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digest_of_abc_is_the_vector_of_fips_180_4() {
        let text = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(Digest::of(b"abc").to_string(), text);
        assert_eq!(Digest::of_parts(&[b"a", b"bc"]), text.parse().unwrap());
    }

    #[test]
    fn every_length_around_a_block_is_padded_right() {
        let message: Vec<u8> = (0..=u8::MAX).chain(0..=u8::MAX).collect();
        for length in 0..message.len() {
            let (left, right) = message[..length].split_at(length / 3);
            let whole = Digest::of(&message[..length]);
            assert_eq!(Digest::of_parts(&[left, right]), whole, "{length}");
            let several = Digest::of_several([&[left, right], &[b"abc"]]);
            assert_eq!(several, [whole, Digest::of(b"abc")], "{length}");
        }
    }

    #[test]
    fn upper_case_short_and_long_texts_are_refused() {
        let good = Digest::of(b"abc").to_string();
        for bad in [
            good.to_uppercase(),
            good[..62].to_owned(),
            format!("{good}00"),
            "zz".repeat(32),
        ] {
            assert_eq!(bad.parse::<Digest>(), Err(DigestParseError), "{bad}");
        }
    }
}
