//! A comma in the officer's name parts surname and given name, not two officers.
//!
//! Place in the flow: one of [`super::RULES`]. LAW.md check 14. A question: `Dana Reyes, Lee Park` is
//! two officers, `Reyes Hale, Dana Lee` is one, and the cell alone does not say which.
//!
//! Left to others: lists that are certain (`officer_missing`).

use model::{
    column::Column,
    finding::{FindingClass, RuleId},
};

use super::{Examine, Example, Needs, Rule, RuleDescription, text};
use crate::{
    officer::{may_name_two, name_problem},
    terms::Setting,
    view::{RowReport, RowView},
};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    about: RuleDescription {
        id: RuleId("officer.several"),
        class: FindingClass::Question,
        citation: "26 U.S.C. 6103(i)(2)(A)",
        title: "the officer's name is one person's",
        remedy: "name one officer; if this is one person's name, write the given name first, without a comma",
        checks: &[14],
        needs: Needs::Nothing,
    },
    examine: Examine::Row(examine),
    failing: &[Example::row(
        "two names at a comma",
        &[&[text(Column::OfficerName, "Alex Kim, Lee Park")]],
    )],
    passing: &[
        Example::row(
            "surname first",
            &[&[text(Column::OfficerName, "Ortiz, Dana")]],
        ),
        Example::row(
            "a title after a comma",
            &[&[text(Column::OfficerName, "Dana Ortiz, Special Agent")]],
        ),
        Example::row(
            "more than a comma, which another rule says",
            &[&[text(Column::OfficerName, "Alex Kim, Lee Park and Ann Poe")]],
        ),
    ],
};

fn examine(view: &RowView<'_>, _: &Setting<'_>, report: &mut RowReport<'_>) {
    let text = view.text(Column::OfficerName);
    if text.contains(',') && may_name_two(text) && name_problem(text).is_none() {
        report.at(Column::OfficerName, "the cell may name two officers");
    }
}
