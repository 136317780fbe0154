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

use crate::{
    agreement::{Agreement, BirthClass, GivenClass, SurnameClass, birth_class, surname_class},
    blocking::KeyKind,
    candidates::UnreadBlock,
    fields::{
        Greatest, addresses, births, exchanged_names, givens, greatest_middle, greatest_of,
        greatest_suffix, surnames,
    },
    kinds::{KindSet, Search},
    level::{Arrangement, BirthLevel, SurnameLevel, TinLevel},
    scale::Millibits,
    score::{line, prior, stranger_surname, tables},
    transcript::RowFacts,
};

/// One combination of classes of names and address, and the most it weighs.
#[derive(Debug, Clone, Copy)]
struct Combination {
    /// With each class of birth dates.
    with_births: [Certain; 3],
    weight: Millibits,
    /// Of this, what the surname adds.
    surname: Millibits,
}

/// An agreement, and the keys that come of it for certain.
#[derive(Debug, Clone, Copy)]
struct Certain {
    agreement: Agreement,
    kinds: KindSet,
}

impl Combination {
    fn new(
        names_and_address: Agreement,
        weight: Millibits,
        surname: Millibits,
        search: Search,
    ) -> Self {
        let with = |birth| {
            let agreement = Agreement {
                birth,
                ..names_and_address
            };
            Certain {
                agreement,
                kinds: agreement.kinds(search),
            }
        };
        Self {
            with_births: BirthClass::ALL.map(with),
            weight,
            surname,
        }
    }

    fn with(&self, birth: BirthClass) -> Certain {
        let [day, year, other] = self.with_births;
        match birth {
            BirthClass::Day => day,
            BirthClass::Year => year,
            BirthClass::Other => other,
        }
    }
}

/// Bounds for one row.
#[derive(Debug)]
pub struct Bounds<'t> {
    row: RowFacts,
    unread: &'t [UnreadBlock],
    search: Search,
    combinations: Vec<Combination>,
    births: Vec<(BirthClass, Millibits)>,
    /// Prior and the most of the fields that no key depends on.
    always: Millibits,
    /// Of the TIN where it may agree.
    tin: Millibits,
}

impl<'t> Bounds<'t> {
    /// For a row searched so far, blocks that were not read whole, and so many people in the register.
    #[must_use]
    pub fn new(row: &RowFacts, search: Search, unread: &'t [UnreadBlock], people: u64) -> Self {
        let names = greatest_middle(row.given_names.max(row.surnames));
        let births = births(row)
            .into_iter()
            .map(|(class, most)| (class, most.weight));
        let mut combinations = straight(row, search);
        combinations.extend(exchanged(row, search));
        Self {
            row: *row,
            unread,
            search,
            combinations,
            births: births.collect(),
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
        let names = match birth {
            Some(level) => {
                let birth = line(&tables().birth, level as usize).weight(None);
                self.heaviest(kinds, birth_class(level)) + birth
            }
            None => {
                let with = |(class, weight): &(_, _)| self.heaviest(kinds, *class) + weight;
                self.births.iter().map(with).max().unwrap_or(0)
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
        let (class, of_surname) = (
            surname_class(surname),
            weight_of_surname(&self.row, surname),
        );
        let possible = self.combinations.iter().filter(|combination| {
            let agreement = combination.with(birth_class(birth)).agreement;
            let is_straight = agreement.arrangement == Arrangement::Straight;
            is_straight
                && agreement.surname == class
                && self.may_be(combination, kinds, birth_class(birth))
        });
        let beside = possible.map(|combination| combination.weight - combination.surname);
        let birth = line(&tables().birth, birth as usize).weight(None);
        beside.max().unwrap_or(0) + of_surname + birth + self.always + self.of_tin(kinds)
    }

    /// Whether a record found under these kinds may be in a combination.
    fn may_be(&self, combination: &Combination, kinds: KindSet, birth: BirthClass) -> bool {
        let certain = combination.with(birth);
        certain.kinds.is_within(kinds)
            || (!self.unread.is_empty()
                && certain
                    .agreement
                    .may_be_found_under(kinds, self.search, self.unread))
    }

    /// The heaviest combination that a record found under these kinds may be in. There is always one:
    /// whoever agrees in neither name nor address may have been found under any key by chance.
    fn heaviest(&self, kinds: KindSet, birth: BirthClass) -> Millibits {
        let may_be = |combination: &&Combination| self.may_be(combination, kinds, birth);
        let possible = self.combinations.iter().filter(may_be);
        possible
            .map(|combination| combination.weight)
            .max()
            .unwrap_or(0)
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

fn weight_of_surname(row: &RowFacts, level: SurnameLevel) -> Millibits {
    let logs = line(&tables().surname, level as usize);
    logs.weight(stranger_surname(level, &row.straight))
}

fn of_arrangement(arrangement: Arrangement) -> Millibits {
    line(&tables().arrangement, arrangement as usize).weight(None)
}

/// Names as the record has them.
fn straight(row: &RowFacts, search: Search) -> Vec<Combination> {
    let base = of_arrangement(Arrangement::Straight);
    let mut combinations = Vec::with_capacity(50);
    let givens = givens(row);
    for (surname, a) in surnames(row) {
        for (given, b) in &givens {
            for (address, c) in addresses() {
                let agreement = Agreement {
                    arrangement: Arrangement::Straight,
                    surname,
                    given: *given,
                    birth: BirthClass::Other,
                    address: *address,
                };
                let weight = base + a.weight + b.weight + c.weight;
                combinations.push(Combination::new(agreement, weight, a.weight, search));
            }
        }
    }
    combinations
}

/// Given names and surnames exchanged: the row was looked up with them so.
fn exchanged(row: &RowFacts, search: Search) -> Vec<Combination> {
    let Some(names) = exchanged_names(row) else {
        return Vec::new();
    };
    let names = of_arrangement(Arrangement::Exchanged) + names.weight;
    let of = |(address, most): &(_, Greatest)| {
        let agreement = Agreement {
            arrangement: Arrangement::Exchanged,
            surname: SurnameClass::Sound,
            given: GivenClass::Form,
            birth: BirthClass::Other,
            address: *address,
        };
        Combination::new(agreement, names + most.weight, 0, search)
    };
    addresses().iter().map(of).collect()
}
