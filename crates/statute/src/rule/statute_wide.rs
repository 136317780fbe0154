//! The subsection is named where some of a section are no crimes, or ask for other facts.
//!
//! Place in the flow: one of [`super::RULES`]. LAW.md check 9: the subsection decides.
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
        id: RuleId("statute.subsection"),
        class: FindingClass::Deficient,
        citation: "26 U.S.C. 6103(i)(2)(B)(iii)",
        title: "the subsection is named",
        remedy: "name the subsection, as 8 U.S.C. 1325(a)",
        checks: &[9],
        needs: Needs::Nothing,
    },
    examine: Examine::Row(examine),
    failing: &[
        Example::row(
            "1253 without its limb",
            &[&[text(Column::Statute, "8 U.S.C. 1253(a)(1)")]],
        ),
        Example::row(
            "1304, of which only (e) is an offence",
            &[&[text(Column::Statute, "INA 264")]],
        ),
        Example::row(
            "1325, of which (b) is civil",
            &[&[text(Column::Statute, "8 U.S.C. 1325")]],
        ),
    ],
    passing: &[
        Example::row(
            "a whole section that is criminal",
            &[&[
                text(Column::Statute, "18 U.S.C. 911"),
                text(Column::ActDate, "2025-02-03"),
            ]],
        ),
        Example::row(
            "a section whose subsections are all criminal and ask the same",
            &[&[
                text(Column::Statute, "18 U.S.C. 1546"),
                text(Column::ActDate, "2025-02-03"),
            ]],
        ),
    ],
};

fn examine(view: &RowView<'_>, setting: &Setting<'_>, report: &mut RowReport<'_>) {
    let book = setting.terms.book;
    for (citation, listing) in view.listed() {
        if listing == Listing::TooWide {
            let narrower: Vec<String> = book
                .within(citation)
                .map(|p| format!("`{}`", p.citation))
                .collect();
            report.at_with(
                Column::Statute,
                format!("`{citation}` does not say which provision is meant"),
                format!("name one of {}", narrower.join(", ")),
            );
        }
    }
}
