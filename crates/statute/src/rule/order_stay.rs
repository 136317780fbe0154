//! No stay of removal and no relief stands against the order.
//!
//! Place in the flow: one of [`super::RULES`]. LAW.md check 10; persons with deferred action were
//! swept in in 2025 (LAW.md section 3).
//!
//! Left to others: what relief there may be that the row does not state (counsel).

use model::{
    column::Column,
    finding::{FindingClass, RuleId},
};

use super::{Examine, Example, Needs, Rule, RuleDescription, text};
use crate::{
    book::ElementTest,
    filler::is_filler,
    terms::Setting,
    view::{RowReport, RowView},
};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    about: RuleDescription {
        id: RuleId("order.stay"),
        class: FindingClass::Deficient,
        citation: "8 U.S.C. 1253(a)(1)",
        title: "no stay or relief is in force",
        remedy: "write `none` only where no stay or relief is in force; while one is, the row cannot be sent under this provision",
        checks: &[10],
        needs: Needs::Nothing,
    },
    examine: Examine::Row(examine),
    failing: &[
        Example::row(
            "a stay",
            &[&[text(
                Column::StayOrRelief,
                "stay of removal granted 2025-06-01",
            )]],
        ),
        Example::row("deferred action", &[&[text(Column::StayOrRelief, "DACA")]]),
        Example::row("not known", &[&[text(Column::StayOrRelief, "unknown")]]),
    ],
    passing: &[Example::row(
        "none",
        &[&[text(Column::StayOrRelief, "None")]],
    )],
};

fn examine(view: &RowView<'_>, _: &Setting<'_>, report: &mut RowReport<'_>) {
    let text = view.text(Column::StayOrRelief);
    let Some(offence) = view
        .tested(ElementTest::NoStay)
        .filter(|_| !text.is_empty())
    else {
        return;
    };
    let plain = text.to_lowercase();
    let none = [
        "none",
        "no",
        "no stay",
        "no relief",
        "no stay or relief",
        "none in force",
        "not stayed",
    ];
    if none.contains(&plain.trim_end_matches('.')) {
        return;
    }
    let citation = &offence.citation;
    if is_filler(text) {
        report.at(
            Column::StayOrRelief,
            "the cell does not say whether a stay or relief is in force",
        );
    } else {
        report.at(
            Column::StayOrRelief,
            format!("a stay or relief is stated, so the order does not support `{citation}`"),
        );
    }
}
