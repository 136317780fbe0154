//! Weights in milli-bits: Fellegi–Sunter for strangers, a mixture of namesakes, twins and other
//! relatives for the household, a bound for whom no key found (LINKAGE.md section 5, points 1–5).
//!
//! Place in the flow: decide adds them up. All numbers come from parameters and the transcript.
//!
//! Left to others: floors, thresholds and reasons (decide).

use std::sync::OnceLock;

use crate::{
    blocking::KeyKind,
    candidates::{BlockPart, NameShare, UnreadBlock},
    level::{AddressLevel, Arrangement, BirthLevel, GivenLevel, Levels, SurnameLevel},
    parameters::{
        ADDRESS, ARRANGEMENT, BIRTH, GIVEN, HOUSEHOLD, Likelihood, MIDDLE, MILLION, PRESENT,
        RAREST_NAME, SUFFIX, SURNAME, TIN, UNSEEN_RIVALS,
    },
    scale::{Fixed, Millibits, log2_integer, log2_ratio},
    transcript::{NameClasses, RowFacts},
};

/// Width of a class of name frequency: a quarter bit.
const CLASS: Millibits = 250;

/// A level's likelihoods as logarithms.
#[derive(Debug, Clone, Copy)]
struct Logs {
    /// Of the person, rounded down.
    person: Millibits,
    /// Of a stranger, rounded up.
    stranger: Millibits,
    /// Of each kind of relative over the person, rounded up.
    household: [Millibits; 3],
}

impl Logs {
    fn of(row: &Likelihood) -> Self {
        let over_person = |part: u64| log2_ratio(part, row.person) + 1;
        Self {
            person: log2_ratio(row.person, MILLION) - 1,
            stranger: log2_ratio(row.stranger, MILLION) + 1,
            household: [row.namesake, row.twin, row.relative].map(over_person),
        }
    }
}

/// The parameters as logarithms, one line a level.
struct Tables {
    surname: Vec<Logs>,
    given: Vec<Logs>,
    middle: Vec<Logs>,
    suffix: Vec<Logs>,
    birth: Vec<Logs>,
    tin: Vec<Logs>,
    address: Vec<Logs>,
    arrangement: Vec<Logs>,
}

fn tables() -> &'static Tables {
    static TABLES: OnceLock<Tables> = OnceLock::new();
    TABLES.get_or_init(|| {
        let logs = |table: &[Likelihood]| table.iter().map(Logs::of).collect();
        Tables {
            surname: logs(&SURNAME),
            given: logs(&GIVEN),
            middle: logs(&MIDDLE),
            suffix: logs(&SUFFIX),
            birth: logs(&BIRTH),
            tin: logs(&TIN),
            address: logs(&ADDRESS),
            arrangement: logs(&ARRANGEMENT),
        }
    })
}

/// A level without a line in its table could only be a defect of ours: it weighs as the worst.
const WORST: Logs = Logs {
    person: -40_000,
    stranger: 0,
    household: [40_000; 3],
};

fn line(table: &[Logs], level: usize) -> Logs {
    table.get(level).copied().unwrap_or(WORST)
}

/// The class of a share of people: log2, at least that of the rarest name, rounded up.
#[must_use]
pub fn class_of(bearers: u64, people: u64) -> Millibits {
    let people = people.max(1);
    let rarest = log2_ratio(RAREST_NAME, MILLION) + 1;
    let share = log2_ratio(bearers.saturating_add(1), people) + 1;
    let class = share.max(rarest).min(0);
    -((-class).div_euclid(CLASS) * CLASS)
}

/// Classes of a row's names, from the shares of its first given name and each surname.
#[must_use]
pub fn name_classes(given: Option<NameShare>, surnames: &[NameShare], people: u64) -> NameClasses {
    let class = |bearers| class_of(bearers, people);
    let given = given.unwrap_or_default();
    let total = |count: fn(&NameShare) -> u64| {
        surnames
            .iter()
            .fold(0_u64, |sum, share| sum.saturating_add(count(share)))
    };
    let floor = |millionths: u64| class_of(people.saturating_mul(millionths) / MILLION, people);
    NameClasses {
        surname_exact: surnames
            .iter()
            .map(|share| class(share.same))
            .min()
            .unwrap_or(0),
        surname_part: class(total(|share| share.same)),
        surname_slip: class(total(|share| share.similar)).max(floor(300)),
        given_exact: class(given.same),
        given_form: class(given.forms).max(floor(300)),
        given_slip: class(given.similar).max(floor(1000)),
    }
}

/// A stranger's likelihood where it depends on how common the row's names are.
fn stranger_surname(level: SurnameLevel, classes: &NameClasses) -> Option<Millibits> {
    match level {
        SurnameLevel::Exact => Some(classes.surname_exact),
        SurnameLevel::Part => Some(classes.surname_part),
        SurnameLevel::Alike | SurnameLevel::Similar => Some(classes.surname_slip),
        _ => None,
    }
}

fn stranger_given(level: GivenLevel, classes: &NameClasses) -> Option<Millibits> {
    match level {
        GivenLevel::Exact => Some(classes.given_exact),
        GivenLevel::Nickname => Some(classes.given_form),
        GivenLevel::Misspelt | GivenLevel::Similar => Some(classes.given_slip),
        _ => None,
    }
}

fn classes(row: &RowFacts, arrangement: Arrangement) -> &NameClasses {
    match arrangement {
        Arrangement::Straight => &row.straight,
        Arrangement::Exchanged => &row.exchanged,
    }
}

/// One field of the waterfall.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldWeight {
    /// The field's name.
    pub field: &'static str,
    /// Its level.
    pub level: &'static str,
    /// log2 of the likelihood for the person, milli-bits.
    pub person: Millibits,
    /// For a stranger.
    pub stranger: Millibits,
    household: [Millibits; 3],
}

impl FieldWeight {
    /// The field's weight against strangers.
    #[must_use]
    pub fn weight(&self) -> Millibits {
        self.person - self.stranger
    }
}

/// The weight of every field.
#[must_use]
pub fn field_weights(levels: &Levels, row: &RowFacts) -> [FieldWeight; 8] {
    let tables = tables();
    let names = classes(row, levels.arrangement);
    let field = |field, level, logs: Logs, stranger: Option<Millibits>| FieldWeight {
        field,
        level,
        person: logs.person,
        stranger: stranger.unwrap_or(logs.stranger),
        household: logs.household,
    };
    [
        field(
            "arrangement",
            levels.arrangement.code(),
            line(&tables.arrangement, levels.arrangement as usize),
            None,
        ),
        field(
            "surname",
            levels.surname.code(),
            line(&tables.surname, levels.surname as usize),
            stranger_surname(levels.surname, names),
        ),
        field(
            "given",
            levels.given.code(),
            line(&tables.given, levels.given as usize),
            stranger_given(levels.given, names),
        ),
        field(
            "middle",
            levels.middle.code(),
            line(&tables.middle, levels.middle as usize),
            None,
        ),
        field(
            "suffix",
            levels.suffix.code(),
            line(&tables.suffix, levels.suffix as usize),
            None,
        ),
        field(
            "birth",
            levels.birth.code(),
            line(&tables.birth, levels.birth as usize),
            None,
        ),
        field(
            "tin",
            levels.tin.code(),
            line(&tables.tin, levels.tin as usize),
            None,
        ),
        field(
            "address",
            levels.address.code(),
            line(&tables.address, levels.address as usize),
            None,
        ),
    ]
}

/// W: the sum of the fields and the prior log2(present / people).
#[must_use]
pub fn weight(levels: &Levels, row: &RowFacts, people: u64) -> Millibits {
    let fields: Millibits = field_weights(levels, row)
        .iter()
        .map(FieldWeight::weight)
        .sum();
    fields + prior(people)
}

/// log2 of the chance that a person asked for is a given record, rounded down.
#[must_use]
pub fn prior(people: u64) -> Millibits {
    log2_ratio(PRESENT, MILLION) - 1 - log2_integer(people)
}

/// The absent member of the candidate's household, against the candidate: the mixture over
/// namesakes, twins and other relatives, rounded up.
#[must_use]
pub fn household(levels: &Levels, row: &RowFacts) -> Fixed {
    let fields = field_weights(levels, row);
    let absent = log2_ratio(MILLION - PRESENT, PRESENT) + 1;
    let mut sum = Fixed::default();
    for (kind, share) in HOUSEHOLD.into_iter().enumerate() {
        let likelihood: Millibits = fields
            .iter()
            .filter_map(|field| field.household.get(kind))
            .sum();
        let exponent = absent + log2_ratio(share, MILLION) + 1 + likelihood;
        sum = sum.plus(Fixed::power(exponent));
    }
    sum
}

/// The levels an unfound record could have, apart from those no key depends on.
#[derive(Clone, Copy)]
struct Unfound {
    surname: SurnameLevel,
    given: GivenLevel,
    birth: BirthLevel,
    address: AddressLevel,
}

impl Unfound {
    /// Whether a record agreeing so has a key of this kind in common with the row, for certain.
    fn has(self, kind: KeyKind) -> bool {
        // Queries are looked up with names a slip away, and with month and day exchanged.
        let sound = matches!(
            self.surname,
            SurnameLevel::Exact | SurnameLevel::Part | SurnameLevel::Alike | SurnameLevel::Sound
        );
        let surname = sound || self.surname == SurnameLevel::Similar;
        let form = matches!(self.given, GivenLevel::Exact | GivenLevel::Nickname);
        let given = form || matches!(self.given, GivenLevel::Misspelt | GivenLevel::Similar);
        let birth = matches!(self.birth, BirthLevel::Exact | BirthLevel::Exchanged);
        let on_file = self.address.is_on_file();
        let zip = on_file || matches!(self.address, AddressLevel::Near | AddressLevel::Zip5);
        match kind {
            KeyKind::Tin => false,
            KeyKind::Address => on_file || self.address == AddressLevel::OtherZip,
            KeyKind::SurnameZip => surname && zip,
            KeyKind::GivenZip => given && zip,
            KeyKind::BirthZip => birth && self.address != AddressLevel::Different,
            KeyKind::GivenBirth => given && birth,
            KeyKind::SurnameBirth => surname && birth,
            KeyKind::Name => (form && surname) || (given && sound),
        }
    }

    /// Whether it stands in the part of an oversized block that was read.
    fn was_read(self, part: BlockPart) -> bool {
        let year = !matches!(self.birth, BirthLevel::Different | BirthLevel::Missing);
        let initial = matches!(self.given, GivenLevel::Exact | GivenLevel::Nickname);
        match part {
            BlockPart::Nothing => false,
            BlockPart::BirthYear => year,
            BlockPart::Initial => initial,
            BlockPart::BirthYearAndInitial => year || initial,
        }
    }

    /// log2 of the greatest number of such records that no read key leads to; `None` for none.
    fn count(self, unread: &[UnreadBlock], expected: Millibits) -> Option<(Millibits, Found)> {
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
        Some(match least {
            Some(size) => (log2_integer(size), Found::Unread),
            None => (expected.max(0) + UNSEEN_RIVALS, Found::Nowhere),
        })
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Found {
    Unread,
    Nowhere,
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

/// A level with its likelihoods for this row.
#[derive(Clone, Copy)]
struct Possible<L> {
    level: L,
    person: Millibits,
    stranger: Millibits,
}

fn possible<L: Copy>(
    levels: &[L],
    logs: impl Fn(L) -> Logs,
    stranger: impl Fn(L) -> Option<Millibits>,
) -> Vec<Possible<L>> {
    levels
        .iter()
        .map(|level| Possible {
            level: *level,
            person: logs(*level).person,
            stranger: stranger(*level).unwrap_or(logs(*level).stranger),
        })
        .collect()
}

/// The completeness term Δ without the candidate's weight: every combination of levels that a
/// record may have without having been read, each with the number of people it could be true of.
#[must_use]
pub fn unseen(row: &RowFacts, unread: &[UnreadBlock], people: u64) -> Unseen {
    let tables = tables();
    let mut surnames = possible(
        stated(row.surnames > 0, SurnameLevel::ALL),
        |level| line(&tables.surname, level as usize),
        |level| stranger_surname(level, &row.straight),
    );
    let mut givens = possible(
        stated(row.given_names > 0, GivenLevel::ALL),
        |level| line(&tables.given, level as usize),
        |level| stranger_given(level, &row.straight),
    );
    let births = possible(
        stated(row.date_of_birth, BirthLevel::ALL),
        |level| line(&tables.birth, level as usize),
        |_| None,
    );
    let addresses = possible(
        AddressLevel::ALL,
        |level| line(&tables.address, level as usize),
        |_| None,
    );
    if !row.surname_on_file {
        let borne = |level| matches!(level, SurnameLevel::Exact | SurnameLevel::Part);
        surnames.retain(|surname| !borne(surname.level));
    }
    if !row.given_on_file {
        givens.retain(|given| given.level != GivenLevel::Exact);
    }
    let mut unseen = Unseen {
        unread: NOTHING,
        unfound: NOTHING,
    };
    let people = log2_integer(people);
    for surname in &surnames {
        for given in &givens {
            for birth in &births {
                for address in &addresses {
                    let levels = Unfound {
                        surname: surname.level,
                        given: given.level,
                        birth: birth.level,
                        address: address.level,
                    };
                    let person = surname.person + given.person + birth.person + address.person;
                    let stranger =
                        surname.stranger + given.stranger + birth.stranger + address.stranger;
                    unseen.take(levels, person - stranger, people + stranger, unread);
                }
            }
        }
    }
    unseen.plus(prior(1) - people + greatest_rest(row))
}

/// The weight of nobody.
const NOTHING: Millibits = -1_000_000;

impl Unseen {
    /// Counts a combination of levels with its weight and the number of people expected of it.
    fn take(
        &mut self,
        levels: Unfound,
        weight: Millibits,
        expected: Millibits,
        unread: &[UnreadBlock],
    ) {
        let most = weight + expected.max(0) + UNSEEN_RIVALS;
        if unread.is_empty() && most <= self.unfound {
            return;
        }
        match levels.count(unread, expected) {
            Some((count, Found::Unread)) => self.unread = self.unread.max(weight + count),
            Some((count, Found::Nowhere)) => self.unfound = self.unfound.max(weight + count),
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
    if row.given_names > 1 {
        sum += greatest(&tables.middle);
    }
    if row.suffix {
        sum += greatest(&tables.suffix);
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_rounded_towards_common() {
        assert_eq!(class_of(0, 200_000), -16_750);
        assert_eq!(class_of(1_999, 200_000), -6_500);
        assert_eq!(class_of(200_000, 200_000), 0);
        assert_eq!(class_of(5, 0), 0);
    }
}
