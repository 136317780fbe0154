//! Everything a family is made from: tables, atlas, rates and years, under one seed.
//!
//! Place in the flow: made once for a nation and shared by all its families.
//!
//! Left to others: the families themselves.

use model::time::Date;

use super::{
    Numbers, Parameters,
    atlas::Atlas,
    family,
    person::{FamilyNumber, Person, Presence},
};
use crate::{
    dice::{Component, Cumulative, Dice},
    error::LabError,
    rates::{Rate, Rates},
    tables::{Group, each_line, names::NameTables},
};

/// Families of strangers are numbered from here, far beyond any nation's.
const STRANGERS: u64 = 1 << 40;

/// The world of one nation.
pub struct World {
    /// What it was made from.
    pub(crate) rates: Rates,
    pub(crate) names: NameTables,
    pub(crate) atlas: Atlas,
    pub(crate) kinds: Cumulative,
    pub(crate) groups: Cumulative,
    /// Weight of each age from 0.
    pub(crate) ages: Vec<u64>,
    pub(crate) first_year: i32,
    pub(crate) last_year: i32,
    pub(crate) as_of: Date,
    numbers: Numbers,
    families: Component,
}

impl World {
    /// The world these parameters describe.
    ///
    /// # Errors
    /// [`LabError::Table`] for a damaged built-in table.
    pub fn new(parameters: &Parameters) -> Result<Self, LabError> {
        let rates = &parameters.rates;
        Ok(Self {
            names: NameTables::load(rates)?,
            atlas: Atlas::new(parameters.people, parameters.seed, rates)?,
            kinds: weights(&family::kind_rates(rates)),
            groups: weights(&group_rates(rates)),
            ages: ages()?,
            first_year: parameters.first_year(),
            last_year: parameters.last_year(),
            as_of: parameters.as_of,
            numbers: Numbers::new(parameters.seed),
            families: Component::new(parameters.seed, "families"),
            rates: rates.clone(),
        })
    }

    /// Where the nation lives.
    #[must_use]
    pub const fn atlas(&self) -> &Atlas {
        &self.atlas
    }

    /// Its number office.
    #[must_use]
    pub const fn numbers(&self) -> &Numbers {
        &self.numbers
    }

    /// First and last tax period.
    #[must_use]
    pub const fn years(&self) -> (i32, i32) {
        (self.first_year, self.last_year)
    }

    /// The day it is.
    #[must_use]
    pub const fn as_of(&self) -> Date {
        self.as_of
    }

    /// Makes a family. Presence, id and taxpayer number are given when it is entered.
    #[must_use]
    pub fn family(&self, number: FamilyNumber) -> Vec<Person> {
        family::make(self, number, self.families.dice(number.0))
    }

    /// A grown person of a family that nobody entered, counted from 0; the number is one of the
    /// absent, from `tin` on.
    #[must_use]
    pub fn stranger(&self, number: u64, tin: u64) -> Option<Person> {
        let family = self.family(FamilyNumber(STRANGERS + number));
        let mut person = family
            .into_iter()
            .find(|person| !person.filings.is_empty())?;
        person.filings.clear();
        person.presence = Presence::Unknown;
        person.tin = self.numbers.tin_of_absent(tin);
        Some(person)
    }

    /// A group, by the nation's shares.
    pub(crate) fn group(&self, dice: &mut Dice) -> Group {
        Group::ALL
            .get(dice.weighted(&self.groups))
            .copied()
            .unwrap_or_default()
    }
}

fn weights(rates: &[Rate]) -> Cumulative {
    Cumulative::new(rates.iter().map(|rate| u64::from(rate.per_million())))
}

const fn group_rates(rates: &Rates) -> [Rate; 6] {
    [
        rates.group_white,
        rates.group_black,
        rates.group_api,
        rates.group_native,
        rates.group_multiple,
        rates.group_hispanic,
    ]
}

fn ages() -> Result<Vec<u64>, LabError> {
    let mut ages = Vec::new();
    each_line("ages", include_bytes!("../../data/ages.csv.gz"), |fields| {
        ages.push(fields.get(1)?.parse().ok()?);
        Some(())
    })?;
    Ok(ages)
}
