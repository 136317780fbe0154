//! No officer is named on more rows than one person can be directly engaged in.
//!
//! Place in the flow: one of [`super::RULES`]. LAW.md check 14: in 2025 one official was named
//! for 1.28 million cases. The cap is compiled in (model::ceiling); agreements can only lower it.
//!
//! Left to others: caseload below the cap (`officer_caseload`), open cases of earlier requests
//! (keepers).

use model::{
    column::Column,
    finding::{FindingClass, RuleId},
};

use super::{Examine, Example, Group, Needs, Rule, RuleDescription, TermsChange, grouped, text};
use crate::{terms::Setting, trace::Trace, view::RequestView};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    about: RuleDescription {
        id: RuleId("officer.over_cap"),
        class: FindingClass::Deficient,
        citation: "26 U.S.C. 6103(i)(2)(A)",
        title: "no officer is over the cap",
        remedy: "name on each row the officer who is engaged in that case; no officer may stand on more rows than the cap",
        checks: &[14],
        needs: Needs::Nothing,
    },
    examine: Examine::Across {
        column: Column::OfficerId,
        find,
    },
    failing: &[
        Example::row("three rows where two are allowed", &[&[], &[], &[]])
            .under(&[TermsChange::OfficerCap(2)]),
    ],
    passing: &[Example::row(
        "two officers",
        &[&[], &[], &[text(Column::OfficerId, "OFF-1002")]],
    )
    .under(&[TermsChange::OfficerCap(2)])],
};

fn find(traces: &[Trace], setting: &Setting<'_>, _: &RequestView<'_>) -> Vec<Group> {
    let cap = setting.officer_cap();
    grouped(traces, |trace| trace.officer)
        .into_iter()
        .filter(|rows| u32::try_from(rows.len()).is_ok_and(|count| count > cap))
        .map(|rows| Group {
            message: format!(
                "the officer is named on {} rows, and {cap} are allowed",
                rows.len()
            ),
            rows,
        })
        .collect()
}
