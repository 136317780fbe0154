//! Records found under a row's keys, each once, with all that is known of it by then.
//!
//! Place in the flow: the register fills a [`FoundSet`] from its index; sieve sorts what is found by
//! what it could weigh.
//!
//! Left to others: the index (register), what is compared (gather).

use model::id::RecordNumber;

use crate::{birth_code::BirthCode, candidates::UnreadBlock, kinds::KindSet, numbering::Numbering};

/// A record found under at least one key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Found {
    /// The record.
    pub record: RecordNumber,
    /// The kinds of key it was found under. It may have been found under more of them by chance,
    /// never under fewer.
    pub kinds: KindSet,
    /// Its date of birth, as far as the index tells.
    pub birth: BirthCode,
}

/// Collects what is found, each record once.
#[derive(Debug, Default)]
pub struct FoundSet {
    numbering: Numbering,
    found: Vec<Found>,
}

impl FoundSet {
    /// Makes room for so many more entries of an index.
    pub fn reserve(&mut self, entries: usize) {
        self.numbering.reserve(entries);
        self.found.reserve(entries);
    }

    /// Adds a record found under a key.
    pub fn add(&mut self, record: RecordNumber, kinds: KindSet, birth: BirthCode) {
        let place = self.numbering.place(record.0);
        match self.found.get_mut(place) {
            Some(found) => found.kinds = found.kinds.or(kinds),
            None => self.found.push(Found {
                record,
                kinds,
                birth,
            }),
        }
    }

    /// What was found, in the order in which it came.
    #[must_use]
    pub fn found(&self) -> &[Found] {
        &self.found
    }

    /// The same.
    #[must_use]
    pub fn finish(self) -> Vec<Found> {
        self.found
    }
}

/// The records found for a query's keys.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CandidateSet {
    /// Distinct records.
    pub found: Vec<Found>,
    /// Blocks not read whole.
    pub unread: Vec<UnreadBlock>,
}

impl CandidateSet {
    /// The records, ascending.
    #[must_use]
    pub fn records(&self) -> Vec<RecordNumber> {
        let mut records: Vec<RecordNumber> = self.found.iter().map(|found| found.record).collect();
        records.sort_unstable();
        records
    }
}
