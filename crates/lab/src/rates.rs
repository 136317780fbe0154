//! The rates of the synthetic nation, read from `nation.toml`, each with its source.
//!
//! Place in the flow: before the nation is made. The floors of DESIGN section 8 are checked here, so
//! that nobody makes the nation easier than was promised.
//!
//! Left to others: what the rates are used for (nation, request).

use std::collections::BTreeMap;

use model::digest::Digest;
use serde::Deserialize;

use crate::error::LabError;

/// A share of one, in millionths. Exact, so that choices are the same on every machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Rate(u32);

impl Rate {
    /// `millionths` of one, at most all.
    #[must_use]
    pub const fn millionths(millionths: u32) -> Self {
        Self(if millionths > 1_000_000 {
            1_000_000
        } else {
            millionths
        })
    }

    /// The share in millionths, 0 to 1,000,000.
    #[must_use]
    pub const fn per_million(self) -> u32 {
        self.0
    }

    /// How many of `count`, rounded up, so that a floor stays one.
    #[must_use]
    pub fn of(self, count: u32) -> u32 {
        let parts = u64::from(count) * u64::from(self.0);
        u32::try_from(parts.div_ceil(1_000_000)).unwrap_or(count)
    }

    /// `numerator / denominator` times this rate, at most all. A denominator of 0 counts as 1.
    #[must_use]
    pub fn scaled(self, numerator: u32, denominator: u32) -> Self {
        let parts = u64::from(self.0) * u64::from(numerator) / u64::from(denominator.max(1));
        Self::millionths(u32::try_from(parts).unwrap_or(u32::MAX))
    }
}

/// One entry of `nation.toml`, as written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    value: f64,
    source: Option<String>,
    #[serde(default)]
    assumption: bool,
}

impl Entry {
    fn rate(&self) -> Result<Rate, &'static str> {
        if self.assumption == self.source.is_some() {
            return Err("must have either a `source` or `assumption = true`");
        }
        if !(0.0..=1.0).contains(&self.value) {
            return Err("must have a `value` from 0 to 1");
        }
        // In range, so the cast is exact to a millionth.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        Ok(Rate((self.value * 1_000_000.0).round() as u32))
    }
}

macro_rules! rates {
    ($($(#[$doc:meta])* $name:ident;)*) => {
        /// Every rate of `nation.toml`.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct Rates {
            $($(#[$doc])* pub $name: Rate,)*
        }

        impl Rates {
            fn take(mut entries: BTreeMap<String, Entry>) -> Result<Self, LabError> {
                let rates = Self { $($name: take(&mut entries, stringify!($name))?,)* };
                match entries.into_keys().next() {
                    Some(name) => Err(problem(&name, "is not one this program knows")),
                    None => Ok(rates),
                }
            }
        }
    };
}

rates! {
    /// Share of people: white, not Hispanic.
    group_white;
    /// Share of people: Black, not Hispanic.
    group_black;
    /// Share of people: Asian or Pacific Islander, not Hispanic.
    group_api;
    /// Share of people: American Indian or Alaska Native, not Hispanic.
    group_native;
    /// Share of people: two or more races, not Hispanic.
    group_multiple;
    /// Share of people: Hispanic.
    group_hispanic;
    /// Share of families: one person.
    family_single;
    /// Share of families: a couple.
    family_couple;
    /// Share of families: a couple and their children of any age, some moved out.
    family_couple_with_children;
    /// Share of families: one parent and children.
    family_single_parent;
    /// Share of families: grandparents, parents and children.
    family_three_generations;
    /// Share of families: people who only share a dwelling.
    family_roommates;
    /// Share of families: grown siblings together.
    family_siblings;
    /// People whose surname is not among those of 100 bearers or more.
    surname_rare;
    /// Spouses who take the other's surname.
    surname_of_spouse;
    /// Spouses who join both surnames.
    surname_hyphenated;
    /// Hispanic families that bear two surnames.
    two_surnames;
    /// Those whose two surnames are joined by a hyphen on file.
    two_surnames_hyphenated;
    /// Given names outside the thousand commonest of the birth year.
    given_outside_top_thousand;
    /// The same among Hispanic, Asian and Pacific Islander people.
    given_outside_top_thousand_immigrant_groups;
    /// People with a middle name on file.
    middle_name;
    /// People with a middle initial on file.
    middle_initial;
    /// First sons named after their father.
    named_after_father;
    /// First daughters named after their mother.
    named_after_mother;
    /// Namesakes with the middle name of the parent too.
    same_middle_as_parent;
    /// Namesake sons whose suffix is on file.
    suffix_of_son_on_file;
    /// Namesake fathers whose suffix is on file.
    suffix_of_father_on_file;
    /// Couples of two groups.
    spouse_of_other_group;
    /// Births that are one of twins.
    born_a_twin;
    /// Twins with like-sounding given names.
    twins_alike_names;
    /// Couples under 40 who married within the tax periods.
    married_within_periods;
    /// Couples of one sex.
    same_sex_couple;
    /// People who move in a year.
    moves_a_year;
    /// Moves within one ZIP.
    moves_within_zip;
    /// People of 65 who die within a year; doubles or halves every eight years of age.
    dies_in_a_year_at_65;
    /// Grown children who leave home.
    child_leaves_home;
    /// Grown children away from home who have a partner.
    child_has_partner;
    /// Dwellings in buildings of many units.
    dwelling_in_large_building;
    /// Dwellings with a rural route address.
    dwelling_rural_route;
    /// Families whose mail goes to a PO box.
    mail_to_post_office_box;
    /// Returns that word the same address in another way than the year before.
    wording_changes;
    /// Adults who file nothing.
    adult_not_on_file;
    /// People who began to file within the periods.
    short_history;
    /// Periods without a return.
    period_skipped;
    /// Returns filed after April.
    filed_late;
    /// People whose birth date is not on file.
    birth_date_missing;
    /// People under a hold.
    hold;
    /// People with an identity-theft marker.
    identity_theft;
    /// Rows about people who are not in the register.
    asked_absent;
    /// Those whose family is in it.
    asked_absent_family_on_file;
    /// Rows whose address is not on file for their person.
    asked_address_not_on_file;
    /// Rows with a birth date.
    asked_birth_date;
    /// Rows with a birth date that have a TIN too.
    asked_tin_with_birth_date;
    /// Rows without a birth date that have a TIN.
    asked_tin_without_birth_date;
    /// Rows that give a former address, of people who have one.
    asked_former_address;
    /// Rows that ask for the address, not only to verify.
    asked_address_released;
    /// Rows with older addresses too.
    asked_more_addresses;
    /// Given name as a nickname.
    row_nickname;
    /// A name spelled as heard.
    row_phonetic;
    /// A neighbouring key in a name.
    row_keyboard;
    /// A misread letter in a name.
    row_ocr;
    /// Middle name left out.
    row_middle_dropped;
    /// Middle name cut to its initial.
    row_middle_to_initial;
    /// Second surname left out.
    row_second_surname_dropped;
    /// Two surnames in the other order.
    row_surnames_swapped;
    /// Surname from before a marriage.
    row_former_surname;
    /// Suffix left out.
    row_suffix_dropped;
    /// Spanish names written with their accents.
    row_accents;
    /// Given name and surname exchanged.
    row_given_and_surname_swapped;
    /// Birth date with one error.
    row_birth_date_wrong;
    /// TIN with two digits exchanged.
    row_tin_wrong;
    /// Street with one error.
    row_street_wrong;
    /// Unit left out.
    row_unit_dropped;
}

/// The rates built into this program.
const BUILT_IN: &str = include_str!("../nation.toml");

/// A rate's name, how to read it, and what it must be at least, in millionths.
type Floor = (&'static str, fn(&Rates) -> Rate, u32);

/// The floors of DESIGN section 8.
const FLOORS: [Floor; 4] = [
    ("asked_absent", |rates| rates.asked_absent, 100_000),
    (
        "asked_absent_family_on_file",
        |rates| rates.asked_absent_family_on_file,
        600_000,
    ),
    ("born_a_twin", |rates| rates.born_a_twin, 30_000),
    (
        "asked_address_not_on_file",
        |rates| rates.asked_address_not_on_file,
        100_000,
    ),
];

impl Rates {
    /// The rates built into this program.
    ///
    /// # Errors
    /// As [`Rates::parse`], where the file built in is wrong: our fault.
    pub fn built_in() -> Result<Self, LabError> {
        Self::parse(BUILT_IN)
    }

    /// Digest of the text of the rates built into this program.
    #[must_use]
    pub fn digest_of_built_in() -> Digest {
        Digest::of(BUILT_IN.as_bytes())
    }

    /// The same nation, with the errors in a request's rows `numerator / denominator` times as frequent,
    /// each at most always.
    #[must_use]
    pub fn with_row_errors(&self, numerator: u32, denominator: u32) -> Self {
        let mut rates = self.clone();
        for rate in [
            &mut rates.row_nickname,
            &mut rates.row_phonetic,
            &mut rates.row_keyboard,
            &mut rates.row_ocr,
            &mut rates.row_middle_dropped,
            &mut rates.row_middle_to_initial,
            &mut rates.row_second_surname_dropped,
            &mut rates.row_surnames_swapped,
            &mut rates.row_former_surname,
            &mut rates.row_suffix_dropped,
            &mut rates.row_accents,
            &mut rates.row_given_and_surname_swapped,
            &mut rates.row_birth_date_wrong,
            &mut rates.row_tin_wrong,
            &mut rates.row_street_wrong,
            &mut rates.row_unit_dropped,
        ] {
            *rate = rate.scaled(numerator, denominator);
        }
        rates
    }

    /// The same nation, with every group as likely as every other.
    ///
    /// Only `group_white` to `group_hispanic` change. They are used in two draws: the group of a family,
    /// which its children have too, and that of a partner who need not be of the same one
    /// (`spouse_of_other_group`). So each group has a sixth of the families and, as far as chance lets
    /// it, of the people on file. What follows from a group is drawn within it and stays as it is:
    /// surnames, given names, whether two surnames or accents, and the ZIP areas its people live in.
    ///
    /// What all groups make together follows their new shares: how many people bear a name, how full an
    /// area is, how many have two surnames, and how many of those partners are indeed of another group.
    /// Kinds of family, ages, deaths, moves and returns do not depend on the group.
    #[must_use]
    pub fn with_equal_groups(&self) -> Self {
        // They are scaled to a sum of one where they are used.
        let sixth = Rate::millionths(166_667);
        Self {
            group_white: sixth,
            group_black: sixth,
            group_api: sixth,
            group_native: sixth,
            group_multiple: sixth,
            group_hispanic: sixth,
            ..self.clone()
        }
    }

    /// Reads the text of a `nation.toml`.
    ///
    /// # Errors
    /// [`LabError::Rate`] for a rate that is missing, unknown, out of range, without a source, or
    /// under its floor.
    pub fn parse(text: &str) -> Result<Self, LabError> {
        let entries = toml::from_str(text).map_err(|error| problem("(file)", error.message()))?;
        let rates = Self::take(entries)?;
        for (name, rate, floor) in FLOORS {
            if rate(&rates).per_million() < floor {
                return Err(problem(
                    name,
                    &format!("is under its floor of {floor} in a million"),
                ));
            }
        }
        Ok(rates)
    }
}

fn take(entries: &mut BTreeMap<String, Entry>, name: &str) -> Result<Rate, LabError> {
    let entry = entries
        .remove(name)
        .ok_or_else(|| problem(name, "is missing"))?;
    entry.rate().map_err(|what| problem(name, what))
}

fn problem(name: &str, problem: &str) -> LabError {
    let problem = problem
        .lines()
        .next()
        .unwrap_or("cannot be read")
        .to_owned();
    LabError::Rate {
        name: name.to_owned(),
        problem,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(from: &str, to: &str, expected: &str) {
        assert!(BUILT_IN.contains(from), "{from}");
        let error = Rates::parse(&BUILT_IN.replacen(from, to, 1)).unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
    }

    #[test]
    fn the_built_in_rates_are_read() {
        let rates = Rates::built_in().unwrap();
        assert_eq!(rates.born_a_twin.per_million(), 31_200);
        assert_eq!(rates.asked_absent.of(10), 2);
        assert_eq!(rates.asked_absent.scaled(1, 2).per_million(), 60_000);
        assert_eq!(
            rates.surname_of_spouse.scaled(3, 1).per_million(),
            1_000_000
        );
    }

    #[test]
    fn errors_of_rows_can_be_more_or_fewer() {
        let rates = Rates::built_in().unwrap();
        let (half, triple) = (rates.with_row_errors(1, 2), rates.with_row_errors(3, 1));
        assert_eq!(rates.with_row_errors(1, 1), rates);
        for (rate, expected) in [
            (half.row_keyboard, 15_000),
            (triple.row_keyboard, 90_000),
            (triple.row_middle_dropped, 1_000_000),
            (triple.asked_absent, 120_000),
            (half.born_a_twin, rates.born_a_twin.per_million()),
        ] {
            assert_eq!(rate.per_million(), expected);
        }
        assert_ne!(half.row_unit_dropped, rates.row_unit_dropped);
    }

    #[test]
    fn groups_can_be_equal() {
        let rates = Rates::built_in().unwrap();
        let equal = rates.with_equal_groups();
        assert_eq!(equal.group_native, equal.group_white);
        assert_ne!(equal, rates);
        // Nothing else: with its own shares back it is the nation as it was.
        let back = Rates {
            group_white: rates.group_white,
            group_black: rates.group_black,
            group_api: rates.group_api,
            group_native: rates.group_native,
            group_multiple: rates.group_multiple,
            group_hispanic: rates.group_hispanic,
            ..equal
        };
        assert_eq!(back, rates);
    }

    #[test]
    fn bad_rates_are_named() {
        check(
            "[hold]\nvalue = 0.002",
            "[hold]\nvalue = 1.5",
            "`hold` of nation.toml must have a `value`",
        );
        check(
            "[hold]\nvalue = 0.002\nassumption = true",
            "[hold]\nvalue = 0.002",
            "`hold` of nation.toml must have either",
        );
        check("[hold]", "[holds]", "`hold` of nation.toml is missing");
        check(
            "[hold]",
            "[extra]\nvalue = 0.5\nassumption = true\n[hold]",
            "`extra` of nation.toml is not one",
        );
        check(
            "value = 0.0312",
            "value = 0.01",
            "`born_a_twin` of nation.toml is under its floor",
        );
        check("[hold]", "[hold", "nation.toml");
    }
}
