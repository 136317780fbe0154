//! Time of one row and of many, with tokens in hand.
//!
//! Place in the flow: after the rows were asked once, so that the register's pages are in memory.
//!
//! Left to others: what the answers were (tally).

use std::time::Instant;

use identity::decide::{Thresholds, identify};
use rayon::prelude::*;
use serde::Serialize;

use super::{
    MeasureError,
    ground::{Asked, Ground},
};

/// How often every row is asked alone; its median counts.
const PASSES: usize = 5;
/// Threads of the many.
pub const THREADS: usize = 2;

/// Times of single rows, in microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Latency {
    /// Rows.
    pub rows: usize,
    /// Median.
    pub p50_microseconds: f64,
    /// 99th percentile.
    pub p99_microseconds: f64,
    /// Longest.
    pub max_microseconds: f64,
}

impl Latency {
    fn of(mut nanoseconds: Vec<u64>) -> Self {
        nanoseconds.sort_unstable();
        let microseconds = |time: Option<&u64>| time.map_or(0.0, |time| *time as f64 / 1000.0);
        let rows = nanoseconds.len();
        let at = |percent: usize| microseconds(nanoseconds.get(rows * percent / 100));
        Self {
            rows,
            p50_microseconds: at(50),
            p99_microseconds: at(99),
            max_microseconds: microseconds(nanoseconds.last()),
        }
    }
}

/// What asking costs.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Lookup {
    /// How often each row was asked alone; times are the median of its own.
    pub passes: usize,
    /// Every row, one after another on one thread.
    pub all: Latency,
    /// The same from the first pass alone: nothing smoothed.
    pub first_pass: Latency,
    /// Rows whose surname is among the commonest hundredth of the distinct surnames on file.
    pub surname_in_commonest_1_percent: Latency,
    /// Bearers from which a surname is one of those.
    pub common_bearers: u64,
    /// The hundredth of the rows whose surnames have the most bearers.
    pub commonest_1_percent_of_rows: Latency,
    /// Threads.
    pub threads: usize,
    /// Rows a second on all of them; the best of three runs.
    pub rows_per_second: f64,
}

/// Asks the rows again and again.
///
/// # Errors
/// [`MeasureError`].
pub fn lookup(
    ground: &Ground,
    rows: &[&Asked],
    thresholds: &Thresholds,
) -> Result<Lookup, MeasureError> {
    let mut times: Vec<Vec<u64>> = vec![Vec::with_capacity(PASSES); rows.len()];
    for _ in 0..PASSES {
        for (asked, times) in rows.iter().zip(&mut times) {
            let start = Instant::now();
            let decision = identify(&asked.query, &ground.register, thresholds)?;
            times.push(u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX));
            drop(std::hint::black_box(decision));
        }
    }
    let first = times.iter().filter_map(|times| times.first().copied());
    let first = Latency::of(first.collect());
    let medians: Vec<(u64, u64)> = rows
        .iter()
        .zip(&mut times)
        .map(|(asked, times)| (asked.bearers, median(times)))
        .collect();
    let times_of = |bearers: u64| {
        let rows = medians.iter().filter(|(other, _)| *other >= bearers);
        Latency::of(rows.map(|(_, time)| *time).collect())
    };
    Ok(Lookup {
        passes: PASSES,
        all: times_of(0),
        first_pass: first,
        surname_in_commonest_1_percent: times_of(ground.common_bearers),
        common_bearers: ground.common_bearers,
        commonest_1_percent_of_rows: commonest_rows(&medians),
        threads: THREADS,
        rows_per_second: rows_per_second(ground, rows, thresholds)?,
    })
}

fn median(times: &mut [u64]) -> u64 {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or(0)
}

fn commonest_rows(medians: &[(u64, u64)]) -> Latency {
    let mut ordered = medians.to_vec();
    ordered.sort_unstable_by_key(|(bearers, _)| std::cmp::Reverse(*bearers));
    let most = medians.len().div_ceil(100);
    Latency::of(ordered.iter().take(most).map(|(_, time)| *time).collect())
}

fn rows_per_second(
    ground: &Ground,
    rows: &[&Asked],
    thresholds: &Thresholds,
) -> Result<f64, MeasureError> {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(THREADS)
        .build()
        .map_err(MeasureError::Threads)?;
    let mut best = 0.0_f64;
    for _ in 0..3 {
        let start = Instant::now();
        pool.install(|| {
            rows.par_iter().try_for_each(|asked| {
                identify(&asked.query, &ground.register, thresholds).map(|decision| {
                    drop(std::hint::black_box(decision));
                })
            })
        })?;
        let rate = rows.len() as f64 / start.elapsed().as_secs_f64().max(1e-9);
        best = best.max(rate);
    }
    Ok(best)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_of_the_sorted_times() {
        let latency = Latency::of((1..=100).rev().map(|time| time * 1000).collect());
        let expected = Latency {
            rows: 100,
            p50_microseconds: 51.0,
            p99_microseconds: 100.0,
            max_microseconds: 100.0,
        };
        assert_eq!(latency, expected);
        assert_eq!(Latency::of(Vec::new()), Latency::default());
    }

    #[test]
    fn the_commonest_rows_are_those_of_most_bearers() {
        let rows: Vec<(u64, u64)> = (0..200).map(|place| (place, place * 1000)).collect();
        let latency = commonest_rows(&rows);
        assert_eq!((latency.rows, latency.p50_microseconds), (2, 199.0));
    }
}
