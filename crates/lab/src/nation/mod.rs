//! The synthetic nation: families, their names, homes and returns, made one by one from a seed.
//!
//! Place in the flow: [`generate`] hands each person in turn to a [`PersonSink`]; the extract writes
//! them, the requests choose among them, later measurements score against them. A family depends on
//! the seed, the size of the nation and its own number only, so families are made ahead on another
//! thread and the result is the same. Memory is bounded: nothing is kept but the tables.
//!
//! Left to others: writing (extract), asking (request).

pub mod atlas;
mod family;
mod life;
mod naming;
mod numbers;
pub mod person;
mod world;

use std::sync::mpsc::sync_channel;

use model::time::{Date, TaxPeriod};

use self::person::{FamilyNumber, Likeness, Person, PersonNumber, Presence};
pub use self::{numbers::Numbers, world::World};
use crate::{error::LabError, rates::Rates};

/// Families made ahead in one portion.
const FAMILIES_PER_PORTION: u64 = 1_024;

/// Portions that wait at most.
const PORTIONS_AHEAD: usize = 4;

/// Tax periods an extract spans.
pub const PERIODS: i32 = 7;

/// What a nation is made from. Equal parameters make equal nations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameters {
    /// People on file, from 1 to [`Numbers::CAPACITY`] less the absent.
    pub people: u64,
    /// The seed everything is drawn from.
    pub seed: u64,
    /// The day it is. The last tax period is the one whose returns were due by then.
    pub as_of: Date,
    /// Rates, as `nation.toml` has them.
    pub rates: Rates,
}

impl Parameters {
    /// The last tax period: of the year before `as_of`, or the one before that until 15 October,
    /// when the returns of a year are in.
    #[must_use]
    pub fn last_year(&self) -> i32 {
        let year = i32::from(self.as_of.year());
        if (self.as_of.month(), self.as_of.day()) >= (10, 15) {
            year - 1
        } else {
            year - 2
        }
    }

    /// The first tax period.
    #[must_use]
    pub fn first_year(&self) -> i32 {
        self.last_year() - PERIODS + 1
    }

    /// Checks the ranges.
    ///
    /// # Errors
    /// [`LabError::Argument`] naming the one that is out of range.
    pub fn check(&self) -> Result<(), LabError> {
        let most = Numbers::CAPACITY / 10 * 9;
        if !(1..=most).contains(&self.people) {
            return Err(LabError::Argument {
                what: "--people",
                range: format!("from 1 to {most}, as many as there are never-issued numbers for"),
                value: self.people.to_string(),
            });
        }
        if !(1990..=2100).contains(&self.as_of.year()) {
            return Err(LabError::Argument {
                what: "--as-of",
                range: "a day of the years 1990 to 2100".to_owned(),
                value: self.as_of.to_string(),
            });
        }
        Ok(())
    }
}

/// Takes the people of a nation one by one.
pub trait PersonSink {
    /// Takes one person; families come one after another, their members together.
    ///
    /// # Errors
    /// Whatever stops the taker; it stops the making too.
    fn person(&mut self, person: &Person) -> Result<(), LabError>;
}

/// What a nation turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Census {
    /// Families.
    pub families: u64,
    /// People on file.
    pub people: u64,
    /// Members of those families who are not on file.
    pub absent: u64,
    /// Returns on file.
    pub filings: u64,
    /// People born into those families, on file or not.
    pub births: u64,
    /// Those of them who are one of twins.
    pub twin_births: u64,
    /// People on file who are one of twins.
    pub twins: u64,
    /// People on file who have a relative of the same first given name and first surname.
    pub namesakes: u64,
    /// People on file with two or more mailing addresses.
    pub movers: u64,
}

/// Makes the nation and hands every person to `sink`: exactly `parameters.people` who are on file,
/// and the members of their families who are not.
///
/// # Errors
/// [`LabError::Argument`] for parameters out of range, [`LabError::Table`] for a damaged table, or
/// whatever the sink returns.
pub fn generate(parameters: &Parameters, sink: &mut dyn PersonSink) -> Result<Census, LabError> {
    parameters.check()?;
    let world = World::new(parameters)?;
    populate(&world, parameters.people, sink)
}

/// As [`generate`], in a world that is already there.
///
/// # Errors
/// Whatever the sink returns.
pub fn populate(world: &World, people: u64, sink: &mut dyn PersonSink) -> Result<Census, LabError> {
    let mut registrar = Registrar {
        numbers: world.numbers(),
        people,
        census: Census::default(),
    };
    std::thread::scope(|scope| {
        let (sender, receiver) = sync_channel::<Vec<Vec<Person>>>(PORTIONS_AHEAD);
        scope.spawn(move || {
            let mut number = 0;
            loop {
                let portion = (number..number + FAMILIES_PER_PORTION)
                    .map(|number| world.family(FamilyNumber(number)))
                    .collect();
                number += FAMILIES_PER_PORTION;
                // The receiver goes away when the nation is full: that is the end.
                if sender.send(portion).is_err() {
                    break;
                }
            }
        });
        for mut family in receiver.into_iter().flatten() {
            if registrar.is_full() {
                break;
            }
            registrar.enter(&mut family);
            for person in &family {
                sink.person(person)?;
            }
        }
        Ok(registrar.census)
    })
}

/// Numbers people in the order they come, and counts them.
struct Registrar<'world> {
    numbers: &'world Numbers,
    people: u64,
    census: Census,
}

impl Registrar<'_> {
    const fn is_full(&self) -> bool {
        self.census.people >= self.people
    }

    /// Numbers a family; those for whom there is no room any more are left out.
    fn enter(&mut self, family: &mut Vec<Person>) {
        let room = usize::try_from(self.people - self.census.people).unwrap_or(usize::MAX);
        let mut filers = 0;
        family.retain(|person| {
            filers += usize::from(!person.filings.is_empty());
            person.filings.is_empty() || filers <= room
        });
        let anybody = filers > 0;
        self.census.families += 1;
        for person in family {
            let Likeness {
                born_into_family,
                twin,
                ..
            } = person.likeness;
            self.census.births += u64::from(born_into_family);
            self.census.twin_births += u64::from(twin);
            if person.filings.is_empty() {
                person.presence = if anybody {
                    Presence::FamilyOnFile
                } else {
                    Presence::Unknown
                };
                person.tin = self.numbers.tin_of_absent(self.census.absent);
                self.census.absent += 1;
            } else {
                let number = PersonNumber(self.census.people);
                person.presence = Presence::OnFile(number);
                person.id = self.numbers.person_id(number);
                person.tin = self.numbers.tin(number);
                self.census.people += 1;
                self.count(person);
            }
        }
    }

    fn count(&mut self, person: &Person) {
        let census = &mut self.census;
        census.filings += u64::try_from(person.filings.len()).unwrap_or(0);
        census.twins += u64::from(person.likeness.twin);
        census.namesakes += u64::from(person.likeness.namesake);
        let first = person.filings.first().map(|filing| filing.dwelling);
        let moved = person
            .filings
            .iter()
            .any(|filing| Some(filing.dwelling) != first);
        census.movers += u64::from(moved);
    }
}

/// A year's tax period; none for a year outside the calendar of tax periods.
pub(crate) fn period(year: i32) -> Option<TaxPeriod> {
    TaxPeriod::new(u16::try_from(year).ok()?).ok()
}
