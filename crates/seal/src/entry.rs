//! One sealed address: its ciphertext and the slots that wrap its address secret.
//!
//! Place in the flow: the builder's [`Sealer`] makes entries; the register stores their bytes
//! (spec/sealed-address.md); [`crate::open`] reads them.
//!
//! Address secret = HMAC(builder's key, digest of x without address key); the key of the address is
//! derived of it: one key for one plaintext, so the all-zero nonce is used once with it. Pad and
//! commitment are derived of K, likewise one of each for each slot.
//!
//! Left to others: which addresses a record has on file (register), storage.

use std::fmt;

use model::{
    fault::{Explain, Fault},
    id::{EntryNumber, RegisterId},
};
use thiserror::Error;
use zeroize::Zeroizing;

use crate::{
    address::{AddressTooLong, MailingAddress, PLAINTEXT_LENGTH, PackedAddress},
    context::{EntryName, SLOT_LABEL, SlotContext, SlotKey, SlotText},
    header::RecordHeader,
    hmac::Padded,
    keys::{BuilderValues, DrawnKeys, EpochKeys},
    lanes::BegunDigest,
    mac::{Derivation, TAG_LENGTH, encrypt_once, wrapped},
    values::{PreparedShares, Question},
    wire::put,
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
            Self::KeyCount(_) | Self::KeyTwice | Self::NoEntry(_) | Self::OtherEpoch => {
                Fault::Input
            }
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

fn check_order(slots: &[Slot]) -> Result<(), EntryFormatError> {
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

/// Seals the addresses of one epoch, with its keys prepared once. Shared freely among threads.
#[derive(Debug)]
pub struct Sealer<'a> {
    keys: &'a DrawnKeys,
    register: &'a RegisterId,
    shares: PreparedShares,
    builder: BuilderValues,
    /// After what the bytes of all slots begin with.
    names: BegunDigest,
}

/// Memory that sealing works in, one for each thread. It is wiped when dropped.
#[derive(Default)]
pub struct Workspace {
    entry_bytes: Vec<u8>,
    /// The bytes of a court order's slot.
    court_bytes: Vec<u8>,
    /// The bytes of the entry, then those of its slots.
    messages: [Padded; 1 + SLOTS_MAX],
    /// Their digests.
    digests: Zeroizing<[[u8; 32]; 1 + SLOTS_MAX]>,
    /// `K` of each slot.
    combined: Zeroizing<[[u8; 32]; SLOTS_MAX]>,
    padded: Padded,
    draws: [Padded; 2],
    slots: Vec<Slot>,
}

impl fmt::Debug for Workspace {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Workspace(personal)")
    }
}

impl<'a> Sealer<'a> {
    /// Prepares an epoch's keys.
    #[must_use]
    pub fn new(keys: &'a EpochKeys) -> Self {
        Self::of(keys.drawn(), keys.register())
    }

    /// Prepares keys for the register they are about to belong to.
    #[must_use]
    pub fn of(keys: &'a DrawnKeys, register: &'a RegisterId) -> Self {
        let shares = keys.shares().map(|(_, key)| key);
        let mut beginning = Vec::new();
        put(SLOT_LABEL.as_bytes(), &mut beginning);
        put(register.as_str().as_bytes(), &mut beginning);
        put(&u64::from(keys.epoch().0).to_be_bytes(), &mut beginning);
        // The length of the record's number and its upper half: it has four bytes.
        beginning.extend_from_slice(&[0, 0, 0, 8, 0, 0, 0, 0]);
        Self {
            keys,
            register,
            shares: PreparedShares::new(shares),
            builder: keys.builder_values(),
            names: BegunDigest::new(&beginning),
        }
    }

    /// Seals one address so that it opens under each of `slot_keys`. The result is a function of
    /// the arguments and the epoch's keys: dummy slots are drawn from the builder's key, and slots
    /// are ordered by commitment, which shows nothing.
    ///
    /// # Errors
    /// [`SealError`]: no key or more than eight, a key twice, too long an address, another epoch.
    pub fn seal(
        &self,
        context: &SlotContext,
        address: &MailingAddress,
        slot_keys: &[SlotKey],
    ) -> Result<SealedEntry, SealError> {
        if context.register != *self.register || context.epoch != self.keys.epoch() {
            return Err(SealError::OtherEpoch);
        }
        let plaintext = address.pack()?;
        let slot_keys: Vec<SlotText<'_>> = slot_keys.iter().map(SlotKey::text).collect();
        let mut work = Workspace::default();
        let ciphertext = self.seal_named(
            &context.name(),
            |to| to.copy_from_slice(plaintext.as_slice()),
            &slot_keys,
            &mut work,
        )?;
        Ok(SealedEntry {
            ciphertext,
            slots: std::mem::take(&mut work.slots),
        })
    }

    /// As [`Self::seal`], for an entry of a record in the register and epoch of the keys; appends the
    /// bytes of [`SealedEntry::write`].
    ///
    /// # Errors
    /// [`SealError`] as there, and where the record has no such entry.
    pub fn seal_entry(
        &self,
        (header, entry): (&RecordHeader, EntryNumber),
        address: PackedAddress<'_>,
        slot_keys: &[SlotText<'_>],
        work: &mut Workspace,
        bytes: &mut Vec<u8>,
    ) -> Result<(), SealError> {
        let found = header.entries().get(usize::from(entry.0));
        let name = EntryName {
            register: self.register,
            epoch: self.keys.epoch(),
            record: header.record(),
            entry,
            periods: &found.ok_or(SealError::NoEntry(entry))?.periods,
        };
        let ciphertext = self.seal_named(&name, |to| address.write(to), slot_keys, work)?;
        write_entry(&ciphertext, &work.slots, bytes);
        Ok(())
    }

    /// Gives the ciphertext, and leaves the slots in `work`.
    fn seal_named(
        &self,
        name: &EntryName<'_>,
        plaintext: impl FnOnce(&mut [u8]),
        slot_keys: &[SlotText<'_>],
        work: &mut Workspace,
    ) -> Result<[u8; CIPHERTEXT_LENGTH], SealError> {
        if slot_keys.is_empty() || slot_keys.len() > SLOTS_MAX {
            return Err(SealError::KeyCount(slot_keys.len()));
        }
        work.begin(name, slot_keys);
        // Checked above: there are messages for an entry and as many slots as there can be.
        let messages = work.messages.get(..=slot_keys.len());
        let messages = messages.ok_or(SealError::KeyCount(slot_keys.len()))?;
        self.names.digests(messages, work.digests.as_mut_slice());
        let [entry_digest, ..] = *work.digests;
        let secret = self.address_secret(&entry_digest, work);
        self.slots(slot_keys.len(), &secret, work);
        for number in slot_keys.len()..slot_keys.len().next_power_of_two() {
            let dummy = self.dummy(number, &entry_digest, work);
            work.slots.push(dummy);
        }
        work.slots.sort_unstable();
        check_order(&work.slots).map_err(|_| SealError::KeyTwice)?;
        let mut ciphertext = [0_u8; CIPHERTEXT_LENGTH];
        let key = Derivation::SEALING_KEY.of(&secret, &[]);
        seal_into(&key, &entry_digest, plaintext, &mut ciphertext)?;
        Ok(ciphertext)
    }

    /// HMAC(builder's key, digest of x without address key).
    fn address_secret(&self, entry_digest: &[u8; 32], work: &mut Workspace) -> Zeroizing<[u8; 32]> {
        let parts: [&[u8]; 1] = [entry_digest];
        let purpose = "address-secret";
        Zeroizing::new(self.builder.padded(purpose, &parts, &mut work.padded))
    }

    /// Makes so many slots, whose digests stand in `work`. What an earlier entry left beyond them is not
    /// read.
    fn slots(&self, count: usize, secret: &[u8; 32], work: &mut Workspace) {
        let [_, digests @ ..] = &*work.digests;
        let digests = digests.get(..count).unwrap_or(&[]);
        let sums = work.combined.as_mut_slice();
        self.shares.combined(Question::SLOT, digests, sums);
        for (digest, combined) in digests.iter().zip(sums) {
            work.slots.push(Slot {
                commitment: *Derivation::COMMITMENT.of(combined, digest),
                wrapped: wrapped(secret, &Derivation::PAD.of(combined, &[])),
            });
        }
    }

    /// A slot that opens under nothing and looks like any other to all but the builder.
    fn dummy(&self, number: usize, entry_digest: &[u8; 32], work: &mut Workspace) -> Slot {
        let place = u8::try_from(number).unwrap_or(u8::MAX);
        let ends: [[u8; 2]; 2] = [[place, 0], [place, 1]];
        let parts: [[&[u8]; 2]; 2] = ends.each_ref().map(|end| [&entry_digest[..], end]);
        let parts = parts.each_ref().map(<[&[u8]; 2]>::as_slice);
        let [commitment, wrapped] = self.builder.several("dummy", parts, &mut work.draws);
        Slot {
            commitment,
            wrapped,
        }
    }
}

impl Workspace {
    /// Takes in an entry's name and its keys.
    fn begin(&mut self, name: &EntryName<'_>, keys: &[SlotText<'_>]) {
        self.slots.clear();
        self.entry_bytes.clear();
        name.write_entry(&mut self.entry_bytes);
        let [entry, slots @ ..] = &mut self.messages;
        entry.set_unkeyed(&[&self.entry_bytes]);
        for (message, key) in slots.iter_mut().zip(keys) {
            match key {
                SlotText::OnFile(text) => {
                    let length = u32::try_from(text.len()).unwrap_or(u32::MAX).to_be_bytes();
                    message.set_unkeyed(&[&self.entry_bytes, &length, text]);
                }
                SlotText::CourtOrder => {
                    self.court_bytes.clear();
                    name.write_slot(&self.entry_bytes, *key, &mut self.court_bytes);
                    message.set_unkeyed(&[&self.court_bytes]);
                }
            }
        }
    }
}

/// Appends an entry's bytes.
fn write_entry(ciphertext: &[u8; CIPHERTEXT_LENGTH], slots: &[Slot], bytes: &mut Vec<u8>) {
    bytes.reserve(encoded_length(slots.len()));
    bytes.push(SUITE);
    bytes.push(u8::try_from(slots.len()).unwrap_or(u8::MAX));
    bytes.extend_from_slice(ciphertext);
    for slot in slots {
        bytes.extend_from_slice(&slot.commitment);
        bytes.extend_from_slice(&slot.wrapped);
    }
}

/// Encrypts what `plaintext` writes into the beginning of `output`; the tag ends it.
fn seal_into(
    key: &[u8; 32],
    aad: &[u8; 32],
    plaintext: impl FnOnce(&mut [u8]),
    output: &mut [u8],
) -> Result<(), SealError> {
    let (body, tag) = output
        .split_last_chunk_mut::<TAG_LENGTH>()
        .ok_or(SealError::Library)?;
    plaintext(body);
    *tag = encrypt_once(key, aad, body).ok_or(SealError::Library)?;
    Ok(())
}
