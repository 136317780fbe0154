//! Which keepers hold which share keys: `m` of `n` by replication (SEALING.md section 3).
//!
//! Place in the flow: a genesis names the keepers; builder, keepers and gate derive the same sets.
//! There is one key for every set of n − m + 1 keepers, so any m keepers meet every set and
//! any m − 1 miss at least one.
//!
//! Left to others: the keys (keys), joining values (open).

use model::{fault::Explain, fault::Fault, id::KeeperId};
use thiserror::Error;

/// Most keepers of one register.
pub const KEEPERS_MAX: usize = 8;

/// Position of a share set in the lexicographic list of sets, from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SetIndex(pub u8);

/// A set of keepers and how many of them are needed. The keepers' order is part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShareSets {
    // INVARIANT: 2 ≤ needed ≤ keepers ≤ KEEPERS_MAX, keepers distinct.
    needed: usize,
    keepers: Vec<KeeperId>,
    /// Each set as a bit mask over `keepers`, in lexicographic order of member positions.
    masks: Vec<u32>,
}

/// The numbers or names of keepers cannot make share sets. The fault of whoever wrote the genesis.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ShareSetsError {
    /// Not 2 ≤ needed ≤ keepers ≤ 8.
    #[error(
        "`{needed}` of `{keepers}` keepers: needed must be at least 2 and at most all, of at most 8"
    )]
    Numbers {
        /// How many were to be needed.
        needed: usize,
        /// How many there are.
        keepers: usize,
    },
    /// One keeper is named twice.
    #[error("keeper `{0}` is named twice")]
    Twice(KeeperId),
}

impl Explain for ShareSetsError {
    fn fault(&self) -> Fault {
        Fault::Input
    }
}

impl ShareSets {
    /// The sets for `needed` of the keepers named, in the order of the genesis.
    ///
    /// # Errors
    /// [`ShareSetsError`] unless 2 ≤ needed ≤ keepers ≤ 8 and the names are distinct.
    pub fn new(needed: usize, keepers: Vec<KeeperId>) -> Result<Self, ShareSetsError> {
        let count = keepers.len();
        if needed < 2 || needed > count || count > KEEPERS_MAX {
            return Err(ShareSetsError::Numbers {
                needed,
                keepers: count,
            });
        }
        let mut sorted: Vec<&KeeperId> = keepers.iter().collect();
        sorted.sort();
        let twice = sorted.windows(2).find_map(|pair| match pair {
            [a, b] if a == b => Some((*a).clone()),
            _ => None,
        });
        if let Some(keeper) = twice {
            return Err(ShareSetsError::Twice(keeper));
        }
        let masks = masks_of(count, count - needed + 1);
        Ok(Self {
            needed,
            keepers,
            masks,
        })
    }

    /// How many keepers are needed.
    #[must_use]
    pub fn needed(&self) -> usize {
        self.needed
    }

    /// The keepers, in the order of the genesis.
    #[must_use]
    pub fn keepers(&self) -> &[KeeperId] {
        &self.keepers
    }

    /// How many sets (and share keys) there are: C(n, n − m + 1).
    #[must_use]
    pub fn count(&self) -> usize {
        self.masks.len()
    }

    /// All set indexes in order.
    pub fn indexes(&self) -> impl Iterator<Item = SetIndex> + '_ {
        (0_u8..).map(SetIndex).take(self.masks.len())
    }

    /// Members of a set; none for an index beyond the last.
    pub fn members(&self, set: SetIndex) -> impl Iterator<Item = &KeeperId> {
        let mask = self.mask(set);
        self.keepers
            .iter()
            .enumerate()
            .filter(move |(position, _)| mask >> position & 1 == 1)
            .map(|(_, keeper)| keeper)
    }

    /// Whether the keeper is a member of the set.
    #[must_use]
    pub fn is_member(&self, keeper: &KeeperId, set: SetIndex) -> bool {
        self.members(set).any(|member| member == keeper)
    }

    /// The sets a keeper belongs to, in order; none for a stranger.
    #[must_use]
    pub fn sets_of(&self, keeper: &KeeperId) -> Vec<SetIndex> {
        self.indexes()
            .filter(|set| self.is_member(keeper, *set))
            .collect()
    }

    fn mask(&self, set: SetIndex) -> u32 {
        self.masks.get(usize::from(set.0)).copied().unwrap_or(0)
    }
}

/// All masks of `size` among `count` positions, lexicographic by positions: {0,1}, {0,2}, {1,2}.
fn masks_of(count: usize, size: usize) -> Vec<u32> {
    let mut sets: Vec<(Vec<usize>, u32)> = (0_u32..1 << count)
        .filter(|mask| usize::try_from(mask.count_ones()) == Ok(size))
        .map(|mask| ((0..count).filter(|p| mask >> p & 1 == 1).collect(), mask))
        .collect();
    sets.sort();
    sets.into_iter().map(|(_, mask)| mask).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    pub fn keepers(count: usize) -> Vec<KeeperId> {
        (1..=count)
            .map(|number| format!("k{number}").parse().unwrap())
            .collect()
    }

    fn check(needed: usize, count: usize, sets: usize) {
        let shares = ShareSets::new(needed, keepers(count)).unwrap();
        assert_eq!(shares.count(), sets, "{needed} of {count}");
        for mask in 0_u32..1 << count {
            let chosen = |keeper: &KeeperId| {
                let position = shares.keepers().iter().position(|k| k == keeper).unwrap();
                mask >> position & 1 == 1
            };
            let covered = shares.indexes().all(|set| shares.members(set).any(chosen));
            assert_eq!(covered, mask.count_ones() as usize >= needed, "{mask:b}");
        }
    }

    #[test]
    fn exactly_the_needed_number_meets_every_set() {
        check(3, 4, 6);
        check(2, 3, 3);
        check(2, 2, 2);
        check(4, 7, 35);
        check(5, 8, 70);
    }

    #[test]
    fn order_is_lexicographic() {
        let shares = ShareSets::new(3, keepers(4)).unwrap();
        let text: Vec<String> = shares
            .indexes()
            .map(|set| {
                let names: Vec<&str> = shares.members(set).map(KeeperId::as_str).collect();
                names.join("+")
            })
            .collect();
        assert_eq!(text, ["k1+k2", "k1+k3", "k1+k4", "k2+k3", "k2+k4", "k3+k4"]);
    }

    #[test]
    fn impossible_numbers_and_doubled_names_are_refused() {
        for (needed, count) in [(0, 4), (1, 4), (5, 4), (2, 1), (2, 9)] {
            assert!(ShareSets::new(needed, keepers(count)).is_err());
        }
        let mut doubled = keepers(3);
        doubled.push("k2".parse().unwrap());
        assert_eq!(
            ShareSets::new(3, doubled),
            Err(ShareSetsError::Twice("k2".parse().unwrap()))
        );
    }
}
