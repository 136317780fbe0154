//! The arithmetic of budgets and ceilings, counted from the log alone.
//!
//! Place in the flow: gate (before it appends), every keeper (before it answers) and verify (after)
//! run the same leaves through a [`Ledger`]. All authorised leaves count, whoever opened them; days
//! are the leaf's civil day. So no database, retry or rollback can raise a budget (promise P6).
//!
//! Left to others: the seconds between approvals (warrant: they are in the sealed part), refusing.

use std::collections::HashMap;

use model::{ceiling, id::AgencyId, time::Date};
use thiserror::Error;

use crate::{
    agreement::Budgets,
    leaf::{Act, Leaf, RowAct, Tag},
};

/// How long an admitted row counts as an open subject of its officer, in days. Splitting a list
/// over requests or days does not reset it.
pub const OPEN_SUBJECT_DAYS: i32 = 180;

/// Counts at one leaf, that leaf included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Admitted rows of the request.
    pub request_admitted: u32,
    /// Rows of the agency put to the register on the leaf's day.
    pub agency_probes_today: u32,
    /// Matters of the agency on the leaf's day.
    pub agency_openings_today: u32,
    /// Matters of the agency in the leaf's year.
    pub agency_openings_this_year: u32,
    /// Open subjects of the officer.
    pub officer_open_subjects: u32,
    /// The larger of the two reviewers' decisions on persons on the leaf's day.
    pub reviewer_decisions_today: u32,
}

/// Which budget is passed. The law's and the agreement's refusal; try again when the count falls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("{budget}: {count} is more than {limit}")]
pub struct BudgetError {
    /// The budget in words.
    pub budget: &'static str,
    /// The count this act would reach.
    pub count: u32,
    /// The limit.
    pub limit: u32,
}

impl Counts {
    /// Checks the compiled ceilings.
    ///
    /// # Errors
    /// [`BudgetError`] for the first one passed.
    pub fn check_ceilings(&self) -> Result<(), BudgetError> {
        limit(
            "admitted rows of one request",
            self.request_admitted,
            ceiling::ADMITTED_ROWS_PER_REQUEST,
        )?;
        limit(
            "openings of one agency in a day",
            self.agency_openings_today,
            ceiling::OPENINGS_PER_AGENCY_PER_DAY,
        )?;
        limit(
            "open subjects of one officer",
            self.officer_open_subjects,
            ceiling::OPEN_SUBJECTS_PER_OFFICER,
        )?;
        limit(
            "approvals of one reviewer in a day",
            self.reviewer_decisions_today,
            ceiling::APPROVALS_PER_REVIEWER_PER_DAY,
        )
    }

    /// Checks an agreement's budgets as well as the ceilings.
    ///
    /// # Errors
    /// [`BudgetError`] for the first one passed.
    pub fn check(&self, budgets: &Budgets) -> Result<(), BudgetError> {
        self.check_ceilings()?;
        let budgets = budgets.under_ceilings();
        limit(
            "admitted rows of one request",
            self.request_admitted,
            budgets.admitted_rows_per_request,
        )?;
        limit(
            "rows put to the register in a day",
            self.agency_probes_today,
            budgets.probes_per_day,
        )?;
        limit(
            "openings of the agreement in a day",
            self.agency_openings_today,
            budgets.openings_per_day,
        )?;
        limit(
            "openings of the agreement in a year",
            self.agency_openings_this_year,
            budgets.openings_per_year,
        )?;
        limit(
            "open subjects of one officer",
            self.officer_open_subjects,
            budgets.open_subjects_per_officer,
        )
    }
}

const fn limit(budget: &'static str, count: u32, limit: u32) -> Result<(), BudgetError> {
    if count > limit {
        Err(BudgetError {
            budget,
            count,
            limit,
        })
    } else {
        Ok(())
    }
}

/// Everything counted so far. A function of the leaves in order, and of nothing else.
#[derive(Debug, Clone, Default)]
pub struct Ledger {
    request_admitted: HashMap<Tag, u32>,
    probes: HashMap<(AgencyId, Date), u32>,
    openings: HashMap<(AgencyId, Date), u32>,
    openings_by_year: HashMap<(AgencyId, i16), u32>,
    subjects: HashMap<Tag, Vec<Date>>,
    reviewers: HashMap<(Tag, Date), u32>,
}

impl Ledger {
    /// Nothing counted.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Counts a leaf and gives the counts at it; `None` for leaves that charge nothing.
    pub fn apply(&mut self, leaf: &Leaf) -> Option<Counts> {
        let counts = self.preview(leaf)?;
        let day = leaf.day;
        match &leaf.act {
            Act::Admitted(act) => {
                *self
                    .request_admitted
                    .entry(act.request.clone())
                    .or_default() += 1;
                *self.probes.entry((act.agency.clone(), day)).or_default() += 1;
                self.subjects
                    .entry(act.officer.clone())
                    .or_default()
                    .push(day);
            }
            Act::Matter(act) => {
                *self.openings.entry((act.agency.clone(), day)).or_default() += 1;
                *self
                    .openings_by_year
                    .entry((act.agency.clone(), day.year()))
                    .or_default() += 1;
                for reviewer in distinct(act) {
                    *self.reviewers.entry((reviewer.clone(), day)).or_default() += 1;
                }
            }
            _ => {}
        }
        Some(counts)
    }

    /// The counts a leaf would reach, without counting it.
    #[must_use]
    pub fn preview(&self, leaf: &Leaf) -> Option<Counts> {
        let (act, admits, opens) = match &leaf.act {
            Act::Admitted(act) => (act, 1, 0),
            Act::Matter(act) => (act, 0, 1),
            _ => return None,
        };
        let day = leaf.day;
        let today = (act.agency.clone(), day);
        let year = (act.agency.clone(), day.year());
        let reviewer = |tag: &Tag| {
            self.reviewers
                .get(&(tag.clone(), day))
                .copied()
                .unwrap_or(0)
        };
        Some(Counts {
            request_admitted: count(&self.request_admitted, &act.request) + admits,
            agency_probes_today: count(&self.probes, &today) + admits,
            agency_openings_today: count(&self.openings, &today) + opens,
            agency_openings_this_year: count(&self.openings_by_year, &year) + opens,
            officer_open_subjects: self.open_subjects(&act.officer, day) + admits,
            reviewer_decisions_today: distinct(act).map(reviewer).max().unwrap_or(0) + opens,
        })
    }

    fn open_subjects(&self, officer: &Tag, day: Date) -> u32 {
        let since = day
            .checked_sub(jiff::Span::new().days(OPEN_SUBJECT_DAYS))
            .unwrap_or(Date::MIN);
        let open = self
            .subjects
            .get(officer)
            .into_iter()
            .flatten()
            .filter(|day| **day > since)
            .count();
        u32::try_from(open).unwrap_or(u32::MAX)
    }
}

fn count<K: std::hash::Hash + Eq>(counts: &HashMap<K, u32>, key: &K) -> u32 {
    counts.get(key).copied().unwrap_or(0)
}

fn distinct(act: &RowAct) -> impl Iterator<Item = &Tag> {
    let [first, second] = &act.reviewers;
    std::iter::once(first).chain((second != first).then_some(second))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::leaf::tests::row_act;

    fn admitted(day: &str, request: &str, officer: &str) -> Leaf {
        Leaf {
            day: day.parse().unwrap(),
            act: Act::Admitted(row_act(request, officer, ["a", "b"])),
        }
    }

    fn matter(day: &str, request: &str) -> Leaf {
        Leaf {
            day: day.parse().unwrap(),
            act: Act::Matter(row_act(request, "1", ["a", "b"])),
        }
    }

    #[test]
    fn one_officer_over_many_requests_and_days_still_counts() {
        let mut ledger = Ledger::new();
        let mut last = Counts::default();
        for number in 0..26 {
            let day = format!("2026-03-{:02}", number + 1);
            last = ledger
                .apply(&admitted(&day, &number.to_string(), "7"))
                .unwrap();
        }
        assert_eq!(
            last.check_ceilings().unwrap_err().budget,
            "open subjects of one officer"
        );
        let later = ledger.preview(&admitted("2027-03-01", "99", "7")).unwrap();
        assert_eq!(later.officer_open_subjects, 1);
    }

    #[test]
    fn the_51st_row_of_a_request_and_the_41st_decision_of_a_day_are_over() {
        let mut ledger = Ledger::new();
        for number in 0..50 {
            let counts = ledger
                .apply(&admitted("2026-03-01", "1", &number.to_string()))
                .unwrap();
            assert_eq!(counts.check_ceilings(), Ok(()));
        }
        let over = ledger.preview(&admitted("2026-03-01", "1", "99")).unwrap();
        assert_eq!(over.check_ceilings().unwrap_err().count, 51);
        for _ in 0..40 {
            assert_eq!(
                ledger
                    .apply(&matter("2026-03-01", "1"))
                    .unwrap()
                    .check_ceilings(),
                Ok(())
            );
        }
        let over = ledger.preview(&matter("2026-03-01", "1")).unwrap();
        assert_eq!(
            over.check_ceilings().unwrap_err().budget,
            "approvals of one reviewer in a day"
        );
        assert_eq!(
            ledger
                .preview(&matter("2026-03-02", "1"))
                .unwrap()
                .check_ceilings(),
            Ok(())
        );
    }

    proptest! {
        /// Oracle: count each budget anew from all leaves so far.
        #[test]
        fn counts_agree_with_counting_anew(acts in prop::collection::vec((0_u8..2, 0_u8..3, 0_u8..3, 1_u8..5), 0..60)) {
            let mut ledger = Ledger::new();
            let mut leaves: Vec<Leaf> = Vec::new();
            for (kind, request, officer, day) in acts {
                let day = format!("2026-03-{day:02}");
                let act = row_act(&request.to_string(), &officer.to_string(), ["a", "b"]);
                let act = if kind == 0 { Act::Admitted(act) } else { Act::Matter(act) };
                leaves.push(Leaf { day: day.parse().unwrap(), act });
                let last = leaves.last().unwrap();
                let counts = ledger.apply(last).unwrap();
                let total = |keep: &dyn Fn(&Leaf, &RowAct, bool) -> bool| {
                    let kept = leaves.iter().filter(|leaf| match &leaf.act {
                        Act::Admitted(act) => keep(leaf, act, true),
                        Act::Matter(act) => keep(leaf, act, false),
                        _ => false,
                    });
                    u32::try_from(kept.count()).unwrap()
                };
                let (Act::Admitted(own) | Act::Matter(own)) = &last.act else { unreachable!() };
                prop_assert_eq!(counts.request_admitted, total(&|_, act, admitted| admitted && act.request == own.request));
                prop_assert_eq!(counts.agency_probes_today, total(&|leaf, _, admitted| admitted && leaf.day == last.day));
                prop_assert_eq!(counts.agency_openings_today, total(&|leaf, _, admitted| !admitted && leaf.day == last.day));
                prop_assert_eq!(counts.officer_open_subjects, total(&|_, act, admitted| admitted && act.officer == own.officer));
            }
        }
    }
}
