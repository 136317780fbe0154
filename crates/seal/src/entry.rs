//! One sealed address: its ciphertext and the slots that wrap its address secret.
//!
//! Place in the flow: the builder's [`crate::sealer`] makes entries; the register stores their bytes
//! (spec/sealed-address.md); [`crate::open`] reads them.
//!
//! Left to others: sealing and opening, which addresses a record has on file (register), storage.

use model::{
    fault::{Explain, Fault},
    id::EntryNumber,
};
use thiserror::Error;

use crate::{
    address::{AddressTooLong, PLAINTEXT_LENGTH},
    mac::TAG_LENGTH,
};

/// First byte of a sealed entry: the suite. 2 is SHA-256, the counter mode of NIST SP 800-108r1 with AES-256
/// CMAC for share keys, HMAC-SHA-256 for the builder's, the formula of the one-step derivation of NIST SP
/// 800-56C r2, AES-256-GCM for addresses and one-time pads for their secrets. 1 had HMAC and HKDF over the
/// slot's bytes and AES-256-GCM for both; no entry of it is read.
pub const SUITE: u8 = 2;

/// Most keys one entry can be opened under.
pub const SLOTS_MAX: usize = 8;

/// Bytes of the sealed address: padded plaintext and tag.
pub const CIPHERTEXT_LENGTH: usize = PLAINTEXT_LENGTH + TAG_LENGTH;

/// Bytes of a slot: commitment and wrapped secret.
pub const SLOT_LENGTH: usize = 64;

/// One wrapping of the address secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Slot {
    pub(crate) commitment: [u8; 32],
    pub(crate) wrapped: [u8; 32],
}

/// An address's ciphertext with its slots: 178 bytes and 64 for each of its 1, 2, 4 or 8 slots.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedEntry {
    pub(crate) ciphertext: [u8; CIPHERTEXT_LENGTH],
    // INVARIANT: 1, 2, 4 or 8 of them, commitments strictly ascending.
    pub(crate) slots: Vec<Slot>,
}

/// Bytes that are no sealed entry. Our own file is damaged, or the wrong bytes were read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum EntryFormatError {
    /// The first byte is not a suite known here.
    #[error("byte 0 of the sealed entry names suite `{0}`; only {SUITE} is known")]
    Suite(u8),
    /// The second byte is not 1, 2, 4 or 8.
    #[error("byte 1 of the sealed entry counts `{0}` slots; only 1, 2, 4 or 8 are possible")]
    SlotCount(u8),
    /// Shorter or longer than its slots need.
    #[error("the sealed entry has `{found}` bytes; its slots need `{expected}`")]
    Length {
        /// Bytes that its slot count asks for (2 where not even that could be read).
        expected: usize,
        /// Bytes there are.
        found: usize,
    },
    /// Commitments are not strictly ascending.
    #[error("slot `{0}` of the sealed entry is out of order")]
    Order(usize),
}

impl Explain for EntryFormatError {
    fn fault(&self) -> Fault {
        Fault::Integrity
    }
}

/// An address that cannot be sealed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SealError {
    /// More text than the one length holds. The fault of the extract's row.
    #[error(transparent)]
    Address(#[from] AddressTooLong),
    /// The entry would open under no key, or under more than eight. The fault of the caller, who
    /// chooses the keys.
    #[error("an entry opens under 1 to 8 keys, not `{0}`")]
    KeyCount(usize),
    /// The same key was given twice. The fault of the caller.
    #[error("one key was given twice for an entry")]
    KeyTwice,
    /// The record has no such entry. The fault of the caller.
    #[error("the record has no entry `{0}`")]
    NoEntry(EntryNumber),
    /// No entry of this place is prepared, or it was sealed since: each is sealed once. The fault of the
    /// caller.
    #[error("no entry is prepared at place `{0}`")]
    NotPrepared(usize),
    /// The context names another register or epoch than the keys. The fault of the caller.
    #[error("the keys are those of another register or epoch")]
    OtherEpoch,
    /// The cryptographic library failed. Nobody's input is at fault.
    #[error("the cryptographic library failed while sealing")]
    Library,
}

impl Explain for SealError {
    fn fault(&self) -> Fault {
        match self {
            Self::Address(error) => error.fault(),
            Self::KeyCount(_)
            | Self::KeyTwice
            | Self::NoEntry(_)
            | Self::NotPrepared(_)
            | Self::OtherEpoch => Fault::Input,
            Self::Library => Fault::Integrity,
        }
    }
}

impl SealedEntry {
    /// How many slots there are, dummies included.
    #[must_use]
    pub fn slot_count(&self) -> usize {
        self.slots.len()
    }

    /// The entry's bytes: suite, slot count, sealed address, slots.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(encoded_length(self.slots.len()));
        self.write(&mut bytes);
        bytes
    }

    /// Appends the entry's bytes.
    pub fn write(&self, bytes: &mut Vec<u8>) {
        write_entry(&self.ciphertext, &self.slots, bytes);
    }

    /// Reads an entry that fills `bytes` exactly.
    ///
    /// # Errors
    /// [`EntryFormatError`] naming the byte or slot.
    pub fn parse(bytes: &[u8]) -> Result<Self, EntryFormatError> {
        let short = EntryFormatError::Length {
            expected: 2,
            found: bytes.len(),
        };
        let ([suite, count], rest) = bytes.split_first_chunk::<2>().ok_or(short)?;
        if *suite != SUITE {
            return Err(EntryFormatError::Suite(*suite));
        }
        if !matches!(count, 1 | 2 | 4 | 8) {
            return Err(EntryFormatError::SlotCount(*count));
        }
        let length = EntryFormatError::Length {
            expected: encoded_length(usize::from(*count)),
            found: bytes.len(),
        };
        if bytes.len() != encoded_length(usize::from(*count)) {
            return Err(length);
        }
        let (ciphertext, rest) = rest.split_first_chunk().ok_or(length)?;
        let slots: Vec<Slot> = rest
            .chunks_exact(SLOT_LENGTH)
            .map(|chunk| {
                let (commitment, wrapped) = chunk.split_first_chunk()?;
                Some(Slot {
                    commitment: *commitment,
                    wrapped: wrapped.try_into().ok()?,
                })
            })
            .collect::<Option<_>>()
            .ok_or(length)?;
        check_order(&slots)?;
        Ok(Self {
            ciphertext: *ciphertext,
            slots,
        })
    }
}

pub(crate) fn check_order(slots: &[Slot]) -> Result<(), EntryFormatError> {
    let disorder = slots
        .windows(2)
        .position(|pair| !matches!(pair, [a, b] if a.commitment < b.commitment));
    match disorder {
        Some(position) => Err(EntryFormatError::Order(position + 1)),
        None => Ok(()),
    }
}

/// Bytes of an entry with so many slots.
#[must_use]
pub const fn encoded_length(slots: usize) -> usize {
    2 + CIPHERTEXT_LENGTH + slots * SLOT_LENGTH
}

/// Appends an entry's bytes.
pub(crate) fn write_entry(
    ciphertext: &[u8; CIPHERTEXT_LENGTH],
    slots: &[Slot],
    bytes: &mut Vec<u8>,
) {
    bytes.reserve(encoded_length(slots.len()));
    bytes.push(SUITE);
    bytes.push(u8::try_from(slots.len()).unwrap_or(u8::MAX));
    bytes.extend_from_slice(ciphertext);
    for slot in slots {
        bytes.extend_from_slice(&slot.commitment);
        bytes.extend_from_slice(&slot.wrapped);
    }
}
