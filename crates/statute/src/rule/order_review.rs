//! No judicial review of the order is pending.
//!
//! Place in the flow: one of [`super::RULES`]. LAW.md check 10: where review is had, the 90 days
//! run from the court's final order, so while it is pending they have not begun.
//!
//! Left to others: the court's docket (the exhibit).

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
        id: RuleId("order.review"),
        class: FindingClass::Deficient,
        citation: "8 U.S.C. 1253(a)(1)",
        title: "no judicial review is pending",
        remedy: "write `none`, `concluded` or `pending`, as the court's docket shows; while review is pending the row cannot be sent, and after it final_order_date is the day of the court's final order",
        checks: &[10],
        needs: Needs::Nothing,
    },
    examine: Examine::Row(examine),
    failing: &[
        Example::row(
            "pending",
            &[&[text(Column::ReviewStatus, "petition for review pending")]],
        ),
        Example::row("not known", &[&[text(Column::ReviewStatus, "unknown")]]),
    ],
    passing: &[
        Example::row("concluded", &[&[text(Column::ReviewStatus, "Concluded")]]),
        Example::row("never sought", &[&[text(Column::ReviewStatus, "none")]]),
    ],
};

fn examine(view: &RowView<'_>, _: &Setting<'_>, report: &mut RowReport<'_>) {
    let text = view.text(Column::ReviewStatus);
    let Some(offence) = view
        .tested(ElementTest::ReviewEnded)
        .filter(|_| !text.is_empty())
    else {
        return;
    };
    let citation = &offence.citation;
    match review(text) {
        Review::Over => {}
        Review::Pending => report.at(
            Column::ReviewStatus,
            format!("judicial review is pending, so the order does not yet support `{citation}`"),
        ),
        Review::Unclear => report.at(
            Column::ReviewStatus,
            "the cell does not say whether judicial review was sought and is over",
        ),
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Review {
    Over,
    Pending,
    Unclear,
}

fn review(text: &str) -> Review {
    let text = text.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
    if has(&[
        "pending",
        "on appeal",
        "open",
        "filed",
        "remand",
        "ongoing",
        "under review",
    ]) {
        return Review::Pending;
    }
    let over = has(&[
        "conclude",
        "denied",
        "dismiss",
        "ended",
        "completed",
        "not sought",
        "no petition",
        "no review",
        "no judicial review",
        "never sought",
    ]);
    if over || ["none", "no", "none sought"].contains(&text.as_str()) {
        Review::Over
    } else {
        Review::Unclear
    }
}
