//! People in buckets by the beginning of their place, while they are read.
//!
//! Place in the flow: between prepare, which adds people in the order of the file, and order. Records are
//! numbered by place, so people whose records follow each other stand together in memory when they
//! are made: what one bucket holds fits the processor's caches, what all hold does not.
//!
//! Left to others: the order within a bucket and people of several runs (order).

use std::sync::{Mutex, PoisonError};

use super::{
    BuildError,
    draft::{Drafts, Place},
    view::PersonView,
};

/// Bits of a place that choose its bucket.
const BUCKET_BITS: u32 = 8;

/// People in a segment of a bucket.
pub const SEGMENT: usize = 512;

/// All buckets, in the order of places.
pub struct Buckets(Vec<Mutex<Bucket>>);

/// People whose places begin alike.
#[derive(Default)]
pub struct Bucket {
    /// As many people in each but the last.
    pub segments: Vec<Drafts>,
    /// Their places, with their numbers: as they stand in the segments.
    pub places: Vec<(Place, u32)>,
    open: Drafts,
}

impl Buckets {
    /// Empty ones.
    pub fn new() -> Self {
        Self((0..1 << BUCKET_BITS).map(|_| Mutex::default()).collect())
    }

    /// Adds a person.
    ///
    /// # Errors
    /// [`BuildError::TooLarge`] beyond 2^32 people.
    pub fn add(&self, place: Place, person: PersonView<'_>) -> Result<(), BuildError> {
        let bucket = usize::try_from(place.0 >> (u64::BITS - BUCKET_BITS)).ok();
        let bucket = bucket.and_then(|bucket| self.0.get(bucket));
        let bucket = bucket.ok_or(BuildError::TooLarge)?.lock();
        // A thread that panicked with it ends the build.
        bucket
            .unwrap_or_else(PoisonError::into_inner)
            .add(place, person)
    }

    /// Ends them.
    pub fn finish(self) -> impl ExactSizeIterator<Item = Bucket> {
        self.0.into_iter().map(|bucket| {
            let mut bucket = bucket.into_inner().unwrap_or_else(PoisonError::into_inner);
            if bucket.open.count() > 0 {
                bucket.segments.push(std::mem::take(&mut bucket.open));
            }
            bucket
        })
    }
}

impl Bucket {
    fn add(&mut self, place: Place, person: PersonView<'_>) -> Result<(), BuildError> {
        let number = u32::try_from(self.places.len()).map_err(|_| BuildError::TooLarge)?;
        self.places.push((place, number));
        self.open.copy_person(person)?;
        if self.open.count() == SEGMENT {
            self.segments.push(self.open.take());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::build::{
        draft::{NameText, Outline},
        order::People,
        stated::Facts,
    };
    use identity::candidates::Marker;

    /// Adds somebody whose surname is `name`, in a row of this number.
    fn add(buckets: &Buckets, place: Place, name: &str, row: u64) {
        let mut drafts = Drafts::default();
        let facts = Facts {
            date_of_birth: Default::default(),
            tin: Default::default(),
            marker: Marker::None,
        };
        let text = NameText {
            surnames: name,
            period: Some(
                model::time::TaxPeriod::new(2020 + u16::try_from(row % 2).unwrap()).unwrap(),
            ),
            ..NameText::default()
        };
        let mut outline = Outline::default();
        drafts.add_person(facts, text, &mut outline).unwrap();
        buckets.add(place, drafts.person(0).unwrap()).unwrap();
    }

    /// Names in order; whoever was read is forgotten before the next. `more` are the runs beyond people.
    fn names(people: &mut People, more: usize) -> Vec<String> {
        let order = people.take_order();
        let mut names = Vec::new();
        let mut forgotten = 0;
        for (place, number) in order.iter().enumerate() {
            forgotten += people
                .forget(place)
                .iter()
                .map(Drafts::count)
                .sum::<usize>();
            assert!(forgotten <= place + more);
            names.push(people.person(*number).unwrap().name.surnames.to_owned());
        }
        let left: usize = people.forget(order.len()).iter().map(Drafts::count).sum();
        assert!(forgotten > 0 && left > 0);
        assert!(people.person(0).is_none());
        names
    }

    #[test]
    fn people_come_out_by_place_over_buckets_and_segments() {
        let buckets = Buckets::new();
        // One bucket has more than two segments, the last and the first of all have one person.
        let middle = 1_u64 << 63;
        let count = 2 * SEGMENT as u64 + 3;
        let mut expected: Vec<(Place, String)> = Vec::new();
        for number in 0..count {
            let place = (middle + number * 7919 % count, number % 2);
            expected.push((place, format!("N{number}")));
        }
        expected.push(((0, 5), "FIRST".to_owned()));
        expected.push(((u64::MAX, 0), "LAST".to_owned()));
        for (place, name) in &expected {
            add(&buckets, *place, name, 0);
        }
        expected.sort();
        let expected: Vec<String> = expected.into_iter().map(|(_, name)| name).collect();
        let mut people = People::of(buckets).unwrap();
        assert_eq!(people.count(), expected.len());
        assert_eq!(names(&mut people, 0), expected);
    }

    #[test]
    fn runs_of_one_place_are_one_person_wherever_they_stand() {
        let buckets = Buckets::new();
        for number in 0..SEGMENT as u64 {
            add(&buckets, (number + 1, 0), "OTHER", 2);
        }
        // The later period's name stands, whichever came first.
        add(&buckets, (0, 0), "LATER", 1);
        add(&buckets, (u64::MAX, 0), "EARLIER", 0);
        add(&buckets, (0, 0), "EARLIER", 0);
        add(&buckets, (u64::MAX, 0), "LATER", 1);
        let mut people = People::of(buckets).unwrap();
        let names = names(&mut people, 2);
        assert_eq!(names.len(), SEGMENT + 2);
        assert_eq!((&*names[0], &*names[SEGMENT + 1]), ("LATER", "LATER"));
    }

    #[test]
    fn nobody_is_an_error() {
        assert!(matches!(People::of(Buckets::new()), Err(BuildError::Empty)));
    }
}
