//! For obstruction and for breach of supervision, the order lies before the act.
//!
//! Place in the flow: one of [`super::RULES`]. LAW.md check 10: 1253(a)(1) speaks of an alien
//! against whom a final order is outstanding, and supervision (1231(a)(3)) follows the order.
//!
//! Left to others: acts while a court reviewed the order, and early ones (`order_act_day`).

use model::{
    column::Column,
    finding::{FindingClass, RuleId},
};

use super::{
    Examine, Example, Needs, Rule, RuleDescription,
    order_review::{Review, review},
    text,
};
use crate::{
    book::ElementTest,
    terms::Setting,
    view::{RowReport, RowView},
};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    about: RuleDescription {
        id: RuleId("order.before_act"),
        class: FindingClass::Deficient,
        citation: "8 U.S.C. 1253(a)(1), (b)",
        title: "the order was outstanding on the day of the act",
        remedy: "check final_order_date and act_date: the order comes before the act; where a court reviewed the order, say in review_status that review is concluded",
        checks: &[10],
        needs: Needs::Nothing,
    },
    examine: Examine::Row(examine),
    failing: &[
        Example::row(
            "hampered departure before the order",
            &[&[
                text(Column::Statute, "8 U.S.C. 1253(a)(1)(C)"),
                text(Column::ActDate, "2025-03-03"),
            ]],
        ),
        Example::row(
            "supervision before the order",
            &[&[
                text(Column::Statute, "8 U.S.C. 1253(b)"),
                text(Column::ActDate, "2024-06-03"),
            ]],
        ),
    ],
    passing: &[
        Example::row(
            "on the day of the order",
            &[&[
                text(Column::Statute, "8 U.S.C. 1253(a)(1)(B)"),
                text(Column::ActDate, "2025-03-04"),
            ]],
        ),
        Example::row(
            "before the court's order, which another rule asks about",
            &[&[
                text(Column::Statute, "8 U.S.C. 1253(a)(1)(D)"),
                text(Column::ActDate, "2024-06-03"),
                text(Column::ReviewStatus, "concluded 2025-03-04"),
            ]],
        ),
        Example::row(
            "failure to depart has no day of the act",
            &[&[text(Column::ActDate, "2024-06-03")]],
        ),
    ],
};

fn examine(view: &RowView<'_>, _: &Setting<'_>, report: &mut RowReport<'_>) {
    let Some(offence) = view.tested(ElementTest::OutstandingOrder) else {
        return;
    };
    let dates = (view.reading.final_order_date.date()).zip(view.reading.act_date.date());
    if let Some((order, act)) = dates.filter(|(order, act)| act < order)
        && !is_reviewed(view)
    {
        report.at(
            Column::ActDate,
            format!(
                "the act of {act} lies before the final order of {order}: `{}` needs an order outstanding on that day",
                offence.citation
            ),
        );
    }
}

/// Whether the row says that a court reviewed the order: final_order_date is then the court's, and an
/// order may have been outstanding before.
pub(super) fn is_reviewed(view: &RowView<'_>) -> bool {
    matches!(review(view.text(Column::ReviewStatus)), Review::Over(_))
}
