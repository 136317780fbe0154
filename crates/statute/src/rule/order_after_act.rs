//! For re-entry, the earlier order lies before the act.
//!
//! Place in the flow: one of [`super::RULES`]. LAW.md check 10 and section 5: a prior removal
//! before the entry or the day the person was found. An earlier order that is not stated is a
//! question (`order_unstated`), and so is one of the very day (`order_act_day`).
//!
//! Left to others: the limbs themselves (counsel).

use model::{
    column::Column,
    finding::{FindingClass, RuleId},
};

use super::{Examine, Example, Needs, Rule, RuleDescription, text};
use crate::{
    book::ElementTest,
    terms::Setting,
    view::{RowReport, RowView},
};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    about: RuleDescription {
        id: RuleId("order.after_act"),
        class: FindingClass::Deficient,
        citation: "8 U.S.C. 1326",
        title: "the earlier order lies before the act",
        remedy: "check final_order_date and act_date: the earlier removal comes before the entry",
        checks: &[10],
        needs: Needs::Nothing,
    },
    examine: Examine::Row(examine),
    failing: &[
        Example::row(
            "ordered on the day after entry",
            &[&[
                text(Column::Statute, "8 U.S.C. 1326(a)"),
                text(Column::FinalOrderDate, "2025-02-04"),
                text(Column::ActDate, "2025-02-03"),
            ]],
        ),
        Example::row(
            "ordered after entry",
            &[&[
                text(Column::Statute, "8 U.S.C. 1326(a)"),
                text(Column::FinalOrderDate, "2025-03-04"),
                text(Column::ActDate, "2025-02-03"),
            ]],
        ),
    ],
    passing: &[
        Example::row(
            "ordered before entry",
            &[&[
                text(Column::Statute, "8 U.S.C. 1326(a)"),
                text(Column::FinalOrderDate, "2019-03-04"),
                text(Column::ActDate, "2025-02-03"),
            ]],
        ),
        Example::row(
            "ordered on the day of entry, which another rule asks about",
            &[&[
                text(Column::Statute, "8 U.S.C. 1326(a)"),
                text(Column::FinalOrderDate, "2025-02-03"),
                text(Column::ActDate, "2025-02-03"),
            ]],
        ),
    ],
};

fn examine(view: &RowView<'_>, _: &Setting<'_>, report: &mut RowReport<'_>) {
    let tested = view.tested(ElementTest::PriorOrder);
    let dates = view
        .reading
        .final_order_date
        .date()
        .zip(view.reading.act_date.date());
    if let Some((order, act)) = tested.and(dates).filter(|(order, act)| order > act) {
        report.at(
            Column::FinalOrderDate,
            format!("the order of {order} lies after the act of {act}"),
        );
    }
}
