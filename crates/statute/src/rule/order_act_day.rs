//! An act so near the order that the offence may not have begun is put to counsel.
//!
//! Place in the flow: one of [`super::RULES`]. LAW.md check 10 and section 5. Questions, each with an
//! answer that the row cannot hold: a person ordered removed in the morning may be back at night;
//! supervision begins after the 90 days of 1231(a)(1), but may be ordered sooner; and where a court
//! reviewed the order, one was outstanding before the court's.
//!
//! Left to others: the answers (counsel), days that rule the offence out (`order_after_act`,
//! `order_before_act`).

use model::{
    column::Column,
    finding::{FindingClass, RuleId},
    time::Date,
};

use super::{Examine, Example, Needs, Rule, RuleDescription, order_before_act::is_reviewed, text};
use crate::{
    book::ElementTest,
    date::days_between,
    terms::Setting,
    view::{RowReport, RowView},
};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    about: RuleDescription {
        id: RuleId("order.act_day"),
        class: FindingClass::Question,
        citation: "8 U.S.C. 1231(a)(3), 1253, 1326",
        title: "the act lies clear of the order",
        remedy: "say how the act follows the order, or correct final_order_date or act_date",
        checks: &[10],
        needs: Needs::Nothing,
    },
    examine: Examine::Row(examine),
    failing: &[
        Example::row(
            "re-entry on the day of the order",
            &[&[
                text(Column::Statute, "8 U.S.C. 1326(a)"),
                text(Column::FinalOrderDate, "2025-02-03"),
                text(Column::ActDate, "2025-02-03"),
            ]],
        ),
        Example::row(
            "supervision on day 90",
            &[&[
                text(Column::Statute, "8 U.S.C. 1253(b)"),
                text(Column::ActDate, "2025-06-02"),
            ]],
        ),
        Example::row(
            "supervision on the day of the order",
            &[&[
                text(Column::Statute, "8 U.S.C. 1253(b)"),
                text(Column::ActDate, "2025-03-04"),
            ]],
        ),
        Example::row(
            "hampered departure while a court reviewed the order",
            &[&[
                text(Column::Statute, "8 U.S.C. 1253(a)(1)(C)"),
                text(Column::ActDate, "2024-06-03"),
                text(Column::ReviewStatus, "concluded 2025-03-04"),
            ]],
        ),
    ],
    passing: &[
        Example::row(
            "re-entry on the day after",
            &[&[
                text(Column::Statute, "8 U.S.C. 1326(a)"),
                text(Column::FinalOrderDate, "2025-02-03"),
                text(Column::ActDate, "2025-02-04"),
            ]],
        ),
        Example::row(
            "supervision on day 91",
            &[&[
                text(Column::Statute, "8 U.S.C. 1253(b)"),
                text(Column::ActDate, "2025-06-03"),
            ]],
        ),
        Example::row(
            "supervision before the order, which another rule says",
            &[&[
                text(Column::Statute, "8 U.S.C. 1253(b)"),
                text(Column::ActDate, "2025-03-03"),
            ]],
        ),
        Example::row(
            "hampered departure on the day of the court's order",
            &[&[
                text(Column::Statute, "8 U.S.C. 1253(a)(1)(C)"),
                text(Column::ActDate, "2025-03-04"),
                text(Column::ReviewStatus, "concluded 2025-03-04"),
            ]],
        ),
        Example::row(
            "hampered departure soon after the order",
            &[&[
                text(Column::Statute, "8 U.S.C. 1253(a)(1)(C)"),
                text(Column::ActDate, "2025-03-05"),
            ]],
        ),
    ],
};

fn examine(view: &RowView<'_>, _: &Setting<'_>, report: &mut RowReport<'_>) {
    let dates = (view.reading.final_order_date.date()).zip(view.reading.act_date.date());
    let Some((order, act)) = dates else {
        return;
    };
    if view.tested(ElementTest::PriorOrder).is_some() && order == act {
        report.at(
            Column::FinalOrderDate,
            format!("the earlier order and the act are of one day, {act}"),
        );
    }
    if view.tested(ElementTest::OutstandingOrder).is_some() {
        outstanding(view, order, act, report);
    }
}

fn outstanding(view: &RowView<'_>, order: Date, act: Date, report: &mut RowReport<'_>) {
    if act < order {
        if is_reviewed(view) {
            report.at(
                Column::ActDate,
                format!("the act of {act} lies before the court's order of {order}, so an earlier order must have been outstanding"),
            );
        }
    } else if view.tested(ElementTest::Supervision).is_some() && days_between(order, act) <= 90 {
        report.at(
            Column::ActDate,
            format!("the act of {act} lies within 90 days of the order of {order}, and supervision begins after them"),
        );
    }
}
