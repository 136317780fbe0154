//! A case number given for several persons is asked about.
//!
//! Place in the flow: one of [`super::RULES`]. LAW.md check 12. A question: co-defendants share a
//! case.
//!
//! Left to others: one person in several rows (`subject_repeated`).

use model::{
    column::Column,
    finding::{FindingClass, RuleId},
};

use super::{Examine, Example, Group, Needs, Rule, RuleDescription, distinct, grouped, text};
use crate::{terms::Setting, trace::Trace, view::RequestView};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    about: RuleDescription {
        id: RuleId("case.shared"),
        class: FindingClass::Question,
        citation: "26 U.S.C. 6103(i)(2)(B)(iv)",
        title: "case numbers are per person",
        remedy: "say how the persons of this case are connected, or give each their own number",
        checks: &[12],
        needs: Needs::Nothing,
    },
    examine: Examine::Across {
        column: Column::CaseNumber,
        find,
    },
    failing: &[Example::row(
        "two persons",
        &[
            &[text(Column::CaseNumber, "24-CR-0117")],
            &[text(Column::CaseNumber, "24 cr 0117")],
        ],
    )],
    passing: &[
        Example::row(
            "one person in two rows",
            &[
                &[text(Column::CaseNumber, "24-CR-0117")],
                &[
                    text(Column::CaseNumber, "24-CR-0117"),
                    text(Column::GivenNames, "Mariela"),
                    text(Column::Surnames, "Quintero Vale"),
                ],
            ],
        ),
        Example::row("two numbers", &[&[], &[]]),
    ],
};

fn find(traces: &[Trace], _: &Setting<'_>, _: &RequestView<'_>) -> Vec<Group> {
    grouped(traces, |trace| trace.case_number)
        .into_iter()
        .filter(|rows| distinct(traces, rows, |trace| trace.name) > 1)
        .map(|rows| Group {
            message: format!(
                "the same case number is given for different persons in {} rows",
                rows.len()
            ),
            rows,
        })
        .collect()
}
