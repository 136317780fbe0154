//! What records that were never read could weigh: the completeness term (LINKAGE.md section 5, point
//! 5).
//!
//! Place in the flow: decide adds it to the alternatives. It goes through every combination of
//! levels that a record may have without sharing a key with the row, or in an oversized block's
//! unread part, so that a missing rival can only withhold, never release.
//!
//! Left to others: which keys there are (blocking), weights of fields (score).

use crate::{
    agreement::Agreement,
    blocking::KeyKind,
    candidates::UnreadBlock,
    fields::{
        Greatest, RowClasses, addresses, greatest_later, greatest_middle, greatest_of,
        greatest_suffix,
    },
    kinds::{ALL_KINDS, KindSet, Search},
    level::Arrangement,
    parameters::UNSEEN_RIVALS,
    scale::{Millibits, log2_integer},
    score::{line, prior, tables},
    transcript::RowFacts,
};

/// Where records agreeing so could be that no read key leads to; `None` for nowhere at all.
fn place(agreement: Agreement, kinds: KindSet, unread: &[UnreadBlock]) -> Option<Place> {
    if unread.is_empty() {
        return (kinds == KindSet::default()).then_some(Place::Unfound);
    }
    let mut least: Option<u64> = None;
    for kind in ALL_KINDS.into_iter().filter(|kind| kinds.has(*kind)) {
        let left = agreement.left_of(kind, unread);
        if left == 0 {
            return None;
        }
        least = Some(least.map_or(left, |other| other.min(left)));
    }
    Some(least.map_or(Place::Unfound, Place::Unread))
}

/// Where a record could be that was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// In oversized blocks, of which the smallest leaves so many records unread.
    Unread(u64),
    /// Under no key of the row.
    Unfound,
}

/// What records outside the blocks read could weigh (point 5): log2 of their greatest total.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unseen {
    /// Those in blocks that were too large.
    pub(crate) unread: Millibits,
    /// Those no key leads to.
    pub(crate) unfound: Millibits,
}

/// The completeness term Δ without the candidate's weight: every combination of levels that a
/// record may have without having been read, each with the number of people it could be true of.
///
/// Of a combination that no key leads to, at least one person is counted, and as many as the
/// frequencies make likely: the greater of two sums over the fields. So only classes of levels that
/// keys tell apart need be gone through, with the greatest of each.
#[must_use]
pub(crate) fn unseen(
    classes: &RowClasses,
    search: Search,
    unread: &[UnreadBlock],
    people: u64,
) -> Unseen {
    let row = &classes.row;
    let people = log2_integer(people);
    let mut most = Unseen {
        unread: NOTHING,
        unfound: NOTHING,
    };
    let kinds = Agreement::kinds_of_all(search);
    for combination in &classes.names {
        let a = match combination.agreement.arrangement {
            Arrangement::Straight => combination.names,
            Arrangement::Exchanged => exchanged(row, combination.names),
        };
        for (birth, b) in &classes.births {
            for (address, c) in addresses() {
                let levels = Agreement {
                    birth: *birth,
                    address: *address,
                    ..combination.agreement
                };
                let Some(place) = place(levels, levels.kinds_among(kinds), unread) else {
                    continue;
                };
                let sum = Greatest {
                    weight: a.weight + b.weight + c.weight,
                    person: a.person + b.person + c.person,
                };
                most.take(levels, place, sum, people, unread);
            }
        }
    }
    most.plus(prior(1) - people + rest(row))
}

/// The greatest weight of the fields that no key depends on.
fn rest(row: &RowFacts) -> Millibits {
    let arrangement = greatest_of(&tables().arrangement);
    arrangement + greatest_later(row) + greatest_suffix(row)
}

/// The weight of nobody.
const NOTHING: Millibits = -1_000_000;

/// Given names and surnames exchanged, over those as they stand, which every other combination has.
fn exchanged(row: &RowFacts, names: Greatest) -> Greatest {
    let order = line(&tables().arrangement, Arrangement::Exchanged as usize);
    // The surnames are then given names, and may have later ones.
    let later = greatest_middle(row.surnames) - greatest_later(row);
    let rest = later.max(0) - greatest_of(&tables().arrangement);
    Greatest {
        weight: names.weight + order.weight(None) + rest,
        person: names.person + order.person + rest,
    }
}

impl Unseen {
    /// The greater of the two.
    pub(crate) fn greatest(self) -> Millibits {
        self.unread.max(self.unfound)
    }

    /// Counts a combination of classes with the number of people it could be true of.
    fn take(
        &mut self,
        levels: Agreement,
        place: Place,
        sum: Greatest,
        people: Millibits,
        unread: &[UnreadBlock],
    ) {
        match place {
            Place::Unread(size) => {
                self.unread = self.unread.max(sum.weight + log2_integer(size));
            }
            Place::Unfound => {
                let most = sum.weight.max(people + sum.person);
                self.unfound = self.unfound.max(most + UNSEEN_RIVALS);
            }
        }
        // Whoever was not read may have the row's number, if its block was not.
        let bearers = levels.left_of(KeyKind::Tin, unread);
        if bearers > 0 {
            let weight = sum.weight + greatest_of(&tables().tin);
            self.unread = self.unread.max(weight + log2_integer(bearers));
        }
    }

    fn plus(self, base: Millibits) -> Self {
        Self {
            unread: self.unread + base,
            unfound: self.unfound + base,
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{
        agreement::{address_class, birth_class, given_class, surname_class},
        candidates::BlockPart,
        fields::stated,
        level::{AddressLevel, BirthLevel, GivenLevel, MiddleLevel, SurnameLevel, TinLevel},
        score::{line, stranger_given, stranger_surname},
        transcript::NameClasses,
    };

    /// Every combination of levels of names that somebody on file may agree in.
    fn name_levels(row: &RowFacts) -> Vec<(Arrangement, SurnameLevel, GivenLevel)> {
        let borne =
            |level: &SurnameLevel| matches!(level, SurnameLevel::Exact | SurnameLevel::Part);
        let form = |level: &GivenLevel| matches!(level, GivenLevel::Exact | GivenLevel::Nickname);
        let mut names = Vec::new();
        for surname in stated(row.surnames > 0, SurnameLevel::ALL) {
            for given in stated(row.given_names > 0, GivenLevel::ALL) {
                let on_file = (row.surname_on_file || !borne(surname))
                    && (row.given_on_file || *given != GivenLevel::Exact);
                if on_file {
                    names.push((Arrangement::Straight, *surname, *given));
                }
            }
        }
        for surname in SurnameLevel::ALL.iter().filter(|level| borne(level)) {
            for given in GivenLevel::ALL.iter().filter(|level| form(level)) {
                if row.exchanged_on_file {
                    names.push((Arrangement::Exchanged, *surname, *given));
                }
            }
        }
        names
    }

    /// Likelihoods of levels for the person and for a stranger; those of exchanged names over what the
    /// fields that no key depends on are counted as.
    fn likelihoods(
        row: &RowFacts,
        (arrangement, surname, given): (Arrangement, SurnameLevel, GivenLevel),
        birth: BirthLevel,
        address: AddressLevel,
    ) -> (Millibits, Millibits) {
        let tables = tables();
        let (classes, order, over) = match arrangement {
            Arrangement::Straight => (&row.straight, None, 0),
            Arrangement::Exchanged => {
                let later = greatest_middle(row.surnames) - greatest_later(row);
                let over = later.max(0) - greatest_of(&tables.arrangement);
                let order = line(&tables.arrangement, arrangement as usize);
                (&row.exchanged, Some(order), over)
            }
        };
        let logs = [
            (
                line(&tables.surname, surname as usize),
                stranger_surname(surname, classes),
            ),
            (
                line(&tables.given, given as usize),
                stranger_given(given, classes),
            ),
            (line(&tables.birth, birth as usize), None),
            (line(&tables.address, address as usize), None),
        ];
        let with_order = logs.into_iter().chain(order.map(|order| (order, None)));
        with_order.fold((over, 0), |(person, stranger), (logs, own)| {
            (
                person + logs.person,
                stranger + own.unwrap_or(logs.stranger),
            )
        })
    }

    /// Every combination of levels, one by one: the slow, obvious form of [`unseen`].
    fn oracle(row: &RowFacts, search: Search, unread: &[UnreadBlock], people: u64) -> Unseen {
        let people = log2_integer(people);
        let mut most = Unseen {
            unread: NOTHING,
            unfound: NOTHING,
        };
        for names in name_levels(row) {
            for birth in stated(row.date_of_birth, BirthLevel::ALL) {
                for address in AddressLevel::ALL {
                    let (person, stranger) = likelihoods(row, names, *birth, *address);
                    let levels = Agreement {
                        arrangement: names.0,
                        surname: surname_class(names.1),
                        given: given_class(names.2),
                        birth: birth_class(*birth),
                        address: address_class(*address),
                    };
                    let weight = person - stranger;
                    let Some(place) = place(levels, levels.kinds(search), unread) else {
                        continue;
                    };
                    let bearers = levels.left_of(KeyKind::Tin, unread);
                    if bearers > 0 {
                        let number = line(&tables().tin, TinLevel::Same as usize);
                        let all = weight + number.person - number.stranger;
                        most.unread = most.unread.max(all + log2_integer(bearers));
                    }
                    match place {
                        Place::Unread(size) => {
                            most.unread = most.unread.max(weight + log2_integer(size));
                        }
                        Place::Unfound => {
                            let expected = (people + stranger).max(0);
                            most.unfound = most.unfound.max(weight + expected + UNSEEN_RIVALS);
                        }
                    }
                }
            }
        }
        most.plus(prior(1) - people + rest(row))
    }

    fn classes() -> impl Strategy<Value = NameClasses> {
        prop::array::uniform6(-68_i64..=0).prop_map(|quarters| {
            let [a, b, c, d, e, f] = quarters.map(|quarter| quarter * 250);
            NameClasses {
                surname_exact: a,
                surname_part: b,
                surname_slip: c,
                given_exact: d,
                given_form: e,
                given_slip: f,
            }
        })
    }

    pub(crate) fn facts() -> impl Strategy<Value = RowFacts> {
        let flags = prop::array::uniform7(any::<bool>());
        (0_u8..3, 0_u8..3, flags, classes(), classes()).prop_map(
            |(given_names, surnames, [a, b, c, d, e, f, g], straight, exchanged)| RowFacts {
                given_names,
                later_written_out: given_names.saturating_sub(1) * u8::from(f),
                surnames,
                given_on_file: a,
                surname_on_file: b,
                exchanged_on_file: g,
                suffix: c,
                date_of_birth: d,
                tin: e,
                addresses: 1,
                straight,
                exchanged,
            },
        )
    }

    pub(crate) fn blocks() -> impl Strategy<Value = Vec<UnreadBlock>> {
        let part = prop::sample::select(vec![
            BlockPart::Nothing,
            BlockPart::BirthYear,
            BlockPart::Initial,
            BlockPart::BirthYearAndInitial,
        ]);
        let block = (
            prop::sample::select(ALL_KINDS.to_vec()),
            500_u64..5_000_000,
            part,
        );
        let block = block.prop_map(|(kind, size, read)| UnreadBlock { kind, size, read });
        prop::collection::vec(block, 0..6)
    }

    #[test]
    fn an_initial_agrees_in_the_initial_at_most() {
        let of = |given_names, later_written_out| {
            let names = NameClasses {
                surname_exact: -9_000,
                surname_part: -9_000,
                surname_slip: -9_000,
                given_exact: -9_000,
                given_form: -9_000,
                given_slip: -9_000,
            };
            let row = RowFacts {
                given_names,
                later_written_out,
                surnames: 1,
                given_on_file: true,
                surname_on_file: true,
                exchanged_on_file: false,
                suffix: false,
                date_of_birth: true,
                tin: false,
                addresses: 1,
                straight: names,
                exchanged: names,
            };
            unseen(&RowClasses::of(&row), Search::SlipParts, &[], 200_000).unfound
        };
        let weight = |level: MiddleLevel| {
            let logs = tables().middle[level as usize];
            logs.person - logs.stranger
        };
        assert_eq!(of(2, 0) - of(1, 0), weight(MiddleLevel::Initial));
        assert_eq!(of(2, 1) - of(1, 0), weight(MiddleLevel::Exact));
        assert_eq!(of(3, 1), of(2, 1));
    }

    proptest! {
        #[test]
        fn classes_give_what_every_combination_of_levels_gives(
            row in facts(), search in prop::sample::select(Search::ALL.to_vec()),
            unread in blocks(), people in 1_u64..400_000_000,
        ) {
            let expected = oracle(&row, search, &unread, people);
            prop_assert_eq!(unseen(&RowClasses::of(&row), search, &unread, people), expected);
        }
    }
}
