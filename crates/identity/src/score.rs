//! Weights in milli-bits: Fellegi–Sunter for strangers, a mixture of namesakes, twins and other
//! relatives for the household, a bound for whom no key found (LINKAGE.md section 5, points 1–5).
//!
//! Place in the flow: decide adds them up. All numbers come from parameters and the transcript.
//!
//! Left to others: floors, thresholds and reasons (decide).

use std::sync::OnceLock;

use crate::{
    candidates::NameShare,
    level::{Arrangement, GivenLevel, Levels, SurnameLevel},
    parameters::{
        ADDRESS, ARRANGEMENT, BIRTH, CALLED_SO, GIVEN, HOUSEHOLD, Likelihood, MIDDLE, MILLION,
        PRESENT, RAREST_NAME, SUFFIX, SURNAME, TIN, TWIN_ALIKE, WRITTEN_SO,
    },
    scale::{Fixed, Millibits, log2_integer, log2_ratio},
    transcript::{CandidateGroup, NameClasses, RowFacts},
};

/// Width of a class of name frequency: a quarter bit.
const CLASS: Millibits = 250;

/// A level's likelihoods as logarithms.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Logs {
    /// Of the person, rounded down.
    pub(crate) person: Millibits,
    /// Of a stranger, rounded up.
    pub(crate) stranger: Millibits,
    /// Of each kind of relative over the person, rounded up.
    household: [Millibits; 3],
}

impl Logs {
    /// The weight against strangers, who have a likelihood of their own where it depends on the row.
    pub(crate) fn weight(&self, stranger: Option<Millibits>) -> Millibits {
        self.person - stranger.unwrap_or(self.stranger)
    }

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
pub(crate) struct Tables {
    pub(crate) surname: Vec<Logs>,
    pub(crate) given: Vec<Logs>,
    pub(crate) middle: Vec<Logs>,
    pub(crate) suffix: Vec<Logs>,
    pub(crate) birth: Vec<Logs>,
    pub(crate) tin: Vec<Logs>,
    pub(crate) address: Vec<Logs>,
    pub(crate) arrangement: Vec<Logs>,
}

pub(crate) fn tables() -> &'static Tables {
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

pub(crate) fn line(table: &[Logs], level: usize) -> Logs {
    table.get(level).copied().unwrap_or(WORST)
}

/// log2 of the share of the rarest name, rounded up.
fn rarest() -> Millibits {
    static RAREST: OnceLock<Millibits> = OnceLock::new();
    *RAREST.get_or_init(|| log2_ratio(RAREST_NAME, MILLION) + 1)
}

/// The class of a share of people, of whom the logarithm is given: log2, at least that of the rarest
/// name, rounded up.
fn class_among(bearers: u64, people: Millibits) -> Millibits {
    let share = log2_integer(bearers.saturating_add(1)) - people + 1;
    let class = share.max(rarest()).min(0);
    -((-class).div_euclid(CLASS) * CLASS)
}

/// Classes of a row's names, from the shares of its first given name and each surname.
#[must_use]
pub fn name_classes(given: Option<NameShare>, surnames: &[NameShare], people: u64) -> NameClasses {
    let among = log2_integer(people.max(1));
    let class = |bearers| class_among(bearers, among);
    let given = given.unwrap_or_default();
    let total = |count: fn(&NameShare) -> u64| {
        surnames
            .iter()
            .fold(0_u64, |sum, share| sum.saturating_add(count(share)))
    };
    let floor = |millionths: u64| class(people.saturating_mul(millionths) / MILLION);
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
pub(crate) fn stranger_surname(level: SurnameLevel, classes: &NameClasses) -> Option<Millibits> {
    match level {
        SurnameLevel::Exact => Some(classes.surname_exact),
        SurnameLevel::Part => Some(classes.surname_part),
        SurnameLevel::Alike | SurnameLevel::Similar => Some(classes.surname_slip),
        _ => None,
    }
}

pub(crate) fn stranger_given(level: GivenLevel, classes: &NameClasses) -> Option<Millibits> {
    match level {
        GivenLevel::Exact => Some(classes.given_exact),
        GivenLevel::Nickname => Some(classes.given_form),
        GivenLevel::Misspelt | GivenLevel::Similar => Some(classes.given_slip),
        _ => None,
    }
}

/// The likelihood of a twin over that of the person, where it depends on how common the row's given
/// name is: the twin's own name, as the row has it, or a form or slip of the person's.
fn twin_given(level: GivenLevel, classes: &NameClasses) -> Option<Millibits> {
    let by_chance = match level {
        GivenLevel::Nickname => CALLED_SO,
        GivenLevel::Similar | GivenLevel::Sound => WRITTEN_SO,
        _ => return None,
    };
    let alike = log2_ratio(TWIN_ALIKE.saturating_mul(MILLION), by_chance) + 1;
    Some(classes.given_exact + alike)
}

fn classes(row: &RowFacts, arrangement: Arrangement) -> &NameClasses {
    match arrangement {
        Arrangement::Straight => &row.straight,
        Arrangement::Exchanged => &row.exchanged,
    }
}

/// The name of the date of birth in waterfalls.
pub const BIRTH_DATE_FIELD: &str = "birth";

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
    let mut given = line(&tables.given, levels.given as usize);
    if let (Some(over_person), [_, twin, _]) =
        (twin_given(levels.given, names), &mut given.household)
    {
        *twin = over_person;
    }
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
            given,
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
            BIRTH_DATE_FIELD,
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
    fields_weight(levels, row) + prior(people)
}

/// The sum of the fields alone.
pub(crate) fn fields_weight(levels: &Levels, row: &RowFacts) -> Millibits {
    let tables = tables();
    let names = classes(row, levels.arrangement);
    let plain = |table: &[Logs], level| line(table, level).weight(None);
    let surname = line(&tables.surname, levels.surname as usize);
    let given = line(&tables.given, levels.given as usize);
    let name = surname.weight(stranger_surname(levels.surname, names))
        + given.weight(stranger_given(levels.given, names));
    name + plain(&tables.arrangement, levels.arrangement as usize)
        + plain(&tables.middle, levels.middle as usize)
        + plain(&tables.suffix, levels.suffix as usize)
        + plain(&tables.birth, levels.birth as usize)
        + plain(&tables.tin, levels.tin as usize)
        + plain(&tables.address, levels.address as usize)
}

/// The group of greatest weight among several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BestGroup {
    /// Its place; of groups that weigh the same the first.
    pub(crate) place: usize,
    /// Whether it is one record and no other weighs as much.
    pub(crate) is_alone: bool,
}

/// The group of greatest weight; `None` where there is no group.
pub(crate) fn best_group<'g>(
    groups: impl Iterator<Item = &'g CandidateGroup>,
    row: &RowFacts,
) -> Option<BestGroup> {
    let mut best: Option<(Millibits, BestGroup)> = None;
    for (place, group) in groups.enumerate() {
        let weight = fields_weight(&group.levels, row);
        match &mut best {
            Some((greatest, _)) if weight < *greatest => {}
            Some((greatest, best)) if weight == *greatest => best.is_alone = false,
            best => {
                let is_alone = group.count == 1;
                *best = Some((weight, BestGroup { place, is_alone }));
            }
        }
    }
    best.map(|(_, group)| group)
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
    let mut sum = Fixed::default();
    for (kind, base) in absent_kinds().iter().enumerate() {
        let likelihood: Millibits = fields
            .iter()
            .filter_map(|field| field.household.get(kind))
            .sum();
        sum = sum.plus(Fixed::power(base + likelihood));
    }
    sum
}

/// log2 of the odds of an absent member of each kind against a person on file, rounded up.
fn absent_kinds() -> &'static [Millibits; 3] {
    static KINDS: OnceLock<[Millibits; 3]> = OnceLock::new();
    KINDS.get_or_init(|| {
        let absent = log2_ratio(MILLION - PRESENT, PRESENT) + 1;
        HOUSEHOLD.map(|share| absent + log2_ratio(share, MILLION) + 1)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::level::{AddressLevel, BirthLevel, MiddleLevel, SuffixLevel, TinLevel};

    proptest! {
        #[test]
        fn the_weight_is_the_sum_of_the_waterfall(
            choices in prop::array::uniform8(0_usize..9), quarters in prop::array::uniform6(-60_i64..=0),
            people in 1_u64..400_000_000,
        ) {
            use crate::level::*;
            let [a, b, c, d, e, f, g, h] = choices;
            let levels = Levels {
                arrangement: Arrangement::ALL[a % Arrangement::ALL.len()],
                surname: SurnameLevel::ALL[b % SurnameLevel::ALL.len()],
                given: GivenLevel::ALL[c % GivenLevel::ALL.len()],
                middle: MiddleLevel::ALL[d % MiddleLevel::ALL.len()],
                suffix: SuffixLevel::ALL[e % SuffixLevel::ALL.len()],
                birth: BirthLevel::ALL[f % BirthLevel::ALL.len()],
                tin: TinLevel::ALL[g % TinLevel::ALL.len()],
                address: AddressLevel::ALL[h % AddressLevel::ALL.len()],
            };
            let [a, b, c, d, e, f] = quarters.map(|quarter| quarter * 250);
            let names = |a, b| NameClasses {
                surname_exact: a,
                surname_part: b,
                surname_slip: c,
                given_exact: d,
                given_form: e,
                given_slip: f,
            };
            let row = RowFacts {
                given_names: 1,
                later_written_out: 0,
                surnames: 1,
                given_on_file: true,
                surname_on_file: true,
                exchanged_on_file: true,
                suffix: true,
                date_of_birth: true,
                tin: true,
                addresses: 1,
                straight: names(a, b),
                exchanged: names(b, a),
            };
            let fields = field_weights(&levels, &row);
            let sum: Millibits = fields.iter().map(FieldWeight::weight).sum();
            prop_assert_eq!(weight(&levels, &row, people), sum + prior(people));
        }
    }

    /// A row with everything stated, whose given name this share of people bears (milli-bits).
    fn row(given_exact: Millibits) -> RowFacts {
        let names = NameClasses {
            surname_exact: -11_000,
            surname_part: -11_000,
            surname_slip: -9_000,
            given_exact,
            given_form: -9_000,
            given_slip: -9_750,
        };
        RowFacts {
            given_names: 2,
            later_written_out: 1,
            surnames: 1,
            given_on_file: true,
            surname_on_file: true,
            exchanged_on_file: true,
            suffix: false,
            date_of_birth: true,
            tin: true,
            addresses: 1,
            straight: names,
            exchanged: names,
        }
    }

    /// What a twin on file agrees in with the absent twin asked for.
    fn twin(given: GivenLevel, middle: MiddleLevel, tin: TinLevel) -> Levels {
        Levels {
            arrangement: Arrangement::Straight,
            surname: SurnameLevel::Exact,
            given,
            middle,
            suffix: SuffixLevel::Neither,
            birth: BirthLevel::Exact,
            tin,
            address: AddressLevel::OnFileUnit,
        }
    }

    #[test]
    fn an_absent_twin_of_a_common_name_outweighs_a_nickname() {
        use {GivenLevel as G, MiddleLevel as M, TinLevel as T};
        // Bits against the household, from a common name of the row to one that nobody bears.
        let check = |given, middle, tin, expected: [Millibits; 3]| {
            let bits = [-8_000, -12_000, -16_750].map(|share| {
                let against = household(&twin(given, middle, tin), &row(share));
                -against.log2_up() / 1000
            });
            assert_eq!(bits, expected, "{given:?} {middle:?} {tin:?}");
        };
        check(G::Nickname, M::Missing, T::Missing, [6, 10, 14]);
        check(G::Nickname, M::Initial, T::Missing, [7, 11, 15]);
        check(G::Nickname, M::Exact, T::Missing, [10, 14, 18]);
        check(G::Nickname, M::Missing, T::Same, [16, 20, 25]);
        check(G::Similar, M::Missing, T::Missing, [0, 4, 9]);
        check(G::Similar, M::Exact, T::Missing, [5, 9, 14]);
        check(G::Sound, M::Missing, T::Missing, [0, 4, 9]);
        // The name alone does not tell: these do not depend on how common it is.
        check(G::Exact, M::Missing, T::Missing, [18, 18, 18]);
        check(G::Misspelt, M::Missing, T::Missing, [13, 13, 13]);
    }

    proptest! {
        /// The mixture against its plain formula in floating point.
        #[test]
        fn the_household_is_never_less_than_the_plain_formula(
            given in prop::sample::select(GivenLevel::ALL.to_vec()),
            middle in prop::sample::select(MiddleLevel::ALL.to_vec()),
            tin in prop::sample::select(TinLevel::ALL.to_vec()),
            quarters in 0_i64..68,
        ) {
            let share = -quarters * 250;
            let levels = twin(given, middle, tin);
            let lines = [
                SURNAME[levels.surname as usize], GIVEN[given as usize], MIDDLE[middle as usize],
                SUFFIX[levels.suffix as usize], BIRTH[levels.birth as usize], TIN[tin as usize],
                ADDRESS[levels.address as usize], ARRANGEMENT[levels.arrangement as usize],
            ];
            let by_name = |chance: u64| {
                let alike = TWIN_ALIKE as f64 / (chance as f64 / MILLION as f64);
                alike * (share as f64 / 1000.0).exp2()
            };
            let twin_given = match given {
                GivenLevel::Nickname => Some(by_name(CALLED_SO)),
                GivenLevel::Similar | GivenLevel::Sound => Some(by_name(WRITTEN_SO)),
                _ => None,
            };
            let odds = |kind: usize| -> f64 {
                let ratio = |line: &Likelihood| {
                    let part = [line.namesake, line.twin, line.relative][kind];
                    part as f64 / line.person as f64
                };
                let fields = lines.iter().enumerate().map(|(field, line)| match (field, kind, twin_given) {
                    (1, 1, Some(own)) => own,
                    _ => ratio(line),
                });
                fields.product::<f64>() * HOUSEHOLD[kind] as f64 / MILLION as f64
            };
            let absent = (MILLION - PRESENT) as f64 / PRESENT as f64;
            let plain = absent * (odds(0) + odds(1) + odds(2));
            let ours = household(&levels, &row(share)).log2_up() as f64 / 1000.0;
            prop_assert!(ours >= plain.log2() && ours <= plain.log2() + 0.05, "{} {}", ours, plain.log2());
        }
    }

    #[test]
    fn classes_are_rounded_towards_common() {
        let class_of = |bearers, people: u64| class_among(bearers, log2_integer(people.max(1)));
        assert_eq!(class_of(0, 200_000), -16_750);
        assert_eq!(class_of(1_999, 200_000), -6_500);
        assert_eq!(class_of(200_000, 200_000), 0);
        assert_eq!(class_of(5, 0), 0);
    }
}
