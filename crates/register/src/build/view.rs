//! People, entries and addresses of drafts, as they are read.
//!
//! Place in the flow: between drafts and whoever reads them: person and order.
//!
//! Left to others: how they are kept (draft).

use model::time::TaxPeriod;
use seal::{
    address::{AddressTooLong, PackedAddress},
    context::SlotText,
};

use super::{
    draft::{AddressFacts, Drafts, Entry, NameText, TooLong, between},
    stated::Facts,
};

/// A person of some drafts.
#[derive(Clone, Copy)]
pub struct PersonView<'a> {
    /// What the rows state beside names and addresses.
    pub facts: &'a Facts,
    /// The latest name stated.
    pub name: NameText<'a>,
    pub(super) first_row: u64,
    pub(super) drafts: &'a Drafts,
    pub(super) entries: &'a [Entry],
    pub(super) periods_start: u32,
}

/// An entry of a person.
#[derive(Clone, Copy)]
pub struct EntryView<'a> {
    /// Ascending.
    pub periods: &'a [TaxPeriod],
    /// Of each period, how many rows after the person's first its row stands.
    pub(super) rows_after: &'a [u32],
    first_row: u64,
    /// The address as the earliest row has it.
    pub address: AddressView<'a>,
    /// As the latest row has it.
    pub latest: AddressView<'a>,
}

/// An address of some drafts.
#[derive(Clone, Copy)]
pub struct AddressView<'a> {
    /// What is known of it.
    pub facts: &'a AddressFacts,
    pub(super) drafts: &'a Drafts,
}

impl<'a> AddressView<'a> {
    /// Bytes of the packed form, and of both texts.
    fn lengths(self) -> (usize, usize) {
        let packed = self.facts.packed.map_or(0, usize::from);
        (packed, packed.saturating_add(usize::from(self.facts.key)))
    }

    pub(super) fn texts(self) -> &'a [u8] {
        let start = usize::try_from(self.facts.texts).unwrap_or(usize::MAX);
        let rest = self.drafts.texts.0.get(start..).unwrap_or(&[]);
        rest.get(..self.lengths().1).unwrap_or(&[])
    }

    /// As it is sealed.
    ///
    /// # Errors
    /// [`AddressTooLong`].
    pub fn packed(self) -> Result<PackedAddress<'a>, AddressTooLong> {
        let too_long = |TooLong(length)| AddressTooLong {
            length: usize::try_from(length).unwrap_or(usize::MAX),
        };
        let length = self.facts.packed.map(usize::from).map_err(too_long)?;
        let bytes = self.texts().get(..length).unwrap_or(&[]);
        PackedAddress::read(bytes).ok_or(AddressTooLong { length })
    }

    /// The slot of its on-file address key, where it has a standard form.
    pub fn slot(self) -> Option<SlotText<'a>> {
        let key = self.texts().get(self.lengths().0..)?;
        (!key.is_empty()).then_some(SlotText::OnFile(key))
    }

    /// Whether two are the same of the same drafts.
    pub fn is(self, other: Self) -> bool {
        std::ptr::eq(self.facts, other.facts)
    }
}

impl<'a> EntryView<'a> {
    /// Each period and the number of its row.
    pub fn rows(self) -> impl Iterator<Item = (TaxPeriod, u64)> + use<'a> {
        let rows = self.rows_after.iter().map(move |after| {
            let after = u64::from(*after);
            self.first_row.saturating_add(after)
        });
        self.periods.iter().copied().zip(rows)
    }

    /// The latest row, for errors.
    pub fn row(self) -> u64 {
        self.rows().last().map_or(0, |(_, row)| row)
    }
}

impl<'a> PersonView<'a> {
    /// The entries, by latest period.
    pub fn entries(self) -> impl DoubleEndedIterator<Item = EntryView<'a>> + Clone + use<'a> {
        let (drafts, first_row, all) = (self.drafts, self.first_row, self.entries);
        let periods_start = self.periods_start;
        all.iter().enumerate().filter_map(move |(place, entry)| {
            let before = place.checked_sub(1).and_then(|last| all.get(last));
            let start = before.map_or(periods_start, |last| last.periods_end);
            Some(EntryView {
                periods: between(&drafts.periods, start, entry.periods_end),
                rows_after: between(&drafts.rows, start, entry.periods_end),
                first_row,
                address: drafts.address(entry.address)?,
                latest: drafts.address(entry.latest)?,
            })
        })
    }

    /// A number that depends on what lies apart in memory: whoever asks many people for it before
    /// reading them has it fetched side by side.
    pub fn touch(self) -> u32 {
        let place = usize::try_from(self.periods_start).unwrap_or(usize::MAX);
        let period = self.drafts.periods.get(place);
        let letter = self.name.surnames.as_bytes().first();
        let rest = u32::from(period.map_or(0, |period| period.year()))
            ^ u32::from(letter.copied().unwrap_or(0));
        self.entries
            .first()
            .map_or(rest, |entry| entry.address ^ rest)
    }

    /// As [`Self::touch`], of what the entries point to.
    pub fn touch_addresses(self) -> u64 {
        let addresses = self.entries.iter();
        let addresses = addresses.filter_map(|entry| self.drafts.address(entry.address));
        addresses.fold(0, |all, address| {
            let texts = address.texts();
            let bytes = [texts.first(), texts.last()].into_iter().flatten();
            let bytes = bytes.fold(0, |sum: u8, byte| sum ^ byte);
            let rest = address.facts.standard().map_or(0, |facts| facts.residence);
            all ^ rest ^ address.facts.identity.0 ^ u64::from(bytes)
        })
    }
}
