//! Linking: requests of any labelled data set against its people, to be measured and not to be used.
//!
//! Place in the flow: beside everything else. Nothing here is reached by the gate: the production
//! matcher is `identity`, of which sounds, slips and the exact scale are used here too. Every request
//! must say who is right, so that the program is of no use on people one does not already know.
//!
//! Left to others: the command line (`command::link`). The formats are in `spec/link.md`.

pub mod adapt;
mod address;
pub mod compare;
pub mod date;
pub mod decide;
pub mod error;
pub mod fit;
pub mod form;
pub mod index;
pub mod learn;
pub mod level;
pub mod load;
pub mod map;
pub mod model;
pub mod names;
pub mod report;
pub mod split;
pub mod table;
pub mod values;

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use rayon::prelude::*;

use self::{
    compare::Neighbours,
    decide::Matcher,
    error::LinkError,
    index::Index,
    load::{Loaded, Request},
    model::Model,
    names::NamePairs,
    report::{Answered, Report},
    split::Split,
};

/// What is linked.
#[derive(Debug, Clone)]
pub struct LinkArguments {
    /// File of the people, csv or Parquet.
    pub people: PathBuf,
    /// File of the requests.
    pub requests: PathBuf,
    /// The map.
    pub map: PathBuf,
    /// Folder for results.csv and report.json.
    pub out: PathBuf,
    /// What to learn from; nothing fits the documented defaults to the requests without their truths.
    pub learn: Option<Split>,
}

/// Links, writes results.csv and report.json, and gives the report.
///
/// # Errors
/// [`LinkError`]: a file, the map or the split cannot be used, or the folder cannot be written.
pub fn run(arguments: &LinkArguments) -> Result<Report, LinkError> {
    let start = Instant::now();
    let map = map::read_map(&arguments.map)?;
    let loaded = load::load(
        (&arguments.people, &map.people),
        (&arguments.requests, &map.requests),
    )?;
    let read = start.elapsed();
    let near = Neighbours::of(&loaded);
    let index = Index::of(&loaded);
    let indexed = start.elapsed();
    let matcher = Matcher::new(&loaded, &near, Some(&index));
    let (split, rest) = split::divided(arguments.learn.as_ref(), &loaded.requests)?;
    let model = if split.is_empty() {
        adapt::adapt(&matcher, &rest)
    } else {
        learn::learn(&matcher, &split)
    };
    let learned = start.elapsed();
    let answered = answered(&matcher, &model, &rest);
    let took = start.elapsed() - learned;
    let steps = [read, indexed - read, learned - indexed];
    let report = report_of(&loaded, &model, &answered, split.len(), steps, took);
    report::write(&arguments.out, &answered, &report)?;
    Ok(report)
}

/// Decides requests on all threads, in their order.
#[must_use]
pub fn answered<'l>(
    matcher: &Matcher<'_>,
    model: &Model,
    requests: &[&'l Request],
) -> Vec<Answered<'l>> {
    let answer = |request: &&'l Request| {
        let start = Instant::now();
        let decided = matcher.decide(model, request);
        let nanoseconds = u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX);
        Answered {
            request,
            decided,
            nanoseconds,
        }
    };
    requests.par_iter().map(answer).collect()
}

fn report_of(
    loaded: &Loaded,
    model: &Model,
    answered: &[Answered<'_>],
    learned_from: usize,
    steps: [Duration; 3],
    took: Duration,
) -> Report {
    let (all, strata, withheld) = report::tallies(answered, &loaded.counts);
    let mut times: Vec<u64> = answered.iter().map(|one| one.nanoseconds).collect();
    times.sort_unstable();
    Report {
        people: loaded.counts.people,
        requests: loaded.requests.len() as u64,
        learned_from: learned_from as u64,
        truth_not_on_file: loaded.truth_not_on_file,
        date_order: loaded.date_order,
        threshold_millibits: model.threshold,
        all,
        strata,
        withheld,
        name_pairs: NamePairs::of(loaded),
        p50_microseconds: report::percentile(&times, 50),
        p99_microseconds: report::percentile(&times, 99),
        rows_per_second: answered.len() as f64 / took.as_secs_f64().max(1e-9),
        threads: rayon::current_num_threads(),
        seconds: steps.map(|step| step.as_secs_f64()),
        peak_mebibytes: report::peak_mebibytes(),
    }
}
