//! Counting answers: recall at bearable shares of wrong ones, for all rows and for parts of them.
//!
//! Place in the flow: after every row was asked.
//!
//! Left to others: asking (the module above).

use std::{cmp::Reverse, collections::BTreeMap};

use identity::scale::Millibits;
use model::answer::WithheldReason;
use serde::Serialize;

use super::ground::Asked;
use crate::calibrate::wrong_bound_per_billion;

/// What became of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answered {
    /// Log-odds of the best candidate, where every floor is kept and one candidate is best.
    pub odds: Option<Millibits>,
    /// Whether that candidate is the person meant.
    pub right: bool,
    /// Whether it was identified at our thresholds.
    pub identified: bool,
    /// Why nobody is named, at no threshold and at ours.
    pub withheld: [Option<WithheldReason>; 2],
}

/// Recall of answerable rows at three bearable shares of wrong answers.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Curve {
    /// At most 1% of the answers wrong.
    pub recall_at_1_percent: f64,
    /// At most 0.1%.
    pub recall_at_0_1_percent: f64,
    /// None.
    pub recall_at_zero: f64,
}

/// Counts of some of the rows.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Tally {
    /// Rows.
    pub rows: u64,
    /// Rows that may be answered rightly: what recall is counted over.
    pub answerable: u64,
    /// Rows identified at our thresholds.
    pub identified: u64,
    /// Of these, wrong ones.
    pub wrong: u64,
    /// Their share.
    pub wrong_rate: f64,
    /// Its one-sided 95% upper bound (Clopper and Pearson).
    pub wrong_rate_upper: f64,
    /// Recall at our thresholds.
    pub recall: f64,
    /// Recall at the odds that leave at most 0.1% of all answers wrong, of all rows and not of this part.
    pub recall_at_common_odds: f64,
    /// Recall at thresholds read off these rows.
    pub best: Curve,
}

/// Counts of all rows and parts of them.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Tallies {
    /// All rows.
    pub all: Tally,
    /// Parts: birth date, TIN, bearers of the surname, group.
    pub strata: BTreeMap<String, Tally>,
    /// Answerable rows not answered for want of a floor or a candidate, whatever the odds: by reason.
    pub answerable_below_floors: BTreeMap<WithheldReason, u64>,
    /// The same at our thresholds, those below the floors included.
    pub answerable_withheld: BTreeMap<WithheldReason, u64>,
}

fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 {
        0.0
    } else {
        part as f64 / whole as f64
    }
}

/// Odds with whether right, and whether the row is answerable; greatest odds first.
type Ranked = Vec<(Millibits, bool, bool)>;

fn ranked<'r>(rows: impl Iterator<Item = &'r (&'r Asked, Answered)>) -> Ranked {
    let mut ranked: Ranked = rows
        .filter_map(|(asked, answered)| Some((answered.odds?, answered.right, asked.answerable)))
        .collect();
    ranked.sort_unstable_by_key(|(odds, ..)| Reverse(*odds));
    ranked
}

/// The lowest odds at which at most this many thousandths of the answers are wrong, and the right
/// answers to answerable rows there. Equal odds stand or fall together.
fn lowest(ranked: &Ranked, thousandths: u64) -> (Millibits, u64) {
    let (mut answers, mut wrong, mut right) = (0_u64, 0_u64, 0_u64);
    let mut found = (Millibits::MAX, 0);
    for tied in ranked.chunk_by(|a, b| a.0 == b.0) {
        answers += tied.len() as u64;
        for (_, is_right, answerable) in tied {
            wrong += u64::from(!is_right);
            right += u64::from(*is_right && *answerable);
        }
        if wrong * 1000 <= answers * thousandths {
            found = (tied.first().map_or(Millibits::MAX, |one| one.0), right);
        }
    }
    found
}

fn tally(rows: &[&(&Asked, Answered)], common: Millibits) -> Tally {
    let count = |test: &dyn Fn(&Asked, &Answered) -> bool| {
        let rows = rows
            .iter()
            .filter(|(asked, answered)| test(asked, answered));
        rows.count() as u64
    };
    let answerable = count(&|asked, _| asked.answerable);
    let identified = count(&|_, answered| answered.identified);
    let wrong = count(&|_, answered| answered.identified && !answered.right);
    let at_odds = |asked: &Asked, answered: &Answered| {
        asked.answerable && answered.right && answered.odds.is_some_and(|odds| odds >= common)
    };
    let ranked = ranked(rows.iter().copied());
    let at = |thousandths| share(lowest(&ranked, thousandths).1, answerable);
    Tally {
        rows: rows.len() as u64,
        answerable,
        identified,
        wrong,
        wrong_rate: share(wrong, identified),
        wrong_rate_upper: share(wrong_bound_per_billion(wrong, identified), 1_000_000_000),
        recall: share(
            count(&|asked, answered| asked.answerable && answered.identified && answered.right),
            answerable,
        ),
        recall_at_common_odds: share(count(&at_odds), answerable),
        best: Curve {
            recall_at_1_percent: at(10),
            recall_at_0_1_percent: at(1),
            recall_at_zero: at(0),
        },
    }
}

/// The parts a row belongs to.
fn strata(asked: &Asked) -> Vec<String> {
    let parts = &asked.parts;
    let born = parts.date_of_birth.is_some();
    let tin = parts.tin.is_some();
    let band = match asked.bearers {
        0..=5 => "to_5",
        6..=50 => "6_to_50",
        51..=500 => "51_to_500",
        501..=5_000 => "501_to_5000",
        _ => "above_5000",
    };
    let with = |word: &str| format!("{word}_birth_date");
    let mut strata = vec![
        with(if born { "with" } else { "without" }),
        format!("surname_bearers_{band}"),
    ];
    if !born && tin {
        strata.push("without_birth_date_with_tin".to_owned());
    }
    strata.extend(asked.group.map(|group| format!("group_{}", group.label())));
    strata
}

/// Counts all rows and each stratum.
#[must_use]
pub fn tallies(rows: &[(&Asked, Answered)]) -> Tallies {
    let (common, _) = lowest(&ranked(rows.iter()), 1);
    let mut parts: BTreeMap<String, Vec<&(&Asked, Answered)>> = BTreeMap::new();
    for row in rows {
        for stratum in strata(row.0) {
            parts.entry(stratum).or_default().push(row);
        }
    }
    let strata = parts
        .into_iter()
        .map(|(name, rows)| (name, tally(&rows, common)))
        .collect();
    let all: Vec<&(&Asked, Answered)> = rows.iter().collect();
    Tallies {
        all: tally(&all, common),
        strata,
        answerable_below_floors: reasons(rows, |[lowest, _]| lowest),
        answerable_withheld: reasons(rows, |[_, ours]| ours),
    }
}

/// Reasons for which answerable rows were not answered.
fn reasons(
    rows: &[(&Asked, Answered)],
    which: impl Fn([Option<WithheldReason>; 2]) -> Option<WithheldReason>,
) -> BTreeMap<WithheldReason, u64> {
    let mut counts = BTreeMap::new();
    let answerable = rows.iter().filter(|(asked, _)| asked.answerable);
    for reason in answerable.filter_map(|(_, answered)| which(answered.withheld)) {
        *counts.entry(reason).or_default() += 1;
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_odds_stand_or_fall_together() {
        let check = |ranked: &[(Millibits, bool, bool)], thousandths, expected| {
            assert_eq!(
                lowest(&ranked.to_vec(), thousandths),
                expected,
                "{ranked:?}"
            );
        };
        let (right, wrong) = (true, false);
        check(
            &[(9, right, true), (8, right, true), (7, wrong, true)],
            0,
            (8, 2),
        );
        check(
            &[(9, right, true), (8, right, true), (8, wrong, true)],
            0,
            (9, 1),
        );
        check(&[(9, wrong, true), (8, right, true)], 500, (8, 1));
        // A right answer that need not be given counts as an answer, not as recall.
        check(
            &[(9, right, false), (8, right, true), (7, wrong, false)],
            0,
            (8, 1),
        );
        check(&[], 1, (Millibits::MAX, 0));
    }
}
