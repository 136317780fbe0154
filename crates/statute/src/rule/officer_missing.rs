//! Each row names one officer, with name and id.
//!
//! Place in the flow: one of [`super::RULES`]. LAW.md check 14: 6103(i)(2)(A) speaks of officers
//! personally and directly engaged.
//!
//! Left to others: whether the officer is designated (`officer_not_designated`) and on how many
//! rows (`officer_over_cap`).

use model::{
    column::Column,
    finding::{FindingClass, RuleId},
};

use super::{Examine, Example, Needs, Rule, RuleDescription, empty, text};
use crate::{
    filler::is_filler,
    terms::Setting,
    view::{RowReport, RowView},
};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    about: RuleDescription {
        id: RuleId("officer.missing"),
        class: FindingClass::Deficient,
        citation: "26 U.S.C. 6103(i)(2)(A)",
        title: "one officer is named",
        remedy: "name the one officer who is personally and directly engaged in this case, with the id of the roster",
        checks: &[14],
        needs: Needs::Nothing,
    },
    examine: Examine::Row(examine),
    failing: &[
        Example::row("no name", &[&[empty(Column::OfficerName)]]),
        Example::row("no id", &[&[empty(Column::OfficerId)]]),
        Example::row("a placeholder", &[&[text(Column::OfficerName, "various")]]),
        Example::row(
            "two officers",
            &[&[text(Column::OfficerId, "OFF-1001; OFF-1002")]],
        ),
    ],
    passing: &[Example::row(
        "a number cell as id is read as text",
        &[&[text(Column::OfficerName, "D. Ortiz-Hale")]],
    )],
};

fn examine(view: &RowView<'_>, _: &Setting<'_>, report: &mut RowReport<'_>) {
    for (column, words) in [
        (Column::OfficerName, "the officer's name"),
        (Column::OfficerId, "the officer's id"),
    ] {
        let text = view.text(column);
        if text.is_empty() {
            report.at(column, format!("{words} {}", view.absence(column)));
        } else if is_filler(text) {
            report.at(column, format!("{words} is a placeholder"));
        } else if text.contains([';', '/', '\n', '&']) {
            report.at(column, "the cell names more than one officer");
        }
    }
}
