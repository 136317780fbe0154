//! Fitting all weights together: a conditional logit by gradient (Adam, Kingma and Ba 2015).
//!
//! Place in the flow: called by learning, with one example a request.
//!
//! Left to others: counted chances (learn). Sums are taken in a fixed order, so the same examples give
//! the same numbers on any thread count; the numbers used afterwards are whole milli-bits.

use std::cmp::Reverse;

use identity::scale::{Millibits, log2_integer};
use rayon::prelude::*;

use super::{
    level::{FIELDS, Grid, LEVELS, Level, Levels},
    model::Model,
};

/// Candidates further behind the best than this many milli-bits are left out.
const BEHIND: Millibits = 30_000;
/// Most candidates of a request that are gone through: the strongest.
const MOST_CANDIDATES: usize = 200;
/// Steps.
const STEPS: i32 = 200;
/// Length of a step, in bits.
const RATE: f64 = 0.05;
/// How far a weight is expected from its counted one: bits, and share of its rarity.
const SPREAD: [f64; 2] = [2.0, 0.5];
/// Examples summed at once.
const CHUNK: usize = 256;
/// Weights of levels.
const CELLS: usize = FIELDS * LEVELS;
/// All parameters: weights, scales, and the weight of nobody.
const PARAMETERS: usize = 2 * CELLS + 1;

/// A candidate: the cells that speak, with the row's rarity in bits.
type Features = Vec<(u16, f32)>;

/// A request with its candidates.
pub struct Example {
    /// The right one first, if it is there.
    candidates: Vec<Features>,
    right: bool,
    /// Weight of the household alternatives, in bits; very low where there is none.
    household: f64,
    /// log2 of the people on file.
    people: f64,
}

impl Example {
    /// From compared candidates, of whom one may be right.
    pub fn new(
        model: &Model,
        rare: &Grid<Millibits>,
        candidates: impl Iterator<Item = (Levels, bool)>,
        household: &[Millibits],
        people: u64,
    ) -> Self {
        let mut weighed: Vec<(bool, Levels, Millibits)> = candidates
            .map(|(levels, right)| (!right, levels, model.weight(rare, &levels)))
            .collect();
        let best = weighed
            .iter()
            .map(|(_, _, weight)| *weight)
            .max()
            .unwrap_or(0);
        weighed.retain(|(wrong, _, weight)| !wrong || *weight > best - BEHIND);
        weighed.sort_unstable_by_key(|(wrong, levels, weight)| (*wrong, Reverse(*weight), *levels));
        weighed.truncate(MOST_CANDIDATES);
        // In an order of their own: a sum of floats depends on it.
        let mut household = household.to_vec();
        household.sort_unstable();
        let household = household
            .iter()
            .map(|weight| bits(*weight).exp2())
            .sum::<f64>();
        Self {
            right: weighed.first().is_some_and(|(wrong, _, _)| !wrong),
            candidates: weighed
                .iter()
                .map(|(_, levels, _)| features(rare, levels))
                .collect(),
            household: household.max(f64::MIN_POSITIVE).log2(),
            people: bits(log2_integer(people)),
        }
    }
}

fn bits(weight: Millibits) -> f64 {
    weight as f64 / 1000.0
}

fn features(rare: &Grid<Millibits>, levels: &Levels) -> Features {
    let stated = (0..)
        .zip(levels)
        .filter(|(_, level)| **level != Level::Missing);
    let cell = |(field, level): (usize, &Level)| {
        let cell = u16::try_from(field * LEVELS + *level as usize).ok()?;
        Some((cell, bits(rare.at(field, *level)) as f32))
    };
    stated.filter_map(cell).collect()
}

/// Parameters in bits: weights, then scales, then nobody.
fn parameters(model: &Model) -> Vec<f64> {
    let weights = Grid::<u64>::places().map(|(field, level)| bits(model.base.at(field, level)));
    let scales =
        Grid::<u64>::places().map(|(field, level)| model.scale.at(field, level) as f64 / 1000.0);
    weights.chain(scales).chain([bits(model.absent)]).collect()
}

/// Fits the model's weights to the examples.
pub fn fit(model: &mut Model, examples: &[Example]) {
    if examples.is_empty() {
        return;
    }
    let start = parameters(model);
    let mut now = start.clone();
    let mut momentum = vec![(0.0_f64, 0.0_f64); PARAMETERS];
    for step in 1..=STEPS {
        let mut slope = slopes(&now, examples);
        for (place, ((slope, now), start)) in slope.iter_mut().zip(&now).zip(&start).enumerate() {
            let spread = if (CELLS..2 * CELLS).contains(&place) {
                SPREAD[1]
            } else {
                SPREAD[0]
            };
            *slope -= (now - start) / (spread * spread);
        }
        let rate = RATE * (1.0 - f64::from(step) / f64::from(STEPS + 1));
        for ((now, slope), (mean, square)) in now.iter_mut().zip(&slope).zip(&mut momentum) {
            *mean = 0.9 * *mean + 0.1 * slope;
            *square = 0.99 * *square + 0.01 * slope * slope;
            let (mean, square) = (
                *mean / (1.0 - 0.9_f64.powi(step)),
                *square / (1.0 - 0.99_f64.powi(step)),
            );
            *now += rate * mean / (square.sqrt() + 1e-9);
        }
    }
    take_over(model, &now);
}

fn take_over(model: &mut Model, fitted: &[f64]) {
    let whole = |value: f64| (value * 1000.0).round() as i64;
    for ((field, level), value) in Grid::<u64>::places().zip(fitted) {
        model.base.set(field, level, whole(*value));
    }
    for ((field, level), value) in Grid::<u64>::places().zip(fitted.iter().skip(CELLS)) {
        model.scale.set(field, level, whole(*value));
    }
    if let Some(nobody) = fitted.last() {
        model.absent = whole(*nobody);
    }
}

/// The slope of the log-likelihood in bits, summed chunk by chunk in order.
fn slopes(now: &[f64], examples: &[Example]) -> Vec<f64> {
    let parts: Vec<Vec<f64>> = examples
        .par_chunks(CHUNK)
        .map(|chunk| {
            let mut slope = vec![0.0; PARAMETERS];
            chunk
                .iter()
                .for_each(|example| add_slope(now, example, &mut slope));
            slope
        })
        .collect();
    parts
        .into_iter()
        .fold(vec![0.0; PARAMETERS], |mut sum, part| {
            sum.iter_mut()
                .zip(part)
                .for_each(|(sum, part)| *sum += part);
            sum
        })
}

fn add_slope(now: &[f64], example: &Example, slope: &mut [f64]) {
    let at = |place: usize| now.get(place).copied().unwrap_or(0.0);
    let weight = |features: &Features| -> f64 {
        let one = |(cell, rare): &(u16, f32)| {
            at(usize::from(*cell)) + at(CELLS + usize::from(*cell)) * f64::from(*rare)
        };
        features.iter().map(one).sum()
    };
    let nobody = at(2 * CELLS) + example.people;
    let weights: Vec<f64> = example.candidates.iter().map(weight).collect();
    let most = weights
        .iter()
        .copied()
        .fold(nobody.max(example.household), f64::max);
    let power = |weight: f64| (weight - most).exp2();
    let others = power(nobody) + power(example.household);
    let sum = weights.iter().map(|weight| power(*weight)).sum::<f64>() + others;
    for (place, (features, weight)) in example.candidates.iter().zip(&weights).enumerate() {
        let wanted = f64::from(u8::from(example.right && place == 0));
        let missing = wanted - power(*weight) / sum;
        if missing.abs() < 1e-7 {
            continue;
        }
        for (cell, rare) in features {
            let cell = usize::from(*cell);
            if let Some(slot) = slope.get_mut(cell) {
                *slot += missing;
            }
            if let Some(slot) = slope.get_mut(CELLS + cell) {
                *slot += missing * f64::from(*rare);
            }
        }
    }
    if let Some(slot) = slope.last_mut() {
        let share = power(nobody) / others;
        let wanted = if example.right { 0.0 } else { share };
        *slot += wanted - power(nobody) / sum;
    }
}
