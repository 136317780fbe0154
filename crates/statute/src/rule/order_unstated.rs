//! Re-entry without a dated earlier order: the limb is asked for.
//!
//! Place in the flow: one of [`super::RULES`]. LAW.md check 10 and section 5: the earlier removal is
//! an element of 1326. A question: denial of admission, exclusion, and departure while an order was
//! outstanding are limbs of their own, and not each has an order to date.
//!
//! Left to others: the answer (counsel), a date that does not read (`element_date`).

use model::{
    column::Column,
    finding::{FindingClass, RuleId},
};

use super::{Examine, Example, Needs, Rule, RuleDescription, empty, text};
use crate::{
    book::ElementTest,
    date::DateReading,
    terms::Setting,
    view::{RowReport, RowView},
};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    about: RuleDescription {
        id: RuleId("order.unstated"),
        class: FindingClass::Question,
        citation: "8 U.S.C. 1326(a)(1)",
        title: "the earlier removal is stated",
        remedy: "fill in final_order_date and final_order_case_number, or state the limb: denied admission, excluded, or departed under an order",
        checks: &[10],
        needs: Needs::Nothing,
    },
    examine: Examine::Row(examine),
    failing: &[
        Example::row(
            "no order",
            &[&[
                text(Column::Statute, "8 U.S.C. 1326(a)"),
                text(Column::ActDate, "2025-02-03"),
                empty(Column::FinalOrderDate),
                empty(Column::FinalOrderCaseNumber),
            ]],
        ),
        Example::row(
            "a number without a day",
            &[&[
                text(Column::Statute, "8 U.S.C. 1326(b)(2)"),
                text(Column::ActDate, "2025-02-03"),
                empty(Column::FinalOrderDate),
            ]],
        ),
    ],
    passing: &[
        Example::row(
            "dated",
            &[&[
                text(Column::Statute, "8 U.S.C. 1326(a)"),
                text(Column::ActDate, "2025-02-03"),
                text(Column::FinalOrderDate, "2019-03-04"),
            ]],
        ),
        Example::row(
            "entry needs no earlier order",
            &[&[
                text(Column::Statute, "8 U.S.C. 1325(a)"),
                text(Column::ActDate, "2025-02-03"),
                empty(Column::FinalOrderDate),
            ]],
        ),
    ],
};

fn examine(view: &RowView<'_>, _: &Setting<'_>, report: &mut RowReport<'_>) {
    let Some(offence) = view.tested(ElementTest::PriorOrder) else {
        return;
    };
    if view.reading.final_order_date == DateReading::Missing && !view.needs(Column::FinalOrderDate)
    {
        report.at(
            Column::FinalOrderDate,
            format!(
                "`{}` turns on an earlier removal, and none is dated",
                offence.citation
            ),
        );
    }
}
