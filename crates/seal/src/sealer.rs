//! Sealing the addresses of one epoch.
//!
//! Place in the flow: the builder's offline build seals each record here; [`crate::entry`] is what comes
//! out, [`crate::open`] undoes it.
//!
//! Address secret = HMAC(builder's key, digest of x without address key); the key of the address is
//! derived of it: one key for one plaintext, so the all-zero nonce is used once with it. Pad and
//! commitment are derived of K, likewise one of each for each slot. What share keys answer about the slots
//! of several entries is worked out together: the processor then works on several blocks of AES at once.
//!
//! Left to others: which addresses a record has on file (register), the bytes of an entry (entry).

use std::{fmt, ops::Range};

use model::id::{EntryNumber, RegisterId};
use zeroize::Zeroizing;

use crate::{
    address::{MailingAddress, PackedAddress},
    context::{EntryName, SLOT_LABEL, SlotContext, SlotKey, SlotText},
    entry::{CIPHERTEXT_LENGTH, SLOTS_MAX, SealError, SealedEntry, Slot, check_order, write_entry},
    header::RecordHeader,
    hmac::Padded,
    keys::{BuilderValues, DrawnKeys, EpochKeys},
    lanes::BegunDigest,
    mac::{Derivation, TAG_LENGTH, encrypt_once, wrapped},
    values::{PreparedShares, Question},
    wire::put,
};

/// Entries that are prepared together: few people have more addresses.
const ENTRIES: usize = 3;

/// Slots of these.
const SLOTS: usize = ENTRIES * SLOTS_MAX;

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

/// The keys an entry opens under: each once, eight at most.
#[derive(Debug, Clone, Copy)]
pub struct SlotTexts<'a> {
    texts: [SlotText<'a>; SLOTS_MAX],
    used: usize,
}

impl Default for SlotTexts<'_> {
    fn default() -> Self {
        Self {
            texts: [SlotText::CourtOrder; SLOTS_MAX],
            used: 0,
        }
    }
}

impl<'a> SlotTexts<'a> {
    /// Takes a key, unless it is there or eight others are.
    pub fn take(&mut self, key: SlotText<'a>) {
        let known = self.as_slice().contains(&key);
        if !known && let Some(place) = self.texts.get_mut(self.used) {
            *place = key;
            self.used = self.used.saturating_add(1);
        }
    }

    /// The keys, in the order they were taken.
    #[must_use]
    pub fn as_slice(&self) -> &[SlotText<'a>] {
        self.texts.get(..self.used).unwrap_or(&[])
    }
}

/// Memory that sealing works in, one for each thread, and what is prepared for some entries. It is wiped
/// when dropped.
#[derive(Default)]
pub struct Workspace {
    entry_bytes: Vec<u8>,
    /// The bytes of a court order's slot.
    court_bytes: Vec<u8>,
    /// The bytes of each entry.
    entries: [Padded; ENTRIES],
    entry_digests: Zeroizing<[[u8; 32]; ENTRIES]>,
    // INVARIANT: there only between preparing an entry and sealing it.
    /// Where each entry's slots stand.
    ranges: [Option<Range<usize>>; ENTRIES],
    /// The bytes of each slot.
    messages: [Padded; SLOTS],
    slot_digests: Zeroizing<[[u8; 32]; SLOTS]>,
    /// `K` of each slot.
    combined: Zeroizing<[[u8; 32]; SLOTS]>,
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
        let slots = work.take_entry(0, 0, &context.name(), &slot_keys)?;
        self.find_values(&[slots], &mut work);
        let write = |to: &mut [u8]| to.copy_from_slice(plaintext.as_slice());
        let ciphertext = self.seal_place(0, write, &mut work)?;
        Ok(SealedEntry {
            ciphertext,
            slots: std::mem::take(&mut work.slots),
        })
    }

    /// Prepares as many of a record's entries from `first` on as are worked on together, of the keys that
    /// each opens under. Says how many: none where no more keys come. What was prepared before is forgotten.
    ///
    /// # Errors
    /// [`SealError`]: no key of an entry, or the record has no such entry.
    pub fn prepare<'k>(
        &self,
        header: &RecordHeader,
        first: EntryNumber,
        keys: impl Iterator<Item = SlotTexts<'k>>,
        work: &mut Workspace,
    ) -> Result<usize, SealError> {
        work.ranges = Default::default();
        let mut ranges: [Range<usize>; ENTRIES] = Default::default();
        let (mut count, mut end) = (0_usize, 0_usize);
        for ((place, range), keys) in ranges.iter_mut().enumerate().zip(keys) {
            let after = u16::try_from(place).ok();
            let number = after.and_then(|after| first.0.checked_add(after));
            let entry = EntryNumber(number.ok_or(SealError::NoEntry(first))?);
            let found = header.entries().get(usize::from(entry.0));
            let name = EntryName {
                register: self.register,
                epoch: self.keys.epoch(),
                record: header.record(),
                entry,
                periods: &found.ok_or(SealError::NoEntry(entry))?.periods,
            };
            *range = work.take_entry(place, end, &name, keys.as_slice())?;
            end = range.end;
            count = count.saturating_add(1);
        }
        self.find_values(ranges.get(..count).unwrap_or(&[]), work);
        Ok(count)
    }

    /// Seals an address as the prepared entry of a place, counted from the first prepared, and appends the
    /// bytes of [`SealedEntry::write`]: the same that [`Self::seal`] gives.
    ///
    /// # Errors
    /// [`SealError`] where the entry is not prepared or was sealed before, a key came twice, or the
    /// cryptographic library fails.
    pub fn seal_prepared(
        &self,
        place: usize,
        address: PackedAddress<'_>,
        work: &mut Workspace,
        bytes: &mut Vec<u8>,
    ) -> Result<(), SealError> {
        let ciphertext = self.seal_place(place, |to| address.write(to), work)?;
        write_entry(&ciphertext, &work.slots, bytes);
        Ok(())
    }

    /// Finds digests of the entries that were taken in, with slots in these ranges, and what the share keys
    /// answer about the slots. They are prepared then.
    fn find_values(&self, ranges: &[Range<usize>], work: &mut Workspace) {
        let messages = work.entries.get(..ranges.len()).unwrap_or(&[]);
        let digests = work.entry_digests.get_mut(..ranges.len());
        self.names.digests(messages, digests.unwrap_or(&mut []));
        let slots = ranges.last().map_or(0, |last| last.end);
        let messages = work.messages.get(..slots).unwrap_or(&[]);
        let digests = work.slot_digests.get_mut(..slots).unwrap_or(&mut []);
        self.names.digests(messages, digests);
        let sums = work.combined.get_mut(..slots).unwrap_or(&mut []);
        self.shares.combined(Question::SLOT, digests, sums);
        for (prepared, range) in work.ranges.iter_mut().zip(ranges) {
            *prepared = Some(range.clone());
        }
    }

    /// Gives the ciphertext of a prepared entry, and leaves its slots in `work`.
    fn seal_place(
        &self,
        place: usize,
        plaintext: impl FnOnce(&mut [u8]),
        work: &mut Workspace,
    ) -> Result<[u8; CIPHERTEXT_LENGTH], SealError> {
        let range = work.ranges.get_mut(place).and_then(Option::take);
        let digest = work.entry_digests.get(place).copied();
        let prepared = range.zip(digest);
        let (range, digest) = prepared.ok_or(SealError::NotPrepared(place))?;
        let secret = self.address_secret(&digest, work);
        work.find_slots(range, &secret);
        let count = work.slots.len();
        for number in count..count.next_power_of_two() {
            let dummy = self.dummy(number, &digest, work);
            work.slots.push(dummy);
        }
        work.slots.sort_unstable();
        check_order(&work.slots).map_err(|_| SealError::KeyTwice)?;
        let mut ciphertext = [0_u8; CIPHERTEXT_LENGTH];
        let key = Derivation::SEALING_KEY.of(&secret, &[]);
        seal_into(&key, &digest, plaintext, &mut ciphertext)?;
        Ok(ciphertext)
    }

    /// HMAC(builder's key, digest of x without address key).
    fn address_secret(&self, entry_digest: &[u8; 32], work: &mut Workspace) -> Zeroizing<[u8; 32]> {
        let parts: [&[u8]; 1] = [entry_digest];
        let purpose = "address-secret";
        Zeroizing::new(self.builder.padded(purpose, &parts, &mut work.padded))
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
    /// Takes in the name of the entry of a place and its keys, whose slots begin at `start`; says where
    /// they stand.
    fn take_entry(
        &mut self,
        place: usize,
        start: usize,
        name: &EntryName<'_>,
        keys: &[SlotText<'_>],
    ) -> Result<Range<usize>, SealError> {
        let count = SealError::KeyCount(keys.len());
        if keys.is_empty() || keys.len() > SLOTS_MAX {
            return Err(count);
        }
        let end = start.saturating_add(keys.len());
        let messages = self.messages.get_mut(start..end);
        let places = self.entries.get_mut(place).zip(messages);
        let (entry, messages) = places.ok_or(count)?;
        self.entry_bytes.clear();
        name.write_entry(&mut self.entry_bytes);
        entry.set_unkeyed(&[&self.entry_bytes]);
        for (message, key) in messages.iter_mut().zip(keys) {
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
        Ok(start..end)
    }

    /// Makes the slots of a range.
    fn find_slots(&mut self, range: Range<usize>, secret: &[u8; 32]) {
        self.slots.clear();
        let digests = self.slot_digests.get(range.clone()).unwrap_or(&[]);
        let values = self.combined.get(range).unwrap_or(&[]);
        for (digest, combined) in digests.iter().zip(values) {
            self.slots.push(Slot {
                commitment: *Derivation::COMMITMENT.of(combined, digest),
                wrapped: wrapped(secret, &Derivation::PAD.of(combined, &[])),
            });
        }
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
