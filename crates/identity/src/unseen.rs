//! What records that were never read could weigh: the completeness term (LINKAGE.md section 5, point
//! 5).
//!
//! Place in the flow: decide adds it to the alternatives. It goes through every combination of
//! levels that a record may have without sharing a key with the row, or in an oversized block's
//! unread part, so that a missing rival can only withhold, never release.
//!
//! Left to others: which keys there are (blocking), weights of fields (score).

use crate::{
    blocking::KeyKind,
    candidates::{BlockPart, UnreadBlock},
    level::{AddressLevel, BirthLevel, GivenLevel, MiddleLevel, SurnameLevel},
    parameters::UNSEEN_RIVALS,
    scale::{Millibits, log2_integer},
    score::{Logs, line, prior, stranger_given, stranger_surname, tables},
    transcript::RowFacts,
};

/// How far a record agrees, as the blocking keys see it: the first of each is the nearest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Unfound {
    surname: SurnameClass,
    given: GivenClass,
    birth: BirthClass,
    address: AddressClass,
}

/// Surnames as keys see them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SurnameClass {
    /// Of one sound.
    Sound,
    /// A slip apart, of another sound.
    Slip,
    /// Neither.
    Other,
}

/// First given names as keys see them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum GivenClass {
    /// Forms of one name.
    Form,
    /// A slip apart.
    Slip,
    /// Neither.
    Other,
}

/// Dates of birth as keys see them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum BirthClass {
    /// The same, or month and day exchanged.
    Day,
    /// Of a year under which oversized blocks are read.
    Year,
    /// Neither.
    Other,
}

/// Addresses as keys see them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum AddressClass {
    /// On file.
    OnFile,
    /// On file but for the last two digits of the ZIP.
    OtherZip,
    /// Of one ZIP.
    Zip,
    /// Of one ZIP3.
    Zip3,
    /// None of these.
    Other,
}

fn surname_class(level: SurnameLevel) -> SurnameClass {
    use SurnameLevel as L;
    match level {
        L::Exact | L::Part | L::Alike | L::Sound => SurnameClass::Sound,
        L::Similar => SurnameClass::Slip,
        L::Different | L::Missing => SurnameClass::Other,
    }
}

fn given_class(level: GivenLevel) -> GivenClass {
    use GivenLevel as L;
    match level {
        L::Exact | L::Nickname => GivenClass::Form,
        L::Misspelt | L::Similar => GivenClass::Slip,
        L::Later | L::Initial | L::Sound | L::Different | L::Missing => GivenClass::Other,
    }
}

fn birth_class(level: BirthLevel) -> BirthClass {
    use BirthLevel as L;
    match level {
        L::Exact | L::Exchanged => BirthClass::Day,
        L::DaySlip | L::YearSlip | L::GenerationSlip | L::SameYear | L::Near => BirthClass::Year,
        L::Different | L::Missing => BirthClass::Other,
    }
}

fn address_class(level: AddressLevel) -> AddressClass {
    use AddressLevel as L;
    match level {
        L::OnFileUnit | L::OnFile | L::OnFileOtherUnit => AddressClass::OnFile,
        L::OtherZip => AddressClass::OtherZip,
        L::Near | L::Zip5 => AddressClass::Zip,
        L::Zip3 => AddressClass::Zip3,
        L::Different => AddressClass::Other,
    }
}

impl Unfound {
    /// Whether a record agreeing so has a key of this kind in common with the row, for certain.
    /// Queries are looked up with names a slip away, and with month and day exchanged.
    fn has(self, kind: KeyKind) -> bool {
        let sound = self.surname == SurnameClass::Sound;
        let surname = self.surname != SurnameClass::Other;
        let form = self.given == GivenClass::Form;
        let given = self.given != GivenClass::Other;
        let birth = self.birth == BirthClass::Day;
        let zip = matches!(self.address, AddressClass::OnFile | AddressClass::Zip);
        match kind {
            KeyKind::Tin => false,
            KeyKind::Address => {
                matches!(self.address, AddressClass::OnFile | AddressClass::OtherZip)
            }
            KeyKind::SurnameZip => surname && zip,
            KeyKind::GivenZip => given && zip,
            KeyKind::BirthZip => birth && self.address != AddressClass::Other,
            KeyKind::GivenBirth => given && birth,
            KeyKind::SurnameBirth => surname && birth,
            KeyKind::Name => (form && surname) || (given && sound),
        }
    }

    /// Whether it stands in the part of an oversized block that was read.
    fn was_read(self, part: BlockPart) -> bool {
        let year = self.birth != BirthClass::Other;
        let initial = self.given == GivenClass::Form;
        match part {
            BlockPart::Nothing => false,
            BlockPart::BirthYear => year,
            BlockPart::Initial => initial,
            BlockPart::BirthYearAndInitial => year || initial,
        }
    }

    /// Where such records could be that no read key leads to; `None` for nowhere at all.
    fn place(self, unread: &[UnreadBlock]) -> Option<Place> {
        let mut least: Option<u64> = None;
        for kind in KINDS.into_iter().filter(|kind| self.has(*kind)) {
            let blocks = unread.iter().filter(|block| block.kind == kind);
            let left = blocks
                .filter(|block| !self.was_read(block.read))
                .fold(0_u64, |sum, block| sum.saturating_add(block.size));
            if left == 0 {
                return None;
            }
            least = Some(least.map_or(left, |other| other.min(left)));
        }
        Some(least.map_or(Place::Unfound, Place::Unread))
    }
}

/// Where a record could be that was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// In oversized blocks, of which the smallest leaves so many records unread.
    Unread(u64),
    /// Under no key of the row.
    Unfound,
}

const KINDS: [KeyKind; 8] = [
    KeyKind::Tin,
    KeyKind::Address,
    KeyKind::SurnameZip,
    KeyKind::GivenZip,
    KeyKind::BirthZip,
    KeyKind::GivenBirth,
    KeyKind::SurnameBirth,
    KeyKind::Name,
];

/// What records outside the blocks read could weigh (point 5): log2 of their greatest total.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unseen {
    /// Those in blocks that were too large.
    pub unread: Millibits,
    /// Those no key leads to.
    pub unfound: Millibits,
}

/// The greatest a field can add within one class of its levels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Greatest {
    /// log2 of the likelihood for the person over that for a stranger.
    weight: Millibits,
    /// log2 of the likelihood for the person.
    person: Millibits,
}

/// The classes of a field that a record may be in, each with the greatest of its levels.
fn greatest<L: Copy, C: Copy + PartialEq>(
    levels: &[L],
    table: &[Logs],
    number: impl Fn(L) -> usize,
    stranger: impl Fn(L) -> Option<Millibits>,
    class: impl Fn(L) -> C,
) -> Vec<(C, Greatest)> {
    let mut classes: Vec<(C, Greatest)> = Vec::with_capacity(5);
    for level in levels {
        let logs = line(table, number(*level));
        let this = Greatest {
            weight: logs.person - stranger(*level).unwrap_or(logs.stranger),
            person: logs.person,
        };
        let class = class(*level);
        match classes.iter_mut().find(|(other, _)| *other == class) {
            Some((_, most)) => {
                most.weight = most.weight.max(this.weight);
                most.person = most.person.max(this.person);
            }
            None => classes.push((class, this)),
        }
    }
    classes
}

/// The completeness term Δ without the candidate's weight: every combination of levels that a
/// record may have without having been read, each with the number of people it could be true of.
///
/// Of a combination that no key leads to, at least one person is counted, and as many as the
/// frequencies make likely: the greater of two sums over the fields. So only classes of levels that
/// keys tell apart need be gone through, with the greatest of each.
#[must_use]
pub fn unseen(row: &RowFacts, unread: &[UnreadBlock], people: u64) -> Unseen {
    let people = log2_integer(people);
    let mut most = Unseen {
        unread: NOTHING,
        unfound: NOTHING,
    };
    let (births, addresses) = (births(row), addresses());
    for (surname, a) in surnames(row) {
        for (given, b) in givens(row) {
            for (birth, c) in &births {
                for (address, d) in &addresses {
                    let levels = Unfound {
                        surname,
                        given,
                        birth: *birth,
                        address: *address,
                    };
                    let sum = Greatest {
                        weight: a.weight + b.weight + c.weight + d.weight,
                        person: a.person + b.person + c.person + d.person,
                    };
                    most.take(levels, sum, people, unread);
                }
            }
        }
    }
    most.plus(prior(1) - people + greatest_rest(row))
}

fn surnames(row: &RowFacts) -> Vec<(SurnameClass, Greatest)> {
    let borne = |level| matches!(level, SurnameLevel::Exact | SurnameLevel::Part);
    let mut levels = stated(row.surnames > 0, SurnameLevel::ALL).to_vec();
    levels.retain(|level| row.surname_on_file || !borne(*level));
    greatest(
        &levels,
        &tables().surname,
        |level| level as usize,
        |level| stranger_surname(level, &row.straight),
        surname_class,
    )
}

fn givens(row: &RowFacts) -> Vec<(GivenClass, Greatest)> {
    let mut levels = stated(row.given_names > 0, GivenLevel::ALL).to_vec();
    levels.retain(|level| row.given_on_file || *level != GivenLevel::Exact);
    greatest(
        &levels,
        &tables().given,
        |level| level as usize,
        |level| stranger_given(level, &row.straight),
        given_class,
    )
}

fn births(row: &RowFacts) -> Vec<(BirthClass, Greatest)> {
    greatest(
        stated(row.date_of_birth, BirthLevel::ALL),
        &tables().birth,
        |level| level as usize,
        |_| None,
        birth_class,
    )
}

fn addresses() -> Vec<(AddressClass, Greatest)> {
    greatest(
        AddressLevel::ALL,
        &tables().address,
        |level| level as usize,
        |_| None,
        address_class,
    )
}

/// The weight of nobody.
const NOTHING: Millibits = -1_000_000;

impl Unseen {
    /// Counts a combination of classes with the number of people it could be true of.
    fn take(&mut self, levels: Unfound, sum: Greatest, people: Millibits, unread: &[UnreadBlock]) {
        match levels.place(unread) {
            Some(Place::Unread(size)) => {
                self.unread = self.unread.max(sum.weight + log2_integer(size));
            }
            Some(Place::Unfound) => {
                let most = sum.weight.max(people + sum.person);
                self.unfound = self.unfound.max(most + UNSEEN_RIVALS);
            }
            None => {}
        }
    }

    fn plus(self, base: Millibits) -> Self {
        Self {
            unread: self.unread + base,
            unfound: self.unfound + base,
        }
    }
}

/// The levels possible where the row states the field or not; the last level is `Missing`.
fn stated<L>(is_stated: bool, all: &'static [L]) -> &'static [L] {
    if is_stated {
        all
    } else {
        all.last().map_or(&[], std::slice::from_ref)
    }
}

/// The greatest weight of the fields that no key depends on.
fn greatest_rest(row: &RowFacts) -> Millibits {
    let tables = tables();
    let greatest = |table: &[Logs]| {
        table
            .iter()
            .map(|logs| logs.person - logs.stranger)
            .max()
            .unwrap_or(0)
            .max(0)
    };
    let mut sum = greatest(&tables.arrangement);
    // An initial cannot agree in more than the initial.
    let initial = tables.middle.get(MiddleLevel::Initial as usize..);
    if row.later_written_out > 0 {
        sum += greatest(&tables.middle);
    } else if row.given_names > 1 {
        sum += greatest(initial.unwrap_or(&tables.middle));
    }
    if row.suffix {
        sum += greatest(&tables.suffix);
    }
    sum
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::transcript::NameClasses;

    /// Every combination of levels, one by one: the slow, obvious form of [`unseen`].
    fn oracle(row: &RowFacts, unread: &[UnreadBlock], people: u64) -> Unseen {
        let people = log2_integer(people);
        let mut most = Unseen {
            unread: NOTHING,
            unfound: NOTHING,
        };
        let tables = tables();
        for surname in stated(row.surnames > 0, SurnameLevel::ALL) {
            let borne = matches!(surname, SurnameLevel::Exact | SurnameLevel::Part);
            if borne && !row.surname_on_file {
                continue;
            }
            for given in stated(row.given_names > 0, GivenLevel::ALL) {
                if *given == GivenLevel::Exact && !row.given_on_file {
                    continue;
                }
                for birth in stated(row.date_of_birth, BirthLevel::ALL) {
                    for address in AddressLevel::ALL {
                        let logs = [
                            line(&tables.surname, *surname as usize),
                            line(&tables.given, *given as usize),
                            line(&tables.birth, *birth as usize),
                            line(&tables.address, *address as usize),
                        ];
                        let strangers = [
                            stranger_surname(*surname, &row.straight),
                            stranger_given(*given, &row.straight),
                            None,
                            None,
                        ];
                        let person: Millibits = logs.iter().map(|logs| logs.person).sum();
                        let stranger: Millibits = logs
                            .iter()
                            .zip(strangers)
                            .map(|(logs, own)| own.unwrap_or(logs.stranger))
                            .sum();
                        let levels = Unfound {
                            surname: surname_class(*surname),
                            given: given_class(*given),
                            birth: birth_class(*birth),
                            address: address_class(*address),
                        };
                        let weight = person - stranger;
                        let expected = (people + stranger).max(0);
                        match levels.place(unread) {
                            Some(Place::Unread(size)) => {
                                most.unread = most.unread.max(weight + log2_integer(size));
                            }
                            Some(Place::Unfound) => {
                                let all = weight + expected + UNSEEN_RIVALS;
                                most.unfound = most.unfound.max(all);
                            }
                            None => {}
                        }
                    }
                }
            }
        }
        most.plus(prior(1) - people + greatest_rest(row))
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

    fn facts() -> impl Strategy<Value = RowFacts> {
        let flags = prop::array::uniform6(any::<bool>());
        (0_u8..3, 0_u8..3, flags, classes(), classes()).prop_map(
            |(given_names, surnames, [a, b, c, d, e, f], straight, exchanged)| RowFacts {
                given_names,
                later_written_out: given_names.saturating_sub(1) * u8::from(f),
                surnames,
                given_on_file: a,
                surname_on_file: b,
                suffix: c,
                date_of_birth: d,
                tin: e,
                addresses: 1,
                straight,
                exchanged,
            },
        )
    }

    fn blocks() -> impl Strategy<Value = Vec<UnreadBlock>> {
        let part = prop::sample::select(vec![
            BlockPart::Nothing,
            BlockPart::BirthYear,
            BlockPart::Initial,
            BlockPart::BirthYearAndInitial,
        ]);
        let block = (
            prop::sample::select(KINDS.to_vec()),
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
                suffix: false,
                date_of_birth: true,
                tin: false,
                addresses: 1,
                straight: names,
                exchanged: names,
            };
            unseen(&row, &[], 200_000).unfound
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
            row in facts(), unread in blocks(), people in 1_u64..400_000_000,
        ) {
            prop_assert_eq!(unseen(&row, &unread, people), oracle(&row, &unread, people));
        }
    }
}
