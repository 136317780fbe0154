//! An order's case number given for several persons is asked about.
//!
//! Place in the flow: one of [`super::RULES`]. LAW.md check 12. A question: a family may be ordered
//! removed in one proceeding.
//!
//! Left to others: the number of the criminal case (`case_shared`).

use model::{
    column::Column,
    finding::{FindingClass, RuleId},
};

use super::{
    Examine, Example, Group, Needs, Rule, RuleDescription, distinct, empty, grouped, text,
};
use crate::{terms::Setting, trace::Trace, view::RequestView};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    about: RuleDescription {
        id: RuleId("order.shared"),
        class: FindingClass::Question,
        citation: "26 U.S.C. 6103(i)(2)(B)(iv)",
        title: "orders are per person",
        remedy: "say how the persons of this order are connected, or give each the number of their own",
        checks: &[12],
        needs: Needs::Nothing,
    },
    examine: Examine::Across {
        column: Column::FinalOrderCaseNumber,
        find,
    },
    failing: &[Example::row(
        "two persons",
        &[
            &[text(Column::FinalOrderCaseNumber, "RNO-2024-0117")],
            &[text(Column::FinalOrderCaseNumber, "rno 2024 0117")],
        ],
    )],
    passing: &[
        Example::row(
            "one person in two rows",
            &[
                &[text(Column::FinalOrderCaseNumber, "RNO-2024-0117")],
                &[
                    text(Column::FinalOrderCaseNumber, "RNO-2024-0117"),
                    text(Column::GivenNames, "Mariela"),
                    text(Column::Surnames, "Quintero Vale"),
                ],
            ],
        ),
        Example::row("two numbers", &[&[], &[]]),
        Example::row(
            "none given",
            &[
                &[empty(Column::FinalOrderCaseNumber)],
                &[empty(Column::FinalOrderCaseNumber)],
            ],
        ),
        Example::row(
            "left open in both, which another rule says",
            &[
                &[text(Column::FinalOrderCaseNumber, "unknown")],
                &[text(Column::FinalOrderCaseNumber, "unknown")],
            ],
        ),
    ],
};

fn find(traces: &[Trace], _: &Setting<'_>, _: &RequestView<'_>) -> Vec<Group> {
    grouped(traces, |trace| trace.final_order)
        .into_iter()
        .filter(|rows| distinct(traces, rows, |trace| trace.name) > 1)
        .map(|rows| Group {
            message: format!(
                "the same order number is given for different persons in {} rows",
                rows.len()
            ),
            rows,
        })
        .collect()
}
