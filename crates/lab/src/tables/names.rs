//! Surnames by group, and given names by group, sex and year of birth.
//!
//! Place in the flow: loaded once; naming draws from it.
//!
//! Left to others: who bears which name (nation).

use std::collections::HashMap;

use super::{Group, each_line, weights_by_group};
use crate::{
    dice::{Cumulative, Dice},
    error::LabError,
    rates::Rates,
};

/// Sex as the name tables have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Sex {
    /// Female.
    #[default]
    Female,
    /// Male.
    Male,
}

impl Sex {
    /// The other one.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Female => Self::Male,
            Self::Male => Self::Female,
        }
    }
}

/// First birth year of the births table, and years in one of its bins.
const FIRST_BIRTH_YEAR: i32 = 1890;
const BIN_YEARS: i32 = 5;

/// Names in one order, with a weight for each.
#[derive(Default)]
struct Pool {
    names: Vec<u32>,
    weights: Cumulative,
}

/// The name tables.
pub struct NameTables {
    surnames: Vec<Box<str>>,
    surname_weights: [Cumulative; 6],
    given: Vec<Box<str>>,
    /// By group and sex: the whole Census table of given names.
    given_all: Vec<Pool>,
    /// By birth bin, group and sex: the thousand commonest of the years.
    given_of_years: Vec<Pool>,
    rare_surname: u64,
    rare_given: u64,
    rare_given_immigrant: u64,
}

impl NameTables {
    /// Unpacks the tables; `rates` says how often a name lies outside them.
    ///
    /// # Errors
    /// [`LabError::Table`] where a built-in table is damaged.
    pub fn load(rates: &Rates) -> Result<Self, LabError> {
        let (surnames, surname_rows) = surnames()?;
        let (mut given, rows) = given_names()?;
        let given_all = pools_by_group_and_sex(&rows);
        let given_of_years = given_of_years(&mut given, &rows)?;
        Ok(Self {
            surnames,
            surname_weights: by_group(&surname_rows),
            given,
            given_all,
            given_of_years,
            rare_surname: rates.surname_rare.per_million().into(),
            rare_given: rates.given_outside_top_thousand.per_million().into(),
            rare_given_immigrant: rates
                .given_outside_top_thousand_immigrant_groups
                .per_million()
                .into(),
        })
    }

    /// A surname of the group, upper case A to Z.
    pub fn surname(&self, group: Group, dice: &mut Dice) -> String {
        let name = self.listed_surname(group, dice);
        if dice.below(1_000_000) >= self.rare_surname {
            return name.to_owned();
        }
        let other = self.listed_surname(group, dice);
        rare(name, other)
    }

    fn listed_surname(&self, group: Group, dice: &mut Dice) -> &str {
        let Some(weights) = self.surname_weights.get(group.index()) else {
            return "SMITH";
        };
        self.surnames
            .get(dice.weighted(weights))
            .map_or("SMITH", |name| name)
    }

    /// A given name of the group and sex for a birth year, upper case A to Z.
    pub fn given(&self, group: Group, sex: Sex, birth_year: i32, dice: &mut Dice) -> &str {
        let rare = match group {
            Group::Hispanic | Group::Api => self.rare_given_immigrant,
            _ => self.rare_given,
        };
        let place = group.index() * 2 + sex as usize;
        let pool = if dice.below(1_000_000) < rare {
            self.given_all.get(place)
        } else {
            let bin = (birth_year - FIRST_BIRTH_YEAR).max(0) / BIN_YEARS;
            let bins = self.given_of_years.len() / 12;
            let bin = usize::try_from(bin)
                .unwrap_or(0)
                .min(bins.saturating_sub(1));
            self.given_of_years.get(bin * 12 + place)
        };
        pool.and_then(|pool| pool.names.get(dice.weighted(&pool.weights)))
            .and_then(|name| self.given.get(usize::try_from(*name).unwrap_or(0)))
            .map_or("ALEX", |name| name)
    }
}

/// A name that is in no table: the beginning of one and the ending of another.
fn rare(name: &str, other: &str) -> String {
    let head = name.len().div_ceil(2).max(2);
    let tail = (other.len() / 2).min(other.len().saturating_sub(2));
    let (head, tail) = (
        name.get(..head).unwrap_or(name),
        other.get(tail..).unwrap_or(other),
    );
    let mut made = head.to_owned();
    made.extend(tail.chars().skip_while(|letter| head.ends_with(*letter)));
    made.truncate(15);
    made
}

type Surnames = (Vec<Box<str>>, Vec<[u32; 6]>);

fn surnames() -> Result<Surnames, LabError> {
    let (mut names, mut rows) = (Vec::new(), Vec::new());
    each_line(
        "surnames",
        include_bytes!("../../data/surnames.csv.gz"),
        |fields| {
            names.push((*fields.first()?).into());
            rows.push(weights_by_group(fields)?);
            Some(())
        },
    )?;
    Ok((names, rows))
}

/// One given name of the Census table.
struct GivenRow {
    male_per_mille: u32,
    groups: [u32; 6],
}

fn given_names() -> Result<(Vec<Box<str>>, Vec<GivenRow>), LabError> {
    let (mut names, mut rows) = (Vec::new(), Vec::new());
    each_line(
        "given_names",
        include_bytes!("../../data/given_names.csv.gz"),
        |fields| {
            names.push((*fields.first()?).into());
            rows.push(GivenRow {
                male_per_mille: fields.get(1)?.parse().ok()?,
                groups: weights_by_group(fields)?,
            });
            Some(())
        },
    )?;
    Ok((names, rows))
}

fn by_group(rows: &[[u32; 6]]) -> [Cumulative; 6] {
    Group::ALL.map(|group| {
        Cumulative::new(
            rows.iter()
                .map(move |row| row.get(group.index()).copied().unwrap_or(0).into()),
        )
    })
}

fn pools_by_group_and_sex(rows: &[GivenRow]) -> Vec<Pool> {
    let mut pools = Vec::with_capacity(12);
    for group in Group::ALL {
        for sex in [Sex::Female, Sex::Male] {
            let weights = rows.iter().map(|row| {
                let share = match sex {
                    Sex::Male => row.male_per_mille,
                    Sex::Female => 1_000_u32.saturating_sub(row.male_per_mille),
                };
                u64::from(row.groups.get(group.index()).copied().unwrap_or(0)) * u64::from(share)
            });
            pools.push(pool(
                weights
                    .clone()
                    .enumerate()
                    .map(|(name, weight)| (u32::try_from(name).unwrap_or(0), weight)),
            ));
        }
    }
    pools
}

fn pool(entries: impl Iterator<Item = (u32, u64)>) -> Pool {
    let kept: Vec<(u32, u64)> = entries.filter(|(_, weight)| *weight > 0).collect();
    Pool {
        names: kept.iter().map(|(name, _)| *name).collect(),
        weights: Cumulative::new(kept.iter().map(|(_, weight)| *weight)),
    }
}

/// Weights of a name in births: the births of the years, times the share of the name's bearers who
/// are of the group (the whole nation's shares for a name the Census table lacks).
fn given_of_years(given: &mut Vec<Box<str>>, rows: &[GivenRow]) -> Result<Vec<Pool>, LabError> {
    const NATION: [u32; 6] = [578, 121, 61, 7, 41, 187];
    let mut index: HashMap<Box<str>, u32> = given
        .iter()
        .zip(0..)
        .map(|(name, number)| (name.clone(), number))
        .collect();
    let mut entries: Vec<Vec<(u32, u64)>> = Vec::new();
    each_line(
        "births",
        include_bytes!("../../data/births.csv.gz"),
        |fields| {
            let [year, sex, name, count] = fields else {
                return None;
            };
            let bin =
                usize::try_from((year.parse::<i32>().ok()? - FIRST_BIRTH_YEAR) / BIN_YEARS).ok()?;
            let number = *index.entry((*name).into()).or_insert_with(|| {
                given.push((*name).into());
                u32::try_from(given.len() - 1).unwrap_or(0)
            });
            let groups = rows
                .get(usize::try_from(number).ok()?)
                .map_or(NATION, |row| row.groups);
            let all: u64 = groups
                .iter()
                .map(|weight| u64::from(*weight))
                .sum::<u64>()
                .max(1);
            entries.resize_with(entries.len().max((bin + 1) * 12), Vec::new);
            for group in Group::ALL {
                let place = bin * 12 + group.index() * 2 + usize::from(*sex == "M");
                let share = u64::from(*groups.get(group.index())?) * 1_000 / all;
                entries
                    .get_mut(place)?
                    .push((number, count.parse::<u64>().ok()? * share));
            }
            Some(())
        },
    )?;
    Ok(entries
        .into_iter()
        .map(|entries| pool(entries.into_iter()))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dice::Component;

    #[test]
    fn names_follow_group_and_year() {
        let tables = NameTables::load(&Rates::built_in().unwrap()).unwrap();
        let dice = &mut Component::new(1, "names").dice(0);
        let count = |wanted: &str, mut draw: Box<dyn FnMut() -> String + '_>| {
            (0..4_000).filter(|_| draw() == wanted).count()
        };
        let mut given = |group, sex, year, wanted: &str| {
            (0..4_000)
                .filter(|_| tables.given(group, sex, year, dice) == wanted)
                .count()
        };
        let (old, new) = (
            given(Group::White, Sex::Female, 1935, "MARY"),
            given(Group::White, Sex::Female, 2005, "MARY"),
        );
        assert!(old > 5 * new.max(1), "{old} {new}");
        assert_eq!(given(Group::White, Sex::Male, 1935, "MARY") / 100, 0);
        let dice = &mut Component::new(1, "names").dice(1);
        let hispanic = count("GARCIA", Box::new(|| tables.surname(Group::Hispanic, dice)));
        let dice = &mut Component::new(1, "names").dice(2);
        let white = count("GARCIA", Box::new(|| tables.surname(Group::White, dice)));
        assert!(hispanic > 20 && white < 10, "{hispanic} {white}");
    }

    #[test]
    fn rare_names_are_plain() {
        for (name, other, expected) in [
            ("WASHINGTON", "LOPEZ", "WASHIPEZ"),
            ("LI", "NG", "LING"),
            ("ANN", "NNO", "ANO"),
        ] {
            assert_eq!(rare(name, other), expected);
        }
    }
}
