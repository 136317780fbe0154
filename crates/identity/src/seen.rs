//! Fixed parts of found records and what their surnames agree with: read and compared once for a row,
//! however many searches find a record again.
//!
//! Place in the flow: between sieve, which says who could matter, and gather, which asks this of them
//! anew after each search. Nothing here depends on how far was searched.
//!
//! Left to others: given names and addresses (compare), who matters (gather).

use model::id::RecordNumber;

use crate::{
    candidates::{Candidates, CandidatesError},
    compare::{Comparator, NamedRecord},
    found::Found,
};

/// The records of a row that were read so far.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// Of each place among what was found: the place among `records` plus one, or 0 where it was not read.
    places: Vec<u32>,
    records: Vec<NamedRecord>,
}

impl Seen {
    /// Reads what was found at these places, as far as it was not before.
    ///
    /// # Errors
    /// [`CandidatesError`] where the register cannot be read or nothing was found at a place.
    pub(crate) fn read<'p>(
        &mut self,
        places: impl Iterator<Item = &'p u32>,
        found: &[Found],
        comparator: &Comparator<'_>,
        register: &dyn Candidates,
    ) -> Result<(), CandidatesError> {
        self.places.resize(found.len(), 0);
        let most = found.len().saturating_sub(self.records.len());
        let mut unread: Vec<RecordNumber> = Vec::with_capacity(most);
        for place in places {
            let place = usize::try_from(*place).unwrap_or(usize::MAX);
            let (Some(seen), Some(found)) = (self.places.get_mut(place), found.get(place)) else {
                return Err(CandidatesError::Damaged { part: "found" });
            };
            if *seen == 0 {
                unread.push(found.record);
                let last = self.records.len().saturating_add(unread.len());
                *seen = u32::try_from(last).unwrap_or(u32::MAX);
            }
        }
        if unread.is_empty() {
            return Ok(());
        }
        let heads = register.heads(&unread)?;
        let surnames = comparator.surnames_of(&heads, register)?;
        if heads.len() != unread.len() || surnames.len() != unread.len() {
            // Whoever is missing would be passed by in silence, and those after taken for others.
            return Err(CandidatesError::Damaged { part: "heads" });
        }
        let read = unread.into_iter().zip(heads).zip(surnames);
        self.records
            .extend(read.map(|((record, head), surnames)| NamedRecord {
                record,
                head,
                surnames,
            }));
        Ok(())
    }

    /// What was read at these places.
    pub(crate) fn records(&self, places: &[u32]) -> impl Iterator<Item = &NamedRecord> {
        places.iter().filter_map(|place| self.get(*place))
    }

    fn get(&self, place: u32) -> Option<&NamedRecord> {
        let seen = self.places.get(usize::try_from(place).ok()?)?;
        self.records
            .get(usize::try_from(seen.checked_sub(1)?).ok()?)
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use standard::name::standard_name;

    use super::*;
    use crate::{
        birth_code::BirthCode,
        blocking::BlockKey,
        candidates::{AddressList, Marker, NameField, NameShare, RecordView, UnreadBlock},
        compare::Bearing,
        found::FoundSet,
        kinds::KindSet,
        level::SurnameLevel,
        query::Query,
    };

    /// A register of Diazes, the even ones; remembers which records it was asked for.
    #[derive(Default)]
    struct Asked(RefCell<Vec<u32>>);

    impl Candidates for Asked {
        fn people(&self) -> u64 {
            10
        }

        fn find(
            &self,
            _: &[BlockKey],
            _: &[i16],
            _: &mut FoundSet,
        ) -> Result<Vec<UnreadBlock>, CandidatesError> {
            Ok(Vec::new())
        }

        fn record(&self, record: RecordNumber) -> Result<RecordView<'_>, CandidatesError> {
            self.0.borrow_mut().push(record.0);
            Ok(RecordView {
                given: "ANA",
                surnames: if record.0.is_multiple_of(2) {
                    "DIAZ"
                } else {
                    "KOWALSKI"
                },
                suffix: None,
                date_of_birth: None,
                tin: None,
                addresses: AddressList::from_iter([]),
                marker: Marker::None,
            })
        }

        fn texts(&self, _: NameField, numbers: &[u32]) -> Result<Vec<&str>, CandidatesError> {
            let text = |number: &u32| {
                if number.is_multiple_of(2) {
                    "DIAZ"
                } else {
                    "KOWALSKI"
                }
            };
            Ok(numbers.iter().map(text).collect())
        }

        fn share(&self, _: NameField, _: &str) -> NameShare {
            NameShare::default()
        }

        fn slips(&self, _: NameField, _: &str) -> Vec<&str> {
            Vec::new()
        }
    }

    #[test]
    fn each_record_is_read_once_and_given_where_it_was_found() {
        let query = Query::new(standard_name("Ana", "Diaz", ""), None, None, Vec::new());
        let comparator = Comparator::new(&query, Bearing::Common);
        let register = Asked::default();
        let found_of = |numbers: &[u32]| -> Vec<Found> {
            let found = numbers.iter().map(|number| Found {
                record: RecordNumber(*number),
                kinds: KindSet::default(),
                birth: BirthCode::MISSING,
            });
            found.collect()
        };
        let mut seen = Seen::default();
        // A later search finds more; places of what was found before stay.
        for (numbers, places) in [
            (vec![8, 5], vec![1_u32]),
            (vec![8, 5, 3, 4], vec![3, 1, 0]),
            (vec![8, 5, 3, 4], vec![0, 1, 2, 3]),
        ] {
            let found = found_of(&numbers);
            seen.read(places.iter(), &found, &comparator, &register)
                .unwrap();
            let expected = places.iter().map(|place| numbers[*place as usize]);
            let level = |number: u32| match number % 2 {
                0 => SurnameLevel::Exact,
                _ => SurnameLevel::Different,
            };
            let expected: Vec<_> = expected.map(|number| (number, level(number))).collect();
            let read = seen.records(&places);
            let read: Vec<_> = read.map(|r| (r.record.0, r.surnames.straight)).collect();
            assert_eq!(read, expected);
        }
        assert_eq!(*register.0.borrow(), [5, 4, 8, 3]);
        let found = found_of(&[8]);
        assert!(
            seen.read([1].iter(), &found, &comparator, &register)
                .is_err()
        );
    }
}
