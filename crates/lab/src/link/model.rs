//! Weights: how much an agreement says, in milli-bits.
//!
//! Place in the flow: levels of a pair and the row's frequencies come in, a weight goes out. The
//! weight is that of Fellegi and Sunter (JASA 64, 1969): log2 m − log2 u, where u follows the value.
//!
//! Left to others: where the numbers come from (learn), who competes (decide).

use identity::scale::{Millibits, log2_ratio};

use super::{
    compare::{Near, Neighbours},
    form::{Form, WordId},
    level::{
        ARRANGEMENT, BIRTH, CITY, EXTRA, FIELDS, GIVEN, Grid, HOUSE, Level, Levels, MIDDLE,
        POSTCODE, STATE, STREET, SUFFIX, SURNAME, TIN, UNIT,
    },
    load::{Counts, values_of},
    values,
};

/// Parts in a million.
pub const MILLION: u64 = 1_000_000;
/// Days over which dates of birth spread, for dates that few share.
const BIRTH_DAYS: u64 = 25_000;
/// Numbers there may be, for a number that one person has.
const NUMBERS: u64 = 100_000_000;

/// All numbers of the scorer.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    /// log2 of the chance of a level for the right person, as far as it is not in `scale`.
    pub base: Grid<Millibits>,
    /// What a rare value counts, in thousandths of its own bits.
    pub scale: Grid<i64>,
    /// log2 of the chance of a level for another member of the household.
    pub household: Grid<Millibits>,
    /// Chance of a level for anybody, in millionths.
    pub anybody: Grid<u64>,
    /// log2 of the odds that the person asked for is not among the candidates.
    pub absent: Millibits,
    /// log2 of the odds that it is a member of a candidate's household who is not on file.
    pub member: Millibits,
    /// Score from which a request is answered.
    pub threshold: Millibits,
}

/// Chances in millionths of a level: for the right person, for a member of the same household, for
/// anybody. From LINKAGE's labelled pairs where it measured them (first name exact .91, date of birth
/// .96, twins 2%), else assumptions; `spec/link.md` says which.
const DEFAULTS: &[(usize, Level, [u64; 3])] = &[
    (SURNAME, Level::Exact, [880_000, 880_000, 3_000]),
    (SURNAME, Level::Slip, [50_000, 50_000, 1_000]),
    (SURNAME, Level::Near, [20_000, 20_000, 5_000]),
    (SURNAME, Level::Part, [15_000, 15_000, 3_000]),
    (SURNAME, Level::Elsewhere, [5_000, 5_000, 1_000]),
    (SURNAME, Level::Different, [30_000, 30_000, 987_000]),
    (GIVEN, Level::Exact, [880_000, 15_000, 8_000]),
    (GIVEN, Level::Form, [30_000, 5_000, 4_000]),
    (GIVEN, Level::Slip, [35_000, 10_000, 3_000]),
    (GIVEN, Level::Near, [15_000, 20_000, 12_000]),
    (GIVEN, Level::Initial, [15_000, 60_000, 60_000]),
    (GIVEN, Level::Elsewhere, [8_000, 10_000, 5_000]),
    (GIVEN, Level::Different, [17_000, 880_000, 908_000]),
    (MIDDLE, Level::Exact, [750_000, 40_000, 15_000]),
    (MIDDLE, Level::Initial, [150_000, 60_000, 60_000]),
    (MIDDLE, Level::Slip, [30_000, 5_000, 3_000]),
    (MIDDLE, Level::Different, [70_000, 895_000, 922_000]),
    (SUFFIX, Level::Exact, [700_000, 100_000, 300_000]),
    (SUFFIX, Level::Near, [20_000, 50_000, 50_000]),
    (SUFFIX, Level::Part, [270_000, 450_000, 300_000]),
    (SUFFIX, Level::Different, [10_000, 400_000, 350_000]),
    (BIRTH, Level::Exact, [930_000, 20_000, 50]),
    (BIRTH, Level::Slip, [30_000, 8_000, 1_000]),
    (BIRTH, Level::Form, [8_000, 300, 50]),
    (BIRTH, Level::Part, [8_000, 8_000, 1_200]),
    (BIRTH, Level::Near, [5_000, 8_000, 2_500]),
    (BIRTH, Level::Elsewhere, [5_000, 20_000, 8_000]),
    (BIRTH, Level::Year, [8_000, 40_000, 12_000]),
    (BIRTH, Level::Close, [3_000, 180_000, 50_000]),
    (BIRTH, Level::Different, [3_000, 715_700, 925_200]),
    (TIN, Level::Exact, [960_000, 100, 10]),
    (TIN, Level::Slip, [30_000, 100, 10]),
    (TIN, Level::Different, [10_000, 999_800, 999_980]),
    (HOUSE, Level::Exact, [860_000, 860_000, 12_000]),
    (HOUSE, Level::Slip, [60_000, 60_000, 60_000]),
    (HOUSE, Level::Different, [80_000, 80_000, 928_000]),
    (STREET, Level::Exact, [750_000, 750_000, 2_000]),
    (STREET, Level::Slip, [80_000, 80_000, 1_000]),
    (STREET, Level::Near, [50_000, 50_000, 6_000]),
    (STREET, Level::Part, [30_000, 30_000, 60_000]),
    (STREET, Level::Different, [90_000, 90_000, 931_000]),
    (UNIT, Level::Exact, [700_000, 700_000, 30_000]),
    (UNIT, Level::Slip, [100_000, 100_000, 100_000]),
    (UNIT, Level::Different, [200_000, 200_000, 870_000]),
    (CITY, Level::Exact, [600_000, 600_000, 10_000]),
    (CITY, Level::Slip, [60_000, 60_000, 1_000]),
    (CITY, Level::Near, [40_000, 40_000, 5_000]),
    (CITY, Level::Part, [60_000, 60_000, 20_000]),
    (CITY, Level::Different, [240_000, 240_000, 964_000]),
    (CITY, Level::Implied, [930_000, 930_000, 600_000]),
    (CITY, Level::Contrary, [70_000, 70_000, 400_000]),
    (STATE, Level::Exact, [600_000, 600_000, 60_000]),
    (STATE, Level::Slip, [50_000, 50_000, 50_000]),
    (STATE, Level::Near, [20_000, 20_000, 20_000]),
    (STATE, Level::Part, [30_000, 30_000, 30_000]),
    (STATE, Level::Different, [300_000, 300_000, 840_000]),
    (STATE, Level::Implied, [930_000, 930_000, 800_000]),
    (STATE, Level::Contrary, [70_000, 70_000, 200_000]),
    (POSTCODE, Level::Exact, [700_000, 700_000, 500]),
    (POSTCODE, Level::Slip, [100_000, 100_000, 2_000]),
    (POSTCODE, Level::Part, [60_000, 60_000, 10_000]),
    (POSTCODE, Level::Different, [140_000, 140_000, 987_500]),
    (ARRANGEMENT, Level::Exact, [985_000, 999_000, 999_500]),
    (ARRANGEMENT, Level::Form, [15_000, 1_000, 500]),
];

/// The same for a plain field.
const DEFAULT_EXTRA: &[(Level, [u64; 3])] = &[
    (Level::Exact, [700_000, 350_000, 100_000]),
    (Level::Slip, [60_000, 30_000, 10_000]),
    (Level::Near, [40_000, 40_000, 20_000]),
    (Level::Part, [50_000, 50_000, 40_000]),
    (Level::Different, [150_000, 530_000, 830_000]),
];

/// Share of requests about nobody on file that is assumed where nothing was learned.
pub(super) const ABSENT: u64 = 100_000;
/// Share of those whose household is on file.
pub(super) const MEMBER: u64 = 600_000;
/// Default threshold: odds of a thousand to one.
const THRESHOLD: Millibits = 9_966;

/// Chances of levels, of the right person or others, in millionths.
pub type Chances = Grid<u64>;

/// The documented chances: right person, household, anybody.
#[must_use]
pub fn default_chances() -> [Chances; 3] {
    let mut all = [Chances::default(), Chances::default(), Chances::default()];
    let extra = (EXTRA..FIELDS).flat_map(|field| {
        DEFAULT_EXTRA
            .iter()
            .map(move |(level, values)| (field, *level, *values))
    });
    for (field, level, values) in DEFAULTS.iter().copied().chain(extra) {
        for (grid, value) in all.iter_mut().zip(values) {
            grid.set(field, level, value);
        }
    }
    all
}

impl Default for Model {
    fn default() -> Self {
        let [person, household, anybody] = default_chances();
        Self::of(
            &person,
            &household,
            anybody,
            (ABSENT, MILLION),
            (MEMBER, MILLION),
        )
    }
}

impl Model {
    /// From chances, and shares as (part, whole).
    #[must_use]
    pub fn of(
        person: &Chances,
        household: &Chances,
        anybody: Chances,
        absent: (u64, u64),
        member: (u64, u64),
    ) -> Self {
        let logs = |chances: &Chances| {
            let mut grid = Grid::default();
            for (field, level) in Grid::<u64>::places() {
                let chance = chances.at(field, level);
                if chance > 0 && level != Level::Missing {
                    grid.set(field, level, log2_ratio(chance, MILLION));
                }
            }
            grid
        };
        let mut scale = Grid::default();
        for (field, level) in Grid::<u64>::places().filter(|(_, level)| *level != Level::Missing) {
            scale.set(field, level, 1000);
        }
        let odds = log2_ratio(absent.0, absent.1.saturating_sub(absent.0));
        Self {
            base: logs(person),
            scale,
            household: logs(household),
            anybody,
            absent: odds + log2_ratio(member.1.saturating_sub(member.0).max(1), member.1),
            member: odds + log2_ratio(member.0, member.1),
            threshold: THRESHOLD,
        }
    }

    /// The weight of a person for the row.
    #[must_use]
    pub fn weight(&self, rarity: &Grid<Millibits>, levels: &Levels) -> Millibits {
        (0..)
            .zip(levels)
            .map(|(field, level)| self.field(rarity, field, *level))
            .sum()
    }

    /// The weight of one field.
    #[must_use]
    pub fn field(&self, rarity: &Grid<Millibits>, field: usize, level: Level) -> Millibits {
        self.base.at(field, level) + self.scale.at(field, level) * rarity.at(field, level) / 1000
    }

    /// The weight of the alternative that a member of this person's household is meant.
    #[must_use]
    pub fn household_weight(&self, rarity: &Grid<Millibits>, levels: &Levels) -> Millibits {
        let field = |(field, level): (usize, &Level)| {
            if is_of_person(field) {
                self.household.at(field, *level) + rarity.at(field, *level)
            } else {
                self.field(rarity, field, *level)
            }
        };
        (0..).zip(levels).map(field).sum()
    }
}

/// Whether a field tells members of one household apart.
pub(super) const fn is_of_person(field: usize) -> bool {
    matches!(field, GIVEN | MIDDLE | SUFFIX | BIRTH | TIN | EXTRA..)
}

/// Rarities that are the same for every row.
fn of_anybody(anybody: &Grid<u64>) -> Grid<Millibits> {
    let mut grid = Grid::default();
    for (field, level) in Grid::<u64>::places() {
        let chance = anybody.at(field, level);
        if chance > 0 {
            grid.set(field, level, log2_ratio(MILLION, chance));
        }
    }
    grid
}

/// Sets how rare the row's values are, and values like them.
fn of_values(
    row: &Form,
    counts: &Counts,
    near: &Neighbours,
    exact: &mut impl FnMut(usize, Level, u64),
) {
    for (field, id) in values_of(row).filter(|(_, id)| *id != 0) {
        exact(field, Level::Exact, counts.of_value(field, id));
        let like = near.values.of_value(field, id).into_iter().flatten();
        for (level, count) in values::LEVELS.into_iter().zip(like) {
            exact(field, level, count);
        }
    }
}

/// For each field and level, how rare it is that anybody agrees so with this row: −log2 u.
#[must_use]
pub fn rarity(
    row: &Form,
    counts: &Counts,
    near: &Neighbours,
    anybody: &Grid<u64>,
) -> Grid<Millibits> {
    let mut grid = of_anybody(anybody);
    let people = counts.people;
    let mut exact = |field: usize, level: Level, count: u64| {
        grid.set(
            field,
            level,
            log2_ratio(people.max(1), count.clamp(1, people.max(1))),
        );
    };
    of_values(row, counts, near, &mut exact);
    let [first, second, _] = row.given;
    let [surname, other] = row.surname;
    let rarest = |a: WordId, b: WordId, field| {
        let (a, b) = (counts.of_value(field, a), counts.of_value(field, b));
        if a == 0 || b == 0 { a.max(b) } else { a.min(b) }
    };
    exact(
        MIDDLE,
        Level::Exact,
        counts.of_value(MIDDLE, second) + counts.of_value(GIVEN, second),
    );
    exact(SURNAME, Level::Exact, rarest(surname, other, SURNAME));
    exact(
        SURNAME,
        Level::Part,
        counts.of_value(SURNAME, surname) + counts.of_value(SURNAME, other),
    );
    exact(SURNAME, Level::Elsewhere, counts.of_value(SURNAME, first));
    exact(GIVEN, Level::Exact, counts.of_value(GIVEN, first));
    exact(
        GIVEN,
        Level::Elsewhere,
        counts.of_value(MIDDLE, first) + counts.of_value(GIVEN, surname),
    );
    for level in [Level::Slip, Level::Near, Level::Form] {
        let given = near.near(first).iter().filter(|near| near.given == level);
        exact(
            GIVEN,
            level,
            given.map(|near| counts.of_value(GIVEN, near.id)).sum(),
        );
        let like = near
            .near(surname)
            .iter()
            .filter(|near| near.surname == level);
        exact(
            SURNAME,
            level,
            like.map(|near| counts.of_value(SURNAME, near.id)).sum(),
        );
    }
    let others = counts.born(row.birth).saturating_sub(1);
    let chance = (others * MILLION / people.max(1) + MILLION / BIRTH_DAYS).max(1);
    grid.set(BIRTH, Level::Exact, log2_ratio(MILLION, chance));
    let shared = counts.of_value(TIN, row.tin).saturating_sub(1);
    let chance = (shared * NUMBERS / people.max(1)).max(1);
    grid.set(TIN, Level::Exact, log2_ratio(NUMBERS, chance));
    grid.set(ARRANGEMENT, Level::Form, exchange(row, counts, near, &grid));
    grid
}

/// How much rarer the names are in each other's place than where they stand, taken low. A pair whose names
/// are exchanged is given the rarity of the names where the row has them; what that is too much belongs to
/// the arrangement. (`Roberts Morley` is a rare name, `Morley Roberts` is not.)
fn exchange(
    row: &Form,
    counts: &Counts,
    near: &Neighbours,
    straight: &Grid<Millibits>,
) -> Millibits {
    let ([given, ..], [surname, _]) = (row.given, row.surname);
    if given == 0 || surname == 0 {
        return 0;
    }
    let people = counts.people.max(1);
    let rarity = |count: u64| log2_ratio(people, count.clamp(1, people));
    let likes = |field: usize, id: WordId, level: fn(&Near) -> Level| {
        let like = near
            .near(id)
            .iter()
            .filter(|near| matches!(level(near), Level::Slip | Level::Form));
        let like: u64 = like.map(|near| counts.of_value(field, near.id)).sum();
        counts.of_value(field, id) + like
    };
    let exchanged = rarity(likes(SURNAME, given, |near| near.surname))
        + rarity(likes(GIVEN, surname, |near| near.given));
    let most = |field: usize| {
        let levels = [Level::Exact, Level::Slip, Level::Form];
        let rarities = levels.map(|level| straight.at(field, level));
        rarities.into_iter().max().unwrap_or(0)
    };
    exchanged - most(SURNAME) - most(GIVEN)
}
