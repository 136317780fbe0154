//! A stay or relief stated beside an offence that does not turn on it is put to counsel.
//!
//! Place in the flow: one of [`super::RULES`]. LAW.md check 10 and section 3: persons under deferred
//! action were swept in in 2025. A question: an order stayed or vacated may still have stood on the
//! day of the act, and supervision may go on under a stay.
//!
//! Left to others: provisions that a stay rules out (`order_stay`), the answer (counsel).

use model::{
    column::Column,
    finding::{FindingClass, RuleId},
};

use super::{Examine, Example, Needs, Rule, RuleDescription, order_stay::is_none, text};
use crate::{
    book::ElementTest,
    filler::is_filler,
    terms::Setting,
    view::{RowReport, RowView},
};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    about: RuleDescription {
        id: RuleId("order.relief"),
        class: FindingClass::Question,
        citation: "26 U.S.C. 6103(i)(2)(B)(iii), (iv)",
        title: "a stay or relief stated is explained",
        remedy: "say why the offence stands in spite of it, or write `none` where no stay or relief is in force",
        checks: &[10],
        needs: Needs::Nothing,
    },
    examine: Examine::Row(examine),
    failing: &[
        Example::row(
            "supervision under a stay",
            &[&[
                text(Column::Statute, "8 U.S.C. 1253(b)"),
                text(Column::ActDate, "2025-07-01"),
                text(
                    Column::StayOrRelief,
                    "stay of removal in force, review pending",
                ),
            ]],
        ),
        Example::row(
            "re-entry after an order since vacated",
            &[&[
                text(Column::Statute, "8 U.S.C. 1326(a)"),
                text(Column::FinalOrderDate, "2019-03-04"),
                text(Column::ActDate, "2025-02-03"),
                text(Column::StayOrRelief, "order vacated"),
            ]],
        ),
    ],
    passing: &[
        Example::row(
            "none",
            &[&[
                text(Column::Statute, "8 U.S.C. 1253(b)"),
                text(Column::ActDate, "2025-07-01"),
            ]],
        ),
        Example::row(
            "left open where nothing turns on it",
            &[&[
                text(Column::Statute, "8 U.S.C. 1325(a)"),
                text(Column::ActDate, "2025-07-01"),
                text(Column::StayOrRelief, "N/A"),
            ]],
        ),
        Example::row(
            "a provision that a stay rules out, which another rule says",
            &[&[text(Column::StayOrRelief, "DACA")]],
        ),
    ],
};

fn examine(view: &RowView<'_>, _: &Setting<'_>, report: &mut RowReport<'_>) {
    let text = view.text(Column::StayOrRelief);
    let Some(offence) = view.offences.first() else {
        return;
    };
    let asked = view.tested(ElementTest::NoStay).is_none() && !text.is_empty();
    if asked && !is_filler(text) && !is_none(text) {
        report.at(
            Column::StayOrRelief,
            format!(
                "the cell says more than `none`, beside `{}`",
                offence.citation
            ),
        );
    }
}
