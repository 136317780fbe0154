//! Taxpayer numbers of never-issued ranges, and ids of the extract, each by a seeded permutation.
//!
//! Place in the flow: given to people as they are entered.
//!
//! Left to others: what ranges those are (`model::tin`, LAW.md section 8).

use model::{id::PersonId, tin::Tin};

use super::person::PersonNumber;
use crate::dice::{Component, Permutation};

/// Digits 4 and 5 outside every ITIN, ATIN and IRSN range. 00 is left out, as is serial 0000: a
/// careful examiner takes those for slips.
const NINE_GROUPS: [u8; 33] = [
    11, 12, 13, 14, 15, 16, 20, 21, 22, 23, 24, 25, 26, 27, 30, 31, 32, 33, 34, 35, 36, 40, 41, 42,
    43, 44, 45, 46, 47, 48, 67, 68, 69,
];
const SERIALS: u64 = 9_999;
const ORDINARY_GROUPS: u64 = 99;
const ORDINARY: u64 = ORDINARY_GROUPS * SERIALS;
const NINE: u64 = 100 * 33 * SERIALS;

/// Ids are nine digits.
const IDS: u64 = 1_000_000_000;

/// The number office of one nation.
#[derive(Clone)]
pub struct Numbers {
    tins: Permutation,
    ids: Permutation,
}

impl Numbers {
    /// Taxpayer numbers there are.
    pub const CAPACITY: u64 = 2 * ORDINARY + NINE;

    pub(crate) fn new(seed: u64) -> Self {
        let component = Component::new(seed, "numbers");
        Self {
            tins: Permutation::new(Self::CAPACITY, &mut component.dice(0)),
            ids: Permutation::new(IDS, &mut component.dice(1)),
        }
    }

    /// The taxpayer number of a person on file.
    #[must_use]
    pub fn tin(&self, number: PersonNumber) -> Option<Tin> {
        tin_at(self.tins.apply(number.0))
    }

    /// The taxpayer number of somebody not on file, counted from 0: never one of [`Numbers::tin`].
    #[must_use]
    pub fn tin_of_absent(&self, number: u64) -> Option<Tin> {
        tin_at(self.tins.apply(Self::CAPACITY.checked_sub(number + 1)?))
    }

    /// The id of a person on file: `P` and nine digits, whose order says nothing.
    #[must_use]
    pub fn person_id(&self, number: PersonNumber) -> Option<PersonId> {
        format!("P{:09}", self.ids.apply(number.0)).parse().ok()
    }
}

fn tin_at(slot: u64) -> Option<Tin> {
    let (area, slot) = match slot {
        slot if slot < ORDINARY => (666, slot),
        slot if slot < 2 * ORDINARY => (0, slot - ORDINARY),
        slot => {
            let slot = slot - 2 * ORDINARY;
            let groups = usize::try_from(slot / SERIALS % 33).ok()?;
            let group = *NINE_GROUPS.get(groups)?;
            let area = 900 + slot / SERIALS / 33;
            return format!("{area:03}{group:02}{:04}", slot % SERIALS + 1)
                .parse()
                .ok();
        }
    };
    format!(
        "{area:03}{:02}{:04}",
        slot / SERIALS + 1,
        slot % SERIALS + 1
    )
    .parse()
    .ok()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_number_is_never_issued_and_given_once() {
        let numbers = Numbers::new(7);
        let mut seen = HashSet::new();
        for number in 0..20_000 {
            for tin in [
                numbers.tin(PersonNumber(number)),
                numbers.tin_of_absent(number),
            ] {
                let tin = tin.unwrap();
                assert!(tin.is_never_issued() && !tin.is_issuable());
                assert!(seen.insert(tin));
            }
        }
        for slot in [
            0,
            ORDINARY - 1,
            ORDINARY,
            2 * ORDINARY,
            Numbers::CAPACITY - 1,
        ] {
            assert!(tin_at(slot).unwrap().is_never_issued(), "{slot}");
        }
        assert_eq!(tin_at(Numbers::CAPACITY - 1).unwrap().digits(), "999699999");
    }

    #[test]
    fn ids_are_given_once() {
        let numbers = Numbers::new(7);
        let ids: HashSet<String> = (0..20_000)
            .map(|number| numbers.person_id(PersonNumber(number)).unwrap().to_string())
            .collect();
        assert_eq!(ids.len(), 20_000);
    }
}
