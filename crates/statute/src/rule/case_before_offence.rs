//! A case opened before the offence was complete is put to counsel.
//!
//! Place in the flow: one of [`super::RULES`]. LAW.md checks 10 and 12. A question, not a
//! refusal: an investigation may begin with another offence, or before the last day of one.
//!
//! Left to others: the answer (counsel).

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
        id: RuleId("case.before_offence"),
        class: FindingClass::Question,
        citation: "26 U.S.C. 6103(i)(2)(B)(iv)",
        title: "the case was opened after the offence",
        remedy: "say what the case was opened for, since the offence named was not yet complete",
        checks: &[10, 12],
        needs: Needs::Nothing,
    },
    examine: Examine::Row(examine),
    failing: &[
        Example::row(
            "opened on day 90",
            &[&[
                text(Column::CaseOpenedOn, "2026-04-01"),
                text(Column::FinalOrderDate, "2026-01-01"),
            ]],
        ),
        Example::row(
            "the act is of today",
            &[&[
                text(Column::Statute, "8 U.S.C. 1325(a)"),
                text(Column::ActDate, "2026-11-20"),
            ]],
        ),
        Example::row(
            "opened on day 40",
            &[&[
                text(Column::CaseOpenedOn, "2026-02-10"),
                text(Column::FinalOrderDate, "2026-01-01"),
            ]],
        ),
        Example::row(
            "opened before the act",
            &[&[
                text(Column::Statute, "8 U.S.C. 1325(a)"),
                text(Column::ActDate, "2026-09-03"),
            ]],
        ),
    ],
    passing: &[
        Example::row(
            "opened on day 91",
            &[&[
                text(Column::CaseOpenedOn, "2026-04-02"),
                text(Column::FinalOrderDate, "2026-01-01"),
            ]],
        ),
        Example::row(
            "the order itself is too recent, which another rule says",
            &[&[text(Column::FinalOrderDate, "2026-08-22")]],
        ),
        Example::row(
            "the act itself lies in the future, which another rule says",
            &[&[
                text(Column::Statute, "8 U.S.C. 1325(a)"),
                text(Column::ActDate, "2026-11-21"),
            ]],
        ),
        Example::row(
            "opened on the day of the act",
            &[&[
                text(Column::Statute, "8 U.S.C. 1325(a)"),
                text(Column::ActDate, "2026-03-16"),
            ]],
        ),
        Example::row("opened after", &[&[]]),
    ],
};

fn examine(view: &RowView<'_>, setting: &Setting<'_>, report: &mut RowReport<'_>) {
    let Some(opened) = view.reading.case_opened_on.date() else {
        return;
    };
    let as_of = setting.terms.as_of;
    let order = view
        .reading
        .final_order_date
        .date()
        .filter(|_| view.tested(ElementTest::NinetyDays).is_some());
    if let Some(order) =
        order.filter(|order| days_between(*order, opened) <= 90 && days_between(*order, as_of) > 90)
    {
        report.at(
            Column::CaseOpenedOn,
            format!(
                "the case was opened on {opened}, within 90 days of the final order of {order}"
            ),
        );
    }
    let acts = view
        .offences
        .iter()
        .any(|offence| offence.required.contains(&Column::ActDate));
    if let Some(act) = view
        .reading
        .act_date
        .date()
        .filter(|act| acts && *act > opened && *act <= as_of)
    {
        report.at(
            Column::CaseOpenedOn,
            format!("the case was opened on {opened}, before the act of {act}"),
        );
    }
}
