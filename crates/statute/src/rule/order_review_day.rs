//! Where review is over and no day is given, counsel is asked whose order is dated.
//!
//! Place in the flow: one of [`super::RULES`]. LAW.md check 10: where judicial review was had, the
//! 90 days run from the court's final order, and final_order_date is then that day. A question: the
//! date given may well be the court's.
//!
//! Left to others: the answer (counsel), review that goes on, and days that contradict
//! (`order_review`).

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
        id: RuleId("order.review_day"),
        class: FindingClass::Question,
        citation: "8 U.S.C. 1253(a)(1)(A)",
        title: "the end of judicial review is dated",
        remedy: "write the day of the court's final order beside it, as `concluded 2025-03-04`, and the same day in final_order_date",
        checks: &[10],
        needs: Needs::Nothing,
    },
    examine: Examine::Row(examine),
    failing: &[
        Example::row("no day", &[&[text(Column::ReviewStatus, "concluded")]]),
        Example::row(
            "a day that could be two",
            &[&[text(Column::ReviewStatus, "concluded 03/04/2025")]],
        ),
    ],
    passing: &[
        Example::row("none", &[&[]]),
        Example::row(
            "dated",
            &[&[text(Column::ReviewStatus, "concluded 2025-03-04")]],
        ),
        Example::row(
            "an offence whose days do not run from the court's order",
            &[&[
                text(Column::Statute, "8 U.S.C. 1253(a)(1)(C)"),
                text(Column::ActDate, "2026-01-05"),
                text(Column::ReviewStatus, "concluded"),
            ]],
        ),
    ],
};

fn examine(view: &RowView<'_>, _: &Setting<'_>, report: &mut RowReport<'_>) {
    let text = view.text(Column::ReviewStatus);
    if view.tested(ElementTest::NinetyDays).is_some()
        && !begins_with_no(text)
        && review(text) == Review::Over(None)
    {
        report.at(
            Column::ReviewStatus,
            "judicial review is over, and the cell does not say on which day: the 90 days run from the court's final order",
        );
    }
}

/// A quick look that spares most rows the reading: no phrase that review is over begins so.
fn begins_with_no(text: &str) -> bool {
    text.get(..2)
        .is_some_and(|start| start.eq_ignore_ascii_case("no"))
}
