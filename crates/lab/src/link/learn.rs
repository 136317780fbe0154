//! Learning the numbers from requests whose answer is known.
//!
//! Place in the flow: before deciding, on requests that are not measured afterwards. First chances of
//! levels are counted; then all weights are fitted together, so that fields which say the same are not
//! counted twice: the chance of the right person among all candidates and nobody (a conditional logit,
//! McFadden 1974) is made greatest, drawn towards the counted weights.
//!
//! Left to others: deciding (decide). Nothing here depends on the order of rows or on threads.

use rayon::prelude::*;

use identity::scale::Millibits;

use super::{
    decide::{Decided, Matcher, is_of_household},
    fit::{Example, fit},
    level::{Grid, Level, Levels},
    load::{PersonNumber, Request, mix},
    model::{Chances, MILLION, Model, default_chances},
};

/// Observations a default chance counts for.
const DEFAULT_WEIGHT: u64 = 20;
/// Pairs of a request and anybody that are compared to count levels by chance.
const PAIRS: u64 = 200_000;
/// Most requests learned from.
const MOST: usize = 20_000;
/// Wrong answers a threshold may give on the split, in millionths of the answers.
const WRONG: u64 = 1_000;

/// Odds below which nothing is answered, whatever the split says: a hundred to one.
const LEAST_THRESHOLD: Millibits = 6_644;

/// Learns from these requests.
#[must_use]
pub fn learn(matcher: &Matcher<'_>, split: &[&Request]) -> Model {
    let mut split = split.to_vec();
    split.sort_by_key(|request| mix(super::load::hash(&request.id)));
    split.truncate(MOST);
    let counted = counted(matcher, &split);
    let mut model = counted.model();
    let examples: Vec<Example> = split
        .par_iter()
        .map(|request| example(matcher, &model, request))
        .collect();
    fit(&mut model, &examples);
    let decided: Vec<(Decided, Option<PersonNumber>)> = split
        .par_iter()
        .map(|request| (matcher.decide(&model, request), request.truth))
        .collect();
    if let Some(threshold) = threshold(&decided) {
        model.threshold = threshold;
    }
    model
}

/// Counted levels.
#[derive(Default)]
pub(super) struct Counted {
    /// Of right people.
    pub person: Grid<u64>,
    /// Of other members of their households.
    pub household: Grid<u64>,
    /// Of anybody.
    pub anybody: Grid<u64>,
    /// Requests.
    pub requests: u64,
    /// Those about nobody among the candidates.
    pub absent: u64,
    /// Of these, those about a member of a candidate's household.
    pub with_household: u64,
}

/// Counts a pair's levels so many times.
pub(super) fn count(grid: &mut Grid<u64>, levels: &Levels, times: u64) {
    if times == 0 {
        return;
    }
    for (field, level) in (0..).zip(levels) {
        if let Some(slot) = grid.slot(field, *level) {
            *slot += times;
        }
    }
}

fn counted(matcher: &Matcher<'_>, split: &[&Request]) -> Counted {
    let mut counted = split
        .par_iter()
        .map(|request| counted_of(matcher, request))
        .reduce(Counted::default, Counted::plus);
    by_chance(matcher, split, &mut counted.anybody);
    counted
}

fn counted_of(matcher: &Matcher<'_>, request: &Request) -> Counted {
    let mut counted = Counted {
        requests: 1,
        ..Counted::default()
    };
    let (candidates, _) = matcher.compared(request);
    let others = candidates
        .iter()
        .filter(|one| Some(one.person) != request.truth);
    let mut relatives = 0;
    for relative in others.filter(|one| is_of_household(&one.levels)) {
        count(&mut counted.household, &relative.levels, 1);
        relatives += 1;
    }
    let right = request
        .truth
        .and_then(|truth| matcher.loaded.people.get(truth as usize));
    if let Some(right) = right {
        let levels = matcher.comparer.levels(&request.form, right);
        count(&mut counted.person, &levels, 1);
    }
    let reached = candidates
        .iter()
        .any(|one| Some(one.person) == request.truth);
    counted.absent = u64::from(!reached);
    counted.with_household = u64::from(request.truth.is_none() && relatives > 0);
    counted
}

/// Counts levels of requests with people drawn by number, the same whatever the order of the files.
pub(super) fn by_chance(matcher: &Matcher<'_>, split: &[&Request], grid: &mut Grid<u64>) {
    let mut people: Vec<(u64, PersonNumber)> = matcher
        .loaded
        .names_of_people
        .iter()
        .copied()
        .zip(0..)
        .collect();
    people.par_sort_unstable();
    let (requests, everybody) = (split.len() as u64, people.len() as u64);
    if requests == 0 || everybody == 0 {
        return;
    }
    for draw in 0..PAIRS {
        let request = usize::try_from(draw % requests)
            .ok()
            .and_then(|at| split.get(at));
        let person = usize::try_from(mix(draw + 1) % everybody)
            .ok()
            .and_then(|at| people.get(at));
        let form = person.and_then(|(_, person)| matcher.loaded.people.get(*person as usize));
        if let (Some(request), Some(form)) = (request, form) {
            count(grid, &matcher.comparer.levels(&request.form, form), 1);
        }
    }
}

impl Counted {
    /// Both together.
    pub fn plus(mut self, other: Self) -> Self {
        let all = [
            (&mut self.person, other.person),
            (&mut self.household, other.household),
            (&mut self.anybody, other.anybody),
        ];
        for (own, other) in all {
            for (field, level) in Grid::<u64>::places() {
                let sum = own.at(field, level) + other.at(field, level);
                own.set(field, level, sum);
            }
        }
        self.requests += other.requests;
        self.absent += other.absent;
        self.with_household += other.with_household;
        self
    }

    /// Counts of parts as counts of wholes of so many parts, rounded.
    pub fn divided(mut self, parts: u64) -> Self {
        let whole = |count: u64| (count + parts / 2) / parts.max(1);
        for grid in [&mut self.person, &mut self.household, &mut self.anybody] {
            for (field, level) in Grid::<u64>::places() {
                let count = whole(grid.at(field, level));
                grid.set(field, level, count);
            }
        }
        self.requests = whole(self.requests);
        self.absent = whole(self.absent);
        self.with_household = whole(self.with_household);
        self
    }

    /// The model they make, with the built-in chances for what is hardly seen.
    pub fn model(&self) -> Model {
        let [person, household, anybody] = default_chances();
        let absent = (2 * self.absent + 1, 2 * self.requests + 2);
        let member = (2 * self.with_household + 1, 2 * self.absent + 2);
        Model::of(
            &smoothed(&self.person, &person),
            &smoothed(&self.household, &household),
            smoothed(&self.anybody, &anybody),
            absent,
            member,
        )
    }
}

/// Counts to chances, each default chance counting for a few observations.
fn smoothed(counts: &Grid<u64>, defaults: &Chances) -> Chances {
    let mut chances = Chances::default();
    for (field, level) in Grid::<u64>::places().filter(|(_, level)| *level != Level::Missing) {
        let stated: u64 = Level::ALL
            .iter()
            .skip(1)
            .map(|level| counts.at(field, *level))
            .sum();
        let parts = counts.at(field, level) * MILLION + DEFAULT_WEIGHT * defaults.at(field, level);
        chances.set(field, level, (parts / (stated + DEFAULT_WEIGHT)).max(1));
    }
    chances
}

fn example(matcher: &Matcher<'_>, model: &Model, request: &Request) -> Example {
    let rare = matcher.rarity(model, request);
    let (compared, _) = matcher.compared(request);
    let household: Vec<Millibits> = compared
        .iter()
        .map(|one| model.household_weight(&rare, &one.levels) + model.member)
        .collect();
    Example::new(
        model,
        &rare,
        compared
            .iter()
            .map(|one| (one.levels, Some(one.person) == request.truth)),
        &household,
        matcher.loaded.counts.people,
    )
}

/// The lowest score above which no more than the bearable share of answers would be wrong with one
/// wrong answer more than there was; never below [`LEAST_THRESHOLD`].
fn threshold(decided: &[(Decided, Option<PersonNumber>)]) -> Option<Millibits> {
    let mut scores: Vec<(Millibits, bool)> = decided
        .iter()
        .filter(|(decided, _)| decided.best.is_some())
        .map(|(decided, truth)| (decided.score, decided.best == *truth))
        .collect();
    scores.sort_unstable_by_key(|(score, _)| std::cmp::Reverse(*score));
    let (mut answers, mut wrong, mut threshold) = (0_u64, 0_u64, None);
    for tied in scores.chunk_by(|a, b| a.0 == b.0) {
        answers += tied.len() as u64;
        wrong += tied.iter().filter(|(_, right)| !right).count() as u64;
        if (wrong + 1) * MILLION <= answers * WRONG {
            threshold = tied.first().map(|(score, _)| (*score).max(LEAST_THRESHOLD));
        }
    }
    threshold
}
