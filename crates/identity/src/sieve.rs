//! Found records in groups that could weigh alike, heaviest first.
//!
//! Place in the flow: gather takes the groups in turn and stops where none that is left could
//! matter. Nothing of a record is fetched for this.
//!
//! Left to others: the bound (bound), where to stop (gather).

use std::ops::Range;

use model::time::Date;

use crate::{
    birth_code::RowBirth, bound::Bounds, found::Found, kinds::KindSet, level::BirthLevel,
    numbering::Numbering, scale::Millibits,
};

/// Records found under the same kinds of key whose birth dates agree alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FoundGroup {
    pub(crate) kinds: KindSet,
    /// `None` where the index does not tell.
    pub(crate) birth: Option<BirthLevel>,
    /// The most that one of them weighs.
    pub(crate) greatest: Millibits,
    members: Range<usize>,
}

/// All groups of a row.
#[derive(Debug)]
pub(crate) struct Sieve {
    groups: Vec<FoundGroup>,
    /// Places among what was found, those of each group side by side.
    members: Vec<u32>,
}

/// Stands for a birth date that the index does not tell, beside the levels.
const UNTOLD: u32 = 15;

/// Groups that most rows have at most; beyond it the table of groups grows.
const GROUPS: usize = 32;

impl Sieve {
    /// Of what was found for a row with this date of birth.
    pub(crate) fn of(found: &[Found], row_birth: Option<Date>, bounds: &Bounds<'_>) -> Self {
        let row_birth = RowBirth::of(row_birth);
        let mut kinds_and_birth = Numbering::for_at_most(GROUPS);
        let mut groups: Vec<FoundGroup> = Vec::new();
        let mut places: Vec<usize> = Vec::with_capacity(found.len());
        let mut last: Option<(u32, usize)> = None;
        for found in found {
            let birth = found.birth.level(row_birth);
            let level = birth.map_or(UNTOLD, |level| level as u32);
            let number = found.kinds.bits() << 4 | level;
            // Records of one block come one after the other.
            let place = match last {
                Some((same, place)) if same == number => place,
                _ => kinds_and_birth.place(number),
            };
            last = Some((number, place));
            if let Some(group) = groups.get_mut(place) {
                group.members.end += 1;
            } else {
                groups.push(FoundGroup {
                    kinds: found.kinds,
                    birth,
                    greatest: bounds.greatest(found.kinds, birth),
                    members: 0..1,
                });
            }
            places.push(place);
        }
        let mut sieve = Self {
            members: vec![0; found.len()],
            groups,
        };
        sieve.place_members(&places);
        sieve
            .groups
            .sort_unstable_by_key(|group| (-group.greatest, group.kinds, group.birth));
        sieve
    }

    /// Puts the members of each group, given by the place of their group, side by side.
    fn place_members(&mut self, groups: &[usize]) {
        let mut start = 0;
        for group in &mut self.groups {
            let end = start + group.members.end;
            // Grows again to its end while members are placed.
            group.members = start..start;
            start = end;
        }
        for (member, group) in (0_u32..).zip(groups) {
            if let Some(group) = self.groups.get_mut(*group) {
                if let Some(place) = self.members.get_mut(group.members.end) {
                    *place = member;
                }
                group.members.end += 1;
            }
        }
    }

    /// The groups, heaviest first.
    pub(crate) fn groups(&self) -> &[FoundGroup] {
        &self.groups
    }

    /// How many records a group has.
    pub(crate) fn count(&self, group: &FoundGroup) -> u64 {
        u64::try_from(group.members.len()).unwrap_or(u64::MAX)
    }

    /// The places of a group's records among what was found.
    pub(crate) fn members(&self, group: &FoundGroup) -> &[u32] {
        self.members.get(group.members.clone()).unwrap_or(&[])
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use model::id::RecordNumber;
    use proptest::prelude::*;

    use super::*;
    use crate::{
        birth_code::BirthCode,
        bound::RowClasses,
        kinds::{ALL_KINDS, Route, Search},
        transcript::RowFacts,
    };

    proptest! {
        /// Against a map from kinds and level to records.
        #[test]
        fn groups_are_those_of_a_map(
            found in prop::collection::btree_map(0_u32..500, (0_u8..6, 1979_i16..1984), 0..60),
        ) {
            let row = RowFacts::default();
            let classes = RowClasses::of(&row);
            let bounds = Bounds::new(&classes, Search::SlipParts, &[], 1_000);
            let birth = Date::new(1980, 1, 1).ok();
            let found: Vec<Found> = found.into_iter().map(|(record, (bits, year))| Found {
                record: RecordNumber(record),
                kinds: [(ALL_KINDS[usize::from(bits)], Route::Own)].into_iter().collect(),
                birth: BirthCode::of(Date::new(year, 1, 1).ok()),
            }).collect();
            let mut expected: BTreeMap<_, Vec<RecordNumber>> = BTreeMap::new();
            for found in &found {
                let key = (found.kinds, found.birth.level(RowBirth::of(birth)));
                expected.entry(key).or_default().push(found.record);
            }
            let sieve = Sieve::of(&found, birth, &bounds);
            prop_assert!(sieve.groups().is_sorted_by_key(|group| -group.greatest));
            let groups: BTreeMap<_, Vec<RecordNumber>> = sieve.groups().iter()
                .map(|group| {
                    let members = sieve.members(group).iter();
                    let records = members.map(|place| found[*place as usize].record);
                    ((group.kinds, group.birth), records.collect())
                })
                .collect();
            prop_assert_eq!(groups, expected);
        }
    }
}
