//! Fitting the built-in numbers to a set whose answers are not known.
//!
//! Place in the flow: instead of learning, where there is no split to learn from. A few rounds of
//! expectation maximisation (Dempster, Laird and Rubin 1977) over requests, not over pairs: each request
//! means one of its candidates, a member of a candidate's household who is not on file, or nobody. A
//! two-class mixture of pairs would take relatives for the same person (`spec/link.md` tells what came of
//! that); here relatives compete. No truth is read. The threshold is left as it is.
//!
//! Left to others: counting where the answer is known (learn), deciding (decide).

use identity::scale::{Fixed, Millibits, log2_integer};
use rayon::prelude::*;

use super::{
    decide::{Matcher, is_of_household},
    learn::{Counted, by_chance, count},
    level::{FIELDS, Grid, Level, Levels},
    load::{Request, hash, mix},
    model::{ABSENT, MEMBER, MILLION, Model, default_chances, is_of_person},
};

/// Rounds.
const ROUNDS: usize = 4;
/// Most requests gone through.
const MOST: usize = 5_000;
/// Most candidates of a request that are gone through: the strongest, which hold nearly all of its odds.
const MOST_CANDIDATES: usize = 100;
/// Shares are counted in so many parts of a request, so that sums do not depend on their order.
const WHOLE: u64 = 100_000;
/// However few seem to be, at least this share of the requests is taken to be about nobody on file: one in
/// so many.
const LEAST_ABSENT: u64 = 1_000;

/// A request with its strongest candidates.
struct Asked {
    rare: Grid<Millibits>,
    candidates: Vec<Levels>,
}

/// Fits the default model to these requests, without their truths.
#[must_use]
pub fn adapt(matcher: &Matcher<'_>, requests: &[&Request]) -> Model {
    let mut some = requests.to_vec();
    some.sort_by_key(|request| mix(hash(&request.id)));
    some.truncate(MOST);
    let mut anybody = Grid::default();
    by_chance(matcher, &some, &mut anybody);
    // Nothing counted yet but chance, and the built-in shares of the absent.
    let mut model = Counted {
        requests: MILLION,
        absent: ABSENT,
        with_household: ABSENT * MEMBER / MILLION,
        anybody: anybody.clone(),
        ..Counted::default()
    }
    .model();
    let asked: Vec<Asked> = some
        .par_iter()
        .map(|request| asked(matcher, &model, request))
        .collect();
    let people = log2_integer(matcher.loaded.counts.people);
    for _ in 0..ROUNDS {
        let counted = asked
            .par_iter()
            .map(|one| expected(&model, one, people))
            .reduce(Counted::default, Counted::plus);
        let mut counted = counted.divided(WHOLE);
        counted.absent = counted.absent.max(counted.requests / LEAST_ABSENT);
        counted.anybody.clone_from(&anybody);
        hold(&mut counted.person);
        model = counted.model();
    }
    model
}

fn asked(matcher: &Matcher<'_>, model: &Model, request: &Request) -> Asked {
    let rare = matcher.rarity(model, request);
    let (compared, _) = matcher.compared(request);
    // Candidates that agree alike are interchangeable: which of them is cut off does not matter.
    let mut weighed: Vec<(Millibits, Levels)> = compared
        .iter()
        .map(|one| (-model.weight(&rare, &one.levels), one.levels))
        .collect();
    if weighed.len() > MOST_CANDIDATES {
        weighed.select_nth_unstable(MOST_CANDIDATES);
        weighed.truncate(MOST_CANDIDATES);
    }
    Asked {
        rare,
        candidates: weighed.into_iter().map(|(_, levels)| levels).collect(),
    }
}

/// Keeps what speaks for a relative from being taken for the person's own error: in fields that tell members
/// of a household apart, a level likelier for a relative is never believed likelier for the person than the
/// built-in chance. Else a set asking for many absent relatives would teach that first names change.
fn hold(person: &mut Grid<u64>) {
    let [built_in, household, _] = default_chances();
    let relative = |field: usize, level: Level| {
        is_of_person(field) && household.at(field, level) > built_in.at(field, level)
    };
    for field in 0..FIELDS {
        let stated: u64 = Level::ALL
            .iter()
            .skip(1)
            .map(|level| person.at(field, *level))
            .sum();
        for level in Level::ALL
            .into_iter()
            .filter(|level| relative(field, *level))
        {
            let most = stated * built_in.at(field, level) / MILLION;
            let count = person.at(field, level).min(most);
            person.set(field, level, count);
        }
    }
}

/// What a request counts for: the chance of each candidate, of a relative of theirs and of nobody.
fn expected(model: &Model, asked: &Asked, people: Millibits) -> Counted {
    let persons = asked
        .candidates
        .iter()
        .map(|levels| model.weight(&asked.rare, levels));
    let relatives = asked
        .candidates
        .iter()
        .map(|levels| model.household_weight(&asked.rare, levels) + model.member);
    let weights: Vec<Millibits> = persons
        .chain(relatives)
        .chain([model.absent + people])
        .collect();
    let shares = shares(&weights);
    let (of_persons, of_others) = shares.split_at(asked.candidates.len());
    let on_file: u64 = of_persons.iter().sum();
    let mut counted = Counted {
        requests: WHOLE,
        absent: WHOLE.saturating_sub(on_file),
        with_household: of_others.iter().take(asked.candidates.len()).sum(),
        ..Counted::default()
    };
    for (levels, share) in asked.candidates.iter().zip(of_persons) {
        count(&mut counted.person, levels, *share);
        if is_of_household(levels) {
            // Somebody else on file is meant: then this is a relative. How relatives that are not on file
            // agree is never counted: nothing would hold it.
            count(
                &mut counted.household,
                levels,
                on_file.saturating_sub(*share),
            );
        }
    }
    counted
}

/// Weights in milli-bits as shares of one request, in parts of [`WHOLE`]. The sum is exact, so that the order
/// of the weights does not matter.
fn shares(weights: &[Millibits]) -> Vec<u64> {
    let most = weights.iter().copied().max().unwrap_or(0);
    let sum = weights.iter().fold(Fixed::default(), |sum, weight| {
        sum.plus(Fixed::power(*weight - most))
    });
    let sum = most + sum.log2_up();
    let share = |weight: &Millibits| ((*weight - sum) as f64 / 1000.0).exp2() * WHOLE as f64;
    weights
        .iter()
        .map(|weight| share(weight).round() as u64)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{
        super::level::{GIVEN, POSTCODE},
        *,
    };

    #[test]
    fn other_first_names_are_a_relatives_and_not_errors() {
        let check = |field, level, counted: u64, expected: u64| {
            let mut person = Grid::default();
            person.set(field, Level::Exact, 1_000 - counted);
            person.set(field, level, counted);
            hold(&mut person);
            assert_eq!(person.at(field, level), expected, "{field} {level:?}");
            assert_eq!(person.at(field, Level::Exact), 1_000 - counted);
        };
        check(GIVEN, Level::Different, 400, 17);
        check(GIVEN, Level::Different, 3, 3);
        check(GIVEN, Level::Slip, 400, 400);
        check(POSTCODE, Level::Different, 400, 400);
    }

    #[test]
    fn shares_are_of_one_request() {
        // The sum is rounded up by a milli-bit or two: seven parts in ten thousand.
        let check = |weights: &[Millibits], expected: &[u64], whole: u64| {
            let found = shares(weights);
            assert_eq!(found.len(), expected.len());
            for (found, expected) in found.iter().zip(expected) {
                assert!(
                    found <= expected && expected - found <= WHOLE / 500,
                    "{found} {expected}"
                );
            }
            assert!(found.iter().sum::<u64>() <= whole * WHOLE);
        };
        check(&[0], &[WHOLE], 1);
        check(&[5000, 5000], &[WHOLE / 2; 2], 1);
        check(&[9000, 8000, 8000], &[WHOLE / 2, WHOLE / 4, WHOLE / 4], 1);
        check(&[90_000, -90_000], &[WHOLE, 0], 1);
        check(&[], &[], 0);
    }
}
