//! More than 90 days have passed since the final order.
//!
//! Place in the flow: one of [`super::RULES`]. LAW.md check 10 and section 5: before, failure to
//! depart is no offence. Where judicial review was had, the days run from the court's final
//! order.
//!
//! Left to others: whether the failure was wilful (counsel), the day the case was opened
//! (`case_before_offence`).

use model::{
    column::Column,
    finding::{FindingClass, RuleId},
};

use super::{Examine, Example, Needs, Rule, RuleDescription, text};
use crate::{
    book::ElementTest,
    date::days_between,
    terms::Setting,
    view::{RowReport, RowView},
};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    about: RuleDescription {
        id: RuleId("order.ninety_days"),
        class: FindingClass::Deficient,
        citation: "8 U.S.C. 1253(a)(1)",
        title: "more than 90 days since the final order",
        remedy: "send the row once more than 90 days have passed, or name the provision that fits",
        checks: &[10],
        needs: Needs::Nothing,
    },
    examine: Examine::Row(examine),
    failing: &[
        Example::row("day 90", &[&[text(Column::FinalOrderDate, "2026-08-22")]]),
        Example::row(
            "last month",
            &[&[text(Column::FinalOrderDate, "2026-10-20")]],
        ),
    ],
    passing: &[
        Example::row("day 91", &[&[text(Column::FinalOrderDate, "2026-08-21")]]),
        Example::row(
            "the obstruction limbs have no such test",
            &[&[
                text(Column::Statute, "8 U.S.C. 1253(a)(1)(D)"),
                text(Column::FinalOrderDate, "2026-10-20"),
                text(Column::ActDate, "2026-11-02"),
            ]],
        ),
    ],
};

fn examine(view: &RowView<'_>, setting: &Setting<'_>, report: &mut RowReport<'_>) {
    let Some((offence, order)) = view
        .tested(ElementTest::NinetyDays)
        .zip(view.reading.final_order_date.date())
    else {
        return;
    };
    let as_of = setting.terms.as_of;
    if let days @ 0..=90 = days_between(order, as_of) {
        let citation = &offence.citation;
        report.at(
            Column::FinalOrderDate,
            format!("the final order of {order} is {days} days old on {as_of}: `{citation}` is complete only after more than 90 days"),
        );
    }
}
