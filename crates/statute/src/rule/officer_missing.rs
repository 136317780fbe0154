//! Each row names one officer, with name and id.
//!
//! Place in the flow: one of [`super::RULES`]. LAW.md check 14: 6103(i)(2)(A) speaks of officers
//! personally and directly engaged, so no team, office or duty stands for one.
//!
//! Left to others: whether the officer is designated (`officer_not_designated`), on how many rows
//! (`officer_over_cap`), names that may be two (`officer_several`).

use model::{
    column::Column,
    finding::{FindingClass, RuleId},
};

use super::{Examine, Example, Needs, Rule, RuleDescription, TermsChange, empty, text};
use crate::{
    officer::{OfficerProblem, id_problem, name_problem},
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
        remedy: "name the one officer who is personally and directly engaged in this case, as in `Dana Reyes` or `Reyes, Dana`, with the id of the roster; an office goes after a comma",
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
        Example::row(
            "two names",
            &[&[text(Column::OfficerName, "Alex Kim and Lee Park")]],
        ),
        Example::row(
            "an office",
            &[&[text(Column::OfficerName, "ERO Seattle Field Office")]],
        ),
        Example::row("a duty", &[&[text(Column::OfficerName, "Case agent")]]),
    ],
    passing: &[
        Example::row(
            "initials and a hyphen",
            &[&[text(Column::OfficerName, "D. Ortiz-Hale")]],
        ),
        Example::row(
            "surname first",
            &[&[text(Column::OfficerName, "Ortiz, Dana")]],
        ),
        Example::row("a badge", &[&[text(Column::OfficerId, "4567")]])
            .under(&[TermsChange::NoAgreement]),
        Example::row(
            "an id with a slash",
            &[&[text(Column::OfficerId, "HSI/SA-204")]],
        )
        .under(&[TermsChange::NoAgreement]),
    ],
};

fn examine(view: &RowView<'_>, setting: &Setting<'_>, report: &mut RowReport<'_>) {
    for (column, words) in [
        (Column::OfficerName, "the officer's name"),
        (Column::OfficerId, "the officer's id"),
    ] {
        let text = view.text(column);
        if text.is_empty() {
            report.at(column, format!("{words} {}", view.absence(column)));
            continue;
        }
        let problem = if column == Column::OfficerName {
            name_problem(text)
        } else {
            // What the agreement designates is an id, whatever it looks like.
            id_problem(text).filter(|_| !setting.is_designated(text))
        };
        match problem {
            Some(OfficerProblem::Placeholder) => {
                report.at(column, format!("{words} is a placeholder"));
            }
            Some(OfficerProblem::Several) => {
                report.at(column, "the cell names more than one officer");
            }
            Some(OfficerProblem::NoPerson) => {
                report.at(
                    column,
                    "the cell names an office, a team or a duty, not an officer",
                );
            }
            None => {}
        }
    }
}
