//! The bytes `x` that name one slot of one entry, and their digest (SEALING.md section 3).
//!
//! Place in the flow: builder, keepers and gate each make these bytes from parts they have checked
//! themselves; a value given for one slot is of no use for any other.
//!
//! Left to others: which text is an address's key (standard), which periods an entry has (header).

use std::fmt;

use model::{
    id::{EntryNumber, Epoch, RecordNumber, RegisterId},
    personal::Personal,
    time::TaxPeriod,
};
use zeroize::Zeroizing;

use crate::{hmac::digest, wire::put};

/// Label of the bytes of slots and entries.
pub const SLOT_LABEL: &str = "countersign/slot/v2";

/// Label of the bytes of a court order's slot.
pub const COURT_ORDER_LABEL: &str = "countersign/court-order-slot/v2";

/// Names one entry of one record of one epoch.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SlotContext {
    /// The register, whose id contains its extract's digest.
    pub register: RegisterId,
    /// The sealing.
    pub epoch: Epoch,
    /// The record.
    pub record: RecordNumber,
    /// The distinct address within the record.
    pub entry: EntryNumber,
    // INVARIANT: ascending, distinct.
    periods: Vec<TaxPeriod>,
}

/// The key a slot opens under. `Debug` prints nothing of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SlotKey {
    /// An address the record has on file, as the text of its on-file address key.
    OnFile(Personal<String>),
    /// A court's order under 26 U.S.C. 6103(i)(1): a slot of its own with its own budget.
    CourtOrder,
}

/// As [`SlotKey`], borrowed: what millions of entries are sealed with. `Debug` prints nothing of it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum SlotText<'a> {
    /// The text of an on-file address key, as UTF-8.
    OnFile(&'a [u8]),
    /// See [`SlotKey::CourtOrder`].
    CourtOrder,
}

impl fmt::Debug for SlotText<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SlotText(personal)")
    }
}

impl SlotKey {
    /// The key, borrowed.
    #[must_use]
    pub fn text(&self) -> SlotText<'_> {
        match self {
            Self::OnFile(text) => SlotText::OnFile(text.expose().as_bytes()),
            Self::CourtOrder => SlotText::CourtOrder,
        }
    }

    /// The slot of an address on file, by the text of its key (`countersign-key-v1|…`).
    #[must_use]
    pub fn on_file(address_key: &str) -> Self {
        Self::OnFile(address_key.into())
    }
}

/// The SHA-256 of a slot's bytes. Whoever knows the other parts could try addresses against it, so it is
/// as personal as the address key. `Debug` prints nothing of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlotDigest(Personal<[u8; 32]>);

impl SlotDigest {
    /// Of a slot's bytes.
    #[must_use]
    pub fn of(slot_bytes: &[u8]) -> Self {
        Self(Personal::new(digest(&[slot_bytes])))
    }

    /// The digest.
    #[must_use]
    pub fn expose(&self) -> &[u8; 32] {
        self.0.expose()
    }
}

impl SlotContext {
    /// Names an entry; periods may come in any order, doubles count once.
    #[must_use]
    pub fn new(
        register: RegisterId,
        epoch: Epoch,
        record: RecordNumber,
        entry: EntryNumber,
        mut periods: Vec<TaxPeriod>,
    ) -> Self {
        periods.sort_unstable();
        periods.dedup();
        Self {
            register,
            epoch,
            record,
            entry,
            periods,
        }
    }

    /// The periods, ascending.
    #[must_use]
    pub fn periods(&self) -> &[TaxPeriod] {
        &self.periods
    }

    /// `x` without address key: (label, register, epoch, record, entry, periods), each behind its
    /// length; numbers of 8 bytes, periods as years of 2 bytes each, all big-endian.
    #[must_use]
    pub fn entry_bytes(&self) -> Vec<u8> {
        self.name().entry_bytes()
    }

    /// `x`: the bytes of the entry, then the address key's text. A court's order has a label of
    /// its own and an empty text, so that no address key, whatever its text, names its slot.
    #[must_use]
    pub fn slot_bytes(&self, key: &SlotKey) -> Zeroizing<Vec<u8>> {
        let name = self.name();
        name.slot_bytes(&name.entry_bytes(), key)
    }

    /// The SHA-256 of [`Self::entry_bytes`]: what the sealed address is bound to.
    #[must_use]
    pub fn entry_digest(&self) -> [u8; 32] {
        digest(&[&self.entry_bytes()])
    }

    /// The digest of [`Self::slot_bytes`].
    #[must_use]
    pub fn slot_digest(&self, key: &SlotKey) -> SlotDigest {
        SlotDigest::of(&self.slot_bytes(key))
    }

    pub(crate) fn name(&self) -> EntryName<'_> {
        EntryName {
            register: &self.register,
            epoch: self.epoch,
            record: self.record,
            entry: self.entry,
            periods: &self.periods,
        }
    }
}

/// The parts of a [`SlotContext`], borrowed: what millions of entries are sealed with.
#[derive(Clone, Copy)]
pub(crate) struct EntryName<'a> {
    pub(crate) register: &'a RegisterId,
    pub(crate) epoch: Epoch,
    pub(crate) record: RecordNumber,
    pub(crate) entry: EntryNumber,
    /// Ascending, distinct.
    pub(crate) periods: &'a [TaxPeriod],
}

impl EntryName<'_> {
    /// See [`SlotContext::entry_bytes`].
    pub(crate) fn entry_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(128);
        self.write_entry(&mut bytes);
        bytes
    }

    /// Appends the bytes of the entry.
    pub(crate) fn write_entry(&self, bytes: &mut Vec<u8>) {
        self.write(SLOT_LABEL, bytes);
    }

    /// See [`SlotContext::slot_bytes`]; the bytes of the entry are given, for several keys of one.
    pub(crate) fn slot_bytes(&self, entry_bytes: &[u8], key: &SlotKey) -> Zeroizing<Vec<u8>> {
        // Room enough: the bytes with an address key in them are never moved, and wiped.
        let length = match key {
            SlotKey::OnFile(text) => text.expose().len(),
            SlotKey::CourtOrder => COURT_ORDER_LABEL.len(),
        };
        let room = entry_bytes.len().saturating_add(length).saturating_add(8);
        let mut bytes = Zeroizing::new(Vec::with_capacity(room));
        self.write_slot(entry_bytes, key.text(), &mut bytes);
        bytes
    }

    /// Appends the bytes of a slot.
    pub(crate) fn write_slot(&self, entry_bytes: &[u8], key: SlotText<'_>, bytes: &mut Vec<u8>) {
        match key {
            SlotText::OnFile(text) => {
                bytes.extend_from_slice(entry_bytes);
                put(text, bytes);
            }
            SlotText::CourtOrder => {
                self.write(COURT_ORDER_LABEL, bytes);
                put(&[], bytes);
            }
        }
    }

    fn write(&self, label: &str, bytes: &mut Vec<u8>) {
        put(label.as_bytes(), bytes);
        put(self.register.as_str().as_bytes(), bytes);
        for number in [self.epoch.0, self.record.0, self.entry.0.into()] {
            put(&u64::from(number).to_be_bytes(), bytes);
        }
        put_periods(self.periods, bytes);
    }
}

/// Appends periods as one value: years of two big-endian bytes.
pub(crate) fn put_periods(periods: &[TaxPeriod], bytes: &mut Vec<u8>) {
    let length = periods.len().saturating_mul(2);
    let length = u32::try_from(length).unwrap_or(u32::MAX);
    bytes.extend_from_slice(&length.to_be_bytes());
    for period in periods {
        bytes.extend_from_slice(&period.year().to_be_bytes());
    }
}

#[cfg(test)]
mod tests {
    use model::canonical::Encoder;

    use super::*;

    fn context(record: u32, entry: u16, years: &[u16]) -> SlotContext {
        SlotContext::new(
            "R-0011223344556677".parse().unwrap(),
            Epoch(1),
            RecordNumber(record),
            EntryNumber(entry),
            years.iter().map(|y| TaxPeriod::new(*y).unwrap()).collect(),
        )
    }

    #[test]
    fn slot_bytes_are_the_canonical_form() {
        let context = context(7, 1, &[2023, 2021]);
        let mut expected = Encoder::new("countersign/slot/v2");
        expected
            .text("R-0011223344556677")
            .number(1)
            .number(7)
            .number(1)
            .bytes(&[0x07, 0xe5, 0x07, 0xe7])
            .text("key");
        assert_eq!(
            context.slot_bytes(&SlotKey::on_file("key")).as_slice(),
            expected.as_bytes()
        );
    }

    #[test]
    fn every_part_changes_the_bytes() {
        let base = context(7, 1, &[2021]);
        let key = SlotKey::on_file("a");
        let bytes = base.slot_bytes(&key);
        let mut other_epoch = base.clone();
        other_epoch.epoch = Epoch(2);
        let mut other_register = base.clone();
        other_register.register = "S-0011223344556677".parse().unwrap();
        for other in [
            context(8, 1, &[2021]),
            context(7, 2, &[2021]),
            context(7, 1, &[2022]),
            context(7, 1, &[2021, 2022]),
            other_epoch,
            other_register,
        ] {
            assert_ne!(other.slot_bytes(&key), bytes);
        }
        assert_ne!(base.slot_bytes(&SlotKey::on_file("b")), bytes);
        assert_ne!(
            base.slot_bytes(&SlotKey::on_file("")),
            base.slot_bytes(&SlotKey::CourtOrder)
        );
        assert_eq!(format!("{key:?}"), "OnFile((personal))");
    }
}
