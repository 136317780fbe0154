//! A row names the criminal statute by title, section and subsection.
//!
//! Place in the flow: one of [`super::RULES`]. LAW.md check 9.
//!
//! Left to others: what is named (the other statute rules), reading ([`crate::citation`]).

use model::{
    column::Column,
    finding::{FindingClass, RuleId},
};

use super::{Examine, Example, Needs, Rule, RuleDescription, empty, text};
use crate::{
    terms::Setting,
    view::{RowReport, RowView},
};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    about: RuleDescription {
        id: RuleId("statute.unread"),
        class: FindingClass::Deficient,
        citation: "26 U.S.C. 6103(i)(2)(B)(iii)",
        title: "a statute is cited",
        remedy: "cite title, section and subsection, as 8 U.S.C. 1326(a); several with a semicolon between them",
        checks: &[9],
        needs: Needs::Nothing,
    },
    examine: Examine::Row(examine),
    failing: &[
        Example::row("missing", &[&[empty(Column::Statute)]]),
        Example::row("words", &[&[text(Column::Statute, "immigration law")]]),
        Example::row(
            "a range",
            &[&[text(Column::Statute, "8 USC 1253(a)(1)(A)-(D)")]],
        ),
        Example::row(
            "one or another",
            &[&[text(Column::Statute, "8 U.S.C. § 1326(a) or § 1326(b)(1)")]],
        ),
        Example::row("no title", &[&[text(Column::Statute, "1326(a)")]]),
    ],
    passing: &[
        Example::row(
            "as offices write",
            &[&[text(Column::Statute, "Title 8, section 1253(a)(1)(A)")]],
        ),
        Example::row(
            "a second subsection",
            &[&[text(Column::Statute, "8 U.S.C. § 1326(a) and (b)(2)")]],
        ),
        Example::row(
            "both numberings, and a name",
            &[&[text(
                Column::Statute,
                "8 U.S.C. § 1326(a) (INA § 276(a)), illegal re-entry",
            )]],
        ),
    ],
};

fn examine(view: &RowView<'_>, _: &Setting<'_>, report: &mut RowReport<'_>) {
    if view.text(Column::Statute).is_empty() {
        report.at(
            Column::Statute,
            format!("the statute {}", view.absence(Column::Statute)),
        );
    } else if view.reading.statutes.is_empty() {
        report.at(
            Column::Statute,
            "the statute is not a citation of the United States Code that reads",
        );
    }
}
