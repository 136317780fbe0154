//! Reasons that are the same but for names, dates and numbers are asked about.
//!
//! Place in the flow: one of [`super::RULES`]. LAW.md check 13. Near-equal reasons are found by
//! banding of their signatures ([`crate::reason`]) and joined into clusters.
//!
//! Left to others: empty and unspecific reasons (`reason_unspecific`).

use model::{
    column::Column,
    finding::{FindingClass, RuleId},
};

use super::{Examine, Example, Group, Needs, Rule, RuleDescription, text};
use crate::{
    reason::{BAND, ReasonSignature, VALUES},
    terms::Setting,
    trace::Trace,
    view::RequestView,
};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    about: RuleDescription {
        id: RuleId("reason.clone"),
        class: FindingClass::Question,
        citation: "26 U.S.C. 6103(i)(2)(B)(iv)",
        title: "the reason is this person's own",
        remedy: "say for each person what in their own case makes the address relevant",
        checks: &[13],
        needs: Needs::Nothing,
    },
    examine: Examine::Across {
        column: Column::Reason,
        find,
    },
    failing: &[
        Example::row(
            "the same sentence, other numbers",
            &[
                &[text(
                    Column::Reason,
                    "Bench warrant 24-117 issued after the defendant missed the pretrial hearing; service needs a current address",
                )],
                &[text(
                    Column::Reason,
                    "Bench warrant 25-220 issued after the defendant missed the pretrial hearing; service needs a current address",
                )],
            ],
        ),
        Example::row(
            "each row's own street in the same sentence",
            &[
                &[
                    text(Column::AddressLine1, "20 Larkspur Ct"),
                    text(
                        Column::Reason,
                        "Subject was last seen at 20 Larkspur Ct and agents need a current home to serve the summons",
                    ),
                ],
                &[
                    text(Column::AddressLine1, "33 Old Quarry Canyon Rd"),
                    text(
                        Column::Reason,
                        "Subject was last seen at 33 Old Quarry Canyon Rd and agents need a current home to serve the summons",
                    ),
                ],
            ],
        ),
        Example::row(
            "one word changed",
            &[
                &[text(
                    Column::Reason,
                    "Bench warrant issued after the defendant missed the pretrial hearing before the magistrate; marshal's service failed twice at the old lodging",
                )],
                &[text(
                    Column::Reason,
                    "Bench warrant issued after the defendant skipped the pretrial hearing before the magistrate; marshal's service failed twice at the old lodging",
                )],
            ],
        ),
    ],
    passing: &[Example::row("two stories", &[&[], &[]])],
};

fn find(traces: &[Trace], _: &Setting<'_>, _: &RequestView<'_>) -> Vec<Group> {
    let mut reasons: Vec<u32> = (traces.iter().zip(0_u32..))
        .filter(|(trace, _)| trace.reason.whole != 0)
        .map(|(_, index)| index)
        .collect();
    reasons.sort_unstable_by_key(|index| (reason(traces, *index).whole, *index));
    let mut sets = Sets::new(traces.len());
    reasons.dedup_by(|later, earlier| {
        let same = reason(traces, *later).whole == reason(traces, *earlier).whole;
        if same {
            sets.join(*later, *earlier);
        }
        same
    });
    for band in 0..VALUES / BAND {
        join_band(band, traces, &reasons, &mut sets);
    }
    let mut rooted: Vec<(u32, u32)> = (0..u32::try_from(traces.len()).unwrap_or(u32::MAX))
        .map(|index| (sets.root(index), index))
        .collect();
    rooted.sort_unstable();
    rooted
        .chunk_by(|(a, _), (b, _)| a == b)
        .filter(|chunk| chunk.len() > 1)
        .map(|chunk| Group {
            message: format!(
                "the same reason, names, dates and numbers aside, stands in {} rows",
                chunk.len()
            ),
            rows: chunk.iter().map(|(_, index)| *index).collect(),
        })
        .collect()
}

fn reason(traces: &[Trace], index: u32) -> ReasonSignature {
    let trace = usize::try_from(index)
        .ok()
        .and_then(|index| traces.get(index));
    trace.map(|trace| trace.reason).unwrap_or_default()
}

/// Joins the reasons that agree in one band and are alike. Within a band each is compared with the
/// first and the one before it, so that a crowded band costs no more than its length.
fn join_band(band: usize, traces: &[Trace], reasons: &[u32], sets: &mut Sets) {
    let mut keyed: Vec<(u64, u64, u32)> = (reasons.iter())
        .map(|index| (reason(traces, *index), *index))
        .map(|(reason, index)| (reason.band(band), reason.whole, index))
        .collect();
    keyed.sort_unstable();
    for chunk in keyed.chunk_by(|a, b| a.0 == b.0) {
        let Some((_, _, first)) = chunk.first() else {
            continue;
        };
        for ((_, _, before), (_, _, index)) in chunk.iter().zip(chunk.iter().skip(1)) {
            for other in [first, before] {
                if reason(traces, *other).is_like(&reason(traces, *index)) {
                    sets.join(*other, *index);
                }
            }
        }
    }
}

/// Disjoint sets of positions (Tarjan 1975, path halving); the root is the least position.
struct Sets(Vec<u32>);

impl Sets {
    fn new(length: usize) -> Self {
        Self((0..).take(length).collect())
    }

    fn parent(&self, index: u32) -> u32 {
        let place = usize::try_from(index).unwrap_or(usize::MAX);
        self.0.get(place).copied().unwrap_or(index)
    }

    fn set(&mut self, index: u32, parent: u32) {
        let place = usize::try_from(index).unwrap_or(usize::MAX);
        if let Some(entry) = self.0.get_mut(place) {
            *entry = parent;
        }
    }

    fn root(&mut self, mut index: u32) -> u32 {
        while self.parent(index) != index {
            let grandparent = self.parent(self.parent(index));
            self.set(index, grandparent);
            index = grandparent;
        }
        index
    }

    fn join(&mut self, a: u32, b: u32) {
        let (a, b) = (self.root(a), self.root(b));
        self.set(a.max(b), a.min(b));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reason::ALIKE;

    fn trace(reason: ReasonSignature) -> Trace {
        Trace {
            sheet: 1,
            row: 2,
            admissible: true,
            officer: 0,
            officer_name: 0,
            case_number: 0,
            final_order: 0,
            name: 0,
            surname: 0,
            name_and_birth: 0,
            address: 0,
            tin: 0,
            case_opened_on: None,
            reason,
        }
    }

    /// Values that look random and are the same in every run.
    fn signature(number: u64) -> ReasonSignature {
        let value = |place: u64| {
            let mixed = (number * 64 + place + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            u16::try_from((mixed ^ mixed >> 29) >> 40 & 0xffff).unwrap()
        };
        let mut values = [0; VALUES];
        for (place, to) in (0..).zip(&mut values) {
            *to = value(place);
        }
        ReasonSignature {
            whole: number + 1,
            values,
        }
    }

    /// Pairs alike in the first [`ALIKE`] values, among many reasons that are like nothing.
    #[test]
    fn bands_find_every_pair_that_is_alike() {
        const PAIRS: u64 = 30;
        let others = (0..2_000).map(signature);
        let alike = (0..PAIRS).map(|number| {
            let (one, other) = (signature(number), signature(9_000 + number));
            let mut values = other.values;
            values[..ALIKE].copy_from_slice(&one.values[..ALIKE]);
            ReasonSignature { values, ..other }
        });
        let traces: Vec<Trace> = others.chain(alike).map(trace).collect();
        let reasons: Vec<u32> = (0..u32::try_from(traces.len()).unwrap()).collect();
        let mut sets = Sets::new(traces.len());
        for band in 0..VALUES / BAND {
            join_band(band, &traces, &reasons, &mut sets);
        }
        for number in 0..u32::try_from(PAIRS).unwrap() {
            assert_eq!(sets.root(2_000 + number), number);
        }
        let roots: std::collections::BTreeSet<u32> =
            reasons.iter().map(|r| sets.root(*r)).collect();
        assert_eq!(roots.len(), 2_000);
    }
}
