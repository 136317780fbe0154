//! How the names of one person agree from row to row, and those of two: the levels of the production
//! matcher, counted on a set whose answers are known.
//!
//! Place in the flow: beside the report. It shows what `identity` assumes of names on data that nobody made
//! for it; nothing is learned from it.
//!
//! Left to others: the levels (`identity::names`), this program's own comparison (compare).

use std::collections::BTreeMap;

use identity::{
    compare::Bearing,
    level::{GivenLevel, MiddleLevel, SurnameLevel},
    names::{RowGiven, RowSurnames},
};
use serde::Serialize;

use super::{
    form::{Dictionary, Form, WordId},
    level::GIVEN,
    load::{Loaded, mix},
};

/// Pairs of a request and anybody that are drawn.
const DRAWN: u64 = 200_000;

/// Pairs at each level.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Default)]
pub struct AtLevels {
    /// Pairs compared.
    pub pairs: u64,
    /// By level of the first given name.
    pub given: BTreeMap<&'static str, u64>,
    /// By level of the later given names.
    pub middle: BTreeMap<&'static str, u64>,
    /// By level of the surnames.
    pub surname: BTreeMap<&'static str, u64>,
}

/// Names of requests against those of the person meant, and of anybody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NamePairs {
    /// The person meant.
    pub person: AtLevels,
    /// Anybody, drawn by a fixed rule.
    pub anybody: AtLevels,
}

impl NamePairs {
    /// Counts them.
    #[must_use]
    pub fn of(loaded: &Loaded) -> Self {
        let mut pairs = Self {
            person: AtLevels::default(),
            anybody: AtLevels::default(),
        };
        for request in &loaded.requests {
            let truth = request.truth.and_then(|at| loaded.people.get(at as usize));
            if let Some(person) = truth {
                pairs.person.add(loaded, &request.form, person);
            }
        }
        let (requests, people) = (loaded.requests.len() as u64, loaded.people.len() as u64);
        for draw in 0..DRAWN {
            let at = |of: u64, number: u64| usize::try_from(number % of.max(1)).ok();
            let request = at(requests, draw).and_then(|at| loaded.requests.get(at));
            let person = at(people, mix(draw + 1)).and_then(|at| loaded.people.get(at));
            if let (Some(request), Some(person)) = (request, person) {
                pairs.anybody.add(loaded, &request.form, person);
            }
        }
        pairs
    }
}

impl AtLevels {
    fn add(&mut self, loaded: &Loaded, row: &Form, person: &Form) {
        let (given, middle, surname) = levels(loaded, row, person);
        self.pairs += 1;
        *self.given.entry(given.code()).or_default() += 1;
        *self.middle.entry(middle.code()).or_default() += 1;
        *self.surname.entry(surname.code()).or_default() += 1;
    }
}

fn levels(loaded: &Loaded, row: &Form, person: &Form) -> (GivenLevel, MiddleLevel, SurnameLevel) {
    let names = &loaded.words.names;
    let [first, ..] = row.given;
    let bearers = loaded.counts.of_value(GIVEN, first);
    let bearing = Bearing::of(bearers, loaded.counts.people);
    let (given, surnames) = (words(names, &row.given), words(names, &row.surname));
    let (given, surnames) = (RowGiven::of(&given, bearing), RowSurnames::of(&surnames));
    let theirs = texts(names, &person.given);
    (
        given.level(&theirs),
        given.middle(&theirs),
        surnames.level(&texts(names, &person.surname)),
    )
}

fn texts<'d>(names: &'d Dictionary, ids: &[WordId]) -> Vec<&'d str> {
    let stated = ids.iter().filter(|id| **id != 0);
    stated.map(|id| names.text(*id)).collect()
}

fn words(names: &Dictionary, ids: &[WordId]) -> Vec<String> {
    texts(names, ids).into_iter().map(str::to_owned).collect()
}
