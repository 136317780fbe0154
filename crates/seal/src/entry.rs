//! One sealed address: its ciphertext and the slots that wrap its data key.
//!
//! Place in the flow: the builder's [`Sealer`] makes entries; the register stores their bytes
//! (spec/sealed-address.md); [`crate::open`] reads them.
//!
//! Data key = HMAC(builder's key, x without address key): one key for one plaintext, so the
//! all-zero nonce is used once with it. Wrapping key and commitment = HKDF(K, info = x), likewise
//! one for each slot.
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
    hmac::{Begun, Expander, LANES, LaneMessages, LaneSecrets, Padded},
    keys::{BuilderValues, DrawnKeys, EpochKeys},
    mac::{TAG_LENGTH, encrypt_once},
    wire::put,
};

/// First byte of a sealed entry: the suite. 1 is HMAC-SHA-256, HKDF-SHA-256 and AES-256-GCM.
pub const SUITE: u8 = 1;

/// Label of the suite, in associated data.
const SUITE_LABEL: &str = "countersign/sealed-address/v1";

/// Most keys one entry can be opened under.
pub const SLOTS_MAX: usize = 8;
// The slots of an entry are expanded side by side, each in a lane of its own.
const _: () = assert!(SLOTS_MAX <= LANES);

/// Bytes of the sealed address: padded plaintext and tag.
pub const CIPHERTEXT_LENGTH: usize = PLAINTEXT_LENGTH + TAG_LENGTH;

/// Bytes of a wrapped data key: key and tag.
pub const WRAPPED_LENGTH: usize = 32 + TAG_LENGTH;

/// Bytes of a slot: commitment and wrapped key.
pub const SLOT_LENGTH: usize = 32 + WRAPPED_LENGTH;

/// One wrapping of the data key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Slot {
    pub(crate) commitment: [u8; 32],
    pub(crate) wrapped: [u8; WRAPPED_LENGTH],
}

/// An address's ciphertext with its slots: 178 bytes and 80 for each of its 1, 2, 4 or 8 slots.
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
    #[error("byte 0 of the sealed entry names suite `{0}`; only 1 is known")]
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

/// Associated data of the sealed address and of its wrapped keys: suite label and entry bytes.
pub(crate) fn associated_data(entry_bytes: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(192);
    write_associated_data(entry_bytes, &mut bytes);
    bytes
}

fn write_associated_data(entry_bytes: &[u8], bytes: &mut Vec<u8>) {
    for value in [SUITE_LABEL.as_bytes(), SLOT_LABEL.as_bytes(), entry_bytes] {
        put(value, bytes);
    }
}

/// Seals the addresses of one epoch, with its keys prepared once. Shared freely among threads.
#[derive(Debug)]
pub struct Sealer<'a> {
    keys: &'a DrawnKeys,
    register: &'a RegisterId,
    /// After what the bytes of all slots begin with.
    shares: Begun,
    builder: BuilderValues,
    expander: Expander,
}

/// Memory that sealing works in, one for each thread. It is wiped when dropped.
#[derive(Default)]
pub struct Workspace {
    entry_bytes: Vec<u8>,
    aad: Vec<u8>,
    /// Bytes of the slots, one after the other.
    slot_bytes: Zeroizing<Vec<u8>>,
    /// Where the bytes of each slot end.
    slot_ends: Vec<usize>,
    padded: Padded,
    /// Of several messages that are taken in side by side.
    messages: LaneMessages,
    draws: [Padded; 3],
    secrets: LaneSecrets,
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
        let shares = keys.shares().map(|(_, key)| key.prepare());
        let mut beginning = Vec::new();
        put(SLOT_LABEL.as_bytes(), &mut beginning);
        put(register.as_str().as_bytes(), &mut beginning);
        put(&u64::from(keys.epoch().0).to_be_bytes(), &mut beginning);
        // The length of the record's number and its upper half: it has four bytes.
        beginning.extend_from_slice(&[0, 0, 0, 8, 0, 0, 0, 0]);
        Self {
            keys,
            register,
            shares: Begun::new(shares, &beginning),
            builder: keys.builder_values(),
            expander: Expander::new(),
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
        work.begin(name);
        let data_key = self.data_key(work);
        work.take_slots(name, slot_keys);
        self.slots(&data_key, work)?;
        for number in slot_keys.len()..slot_keys.len().next_power_of_two() {
            let dummy = self.dummy(number, work);
            work.slots.push(dummy);
        }
        work.slots.sort_unstable();
        check_order(&work.slots).map_err(|_| SealError::KeyTwice)?;
        let mut ciphertext = [0_u8; CIPHERTEXT_LENGTH];
        seal_into(&data_key, &work.aad, plaintext, &mut ciphertext)?;
        Ok(ciphertext)
    }

    /// HMAC(builder's key, x without address key).
    fn data_key(&self, work: &mut Workspace) -> Zeroizing<[u8; 32]> {
        let parts: [&[u8]; 1] = [&work.entry_bytes];
        Zeroizing::new(self.builder.padded("data-key", &parts, &mut work.padded))
    }

    /// Makes the slots whose bytes stand in `work`, side by side. Lanes beyond them may still hold what an
    /// earlier entry had; nothing of these is read.
    fn slots(&self, data_key: &[u8; 32], work: &mut Workspace) -> Result<(), SealError> {
        let bytes = SlotBytes {
            bytes: &work.slot_bytes,
            ends: &work.slot_ends,
        };
        for (secret, x) in work.secrets.iter_mut().zip(bytes.iter()) {
            work.padded.set(&[x]);
            *secret = *self.shares.combined_mac(&work.padded);
        }
        let expanded = self
            .expander
            .expand(&work.secrets, bytes.iter(), &mut work.messages);
        let made = expanded.0.iter().zip(&expanded.1);
        for (wrapping, commitment) in made.take(bytes.ends.len()) {
            let mut wrapped = [0_u8; WRAPPED_LENGTH];
            let plaintext = |to: &mut [u8]| to.copy_from_slice(data_key);
            seal_into(wrapping, &work.aad, plaintext, &mut wrapped)?;
            work.slots.push(Slot {
                commitment: *commitment,
                wrapped,
            });
        }
        Ok(())
    }

    /// A slot that opens under nothing and looks like any other to all but the builder.
    fn dummy(&self, number: usize, work: &mut Workspace) -> Slot {
        let place = u8::try_from(number).unwrap_or(u8::MAX);
        let name = work.entry_bytes.as_slice();
        let ends: [[u8; 2]; 3] = [[place, 0], [place, 1], [place, 2]];
        let parts: [[&[u8]; 2]; 3] = ends.each_ref().map(|end| [name, end.as_slice()]);
        let parts = parts.each_ref().map(<[&[u8]; 2]>::as_slice);
        let draws = self.builder.several("dummy", parts, &mut work.draws);
        let [commitment, first, second] = draws;
        let mut wrapped = [0_u8; WRAPPED_LENGTH];
        for (to, byte) in wrapped.iter_mut().zip(first.into_iter().chain(second)) {
            *to = byte;
        }
        Slot {
            commitment,
            wrapped,
        }
    }
}

/// Bytes of some slots.
#[derive(Clone, Copy)]
struct SlotBytes<'w> {
    bytes: &'w [u8],
    ends: &'w [usize],
}

impl<'w> SlotBytes<'w> {
    /// Those of each slot.
    fn iter(self) -> impl ExactSizeIterator<Item = &'w [u8]> + Clone {
        self.ends.iter().enumerate().map(move |(place, end)| {
            let before = place
                .checked_sub(1)
                .and_then(|before| self.ends.get(before));
            let start = before.copied().unwrap_or(0);
            self.bytes.get(start..*end).unwrap_or(&[])
        })
    }
}

impl Workspace {
    /// Takes in an entry's name.
    fn begin(&mut self, name: &EntryName<'_>) {
        self.entry_bytes.clear();
        name.write_entry(&mut self.entry_bytes);
        self.aad.clear();
        write_associated_data(&self.entry_bytes, &mut self.aad);
        self.slots.clear();
    }

    /// Takes in the slots of that entry.
    fn take_slots(&mut self, name: &EntryName<'_>, keys: &[SlotText<'_>]) {
        let length = |key: &SlotText<'_>| match key {
            SlotText::OnFile(text) => text.len(),
            SlotText::CourtOrder => 0,
        };
        let texts: usize = keys.iter().map(length).sum();
        let each = self.entry_bytes.len().saturating_add(64);
        let room = each.saturating_mul(keys.len()).saturating_add(texts);
        if self.slot_bytes.capacity() < room {
            // Growing would leave what stands here in freed memory.
            self.slot_bytes = Zeroizing::new(Vec::with_capacity(room.saturating_add(4096)));
        }
        self.slot_bytes.clear();
        self.slot_ends.clear();
        for key in keys {
            name.write_slot(&self.entry_bytes, *key, &mut self.slot_bytes);
            self.slot_ends.push(self.slot_bytes.len());
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
    aad: &[u8],
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
