//! Counting the answers of trials: by kind of row, surname band and group.
//!
//! Place in the flow: between the trials and the measurement or the choice of thresholds.
//!
//! Left to others: bounds (instrument's certificate), words (the command).

use instrument::certificate::{
    measurement::{Counted, PARTS, RowKind, Strata, Stratum},
    thresholds::{ChoiceRule, Chosen},
};

use super::{
    misled::Misled,
    trial::{Answer, Named},
};

/// Answers counted by kind of row and part.
#[derive(Default)]
pub(super) struct Tally {
    counts: [[Counted; PARTS.len()]; 2],
    /// The wrong answers, with the odds of each.
    pub misled: Vec<(RowKind, i64, Misled)>,
}

impl Tally {
    pub fn add(&mut self, answers: Vec<Answer>) {
        for answer in answers {
            let right = answer.named.as_ref().is_some_and(|n| n.misled.is_none());
            let counted = Counted {
                rows: 1,
                answerable: u64::from(answer.answerable),
                answered: u64::from(answer.answerable && right),
                identified: u64::from(answer.named.is_some()),
                wrong: u64::from(answer.named.is_some() && !right),
            };
            let [band, group] = answer.parts;
            if let Some(parts) = self.counts.get_mut(answer.kind as usize) {
                for part in [0, band, group] {
                    if let Some(count) = parts.get_mut(part) {
                        *count = count.plus(counted);
                    }
                }
            }
            if let Some(Named {
                odds,
                misled: Some(misled),
                ..
            }) = answer.named
            {
                self.misled.push((answer.kind, odds, *misled));
            }
        }
    }

    /// All rows of both kinds.
    pub fn whole(&self) -> Counted {
        let wholes = self.counts.iter().filter_map(|parts| parts.first());
        wholes.copied().fold(Counted::default(), Counted::plus)
    }

    /// The strata of a kind of row.
    pub fn strata(&self, kind: RowKind) -> Strata {
        let mut strata = Strata::default();
        let counts = self.counts.get(kind as usize).into_iter().flatten();
        for ((part, stratum), counted) in strata.iter_mut().enumerate().zip(counts) {
            *stratum = Stratum::of(part, *counted);
        }
        strata
    }
}

/// One point of the grid for one threshold, on the tuning trials.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GridPoint {
    /// The threshold it is for.
    pub kind: RowKind,
    /// Milli-bits.
    pub threshold: i64,
    /// Somebody named at it.
    pub identified: u64,
    /// Of these, wrongly.
    pub wrong: u64,
    /// Answerable rows of this kind rightly answered at it.
    pub answered: u64,
    /// Answerable rows of this kind.
    pub answerable: u64,
}

/// What the tuning trials showed, asked at the grid's lowest point.
#[derive(Default)]
pub(super) struct Tuning {
    /// By threshold: odds, whether wrong, whether answerable.
    named: [Vec<(i64, bool, bool)>; 2],
    /// By kind of row.
    answerable: [u64; 2],
}

impl Tuning {
    pub fn add(&mut self, answers: &[Answer]) {
        for answer in answers {
            if let Some(count) = self.answerable.get_mut(answer.kind as usize) {
                *count += u64::from(answer.answerable);
            }
            if let Some(named) = &answer.named
                && let Some(list) = self.named.get_mut(named.threshold as usize)
            {
                list.push((named.odds, named.misled.is_some(), answer.answerable));
            }
        }
    }

    /// The threshold by the rule, for rows or candidates of this kind; none where the grid ends before.
    pub fn choose(&self, kind: RowKind, rule: &ChoiceRule) -> Option<Chosen> {
        let named = self.named.get(kind as usize)?;
        let misled_at = named
            .iter()
            .filter(|(_, wrong, _)| *wrong)
            .map(|(odds, ..)| *odds)
            .max();
        Some(Chosen {
            threshold_millibits: rule.threshold(misled_at)?,
            misled_at,
        })
    }

    /// The grid, point by point.
    pub fn points(&self, rule: &ChoiceRule) -> Vec<GridPoint> {
        let mut points = Vec::new();
        for kind in RowKind::ALL {
            let (Some(named), Some(answerable)) = (
                self.named.get(kind as usize),
                self.answerable.get(kind as usize),
            ) else {
                continue;
            };
            let mut threshold = rule.grid.lowest;
            while threshold <= rule.grid.highest {
                let here = named.iter().filter(|(odds, ..)| *odds >= threshold);
                let (mut identified, mut wrong, mut answered) = (0, 0, 0);
                for (_, is_wrong, is_answerable) in here {
                    identified += 1;
                    wrong += u64::from(*is_wrong);
                    answered += u64::from(*is_answerable && !is_wrong);
                }
                points.push(GridPoint {
                    kind,
                    threshold,
                    identified,
                    wrong,
                    answered,
                    answerable: *answerable,
                });
                threshold = threshold.saturating_add(rule.grid.step.max(1));
            }
        }
        points
    }
}
