//! The statute book lists the provision.
//!
//! Place in the flow: one of [`super::RULES`]. LAW.md check 9.
//!
//! Left to others: other kinds of listing (the other statute rules), the line itself
//! ([`crate::book`]).

use model::{
    column::Column,
    finding::{FindingClass, RuleId},
};

use super::{Examine, Example, Needs, Rule, RuleDescription, text};
use crate::{
    book::Listing,
    terms::Setting,
    view::{RowReport, RowView},
};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    about: RuleDescription {
        id: RuleId("statute.unlisted"),
        class: FindingClass::Deficient,
        citation: "26 U.S.C. 6103(i)(2)(B)(iii)",
        title: "the provision is listed",
        remedy: "name a provision that the statute book lists, or ask for it to be added",
        checks: &[9],
        needs: Needs::Nothing,
    },
    examine: Examine::Row(examine),
    failing: &[
        Example::row(
            "not in the book",
            &[&[text(Column::Statute, "18 U.S.C. 1028A")]],
        ),
        Example::row(
            "a subsection of definitions",
            &[&[text(Column::Statute, "18 U.S.C. 1028(d)")]],
        ),
        Example::row(
            "a paragraph that is not there",
            &[&[text(Column::Statute, "8 U.S.C. 1325(a)(9)")]],
        ),
    ],
    passing: &[Example::row(
        "deeper than the book",
        &[&[
            text(Column::Statute, "18 U.S.C. 1028(a)(4)"),
            text(Column::ActDate, "2025-02-03"),
        ]],
    )],
};

fn examine(view: &RowView<'_>, _: &Setting<'_>, report: &mut RowReport<'_>) {
    for (citation, listing) in view.listed() {
        if listing == Listing::Unlisted {
            report.at(
                Column::Statute,
                format!("`{citation}` is not listed in the statute book"),
            );
        }
    }
}
