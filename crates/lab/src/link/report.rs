//! What was right and what was not: results.csv and report.json.
//!
//! Place in the flow: last. Only the requests' own ids are written, and no person's.
//!
//! Left to others: deciding (decide).

use std::{collections::BTreeMap, fs::File, io::Write as _, path::Path};

use identity::scale::Millibits;
use serde::Serialize;

use crate::calibrate::wrong_bound_per_billion;

use super::{
    date::DateOrder,
    decide::{Decided, Reason},
    error::LinkError,
    form::Form,
    level::{GIVEN, SURNAME},
    load::{Counts, Request},
    names::NamePairs,
};

/// A request decided, with the time it took.
#[derive(Debug, Clone, Copy)]
pub struct Answered<'l> {
    /// The request.
    pub request: &'l Request,
    /// What became of it.
    pub decided: Decided,
    /// Time in nanoseconds.
    pub nanoseconds: u64,
}

impl Answered<'_> {
    const fn is_released(&self) -> bool {
        matches!(self.decided.reason, Reason::None)
    }

    fn is_right(&self) -> bool {
        self.decided.best.is_some() && self.decided.best == self.request.truth
    }

    fn verdict(&self) -> &'static str {
        match (self.decided.best, self.request.truth) {
            (None, _) => "",
            (Some(_), None) => "wrong_absent",
            (best, truth) if best == truth => "right",
            _ => "wrong",
        }
    }
}

/// Counts of some of the requests. Shares are of those whose person is on file.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Tally {
    /// Requests measured.
    pub requests: u64,
    /// Those whose person is on file.
    pub present: u64,
    /// Those answered.
    pub released: u64,
    /// Answers naming another person.
    pub wrong: u64,
    /// Of these, those whose person is not on file.
    pub wrong_absent: u64,
    /// Wrong of the answers.
    pub wrong_rate: f64,
    /// Its one-sided 95% upper bound (Clopper and Pearson).
    pub wrong_rate_upper: f64,
    /// Rightly answered of those on file.
    pub recall: f64,
    /// Recall at the loosest threshold with at most 1% of the answers wrong.
    pub recall_at_1_percent: f64,
    /// The same at 0.1%.
    pub recall_at_0_1_percent: f64,
    /// The same without a wrong answer.
    pub recall_at_zero: f64,
    /// Of those on file, the share whose person was among the candidates.
    pub candidate_recall: f64,
}

fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 {
        0.0
    } else {
        part as f64 / whole as f64
    }
}

impl Tally {
    /// Counts.
    #[must_use]
    pub fn of(answered: &[&Answered<'_>]) -> Self {
        let count = |test: &dyn Fn(&Answered<'_>) -> bool| {
            answered.iter().filter(|one| test(one)).count() as u64
        };
        let present = count(&|one| one.request.truth.is_some());
        let released = count(&|one| one.is_released());
        let right = count(&|one| one.is_released() && one.is_right());
        let mut ranked: Vec<(Millibits, bool)> = answered
            .iter()
            .filter(|one| one.decided.best.is_some())
            .map(|one| (one.decided.score, one.is_right()))
            .collect();
        ranked.sort_unstable_by_key(|(score, _)| std::cmp::Reverse(*score));
        let at = |thousandths: u64| share(right_at(&ranked, thousandths), present);
        Self {
            requests: answered.len() as u64,
            present,
            released,
            wrong: released - right,
            wrong_absent: count(&|one| one.is_released() && one.request.truth.is_none()),
            wrong_rate: share(released - right, released),
            wrong_rate_upper: share(
                wrong_bound_per_billion(released - right, released),
                1_000_000_000,
            ),
            recall: share(right, present),
            recall_at_1_percent: at(10),
            recall_at_0_1_percent: at(1),
            recall_at_zero: at(0),
            candidate_recall: share(count(&|one| one.decided.reached), present),
        }
    }
}

/// Right answers at the loosest threshold with so many thousandths wrong. Equal scores go together.
#[must_use]
pub fn right_at(ranked: &[(Millibits, bool)], thousandths: u64) -> u64 {
    let (mut right, mut wrong, mut most) = (0_u64, 0_u64, 0_u64);
    for tied in ranked.chunk_by(|a, b| a.0 == b.0) {
        let good = tied.iter().filter(|(_, right)| *right).count() as u64;
        right += good;
        wrong += tied.len() as u64 - good;
        if wrong * 1000 <= (right + wrong) * thousandths {
            most = right;
        }
    }
    most
}

/// The whole report.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// People on file.
    pub people: u64,
    /// Requests read.
    pub requests: u64,
    /// Requests learned from, and not measured.
    pub learned_from: u64,
    /// Requests whose `truth` is stated and no `id` of the people; they count as absent.
    pub truth_not_on_file: u64,
    /// Order of dates among people and requests.
    pub date_order: [DateOrder; 2],
    /// Score from which requests were answered, in milli-bits.
    pub threshold_millibits: Millibits,
    /// All requests measured.
    pub all: Tally,
    /// The same for parts of them.
    pub strata: BTreeMap<String, Tally>,
    /// Why requests were withheld.
    pub withheld: BTreeMap<&'static str, u64>,
    /// How the production matcher's levels of names fall on these requests.
    pub name_pairs: NamePairs,
    /// Median time of a request, in microseconds.
    pub p50_microseconds: f64,
    /// 99th percentile.
    pub p99_microseconds: f64,
    /// Requests decided in a second, on all threads.
    pub rows_per_second: f64,
    /// Threads.
    pub threads: usize,
    /// Seconds to read both files, to index them, to learn.
    pub seconds: [f64; 3],
    /// Most memory the program had, in MiB; 0 where the system does not say.
    pub peak_mebibytes: u64,
}

/// The strata a request is in.
fn strata(form: &Form, counts: &Counts, present: bool) -> Vec<String> {
    let [surname, _] = form.surname;
    let [given, ..] = form.given;
    let band = match counts.of_value(SURNAME, surname) {
        _ if surname == 0 => "none",
        0..=5 => "to_5",
        6..=50 => "6_to_50",
        51..=500 => "51_to_500",
        501..=5_000 => "501_to_5000",
        _ => "above_5000",
    };
    let has = |what: &str, yes: bool| format!("{what}_{}", if yes { "stated" } else { "missing" });
    let given = given != 0 && counts.of_value(GIVEN, given) > 0;
    vec![
        has("birth_date", form.birth.month != 0),
        has("postcode", form.postcode != 0),
        format!("surname_bearers_{band}"),
        format!("given_name_{}", if given { "on_file" } else { "unknown" }),
        format!("person_{}", if present { "on_file" } else { "absent" }),
    ]
}

/// Tallies of all and of each stratum, and reasons.
#[must_use]
pub fn tallies(
    answered: &[Answered<'_>],
    counts: &Counts,
) -> (Tally, BTreeMap<String, Tally>, BTreeMap<&'static str, u64>) {
    let mut parts: BTreeMap<String, Vec<&Answered<'_>>> = BTreeMap::new();
    let mut reasons = BTreeMap::new();
    for one in answered {
        for stratum in strata(&one.request.form, counts, one.request.truth.is_some()) {
            parts.entry(stratum).or_default().push(one);
        }
        if !one.is_released() {
            *reasons.entry(one.decided.reason.name()).or_default() += 1;
        }
    }
    let all: Vec<&Answered<'_>> = answered.iter().collect();
    let strata = parts
        .into_iter()
        .map(|(name, list)| (name, Tally::of(&list)))
        .collect();
    (Tally::of(&all), strata, reasons)
}

/// Writes results.csv and report.json.
///
/// # Errors
/// [`LinkError::Write`].
pub fn write(folder: &Path, answered: &[Answered<'_>], report: &Report) -> Result<(), LinkError> {
    std::fs::create_dir_all(folder).map_err(LinkError::write(folder))?;
    let path = folder.join("results.csv");
    let file = File::create(&path).map_err(LinkError::write(&path))?;
    let mut writer = csv::WriterBuilder::new()
        .buffer_capacity(1 << 20)
        .from_writer(file);
    let heading = [
        "request_id",
        "outcome",
        "verdict",
        "reason",
        "score_millibits",
    ];
    let mut rows = || -> csv::Result<()> {
        writer.write_record(heading)?;
        for one in answered {
            let outcome = if one.is_released() {
                "identified"
            } else {
                "withheld"
            };
            let score = one.decided.score.to_string();
            writer.write_record([
                &one.request.id,
                outcome,
                one.verdict(),
                one.decided.reason.name(),
                &score,
            ])?;
        }
        writer.flush().map_err(csv::Error::from)
    };
    rows().map_err(|error| LinkError::write(&path)(error.into()))?;
    let path = folder.join("report.json");
    let mut file = File::create(&path).map_err(LinkError::write(&path))?;
    serde_json::to_writer_pretty(&mut file, report)
        .map_err(|error| LinkError::write(&path)(error.into()))?;
    writeln!(file).map_err(LinkError::write(&path))
}

/// A percentile of times, in microseconds.
#[must_use]
pub fn percentile(sorted_nanoseconds: &[u64], percent: usize) -> f64 {
    let at =
        (sorted_nanoseconds.len() * percent / 100).min(sorted_nanoseconds.len().saturating_sub(1));
    sorted_nanoseconds
        .get(at)
        .map_or(0.0, |time| *time as f64 / 1000.0)
}

/// Most memory this process had so far, in MiB, as Linux tells it.
#[must_use]
pub fn peak_mebibytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kibibytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kibibytes.unwrap_or(0) / 1024
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thresholds_keep_equal_scores_together() {
        let check = |ranked: &[(Millibits, bool)], thousandths, expected| {
            assert_eq!(right_at(ranked, thousandths), expected, "{ranked:?}");
        };
        check(&[(9, true), (8, true), (7, false), (6, true)], 0, 2);
        check(&[(9, true), (8, true), (8, false), (6, true)], 0, 1);
        check(&[(9, true), (8, false), (7, true), (6, true)], 250, 3);
        check(&[(9, false), (8, true)], 100, 0);
        check(&[], 10, 0);
    }
}
