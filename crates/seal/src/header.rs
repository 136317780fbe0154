//! A record's header: its entries and the periods each was reported for.
//!
//! Place in the flow: a leaf of the Merkle tree whose root stands in the signed manifest. A keeper
//! reads the header in a warrant and checks that the entry asked for is the latest within the
//! periods requested.
//!
//! Left to others: the addresses (entry), the proof (merkle).

use model::{
    digest::Digest,
    fault::{Explain, Fault},
    id::Epoch,
    id::{EntryNumber, RecordNumber, RegisterId},
    time::TaxPeriod,
};
use thiserror::Error;

use crate::{
    context::{SlotContext, put_periods},
    merkle::leaf_hash,
    wire::{Decoder, put},
};

const LABEL: &str = "countersign/record-header/v1";

/// Most entries of one record. An extract with more distinct addresses of one person is refused.
pub const ENTRIES_MAX: usize = 256;

/// One entry's place in a header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeaderEntry {
    /// The entry, equal to its place in the header.
    pub entry: EntryNumber,
    /// Periods its address was reported for, ascending.
    pub periods: Vec<TaxPeriod>,
}

/// The entries of one record. Each period belongs to one entry only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordHeader {
    record: RecordNumber,
    // INVARIANT: 1 to ENTRIES_MAX entries numbered from 0, each with periods ascending, no period
    // in two of them.
    entries: Vec<HeaderEntry>,
}

/// Not a header. The fault of whoever made the extract (two rows for one period) or of our file.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum HeaderError {
    /// No entry, or more than 256.
    #[error("a record has 1 to 256 entries, not `{0}`")]
    EntryCount(usize),
    /// An entry without a period.
    #[error("entry `{0}` of the record has no tax period")]
    NoPeriod(EntryNumber),
    /// One period twice, in one entry or in two.
    #[error("tax period `{0}` stands twice in the record")]
    PeriodTwice(TaxPeriod),
    /// Bytes that are not the canonical form of a header.
    #[error("the bytes are no record header")]
    Bytes,
}

impl Explain for HeaderError {
    fn fault(&self) -> Fault {
        match self {
            Self::Bytes => Fault::Integrity,
            _ => Fault::Input,
        }
    }
}

impl RecordHeader {
    /// A header of entries given as their periods, in the order of entry numbers.
    ///
    /// # Errors
    /// [`HeaderError`]: no entry, too many, an entry without period, a period twice.
    pub fn new(
        record: RecordNumber,
        periods_of_entries: Vec<Vec<TaxPeriod>>,
    ) -> Result<Self, HeaderError> {
        let count = periods_of_entries.len();
        if count == 0 || count > ENTRIES_MAX {
            return Err(HeaderError::EntryCount(count));
        }
        let entries: Vec<HeaderEntry> = (0_u16..)
            .zip(periods_of_entries)
            .map(|(number, mut periods)| {
                periods.sort_unstable();
                HeaderEntry {
                    entry: EntryNumber(number),
                    periods,
                }
            })
            .collect();
        if let Some(empty) = entries.iter().find(|entry| entry.periods.is_empty()) {
            return Err(HeaderError::NoPeriod(empty.entry));
        }
        let periods = entries.iter().flat_map(|e| e.periods.iter().copied());
        let mut all: Vec<TaxPeriod> = periods.collect();
        all.sort_unstable();
        let twice = all.windows(2).find_map(|pair| match pair {
            [a, b] if a == b => Some(*a),
            _ => None,
        });
        match twice {
            Some(period) => Err(HeaderError::PeriodTwice(period)),
            None => Ok(Self { record, entries }),
        }
    }

    /// The record.
    #[must_use]
    pub fn record(&self) -> RecordNumber {
        self.record
    }

    /// The entries, by number.
    #[must_use]
    pub fn entries(&self) -> &[HeaderEntry] {
        &self.entries
    }

    /// The latest of the periods requested that the record has, and the entry reported for it;
    /// `None` where it has none of them.
    #[must_use]
    pub fn latest_within(&self, requested: &[TaxPeriod]) -> Option<(EntryNumber, TaxPeriod)> {
        self.entries
            .iter()
            .flat_map(|entry| entry.periods.iter().map(|period| (entry.entry, *period)))
            .filter(|(_, period)| requested.contains(period))
            .max_by_key(|(_, period)| *period)
    }

    /// The context of one of its entries, with the periods the entry is sealed for.
    #[must_use]
    pub fn context(
        &self,
        register: &RegisterId,
        epoch: Epoch,
        entry: EntryNumber,
    ) -> Option<SlotContext> {
        let found = self.entries.get(usize::from(entry.0))?;
        Some(SlotContext::new(
            register.clone(),
            epoch,
            self.record,
            entry,
            found.periods.clone(),
        ))
    }

    /// The canonical bytes: (label, record, number of entries, then each entry's periods).
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(128);
        self.write(&mut bytes);
        bytes
    }

    /// Appends the canonical bytes.
    pub fn write(&self, bytes: &mut Vec<u8>) {
        put(LABEL.as_bytes(), bytes);
        put(&u64::from(self.record.0).to_be_bytes(), bytes);
        let count = u64::try_from(self.entries.len()).unwrap_or(u64::MAX);
        put(&count.to_be_bytes(), bytes);
        for entry in &self.entries {
            put_periods(&entry.periods, bytes);
        }
    }

    /// Reads canonical bytes.
    ///
    /// # Errors
    /// [`HeaderError::Bytes`] for any other bytes, or what [`Self::new`] refuses.
    pub fn parse(bytes: &[u8]) -> Result<Self, HeaderError> {
        let (record, periods) = read(bytes).ok_or(HeaderError::Bytes)?;
        let header = Self::new(record, periods)?;
        if header.to_bytes() == bytes {
            Ok(header)
        } else {
            Err(HeaderError::Bytes)
        }
    }

    /// The Merkle leaf of the header.
    #[must_use]
    pub fn leaf_hash(&self) -> Digest {
        leaf_hash(&self.to_bytes())
    }
}

fn read(bytes: &[u8]) -> Option<(RecordNumber, Vec<Vec<TaxPeriod>>)> {
    let mut decoder = Decoder::new(bytes, LABEL)?;
    let record = RecordNumber(u32::try_from(decoder.number()?).ok()?);
    let count = usize::try_from(decoder.number()?).ok()?;
    if count > ENTRIES_MAX {
        return None;
    }
    let periods = (0..count)
        .map(|_| read_periods(decoder.bytes()?))
        .collect::<Option<_>>()?;
    decoder.is_empty().then_some((record, periods))
}

fn read_periods(bytes: &[u8]) -> Option<Vec<TaxPeriod>> {
    let (years, rest) = bytes.as_chunks::<2>();
    if !rest.is_empty() {
        return None;
    }
    years
        .iter()
        .map(|year| TaxPeriod::new(u16::from_be_bytes(*year)).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn year(year: u16) -> TaxPeriod {
        TaxPeriod::new(year).unwrap()
    }

    fn header(entries: &[&[u16]]) -> Result<RecordHeader, HeaderError> {
        let periods = entries
            .iter()
            .map(|years| years.iter().map(|y| year(*y)).collect())
            .collect();
        RecordHeader::new(RecordNumber(5), periods)
    }

    #[test]
    fn the_latest_requested_period_decides() {
        let header = header(&[&[2019, 2023], &[2020, 2021], &[2022]]).unwrap();
        for (requested, expected) in [
            (vec![2019, 2020, 2021, 2022, 2023], Some((0, 2023))),
            (vec![2019, 2020], Some((1, 2020))),
            (vec![2022, 2018], Some((2, 2022))),
            (vec![2018, 2024], None),
            (vec![], None),
        ] {
            let requested: Vec<TaxPeriod> = requested.into_iter().map(year).collect();
            let expected = expected.map(|(entry, y)| (EntryNumber(entry), year(y)));
            assert_eq!(header.latest_within(&requested), expected, "{requested:?}");
        }
    }

    #[test]
    fn impossible_headers_are_refused() {
        assert_eq!(header(&[]), Err(HeaderError::EntryCount(0)));
        assert_eq!(
            header(&[&[2020], &[]]),
            Err(HeaderError::NoPeriod(EntryNumber(1)))
        );
        assert_eq!(
            header(&[&[2020], &[2020]]),
            Err(HeaderError::PeriodTwice(year(2020)))
        );
        assert_eq!(
            header(&[&[2020, 2020]]),
            Err(HeaderError::PeriodTwice(year(2020)))
        );
        assert_eq!(
            header(&vec![&[2020_u16][..]; 257]),
            Err(HeaderError::EntryCount(257))
        );
    }

    proptest! {
        #[test]
        fn only_the_canonical_bytes_are_read(place in 0_usize..70, change in 1_u8..=255) {
            let good = header(&[&[2019, 2023], &[2020]]).unwrap();
            let mut bytes = good.to_bytes();
            prop_assert_eq!(RecordHeader::parse(&bytes), Ok(good.clone()));
            let place = place % bytes.len();
            bytes[place] ^= change;
            if let Ok(other) = RecordHeader::parse(&bytes) {
                prop_assert_ne!(&other, &good);
            }
            prop_assert!(RecordHeader::parse(&good.to_bytes()[..place]).is_err());
        }

        #[test]
        fn any_bytes_are_read_without_harm(bytes in prop::collection::vec(any::<u8>(), 0..100)) {
            let _ = RecordHeader::parse(&bytes);
        }
    }
}
