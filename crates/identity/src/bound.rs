//! The greatest that a record can weigh, from the kinds of key it was found under and its date of
//! birth: known before anything else of the record is.
//!
//! Place in the flow: gather compares the records that could weigh enough to matter and passes over
//! the rest; decide counts each of those as if it weighed this much. A record found under few kinds
//! of key agrees in little: whoever bears the row's names and was born on its day would have been
//! found under the keys made of them.
//!
//! The bound rests on what agreement implies for keys. Address parts are compared by 12 bits, keys by
//! whole tokens: two parts that agree by chance (once in 4,096 for each pair) are no agreement here.
//!
//! Left to others: which records are compared (gather), the keys (blocking).

pub use crate::fields::RowClasses;
use crate::{
    agreement::{Agreement, BirthClass, birth_class, surname_class},
    blocking::KeyKind,
    candidates::UnreadBlock,
    fields::{Greatest, NameCombination, addresses, greatest_middle, greatest_of, greatest_suffix},
    kinds::{KindSet, Search},
    level::{Arrangement, BirthLevel, SurnameLevel, TinLevel},
    scale::Millibits,
    score::{line, prior, stranger_surname, tables},
};

/// More than anybody weighs: of a record that may not be as it was found.
const ANYTHING: Millibits = 1_000_000;

/// Bounds for one row.
#[derive(Debug)]
pub struct Bounds<'t> {
    classes: &'t RowClasses,
    unread: &'t [UnreadBlock],
    /// Of all agreements, as far as was searched.
    kinds: &'static [KindSet],
    search: Search,
    /// Prior and the most of the fields that no key depends on.
    always: Millibits,
    /// Of the TIN where it may agree.
    tin: Millibits,
}

impl<'t> Bounds<'t> {
    /// For a row searched so far, blocks that were not read whole, and so many people in the register.
    #[must_use]
    pub fn new(
        classes: &'t RowClasses,
        search: Search,
        unread: &'t [UnreadBlock],
        people: u64,
    ) -> Self {
        let row = &classes.row;
        let names = greatest_middle(row.given_names.max(row.surnames));
        Self {
            classes,
            unread,
            kinds: Agreement::kinds_of_all(search),
            search,
            always: prior(people) + names + greatest_suffix(row),
            tin: if row.tin {
                greatest_of(&tables().tin)
            } else {
                0
            },
        }
    }

    /// The most that a record weighs ([`crate::score::weight`]) that was found under these kinds of
    /// key and whose birth date agrees so; `None` where that is not known.
    #[must_use]
    pub fn greatest(&self, kinds: KindSet, birth: Option<BirthLevel>) -> Millibits {
        let heaviest = |class| self.heaviest(kinds, class, |_| Some(0)).unwrap_or(ANYTHING);
        let names = match birth {
            Some(level) => {
                let birth = line(&tables().birth, level as usize).weight(None);
                heaviest(birth_class(level)) + birth
            }
            None => {
                let births = self.classes.births.iter();
                let with = |(class, most): &(_, Greatest)| heaviest(*class) + most.weight;
                births.map(with).max().unwrap_or(ANYTHING)
            }
        };
        names + self.always + self.of_tin(kinds)
    }

    /// The most that a record weighs that was found under these kinds of key, whose birth date agrees so
    /// and whose surnames agree so with the row's as they stand.
    #[must_use]
    pub fn greatest_with(
        &self,
        kinds: KindSet,
        birth: BirthLevel,
        surname: SurnameLevel,
    ) -> Millibits {
        let logs = line(&tables().surname, surname as usize);
        let of_surname = logs.weight(stranger_surname(surname, &self.classes.row.straight));
        let class = surname_class(surname);
        let with_surname = |combination: &NameCombination| {
            let agreement = combination.agreement;
            let is_so =
                agreement.arrangement == Arrangement::Straight && agreement.surname == class;
            is_so.then_some(of_surname - combination.surname)
        };
        let birth_weight = line(&tables().birth, birth as usize).weight(None);
        let names = self
            .heaviest(kinds, birth_class(birth), with_surname)
            .unwrap_or(ANYTHING);
        names + birth_weight + self.always + self.of_tin(kinds)
    }

    /// The heaviest combination that a record found under these kinds may be in, of those that something
    /// is to be added to.
    fn heaviest(
        &self,
        kinds: KindSet,
        birth: BirthClass,
        more: impl Fn(&NameCombination) -> Option<Millibits>,
    ) -> Option<Millibits> {
        let mut heaviest: Option<Millibits> = None;
        for combination in &self.classes.names {
            let Some(more) = more(combination) else {
                continue;
            };
            let order = of_arrangement(combination.agreement.arrangement);
            let names = order + combination.names.weight + more;
            // Heaviest first: the first that is possible is the heaviest with these names.
            let mut heavier = addresses()
                .iter()
                .map(|(address, most)| (*address, names + most.weight))
                .take_while(|(_, weight)| heaviest.is_none_or(|heaviest| *weight > heaviest));
            let possible = heavier.find(|(address, _)| {
                let agreement = Agreement {
                    birth,
                    address: *address,
                    ..combination.agreement
                };
                self.may_be(agreement, kinds)
            });
            heaviest = possible.map(|(_, weight)| weight).or(heaviest);
        }
        heaviest
    }

    /// Whether a record found under these kinds may agree so.
    fn may_be(&self, agreement: Agreement, kinds: KindSet) -> bool {
        agreement.kinds_among(self.kinds).is_within(kinds)
            || (!self.unread.is_empty()
                && agreement.may_be_found_under(kinds, self.search, self.unread))
    }

    /// The TIN is one key: who has the row's is found under it.
    fn of_tin(&self, kinds: KindSet) -> Millibits {
        let unread = self.unread.iter().any(|block| block.kind == KeyKind::Tin);
        if kinds.has(KeyKind::Tin) || unread {
            self.tin
        } else {
            let different = line(&tables().tin, TinLevel::Different as usize);
            different.weight(None).max(0)
        }
    }
}

fn of_arrangement(arrangement: Arrangement) -> Millibits {
    line(&tables().arrangement, arrangement as usize).weight(None)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{
        kinds::{ALL_KINDS, Route},
        unseen::tests::{blocks, facts},
    };

    fn kind_set() -> impl Strategy<Value = KindSet> {
        let kind = prop::sample::select(ALL_KINDS.to_vec());
        let route = prop::sample::select(vec![Route::Own, Route::Slip, Route::Exchanged]);
        prop::collection::vec((kind, route), 0..7).prop_map(KindSet::from_iter)
    }

    #[test]
    fn addresses_come_heaviest_first() {
        let weights = addresses().iter().map(|(_, most)| most.weight);
        assert!(weights.is_sorted_by(|a, b| a >= b));
    }

    proptest! {
        /// Against looking at all names beside all addresses.
        #[test]
        fn the_heaviest_is_that_of_all_combinations(
            row in facts(), kinds in kind_set(), unread in blocks(),
            birth in prop::sample::select(BirthClass::ALL.to_vec()),
            search in prop::sample::select(Search::ALL.to_vec()),
        ) {
            let classes = RowClasses::of(&row);
            let bounds = Bounds::new(&classes, search, &unread, 1_000_000);
            let mut all = Vec::new();
            for combination in &classes.names {
                for (address, most) in addresses() {
                    let agreement = Agreement { birth, address: *address, ..combination.agreement };
                    if bounds.may_be(agreement, kinds) {
                        let order = of_arrangement(agreement.arrangement);
                        all.push(order + combination.names.weight + most.weight);
                    }
                }
            }
            let heaviest = bounds.heaviest(kinds, birth, |_| Some(0));
            prop_assert_eq!(heaviest, all.into_iter().max());
        }
    }
}
