//! An officer named on many rows is asked about them.
//!
//! Place in the flow: one of [`super::RULES`]. LAW.md check 14. A question from more than half
//! the cap on.
//!
//! Left to others: rows over the cap (`officer_over_cap`).

use model::{
    column::Column,
    finding::{FindingClass, RuleId},
};

use super::{Examine, Example, Group, Needs, Rule, RuleDescription, TermsChange, grouped};
use crate::{terms::Setting, trace::Trace, view::RequestView};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    about: RuleDescription {
        id: RuleId("officer.caseload"),
        class: FindingClass::Question,
        citation: "26 U.S.C. 6103(i)(2)(A)",
        title: "the officer's caseload is credible",
        remedy: "have the officer confirm being personally and directly engaged in each of these cases",
        checks: &[14],
        needs: Needs::Nothing,
    },
    examine: Examine::Across {
        column: Column::OfficerId,
        find,
    },
    failing: &[
        Example::row("as many as the cap", &[&[], &[]]).under(&[TermsChange::OfficerCap(2)]),
        Example::row("three of four", &[&[], &[], &[]]).under(&[TermsChange::OfficerCap(4)]),
    ],
    passing: &[
        Example::row(
            "more than the cap, which another rule says",
            &[&[], &[], &[]],
        )
        .under(&[TermsChange::OfficerCap(2)]),
        Example::row("two of four", &[&[], &[]]).under(&[TermsChange::OfficerCap(4)]),
    ],
};

fn find(traces: &[Trace], setting: &Setting<'_>, _: &RequestView<'_>) -> Vec<Group> {
    let cap = setting.officer_cap();
    grouped(traces, |trace| trace.officer)
        .into_iter()
        .filter(|rows| u32::try_from(rows.len()).is_ok_and(|count| count > cap / 2 && count <= cap))
        .map(|rows| Group {
            message: format!(
                "the officer is named on {} rows of this request",
                rows.len()
            ),
            rows,
        })
        .collect()
}
